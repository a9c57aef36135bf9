// The demo by keyboard, on a narrow page, and as axe judges it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  address,
  as,
  box,
  button,
  copilot,
  explained,
  golden,
  named,
  open,
  picker,
  review,
  site,
  tree,
  withDemo,
} from "./harness/demo.ts";

withDemo();

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test("everything can be reached from the keyboard", async () => {
  const { page } = await open({ on: golden });
  await tree(page, "Priya Raman").waitFor();
  for (let i = 0; i < 12 && !(await picker(page).evaluate((input) => input === document.activeElement)); i++)
    await page.keyboard.press("Tab");
  await page.keyboard.type("zofi");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await tree(page, "Zofia Wiśniewska").waitFor();
  expect(await picker(page).inputValue()).toBe("Zofia Wiśniewska");
  expect(await page.getByRole("option").count()).toBe(0);

  // Into the tree: down to the next row, which is then the chosen one.
  for (let i = 0; i < 6 && !(await page.evaluate(() => document.activeElement?.getAttribute("role") === "row")); i++)
    await page.keyboard.press("Tab");
  const before = await page.getByRole("heading", { level: 2 }).innerText();
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => page.getByRole("heading", { level: 2 }).innerText()).not.toBe(before);

  // And on to a permission, whose why opens with Enter.
  const asked = page.getByRole("button", { name: /^Why( not)?\? Update$/ });
  for (let i = 0; i < 40 && !(await asked.evaluate((element) => element === document.activeElement)); i++)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await explained(page, /^Why( not)?: update/).waitFor();
});

test("a narrow page fits, and goes from the list to the object and back", async () => {
  const { page, complaints } = await open();
  await page.setViewportSize({ width: 390, height: 844 });
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  await page.getByRole("treegrid").waitFor();
  expect(await fits()).toBe(true);
  await page.getByRole("row", { name: "Intake assistant" }).click();
  await page.getByRole("heading", { level: 2, name: "Intake assistant" }).waitFor();
  expect(await fits()).toBe(true);
  await page.getByRole("tab", { name: "Who has access" }).click();
  await page.getByRole("table").waitFor();
  expect(await fits()).toBe(true);
  await page.goBack();
  await page.getByRole("treegrid").waitFor();
  await page.getByRole("link", { name: /Findings/ }).click();
  await page.getByRole("heading", { name: "Findings" }).waitFor();
  expect(await fits()).toBe(true);
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByRole("list", { name: /^redundant_acl/ }).waitFor();
  expect(await fits()).toBe(true);
  await page.goto(address({ as: as("Delphine") }, "edit"));
  await page.getByRole("button", { name: /^By type in Intake/ }).click();
  await box(page, /^Delete on everything in all projects/).press("Space");
  await button(page, "Review").click();
  await review(page, /^Requests/).waitFor();
  expect(await fits()).toBe(true);
  expect(complaints).toEqual([]);
});

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}
async function violations(page: Page, ...without: string[]): Promise<string[]> {
  await page.evaluate(axe);
  const rules = JSON.stringify(Object.fromEntries(without.map((rule) => [rule, { enabled: false }])));
  const found = await page.evaluate(`axe.run(document, { rules: ${rules} }).then((result) => result.violations)`);
  return (found as Violation[])
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}

test.each(["light", "dark"] as const)("no serious accessibility violation, %s", async (colorScheme) => {
  const { page } = await open();
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  const wide: [string, Record<string, string>, string?][] = [
    ["a way", { as: as("Priya"), on: golden, why: "read" }],
    ["near misses", { as: as("Priya"), on: golden, why: "delete" }],
    ["who", { as: as("Priya"), on: golden, tab: "who" }],
    ["deleted", { as: "anonymous", on: `dataset:${named("datasets", "Complaints").id}` }],
    ["project", { as: as("Liam"), on: `project:${named("projects", "Support copilot").id}` }],
    ["findings", {}, "findings"],
    ["audit", {}, "audit"],
    ["edit", { as: as("Delphine") }, "edit"],
    ["changes", { as: as("Priya"), by: as("Liam"), on: `project:${copilot}` }, "edit"],
  ];
  const both = new Set(["near misses", "who", "audit", "changes"]);
  const narrow: typeof wide = [["list", {}], ...wide.filter(([name]) => both.has(name))];
  for (const [width, states] of [
    [1440, wide],
    [390, narrow],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    for (const [name, query, path = ""] of states) {
      await page.goto(address(query, path));
      await page
        .getByRole(path ? "list" : name === "list" ? "treegrid" : "tabpanel")
        .first()
        .waitFor();
      if (name === "changes") {
        await page.getByRole("button", { name: "Remove Clinical reviewers" }).click();
        for (const of of ["Read", "Manage access"])
          await box(page, new RegExp(`^${of} on everything in the project Support copilot`)).press("Space");
        await review(page, /^Findings [1-9]/).waitFor();
      }
      expect(await violations(page), `${name} at ${width}`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(site.url);
  await picker(page).click();
  await page.getByRole("option").first().waitFor();
  // While the list is open React Aria hides the rest from screen readers; Tab closes the list before focus gets there.
  expect(await violations(page, "aria-hidden-focus"), "picker").toEqual([]);
});

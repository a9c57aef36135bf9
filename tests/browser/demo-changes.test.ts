// The demo, as somebody uses it who changes access, and audits it.
import type { BoxChange, Request } from "aclarity";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  address,
  as,
  box,
  button,
  copilot,
  named,
  open,
  openFile,
  org,
  review,
  tree,
  withDemo,
  without,
} from "./harness/demo.ts";

withDemo();

/** What is shown of each request. */
async function requestsShown(page: Page): Promise<Request[]> {
  const cards = review(page, /^Requests/).getByRole("listitem");
  return Promise.all(
    (await cards.all()).map(async (card) => ({
      method: await card.locator("header > span").first().innerText(),
      path: await card.locator("code").first().innerText(),
      body: JSON.parse(await card.locator("pre").innerText()),
    })),
  );
}

test("a box turned on shows what that does, what speaks against it and the request, and is taken back", async () => {
  const { page, complaints } = await open({ as: as("Priya"), by: as("Liam"), on: `project:${copilot}` }, "edit");
  const read = box(page, /^Read on everything in the project Support copilot: /);
  await read.waitFor();
  expect(await read.getAttribute("aria-label")).toMatch(/: off$/);
  await page.getByRole("region", { name: "Review" }).getByText("No changes yet").waitFor();
  await read.press("Space");
  await expect.poll(() => read.getAttribute("aria-label")).toMatch(/: on, was off$/);
  expect(await box(page, /^Read on datasets in Support copilot: on by a wider grant/).count()).toBe(1);

  // Everything is what the package says of the same draft.
  const priya = named("users", "Priya").id;
  const draft = org.draft({ by: { subject: org.as(named("users", "Liam").id), credential: "session" } });
  const set = (changes: Partial<BoxChange>) =>
    draft.setMatrix({ user: priya }, [
      { on: { type: "project", id: copilot }, box: "read", state: "on", ...changes } as BoxChange,
    ]);
  set({});
  expect(await review(page, /^Changes 1/).innerText()).toContain(
    "Grant read on the project Support copilot to Priya Raman",
  );
  expect(await requestsShown(page)).toEqual(draft.requests());
  const differences = review(page, /^Who gains/);
  const words = (await differences.innerText()).replace(/\s+/g, " ");
  expect(words).toContain("Priya Raman Support copilot and everything in it");
  expect(words).toContain("gains Read");
  await review(page, /^Findings/)
    .getByText("Nothing speaks against it")
    .waitFor();

  // A warning stands in the review and at the box; an error besides, when somebody acts who may not.
  await box(page, /^Manage access on everything in the project Support copilot: /).press("Space");
  set({ box: "manage_access" });
  const codes = new Set(draft.findings.map(({ code }) => code));
  expect(codes).toContain("super_user");
  for (const code of codes)
    await review(page, /^Findings/)
      .getByText(code)
      .first()
      .waitFor();
  await page.getByRole("button", { name: /^\d warnings? about this change$/ }).press("Enter");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/super_user|creates_escalation/);
  await page.getByRole("combobox", { name: "Acting as" }).click();
  await page.keyboard.type("Priya");
  await page.getByRole("option", { name: /^Priya Raman/ }).click();
  await review(page, /^Findings/)
    .getByText("not_permitted")
    .first()
    .waitFor();
  expect(await button(page, "Apply here").isEnabled()).toBe(false);

  await page.getByRole("button", { name: /^Undo change 1: / }).press("Enter");
  await expect.poll(() => read.getAttribute("aria-label")).toMatch(/: off$/);
  await button(page, "Undo last").press("Enter");
  await page.getByRole("region", { name: "Review" }).getByText("No changes yet").waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Review");

  // Somebody who takes from themselves what they would need to take it back.
  await page.goto(address({ as: as("Farah"), by: as("Farah") }, "edit"));
  await box(page, /^Manage access on the dataset Golden intake calls: on/).press("Space");
  await review(page, /^Findings/)
    .getByText("self_lockout")
    .waitFor();
  expect(await review(page, /^Who gains/).innerText()).toMatch(/Golden intake calls\s+−\s+loses\s+Grant access/);
  expect(complaints).toEqual([]);
});

test("groups, roles and places are changed in one draft, which stays until it is applied here", async () => {
  const { page, complaints } = await open({ as: as("Liam"), by: as("Ingrid") }, "edit");
  await page.getByRole("combobox", { name: "Add to a group" }).click();
  await page.keyboard.type("Engineers");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const undo = page.getByRole("button", { name: "Do not add Engineers" });
  await undo.waitFor();
  await expect.poll(() => undo.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.getByRole("button", { name: "Remove Support operations" }).click();
  await page.getByRole("button", { name: "Revoke the role owner on the project Support copilot" }).click();
  const all = review(page, /^Changes 3/);
  await all.waitFor();
  for (const text of ["to the permission group Engineers", "Support operations", "Revoke the role owner"])
    expect(await all.innerText()).toContain(text);
  expect(await review(page, /^Who gains/).innerText()).toMatch(/loses/);

  // A place without a grant of their own, reached by typing; focus goes on to its first box, arrows to the others.
  await page.getByRole("combobox", { name: "Somewhere else" }).click();
  await page.keyboard.type("Voice transcription");
  await page.getByRole("option", { name: /^Voice transcription/ }).click();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  await expect
    .poll(focused)
    .toMatch(/^Read on everything in the project Voice transcription: inherited from Engineers/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  expect(await focused()).toMatch(/^Create on experiments in Voice transcription/);

  // The pages in between leave the draft alone.
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByRole("heading", { level: 1, name: "Audit" }).waitFor();
  await page
    .getByRole("link", { name: /^Change access/ })
    .first()
    .click();
  await all.waitFor();
  const requests = await requestsShown(page);
  expect(requests.length).toBeGreaterThan(1);
  await button(page, "Apply here").click();
  await page.getByRole("status").filter({ hasText: "3 changes of access" }).waitFor();
  await page.getByRole("button", { name: "Remove Engineers" }).waitFor();
  expect(await page.getByRole("button", { name: "Remove Support operations" }).count()).toBe(0);
  await button(page, "Undo").click();
  await page.getByRole("button", { name: "Remove Support operations" }).waitFor();
  expect(await page.getByRole("button", { name: "Remove Engineers" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("boxes say what the package says, for people, accounts and groups, and of another export", async () => {
  const { page, complaints } = await open({ as: as("Priya") }, "edit");
  const states = { on: "on", off: "off", partly: "partly on", inherited: "inherited" };
  for (const [list, name, kind] of [
    ["users", "Delphine", "user"],
    ["users", "Nadia", "user"],
    ["service_accounts", "Warehouse sync", "user"],
    ["groups", "Data governance", "group"],
  ] as const) {
    const { id } = named(list, name);
    await page.goto(address({ as: `${kind}:${id}` }, "edit"));
    await box(page, /^Manage settings/).waitFor();
    const closed = page.getByRole("button", { name: /^By type/ });
    while ((await closed.count()) > 0) await closed.first().click();
    const labels = await page
      .getByRole("checkbox")
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? ""));
    const { boxes } = org.matrix(kind === "user" ? { user: id } : { group: id });
    for (const state of ["on", "partly", "inherited"] as const)
      expect(
        labels.filter((label) => new RegExp(`: ${states[state]}\\b`).test(label)).length,
        `${name}: ${state}`,
      ).toBe(boxes.filter((one) => one.state === state).length);
  }
  // What is partly on goes on, off and back.
  const partly = box(page, /^Manage access on everything in the project Voice transcription/);
  for (const state of [/: partly on$/, /: on, was partly on$/, /: off, was partly on$/, /: partly on$/]) {
    await expect.poll(() => partly.getAttribute("aria-label")).toMatch(state);
    await partly.press("Space");
  }
  await page.goto(address({ as: "anonymous" }, "edit"));
  await page.getByText("Nothing can be granted to nobody").waitFor();
  await page.goto(address({ as: as("Priya") }, "edit"));
  await page.getByRole("button", { name: "Remove Clinical reviewers" }).click();
  await review(page, /^Changes 1/).waitFor();
  await openFile(page, "changed.json", without("Priya", "Clinical reviewers"));
  await page.getByRole("region", { name: "Review" }).getByText("No changes yet").waitFor();
  expect(await page.getByRole("button", { name: "Remove Clinical reviewers" }).count()).toBe(0);
  await openFile(
    page,
    "empty.json",
    '{"organization": {"id": "x", "name": "Empty"}, "groups": [{"id": "g", "name": "G"}]}',
  );
  await page.getByText("Nothing can be granted to nobody").waitFor();
  expect(complaints).toEqual([]);
});

test("the audit lists what the package finds, filtered, with the way to whoever it is about", async () => {
  const { page, complaints } = await open({}, "audit");
  const audit = org.audit();
  const counts = new Map<string, number>();
  for (const { code } of audit) counts.set(code, (counts.get(code) ?? 0) + 1);
  for (const [code, length] of counts)
    await page
      .getByRole("list", { name: `${code}: ${length} finding${length === 1 ? "" : "s"}`, exact: true })
      .waitFor();
  for (const code of ["escalation_path", "person_without_access", "unused_group", "unused_role", "token_expired"])
    expect([...counts.keys()]).toContain(code);
  await page.getByRole("radio", { name: /^Warnings/ }).click();
  await expect.poll(() => page.getByRole("list", { name: /^unused_group/ }).count()).toBe(0);
  const filter = page.getByRole("searchbox", { name: "Filter the findings" });
  await filter.fill("keiko");
  const row = page.getByRole("listitem").filter({ hasText: "Keiko Yamamoto could give themselves" });
  await row.waitFor();
  await expect.poll(() => page.getByRole("list", { name: /^settings_holder/ }).count()).toBe(0);
  await row.getByRole("link", { name: /^Keiko/ }).click();
  await tree(page, "Keiko Yamamoto").waitFor();
  expect(new URL(page.url()).searchParams.get("on")).toMatch(/^org_project:/);
  await page.goBack();
  await filter.fill("nothing has this");
  await page.getByText("Nothing of this kind").waitFor();
  await filter.fill("Farah dataset redundant_acl");
  await page.getByRole("radio", { name: /^All/ }).click();
  const redundant = page
    .getByRole("list", { name: /^redundant_acl/ })
    .getByRole("listitem")
    .first();
  const changeLink = redundant.getByRole("link", { name: /^Change access of/ });
  const to = (await changeLink.getAttribute("href")) ?? "";
  await changeLink.click();
  await page.getByRole("grid", { name: "Single objects" }).waitFor();
  expect(page.url()).toContain(to.slice(1));
  expect(complaints).toEqual([]);
});

test("an export that is worse changes the audit, and so does a change on the page", async () => {
  const { page, complaints } = await open({}, "audit");
  await page.getByRole("list", { name: /^person_without_access: 1 / }).waitFor();
  await openFile(page, "empty.json", '{"organization": {"id": "x", "name": "Empty"}}');
  await page.getByText("Nothing to report").waitFor();
  await button(page, "Back to the sample").click();
  await page.getByRole("list", { name: /^person_without_access: 1 / }).waitFor();
  await page.goto(address({ as: as("Otto") }, "edit"));
  await page.getByRole("combobox", { name: "Add to a group" }).click();
  await page.keyboard.type("Viewers");
  await page.getByRole("option", { name: /^Viewers/ }).click();
  await button(page, "Apply here").click();
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByRole("list", { name: /^unused_group/ }).waitFor();
  await expect.poll(() => page.getByRole("list", { name: /^person_without_access/ }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

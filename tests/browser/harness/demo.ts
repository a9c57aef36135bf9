// The demo's built page, under its Content-Security-Policy, in Chromium: what its tests share.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Org } from "aclarity";
import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launch, type TestBrowser, type TestPage } from "./browser.ts";
import { serve } from "./site.ts";

const app = new URL("../../../www-example/app/", import.meta.url);
export const sample = readFileSync(new URL("public/export.json", app), "utf8");

interface Named {
  id: string;
  name?: string;
  given_name?: string;
  member_users?: string[];
}
type Sample = Record<string, Named[]>;
const rows = JSON.parse(sample) as Sample;
export const named = (list: string, name: string): Named => {
  const row = rows[list]?.find((one) => one.name === name || one.given_name === name);
  if (!row) throw new Error(`no ${name} in ${list}`);
  return row;
};
export const golden = `dataset:${named("datasets", "Golden intake calls").id}`;
export const as = (given: string): string => `user:${named("users", given).id}`;

export let browser: TestBrowser;
export let site: { url: string; close(): Promise<void> | void };
export let org: Org;
/** The page and a browser, for the tests of a file. */
export function withDemo(): void {
  beforeAll(async () => {
    site = await serve(fileURLToPath(new URL("dist", app)), { spa: true });
    browser = await launch();
    org = await Org.load(sample);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
}

export const address = (query: Record<string, string>, path = ""): string =>
  `${site.url}${path}?${new URLSearchParams(query)}`;
export async function open(query: Record<string, string> = {}, path = ""): Promise<TestPage> {
  const opened = await browser.open(address(query, path));
  await opened.page.getByRole("main").waitFor();
  return opened;
}
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const enabled = (page: Page, name: string) => button(page, name).isEnabled();
export const picker = (page: Page) => page.getByRole("combobox", { name: "Access of" });
export const tree = (page: Page, who: string) => page.getByRole("treegrid", { name: `What ${who} may do` });
export const explained = (page: Page, name: RegExp) => page.getByRole("region", { name });

export async function choose(page: Page, name: string): Promise<void> {
  await picker(page).click();
  await page.keyboard.type(name);
  await page.getByRole("option", { name: new RegExp(`^${name}`) }).click();
  await tree(page, name).waitFor();
}
export async function openFile(page: Page, name: string, text: string): Promise<void> {
  await page
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
}
/** The sample with one person taken out of one group. */
export function without(given: string, group: string): string {
  const changed = JSON.parse(sample) as Sample;
  const row = changed.groups?.find((one) => one.name === group) as Required<Named>;
  row.member_users = row.member_users.filter((id) => id !== named("users", given).id);
  return JSON.stringify(changed);
}
export const box = (page: Page, name: RegExp) => page.getByRole("checkbox", { name });
export const copilot = named("projects", "Support copilot").id;
export const review = (page: Page, name: RegExp) =>
  page.getByRole("region", { name: "Review" }).getByRole("region", { name });

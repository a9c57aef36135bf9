// The conformance vectors in Chromium, under the Content-Security-Policy of the README, and in workerd.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type TestBrowser, type TestPage } from "./harness/browser.ts";
import { bundleForBrowser, bundleForWorkerd } from "./harness/bundle.ts";
import { serve } from "./harness/site.ts";
import { startWorker, type Worker } from "./harness/workerd.ts";

const folder = new URL("../vectors/", import.meta.url);
const harness = (file: string) => fileURLToPath(new URL(`./harness/${file}`, import.meta.url));

const files = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort();
const textOf = (file: string) => readFileSync(new URL(file, folder), "utf8");

/** Every case of the file ran, and none differs. */
function expectAllPass(file: string, results: Record<string, string[]>) {
  const names = (JSON.parse(textOf(file)) as { cases: { name: string }[] }).cases.map(({ name }) => name);
  expect(Object.keys(results).sort()).toEqual(names.sort());
  expect(Object.entries(results).filter(([, wrong]) => wrong.length > 0)).toEqual([]);
}

test("there are vectors", () => {
  expect(files.length).toBeGreaterThan(0);
});

describe("Chromium", () => {
  let browser: TestBrowser;
  let site: Awaited<ReturnType<typeof serve>>;
  let opened: TestPage;
  const root = mkdtempSync(join(tmpdir(), "aclarity-vectors-"));

  beforeAll(async () => {
    await bundleForBrowser(harness("page.ts"), root);
    writeFileSync(
      join(root, "index.html"),
      '<!doctype html><title>vectors</title><script type="module" src="/page.js"></script>',
    );
    site = await serve(root);
    browser = await launch();
    opened = await browser.open(site.url);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(root, { recursive: true, force: true });
  });

  test.each(files)("%s", async (file) => {
    const results = await opened.page.evaluate(
      (text) => (globalThis as unknown as { runFile(text: string): Promise<Record<string, string[]>> }).runFile(text),
      textOf(file),
    );
    expectAllPass(file, results);
  });

  test("no complaints on the console", () => {
    expect(opened.complaints).toEqual([]);
  });
});

describe("workerd", () => {
  let worker: Worker;
  beforeAll(async () => {
    worker = await startWorker(await bundleForWorkerd(harness("worker.ts")));
  });
  afterAll(() => worker?.close());

  test.each(files)("%s", async (file) => {
    const response = await fetch(worker.url, { method: "POST", body: textOf(file) });
    expect(response.status, response.ok ? "" : await response.clone().text()).toBe(200);
    expectAllPass(file, (await response.json()) as Record<string, string[]>);
  });
});

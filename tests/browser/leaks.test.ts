// Memory stays flat in Chromium: the loops of tests/js/leaks.ts. ACLARITY_LEAKS=all runs each 20,000 times.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COLLECTED, FREED, type Grown, leak, rounds } from "../js/leaks.ts";
import { launch, type TestBrowser, type TestPage } from "./harness/browser.ts";
import { bundleForBrowser } from "./harness/bundle.ts";
import { serve } from "./harness/site.ts";

const ROUNDS = rounds(process.env.ACLARITY_LEAKS);

let browser: TestBrowser;
let site: Awaited<ReturnType<typeof serve>>;
let opened: TestPage;
const root = mkdtempSync(join(tmpdir(), "aclarity-leaks-"));

beforeAll(async () => {
  await bundleForBrowser(fileURLToPath(new URL("./harness/leaks-page.ts", import.meta.url)), root);
  writeFileSync(
    join(root, "index.html"),
    '<!doctype html><title>leaks</title><script type="module" src="/leaks-page.js"></script>',
  );
  site = await serve(root);
  browser = await launch();
  opened = await browser.open();
  const session = await opened.page.context().newCDPSession(opened.page);
  await opened.page.exposeFunction("collectedHeap", async () => {
    // A finaliser runs in a task of its own, after a collection; what it lets go is for the next collection.
    for (let turn = 0; turn < 3; turn++) {
      await session.send("HeapProfiler.collectGarbage");
      await new Promise((done) => setTimeout(done, 5));
    }
    return (await session.send("Runtime.getHeapUsage")).usedSize;
  });
  await opened.page.goto(site.url, { waitUntil: "load" });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(root, { recursive: true, force: true });
});

describe.each([...Object.keys(FREED), ...Object.keys(COLLECTED)])("%s", (name) => {
  test(`${ROUNDS} rounds`, { timeout: 1_800_000 }, async () => {
    const growth = await opened.page.evaluate(
      ([loop, count]) =>
        (globalThis as unknown as { grown(name: string, rounds: number): Promise<Grown> }).grown(
          loop as string,
          count as number,
        ),
      [name, ROUNDS],
    );
    if (process.env.ACLARITY_LEAKS !== undefined) console.log(name, growth);
    expect(leak(growth)).toBeUndefined();
    expect(opened.complaints).toEqual([]);
  });
});

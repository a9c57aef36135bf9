// A Chromium for the tests: one process per test file, a page per test, and everything a page complains about kept.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { findChrome } from "../../../scripts/chrome.mjs";

// A browser for tests asks nobody for updates, translations or safe-browsing lists. As root it has no sandbox.
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface TestPage {
  readonly page: Page;
  /** What the page complained about: console errors, exceptions, failed requests. */
  readonly complaints: string[];
}

export interface TestBrowser {
  /** A new page; the address is opened when given. */
  open(url?: string): Promise<TestPage>;
  close(): Promise<void>;
}

// A browser asks for the icon of its own accord.
const isIcon = (url: string) => url.endsWith("/favicon.ico");

function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !isIcon(message.location().url)) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.stack ?? error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "failed";
    // Whoever goes to another page does not wait for this one's fonts.
    if (reason === "net::ERR_ABORTED" && request.resourceType() === "font") return;
    complaints.push(`request: ${request.url()} ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !isIcon(response.url())) {
      complaints.push(`response: ${response.status()} ${response.url()}`);
    }
  });
  return complaints;
}

export async function launch(): Promise<TestBrowser> {
  const executablePath = findChrome();
  if (executablePath === undefined) {
    throw new Error("no Chromium was found; install one, or set CHROME to the path of one");
  }
  const root = process.getuid?.() === 0;
  const profile = mkdtempSync(join(tmpdir(), "aclarity-chromium-"));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: root ? [...FLAGS, "--no-sandbox"] : FLAGS,
    viewport: { width: 1280, height: 900 },
  });
  context.setDefaultTimeout(60_000);
  return {
    async open(url) {
      const page = await context.newPage();
      const complaints = watch(page);
      if (url !== undefined) await page.goto(url, { waitUntil: "load" });
      return { page, complaints };
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

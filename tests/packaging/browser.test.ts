// Pages in Chromium, under the Content-Security-Policy of the README: bundled by Vite, bundled by esbuild, and not
// bundled at all.
import { copyFileSync, cpSync } from "node:fs";
import { basename } from "node:path";
import { build as esbuild } from "esbuild";
import { createServer, build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type TestBrowser } from "../browser/harness/browser.ts";
import { serve } from "../browser/harness/site.ts";
import {
  ASKING,
  ENTRIES,
  EXPECTED,
  filesBelow,
  newProject,
  type Project,
  questions,
  resolveExport,
} from "./project.ts";

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const projects: Project[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

const page = (script: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>consumer</title></head>
<body><output></output><script type="module" src="${script}"></script></body>
</html>
`;

const main = (module: string, entry = module) => `import * as aclarity from "${module}";
import { ask } from "${questions(entry)}";
ask(aclarity).then(
  (answers) => { document.querySelector("output").textContent = JSON.stringify(answers); },
  (error) => { document.querySelector("output").textContent = JSON.stringify([error, error?.cause].map(String).join(", since ")); },
);
`;

function consumer(files: Record<string, string>): Project {
  const project = newProject(files);
  projects.push(project);
  return project;
}

/** Vite's page must be told a real port for its socket, so it cannot be 0. */
async function freePort(): Promise<number> {
  const site = await serve(".");
  await site.close();
  return site.port;
}

/** What the page at `url` shows once it has its answers. */
async function shown(url: string): Promise<{ answers: unknown; complaints: string[] }> {
  const { page, complaints } = await browser.open(url);
  const output = page.locator("output:not(:empty)");
  await output.waitFor({ state: "attached" }).catch(() => {
    throw new Error(`the page shows nothing:\n${complaints.join("\n")}`);
  });
  const answers: unknown = JSON.parse((await output.textContent()) ?? "");
  await page.close();
  return { answers, complaints };
}

async function shownUnderPolicy(folder: string) {
  const site = await serve(folder);
  try {
    return await shown(site.url);
  } finally {
    await site.close();
  }
}

describe.each(ENTRIES)("%s", (entry) => {
  test("a Vite bundle", async () => {
    const project = consumer({ "index.html": page("/main.js"), "main.js": main(entry) });
    await vite({ root: project.folder, configFile: false, logLevel: "error" });
    expect(filesBelow(project.path("dist")).filter((file) => file.endsWith(".wasm"))).toHaveLength(
      entry === "aclarity/inline" ? 0 : 1,
    );
    expect(await shownUnderPolicy(project.path("dist"))).toEqual({ answers: EXPECTED, complaints: [] });
  });

  test("Vite's development server", async () => {
    const project = consumer({ "index.html": page("/main.js"), "main.js": main(entry) });
    const server = await createServer({
      root: project.folder,
      configFile: false,
      logLevel: "error",
      server: { port: await freePort(), strictPort: true, host: "127.0.0.1" },
    });
    try {
      await server.listen();
      expect(await shown(server.resolvedUrls?.local[0] ?? "")).toEqual({ answers: EXPECTED, complaints: [] });
    } finally {
      await server.close();
    }
  });

  test("an esbuild bundle, the .wasm file beside it", async () => {
    const project = consumer({ "main.js": main(entry), "site/index.html": page("/main.js") });
    await esbuild({
      entryPoints: [project.path("main.js")],
      outfile: project.path("site/main.js"),
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      logLevel: "error",
    });
    if (entry !== "aclarity/inline") {
      for (const file of filesBelow(project.package).filter((name) => name.endsWith(".wasm"))) {
        copyFileSync(project.path("node_modules/aclarity", file), project.path("site", basename(file)));
      }
    }
    expect(await shownUnderPolicy(project.path("site"))).toEqual({ answers: EXPECTED, complaints: [] });
  });

  test("a plain <script type=module>", async () => {
    const project = consumer({});
    const file = resolveExport(project.manifest, entry, ["browser"]).replace(/^\.\//, "");
    cpSync(project.package, project.path("site/aclarity"), { recursive: true });
    for (const name of ASKING) cpSync(project.path(name), project.path("site", name));
    project.write("site/index.html", page("/main.js"));
    project.write("site/main.js", main(`./aclarity/${file}`, entry));
    expect(await shownUnderPolicy(project.path("site"))).toEqual({ answers: EXPECTED, complaints: [] });
  });
});

test("without 'wasm-unsafe-eval' loading fails, and the error speaks of the policy", async () => {
  const project = consumer({ "index.html": page("/main.js"), "main.js": main("aclarity") });
  await vite({ root: project.folder, configFile: false, logLevel: "error" });
  const site = await serve(project.path("dist"), { csp: "default-src 'self'" });
  try {
    const { answers } = await shown(site.url);
    expect(answers).toMatch(/Content Security Policy/i);
  } finally {
    await site.close();
  }
});

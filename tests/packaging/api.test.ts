// `aclarity/api` in every runtime: the same organisation from the same server, which cuts connections, asks to wait and
// redirects.
import { cpSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { launch } from "../browser/harness/browser.ts";
import { bundleForBrowser, bundleForWorkerd } from "../browser/harness/bundle.ts";
import { serve } from "../browser/harness/site.ts";
import { startWorker } from "../browser/harness/workerd.ts";
import { type ApiServer, MARK, startServer } from "../server/index.ts";
import { newProject, run } from "./project.ts";
import { bun, deno } from "./runtimes.ts";

const here = dirname(fileURLToPath(import.meta.url));
const project = newProject();
cpSync(join(here, "consumers/pull.mjs"), project.path("pull.mjs"));
afterAll(() => project.remove());

const id = (number: number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
const [ORG, ADA, PROJECT, DATASET] = [id(1), id(2), id(3), id(4)];

let api: ApiServer;
let elsewhere: ApiServer;
let trap: { url: string; seen: unknown[]; close(): void };

beforeEach(async () => {
  trap = await startTrap();
  elsewhere = await startServer({});
  elsewhere.misbehave({ how: { redirect: `${trap.url}/v1/organization` } });
  const acl = { object_type: "project", object_id: PROJECT, user_id: ADA, permission: "update", _object_org_id: ORG };
  api = await startServer(
    {
      organization: [{ id: ORG, name: "Acme" }],
      user: [{ id: ADA, email: "ada@acme.example" }],
      group: [5, 6, 7, 8, 9].map((number) => ({ id: id(number), org_id: ORG, name: `Group ${number}` })),
      acl: [{ id: id(10), ...acl }],
      project: [{ id: PROJECT, org_id: ORG, name: "Search" }],
      dataset: [{ id: DATASET, project_id: PROJECT, name: "Golden questions" }],
    },
    { pageSize: 2, forbidden: ["/v1/service_token"] },
  );
  api.misbehave({ path: "/v1/group", method: "GET", after: 1, times: 1, how: { cut: "in the body" } });
  api.misbehave({ path: "/v1/user", times: 1, how: { status: 429, headers: { "retry-after": "1" } } });
  api.misbehave({ path: "/v1/dataset", times: 1, how: { stall: true } });
  const server = { url: api.url, token: api.token, ada: ADA, dataset: DATASET };
  const more = { elsewhere: elsewhere.url, wrong: `${MARK}.wrong` };
  project.write("server.mjs", `export const server = ${JSON.stringify({ ...server, ...more })};\n`);
});

afterEach(async () => {
  // Wherever it is redirected to, the token does not follow.
  expect(trap.seen).toEqual([]);
  trap.close();
  await Promise.all([api.close(), elsewhere.close()]);
});

/** Another host, which keeps whatever it is sent. */
async function startTrap() {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    seen.push([request.method, request.url, request.headers]);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization").end('{"objects":[]}');
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}`, seen, close: () => void server.close() };
}

const EXPECTED = {
  groups: 5,
  can: true,
  findings: [["list_missing", "/service_tokens"]],
  progress: true,
  sent: [2, "existed"],
  redirect: ["http", "/organization", expect.stringContaining("the token does not follow")],
  wrong: ["http", "/organization", expect.stringContaining("does not accept the token (401)")],
  aborted: "aborted",
};

function expectAnswers(text: string): void {
  expect(text).not.toContain(MARK);
  expect(JSON.parse(text)).toEqual(EXPECTED);
}

const MAIN = `import { pull } from "./pull.mjs";
import { server } from "./server.mjs";
const answers = async () => JSON.stringify(await pull(server).catch((error) => \`\${error?.stack} \${error?.cause}\`));
`;
const printing = () => project.write("print.mjs", `${MAIN}console.log(await answers());\n`);

test("Node", async () => {
  expectAnswers(await run(project, process.execPath, [printing()]));
});

test("Deno", async () => {
  const args = ["run", "--allow-read", "--allow-env", "--allow-net", "--node-modules-dir=manual", "--no-remote"];
  const env = { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: project.path(".deno"), NO_COLOR: "1" };
  expectAnswers(await run(project, deno(), [...args, printing()], env));
});

test("Bun", async () => {
  expectAnswers(await run(project, bun(), [printing()], { NO_COLOR: "1" }));
});

test("workerd", async () => {
  const file = project.write(
    "worker.js",
    `${MAIN}export default { async fetch() { return new Response(await answers()); } };\n`,
  );
  const worker = await startWorker(await bundleForWorkerd(file));
  try {
    expectAnswers(await (await fetch(worker.url)).text());
  } finally {
    await worker.close();
  }
});

test("Chromium", async () => {
  const file = project.write(
    "src/page.js",
    `${MAIN.replaceAll("./", "../")}answers().then((text) => { document.querySelector("output").textContent = text; });\n`,
  );
  const html =
    '<!doctype html><meta charset="utf-8"><title>x</title><output></output><script type="module" src="/page.js"></script>';
  project.write("site/index.html", html);
  await bundleForBrowser(file, project.path("site"));
  const csp = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${api.url} ${elsewhere.url}`;
  const site = await serve(project.path("site"), { csp });
  const browser = await launch();
  try {
    const { page } = await browser.open(site.url);
    const output = page.locator("output:not(:empty)");
    await output.waitFor({ state: "attached" });
    expectAnswers((await output.textContent()) ?? "");
  } finally {
    await browser.close();
    await site.close();
  }
});

test("it is no part of the WebAssembly module, and brings none", async () => {
  const file = project.write("only.js", `export * from "aclarity/api";`);
  const { outputFiles } = await esbuild({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
  });
  const text = outputFiles[0]?.text ?? "";
  expect(text).not.toMatch(/WebAssembly|\.wasm/);
  expect(text.length).toBeLessThan(40_000);
});

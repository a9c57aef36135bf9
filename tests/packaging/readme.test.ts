// The README's examples, run: its marked blocks are files of a small project, and what they print is what it says.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, expect, test } from "vitest";
import { launch } from "../browser/harness/browser.ts";
import { bundleForWorkerd } from "../browser/harness/bundle.ts";
import { serve } from "../browser/harness/site.ts";
import { startWorker } from "../browser/harness/workerd.ts";
import { startServer } from "../server/index.ts";
import { marked } from "./documents.ts";
import { newProject, run } from "./project.ts";

const readme = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../../README.md"), "utf8");

const files = marked(readme, "file");
const outputs = marked(readme, "output");
const project = newProject(Object.fromEntries(files));
afterAll(() => project.remove());
const file = (name: string): string => {
  const text = files.get(name);
  if (text === undefined) throw new Error(`the README has no ${name}`);
  return text;
};

interface Named {
  id: string;
}

/** The API with the README's export: two rows a page, the organisation in each, for somebody who is no owner. */
async function startApi() {
  const data = JSON.parse(file("export.json")) as Record<string, Named[]> & { organization: Named };
  const { organization, acls = [], ...others } = data;
  const ours = (rows: Named[], field: string) => rows.map((row) => ({ [field]: organization.id, ...row }));
  const lists = Object.entries(others).map(([list, rows]) => [list.slice(0, -1), ours(rows, "org_id")]);
  const api = await startServer(
    { ...Object.fromEntries(lists), organization: [organization], acl: ours(acls, "_object_org_id") },
    { pageSize: 2, forbidden: ["/v1/service_token"] },
  );
  return { env: { BRAINTRUST_API_URL: api.url, BRAINTRUST_API_KEY: api.token }, close: () => api.close() };
}

test("there is something to run", () => {
  expect([...files.keys()]).toEqual(
    expect.arrayContaining(["first.mjs", "buttons.js", "worker.js", "tests/documentation/readme.rs"]),
  );
  for (const name of outputs.keys()) expect(files.has(name), name).toBe(true);
});

// What save.mjs writes is for the test after this one.
test.each([...files.keys()].filter((name) => outputs.has(name) && name !== "save.mjs"))(
  "%s prints what the README says",
  async (name) => {
    const api = await startApi();
    try {
      expect(await run(project, process.execPath, [name], { ...api.env, NO_COLOR: "1" })).toBe(outputs.get(name));
    } finally {
      await api.close();
    }
  },
);

test("save.mjs saves an export that answers the same", async () => {
  const other = newProject(Object.fromEntries(files));
  const api = await startApi();
  try {
    expect(await run(other, process.execPath, ["save.mjs"], api.env)).toBe(outputs.get("save.mjs"));
    expect(Object.keys(JSON.parse(readFileSync(other.path("export.json"), "utf8")))).toContain("functions");
    for (const name of ["first.mjs", "why.mjs", "who.mjs"]) {
      expect(await run(other, process.execPath, [name], { NO_COLOR: "1" })).toBe(outputs.get(name));
    }
  } finally {
    await api.close();
    other.remove();
  }
});

const NOT_RUN = /^export BRAINTRUST_API_KEY=…/;

/** The commands of a console block, each with what it prints. */
function session(text: string): { command: string; output: string }[] {
  return [...text.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)].map(([, command = "", output = ""]) => ({
    command,
    output,
  }));
}

const sessions = marked(readme, "console");

test("the README shows the command line", () => expect([...sessions.keys()]).toEqual(["pull", "questions"]));

test.each([...sessions])("the commands of %s print what the README says", async (_, text) => {
  const api = await startApi();
  const shell = newProject({ "export.json": file("export.json") });
  try {
    const commands = session(text).filter(({ command }) => !NOT_RUN.test(command));
    expect(commands.length).toBeGreaterThan(1);
    for (const { command, output } of commands) {
      // Its exit code is the answer, which may be no.
      expect(await run(shell, "bash", ["-c", `${command} || [ $? = 1 ]`], api.env), command).toBe(output);
    }
  } finally {
    await api.close();
    shell.remove();
  }
});

test("buttons.js, in Chromium under the README's Content-Security-Policy", async () => {
  const [csp] = readme.match(/default-src 'self'; script-src 'self' 'wasm-unsafe-eval'/) ?? [];
  expect(csp).toBeDefined();
  const html = `<!doctype html>\n<meta charset="utf-8">\n<title>buttons</title>\n${file("buttons.html")}`;
  project.write("index.html", `${html}<script type="module" src="/buttons.js"></script>\n`);
  project.write("public/export.json", file("export.json"));
  await build({ root: project.folder, configFile: false, logLevel: "error" });
  const site = await serve(project.path("dist"), csp === undefined ? {} : { csp });
  const browser = await launch();
  try {
    const { page, complaints } = await browser.open(site.url);
    const [edit, remove, create] = ["Edit", "Delete", "New dataset"].map((text) =>
      page.getByText(text, { exact: true }),
    );
    await remove?.and(page.locator("[title]")).waitFor();
    expect(await edit?.isEnabled()).toBe(true);
    expect(await remove?.isDisabled()).toBe(true);
    expect(await remove?.getAttribute("title")).toMatch(/may not delete the dataset `Golden questions`/);
    expect(await create?.isHidden()).toBe(true);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
    await site.close();
  }
});

test("worker.js, in workerd", async () => {
  const worker = await startWorker(await bundleForWorkerd(project.path("worker.js")));
  const status = async (method: string, path: string, user?: string) => {
    const headers: Record<string, string> = user === undefined ? {} : { "x-user": user };
    const response = await fetch(new URL(path, worker.url), { method, headers });
    return [response.status, ((await response.text()) || undefined)?.match(/"reason":"(\w+)"/)?.[1]];
  };
  try {
    expect(await status("PATCH", "/dataset/golden", "ada")).toEqual([200, undefined]);
    expect(await status("PATCH", "/dataset/golden", "ben")).toEqual([403, "no_grant"]);
    expect(await status("GET", "/dataset/other", "ben")).toEqual([403, "unknown_object"]);
    expect(await status("GET", "/dataset/golden")).toEqual([400, undefined]);
    expect(await status("PUT", "/dataset/golden", "ada")).toEqual([400, undefined]);
  } finally {
    await worker.close();
  }
});

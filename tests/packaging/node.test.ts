// Node, Deno and Bun, each running files in a folder where the tarball is installed.
import { afterAll, describe, expect, test } from "vitest";
import { ENTRIES, EXPECTED, newProject, questions, run } from "./project.ts";
import { bun, deno } from "./runtimes.ts";

const project = newProject();
afterAll(() => project.remove());

const slug = (entry: string) => entry.replaceAll("/", "-");

function esm(entry: string): string {
  return project.write(
    `${slug(entry)}.mjs`,
    `import * as aclarity from "${entry}";
import { ask } from "${questions(entry)}";
console.log(JSON.stringify(await ask(aclarity)));
`,
  );
}

function cjs(entry: string): string {
  return project.write(
    `${slug(entry)}.cjs`,
    `const aclarity = require("${entry}");
const { ask } = require("${questions(entry)}");
ask(aclarity).then((answers) => console.log(JSON.stringify(answers)));
`,
  );
}

describe.each(ENTRIES)("%s", (entry) => {
  test("node, import", async () => {
    expect(JSON.parse(await run(project, process.execPath, [esm(entry)]))).toEqual(EXPECTED);
  });

  test("node, require", async () => {
    // Node 20 still says that require() of a module is an experiment.
    const answers = await run(project, process.execPath, ["--no-warnings", cjs(entry)]);
    expect(JSON.parse(answers)).toEqual(EXPECTED);
  });

  test("node, one module for import and require together", async () => {
    const file = project.write(
      `${slug(entry)}-both.mjs`,
      `import { createRequire } from "node:module";
import { AclarityError, Org } from "${entry}";
const required = createRequire(import.meta.url)("${entry}");
console.log(JSON.stringify(required.Org === Org && required.AclarityError === AclarityError));
`,
    );
    expect(JSON.parse(await run(project, process.execPath, ["--no-warnings", file]))).toBe(true);
  });

  test("node, nothing happens on import", async () => {
    const file = project.write(
      `${slug(entry)}-quiet.mjs`,
      `const before = new Set(Reflect.ownKeys(globalThis));
globalThis.fetch = () => { throw new Error("fetched"); };
WebAssembly.instantiate = WebAssembly.compile = () => { throw new Error("compiled"); };
const { PERMISSIONS } = await import("${entry}");
const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String);
console.log(JSON.stringify([PERMISSIONS.length, added]));
`,
    );
    expect(JSON.parse(await run(project, process.execPath, [file]))).toEqual([8, []]);
  });

  test("deno", async () => {
    const args = ["run", "--allow-read", "--allow-env", "--node-modules-dir=manual", "--no-remote", esm(entry)];
    const answers = await run(project, deno(), args, {
      DENO_NO_UPDATE_CHECK: "1",
      DENO_DIR: project.path(".deno"),
      NO_COLOR: "1",
    });
    expect(JSON.parse(answers)).toEqual(EXPECTED);
  });

  test("bun", async () => {
    expect(JSON.parse(await run(project, bun(), [esm(entry)], { NO_COLOR: "1" }))).toEqual(EXPECTED);
  });
});

test("aclarity/inline needs no waiting", async () => {
  const file = project.write(
    "inline-sync.mjs",
    `import * as aclarity from "aclarity/inline";
import { EXPORT } from "./questions.mjs";
console.log(JSON.stringify(aclarity.Org.loadSync(EXPORT).as("u1").can("update", "dataset", "d1")));
`,
  );
  expect(JSON.parse(await run(project, process.execPath, [file]))).toBe(true);
});

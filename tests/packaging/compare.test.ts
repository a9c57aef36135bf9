// docs/COMPARE.md: its programs model the README's organisation in each library, and all print the same answers.
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { marked } from "./documents.ts";
import { newProject, run } from "./project.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const document = readFileSync(join(root, "docs/COMPARE.md"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");

const LIBRARIES = ["@casl/ability", "casbin", "accesscontrol", "@cedar-policy/cedar-wasm"];

const files = marked(document, "file");
const programs = [...files.keys()].filter((name) => name.startsWith("compare-"));
const project = newProject({
  ...Object.fromEntries(files),
  "export.json": marked(readme, "file").get("export.json") ?? "",
});
for (const name of LIBRARIES) {
  mkdirSync(dirname(project.path("node_modules", name)), { recursive: true });
  symlinkSync(join(root, "node_modules", name), project.path("node_modules", name), "dir");
}
afterAll(() => project.remove());

test("there is a program for each", () => {
  expect(programs).toHaveLength(LIBRARIES.length + 2);
});

test.each(programs)("%s prints what the document says", async (name) => {
  expect(await run(project, process.execPath, [name])).toBe(marked(document, "output").get("all"));
});

test("the versions are those that are installed", () => {
  for (const name of LIBRARIES) {
    const { version } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
    expect(document).toContain(`${name} ${version}`);
  }
});

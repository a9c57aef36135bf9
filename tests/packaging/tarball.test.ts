// What is in the tarball, before anything runs it.
import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { ENTRIES, filesBelow, newProject, resolveExport } from "./project.ts";

const project = newProject();
afterAll(() => project.remove());
const files = filesBelow(project.package);

test("has the licences, a readme and no sources of tests", () => {
  expect(files).toEqual(expect.arrayContaining(["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"]));
  expect(files.filter((file) => /\.test\.|tsconfig|\.rs$|\.gitignore$/.test(file))).toEqual([]);
  expect(project.manifest.license).toBe("Apache-2.0 OR MIT");
});

test("has the licences of what is compiled into its modules", () => {
  const text = readFileSync(`${project.package}/LICENSE-THIRD-PARTY`, "utf8");
  const heads = [...text.matchAll(/^={80}\n(.+)$/gm)].map(([, head]) => head);
  for (const crate of ["foldhash", "hashbrown", "lol_alloc", "memchr", "serde_json", "wasm-bindgen", "xxhash-rust"])
    expect(heads.filter((head) => head?.startsWith(`${crate} `))).toHaveLength(1);
  expect(heads.at(-1)).toMatch(/^Rust's standard library/);
  // Neither itself, nor what only compiles it or tests it.
  for (const other of ["aclarity", "aclarity-lite", "syn", "serde_derive", "divan"])
    expect(heads.filter((head) => head?.startsWith(`${other} `))).toEqual([]);
});

test("has two .wasm files, the whole one and that of `aclarity/lite`", () => {
  expect(files.filter((file) => file.endsWith(".wasm"))).toEqual([
    "dist/aclarity_bg.wasm",
    "dist/aclarity_lite_bg.wasm",
  ]);
});

test("names neither a machine's folder nor a package registry", () => {
  for (const file of files) {
    // Of a module: where its panics say that they were.
    const text = readFileSync(`${project.package}/${file}`, "latin1");
    expect(
      text.match(/\/(home|root|Users)\/[\w.]+\/|registry\.npmjs|index\.crates\.io|\/registry\/src\//),
      file,
    ).toBeNull();
  }
  const module = readFileSync(`${project.package}/dist/aclarity_bg.wasm`, "latin1");
  expect(module).toMatch(/crates\/serde_json-[\d.]+\/src\//);
});

test.each([...ENTRIES, "aclarity/api"])("%s: types come first, and every condition leads to a file", (entry) => {
  const targets = (value: unknown): string[] =>
    typeof value === "string" ? [value] : Object.values(value as object).flatMap(targets);
  const exported = project.manifest.exports[entry.replace(/^aclarity/, ".")];
  expect(Object.keys(exported as object)[0]).toBe("types");
  for (const target of targets(exported)) expect(existsSync(project.path("node_modules/aclarity", target))).toBe(true);
  for (const condition of ["types", "workerd", "node", "browser", "default"]) {
    expect(() => resolveExport(project.manifest, entry, [condition])).not.toThrow();
  }
});

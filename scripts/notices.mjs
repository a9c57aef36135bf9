// Writes the licences of what is compiled into the two .wasm files: the crates that are linked for wasm, and Rust's own
// library. The npm package has them beside its own.
// Usage: node scripts/notices.mjs FILE

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The crates that the modules are made of. */
const MODULES = ["aclarity", "aclarity-lite"];
const LINE = "=".repeat(80);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("say which file to write: node scripts/notices.mjs FILE");

const flags = ["--format-version", "1", "--locked", "--features", "js", "--filter-platform", "wasm32-unknown-unknown"];
const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", ...flags], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  }),
);
const own = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const MIT = own("LICENSE-MIT")
  .replace(/^[\s\S]*?(?=Permission is hereby granted)/, "")
  .trim();
const packages = new Map(metadata.packages.map((its) => [its.id, its]));
const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));

/** What is linked: neither what runs at compile time nor what tests need. */
const linked = new Set();
function link(id) {
  const isMacro = packages.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  if (isMacro || linked.has(id)) return;
  linked.add(id);
  for (const { pkg, dep_kinds } of nodes.get(id).deps) if (dep_kinds.some(({ kind }) => kind === null)) link(pkg);
}
for (const { id, name } of metadata.packages) if (MODULES.includes(name)) link(id);

/** Of several licences to choose from, the shortest that asks for a notice. */
function licenceOf({ name, license, authors, manifest_path }) {
  const folder = dirname(manifest_path);
  const names = readdirSync(folder).filter((its) => /^(licen[cs]e|copying|unlicense)/i.test(its));
  const mit = names.find((its) => /mit/i.test(its));
  // What holds besides, whichever is chosen.
  const besides = names.filter((its) => /unicode/i.test(its));
  const chosen = [mit ?? names.find((its) => /^licen[cs]e/i.test(its)), ...besides];
  if (chosen[0] === undefined) {
    // A crate that only names it: the text is the same for all who use it.
    if (/\bMIT\b/.test(license)) return `Copyright (c) ${authors.join(", ") || `the authors of ${name}`}\n\n${MIT}`;
    throw new Error(`\`${name}\` has no file with its licence; look for it in its repository`);
  }
  return chosen.map((its) => readFileSync(join(folder, its), "utf8").trim()).join("\n\n");
}

const crates = [...linked]
  .map((id) => packages.get(id))
  .filter(({ name }) => !MODULES.includes(name))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const texts = crates.map((its) => {
  const where = its.repository === null ? "" : `\n${its.repository}`;
  return `${LINE}\n${its.name} ${its.version} (${its.license})${where}\n\n${licenceOf(its)}\n`;
});
const head =
  "Compiled into the WebAssembly modules of aclarity are the crates below and Rust's standard library, each with its licence.";
const library = `${LINE}\nRust's standard library (MIT OR Apache-2.0)\nhttps://github.com/rust-lang/rust\n\nCopyright (c) The Rust Project Contributors\n\n${MIT}\n`;
writeFileSync(file, [head, ...texts, library].join("\n\n"));

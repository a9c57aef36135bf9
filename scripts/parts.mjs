// Prints what the wasm module is made of: the bytes of its functions by the part of the crate, or the library, that they
// come from. Reads a module that still has its names (scripts/build-wasm.sh leaves one in target/).
//
//   node scripts/parts.mjs               the parts
//   node scripts/parts.mjs --lite        those of the small module
//   node scripts/parts.mjs --functions   the 40 largest functions too
//   node scripts/parts.mjs --naming serde   what functions with a text in their names weigh together, and the largest
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NAME = process.argv.includes("--lite") ? "aclarity-lite" : "aclarity";
const MODULE = fileURLToPath(new URL(`../target/${NAME}.named.wasm`, import.meta.url));
const [CUSTOM, IMPORTS, CODE] = [0, 2, 10];

/** Reads the binary format: LEB128 numbers, names, and what is behind a length. */
class Reader {
  at = 0;
  constructor(bytes) {
    this.bytes = bytes;
  }
  get done() {
    return this.at >= this.bytes.length;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  block() {
    const length = this.number();
    const inside = new Reader(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return inside;
  }
  text() {
    return Buffer.from(this.block().bytes).toString();
  }
}

function importedFunctions(section) {
  let functions = 0;
  for (let left = section.number(); left > 0; left--) {
    section.block();
    section.block();
    const kind = section.byte();
    if (kind === 0) {
      section.number();
      functions++;
    } else if (kind === 3) {
      section.at += 2;
    } else {
      // A table has its type first; then, as a memory, its limits.
      if (kind === 1) section.byte();
      const bounded = section.number() & 1;
      section.number();
      if (bounded) section.number();
    }
  }
  return functions;
}

function namesOf(section, names) {
  while (!section.done) {
    const ofFunctions = section.byte() === 1;
    const block = section.block();
    if (!ofFunctions) continue;
    for (let left = block.number(); left > 0; left--) names.set(block.number(), block.text());
  }
}

function functionsOf(bytes) {
  const reader = new Reader(bytes);
  reader.at = 8;
  const names = new Map();
  const sizes = [];
  let imported = 0;
  let data = 0;
  while (!reader.done) {
    const id = reader.byte();
    const section = reader.block();
    if (id === IMPORTS) imported = importedFunctions(section);
    else if (id === CODE) for (let left = section.number(); left > 0; left--) sizes.push(section.block().bytes.length);
    else if (id === CUSTOM) {
      if (section.text() === "name") namesOf(section, names);
    } else data += section.bytes.length;
  }
  return { functions: sizes.map((size, at) => ({ size, name: names.get(imported + at) ?? "?" })), data };
}

/** The crate's module that a function is of, or is an instance for; else the library. */
function partOf(name) {
  const plain = name.replace(/\[[0-9a-f]{16}\]/g, "");
  const own = plain.match(/\baclarity::(\w+(?:::\w+)?)/);
  if (own) {
    const part = own[1].replace(/::[A-Z]\w*$/, "");
    return plain.replace(/^[<&\s]+/, "").startsWith("aclarity::") ? part : `${part} (of generic code)`;
  }
  const exported = /^(?:\w+core|loader|new[A-Z]\w*|core)_?\w*(?: \w+ shim)?$/.test(plain);
  if (exported) return "what JavaScript calls (with what is inlined there)";
  return plain.match(/\b([a-z]\w+)::/)?.[1] ?? "other";
}

const { functions, data } = functionsOf(readFileSync(MODULE));
const parts = new Map();
for (const { size, name } of functions) {
  const part = parts.get(partOf(name)) ?? { size: 0, count: 0 };
  parts.set(partOf(name), { size: part.size + size, count: part.count + 1 });
}
const total = functions.reduce((sum, { size }) => sum + size, data);
const line = (size, what, note = "") =>
  console.log(
    `${(size / 1000).toFixed(1).padStart(8)} kB ${((100 * size) / total).toFixed(1).padStart(5)} %  ${what}${note}`,
  );

console.log(`${functions.length} functions; before compression:`);
const MOST = 28;
const sorted = [...parts].sort(([, a], [, b]) => b.size - a.size);
for (const [part, { size, count }] of sorted.slice(0, MOST)) line(size, part, `, ${count}`);
const rest = sorted.slice(MOST);
line(
  rest.reduce((sum, [, { size }]) => sum + size, 0),
  `${rest.length} smaller parts`,
);
line(data, "data and tables");
const naming = process.argv.indexOf("--naming");
if (naming >= 0) {
  const text = process.argv[naming + 1] ?? "";
  const named = functions.filter(({ name }) => name.includes(text)).sort((a, b) => b.size - a.size);
  line(
    named.reduce((sum, { size }) => sum + size, 0),
    `\`${text}\` in the name, ${named.length}; the largest:`,
  );
  for (const { size, name } of named.slice(0, 20)) line(size, name.slice(0, 140));
}
if (process.argv.includes("--functions")) {
  console.log("\nthe largest functions:");
  for (const { size, name } of functions.sort((a, b) => b.size - a.size).slice(0, 40)) line(size, name.slice(0, 140));
}

// Prints what a user of the package downloads, per file: raw, gzip and brotli; fails when a file is over
// its budget in pkg/budget.json ({ "dist/file": brotli bytes }).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const pkg = join(dirname(dirname(fileURLToPath(import.meta.url))), "pkg");
const budgetFile = join(pkg, "budget.json");
const budget = existsSync(budgetFile) ? JSON.parse(readFileSync(budgetFile, "utf8")) : {};

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|mjs|wasm)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
}

const rows = filesBelow(join(pkg, "dist")).map((path) => {
  const bytes = readFileSync(path);
  return {
    file: relative(pkg, path),
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotli(bytes),
  };
});
rows.sort((a, b) => a.file.localeCompare(b.file));

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
const width = Math.max(12, ...rows.map((row) => row.file.length));
console.log(`${"".padEnd(width)}        raw      gzip    brotli    budget`);
for (const { file, raw, gzip, brotli } of rows) {
  const allowed = budget[file] === undefined ? "" : kB(budget[file]);
  console.log(`${file.padEnd(width)} ${kB(raw)}${kB(gzip)}${kB(brotli)}${allowed}`);
}

const over = Object.entries(budget).filter(
  ([file, allowed]) => !(rows.find((row) => row.file === file)?.brotli <= allowed),
);
for (const [file, allowed] of over)
  console.error(`error: \`${file}\` is missing or over its budget of ${allowed} bytes (brotli)`);
if (rows.length === 0) console.error("error: nothing is built in pkg/dist");
process.exitCode = over.length > 0 || rows.length === 0 ? 1 : 0;

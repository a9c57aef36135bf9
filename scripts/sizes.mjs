// Prints what a user of each entry point downloads: JavaScript and WebAssembly, raw, gzip and brotli. Fails when one is
// over its budget in pkg/budget.json: budgets stand a little above what was measured last, so that growth is noticed; a
// target beside one is where it should get.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const pkg = join(dirname(dirname(fileURLToPath(import.meta.url))), "pkg");
const dist = join(pkg, "dist");
const budgets = JSON.parse(readFileSync(join(pkg, "budget.json"), "utf8"));

/** What a page loads of each entry point. What only `import()` asks for is a way out, and not counted. */
const ENTRIES = {
  aclarity: ["browser.js", "aclarity_bg.wasm"],
  "aclarity/lite": ["lite-browser.js", "aclarity_lite_bg.wasm"],
  "aclarity/inline": ["inline.js"],
  "aclarity/api": ["api.js"],
};

/** A file and all that it imports, each once. */
function withImports(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  if (!file.endsWith(".js")) return found;
  for (const [, path] of readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*"(\.[^"]+\.js)"/g)) {
    withImports(join(dirname(file), path), found);
  }
  return found;
}

const measured = new Map();

function sizesOf(file) {
  let sizes = measured.get(file);
  if (sizes === undefined) {
    const bytes = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    sizes = {
      raw: bytes.length,
      gzip: gzipSync(bytes, { level: 9 }).length,
      brotli: brotliCompressSync(bytes, { params }).length,
    };
    measured.set(file, sizes);
  }
  return sizes;
}

function sum(files) {
  const total = { raw: 0, gzip: 0, brotli: 0 };
  for (const file of files) for (const form of Object.keys(total)) total[form] += sizesOf(file)[form];
  return total;
}

const WIDTH = 34;
const kB = (bytes) => (bytes === undefined ? "" : (bytes / 1000).toFixed(1)).padStart(10);
const row = (name, { raw, gzip, brotli }, { budget, target } = {}) =>
  console.log(`${name.padEnd(WIDTH)}${kB(raw)}${kB(gzip)}${kB(brotli)}${kB(budget)}${kB(target)}`.trimEnd());

let failed = false;
function fail(message) {
  console.error(`error: ${message}`);
  failed = true;
}

console.log(
  `${"kB".padEnd(WIDTH)}${["raw", "gzip", "brotli", "budget", "target"].map((head) => head.padStart(10)).join("")}`,
);
for (const [entry, starts] of Object.entries(ENTRIES)) {
  const missing = starts.filter((file) => !existsSync(join(dist, file)));
  if (missing.length > 0) {
    fail(`pkg/dist has no ${missing.join(", ")}: build the package first`);
    continue;
  }
  const files = [...new Set(starts.flatMap((file) => [...withImports(join(dist, file))]))];
  const total = sum(files);
  row(entry, total, budgets[entry]);
  for (const file of files.sort()) row(`  ${relative(dist, file)}`, sizesOf(file));
  const budget = budgets[entry]?.budget;
  if (budget === undefined) fail(`pkg/budget.json has no budget for \`${entry}\``);
  else if (total.brotli > budget) {
    fail(
      `\`${entry}\` is ${total.brotli} bytes (brotli), over its budget of ${budget}: make it smaller, or raise the budget ` +
        "in pkg/budget.json and say why",
    );
  }
}
process.exitCode = failed ? 1 : 0;

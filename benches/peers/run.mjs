// Bundles the bench (it shares TypeScript with the tests) and runs it with the garbage collector at hand.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [here("src/main.ts"), here("src/first.ts")],
  outdir: here("dist"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // So that a new process loads only what it uses.
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  logLevel: "warning",
});
const { status } = spawnSync(process.execPath, ["--expose-gc", here("dist/main.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exit(status ?? 1);

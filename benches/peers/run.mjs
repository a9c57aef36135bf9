// Bundles the bench (it shares TypeScript with the tests) and runs it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const scripts = [
  "main",
  "generate",
  "trial",
  "asking",
  "figures",
  "growth",
  "load",
  "snapshot",
  "million",
  "unknown",
  "first",
];

await build({
  entryPoints: scripts.map((name) => here(`src/${name}.ts`)),
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
const { status } = spawnSync(process.execPath, [here("dist/main.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exit(status ?? 1);

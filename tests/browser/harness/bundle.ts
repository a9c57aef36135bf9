// Bundles for the two runtimes without a file system.
import { copyFileSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";

/** Leaves every .wasm import as an import of a module beside the bundle, as wrangler does, and collects them. */
function wasmModules(found: Record<string, Uint8Array>): Plugin {
  return {
    name: "wasm-modules",
    setup(builder) {
      builder.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        const name = basename(path);
        found[name] = readFileSync(join(resolveDir, path));
        return { path: `./${name}`, external: true };
      });
    },
  };
}

/** The modules that workerd runs: worker.js and what it imports. */
export async function bundleForWorkerd(file: string): Promise<Record<string, string | Uint8Array>> {
  const wasm: Record<string, Uint8Array> = {};
  const result = await build({
    entryPoints: [file],
    absWorkingDir: dirname(file),
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    plugins: [wasmModules(wasm)],
    logLevel: "error",
  });
  return { "worker.js": result.outputFiles[0]?.text ?? "", ...wasm };
}

/**
 * Writes the bundle of a page, named as its source, into `folder`, with the package's .wasm file beside it, as its
 * README says for bundlers that do not know `new URL(…, import.meta.url)`.
 */
export async function bundleForBrowser(file: string, folder: string): Promise<void> {
  await build({
    entryPoints: [file],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    logLevel: "error",
  });
  const installed = realpathSync(join(dirname(file), "../node_modules/aclarity"));
  copyFileSync(join(installed, "dist/aclarity_bg.wasm"), join(folder, "aclarity_bg.wasm"));
}

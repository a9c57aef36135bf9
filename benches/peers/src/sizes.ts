// What a page downloads of each library: its main entry point bundled by esbuild for the browser, minified, and brotli of
// that; with the .wasm file where there is one.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build, type Metafile, type Plugin } from "esbuild";

export interface PackageSize {
  name: string;
  version: string;
  /** Bytes: minified JavaScript, the wasm file, and both as brotli. */
  javascript: number;
  wasm: number;
  brotli: number;
}

const require = createRequire(import.meta.url);
const peers = fileURLToPath(new URL("..", import.meta.url));

const PACKAGES: readonly { name: string; package?: string; entry: string; wasm?: string }[] = [
  { name: "aclarity", entry: "aclarity", wasm: "dist/aclarity_bg.wasm" },
  { name: "aclarity/lite", package: "aclarity", entry: "aclarity/lite", wasm: "dist/aclarity_lite_bg.wasm" },
  { name: "@casl/ability", entry: "@casl/ability" },
  { name: "accesscontrol", entry: "accesscontrol" },
  { name: "casbin", entry: "casbin" },
  { name: "@cedar-policy/cedar-wasm", entry: "@cedar-policy/cedar-wasm/web", wasm: "web/cedar_wasm_bg.wasm" },
];

export const manifestOf = (name: string): { folder: string; version: string } => {
  // Some packages do not export their manifest.
  for (const above of require.resolve.paths(name) ?? []) {
    try {
      const folder = join(above, name);
      return { folder, version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version };
    } catch {
      // further up
    }
  }
  throw new Error(`\`${name}\` is not installed`);
};

const brotli = (bytes: Uint8Array): number =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;

/** What Node has of its own is not there in a browser: it is counted as nothing. */
const nothingOfNode: Plugin = {
  name: "nothing-of-node",
  setup(builder) {
    builder.onResolve({ filter: /^(node:.*|fs|fs\/promises|path|crypto|util|os|stream)$/ }, ({ path }) => ({
      path,
      namespace: "nothing",
    }));
    builder.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};

/** The entry point's own file, and what it imports at once. */
function staticFiles({ outputs }: Metafile): string[] {
  const files = Object.keys(outputs).filter((file) => outputs[file]?.entryPoint === "<stdin>");
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === "import-statement" && outputs[path] !== undefined && !files.includes(path)) files.push(path);
    }
  }
  return files.map((file) => file.slice(file.lastIndexOf("/")));
}

export async function packageSizes(): Promise<PackageSize[]> {
  const sizes: PackageSize[] = [];
  for (const { name, package: of = name, entry, wasm } of PACKAGES) {
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export * from ${JSON.stringify(entry)};`, resolveDir: peers },
      bundle: true,
      minify: true,
      write: false,
      // Chunks that are imported when they are needed are not counted: a copy of the module for odd bundlers, say.
      splitting: true,
      outdir: "/out",
      metafile: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      plugins: [nothingOfNode],
      loader: { ".wasm": "empty" },
      logLevel: "silent",
    });
    const javascript = Buffer.concat(
      staticFiles(metafile).map((file) => outputFiles.find(({ path }) => path.endsWith(file))?.contents ?? Buffer.of()),
    );
    const { folder, version } = manifestOf(of);
    const module = wasm === undefined ? undefined : readFileSync(join(folder, wasm));
    sizes.push({
      name,
      version,
      javascript: javascript.length,
      wasm: module?.length ?? 0,
      brotli: brotli(javascript) + (module === undefined ? 0 : brotli(module)),
    });
  }
  return sizes;
}

// Builds pkg/dist from pkg/src and wasm-bindgen's output in pkg/wasm and pkg/wasm-lite: one ES module per entry point,
// what they share, the type declarations, and the two .wasm files.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const pkg = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(pkg, "dist");
/** The two modules: where wasm-bindgen's output is, what the package calls the file, what the glue has to offer. */
const WHOLE = {
  folder: "wasm",
  file: "aclarity_bg.wasm",
  classes: ["Loader", "Core"],
  gives: ["Loader", "newOrganization", "roomMemory", "roomAt", "roomSize"],
};
const LITE = { folder: "wasm-lite", file: "aclarity_lite_bg.wasm", classes: ["Core"], gives: ["Core"] };
const RUNTIMES = ["node", "browser", "workerd", "default"];
const ENTRIES = [...RUNTIMES, "inline"];
/** Bundled each by itself: one file is smaller compressed, and imported sooner, than parts that the others have too. */
const ALONE = ["api", ...RUNTIMES.map((name) => `lite-${name}`)];
/** What is one for all entry points: an error is of the same class wherever it comes from. */
const SHARED = "shared";
/** Entry points with the types of index.d.ts under another name. */
const TYPED = ["inline"];
/** Files of types. */
const TYPES = ["index", "api", "lite"];

/**
 * wasm-bindgen's glue keeps its instance in module scope. In a function it can be had anew, which is how a broken
 * instance is replaced.
 */
function glueFactory({ folder, classes, gives }) {
  const names = [];
  const body = readFileSync(join(pkg, folder, "aclarity.js"), "utf8")
    .replace(/^export (class|function|async function) (\w+)/gm, (_, kind, name) => {
      names.push(name);
      return `${kind} ${name}`;
    })
    .replace(/^export \{[^}]*\};?$/gm, "")
    // How the module is fetched is the entry point's business, and instance.ts's: the glue gets it compiled.
    .replace(/^async function __wbg_load[\s\S]*/m, "");
  const unknown = body.match(/^(export|import)\b.*$|import\.meta.*$/m);
  if (unknown) throw new Error(`wasm-bindgen's glue has changed its shape: ${unknown[0]}`);
  for (const name of ["__wbg_get_imports", "__wbg_finalize_init"])
    if (body.includes(`function ${name}(`)) names.push(name);
  for (const name of [...classes, ...gives, "__wbg_get_imports", "__wbg_finalize_init"]) {
    if (!names.includes(name)) throw new Error(`wasm-bindgen's glue has no \`${name}\``);
  }
  return `export function createGlue() {\n${body}
const start = (instance, module) => { __wbg_finalize_init(instance, module) };
return {
  ${gives.join(", ")},
  initSync: (module) => start(new WebAssembly.Instance(module, __wbg_get_imports()), module),
  init: async (module) => start(await WebAssembly.instantiate(module, __wbg_get_imports()), module),
};
}
`;
}

function bytesModule({ folder }) {
  const base64 = readFileSync(join(pkg, folder, "aclarity_bg.wasm")).toString("base64");
  return `const base64 = "${base64}";
export function wasmBytes() {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
`;
}

const VIRTUAL = {
  "glue.js": () => glueFactory(WHOLE),
  "bytes.js": () => bytesModule(WHOLE),
  "lite-glue.js": () => glueFactory(LITE),
  "lite-bytes.js": () => bytesModule(LITE),
};

const wasmPlugin = {
  name: "wasm",
  setup(run) {
    run.onResolve({ filter: /\/wasm\/(lite-)?(glue|bytes)\.js$/ }, ({ path }) => ({
      path: path.split("/").pop(),
      namespace: "wasm",
      sideEffects: false,
    }));
    run.onLoad({ filter: /.*/, namespace: "wasm" }, ({ path }) => ({ contents: VIRTUAL[path](), loader: "js" }));
    run.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${path.split("/").pop()}`, external: true }));
  },
};

/**
 * Leaves what is shared to the one file that has it: by one import, in place of one for each module that needs something
 * of it. All files are in one folder, so that its path is the same in each.
 */
function sharedPlugin(names) {
  const file = `./${SHARED}.js`;
  return {
    name: "shared",
    setup(run) {
      run.onResolve({ filter: /\/(errors|secrets|words\.generated)\.js$/ }, () => ({
        path: SHARED,
        namespace: "shared",
        sideEffects: false,
      }));
      run.onLoad({ filter: /.*/, namespace: "shared" }, () => ({
        contents: `export { ${names.join(", ")} } from "${file}";`,
      }));
      run.onResolve({ filter: /.*/, namespace: "shared" }, () => ({ path: file, external: true }));
    },
  };
}

function bundle(names, plugins) {
  return build({
    entryPoints: Object.fromEntries(names.map((name) => [name, join(pkg, "src/entry", `${name}.ts`)])),
    outdir: dist,
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["node:*"],
    minify: true,
    charset: "utf8",
    plugins,
    metafile: true,
    logLevel: "warning",
  });
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const { metafile } = await bundle([SHARED], []);
const [{ exports: shared }] = Object.values(metafile.outputs);
await bundle(ENTRIES, [sharedPlugin(shared), wasmPlugin]);
for (const name of ALONE) await bundle([name], [sharedPlugin(shared), wasmPlugin]);
// The command line imports the entry points beside it, as a program of a user would.
await build({
  entryPoints: { cli: join(pkg, "src/cli/main.ts") },
  outdir: dist,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minify: true,
  charset: "utf8",
  plugins: [
    {
      name: "entries",
      setup(run) {
        run.onResolve({ filter: /\/entry\/\w+\.js$/ }, ({ path }) => ({
          path: `./${path.split("/").pop()}`,
          external: true,
        }));
      },
    },
  ],
  logLevel: "warning",
});
chmodSync(join(dist, "cli.js"), 0o755);
for (const { folder, file } of [WHOLE, LITE]) copyFileSync(join(pkg, folder, "aclarity_bg.wasm"), join(dist, file));
for (const name of TYPES) copyFileSync(join(pkg, `types/${name}.d.ts`), join(dist, `${name}.d.ts`));
for (const name of TYPED) writeFileSync(join(dist, `${name}.d.ts`), 'export * from "./index.js";\n');

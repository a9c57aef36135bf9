// What scripts/build.mjs puts in place of these imports, from wasm-bindgen's output in pkg/wasm.

declare module "*/wasm/glue.js" {
  /** The glue with a state of its own. */
  export function createGlue(): import("../raw.js").Glue;
}

declare module "*/wasm/lite-glue.js" {
  /** That of the small module. */
  export function createGlue(): import("../lite/core.js").LiteGlue;
}

declare module "*/wasm/lite-bytes.js" {
  /** The small module, decoded. */
  export function wasmBytes(): Uint8Array<ArrayBuffer>;
}

declare module "*/wasm/bytes.js" {
  /** The module, decoded from what is inside the JavaScript. */
  export function wasmBytes(): Uint8Array<ArrayBuffer>;
}

declare module "*/aclarity_lite_bg.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*/aclarity_bg.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

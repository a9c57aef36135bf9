// The module inside the JavaScript, without waiting: server rendering, tests, pages of a single file.
import { Host } from "../instance.js";
import { wasmBytes } from "../wasm/bytes.js";
import { createGlue } from "../wasm/glue.js";
import { define } from "./define.js";

let compiled: WebAssembly.Module | undefined;

function atOnce(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(wasmBytes());
  return compiled;
}

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({ createGlue, locate: atOnce, atOnce }),
);
export * from "./common.js";

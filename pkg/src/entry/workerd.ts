// Cloudflare Workers: compiling bytes is forbidden there, so the module is imported.

import { Host } from "../instance.js";
import wasmModule from "../wasm/aclarity_bg.wasm";
import { createGlue } from "../wasm/glue.js";
import { define } from "./define.js";

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({ createGlue, locate: () => wasmModule, atOnce: () => wasmModule }),
);
export * from "./common.js";

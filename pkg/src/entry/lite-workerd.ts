// Cloudflare Workers: compiling bytes is forbidden there, so the module is imported.

import { Host } from "../instance.js";
import wasmModule from "../wasm/aclarity_lite_bg.wasm";
import { createGlue } from "../wasm/lite-glue.js";
import { define } from "./lite-define.js";

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({ createGlue, locate: () => wasmModule, atOnce: () => wasmModule }),
);
export * from "./lite-common.js";

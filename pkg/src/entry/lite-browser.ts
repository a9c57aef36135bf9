// Browsers, and bundlers that build for them: the module is a file beside this one.
import { Host } from "../instance.js";
import { createGlue } from "../wasm/lite-glue.js";
import { define } from "./lite-define.js";

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({
    createGlue,
    // Bundlers find the file by this expression, so it is written out, here and nowhere else.
    locate: () => new URL("aclarity_lite_bg.wasm", import.meta.url),
    otherwise: async () => (await import("../wasm/lite-bytes.js")).wasmBytes(),
  }),
);
export * from "./lite-common.js";

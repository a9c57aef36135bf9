// Whatever is none of the others: the module is inside the JavaScript, in a part that is fetched when it is needed.
import { Host } from "../instance.js";
import { createGlue } from "../wasm/lite-glue.js";
import { define } from "./lite-define.js";

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({ createGlue, locate: async () => (await import("../wasm/lite-bytes.js")).wasmBytes() }),
);
export * from "./lite-common.js";

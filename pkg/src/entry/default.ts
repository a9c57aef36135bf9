// Whatever is none of the others: the module is inside the JavaScript, in a part that is fetched when it is needed.
import { Host } from "../instance.js";
import { createGlue } from "../wasm/glue.js";
import { define } from "./define.js";

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({ createGlue, locate: async () => (await import("../wasm/bytes.js")).wasmBytes() }),
);
export * from "./common.js";

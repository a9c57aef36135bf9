// Node, Deno and Bun: the module is a file beside this one. It is so small that compiling it at once takes less time than
// waiting for threads that do; where a bundler left the file behind, it is inside the JavaScript too.
import { promises, readFileSync } from "node:fs";
import { Host } from "../instance.js";
import { createGlue } from "../wasm/lite-glue.js";
import { define } from "./lite-define.js";

function readAddress(address: URL | string) {
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : address;
  return typeof url === "string" || url.protocol === "file:" ? promises.readFile(url) : undefined;
}

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({
    createGlue,
    atOnce: () => new WebAssembly.Module(readFileSync(new URL("aclarity_lite_bg.wasm", import.meta.url))),
    locate: async () => (await import("../wasm/lite-bytes.js")).wasmBytes(),
    readAddress,
  }),
);
export * from "./lite-common.js";

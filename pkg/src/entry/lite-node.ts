// Node, Deno and Bun: the module is a file beside this one. It is so small that compiling it at once takes less time than
// waiting for threads that do.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Host } from "../instance.js";
import { createGlue } from "../wasm/lite-glue.js";
import { define } from "./lite-define.js";

const FILE = "aclarity_lite_bg.wasm";

function readAddress(address: URL | string) {
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : address;
  return typeof url === "string" || url.protocol === "file:" ? readFile(url) : undefined;
}

export const { Org, ready, newOrganization } = /* @__PURE__ */ define(
  /* @__PURE__ */ new Host({
    createGlue,
    atOnce: () => new WebAssembly.Module(readFileSync(new URL(FILE, import.meta.url))),
    locate: () => readFile(new URL(FILE, import.meta.url)),
    otherwise: async () => (await import("../wasm/lite-bytes.js")).wasmBytes(),
    readAddress,
  }),
);
export * from "./lite-common.js";

// workerd, the runtime of edge functions: no compiling of bytes, the module is imported. Bundled as wrangler does it,
// by esbuild under the condition `workerd`, with the .wasm file left as a module of its own.
import { afterAll, expect, test } from "vitest";
import { bundleForWorkerd } from "../browser/harness/bundle.ts";
import { startWorker } from "../browser/harness/workerd.ts";
import { ENTRIES, EXPECTED, newProject, questions } from "./project.ts";

const project = newProject();
afterAll(() => project.remove());

test.each(ENTRIES)("%s", async (entry) => {
  const file = project.write(
    "worker.js",
    `import * as aclarity from "${entry}";
import { ask } from "${questions(entry)}";
export default {
  async fetch() {
    try {
      return Response.json(await ask(aclarity));
    } catch (error) {
      return Response.json([error, error?.cause].map(String).join(", since "));
    }
  },
};
`,
  );
  const worker = await startWorker(await bundleForWorkerd(file));
  try {
    // Twice, since a second request finds the module as the first left it.
    for (let request = 0; request < 2; request++) {
      const response = await fetch(worker.url);
      expect(await response.json()).toEqual(EXPECTED);
    }
  } finally {
    await worker.close();
  }
});

test.each(["aclarity", "aclarity/lite"])(
  "%s: the workerd build holds one .wasm module and no base64 of it",
  async (entry) => {
    const file = project.write("size.js", `export * from "${entry}";`);
    const modules = await bundleForWorkerd(file);
    const names = Object.keys(modules);
    expect(names.filter((name) => name.endsWith(".wasm"))).toHaveLength(1);
    const wasm = names.find((name) => name.endsWith(".wasm")) as string;
    // Every module begins with the same four bytes.
    expect(Buffer.from(modules[wasm] as Uint8Array).toString("base64")).toMatch(/^AGFzbQ/);
    expect(modules["worker.js"]).not.toContain("AGFzbQ");
  },
);

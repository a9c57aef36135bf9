// Every form of `ready`'s source. Each needs a fresh process: a healthy module is never loaded twice.
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = dirname(fileURLToPath(import.meta.url));

async function run(flags: string[], program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", program], { cwd: folder });
  return stdout.trim();
}

const START = `
import { readFileSync } from "node:fs";
import { Org, ready } from "aclarity";
const url = new URL(import.meta.resolve("aclarity/aclarity_bg.wasm"));
const bytes = readFileSync(url);
const check = () => console.log(Org.loadSync({ organization: { id: "o", name: "Acme" } }).name("organization", "o"));
`;

const MODULE = ["--input-type=module"];

const sources: [string, string][] = [
  ["nothing", ""],
  ["a module", "new WebAssembly.Module(bytes)"],
  ["bytes", "bytes"],
  ["an ArrayBuffer", "new Uint8Array(bytes).buffer"],
  ["a URL", "url"],
  ["an address", "url.href"],
  ["a Response", 'new Response(bytes, { headers: { "content-type": "application/wasm" } })'],
  ["a Response of another type", "new Response(bytes)"],
  ["a promise of a Response", "Promise.resolve(new Response(bytes))"],
];

test.each(sources)("%s", async (_, source) => {
  const twice = `await Promise.all([ready(${source}), ready()]); await ready("nowhere at all"); check();`;
  expect(await run(MODULE, `${START}${twice}`)).toBe("Acme");
});

test("what is no module is refused, and the next try works", async () => {
  const codes = await run(
    MODULE,
    `${START}
    for (const wrong of [7, {}, new Response("", { status: 404 }), new Uint8Array([1, 2, 3]), "data:text/plain,x"]) {
      await ready(wrong).then(() => console.log("ready"), (error) => console.log(error.name, error.code));
    }
    await ready();
    check();`,
  );
  expect(codes.split("\n")).toEqual([
    "AclarityError bad_argument",
    "AclarityError bad_argument",
    "AclarityError http",
    "AclarityError not_ready",
    "AclarityError not_ready",
    "Acme",
  ]);
});

test("importing loads nothing and fetches nothing", async () => {
  const program = `
    globalThis.fetch = () => { throw new Error("fetched"); };
    for (const name of ["instantiate", "compile", "compileStreaming", "instantiateStreaming", "Module", "Instance"]) {
      WebAssembly[name] = function () { throw new Error("loaded"); };
    }
    await import("aclarity");
    await import("aclarity/inline");
    console.log("quiet");`;
  expect(await run(MODULE, program)).toBe("quiet");
});

test("require() gives the same module as import", async () => {
  const program = `
    const required = require("aclarity");
    import("aclarity").then(async (imported) => {
      await required.ready();
      const org = await imported.Org.load({ organization: { id: "o" } });
      console.log(required.Org === imported.Org, org instanceof required.Org, require("aclarity/inline").Org.loadSync("{}" + "x") );
    }).catch((error) => console.log(error instanceof required.AclarityError, error.code));`;
  expect(await run(["--input-type=commonjs"], program)).toBe("true bad_json");
});

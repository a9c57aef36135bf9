// Runs a worker in workerd, the runtime of edge functions, from modules that are ready to run.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface Worker {
  readonly url: string;
  close(): Promise<void>;
}

// A date of our own choosing, so that a newer workerd does not change what is tested.
const COMPATIBILITY_DATE = "2025-09-01";

function config(modules: string[]): string {
  const list = modules.map((file) => {
    const kind = file.endsWith(".wasm") ? "wasm" : "esModule";
    return `(name = "${basename(file)}", ${kind} = embed "${basename(file)}")`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    # A server of the tests is on this machine.
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${list.join(", ")}],
  compatibilityDate = "${COMPATIBILITY_DATE}",
);
`;
}

/** `modules`: file name → contents, the worker's main module first. */
export async function startWorker(modules: Record<string, string | Uint8Array>): Promise<Worker> {
  const folder = mkdtempSync(join(tmpdir(), "aclarity-workerd-"));
  for (const [name, contents] of Object.entries(modules)) writeFileSync(join(folder, name), contents);
  const file = join(folder, "config.capnp");
  writeFileSync(file, config(Object.keys(modules)));

  const program = (createRequire(import.meta.url)("workerd") as { default: string }).default;
  // It tells on descriptor 3 which port it got.
  const child = spawn(program, ["serve", file, "--control-fd=3"], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  let output = "";
  child.stdout?.on("data", (text) => (output += text));
  child.stderr?.on("data", (text) => (output += text));
  const exited = new Promise<void>((done) => child.once("exit", () => done()));

  const port = await new Promise<number>((done, failed) => {
    createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
      const event = JSON.parse(line) as { event: string; socket?: string; port?: number };
      if (event.event === "listen" && event.port !== undefined) done(event.port);
    });
    child.once("error", failed);
    void exited.then(() => failed(new Error(`workerd did not start:\n${output}`)));
  });

  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

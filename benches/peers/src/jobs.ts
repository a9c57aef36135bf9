// Work that is done in processes of their own: what one leaves in memory is not in the way of the next.

import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Megabytes of heap: a million rows of JSON and their indexes take a third of it. */
const HEAP = 10_000;

export interface Outcome<T> {
  /** What it found; undefined when it did not end well. */
  result: T | undefined;
  reason: string;
}

/** Runs a bundled script with these arguments; it writes its result with `answer`. */
export async function attempt<T>(
  script: string,
  args: unknown[],
  seconds: number,
  folder: string,
): Promise<Outcome<T>> {
  const file = join(folder, "result.json");
  rmSync(file, { force: true });
  const path = fileURLToPath(new URL(`${script}.mjs`, import.meta.url));
  const flags = ["--expose-gc", `--max-old-space-size=${HEAP}`];
  const child = spawn(process.execPath, [...flags, path, file, JSON.stringify(args)], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints += text;
    if (script !== "trial") process.stderr.write(text);
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, seconds * 1000);
  const [code, signal] = await new Promise<[number | null, string | null]>((done, failed) => {
    child.once("error", failed);
    child.once("exit", (...how) => done(how));
  });
  clearTimeout(timer);
  if (code === 0) return { result: JSON.parse(readFileSync(file, "utf8")) as T, reason: "" };
  return { result: undefined, reason: reasonOf(isLate, seconds, code, signal, complaints) };
}

function reasonOf(isLate: boolean, seconds: number, code: number | null, signal: string | null, text: string): string {
  if (isLate) return `not ready after ${seconds} s`;
  if (/heap out of memory|Allocation failed/.test(text)) return `more than ${HEAP / 1000} GB of heap`;
  const error = text.split("\n").find((line) => /\w*(Error|unreachable)\b/.test(line) && !line.includes("node:"));
  return error?.trim().slice(0, 200) ?? `it ended with ${signal ?? code}`;
}

/** The same for what must succeed. */
export async function run<T>(script: string, args: unknown[], folder: string): Promise<T> {
  const { result, reason } = await attempt<T>(script, args, 3600, folder);
  if (result === undefined) throw new Error(`${script}: ${reason}`);
  return result;
}

// From the text of an export to something that can be asked: each way in processes of its own, in turn.

import { join } from "node:path";
import { run } from "./jobs.ts";
import type { Load } from "./load.ts";
import { type Figure, figure } from "./measure.ts";

export interface LoadingLine {
  name: string;
  /** Milliseconds as nanoseconds: the first load of a process, and later ones. */
  first: Figure;
  warm: Figure;
  /** Bytes of wasm memory that loading needed, and that the Org holds; 0 for what has no wasm. */
  peak: number;
  held: number;
}

export const LOADING_WAYS: readonly [way: string, name: string][] = [
  ["text", "aclarity: Org.loadSync(text)"],
  ["bytes", "aclarity: Org.loadSync(bytes)"],
  ["pages", "aclarity: Org.load(lists of pages, bytes of 1,000 rows each)"],
  ["stream", "aclarity: Org.load(stream of 64 kB chunks)"],
  ["snapshot", "aclarity: Org.loadSync(snapshot)"],
  ["snapshot as a stream", "aclarity: Org.load(stream of a snapshot)"],
  ["JSON.parse", "JSON.parse(text)"],
  ["JSON.parse and indexes", "JSON.parse(text), indexes by object and by principal"],
];

export interface Loading {
  lines: LoadingLine[];
  /** Bytes of `org.toBytes()`. */
  snapshot: number;
}

export async function measureLoading(file: string, rounds: number, loads: number, folder: string): Promise<Loading> {
  const snapshot = join(folder, "snapshot");
  const { bytes } = await run<{ bytes: number }>("snapshot", [file, snapshot], folder);
  const fileOf = (way: string) => (way.startsWith("snapshot") ? snapshot : file);
  const all = new Map<string, Load[]>(LOADING_WAYS.map(([way]) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [way] of LOADING_WAYS) all.get(way)?.push(await run<Load>("load", [fileOf(way), way, loads], folder));
  }
  const lines = LOADING_WAYS.map(([way, name]) => {
    const its = all.get(way) as Load[];
    const warm = its.map(({ times }) => Math.min(...times.slice(1)));
    return {
      name,
      first: figure(its.map(({ times }) => (times[0] as number) * 1e6)),
      warm: figure(warm.map((ms) => ms * 1e6)),
      peak: Math.max(...its.map(({ wasmBefore, wasmAfter }) => wasmAfter - wasmBefore)),
      held: its[0]?.held ?? 0,
    };
  });
  return { lines, snapshot: bytes };
}

// From the text of an export to something that can be asked: each way in processes of its own, in turn.

import { join } from "node:path";
import { run } from "./jobs.ts";
import type { Load } from "./load.ts";
import { type Figure, figure } from "./measure.ts";
import type { Parts, Taken } from "./snapshot.ts";

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

/** What an organisation takes as a snapshot, and in memory by its own account and by what reading the snapshot needed. */
export interface InMemory extends Taken {
  /** Bytes by which WebAssembly memory grew, in whole pages of 64 kB. */
  grown: number;
}

export interface Loading {
  lines: LoadingLine[];
  parts: Parts<InMemory>;
}

const NAMES = ["everything", "withoutAcls", "withoutObjects"] as const;

/** Each part is read from its snapshot, as a stream, by a process of its own: reading needs little beside what is held. */
async function measureParts(file: string, files: Parts<string>, folder: string): Promise<Parts<InMemory>> {
  const taken = await run<Parts<Taken>>("snapshot", [file, files], folder);
  const grown: number[] = [];
  for (const name of NAMES) {
    const { wasmBefore, wasmAfter } = await run<Load>("load", [files[name], "snapshot as a stream", 1], folder);
    grown.push(wasmAfter - wasmBefore);
  }
  return Object.fromEntries(NAMES.map((name, at) => [name, { ...taken[name], grown: grown[at] }])) as never;
}

export async function measureLoading(file: string, rounds: number, loads: number, folder: string): Promise<Loading> {
  const files = Object.fromEntries(NAMES.map((name) => [name, join(folder, `${name}.snapshot`)])) as Parts<string>;
  const parts = await measureParts(file, files, folder);
  const fileOf = (way: string) => (way.startsWith("snapshot") ? files.everything : file);
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
  return { lines, parts };
}

// Process: random ids that no data contain, asked about without end; memory on the way.

import { readFileSync } from "node:fs";
import { Org, ready } from "aclarity";
import { wasmBytes } from "../../../tests/js/wasm-memory.ts";
import { answer, given } from "./job.ts";
import { PERSON } from "./organization.ts";

export interface UnknownIds {
  steps: { asked: number; heap: number; wasm: number; ns: number }[];
}

const [file, most] = given<[string, number]>();
await ready();
const org = Org.loadSync(readFileSync(file));
const me = org.as(PERSON);
const steps: UnknownIds["steps"] = [];

function look(asked: number, ns: number): void {
  globalThis.gc?.();
  steps.push({ asked, heap: process.memoryUsage().heapUsed, wasm: wasmBytes(), ns });
}

look(0, 0);
const BATCH = 10_000;
const marks = [0.02, 0.05, 0.1, 0.25, 0.5, 1].map((share) => share * most);
let asking = 0;
let since = 0;
for (let asked = BATCH; asked <= most; asked += BATCH) {
  const ids = Array.from({ length: BATCH }, () => crypto.randomUUID());
  const start = performance.now();
  for (const id of ids) if (me.can("read", "dataset", id)) throw new Error("an unknown id was granted");
  asking += performance.now() - start;
  since += BATCH;
  if (!marks.includes(asked)) continue;
  look(asked, (asking * 1e6) / since);
  asking = 0;
  since = 0;
}
answer({ steps } satisfies UnknownIds);

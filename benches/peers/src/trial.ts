// Process: can this library hold this organisation, and answer in reasonable time?
import { readFileSync } from "node:fs";
import { ENGINES, type EngineKey } from "./engines/index.ts";
import { answer, given } from "./job.ts";
import type { Size } from "./organization.ts";
import { Scenario } from "./scenario.ts";

export interface Trial {
  engine: string;
  /** Seconds until it is ready. */
  ready: number;
  /** Milliseconds of a question. */
  question: number;
}

const [size, file, key] = given<[Size, string, EngineKey]>();
const scenario = new Scenario(size, readFileSync(file, "latin1"));
const start = performance.now();
const engine = await ENGINES[key](scenario);
const ready = (performance.now() - start) / 1e3;
const way = engine.ways[0];
if (way === undefined) throw new Error(`${engine.name} has no way to ask`);
const { asks, types, rows, ids } = scenario.questions;
const times = Array.from({ length: 7 }, (_, i) => {
  const one = <T>(of: readonly T[]) => of.slice(i, i + 1);
  const answers = new Uint8Array(1);
  const before = performance.now();
  way.ask({ asks: one(asks), types: one(types), rows: one(rows), ids: one(ids) }, answers);
  return performance.now() - before;
});
const question = times.sort((a, b) => a - b)[times.length >> 1];
answer({ engine: engine.name, ready, question });

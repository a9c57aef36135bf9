// Process: can this library hold this organisation, and answer in reasonable time?
import { readFileSync } from "node:fs";
import { ENGINES, type EngineKey } from "./engines/index.ts";
import { answer, given } from "./job.ts";
import type { Size } from "./organization.ts";
import { some } from "./questions.ts";
import { Scenario } from "./scenario.ts";

export interface Trial {
  engine: string;
  /** Seconds until it is ready. */
  ready: number;
  /** Milliseconds of a question. */
  question: number;
}

/** From all over: a search ends early for some and late for others. */
const QUESTIONS_TRIED = 10;

const [size, file, key] = given<[Size, string, EngineKey]>();
const scenario = new Scenario(size, readFileSync(file, "latin1"));
const start = performance.now();
const engine = await ENGINES[key](scenario);
const ready = (performance.now() - start) / 1e3;
const way = engine.ways[0];
if (way === undefined) throw new Error(`${engine.name} has no way to ask`);
const asked = some(QUESTIONS_TRIED, scenario.questions);
const before = performance.now();
way.ask(asked, new Uint8Array(QUESTIONS_TRIED));
const question = (performance.now() - before) / QUESTIONS_TRIED;
answer({ engine: engine.name, ready, question });

// Process: one size, all engines that hold it.
import { readFileSync } from "node:fs";
import { ready } from "aclarity";
import type { Engine } from "./engines/engine.ts";
import { ENGINES, type EngineKey } from "./engines/index.ts";
import { answer, given } from "./job.ts";
import type { Effort } from "./measure.ts";
import type { Size } from "./organization.ts";
import { measureQuestions, type QuestionFigures } from "./questions.ts";
import { Scenario } from "./scenario.ts";

export interface Asking extends QuestionFigures {
  grants: number;
  yes: number;
  characters: number;
}

const [size, file, keys, effort] = given<[Size, string, EngineKey[], Effort]>();
await ready();
// Generated text is ASCII.
const scenario = new Scenario(size, readFileSync(file, "latin1"));
const engines: Engine[] = [];
for (const key of keys) engines.push(await ENGINES[key](scenario));
const figures = await measureQuestions(scenario, engines, effort);
const yes = scenario.expected.reduce((sum, one) => sum + one, 0);
answer({ ...figures, grants: scenario.grants, yes, characters: scenario.text.length } satisfies Asking);

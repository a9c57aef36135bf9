// The questions of one screen: all of them, to each engine, in every way it may be asked.

import type { Engine, Way } from "./engines/engine.ts";
import { type Candidate, type Effort, type Figure, measureInRounds } from "./measure.ts";
import type { Questions, Scenario } from "./scenario.ts";

export interface Line {
  engine: string;
  way: string;
  fresh: Figure | undefined;
  same: Figure | undefined;
}
export interface Cold {
  engine: string;
  /** From the export's text to one answer. */
  fromText: Figure;
  /** Another person's first answer, the data being there. */
  another: Figure;
}
export interface QuestionFigures {
  lines: Line[];
  cold: Cold[];
}

export async function measureQuestions(
  scenario: Scenario,
  engines: readonly Engine[],
  effort: Effort,
): Promise<QuestionFigures> {
  const candidates: Candidate[] = [];
  for (const engine of engines) {
    for (const way of engine.ways) {
      // The same strings first: after the change that makes aclarity forget, it remembers by those objects.
      if (!way.freshOnly) candidates.push(asking(scenario, engine, way, "same"));
      if (!way.sameOnly) candidates.push(asking(scenario, engine, way, "fresh"));
    }
    candidates.push(fromText(scenario, engine), another(scenario, engine));
  }
  const figures = await measureInRounds(candidates, effort);
  const figure = (key: string): Figure => {
    const found = figures.get(key);
    if (found === undefined) throw new Error(`\`${key}\` was not measured`);
    return found;
  };
  return {
    lines: engines.flatMap((engine) =>
      engine.ways.map((way) => ({
        engine: engine.name,
        way: way.name,
        fresh: way.sameOnly ? undefined : figure(`${engine.name}: ${way.name}: fresh`),
        same: way.freshOnly ? undefined : figure(`${engine.name}: ${way.name}: same`),
      })),
    ),
    cold: engines.map(({ name }) => ({
      engine: name,
      fromText: figure(`${name}: from text`),
      another: figure(`${name}: another`),
    })),
  };
}

function asking(scenario: Scenario, { name }: Engine, way: Way, strings: "fresh" | "same"): Candidate {
  const make = (): Questions => {
    const questions = way.unknown ? scenario.unknown() : strings === "fresh" ? scenario.fresh() : scenario.questions;
    return way.prepare?.(questions) ?? questions;
  };
  const answers = new Uint8Array(scenario.expected.length);
  const { ask } = way;
  const run = (questions: Questions): Uint8Array => {
    ask(questions, answers);
    return answers;
  };
  const key = `${name}: ${way.name}: ${strings}`;
  // What is timed is right, the first time and the second.
  for (let time = 0; time < 2; time++) {
    answers.fill(2);
    compare(run(make()), way.unknown ? scenario.expected.map(() => 0) : scenario.expected, way.order, key);
  }
  if (way.slow) return { key, operations: FEW, prepare: () => few(make()), run };
  return { key, operations: scenario.expected.length, prepare: make, run };
}

/** Questions that are timed where all would take long; all are compared. */
const FEW = 100;

function few({ asks, types, rows, ids }: Questions): Questions {
  return { asks: asks.slice(0, FEW), types: types.slice(0, FEW), rows: rows.slice(0, FEW), ids: ids.slice(0, FEW) };
}

function compare(answers: Uint8Array, expected: Uint8Array, order: number[] | undefined, key: string): void {
  answers.forEach((answer, at) => {
    const question = order?.[at] ?? at;
    if (answer !== expected[question]) {
      throw new Error(`${key}: answer ${question} is ${answer}, and the naive evaluator says ${expected[question]}`);
    }
  });
}

function fromText({ text, strangers }: Scenario, { name, cold }: Engine): Candidate {
  let next = 0;
  const stranger = () => {
    next = (next + 1) % strangers.length;
    return strangers[next] as (typeof strangers)[number];
  };
  const key = `${name}: from text`;
  for (let i = 0; i < 5; i++) {
    const asked = stranger();
    if (cold(text, asked) !== asked.expected) throw new Error(`${key}: ${asked.user} is answered wrongly`);
  }
  return { key, operations: 1, prepare: stranger, run: (asked) => cold(text, asked) };
}

/** People per sample: the first answer of each. */
const PEOPLE = 50;

function another({ strangers }: Scenario, { name, others, forget }: Engine): Candidate {
  const answers = new Uint8Array(PEOPLE);
  let next = 0;
  const prepare = () => {
    forget?.();
    next = (next + PEOPLE) % strangers.length;
    return strangers.slice(next, next + PEOPLE).map((stranger) => {
      const { user, row } = JSON.parse(JSON.stringify(stranger)) as typeof stranger;
      return { ...stranger, user, row };
    });
  };
  const run = (asked: ReturnType<typeof prepare>): Uint8Array => {
    others(asked, answers);
    return answers;
  };
  const key = `${name}: another`;
  for (let i = 0; i < strangers.length; i += PEOPLE) {
    const asked = prepare();
    compare(
      run(asked),
      Uint8Array.from(asked, ({ expected }) => Number(expected)),
      undefined,
      key,
    );
  }
  return { key, operations: PEOPLE, prepare, run };
}

// The questions of one screen: all of them, to each engine, in every way it may be asked.

import type { Engine, Way } from "./engines/engine.ts";
import { type Candidate, type Effort, type Figure, measureInRounds } from "./measure.ts";
import { QUESTIONS, type Questions, type Scenario } from "./scenario.ts";

export interface Line {
  engine: string;
  way: string;
  fresh: Figure | undefined;
  same: Figure | undefined;
}
export interface Cold {
  engine: string;
  /** From the export's text to one answer; not where the text is large: then loading is measured in processes. */
  fromText: Figure | undefined;
  /** Another person's first answer, the data being there. */
  another: Figure;
}
export interface QuestionFigures {
  lines: Line[];
  cold: Cold[];
}

/** Characters of text that may be loaded for every sample. */
const SMALL_TEXT = 10e6;

export async function measureQuestions(
  scenario: Scenario,
  engines: readonly Engine[],
  effort: Effort,
): Promise<QuestionFigures> {
  const candidates: Candidate[] = [];
  const isSmall = scenario.text.length < SMALL_TEXT;
  for (const engine of engines) {
    for (const way of engine.ways) {
      // The same strings first: after the change that makes aclarity forget, it remembers by those objects.
      if (!way.freshOnly && !way.slow) candidates.push(askingOf(scenario, engine, way, "same", effort));
      if (!way.sameOnly) candidates.push(askingOf(scenario, engine, way, "fresh", effort));
    }
    if (isSmall) candidates.push(await fromText(scenario, engine));
    candidates.push(await another(scenario, engine));
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
        same: way.freshOnly || way.slow ? undefined : figure(`${engine.name}: ${way.name}: same`),
      })),
    ),
    cold: engines.map(({ name }) => ({
      engine: name,
      fromText: figures.get(`${name}: from text`),
      another: figure(`${name}: another`),
    })),
  };
}

/** All questions in one way; what is timed is compared with the naive evaluator first. */
export function askingOf(
  scenario: Scenario,
  { name }: Engine,
  way: Way,
  strings: "fresh" | "same",
  effort: Effort,
): Candidate {
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
  const { compared, timed } = way.slow ? budgetOf(ask, make(), effort) : ALL;
  // What is timed is right, the first time and the second.
  for (let time = 0; time < 2; time++) {
    answers.fill(2);
    const expected = way.unknown ? scenario.expected.map(() => 0) : scenario.expected;
    compare(run(some(compared, make())).subarray(0, compared), expected, way.order ?? spread(compared), key);
  }
  return { key, operations: timed, prepare: () => some(timed, make()), run, isSlow: way.slow === true };
}

const ALL = { compared: QUESTIONS, timed: QUESTIONS };
/** Milliseconds of one timed sample where all questions would take long, and how many are asked at least. */
const TIMED = 50;
const FEWEST = 20;

/** How many questions fit, by how long some take. */
function budgetOf(ask: Way["ask"], questions: Questions, { comparing }: Effort): typeof ALL {
  const answers = new Uint8Array(QUESTIONS);
  ask(some(2, questions), answers);
  const start = performance.now();
  ask(some(10, questions), answers);
  const each = (performance.now() - start) / 10;
  const fitting = (ms: number) => Math.max(FEWEST, Math.min(QUESTIONS, Math.floor(ms / each)));
  return { compared: fitting(comparing), timed: Math.min(200, fitting(TIMED)) };
}

function spread(count: number): number[] {
  return Array.from({ length: count }, (_, n) => Math.floor((n * QUESTIONS) / count));
}

/** So many questions, from all over: a search ends early for some and late for others. */
export function some(count: number, questions: Questions): Questions {
  if (count >= questions.ids.length) return questions;
  const { asks, types, rows, ids } = questions;
  const at = spread(count);
  const pick = <T>(of: readonly T[]) => at.map((position) => of[position] as T);
  return { asks: pick(asks), types: pick(types), rows: pick(rows), ids: pick(ids) };
}

function compare(answers: Uint8Array, expected: Uint8Array, order: number[] | undefined, key: string): void {
  answers.forEach((answer, at) => {
    const question = order?.[at] ?? at;
    if (answer !== expected[question]) {
      throw new Error(`${key}: answer ${question} is ${answer}, and the naive evaluator says ${expected[question]}`);
    }
  });
}

async function fromText({ text, strangers }: Scenario, { name, cold }: Engine): Promise<Candidate> {
  let next = 0;
  const stranger = () => {
    next = (next + 1) % strangers.length;
    return strangers[next] as (typeof strangers)[number];
  };
  const key = `${name}: from text`;
  for (let i = 0; i < 5; i++) {
    const asked = stranger();
    if ((await cold(text, asked)) !== asked.expected) throw new Error(`${key}: ${asked.user} is answered wrongly`);
  }
  return { key, operations: 1, prepare: stranger, run: (asked) => cold(text, asked) };
}

/** People per sample: the first answer of each. */
const PEOPLE = 50;
/** People whose answers are compared, where those of all would take long; and milliseconds after which no more are. */
const COMPARED_PEOPLE = 6;
const COMPARING_PEOPLE = 5000;

async function another({ strangers }: Scenario, engine: Engine): Promise<Candidate> {
  const { name, others, forget, people = PEOPLE } = engine;
  const answers = new Uint8Array(people);
  let next = 0;
  const prepare = () => {
    forget?.();
    next = (next + people) % strangers.length;
    const asked = strangers.slice(next, next + people);
    return (asked.length === people ? asked : strangers.slice(0, people)).map((stranger) => {
      const { user, row } = JSON.parse(JSON.stringify(stranger)) as typeof stranger;
      return { ...stranger, user, row };
    });
  };
  const run = (asked: ReturnType<typeof prepare>) => others(asked, answers);
  const key = `${name}: another`;
  const isSlow = people !== PEOPLE;
  const start = performance.now();
  for (let i = 0; i < (isSlow ? COMPARED_PEOPLE : strangers.length); i += people) {
    if (isSlow && i > 0 && performance.now() - start > COMPARING_PEOPLE) break;
    const asked = prepare();
    await run(asked);
    compare(
      answers,
      Uint8Array.from(asked, ({ expected }) => Number(expected)),
      undefined,
      key,
    );
  }
  return { key, operations: people, prepare, run, isSlow };
}

// What engines of a general library have in common: rules made for everybody, or for one person alone, and one way to ask.

import { Index, type Row, type Rows } from "../rows.ts";
import type { Scenario, Stranger } from "../scenario.ts";
import type { Engine } from "./engine.ts";

export interface Library<Rules> {
  /** The rules that hold for this person, or for everybody. */
  build: (index: Index, user: string | undefined) => Rules | Promise<Rules>;
  can: (rules: Rules, index: Index, user: string, ask: string, type: string, row: Row) => boolean;
  /** As an application would write the question. */
  call: string;
  slow: boolean;
}

/** All rules at once: another person is asked about without making anything. */
export async function forAll<Rules>(name: string, library: Library<Rules>, scenario: Scenario): Promise<Engine> {
  const rules = await library.build(scenario.index, undefined);
  return {
    ...engine(name, library, scenario, rules, undefined),
    others(strangers, answers) {
      strangers.forEach(({ user, ask, type, row }, i) => {
        answers[i] = library.can(rules, scenario.index, user, ask, type, row) ? 1 : 0;
      });
    },
    people: library.slow ? 2 : 50,
  };
}

/** The rules of one person: another person's are made first. */
export async function forOne<Rules>(name: string, library: Library<Rules>, scenario: Scenario): Promise<Engine> {
  const { index, person } = scenario;
  const rules = await library.build(index, person);
  return {
    ...engine(name, library, scenario, rules, person),
    async others(strangers, answers) {
      for (const [i, { user, ask, type, row }] of strangers.entries()) {
        const its = await library.build(index, user);
        answers[i] = library.can(its, index, user, ask, type, row) ? 1 : 0;
      }
    },
    people: library.slow ? 2 : 10,
  };
}

function engine<Rules>(
  name: string,
  { build, can, call, slow }: Library<Rules>,
  { index, person }: Scenario,
  rules: Rules,
  only: string | undefined,
): Omit<Engine, "others"> {
  return {
    name,
    ways: [
      {
        name: call,
        slow,
        ask({ asks, types, rows }, answers) {
          for (let i = 0; i < rows.length; i++) {
            answers[i] = can(rules, index, person, asks[i] as string, types[i] as string, rows[i] as Row) ? 1 : 0;
          }
        },
      },
    ],
    async cold(text: string, { user, ask, type, row }: Stranger) {
      const its = new Index(JSON.parse(text) as Rows);
      return can(await build(its, only === undefined ? undefined : user), its, user, ask, type, row);
    },
  };
}

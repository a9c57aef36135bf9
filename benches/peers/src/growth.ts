// Process: a small and a large organisation side by side: the same questions and changes, in turns.

import { readFileSync } from "node:fs";
import { Org, ready } from "aclarity";
import { type Change, changesOf, type Spread, timeInTurns } from "./changes.ts";
import { aclarity } from "./engines/aclarity.ts";
import { bitmaskMap } from "./engines/maps.ts";
import { answer, given } from "./job.ts";
import { type Candidate, type Effort, type Figure, measureInRounds } from "./measure.ts";
import type { Size } from "./organization.ts";
import { askingOf } from "./questions.ts";
import { must, Scenario } from "./scenario.ts";

/** The same of both: first the small organisation's. */
export type Both<T> = readonly [small: T, large: T];

export interface Growth {
  sizes: Both<Size>;
  ways: { engine: string; way: string; strings: "same" | "fresh"; figures: Both<Figure> }[];
  changes: { name: string; spreads: Both<Spread> }[];
}

const [sizes, files, effort, count] = given<[Both<Size>, Both<string>, Effort, number]>();
await ready();
const both = <T>(make: (which: 0 | 1) => T): Both<T> => [make(0), make(1)];
const scenarios = both((which) => new Scenario(sizes[which], readFileSync(files[which], "latin1")));

const ways: (Omit<Growth["ways"][number], "figures"> & { candidates: Both<Candidate> })[] = [];
for (const make of [aclarity, bitmaskMap]) {
  const engines = both((which) => make(scenarios[which]));
  const { name: engine } = engines[0];
  for (const [at, way] of engines[0].ways.entries()) {
    for (const strings of ["same", "fresh"] as const) {
      if (strings === "same" ? way.freshOnly : way.sameOnly) continue;
      const candidates = both((which) => {
        const named = { ...engines[which], name: `${engine}, ${sizes[which].acls} ACLs` };
        return askingOf(scenarios[which], named, must(engines[which].ways[at]), strings, effort);
      });
      ways.push({ engine, way: way.name, strings, candidates });
    }
  }
}
const figures = await measureInRounds(
  ways.flatMap(({ candidates }) => candidates),
  effort,
);

const orgs = both((which) => Org.loadSync(scenarios[which].text));
const changes = both((which) => changesOf(orgs[which], scenarios[which]));
answer({
  sizes,
  ways: ways.map(({ candidates, ...way }) => ({
    ...way,
    figures: both((which) => must(figures.get(candidates[which].key))),
  })),
  changes: changes[0].map((small, at) => {
    const spreads = timeInTurns([small, changes[1][at] as Change], count);
    return { name: small.name, spreads: both((which) => must(spreads[which])) };
  }),
} satisfies Growth);

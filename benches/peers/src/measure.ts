// Measuring: everything in one process, in rounds, each candidate once per round, so that what the machine does
// meanwhile happens to all of them alike.

import { measure } from "mitata";

export interface Candidate {
  key: string;
  /** Operations per call of `run`: times are per operation. */
  operations: number;
  /** Before the clock starts, for every sample. */
  prepare: () => unknown;
  run: (prepared: never) => unknown;
  /** May take long: then one sample per round is enough. */
  isSlow?: boolean;
}

export interface Figure {
  /** Nanoseconds per operation: the median of the rounds. */
  ns: number;
  /** The lowest and the highest round. */
  low: number;
  high: number;
  rounds: number[];
}

export interface Effort {
  rounds: number;
  /** Samples per round, at most. */
  samples: number;
  /** Milliseconds for comparing the answers of a slow engine before it is timed. */
  comparing: number;
}

/** Nanoseconds of samples that are enough for one round. */
const SAMPLED = 30e6;
/** Nanoseconds of one run from which a candidate is run once in each of two rounds; and once in all. */
const LONG = 0.3e9;
const VERY_LONG = 10e9;

export async function measureInRounds(candidates: readonly Candidate[], effort: Effort): Promise<Map<string, Figure>> {
  const results = new Map<string, number[]>(candidates.map(({ key }) => [key, []]));
  const last = new Map<Candidate, number>();
  // The first round warms up and is not counted.
  for (let round = -1; round < effort.rounds; round++) {
    for (const candidate of candidates) {
      const before = last.get(candidate) ?? 0;
      if (before > VERY_LONG || (round >= 2 && before > LONG)) continue;
      const ns = await sample(candidate, effort.samples);
      last.set(candidate, ns);
      // Of what takes seconds the first run says as much as any other.
      if (round >= 0 || ns > VERY_LONG) results.get(candidate.key)?.push(ns / candidate.operations);
    }
    process.stderr.write(round < 0 ? "  warm" : ` ${round + 1}`);
  }
  process.stderr.write("\n");
  return new Map([...results].map(([key, rounds]) => [key, figure(rounds)]));
}

async function sample({ prepare, run, isSlow }: Candidate, samples: number): Promise<number> {
  if (isSlow) {
    const prepared = prepare() as never;
    const start = process.hrtime.bigint();
    await run(prepared);
    const ns = Number(process.hrtime.bigint() - start);
    if (ns > LONG) return ns;
  }
  const stats = await measure(
    function* () {
      // With a parameter even where it is of no use: what prepares a sample is called for parameters that are declared.
      yield { 0: prepare, bench: (prepared: never) => run(prepared) };
    },
    // Three samples at least, some dozens at most, since what is prepared may take longer than what is measured. No
    // batches: a batch would hold thousands of prepared samples.
    // A collection before every line would take most of the time where hundreds of megabytes are held.
    {
      ...{ min_samples: isSlow ? 1 : 3, max_samples: samples, min_cpu_time: SAMPLED, batch_threshold: 0 },
      ...(process.memoryUsage.rss() < 1e9 ? {} : { gc: false as const }),
    },
  );
  // The lower quartile: a sample that the machine interrupted says nothing about what was measured.
  return stats.p25;
}

export function figure(rounds: readonly number[]): Figure {
  const sorted = [...rounds].sort((a, b) => a - b);
  return { ns: median(rounds), low: sorted[0] as number, high: sorted.at(-1) as number, rounds: [...rounds] };
}

export function median(of: readonly number[]): number {
  const sorted = [...of].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** How many times `figure` takes what `base` takes, round by round; the median of the rounds that both have. */
export function ratio(figure: Figure, base: Figure): number {
  return median(figure.rounds.slice(0, base.rounds.length).map((ns, round) => ns / (base.rounds[round] as number)));
}

// Cold in earnest: a new process for each sample, from importing the library to the first answer.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figure } from "./measure.ts";
import { median } from "./measure.ts";
import type { Scenario } from "./scenario.ts";

export interface FirstAnswer {
  name: string;
  figure: Figure;
}

const ENGINES = [
  ["aclarity", "aclarity"],
  ["map", "hand-written Map of id to bits"],
  ["casl", "CASL, rules folded"],
] as const;

export function measureFirstAnswers({ text, strangers }: Scenario, rounds: number): FirstAnswer[] {
  const folder = mkdtempSync(join(tmpdir(), "aclarity-bench-"));
  try {
    const file = join(folder, "export.json");
    writeFileSync(file, JSON.stringify({ text, stranger: strangers[0] }));
    const script = fileURLToPath(new URL("first.mjs", import.meta.url));
    const samples = new Map<string, number[]>(ENGINES.map(([engine]) => [engine, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [engine] of ENGINES) {
        samples.get(engine)?.push(Number(execFileSync(process.execPath, [script, engine, file], { encoding: "utf8" })));
      }
    }
    return ENGINES.map(([engine, name]) => {
      const all = samples.get(engine) as number[];
      return { name, figure: { ns: median(all), low: Math.min(...all), high: Math.max(...all), rounds: all } };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

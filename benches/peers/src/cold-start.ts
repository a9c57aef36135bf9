// Cold in earnest: a new process for each sample, from importing the library to the first answer; and a new workerd.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packRules } from "@casl/ability/extra";
import { bundleForWorkerd } from "../../../tests/browser/harness/bundle.ts";
import { startWorker } from "../../../tests/browser/harness/workerd.ts";
import { folded } from "./engines/casl.ts";
import { type Figure, figure } from "./measure.ts";
import type { Row } from "./rows.ts";
import { LISTS, type Scenario, type Stranger } from "./scenario.ts";

/** What a new process is given. */
export interface ColdData {
  stranger: Stranger;
  /** The whole export. */
  text: string;
  /** What of the export covers this person, as JSON. */
  own: string;
  /** The person's CASL rules, packed as its guide says for sending them. */
  rules: string;
}

export interface ColdLine {
  name: string;
  figure: Figure;
}
export interface ColdStart {
  whole: ColdLine[];
  own: ColdLine[];
  ownBytes: number;
  rulesBytes: number;
  /** From starting workerd to the answer. */
  workerd: ColdLine[];
}

const WHOLE = [
  ["aclarity, text", "aclarity"],
  ["map, text", "hand-written Map of id to bits"],
  ["CASL, text", "CASL, rules folded"],
] as const;
const OWN = [
  ["aclarity, own", "aclarity, an export of what covers the person"],
  ["CASL, own", "CASL, the person's rules packed"],
] as const;
const WORKERS = [
  ["empty", "a worker that only parses its request"],
  ["aclarity", "aclarity, an export of what covers the person"],
  ["casl", "CASL, the person's rules packed"],
] as const;

/** The lists of an export without what covers others: the rules of one person, as CASL gets them. */
function ownExport({ rows, index, person }: Scenario): string {
  const principals = index.principals(person);
  const acls = rows.acls.filter((acl) => principals.has(acl.user_id ?? acl.group_id ?? ""));
  const granted = new Set(acls.map((acl) => acl.object_id));
  const groups = rows.groups
    .filter((group) => principals.has(group.id))
    .map((group) => ({ ...group, member_users: group.member_users.filter((user) => user === person) }));
  const { organization, roles, projects, project_groups } = rows;
  const own: Record<string, unknown> = { organization, roles, projects, project_groups, groups, acls };
  for (const [list] of LISTS) {
    own[list] = (rows[list] as Row[]).filter((row) => granted.has(row.id) || row.public === true);
  }
  return JSON.stringify(own);
}

export async function measureColdStart(scenario: Scenario, rounds: number, folder: string): Promise<ColdStart> {
  const { questions, person, index, expected } = scenario;
  const at = questions.types.findIndex((type, i) => type === "dataset" && expected[i] === 1);
  const data: ColdData = {
    stranger: {
      user: person,
      ask: questions.asks[at] as string,
      type: questions.types[at] as string,
      row: questions.rows[at] as Row,
      expected: true,
    },
    text: scenario.text,
    own: ownExport(scenario),
    rules: JSON.stringify(packRules(folded(index, person).rules as never)),
  };
  const file = join(folder, "cold.json");
  writeFileSync(file, JSON.stringify(data));
  const script = fileURLToPath(new URL("first.mjs", import.meta.url));
  const inProcess = async (way: string) =>
    Number(execFileSync(process.execPath, [script, way, file], { encoding: "utf8" }));
  const processes = await inTurn([...WHOLE, ...OWN], rounds, inProcess);
  return {
    whole: processes.slice(0, WHOLE.length),
    own: processes.slice(WHOLE.length),
    ownBytes: data.own.length,
    rulesBytes: data.rules.length,
    workerd: await inWorkerd(data, rounds),
  };
}

async function inTurn(
  ways: readonly (readonly [way: string, name: string])[],
  rounds: number,
  sample: (way: string) => Promise<number>,
): Promise<ColdLine[]> {
  const samples = new Map<string, number[]>(ways.map(([way]) => [way, []]));
  // The first round fills the caches of the file system.
  for (let round = -1; round < rounds; round++) {
    for (const [way] of ways) {
      const ns = await sample(way);
      if (round >= 0) samples.get(way)?.push(ns);
    }
  }
  return ways.map(([way, name]) => ({ name, figure: figure(samples.get(way) as number[]) }));
}

async function inWorkerd(data: ColdData, rounds: number): Promise<ColdLine[]> {
  const bodies: { [worker: string]: string } = {
    empty: JSON.stringify({ stranger: data.stranger }),
    aclarity: JSON.stringify({ stranger: data.stranger, own: data.own }),
    casl: JSON.stringify({ stranger: data.stranger, rules: data.rules }),
  };
  const bundles = new Map<string, Record<string, string | Uint8Array>>();
  for (const [worker] of WORKERS) {
    const source = fileURLToPath(new URL(`../src/workers/${worker}.ts`, import.meta.url));
    bundles.set(worker, await bundleForWorkerd(source));
  }
  return inTurn(WORKERS, rounds, async (name) => {
    const start = process.hrtime.bigint();
    const worker = await startWorker(bundles.get(name) as Record<string, string | Uint8Array>);
    try {
      const response = await fetch(worker.url, { method: "POST", body: bodies[name] as string });
      const answer = await response.json();
      const ns = Number(process.hrtime.bigint() - start);
      if (answer !== data.stranger.expected) throw new Error(`${name} in workerd answers ${JSON.stringify(answer)}`);
      return ns;
    } finally {
      await worker.close();
    }
  });
}

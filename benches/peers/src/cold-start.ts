// Cold in earnest: a new process for each sample, from importing the library to the first answer; and a new workerd.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packRules } from "@casl/ability/extra";
import { type Ask, Org, ready } from "aclarity";
import { bundleForWorkerd } from "../../../tests/browser/harness/bundle.ts";
import { startWorker } from "../../../tests/browser/harness/workerd.ts";
import { type Ability, folded, unfolded } from "./engines/casl.ts";
import { type Figure, figure } from "./measure.ts";
import type { Row } from "./rows.ts";
import { LISTS, must, type Scenario, type Stranger } from "./scenario.ts";

/** What a new process is given. */
export interface ColdData {
  stranger: Stranger;
  /** The whole export. */
  text: string;
  /** What of the export covers this person, as JSON. */
  own: string;
  /** The person's CASL rules, packed as its guide says for sending them: folded, and one for each ACL. */
  rules: string;
  rulesUnfolded: string;
  /** Files of bytes: the snapshot of everything, and the person's slices. */
  snapshot: string;
  slice: string;
  sliceWithoutObjects: string;
}

export interface ColdLine {
  name: string;
  /** Bytes of the data that it is given. */
  bytes: number;
  figure: Figure;
}
export interface ColdStart {
  whole: ColdLine[];
  own: ColdLine[];
  /** From starting workerd to the answer. */
  workerd: ColdLine[];
}

type DataName = Exclude<keyof ColdData, "stranger">;
interface ColdWay {
  /** The way of first.ts, or the worker. */
  way: string;
  name: string;
  data?: DataName;
}

export const LITE_SLICE = 'aclarity/lite, the person\'s slice, objects: "all"';
export const LITE_SLICE_WITHOUT_OBJECTS = 'aclarity/lite, the person\'s slice, objects: "none"';
export const CASL_FOLDED = "CASL, the person's rules folded, packed";
export const CASL_UNFOLDED = "CASL, the person's rules, one per ACL, packed";

const WHOLE: readonly ColdWay[] = [
  { way: "aclarity", name: "aclarity", data: "text" },
  { way: "aclarity", name: "aclarity, a snapshot of it", data: "snapshot" },
  { way: "map", name: "hand-written Map of id to bits", data: "text" },
  { way: "CASL, text", name: "CASL, rules folded", data: "text" },
];
const OWN: readonly ColdWay[] = [
  { way: "lite", name: LITE_SLICE, data: "slice" },
  { way: "lite", name: LITE_SLICE_WITHOUT_OBJECTS, data: "sliceWithoutObjects" },
  { way: "aclarity", name: 'aclarity, the person\'s slice, objects: "all"', data: "slice" },
  { way: "aclarity", name: 'aclarity, the person\'s slice, objects: "none"', data: "sliceWithoutObjects" },
  { way: "aclarity", name: "aclarity, an export of what covers the person", data: "own" },
  { way: "CASL", name: CASL_FOLDED, data: "rules" },
  { way: "CASL", name: CASL_UNFOLDED, data: "rulesUnfolded" },
];
const WORKERS: readonly ColdWay[] = [
  ...OWN,
  { way: "aclarity", name: "aclarity, a snapshot of everything", data: "snapshot" },
  { way: "empty", name: "a worker that only parses the question" },
];

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
  const data = await dataOf(scenario, folder);
  const file = join(folder, "cold.json");
  writeFileSync(file, JSON.stringify(data));
  const script = fileURLToPath(new URL("first.mjs", import.meta.url));
  const inProcess = async ({ way, data: of }: ColdWay) =>
    Number(execFileSync(process.execPath, [script, way, file, of as string], { encoding: "utf8" }));
  const processes = await inTurn([...WHOLE, ...OWN], data, rounds, inProcess);
  return {
    whole: processes.slice(0, WHOLE.length),
    own: processes.slice(WHOLE.length),
    workerd: await inWorkerd(data, rounds),
  };
}

async function dataOf(scenario: Scenario, folder: string): Promise<ColdData> {
  const { questions, person, index, expected } = scenario;
  await ready();
  const org = Org.loadSync(scenario.text);
  const withoutObjects = org.slice(person, { objects: "none" });
  // The same question for all: what the slice without objects knows is an object with a grant of its own.
  const sliced = Org.loadSync(withoutObjects).as(person);
  const at = questions.types.findIndex(
    (type, i) =>
      type === "dataset" && expected[i] === 1 && sliced.can(questions.asks[i] as Ask, type, must(questions.rows[i])),
  );
  const written = (name: string, bytes: Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };
  const packed = (ability: Ability): string => JSON.stringify(packRules(ability.rules as never));
  const data: ColdData = {
    stranger: {
      user: person,
      ask: must(questions.asks[at]),
      type: must(questions.types[at]),
      row: must(questions.rows[at]),
      expected: true,
    },
    text: scenario.text,
    own: ownExport(scenario),
    rules: packed(folded(index, person)),
    rulesUnfolded: packed(unfolded(index, person)),
    snapshot: written("cold.snapshot", org.toBytes()),
    slice: written("cold.slice", org.slice(person)),
    sliceWithoutObjects: written("cold-none.slice", withoutObjects),
  };
  org.free();
  return data;
}

const ARE_FILES: readonly DataName[] = ["snapshot", "slice", "sliceWithoutObjects"];

/** What a process, or a request, gets: text, or bytes. */
function given(data: ColdData, name: DataName): string | Uint8Array {
  return ARE_FILES.includes(name) ? readFileSync(data[name]) : data[name];
}

async function inTurn(
  ways: readonly ColdWay[],
  data: ColdData,
  rounds: number,
  sample: (way: ColdWay) => Promise<number>,
): Promise<ColdLine[]> {
  const samples = ways.map((): number[] => []);
  // The first round fills the caches of the file system.
  for (let round = -1; round < rounds; round++) {
    for (const [at, way] of ways.entries()) {
      const ns = await sample(way);
      if (round >= 0) samples[at]?.push(ns);
    }
  }
  return ways.map(({ name, data: of }, at) => ({
    name,
    // Generated text is ASCII.
    bytes: of === undefined ? 0 : given(data, of).length,
    figure: figure(samples[at] as number[]),
  }));
}

async function inWorkerd(data: ColdData, rounds: number): Promise<ColdLine[]> {
  type Modules = Record<string, string | Uint8Array>;
  const bundles = new Map<string, Modules>();
  for (const way of new Set(WORKERS.map((worker) => worker.way))) {
    const source = fileURLToPath(new URL(`../src/workers/${way.toLowerCase()}.ts`, import.meta.url));
    bundles.set(way, await bundleForWorkerd(source));
  }
  const headers = { question: JSON.stringify(data.stranger) };
  return inTurn(WORKERS, data, rounds, async ({ way, name, data: of }) => {
    const body = of === undefined ? "" : (given(data, of) as string | Uint8Array<ArrayBuffer>);
    const start = process.hrtime.bigint();
    const worker = await startWorker(bundles.get(way) as Modules);
    try {
      const response = await fetch(worker.url, { method: "POST", headers, body });
      const answer = await response.json();
      const ns = Number(process.hrtime.bigint() - start);
      if (answer !== data.stranger.expected) throw new Error(`${name}, in workerd, answers ${JSON.stringify(answer)}`);
      return ns;
    } finally {
      await worker.close();
    }
  });
}

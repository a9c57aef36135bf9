// Loops that make what a long-lived program makes over and over: loads, drafts, subjects. The tests in Node and in
// Chromium look at the memory before and after.

import type { Org as AnyOrg, Draft, Export, Org } from "aclarity";
import { large, Rng } from "./generate.ts";
import { wasmBytes } from "./wasm-memory.ts";

type OrgClass = typeof AnyOrg;

export interface Memory {
  /** Of JavaScript, after a collection. */
  heap: number;
  wasm: number;
}

export interface Grown extends Memory {
  rounds: number;
}

/** What the runtime has for looking at its memory. */
export interface Runtime {
  /** Collects garbage as far as possible, runs what was registered for finalisation, and measures the heap. */
  heap(): Promise<number>;
}

const data = large(new Rng(20_261_122), 40, 10, 6, 60, 200) as unknown as Export & {
  users: { id: string }[];
  datasets: { id: string; project_id: string }[];
  projects: { id: string }[];
  groups: { id: string }[];
};
const text = JSON.stringify(data);
const users = data.users.map(({ id }) => id);
const dataset = data.datasets[0] as { id: string };
const project = data.projects[0] as { id: string };
const team = data.groups.at(-1) as { id: string };

function question(org: Org, round: number): void {
  const me = org.as(users[round % users.length] as string);
  me.can("read", "dataset", dataset);
  me.can("update", org.ref("dataset", dataset));
  me.explain("read", "dataset", dataset.id);
  me.list("read", "prompt");
  void me.groups;
}

function change(draft: Draft, round: number): void {
  const user = users[round % users.length] as string;
  draft.grant({ object_type: "project", object_id: project.id, user_id: user, permission: "delete_acls" });
  draft.addMembers(team.id, [user]);
  draft.diff();
  void draft.findings;
  draft.preview.as(user).can("read", "dataset", dataset.id);
  draft.requests();
}

const draftOf = (org: Org): Draft => org.draft({ by: { subject: org.as(users[0] as string), credential: "session" } });

type Loop = (org: OrgClass, standing: Org, round: number) => void | Promise<void>;

/** Everything is freed by hand. */
export const FREED: { readonly [name: string]: Loop } = {
  "loads, with free()": (Class, _, round) => {
    const org = Class.loadSync(text);
    question(org, round);
    org.free();
  },
  "streamed loads, with free()": async (Class, _, round) => {
    const org = await Class.load(new Response(text));
    question(org, round);
    org.free();
  },
  "loads and drafts, with using": (Class, _, round) => {
    using org = Class.loadSync(text);
    using draft = draftOf(org);
    change(draft, round);
  },
  "loads that fail": (Class) => {
    try {
      Class.loadSync(`${text.slice(0, -1)}, "acls": 7}`);
    } catch {
      return;
    }
    throw new Error("a list that is a number was loaded");
  },
  "drafts of one org, with free()": (_, standing, round) => {
    const draft = draftOf(standing);
    change(draft, round);
    draft.free();
  },
  "replacing one org's state": async (_, standing, round) => {
    await standing.replace(text);
    question(standing, round);
  },
  "applying a change and its opposite": (_, standing, round) => {
    const acl = { object_type: "project", object_id: project.id, user_id: users[0], permission: "read" } as const;
    standing.apply({ acls: { upsert: [{ id: `new-${round}`, ...acl }] } });
    standing.apply({ acls: { remove: [`new-${round}`] } });
  },
};

const STRANGERS = 30;

/** Left to the collector, which needs the event loop between rounds. */
export const COLLECTED: { readonly [name: string]: Loop } = {
  "loads, without free()": (Class, _, round) => {
    question(Class.loadSync(text), round);
  },
  "drafts of one org, without free()": (_, standing, round) => {
    change(draftOf(standing), round);
  },
  "subjects of one org": (_, standing, round) => {
    // People that the data do not name, too: new ones each time, and so many that every bounded memory of what was
    // asked before is full after the first half of a short run.
    for (let n = 0; n < STRANGERS; n++) {
      const stranger = standing.as(`stranger-${round}-${n}`);
      stranger.can("read", "dataset", dataset);
      stranger.can("read", "dataset", `unknown-${round}-${n}`);
      stranger.explain("read", "dataset", `unknown-${round}-${n}`);
      standing.asGroup(`group-${round}-${n}`).can("read", "dataset", dataset);
    }
    question(standing, round);
  },
};

/** How much more memory is used after the second half of the rounds than after the first. */
export async function grown(Class: OrgClass, name: string, rounds: number, runtime: Runtime): Promise<Grown> {
  const loop = FREED[name] ?? COLLECTED[name];
  if (loop === undefined) throw new Error(`there is no loop \`${name}\``);
  const isCollected = name in COLLECTED;
  using standing = await Class.load(text);
  const half = Math.ceil(rounds / 2);
  const run = async (from: number, to: number): Promise<Memory> => {
    for (let round = from; round < to; round++) {
      await loop(Class, standing, round);
      if (isCollected && round % 50 === 49) await runtime.heap();
    }
    return { heap: await runtime.heap(), wasm: wasmBytes() };
  };
  const before = await run(0, half);
  const after = await run(half, 2 * half);
  return { rounds: half, heap: after.heap - before.heap, wasm: after.wasm - before.wasm };
}

// What one round may leave behind on average, in bytes: less than anything that would be forgotten. What is measured
// wavers by some 100 kB, whatever the number of rounds. An organisation of this text takes more than 100 kB of wasm
// memory, a draft some.
const PER_ROUND = 100;
const WAVERING = 400_000;
const WASM_WAVERING = 300_000;

/** What is wrong with that, if anything. */
export function leak({ rounds, heap, wasm }: Grown): string | undefined {
  if (heap > PER_ROUND * rounds + WAVERING) return `the heap grew by ${heap} bytes in ${rounds} rounds`;
  if (wasm > WASM_WAVERING) return `wasm memory grew by ${wasm} bytes in ${rounds} rounds`;
  return undefined;
}

/** Half of them before the first look, half after: 10,000 when all are asked for, and otherwise what takes seconds. */
export const rounds = (all: string | undefined): number => (all === "all" ? 20_000 : 400);

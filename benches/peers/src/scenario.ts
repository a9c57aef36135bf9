// One organisation, one person signed in, and the questions of one screen.

import { large, Rng } from "../../../tests/js/generate.ts";
import { Naive } from "../../../tests/js/naive.ts";
import { ASKED_TYPES, Index, type Row, type Rows } from "./rows.ts";

export interface Size {
  name: string;
  users: number;
  groups: number;
  projects: number;
  objects: number;
  acls: number;
}

/** What is asked: in turn, one permission about one object each. */
export interface Questions {
  asks: readonly string[];
  types: readonly string[];
  rows: readonly Row[];
  ids: readonly string[];
}

/** One person and one question about one object. */
export interface Stranger {
  user: string;
  ask: string;
  type: string;
  row: Row;
  expected: boolean;
}

export const QUESTIONS = 2000;
const ASKS = ["read", "update", "delete", "update_acls"] as const;
const GRANTS = 160;

export class Scenario {
  readonly text: string;
  readonly rows: Rows;
  readonly index: Index;
  readonly person: string;
  readonly grants: number;
  readonly creatorGrants: number;
  readonly questions: Questions;
  /** What the naive evaluator answers. */
  readonly expected: Uint8Array;
  /** Other people, each with one question, and what the naive evaluator answers. */
  readonly strangers: readonly Stranger[];
  private readonly rowsText: string;

  constructor(readonly size: Size) {
    const rng = new Rng(20_261_122);
    const data = large(rng, size.users, size.groups, size.projects, size.objects, size.acls);
    this.text = JSON.stringify(data);
    this.rows = JSON.parse(this.text) as Rows;
    const index = new Index(this.rows);
    this.index = index;
    this.person = choosePerson(this.rows, index);
    this.grants = index.acls(this.person).length;
    this.creatorGrants = index.acls(this.person).filter((acl) => acl.user_id === this.person && acl.role_id).length;

    const objects = shuffled(rng, liveObjects(this.rows)).slice(0, QUESTIONS);
    if (objects.length < QUESTIONS) throw new Error(`${objects.length} live objects are too few`);
    this.rowsText = JSON.stringify(objects.map(([, row]) => row));
    const asks = objects.map(() => rng.pick(ASKS) as string);
    const types = objects.map(([type]) => type);
    const rows = JSON.parse(this.rowsText) as Row[];
    this.questions = { asks, types, rows, ids: rows.map((row) => row.id) };

    const naive = new Naive(data);
    this.expected = Uint8Array.from(rows, (row, i) =>
      Number(naive.can({ id: this.person }, must(asks[i]), must(types[i]), row.id).allowed),
    );
    this.strangers = shuffled(rng, this.rows.users)
      .filter(({ id }) => id !== this.person)
      .slice(0, 500)
      .map(({ id }, i) => {
        const [ask, type, row] = [must(asks[i]), must(types[i]), must(rows[i])];
        return { user: id, ask, type, row, expected: naive.can({ id }, ask, type, row.id).allowed };
      });
  }

  /** The same questions in strings that nobody has seen before, as rows from the network are. */
  fresh(): Questions {
    const rows = JSON.parse(this.rowsText) as Row[];
    return { ...this.questions, rows, ids: rows.map((row) => row.id) };
  }

  /** Questions about ids that no data contain, different ones each time. */
  unknown(): Questions {
    const text = JSON.stringify(this.questions.ids.map(() => crypto.randomUUID()));
    const ids = JSON.parse(text) as string[];
    return { ...this.questions, rows: ids.map((id) => ({ id })), ids };
  }
}

/** A person with about 160 grants who is in no built-in group, and of those who created most. */
function choosePerson(rows: Rows, index: Index): string {
  const builtin = new Set(rows.groups.slice(0, 3).map((group) => group.id));
  const candidates = rows.users
    .map(({ id }) => ({ id, acls: index.acls(id) }))
    .filter(({ id }) => ![...index.principals(id)].some((principal) => builtin.has(principal)))
    .map(({ id, acls }) => {
      const created = acls.filter((acl) => acl.user_id === id && acl.role_id !== null).length;
      return { id, off: Math.max(0, Math.abs(acls.length - GRANTS) - 5), created };
    })
    .sort((a, b) => a.off - b.off || b.created - a.created);
  return must(candidates[0]).id;
}

/** Deleted ones are left out: what they are denied would have to be said to every library in its own way. */
function liveObjects(rows: Rows): [type: string, row: Row][] {
  const live = (row: { deleted_at?: unknown }) => row.deleted_at === null || row.deleted_at === undefined;
  const projects = new Set(rows.projects.filter(live).map((row) => row.id));
  const objects: [string, Row][] = [];
  for (const id of projects) for (const type of ["project", "project_log"]) objects.push([type, { id }]);
  for (const [list, type] of LISTS) {
    for (const row of rows[list] as (Row & { deleted_at?: unknown })[]) {
      if (!live(row) || !projects.has(row.project_id ?? "")) continue;
      const asked: Row = { id: row.id, project_id: must(row.project_id) };
      if (type === "experiment") asked.public = row.public === true;
      objects.push([type, asked]);
    }
  }
  return objects.filter(([type]) => ASKED_TYPES.includes(type));
}

const LISTS = [
  ["experiments", "experiment"],
  ["datasets", "dataset"],
  ["prompts", "prompt"],
  ["functions", "prompt"],
  ["prompt_sessions", "prompt_session"],
] as const;

function shuffled<T>(rng: Rng, of: readonly T[]): T[] {
  const all = [...of];
  for (let i = all.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [all[i], all[j]] = [must(all[j]), must(all[i])];
  }
  return all;
}

export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing there");
  return value;
}

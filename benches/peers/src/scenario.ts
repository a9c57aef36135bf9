// One organisation, one person signed in, and the questions of one screen: the same ones at every size.

import { Rng } from "../../../tests/js/generate.ts";
import { Naive } from "../../../tests/js/naive.ts";
import { BUILDER, PERSON, type Size } from "./organization.ts";
import { ASKED_TYPES, Index, type Row, type Rows } from "./rows.ts";

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
const STRANGERS = 500;
const ASKS = ["read", "update", "delete", "update_acls"] as const;
/** Objects inside: the first so many of the organisation's. */
const INSIDE_OBJECTS = 2000;

export class Scenario {
  readonly rows: Rows;
  readonly index: Index;
  readonly person = PERSON;
  readonly grants: number;
  readonly questions: Questions;
  /** What the naive evaluator answers. */
  readonly expected: Uint8Array;
  /** Other people, each with one question, and what the naive evaluator answers. */
  readonly strangers: readonly Stranger[];
  /** The account that created a third of everything, and how many ACLs cover it. */
  readonly builder: Stranger;
  readonly builderGrants: number;
  private readonly rowsText: string;

  constructor(
    readonly size: Size,
    readonly text: string,
  ) {
    this.rows = JSON.parse(text) as Rows;
    this.index = new Index(this.rows);
    this.grants = this.index.acls(PERSON).length;
    this.builderGrants = this.index.acls(BUILDER).length;

    const rng = new Rng(20_261_122);
    const objects = shuffled(rng, insideObjects(this.rows)).slice(0, QUESTIONS);
    if (objects.length < QUESTIONS) throw new Error(`${objects.length} objects are too few`);
    this.rowsText = JSON.stringify(objects.map(([, row]) => row));
    const asks = objects.map(() => rng.pick(ASKS) as string);
    const types = objects.map(([type]) => type);
    const rows = JSON.parse(this.rowsText) as Row[];
    this.questions = { asks, types, rows, ids: rows.map((row) => row.id) };

    const naive = new Naive(aboutThese(this.rows, this.questions) as never);
    const answer = (id: string, i: number) =>
      naive.can({ id }, must(asks[i]), must(types[i]), must(rows[i]).id).allowed;
    this.expected = Uint8Array.from(rows, (_, i) => Number(answer(PERSON, i)));
    const stranger = (user: string, i: number): Stranger => {
      const [ask, type, row] = [must(asks[i]), must(types[i]), must(rows[i])];
      return { user, ask, type, row, expected: answer(user, i) };
    };
    const others = this.rows.users.map(({ id }) => id).filter((id) => id !== PERSON && id !== BUILDER);
    const people = shuffled(rng, others).slice(0, STRANGERS);
    this.strangers = Array.from({ length: STRANGERS }, (_, i) => stranger(must(people[i % people.length]), i));
    this.builder = stranger(BUILDER, this.expected.indexOf(0));
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

/**
 * The export without the ACLs and objects that no question is about: the naive evaluator looks at every ACL on an object
 * and above it, and would take minutes with the rest. Nothing that it would look at is left out.
 */
function aboutThese(rows: Rows, { rows: asked }: Questions): Record<string, unknown> {
  const nodes = new Set([rows.organization.id]);
  for (const { id, project_id } of asked) nodes.add(id).add(project_id ?? id);
  for (const { id, member_projects } of rows.project_groups)
    if (member_projects.some((p) => nodes.has(p))) nodes.add(id);
  const kept: Record<string, unknown> = { ...rows, acls: rows.acls.filter((acl) => nodes.has(acl.object_id)) };
  for (const [list] of LISTS) kept[list] = (rows[list] as Row[]).filter((row) => nodes.has(row.id));
  return kept;
}

/** The objects that stand at every size, and the projects that they are in. */
function insideObjects(rows: Rows): [type: string, row: Row][] {
  const inside = new Set<string>();
  const objects: [string, Row][] = [];
  for (const [list, type] of LISTS) {
    for (const row of rows[list] as (Row & { name: string })[]) {
      if (Number(row.name.split(" ")[1]) >= INSIDE_OBJECTS) continue;
      const asked: Row = { id: row.id, project_id: must(row.project_id) };
      if (type === "experiment") asked.public = row.public === true;
      objects.push([type, asked]);
      inside.add(must(row.project_id));
    }
  }
  objects.sort(([, a], [, b]) => (a.id < b.id ? -1 : 1));
  for (const id of [...inside].sort()) for (const type of ["project", "project_log"]) objects.push([type, { id }]);
  return objects.filter(([type]) => ASKED_TYPES.includes(type));
}

export const LISTS = [
  ["experiments", "experiment"],
  ["datasets", "dataset"],
  ["prompts", "prompt"],
  ["functions", "prompt"],
  ["prompt_sessions", "prompt_session"],
] as const;

export function shuffled<T>(rng: Rng, of: readonly T[]): T[] {
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

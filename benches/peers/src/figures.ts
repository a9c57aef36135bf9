// Process: what else is asked of one size: another person's first answer, lists, changes, previews.

import { readFileSync } from "node:fs";
import { subject } from "@casl/ability";
import { type AclItem, type Ask, type Draft, type Export, Org, ready, type Type } from "aclarity";
import { forgetting } from "./engines/aclarity.ts";
import { folded } from "./engines/casl.ts";
import { bitmasks, maskCan } from "./engines/maps.ts";
import { answer, given } from "./job.ts";
import { type Candidate, type Effort, type Figure, measureInRounds } from "./measure.ts";
import type { Size } from "./organization.ts";
import type { Acl, Row } from "./rows.ts";
import { must, Scenario, type Stranger } from "./scenario.ts";

export interface Spread {
  /** Nanoseconds. */
  first: number;
  median: number;
  p99: number;
  highest: number;
}

export interface Line {
  name: string;
  figure: Figure;
}

/** What a person's slice takes, with objects and without. */
export interface SliceSizes {
  /** ACLs that cover the person, projects in the slice, bytes with `objects: "none"`. */
  acls: number;
  projects: number;
  none: number;
  /** Objects that it carries all the same: with a grant, deleted, or public. */
  carried: number;
  /** Further objects, and further bytes, with `objects: "all"`. */
  objects: number;
  further: number;
}

export interface Figures {
  builderGrants: number;
  objects: number;
  /** Of the person, and of the service account. */
  slices: SliceSizes[];
  /** The first answer of one that holds many grants. */
  builder: Line[];
  /** Lists of all datasets that somebody may read: none of them, or nearly all. */
  datasets: number;
  listed: number;
  none: Line[];
  many: Line[];
  apply: { name: string; spread: Spread }[];
}

const [size, file, effort, changes] = given<[Size, string, Effort, number]>();
await ready();
const scenario = new Scenario(size, readFileSync(file, "latin1"));
const { index, rows } = scenario;
const org = Org.loadSync(scenario.text);

const fresh = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const forget = forgetting(org, rows);

// ---- another person's first answer ----

function firstAnswers(who: Stranger): Candidate[] {
  const { organization } = index;
  const prepare = (): Stranger => {
    forget();
    return fresh(who);
  };
  const ways: [string, (asked: Stranger) => boolean][] = [
    ["aclarity: org.as(id).can(…)", ({ user, ask, type, row }) => org.as(user).can(ask as Ask, type as Type, row.id)],
    [
      "hand-written Map of id to bits, made and asked",
      ({ user, ask, type, row }) => maskCan(bitmasks(index, user), organization, ask, type, row),
    ],
    [
      "CASL, rules folded, made and asked",
      ({ user, ask, type, row }) => folded(index, user).can(ask, subject(type, row)),
    ],
  ];
  return ways.map(([name, run]) => {
    if (run(prepare()) !== who.expected) throw new Error(`${name}: answered wrongly`);
    return { key: name, operations: 1, prepare, run };
  });
}

// ---- lists ----

const datasets = rows.datasets as (Row & { deleted_at?: string })[];
const deletedProjects = new Set(rows.projects.filter((row) => row.deleted_at).map((row) => row.id));
// A viewer reads everything: the group is on all projects.
const viewer = must(must(rows.groups[2]).member_users[0]);

function lists(user: string, title: string): { candidates: Candidate[]; listed: number } {
  const masks = bitmasks(index, user);
  const byHand = (): string[] =>
    datasets
      .filter((row) => !row.deleted_at && !deletedProjects.has(row.project_id as string))
      .filter((row) => maskCan(masks, index.organization, "read", "dataset", row))
      .map((row) => row.id)
      .sort();
  const listed = byHand().length;
  if (org.as(user).list("read", "dataset").length !== listed) throw new Error(`${title}: lists differ`);
  const prepare = () => {
    forget();
    // The person's own table is there; the list is not.
    org.as(user).can("read", "organization");
  };
  const candidates = [
    { key: `${title}: aclarity`, operations: 1, prepare, run: () => org.as(user).list("read", "dataset") },
    { key: `${title}: by hand`, operations: 1, prepare, run: byHand },
  ];
  return { candidates, listed };
}

// ---- changes ----

/** Times each call by itself; `undo` is not timed. */
function each(count: number, run: (n: number) => void, undo: (n: number) => void): Spread {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const start = process.hrtime.bigint();
    run(n);
    times.push(Number(process.hrtime.bigint() - start));
    undo(n);
  }
  const first = times[0] as number;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;
  return { first, median: at(0.5), p99: at(0.99), highest: times.at(-1) as number };
}

function measureChanges(count: number): { name: string; spread: Spread }[] {
  const { person, questions } = scenario;
  const someone = must(rows.users[2]).id;
  const target = (n: number) => must(questions.rows[(n * 7) % questions.rows.length]).id;
  const typeOf = (n: number) => must(questions.types[(n * 7) % questions.types.length]);
  const aclOf = (n: number, user: string) => ({
    ...{ id: `new-${n}`, object_type: typeOf(n), object_id: target(n), user_id: user, group_id: null },
    ...{ permission: "create_acls", role_id: null, restrict_object_type: null },
  });
  const me = org.as(person);
  const add = (n: number) => org.apply({ acls: { upsert: [aclOf(n, person) as never] } });
  const remove = (n: number) => org.apply({ acls: { remove: [`new-${n}`] } });
  const nothing = () => {};
  const team = must(rows.groups[5]);
  const joined = { ...team, member_users: [...team.member_users, someone] } as unknown as NonNullable<Export["groups"]>;
  const group = (n: number) => org.apply({ groups: { upsert: [(n % 2 === 0 ? joined : team) as never] } });
  const granted = (n: number) => {
    const draft = org.draft({ by: { subject: me, credential: "session" } });
    draft.grant(aclOf(n, someone) as unknown as AclItem);
    return draft;
  };
  const look = (draft: Draft, n: number) =>
    void draft.preview.as(someone).can("create_acls", typeOf(n) as Type, target(n));
  const drafted = (n: number) => {
    const draft = granted(n);
    look(draft, n);
    draft.free();
  };
  let waiting = granted(0);
  const next = (n: number) => {
    waiting.free();
    waiting = granted(n + 1);
  };
  // Drafts take longest, and say no more when there are thousands.
  const drafts = Math.min(count, 300);
  const added = each(count, add, remove);
  add(0);
  const removed = each(count, remove, (n) => add(n + 1));
  // What a page asks is asked once; then one of a hundred objects is changed, and something of the page is asked again.
  // Twice, the first time for what is called first: what is not compiled yet takes several times as long.
  const ask = (n: number) => me.can("read", typeOf(n) as Type, target(n));
  // A grant on a project or its logs may change every answer in it, and has everything asked anew.
  const inProjects = questions.types.flatMap((_, n) => (typeOf(n).startsWith("project") ? [] : [n])).slice(0, 100);
  const changed = (n: number) => must(inProjects[n % inProjects.length]);
  const change = (n: number) => void add(changed(n));
  for (let n = 0; n < questions.rows.length; n++) ask(n);
  const askNext = (): Spread[] => [
    each(count, (n) => void ask(n + 200), change),
    each(
      count,
      (n) => void ask(changed(n)),
      (n) => change(n + 1),
    ),
  ];
  const [early, later] = [askNext(), askNext()];
  const [nextOfOthers, nextOfChanged] = [0, 1].map((way) => ({ ...later[way], first: early[way]?.first }) as Spread);
  const results = [
    { name: "apply: one ACL added", spread: added },
    { name: "apply: one ACL removed", spread: removed },
    { name: "the next answer after an ACL on an object changed", spread: nextOfOthers as Spread },
    { name: "the next answer after an ACL on an object changed, about that object", spread: nextOfChanged as Spread },
    { name: `apply: one group changed (${team.member_users.length} members)`, spread: each(count, group, nothing) },
    { name: "a draft with one grant, its preview asked once, freed", spread: each(drafts, drafted, nothing) },
    { name: "the preview of a draft with one grant, asked once", spread: each(drafts, (n) => look(waiting, n), next) },
    { name: "by hand: row and index, and one person's Map made anew", spread: byHand(count, aclOf, person) },
  ];
  waiting.free();
  for (let n = 0; n <= count; n++) remove(n);
  return results;
}

/** What a hand-written evaluator does when a grant is added. */
function byHand(count: number, aclOf: (n: number, user: string) => object, person: string): Spread {
  let masks = bitmasks(index, person);
  const spread = each(
    count,
    (n) => {
      index.add(aclOf(n, person) as Acl);
      masks = bitmasks(index, person);
    },
    (n) => index.remove(`new-${n}`, person),
  );
  if (masks.size === 0) throw new Error("nobody may do anything");
  return spread;
}

// ---- slices ----

function sliceSizes(user: string): SliceSizes {
  const bytes = { all: org.slice(user), none: org.slice(user, { objects: "none" }) };
  const all = Org.loadSync(bytes.all);
  const none = Org.loadSync(bytes.none);
  const projects = none.find({ type: "project" }).length;
  const sizes = {
    ...{ acls: index.acls(user).length, projects, none: bytes.none.length, carried: none.stats.objects - projects },
    objects: all.stats.objects - none.stats.objects,
    further: bytes.all.length - bytes.none.length,
  };
  all.free();
  none.free();
  return sizes;
}

// ---- all of it ----

const nobody = lists("somebody-without-grants", "none");
const many = lists(viewer, "many");
const candidates = [...firstAnswers(scenario.builder), ...nobody.candidates, ...many.candidates];
const figures = await measureInRounds(candidates, effort);
const linesOf = (of: readonly Candidate[]): Line[] =>
  of.map(({ key }) => ({ name: key, figure: figures.get(key) as Figure }));
answer({
  builderGrants: scenario.builderGrants,
  objects: size.objects,
  slices: [scenario.person, scenario.builder.user].map(sliceSizes),
  builder: linesOf(candidates.slice(0, 3)),
  datasets: datasets.length,
  listed: many.listed,
  none: linesOf(nobody.candidates),
  many: linesOf(many.candidates),
  apply: measureChanges(changes),
} satisfies Figures);
org.free();

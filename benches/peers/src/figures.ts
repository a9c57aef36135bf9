// Process: what else is asked of one size: another person's first answer, lists, changes, previews.

import { readFileSync } from "node:fs";
import { subject } from "@casl/ability";
import { type Ask, Org, ready, type Type } from "aclarity";
import { changesOf, type Spread, timeInTurns } from "./changes.ts";
import { forgetting } from "./engines/aclarity.ts";
import { folded } from "./engines/casl.ts";
import { bitmasks, maskCan } from "./engines/maps.ts";
import { answer, given } from "./job.ts";
import { type Candidate, type Effort, type Figure, measureInRounds } from "./measure.ts";
import type { Size } from "./organization.ts";
import type { Row } from "./rows.ts";
import { must, Scenario, type Stranger } from "./scenario.ts";

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
  apply: changesOf(org, scenario).map((change) => ({
    name: change.name,
    spread: must(timeInTurns([change], changes)[0]),
  })),
} satisfies Figures);
org.free();

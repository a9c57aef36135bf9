// Random organisations for tests, in the API's JSON, with every imperfection of section 4 of the access model; random
// questions about them; and large realistic ones. Ids come from small pools, so that they collide. The same kind of
// generator as tests/naive/generate.rs (not the same numbers).

import type { Export, Row, Who } from "./naive.ts";
import { LISTS, MANAGE_ACCESS, organizationId, PERMISSIONS, rows, TYPES } from "./naive.ts";

/** mulberry32 */
export class Rng {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
  /** 0..n-1; 0 for n = 0 */
  below(n: number): number {
    return n === 0 ? 0 : this.next() % n;
  }
  /** from..to, both included */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }
  percent(p: number): boolean {
    return this.below(100) < p;
  }
  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }
  times<T>(n: number, make: (i: number) => T): T[] {
    return Array.from({ length: n }, (_, i) => make(i));
  }
}

/** up to 5 ACLs, 5 to 40, 40 to 150 */
export type Size = "tiny" | "small" | "medium";
export type Question = {
  who: Who;
  ask: string;
  type: string;
  id: string | undefined;
  project: string | undefined;
};

export const UNKNOWN_TYPES: readonly string[] = ["project_score", "project_tag", "hologram"];
const UNKNOWN_PERMISSIONS = ["admin", "Read", "manage_access", "execute"];
const OTHER_ORG = "org-other";
/** In an export without the key `organization` this project names the organisation. */
export const ANCHOR = "p-anchor";
const ODD_IDS = [
  "__proto__",
  "constructor",
  "\uff5etilde",
  "\u{1f600}face",
  "with space",
  "a/b~c",
  "e\u0301",
  "\u00e9",
];
const MARK = "2026-01-02T03:04:05.678Z";
const CHILDREN: readonly (readonly [list: string, type: string])[] = [
  ["experiments", "experiment"],
  ["datasets", "dataset"],
  ["prompts", "prompt"],
  ["functions", "prompt"],
  ["prompt_sessions", "prompt_session"],
];

const hex = (n: number, width: number): string => n.toString(16).padStart(width, "0");

function uuid(kind: string, n: number): string {
  let k = 7;
  for (const c of kind) k = (k * 31 + c.charCodeAt(0)) & 0xffff;
  return `${hex((0xa1b2c3d4 + n) >>> 0, 8)}-${hex(k, 4)}-4abc-8def-${hex(0xfeed0000 + n, 12)}`;
}

/** An id from the small pool of a kind; some are shared with other kinds. */
function pool(rng: Rng, kind: string, n: number): string {
  const k = rng.below(100);
  if (k < 10) return `shared-${rng.below(3)}`;
  if (k < 13) return rng.pick(ODD_IDS);
  if (k < 35) return uuid(kind, rng.below(3));
  if (k < 40) return uuid(kind, rng.below(2)).toUpperCase();
  return `${kind}${rng.below(n)}`;
}

const poolOfIds = (rng: Rng, kind: string, n: number): string[] => rng.times(n, () => pool(rng, kind, Math.max(n, 3)));

/** Mostly an id that exists, sometimes one from the pool, which may or may not. */
const mostly = (rng: Rng, ids: readonly string[], kind: string): string =>
  ids.length === 0 || rng.percent(7) ? pool(rng, kind, 9) : rng.pick(ids);

/** Null and absent mean the same. */
function nothing(rng: Rng, row: Row, field: string): void {
  if (rng.percent(50)) row[field] = null;
  else delete row[field];
}

/** What the rows of one organisation draw from. */
type Pools = {
  org: string;
  foreign: boolean;
  subjects: string[];
  groups: string[];
  roles: string[];
  projects: string[];
  projectGroups: string[];
  /** by list */
  children: Map<string, string[]>;
  acls: string[];
};

function objectsOf(pools: Pools, type: string): string[] {
  switch (type) {
    case "organization":
    case "org_project":
    case "org_member":
    case "org_audit_logs":
      return [pools.org];
    case "project":
    case "project_log":
      return pools.projects;
    case "project_group":
      return pools.projectGroups;
    case "group":
      return pools.groups;
    case "role":
      return pools.roles;
    default:
      return CHILDREN.flatMap(([list, t]) => (t === type ? (pools.children.get(list) ?? []) : []));
  }
}

const subjectPool = (rng: Rng): string =>
  rng.percent(6) ? `bt::sp::service::project::${uuid("p", rng.below(2))}::async_scoring` : pool(rng, "u", 9);

function idField(rng: Rng, row: Row, id: string): void {
  const k = rng.below(150);
  if (k === 0) nothing(rng, row, "id");
  else row.id = k === 1 ? "" : id;
}

/** The organisation, nothing, or (where allowed) another one. */
function orgField(rng: Rng, row: Row, field: string, pools: Pools): void {
  const k = rng.below(100);
  if (k < 5 && pools.foreign) row[field] = OTHER_ORG;
  else if (k < 20) nothing(rng, row, field);
  else row[field] = pools.org;
}

function deletedField(rng: Rng, row: Row, percent: number): void {
  if (rng.percent(percent)) row.deleted_at = rng.percent(15) ? "" : MARK;
  else nothing(rng, row, "deleted_at");
}

function memberList(rng: Rng, row: Row, field: string, ids: string[]): void {
  if (ids.length === 0 && rng.percent(70)) {
    nothing(rng, row, field);
    return;
  }
  if (rng.percent(3)) ids.splice(rng.between(0, ids.length), 0, "");
  row[field] = ids;
}

function objectType(rng: Rng): string {
  if (rng.percent(6)) return rng.pick(UNKNOWN_TYPES);
  const often = ["organization", "org_project", "project", "project", "project", "experiment", "dataset", "prompt"];
  return rng.percent(55) ? rng.pick(often) : rng.pick(TYPES);
}

const restriction = (rng: Rng): string =>
  rng.percent(60) ? rng.pick(["project", "experiment", "prompt", "project_log", "dataset"]) : objectType(rng);

const permission = (rng: Rng): string => (rng.percent(35) ? "read" : rng.pick(PERMISSIONS));

function groupRow(rng: Rng, pools: Pools, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  orgField(rng, row, "org_id", pools);
  const names = ["Owners", "Engineers", "Viewers", "owners", "Writers", "Team A", "Team B", "Contractors"];
  if (rng.percent(97)) row.name = rng.pick(names);
  deletedField(rng, row, 10);
  const users = rng.times(rng.below(8), () => (rng.percent(85) ? mostly(rng, pools.subjects, "u") : subjectPool(rng)));
  memberList(rng, row, "member_users", users);
  // nesting at random: chains, diamonds, cycles and self-cycles all occur
  const groups = rng.times(rng.percent(55) ? rng.between(1, 3) : 0, () => mostly(rng, pools.groups, "g"));
  if (rng.percent(3)) groups.push(id);
  memberList(rng, row, "member_groups", groups);
  if (rng.percent(30)) row.user_id = mostly(rng, pools.subjects, "u"); // the creator, not a member
  return row;
}

function roleRow(rng: Rng, pools: Pools, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  if (rng.percent(40))
    nothing(rng, row, "org_id"); // a system role
  else orgField(rng, row, "org_id", pools);
  row.name = rng.pick(["owner", "engineer", "viewer", "Owner", "Labeller", "Auditor"]);
  deletedField(rng, row, 10);
  const tuples: Row[] = rng.percent(30) ? PERMISSIONS.map((p) => ({ permission: p })) : [];
  for (let n = rng.below(5); n > 0; n--) {
    const tuple: Row = { permission: rng.percent(7) ? rng.pick(UNKNOWN_PERMISSIONS) : permission(rng) };
    if (rng.percent(40)) tuple.restrict_object_type = restriction(rng);
    else nothing(rng, tuple, "restrict_object_type");
    tuples.push(tuple);
  }
  if (tuples.length === 0 && rng.percent(60)) nothing(rng, row, "member_permissions");
  else row.member_permissions = tuples;
  const roles = rng.times(rng.percent(45) ? rng.between(1, 2) : 0, () => mostly(rng, pools.roles, "r"));
  if (rng.percent(3)) roles.push(id);
  memberList(rng, row, "member_roles", roles);
  return row;
}

function aclRow(rng: Rng, pools: Pools, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  orgField(rng, row, "_object_org_id", pools);
  // enough of them high up, so that questions about anything below get a yes now and then
  const high = rng.below(10);
  const type = high === 0 ? "organization" : high < 3 ? "org_project" : objectType(rng);
  row.object_type = type;
  // sometimes an id of another kind, the organisation's own, or another organisation's
  row.object_id = rng.percent(5)
    ? rng.pick([pools.org, OTHER_ORG, mostly(rng, pools.projects, "p")])
    : mostly(rng, objectsOf(pools, type), "x");
  deletedField(rng, row, 7);
  const user = rng.percent(90) ? mostly(rng, pools.subjects, "u") : subjectPool(rng);
  const group = mostly(rng, pools.groups, "g");
  if (rng.percent(45)) {
    row.user_id = user;
    nothing(rng, row, "group_id");
  } else {
    row.group_id = group;
    nothing(rng, row, "user_id");
  }
  const role = mostly(rng, pools.roles, "r");
  if (rng.percent(35)) {
    row.role_id = role;
    nothing(rng, row, "permission");
    nothing(rng, row, "restrict_object_type");
  } else {
    row.permission = permission(rng);
    nothing(rng, row, "role_id");
    if (rng.percent(35)) row.restrict_object_type = restriction(rng);
    else nothing(rng, row, "restrict_object_type");
  }
  if (rng.percent(10)) {
    switch (rng.below(12)) {
      case 0:
        row.user_id = user;
        row.group_id = group;
        break;
      case 1:
        nothing(rng, row, "user_id");
        nothing(rng, row, "group_id");
        break;
      case 2:
        row.permission = "read";
        row.role_id = role;
        nothing(rng, row, "restrict_object_type");
        break;
      case 3:
        nothing(rng, row, "permission");
        nothing(rng, row, "role_id");
        break;
      case 4:
        row.role_id = role;
        nothing(rng, row, "permission");
        row.restrict_object_type = restriction(rng);
        break;
      case 5:
      case 6:
        row.permission = rng.pick(UNKNOWN_PERMISSIONS);
        nothing(rng, row, "role_id");
        break;
      case 7:
        row.object_id = "";
        break;
      case 8:
        nothing(rng, row, "object_id");
        break;
      case 9:
        nothing(rng, row, "object_type");
        break;
      case 10:
        row[rng.pick(["user_id", "group_id", "role_id", "permission", "restrict_object_type"])] = "";
        break;
      default:
        row.object_type = "";
    }
  }
  if (rng.percent(20)) row.created = MARK;
  return row;
}

function projectRow(rng: Rng, pools: Pools, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  orgField(rng, row, "org_id", pools);
  row.name = `Project ${id}`;
  deletedField(rng, row, 9);
  if (rng.percent(20)) row.user_id = mostly(rng, pools.subjects, "u");
  return row;
}

function projectGroupRow(rng: Rng, pools: Pools, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  orgField(rng, row, "org_id", pools);
  row.name = `Project group ${id}`;
  deletedField(rng, row, 9);
  memberList(
    rng,
    row,
    "member_projects",
    rng.times(rng.below(4), () => mostly(rng, pools.projects, "p")),
  );
  return row;
}

function childRow(rng: Rng, pools: Pools, list: string, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  const k = rng.below(100);
  if (k < 6) nothing(rng, row, "project_id");
  else row.project_id = k < 12 ? "p-unlisted" : k < 13 ? "" : mostly(rng, pools.projects, "p");
  if (rng.percent(40)) orgField(rng, row, "org_id", pools);
  row.name = `Object ${id}`;
  deletedField(rng, row, 10);
  if (list === "experiments" || rng.percent(5)) {
    const p = rng.below(4); // true means nothing on anything but an experiment
    if (p > 1) nothing(rng, row, "public");
    else row.public = p === 0;
  }
  return row;
}

function personRow(rng: Rng, pools: Pools, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  row.email = `${rng.below(20)}@example.com`;
  if (rng.percent(10)) orgField(rng, row, "org_id", pools);
  deletedField(rng, row, 2);
  return row;
}

function tokenRow(rng: Rng, pools: Pools, id: string): Row {
  const row: Row = {};
  idField(rng, row, id);
  row.name = "token";
  orgField(rng, row, "org_id", pools);
  if (rng.percent(95)) {
    row.service_account_id = mostly(rng, pools.subjects, "u");
    row.service_account_name = "robot";
  } else nothing(rng, row, "service_account_id");
  deletedField(rng, row, 3);
  return row;
}

function rowOf(rng: Rng, pools: Pools, list: string, id: string): Row {
  switch (list) {
    case "users":
    case "service_accounts":
      return personRow(rng, pools, id);
    case "service_tokens":
      return tokenRow(rng, pools, id);
    case "groups":
      return groupRow(rng, pools, id);
    case "roles":
      return roleRow(rng, pools, id);
    case "acls":
      return aclRow(rng, pools, id);
    case "projects":
      return projectRow(rng, pools, id);
    case "project_groups":
      return projectGroupRow(rng, pools, id);
    default:
      return childRow(rng, pools, list, id);
  }
}

/** The same id twice: an equal copy, one marked deleted, or one with other contents. */
function duplicate(rng: Rng, pools: Pools, list: string, out: Row[]): void {
  const n = out.length;
  for (let i = 0; i < n; i++) {
    if (!rng.percent(8)) continue;
    const original = out[i] as Row;
    let copy: Row = structuredClone(original);
    const k = rng.below(4);
    if (k === 1) copy.deleted_at = MARK;
    else if (k === 2) copy.name = "a field that decides nothing, on most lists";
    else if (k === 3 && typeof original.id === "string") copy = rowOf(rng, pools, list, original.id);
    out.splice(rng.between(0, out.length), 0, copy);
  }
}

/** Rows, `{"objects": rows}` or an array of such pages. */
function wrapped(rng: Rng, all: Row[]): unknown {
  const k = rng.below(10);
  if (k < 6) return all;
  if (k < 8) return { objects: all };
  const pages: { objects: Row[] }[] = [];
  for (let rest = all; rest.length > 0; ) {
    const n = rng.between(1, 6);
    pages.push({ objects: rest.slice(0, n) });
    rest = rest.slice(n);
  }
  if (pages.length === 0 || rng.percent(30)) pages.push({ objects: [] });
  return pages;
}

/** A small random organisation in the API's JSON, imperfect in every way that section 4 knows. */
export function organization(rng: Rng, size: Size = "small"): Export {
  const scale = { tiny: 2, small: 4, medium: 9 }[size];
  const acls = size === "tiny" ? rng.below(6) : size === "small" ? rng.between(5, 40) : rng.between(40, 150);
  const named = rng.percent(85);
  const pools: Pools = {
    org: rng.percent(50) ? "org-1" : uuid("org", 0),
    foreign: named,
    subjects: rng.times(scale + rng.below(2 * scale), () => subjectPool(rng)),
    groups: poolOfIds(rng, "g", rng.between(1, 2 * scale)),
    roles: poolOfIds(rng, "r", rng.between(1, scale + 1)),
    projects: poolOfIds(rng, "p", rng.between(1, scale)),
    projectGroups: poolOfIds(rng, "pg", rng.below(scale)),
    children: new Map(),
    acls: rng.times(acls, (i) => {
      const k = rng.below(20);
      return k === 0 ? rng.pick(ODD_IDS) : k < 5 ? uuid("acl", i) : `acl-${i}`;
    }),
  };
  for (const [list, type] of CHILDREN) {
    const prompts = objectsOf(pools, "prompt");
    const ids = poolOfIds(rng, type.slice(0, 2), rng.below(scale + 1)).map((id) =>
      // the API lists some in both
      list === "functions" && prompts.length > 0 && rng.percent(40) ? rng.pick(prompts) : id,
    );
    pools.children.set(list, ids);
  }

  const data: Export = {};
  if (named) data.organization = { id: pools.org, name: "Example" };
  else if (rng.percent(50)) data.organization = null;
  for (const list of LISTS) {
    // some of the subjects are users, some service accounts, and some are gone
    let ids: string[];
    if (list === "users") ids = pools.subjects.filter(() => rng.percent(75));
    else if (list === "service_accounts") ids = pools.subjects.filter(() => rng.percent(12));
    else if (list === "service_tokens") ids = rng.times(rng.below(3), (i) => `token-${i}`);
    else if (list === "groups") ids = pools.groups;
    else if (list === "roles") ids = pools.roles;
    else if (list === "acls") ids = pools.acls;
    else if (list === "projects") ids = pools.projects;
    else if (list === "project_groups") ids = pools.projectGroups;
    else ids = pools.children.get(list) ?? [];
    // an id drawn twice would be a row twice: that is the business of `duplicate`
    const once: string[] = [];
    for (const id of ids) if (!once.includes(id) || rng.percent(10)) once.push(id);
    const all = once.map((id) => rowOf(rng, pools, list, id));
    if (list === "acls") {
      // equal ACLs with different ids
      const n = all.length;
      for (let i = 0; i < n; i++) {
        if (!rng.percent(8)) continue;
        const copy: Row = { ...all[i], id: `acl-${rng.between(100, 180)}` };
        if (rng.percent(15)) copy.deleted_at = MARK;
        all.splice(rng.between(0, all.length), 0, copy);
      }
    }
    duplicate(rng, pools, list, all);
    if (list === "projects" && !named) all.push({ id: ANCHOR, org_id: pools.org, name: "Anchor" });
    if (all.length === 0 || (list !== "projects" && rng.percent(2))) {
      const k = rng.below(3);
      if (k > 0) data[list] = k === 1 ? null : wrapped(rng, []);
    } else if (list === "users" && rng.percent(15)) nothing(rng, data, list);
    else data[list] = wrapped(rng, all);
  }
  if (rng.percent(60)) data.plan = rng.pick(["starter", "pro", "enterprise"]);
  return data;
}

// ---------------------------------------------------------------------------------------- reading an export back

const strings = (all: readonly Row[], field: string): string[] =>
  all.map((row) => row[field]).filter((id): id is string => typeof id === "string" && id !== "");

const idsOf = (data: Export, list: string): string[] => strings(rows(data, list), "id");

function subjectsOf(data: Export): string[] {
  const all = [
    ...idsOf(data, "users"),
    ...idsOf(data, "service_accounts"),
    ...rows(data, "groups").flatMap((g) => (Array.isArray(g.member_users) ? (g.member_users as string[]) : [])),
    ...strings(rows(data, "acls"), "user_id"),
    ...strings(rows(data, "service_tokens"), "service_account_id"),
  ];
  return [...new Set(all)].filter((id) => id !== "").sort();
}

/** Draws questions about one organisation; cheaper than `question` when many are asked about the same one. */
export class Asker {
  readonly #pools: Pools;
  readonly #aclObjects: [string, string][] = [];
  readonly #projectOf = new Map<string, string>();

  constructor(data: Export) {
    this.#pools = {
      org: organizationId(data) ?? "org-1",
      foreign: false,
      subjects: subjectsOf(data),
      groups: idsOf(data, "groups"),
      roles: idsOf(data, "roles"),
      projects: idsOf(data, "projects"),
      projectGroups: idsOf(data, "project_groups"),
      children: new Map(CHILDREN.map(([list]) => [list, idsOf(data, list)])),
      acls: idsOf(data, "acls"),
    };
    for (const { object_type, object_id } of rows(data, "acls")) {
      if (typeof object_type === "string" && typeof object_id === "string")
        this.#aclObjects.push([object_type, object_id]);
    }
    for (const [list] of CHILDREN) {
      for (const { id, project_id } of rows(data, list)) {
        if (typeof id === "string" && typeof project_id === "string") this.#projectOf.set(id, project_id);
      }
    }
  }

  question(rng: Rng): Question {
    const pools = this.#pools;
    const w = rng.below(100);
    let who: Who;
    if (w < 2) who = { anonymous: true };
    else if (w < 3) who = { id: "" };
    else if (w < 8) who = { id: subjectPool(rng) };
    else if (w < 20) who = { group: mostly(rng, pools.groups, "g") };
    else if (w < 21)
      who = { id: mostly(rng, pools.groups, "g") }; // a group's id is just an unknown user
    else who = { id: mostly(rng, pools.subjects, "u") };
    const a = rng.below(100);
    const ask = a < 10 ? "manage_access" : a < 40 ? "read" : rng.pick(PERMISSIONS);
    let type = rng.percent(60) ? objectType(rng) : rng.pick(TYPES);
    while (objectsOf(pools, type).length === 0 && rng.percent(85)) type = rng.pick(TYPES);
    const k = rng.below(100);
    let id: string | undefined;
    if (k < 8 && this.#aclObjects.length > 0)
      [type, id] = rng.pick(this.#aclObjects); // what an ACL is on
    else if (k === 10 || k === 11) id = undefined;
    else if (k === 12) id = "";
    else if (k === 13) id = OTHER_ORG;
    else if (k === 14) id = pools.org;
    else if (k > 14 && k < 18) id = "nowhere";
    else if (k > 17 && k < 21) id = mostly(rng, pools.projects, "p");
    else id = mostly(rng, objectsOf(pools, type), "x");
    const p = rng.below(100);
    let project: string | undefined;
    // the right one, where there is one
    if (p < 15) project = id === undefined ? undefined : this.#projectOf.get(id);
    else if (p < 30) project = mostly(rng, pools.projects, "p");
    else if (p < 32) project = "p-unlisted";
    else if (p < 35) project = "p-nowhere";
    else if (p < 36) project = "";
    else if (p < 39) project = pool(rng, "p", 9);
    return { who, ask, type, id, project };
  }
}

export const question = (rng: Rng, data: Export): Question => new Asker(data).question(rng);

// -------------------------------------------------------------------------------------------------- large ones

/**
 * A realistic big organisation: built-in groups and roles, teams that nest, project groups, a creator's `owner` grant on
 * most objects, role grants for teams on projects, a few restricted and a few odd ones.
 */
export function large(
  rng: Rng,
  users: number,
  groups: number,
  projects: number,
  objects: number,
  acls: number,
): Export {
  const id = (kind: number, n: number): string =>
    `${hex(Math.imul(n, 0x9e3779b1) >>> 0, 8)}-${hex(kind, 4)}-4000-8000-${hex(n, 12)}`;
  const org = id(1, 0);
  const user = (n: number): string => id(2, n);
  const group = (n: number): string => id(3, n);
  const role = (n: number): string => id(4, n);
  const project = (n: number): string => id(5, n);
  const object = (n: number): string => id(6, n);
  const projectGroup = (n: number): string => id(7, n);
  const [usersN, groupsN, projectsN] = [Math.max(users, 1), Math.max(groups, 3), Math.max(projects, 1)];
  const anybody = (): string => user(rng.below(usersN));

  const userRows = rng.times(usersN, (n) => ({
    id: user(n),
    email: `person${n}@example.com`,
    given_name: `Given${n}`,
    family_name: `Family${n}`,
  }));
  const builtin = ["Owners", "Engineers", "Viewers"];
  const groupRows = rng.times(groupsN, (n) => {
    const size =
      [Math.min(usersN, 3), Math.floor(usersN / 5), Math.floor(usersN / 3)][n] ?? rng.between(1, Math.min(40, usersN));
    // a team contains some of the later ones: nesting without cycles
    const nested = n > 2 && n + 1 < groupsN && rng.percent(40) ? rng.between(1, 3) : 0;
    return {
      id: group(n),
      org_id: org,
      name: builtin[n] ?? `Team ${n}`,
      member_users: rng.times(size, anybody),
      member_groups: rng.times(nested, () => group(rng.between(n + 1, groupsN - 1))),
    };
  });
  const tuples = (of: readonly string[]): Row[] => of.map((p) => ({ permission: p, restrict_object_type: null }));
  const labeller = [
    { permission: "read" },
    { permission: "update", restrict_object_type: "dataset" },
    { permission: "create", restrict_object_type: "dataset" },
  ];
  const roleRows: Row[] = [
    { id: role(0), org_id: null, name: "owner", member_permissions: tuples(PERMISSIONS) },
    { id: role(1), org_id: null, name: "engineer", member_permissions: tuples(PERMISSIONS.slice(0, 4)) },
    { id: role(2), org_id: null, name: "viewer", member_permissions: tuples(["read"]) },
    { id: role(3), org_id: org, name: "Labeller", member_permissions: labeller },
    {
      ...{ id: role(4), org_id: org, name: "Lead" },
      ...{ member_permissions: tuples(MANAGE_ACCESS), member_roles: [role(1), role(3)] },
    },
  ];
  const projectRows = rng.times(projectsN, (n) => ({
    id: project(n),
    org_id: org,
    name: `Project ${n}`,
    user_id: anybody(),
    deleted_at: rng.percent(2) ? MARK : null,
  }));
  const projectGroupsN = Math.floor(projectsN / 10);
  const projectGroupRows = rng.times(projectGroupsN, (n) => ({
    id: projectGroup(n),
    org_id: org,
    name: `Group of projects ${n}`,
    member_projects: rng.times(rng.between(1, 20), () => project(rng.below(projectsN))),
  }));

  const lists: { [list: string]: Row[] } = {
    experiments: [],
    datasets: [],
    prompts: [],
    functions: [],
    prompt_sessions: [],
  };
  const aclRows: Row[] = [];
  const add = (type: string, on: string, what: Row): void => {
    if (aclRows.length >= acls) return;
    aclRows.push({
      id: id(8, aclRows.length),
      object_type: type,
      object_id: on,
      user_id: null,
      group_id: null,
      permission: null,
      role_id: null,
      restrict_object_type: null,
      ...what,
      _object_org_id: org,
      created: MARK,
    });
  };
  add("organization", org, { group_id: group(0), role_id: role(0) });
  add("org_project", org, { group_id: group(1), role_id: role(1) });
  add("org_project", org, { group_id: group(2), role_id: role(2) });
  const kinds = [
    ["experiments", "experiment"],
    ["experiments", "experiment"],
    ["datasets", "dataset"],
    ["prompts", "prompt"],
    ["prompt_sessions", "prompt_session"],
  ] as const;
  const typeOf: string[] = [];
  for (let n = 0; n < objects; n++) {
    const [kind, type] = rng.pick(kinds);
    const list = kind === "prompts" && rng.percent(40) ? "functions" : kind;
    // most objects live in few projects
    const p = Math.min(rng.below(projectsN), rng.below(projectsN));
    const by = anybody();
    const row: Row = { id: object(n), project_id: project(p), name: `Object ${n}`, user_id: by };
    if (type === "experiment" && rng.percent(1)) row.public = true;
    if (rng.percent(1)) row.deleted_at = MARK;
    lists[list]?.push(row);
    typeOf.push(type);
    // the creator's grant
    if (rng.percent(90)) add(type, object(n), { user_id: by, role_id: role(0) });
  }
  // grants of teams and people until there are enough
  const restrictions = ["experiment", "dataset", "prompt", "project_log", "project", "prompt_session"];
  while (aclRows.length < acls) {
    const what: Row = rng.percent(70) ? { group_id: group(rng.below(groupsN)) } : { user_id: anybody() };
    if (rng.percent(55)) what.role_id = role(rng.between(1, 4));
    else {
      what.permission = permission(rng);
      if (rng.percent(25)) what.restrict_object_type = rng.pick(restrictions);
    }
    const k = rng.below(1000);
    if (k === 0) add("org_project", org, what);
    else if (k < 100 && projectGroupsN > 0) add("project_group", projectGroup(rng.below(projectGroupsN)), what);
    else if (k < 200) add("project_log", project(rng.below(projectsN)), what);
    else if (k < 220) add("group", group(rng.below(groupsN)), what);
    else if (k < 500 && objects > 0) {
      const n = rng.below(objects);
      add(typeOf[n] as string, object(n), what);
    } else add("project", project(rng.below(projectsN)), what);
  }

  return {
    organization: { id: org, name: "Large" },
    users: userRows,
    groups: groupRows,
    roles: roleRows,
    acls: aclRows,
    projects: projectRows,
    project_groups: projectGroupRows,
    ...lists,
    plan: "enterprise",
  };
}

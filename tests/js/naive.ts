// A second evaluator, for tests: a literal reading of sections 3 and 4 of the access model (with docs/CHOICES.md where
// the model is silent and the public interface for questions without an id). It is written to be compared with the
// specification line by line: sets and fixpoints, no clever indexes. tests/naive/mod.rs is the same in Rust.

export type Row = { [field: string]: unknown };
export type Export = { [list: string]: unknown };
export type Who = { id: string } | { group: string } | { anonymous: true };
export type Answer = { allowed: boolean; reason: Reason };
export type Reason = "granted" | "public" | "no_grant" | "deleted" | "unknown_object" | "not_a_member";
export type Missing = "deleted" | "restriction" | "membership" | "permission";
export type Options = {
  /** `unknownObjects: "inOrganization"` */
  unknownInOrganization?: boolean;
  /** `members: "known"` */
  membersKnown?: boolean;
};

/** Section 1: the permissions, exactly these eight. */
export const PERMISSIONS: readonly string[] = [
  "create",
  "read",
  "update",
  "delete",
  "create_acls",
  "read_acls",
  "update_acls",
  "delete_acls",
];
/** Section 1: "manage access" is these four together. */
export const MANAGE_ACCESS: readonly string[] = ["create_acls", "read_acls", "update_acls", "delete_acls"];
/** Section 1: the known object types. */
export const TYPES: readonly string[] = [
  "organization",
  "org_project",
  "org_member",
  "org_audit_logs",
  "project_group",
  "project",
  "experiment",
  "dataset",
  "prompt",
  "prompt_session",
  "project_log",
  "group",
  "role",
];
/** Section 4: the lists of rows that an export may hold. */
export const LISTS: readonly string[] = [
  "users",
  "service_accounts",
  "service_tokens",
  "groups",
  "roles",
  "acls",
  "projects",
  "project_groups",
  "experiments",
  "datasets",
  "prompts",
  "functions",
  "prompt_sessions",
];

/** "compared code unit by code unit": the order of ids, too. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What must be there. */
function must<T>(v: T | undefined): T {
  if (v === undefined) throw new Error("the naive evaluator contradicts itself");
  return v;
}

type Tuple = { permission: string; restrict: string | null };
type Acl = {
  id: string;
  row: Row;
  deleted: boolean;
  objectType: string;
  objectId: string;
  user: string | null;
  group: string | null;
  permission: string | null;
  role: string | null;
  restrict: string | null;
  /** the contents as one string: the ACL's identity */
  contents: string;
  /** what it grants, roles resolved; nothing when it is deleted */
  tuples: Tuple[];
};
type Group = { name: string; row: Row; deleted: boolean; users: Set<string>; groups: Set<string> };
type Role = {
  name: string;
  system: boolean;
  row: Row;
  deleted: boolean;
  /** with the tuple as it stands in the row */
  tuples: { tuple: Tuple; raw: Row }[];
  roles: Set<string>;
};
type Known = { deleted: boolean; project: string | null; public: boolean; memberProjects: Set<string> };
/** Where an object stands: itself and its ancestors, nearest first. */
type Node = { distance: number; type: string; id: string };
type Place = { nodes: Node[]; known: boolean; deleted: boolean; public: boolean };
type Grant = { distance: number; acl: Acl; given: Set<string> };

// ------------------------------------------------------------------------------------------------------------- rows

const isRow = (v: unknown): v is Row => typeof v === "object" && v !== null && !Array.isArray(v);

/** Section 4: a list may be a bare array, `{"objects": […]}`, or an array of such pages; null and absent mean the same. */
export function rows(data: Export, list: string): Row[] {
  const out: Row[] = [];
  const collect = (v: unknown): void => {
    if (Array.isArray(v)) {
      for (const item of v) {
        if (Array.isArray(item) || (isRow(item) && Array.isArray(item.objects))) collect(item);
        else if (isRow(item)) out.push(item);
      }
    } else if (isRow(v)) collect(v.objects);
  };
  collect(data[list]);
  return out;
}

/** Null and absent mean the same. */
const text = (row: Row, field: string): string | null => {
  const v = row[field];
  return typeof v === "string" ? v : null;
};

/** The non-empty ids of a list of members (an empty one is left out). */
const members = (row: Row, field: string): Set<string> => {
  const v = row[field];
  return new Set(Array.isArray(v) ? v.filter((id): id is string => typeof id === "string" && id !== "") : []);
};

/** CHOICES: any `deleted_at` but null is a mark. */
const marked = (row: Row): boolean => row.deleted_at !== null && row.deleted_at !== undefined;

/** Whether a row can be read at all; one that cannot is as if it were absent. */
function wellFormed(list: string, row: Row): boolean {
  // a row without an id, or with an empty one, is malformed
  if (!text(row, "id")) return false;
  if (list === "acls") {
    // a required reference that is absent or empty
    if (!text(row, "object_type") || !text(row, "object_id")) return false;
    // an optional one that is empty
    for (const f of ["user_id", "group_id", "permission", "role_id", "restrict_object_type"]) {
      if (row[f] === "") return false;
    }
    const has = (f: string): boolean => text(row, f) !== null;
    // exactly one of user_id and group_id; exactly one of permission and role_id
    if (has("user_id") === has("group_id") || has("permission") === has("role_id")) return false;
    // restrict_object_type never beside role_id
    if (has("role_id") && has("restrict_object_type")) return false;
    // unknown permission: skipped
    return !has("permission") || PERMISSIONS.includes(text(row, "permission") as string);
  }
  if (["experiments", "datasets", "prompts", "functions", "prompt_sessions"].includes(list)) {
    return row.project_id !== "";
  }
  return true;
}

/** `_object_org_id` or `org_id` of another organisation, on any row; absent or null says nothing. */
const foreign = (row: Row, org: string): boolean =>
  ["org_id", "_object_org_id"].some((f) => text(row, f) !== null && text(row, f) !== org);

/** The organisation's id; without the key, what all rows agree on. */
export function organizationId(data: Export): string | null {
  if (isRow(data.organization) && text(data.organization, "id")) return text(data.organization, "id");
  const said = new Set<string>();
  for (const list of LISTS) {
    for (const row of rows(data, list)) {
      if (!wellFormed(list, row)) continue;
      for (const f of ["org_id", "_object_org_id"]) {
        const id = text(row, f);
        if (id !== null) said.add(id);
      }
    }
  }
  return said.size === 1 ? must([...said][0]) : null;
}

/**
 * The rows of these lists (one, or `prompts` and then `functions`), each id once: the first one stands, except that a
 * copy marked deleted makes it deleted. Malformed and foreign rows take no part.
 */
function standing(data: Export, org: string, lists: readonly string[]): Map<string, { row: Row; deleted: boolean }> {
  const out = new Map<string, { row: Row; deleted: boolean }>();
  for (const list of lists) {
    for (const row of rows(data, list)) {
      if (!wellFormed(list, row) || foreign(row, org)) continue;
      const id = text(row, "id") as string;
      const first = out.get(id);
      if (first) first.deleted ||= marked(row);
      else out.set(id, { row, deleted: marked(row) });
    }
  }
  return out;
}

/** The lists whose rows are objects of this type; none for the types that exist once and for unknown types. */
function listsOf(type: string): string[] {
  switch (type) {
    case "project_group":
      return ["project_groups"];
    case "project":
    case "project_log": // a log lives exactly as long as its project
      return ["projects"];
    case "experiment":
      return ["experiments"];
    case "dataset":
      return ["datasets"];
    case "prompt":
      return ["prompts", "functions"];
    case "prompt_session":
      return ["prompt_sessions"];
    case "group":
      return ["groups"];
    case "role":
      return ["roles"];
    default:
      return [];
  }
}

/** Types that exist once, under the organisation's own id. */
const existsOnce = (type: string): boolean =>
  ["organization", "org_project", "org_member", "org_audit_logs"].includes(type);

/** Types of which a caller may name the project: a project's children and unknown types. (A log names its own.) */
const takesProject = (type: string): boolean =>
  ["experiment", "dataset", "prompt", "prompt_session"].includes(type) || !TYPES.includes(type);

/** What an ask stands for: `manage_access` is held when all four are. */
function asked(ask: string): readonly string[] {
  if (ask === "manage_access") return MANAGE_ACCESS;
  if (!PERMISSIONS.includes(ask)) throw new Error("a permission or manage_access");
  return [ask];
}

/** The start and everything reached from it through live members; empty if the start is deleted or not known. */
function liveClosure(
  start: string,
  of: (id: string) => { deleted: boolean; members: Set<string> } | undefined,
): Set<string> {
  const closure = new Set<string>();
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const found = of(id);
    if (!found || found.deleted || closure.has(id)) continue;
    closure.add(id);
    waiting.push(...found.members);
  }
  return closure;
}

export class Naive {
  readonly org: string;
  readonly #export: Export;
  readonly #options: Options;
  readonly #groups = new Map<string, Group>();
  readonly #roles = new Map<string, Role>();
  /** by type, for every type that has a list */
  readonly #objects = new Map<string, Map<string, Known>>();
  readonly #acls: Acl[] = [];
  /** the ACLs on each node: type, id */
  readonly #on = new Map<string, Map<string, Acl[]>>();
  /** for each live group: it and the groups whose users it has, transitively; and those users */
  readonly #closureGroups = new Map<string, Set<string>>();
  readonly #closureUsers = new Map<string, Set<string>>();
  /** users and service accounts that the export lists */
  readonly #directory = new Set<string>();
  readonly #usersListed: boolean;
  /** ids that stand in groups or ACLs */
  readonly #named = new Set<string>();

  constructor(data: Export, options: Options = {}) {
    const org = organizationId(data);
    if (org === null) throw new Error("an organisation, named or inferred");
    this.org = org;
    this.#export = data;
    this.#options = options;
    this.#usersListed = data.users !== null && data.users !== undefined;

    for (const [id, { row, deleted }] of standing(data, org, ["groups"])) {
      const users = members(row, "member_users");
      for (const user of users) this.#named.add(user);
      const groups = members(row, "member_groups");
      this.#groups.set(id, { name: text(row, "name") ?? "", row, deleted, users, groups });
    }

    for (const [id, { row, deleted }] of standing(data, org, ["roles"])) {
      const tuples: Role["tuples"] = [];
      const listed = row.member_permissions;
      for (const raw of Array.isArray(listed) ? (listed as Row[]) : []) {
        // a tuple with an unknown permission is skipped (so is one without any, or with an empty restriction)
        const permission = text(raw, "permission");
        const restrict = text(raw, "restrict_object_type");
        if (permission === null || !PERMISSIONS.includes(permission) || restrict === "") continue;
        tuples.push({ tuple: { permission, restrict }, raw });
      }
      const system = text(row, "org_id") === null; // org_id null is a system role
      const roles = members(row, "member_roles");
      this.#roles.set(id, { name: text(row, "name") ?? "", system, row, deleted, tuples, roles });
    }

    for (const type of TYPES) {
      if (listsOf(type).length === 0 || type === "project_log") continue;
      const ofType = new Map<string, Known>();
      for (const [id, { row, deleted }] of standing(data, org, listsOf(type))) {
        ofType.set(id, {
          deleted,
          project: text(row, "project_id"),
          public: type === "experiment" && row.public === true,
          memberProjects: members(row, "member_projects"),
        });
      }
      this.#objects.set(type, ofType);
    }

    // the directory: users and service accounts, and the accounts that service tokens name
    for (const list of ["users", "service_accounts"]) {
      for (const [id, { deleted }] of standing(data, org, [list])) if (!deleted) this.#directory.add(id);
    }
    for (const { row, deleted } of standing(data, org, ["service_tokens"]).values()) {
      const account = text(row, "service_account_id");
      if (!deleted && account) this.#directory.add(account);
    }

    // "A.member_groups contains B: B's users are also users of A": a fixpoint over live groups
    for (const id of this.#groups.keys()) {
      const closure = liveClosure(id, (g) => {
        const group = this.#groups.get(g);
        return group && { deleted: group.deleted, members: group.groups };
      });
      if (closure.size === 0) continue; // the group is deleted
      const users = new Set<string>();
      for (const g of closure) for (const user of must(this.#groups.get(g)).users) users.add(user);
      this.#closureGroups.set(id, closure);
      this.#closureUsers.set(id, users);
    }

    for (const [id, { row, deleted }] of standing(data, org, ["acls"])) {
      const objectType = text(row, "object_type") as string;
      const objectId = text(row, "object_id") as string;
      const user = text(row, "user_id");
      const group = text(row, "group_id");
      const permission = text(row, "permission");
      const role = text(row, "role_id");
      const restrict = text(row, "restrict_object_type");
      if (user !== null) this.#named.add(user);
      const tuples: Tuple[] = [];
      if (!deleted) {
        // an ACL with a permission grants one tuple; one with a role those of the closure of that live role
        if (permission !== null) tuples.push({ permission, restrict });
        if (role !== null) {
          for (const r of this.#roleClosure(role)) {
            for (const { tuple } of must(this.#roles.get(r)).tuples) tuples.push(tuple);
          }
        }
      }
      const contents = JSON.stringify([objectType, objectId, user, group, permission, role, restrict]);
      const acl: Acl = {
        ...{ id, row, deleted, objectType, objectId, user, group, permission, role, restrict },
        ...{ contents, tuples },
      };
      this.#acls.push(acl);
      const ids = this.#on.get(objectType) ?? new Map<string, Acl[]>();
      this.#on.set(objectType, ids.set(objectId, [...(ids.get(objectId) ?? []), acl]));
    }
  }

  /** "A role has the permission tuples of its member roles, transitively" */
  #roleClosure(role: string): Set<string> {
    return liveClosure(role, (r) => {
      const found = this.#roles.get(r);
      return found && { deleted: found.deleted, members: found.roles };
    });
  }

  // -------------------------------------------------------------------------------------------------------- subjects

  /**
   * Section 4, "subject not in the export": stands in groups or ACLs, is in no directory, and is no `bt::` principal.
   * It matters only with `members: "known"`.
   */
  #departed(who: Who): boolean {
    return (
      "id" in who &&
      this.#options.membersKnown === true &&
      this.#usersListed &&
      this.#named.has(who.id) &&
      !this.#directory.has(who.id) &&
      !who.id.startsWith("bt::")
    );
  }

  /** S is in the closure of this live group. `{group}` is somebody who belongs to that (live) group alone. */
  #inGroup(who: Who, group: string): boolean {
    if ("id" in who) return this.#closureUsers.get(group)?.has(who.id) ?? false;
    if ("group" in who) return this.#closureGroups.get(group)?.has(who.group) ?? false;
    return false;
  }

  /** "`a`'s grantee covers S: `a.user_id == S`, or S is in the closure of the live group `a.group_id`" */
  #covers(acl: Acl, who: Who): boolean {
    if (acl.user !== null) return "id" in who && who.id === acl.user;
    return acl.group !== null && this.#inGroup(who, acl.group);
  }

  // --------------------------------------------------------------------------------------------------------- objects

  #known(type: string, id: string): Known | undefined {
    return this.#objects.get(type)?.get(id);
  }

  /** The project and what is above it, if the export knows it; else the project alone. */
  #projectAndAbove(place: Place, project: string, distance: number): void {
    place.nodes.push({ distance, type: "project", id: project });
    const row = this.#known("project", project);
    if (!row) return;
    place.deleted ||= row.deleted;
    // every live project group that names it
    for (const [id, group] of must(this.#objects.get("project_group"))) {
      if (!group.deleted && group.memberProjects.has(project)) {
        place.nodes.push({ distance: distance + 1, type: "project_group", id });
      }
    }
    this.#orgProjectAndAbove(place, distance + 1);
  }

  #orgProjectAndAbove(place: Place, distance: number): void {
    place.nodes.push({ distance, type: "org_project", id: this.org });
    place.nodes.push({ distance: distance + 1, type: "organization", id: this.org });
  }

  /** O and `ancestors(O)` (section 2), with what section 4 says of unknown objects. */
  #place(type: string, given: string | null | undefined, project: string | null | undefined): Place {
    const place: Place = { nodes: [], known: false, deleted: false, public: false };
    const inOrganization = this.#options.unknownInOrganization === true;
    // types that exist once need no id; with another id they are unknown objects without ancestors
    if (existsOnce(type)) {
      const id = given ?? this.org;
      place.nodes.push({ distance: 0, type, id });
      if (id === this.org) {
        place.known = true;
        if (type !== "organization") place.nodes.push({ distance: 1, type: "organization", id: this.org });
      }
      return place;
    }
    // an id that is absent or empty where one is needed: an unknown object about which nothing counts
    if (given === null || given === undefined || given === "") return place;
    const row = type === "project_log" ? this.#known("project", given) : this.#known(type, given);
    if (row) {
      place.known = true;
      place.deleted = row.deleted;
      place.public = row.public;
    }
    switch (type) {
      case "project_group":
      case "group":
      case "role":
        place.nodes.push({ distance: 0, type, id: given });
        // an unknown id has the ancestors that its type always has only under `inOrganization`
        if (row || inOrganization) place.nodes.push({ distance: 1, type: "organization", id: this.org });
        break;
      case "project":
        this.#projectAndAbove(place, given, 0);
        if (!row && inOrganization) this.#orgProjectAndAbove(place, 1);
        break;
      case "project_log":
        // its object_id is the project's id; with an unknown project its chain is the log and that project
        place.nodes.push({ distance: 0, type, id: given });
        this.#projectAndAbove(place, given, 1);
        if (!row && inOrganization) this.#orgProjectAndAbove(place, 2);
        break;
      default: {
        place.nodes.push({ distance: 0, type, id: given });
        // for an object that the export knows, the export's project counts, never the caller's; for another the
        // caller's project is the parent, and what is known above that project counts
        const parent = row ? row.project : project;
        if (parent) this.#projectAndAbove(place, parent, 1);
        // "an unknown id of a known type also has the ancestors that its type always has"
        const short = !parent || !this.#known("project", parent);
        if (!row && inOrganization && TYPES.includes(type) && short) this.#orgProjectAndAbove(place, 2);
      }
    }
    return place;
  }

  /** The container of a prospective T and what is above it (section 3). `null`: it is never created. */
  #container(type: string, project: string | null | undefined): Place | null {
    switch (type) {
      case "organization":
      case "org_project":
      case "org_audit_logs":
        return null;
      case "org_member": // inviting a member is `create` on org_member
        return this.#place("org_member", null, null);
      case "project":
        return this.#place("org_project", null, null);
      case "project_group":
      case "group":
      case "role":
        return this.#place("organization", null, null);
      default: // a project's child (an unknown type likewise); without a project: no
        return this.#place("project", project, null);
    }
  }

  // -------------------------------------------------------------------------------------------------------- decision

  #aclsOn(type: string, id: string): readonly Acl[] {
    return this.#on.get(type)?.get(id) ?? [];
  }

  /** The live ACLs on these nodes that cover S and grant some tuple (p, R) with R null or R == type(O), and what of it. */
  #grants(who: Who, place: Place, type: string): Grant[] {
    const out: Grant[] = [];
    // O is not live: nothing. A departed subject's ACLs and groups count for nothing.
    if (place.deleted || this.#departed(who)) return out;
    for (const node of place.nodes) {
      for (const acl of this.#aclsOn(node.type, node.id)) {
        if (acl.deleted || !this.#covers(acl, who)) continue;
        const given = new Set<string>();
        for (const t of acl.tuples) if (t.restrict === null || t.restrict === type) given.add(t.permission);
        if (given.size > 0) out.push({ distance: node.distance, acl, given });
      }
    }
    return out;
  }

  #held(who: Who, place: Place, type: string): Set<string> {
    const held = new Set<string>();
    for (const { given } of this.#grants(who, place, type)) for (const p of given) held.add(p);
    return held;
  }

  /** The reasons in their order (CHOICES). */
  #answer(who: Who, ask: string, place: Place, type: string): Answer {
    if (place.deleted) return { allowed: false, reason: "deleted" };
    const held = this.#held(who, place, type);
    if (asked(ask).every((p) => held.has(p))) return { allowed: true, reason: "granted" };
    if (ask === "read" && place.public) return { allowed: true, reason: "public" };
    if (this.#departed(who)) return { allowed: false, reason: "not_a_member" };
    if (!place.known) return { allowed: false, reason: "unknown_object" };
    return { allowed: false, reason: "no_grant" };
  }

  can(who: Who, ask: string, type: string, id?: string | null, project?: string | null): Answer {
    return this.#answer(who, ask, this.#place(type, id, project), type);
  }

  /** In the order of PERMISSIONS. */
  permissions(who: Who, type: string, id?: string | null, project?: string | null): string[] {
    const place = this.#place(type, id, project);
    const held = this.#held(who, place, type);
    if (place.public && !place.deleted) held.add("read");
    return PERMISSIONS.filter((p) => held.has(p));
  }

  canCreate(who: Who, type: string, project?: string | null): Answer {
    const place = this.#container(type, project);
    if (place) return this.#answer(who, "create", place, type);
    return { allowed: false, reason: this.#departed(who) ? "not_a_member" : "no_grant" };
  }

  /** The ids of all ACLs that grant (any of the four for `manage_access`), ascending; of equal ones the smallest id. */
  grantingAcls(who: Who, ask: string, type: string, id?: string | null, project?: string | null): string[] {
    const wanted = asked(ask);
    const out = new Set<string>();
    for (const { acl, given } of this.#grants(who, this.#place(type, id, project), type)) {
      if (wanted.some((p) => given.has(p))) out.add(this.#representative(acl));
    }
    return [...out].sort(byCodeUnit);
  }

  /** Of equal ACLs (deleted ones apart from live ones) the one with the smallest id. */
  #representative(acl: Acl): string {
    const equal = this.#aclsOn(acl.objectType, acl.objectId).filter(
      (other) => other.contents === acl.contents && other.deleted === acl.deleted,
    );
    return must(equal.map((other) => other.id).sort(byCodeUnit)[0]);
  }

  // ----------------------------------------------------------------------------------------------------- near misses

  /**
   * The export edited in one thing, loaded again, asked again: each ACL that now supplies all that was missing, with
   * that thing. Ordered by thing, then nearest node, then ACL id; all of them.
   */
  nearMisses(
    who: Who,
    ask: string,
    type: string,
    id?: string | null,
    project?: string | null,
  ): { acl: string; missing: Missing }[] {
    const place = this.#place(type, id, project);
    // only when the answer is no; a departed subject has none at all
    if (this.#answer(who, ask, place, type).allowed || this.#departed(who)) return [];
    const wanted = asked(ask);
    const held = this.#held(who, place, type);
    const missing = wanted.filter((p) => !held.has(p));
    const raw = new Map(this.#acls.map((a) => [a.id, a]));
    const KINDS: Missing[] = ["deleted", "restriction", "membership", "permission"];
    const found = new Map<string, { acl: string; missing: Missing; distance: number }>();

    /** Sets some fields of some rows in place, asks again, and puts back what was there. */
    const attempt = (kind: Missing, edits: { row: Row; field: string; to: unknown }[]): void => {
      const before = edits.map(({ row, field }) => row[field]);
      for (const { row, field, to } of edits) row[field] = to;
      const other = new Naive(this.#export, this.#options);
      const there = other.#place(type, id, project);
      if (other.#answer(who, ask, there, type).allowed) {
        for (const { distance, acl, given } of other.#grants(who, there, type)) {
          if (!missing.every((p) => given.has(p))) continue;
          const named = this.#representative(must(raw.get(acl.id)));
          found.set(JSON.stringify([kind, named]), { acl: named, missing: kind, distance });
        }
      }
      edits.forEach(({ row, field }, n) => {
        row[field] = before[n];
      });
    };

    // deleted: one mark removed, of a group, a role, the ACL, the object or its project
    const unmark = (lists: string[], marked: string): void => {
      const copies = lists.flatMap((list) => rows(this.#export, list)).filter((row) => row.id === marked);
      attempt(
        "deleted",
        copies.map((row) => ({ row, field: "deleted_at", to: null })),
      );
    };
    for (const [g, group] of this.#groups) if (group.deleted) unmark(["groups"], g);
    for (const [r, role] of this.#roles) if (role.deleted) unmark(["roles"], r);
    for (const acl of this.#acls) if (acl.deleted) unmark(["acls"], acl.id);
    for (const node of place.nodes) {
      const itself = node.type === type && node.id === id;
      if ((itself || node.type === "project") && this.#known(node.type, node.id)?.deleted) {
        unmark(listsOf(node.type), node.id);
      }
    }

    // restriction: of one tuple taken away; permission: of one tuple replaced
    for (const { row, restrict, permission } of this.#acls) {
      if (restrict !== null) attempt("restriction", [{ row, field: "restrict_object_type", to: null }]);
      if (permission !== null) {
        for (const to of wanted) attempt("permission", [{ row, field: "permission", to }]);
      }
    }
    for (const role of this.#roles.values()) {
      for (const { raw: row, tuple } of role.tuples) {
        if (tuple.restrict !== null) attempt("restriction", [{ row, field: "restrict_object_type", to: null }]);
        for (const to of wanted) attempt("permission", [{ row, field: "permission", to }]);
      }
    }

    // membership: the subject added to one live group (an anonymous subject to none)
    const field = "id" in who ? "member_users" : "member_groups";
    const subject = "id" in who ? who.id : "group" in who ? who.group : "";
    if (subject !== "") {
      for (const { row, deleted } of this.#groups.values()) {
        if (deleted) continue;
        const listed = row[field];
        attempt("membership", [{ row, field, to: [...(Array.isArray(listed) ? listed : []), subject] }]);
      }
    }

    return [...found.values()]
      .sort(
        (a, b) =>
          KINDS.indexOf(a.missing) - KINDS.indexOf(b.missing) || a.distance - b.distance || byCodeUnit(a.acl, b.acl),
      )
      .map(({ acl, missing }) => ({ acl, missing }));
  }

  // ---------------------------------------------------------------------------------------------------- enumerations

  /** Everybody who holds it by a grant, ascending, and whether everybody else does because it is public. */
  who(ask: string, type: string, id?: string | null, project?: string | null): { public: boolean; subjects: string[] } {
    const place = this.#place(type, id, project);
    const everybody = new Set([...this.#directory, ...this.#named]);
    const subjects = [...everybody].filter(
      (subject) => this.#answer({ id: subject }, ask, place, type).reason === "granted",
    );
    return { public: ask === "read" && place.public && !place.deleted, subjects: subjects.sort(byCodeUnit) };
  }

  /**
   * The ids of this type that the export knows and the subject may use, ascending; with a project only its children and
   * its log.
   */
  list(who: Who, ask: string, type: string, project?: string | null): string[] {
    const all = project === null || project === undefined;
    let ids: string[] = [];
    if (existsOnce(type)) {
      if (all) ids = [this.org];
    } else if (type === "project_log") {
      ids = [...must(this.#objects.get("project")).keys()].filter((id) => all || id === project);
    } else {
      for (const [id, row] of this.#objects.get(type) ?? []) {
        if (all || (takesProject(type) && row.project === project)) ids.push(id);
      }
    }
    return ids.filter((id) => this.can(who, ask, type, id).allowed).sort(byCodeUnit);
  }

  /** The projects in which one may be created, ascending; none for what is not created in projects. */
  creatable(who: Who, type: string): string[] {
    if (!takesProject(type) && type !== "project_log") return [];
    return [...must(this.#objects.get("project")).keys()]
      .filter((project) => this.canCreate(who, type, project).allowed)
      .sort(byCodeUnit);
  }

  /**
   * Section 5: in the closure of the live group named Owners, or covered by a live ACL on the organisation that grants
   * the system role named `owner`, directly or by role closure.
   */
  isOwner(who: Who): boolean {
    if (this.#departed(who)) return false;
    for (const [id, group] of this.#groups) if (group.name === "Owners" && this.#inGroup(who, id)) return true;
    return this.#acls.some(
      (acl) =>
        !acl.deleted &&
        acl.objectType === "organization" &&
        acl.objectId === this.org &&
        acl.role !== null &&
        this.#covers(acl, who) &&
        [...this.#roleClosure(acl.role)].some((r) => {
          const role = must(this.#roles.get(r));
          return role.system && role.name === "owner";
        }),
    );
  }

  /** The live groups in whose closure the subject is, ascending. */
  groups(who: Who): string[] {
    if (this.#departed(who)) return [];
    return [...this.#groups.keys()].filter((id) => this.#inGroup(who, id)).sort(byCodeUnit);
  }
}

// The rows of two exports, as far as they decide something, and what is different.

import { PERMISSIONS } from "../../words.generated.js";
import type { Opened } from "../opened.js";
import type { ExportRow } from "../rows.js";

export interface GroupRow {
  readonly name: string;
  readonly deleted: boolean;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

export interface RoleRow {
  readonly name: string;
  readonly deleted: boolean;
  /** `update`, `update for datasets alone`. */
  readonly tuples: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
}

export interface ObjectRow {
  readonly type: string;
  readonly name: string;
  readonly project: string | undefined;
  readonly deleted: boolean;
  readonly public: boolean;
}

export interface ProjectGroupRow {
  readonly name: string;
  readonly deleted: boolean;
  readonly projects: ReadonlySet<string>;
}

/** An ACL's contents: its identity. */
export interface AclRow {
  readonly objectType: string;
  readonly objectId: string;
  readonly principal: string;
  readonly permission: string | undefined;
  readonly role: string | undefined;
  readonly restrict: string | undefined;
}

export interface Rows {
  readonly groups: Map<string, GroupRow>;
  readonly roles: Map<string, RoleRow>;
  readonly projectGroups: Map<string, ProjectGroupRow>;
  /** Projects and what is in them. */
  readonly objects: Map<string, ObjectRow>;
  /** By {@link aclKey}: of a million ACLs nothing else is kept. */
  readonly acls: Set<string>;
}

/** One of the two exports. */
export interface Side {
  readonly opened: Opened;
  readonly rows: Rows;
}

export interface Sides {
  readonly before: Side;
  readonly after: Side;
}

const TYPES: Readonly<Record<string, string>> = {
  projects: "project",
  experiments: "experiment",
  datasets: "dataset",
  prompts: "prompt",
  functions: "prompt",
  prompt_sessions: "prompt_session",
};

const LISTS = new Set(["groups", "roles", "project_groups", "acls", ...Object.keys(TYPES)]);

export async function readRows(opened: Opened): Promise<Rows> {
  const acls = new Map<string, string | undefined>();
  const rows: Rows = {
    groups: new Map(),
    roles: new Map(),
    projectGroups: new Map(),
    objects: new Map(),
    acls: new Set(),
  };
  const [organization] = opened.org.find({ type: "organization" });
  await opened.scan(LISTS, (list, row) => {
    // Rows of another organisation do not count (MODEL 4).
    const its = row._object_org_id ?? row.org_id;
    if (organization !== undefined && typeof its === "string" && its !== organization.id) return;
    if (list === "acls") takeAcl(acls, row);
    else take(rows, list, row);
  });
  for (const key of acls.values()) if (key !== undefined) rows.acls.add(key);
  return rows;
}

function take(rows: Rows, list: string, row: ExportRow): void {
  const id = text(row.id);
  if (id === undefined) return;
  const deleted = row.deleted_at !== undefined && row.deleted_at !== null;
  const name = text(row.name) ?? id;
  if (list === "groups") {
    put(rows.groups, id, { name, deleted, users: texts(row.member_users), groups: texts(row.member_groups) });
  } else if (list === "roles") {
    put(rows.roles, id, { name, deleted, tuples: tuples(row.member_permissions), roles: texts(row.member_roles) });
  } else if (list === "project_groups") {
    put(rows.projectGroups, id, { name, deleted, projects: texts(row.member_projects) });
  } else {
    const type = TYPES[list] as string;
    const project = type === "project" ? undefined : text(row.project_id);
    const isPublic = type === "experiment" && row.public === true;
    put(rows.objects, `${type}:${id}`, { type, name, project, deleted, public: isPublic });
  }
}

/** Of two rows with one id the first stands, and a copy that is deleted makes it deleted (MODEL 4). */
function put<T extends { readonly deleted: boolean }>(into: Map<string, T>, id: string, row: T): void {
  const known = into.get(id);
  if (known === undefined) into.set(id, row);
  else if (row.deleted && !known.deleted) into.set(id, { ...known, deleted: true });
}

/** By id: of two rows the first that counts stands, and a copy that is deleted (no key) takes it away. */
function takeAcl(acls: Map<string, string | undefined>, row: ExportRow): void {
  const id = text(row.id);
  const key = aclKey(row);
  if (id === undefined || key === undefined) return;
  if (row.deleted_at !== undefined && row.deleted_at !== null) acls.set(id, undefined);
  else if (!acls.has(id)) acls.set(id, key);
}

/** An ACL's contents as a key; undefined of a malformed one, which does not count (MODEL 1). */
function aclKey(row: ExportRow): string | undefined {
  const [user, group, permission, role, restrict] = OPTIONAL.map((field) => row[field] ?? undefined);
  const { object_type: type, object_id: object } = row;
  const given = [user, group, permission, role, restrict].filter((each) => each !== undefined);
  const isWhole = [type, object, ...given].every((each) => text(each) !== undefined);
  const isOne = (user === undefined) !== (group === undefined) && (permission === undefined) !== (role === undefined);
  const isKnown = permission === undefined || (PERMISSIONS as readonly unknown[]).includes(permission);
  if (!isWhole || !isOne || !isKnown || (role !== undefined && restrict !== undefined)) return undefined;
  const principal = group === undefined ? `user:${user}` : `group:${group}`;
  return JSON.stringify([type, object, principal, permission ?? null, role ?? null, restrict ?? null]);
}

const OPTIONAL = ["user_id", "group_id", "permission", "role_id", "restrict_object_type"] as const;

export function aclOf(key: string): AclRow {
  const [objectType, objectId, principal, permission, role, restrict] = JSON.parse(key) as (string | null)[];
  return {
    objectType: String(objectType),
    objectId: String(objectId),
    principal: String(principal),
    permission: permission ?? undefined,
    role: role ?? undefined,
    restrict: restrict ?? undefined,
  };
}

function tuples(value: unknown): Set<string> {
  if (!Array.isArray(value)) return new Set();
  return new Set(
    value.map((tuple: { permission?: unknown; restrict_object_type?: unknown }) =>
      tuple.restrict_object_type
        ? `${tuple.permission} for ${tuple.restrict_object_type} alone`
        : String(tuple.permission),
    ),
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: unknown): Set<string> {
  return new Set(Array.isArray(value) ? value.filter((each) => typeof each === "string") : []);
}

// ---- what is different ----

export interface SetChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function setChange(before: ReadonlySet<string>, after: ReadonlySet<string>): SetChange {
  return {
    added: [...after].filter((each) => !before.has(each)).sort(),
    removed: [...before].filter((each) => !after.has(each)).sort(),
  };
}

/** Rows that are live in one of both, or in both and different. */
export function changedRows<T extends { readonly deleted: boolean }>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  differ: (before: T, after: T) => boolean,
): { id: string; before: T | undefined; after: T | undefined }[] {
  const live = (row: T | undefined) => (row?.deleted === false ? row : undefined);
  const changed: { id: string; before: T | undefined; after: T | undefined }[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [live(before.get(id)), live(after.get(id))];
    if (old === undefined && now === undefined) continue;
    if (old === undefined || now === undefined || differ(old, now)) changed.push({ id, before: old, after: now });
  }
  return changed;
}

export function isEmpty({ added, removed }: SetChange): boolean {
  return added.length === 0 && removed.length === 0;
}

// What two exports say differently about people: exact for whatever is compared, and bounded by a number of
// comparisons. Who is not compared is counted.

import type { Subject } from "../../../types/index.js";
import { PERMISSIONS } from "../../tables.generated.js";
import type { Node, Permission } from "../../types.js";
import type { Opened } from "../opened.js";
import { IN_PROJECTS } from "../types.js";
import { aclOf, changedRows, type ObjectRow, type Rows, setChange } from "./rows.js";

/**
 * Something that changes for somebody, or (neither gained nor lost) does not, though the like of it in its project does:
 * on single objects, or alike in several projects.
 */
export interface Change {
  readonly gained: readonly Permission[];
  readonly lost: readonly Permission[];
  /** These objects … */
  readonly objects?: readonly Node[];
  /** … or in these projects, on themselves (`project`) and on what is in them, by type. */
  readonly projects?: readonly string[];
  readonly types?: readonly string[];
}

export interface PeopleChange {
  readonly people: readonly string[];
  readonly changes: readonly Change[];
}

export interface Effects {
  readonly people: readonly PeopleChange[];
  /** Pairs of a person and an object (or a project's type) that were compared. */
  readonly compared: number;
  /** Who could not be compared within the bound. */
  readonly left: readonly string[];
}

export interface Side {
  readonly opened: Opened;
  readonly rows: Rows;
}

/** An id that nothing has: what somebody may do to it in a project is what they may do to whatever comes. */
const NOTHING_YET = "aclarity:nothing-yet";
const OWN_NODES = ["organization", "org_project", "org_member", "org_audit_logs"];

export function effects(before: Side, after: Side, grants: Grants, limit: number): Effects {
  const sides = { before, after };
  const tree = changedTree(sides);
  const whole = placesOf(sides, undefined);
  const part = placesOf(sides, tree);
  const people = peopleOf(sides, grants);
  // Where everybody can be compared with everything, nothing hangs on who is found to be concerned.
  const everything = people.length * whole.size <= limit;
  let compared = 0;
  const left: string[] = [];
  const alike = new Map<string, { people: string[]; changes: Change[] }>();
  for (const person of people) {
    const places = everything || isTouched(sides, grants, person) ? whole : part;
    if (places.size === 0) continue;
    if (compared + places.size > limit) {
      left.push(person);
      continue;
    }
    compared += places.size;
    const changes = changesOf(sides, places, person);
    if (changes.length === 0) continue;
    const key = JSON.stringify(changes);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, { people: [person], changes });
    else group.people.push(person);
  }
  return { people: [...alike.values()], compared, left };
}

interface Sides {
  readonly before: Side;
  readonly after: Side;
}

// ---- whom it may concern ----

/** Principals whose grants are others: `user:…`, `group:…`. */
export type Grants = ReadonlySet<string>;

/** From the ACLs that were added or removed, and from those that give a role which changed. */
export function changedGrants({ before, after }: Sides, aclsChanged: Iterable<string>): Grants {
  const principals = new Set<string>();
  for (const key of aclsChanged) principals.add(aclOf(key).principal);
  const roles = changedRoles(before.rows, after.rows);
  if (roles.size > 0) {
    for (const key of after.rows.acls) {
      const { role, principal } = aclOf(key);
      if (role !== undefined && roles.has(role)) principals.add(principal);
    }
  }
  return principals;
}

/** Roles that changed, and those that contain them. */
function changedRoles(before: Rows, after: Rows): Set<string> {
  const text = (set: ReadonlySet<string>) => [...set].sort().join(" ");
  const differ = changedRows(
    before.roles,
    after.roles,
    (a, b) => text(a.tuples) !== text(b.tuples) || text(a.roles) !== text(b.roles),
  );
  const changed = new Set(differ.map(({ id }) => id));
  for (let size = -1; size !== changed.size; ) {
    size = changed.size;
    for (const { roles } of [before, after]) {
      for (const [id, row] of roles) if ([...row.roles].some((each) => changed.has(each))) changed.add(id);
    }
  }
  return changed;
}

/** Everybody whom a directory, a group or a changed grant names, by id. */
function peopleOf({ before, after }: Sides, grants: Grants): string[] {
  const people = new Set<string>();
  for (const { opened, rows } of [before, after]) {
    for (const { id } of opened.org.find({ type: "user" })) people.add(id);
    for (const { users } of rows.groups.values()) for (const id of users) people.add(id);
    for (const key of rows.acls) {
      const { principal } = aclOf(key);
      if (principal.startsWith("user:")) people.add(principal.slice(5));
    }
  }
  for (const principal of grants) if (principal.startsWith("user:")) people.add(principal.slice(5));
  people.delete("");
  return [...people].sort();
}

function isTouched({ before, after }: Sides, grants: Grants, person: string): boolean {
  const groups = [before, after].map(({ opened }) => new Set(opened.org.as(person).groups.map(({ id }) => id)));
  const [old, now] = groups as [Set<string>, Set<string>];
  const { added, removed } = setChange(old, now);
  if (added.length > 0 || removed.length > 0 || grants.has(`user:${person}`)) return true;
  return [...now].some((group) => grants.has(`group:${group}`));
}

// ---- where it may concern them ----

interface Tree {
  /** Projects above which something is different, or which are. */
  readonly projects: ReadonlySet<string>;
  /** Objects that moved, or became public or not, as `type:id`. */
  readonly objects: ReadonlySet<string>;
}

function changedTree({ before, after }: Sides): Tree {
  const projects = new Set<string>();
  for (const { before: old, after: now } of changedRows(before.rows.projectGroups, after.rows.projectGroups, (a, b) => {
    const { added, removed } = setChange(a.projects, b.projects);
    return added.length > 0 || removed.length > 0;
  })) {
    const { added, removed } = setChange(old?.projects ?? new Set(), now?.projects ?? new Set());
    for (const id of [...added, ...removed]) projects.add(id);
  }
  const differ = changedRows(
    before.rows.objects,
    after.rows.objects,
    (a, b) => a.project !== b.project || a.public !== b.public,
  );
  // What is in a project that came or went has other nodes above it now.
  for (const { id, before: old, after: now } of differ) {
    if ((now ?? old)?.type === "project") projects.add(id.slice("project:".length));
  }
  return { projects, objects: new Set(differ.map(({ id }) => id)) };
}

/** What is live on both sides; what exists on one alone is told as a row and has no "before" or "after". */
interface Places {
  readonly nodes: readonly Node[];
  readonly projects: readonly string[];
  readonly objects: ReadonlyMap<string, readonly { readonly id: string; readonly project: string }[]>;
  readonly size: number;
}

function placesOf({ before, after }: Sides, only: Tree | undefined): Places {
  const nodes: Node[] = [];
  const projects: string[] = [];
  const objects = new Map<string, { id: string; project: string }[]>();
  if (only === undefined) {
    const [organization] = after.opened.org.find({ type: "organization" });
    nodes.push(...OWN_NODES.map((type) => ({ type, id: organization?.id ?? "" })));
    for (const type of ["project_group", "group", "role"] as const) {
      const old = new Set(before.opened.org.find({ type }).map(({ id }) => id));
      nodes.push(...after.opened.org.find({ type }).filter(({ id }) => old.has(id)));
    }
  }
  for (const [key, row] of after.rows.objects) {
    const old = before.rows.objects.get(key);
    if (old === undefined || isGone(after.rows, row) || isGone(before.rows, old)) continue;
    const id = key.slice(row.type.length + 1);
    if (row.type === "project") {
      if (only === undefined || only.projects.has(id)) projects.push(id);
    } else if (only === undefined || only.objects.has(key) || only.projects.has(row.project ?? "")) {
      const known = objects.get(row.type) ?? [];
      known.push({ id, project: row.project ?? "" });
      objects.set(row.type, known);
    }
  }
  projects.sort();
  for (const list of objects.values()) list.sort((a, b) => (a.id < b.id ? -1 : 1));
  const size =
    nodes.length +
    projects.length * (1 + IN_PROJECTS.length) +
    [...objects.values()].reduce((sum, list) => sum + list.length, 0);
  return { nodes, projects, objects, size };
}

function isGone(rows: Rows, { deleted, project }: ObjectRow): boolean {
  return deleted || (project !== undefined && rows.objects.get(`project:${project}`)?.deleted === true);
}

// ---- what changes ----

/** Gained and lost, eight bits each; 0: nothing. */
type Delta = number;

function deltaOf(before: number, after: number): Delta {
  return ((after & ~before) << 8) | (before & ~after);
}

function toldDelta(delta: Delta): { gained: Permission[]; lost: Permission[] } {
  return {
    gained: PERMISSIONS.filter((_, index) => (delta >> (8 + index)) & 1),
    lost: PERMISSIONS.filter((_, index) => (delta >> index) & 1),
  };
}

type Asked = string | { id: string; project_id: string };

/** Equal sets are the same array, so that each is turned into bits once. */
const BITS = new WeakMap<readonly Permission[], number>();

function bitsOf(permissions: readonly Permission[]): number {
  let bits = BITS.get(permissions);
  if (bits === undefined) {
    bits = permissions.reduce((sum, permission) => sum | (1 << PERMISSIONS.indexOf(permission)), 0);
    BITS.set(permissions, bits);
  }
  return bits;
}

function deltasOf({ before, after }: Sides, person: string, type: string, ids: readonly Asked[]): Delta[] {
  const [old, now] = [before.opened.org.as(person), after.opened.org.as(person)];
  const held = (subject: Subject, id: Asked) => bitsOf(subject.permissions(type as "dataset", id));
  return ids.map((id) => deltaOf(held(old, id), held(now, id)));
}

function changesOf(sides: Sides, places: Places, person: string): Change[] {
  const single: { delta: Delta; object: Node }[] = [];
  for (const { type, id } of places.nodes) {
    const [delta = 0] = deltasOf(sides, person, type, [id]);
    if (delta !== 0) single.push({ delta, object: { type, id } });
  }
  const projects = projectDeltas(sides, places.projects, person);
  for (const [type, list] of places.objects) {
    const deltas = deltasOf(
      sides,
      person,
      type,
      list.map(({ id }) => id),
    );
    deltas.forEach((delta, index) => {
      const { id, project } = list[index] as { id: string; project: string };
      // What changes like everything of its type in its project was told there.
      if (delta !== (projects.get(project)?.get(type) ?? 0)) single.push({ delta, object: { type, id } });
    });
  }
  const isOwn = ({ object }: { object: Node }) => !INSIDE.has(object.type);
  const inProjects = single.filter((each) => !isOwn(each));
  return [...objectChanges(single.filter(isOwn)), ...projectChanges(projects), ...objectChanges(inProjects)];
}

const INSIDE: ReadonlySet<string> = new Set(IN_PROJECTS);

/** Objects of one type that change alike share a row. */
function objectChanges(single: readonly { delta: Delta; object: Node }[]): Change[] {
  const alike = new Map<string, { delta: Delta; objects: Node[] }>();
  for (const { delta, object } of single) {
    const key = `${delta} ${object.type}`;
    const row = alike.get(key) ?? { delta, objects: [] };
    row.objects.push(object);
    alike.set(key, row);
  }
  return [...alike.values()].map(({ delta, objects }) => ({ ...toldDelta(delta), objects }));
}

/** For each project what changes on itself, and on something of each type in it. */
function projectDeltas(sides: Sides, projects: readonly string[], person: string): Map<string, Map<string, Delta>> {
  const found = new Map(projects.map((id) => [id, new Map<string, Delta>()]));
  for (const type of ["project", ...IN_PROJECTS]) {
    const inIt = type === "project" || type === "project_log";
    const ids = projects.map((id) => (inIt ? id : { id: NOTHING_YET, project_id: id }));
    deltasOf(sides, person, type, ids).forEach((delta, index) => {
      found.get(projects[index] as string)?.set(type, delta);
    });
  }
  return found;
}

/** Projects in which the same changes share a row, and so do types. */
function projectChanges(deltas: ReadonlyMap<string, ReadonlyMap<string, Delta>>): Change[] {
  const alike = new Map<string, { delta: Delta; types: string[]; projects: string[] }>();
  for (const [project, byType] of deltas) {
    const byDelta = new Map<Delta, string[]>();
    for (const [type, delta] of byType) {
      if (delta !== 0) byDelta.set(delta, [...(byDelta.get(delta) ?? []), type]);
    }
    for (const [delta, types] of byDelta) {
      const key = `${delta} ${types}`;
      const row = alike.get(key) ?? { delta, types, projects: [] };
      row.projects.push(project);
      alike.set(key, row);
    }
  }
  return [...alike.values()].map(({ delta, types, projects }) => ({ ...toldDelta(delta), projects, types }));
}

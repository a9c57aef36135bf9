// What two exports say differently about people: exact for whatever is compared, and bounded by a number of
// comparisons. Who is not compared is counted.

import type { Subject } from "../../../types/index.js";
import type { Node, Permission } from "../../types.js";
import { PERMISSIONS } from "../../words.generated.js";
import { IN_PROJECTS } from "../types.js";
import { Concern } from "./concern.js";
import { type Places, Tree } from "./places.js";
import type { Sides } from "./rows.js";

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

/** An id that nothing has: what somebody may do to it in a project is what they may do to whatever comes. */
const NOTHING_YET = "aclarity:nothing-yet";

/** Up to so many pairs everybody is compared with everything, and nothing hangs on who is found to be concerned. */
const FEW = 200_000;

export function effects(
  sides: Sides,
  aclsChanged: readonly string[],
  limit: number,
  onProgress: (done: number, total: number) => void,
): Effects {
  const tree = new Tree(sides);
  const concern = new Concern(sides, aclsChanged, tree);
  const everything = concern.people.length * tree.whole.size <= Math.min(FEW, limit);
  let compared = 0;
  const left: string[] = [];
  const alike = new Map<string, { people: string[]; changes: Change[] }>();
  for (const [index, person] of concern.people.entries()) {
    onProgress(index, concern.people.length);
    const places = everything ? tree.whole : concern.places(person);
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
  for (const { type, id, project } of places.objects) {
    const [delta = 0] = deltasOf(sides, person, type, [id]);
    // What changes like everything of its type in its project was told there.
    if (delta !== (projects.get(project)?.get(type) ?? 0)) single.push({ delta, object: { type, id } });
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

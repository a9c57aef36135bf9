// Which rows of two exports differ, kind by kind, with names.
import type { Names } from "../names.js";
import { changedRows, isEmpty, type SetChange, type Side, setChange } from "./rows.js";

export interface NamedSide extends Side {
  readonly names: Names;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Edited extends Named {
  readonly changes: Readonly<Record<string, SetChange>>;
}

export interface Kind {
  readonly added: readonly Named[];
  readonly removed: readonly Named[];
  readonly changed: readonly Edited[];
}

export interface RowChanges {
  readonly some: boolean;
  readonly people: Kind;
  readonly groups: Kind;
  readonly roles: Kind;
  readonly projectGroups: Kind;
  readonly objects: Kind;
  readonly acls: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly all: readonly string[];
  };
}

export function rowChanges(before: NamedSide, after: NamedSide): RowChanges {
  const acls = setChange(before.rows.acls, after.rows.acls);
  const kinds = {
    people: peopleChanges(before, after),
    groups: kindOf(before.rows.groups, after.rows.groups, { members: "users", "member groups": "groups" }),
    roles: kindOf(before.rows.roles, after.rows.roles, { permissions: "tuples", "member roles": "roles" }),
    projectGroups: kindOf(before.rows.projectGroups, after.rows.projectGroups, { projects: "projects" }),
    objects: objectChanges(before, after),
  };
  const some =
    !isEmpty(acls) ||
    Object.values(kinds).some(({ added, removed, changed }) => added.length + removed.length + changed.length > 0);
  return { some, ...kinds, acls: { ...acls, all: [...acls.added, ...acls.removed] } };
}

function peopleChanges(before: NamedSide, after: NamedSide): Kind {
  const ids = ({ opened }: NamedSide) => new Set(opened.org.find({ type: "user" }).map(({ id }) => id));
  const { added, removed } = setChange(ids(before), ids(after));
  return {
    added: added.map((id) => ({ id, name: after.names.people.label(id) })),
    removed: removed.map((id) => ({ id, name: before.names.people.label(id) })),
    changed: [],
  };
}

type Field<T> = { readonly [K in keyof T]: T[K] extends ReadonlySet<string> ? K : never }[keyof T];

function kindOf<T extends { readonly name: string; readonly deleted: boolean }>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  fields: Readonly<Record<string, Field<T>>>,
): Kind {
  const setsOf = (old: T, now: T) => {
    const sets: Record<string, SetChange> = {};
    if (old.name !== now.name) sets.name = { added: [now.name], removed: [old.name] };
    for (const [title, field] of Object.entries(fields)) {
      const change = setChange(old[field] as ReadonlySet<string>, now[field] as ReadonlySet<string>);
      if (!isEmpty(change)) sets[title] = change;
    }
    return sets;
  };
  return sorted(
    changedRows(before, after, (old, now) => Object.keys(setsOf(old, now)).length > 0),
    setsOf,
  );
}

function objectChanges(before: NamedSide, after: NamedSide): Kind {
  type Row = NonNullable<ReturnType<typeof after.rows.objects.get>>;
  const setsOf = (old: Row, now: Row) => {
    const sets: Record<string, SetChange> = {};
    if (old.name !== now.name) sets.name = { added: [now.name], removed: [old.name] };
    if (old.project !== now.project) sets.project = { added: [now.project ?? ""], removed: [old.project ?? ""] };
    if (old.public !== now.public)
      sets.public = now.public ? { added: ["public"], removed: [] } : { added: [], removed: ["public"] };
    return sets;
  };
  return sorted(
    changedRows(before.rows.objects, after.rows.objects, (old, now) => Object.keys(setsOf(old, now)).length > 0),
    setsOf,
  );
}

function sorted<T extends { readonly name: string }>(
  rows: readonly { id: string; before: T | undefined; after: T | undefined }[],
  setsOf: (old: T, now: T) => Record<string, SetChange>,
): Kind {
  const kind = { added: [] as Named[], removed: [] as Named[], changed: [] as Edited[] };
  for (const { id, before, after } of rows) {
    if (before === undefined && after !== undefined) kind.added.push({ id, name: after.name });
    else if (after === undefined && before !== undefined) kind.removed.push({ id, name: before.name });
    else if (before !== undefined && after !== undefined)
      kind.changed.push({ id, name: after.name, changes: setsOf(before, after) });
  }
  for (const list of Object.values(kind))
    list.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
  return kind;
}

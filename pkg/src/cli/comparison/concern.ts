// Whom a change may concern, and where: too much is fine, too little is not.
import type { Places, Tree } from "./places.js";
import { aclOf, changedRows, type Rows, type Sides, setChange } from "./rows.js";

/** `project:…`, `organization:…` */
type Key = string;

export class Concern {
  /** Everybody whom a directory, a group or a grant names, by id. */
  readonly people: readonly string[];
  /** Nodes at which a principal's (`user:…`, `group:…`) grants are others. */
  private readonly changed = new Map<string, Set<Key>>();
  private readonly moved: ReadonlySet<string>;
  private granted: Map<string, Set<Key>> | undefined;

  constructor(
    private readonly sides: Sides,
    aclsChanged: readonly string[],
    private readonly tree: Tree,
  ) {
    this.people = peopleOf(sides);
    for (const key of aclsChanged) note(this.changed, key);
    const roles = changedRoles(sides.before.rows, sides.after.rows);
    if (roles.size > 0) {
      for (const key of sides.after.rows.acls) if (roles.has(aclOf(key).role ?? "")) note(this.changed, key);
    }
    const [old, now] = [sides.before, sides.after].map(
      ({ opened }) => new Set(opened.org.find({ type: "user" }).map(({ id }) => id)),
    );
    const { added, removed } = setChange(old as Set<string>, now as Set<string>);
    this.moved = new Set([...added, ...removed]);
  }

  /** What is to be compared for one person. */
  places(person: string): Places {
    // Who came or went may be denied everything else (load option `members`).
    if (this.moved.has(person)) return this.tree.whole;
    const [old, now] = [this.sides.before, this.sides.after].map(
      ({ opened }) => new Set(opened.org.as(person).groups.map(({ id }) => id)),
    ) as [Set<string>, Set<string>];
    const nodes = new Set<Key>();
    const add = (keys: Iterable<Key> | undefined) => {
      for (const key of keys ?? []) nodes.add(key);
    };
    add(this.changed.get(`user:${person}`));
    for (const group of new Set([...old, ...now])) add(this.changed.get(`group:${group}`));
    const { added, removed } = setChange(old, now);
    for (const group of [...added, ...removed]) add(this.grantsOf(`group:${group}`));
    return this.tree.below(nodes);
  }

  private grantsOf(principal: string): ReadonlySet<Key> | undefined {
    if (this.granted === undefined) {
      this.granted = new Map();
      for (const { rows } of [this.sides.before, this.sides.after]) {
        for (const key of rows.acls) if (aclOf(key).principal.startsWith("group:")) note(this.granted, key);
      }
    }
    return this.granted.get(principal);
  }
}

function note(into: Map<string, Set<Key>>, key: string): void {
  const { principal, objectType, objectId } = aclOf(key);
  const nodes = into.get(principal);
  if (nodes === undefined) into.set(principal, new Set([`${objectType}:${objectId}`]));
  else nodes.add(`${objectType}:${objectId}`);
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

function peopleOf({ before, after }: Sides): string[] {
  const people = new Set<string>();
  for (const { opened, rows } of [before, after]) {
    for (const { id } of opened.org.find({ type: "user" })) people.add(id);
    for (const { users } of rows.groups.values()) for (const id of users) people.add(id);
    for (const key of rows.acls) {
      const { principal } = aclOf(key);
      if (principal.startsWith("user:")) people.add(principal.slice("user:".length));
    }
  }
  people.delete("");
  return [...people].sort();
}

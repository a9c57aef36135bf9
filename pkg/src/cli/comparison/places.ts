// The object tree of two exports: what is live in both, and what is below what.
import type { Node } from "../../types.js";
import { IN_PROJECTS } from "../types.js";
import { changedRows, type ObjectRow, type Rows, type Sides, setChange } from "./rows.js";

export interface Placed {
  readonly type: string;
  readonly id: string;
  readonly project: string;
}

/** What is compared; what exists in one export alone is told as a row and has no "before" or "after". */
export interface Places {
  /** Objects that are in no project. */
  readonly nodes: readonly Node[];
  /** Projects: themselves, and what may come to be in them. */
  readonly projects: readonly string[];
  readonly objects: readonly Placed[];
  /** How many comparisons that is. */
  readonly size: number;
}

const OWN_NODES = ["organization", "org_project", "org_member", "org_audit_logs"];

export class Tree {
  readonly whole: Places;
  /** By `type:id`. */
  private readonly nodes = new Map<string, Node>();
  private readonly objects = new Map<string, Placed>();
  private readonly inProject = new Map<string, Placed[]>();
  /** Projects above which something is different, or which came or went. */
  private readonly changedProjects: ReadonlySet<string>;
  /** Objects that moved, or became public or not, as `type:id`. */
  private readonly changedObjects: ReadonlySet<string>;
  private readonly known = new Map<string, Places>();

  constructor(private readonly sides: Sides) {
    this.readNodes();
    this.readObjects();
    const { projects, objects } = changedTree(sides);
    this.changedProjects = projects;
    this.changedObjects = objects;
    const all = [...this.inProject.keys()];
    this.whole = placesOf([...this.nodes.values()], all, this.objects.values());
  }

  private readNodes(): void {
    const { before, after } = this.sides;
    const [organization] = after.opened.org.find({ type: "organization" });
    const own = OWN_NODES.map((type) => ({ type, id: organization?.id ?? "" }));
    const others = (["project_group", "group", "role"] as const).flatMap((type) => {
      const old = new Set(before.opened.org.find({ type }).map(({ id }) => id));
      return after.opened.org.find({ type }).filter(({ id }) => old.has(id));
    });
    for (const node of [...own, ...others]) this.nodes.set(`${node.type}:${node.id}`, node);
  }

  private readObjects(): void {
    const { before, after } = this.sides;
    for (const [key, row] of after.rows.objects) {
      const old = before.rows.objects.get(key);
      if (old === undefined || isGone(after.rows, row) || isGone(before.rows, old)) continue;
      const id = key.slice(row.type.length + 1);
      if (row.type === "project") {
        if (!this.inProject.has(id)) this.inProject.set(id, []);
        continue;
      }
      const placed = { type: row.type, id, project: row.project ?? "" };
      this.objects.set(key, placed);
    }
    for (const placed of this.objects.values()) this.inProject.get(placed.project)?.push(placed);
  }

  /** What is at these nodes (`type:id`) or below them, and what is somewhere else in the tree than before. */
  below(keys: ReadonlySet<string>): Places {
    const name = [...keys].sort().join(" ");
    let places = this.known.get(name);
    if (places === undefined) {
      places = this.find(keys);
      this.known.set(name, places);
    }
    return places;
  }

  private find(keys: ReadonlySet<string>): Places {
    const nodes = new Set<Node>();
    const projects = new Set(this.changedProjects);
    const objects = new Set<Placed>();
    const addObject = (key: string) => {
      const placed = this.objects.get(key);
      if (placed !== undefined) objects.add(placed);
    };
    for (const key of keys) {
      const type = key.slice(0, key.indexOf(":"));
      const id = key.slice(type.length + 1);
      if (type === "organization") return this.whole;
      const node = this.nodes.get(key);
      if (node !== undefined) nodes.add(node);
      if (type === "org_project") for (const project of this.inProject.keys()) projects.add(project);
      else if (type === "project_group") for (const project of this.projectsOf(id)) projects.add(project);
      else if (type === "project" || type === "project_log") projects.add(id);
      else addObject(key);
    }
    for (const key of this.changedObjects) addObject(key);
    const live = [...projects].filter((id) => this.inProject.has(id));
    for (const project of live) for (const placed of this.inProject.get(project) ?? []) objects.add(placed);
    if (live.length < projects.size) {
      // What is in a project that is not in both is there by itself.
      for (const placed of this.objects.values()) if (projects.has(placed.project)) objects.add(placed);
    }
    return placesOf([...nodes], live, objects);
  }

  private *projectsOf(group: string): Generator<string> {
    for (const { rows } of [this.sides.before, this.sides.after]) yield* rows.projectGroups.get(group)?.projects ?? [];
  }
}

function placesOf(nodes: readonly Node[], projects: readonly string[], objects: Iterable<Placed>): Places {
  const sorted = [...objects].sort((a, b) => (a.type === b.type ? (a.id < b.id ? -1 : 1) : a.type < b.type ? -1 : 1));
  const size = nodes.length + projects.length * (1 + IN_PROJECTS.length) + sorted.length;
  return { nodes, projects: [...projects].sort(), objects: sorted, size };
}

function isGone(rows: Rows, { deleted, project }: ObjectRow): boolean {
  return deleted || (project !== undefined && rows.objects.get(`project:${project}`)?.deleted === true);
}

function changedTree({ before, after }: Sides): { projects: Set<string>; objects: Set<string> } {
  const projects = new Set<string>();
  const regrouped = changedRows(before.rows.projectGroups, after.rows.projectGroups, () => true);
  for (const { before: old, after: now } of regrouped) {
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

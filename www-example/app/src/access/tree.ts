// The organisation as a tree to look at. For drawing only: which grant reaches what is the Org's business.
import type { Node, ObjectType } from "aclarity";
import type { ListName, ObjectRow, Rows } from "../organization/export.ts";
import { TYPES } from "../organization/words.ts";
import type { Target } from "./selection.ts";

interface Item {
  key: string;
  name: string;
  children: readonly TreeItem[];
}
/** Something that permissions are about. */
export interface NodeItem extends Item {
  kind: "node";
  node: Target;
  icon: string;
  row?: ObjectRow;
}
/** Things of one type, gathered; what may be created there is asked with `create`. */
export interface FolderItem extends Item {
  kind: "folder";
  type: ObjectType;
  icon: string;
  project?: string;
}
/** Stands for the rows of a long folder that are not shown yet. */
export interface MoreItem extends Item {
  kind: "more";
  folder: string;
}
export type TreeItem = NodeItem | FolderItem | MoreItem;

/** What lives in a project, in the order of the product's own menu. A function is of type prompt. */
export const CONTENTS: readonly { list: ListName; type: ObjectType; icon: string; name: string; one: string }[] = [
  { list: "experiments", type: "experiment", icon: "experiment", name: "Experiments", one: "Experiment" },
  { list: "datasets", type: "dataset", icon: "dataset", name: "Datasets", one: "Dataset" },
  { list: "prompts", type: "prompt", icon: "prompt", name: "Prompts", one: "Prompt" },
  { list: "functions", type: "prompt", icon: "function", name: "Functions", one: "Function" },
  { list: "prompt_sessions", type: "prompt_session", icon: "prompt_session", name: "Playgrounds", one: "Playground" },
];

const names = new Intl.Collator("en", { numeric: true });
const byName = (a: { name?: string | null }, b: { name?: string | null }): number =>
  names.compare(a.name ?? "", b.name ?? "");

export interface Tree {
  root: NodeItem;
  /** Every node once, by `type:id`. */
  nodes: Map<string, NodeItem>;
  /** The keys of what must be open for a node to show. */
  above: Map<string, readonly string[]>;
  /** What each row stands in, and as which. */
  parent: Map<string, string>;
  position: Map<string, number>;
}

export function treeOf(rows: Rows): Tree {
  const nodes = new Map<string, NodeItem>();
  const above = new Map<string, readonly string[]>();
  const org = rows.organization.id;
  const node = (
    type: ObjectType,
    id: string,
    name: string,
    path: readonly string[],
    more: { icon?: string; row?: ObjectRow; children?: (path: readonly string[]) => TreeItem[] } = {},
  ): NodeItem => {
    const key = `${type}:${id}`;
    above.set(key, path);
    const item: NodeItem = {
      kind: "node",
      key,
      name,
      node: { type, id },
      icon: more.icon ?? type,
      ...(more.row && { row: more.row }),
      children: more.children?.([...path, key]) ?? [],
    };
    nodes.set(key, item);
    return item;
  };
  const folder = (
    key: string,
    type: ObjectType,
    icon: string,
    name: string,
    path: readonly string[],
    children: (path: readonly string[]) => TreeItem[],
    project?: string,
  ): FolderItem => ({
    kind: "folder",
    key,
    type,
    icon,
    name,
    ...(project && { project }),
    children: children([...path, key]),
  });

  const inProject = new Map(
    CONTENTS.map(({ list }) => [list, Map.groupBy(rows[list] as readonly ObjectRow[], (row) => row.project_id ?? "")]),
  );
  const projectContents = (id: string, path: readonly string[]): TreeItem[] => [
    ...CONTENTS.flatMap(({ list, type, icon, name }) => {
      const found = inProject.get(list)?.get(id) ?? [];
      return folder(
        `in:${id}:${list}`,
        type,
        icon,
        name,
        path,
        (p) => found.toSorted(byName).map((row) => node(type, row.id, row.name ?? row.id, p, { icon, row })),
        id,
      );
    }),
    node("project_log", id, "Logs", path),
  ];
  const root = node("organization", org, rows.organization.name, [], {
    children: (path) => [
      node("org_project", org, TYPES.org_project.one, path, {
        children: (p) =>
          rows.projects
            .toSorted(byName)
            .map((row) =>
              node("project", row.id, row.name ?? row.id, p, { row, children: (q) => projectContents(row.id, q) }),
            ),
      }),
      folder("all:project_group", "project_group", "project_group", TYPES.project_group.many, path, (p) =>
        rows.project_groups
          .toSorted(byName)
          .map((row) => node("project_group", row.id, row.name ?? row.id, p, { row })),
      ),
      folder("all:group", "group", "group", TYPES.group.many, path, (p) =>
        rows.groups.toSorted(byName).map((row) => node("group", row.id, row.name ?? row.id, p, { row })),
      ),
      folder("all:role", "role", "role", TYPES.role.many, path, (p) =>
        rows.roles.toSorted(byName).map((row) => node("role", row.id, row.name ?? row.id, p, { row })),
      ),
      node("org_member", org, TYPES.org_member.one, path),
      node("org_audit_logs", org, TYPES.org_audit_logs.one, path),
    ],
  });
  const parent = new Map<string, string>();
  const position = new Map<string, number>();
  const place = (item: TreeItem) => {
    for (const [i, child] of item.children.entries()) {
      parent.set(child.key, item.key);
      position.set(child.key, i);
      place(child);
    }
  };
  place(root);
  return { root, nodes, above, parent, position };
}

/** The nodes directly above, for the drawing and the trail of crumbs. */
function parents(rows: Rows, nodes: Tree["nodes"], of: Node): Node[] {
  const org = rows.organization.id;
  if (of.type === "organization") return [];
  if (of.type === "project")
    return [
      { type: "org_project", id: org },
      ...rows.project_groups
        .filter((g) => g.member_projects?.includes(of.id))
        .map((g) => ({ type: "project_group", id: g.id })),
    ];
  if (of.type === "project_log") return [{ type: "project", id: of.id }];
  const project = nodes.get(`${of.type}:${of.id}`)?.row?.project_id;
  return project ? [{ type: "project", id: project }] : [{ type: "organization", id: org }];
}

/** The shortest way from `from` down to `to`, both included. */
export function lineage(rows: Rows, nodes: Tree["nodes"], from: Node, to: Node): Node[] {
  let paths: Node[][] = [[to]];
  for (let depth = 0; depth < 6 && paths.length > 0; depth++) {
    const found = paths.find(([head]) => head?.type === from.type && head.id === from.id);
    if (found) return found;
    paths = paths.flatMap((path) => parents(rows, nodes, path[0] as Node).map((p) => [p, ...path]));
  }
  return [from, to];
}

export const crumbs = (rows: Rows, nodes: Tree["nodes"], of: Node): Node[] =>
  lineage(rows, nodes, { type: "organization", id: rows.organization.id }, of).slice(0, -1);

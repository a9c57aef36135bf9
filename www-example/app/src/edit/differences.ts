// The rows of a diff for reading: by people, then by place; rows that say the same of several types are one line.
import type { DiffRow, Node, Permission } from "aclarity";
import { type Access, nameOfNode } from "../access/access.tsx";
import { ACCESS_PERMISSIONS, PERMISSION_NAMES, typeNames } from "../organization/words.ts";

export interface Difference {
  key: string;
  object: Node;
  scope: string;
  except: readonly Node[];
  gained: readonly string[];
  lost: readonly string[];
}
export interface People {
  key: string;
  subjects: readonly string[];
  differences: readonly Difference[];
}

export function peopleOf(rows: readonly DiffRow[]): People[] {
  const groups = Map.groupBy(rows, (row) => row.subjects.join(" "));
  return [...groups].map(([key, mine]) => ({
    key,
    subjects: mine[0]?.subjects ?? [],
    differences: [...Map.groupBy(mine, sameLine).entries()].map(([line, same]) => difference(line, same)),
  }));
}

/** What is left out is told with the line, so lines are one when it is the same, or when each leaves out its own type only. */
function sameLine(row: DiffRow): string {
  const own = row.only !== undefined && (row.except ?? []).every((node) => node.type === row.only);
  return JSON.stringify([
    row.object,
    row.gained,
    row.lost,
    row.below,
    row.only === undefined,
    own ? "own" : (row.except ?? row.only),
  ]);
}

function difference(key: string, rows: readonly DiffRow[]): Difference {
  const row = rows[0] as DiffRow;
  const except = new Map(rows.flatMap((one) => one.except ?? []).map((node) => [`${node.type}:${node.id}`, node]));
  return {
    key,
    object: row.object,
    scope: scope(
      row,
      rows.flatMap(({ only }) => only ?? []),
    ),
    except: [...except.values()],
    gained: named(row.gained),
    lost: named(row.lost),
  };
}

/** The four of manage access are one word. */
function named(permissions: readonly Permission[]): string[] {
  const all = ACCESS_PERMISSIONS.every((p) => permissions.includes(p));
  const names: string[] = permissions.filter((p) => !all || !p.endsWith("_acls")).map((p) => PERMISSION_NAMES[p]);
  return all ? [...names, "Manage access"] : names;
}

const list = new Intl.ListFormat("en", { type: "conjunction" });
const INSIDE: Record<string, string> = { org_project: "and everything in them" };
function scope({ object, below }: DiffRow, only: readonly string[]): string {
  if (only.length > 0) {
    const types = list.format(only.map((type) => typeNames(type).toLowerCase()));
    return object.type === "org_project" ? `${types}` : `${types} in it`;
  }
  if (!below) return "";
  return INSIDE[object.type] ?? (LEAVES.has(object.type) ? "" : "and everything in it");
}
const LEAVES = new Set(["experiment", "dataset", "prompt", "prompt_session", "project_log", "group", "role"]);

export const exceptText = (access: Access, nodes: readonly Node[]): string =>
  nodes
    .map((node) =>
      node.type === "project_log"
        ? `logs of ${nameOfNode(access, { type: "project", id: node.id })}`
        : nameOfNode(access, node),
    )
    .join(", ");

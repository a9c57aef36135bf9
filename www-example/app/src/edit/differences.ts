// The rows of a diff for reading: by people, then by place; rows that say the same of several types are one line.
import type { DiffRow, Node, Permission } from "aclarity";
import { type Access, nameOfNode } from "../access/access.tsx";
import { ACCESS_PERMISSIONS, PERMISSION_NAMES, typeNames } from "../organization/words.ts";

export interface Difference {
  key: string;
  object: Node;
  /** What stands before and after the object's name, for what of it is meant. */
  of: string;
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

/** What is left out is told with the line, so lines are one when it is the same, or when each leaves out only such of its own type as hold nothing. */
function sameLine(row: DiffRow): string {
  const own = row.only !== undefined && (row.except ?? []).every(({ type }) => type === row.only && LEAVES.has(type));
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
    of: ofWords(rows.flatMap(({ only }) => only ?? [])),
    scope: scope(row),
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

const list = new Intl.ListFormat("en-GB", { type: "conjunction" });
function ofWords(only: readonly string[]): string {
  const types = list.format(only.map((type) => typeNames(type).toLowerCase()));
  return types && `${types.replace(/^./, (letter) => letter.toUpperCase())} in `;
}
function scope({ object, below, only }: DiffRow): string {
  if (only !== undefined || LEAVES.has(object.type)) return "";
  if (!below) return "itself";
  return object.type === "org_project" ? "and everything in them" : "and everything in it";
}
/** Nothing is in one of these. */
const LEAVES = new Set([
  "experiment",
  "dataset",
  "prompt",
  "prompt_session",
  "project_log",
  "group",
  "role",
  "org_member",
  "org_audit_logs",
]);

export const exceptText = (access: Access, nodes: readonly Node[]): string =>
  nodes
    .map((node) =>
      node.type === "project_log"
        ? `logs of ${nameOfNode(access, { type: "project", id: node.id })}`
        : nameOfNode(access, node),
    )
    .join(", ");

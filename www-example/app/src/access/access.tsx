// Who is looked at, what is looked at, and the names of everything, for all parts of the page.
import type { Explanation, Node, ObjectType, Org, Subject } from "aclarity";
import { createContext, useContext } from "react";
import { personName, type Rows } from "../organization/export.ts";
import { typeName } from "../organization/words.ts";
import type { View } from "../organization/workspace.ts";
import type { Question, Select, SubjectKey } from "./selection.ts";
import type { NodeItem, Tree } from "./tree.ts";

export type SubjectKind = "person" | "account" | "group" | "anonymous";
export interface SubjectOption {
  key: string;
  subject: SubjectKey;
  kind: SubjectKind;
  name: string;
  detail: string;
}
export interface Access {
  view: View;
  org: Org;
  rows: Rows;
  tree: Tree;
  options: readonly SubjectOption[];
  option: SubjectOption;
  me: Subject;
  select: Select;
}

const AccessContext = createContext<Access | null>(null);
export const AccessProvider = AccessContext.Provider;
export function useAccess(): Access {
  const access = useContext(AccessContext);
  if (!access) throw new Error("useAccess outside AccessProvider");
  return access;
}

export const ANONYMOUS: SubjectOption = {
  key: "anonymous",
  subject: { kind: "anonymous" },
  kind: "anonymous",
  name: "Anonymous",
  detail: "Somebody who is not signed in",
};

export function subjectOptions(rows: Rows): SubjectOption[] {
  const byName = (a: SubjectOption, b: SubjectOption) => a.name.localeCompare(b.name, "en");
  const people = rows.users.map(
    (row): SubjectOption => ({
      key: `user:${row.id}`,
      subject: { kind: "user", id: row.id },
      kind: "person",
      name: personName(row),
      detail: row.email ?? row.id,
    }),
  );
  const accounts = rows.service_accounts.map(
    (row): SubjectOption => ({
      key: `user:${row.id}`,
      subject: { kind: "user", id: row.id },
      kind: "account",
      name: row.name ?? row.id,
      detail: row.email ?? row.id,
    }),
  );
  const groups = rows.groups.map(
    (row): SubjectOption => ({
      key: `group:${row.id}`,
      subject: { kind: "group", id: row.id },
      kind: "group",
      name: row.name ?? row.id,
      detail: row.description ?? "Permission group",
    }),
  );
  return [...people.toSorted(byName), ...accounts.toSorted(byName), ...groups.toSorted(byName), ANONYMOUS];
}

export const UNKNOWN = "Not in this export";
/** An id of the address that the export does not know is still somebody to ask about. */
export const unknownSubject = (subject: SubjectKey): SubjectOption =>
  subject.kind === "anonymous"
    ? ANONYMOUS
    : {
        key: `${subject.kind}:${subject.id}`,
        subject,
        kind: subject.kind === "group" ? "group" : "person",
        name: subject.id,
        detail: UNKNOWN,
      };

export const subjectOf = (org: Org, key: SubjectKey): Subject =>
  key.kind === "user" ? org.as(key.id) : key.kind === "group" ? org.asGroup(key.id) : org.anonymous;

/** What the package is given for an object: its row where there is one. */
export const argument = (item: NodeItem): string | { id: string; project_id?: string | null | undefined } =>
  item.row ?? item.node.id;

export function nameOfNode(access: Pick<Access, "tree" | "org">, node: Node): string {
  return (
    access.tree.nodes.get(`${node.type}:${node.id}`)?.name ??
    access.org.name(node.type as ObjectType, node.id) ??
    `${typeName(node.type)} ${node.id.slice(0, 8)}`
  );
}
export const nameOfGroup = (access: Pick<Access, "tree" | "org">, id: string): string =>
  nameOfNode(access, { type: "group", id });
export const nameOfUser = (org: Org, id: string): string => org.name("user", id) ?? id;

/** A name for the type that a person would use: a function is of type prompt. */
export const kindOf = (item: NodeItem): string => (item.icon === "function" ? "Function" : typeName(item.node.type));

export function answer(me: Subject, item: NodeItem, question: Question): boolean {
  return "ask" in question
    ? me.can(question.ask, item.node.type, argument(item))
    : me.canCreate(question.create, projectFor(item));
}
export function explanation(me: Subject, item: NodeItem, question: Question): Explanation {
  return "ask" in question
    ? me.explain(question.ask, item.node.type, argument(item))
    : me.explainCreate(question.create, projectFor(item));
}
const projectFor = (item: NodeItem): string | undefined => (item.node.type === "project" ? item.node.id : undefined);

/** The very line a program would hold. */
export function code(item: NodeItem, question: Question): string {
  if ("create" in question)
    return item.node.type === "project"
      ? `me.canCreate("${question.create}", project.id)`
      : `me.canCreate("${question.create}")`;
  const alone = item.node.type.startsWith("org"); // there is one of each, so no id is needed
  return alone
    ? `me.can("${question.ask}", "${item.node.type}")`
    : `me.can("${question.ask}", "${item.node.type}", ${variable(item)})`;
}
const variable = (item: NodeItem): string =>
  item.node.type === "project_log"
    ? "project.id"
    : item.icon === "function"
      ? "fn"
      : item.node.type === "prompt_session"
        ? "playground"
        : item.node.type.replace(/_./g, (m) => m.slice(1).toUpperCase());

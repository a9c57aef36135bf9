// What the page shows is in its address: who is asking, about what, and which answer is explained.
import type { Ask, Node, ObjectType } from "aclarity";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useSearchParams } from "react-router";

export type SubjectKey = { kind: "user" | "group"; id: string } | { kind: "anonymous" };
export type Question = { ask: Ask } | { create: ObjectType };
export type Tab = "permissions" | "who";
export interface Target extends Node {
  type: ObjectType;
}

export const subjectParam = (s: SubjectKey): string => (s.kind === "anonymous" ? "anonymous" : `${s.kind}:${s.id}`);
export const targetParam = (t: Node): string => `${t.type}:${t.id}`;
export const questionParam = (q: Question): string => ("ask" in q ? q.ask : `create:${q.create}`);

/** Ids may hold colons; types do not. */
const split = (value: string): [string, string] => {
  const colon = value.indexOf(":");
  return colon < 0 ? [value, ""] : [value.slice(0, colon), value.slice(colon + 1)];
};
export function parseSubject(value: string | null): SubjectKey | undefined {
  if (value === "anonymous") return { kind: "anonymous" };
  const [kind, id] = split(value ?? "");
  return (kind === "user" || kind === "group") && id ? { kind, id } : undefined;
}
export function parseTarget(value: string | null): Target | undefined {
  const [type, id] = split(value ?? "");
  return id ? { type: type as ObjectType, id } : undefined;
}
const ASKS = new Set<string>([
  "read",
  "create",
  "update",
  "delete",
  "read_acls",
  "create_acls",
  "update_acls",
  "delete_acls",
  "manage_access",
]);
export function parseQuestion(value: string | null): Question | undefined {
  const [what, type] = split(value ?? "");
  if (what === "create" && type) return { create: type as ObjectType };
  return ASKS.has(what) ? { ask: what as Ask } : undefined;
}

export interface Selection {
  as: SubjectKey | undefined;
  /** Who makes changes. */
  by: SubjectKey | undefined;
  on: Target | undefined;
  why: Question | undefined;
  tab: Tab;
}
export type Select = (
  change: { as?: SubjectKey | null; by?: SubjectKey | null; on?: Target | null; why?: Question | null; tab?: Tab },
  options?: { push?: boolean },
) => void;

export function useSelection(): [Selection, Select] {
  const [params, setParams] = useSearchParams();
  // The router makes another setter with every address; what is handed out stays the same.
  const setter = useRef(setParams);
  useEffect(() => {
    setter.current = setParams;
  }, [setParams]);
  const selection = useMemo<Selection>(
    () => ({
      as: parseSubject(params.get("as")),
      by: parseSubject(params.get("by")),
      on: parseTarget(params.get("on")),
      why: parseQuestion(params.get("why")),
      tab: params.get("tab") === "who" ? "who" : "permissions",
    }),
    [params],
  );
  const select = useCallback<Select>(
    (change, options) =>
      setter.current(
        (old) => {
          const next = new URLSearchParams(old);
          const set = (name: string, value: string | null | undefined) =>
            value ? next.set(name, value) : next.delete(name);
          if (change.as !== undefined) set("as", change.as && subjectParam(change.as));
          if (change.by !== undefined) set("by", change.by && subjectParam(change.by));
          if (change.on !== undefined) set("on", change.on && targetParam(change.on));
          if (change.why !== undefined) set("why", change.why && questionParam(change.why));
          if (change.tab) set("tab", change.tab === "who" ? "who" : null);
          return next;
        },
        { replace: !options?.push, preventScrollReset: true },
      ),
    [],
  );
  return [selection, select];
}

// Who and what the address names, in the organisation as it is now.
import { useEffect, useMemo, useRef } from "react";
import { useView } from "../organization/context.tsx";
import type { View } from "../organization/workspace.ts";
import { type Access, ANONYMOUS, subjectOf, subjectOptions, UNKNOWN, unknownSubject } from "./access.tsx";
import { parseSubject, type Selection, type SubjectKey, subjectParam, targetParam, useSelection } from "./selection.ts";
import { treeOf } from "./tree.ts";

export function useAccessValue(): [Access, Selection] {
  const view = useView();
  const [selection, select] = useSelection();
  const options = useMemo(() => subjectOptions(view.rows), [view.rows]);
  const tree = useMemo(() => treeOf(view.rows), [view.rows]);
  // The first choice is made once for an export, not again with every change of a row.
  // biome-ignore lint/correctness/useExhaustiveDependencies: not with every version
  const first = useMemo(() => firstSubject(view), [view.generation]);
  const asKey = subjectParam(selection.as ?? first);
  const access = useMemo<Access>(() => {
    const as = parseSubject(asKey) ?? ANONYMOUS.subject;
    const option = options.find((o) => o.key === asKey) ?? unknownSubject(as);
    return { view, org: view.org, rows: view.rows, tree, options, option, me: subjectOf(view.org, as), select };
  }, [view, options, tree, asKey, select]);

  // Another export need not know what the address names. An address that was opened like that is left as it is.
  const generation = useRef(view.generation);
  useEffect(() => {
    if (generation.current === view.generation) return;
    generation.current = view.generation;
    const gone = selection.as && selection.as.kind !== "anonymous" && access.option.detail === UNKNOWN;
    const lost = selection.on && !tree.nodes.has(targetParam(selection.on));
    if (gone || lost) select({ ...(gone && { as: null }), ...(lost && { on: null, why: null }) });
  });
  return [access, selection];
}

/** Whose access takes the most explaining: the longest way through groups. */
function firstSubject({ org, rows }: View): SubjectKey {
  let best: { length: number; key: SubjectKey } | undefined;
  for (const { id } of rows.users.slice(0, 200)) {
    const length = Math.max(0, ...org.as(id).groups.map((group) => group.via.length));
    if (!best || length > best.length) best = { length, key: { kind: "user", id } };
  }
  return best?.key ?? ANONYMOUS.subject;
}

import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useView } from "../organization/context.tsx";
import type { Rows } from "../organization/export.ts";
import type { View } from "../organization/workspace.ts";
import { useMedia } from "../ui/media.ts";
import { Badge } from "../ui/ui.tsx";
import styles from "./AccessPage.module.css";
import { AccessTree } from "./AccessTree.tsx";
import {
  type Access,
  AccessProvider,
  ANONYMOUS,
  subjectOf,
  subjectOptions,
  UNKNOWN,
  unknownSubject,
} from "./access.tsx";
import { GroupSwitches } from "./GroupSwitches.tsx";
import { Inspector } from "./Inspector.tsx";
import { SubjectPicker } from "./SubjectPicker.tsx";
import { parseSubject, type SubjectKey, subjectParam, targetParam, useSelection } from "./selection.ts";
import { treeOf } from "./tree.ts";

/** Anybody, the whole organisation, what they may do there, and why. */
export function AccessPage() {
  const view = useView();
  const [selection, select] = useSelection();
  const narrow = useMedia("(max-width: 899px)");
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

  const on = selection.on ?? (narrow ? undefined : firstTarget(view.rows));
  const item = on && tree.nodes.get(targetParam(on));
  const detail = narrow && selection.on !== undefined;

  // On a narrow page list and object take turns: each begins where it should, and the list where it was left.
  const list = useRef<HTMLElement>(null);
  const left = useRef<{ key: string; scroll: number }>(undefined);
  useLayoutEffect(() => {
    const place = left.current;
    if (!place) return;
    scrollTo(0, detail ? 0 : place.scroll);
    if (detail) return;
    left.current = undefined;
    list.current
      ?.querySelector<HTMLElement>(`[role=row][data-key="${CSS.escape(place.key)}"]`)
      ?.focus({ preventScroll: true });
  }, [detail]);

  return (
    <AccessProvider value={access}>
      <title>{`${item ? `${item.name} · ` : ""}${access.option.name} · aclarity`}</title>
      <h1 className="visually-hidden">Access</h1>
      <div className={styles.page}>
        <div className={styles.toolbar}>
          <SubjectPicker />
          <div className={styles.about}>
            {access.me.isOwner && <Badge tone="accent">Owner</Badge>}
            <GroupSwitches />
          </div>
        </div>
        <div className={styles.split}>
          <section ref={list} className={styles.tree} aria-label="Objects" hidden={detail}>
            <AccessTree
              key={view.generation}
              selected={on}
              narrow={narrow}
              onSelect={(target) => {
                if (narrow) left.current = { key: targetParam(target), scroll: scrollY };
                select({ on: target }, { push: narrow });
              }}
            />
          </section>
          {(!narrow || detail) && (
            <section className={styles.inspector} aria-label="Selected object">
              <Inspector
                item={item}
                why={selection.why}
                tab={selection.tab}
                onBack={detail ? () => select({ on: null, why: null }) : undefined}
                entered={left.current !== undefined}
              />
            </section>
          )}
        </div>
      </div>
    </AccessProvider>
  );
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

const firstTarget = (rows: Rows) => {
  const dataset = rows.datasets[0];
  return dataset
    ? ({ type: "dataset", id: dataset.id } as const)
    : ({ type: "organization", id: rows.organization.id } as const);
};

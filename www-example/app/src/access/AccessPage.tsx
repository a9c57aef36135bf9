import { useLayoutEffect, useRef } from "react";
import type { Rows } from "../organization/export.ts";
import { useMedia } from "../ui/media.ts";
import { Badge } from "../ui/ui.tsx";
import styles from "./AccessPage.module.css";
import { AccessTree } from "./AccessTree.tsx";
import { AccessProvider } from "./access.tsx";
import { GroupSwitches } from "./GroupSwitches.tsx";
import { Inspector } from "./Inspector.tsx";
import { SubjectPicker } from "./SubjectPicker.tsx";
import { targetParam } from "./selection.ts";
import { useAccessValue } from "./value.ts";

/** Anybody, the whole organisation, what they may do there, and why. */
export function AccessPage() {
  const [access, selection] = useAccessValue();
  const { view, tree, select } = access;
  const narrow = useMedia("(max-width: 899px)");

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
          <SubjectPicker
            label="Access of"
            value={access.option}
            options={access.options}
            onChoose={({ subject }) => select({ as: subject })}
          />
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

const firstTarget = (rows: Rows) => {
  const dataset = rows.datasets[0];
  return dataset
    ? ({ type: "dataset", id: dataset.id } as const)
    : ({ type: "organization", id: rows.organization.id } as const);
};

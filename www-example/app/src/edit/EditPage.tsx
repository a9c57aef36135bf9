import type { Finding, Node, Principal } from "aclarity";
import { useId, useLayoutEffect, useMemo, useState } from "react";
import { type Access, AccessProvider, type SubjectOption, subjectOf } from "../access/access.tsx";
import { SubjectPicker } from "../access/SubjectPicker.tsx";
import type { SubjectKey } from "../access/selection.ts";
import { useAccessValue } from "../access/value.ts";
import { useEditing, useWorkspace } from "../organization/context.tsx";
import { plural } from "../organization/words.ts";
import { Badge, Empty } from "../ui/ui.tsx";
import { type Edit, EditProvider } from "./context.ts";
import styles from "./EditPage.module.css";
import { Legend, MatrixSection, OrganizationBoxes } from "./Matrix.tsx";
import { Membership } from "./Membership.tsx";
import { OtherGrants } from "./OtherGrants.tsx";
import { PlacePicker } from "./PlacePicker.tsx";
import { Review, ReviewSummary } from "./Review.tsx";
import { hasBoxes, sheetOf } from "./sheet.ts";

/** What somebody is granted, as boxes to turn on and off; beside them what that would do, and the requests that do it. */
export function EditPage() {
  const [access, selection] = useAccessValue();
  const { session } = useWorkspace();
  const editing = useEditing();
  const actors = useMemo(
    () => access.options.filter(({ kind }) => kind === "person" || kind === "account"),
    [access.options],
  );
  const fallback = useMemo(() => firstActor(access, actors), [access, actors]);
  const actor = actors.find(({ key }) => selection.by && key === `user:${keyId(selection.by)}`) ?? fallback;
  const actorId = actor && keyId(actor.subject);
  // Another export ends the session; then it is begun anew.
  const acting = editing?.actor === actorId;
  useLayoutEffect(() => {
    if (actorId !== undefined && !acting) session.actAs(actorId);
  }, [session, actorId, acting]);

  return (
    <AccessProvider value={access}>
      <title>{`Change access of ${access.option.name} · aclarity`}</title>
      <h1 className="visually-hidden">Change access</h1>
      <div className={styles.page}>
        <div className={styles.toolbar}>
          <SubjectPicker
            label="Change access of"
            className={styles.picker}
            value={access.option}
            options={access.options}
            onChoose={({ subject }) => access.select({ as: subject, on: null, why: null })}
          />
          {actor && (
            <SubjectPicker
              label="Acting as"
              className={styles.picker}
              value={actor}
              options={actors}
              onChoose={({ subject }) => access.select({ by: subject })}
            />
          )}
        </div>
        {access.option.kind === "anonymous" ? (
          <Empty icon="anonymous" title="Nothing can be granted to nobody">
            Choose a person, a service account or a permission group.
          </Empty>
        ) : !actor ? (
          <Empty icon="person" title="Nobody to act as">
            This export has neither users nor service accounts. With one of them, what they may change is judged as
            well.
          </Empty>
        ) : (
          acting && <Editor key={`${access.view.generation} ${access.option.key}`} access={access} on={selection.on} />
        )}
      </div>
    </AccessProvider>
  );
}

const keyId = (key: SubjectKey): string => (key.kind === "anonymous" ? "" : key.id);

/** An organisation owner, who may change anything. */
function firstActor(access: Access, actors: readonly SubjectOption[]): SubjectOption | undefined {
  return actors.slice(0, 2000).find(({ subject }) => subjectOf(access.org, subject).isOwner) ?? actors[0];
}

function Editor({ access, on }: { access: Access; on: Node | undefined }) {
  const { session } = useWorkspace();
  const editing = useEditing() as NonNullable<ReturnType<typeof useEditing>>;
  const [added, setAdded] = useState<readonly Node[]>([]);
  const review = useId();
  const { option } = access;
  const principal = useMemo<Principal>(
    () => (option.subject.kind === "group" ? { group: option.subject.id } : { user: keyId(option.subject) }),
    [option],
  );
  const edit = useMemo<Edit>(() => {
    const { draft, marks } = editing;
    const findings = new Map<string, Finding[]>();
    for (const finding of draft.findings) {
      const mark = marks[finding.change ?? -1];
      if (mark !== undefined) findings.set(mark, [...(findings.get(mark) ?? []), finding]);
    }
    return { session, editing, now: draft.preview, principal, findings };
  }, [session, editing, principal]);
  const places = useMemo(() => (on && hasBoxes(on.type) ? [on, ...added] : added), [on, added]);
  const sheet = useMemo(() => sheetOf(access, principal, edit.now, places), [access, principal, edit.now, places]);
  const me = subjectOf(edit.now, option.subject);
  const shown = sheet.sections.filter(({ places: rows }) => rows.length > 0);
  return (
    <EditProvider value={edit}>
      <ReviewSummary target={review} />
      <div className={styles.split}>
        <section className={styles.matrix} aria-label={`What ${option.name} is granted`}>
          {me.isOwner && (
            <p className={styles.owner}>
              <Badge tone="accent">Owner</Badge> An organization owner may do everything, whatever the boxes say.
            </p>
          )}
          <Membership />
          <Legend />
          <OrganizationBoxes cells={sheet.organization} />
          {shown.map((section) => (
            <MatrixSection key={section.id} section={section} wanted={added.at(-1) ?? on} enter={added.length > 0} />
          ))}
          <PlacePicker
            shown={shown.flatMap(({ places: rows }) => rows.map(({ key }) => key))}
            onAdd={(node) => setAdded([...added, node])}
          />
          <OtherGrants />
        </section>
        <section id={review} className={styles.review} aria-label="Review" tabIndex={-1}>
          <Review />
        </section>
      </div>
      <p className="visually-hidden" role="status">
        {editing.draft.changes.length > 0 &&
          `${plural(editing.draft.changes.length, "change")}, ${plural(editing.draft.findings.length, "finding")}`}
      </p>
    </EditProvider>
  );
}

import type { DiffRow, Finding, Request } from "aclarity";
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { nameOfNode, nameOfUser, type SubjectOption, unknownSubject, useAccess } from "../access/access.tsx";
import { useWorkspace } from "../organization/context.tsx";
import { plural } from "../organization/words.ts";
import { Icon } from "../ui/icons.tsx";
import { Avatar, Badge, Button, Empty, Hidden, Quoted } from "../ui/ui.tsx";
import { patchOf } from "./apply.ts";
import { useEdit } from "./context.ts";
import { type Difference, exceptText, type People, peopleOf } from "./differences.ts";
import { remarksOf, SEVERITIES } from "./findings.ts";
import styles from "./Review.module.css";

/** On a narrow page the review is far down: what is in it, in one line that stays. */
export function ReviewSummary({ target }: { target: string }) {
  const { editing } = useEdit();
  const { changes, findings } = editing.draft;
  return (
    <div className={styles.summary}>
      <span>
        {changes.length === 0 ? "No changes yet" : plural(changes.length, "change")}
        <Counts findings={findings} />
      </span>
      <Button
        small
        icon="review"
        isDisabled={changes.length === 0}
        onPress={() => {
          const review = document.getElementById(target);
          review?.scrollIntoView({ block: "start" });
          review?.focus({ preventScroll: true });
        }}
      >
        Review
      </Button>
    </div>
  );
}

function Counts({ findings }: { findings: readonly Finding[] }) {
  const remarks = remarksOf(findings);
  return SEVERITIES.map(({ severity, one, many }) => {
    const n = remarks.filter(({ finding }) => finding.severity === severity).length;
    return n === 0 ? null : (
      <span key={severity} className={styles.count} data-severity={severity}>
        <Icon name={severity} size={13} />
        {n}
        <Hidden> {(n === 1 ? one : many).toLowerCase()}</Hidden>
      </span>
    );
  });
}

/** Where focus goes when what had it is gone. */
const PLACE = "review-title";
const toTitle = (): void => document.getElementById(PLACE)?.focus();

/** The changes, what is wrong with them, what they do, and the requests that carry them out. */
export function Review() {
  const { session, editing } = useEdit();
  const { draft } = editing;
  const none = draft.changes.length === 0;
  return (
    <>
      <header className={styles.header}>
        <h2 id={PLACE} tabIndex={-1}>
          Review
        </h2>
        <Counts findings={draft.findings} />
        <span className={styles.actions}>
          <Button
            small
            icon="undo"
            isDisabled={none}
            onPress={() => {
              session.undo();
              if (draft.changes.length === 0) toTitle();
            }}
          >
            Undo last
          </Button>
          <Button
            small
            look="quiet"
            isDisabled={none}
            onPress={() => {
              session.clear();
              toTitle();
            }}
          >
            Discard all
          </Button>
        </span>
      </header>
      {none ? (
        <Empty icon="edit" title="No changes yet">
          Turn a box on or off. Who gains and loses what, and the requests that do it, show here as you go.
        </Empty>
      ) : (
        <>
          <Changes />
          <Findings />
          <Differences />
          <Requests />
        </>
      )}
    </>
  );
}

function Changes() {
  const { session, editing } = useEdit();
  const { changes } = editing.draft;
  return (
    <section className={styles.section} aria-labelledby="review-changes">
      <h3 id="review-changes">
        Changes <span className={styles.number}>{changes.length}</span>
      </h3>
      <ol className={styles.changes}>
        {changes.map((change) => (
          <li key={`${change.index} ${editing.marks[change.index]}`}>
            <span className={styles.index}>{change.index + 1}</span>
            <span className={styles.changeText}>
              <Quoted text={change.text} as="strong" />
            </span>
            <Button
              small
              look="quiet"
              icon="undo"
              aria-label={`Undo change ${change.index + 1}: ${change.text.replaceAll("`", "")}`}
              onPress={() => {
                session.undo(change.index);
                toTitle();
              }}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Findings() {
  const { editing } = useEdit();
  const remarks = remarksOf(editing.draft.findings);
  return (
    <section className={styles.section} aria-labelledby="review-findings">
      <h3 id="review-findings">
        Findings <span className={styles.number}>{remarks.length}</span>
      </h3>
      {remarks.length === 0 ? (
        <p className={styles.fine}>
          <Icon name="check" size={15} /> Nothing speaks against it.
        </p>
      ) : (
        <ul className={styles.findings}>
          {remarks.map(({ key, finding, more }) => (
            <li key={key} id={`finding ${key}`} tabIndex={-1} data-severity={finding.severity}>
              <Icon name={finding.severity} size={16} />
              <span className={styles.message}>
                <Hidden>{SEVERITIES.find(({ severity }) => severity === finding.severity)?.one}: </Hidden>
                <Quoted text={finding.message} as="strong" />
                <span className={styles.meta}>
                  <code>{finding.code}</code>
                  {finding.change !== undefined && <span>Change {finding.change + 1}</span>}
                  {more.length > 0 && <span>and {more.length} more like it</span>}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Rows of a diff shown at first; a group of thousands may gain in many places. */
const ROWS = 60;
function Differences() {
  const { editing } = useEdit();
  const [limit, setLimit] = useState(ROWS);
  const rows: readonly DiffRow[] = editing.draft.diff({ limit: limit + 1 });
  const people = peopleOf(rows.slice(0, limit));
  return (
    <section className={styles.section} aria-labelledby="review-diff">
      <h3 id="review-diff">Who gains and loses what</h3>
      {people.length === 0 ? (
        <p className={styles.fine}>Nobody gains or loses anything.</p>
      ) : (
        <ul className={styles.people}>
          {people.map((one) => (
            <PeopleRow key={one.key} people={one} />
          ))}
        </ul>
      )}
      {rows.length > limit && (
        <Button small look="quiet" onPress={() => setLimit(limit * 4)}>
          Show more
        </Button>
      )}
    </section>
  );
}

/** Names told at once. */
const NAMES = 3;
function PeopleRow({ people }: { people: People }) {
  const access = useAccess();
  const [all, setAll] = useState(false);
  const { subjects, differences } = people;
  const who = (all ? subjects : subjects.slice(0, NAMES)).map(
    (id): SubjectOption =>
      access.options.find(({ key }) => key === `user:${id}`) ?? {
        ...unknownSubject({ kind: "user", id }),
        name: nameOfUser(access.org, id),
      },
  );
  const more = subjects.length - who.length;
  return (
    <li>
      <p className={styles.who}>
        {who.map((option) => (
          <span key={option.key} className={styles.person}>
            <Avatar name={option.name} kind={option.kind} />
            {option.name}
          </span>
        ))}
        {more > 0 && (
          <AriaButton className={styles.moreNames ?? ""} onPress={() => setAll(true)}>
            and {more.toLocaleString("en")} more
          </AriaButton>
        )}
      </p>
      <ul className={styles.differences}>
        {differences.map((difference) => (
          <DifferenceRow key={difference.key} difference={difference} />
        ))}
      </ul>
    </li>
  );
}

/** Places left out that are named at once. */
const EXCEPT = 3;
function DifferenceRow({ difference: { object, of, scope, except, gained, lost } }: { difference: Difference }) {
  const access = useAccess();
  const [all, setAll] = useState(false);
  const item = access.tree.nodes.get(`${object.type}:${object.id}`);
  const name = nameOfNode(access, object.type === "project_log" ? { type: "project", id: object.id } : object);
  return (
    <li className={styles.difference}>
      <Icon name={item?.icon ?? object.type} size={15} />
      <span className={styles.place}>
        <span>
          {of && <span className={styles.scope}>{of}</span>}
          <strong>{object.type === "project_log" ? `Logs of ${name}` : name}</strong>
          {scope && <span className={styles.scope}> {scope}</span>}
        </span>
        {except.length > 0 && (
          <span className={styles.except}>
            except {exceptText(access, all ? except : except.slice(0, EXCEPT))}
            {except.length > EXCEPT && !all && (
              <>
                {" "}
                <AriaButton className={styles.moreNames ?? ""} onPress={() => setAll(true)}>
                  and {except.length - EXCEPT} more
                </AriaButton>
              </>
            )}
          </span>
        )}
        <span className={styles.permissions}>
          {gained.map((permission) => (
            <span key={permission} className={styles.gained}>
              <span aria-hidden="true">+</span>
              <Hidden>gains </Hidden>
              {permission}
            </span>
          ))}
          {lost.map((permission) => (
            <span key={permission} className={styles.lost}>
              <span aria-hidden="true">−</span>
              <Hidden>loses </Hidden>
              {permission}
            </span>
          ))}
        </span>
      </span>
    </li>
  );
}

function Requests() {
  const access = useAccess();
  const workspace = useWorkspace();
  const { session, editing } = useEdit();
  const { draft } = editing;
  const requests = draft.requests();
  const errors = draft.findings.some(({ severity }) => severity === "error");
  const patch = errors ? undefined : patchOf(requests, access.rows);
  const apply = () => {
    const [first] = draft.changes;
    const text =
      draft.changes.length === 1 && first
        ? first.text.replaceAll("`", "")
        : plural(draft.changes.length, "change of access", "changes of access");
    session.clear();
    toTitle();
    if (patch)
      workspace.apply(
        text.replace(/^./, (letter) => letter.toUpperCase()),
        patch,
      );
  };
  return (
    <section className={styles.section} aria-labelledby="review-requests">
      <header className={styles.requestsHeader}>
        <h3 id="review-requests">
          Requests <span className={styles.number}>{requests.length}</span>
        </h3>
        {requests.length > 1 && <Copy text={JSON.stringify(requests, null, 2)} label="Copy all" />}
      </header>
      <p className={styles.note}>
        What a program would send, as {nameOfUser(access.org, editing.actor)} in a session. The demo sends nothing.
      </p>
      {requests.length === 0 ? (
        <p className={styles.fine}>There is nothing to send.</p>
      ) : (
        <ol className={styles.requests}>
          {requests.map((request) => (
            <RequestCard key={JSON.stringify(request)} request={request} />
          ))}
        </ol>
      )}
      <p className={styles.apply}>
        <Button small look="primary" icon="check" isDisabled={requests.length === 0 || !patch} onPress={apply}>
          Apply here
        </Button>
        <span>
          {errors
            ? "Not while there are errors: the server would refuse it."
            : "On this page only, so that every other page shows it too."}
        </span>
      </p>
    </section>
  );
}

function RequestCard({ request: { method, path, body } }: { request: Request }) {
  const json = body === undefined ? "" : JSON.stringify(body, null, 2);
  return (
    <li className={styles.request}>
      <header>
        <Badge>{method}</Badge>
        <code>{path}</code>
        <Copy
          text={json ? `${method} ${path}\n\n${json}` : `${method} ${path}`}
          label="Copy"
          of={`${method} ${path}`}
        />
      </header>
      {json && (
        <section aria-label={`Body of ${method} ${path}`}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
          <pre tabIndex={0}>{json}</pre>
        </section>
      )}
    </li>
  );
}

function Copy({ text, label, of }: { text: string; label: string; of?: string }) {
  const [state, setState] = useState<"" | "Copied" | "Could not copy">("");
  const copy = () => {
    const say = (next: "Copied" | "Could not copy") => {
      setState(next);
      setTimeout(() => setState(""), 2000);
    };
    navigator.clipboard.writeText(text).then(
      () => say("Copied"),
      () => say("Could not copy"),
    );
  };
  return (
    <Button small look="quiet" icon={state === "Copied" ? "check" : "copy"} className={styles.copy} onPress={copy}>
      <span aria-live="polite">{state || label}</span>
      {of && <Hidden> {of}</Hidden>}
    </Button>
  );
}

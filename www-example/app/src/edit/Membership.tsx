import { useMemo, useRef } from "react";
import { Button } from "react-aria-components";
import { nameOfGroup, type SubjectOption, useAccess } from "../access/access.tsx";
import { Icon } from "../ui/icons.tsx";
import { Picker } from "../ui/Picker.tsx";
import { Avatar, classes, Hidden } from "../ui/ui.tsx";
import { useEdit } from "./context.ts";
import styles from "./EditPage.module.css";
import { FindingMark } from "./FindingMark.tsx";

const GROUPS = [{ kind: "group", title: "Permission groups" }];
const PEOPLE = [
  { kind: "person", title: "People" },
  { kind: "account", title: "Service accounts" },
];
const mark = (option: SubjectOption) => <Avatar name={option.name} kind={option.kind} />;
const memberMark = (group: string, user: string): string => `member\n${group}\n${user}`;

/** The groups of a person, or the people of a group: in and out of them. */
export function Membership() {
  const access = useAccess();
  const { principal } = useEdit();
  return "user" in principal ? (
    <Groups user={principal.user} />
  ) : (
    <Members group={principal.group} name={access.option.name} />
  );
}

/** A membership that is, was, or would be. */
function Chip({ option, group, user, stays }: { option: SubjectOption; group: string; user: string; stays: boolean }) {
  const { session, editing, findings } = useEdit();
  const key = memberMark(group, user);
  const changed = editing.marks.includes(key);
  const label = changed ? (stays ? "Do not add" : "Keep") : "Remove";
  return (
    <li className={styles.chip} data-changed={changed || undefined}>
      {changed && (
        <span className={styles.sign} data-sign={stays ? "plus" : "minus"} aria-hidden="true">
          {stays ? "+" : "−"}
        </span>
      )}
      <Avatar name={option.name} kind={option.kind} />
      <span className={classes(styles.chipName, !stays && styles.struck)}>{option.name}</span>
      {changed && <Hidden>{stays ? ", to be added" : ", to be removed"}</Hidden>}
      <FindingMark findings={findings.get(key)} />
      <Button
        className={styles.chipButton ?? ""}
        aria-label={`${label} ${option.name}`}
        onPress={(event) => {
          // What was to be added goes, and focus stays in the list.
          const list = event.target.closest("ul");
          session.toggle(key, (draft) => draft.removeMembers(group, [user]));
          if (changed && stays) enter(list);
        }}
      >
        <Icon name={changed ? "undo" : "x"} size={13} />
      </Button>
    </li>
  );
}

function Groups({ user }: { user: string }) {
  const access = useAccess();
  const { session, editing, now } = useEdit();
  const list = useRef<HTMLUListElement>(null);
  const direct = (org: typeof now) =>
    org
      .as(user)
      .groups.filter(({ via }) => via.length === 1)
      .map(({ id }) => id);
  const mine = new Set(direct(now));
  const shown = new Set([...direct(access.org), ...mine, ...touched(editing.marks, (_, who) => who === user, 0)]);
  const options = useMemo(() => access.options.filter(({ kind }) => kind === "group"), [access.options]);
  const option = (id: string) =>
    options.find(({ key }) => key === `group:${id}`) ?? unknown("group", id, nameOfGroup(access, id));
  const through = now.as(user).groups.filter(({ via }) => via.length > 1);
  return (
    <section className={styles.section} aria-labelledby="membership">
      <header className={styles.header}>
        <h2 id="membership">Groups</h2>
      </header>
      <ul ref={list} className={styles.chips} aria-label="Groups">
        {[...shown].map((id) => (
          <Chip key={id} option={option(id)} group={id} user={user} stays={mine.has(id)} />
        ))}
        <li className={styles.chipAdd}>
          <Picker
            label="Add to a group"
            className={styles.chipPicker}
            options={options.filter(({ key }) => !shown.has(key.slice(6)))}
            sections={GROUPS}
            placeholder="Add to a group…"
            mark={mark}
            onChoose={({ key }) => {
              session.toggle(memberMark(key.slice(6), user), (draft) => draft.addMembers(key.slice(6), [user]));
              enter(list.current);
            }}
          />
        </li>
      </ul>
      {through.length > 0 && (
        <p className={styles.through}>Through these also in {through.map(({ name }) => name).join(", ")}.</p>
      )}
    </section>
  );
}

/** Members shown before the rest is counted. */
const MOST = 24;
function Members({ group, name }: { group: string; name: string }) {
  const access = useAccess();
  const { session, editing, now } = useEdit();
  const list = useRef<HTMLUListElement>(null);
  const row = access.rows.groups.find(({ id }) => id === group);
  const before = row?.member_users ?? [];
  const shown = [...new Set([...before.slice(0, MOST), ...touched(editing.marks, (id) => id === group, 1)])];
  const isMember = (id: string) => now.as(id).groups.some((one) => one.id === group && one.via.length === 1);
  const people = useMemo(
    () => access.options.filter(({ kind }) => kind === "person" || kind === "account"),
    [access.options],
  );
  const nested = (row?.member_groups ?? []).map((id) => nameOfGroup(access, id));
  return (
    <section className={styles.section} aria-labelledby="membership">
      <header className={styles.header}>
        <h2 id="membership">Members</h2>
        <p>Whatever is granted to {name} is granted to them.</p>
      </header>
      <ul ref={list} className={styles.chips} aria-label="Members">
        {shown.map((id) => (
          <Chip
            key={id}
            option={people.find(({ key }) => key === `user:${id}`) ?? unknown("person", id, id.slice(0, 8))}
            group={group}
            user={id}
            stays={isMember(id)}
          />
        ))}
        {before.length > MOST && <li className={styles.through}>and {before.length - MOST} more</li>}
        <li className={styles.chipAdd}>
          <Picker
            label="Add a member"
            className={styles.chipPicker}
            options={people.filter(({ key }) => !shown.includes(key.slice(5)) && !before.includes(key.slice(5)))}
            sections={PEOPLE}
            placeholder="Add a member…"
            mark={mark}
            onChoose={({ key }) => {
              session.toggle(memberMark(group, key.slice(5)), (draft) => draft.addMembers(group, [key.slice(5)]));
              enter(list.current);
            }}
          />
        </li>
      </ul>
      {nested.length > 0 && <p className={styles.through}>And everybody in {nested.join(", ")}.</p>}
    </section>
  );
}

/** Focus goes on to what was just added: the last one before the field. */
const enter = (list: Element | null): void => {
  setTimeout(() =>
    [...(list?.querySelectorAll<HTMLElement>(":scope > li:not(:last-child) button:last-child") ?? [])].at(-1)?.focus(),
  );
};

const unknown = (kind: "group" | "person", id: string, name: string): SubjectOption => ({
  key: `${kind === "group" ? "group" : "user"}:${id}`,
  subject: { kind: kind === "group" ? "group" : "user", id },
  kind,
  name,
  detail: "",
});

/** Whoever was put in or taken out here stays in sight. */
function touched(marks: readonly string[], of: (group: string, user: string) => boolean, part: 0 | 1): string[] {
  return marks
    .map((one) => one.split("\n"))
    .filter(([what, group = "", user = ""]) => what === "member" && of(group, user))
    .map(([, ...ids]) => ids[part] ?? "");
}

import { useState } from "react";
import { Dialog, DialogTrigger, Heading, Popover } from "react-aria-components";
import { useWorkspace } from "../organization/context.tsx";
import type { GroupRow } from "../organization/export.ts";
import { Button, Switch } from "../ui/ui.tsx";
import { nameOfGroup, useAccess } from "./access.tsx";
import styles from "./GroupSwitches.module.css";

/** Puts the chosen person into groups and takes them out again: rows of the export change, and every answer with them. */
export function GroupSwitches() {
  const { me, option } = useAccess();
  if (me.id === null) return null;
  return (
    <DialogTrigger>
      <Button icon="group">
        {me.groups.length}
        <span className={styles.word}>{me.groups.length === 1 ? " group" : " groups"}</span>
      </Button>
      <Popover className={styles.popover ?? ""} placement="bottom end" offset={4}>
        <Dialog className={styles.dialog ?? ""}>
          <header className={styles.header}>
            <Heading slot="title">Groups of {option.name}</Heading>
            <p>Changes stay on this page. Every answer follows at once.</p>
          </header>
          <ul className={styles.list}>
            <Groups id={me.id} />
          </ul>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** Own groups first, as it was when the list was opened: a switch does not move away under the pointer. */
function Groups({ id }: { id: string }) {
  const { rows, me } = useAccess();
  const [own] = useState(() => new Set(me.groups.map((group) => group.id)));
  const live = rows.groups.filter((row) => !row.deleted_at);
  return [...live.filter((row) => own.has(row.id)), ...live.filter((row) => !own.has(row.id))].map((row) => (
    <GroupSwitch key={row.id} row={row} id={id} />
  ));
}

function GroupSwitch({ row, id }: { row: GroupRow; id: string }) {
  const access = useAccess();
  const workspace = useWorkspace();
  const direct = row.member_users?.includes(id) ?? false;
  const membership = access.me.groups.find((g) => g.id === row.id);
  const through =
    !direct && membership ? membership.via.filter((g) => g !== row.id).map((g) => nameOfGroup(access, g)) : [];
  const name = row.name ?? row.id;
  const toggle = (member: boolean) => {
    const others = (row.member_users ?? []).filter((other) => other !== id);
    const upsert = [{ ...row, member_users: member ? [...others, id] : others }];
    workspace.apply(member ? `${access.option.name} joined ${name}` : `${access.option.name} left ${name}`, {
      groups: { upsert },
    });
  };
  return (
    <li>
      <Switch isSelected={direct} onChange={toggle} className={styles.row} aria-label={name}>
        <span className={styles.text}>
          <span className={styles.name}>{name}</span>
          <span className={styles.detail}>
            {through.length > 0 ? `Member through ${through.join(", ")}` : (row.description ?? "")}
          </span>
        </span>
      </Switch>
    </li>
  );
}

// What is changed in one organisation, and what is asked next; each call is timed by itself.

import type { AclItem, Draft, Export, Org, Type } from "aclarity";
import { bitmasks } from "./engines/maps.ts";
import type { Acl } from "./rows.ts";
import { must, type Scenario } from "./scenario.ts";

export interface Change {
  name: string;
  /** Takes long, and says no more when there are thousands. */
  isLong?: boolean;
  /** Before the first of so many, and after the last. */
  begin?: () => void;
  end?: (count: number) => void;
  /** What is timed. */
  run: (n: number) => void;
  /** What is not timed, after each. */
  undo?: (n: number) => void;
}

export interface Spread {
  /** Nanoseconds. */
  first: number;
  median: number;
  p99: number;
  highest: number;
}

export const NAMES = {
  added: "apply: one ACL added",
  removed: "apply: one ACL removed",
  next: "the next answer after an ACL on an object changed",
  nextOfChanged: "the next answer after an ACL on an object changed, about that object",
  draft: "a draft with one grant, its preview asked once, freed",
  preview: "the preview of a draft with one grant, asked once",
} as const;

export function changesOf(org: Org, { person, questions, rows, index }: Scenario): Change[] {
  const someone = must(rows.users[2]).id;
  const target = (n: number) => must(questions.rows[(n * 7) % questions.rows.length]).id;
  const typeOf = (n: number) => must(questions.types[(n * 7) % questions.types.length]);
  const aclOf = (n: number, user: string) => ({
    ...{ id: `new-${n}`, object_type: typeOf(n), object_id: target(n), user_id: user, group_id: null },
    ...{ permission: "create_acls", role_id: null, restrict_object_type: null },
  });
  const me = org.as(person);
  const add = (n: number) => org.apply({ acls: { upsert: [aclOf(n, person) as never] } });
  const remove = (n: number) => org.apply({ acls: { remove: [`new-${n}`] } });

  // What a page asks is asked once; then one of a hundred objects is changed, and something of the page is asked again.
  const ask = (n: number) => void me.can("read", typeOf(n) as Type, target(n));
  // A grant on a project or its logs may change every answer in it, and has everything asked anew.
  const inProjects = questions.types.flatMap((_, n) => (typeOf(n).startsWith("project") ? [] : [n])).slice(0, 100);
  const changed = (n: number) => must(inProjects[n % inProjects.length]);
  const change = (n: number) => void add(changed(n));
  const askAndChange = () => {
    for (let n = 0; n < questions.rows.length; n++) ask(n);
    change(0);
  };
  const removeAll = () => inProjects.forEach(remove);

  const team = must(rows.groups[5]);
  const joined = { ...team, member_users: [...team.member_users, someone] } as unknown as NonNullable<Export["groups"]>;

  const granted = (n: number) => {
    const draft = org.draft({ by: { subject: me, credential: "session" } });
    draft.grant(aclOf(n, someone) as unknown as AclItem);
    return draft;
  };
  const look = (draft: Draft, n: number) =>
    void draft.preview.as(someone).can("create_acls", typeOf(n) as Type, target(n));
  let waiting: Draft | undefined;
  const wait = (n: number) => {
    waiting?.free();
    waiting = granted(n);
  };

  let masks = bitmasks(index, person);
  return [
    { name: NAMES.added, run: add, undo: remove },
    { name: NAMES.removed, begin: () => void add(0), run: remove, undo: (n) => void add(n + 1), end: remove },
    { name: NAMES.next, begin: askAndChange, run: (n) => ask(n + 200), undo: (n) => change(n + 1), end: removeAll },
    {
      name: NAMES.nextOfChanged,
      begin: askAndChange,
      run: (n) => ask(changed(n)),
      undo: (n) => change(n + 1),
      end: removeAll,
    },
    {
      name: `apply: one group changed (${team.member_users.length} members)`,
      run: (n) => void org.apply({ groups: { upsert: [(n % 2 === 0 ? joined : team) as never] } }),
      end: () => void org.apply({ groups: { upsert: [team as never] } }),
    },
    {
      name: NAMES.draft,
      isLong: true,
      run(n) {
        const draft = granted(n);
        look(draft, n);
        draft.free();
      },
    },
    {
      name: NAMES.preview,
      isLong: true,
      begin: () => wait(0),
      run: (n) => look(waiting as Draft, n),
      undo: (n) => wait(n + 1),
      end() {
        waiting?.free();
        waiting = undefined;
      },
    },
    {
      name: "by hand: row and index, and one person's Map made anew",
      run(n) {
        index.add(aclOf(n, person) as unknown as Acl);
        masks = bitmasks(index, person);
      },
      undo: (n) => index.remove(`new-${n}`, person),
      end() {
        if (masks.size === 0) throw new Error("nobody may do anything");
      },
    },
  ];
}

/** How many of what takes long. */
const MOST_LONG = 300;
/** How many of one before the other's turn. */
const TURN = 25;

/**
 * Times the same change in each of these organisations, in turns. Twice: what is called first is not compiled yet and
 * takes several times as long. The first call counts as such, and the second time for all else.
 */
export function timeInTurns(changes: readonly Change[], most: number): Spread[] {
  const count = changes.some(({ isLong }) => isLong) ? Math.min(most, MOST_LONG) : most;
  const pass = (): number[][] => {
    const times = changes.map((): number[] => []);
    for (const { begin } of changes) begin?.();
    for (let from = 0; from < count; from += TURN) {
      // Whoever was first in one turn is last in the next.
      const order = changes.map((_, which) => which);
      if ((from / TURN) % 2 === 1) order.reverse();
      for (const which of order) {
        const { run, undo } = must(changes[which]);
        for (let n = from; n < Math.min(count, from + TURN); n++) {
          const start = process.hrtime.bigint();
          run(n);
          times[which]?.push(Number(process.hrtime.bigint() - start));
          undo?.(n);
        }
      }
    }
    for (const { end } of changes) end?.(count);
    return times;
  };
  const [early, later] = [pass(), pass()];
  return later.map((times, which) => {
    const sorted = times.sort((a, b) => a - b);
    const at = (share: number) => must(sorted[Math.min(count - 1, Math.floor(count * share))]);
    return { first: must(early[which]?.[0]), median: at(0.5), p99: at(0.99), highest: must(sorted.at(-1)) };
  });
}

// Process: a million objects, asked about in random order, and listed.

import { readFileSync } from "node:fs";
import { type ObjectRef, Org, ready } from "aclarity";
import { Rng } from "../../../tests/js/generate.ts";
import { forgetting } from "./engines/aclarity.ts";
import { bitmasks, maskCan } from "./engines/maps.ts";
import { answer, given } from "./job.ts";
import { type Candidate, type Effort, type Figure, measureInRounds } from "./measure.ts";
import { PERSON, type Size } from "./organization.ts";
import { Index, type Row, type Rows } from "./rows.ts";
import { must, shuffled } from "./scenario.ts";

export interface Million {
  objects: number;
  /** Nanoseconds per object. */
  lines: { name: string; figure: Figure; objects: number }[];
  /** Lists of them all: how many ids were returned, and nanoseconds for each of all objects. */
  lists: { listed: number; figure: Figure }[];
}

const [, file, objects, effort] = given<[Size, string, number, Effort]>();
await ready();

const FEW = 2000;
const rng = new Rng(5);
const rows = JSON.parse(readFileSync(file, "latin1")) as Rows;
const projects = rows.projects.filter((row) => !row.deleted_at).map((row) => row.id);
const hex = (n: number, width: number) => n.toString(16).padStart(width, "0");
const datasets: Row[] = Array.from({ length: objects }, (_, n) => ({
  id: `${hex(Math.imul(n, 0x9e37_79b1) >>> 0, 8)}-0009-4000-8000-${hex(n, 12)}`,
  project_id: must(projects[n % projects.length]),
}));
rows.datasets = datasets;
// As in a real organisation, each has a grant: of one of its creators, who are many.
const creators = rows.users.map(({ id }) => id).filter((id) => id !== PERSON);
const owner = must(rows.acls.find((acl) => acl.object_type === "dataset" && acl.role_id));
const grants = (from: number, to: number) =>
  datasets.slice(from, to).map(({ id: object_id }, at) => ({
    ...owner,
    ...{ id: `${hex(from + at, 8)}-000a-4000-8000-000000000000`, object_type: "dataset", object_id },
    ...{ user_id: must(creators[(from + at) % creators.length]), group_id: null },
  }));

function* pages(page: (from: number, to: number) => unknown[]): Generator<string> {
  for (let at = 0; at < datasets.length; at += 10_000) yield JSON.stringify(page(at, at + 10_000));
}
function* acls(): Generator<string> {
  yield JSON.stringify(rows.acls);
  yield* pages(grants);
}
const org = await Org.load({ ...rows, datasets: pages((from, to) => datasets.slice(from, to)), acls: acls() } as never);
const me = org.as(PERSON);
const index = new Index(rows);
const masks = bitmasks(index, PERSON);
const { organization } = index;

// Refs are made in the order of the rows, and asked in another one.
const made = datasets.map((row): [Row, ObjectRef] => [row, org.ref("dataset", row)]);
const shuffledPairs = shuffled(rng, made);
const order = shuffledPairs.map(([row]) => row);
const refs = shuffledPairs.map(([, ref]) => ref);
const few = order.slice(0, FEW);
const fewRefs = refs.slice(0, FEW);
const byMap = (asked: readonly Row[]): Uint8Array =>
  Uint8Array.from(asked, (row) => (maskCan(masks, organization, "read", "dataset", row) ? 1 : 0));
const expected = byMap(order);
if (!Buffer.from(me.canMany("read", refs)).equals(Buffer.from(expected))) throw new Error("canMany answers wrongly");

const readNumbers = (of: readonly ObjectRef[]): Uint8Array => {
  const bytes = new Uint8Array(of.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (of[at] as unknown as { number: number }).number;
  return bytes;
};
const nothing = () => undefined;
// Often enough to be compiled again: what is asked for the first time, below, makes the engine give its code up.
const askFew = () => {
  for (let n = 0; n < 50; n++) me.canMany("read", fewRefs);
};
const forgetAll = forgetting(org, rows);
const forget = () => {
  forgetAll();
  me.can("read", "organization");
};
const candidate = (
  key: string,
  operations: number,
  run: () => unknown,
  prepare: () => unknown = nothing,
): Candidate => ({ key, operations, prepare, run, isSlow: operations > FEW });
const all = order.length;
const named = all.toLocaleString("en-US");
// One who is told of none of them, and the person, who is told of most.
const lengthOf = (user: string): number => org.as(user).list("read", "dataset").length;
const listers = ["somebody-without-grants", PERSON].map((user) => ({ user, listed: lengthOf(user) }));
const lists = listers.map(({ user, listed }) =>
  candidate(
    `subject.list(permission, type) of ${named}, ${listed.toLocaleString("en-US")} ids returned`,
    all,
    () => org.as(user).list("read", "dataset"),
    () => {
      forgetAll();
      org.as(user).can("read", "organization");
    },
  ),
);
const byHand = expected.reduce((sum, one) => sum + one, 0);
if (listers[1]?.listed !== byHand) throw new Error(`${listers[1]?.listed} are listed, not ${byHand}`);
const candidates: Candidate[] = [
  candidate(
    `me.canMany(permission, refs), ${FEW.toLocaleString("en-US")}`,
    FEW,
    () => me.canMany("read", fewRefs),
    askFew,
  ),
  // What the lines below make it forget is asked before the clock starts.
  candidate(
    `me.canMany(permission, refs), ${named} in random order`,
    all,
    () => me.canMany("read", refs),
    () => me.canMany("read", refs),
  ),
  // What no way of asking about objects could do without.
  candidate(`one field of each ref is read, ${FEW.toLocaleString("en-US")}`, FEW, () => readNumbers(fewRefs)),
  candidate(`one field of each ref is read, ${named} in random order`, all, () => readNumbers(refs)),
  candidate(`me.canMany(permission, refs), ${named}, never asked before`, all, () => me.canMany("read", refs), forget),
  ...lists,
  candidate(`hand-written Map of id to bits, ${FEW.toLocaleString("en-US")}`, FEW, () => byMap(few)),
  candidate(`hand-written Map of id to bits, ${named} in random order`, all, () => byMap(order)),
  candidate(`by hand: rows.filter(…).map(…).sort()`, all, () =>
    datasets
      .filter((row) => maskCan(masks, organization, "read", "dataset", row))
      .map((row) => row.id)
      .sort(),
  ),
];
const figures = await measureInRounds(candidates, effort);
answer({
  objects: all,
  lines: candidates.map(({ key, operations }) => ({
    name: key,
    figure: figures.get(key) as Figure,
    objects: operations,
  })),
  lists: lists.map(({ key }, at) => ({ listed: must(listers[at]).listed, figure: figures.get(key) as Figure })),
} satisfies Million);

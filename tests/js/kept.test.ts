// What a subject was told is kept until it may be otherwise: after every change, in place, the answers are those of an
// Org loaded anew (MODEL 3 and 4), and of what has not changed they cost no call into wasm.

import { type ObjectRef, Org, ready, type Type } from "aclarity";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "./generate.ts";
import { callsOf } from "./instrumented.ts";

type Row = Record<string, unknown> & { id: string };
type Rows = Record<string, Map<string, Row>>;

const PEOPLE = ["ada", "bob", "gone", "sa", "nobody"];
const OBJECTS: [type: string, id: string][] = [
  ["organization", "o"],
  ["org_project", "o"],
  ["project_group", "r"],
  ["project", "p"],
  ["project", "q"],
  ["experiment", "e1"],
  ["dataset", "d1"],
  ["dataset", "d2"],
  // The same id as things of three types.
  ["dataset", "same"],
  ["experiment", "same"],
  ["prompt", "same"],
  ["prompt", "f1"],
  ["dataset", "unknown"],
  ["project_log", "p"],
  ["gadget", "x"],
];
const OBJECT_ROWS: [list: string, id: string][] = [
  ["experiments", "e1"],
  ["datasets", "d1"],
  ["datasets", "d2"],
  ["datasets", "same"],
  ["experiments", "same"],
  ["functions", "f1"],
];

/** A row that is put, or taken away. */
function change(rng: Rng): { list: string; id: string; row: Row | undefined } {
  const deletedAt = () => (rng.below(4) === 0 ? "2026-01-01T00:00:00Z" : null);
  const some = (ids: string[]) => ids.filter(() => rng.below(2) === 0);
  const kind = rng.below(12);
  let [list, id] = ["acls", `a${rng.below(12)}`];
  if (kind >= 6) [list, id] = rng.pick(OBJECT_ROWS);
  if (kind === 9) [list, id] = ["groups", rng.pick(["g", "h"])];
  if (kind === 10)
    [list, id] = rng.pick([
      ["roles", "reader"],
      ["project_groups", "r"],
    ] as [string, string][]);
  if (kind === 11)
    [list, id] = rng.pick([
      ["users", "bob"],
      ["projects", "p"],
      ["projects", "q"],
    ] as [string, string][]);
  if (rng.below(4) === 0) return { list, id, row: undefined };
  const [type, object] = rng.pick(OBJECTS);
  const toGroup = rng.below(3) === 0;
  const byRole = rng.below(3) === 0;
  const rows: Record<string, () => Row> = {
    acls: () => ({
      ...{ id, object_type: type, object_id: object, deleted_at: deletedAt() },
      ...{ user_id: toGroup ? null : rng.pick(PEOPLE), group_id: toGroup ? rng.pick(["g", "h"]) : null },
      ...{ role_id: byRole ? "reader" : null, permission: byRole ? null : rng.pick(["read", "update", "create"]) },
      restrict_object_type: !byRole && rng.below(3) === 0 ? rng.pick(["dataset", "gadget"]) : null,
    }),
    groups: () => ({
      ...{ id, name: id, deleted_at: deletedAt() },
      ...{ member_users: some(["ada", "bob", "gone"]), member_groups: some(["g", "h"]) },
    }),
    roles: () => ({ id, name: id, deleted_at: deletedAt(), member_permissions: [{ permission: "read" }] }),
    project_groups: () => ({ id, name: id, member_projects: some(["p", "q"]) }),
    users: () => ({ id }),
    projects: () => ({ id, name: id, deleted_at: deletedAt() }),
  };
  const ofObject = (): Row => ({
    ...{ id, name: id, project_id: rng.pick(["p", "q", "elsewhere"]), deleted_at: deletedAt() },
    public: rng.below(4) === 0,
  });
  return { list, id, row: (rows[list] ?? ofObject)() };
}

const exported = (rows: Rows) => ({
  organization: { id: "o", name: "o" },
  ...Object.fromEntries(Object.entries(rows).map(([list, its]) => [list, [...its.values()]])),
});

/** All answers about all objects, asked in every way. */
function answers(org: Org, refs: ObjectRef[], some: false | { person: string; objects: readonly number[] }): string[] {
  const told: string[] = [];
  for (const person of some === false ? PEOPLE : [some.person]) {
    const me = org.as(person);
    for (const [n, [type, id]] of OBJECTS.entries()) {
      if (some !== false && !some.objects.includes(n)) continue;
      const ref = refs[n] as ObjectRef;
      told.push(
        `${person} ${type} ${id}: ${me.permissions(type as Type, id)} / ${me.can("read", type as Type, { id, project_id: "q" })}` +
          ` / ${me.can("update", type as Type, id, "p")} / ${me.permissions(type as Type, id, "elsewhere")} / ${me.can("read", ref)}`,
      );
    }
    if (some !== false) continue;
    const datasets = OBJECTS.filter(([type]) => type === "dataset").map(([, id]) => id);
    told.push(`${person} many: ${me.canMany("read", "dataset", datasets)} ${me.canMany("update", refs)} ${me.isOwner}`);
    for (const type of ["dataset", "project", "gadget"] as Type[]) {
      told.push(
        `${person}: ${me.canCreate(type, "p")} ${me.canCreate(type, "q")} ${me.creatable(type)} ${me.list("read", type)}`,
      );
    }
  }
  return told;
}

const refsOf = (org: Org): ObjectRef[] => OBJECTS.map(([type, id]) => org.ref(type as Type, id));

beforeAll(() => ready());

describe("what is kept over changes", () => {
  it.each(["any", "known"] as const)("is what an Org loaded anew answers, members: %s", (members) => {
    const rng = new Rng(20_261_122);
    const rows: Rows = {
      users: new Map(["ada", "bob"].map((id) => [id, { id }])),
      service_accounts: new Map([["sa", { id: "sa", name: "sa" }]]),
    };
    const org = Org.loadSync(exported(rows) as never, { members });
    const refs = refsOf(org);
    const toldAt = new Map<string, string>();
    let differences = 0;
    for (let n = 0; n < 2000; n++) {
      const changes: Record<string, { upsert?: Row[]; remove?: string[] }> = {};
      for (let count = 1 + rng.below(2); count > 0; count--) {
        const { list, id, row } = change(rng);
        if (changes[list] !== undefined) continue;
        rows[list] ??= new Map();
        if (row === undefined) rows[list].delete(id);
        else rows[list].set(id, row);
        changes[list] = row === undefined ? { remove: [id] } : { upsert: [row] };
      }
      org.apply(changes as never);
      const fresh = Org.loadSync(exported(rows) as never, { members });
      // Mostly one is asked about little, so that others have not been asked for many changes; at times all are.
      const some = n % 10 > 0 && { person: rng.pick(PEOPLE), objects: [0, 1, 2].map(() => rng.below(OBJECTS.length)) };
      const now = answers(org, refs, some);
      expect(now, JSON.stringify(changes)).toEqual(answers(fresh, refsOf(fresh), some));
      fresh.free();
      for (const told of now) {
        const about = told.slice(0, told.indexOf(":"));
        if (toldAt.has(about) && toldAt.get(about) !== told) differences++;
        toldAt.set(about, told);
      }
    }
    expect(differences, "changes changed answers").toBeGreaterThan(200);
    org.free();
  });

  it("is of all objects but those that have changed", () => {
    const datasets = Array.from({ length: 100 }, (_, n) => ({ id: `d${n}`, name: `d${n}`, project_id: "p" }));
    const group = { id: "g", name: "g", member_users: ["ada"] };
    const projects = [{ id: "p", name: "p" }];
    const org = Org.loadSync({ organization: { id: "o", name: "o" }, projects, datasets, groups: [group] } as never);
    const me = org.as("ada");
    const readable = () => datasets.filter(({ id }) => me.can("read", "dataset", id)).map(({ id }) => id);
    const grant = (on: [type: string, id: string]) => ({
      ...{ id: `on ${on[1]}`, object_type: on[0], object_id: on[1], user_id: null, group_id: "g" },
      ...{ permission: "read", role_id: null, restrict_object_type: null },
    });
    expect(readable()).toEqual([]);
    org.apply({ acls: { upsert: [grant(["dataset", "d5"]) as never] } });
    // Who somebody is, and one object.
    expect(callsOf(() => expect(readable()).toEqual(["d5"]))).toBe(2);
    expect(callsOf(readable)).toBe(0);
    org.apply({ datasets: { upsert: [{ ...datasets[5], deleted_at: "2026-01-01T00:00:00Z" } as never] } });
    expect(callsOf(() => expect(readable()).toEqual([]))).toBe(2);
    org.apply({ datasets: { upsert: [datasets[5] as never] } });
    expect(callsOf(() => expect(readable()).toEqual(["d5"]))).toBe(2);
    org.apply({ acls: { remove: ["on d5"] } });
    expect(callsOf(() => expect(readable()).toEqual([]))).toBe(2);
    org.apply({ acls: { upsert: [grant(["project", "p"]) as never] } });
    expect(callsOf(() => expect(readable()).toHaveLength(100))).toBe(101);
    org.apply({ groups: { upsert: [{ ...group, member_users: [] } as never] } });
    expect(callsOf(() => expect(readable()).toEqual([]))).toBe(101);
    org.free();
  });

  it("is not what was told before a row changed the Org while it was read", () => {
    const on = (id: string) => ({
      ...{ id: `on ${id}`, object_type: "dataset", object_id: id, user_id: "ada", group_id: null },
      ...{ permission: "read", role_id: null, restrict_object_type: null },
    });
    for (const asks of [false, true]) {
      const org = Org.loadSync({ organization: { id: "o", name: "o" }, acls: [on("d1"), on("d2")] } as never);
      const me = org.as("ada");
      expect(me.can("read", "dataset", "d1")).toBe(true);
      let changes = 0;
      const changing = {
        get id() {
          if (changes++ === 0) org.apply({ acls: { remove: ["on d1"] } });
          if (asks) me.can("read", "dataset", "elsewhere");
          return "d2";
        },
      };
      expect(me.canMany("read", "dataset", ["d1", changing as never])).toEqual(Uint8Array.of(0, 1));
      org.free();
    }
  });

  it("is bounded, and objects told long ago are forgotten too when they change", () => {
    const row = (n: number) => ({
      ...{ id: `a${n}`, object_type: "dataset", object_id: `d${n}`, user_id: "ada", group_id: null },
      ...{ permission: "read", role_id: null, restrict_object_type: null },
    });
    const acls = Array.from({ length: 70_000 }, (_, n) => row(n));
    const org = Org.loadSync({ organization: { id: "o", name: "o" }, acls } as never);
    const me = org.as("ada");
    const ids = acls.map(({ object_id }) => object_id);
    expect(me.canMany("read", "dataset", ids).every((answer) => answer === 1)).toBe(true);
    // One that is among the first, and one among the last that were told; and more at once than are remembered.
    for (const [from, to] of [
      [3, 4],
      [69_990, 69_991],
      [100, 1100],
      [2000, 3001],
      [4000, 9000],
    ] as const) {
      org.apply({ acls: { remove: acls.slice(from, to).map(({ id }) => id) } });
      const gone = me.canMany("read", "dataset", ids.slice(from, to));
      expect(
        gone.every((answer) => answer === 0),
        `${from} to ${to}`,
      ).toBe(true);
      expect(
        ids.slice(from, to).some((id) => me.can("read", "dataset", id)),
        `${from} to ${to}`,
      ).toBe(false);
      expect(me.can("read", "dataset", `d${to}`)).toBe(true);
    }
    org.free();
  });

  it("is forgotten when there were more changes than are remembered", () => {
    const grant = (n: number) => ({
      ...{ id: `a${n}`, object_type: "dataset", object_id: `d${n}`, user_id: null, group_id: "g" },
      ...{ permission: "read", role_id: null, restrict_object_type: null },
    });
    const org = Org.loadSync({
      organization: { id: "o", name: "o" },
      groups: [{ id: "g", name: "g", member_users: ["often", "seldom"] }],
    } as never);
    const [often, seldom] = [org.as("often"), org.as("seldom")];
    let granted = 0;
    for (const next of [0, 1, 10, 1500, 3000, 7000]) {
      while (granted < next) {
        const count = Math.min(500, next - granted);
        org.apply({ acls: { upsert: Array.from({ length: count }, (_, at) => grant(granted + at)) as never } });
        granted += count;
        expect(often.can("read", "dataset", `d${granted - 1}`)).toBe(true);
      }
      for (const n of [0, 1, 9, 10, 999, 1499, 1500, 2999, 3000, 6999, 7000]) {
        for (const me of [often, seldom]) {
          expect(me.can("read", "dataset", `d${n}`), `${me.id}: d${n} of ${granted}`).toBe(n < granted);
        }
      }
    }
    org.free();
  });
});

import { inspect } from "node:util";
import { type Changes, newOrganization, Org } from "aclarity";
import { describe, expect, test, vi } from "vitest";
import { acl, codeOf, codeOfAsync, D1, D2, ORG, P1, P2, sample } from "./sample.ts";

const collect = (globalThis as { gc?: () => void }).gc;

describe("identity", () => {
  test("as(id) is the same Subject while it is reachable", async () => {
    using org = await Org.load(sample());
    const ada = org.as("ada");
    expect(org.as("ada")).toBe(ada);
    expect(org.asGroup("ada")).not.toBe(ada);
    expect(org.asGroup("eng")).toBe(org.asGroup("eng"));
    expect(org.anonymous).toBe(org.anonymous);
    org.apply({});
    await org.replace(sample());
    expect(org.as("ada")).toBe(ada);
  });

  test("a Subject that nobody holds is collected", async () => {
    if (collect === undefined) return;
    using org = await Org.load(sample());
    const gone = new WeakRef(org.as("ada"));
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    expect(gone.deref()).toBeUndefined();
    expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
  });
});

describe("apply", () => {
  test("subjects, refs and answers follow; the version grows", async () => {
    using org = await Org.load(sample());
    const ada = org.as("ada");
    const ref = org.ref("dataset", D2);
    expect([ada.can("read", "dataset", D2), ada.can("read", ref)]).toEqual([false, false]);
    expect(ada.canCreate("dataset", P2)).toBe(false);
    const { version } = org;
    const grant = (id: string, permission: string) =>
      acl(id, { object_type: "project", object_id: P2, user_id: "ada", permission });
    const result = org.apply({ acls: { upsert: [grant("n1", "read"), grant("n2", "create")] } });
    expect(result).toEqual({ version: version + 1, findings: [] });
    expect(Object.isFrozen(result)).toBe(true);
    expect(org.version).toBe(version + 1);
    expect([ada.can("read", "dataset", D2), ada.can("read", ref)]).toEqual([true, true]);
    expect([...ada.canMany("read", [ref])]).toEqual([1]);
    expect(ada.canCreate("dataset", P2)).toBe(true);
    expect(ada.list("read", "dataset")).toEqual([D1, D2]);
    org.apply({ acls: { remove: ["n1"] } });
    expect([ada.can("read", "dataset", D2), ada.can("read", ref)]).toEqual([false, false]);
    expect(ada.canCreate("dataset", P2)).toBe(true);
  });

  test("what was unknown becomes known", async () => {
    using org = await Org.load(sample());
    const ada = org.as("ada");
    expect(ada.can("read", "dataset", "d9", P1)).toBe(true);
    org.apply({ datasets: { upsert: [{ id: "d9", project_id: P2 }] } });
    expect(ada.can("read", "dataset", "d9", P1)).toBe(false);
    org.apply({ datasets: { upsert: [{ id: "d9", project_id: P1 }] } });
    expect(ada.can("read", "dataset", "d9", P2)).toBe(true);
    expect(ada.can("read", "dataset", "d9")).toBe(true);
  });

  test("is all or nothing", async () => {
    using org = await Org.load(sample());
    const listener = vi.fn();
    org.subscribe(listener);
    const { version, stats } = org;
    const broken = { groups: { remove: ["eng"] }, acls: { upsert: [{ id: 7 }] } } as unknown as Changes;
    expect(codeOf(() => org.apply(broken))).toBe("bad_shape");
    expect(org.version).toBe(version);
    expect(org.stats).toBe(stats);
    expect(listener).not.toHaveBeenCalled();
    expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
  });

  test("a mistake throws", async () => {
    using org = await Org.load(sample());
    for (const changes of [undefined, null, 7, "x", []]) {
      expect(codeOf(() => org.apply(changes as never))).toBe("bad_argument");
    }
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const changes of [
      { acls: 7 },
      { acls: { upsert: 7 } },
      { acls: { upsert: [1n] } },
      { acls: { upsert: [cyclic] } },
      { acls: { remove: [7] } },
      { acls: { remove: ["\ud800"] } },
    ]) {
      expect(["bad_shape", "bad_argument"]).toContain(codeOf(() => org.apply(changes as never)));
    }
    expect(org.version).toBe(1);
  });
});

describe("subscribe", () => {
  test("tells after everything is consistent; one that throws harms nobody", async () => {
    using org = await Org.load(sample());
    const seen: unknown[] = [];
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    org.subscribe(() => {
      throw new Error("a listener's own trouble");
    });
    org.subscribe(() => seen.push([org.version, org.as("ada").can("read", "dataset", D2)]));
    const granted = acl("n1", { object_type: "dataset", object_id: D2, user_id: "ada", permission: "read" });
    expect(org.apply({ acls: { upsert: [granted] } }).version).toBe(2);
    await org.replace(sample());
    expect(seen).toEqual([
      [2, true],
      [3, false],
    ]);
    expect(complaint).toHaveBeenCalledTimes(2);
    complaint.mockRestore();
  });

  test("ends when told to, within a notification too; a listener may be there twice", async () => {
    using org = await Org.load(sample());
    const calls: string[] = [];
    const twice = () => calls.push("twice");
    org.subscribe(twice);
    const end = org.subscribe(twice);
    const endFirst = org.subscribe(() => {
      calls.push("first");
      endSecond();
      org.subscribe(() => calls.push("late"));
    });
    const endSecond = org.subscribe(() => calls.push("second"));
    org.apply({});
    expect(calls).toEqual(["twice", "twice", "first"]);
    end();
    end();
    endFirst();
    org.apply({});
    expect(calls.slice(3)).toEqual(["twice", "late"]);
    expect(codeOf(() => org.subscribe(undefined as never))).toBe("bad_argument");
  });
});

describe("replace", () => {
  test("swaps the whole state; what fails leaves it as it was", async () => {
    using org = await Org.load(sample());
    const ada = org.as("ada");
    const ref = org.ref("dataset", D1);
    expect(ada.can("read", ref)).toBe(true);
    const other = sample();
    other.groups = [];
    await org.replace(Promise.resolve(JSON.stringify(other)));
    expect(org.version).toBe(2);
    expect([ada.can("read", ref), ada.can("read", "dataset", D1)]).toEqual([false, false]);
    expect(org.findings.map((finding) => finding.code)).toContain("dangling_group");
    expect(await codeOfAsync(org.replace("{"))).toBe("bad_json");
    expect(await codeOfAsync(org.replace(new Response("", { status: 500 })))).toBe("http");
    expect(org.version).toBe(2);
    expect(ada.can("read", ref)).toBe(false);
  });

  test("reads as the load did, unless told otherwise", async () => {
    using org = await Org.load(sample(), { unknownObjects: "inOrganization", members: "known" });
    const bo = org.as("bo");
    const left = { ...sample(), users: [{ id: "bo" }] };
    await org.replace(left);
    expect(bo.can("read", "dataset", "unheard-of")).toBe(true);
    expect(org.as("ada").explain("read", "dataset", D1).reason).toBe("not_a_member");
    await org.replace(left, { members: "any" });
    expect(bo.can("read", "dataset", "unheard-of")).toBe(true);
    expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
    await org.replace(left, { unknownObjects: "deny" });
    expect(bo.can("read", "dataset", "unheard-of")).toBe(false);
    expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
    using strict = await Org.load(sample(), { strict: true });
    expect(await codeOfAsync(strict.replace({ ...sample(), groups: [] }))).toBe("strict");
  });

  test("may be of another organisation", async () => {
    using org = await Org.load(sample());
    const bo = org.as("bo");
    expect(bo.can("update", "organization")).toBe(true);
    await org.replace({ organization: { id: "elsewhere", name: "E" }, acls: [] });
    expect(bo.can("update", "organization")).toBe(false);
    expect(bo.explain("update", "organization").reason).toBe("no_grant");
    expect(bo.can("update", "organization", ORG)).toBe(false);
    expect(bo.explain("update", "organization", ORG).reason).toBe("unknown_object");
  });

  test("a ref without an id follows the organisation", async () => {
    using org = await Org.load(sample());
    const bo = org.as("bo");
    const types = ["organization", "org_project", "members"] as const;
    const refs = [org.ref("organization"), org.ref("org_project"), org.ref("members")];
    const fixed = org.ref("organization", ORG);
    expect([...bo.canMany("update", refs)]).toEqual([1, 1, 1]);
    expect(JSON.parse(JSON.stringify(refs[0]))).toEqual({ type: "organization", id: ORG });
    const owned = JSON.parse(JSON.stringify(sample()).replaceAll(ORG, "elsewhere"));
    await org.replace(owned);
    for (const [index, ref] of refs.entries()) {
      expect(ref.id).toBe("elsewhere");
      expect(bo.can("update", ref)).toBe(true);
      expect(bo.can("update", types[index] as (typeof types)[number])).toBe(true);
    }
    expect([...bo.canMany("update", refs)]).toEqual([1, 1, 1]);
    expect([fixed.id, bo.can("update", fixed)]).toEqual([ORG, false]);
  });

  test("an answer stays the same object while somebody holds it, however many others are asked for", async () => {
    using org = await Org.load(sample());
    const ada = org.as("ada");
    const held = ada.explain("read", "dataset", D1);
    const row = org.who("read", "dataset", D1);
    for (let round = 0; round < 3; round++) {
      for (let other = 0; other < 6000; other++) ada.explain("read", "dataset", `other-${other}`);
      expect(ada.explain("read", "dataset", D1)).toBe(held);
      expect(org.who("read", "dataset", D1)).toBe(row);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    org.apply({});
    expect(ada.explain("read", "dataset", D1)).not.toBe(held);
    expect(ada.explain("read", "dataset", D1)).toEqual(held);
  });

  test("the last call wins, whichever ends last", async () => {
    using org = await Org.load(sample());
    const later = (name: string, ms: number) =>
      new Promise<string>((resolve) => {
        setTimeout(() => resolve(JSON.stringify({ organization: { id: name, name } })), ms);
      });
    await Promise.all([org.replace(later("slow", 60)), org.replace(later("fast", 5))]);
    expect(org.name("organization", "fast")).toBe("fast");
    expect(org.version).toBe(2);
    await Promise.all([org.replace(later("first", 5)), org.replace(later("second", 60))]);
    expect(org.name("organization", "second")).toBe("second");
    expect(org.version).toBe(4);
  });

  test("of an Org that was freed meanwhile", async () => {
    const org = await Org.load(sample());
    const replacing = org.replace(
      new Promise<string>((resolve) => setTimeout(() => resolve('{"organization":{"id":"x"}}'), 20)),
    );
    org.free();
    expect(await codeOfAsync(replacing)).toBe("freed");
  });
});

test("JSON and logs show what it is, and not its data", async () => {
  const org = await Org.load(sample());
  const ada = org.as("ada");
  const draft = org.draft({ by: { subject: ada, credential: "session" } });
  const ref = org.ref("dataset", D1);
  const all = [org, ada, org.anonymous, draft, ref];
  const shown = [
    ...[{ organization: ORG, version: 1 }, { id: "ada" }, { id: null }],
    ...[
      { organization: ORG, version: draft.version },
      { type: "dataset", id: D1 },
    ],
  ];
  const expectShown = () => {
    expect(JSON.parse(JSON.stringify(all))).toEqual(shown);
    expect(inspect(all)).toBe(inspect(shown));
  };
  expectShown();
  org.free();
  expectShown();
});

describe("free", () => {
  test("use after it is an error, everywhere", async () => {
    const org = await Org.load(sample());
    const ada = org.as("ada");
    const ref = org.ref("dataset", D1);
    expect(ada.can("read", "dataset", D1)).toBe(true);
    expect(ada.explain("read", "dataset", D1).allowed).toBe(true);
    org.free();
    org.free();
    const uses: (() => unknown)[] = [
      () => ada.can("read", "dataset", D1),
      () => ada.can("read", { id: D1 } as never),
      () => ada.can("read", ref),
      () => ada.canMany("read", "dataset", [D1]),
      () => ada.canMany("read", [ref]),
      () => ada.canMany("read", []),
      () => ada.canCreate("dataset", P1),
      () => ada.permissions("dataset", D1),
      () => ada.grantable("dataset", D1),
      () => ada.list("read", "dataset"),
      () => ada.creatable("dataset"),
      () => ada.explain("read", "dataset", D1),
      () => ada.explainCreate("dataset", P1),
      () => ada.isOwner,
      () => ada.groups,
      () => org.as("ada"),
      () => org.asGroup("eng"),
      () => org.ref("dataset", D1),
      () => org.who("read", "dataset", D1),
      () => org.access("dataset", D1),
      () => org.find({ name: "One" }),
      () => org.name("project", P1),
      () => org.findings,
      () => org.stats,
      () => org.apply({}),
    ];
    for (const use of uses) expect(codeOf(use)).toBe("freed");
    expect(await codeOfAsync(org.replace(sample()))).toBe("freed");
    expect(ada.id).toBe("ada");
  });

  test("`using` frees", async () => {
    let escaped: Org;
    {
      using org = await Org.load(sample());
      escaped = org;
    }
    expect(codeOf(() => escaped.as("ada"))).toBe("freed");
  });
});

describe("names", () => {
  test("name and find", async () => {
    using org = await Org.load(sample());
    expect(org.name("project", P1)).toBe("One");
    expect(org.name("dataset", D1)).toBe("first");
    expect(org.name("group", "eng")).toBe("eng");
    expect(org.name("organization", ORG)).toBe("Acme");
    expect(org.name("user", "ada")).toContain("Ada");
    for (const id of ["nobody", "", "\ud800"]) expect(org.name("user", id)).toBeUndefined();
    expect(org.find({ name: "One" })).toEqual([{ type: "project", id: P1 }]);
    expect(org.find({ name: "One", type: "dataset" })).toEqual([]);
    expect(org.find({ email: "ada@acme.example" })).toEqual([{ type: "user", id: "ada" }]);
    expect(org.find({ name: "\ud800" })).toEqual([]);
    expect(codeOf(() => org.find(undefined as never))).toBe("bad_argument");
    expect(codeOf(() => org.find({ name: 7 as never }))).toBe("bad_argument");
    expect(org.sliceOf).toBeNull();
    expect(org.stats).toMatchObject({ users: 3, groups: 2, roles: 1, acls: 4 });
    expect(P2).not.toBe(P1);
  });
});

describe("a new organisation", () => {
  test("has the built-in groups and their grants", async () => {
    using _ready = await Org.load(sample());
    const rows = newOrganization({ id: "o1", name: "New", owners: ["ada"] });
    using org = await Org.load(rows);
    expect(org.findings).toEqual([]);
    expect(org.as("ada").isOwner).toBe(true);
    expect(org.as("ada").can("manage_access", "organization")).toBe(true);
    expect(rows.groups.map((group) => group.name)).toEqual(["Owners", "Engineers", "Viewers"]);
    for (const wrong of [
      undefined,
      {},
      { id: "o", name: "n" },
      { id: 1, name: "n", owners: [] },
      { id: "o", name: "n", owners: [7] },
    ]) {
      expect(codeOf(() => newOrganization(wrong as never))).toBe("bad_argument");
    }
  });
});

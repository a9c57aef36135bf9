// What crosses into wasm, and what happens when it breaks.

import { Org, ready } from "aclarity";
import { describe, expect, test } from "vitest";
import { callsOf, trapNext } from "./instrumented.ts";
import { codeOf, codeOfAsync, D1, D2, E1, fresh, P1, P2, sample } from "./sample.ts";

describe("what was asked before", () => {
  test("costs no call into wasm", async () => {
    using org = await Org.load(sample());
    const ada = org.as("ada");
    const refs = [org.ref("dataset", D1), org.ref("project", P1), org.ref("dataset", "new", P1)];
    const questions: (() => unknown)[] = [
      () => ada.can("read", "dataset", fresh(D1)),
      () => ada.can("update", "dataset", fresh(D1)),
      () => ada.can("manage_access", "dataset", { id: fresh(D1), project_id: fresh(P1) }),
      () => ada.can("read", "project", fresh(P1)),
      () => ada.can("read", "project_log", fresh(P1)),
      () => ada.can("read", "logs", fresh(P1)),
      () => ada.can("read", "dataset", fresh("unheard-of")),
      () => ada.can("read", "dataset", fresh("new"), fresh(P1)),
      () => ada.can("read", "dataset", fresh("new"), fresh(P2)),
      () => ada.can("read", "hologram" as never, fresh("h")),
      () => ada.can("update", "organization"),
      () => ada.can("update", "org_member", null),
      () => refs.map((ref) => ada.can("read", ref)),
      () => ada.canMany("read", refs),
      () => ada.canMany("read", "dataset", [D1, D2, { id: "new", project_id: P1 }]),
      () => ada.permissions("dataset", D2),
      () => ada.grantable("dataset", D2),
      () => ada.canCreate("dataset", fresh(P1)),
      () => ada.canCreate("project"),
      () => ada.canCreate("hologram" as never, P1),
      () => ada.list("read", "dataset"),
      () => ada.creatable("dataset"),
      () => ada.explain("read", "dataset", fresh(D1)),
      () => ada.explainCreate("dataset", fresh(P1)),
      () => ada.groups,
      () => ada.isOwner,
      () => org.anonymous.can("read", "experiment", E1),
      () => org.findings,
      () => org.stats,
      () => org.who("read", "dataset", D1),
      () => org.access("dataset", D1),
    ];
    for (const question of questions) {
      const first = question();
      expect(callsOf(() => expect(question()).toEqual(first))).toBe(0);
    }
    // One object asked about once answers every permission; another subject asks for itself.
    expect(callsOf(() => ada.permissions("dataset", D1))).toBe(0);
    expect(callsOf(() => org.as("cy").can("read", "dataset", D1))).toBeGreaterThan(0);
    org.apply({});
    expect(callsOf(() => ada.can("read", "dataset", D1))).toBe(0);
    org.apply({ roles: { remove: ["nobody's"] } });
    expect(callsOf(() => ada.can("read", "dataset", D1))).toBeGreaterThan(0);
    expect(callsOf(() => ada.can("read", "dataset", D1))).toBe(0);
  });

  test("an id that is missing does not cross at all", async () => {
    using org = await Org.load(sample());
    const bo = org.as("bo");
    bo.can("read", "dataset", D1);
    for (const id of [undefined, null, "", "\ud800"]) {
      expect(callsOf(() => bo.can("read", "dataset", id))).toBe(0);
    }
  });

  test("many ids and many refs: right, and remembered within a bound", async () => {
    using org = await Org.load(sample());
    const ada = org.as("ada");
    const count = 200_000;
    for (let n = 0; n < count; n++) expect(ada.can("read", "dataset", `random-${n}`) || n < 0).toBe(false);
    expect(ada.can("read", "dataset", D1)).toBe(true);
    expect(callsOf(() => ada.can("read", "dataset", `random-${count - 1}`))).toBe(0);
    const refs = Array.from({ length: count }, (_, n) => org.ref("dataset", n % 2 === 0 ? D1 : D2));
    const answers = ada.canMany("read", refs);
    expect(answers.reduce((sum, answer) => sum + answer, 0)).toBe(count / 2);
    expect(callsOf(() => ada.canMany("read", refs))).toBe(0);
    // Another subject asks about a few of them, far apart.
    const some = refs.filter((_, n) => n % 1024 === 7 || n % 4096 === 5);
    expect([...org.as("cy").canMany("update", some)]).toEqual(some.map((ref) => (ref.id === D2 ? 1 : 0)));
    expect(callsOf(() => org.as("cy").canMany("update", some))).toBe(0);
  });

  test("memory stays bounded", async () => {
    const collect = (globalThis as { gc?: () => void }).gc;
    if (collect === undefined) return;
    using org = await Org.load(sample());
    const ada = org.as("ada");
    const held = async () => {
      // What is referred to weakly lives until the running task ends.
      await new Promise((resolve) => setTimeout(resolve, 0));
      collect();
      return process.memoryUsage().heapUsed / 1e6;
    };
    const ask = (round: number) => {
      for (let n = 0; n < 150_000; n++) {
        ada.can("read", "dataset", `${round}-${n}-xxxxxxxxxxxxxxxxxxxxxxxxx`);
        if (n % 10 === 0) ada.can("read", "dataset", `${round}-${n}-yyyyyyy`, `${round}-${n}`);
        if (n % 10 === 0) ada.can("read", "project_log", `${round}-${n}-xxxxxxxxxxxxxxxxxxxxxxxxx`);
        if (n % 20 === 0) ada.canCreate("dataset", `${round}-${n}`);
        if (n % 50 === 0) ada.explain("read", "dataset", `${round}-${n}`);
        if (n % 50 === 0) ada.can("read", `type-${round}-${n}` as never, "x");
      }
    };
    ask(0);
    ask(1);
    const before = await held();
    for (let round = 2; round < 7; round++) ask(round);
    expect((await held()) - before).toBeLessThan(20);
  });
});

describe("a trap", () => {
  test("every Org of the instance says `crashed`; ready() starts another", async () => {
    const first = await Org.load(sample());
    const second = await Org.load(sample());
    const ada = second.as("ada");
    const ref = second.ref("dataset", D1);
    expect(ada.can("read", "dataset", D1)).toBe(true);
    expect(ada.can("read", ref)).toBe(true);
    trapNext();
    expect(codeOf(() => first.as("ada").can("read", "dataset", D1))).toBe("crashed");
    for (const use of [
      () => first.as("ada"),
      () => second.as("ada"),
      () => ada.can("read", "dataset", D1),
      () => ada.can("read", ref),
      () => ada.explain("read", "dataset", D1),
      () => second.findings,
      () => second.apply({}),
    ]) {
      expect(codeOf(use)).toBe("crashed");
    }
    expect(await codeOfAsync(second.replace(sample()))).toBe("crashed");
    expect(codeOf(() => Org.loadSync(sample()))).toBe("not_ready");
    await ready();
    using third = Org.loadSync(sample());
    expect(third.as("ada").can("read", "dataset", D1)).toBe(true);
    expect(codeOf(() => ada.can("read", "dataset", D1))).toBe("crashed");
    second.free();
    first.free();
    expect(codeOf(() => ada.can("read", "dataset", D1))).toBe("freed");
    expect(third.as("bo").can("read", "dataset", D1)).toBe(true);
  });

  test("while loading: load starts another by itself the next time", async () => {
    await ready();
    trapNext();
    expect(await codeOfAsync(Org.load(sample()))).toBe("crashed");
    using org = await Org.load(sample());
    expect(org.as("ada").can("read", "dataset", D1)).toBe(true);
  });

  test("while replacing: the Org of the same instance has crashed too", async () => {
    const org = await Org.load(sample());
    trapNext();
    expect(await codeOfAsync(org.replace(sample()))).toBe("crashed");
    expect(codeOf(() => org.as("ada"))).toBe("crashed");
    await ready();
  });
});

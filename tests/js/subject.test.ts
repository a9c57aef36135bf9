import { AclarityError, Org, type Subject } from "aclarity";
import { beforeAll, describe, expect, test } from "vitest";
import { ALL, acl, codeOf, D1, D2, E1, fresh, ORG, P1, P2, sample } from "./sample.ts";

let org: Org;
let ada: Subject;
let bo: Subject;
let cy: Subject;
beforeAll(async () => {
  org = await Org.load(sample());
  ada = org.as("ada");
  bo = org.as("bo");
  cy = org.as("cy");
});

describe("can", () => {
  test("takes an id, a row, a ref", () => {
    expect(ada.can("read", "dataset", D1)).toBe(true);
    expect(ada.can("update", "dataset", D1)).toBe(false);
    expect(ada.can("read", "dataset", { id: D1, project_id: P1 })).toBe(true);
    expect(ada.can("read", "dataset", { id: D2, project_id: P1 })).toBe(false);
    expect(ada.can("read", org.ref("dataset", D1))).toBe(true);
    expect(ada.can("update", org.ref("dataset", D1))).toBe(false);
    expect(cy.can("update", "dataset", fresh(D2))).toBe(true);
  });

  test("answers the same the second time, for every form", () => {
    for (const subject of [ada, bo, cy, org.as("nobody"), org.asGroup("eng"), org.anonymous]) {
      for (const permission of ALL) {
        for (const [type, id] of [
          ["dataset", D1],
          ["project", P1],
          ["project_log", P1],
          ["experiment", E1],
          ["dataset", "unheard-of"],
          ["organization", ORG],
        ] as const) {
          const first = subject.can(permission, type, id);
          const ref = org.ref(type, id);
          for (let again = 0; again < 3; again++) {
            expect(subject.can(permission, type, fresh(id))).toBe(first);
            expect(subject.can(permission, type, { id: fresh(id) })).toBe(first);
            expect(subject.can(permission, ref)).toBe(first);
            expect([...subject.canMany(permission, type, [id, { id }])]).toEqual([first ? 1 : 0, first ? 1 : 0]);
            expect([...subject.canMany(permission, [ref, ref])]).toEqual([first ? 1 : 0, first ? 1 : 0]);
            expect(subject.permissions(type, id).includes(permission)).toBe(first);
          }
        }
      }
    }
  });

  test("one id, two types", () => {
    expect(ada.can("read", "project", P1)).toBe(true);
    expect(ada.can("read", "project_log", P1)).toBe(true);
    expect(ada.can("read", "prompt", P1)).toBe(false);
    expect(ada.can("read", "project", P1)).toBe(true);
    expect(ada.can("read", "prompt", P1)).toBe(false);
  });

  test("nouns, with spaces and underscores", () => {
    expect(ada.can("read", "logs", P1)).toBe(true);
    expect(ada.can("read", "log", P1)).toBe(true);
    expect(bo.can("create", "all projects")).toBe(true);
    expect(bo.can("create", "all_projects")).toBe(true);
    expect(bo.can("create", "members")).toBe(true);
    expect(bo.can("read", "audit logs")).toBe(true);
    expect(bo.can("read", "custom_view", "x")).toBe(false);
  });

  test("the four that exist once need no id", () => {
    for (const type of ["organization", "org_project", "org_member", "org_audit_logs"] as const) {
      for (const id of [undefined, null, ORG, { id: ORG }]) expect(bo.can("update", type, id)).toBe(true);
      expect(bo.can("update", type)).toBe(true);
      expect(ada.can("update", type)).toBe(false);
      // An empty id is malformed, not absent; another id is another object.
      for (const id of ["", "\ud800", "other", { id: "" }]) {
        expect(bo.can("update", type, id)).toBe(false);
        expect(bo.explain("update", type, id).reason).toBe("unknown_object");
        expect(bo.permissions(type, id)).toEqual([]);
      }
      expect(bo.explain("update", type).allowed).toBe(true);
    }
  });

  test("an id that is missing where one is needed is nothing, never the organisation", () => {
    for (const id of [undefined, null, "", "\ud800", "a\udc00b"]) {
      expect(bo.can("read", "dataset", id)).toBe(false);
      expect(bo.can("read", "dataset", id as string)).toBe(false);
      expect(bo.explain("read", "dataset", id).reason).toBe("unknown_object");
      expect(bo.permissions("dataset", id)).toEqual([]);
      expect([...bo.canMany("read", "dataset", [id, D1])]).toEqual([0, 1]);
      expect(bo.grantable("dataset", id)).toEqual([]);
      expect(org.who("read", "dataset", id)).toEqual({ public: false, subjects: [] });
      expect(org.access("dataset", id)).toEqual([]);
    }
    expect(bo.can("read", "dataset", {} as never)).toBe(false);
    expect(bo.can("read", org.ref("dataset", ""))).toBe(false);
    expect(bo.can("read", org.ref("dataset", "\ud800"))).toBe(false);
  });

  test("a project that the caller names counts only for what the data do not know", () => {
    expect(ada.can("read", "dataset", "new", P1)).toBe(true);
    expect(ada.can("read", "dataset", "new")).toBe(false);
    expect(ada.can("read", "dataset", "new", P2)).toBe(false);
    expect(ada.can("read", "dataset", "new", P1)).toBe(true);
    expect(ada.can("read", "dataset", { id: "new", project_id: P1 })).toBe(true);
    expect(ada.can("read", "dataset", { id: "new", project_id: null })).toBe(false);
    expect(ada.can("read", "dataset", { id: "new" }, P1)).toBe(true);
    expect(ada.can("read", "dataset", D2, P1)).toBe(false);
    expect(ada.can("read", "dataset", { id: D2, project_id: P1 })).toBe(false);
    expect(ada.can("read", "dataset", D1, P2)).toBe(true);
    expect(ada.can("read", org.ref("dataset", "new", P1))).toBe(true);
    expect(ada.can("read", org.ref("dataset", { id: "new", project_id: P1 }))).toBe(true);
    expect(ada.can("read", org.ref("dataset", "new"))).toBe(false);
    expect([...ada.canMany("read", "dataset", ["new", { id: "new", project_id: P1 }])]).toEqual([0, 1]);
    expect(ada.can("read", "dataset", "new", "")).toBe(false);
    expect(ada.can("read", "dataset", "new", "\ud800")).toBe(false);
  });

  test("unknown types and unknown subjects are answered, not thrown", () => {
    expect(bo.can("read", "hologram" as never, "h1")).toBe(false);
    expect(ada.can("read", "hologram" as never, "h1", P1)).toBe(true);
    expect(bo.can("read", "\ud800" as never, "h1")).toBe(false);
    expect(bo.can("read", "" as never, "h1")).toBe(false);
    expect(bo.canCreate("hologram" as never)).toBe(false);
    expect(org.as("nobody").can("read", "experiment", E1)).toBe(true);
    expect(org.as("").can("read", "dataset", D1)).toBe(false);
    expect(org.as("\ud800").can("read", "dataset", D1)).toBe(false);
    expect(org.as("\ud800").explain("read", "dataset", D1).allowed).toBe(false);
    expect(org.as("\ud800").groups).toEqual([]);
    expect(org.anonymous.can("read", "experiment", E1)).toBe(true);
    expect(org.anonymous.can("read", "dataset", D1)).toBe(false);
    expect(org.as("eng").can("read", "dataset", D1)).toBe(false);
  });

  test("names of Object.prototype are ids and types like any", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(bo.can("read", "dataset", name)).toBe(false);
      expect(bo.can("read", name as never, name)).toBe(false);
      expect(org.as(name).can("read", "dataset", D1)).toBe(false);
      expect(codeOf(() => bo.can(name as never, "dataset", D1))).toBe("bad_permission");
      expect(org.name("project", name)).toBeUndefined();
    }
  });

  test("an error never repeats a secret", () => {
    const secrets = ["sk-abcdefghijklmnop", "bt-st-abcdefghijk", "xsk-abcdefgh", "eyJhbGciOi.J9.x", "s3cr3t".repeat(3)];
    for (const secret of secrets) {
      for (const mistake of [
        () => ada.can(secret as never, "dataset", D1),
        () => org.who(secret as never, "dataset", D1),
        () => ada.canMany(secret as never, "dataset", [D1]),
      ]) {
        expect(mistake).toThrow(expect.objectContaining({ code: "bad_permission" }));
        expect(mistake).not.toThrow(secret.slice(3));
      }
    }
    expect(() => ada.can("raed" as never, "dataset", D1)).toThrow("`raed`");
    expect(new AclarityError("bad_shape", "found sk-abcd", { path: "/x/sk-abcd" })).toMatchObject({
      message: "found sk-…",
      path: "/x/sk-…",
    });
  });

  test("a programmer's mistake throws", () => {
    for (const ask of ["", "Read", "raed", "reads", "admin", undefined, null, 2, {}, "manage_acces"]) {
      expect(codeOf(() => ada.can(ask as never, "dataset", D1))).toBe("bad_permission");
      expect(codeOf(() => ada.canMany(ask as never, "dataset", [D1]))).toBe("bad_permission");
      expect(codeOf(() => ada.list(ask as never, "dataset"))).toBe("bad_permission");
      expect(codeOf(() => ada.explain(ask as never, "dataset", D1))).toBe("bad_permission");
      expect(codeOf(() => org.who(ask as never, "dataset", D1))).toBe("bad_permission");
    }
    for (const type of [undefined, null, 7, {}, true]) {
      expect(codeOf(() => ada.can("read", type as never, D1))).toBe("bad_argument");
      expect(codeOf(() => ada.permissions(type as never, D1))).toBe("bad_argument");
      expect(codeOf(() => ada.canCreate(type as never, P1))).toBe("bad_argument");
      expect(codeOf(() => ada.list("read", type as never))).toBe("bad_argument");
      expect(codeOf(() => org.ref(type as never, D1))).toBe("bad_argument");
      expect(codeOf(() => org.name(type as never, D1))).toBe("bad_argument");
    }
    for (const id of [7, true, { id: 7 }, Symbol("x"), 1n]) {
      expect(codeOf(() => ada.can("read", "dataset", id as never))).toBe("bad_argument");
      expect(codeOf(() => ada.canMany("read", "dataset", [D1, id as never]))).toBe("bad_argument");
      expect(codeOf(() => ada.explain("read", "dataset", id as never))).toBe("bad_argument");
    }
    for (const project of [7, {}, true]) {
      expect(codeOf(() => ada.can("read", "dataset", "unheard", project as never))).toBe("bad_argument");
      expect(codeOf(() => ada.canCreate("dataset", project as never))).toBe("bad_argument");
    }
    // Also when the answer is known already, in the first and in the second type of one id.
    for (const type of ["dataset", "project", "role"] as const) {
      expect(ada.can("read", type, D1, null)).toBe(ada.can("read", type, D1));
      for (const project of [5, {}, true]) {
        const row = { id: D1, project_id: project } as never;
        expect(codeOf(() => ada.can("read", type, D1, project as never))).toBe("bad_argument");
        expect(codeOf(() => ada.can("read", type, row))).toBe("bad_argument");
        expect(codeOf(() => ada.canMany("read", type, [D1, row]))).toBe("bad_argument");
        expect(codeOf(() => ada.permissions(type, D1, project as never))).toBe("bad_argument");
      }
    }
    expect(codeOf(() => ada.canMany("read", "dataset", D1 as never))).toBe("bad_argument");
    expect(codeOf(() => ada.list("read", "dataset", { limit: -1 }))).toBe("bad_argument");
    expect(codeOf(() => ada.list("read", "dataset", { limit: 1.5 }))).toBe("bad_argument");
    expect(codeOf(() => ada.list("read", "dataset", { after: 7 as never }))).toBe("bad_argument");
    for (const id of [undefined, null, 7]) {
      expect(codeOf(() => org.as(id as never))).toBe("bad_argument");
      expect(codeOf(() => org.asGroup(id as never))).toBe("bad_argument");
    }
  });

  test("a ref of another organisation, or a forged one, throws", async () => {
    const other = await Org.load(sample());
    const ref = other.ref("dataset", D1);
    expect(other.as("ada").can("read", ref)).toBe(true);
    expect(codeOf(() => ada.can("read", ref))).toBe("bad_argument");
    expect(codeOf(() => ada.canMany("read", [org.ref("dataset", D1), ref]))).toBe("bad_argument");
    expect(codeOf(() => ada.can("read", { type: "dataset", id: D1 }))).toBe("bad_argument");
    expect(codeOf(() => ada.canMany("read", [{ type: "dataset", id: D1 }]))).toBe("bad_argument");
    other.free();
  });

  test("a ref with a row beside it names two objects, and throws", () => {
    const ref = org.ref("dataset", D1);
    const row = { id: D2, project_id: P1 };
    expect(ada.can("read", ref)).toBe(true);
    expect(codeOf(() => ada.can("read", ref as never, row as never))).toBe("bad_argument");
  });
});

describe("manage_access", () => {
  test("is the four together, in questions", () => {
    expect(bo.can("manage_access", "project", P1)).toBe(true);
    expect(ada.can("manage_access", "project", P1)).toBe(false);
    expect(bo.list("manage_access", "project")).toEqual([P1, P2]);
    expect(org.who("manage_access", "project", P1).subjects.map((row) => row.subject)).toEqual(["bo"]);
  });
});

describe("canCreate", () => {
  test("asks about a prospective object", () => {
    expect(cy.canCreate("dataset", P1)).toBe(true);
    expect(cy.canCreate("dataset", P1)).toBe(true);
    expect(cy.canCreate("experiment", P1)).toBe(false);
    expect(cy.canCreate("dataset", P2)).toBe(false);
    expect(cy.canCreate("dataset")).toBe(false);
    expect(cy.canCreate("dataset", "")).toBe(false);
    expect(cy.canCreate("dataset", "unheard-of")).toBe(false);
    expect(cy.canCreate("dataset", "\ud800")).toBe(false);
    expect(bo.canCreate("project")).toBe(true);
    expect(bo.canCreate("group")).toBe(true);
    expect(bo.canCreate("org_member")).toBe(true);
    expect(bo.canCreate("organization")).toBe(false);
    expect(cy.creatable("dataset")).toEqual([P1]);
    expect(cy.creatable("experiment")).toEqual([]);
    expect(cy.explainCreate("dataset", P1)).toMatchObject({ allowed: true, reason: "granted" });
    expect(cy.explainCreate("dataset", P2).allowed).toBe(false);
  });
});

describe("results", () => {
  const deeplyFrozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(deeplyFrozen));
  const plain = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
      ? Object.values(value).every(plain)
      : false);

  test("permissions: canonical order, the same frozen array for equal sets", () => {
    expect(bo.permissions("dataset", D1)).toEqual(ALL);
    expect(bo.permissions("dataset", D1)).toBe(bo.permissions("project", P2));
    expect(ada.permissions("dataset", D1)).toBe(ada.permissions("project", P1));
    expect(Object.isFrozen(ada.permissions("dataset", D1))).toBe(true);
    expect(bo.grantable("dataset", D1)).toBe(bo.permissions("dataset", D1));
    expect(ada.grantable("dataset", D1)).toEqual([]);
    expect(bo.grantable("organization")).toEqual(ALL);
  });

  test("everything is plain, deeply frozen, and the same object until the version changes", () => {
    const questions: (() => unknown)[] = [
      () => ada.explain("read", "dataset", D1),
      () => ada.explain("update", "dataset", { id: D1 }),
      () => ada.explain("delete", "hologram" as never, "x", P1),
      () => org.anonymous.explain("read", "experiment", E1),
      () => cy.explainCreate("dataset", P1),
      () => ada.list("read", "dataset"),
      () => ada.list("read", "dataset", { project: P1, limit: 1 }),
      () => cy.creatable("dataset"),
      () => ada.groups,
      () => org.findings,
      () => org.stats,
      () => org.who("read", "dataset", D1),
      () => org.who("read", "experiment", E1, { limit: 1 }),
      () => org.access("dataset", D1),
      () => org.find({ name: "One" }),
    ];
    for (const question of questions) {
      const answer = question();
      expect(question()).toBe(answer);
      expect(deeplyFrozen(answer)).toBe(true);
      expect(plain(answer)).toBe(true);
    }
    const before = questions.map((question) => question());
    org.apply({});
    questions.forEach((question, index) => {
      expect(question()).not.toBe(before[index]);
      expect(question()).toEqual(before[index]);
    });
  });

  test("different questions have different answers", () => {
    expect(ada.explain("read", "dataset", D1)).not.toBe(ada.explain("update", "dataset", D1));
    expect(ada.explain("read", "dataset", D1)).not.toBe(cy.explain("read", "dataset", D1));
    expect(org.as("eng").explain("read", "dataset", D1)).not.toEqual(org.asGroup("eng").explain("read", "dataset", D1));
  });

  test("an explanation names the whole path", () => {
    const why = ada.explain("read", "dataset", D1);
    expect(why).toMatchObject({ allowed: true, reason: "granted", basis: "documented" });
    expect(why.grants).toEqual([
      { acl: "a2", on: { type: "project", id: P1 }, via: ["eng"], role: [], restrict: null },
    ]);
    expect(why.text).toContain("eng");
    const owner = bo.explain("delete", "dataset", D2).grants;
    expect(owner).toEqual([
      { acl: "a1", on: { type: "organization", id: ORG }, via: ["owners"], role: ["owner-role"], restrict: null },
    ]);
  });

  test("an explanation says what would help", () => {
    const why = ada.explain("update", "dataset", D2);
    expect(why).toMatchObject({ allowed: false, reason: "no_grant", grants: [] });
    expect(why.fixes.length).toBeGreaterThan(0);
    for (const fix of why.fixes) expect(typeof fix.gains).toBe("number");
    expect(why.nearMisses.length).toBeLessThanOrEqual(5);
  });

  test("lists: ascending, by project, after, limited", () => {
    expect(bo.list("read", "dataset")).toEqual([D1, D2]);
    expect(bo.list("read", "dataset", { limit: 1 })).toEqual([D1]);
    expect(bo.list("read", "dataset", { limit: 0 })).toEqual([]);
    expect(bo.list("read", "dataset", { after: D1 })).toEqual([D2]);
    expect(bo.list("read", "dataset", { after: null, limit: undefined })).toEqual([D1, D2]);
    expect(bo.list("read", "dataset", { project: P2 })).toEqual([D2]);
    expect(bo.list("read", "dataset", { project: "\ud800" })).toEqual([]);
    expect(bo.list("read", "dataset", { project: "" })).toEqual([]);
    expect(bo.list("read", "dataset", { after: "0\ud800" })).toEqual([]);
    expect(bo.list("read", "dataset", { after: "\u0000\ud800" })).toEqual([D1, D2]);
    expect(bo.list("read", "hologram" as never)).toEqual([]);
  });

  test("groups and ownership", () => {
    expect(ada.groups).toEqual([{ id: "eng", name: "eng", via: ["eng"] }]);
    expect(ada.isOwner).toBe(false);
    expect(bo.isOwner).toBe(true);
    expect(org.anonymous.isOwner).toBe(false);
    expect(org.anonymous.groups).toEqual([]);
    expect(org.anonymous.id).toBeNull();
    expect(ada.id).toBe("ada");
  });

  test("an ACL added to the sample changes what it should", async () => {
    const changed = sample();
    changed.acls.push(acl("a9", { object_type: "org_project", object_id: ORG, user_id: "ada", permission: "delete" }));
    const other = await Org.load(changed);
    expect(other.as("ada").permissions("dataset", D1)).toEqual(["read", "delete"]);
    other.free();
  });
});

test("subjects and refs are small in JSON", () => {
  expect(JSON.parse(JSON.stringify({ ada, ref: org.ref("playground", "x", P1), anonymous: org.anonymous }))).toEqual({
    ada: { id: "ada" },
    ref: { type: "prompt_session", id: "x" },
    anonymous: { id: null },
  });
});

// Questions about changes: validate, authorize, matrix, reach; and the audit.

import type { Actor, Export, Request } from "aclarity";
import { Org, ready } from "aclarity";
import { beforeAll, describe, expect, test } from "vitest";
import { callsOf } from "./instrumented.ts";
import { acl, codeOf, D1, D2, ORG, P1, P2, sample } from "./sample.ts";

beforeAll(() => ready());

const load = (changes: Partial<Export> = {}, options = {}) =>
  Org.loadSync({ ...sample(), ...changes } as Export, options);
const READ_P2 = { object_type: "project", object_id: P2, group_id: "eng", permission: "read" } as const;
const grant: Request = { method: "POST", path: "/v1/acl", body: READ_P2 };
const session = (org: Org, id: string): Actor => ({ subject: org.as(id), credential: "session" });

describe("validate", () => {
  test("what is wrong, with pointers into the body", () => {
    using org = load();
    const by = session(org, "bo");
    expect(org.validate(grant, { by })).toEqual([]);
    const body = { ...READ_P2, user_id: "ada", restrict_object_type: "datasett", name: 1 };
    const findings = org.validate({ ...grant, body }, { by });
    expect(findings.map(({ code, severity, path }) => [code, severity, path])).toEqual(
      expect.arrayContaining([
        ["grantee_ambiguous", "error", "/group_id"],
        ["unknown_object_type", "warning", "/restrict_object_type"],
        ["unknown_field", "warning", "/name"],
      ]),
    );
    expect(Object.isFrozen(findings)).toBe(true);
    for (const finding of findings) expect(Object.isFrozen(finding.params)).toBe(true);
  });

  test("what the actor may not do", () => {
    using org = load();
    expect(org.validate(grant, { by: org.as("ada") })).toContainEqual(
      expect.objectContaining({
        code: "not_permitted",
        subject: "ada",
        object: { type: "project", id: P2 },
        params: expect.objectContaining({ permission: "create_acls" }),
      }),
    );
  });

  test("no data throw", () => {
    using org = load();
    const by = org.as("bo");
    const odd = ["\ud800", "", "__proto__", "/v1/acl", "%", "/v1/%zz", "/v1/group/\ud800"];
    const bodies = [undefined, null, 7, "text", [], [null], true, { a: { b: "\udc00" } }, { object_type: {} }, () => 1];
    for (const text of odd) {
      for (const body of bodies) {
        for (const request of [
          { method: text, path: "/v1/acl", body },
          { method: "POST", path: text, body },
          { method: "POST", path: "/v1/acl", body, headers: { [text]: text } },
        ]) {
          expect(Array.isArray(org.validate(request, { by }))).toBe(true);
          expect(["allow", "deny", "unknown"]).toContain(org.authorize(request, { by }).decision);
        }
      }
    }
  });
});

describe("authorize", () => {
  test("what it needs, and whether it is held", () => {
    using org = load();
    const allowed = org.authorize(grant, { by: org.as("bo") });
    expect(allowed).toEqual({
      decision: "allow",
      needs: [{ permission: "create_acls", object: { type: "project", id: P2 }, held: true, basis: "documented" }],
      findings: [],
    });
    expect(Object.isFrozen(allowed) && Object.isFrozen(allowed.needs[0])).toBe(true);
    expect(org.authorize(grant, { by: org.as("ada") }).decision).toBe("deny");
    expect(org.authorize(grant, { by: org.anonymous }).decision).toBe("deny");
    expect(org.authorize({ ...grant, path: "/v2/acl" }, { by: org.as("bo") }).decision).toBe("unknown");
    const unknown = { method: "GET", path: "/v1/dataset/unheard-of" };
    expect(org.authorize(unknown, { by: org.as("ada") }).decision).toBe("unknown");
    const list = org.authorize({ method: "GET", path: "/v1/dataset" }, { by: org.as("ada") });
    expect(list).toMatchObject({ decision: "allow", needs: [], filter: { permission: "read", type: "dataset" } });
  });

  test("a group's member, and kinds of credentials", () => {
    using org = load();
    const read = { method: "GET", path: `/v1/dataset/${D1}` };
    expect(org.authorize(read, { by: org.asGroup("eng") }).decision).toBe("allow");
    expect(org.authorize(read, { by: org.asGroup("owners") }).decision).toBe("allow");
    expect(org.authorize(read, { by: org.asGroup("\ud800") }).decision).toBe("deny");
    const token = { method: "POST", path: "/v1/service_token", body: { name: "x", service_account_id: "bo" } };
    const decide = (credential?: "session" | "api_key" | "service_token" | "unknown") =>
      org.authorize(token, { by: credential === undefined ? org.as("bo") : { subject: org.as("bo"), credential } })
        .decision;
    expect([decide("session"), decide("service_token"), decide("api_key"), decide("unknown"), decide()]).toEqual([
      "allow",
      "allow",
      "deny",
      "deny",
      "deny",
    ]);
  });

  test("impersonation counts; the headers of fetch do", () => {
    using org = load();
    const read = { method: "GET", path: `/v1/dataset/${D2}` };
    const as = (user: string) => ({ ...read, headers: { "X-BT-Impersonate-User": user } });
    expect(org.authorize(as("ada"), { by: org.as("bo") }).decision).toBe("deny");
    expect(org.authorize({ ...as("ada"), path: `/v1/dataset/${D1}` }, { by: org.as("bo") }).decision).toBe("allow");
    expect(org.authorize(as("bo"), { by: org.as("ada") }).findings.map((finding) => finding.code)).toEqual([
      "owner_required",
    ]);
    // Whatever it looks like: without it the request would be the owner's own.
    expect(org.authorize(as("sk-0123456789"), { by: org.as("bo") }).decision).toBe("unknown");
    const headers = new Headers({ "x-bt-impersonate-user": "ada", authorization: "Bearer sk-abc" });
    expect(org.authorize({ ...read, headers: headers as never }, { by: org.as("bo") }).decision).toBe("deny");
  });

  test("mistakes throw, and repeat no secret", () => {
    using org = load();
    using other = load();
    const mistakes: (() => unknown)[] = [
      () => org.authorize(grant, undefined as never),
      () => org.authorize(grant, {} as never),
      () => org.authorize(grant, { by: "bo" as never }),
      () => org.authorize(grant, { by: {} as never }),
      () => org.authorize(grant, { by: other.as("bo") }),
      () => org.authorize(grant, { by: { subject: other.as("bo"), credential: "session" } }),
      () => org.authorize(grant, { by: { subject: org.as("bo"), credential: "sk-0123456789" as never } }),
      () => org.authorize(grant, { by: { subject: org.as("bo"), credential: 7 as never } }),
      () => org.authorize("GET /v1/acl" as never, { by: org.as("bo") }),
      () => org.authorize({ method: 7, path: "" } as never, { by: org.as("bo") }),
      () => org.validate({ method: "GET" } as never, { by: org.as("bo") }),
      () => org.validate({ method: "GET", path: "/", headers: "x" as never }, { by: org.as("bo") }),
      () => org.matrix("ada" as never),
      () => org.matrix({ user: 7 as never }),
    ];
    for (const mistake of mistakes) {
      expect(codeOf(mistake), String(mistake)).toBe("bad_argument");
      expect(mistake).not.toThrow(/0123456789/);
    }
    const secret = { subject: org.as("bo"), credential: "sk-0123456789" as never };
    expect(() => org.validate(grant, { by: secret })).toThrow(/the kind, never the secret$/);
    const misspelt = { subject: org.as("bo"), kind: "session" } as never;
    expect(() => org.validate(grant, { by: misspelt })).toThrow(/^`kind` is not part of an actor/);
    expect(org.authorize(grant, { by: { subject: org.as("bo"), credential: undefined } }).decision).toBe("allow");
  });
});

describe("matrix", () => {
  test("direct grants as boxes", () => {
    using org = load();
    const matrix = org.matrix({ group: "eng" });
    const read = matrix.boxes.find((box) => box.on.id === P1 && box.restrict === null && box.box === "read");
    expect(read).toEqual({
      on: { type: "project", id: P1 },
      restrict: null,
      box: "read",
      state: "on",
      from: [{ acl: "a2", on: { type: "project", id: P1 }, via: [] }],
    });
    expect(org.matrix({ group: "owners" }).other.map((row) => row.acl)).toEqual(["a1"]);
    expect(matrix).toBe(org.matrix({ group: "eng" }));
    expect(callsOf(() => org.matrix({ group: "eng" }))).toBe(0);
    expect(Object.isFrozen(read?.from)).toBe(true);
    for (const principal of [{ user: "eng" }, { group: "\ud800" }, { user: "" }]) {
      expect(org.matrix(principal).boxes.every((box) => box.state === "off")).toBe(true);
    }
    org.apply({ acls: { remove: ["a2"] } });
    expect(org.matrix({ group: "eng" })).not.toBe(matrix);
    expect(org.matrix({ group: "eng" }).boxes.every((box) => box.state === "off")).toBe(true);
  });

  test("boxes go back into a draft", () => {
    using org = load();
    using draft = org.draft({ by: org.as("bo") });
    const boxes = org.matrix({ group: "eng" }).boxes.filter((box) => box.state === "on");
    draft.setMatrix(
      { group: "eng" },
      boxes.map((box) => ({ ...box, state: "off" })),
    );
    expect(draft.preview.matrix({ group: "eng" }).boxes.every((box) => box.state === "off")).toBe(true);
    expect(draft.preview.as("ada").can("read", "project", P1)).toBe(false);
  });
});

describe("reach", () => {
  test("what somebody could give themselves", () => {
    const acls = [
      ...sample().acls,
      acl("r", { object_type: "project", object_id: P2, user_id: "ada", permission: "create_acls" }),
    ];
    using org = load({ acls });
    const ada = org.as("ada");
    const [row] = ada.reach();
    expect(row?.object).toEqual({ type: "project", id: P2 });
    expect(row?.permissions).toContain("delete");
    expect(row?.steps.map((step) => step.rule)).toEqual([1]);
    expect(row?.steps[0]?.request).toMatchObject({ method: "POST", body: expect.any(Object) });
    expect(ada.reach()).toBe(ada.reach());
    expect(Object.isFrozen(row?.steps[0]?.request)).toBe(true);
    expect(org.as("cy").reach()).toEqual([]);
    expect(org.anonymous.reach()).toEqual([]);
    expect(org.as("\ud800").reach()).toEqual([]);
    expect(org.asGroup("eng").reach()).toEqual([]);
    org.apply({ acls: { remove: ["r"] } });
    expect(ada.reach()).toEqual([]);
  });
});

describe("audit", () => {
  const token = (expires_at: string) => ({
    service_tokens: [{ id: "t", name: "ci", service_account_id: "robot", expires_at, org_id: ORG }],
  });
  const codes = (org: Org) => org.audit().map((finding) => finding.code);

  test("the same until the version changes", () => {
    using org = load();
    const audit = org.audit();
    expect(audit.map((finding) => finding.code)).toContain("public_experiment");
    expect(callsOf(() => expect(org.audit()).toBe(audit))).toBe(0);
    expect(Object.isFrozen(audit) && Object.isFrozen(audit[0])).toBe(true);
    org.apply({ experiments: { remove: sample().experiments.map((row) => (row as { id: string }).id) } });
    expect(codes(org)).not.toContain("public_experiment");
  });

  test("tokens expire as of `now`: that of loading, else the clock's", async () => {
    const day = 24 * 60 * 60 * 1000;
    const soon = new Date(Date.now() + 7 * day).toISOString();
    using org = load(token(soon));
    expect(codes(org)).toContain("token_expiring");
    using early = load(token(soon), { now: new Date(Date.now() - 60 * day) });
    expect(codes(early)).not.toContain("token_expiring");
    using late = load(token(soon), { now: new Date(Date.now() + 60 * day) });
    expect(codes(late)).toContain("token_expired");
    // Whoever takes over is read as the present one was.
    await late.replace({ ...sample(), ...token(soon) });
    expect(codes(late)).toContain("token_expired");
    await late.replace({ ...sample(), ...token(soon) }, { now: new Date() });
    expect(codes(late)).toContain("token_expiring");
    using draft = late.draft({ by: late.as("bo") });
    expect(draft.preview.audit().map((finding) => finding.code)).toContain("token_expiring");
  });
});

// Drafts: every method, what stays the same object, what a preview is, and what is refused.

import type { Draft, Export, Request } from "aclarity";
import { AclarityError, Org, ready } from "aclarity";
import { Org as InlineOrg } from "aclarity/inline";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { callsOf, trapNext } from "./instrumented.ts";
import { codeOf, D1, D2, E1, ORG, P1, P2, sample } from "./sample.ts";

beforeAll(() => ready());

const load = (changes: Partial<Export> = {}) => Org.loadSync({ ...sample(), ...changes } as Export);
const byBo = (org: Org) => org.draft({ by: { subject: org.as("bo"), credential: "session" } });
const sent = (draft: Draft): Request[] =>
  draft.changes.map(({ request: { method, path, body } }) =>
    body === undefined ? { method, path } : { method, path, body },
  );
const codes = (draft: Draft) => draft.findings.map((finding) => finding.code);
const errors = (draft: Draft) => draft.findings.filter((finding) => finding.severity === "error");

const READ_P2 = { object_type: "project", object_id: P2, group_id: "eng", permission: "read" } as const;

describe("every method makes the API's request", () => {
  const cases: [string, (draft: Draft) => unknown, Request][] = [
    ["grant", (draft) => draft.grant(READ_P2), { method: "POST", path: "/v1/acl", body: READ_P2 }],
    [
      "grant of several",
      (draft) => draft.grant([READ_P2, { ...READ_P2, permission: "update" }]),
      {
        method: "POST",
        path: "/v1/acl/batch_update",
        body: { add_acls: [READ_P2, { ...READ_P2, permission: "update" }] },
      },
    ],
    [
      "grant of manage_access",
      (draft) => draft.grant({ ...READ_P2, permission: "manage_access" }),
      {
        method: "POST",
        path: "/v1/acl/batch_update",
        body: {
          add_acls: ["create_acls", "read_acls", "update_acls", "delete_acls"].map((permission) => ({
            ...READ_P2,
            permission,
          })),
        },
      },
    ],
    [
      "revoke by contents",
      (draft) => draft.revoke({ ...READ_P2, object_id: P1 }),
      { method: "DELETE", path: "/v1/acl", body: { ...READ_P2, object_id: P1 } },
    ],
    [
      "revoke by id",
      (draft) => draft.revoke("a2"),
      { method: "DELETE", path: "/v1/acl", body: { ...READ_P2, object_id: P1 } },
    ],
    ["revoke of an unknown id", (draft) => draft.revoke("no/such"), { method: "DELETE", path: "/v1/acl/no%2Fsuch" }],
    [
      "setMatrix",
      (draft) =>
        draft.setMatrix({ group: "eng" }, [
          { on: { type: "project", id: P2 }, restrict: "dataset", box: "read", state: "on" },
          { on: { type: "project", id: P1 }, box: "read", state: "off" },
        ]),
      {
        method: "POST",
        path: "/v1/acl/batch_update",
        body: {
          add_acls: [{ ...READ_P2, restrict_object_type: "dataset" }],
          remove_acls: [{ ...READ_P2, object_id: P1 }],
        },
      },
    ],
    [
      "createGroup",
      (draft) => draft.createGroup({ name: "New" }),
      { method: "POST", path: "/v1/group", body: { name: "New" } },
    ],
    [
      "updateGroup",
      (draft) => draft.updateGroup("eng", { name: "Engine" }),
      { method: "PATCH", path: "/v1/group/eng", body: { name: "Engine" } },
    ],
    ["deleteGroup", (draft) => draft.deleteGroup("eng"), { method: "DELETE", path: "/v1/group/eng" }],
    [
      "createRole",
      (draft) => draft.createRole({ name: "R" }),
      { method: "POST", path: "/v1/role", body: { name: "R" } },
    ],
    [
      "updateRole",
      (draft) => draft.updateRole("own", { name: "R" }),
      { method: "PATCH", path: "/v1/role/own", body: { name: "R" } },
    ],
    ["deleteRole", (draft) => draft.deleteRole("own"), { method: "DELETE", path: "/v1/role/own" }],
    [
      "createProjectGroup",
      (draft) => draft.createProjectGroup({ name: "Both" }),
      { method: "POST", path: "/v1/project_group", body: { name: "Both" } },
    ],
    [
      "updateProjectGroup",
      (draft) => draft.updateProjectGroup("pg", { add_member_projects: [P1] }),
      { method: "PATCH", path: "/v1/project_group/pg", body: { add_member_projects: [P1] } },
    ],
    [
      "addMembers",
      (draft) => draft.addMembers("eng", ["cy", "bo"]),
      { method: "PATCH", path: "/v1/group/eng", body: { add_member_users: ["cy", "bo"] } },
    ],
    [
      "removeMembers",
      (draft) => draft.removeMembers("eng", ["ada"]),
      { method: "PATCH", path: "/v1/group/eng", body: { remove_member_users: ["ada"] } },
    ],
    [
      "setMembers",
      (draft) => draft.setMembers("eng", ["cy"]),
      { method: "PATCH", path: "/v1/group/eng", body: { add_member_users: ["cy"], remove_member_users: ["ada"] } },
    ],
    [
      "members",
      (draft) => draft.members({ remove_users: { ids: ["cy"] } }),
      { method: "PATCH", path: "/v1/organization/members", body: { remove_users: { ids: ["cy"] } } },
    ],
    [
      "createServiceToken",
      (draft) => draft.createServiceToken({ name: "ci", service_account_id: "robot" }),
      { method: "POST", path: "/v1/service_token", body: { name: "ci", service_account_id: "robot" } },
    ],
    [
      "updateOrganization",
      (draft) => draft.updateOrganization({ name: "Acme Inc" }),
      { method: "PATCH", path: `/v1/organization/${ORG}`, body: { name: "Acme Inc" } },
    ],
    [
      "request",
      (draft) => draft.request({ method: "DELETE", path: `/v1/dataset/${D1}` }),
      { method: "DELETE", path: `/v1/dataset/${D1}` },
    ],
  ];
  const more = {
    roles: [...sample().roles, { id: "own", org_id: ORG, name: "Own" }],
    project_groups: [{ id: "pg", org_id: ORG, name: "Group", member_projects: [P2] }],
    service_accounts: [{ id: "robot", name: "Robot" }],
  };

  test.each(cases)("%s", (_, change, request) => {
    using org = load(more);
    using draft = byBo(org);
    change(draft);
    expect(sent(draft)).toEqual([request]);
    expect(draft.changes[0]?.index).toBe(0);
    expect(draft.changes[0]?.text).toMatch(/\S/);
    draft.undo();
    expect(draft.changes).toEqual([]);
    expect(draft.findings).toEqual([]);
    expect(draft.diff()).toEqual([]);
  });

  test("narrow replaces a broad grant", () => {
    const acls = [
      ...sample().acls,
      { id: "broad", object_type: "org_project", object_id: ORG, user_id: "cy", permission: "read" },
    ];
    using org = load({ acls });
    using draft = byBo(org);
    draft.narrow("broad", { except: [P2] });
    expect(errors(draft)).toEqual([]);
    expect(draft.preview.as("cy").can("read", "project", P1)).toBe(true);
    expect(draft.preview.as("cy").can("read", "project", P2)).toBe(false);
    expect(org.as("cy").can("read", "project", P2)).toBe(true);
  });

  test("what is made has a placeholder that later changes may name", () => {
    using org = load();
    using draft = byBo(org);
    const group = draft.createGroup({ name: "Labelling", member_users: ["cy"] });
    const role = draft.createRole({ name: "Reader", member_permissions: [{ permission: "read" }] });
    const both = draft.createProjectGroup({ name: "Both" });
    expect([group, role, both]).toEqual(["new:group:1", "new:role:1", "new:project_group:1"]);
    draft.updateProjectGroup(both, { add_member_projects: [P1, P2] });
    draft.grant({ object_type: "project_group", object_id: both, group_id: group, role_id: role });
    expect(errors(draft)).toEqual([]);
    expect(draft.preview.as("cy").can("read", "dataset", D1)).toBe(true);
    expect(draft.preview.name("group", group)).toBe("Labelling");
    const requests = draft.requests();
    expect(requests.flatMap((request) => request.creates ?? [])).toEqual(expect.arrayContaining([group, role, both]));
    for (const request of requests) expect(Object.isFrozen(request)).toBe(true);
    // What exists by that name is what the server returns.
    expect(draft.createGroup({ name: "eng" })).toBe("eng");
    // What the data refuse makes nothing.
    expect(draft.createGroup({ name: "" })).toBe("");
  });

  test("creatorGrants", () => {
    using org = load();
    for (const creatorGrants of [true, false]) {
      using draft = org.draft({ by: org.as("bo") }, { creatorGrants });
      const group = draft.createGroup({ name: "New" });
      const owners = draft.preview.access("group", group).filter((row) => row.on.id === group);
      expect(owners.map((row) => row.principal)).toEqual(creatorGrants ? [{ user: "bo" }] : []);
      expect(draft.requests()).toHaveLength(1);
    }
    for (const creatorGrants of ["yes", 1, null]) {
      expect(codeOf(() => org.draft({ by: org.as("bo") }, { creatorGrants } as never))).toBe("bad_argument");
    }
  });
});

describe("what a draft says", () => {
  test("who gains and loses what", () => {
    using org = load();
    using draft = byBo(org);
    draft.grant(READ_P2);
    draft.revoke("a3");
    expect(draft.diff()).toEqual([
      {
        subjects: ["ada"],
        object: { type: "project", id: P2 },
        gained: ["read"],
        lost: [],
        below: true,
        // Anybody may read it before and after.
        except: [{ type: "experiment", id: E1 }],
      },
      { subjects: ["cy"], object: { type: "dataset", id: D2 }, gained: [], lost: ["update"], below: false },
    ]);
    expect(draft.diff({ limit: 1 })).toEqual(draft.diff().slice(0, 1));
    expect(draft.diff({ after: 1 })).toEqual(draft.diff().slice(1));
    expect(draft.diff({ after: 1, limit: 5 })).toEqual(draft.diff().slice(1));
    expect(draft.diff({ after: 7 })).toEqual([]);
    expect(draft.diff({ limit: 0 })).toEqual([]);
    for (const options of [{ after: -1 }, { after: "x" }, { limit: 0.5 }, "all"]) {
      expect(codeOf(() => draft.diff(options as never))).toBe("bad_argument");
    }
    expect(draft.summary()).toEqual(
      expect.arrayContaining([
        { group: "eng", project: P2, gains: 1, loses: 0 },
        { project: P2, gains: 0, loses: 1 },
      ]),
    );
    expect(draft.requests()).toHaveLength(1);
    expect(draft.changes.map((change) => change.text)).toEqual([
      expect.stringContaining("`read`"),
      expect.stringContaining("`update`"),
    ]);
  });

  test("findings name the change", () => {
    using org = load();
    using draft = byBo(org);
    draft.grant(READ_P2);
    draft.grant({ ...READ_P2, group_id: "nobody's" });
    expect(draft.findings).toContainEqual(
      expect.objectContaining({ code: "unknown_group", severity: "error", path: "/group_id", change: 1 }),
    );
    // It is not carried out.
    expect(draft.requests()).toHaveLength(1);
    expect(draft.changes.map((change) => change.refused)).toEqual([false, true]);
  });

  test("the same frozen objects until the version changes", () => {
    using org = load();
    using draft = byBo(org);
    const read = () => [
      draft.changes,
      draft.findings,
      draft.preview,
      draft.diff(),
      draft.diff({}),
      draft.diff({ limit: 3 }),
      draft.summary(),
      draft.requests(),
    ];
    draft.grant(READ_P2);
    const first = read();
    expect(callsOf(() => read().forEach((value, index) => void expect(value).toBe(first[index])))).toBe(0);
    for (const value of first.filter(Array.isArray)) expect(Object.isFrozen(value)).toBe(true);
    expect(Object.isFrozen(draft.changes[0]?.request.body)).toBe(true);
    // What leaves the draft as it is leaves them too.
    const { version } = draft;
    draft.undo(7);
    draft.grant([]);
    expect(draft.version).toBe(version);
    expect(draft.changes).toBe(first[0]);
    draft.grant({ ...READ_P2, permission: "update" });
    expect(draft.version).toBeGreaterThan(version);
    read().forEach((value, index) => void expect(value, String(index)).not.toBe(first[index]));
  });

  test("listeners hear of changes, when everything is consistent", () => {
    using org = load();
    using draft = byBo(org);
    const heard: number[] = [];
    const end = draft.subscribe(() => heard.push(draft.changes.length));
    draft.grant(READ_P2);
    draft.deleteGroup("eng");
    draft.undo(9);
    draft.undo();
    draft.clear();
    draft.rebase();
    expect(heard).toEqual([1, 2, 1, 0, 0]);
    end();
    draft.grant(READ_P2);
    expect(heard).toHaveLength(5);
    expect(codeOf(() => draft.subscribe("x" as never))).toBe("bad_argument");
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    draft.subscribe(() => {
      throw new Error("of a listener");
    });
    const other = vi.fn();
    draft.subscribe(other);
    draft.clear();
    expect(other).toHaveBeenCalledTimes(1);
    expect(complaint).toHaveBeenCalledTimes(1);
    complaint.mockRestore();
  });

  test("undo, of any change", () => {
    using org = load();
    using draft = byBo(org);
    const group = draft.createGroup({ name: "New" });
    draft.addMembers(group, ["cy"]);
    draft.grant({ ...READ_P2, group_id: group });
    expect(draft.preview.as("cy").can("read", "project", P2)).toBe(true);
    draft.undo(1);
    expect(draft.changes.map((change) => change.index)).toEqual([0, 1]);
    expect(draft.preview.as("cy").can("read", "project", P2)).toBe(false);
    expect(codes(draft)).toContain("no_effect");
    // Without its group the grant is refused, and with another one of that name it still is: ids are never used twice.
    draft.undo(0);
    expect(codes(draft)).toContain("unknown_group");
    expect(draft.createGroup({ name: "New" })).toBe("new:group:2");
    draft.clear();
    expect(draft.changes).toEqual([]);
    for (const index of [-1, 0.5, "0", null]) expect(codeOf(() => draft.undo(index as never))).toBe("bad_argument");
  });
});

describe("bad data are findings", () => {
  const lone = "half \ud800";
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { inner: deep(levels - 1) });
  test.each<[string, (draft: Draft) => unknown, string]>([
    ["no body", (draft) => draft.createGroup(undefined as never), "malformed_request"],
    ["a body that is no object", (draft) => draft.createGroup("name" as never), "malformed_request"],
    ["a field of a wrong type", (draft) => draft.createGroup({ name: 7 }), "malformed_request"],
    ["a field that the API does not have", (draft) => draft.createGroup({ name: "x", nmae: "x" }), "unknown_field"],
    ["no ACL", (draft) => draft.grant(null as never), "malformed_request"],
    ["no ACL among several", (draft) => draft.grant([READ_P2, "x" as never]), "malformed_request"],
    ["an ACL without grantee", (draft) => draft.grant({ ...READ_P2, group_id: null }), "grantee_missing"],
    [
      "a permission that there is not",
      (draft) => draft.grant({ ...READ_P2, permission: "raed" as never }),
      "unknown_permission",
    ],
    ["an unknown ACL", (draft) => draft.revoke("a0"), "no_effect"],
    ["an unknown group", (draft) => draft.updateGroup("g0", {}), "unknown_group"],
    ["an unknown group's members", (draft) => draft.setMembers("g0", ["ada"]), "unknown_group"],
    ["half a character in a name", (draft) => draft.createGroup({ name: lone }), "malformed_request"],
    ["half a character in a key", (draft) => draft.createGroup({ name: "x", [lone]: 1 }), "malformed_request"],
    ["half a character in a grant", (draft) => draft.grant({ ...READ_P2, group_id: lone }), "malformed_request"],
    ["half a character in an id", (draft) => draft.deleteGroup(lone), "unknown_group"],
    ["half a character among members", (draft) => draft.setMembers("eng", ["ada", lone]), "malformed_request"],
    ["half a character among added", (draft) => draft.addMembers("eng", [lone]), "malformed_request"],
    [
      "half a character in what is not read",
      (draft) => draft.request(dataset({ metadata: lone })),
      "malformed_request",
    ],
    ["too many levels", (draft) => draft.request(dataset({ metadata: deep(200) })), "malformed_request"],
    ["far too many levels", (draft) => draft.request(dataset({ metadata: deep(5_000) })), "malformed_request"],
  ])("%s", (_, change, code) => {
    using org = load();
    using draft = byBo(org);
    change(draft);
    expect(draft.changes).toHaveLength(1);
    expect(codes(draft)).toContain(code);
    if (errors(draft).length > 0) {
      expect(draft.diff()).toEqual([]);
      expect(draft.requests()).toEqual([]);
    }
  });

  const dataset = (fields: object): Request => ({
    method: "POST",
    path: "/v1/dataset",
    body: { project_id: P1, name: "x", ...fields },
  });

  test("what JSON leaves out is left out", () => {
    using org = load();
    using draft = byBo(org);
    draft.createGroup({ name: "New", description: undefined, member_users: ["cy"], toString: () => "secret" });
    expect(sent(draft)[0]?.body).toEqual({ name: "New", member_users: ["cy"] });
    const body = { name: "Later" };
    draft.createGroup(body);
    body.name = "Changed";
    expect(sent(draft)[1]?.body).toEqual({ name: "Later" });
  });
});

describe("a programmer's mistakes throw", () => {
  const loop: Record<string, unknown> = { name: "sk-secretsecretsecret" };
  loop.self = loop;
  test.each<[string, (draft: Draft, org: Org) => unknown]>([
    ["an id that is no string", (draft) => draft.updateGroup(7 as never, {})],
    ["no id", (draft) => draft.deleteRole(undefined as never)],
    ["members that are no list", (draft) => draft.addMembers("eng", "ada" as never)],
    ["members that are no strings", (draft) => draft.setMembers("eng", [7 as never])],
    ["no exceptions", (draft) => draft.narrow("a2", undefined as never)],
    ["a principal of both kinds", (draft) => draft.setMatrix({ user: "a", group: "b" }, [])],
    ["a principal of no kind", (draft) => draft.setMatrix({} as never, [])],
    ["boxes that are no list", (draft) => draft.setMatrix({ user: "a" }, {} as never)],
    [
      "a box that there is not",
      (draft) =>
        draft.setMatrix({ user: "a" }, [{ on: { type: "project", id: P1 }, box: "raed" as never, state: "on" }]),
    ],
    [
      "a state that cannot be set",
      (draft) =>
        draft.setMatrix({ user: "a" }, [{ on: { type: "project", id: P1 }, box: "read", state: "partly" as never }]),
    ],
    ["a box without a node", (draft) => draft.setMatrix({ user: "a" }, [{ box: "read", state: "on" } as never])],
    ["no request", (draft) => draft.request(undefined as never)],
    ["a request without a method", (draft) => draft.request({ path: "/v1/acl" } as never)],
    [
      "headers that are no strings",
      (draft) => draft.request({ method: "GET", path: "/v1/acl", headers: { a: 1 as never } }),
    ],
    ["a body that refers to itself", (draft) => draft.createGroup(loop)],
    ["a BigInt", (draft) => draft.createGroup({ name: 1n })],
    [
      "a body that throws",
      (draft) =>
        draft.createGroup({
          toJSON() {
            throw new Error("sk-secretsecretsecret");
          },
        }),
    ],
    ["no actor", (_, org) => org.draft(undefined as never)],
    ["an actor by id", (_, org) => org.draft({ by: "bo" as never })],
    ["a Subject in place of the options", (_, org) => org.draft(org.as("bo") as never)],
    ["an actor of another Org", (draft, org) => org.draft({ by: draft.preview.as("bo") })],
    ["an actor of another Org, with its kind", (draft, org) => org.draft({ by: { subject: draft.preview.as("bo") } })],
    [
      "a credential in place of its kind",
      (_, org) => org.draft({ by: { subject: org.as("bo"), credential: "sk-secretsecretsecret" as never } }),
    ],
  ])("%s", (_, misuse) => {
    using org = load();
    using draft = byBo(org);
    let thrown: unknown;
    try {
      misuse(draft, org);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AclarityError);
    const error = thrown as AclarityError;
    expect(error.code).toBe("bad_argument");
    expect(error.message).toMatch(/^[a-z`]/);
    expect(`${error.message} ${error.path} ${error.stack} ${error.cause}`).not.toContain("secretsecret");
    expect(draft.changes).toEqual([]);
    expect(draft.version).toBe(1);
  });

  test("which box is meant, and what it may be, is said", () => {
    using org = load();
    using draft = byBo(org);
    const on = { type: "project", id: P1 };
    const message = (second: unknown) => {
      try {
        draft.setMatrix({ user: "ada" }, [{ on, box: "read", state: "on" }, second as never]);
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    expect(message({ on, box: "raed", state: "on" })).toMatch(/^boxes\[1\]\.box is one of .*`read`/);
    expect(message({ on, box: "read", state: "partly" })).toBe("boxes[1].state is `on` or `off`");
    expect(message({ box: "read", state: "on" })).toMatch(/^boxes\[1\]\.on is an object/);
    expect(message({ on: { type: "project" }, box: "read", state: "on" })).toMatch(/^boxes\[1\]\.on\.id /);
    expect(() => draft.narrow("a2", { except: P1 as never })).toThrow(/^`except` is an array/);
  });

  test("secrets in headers are not kept", () => {
    using org = load();
    using draft = byBo(org);
    draft.request({
      method: "GET",
      path: "/v1/organization",
      headers: {
        Authorization: "Bearer abc",
        cookie: "session=abc",
        "X-Key": "bt-st-abcdefgh",
        "x-bt-impersonate-user": "ada",
      },
    });
    expect(draft.changes[0]?.request.headers).toEqual({ "x-bt-impersonate-user": "ada" });
  });
});

describe("the preview", () => {
  test("is an Org like any other", () => {
    using org = load();
    using draft = byBo(org);
    draft.grant(READ_P2);
    const { preview } = draft;
    expect(preview).toBeInstanceOf(Org);
    expect(preview).not.toBe(org);
    const ada = preview.as("ada");
    expect(ada).toBe(preview.as("ada"));
    expect(ada.can("read", "dataset", D2)).toBe(true);
    expect(ada.can("read", preview.ref("dataset", D2))).toBe(true);
    expect(ada.list("read", "dataset")).toEqual([D1, D2]);
    expect(ada.explain("read", "dataset", D2).reason).toBe("granted");
    expect(preview.who("read", "dataset", D2).subjects.map((row) => row.subject)).toEqual(["ada", "bo"]);
    expect(preview.findings).toEqual(org.findings);
    expect(preview.sliceOf).toBe(null);
    expect(preview.stats.acls).toBe(org.stats.acls + 1);
    expect(
      preview.validate({ method: "POST", path: "/v1/acl", body: READ_P2 }, { by: preview.as("bo") }),
    ).toContainEqual(expect.objectContaining({ code: "duplicate_grant" }));
    // The organisation is as it was.
    expect(org.as("ada").can("read", "dataset", D2)).toBe(false);
    expect(org.version).toBe(1);
    expect(codeOf(() => org.as("ada").can("read", preview.ref("dataset", D2)))).toBe("bad_argument");
  });

  test("changes by its draft alone", async () => {
    using org = load();
    using draft = byBo(org);
    expect(codeOf(() => draft.preview.apply({}))).toBe("bad_argument");
    await expect(draft.preview.replace(sample())).rejects.toMatchObject({ code: "bad_argument" });
    const before = draft.preview;
    draft.grant(READ_P2);
    expect(draft.preview).not.toBe(before);
    // What somebody still holds answers as it did.
    expect(before.as("ada").can("read", "project", P2)).toBe(false);
    expect(draft.preview.as("ada").can("read", "project", P2)).toBe(true);
  });

  test("does not follow the Org, and the Org not it", () => {
    using org = load();
    using draft = byBo(org);
    draft.grant(READ_P2);
    org.apply({ acls: { remove: ["a2"] } });
    expect(org.as("ada").can("read", "project", P1)).toBe(false);
    expect(draft.preview.as("ada").can("read", "project", P1)).toBe(true);
    expect(draft.diff()[0]?.subjects).toEqual(["ada"]);
    draft.rebase();
    expect(draft.preview.as("ada").can("read", "project", P1)).toBe(false);
    expect(draft.preview.as("ada").can("read", "project", P2)).toBe(true);
  });

  // Placeholders of a preview's draft begin anew, and take the place of the preview's own (src/change/effect.rs).
  test("has drafts of its own, which make ids that it has not", () => {
    using org = load();
    using draft = byBo(org);
    const first = draft.createGroup({ name: "First" });
    using next = draft.preview.draft({ by: draft.preview.as("bo") });
    expect(next.createGroup({ name: "Second" })).not.toBe(first);
    expect(next.preview.name("group", first)).toBe("First");
  });

  test("has drafts of its own", () => {
    using org = load();
    using draft = byBo(org);
    draft.addMembers("eng", ["cy"]);
    const next = draft.preview.draft({ by: draft.preview.as("bo") });
    next.grant(READ_P2);
    expect(next.preview.as("cy").can("read", "project", P2)).toBe(true);
    expect(draft.preview.as("cy").can("read", "project", P2)).toBe(false);
    expect(draft.preview.as("cy").can("read", "project", P1)).toBe(true);
    draft.free();
    expect(codeOf(() => next.preview)).toBe("freed");
  });

  test("of the inline entry is that entry's Org", () => {
    using org = InlineOrg.loadSync(sample());
    using draft = org.draft({ by: org.as("bo") });
    expect(draft.preview).toBeInstanceOf(InlineOrg);
    expect(codeOf(() => load().draft({ by: org.as("bo") }))).toBe("bad_argument");
  });
});

describe("rebase", () => {
  test("tells what no longer works", async () => {
    using org = load();
    using draft = byBo(org);
    draft.addMembers("eng", ["cy"]);
    draft.grant(READ_P2);
    expect(draft.rebase()).toEqual([]);
    await org.replace({ ...sample(), groups: sample().groups.slice(0, 1) });
    const lost = draft.rebase();
    expect(Object.isFrozen(lost)).toBe(true);
    expect(lost).toEqual(expect.arrayContaining([expect.objectContaining({ code: "unknown_group", change: 0 })]));
    expect(lost.some((finding) => finding.change === 1)).toBe(true);
    expect(draft.requests()).toEqual([]);
    await org.replace(sample());
    draft.rebase();
    expect(errors(draft)).toEqual([]);
  });
});

describe("its life", () => {
  const uses: ((draft: Draft) => unknown)[] = [
    (draft) => draft.changes,
    (draft) => draft.findings,
    (draft) => draft.preview,
    (draft) => draft.diff(),
    (draft) => draft.summary(),
    (draft) => draft.requests(),
    (draft) => draft.grant(READ_P2),
    (draft) => draft.createGroup({ name: "x" }),
    (draft) => draft.undo(),
    (draft) => draft.clear(),
    (draft) => draft.rebase(),
    (draft) => draft.subscribe(() => {}),
  ];

  test("a freed draft says so, and its previews too", () => {
    using org = load();
    let draft: Draft;
    let previews: Org[];
    {
      using mine = byBo(org);
      draft = mine;
      previews = [draft.preview];
      draft.grant(READ_P2);
      previews.push(draft.preview);
      previews[0]?.as("ada");
    }
    for (const use of uses) expect(codeOf(() => use(draft))).toBe("freed");
    for (const preview of previews) expect(codeOf(() => preview.as("ada").can("read", "project", P1))).toBe("freed");
    draft.free();
    expect(org.as("ada").can("read", "project", P1)).toBe(true);
  });

  test("a draft ends with its Org", () => {
    const org = load();
    const draft = byBo(org);
    const { preview } = draft;
    org.free();
    for (const use of uses) expect(codeOf(() => use(draft))).toBe("freed");
    expect(codeOf(() => preview.as("ada"))).toBe("freed");
  });

  test("a preview that was freed is made anew", () => {
    using org = load();
    using draft = byBo(org);
    const first = draft.preview;
    first.free();
    expect(codeOf(() => first.as("ada"))).toBe("freed");
    expect(draft.preview).not.toBe(first);
    expect(draft.preview.as("ada").can("read", "project", P1)).toBe(true);
  });

  test("previews are collected", async () => {
    const collect = (globalThis as { gc?: () => void }).gc;
    if (collect === undefined) return;
    using org = load();
    using draft = byBo(org);
    const gone: WeakRef<Org>[] = [];
    for (let n = 0; n < 200; n++) {
      draft.grant({ ...READ_P2, user_id: `user ${n}`, group_id: null });
      gone.push(new WeakRef(draft.preview));
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
    expect(gone.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(5);
    expect(draft.preview.as("user 7").can("read", "project", P2)).toBe(true);
  });

  test("a trap: the draft has crashed with its Org", async () => {
    const org = load();
    const draft = byBo(org);
    const { preview } = draft;
    trapNext();
    expect(codeOf(() => draft.grant(READ_P2))).toBe("crashed");
    for (const use of uses) expect(codeOf(() => use(draft))).toBe("crashed");
    expect(codeOf(() => preview.as("ada"))).toBe("crashed");
    expect(codeOf(() => org.as("ada"))).toBe("crashed");
    draft.free();
    expect(codeOf(() => draft.changes)).toBe("freed");
    await ready();
  });
});

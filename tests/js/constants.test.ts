// Works before the module is ready: nothing here loads anything.
import * as aclarity from "aclarity";
import * as inline from "aclarity/inline";
import { expect, test } from "vitest";
import { ALL, codeOf, sample } from "./sample.ts";

test("constants are frozen data", () => {
  expect(aclarity.PERMISSIONS).toEqual(ALL);
  expect(aclarity.OBJECT_TYPES).toHaveLength(13);
  expect(aclarity.MODEL_VERSION).toBe(1);
  expect(aclarity.FINDINGS.map((finding) => finding.code)).toContain("dangling_group");
  for (const table of [aclarity.PERMISSIONS, aclarity.OBJECT_TYPES, aclarity.FINDINGS, aclarity.MATRIX]) {
    expect(Object.isFrozen(table)).toBe(true);
  }
  for (const finding of aclarity.FINDINGS) {
    expect(finding).toEqual({
      code: expect.any(String),
      severity: expect.stringMatching(/^(error|warning|info)$/),
      summary: expect.any(String),
    });
    expect(Object.isFrozen(finding)).toBe(true);
  }
});

test("the boxes of the matrix are data", () => {
  expect(aclarity.MATRIX).toContainEqual({
    column: "Organization",
    label: "Manage settings",
    box: "manage_settings",
    type: "organization",
    restrict: "organization",
    permissions: ["update"],
    extra: false,
  });
  for (const box of aclarity.MATRIX) {
    expect(Object.isFrozen(box) && Object.isFrozen(box.permissions)).toBe(true);
  }
});

test("what requests need is data", () => {
  expect(aclarity.REQUESTS).toContainEqual({
    method: "PATCH",
    path: "/v1/group/{group_id}",
    text: "change a group",
    needs: [{ permission: "update", on: "the group in the path", basis: "documented" }],
  });
  expect(aclarity.REQUESTS).toContainEqual({
    method: "POST",
    path: "/v1/service_token",
    text: "create service tokens",
    needs: [],
    owner: "always",
    credential: ["service_token", "session"],
  });
  for (const row of aclarity.REQUESTS) expect(Object.isFrozen(row) && Object.isFrozen(row.needs)).toBe(true);
});

test("the two entry points offer the same, and one error class", () => {
  expect(Object.keys(aclarity).sort()).toEqual([
    "AclarityError",
    "FINDINGS",
    "MATRIX",
    "MODEL_VERSION",
    "OBJECT_TYPES",
    "Org",
    "PERMISSIONS",
    "REQUESTS",
    "credentialKind",
    "newOrganization",
    "ready",
    "redact",
  ]);
  expect(Object.keys(inline).sort()).toEqual(Object.keys(aclarity).sort());
  expect(inline.AclarityError).toBe(aclarity.AclarityError);
  expect(inline.PERMISSIONS).toBe(aclarity.PERMISSIONS);
});

test("credentials are told apart by prefix", () => {
  expect(aclarity.credentialKind("bt-st-abc")).toBe("service_token");
  expect(aclarity.credentialKind("sk-abc")).toBe("api_key");
  for (const other of ["", "abc", "xsk-abc", "SK-abc", "bt-st", "eyJhbGciOi"]) {
    expect(aclarity.credentialKind(other)).toBe("unknown");
  }
  expect(codeOf(() => aclarity.credentialKind(undefined as never))).toBe("bad_argument");
});

test("redact hides every credential and nothing else", () => {
  expect(aclarity.redact("Authorization: Bearer sk-abc123DEF and bt-st-x_y.z~/+=; done")).toBe(
    "Authorization: Bearer sk-… and bt-st-…; done",
  );
  expect(aclarity.redact("sk-a,sk-b")).toBe("sk-…,sk-…");
  for (const text of ["", "a task-force", "risk-averse", "sk- alone", "bt-st-", "plain"]) {
    expect(aclarity.redact(text)).toBe(text);
  }
  expect(codeOf(() => aclarity.redact(7 as never))).toBe("bad_argument");
});

test("what needs the module says so until it is ready", async () => {
  expect(codeOf(() => aclarity.Org.loadSync(sample()))).toBe("not_ready");
  expect(codeOf(() => aclarity.newOrganization({ id: "o", name: "n", owners: [] }))).toBe("not_ready");
  await aclarity.ready();
  aclarity.Org.loadSync(sample()).free();
});

test("inline needs no waiting", async () => {
  using org = inline.Org.loadSync(sample());
  expect(org.as("bo").can("read", "organization")).toBe(true);
  await inline.ready();
  using other = await inline.Org.load(JSON.stringify(sample()));
  expect(other.as("bo").isOwner).toBe(true);
});

test("an error is an Error, with a code", () => {
  const error = new aclarity.AclarityError("http", "no luck", { path: "/acls", cause: 7 });
  expect(error).toBeInstanceOf(Error);
  expect({ ...error, name: error.name, message: error.message, cause: error.cause }).toMatchObject({
    name: "AclarityError",
    code: "http",
    message: "no luck",
    path: "/acls",
    cause: 7,
  });
  expect("path" in new aclarity.AclarityError("http", "x")).toBe(false);
});

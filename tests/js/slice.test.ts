// Slices: one subject's answers, and errors for all other questions.
import { Org, ready } from "aclarity";
import { beforeAll, describe, expect, test } from "vitest";
import { codeOf, D1, D2, E1, ORG, P1, P2, sample } from "./sample.ts";

beforeAll(() => ready());

function sliced(subject: string, options?: Parameters<Org["slice"]>[1]): { whole: Org; slice: Org } {
  const whole = Org.loadSync(sample());
  return { whole, slice: Org.loadSync(whole.slice(subject, options)) };
}

test.each(["ada", "bo", "cy"])("%s's answers are the organisation's", (id) => {
  const { whole, slice } = sliced(id);
  expect(slice.sliceOf).toBe(id);
  const [all, part] = [whole.as(id), slice.as(id)];
  expect(part.isOwner).toBe(all.isOwner);
  expect(part.groups).toEqual(all.groups);
  for (const type of ["dataset", "experiment", "project", "project_log", "organization", "org_project"] as const) {
    for (const object of [P1, P2, D1, D2, E1, ORG, "new"]) {
      // What lies about a project gives nothing.
      for (const project of [undefined, P1, P2]) {
        for (const row of [object, { id: object, project_id: project }]) {
          for (const ask of ["read", "update", "create", "manage_access"] as const) {
            if (!all.can(ask, type, row, project)) expect(part.can(ask, type, row, project)).toBe(false);
          }
        }
      }
    }
    expect(part.list("read", type)).toEqual(all.list("read", type));
  }
  for (const project of [P1, P2]) {
    expect(part.canCreate("dataset", project)).toBe(all.canCreate("dataset", project));
    expect(part.creatable("dataset")).toEqual(all.creatable("dataset"));
  }
  expect(Org.loadSync(slice.toBytes()).as(id).list("read", "dataset")).toEqual(all.list("read", "dataset"));
});

test("explains with names", () => {
  const { whole, slice } = sliced("ada");
  const [all, part] = [whole.as("ada"), slice.as("ada")];
  expect(part.explain("read", "project", P1)).toEqual(all.explain("read", "project", P1));
  const { allowed, reason, nearMisses, fixes } = part.explain("update", "project", P1);
  expect({ allowed, reason, fixes }).toEqual({ allowed: false, reason: "no_grant", fixes: [] });
  expect(nearMisses.map(({ missing }) => missing)).toEqual(["permission"]);
});

test("without objects, others are asked about with their project", () => {
  const { slice } = sliced("ada", { objects: "none" });
  const ada = slice.as("ada");
  expect(ada.list("read", "dataset")).toEqual([]);
  expect(ada.can("read", "dataset", D1)).toBe(false);
  expect(ada.can("read", "dataset", { id: D1, project_id: P1 })).toBe(true);
  expect(ada.can("read", "dataset", { id: D2, project_id: P1 })).toBe(false);
  expect(ada.can("read", "experiment", E1)).toBe(true);
});

test("projects can be left out", () => {
  const { slice } = sliced("bo", { projects: [P2] });
  expect(slice.as("bo").list("read", "project")).toEqual([P2]);
  expect(slice.as("bo").isOwner).toBe(true);
});

describe("code `slice`", () => {
  const asked: [string, (org: Org) => unknown][] = [
    ["as", (org) => org.as("bo")],
    ["asGroup", (org) => org.asGroup("eng")],
    ["who", (org) => org.who("read", "project", P1)],
    ["access", (org) => org.access("project", P1)],
    ["matrix", (org) => org.matrix({ user: "ada" })],
    ["audit", (org) => org.audit()],
    ["validate", (org) => org.validate({ method: "GET", path: "/v1/group" }, { by: org.as("ada") })],
    ["draft", (org) => org.draft({ by: org.as("ada") })],
    ["slice", (org) => org.slice("ada")],
    ["apply", (org) => org.apply({ acls: { remove: ["a2"] } })],
    ["reach", (org) => org.as("ada").reach()],
  ];
  test.each(asked)("%s", (_, ask) => {
    const { slice } = sliced("ada");
    expect(codeOf(() => ask(slice))).toBe("slice");
    expect(slice.as("ada").can("read", "project", P1)).toBe(true);
  });
});

describe("authorize", () => {
  const decide = (org: Org, id: string, method: string, path: string, body?: unknown) =>
    org.authorize({ method, path, body }, { by: org.as(id) }).decision;

  test("by ids is the organisation's", () => {
    const { whole, slice } = sliced("ada");
    for (const [method, path] of [
      ["GET", `/v1/project/${P1}`],
      ["GET", `/v1/dataset/${D1}`],
      ["POST", `/v1/dataset/${D1}/insert`],
      ["DELETE", `/v1/project/${P1}`],
    ] as const) {
      expect(decide(slice, "ada", method, path)).toBe(decide(whole, "ada", method, path));
    }
  });

  test("what depends on what else there is, is unknown", () => {
    const { slice } = sliced("bo");
    expect(decide(slice, "bo", "POST", "/v1/project", { name: "One" })).toBe("unknown");
    expect(
      decide(slice, "bo", "PATCH", "/v1/organization/members", {
        invite_users: { emails: ["x@acme.example"], group_ids: ["eng"] },
      }),
    ).toBe("unknown");
  });
});

test("is renewed, and may become a whole organisation", async () => {
  const { whole, slice } = sliced("ada");
  const ada = slice.as("ada");
  whole.apply({ acls: { remove: ["a2"] } });
  await slice.replace(whole.slice("ada"));
  expect(ada.can("read", "project", P1)).toBe(false);
  await slice.replace(sample());
  expect(slice.sliceOf).toBeNull();
  expect(slice.as("bo").isOwner).toBe(true);
  expect(ada.can("read", "project", P1)).toBe(true);
});

test("of nobody in particular there is none", () => {
  const { whole } = sliced("ada");
  for (const subject of ["", 7, null, whole.anonymous, whole.asGroup("eng"), Org.loadSync(sample()).as("ada")]) {
    expect(codeOf(() => whole.slice(subject as never))).toBe("bad_argument");
  }
  for (const options of [{ objects: "some" }, { projects: "p" }, { projects: [7] }, 7]) {
    expect(codeOf(() => whole.slice("ada", options as never))).toBe("bad_argument");
  }
  expect(whole.slice(whole.as("ada"))).toEqual(whole.slice("ada"));
  const stranger = Org.loadSync(whole.slice("stranger"));
  expect(stranger.as("stranger").list("read", "experiment")).toEqual([E1]);
  expect(stranger.as("stranger").list("read", "dataset")).toEqual([]);
});

// sendRequests: in order, placeholders filled in from the answers, and a result that says exactly what was done.
import { Org } from "aclarity";
import { fetchExport, type SendOptions, type SendProgress, type Sent, sendRequests } from "aclarity/api";
import { describe, expect, test } from "vitest";
import { type ApiServer, MARK } from "../server/index.ts";
import { ADA, BEN, failure, note, ORG, READER, RESEARCH, SEARCH, sample, serve, shown, uuid } from "./api-sample.ts";

const to = ({ url, token }: ApiServer, more: Partial<SendOptions> = {}): SendOptions => ({ url, token, ...more });
const send = async (...args: Parameters<typeof sendRequests>): Promise<Sent> => note(await sendRequests(...args));
/** What was sent, but for looking whether something exists. */
const writes = ({ asked }: ApiServer) => asked.filter(({ method, path }) => method !== "GET" || !/_name=/.test(path));
const group = (name: string, more: object = {}) => ({ method: "POST", path: "/v1/group", body: { name, ...more } });
const NEW = "new:group:1";

test("a draft: what it creates is named by the ids that the API chose", async () => {
  const api = await serve();
  const org = await Org.load(fetchExport(api));
  // Somebody who may: an owner by what they hold.
  org.apply({
    acls: {
      upsert: ["create", "read", "update", "delete", "create_acls", "delete_acls"].map((permission, number) => ({
        ...{ id: uuid("z", number), object_type: "organization", object_id: ORG, user_id: ADA, permission },
      })),
    },
  });
  const draft = org.draft({ by: { subject: org.as(ADA), credential: "session" } });
  const made = draft.createGroup({ name: "Labelling", member_users: [ADA] });
  draft.grant({ object_type: "project", object_id: SEARCH, group_id: made, permission: "read" });
  draft.updateGroup(RESEARCH, { add_member_groups: [made] });
  const requests = draft.requests();
  expect(JSON.stringify(requests)).toContain(made);
  const sent = await send(requests, to(api));
  expect(sent.complete).toBe(true);
  expect(sent.done).toHaveLength(requests.length);
  const [row] = api.data.all("group");
  expect(row).toMatchObject({ name: "Labelling", member_users: [ADA] });
  expect(sent.ids).toEqual({ [made]: row?.id });
  const after = await Org.load(fetchExport(api));
  expect(after.as(ADA).can("read", "project", SEARCH)).toBe(true);
  expect(after.findings).toEqual([]);
  org.free();
  after.free();
});

test("placeholders are filled in paths, queries and bodies, and not in what people write", async () => {
  const api = await serve();
  const sent = await send(
    [
      { ...group("One", { description: NEW }), creates: [NEW] },
      {
        method: "patch",
        path: "/v1/group/new%3Agroup%3A1",
        body: { add_member_groups: [RESEARCH], description: "new:group:2" },
      },
      { method: "GET", path: `/v1/acl?object_type=group&object_id=${NEW}` },
      {
        method: "POST",
        path: "/v1/acl/batch_update",
        body: { add_acls: [{ object_type: "group", object_id: NEW, group_id: NEW, permission: "read" }] },
      },
      { method: "DELETE", path: `/v1/group/${NEW}` },
    ],
    to(api),
  );
  const id = sent.ids[NEW];
  expect(sent).toMatchObject({ complete: true, done: [{ index: 0, status: 200 }, {}, {}, {}, {}] });
  expect(writes(api).map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /v1/group",
    `PATCH /v1/group/${id}`,
    `GET /v1/acl?object_type=group&object_id=${id}`,
    "POST /v1/acl/batch_update",
    `DELETE /v1/group/${id}`,
  ]);
  expect(sent.done[1]?.path).toBe(`/v1/group/${id}`);
  expect(writes(api)[0]?.body).toEqual({ name: "One", description: NEW });
  expect(writes(api)[1]?.body).toEqual({ add_member_groups: [RESEARCH], description: "new:group:2" });
});

test("invited people and service accounts get their ids; raw tokens are given once, and shown by nothing", async () => {
  const api = await serve();
  const accounts = [{ name: "CI", token_name: "first" }, { name: "CD" }];
  const invite_users = { emails: ["ben@acme.example", "cy@acme.example"], service_accounts: accounts };
  const sent = await send(
    [
      {
        ...{ method: "PATCH", path: "/v1/organization/members", body: { invite_users } },
        creates: ["new:service_account:1", "new:service_token:1", "new:service_account:2"],
      },
      {
        method: "PATCH",
        path: `/v1/group/${RESEARCH}`,
        body: { add_member_users: ["new:service_account:1", "new:service_account:2"] },
      },
      {
        method: "POST",
        path: "/v1/service_token",
        body: { name: "second", service_account_id: "new:service_account:2" },
        creates: ["new:service_token:2"],
      },
    ],
    to(api),
  );
  expect(sent.stopped).toBeUndefined();
  const members = api.data.find("group", RESEARCH)?.member_users;
  expect(members).toContain(sent.ids["new:service_account:1"]);
  expect(members).toContain(sent.ids["new:service_account:2"]);
  expect(sent.keys().map(({ index, name }) => [index, name])).toEqual([
    [0, "first"],
    [2, "second"],
  ]);
  for (const { key } of sent.keys()) expect(key).toMatch(/^bt-st-/);
  expect(shown(sent)).not.toContain(MARK);
  expect(shown({ ...sent })).not.toContain(MARK);
});

test("of two people who were invited and one who is new, nobody knows which; what names them is not sent", async () => {
  const api = await serve();
  const invite_users = { emails: ["ben@acme.example", "cy@acme.example"] };
  const sent = await send(
    [
      { method: "PATCH", path: "/v1/organization/members", body: { invite_users }, creates: ["new:user:1"] },
      { method: "PATCH", path: `/v1/group/${RESEARCH}`, body: { add_member_users: ["new:user:1"] } },
    ],
    to(api),
  );
  expect(sent).toMatchObject({ complete: false, done: [{ index: 0 }], stopped: { index: 1, reason: "not_sent" } });
  expect(sent.stopped?.message).toMatch(/`new:user:1`/);
  expect(api.asked).toHaveLength(1);
});

describe("it stops", () => {
  const three = [
    { ...group("One"), creates: [NEW] },
    { method: "PATCH", path: `/v1/group/${NEW}`, body: { add_member_users: [ADA] } },
    { method: "DELETE", path: `/v1/group/${RESEARCH}` },
  ];

  test.each([400, 401, 403, 404, 409, 422])("at the first refusal (%d)", async (status) => {
    const api = await serve();
    api.misbehave({ method: "PATCH", how: { status, body: { error: `not with ${api.token}` } } });
    const sent = await send(three, to(api));
    const id = sent.ids[NEW];
    expect(sent.complete).toBe(false);
    expect(sent.done).toEqual([{ index: 0, method: "POST", path: "/v1/group", status: 200 }]);
    expect(sent.stopped).toMatchObject({
      index: 1,
      method: "PATCH",
      path: `/v1/group/${id}`,
      reason: "refused",
      status,
    });
    expect(sent.stopped?.message).toContain("not with …");
    expect(writes(api)).toHaveLength(2);
    // The rest can be sent with the ids of the first part.
    api.behave();
    const rest = await send(three.slice(1), to(api, { ids: sent.ids }));
    expect(rest.complete).toBe(true);
    expect(api.data.find("group", id as string)?.member_users).toEqual([ADA]);
  });

  test("at what the API does not take because there are too many it does not", async () => {
    const api = await serve();
    api.misbehave({ method: "POST", times: 1, how: { status: 429, headers: { "retry-after": "1" } } });
    const begun = Date.now();
    expect((await send([group("One")], to(api))).complete).toBe(true);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1000);
    expect(api.data.all("group")).toHaveLength(2);
  });

  const unknown = [
    ["the connection is cut after it was carried out", { lose: "the answer" }, 2],
    ["the connection is cut before", { cut: "before" }, 1],
    ["the answer is cut in the middle", { cut: "in the body" }, 2],
    ["the answer never ends", { stall: true }, 2],
    ["the answer is cut without a trace", { cut: "silent" }, 2],
    ["the answer trickles", { trickle: 50 }, 2],
    ["the answer is larger than any answer", { endless: true }, 2],
    ["a server error", { status: 500 }, 1],
    ["the server is busy", { status: 503, headers: { "retry-after": "0" } }, 1],
    ["a page for people", { html: true }, 1],
  ] as const;
  test.each(unknown)("when nobody knows what became of it: %s", async (_, how, there) => {
    const api = await serve();
    api.misbehave({ method: "POST", how });
    const sent = await send(three, to(api, { timeout: 3000, answerTimeout: 5000, maxBytes: 100_000 }));
    expect(sent).toMatchObject({ complete: false, done: [], ids: {}, stopped: { index: 0, reason: "unknown" } });
    expect(sent.stopped?.message).toMatch(/carried out/);
    // A write is never sent twice.
    expect(writes(api)).toHaveLength(1);
    expect(api.data.all("group")).toHaveLength(there);
  });

  test("when nobody is there: it was not sent", async () => {
    const api = await serve();
    const options = to(api);
    await api.close();
    const sent = await send(three, options);
    expect(sent).toMatchObject({ done: [], stopped: { index: 0, reason: "not_sent" } });
    expect(sent.stopped?.message).toMatch(/was not sent/);
  });

  test("at a redirect, which the token does not follow", async () => {
    const api = await serve();
    api.misbehave({ method: "POST", how: { redirect: "https://elsewhere.example/v1/group" } });
    const sent = await send(three, to(api));
    expect(sent.stopped).toMatchObject({ reason: "refused", status: 302 });
  });

  test("when it is aborted: before a request it was not sent, during one nobody knows", async () => {
    const api = await serve();
    const controller = new AbortController();
    const onProgress = ({ done }: SendProgress) => done === 1 && controller.abort();
    const before = await send(three, to(api, { signal: controller.signal, onProgress }));
    expect(before).toMatchObject({ done: [{ index: 0 }], stopped: { index: 1, reason: "aborted" } });
    api.misbehave({ how: { stall: true } });
    const later = new AbortController();
    const made: typeof fetch = (url, init) => {
      setTimeout(() => later.abort(), 200);
      return fetch(url, init);
    };
    const during = await send(three.slice(2), to(api, { signal: later.signal, fetch: made }));
    expect(during).toMatchObject({ done: [], stopped: { index: 0, reason: "unknown" } });
  });
});

describe("a create of what is there already", () => {
  type Create = { method: string; path: string; body: object };
  const next = { method: "DELETE", path: `/v1/group/${RESEARCH}` };
  /** It is seen before anything is sent; and when the token may not look, told from the answer. */
  const existed = async (prepare: () => Promise<ApiServer>, request: Create, idOf: (api: ApiServer) => string) => {
    const seen = await prepare();
    const before = await send([request, next], to(seen));
    const expected = { complete: false, done: [], ids: {}, stopped: { index: 0, reason: "existed", id: idOf(seen) } };
    expect(before).toMatchObject(expected);
    expect(before.stopped).not.toHaveProperty("status");
    expect(before.stopped?.message).toMatch(/there already.*was not sent/);
    expect(seen.asked.map(({ method }) => method)).toEqual(["GET"]);
    const unseen = await prepare();
    unseen.misbehave({ method: "GET", how: { status: 403 } });
    const after = await send([request, next], to(unseen));
    expect(after).toMatchObject({ ...expected, stopped: { ...expected.stopped, status: 200, id: idOf(unseen) } });
    expect(after.stopped?.message).toMatch(/there already.*unmodified/);
    expect(unseen.asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
  };

  test("a group that was created before", async () => {
    await existed(serve, group("Research", { member_users: [BEN, uuid("u", 9)] }), () => RESEARCH);
  });

  test("an equal ACL", async () => {
    const body = { object_type: "project", object_id: SEARCH, group_id: RESEARCH, role_id: READER };
    await existed(serve, { method: "POST", path: "/v1/acl", body }, () => uuid("a", 1));
  });

  test("one of this moment that is not what was asked for", async () => {
    for (const different of [{ member_users: [BEN] }, { description: "somebody else's" }]) {
      const prepare = async () => {
        const api = await serve();
        api.data.create("group", { org_id: ORG, name: "Late", description: null, ...different });
        return api;
      };
      const idOf = (api: ApiServer) => api.data.all("group")[0]?.id as string;
      await existed(prepare, group("Late", { member_users: [ADA] }), idOf);
    }
  });

  test("an equal one of this moment, as far as the token may see it", async () => {
    const api = await serve();
    const { id } = api.data.create("group", { org_id: ORG, name: "Late", description: null });
    expect((await send([group("Late")], to(api))).stopped).toMatchObject({ reason: "existed", id });
  });

  test("what has the name and is deleted, or is in another project, is not it", async () => {
    const api = await serve();
    api.data.create("group", { org_id: ORG, name: "Gone", deleted_at: new Date().toISOString() });
    api.data.create("dataset", { name: "Golden", project_id: uuid("p", 2) });
    const dataset = { method: "POST", path: "/v1/dataset", body: { name: "Golden", project_id: SEARCH } };
    expect((await send([group("Gone"), dataset], to(api))).complete).toBe(true);
  });

  test("what the API names itself was not there", async () => {
    const api = await serve();
    const body = { id: uuid("e", 5), name: "main-1790000000", project_id: SEARCH, created: new Date().toISOString() };
    api.misbehave({ how: { status: 200, body } });
    const request = {
      method: "POST",
      path: "/v1/experiment",
      body: { project_id: SEARCH },
      creates: ["new:experiment:1"],
    };
    expect((await send([request], to(api))).ids).toEqual({ "new:experiment:1": uuid("e", 5) });
  });

  test("one that this call made, or named", async () => {
    const api = await serve();
    const twice = [
      { ...group("One"), creates: [NEW] },
      { ...group("One"), creates: ["new:group:2"] },
    ];
    const sent = await send(twice, to(api));
    expect(sent).toMatchObject({ done: [{ index: 0 }], stopped: { index: 1, reason: "existed", id: sent.ids[NEW] } });
  });

  test("the API's clock counts, not ours", async () => {
    const api = await serve();
    const date = "Fri, 01 Jan 2021 00:00:00 GMT";
    const answer = (created: string) => ({
      status: 200,
      headers: { date },
      body: { id: uuid("g", 5), name: "One", created },
    });
    api.misbehave({ method: "POST", times: 1, how: answer("2021-01-01T00:00:00.123Z") });
    expect((await send([group("One")], to(api))).complete).toBe(true);
    api.misbehave({ method: "POST", how: answer("2020-12-31T23:59:00Z") });
    expect((await send([group("One")], to(api))).stopped?.reason).toBe("existed");
  });

  test("a PUT replaces, a batch adds what is not there, and neither stops", async () => {
    const api = await serve();
    const acl = { object_type: "project", object_id: SEARCH, group_id: RESEARCH, role_id: READER };
    const sent = await send(
      [
        { ...group("Research", { member_users: [ADA] }), method: "PUT" },
        { method: "POST", path: "/v1/acl/batch_update", body: { add_acls: [acl] } },
      ],
      to(api),
    );
    expect(sent.complete).toBe(true);
    expect(api.data.all("group")).toHaveLength(1);
  });
});

test("only the header of a draft is sent", async () => {
  const api = await serve();
  const headers = { "X-BT-Impersonate-User": ADA, Authorization: "Bearer other", Cookie: "x=1" };
  await send([{ ...group("One"), headers }], to(api));
  expect(writes(api)[0]?.headers).toMatchObject({ "x-bt-impersonate-user": ADA, authorization: `Bearer ${api.token}` });
  expect(writes(api)[0]?.headers.cookie).toBeUndefined();
});

test("progress, and a listener that throws", async () => {
  const api = await serve();
  const progress: SendProgress[] = [];
  const onProgress = (now: SendProgress) => {
    progress.push(note(now));
    throw new Error("the listener's own");
  };
  const sent = await send([group("One"), group("Two")], to(api, { onProgress }));
  expect(sent.complete).toBe(true);
  expect(progress).toEqual([
    { done: 0, total: 2, method: "POST", path: "/v1/group" },
    { done: 1, total: 2, method: "POST", path: "/v1/group" },
    { done: 2, total: 2 },
  ]);
});

test("nothing to send", async () => {
  expect(await send([], to(await serve()))).toMatchObject({ complete: true, done: [], ids: {} });
});

test("what is no request throws before anything is sent", async () => {
  const api = await serve(sample());
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  const bad: [unknown, RegExp][] = [
    ["x", /requests are an array/],
    [[5], /request 0 is an object/],
    [[{ method: "BREW", path: "/v1/group" }], /the method is one of/],
    ...[
      "/v2/group",
      "https://elsewhere.example/v1/group",
      "/v1/../secret",
      "/v1/a#b",
      "/v1/a\\b",
      "/v1/%2e%2e/x",
      "//v1/group",
      "@elsewhere.example/v1/",
    ].map(
      (path) =>
        [[group("One"), { method: "POST", path }], /request 1: the path begins with `\/v1\/`/] as [unknown, RegExp],
    ),
    [[{ ...group("One"), creates: NEW }], /`creates` is an array/],
    [[{ ...group("One"), body: loop }], /not what JSON can hold/],
    [[{ method: "GET", path: "/v1/group", body: {} }], /a GET has no body/],
  ];
  for (const [requests, message] of bad) {
    const error = await failure(sendRequests(requests as never, to(api)));
    expect(error.code).toBe("bad_argument");
    expect(error.message).toMatch(message);
  }
  expect((await failure(sendRequests([], to(api, { ids: { a: 5 } as never })))).message).toMatch(/`ids`/);
  expect(api.asked).toEqual([]);
});

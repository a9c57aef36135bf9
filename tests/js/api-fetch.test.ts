// fetchExport against a server that behaves: complete, each row once, whatever the pages are.
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { AclarityError as ErrorOfAll, Org } from "aclarity";
import {
  AclarityError,
  exportText,
  type FetchedList,
  type FetchOptions,
  type FetchProgress,
  fetchExport,
} from "aclarity/api";
import { expect, test } from "vitest";
import type { ApiServer } from "../server/index.ts";
import {
  ADA,
  BEN,
  BOT,
  failure,
  files,
  GOLDEN,
  HIDDEN,
  many,
  note,
  ORG,
  READER,
  RESEARCH,
  SEARCH,
  sample,
  serve,
  uuid,
} from "./api-sample.ts";

/** Options for a server. */
const to = ({ url, token }: ApiServer, more: Partial<FetchOptions> = {}): FetchOptions => ({ url, token, ...more });
const load = async (options: Parameters<typeof fetchExport>[0]) => Org.load(fetchExport(options));

test("an organisation is loaded as it is", async () => {
  const { url, token } = await serve();
  const exported = note(await fetchExport({ url, token }));
  expect(exported.organization).toMatchObject({ id: ORG, name: "Acme" });
  expect(exported.missing).toEqual([]);
  const org = await Org.load(exported);
  expect(org.findings).toEqual([]);
  expect(org.stats).toMatchObject({ users: 2, groups: 1, roles: 1, acls: 2 });
  expect(org.as(BEN).can("read", "dataset", GOLDEN)).toBe(true);
  expect(org.as(ADA).can("update", "dataset", GOLDEN)).toBe(true);
  expect(org.as(ADA).can("update", "project", SEARCH)).toBe(false);
  // MODEL 4: the accounts that service tokens name are known as service accounts.
  expect(org.name("user", BOT)).toBe("Robot");
  expect(org.as(BOT).can("read", "project", SEARCH)).toBe(true);
  org.free();
});

test("every list is read to an empty page, be the pages shorter than asked for", async () => {
  const groups = many("g", 7, (number) => ({ org_id: ORG, name: `Group ${number}`, member_users: [ADA] }));
  const api = await serve({ ...sample(), group: groups }, { pageSize: 2 });
  const org = await load(api);
  expect(org.stats.groups).toBe(7);
  const asked = api.asked.filter(({ path }) => path.startsWith("/v1/group?")).map(({ path }) => new URL(path, api.url));
  expect(asked.map((url) => url.searchParams.get("starting_after"))).toEqual([
    null,
    ...[groups[1], groups[3], groups[5], groups[6]].map((row) => row?.id),
  ]);
  // A list that ends with an empty page is complete, however long it is.
  expect(org.findings).toEqual([]);
  org.free();
});

test("a list of exactly a page's length is known to be complete", async () => {
  const user = many("u", 1000, (number) => ({ given_name: `User ${number}` }));
  const org = await load(to(await serve({ ...sample(), user }), { include: ["users"] }));
  expect(org.stats.users).toBe(1000);
  expect(org.findings).toEqual([]);
  org.free();
});

test("roles that an ACL or a role names and the list lacks are fetched by their ids", async () => {
  const other = uuid("r", 3);
  const lists = sample();
  const api = await serve({
    ...lists,
    role: [],
    acl: (lists.acl ?? []).map((acl) => (acl.role_id === null ? acl : { ...acl, role_id: HIDDEN })),
  });
  const roles: Record<string, object> = {
    [HIDDEN]: { id: HIDDEN, org_id: null, name: "system", member_permissions: [], member_roles: [other, uuid("r", 4)] },
    [other]: { id: other, org_id: null, name: "inner", member_permissions: [{ permission: "delete" }] },
  };
  for (const [id, body] of Object.entries(roles)) api.misbehave({ path: `/v1/role/${id}`, how: { status: 200, body } });
  const org = await load(api);
  expect(org.as(BEN).can("delete", "project", SEARCH)).toBe(true);
  // One that nobody has is told by loading, as ever.
  expect(org.findings.map(({ code, path }) => [code, path])).toEqual([
    ["dangling_member_role", "/roles/0/0/member_roles/1"],
  ]);
  expect(api.asked.filter(({ path }) => path.startsWith("/v1/role/"))).toHaveLength(3);
  org.free();
});

test("roles may be read before the ACLs: they wait for them", async () => {
  const lists = sample();
  const acl = many("a", 9, () => ({
    object_type: "project",
    object_id: SEARCH,
    user_id: ADA,
    role_id: HIDDEN,
    _object_org_id: ORG,
  }));
  const api = await serve({ ...lists, acl }, { pageSize: 1 });
  api.misbehave({
    path: `/v1/role/${HIDDEN}`,
    how: { status: 200, body: { id: HIDDEN, org_id: null, name: "system" } },
  });
  const { roles, acls } = await fetchExport(api);
  const idsOf = async (list: AsyncIterable<readonly { id: string }[]> | undefined) => {
    const ids: string[] = [];
    for await (const rows of list ?? []) ids.push(...rows.map((row) => row.id));
    return ids;
  };
  expect(await idsOf(roles)).toEqual([READER, HIDDEN]);
  expect(await idsOf(acls)).toEqual(acl.map((row) => row.id));
});

test("what is left out of `include` is not asked for", async () => {
  const api = await serve();
  const exported = await fetchExport(to(api, { include: ["groups", "acls"] }));
  expect(Object.keys(exported)).toEqual(["organization", "missing", "groups", "acls"]);
  const paths = new Set(api.asked.map(({ path }) => path.split("?")[0]));
  expect([...paths]).toEqual(["/v1/organization", "/v1/group", "/v1/acl/list_org"]);
});

test("rows hold what decides and what names, and nothing else", async () => {
  const api = await serve();
  const text = await collect(exportText(fetchExport(api)));
  expect(text).not.toMatch(/preview_name|metadata|settings|avatar_url|of no concern/);
  const { dataset = [] } = sample();
  expect(JSON.parse(text).datasets[0]).toEqual(dataset.map(({ id, project_id, name }) => ({ id, project_id, name })));
});

async function collect(text: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const piece of text) all += piece;
  return all;
}

test("exportText writes a file that loads as the organisation does", async () => {
  const group = many("g", 5, (number) => ({ org_id: ORG, name: `Group ${number}`, member_users: [ADA] }));
  const api = await serve({ ...sample(), group }, { pageSize: 2, forbidden: ["/v1/service_token"] });
  const file = join(files, "export.json");
  await writeFile(file, exportText(fetchExport(api)));
  const org = await Org.load(await readFile(file));
  expect(org.stats).toMatchObject({ groups: 5, acls: 2 });
  expect(org.findings.map(({ code, path, severity }) => [code, path, severity])).toContainEqual([
    "list_missing",
    "/service_tokens",
    "warning",
  ]);
  const streamed = await Org.load(Readable.toWeb(createReadStream(file)) as ReadableStream);
  expect(streamed.stats).toEqual(org.stats);
  org.free();
  streamed.free();
  const piped = createWriteStream(join(files, "piped.json"));
  await new Promise<void>((done) =>
    Readable.from(exportText(fetchExport(api)))
      .pipe(piped)
      .once("close", () => done()),
  );
  expect(await readFile(join(files, "piped.json"), "utf8")).toBe(await readFile(file, "utf8"));
});

test("what is on its way is not taken for what is there", async () => {
  const exported = await fetchExport(await serve());
  expect(() => JSON.stringify(exported)).toThrow(/`exportText`/);
  for await (const _ of exported.groups ?? []);
  expect(() => exported.groups?.[Symbol.asyncIterator]()).toThrow(/read already/);
});

test("no more requests at a time than allowed, and as many", async () => {
  const user = many("u", 5, (number) => ({ given_name: `User ${number}` }));
  const api = await serve({ ...sample(), user }, { pageSize: 1 });
  api.misbehave({ how: { slow: 5 } });
  (await load(to(api, { concurrency: 3 }))).free();
  expect(api.mostAtOnce).toBe(3);
});

test("progress tells every list to its end", async () => {
  const group = many("g", 5, (number) => ({ org_id: ORG, name: `Group ${number}` }));
  const api = await serve(
    { ...sample(), group },
    { pageSize: 2, forbidden: ["/v1/user"], absent: ["/v1/project_group"] },
  );
  const progress: FetchProgress[] = [];
  (await load(to(api, { onProgress: (now) => progress.push(note(now)) }))).free();
  const rows = progress.filter(({ list }) => list === "groups").map((now) => [now.rows, now.state]);
  expect(rows).toEqual([
    [2, "reading"],
    [4, "reading"],
    [5, "reading"],
    [5, "complete"],
  ]);
  const last = progress.at(-1);
  expect(last?.lists).toEqual({ done: 11, total: 11 });
  expect(last?.requests).toBe(api.asked.length);
  const missing = new Set<FetchedList | undefined>(
    progress.filter(({ state }) => state === "missing").map(({ list }) => list),
  );
  expect(missing).toEqual(new Set(["users", "project_groups"]));
});

test("one of several organisations is chosen by id or name, and asked for by name", async () => {
  const organization = [
    { id: uuid("o", 2), name: "Other" },
    { id: ORG, name: "Acme" },
  ];
  const api = await serve({ ...sample(), organization });
  const error = await failure(fetchExport(api));
  expect(error).toMatchObject({ code: "no_organization", path: "/organization" });
  expect(error.message).toMatch(/`Other`.*`Acme`/);
  const org = await load(to(api, { organization: "Acme" }));
  expect(org.stats.groups).toBe(1);
  org.free();
  const other = await fetchExport(to(api, { organization: uuid("o", 2), include: ["groups"] }));
  expect(other.organization?.id).toBe(uuid("o", 2));
  expect(await collect(exportText(other))).not.toContain(RESEARCH);
  expect((await failure(fetchExport(to(api, { organization: "Nobody" })))).message).toMatch(/called `Nobody`/);
});

test("the addresses that a person may give", async () => {
  const api = await serve();
  for (const url of [api.url, `${api.url}/`, `${api.url}/v1`, `${api.url}/v1/`, new URL(api.url)]) {
    expect((await fetchExport({ url, token: api.token, include: [] })).organization?.id).toBe(ORG);
  }
});

test("what is no argument throws, and repeats nothing", async () => {
  const { url, token } = await serve();
  const bad: [unknown, RegExp][] = [
    [undefined, /options are an object/],
    [{ url }, /`token` is an API key/],
    [{ url, token: "" }, /`token` is empty/],
    [{ url, token: `${token}\n` }, /white space/],
    [{ url, token: `${token}é` }, /characters that no token has/],
    [{ url: "nowhere", token }, /`url` is no address/],
    [{ url: "ftp://example.org", token }, /https/],
    [{ url: `http://${token}:x@127.0.0.1`, token }, /a user or a password/],
    [{ url: `${url}?key=${token}`, token }, /ends before/],
    [{ url, token, include: ["acl"] }, /the API has no list `acl`/],
    [{ url, token, concurrency: 0 }, /`concurrency` is a whole number/],
    [{ url, token, onProgress: 5 }, /`onProgress` is a function/],
    [{ url, token, signal: {} }, /AbortSignal/],
  ];
  for (const [options, message] of bad) {
    const error = await failure(fetchExport(options as never));
    expect(error.code).toBe("bad_argument");
    expect(error.message).toMatch(message);
  }
});

test("errors are of the one class", () => {
  expect(AclarityError).toBe(ErrorOfAll);
});

// `aclarity pull`: a whole file or none, for its owner alone, and the key nowhere but in requests to the API.
import { existsSync, lstatSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type ApiServer, startServer } from "../server/index.ts";
import { expectProblem, Shell, TOKEN } from "./cli.ts";

const ORG = "00000000-0000-4000-8000-000000000001";
const shell = new Shell();
const api = await startServer(lists(), { token: TOKEN, pageSize: 2 });
const strict = await startServer(lists(), {
  token: TOKEN,
  forbidden: ["/v1/service_token"],
  absent: ["/v1/project_group"],
});
const nobody = await addressOfNobody();
const env = { BRAINTRUST_API_URL: api.url, BRAINTRUST_API_KEY: TOKEN };
afterAll(() => Promise.all([api.close(), strict.close()]));
beforeEach(() => api.behave());

async function addressOfNobody(): Promise<string> {
  const gone = await startServer();
  const { url } = gone;
  await gone.close();
  return url;
}

function lists() {
  const own = { org_id: ORG };
  return {
    organization: [{ id: ORG, name: "Acme" }],
    user: ["ada", "ben", "cyn"].map((id) => ({ id, given_name: id, email: `${id}@acme.example` })),
    group: [{ id: "research", ...own, name: "Research", member_users: ["ada"] }],
    project: [{ id: "search", ...own, name: "Search" }],
    dataset: [{ id: "golden", project_id: "search", name: "Golden" }],
    acl: [
      {
        id: "a1",
        object_type: "project",
        object_id: "search",
        group_id: "research",
        permission: "read",
        _object_org_id: ORG,
      },
    ],
  };
}

/** Nothing is left of a file that did not get whole. */
function expectNothing(): void {
  expect(readdirSync(shell.folder).filter((name) => name.includes("none"))).toEqual([]);
}

test("pulls an export that answers, for its owner alone", async () => {
  const ran = await shell.run(["pull"], { env });
  expect(ran.err).toBe("");
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(
    /^Acme: 3 users, 1 group, 1 ACL, 1 project, 1 dataset\nwrote export\.json \(.* kB, readable by you alone\)\n$/,
  );
  expect(statSync(shell.path("export.json")).mode & 0o777).toBe(0o600);
  expect((await shell.run(["can", "ada@acme.example", "read", "dataset", "Golden"])).out).toBe("yes\n");
  expect((await shell.run(["can", "ben@acme.example", "read", "dataset", "Golden"])).out).toBe("no\n");
  expect(
    api.asked.every(({ method, headers }) => method === "GET" && headers.authorization === `Bearer ${TOKEN}`),
  ).toBe(true);
});

test("as JSON", async () => {
  const ran = await shell.run(["pull", "--json", "-o", "other.json", "--include", "users, acls"], { env });
  const { file, organization, lists: counts, missing } = JSON.parse(ran.out);
  expect({ file, organization, counts, missing }).toEqual({
    ...{ file: "other.json", organization: { id: ORG, name: "Acme" }, missing: [] },
    counts: { users: 3, acls: 1 },
  });
});

test("what the key may not read is named, in the answer and as findings", async () => {
  const ran = await shell.run(["pull", "-o", "part.json"], { env: { ...env, BRAINTRUST_API_URL: strict.url } });
  expect(ran.code).toBe(0);
  expect(ran.out).toContain("left out service_tokens: this key may not read it (403)");
  expect(ran.out).toContain("left out project_groups: this API does not have it");
  const findings = await shell.run(["findings", "-e", "part.json", "--code", "list_missing"]);
  expect(findings.out).toMatch(/list_missing/);
});

test("a progress bar on a terminal, and none elsewhere", async () => {
  const ran = await shell.runOnTerminal(["pull"], { env });
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/━+.*of 11 lists/);
  expect((await shell.run(["pull"], { env })).err).toBe("");
});

test("without a key in the environment it is asked for, without echo", async () => {
  const ran = await shell.runOnTerminal(["pull", "-o", "asked.json"], {
    env: { BRAINTRUST_API_URL: api.url },
    type: {
      after: /not shown\): $/,
      keys: `\u001b[200~x\u0015wrong\u007f\u007f\u007f\u007f\u007f${TOKEN}\u001b[201~\r`,
    },
  });
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/^API key or service token \(it is not shown\): \r\n/);
  expect(existsSync(shell.path("asked.json"))).toBe(true);
});

test("an interrupted prompt sends nothing", async () => {
  const before = api.asked.length;
  const type = { after: /not shown\): $/, keys: "sk-\u0003" };
  const ran = await shell.runOnTerminal(["pull", "-o", "none.json"], { env: { BRAINTRUST_API_URL: api.url }, type });
  expect(ran.code).toBe(2);
  expect(ran.out).toMatch(/stopped; nothing was sent/);
  expect(api.asked.length).toBe(before);
  expectNothing();
});

const trouble: [string, Partial<typeof env> & Record<string, string>, string[], RegExp][] = [
  ["no key", { BRAINTRUST_API_KEY: "" }, [], /there is no API key: set BRAINTRUST_API_KEY/],
  [
    "a wrong key",
    { BRAINTRUST_API_KEY: `${TOKEN}x` },
    [],
    /does not accept the token \(401\).*the key comes from BRAINTRUST_API_KEY/,
  ],
  ["a key with a line in it", { BRAINTRUST_API_KEY: `${TOKEN}\nx` }, [], /characters that no key has/],
  [
    "no server",
    { BRAINTRUST_API_URL: nobody },
    [],
    /the connection failed \(ECONNREFUSED\); check `url` and your network; the address is http:\/\/127\.0\.0\.1/,
  ],
  ["no URL", { BRAINTRUST_API_URL: "nonsense" }, [], /the API's address is no URL/],
  ["a query", { BRAINTRUST_API_URL: "https://api.example/?key=1" }, [], /ends before `\?` and `#`/],
  ["http", { BRAINTRUST_API_URL: "http://api.example" }, [], /must begin with `https:\/\/`/],
  [
    "a password in the address",
    { BRAINTRUST_API_URL: "https://u:p@api.example" },
    [],
    /must not hold a user or a password/,
  ],
  [
    "no folder",
    {},
    ["-o", "nowhere/none.json"],
    /`nowhere\/none\.json` cannot be written: there is no folder `nowhere`/,
  ],
  ["no list", {}, ["--include", "users,frogs"], /`frogs` is no list; the lists are users/],
  ["no organisation of that name", {}, ["--organization", "Other"], /Other/],
  ["no number", {}, ["--concurrency", "0"], /whole number/],
];

test.each(trouble)("%s: one line, and no file", async (_, other, words, message) => {
  expectProblem(await shell.run(["pull", "-o", "none.json", ...words], { env: { ...env, ...other } }), 2, message);
  expectNothing();
});

test.each<[string, Parameters<ApiServer["misbehave"]>[0]["how"], RegExp]>([
  ["a page for people", { html: true }, /./],
  ["a redirect", { redirect: "http://127.0.0.1:9/elsewhere" }, /redirect/],
  ["an API that is somewhere else", { status: 404 }, /404/],
])("%s: one line, and no file", async (_, how, message) => {
  api.misbehave({ how });
  expectProblem(await shell.run(["pull", "-o", "none.json"], { env }), 2, message);
  expectNothing();
});

test.each<[string, string, RegExp]>([
  ["a folder", ".", /`\.` cannot be written: it is a folder; name a file in it/],
  ["a missing folder", "nowhere/none.json", /there is no folder `nowhere`/],
  ["a file as a folder", "plain/none.json", /a part of its path is no folder/],
  ["a device", "/dev/null", /it is there already, and no regular file/],
  ["a name that is too long", `${"n".repeat(300)}.json`, /its name is too long/],
  ["links in a circle", "circle", /its links go in circles/],
])("%s as the output is refused before a key is asked for", async (_, output, message) => {
  shell.write("plain", "");
  if (!readdirSync(shell.folder).includes("circle")) symlinkSync("circle", shell.path("circle"));
  const before = api.asked.length;
  const ran = await shell.run(["pull", "-o", output], { env: { BRAINTRUST_API_URL: api.url } });
  rmSync(shell.path("circle"));
  expectProblem(ran, 2, message);
  expect(api.asked.length).toBe(before);
});

test("a link stays one, and what it leads to is written; a name may be as long as names can be", async () => {
  shell.write("target.json", "old");
  symlinkSync("target.json", shell.path("link.json"));
  symlinkSync("not-yet.json", shell.path("dangling.json"));
  const long = `${"n".repeat(250)}.json`;
  for (const output of ["link.json", "dangling.json", long])
    expect((await shell.run(["pull", "-o", output], { env })).code).toBe(0);
  expect(lstatSync(shell.path("link.json")).isSymbolicLink()).toBe(true);
  for (const file of ["target.json", "not-yet.json", long])
    expect(JSON.parse(shell.read(file)).organization).toEqual({ id: ORG, name: "Acme" });
});

test("what --include leaves out is missing for whoever asks", async () => {
  const ran = await shell.run(["pull", "-o", "few.json", "--include", "users,acls,projects,datasets"], { env });
  expect(ran.out).toMatch(/left out as `--include` has it: service_tokens, groups, roles/);
  const asked = await shell.run(["can", "ben@acme.example", "read", "dataset", "Golden", "-e", "few.json"]);
  expect(asked).toMatchObject({ code: 3, out: "unknown\n" });
  expect(asked.err).toMatch(/^incomplete: `groups` could not be read/m);
});

test("a key that may not read the organisation: of one it is pulled, of several it is refused", async () => {
  const forbidden = { token: TOKEN, forbidden: ["/v1/organization"] };
  const mine = await startServer(lists(), forbidden);
  const data = lists();
  data.project.push({ id: "theirs", org_id: "00000000-0000-4000-8000-000000000002", name: "Theirs" });
  const mixed = await startServer(data, forbidden);
  const one = await shell.run(["pull", "-o", "one.json"], { env: { ...env, BRAINTRUST_API_URL: mine.url } });
  expect(one).toMatchObject({
    code: 0,
    out: expect.stringContaining("left out organization: this key may not read it"),
  });
  const ran = await shell.run(["pull", "-o", "none.json"], { env: { ...env, BRAINTRUST_API_URL: mixed.url } });
  expectProblem(ran, 2, /the rows are of several organizations/);
  expectNothing();
  await Promise.all([mine.close(), mixed.close()]);
});

test("what was there stays when a pull fails half-way", async () => {
  shell.write("kept.json", "kept");
  api.misbehave({ path: "/v1/dataset", how: { html: true } });
  const ran = await shell.run(["pull", "-o", "kept.json"], { env });
  expect(ran.code).toBe(2);
  expect(shell.read("kept.json")).toBe("kept");
  expect(readdirSync(shell.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s in the middle leaves nothing", async (signal) => {
  api.misbehave({ path: "/v1/acl/list_org", after: 1, how: { stall: true } });
  const begun = () => readdirSync(shell.folder).some((name) => name.endsWith(".tmp"));
  const ran = await shell.runUntil(begun, signal, ["pull", "-o", "none.json"], { env });
  expectProblem(ran, 2, /stopped; `none\.json` was not written/);
  expectNothing();
});

test("a pull that fails ends, whatever else is still being asked for", async () => {
  api.misbehave({ path: "/v1/acl/list_org", after: 1, how: { status: 401 } });
  api.misbehave({ path: "/v1/project", after: 1, how: { stall: true } });
  const begun = Date.now();
  expectProblem(await shell.run(["pull", "-o", "none.json", "--include", "acls,projects"], { env }), 2, /401/);
  expect(Date.now() - begun).toBeLessThan(30_000);
});

test("the path from pull to why, for somebody who may not", async () => {
  await shell.run(["pull"], { env });
  const ran = await shell.run(["why", "ben@acme.example", "read", "dataset", "Golden"]);
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/add ben to the group Research/);
});

// `aclarity verify`: the model against a server, by GET alone; whose key it is; nothing that names anybody.
import { afterAll, expect, test } from "vitest";
import { type Row, startServer } from "../server/index.ts";
import { expectProblem, Shell, TOKEN } from "./cli.ts";

const shell = new Shell();
const own = { org_id: "acme" };
const organization = { id: "acme", name: "Acme" };
const users = [
  { id: "ada", given_name: "Ada", email: "ada@acme.example" },
  { id: "ben", given_name: "Ben", email: "ben@acme.example" },
];
const projects = [
  { id: "search", ...own, name: "Search" },
  { id: "secret", ...own, name: "Secret" },
];
const datasets = [
  { id: "golden", project_id: "search", name: "Golden" },
  { id: "hidden", project_id: "secret", name: "Hidden" },
];
const groups = [{ id: "research", ...own, name: "Research", member_users: ["ada"] }];
const acls = [{ id: "a1", object_type: "project", object_id: "search", group_id: "research", permission: "read" }];
shell.write("export.json", { organization, users, projects, datasets, groups, acls });

const open: Awaited<ReturnType<typeof startServer>>[] = [];
afterAll(() => Promise.all(open.map((server) => server.close())));

/** Refuses what Ada may not: everything but the project Search and what is in it. */
const REFUSED = ["/v1/project/secret", "/v1/dataset/hidden", "/v1/group/research", "/v1/acl", "/v1/acl/list_org"];

async function server({ refused = REFUSED, keys = [] as object[], pageSize = 1000 } = {}) {
  const lists = {
    organization: [organization],
    project: projects,
    dataset: datasets,
    group: groups,
    acl: acls,
    api_key: keys as Row[],
  };
  const api = await startServer(lists, { token: TOKEN, forbidden: refused, pageSize });
  open.push(api);
  return { api, env: { BRAINTRUST_API_URL: api.url, BRAINTRUST_API_KEY: TOKEN } };
}

const key = (user: string, preview: string) => ({
  id: `key-${user}`,
  name: "mine",
  preview_name: preview,
  user_id: user,
});

test("agrees with a server that does as the model says, and only reads", async () => {
  const { api, env } = await server();
  const ran = await shell.run(["verify", "--as", "ada@acme.example"], { env });
  expect(ran.err).toBe("");
  expect(ran.out).toMatch(/^Whose key: known by --as\n/);
  expect(ran.out).toMatch(/GET \/v1\/dataset\/\{dataset_id\} +read +allow +\w+ +1 +0 +0\n/);
  expect(ran.out).toMatch(/GET \/v1\/dataset\/\{dataset_id\} +read +deny +\w+ +1 +0 +0\n/);
  expect(ran.out).toMatch(/\d+ agree, 0 mismatches, 0 without a verdict; \d+ requests, GET only\n$/);
  expect(ran.code).toBe(0);
  expect(api.asked.every(({ method }) => method === "GET")).toBe(true);
  expect(api.mostAtOnce).toBeLessThanOrEqual(2);
});

test("mismatches, by rule and basis; ids on request only", async () => {
  const { env } = await server({
    refused: [...REFUSED.filter((path) => path !== "/v1/dataset/hidden"), "/v1/project/search"],
  });
  const ran = await shell.run(["verify", "--as", "ada"], { env });
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(
    /mismatch GET \/v1\/dataset\/\{dataset_id\}: the model says deny, the server answered \(200\), 1 time \(needs read, no_grant, basis \w+\)/,
  );
  expect(ran.out).toMatch(
    /mismatch GET \/v1\/project\/\{project_id\}: the model says allow, the server refused \(403\), 1 time/,
  );
  expect(ran.out).not.toMatch(/hidden|golden|ada|Ada/i);
  const withIds = await shell.run(["verify", "--as", "ada", "--ids"], { env });
  expect(withIds.out).toContain("dataset Hidden (dataset:hidden)");
  const report = JSON.parse((await shell.run(["verify", "--as", "ada", "--json"], { env })).out);
  expect(report.counts.mismatch).toBe(2);
  expect(report.principal).toEqual({ known: "--as" });
  expect(JSON.stringify(report)).not.toMatch(/hidden|golden|"ada"/);
});

test("whose key it is, by the list of keys; else it asks for --as", async () => {
  const end = TOKEN.slice(-4);
  const known = await server({ keys: [key("ben", "sk-****0000"), key("ada", `sk-****${end}`)] });
  expect((await shell.run(["verify"], { env: known.env })).out).toMatch(/^Whose key: known by GET \/v1\/api_key\n/);
  for (const keys of [[], [key("ada", "sk-****")], [key("ada", `sk-****${end}`), key("ben", `sk-****${end}`)]]) {
    const { env } = await server({ keys });
    expectProblem(await shell.run(["verify"], { env }), 2, /does not tell whose key this is .* name them with `--as`/);
  }
});

test("all pages of keys are looked at", async () => {
  const others = Array.from({ length: 5 }, (_, number) => ({ ...key("ben", "sk-****0000"), id: `other-${number}` }));
  const { env } = await server({ keys: [...others, key("ada", `sk-****${TOKEN.slice(-4)}`)], pageSize: 2 });
  expect((await shell.run(["verify"], { env })).out).toMatch(/^Whose key: known by GET \/v1\/api_key\n/);
  const { env: refused } = await server({ refused: ["/v1/api_key"] });
  expectProblem(await shell.run(["verify"], { env: refused }), 2, /GET \/v1\/api_key answered 403\); name them with/);
});

test("nobody there: one line", async () => {
  const { api, env } = await server();
  await api.close();
  open.splice(open.indexOf(api), 1);
  expectProblem(await shell.run(["verify", "--as", "ada"], { env }), 2, /ECONNREFUSED.*the address is http/);
});

test("what one request meets that all would meet ends the others", async () => {
  const { api, env } = await server();
  api.misbehave({ path: "/v1/project/search", how: { stall: true } });
  api.misbehave({ path: "/v1/dataset/golden", how: { status: 401 } });
  const begun = Date.now();
  expectProblem(await shell.run(["verify", "--as", "ada"], { env }), 2, /does not accept the token/);
  expect(Date.now() - begun).toBeLessThan(50_000);
});

test("what an export may lack is no mismatch", async () => {
  const { env } = await server({ refused: [] });
  shell.write("part.json", { organization, users, projects, datasets, missing: [{ list: "acls", status: 403 }] });
  const ran = await shell.run(["verify", "--as", "ada", "-e", "part.json"], { env });
  expect(ran.code).toBe(3);
  expect(ran.out).toMatch(/0 agree, 0 mismatches/);
});

test("a bound on requests", async () => {
  const { api, env } = await server();
  await shell.run(["verify", "--as", "ada", "--requests", "3"], { env });
  expect(api.asked).toHaveLength(3);
});

test("pages for people are no answers, whatever their status", async () => {
  const { api, env } = await server();
  api.misbehave({ how: { html: true } });
  const ran = await shell.run(["verify", "--as", "ada", "--json"], { env });
  expect(ran.code).toBe(3);
  expect(JSON.parse(ran.out).counts).toMatchObject({ agrees: 0, mismatch: 0 });
});

test("429 is waited for; what stays unanswered is no verdict", async () => {
  const { api, env } = await server();
  api.misbehave({ path: "/v1/project/search", times: 1, how: { status: 429, headers: { "retry-after": "1" } } });
  api.misbehave({ path: "/v1/dataset/golden", how: { status: 404 } });
  const ran = await shell.run(["verify", "--as", "ada"], { env });
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/0 mismatches, 1 without a verdict/);
  api.misbehave({ how: { cut: "before" } });
  const cut = await shell.run(["verify", "--as", "ada", "--requests", "4"], { env });
  expectProblem(cut, 2, /the connection failed/);
});

test("a wrong key, a redirect, a wrong person", async () => {
  const { api, env } = await server();
  expectProblem(
    await shell.run(["verify", "--as", "ada"], { env: { ...env, BRAINTRUST_API_KEY: `${TOKEN}x` } }),
    2,
    /does not accept the token \(401\).*the key comes from BRAINTRUST_API_KEY/,
  );
  expectProblem(await shell.run(["verify", "--as", "nobody"], { env }), 3, /nobody in the export/);
  expectProblem(await shell.run(["verify", "--as", "group:Research"], { env }), 2, /`--as` names a person/);
  const before = api.asked.length;
  const elsewhere = await server();
  api.misbehave({ how: { redirect: `${elsewhere.api.url}/v1/project/search` } });
  expectProblem(
    await shell.run(["verify", "--as", "ada"], { env }),
    2,
    /is redirected to .*, and the token does not follow/,
  );
  expect(elsewhere.api.asked).toEqual([]);
  expect(api.asked.length).toBeGreaterThan(before);
});

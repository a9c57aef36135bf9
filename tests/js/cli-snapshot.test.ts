// Snapshots on the command line: `pull` writes one, and whatever is asked of it is answered as of the export in JSON.
import { statSync, writeFileSync } from "node:fs";
import { Org, ready } from "aclarity";
import { afterAll, expect, test } from "vitest";
import { startServer } from "../server/index.ts";
import { expectProblem, Shell, sample, TOKEN } from "./cli.ts";

const shell = new Shell();
shell.write("export.json", sample());
await ready();
const whole = Org.loadSync(sample());
writeFileSync(shell.path("export.aclarity"), whole.toBytes());
const both = async (words: string[]) => [
  await shell.run([...words, "-e", "export.json"]),
  await shell.run([...words, "-e", "export.aclarity"]),
];

test.each([
  "can ada@acme.example update dataset golden",
  "can ben delete dataset Golden%questions in Search",
  "can id:gone read organization",
  "can bot create dataset in Support",
  "can sam-1 read Made in Japan",
  "can anonymous read Shown",
  "can ADA%OBI read dataset golden%QUESTIONS in search",
  "can Sam%Lee%2 read organization",
  "why ada read dataset golden",
  "why ben update dataset golden",
  "list sam-1 update datasets",
  "list ada read datasets in Search",
  "list ada read playgrounds",
  "permissions ada dataset golden",
  "access dataset golden",
  "matrix group:Labelling",
  "findings",
  "audit",
  "who read dataset Nothing",
])("%s: as of JSON", async (words) => {
  const [json, snapshot] = await both(words.split(" ").map((word) => word.replaceAll("%", " ")));
  // A snapshot tells no e-mails; which list is not there is told of JSON, and that there is nothing of it of a snapshot.
  expect(snapshot).toEqual(json);
});

test("who: without e-mails", async () => {
  const [json, snapshot] = await both(["who", "read", "dataset:golden", "--json"]);
  const { people } = JSON.parse(json?.out ?? "");
  const bare = people.map(({ email: _, ...person }: { email?: string }) => person);
  expect(JSON.parse(snapshot?.out ?? "").people).toEqual(bare);
});

test("check, and a template of it", async () => {
  for (const file of ["export.json", "export.aclarity"]) {
    expect((await shell.run(["check", `${file}.checks`, "--init", "-e", file])).code).toBe(0);
    expect((await shell.run(["check", `${file}.checks`, "-e", "export.aclarity"])).code).toBe(0);
    expect((await shell.run(["check", `${file}.checks`, "-e", "export.json"])).code).toBe(0);
  }
});

test("what asks where objects are leaves the organisation as it was", async () => {
  const [json, snapshot] = await both(["who", "read", "dataset", "Golden questions", "-p", "Support", "--json"]);
  const ids = (out = "") => JSON.parse(out).people.map(({ id }: { id: string }) => id);
  expect(ids(snapshot?.out)).toEqual(ids(json?.out));
});

test("diff needs rows, and says so", async () => {
  const ran = await shell.run(["diff", "export.json", "export.aclarity"]);
  expectProblem(ran, 2, /`export\.aclarity` is a snapshot, which has no rows to compare; use an export in JSON/);
});

test("a snapshot that is damaged, cut off, or a slice: one line", async () => {
  const bytes = whole.toBytes();
  const damaged = bytes.slice();
  damaged[200] = (bytes[200] ?? 0) ^ 1;
  writeFileSync(shell.path("cut.aclarity"), bytes.slice(0, 500));
  writeFileSync(shell.path("damaged.aclarity"), damaged);
  for (const file of ["cut.aclarity", "damaged.aclarity"])
    expectProblem(await shell.run(["findings", "-e", file]), 2, /could not be read: .*snapshot/);
  writeFileSync(shell.path("slice.aclarity"), whole.slice("ada"));
  expect((await shell.run(["can", "ada", "read", "project:search", "-e", "slice.aclarity"])).out).toBe("yes\n");
  expectProblem(await shell.run(["who", "read", "project:search", "-e", "slice.aclarity"]), 2, /slice/);
});

const ORG = "00000000-0000-4000-8000-000000000001";
const api = await startServer(
  {
    organization: [{ id: ORG, name: "Acme" }],
    user: [{ id: "ada", given_name: "Ada", email: "ada@acme.example" }],
    project: [{ id: "search", org_id: ORG, name: "Search" }],
    acl: [
      {
        id: "a1",
        object_type: "project",
        object_id: "search",
        user_id: "ada",
        permission: "read",
        _object_org_id: ORG,
      },
    ],
  },
  { token: TOKEN, forbidden: ["/v1/role"] },
);
afterAll(() => api.close());

test("pull writes one when the file's name says so, for its owner alone", async () => {
  const env = { BRAINTRUST_API_URL: api.url, BRAINTRUST_API_KEY: TOKEN };
  const ran = await shell.run(["pull", "-o", "acme.aclarity"], { env });
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out).toMatch(/wrote acme\.aclarity \(.* kB, a snapshot, readable by you alone\)/);
  expect(statSync(shell.path("acme.aclarity")).mode & 0o777).toBe(0o600);
  const asked = (words: string[]) => shell.run([...words, "-e", "acme.aclarity"]);
  expect((await asked(["can", "ada@acme.example", "read", "project", "Search"])).out).toBe("yes\n");
  // What the key might not read is in it too.
  expect(await asked(["can", "ada", "delete", "project", "Search"])).toMatchObject({
    ...{ code: 3, out: "unknown\n" },
    err: expect.stringMatching(/^incomplete: `roles` could not be read \(403\)/),
  });
  const json = await shell.run(["pull", "--json", "-o", "acme.json"], { env });
  expect(JSON.parse(json.out).format).toBe("json");
  expect(JSON.parse((await shell.run(["pull", "--json", "-o", "b.aclarity"], { env })).out).format).toBe("snapshot");
  const verified = await shell.run(["verify", "--as", "ada", "-e", "acme.aclarity"], { env });
  expect(verified.out).toMatch(/0 mismatches/);
});

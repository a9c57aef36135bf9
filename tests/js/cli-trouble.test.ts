// Every command in trouble: one clear line that says what to do, the exit code, and no stack trace.
import { afterAll, describe, expect, test } from "vitest";
import { startServer } from "../server/index.ts";
import { expectProblem, Shell, sample, TOKEN } from "./cli.ts";

const shell = new Shell();
shell.write("export.json", sample());
shell.write("broken.json", '{"users": [');
shell.write("checks.json", {
  version: 1,
  expectations: [{ permission: "read", object: "Shown", must: ["anonymous"] }],
});
const api = await startServer({ organization: [{ id: "acme", name: "Acme" }] }, { token: TOKEN });
const env = { BRAINTRUST_API_URL: api.url, BRAINTRUST_API_KEY: TOKEN };
afterAll(() => api.close());
const words = (text: string) => text.split(" ");

/** Every command but `pull`, asked something that has an answer. */
const COMMANDS = [
  "can ada read dataset:golden",
  "why ada read dataset:golden",
  "who read dataset:golden",
  "list ada read datasets",
  "permissions ada dataset:golden",
  "access dataset:golden",
  "matrix ada",
  "findings",
  "audit",
  "check checks.json",
  "verify --as ada",
];

test("the list is that of the help, with pull and diff", async () => {
  const { out } = await shell.run(["--help"]);
  const named = [...out.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(["pull", "diff", ...COMMANDS.map((each) => each.split(" ")[0])]));
});

describe.each(COMMANDS)("%s", (command) => {
  test.each([
    ["broken.json", /`broken\.json` could not be read: the JSON text ends early/],
    ["none.json", /there is no such file; `aclarity pull` makes one/],
  ])("of %s", async (file, message) => {
    expectProblem(await shell.run([...words(command), "-e", file], { env }), 2, message);
  });
});

test.each([
  ["can nobody read dataset:golden", 3],
  ["can ada raed dataset:golden", 2],
  ["why nobody read dataset:golden", 3],
  ["why ada read dataset Nothing", 3],
  ["who read dataset Nothing", 3],
  ["list nobody read datasets", 3],
  ["list ada read datasets in Nowhere", 3],
  ["permissions nobody dataset:golden", 3],
  ["permissions ada dataset Nothing", 3],
  ["access dataset Nothing", 3],
  ["matrix group:Nothing", 3],
  ["findings --code nothing", 2],
  ["audit --code nothing", 2],
  ["check nothing.json", 2],
  ["check new.json --init dataset:nothing:at:all Nothing", 3],
  ["verify --as nobody", 3],
  ["pull --include nothing", 2],
  ["pull --organization nothing", 2],
  ["diff nothing.json export.json", 2],
  ["diff export.json broken.json", 2],
])("%s: what it names is not there", async (command, code) => {
  expectProblem(await shell.run(words(command), { env }), code, /./);
});

test.each(["pull", "verify --as ada"])("%s with a bad token, and without a network", async (command) => {
  const bad = { ...env, BRAINTRUST_API_KEY: `${TOKEN}x` };
  expectProblem(
    await shell.run(words(command), { env: bad }),
    2,
    /does not accept the token \(401\).*the key comes from/,
  );
  const gone = await startServer({}, {});
  const lost = { ...env, BRAINTRUST_API_URL: gone.url };
  await gone.close();
  expectProblem(
    await shell.run(words(command), { env: lost }),
    2,
    /the connection failed \(ECONNREFUSED\).*the address is/,
  );
});

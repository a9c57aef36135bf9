// `aclarity check`: expectations that hold, that do not, that cannot be told, and files that are not as they should be.
import { expect, test } from "vitest";
import { expectProblem, Shell, sample } from "./cli.ts";

const shell = new Shell();
shell.write("export.json", sample());
const expectations = (...list: object[]) => shell.write("expectations.json", { version: 1, expectations: list });
const check = (...words: string[]) => shell.run(["check", "expectations.json", ...words]);
const golden = "dataset Golden questions in Search";

test("what holds", async () => {
  expectations(
    { permission: "update", object: golden, exactly: ["ada@acme.example", "group:Owners", "id:gone"] },
    {
      permission: ["read", "update"],
      object: [golden, "project:search"],
      must: ["group:Owners"],
      must_not: ["bot", "anonymous"],
    },
    { permission: "create", object: "new dataset in Support", exactly: ["Robot", "sam-1"] },
    { permission: "read", object: "Shown", must: ["anonymous"] },
  );
  const ran = await check();
  expect(ran.out).toMatch(/4 expectations, 15 checks: 15 hold, 0 fail, 0 unknown\n$/);
  expect(ran.code).toBe(0);
});

test("what does not, with why and because", async () => {
  expectations(
    { permission: "read", object: golden, exactly: ["ada", "ben", "bot"], because: "labels are reviewed" },
    { permission: "update", object: golden, must: ["ben"], must_not: ["group:Labelling"] },
  );
  const ran = await check();
  expect(ran.code).toBe(1);
  expect(ran.out).toBe(`FAILS   read, ${golden}: exactly 3 names
        not expected: gone may read the dataset Golden questions: their group Owners holds the role owner on the organization
        not expected: Sam Lee may read the dataset Golden questions: their group Owners holds the role owner on the organization
        expected: Robot may not read the dataset Golden questions: no grant gives that
        because: labels are reviewed
FAILS   update, ${golden}: must ben
        Ben Sato may not update the dataset Golden questions: no grant gives that
FAILS   update, ${golden}: must not group:Labelling
        Ada Obi may update the dataset Golden questions: their group Labelling holds update on the project Search, restricted to the type dataset
2 expectations, 3 checks: 0 hold, 3 fail, 0 unknown
`);
});

test("a public object is for exactly nobody else than anonymous", async () => {
  expectations({ permission: "read", object: "Shown", exactly: ["group:Owners", "id:gone"] });
  expect((await check()).out).toMatch(/FAILS.*exactly 2 names\n {8}it is public: anybody may read it/);
  expectations({ permission: "read", object: "Shown", exactly: ["group:Owners", "id:gone", "anonymous"] });
  expect((await check()).code).toBe(0);
});

test("what cannot be told is neither: names that the export does not know, also in must_not", async () => {
  expectations(
    { permission: "read", object: golden, must_not: ["Nobody"] },
    { permission: "read", object: "dataset Silver", must: ["ada"], exactly: [] },
    { permission: "read", object: "dataset Golden questions", must: ["ada"] },
    { permission: "read", object: "board:x", must: ["ada"] },
  );
  const ran = await check();
  expect(ran.code).toBe(3);
  expect(ran.out).toMatch(
    /UNKNOWN read, dataset Silver: exactly nobody\n {8}no dataset in the export is called Silver/,
  );
  expect(ran.out).toMatch(/names several/);
  expect(ran.out).toMatch(/0 hold, 0 fail, 5 unknown/);
});

test("a denial on what the export does not know, by its id, is none", async () => {
  const object = "dataset:00000000-0000-4000-8000-00000000abcd";
  expectations(
    { permission: "delete", object, must_not: ["ben", "group:Owners"], exactly: [] },
    { permission: "delete", object: golden, must_not: ["ben"] },
  );
  const ran = await check();
  expect(ran.code).toBe(3);
  expect(ran.out).toMatch(/1 holds, 0 fail, 3 unknown/);
});

test("an export that lacks a list that decides proves no denial", async () => {
  shell.write("partial.json", { ...sample(), roles: undefined, missing: [{ list: "roles", status: 403 }] });
  expectations(
    { permission: "read", object: golden, must: ["ada"], must_not: ["sam-1"] },
    { permission: "delete", object: golden, must: ["sam-1"], exactly: [] },
    { permission: "read", object: golden, must_not: ["ada"], exactly: [] },
  );
  const ran = await check("--export", "partial.json");
  expect(ran.code).toBe(1);
  expect(ran.out.match(/^(ok|FAILS|UNKNOWN)/gm)).toEqual(["ok", "UNKNOWN", "UNKNOWN", "UNKNOWN", "FAILS", "FAILS"]);
  expect(ran.err).toMatch(/^incomplete: `roles` could not be read \(403\)/);
  expect((await shell.run(["can", "sam-1", "read", "organization", "-e", "partial.json"])).err).toMatch(
    /^incomplete: /,
  );
});

test("a reader that has seen enough makes no failure a success", async () => {
  expectations({ permission: "delete", object: golden, must: ["ada"] });
  expect((await shell.runInto("true", ["check", "expectations.json"])).code).toBe(1);
  expect((await shell.runInto("true", ["can", "ada", "delete", "dataset:golden"])).code).toBe(1);
  expect((await shell.runInto("true", ["can", "ada", "read", "dataset:golden"])).code).toBe(0);
});

test("as JSON, and as JUnit", async () => {
  expectations({ permission: "update", object: "red\u001b[31m\u0007alert", must: ["ada", "sam-1"] });
  const ran = await check("--json", "--junit", "report.xml");
  expect(ran.code).toBe(1);
  const { ok, counts, cases } = JSON.parse(ran.out);
  expect({ ok, counts }).toEqual({ ok: false, counts: { holds: 1, fails: 1, unknown: 0 } });
  expect(cases[1]).toEqual({
    ...{ path: "/expectations/0", permission: "update", object: "red\u001b[31m\u0007alert" },
    ...{ kind: "must", person: "sam-1", status: "holds", messages: [] },
  });
  const xml = shell.read("report.xml");
  expect(xml).toContain('<testsuites name="aclarity check" tests="2" failures="1" errors="0">');
  expect(xml).toMatch(
    /<testcase classname="\/expectations\/0" name="update, red�\[31m�alert: must ada"><failure message="`Ada Obi` may not/,
  );
});

test("a report that cannot be written is told before the work, and loses nothing", async () => {
  expectations({ permission: "update", object: golden, must: ["ada"] });
  expectProblem(
    await check("--junit", "nowhere/report.xml"),
    2,
    /`nowhere\/report\.xml` cannot be written: there is no folder `nowhere`/,
  );
  expectProblem(await check("--junit", "."), 2, /`\.` cannot be written: it is a folder/);
  expect((await check("--junit", "report.xml")).out).toMatch(/1 expectation, 1 check: 1 holds, 0 fail, 0 unknown\n$/);
});

test("a misspelt type or name is unknown, with what was meant", async () => {
  expectations(
    { permission: "read", object: "datset Golden questions in Search", must: ["ada"] },
    { permission: "read", object: "dataset Goldn questions in Search", must: ["ada"] },
    { permission: "read", object: golden, must: ["ada@acme.exmaple"] },
  );
  const ran = await check();
  expect(ran.code).toBe(3);
  expect(ran.out).toMatch(/did you mean the type `?dataset`?\?/);
  expect(ran.out).toMatch(/did you mean Golden questions\?/);
  expect(ran.out).toMatch(/did you mean ada@acme\.example\?/);
});

test("--init writes what holds now, by names, and it holds", async () => {
  const ran = await shell.run(["check", "initial.json", "--init", "--limit", "2"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out).toMatch(/1 project left out/);
  const written = JSON.parse(shell.read("initial.json"));
  expect(written.version).toBe(1);
  expect(written.expectations).toContainEqual({
    permission: ["update", "manage_access"],
    object: "organization",
    exactly: ["id:gone", "sam.lee@acme.example"],
  });
  expect((await shell.run(["check", "initial.json"])).code).toBe(0);
  expectProblem(await shell.run(["check", "initial.json", "--init"]), 2, /is there already; `--force` replaces it/);
  expect((await shell.run(["check", "initial.json", "--init", "--force", golden, "new dataset in Support"])).code).toBe(
    0,
  );
  expect(JSON.parse(shell.read("initial.json")).expectations.at(-1)).toMatchObject({
    ...{ permission: "create", object: "new dataset in Support" },
  });
  expect((await shell.run(["check", "initial.json"])).code).toBe(0);
  expectProblem(await shell.run(["check", "x.json", "--init", "dataset Silver"]), 3, /no dataset in the export/);
});

test("a file that is not as it should be: every place, at once", async () => {
  shell.write("expectations.json", {
    version: 2,
    extra: 1,
    expectations: [
      { permission: "raed", object: "", must: "ada" },
      7,
      { permission: [], object: ["x", null], must: [{}], because: 1, wants: 1 },
      { permission: "read", object: "x" },
    ],
  });
  const ran = await check();
  expectProblem(ran, 2, /are not as they should be:/, 13);
  for (const line of [
    "/version: expected 1, found something else",
    "/extra: there is no such field",
    "/expectations/0/permission: `raed` is no permission; did you mean `read`?",
    "/expectations/0/object: expected a text, found an empty one",
    "/expectations/0/must: expected a list of texts, found a text",
    "/expectations/1: expected an object, found a number",
    "/expectations/2/wants: there is no such field",
    "/expectations/2/permission: expected at least one",
    "/expectations/2/object/1: expected a text, found null",
    "/expectations/2/must/0: expected a text, found an object",
    "/expectations/2/because: expected a text, found a number",
    "/expectations/3: expected one of `must`, `must_not` and `exactly`",
  ]) {
    expect(ran.err).toContain(line);
  }
  shell.write("expectations.json", "{");
  expectProblem(await check(), 2, /are no JSON/);
  expectProblem(await shell.run(["check", "none.json"]), 2, /`aclarity check none.json --init` writes one/);
  expectProblem(
    await shell.run(["check", "initial.json", "project Search"]),
    2,
    /objects are named with `--init` only/,
  );
});

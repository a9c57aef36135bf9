// `aclarity can`, `why`, `who`, `list`, `permissions`, `access`, `matrix`, `findings`, `audit`: what they say, and how they end.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expectProblem, Shell, sample, TOKEN } from "./cli.ts";

const shell = new Shell();
shell.write("export.json", sample());
const lines = (text: string) => text.trimEnd().split("\n");
const json = async (...words: string[]) => JSON.parse((await shell.run([...words, "--json"])).out);

describe("can", () => {
  test.each([
    ["ada@acme.example update dataset golden", "yes", 0],
    ["ada read dataset:golden", "yes", 0],
    ["Ada%Obi read Golden%questions in Search", "yes", 0],
    ["ADA@acme.example read datasets golden", "yes", 0],
    ["ben@acme.example update dataset Golden questions in Search", "no", 1],
    ["ada create dataset in Search", "no", 1],
    ["bot create dataset in Support", "yes", 0],
    ["bot create dataset -p Support", "yes", 0],
    ["sam-1 read Made in Japan", "yes", 0],
    ["sam-1 read dataset Made in Japan in Support", "yes", 0],
    ["sam-1 read Project Phoenix", "yes", 0],
    ["sam-1 read project Project Phoenix", "yes", 0],
    ["sam-1 manage-access all projects", "yes", 0],
    ["sam-1 create members", "yes", 0],
    ["ada read logs Search", "yes", 0],
    ["group:Labelling update dataset:golden", "yes", 0],
    ["group:Research update dataset:golden", "no", 1],
    ["anonymous read Shown", "yes", 0],
    ["anonymous update Shown", "no", 1],
    ["id:gone read organization", "yes", 0],
    ["ada read dataset:11111111-1111-4111-8111-111111111111", "unknown", 3],
    ["ada read dataset 11111111-1111-4111-8111-111111111111 in Search", "yes", 0],
    ["ada read board:x", "unknown", 3],
  ])("%s: %s", async (words, answer, code) => {
    const ran = await shell.run(["can", ...words.split(" ").map((word) => word.replaceAll("%", " "))]);
    expect(ran).toEqual({ code, out: `${answer}\n`, err: "" });
  });

  test("as JSON", async () => {
    expect(await json("can", "ben", "update", "dataset:golden")).toEqual({
      answer: "no",
      person: { kind: "user", id: "ben", name: "Ben Sato", email: "ben@acme.example" },
      permission: "update",
      object: { type: "dataset", id: "golden", name: "Golden questions" },
      reason: "no_grant",
      basis: "documented",
      text: "`Ben Sato` may not update the dataset `Golden questions`: no grant gives that",
      doubts: [],
    });
    const { object } = await json("can", "bot", "create", "dataset", "in", "Support");
    expect(object).toEqual({ type: "dataset", id: null, project: "support" });
  });
});

describe("names", () => {
  test.each([
    ["can nobody read organization", 3, /nobody in the export is called `nobody`; use an e-mail/],
    ["can ada@acme.exmaple read organization", 3, /did you mean `ada@acme.example`\?/],
    ["can Labelling read organization", 3, /a group is written `group:Labelling`/],
    [
      "can group:Labeling read organization",
      3,
      /no group in the export is called `Labeling`; did you mean `Labelling`\?/,
    ],
    ["can ada read dataset Goldne", 3, /no dataset in the export is called `Goldne`/],
    ["can ada read project Serach", 3, /did you mean `Search`\?/],
    ["can ada read dataset Golden%questions in Nowhere", 3, /no project in the export is called `Nowhere`/],
    ["can ada read project", 2, /which project\?/],
    ["can ada read organization Acme", 2, /the organization exists once: leave out `Acme`/],
    ["can ada update dataset in Search", 2, /only `create` can be asked about something without a name/],
    ["can ada raed organization", 2, /`raed` is no permission; did you mean `read`\?/],
    ["can ada read", 2, /it is `aclarity can PERSON PERMISSION OBJECT`/],
    ["can ada read organization --nope", 2, /unknown option `--nope`/],
    ["can ada read golden in Search --project Search", 2, /named twice/],
    ["cna ada read organization", 2, /there is no command `cna`; did you mean `can`\?/],
    ["list ada read boards", 2, /`boards` is no type/],
    ["matrix anonymous", 2, /no grants of its own/],
    ["findings --severity bad", 2, /`--severity` is error or warning or info, not `bad`/],
    ["findings --limit x", 2, /`--limit` is a whole number, not `x`/],
  ])("%s", async (words, code, message) => {
    expectProblem(await shell.run(words.split(" ").map((word) => word.replaceAll("%", " "))), code, message);
  });

  test("what is ambiguous is not guessed: the candidates are listed", async () => {
    const people = await shell.run(["can", "Sam Lee", "read", "organization"]);
    expectProblem(people, 2, /`Sam Lee` names several; use an e-mail or an id:/, 3);
    expect(lines(people.err).slice(1)).toEqual([
      "  Sam Lee  sam.lee@acme.example  sam-1",
      "  Sam Lee  sam.lee.2@acme.example  sam-2",
    ]);
    const objects = await shell.run(["who", "read", "dataset", "Golden questions"]);
    expectProblem(objects, 2, /add `in PROJECT`:/, 3);
    expect(lines(objects.err).slice(1)).toEqual([
      "  dataset:golden  Golden questions  in project Search",
      "  dataset:golden-2  Golden questions  in project Support",
    ]);
  });
});

test("why draws a yes as a tree", async () => {
  const ran = await shell.run(["why", "ada", "read", "dataset:golden"]);
  expect(ran.code).toBe(0);
  expect(lines(ran.out)).toEqual([
    "yes: Ada Obi may read the dataset Golden questions: their group Labelling is in the group Research, which holds read on the project Search",
    "",
    "Ada Obi",
    "└─ in the group Labelling",
    "   └─ which is in the group Research",
    "      └─ granted read on project Search",
    "         └─ and so on dataset Golden questions",
    "",
    "basis: documented by the vendor",
  ]);
});

test("why names what is missing, and what would change it", async () => {
  const ran = await shell.run(["why", "ben", "update", "dataset:golden"]);
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/^no: Ben Sato may not update/);
  expect(ran.out).toMatch(/Nearly\n├─ membership: the group Labelling may update the project Search/);
  expect(ran.out).toMatch(/─ add Ben Sato to the group Labelling; nobody else gains anything/);
  expect(ran.out).toMatch(/─ grant update on dataset Golden questions to Ben Sato;/);
});

test("why as JSON has ids and names", async () => {
  const { grants, basis } = await json("why", "ada", "read", "dataset:golden");
  expect(basis).toBe("documented");
  expect(grants).toEqual([
    {
      acl: "acl-1",
      on: { type: "project", id: "search", name: "Search" },
      via: [
        { type: "group", id: "labelling", name: "Labelling" },
        { type: "group", id: "research", name: "Research" },
      ],
      role: [],
      restrict: null,
    },
  ]);
  const { nearMisses, fixes } = await json("why", "ben", "update", "dataset:golden");
  expect(nearMisses[0]).toMatchObject({ acl: "acl-2", missing: "membership", group: "labelling" });
  expect(fixes).toContainEqual({ addMember: { group: "labelling", user: "ben" }, gains: 0 });
});

test("who: each person once, with the path", async () => {
  const ran = await shell.run(["who", "read", "dataset:golden"]);
  expect(ran.code).toBe(0);
  expect(lines(ran.out)).toEqual([
    "name      e-mail                by group",
    "          gone                  Owners",
    "Ada Obi   ada@acme.example      Labelling in Research",
    "Ben Sato  ben@acme.example      Research",
    "Sam Lee   sam.lee@acme.example  Owners",
    "4 people: read, dataset Golden questions",
  ]);
  const { people } = await json("who", "create", "dataset", "in", "Support");
  expect(people.map(({ id }: { id: string }) => id)).toEqual(["bot", "sam-1"]);
  expect((await json("who", "read", "Shown")).public).toBe(true);
});

test("who: nobody is a no, and of what is unknown unknown", async () => {
  const acls = [{ id: "a", object_type: "project", object_id: "p", user_id: "ada", permission: "update" }];
  shell.write("empty.json", { organization: { id: "acme" }, projects: [{ id: "p", name: "P" }], acls });
  expect((await shell.run(["who", "read", "project", "P", "-e", "empty.json"])).code).toBe(1);
  expect((await shell.run(["who", "read", "board:x", "-e", "empty.json"])).code).toBe(3);
});

test("a no of an export with rows that do not count says so, once, beside it", async () => {
  const acl = { object_type: "project", object_id: "p", user_id: "ada", permission: "read" };
  const lists = { users: [{ id: "ada" }], groups: [], roles: [], project_groups: [], projects: [{ id: "p" }] };
  const export_ = { organization: { id: "acme" }, ...lists };
  const bo = { ...acl, id: "c", user_id: "bo" };
  shell.write("broken-rows.json", { ...export_, acls: [acl, { ...acl, id: "b", permission: "raed" }, bo] });
  shell.write("whole-rows.json", { ...export_, acls: [{ ...acl, id: "a" }] });
  const words = (command: string) => [...command.split(" "), "-e"];
  for (const command of ["can ada read project:p", "why ada read project:p", "list ada read project"]) {
    const no = await shell.run([...words(command), "broken-rows.json"]);
    expect(no.code).toBe(1);
    expect(lines(no.err)).toEqual([
      "note: 2 errors in the export, so answers may be a no where the server says yes; `aclarity findings --severity error` names them",
    ]);
    const yes = await shell.run([...words(command), "whole-rows.json"]);
    expect([yes.code, yes.err]).toEqual([0, ""]);
  }
  const no = await shell.run([...words("can ada update project:p"), "whole-rows.json"]);
  expect([no.code, no.err]).toEqual([1, ""]);
});

test("list", async () => {
  const ran = await shell.run(["list", "sam-1", "update", "datasets"]);
  expect(lines(ran.out).slice(0, 3)).toEqual([
    "name              project",
    "Golden questions  Search",
    "Golden questions  Support",
  ]);
  expect((await shell.run(["list", "ada", "update", "datasets", "in", "Support"])).code).toBe(1);
  expect(await json("list", "ada", "update", "dataset")).toEqual({
    person: { kind: "user", id: "ada", name: "Ada Obi", email: "ada@acme.example" },
    permission: "update",
    type: "dataset",
    objects: [{ type: "dataset", id: "golden", name: "Golden questions", project: "search" }],
    doubts: [],
  });
});

test("permissions", async () => {
  const ran = await shell.run(["permissions", "ada", "dataset:golden"]);
  expect(ran.code).toBe(0);
  expect(lines(ran.out).slice(0, 4)).toEqual([
    "permission        by",
    "create       no",
    "read         yes  Labelling in Research, on project Search",
    "update       yes  Labelling, on project Search",
  ]);
  expect((await json("permissions", "ada", "dataset:golden")).permissions).toEqual(["read", "update"]);
  expect((await shell.run(["permissions", "ada", "Made in Japan"])).code).toBe(1);
  expect((await shell.run(["permissions", "ada", "board:x"])).code).toBe(3);
});

test("access", async () => {
  const ran = await shell.run(["access", "dataset:golden"]);
  expect(lines(ran.out)).toEqual([
    "who              may                                          granted on        role   only for  people",
    "group Research   read                                         project Search                     2",
    "group Labelling  update                                       project Search           dataset   1",
    "group Owners     create, read, update, delete, manage_access  the organization  owner            2",
    "3 grants: dataset Golden questions",
  ]);
  const { grants } = await json("access", "dataset:golden");
  expect(grants[1]).toMatchObject({
    principal: { kind: "group", id: "labelling", name: "Labelling" },
    permissions: ["update"],
    on: { type: "project", id: "search", name: "Search" },
    ...{ inherited: true, role: null, restrict: "dataset", members: 1, acl: "acl-2" },
  });
});

test("matrix", async () => {
  const ran = await shell.run(["matrix", "group:Labelling"]);
  expect(ran.out).toMatch(/project Search, datasets\n {2}\[\^\] Read {3}\[ \] Create {3}\[x\] Update/);
  const { principal, boxes } = await json("matrix", "group:Labelling");
  expect(principal).toEqual({ kind: "group", id: "labelling", name: "Labelling" });
  const on = boxes.filter(({ state }: { state: string }) => state === "on");
  expect(on).toMatchObject([
    { box: "update", restrict: "dataset", on: { type: "project", id: "search", name: "Search" } },
  ]);
});

test("findings and audit: all, some, and a code for CI", async () => {
  const all = await shell.run(["findings"]);
  expect(all.code).toBe(0);
  expect(lines(all.out).at(-1)).toBe("1 warning");
  expect(all.out).toMatch(/^warning departed_principal at \/groups\/2\/member_users\/1: `gone`/);
  expect((await shell.run(["findings", "--fail-on", "error"])).code).toBe(0);
  const misspelt = await shell.run(["findings", "--code", "dangling_grup", "--fail-on", "info"]);
  expect(misspelt.code).toBe(2);
  expect(misspelt.err).toContain("did you mean `dangling_group`?");
  expect((await shell.run(["findings", "--fail-on", "warning"])).code).toBe(1);
  expect((await shell.run(["findings", "--severity", "error"])).out).toBe("no findings\n");
  const audit = await json("audit", "--code", "person_without_access");
  expect(audit.findings.map(({ subject }: { subject: string }) => subject)).toEqual(["sam-2"]);
  expect(lines((await shell.run(["audit", "--limit", "1"])).out)[1]).toMatch(/^… and \d+ more; --limit shows them$/);
});

describe("exports", () => {
  test.each([
    ["missing.json", undefined, /there is no such file; `aclarity pull` makes one/],
    ["broken.json", '{"users": [', /the JSON text ends early/],
    ["array.json", "[1]", /expected an export \(an object of lists\), found a list/],
    ["page.html", "<!doctype html>", /could not be read: /],
    ["nowhere.json", "{}", /of; add `organization` with its `id`$/m],
    [".", undefined, /it is a folder/],
  ])("%s", async (name, contents, message) => {
    if (contents !== undefined) shell.write(name, contents);
    expectProblem(await shell.run(["findings", "--export", name]), 2, message);
  });

  test("named by the environment", async () => {
    shell.write("other.json", { organization: { id: "other" } });
    expect((await shell.run(["findings"], { env: { ACLARITY_EXPORT: "other.json" } })).out).toBe("no findings\n");
  });

  test("in pages, and cut into chunks anywhere", async () => {
    const { users, ...rest } = sample();
    const filler = { id: "filler", given_name: `é\\"{}[]${"x".repeat(300_000)}`, nested: { objects: [{ id: "no" }] } };
    shell.write("pages.json", {
      ...rest,
      users: [{ objects: [filler, ...users.slice(0, 2)] }, { next: null, objects: users.slice(2) }],
    });
    expect((await shell.run(["can", "sam.lee@acme.example", "read", "organization", "-e", "pages.json"])).out).toBe(
      "yes\n",
    );
    expect((await shell.run(["can", "ben@acme.example", "read", "organization", "-e", "pages.json"])).out).toBe("no\n");
    expectProblem(await shell.run(["can", "no", "read", "organization", "-e", "pages.json"]), 3, /nobody/);
  });

  test("--members known denies whoever has left", async () => {
    expect((await shell.run(["can", "id:gone", "read", "organization", "--members", "known"])).out).toBe("no\n");
  });
});

test("an argument that looks like a token is refused, and not repeated", async () => {
  for (const words of [
    ["can", TOKEN, "read", "organization"],
    ["pull", `--token=${TOKEN}`],
    ["who", "read", `x ${TOKEN}`],
  ]) {
    expectProblem(await shell.run(words), 2, /an argument looks like an API key or a service token/);
  }
});

test("colours: on a terminal, never on a pipe, and not where NO_COLOR is set", async () => {
  const words = ["why", "ada", "read", "dataset:golden"];
  const style = "\u001b[";
  expect((await shell.run(words)).out).not.toContain(style);
  expect((await shell.runOnTerminal(words)).out).toContain(`${style}32myes${style}0m`);
  expect((await shell.runOnTerminal(words, { env: { NO_COLOR: "1" } })).out).not.toContain(style);
  expect((await shell.runOnTerminal([...words, "--json"])).out).not.toContain(style);
});

test("a reader that has seen enough is no error", async () => {
  const many = Array.from({ length: 5000 }, (_, number) => ({
    id: `d${number}`,
    name: `Dataset ${number}`,
    project_id: "search",
  }));
  shell.write("many.json", { ...sample(), datasets: many });
  expect(await shell.runInto("head -n 2", ["list", "ada", "read", "datasets", "-e", "many.json"])).toEqual({
    ...{ code: 0, err: "" },
    out: "name          project\nDataset 0     Search\n",
  });
});

test("a table of as many rows as an organisation may have people", async () => {
  const users = Array.from({ length: 200_000 }, (_, number) => ({
    id: `u${number}`,
    email: `u${number}@acme.example`,
  }));
  const members = users.map(({ id }) => id);
  const groups = [{ id: "research", name: "Research", member_users: members }];
  shell.write("many-people.json", { ...sample(), users, groups });
  const ran = await shell.run(["who", "read", "project", "Search", "-e", "many-people.json"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(lines(ran.out).at(-1)).toBe("200,000 people: read, project Search");
});

test("a type that no model knows is called what it is", async () => {
  const ran = await shell.run(["access", "constructor:x"]);
  expect(ran).toMatchObject({ code: 3, out: "0 grants: constructor x\n" });
});

test("a name does nothing to the terminal", async () => {
  for (const ran of [
    await shell.run(["access", "dataset:evil"]),
    await shell.runOnTerminal(["access", "dataset:evil"]),
  ]) {
    expect(ran.out).toContain("red�[31m�alert");
    expect(ran.out).not.toContain("\u0007");
    expect(ran.out).not.toContain("red\u001b");
  }
});

test("help: of everything, with examples that are right", async () => {
  const general = await shell.run(["--help"]);
  expect(general.code).toBe(0);
  expect((await shell.run([])).code).toBe(2);
  const commands = [...general.out.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name as string);
  expect(commands).toEqual([
    ...[
      "pull",
      "can",
      "why",
      "who",
      "list",
      "permissions",
      "access",
      "matrix",
      "findings",
      "audit",
      "diff",
      "check",
      "verify",
    ],
  ]);
  for (const command of commands) {
    const help = await shell.run([command, "--help"]);
    expect(help.code, command).toBe(0);
    expect(help.out, command).toMatch(new RegExp(`^Usage: aclarity ${command}`));
    expect(help.out, command).toMatch(new RegExp(`^ {2}(BRAINTRUST_\\S+ )?aclarity ${command}`, "m"));
    expect((await shell.run(["help", command])).out).toBe(help.out);
  }
});

test("docs/CLI.md has every command's help as it is", async () => {
  const page = readFileSync(new URL("../../docs/CLI.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/^<!-- help: (\w+) -->\n```text\n((?:(?!```).*\n)*)```$/gm)];
  expect(blocks).toHaveLength(13);
  for (const [, command = "", text] of blocks) expect(text, command).toBe((await shell.run([command, "--help"])).out);
});

test("--version", async () => {
  expect((await shell.run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe("an export that lacks a list", () => {
  const whole = sample();
  const without = (list: keyof typeof whole, missing = true) => {
    const { [list]: _, ...rest } = whole;
    return { ...rest, ...(missing ? { missing: [{ list, status: 403 }] } : {}) };
  };
  const ask = (words: string, data: object) => {
    shell.write("part.json", data);
    return shell.run([...words.split(" ").map((word) => word.replaceAll("%", " ")), "-e", "part.json"]);
  };

  test.each([
    ["acls", "can ada delete organization"],
    ["groups", "can ada delete dataset golden"],
    ["roles", "can sam-1 delete dataset golden"],
    ["acls", "why ada delete dataset golden"],
    ["acls", "who delete dataset golden"],
    ["acls", "access dataset golden"],
    ["acls", "permissions ada dataset golden"],
    ["acls", "list ada read datasets"],
    ["datasets", "list ada read datasets"],
    ["projects", "can ada delete dataset golden"],
  ] as const)("of which the key may not read %s: `%s` is unknown, and says why", async (list, words) => {
    const ran = await ask(words, without(list));
    expect(ran.code).toBe(3);
    expect(ran.err.split("\n")[0]).toMatch(new RegExp(`^incomplete: \`${list}\` could not be read \\(403\\)`));
    expect(ran.err.trimEnd().split("\n")).toHaveLength(1);
  });

  test.each([
    ["acls", "can ada read dataset golden"],
    ["groups", "can bot create dataset in Support"],
    ["roles", "list sam-1 delete datasets"],
    ["projects", "who delete dataset golden"],
  ] as const)("that has no %s, and something in it names one of them: `%s`", async (list, words) => {
    const data = without(list, false);
    const ran = await ask(words.replace("bot create", "ada create"), data);
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(new RegExp(`^incomplete: the export has no \`${list}\`, so answers may be a no`));
  });

  test.each([
    ["a yes", "can ada read dataset golden", without("roles"), 0],
    ["somebody who may", "who read dataset golden", without("roles"), 0],
    ["something held", "permissions ada dataset golden", without("roles"), 0],
    ["a list that holds other objects", "can ada delete dataset golden", without("experiments"), 1],
    [
      "no grant names a role",
      "can ada delete dataset golden",
      { ...without("roles", false), acls: whole.acls.slice(0, 2) },
      1,
    ],
    ["nobody in particular", "can anonymous read dataset golden", without("acls"), 1],
    [
      "what is deleted",
      "can ada read dataset golden",
      { ...without("roles"), datasets: [{ ...whole.datasets[0], deleted_at: "2026-01-01" }] },
      1,
    ],
    [
      "an older API's list",
      "can ada delete dataset golden",
      { ...whole, missing: [{ list: "project_groups", status: 404 }] },
      1,
    ],
    ["who is called what", "can ada delete dataset golden", without("users"), 1],
  ] as const)("but what cannot change stands: %s", async (_, words, data, code) => {
    expect((await ask(words.replace("ada delete", "id:ada delete"), data)).code).toBe(code);
  });

  test("project groups: when a grant is on one", async () => {
    const acl = { id: "acl-9", object_type: "project_group", object_id: "pg", user_id: "ada", permission: "delete" };
    const data = { ...whole, acls: [...whole.acls, acl] };
    expect((await ask("can ada delete dataset golden", data)).err).toMatch(/no `project_groups`/);
    expect((await ask("can ada delete group Research", data)).code).toBe(1);
    const project_groups = [{ id: "pg", name: "Launches", member_projects: ["search"] }];
    expect((await ask("can ada delete dataset golden", { ...data, project_groups })).code).toBe(0);
    expect((await ask("can ada delete Made%in%Japan", { ...data, project_groups })).code).toBe(1);
  });

  test("whoever is in no list may be a service account, with --members known", async () => {
    const ran = await ask("can id:gone read organization --members known", without("service_accounts", false));
    expect({ ...ran, err: ran.err.slice(0, 42) }).toEqual({
      ...{ code: 3, out: "unknown\n" },
      err: "incomplete: the export has no `service_tok",
    });
    expect((await ask("can id:gone read organization --members known", whole)).code).toBe(1);
  });

  test("playgrounds, of which the API has no list", async () => {
    expect((await ask("list ada read playgrounds", whole)).err).toMatch(/the export has no `prompt_sessions`/);
    expect((await ask("list ada read playgrounds", { ...whole, prompt_sessions: [] })).code).toBe(1);
  });

  test("as JSON the doubts are in the answer", async () => {
    const ran = await ask("can ada delete organization --json", without("acls"));
    expect(JSON.parse(ran.out)).toMatchObject({
      answer: "unknown",
      doubts: [expect.stringMatching(/^`acls` could not be read \(403\)/)],
    });
  });
});

test("a name that is a key is shown nowhere; one that only begins like it is a name", async () => {
  const key = `sk-${"Ab1".repeat(16)}`;
  const data = sample();
  data.datasets.push(
    { id: "pasted", name: `prod ${key}`, project_id: "search" },
    { id: "learn", name: "sk-learn-2024-benchmark", project_id: "search" },
  );
  data.users.push({ id: "pat", given_name: key, family_name: "", email: "pat@acme.example" });
  data.groups[0]?.member_users.push("pat");
  shell.write("keys.json", data);
  const inKeys = (words: string[]) => shell.run([...words, "-e", "keys.json"]);
  for (const words of [
    ["list", "ada", "read", "datasets"],
    ["list", "ada", "read", "datasets", "--json"],
    ["why", "pat", "delete", "dataset:pasted"],
    ["who", "read", "dataset:pasted", "--json"],
    ["check", "keys-check.json", "--init", "dataset:pasted"],
  ]) {
    const ran = await inKeys(words);
    expect(ran.out + ran.err, words.join(" ")).not.toContain(key.slice(3));
    expect(ran.out + ran.err, words.join(" ")).toMatch(/sk-…|wrote/);
  }
  expect(await inKeys(["can", "ada", "read", "dataset", "sk-learn-2024-benchmark"])).toMatchObject({ code: 0 });
  expectProblem(
    await inKeys(["can", "ada", "read", "sk-learn"]),
    3,
    /`sk-learn`; did you mean `sk-learn-2024-benchmark`/,
  );
});

test.each([
  [["can", "ada", "read", ""], /which object\? write `TYPE NAME`/],
  [["can", "", "read", "dataset:golden"], /who\? write an e-mail/],
  [["list", "ada", "read", "datset"], /`datset` is no type; did you mean `dataset`\?/],
])("%j: one line", async (words, message) => {
  expectProblem(await shell.run(words), 2, message);
});

test.each([
  ["datset Golden questions", "dataset"],
  ["datset:golden", "dataset"],
  ["proyect Search", "project"],
  ["playgrond Triage", "playground"],
])("%s: what type was meant", async (phrase, type) => {
  expectProblem(await shell.run(["can", "ada", "read", phrase]), 3, new RegExp(`did you mean the type \`${type}\`\\?`));
});

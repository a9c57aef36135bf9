// `aclarity diff`: the rows that differ, and what that means for people, compared with asking about everything.
import { Org } from "aclarity";
import { expect, test } from "vitest";
import { expectProblem, Shell, sample } from "./cli.ts";
import { organization, Rng } from "./generate.ts";

const shell = new Shell();
shell.write("before.json", sample());
type Sample = ReturnType<typeof sample>;
const after = (change: (data: Sample) => void) => {
  const data = sample();
  change(data);
  shell.write("after.json", data);
};
const diff = (...words: string[]) => shell.run(["diff", "before.json", "after.json", ...words]);

test("nothing", async () => {
  after((data) => data.acls.reverse());
  expect(await diff()).toMatchObject({ code: 0, out: expect.stringMatching(/^Nothing differs\.\n/) });
});

test("a member, a grant, a name", async () => {
  after((data) => {
    data.groups[0]?.member_users.push("ben");
    data.acls.splice(0, 1);
    data.users[1] = { id: "ben", given_name: "Benjamin", family_name: "Sato", email: "ben@acme.example" };
    data.projects.push({ id: "new", name: "New" });
  });
  const ran = await diff();
  expect(ran.code).toBe(1);
  expect(ran.out).toContain("~ Labelling: members + Benjamin Sato");
  expect(ran.out).toContain("- group Research: read on project Search");
  expect(ran.out).toContain("+ project New");
  expect(ran.out).toMatch(/Ada Obi\n {4}- read: project Search and everything in it\n/);
  expect(ran.out).toMatch(/Benjamin Sato\n(.*\n)*? {4}\+ update - read: datasets in project Search\n/);
});

test("a grant that becomes narrower is one line, and what is left is told by what is not", async () => {
  after((data) => {
    const [first] = data.acls;
    data.acls.splice(0, 1, { ...first, restrict_object_type: "dataset" } as typeof first & object);
    data.acls.push({ ...first, id: "acl-9", restrict_object_type: "prompt" } as typeof first & object);
  });
  const ran = await diff();
  expect(ran.out).toMatch(
    /^Grants\n {2}~ group Research: read on project Search, now for datasets, prompts and functions alone \(before: without a restriction\)\n\n/,
  );
  expect(ran.out).toMatch(
    /Ada Obi, Ben Sato\n {4}- read: project Search and everything but datasets, prompts and functions in it\n/,
  );
});

test("an experiment that becomes public concerns everybody; an object that is different from its like is told apart", async () => {
  after((data) => {
    Object.assign(data.experiments[0] as object, { public: false });
    data.acls.push({ id: "acl-9", object_type: "dataset", object_id: "golden", user_id: "bot", permission: "read" });
    data.acls.push({ id: "acl-10", object_type: "project", object_id: "search", user_id: "ben", permission: "update" });
  });
  const ran = await diff();
  expect(ran.out).toContain("~ experiment Shown: no longer public");
  expect(ran.out).toMatch(/Ada Obi, .*\n {4}- read: experiment Shown\n/);
  expect(ran.out).toMatch(/Robot\n(.*\n)* {4}\+ read: dataset Golden questions\n/);
});

test("what moves in the tree concerns everybody, within a bound too", async () => {
  const data = sample();
  const grouped = (member_projects: string[], project_id: string) => ({
    ...data,
    project_groups: [{ id: "pg", name: "Launches", member_projects }],
    datasets: [{ id: "golden", name: "Golden questions", project_id }],
    acls: [
      ...data.acls,
      { id: "acl-9", object_type: "project_group", object_id: "pg", user_id: "sam-2", permission: "read" },
    ],
  });
  shell.write("grouped.json", grouped(["search"], "search"));
  shell.write("regrouped.json", grouped(["search", "phoenix"], "support"));
  const regrouped = (...words: string[]) => shell.run(["diff", "grouped.json", "regrouped.json", "--json", ...words]);
  const { effects } = JSON.parse((await regrouped()).out);
  const of = (person: string) =>
    effects.people.find(({ people }: { people: string[] }) => people.includes(person))?.changes;
  expect(of("sam-2")).toMatchObject([
    { gained: ["read"], lost: [], projects: ["phoenix"] },
    { gained: [], lost: ["read"], objects: [{ type: "dataset", id: "golden" }] },
  ]);
  expect(of("ada")).toEqual([{ gained: [], lost: ["read", "update"], objects: [{ type: "dataset", id: "golden" }] }]);
  const bounded = JSON.parse((await regrouped("--limit", String(effects.compared - 1))).out).effects;
  expect(bounded).toMatchObject({ complete: true, people: effects.people });
  expect(bounded.compared).toBeLessThan(effects.compared);
});

test("a bound that is too small is said, and who was left out", async () => {
  after((data) => data.acls.splice(2, 1));
  const ran = await diff("--limit", "1");
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/not compared: \d people \(.*\); --limit takes more/);
  const { effects } = JSON.parse((await diff("--limit", "1", "--json")).out);
  expect(effects).toMatchObject({ complete: false, compared: 0, people: [] });
  expect(effects.leftOut).toContain("sam-1");
});

test("two organisations are not compared", async () => {
  after((data) => {
    data.organization.id = "other";
    data.acls = data.acls.filter(({ object_type }) => object_type !== "organization");
  });
  expectProblem(await diff(), 2, /two different organisations/);
  expectProblem(await shell.run(["diff", "before.json"]), 2, /it is `aclarity diff BEFORE.json AFTER.json`/);
  expectProblem(await shell.run(["diff", "before.json", "none.json"]), 2, /no such file/);
});

const TYPES: Record<string, string> = {
  experiments: "experiment",
  datasets: "dataset",
  prompts: "prompt",
  functions: "prompt",
  prompt_sessions: "prompt_session",
};

/** Of every object by its type and id, whatever form its list has. */
function projectsOf(data: Record<string, unknown>): Map<string, string> {
  const projects = new Map<string, string>();
  const rows = (list: unknown): { id?: string; project_id?: string }[] => {
    if (Array.isArray(list)) return list.flatMap(rows);
    const { objects } = (list ?? {}) as { objects?: unknown };
    return objects === undefined ? [list as object] : rows(objects);
  };
  for (const [list, type] of Object.entries(TYPES)) {
    for (const row of data[list] === undefined ? [] : rows(data[list])) {
      const key = `${type}:${row?.id}`;
      if (row?.project_id !== undefined && !projects.has(key)) projects.set(key, row.project_id);
    }
  }
  return projects;
}

interface Change {
  gained: string[];
  lost: string[];
  objects?: { type: string; id: string }[];
  projects?: string[];
  types?: string[];
}

test("random exports: what is told is what asking about everything finds", async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const rng = new Rng(seed);
    const before = organization(rng, "small") as Record<string, { id?: string }[]>;
    const changed = structuredClone(before);
    for (const list of ["acls", "groups", "project_groups"]) {
      if (Array.isArray(changed[list])) changed[list] = changed[list].filter(() => !rng.percent(15));
    }
    const [a, b] = [shell.write("a.json", before), shell.write("b.json", changed)];
    const ran = await shell.run(["diff", a, b, "--json"]);
    expect(ran.err).toBe("");
    const { effects } = JSON.parse(ran.out) as {
      effects: { compared: number; people: { people: string[]; changes: Change[] }[] };
    };
    const [old, now] = [await Org.load(before), await Org.load(changed)];
    // With a smaller bound only what may be concerned is looked at, and the same is found.
    const bounded = await shell.run(["diff", a, b, "--json", "--limit", String(effects.compared - 1)]);
    expect(JSON.parse(bounded.out).effects).toMatchObject({ complete: true, people: effects.people });
    const projects = projectsOf(changed);
    const told = new Map(effects.people.flatMap(({ people, changes }) => people.map((id) => [id, changes])));
    for (const person of new Set([...told.keys(), ...now.find({ type: "user" }).map(({ id }) => id)])) {
      for (const { type, id } of now.find({})) {
        if (
          type === "user" ||
          type === "project_log" ||
          !old.find({ type: type as "dataset" }).some((node) => node.id === id)
        )
          continue;
        const held = (org: Org) => org.as(person).permissions(type as "dataset", id);
        const expected = {
          gained: held(now).filter((p) => !held(old).includes(p)),
          lost: held(old).filter((p) => !held(now).includes(p)),
        };
        const project = projects.get(`${type}:${id}`);
        const changes = told.get(person) ?? [];
        const own = changes.find(({ objects }) => objects?.some((node) => node.type === type && node.id === id));
        const shared = changes.find(
          ({ projects, types }) =>
            types?.includes(type) && projects?.includes(type === "project" ? id : (project ?? "")),
        );
        const { gained, lost } = own ?? shared ?? { gained: [], lost: [] };
        expect({ gained, lost }, `seed ${seed}: ${person}, ${type} ${id}`).toEqual(expected);
      }
    }
  }
});

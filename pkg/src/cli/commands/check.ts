import { readFile, stat } from "node:fs/promises";
import type { Ask } from "../../types.js";
import { answerOf, everybody, explain, whoMay } from "../answers.js";
import { type Case, caseName } from "../cases.js";
import { type Command, EXPORT_OPTIONS, type Given } from "../command.js";
import { type Expectation, parseExpectations } from "../expectations.js";
import { writeWhole } from "../files.js";
import { junit } from "../junit.js";
import type { Names, Place } from "../names.js";
import type { Opened } from "../opened.js";
import { EXIT, type Exit, fileTrouble, Problem, usage } from "../problem.js";
import { initialExpectations } from "../template.js";
import { count, paint } from "../terminal.js";

export const check: Command = {
  name: "check",
  summary: "whether an export fulfils what you expect of it, for CI",
  synopsis: "EXPECTATIONS.json [--init [OBJECT …]]",
  words: [1, 1000],
  options: {
    ...EXPORT_OPTIONS,
    init: { type: "boolean" },
    force: { type: "boolean" },
    junit: { type: "string" },
    limit: { type: "string" },
  },
  optionLines: [
    [
      "--init",
      "write EXPECTATIONS.json from what holds now: of the objects named, or of the organisation and its projects",
    ],
    ["--force", "with --init: replace the file if it is there"],
    ["--limit N", "with --init and no objects: at most so many projects (default 50)"],
    ["--junit FILE", "a report in JUnit's XML too"],
  ],
  help: `An expectation
names who must, who must not, or exactly who may:

  { "version": 1,
    "expectations": [
      { "permission": "update", "object": "dataset Golden in Search", "exactly": ["ada@acme.example"],
        "because": "labels are reviewed" },
      { "permission": ["delete", "manage_access"], "object": ["project Search", "all projects"],
        "must": ["group:Owners"], "must_not": ["ben@acme.example", "anonymous"] } ] }

\`group:NAME\` stands for everybody in that group. \`"object": "new dataset in Search"\` with \`create\` asks about
something that does not exist yet. The exit code is 0 when all hold, 1 when one does not, 3 when none fails and one
names what the export does not know, or rests on a no of an export that lacks what its key might not read.

  aclarity check expectations.json --init
  aclarity check expectations.json --export org.json --junit report.xml
  aclarity check golden.json --init "dataset Golden in Search" "project Search"`,
  async run(given) {
    const [file = "", ...objects] = given.words;
    if (given.flag("init")) return init(given, file, objects);
    if (objects.length > 0) throw usage("objects are named with `--init` only");
    const expectations = parseExpectations(file, await readExpectations(file));
    const { opened, names } = await given.open();
    const cases = await evaluate(opened, names, expectations);
    const report = given.text("junit");
    if (report !== undefined) await writeWhole(report, [junit(file, cases)]);
    tell(given, expectations, cases);
    if (cases.some(({ status }) => status === "fails")) return EXIT.no;
    return cases.some(({ status }) => status === "unknown") ? EXIT.unknown : EXIT.yes;
  },
};

async function readExpectations(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const hint = (error as { code?: string }).code === "ENOENT" ? `; \`aclarity check ${file} --init\` writes one` : "";
    throw usage(`the expectations \`${file}\` could not be read: ${fileTrouble(error) ?? "it is unreadable"}${hint}`);
  }
}

async function init(given: Given, file: string, objects: readonly string[]): Promise<Exit> {
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists && !given.flag("force")) throw usage(`\`${file}\` is there already; \`--force\` replaces it`);
  const { opened, names } = await given.open();
  const { expectations, left } = await initialExpectations(opened, names, objects, given.number("limit", 50));
  await writeWhole(file, [`${JSON.stringify({ version: 1, expectations }, null, 2)}\n`]);
  if (given.json) given.terminal.json({ file, expectations: expectations.length, projectsLeftOut: left });
  else {
    given.terminal.print(`wrote ${paint("bold", file)}: ${count(expectations.length, "expectation")}, which hold now`);
    if (left > 0)
      given.terminal.print(`${count(left, "project")} left out; --limit takes more of them, or name objects`);
  }
  return EXIT.yes;
}

// ---- evaluating ----

async function evaluate(opened: Opened, names: Names, expectations: readonly Expectation[]): Promise<Case[]> {
  const cases: Case[] = [];
  const groups = new Memberships(opened);
  for (const expectation of expectations) {
    for (const object of expectation.objects) {
      const place = await attempt(() => names.place(object.replace(/^new /, "")));
      for (const permission of expectation.permissions) {
        const about = { path: expectation.path, permission, object };
        const because = expectation.because === undefined ? {} : { because: expectation.because };
        for (const found of judge(opened, names, groups, expectation, permission, place)) {
          cases.push({ ...about, ...because, ...found });
        }
      }
    }
  }
  return cases;
}

type Judged = Pick<Case, "kind" | "person" | "people" | "status" | "messages">;

function* judge(
  opened: Opened,
  names: Names,
  groups: Memberships,
  { must, mustNot, exactly }: Expectation,
  ask: Ask,
  place: Place | Problem,
): Generator<Judged> {
  for (const [kind, people] of [
    ["must", must],
    ["must_not", mustNot],
  ] as const) {
    for (const person of people ?? []) {
      yield {
        kind,
        person,
        ...(place instanceof Problem ? unknownCase(place) : one(opened, names, groups, kind, person, ask, place)),
      };
    }
  }
  if (exactly === undefined) return;
  yield {
    kind: "exactly",
    people: exactly.length,
    ...(place instanceof Problem ? unknownCase(place) : all(opened, names, groups, exactly, ask, place)),
  };
}

type Outcome = Pick<Case, "status" | "messages">;

function unknownCase({ message, details }: Problem): Outcome {
  return { status: "unknown", messages: [message, ...details] };
}

/** What rests on a no, of an export that lacks what might make it a yes. */
function doubted({ doubts }: Opened, { messages }: Outcome): Outcome {
  return { status: "unknown", messages: [...messages, ...doubts] };
}

/** Somebody must, or must not; a group is everybody in it. */
function one(
  opened: Opened,
  names: Names,
  groups: Memberships,
  kind: "must" | "must_not",
  person: string,
  ask: Ask,
  place: Place,
): Outcome {
  try {
    const asker = names.asker(person);
    const askers = asker.kind === "group" ? groups.of(asker.id as string).map((id) => names.askerById(id)) : [asker];
    if (askers.length === 0) return { status: "unknown", messages: [`nobody whom the export lists is in ${person}`] };
    const explanations = askers.map((each) => explain(each, ask, place));
    const wrong = explanations.filter(({ allowed }) => allowed === (kind === "must_not"));
    const texts = (told: typeof explanations) => told.map(({ text }) => text);
    // A no about an object that the data do not know is no denial.
    const unknown = explanations.filter((explanation) => answerOf(explanation) === "unknown");
    const known = wrong.filter((explanation) => !unknown.includes(explanation));
    if (known.length === 0 && unknown.length > 0) return { status: "unknown", messages: texts(unknown) };
    const outcome: Outcome = { status: wrong.length === 0 ? "holds" : "fails", messages: texts(wrong) };
    const restsOnNo = outcome.status === (kind === "must" ? "fails" : "holds");
    return restsOnNo && opened.doubts.length > 0 ? doubted(opened, outcome) : outcome;
  } catch (error) {
    if (error instanceof Problem) return unknownCase(error);
    throw error;
  }
}

/** Exactly these may. */
function all(
  opened: Opened,
  names: Names,
  groups: Memberships,
  people: readonly string[],
  ask: Ask,
  place: Place,
): Outcome {
  const expected = new Set<string>();
  let anybody = false;
  const messages: string[] = [];
  for (const person of people) {
    try {
      const asker = names.asker(person);
      if (asker.kind === "anonymous") anybody = true;
      else if (asker.kind === "group") for (const id of groups.of(asker.id as string)) expected.add(id);
      else expected.add(asker.id as string);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      messages.push(error.message, ...error.details);
    }
  }
  if (messages.length > 0) return { status: "unknown", messages };
  return compared(opened, names, { expected, anybody }, ask, place);
}

/** Who may, beside who is expected to. */
function compared(
  opened: Opened,
  names: Names,
  { expected, anybody }: { readonly expected: ReadonlySet<string>; readonly anybody: boolean },
  ask: Ask,
  place: Place,
): Outcome {
  const found = whoMay(opened, names, ask, place);
  const actual = new Set(found.subjects.map(({ subject }) => subject));
  if (!place.known && actual.size === 0 && !found.public) {
    return { status: "unknown", messages: [`the export does not know ${names.placeLabel(place)}`] };
  }
  const textOf = (id: string) => explain(names.askerById(id), ask, place).text;
  const surplus = [...actual].filter((id) => !expected.has(id)).map((id) => `not expected: ${textOf(id)}`);
  const lacking = [...expected].filter((id) => !actual.has(id)).map((id) => `expected: ${textOf(id)}`);
  if (found.public && !anybody) surplus.unshift("it is public: anybody may read it");
  if (!found.public && anybody) lacking.unshift("it is not public");
  const messages = [...surplus, ...lacking];
  const outcome: Outcome = { status: messages.length === 0 ? "holds" : "fails", messages };
  return surplus.length === 0 && opened.doubts.length > 0 ? doubted(opened, outcome) : outcome;
}

async function attempt(action: () => Promise<Place>): Promise<Place | Problem> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Who is in a group, by groups of groups too. */
class Memberships {
  private members: Map<string, string[]> | undefined;

  constructor(private readonly opened: Opened) {}

  of(group: string): readonly string[] {
    this.members ??= this.read();
    return this.members.get(group) ?? [];
  }

  private read(): Map<string, string[]> {
    const members = new Map<string, string[]>();
    for (const person of everybody(this.opened)) {
      for (const { id } of this.opened.org.as(person).groups) {
        const known = members.get(id);
        if (known === undefined) members.set(id, [person]);
        else known.push(person);
      }
    }
    return members;
  }
}

// ---- telling ----

const LONGEST_LIST = 20;

function tell({ terminal, json }: Given, expectations: readonly Expectation[], cases: readonly Case[]): void {
  const counts = { holds: 0, fails: 0, unknown: 0 };
  for (const { status } of cases) counts[status]++;
  if (json) {
    terminal.json({ ok: counts.fails + counts.unknown === 0, counts, cases });
    return;
  }
  for (const each of cases) {
    const { status, messages, because } = each;
    const mark = {
      holds: paint("green", "ok     "),
      fails: paint("red", "FAILS  "),
      unknown: paint("yellow", "UNKNOWN"),
    }[status];
    terminal.print(`${mark} ${caseName(each)}`);
    for (const message of messages.slice(0, LONGEST_LIST)) terminal.print(`        ${message.replaceAll("`", "")}`);
    if (messages.length > LONGEST_LIST) terminal.print(`        … and ${messages.length - LONGEST_LIST} more`);
    if (status !== "holds" && because !== undefined) terminal.print(paint("dim", `        because: ${because}`));
  }
  const told = `${counts.holds} hold, ${counts.fails} fail${counts.fails === 1 ? "s" : ""}, ${counts.unknown} unknown`;
  terminal.print(
    paint("bold", `${count(expectations.length, "expectation")}, ${count(cases.length, "check")}: ${told}`),
  );
}

import { readFile, stat } from "node:fs/promises";
import { type Case, caseName } from "../cases.js";
import { type Command, EXPORT_OPTIONS, type Given } from "../command.js";
import { Evaluation } from "../evaluation.js";
import { type Expectation, parseExpectations } from "../expectations.js";
import { targetOf, writeWhole } from "../files.js";
import { junit } from "../junit.js";
import { EXIT, type Exit, fileTrouble, usage } from "../problem.js";
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
    const report = given.text("junit");
    const target = report === undefined ? undefined : await targetOf(report);
    const { opened, names } = await given.open();
    const cases = await new Evaluation(opened, names).evaluate(expectations);
    tell(given, expectations, cases);
    if (target !== undefined) await writeWhole(target, [junit(file, cases)]);
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
  const target = await targetOf(file);
  const exists = await stat(target.path).then(
    () => true,
    () => false,
  );
  if (exists && !given.flag("force")) throw usage(`\`${file}\` is there already; \`--force\` replaces it`);
  const { opened, names } = await given.open();
  const { expectations, left } = await initialExpectations(opened, names, objects, given.number("limit", 50));
  await writeWhole(target, [`${JSON.stringify({ version: 1, expectations }, null, 2)}\n`]);
  if (given.json) given.terminal.json({ file, expectations: expectations.length, projectsLeftOut: left });
  else {
    given.terminal.print(`wrote ${paint("bold", file)}: ${count(expectations.length, "expectation")}, which hold now`);
    if (left > 0)
      given.terminal.print(`${count(left, "project")} left out; --limit takes more of them, or name objects`);
  }
  return EXIT.yes;
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
  const verb = (number: number, one: string) => `${number} ${number === 1 ? `${one}s` : one}`;
  const told = `${verb(counts.holds, "hold")}, ${verb(counts.fails, "fail")}, ${counts.unknown} unknown`;
  terminal.print(
    paint("bold", `${count(expectations.length, "expectation")}, ${count(cases.length, "check")}: ${told}`),
  );
}

// The tables, as they are printed and as they stand in benches/RESULTS.md.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import type { FirstAnswer } from "./fresh-process.ts";
import type { Loading } from "./loading.ts";
import { type Figure, ratio } from "./measure.ts";
import type { QuestionFigures } from "./questions.ts";
import { QUESTIONS, type Scenario } from "./scenario.ts";

const require = createRequire(import.meta.url);
const version = (name: string): string => {
  // Some packages do not export their manifest: it lies where their main file is, or above.
  let folder = new URL(".", `file://${require.resolve(name)}`);
  for (let up = 0; up < 6; up++) {
    try {
      const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as Record<string, string>;
      if (manifest.name === name) return manifest.version ?? "?";
    } catch {
      // further up
    }
    folder = new URL("..", folder);
  }
  return "?";
};

export function report(
  scenario: Scenario,
  questions: QuestionFigures,
  loading: Loading,
  first: readonly FirstAnswer[],
): string {
  return [
    heading(scenario),
    asked(questions),
    cold(questions, first),
    loaded(scenario, loading),
    spread(questions),
  ].join("\n");
}

function heading({ size, grants, creatorGrants, expected, text }: Scenario): string {
  const yes = expected.reduce((sum, answer) => sum + answer, 0);
  const day = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 2 ** 30);
  return `# Results: ${size.name}

\`make bench\` writes this file: ${day}, Node ${process.version} (V8 ${process.versions.v8}), ${process.platform} ${process.arch},
${availableParallelism()} of ${cpus().length} cores, ${memory} GB, load average ${loadavg()[1]?.toFixed(1)}; aclarity ${version("aclarity")}, @casl/ability ${version("@casl/ability")}, measured with mitata ${version("mitata")}.

One generated organisation: ${count(size.users)} users, ${size.groups} groups (some nested), ${size.projects} projects, ${count(size.objects)} objects, ${count(size.acls)} ACLs
(role ACLs, restricted ones, a creator's grant on most objects), ${(text.length / 1e6).toFixed(1)} MB of JSON. One person is signed in, whom ${grants} ACLs cover
(${creatorGrants} of them as a creator); ${count(QUESTIONS)} questions, one permission about one object each, ${yes} of which are answered yes.

How it is measured: everything runs in one process, in rounds; each round measures each line once, in turn, so that what the
machine does meanwhile happens to all alike. A round's figure is the lower quartile of its samples (one that was interrupted
says nothing); the table has the median of the rounds, and as ratio the median of the rounds' ratios to the first line. Before
anything is timed, every answer is compared with the naive evaluator of the tests (\`tests/js/naive.ts\`). Numbers of different
runs, or machines, say little; ratios within one run do.

* **fresh strings**: for every sample the rows are parsed from JSON anew, so that ids are equal to those asked about before but are
  new string objects without a hash, as they come from the network. A row's \`project_id\`, which the maps and CASL need, is as
  fresh as its id.
* **same strings**: the very same string objects, and rows, again. (The keys of the hand-written maps come from the ACLs, as they
  would in an application: they are equal to what is asked about, with hashes known, but not the same objects.)
`;
}

function asked({ lines }: QuestionFigures): string {
  const base = lines[0];
  const rows = lines.map(({ engine, way, fresh, same }) => [
    engine,
    way,
    nanoseconds(fresh),
    times(fresh, base?.fresh),
    nanoseconds(same),
    times(same, base?.same),
  ]);
  return `## Asking, ns per question

${table(["", "question", "fresh strings", "×", "same strings", "×"], rows)}`;
}

function cold({ cold: lines }: QuestionFigures, first: readonly FirstAnswer[]): string {
  const base = lines[0];
  const rows = lines.map(({ engine, fromText, another }) => [
    engine,
    milliseconds(fromText),
    times(fromText, base?.fromText),
    microseconds(another),
    times(another, base?.another),
  ]);
  const processes = first.map(({ name, figure }) => [name, milliseconds(figure), times(figure, first[0]?.figure)]);
  return `## Cold: before the first answer

"From text" is all that happens between the export's JSON text and one person's first answer. "Another person" is that person's
first answer when the data are loaded: for aclarity \`org.as(id).can(…)\`; for the others making that person's map or ability from rows
that are already indexed by principal, and one question.

${table(["", "from text, ms", "×", "another person, µs", "×"], rows)}
In a new process, from importing the library to the first answer (the text being read):

${table(["", "ms", "×"], processes)}`;
}

function loaded({ size }: Scenario, { bytes, lines }: Loading): string {
  const base = lines[0]?.figure;
  const rows = lines.map(({ name, figure }) => {
    const [before, after] = name.split(": ");
    const text = after === undefined ? name : `${before}: \`${after}\``;
    return [text, milliseconds(figure), times(figure, base), (bytes / 1e6 / (figure.ns / 1e9)).toFixed(0)];
  });
  return `## Loading ${count(size.acls)} ACLs (${(bytes / 1e6).toFixed(1)} MB)

${table(["", "ms", "×", "MB/s"], rows)}`;
}

function spread({ lines }: QuestionFigures): string {
  const rows = lines.flatMap(({ engine, way, fresh, same }) =>
    [["fresh", fresh] as const, ["same", same] as const].flatMap(([strings, figure]) =>
      figure === undefined ? [] : [[engine, way, strings, format(figure.low), format(figure.ns), format(figure.high)]],
    ),
  );
  return `<details><summary>Spread: the lowest round, the median and the highest, ns per question</summary>

${table(["", "question", "strings", "lowest", "median", "highest"], rows)}
</details>
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const isNumber = (column: number) => rows.every((row) => /^[\d,.]*$/.test(row[column] ?? ""));
  const aligned = head.map((_, column) => (isNumber(column) ? "---:" : "---"));
  return `${[line(head), line(aligned), ...rows.map(line)].join("\n")}\n`;
}

const count = (n: number): string => n.toLocaleString("en-US");
const format = (n: number): string =>
  n >= 100 ? Math.round(n).toLocaleString("en-US") : n >= 10 ? n.toFixed(1) : n.toFixed(2);
const nanoseconds = (figure: Figure | undefined): string => (figure === undefined ? "" : format(figure.ns));
const microseconds = (figure: Figure): string => format(figure.ns / 1e3);
const milliseconds = (figure: Figure): string => format(figure.ns / 1e6);
const times = (figure: Figure | undefined, base: Figure | undefined): string =>
  figure === undefined || base === undefined ? "" : format(ratio(figure, base));

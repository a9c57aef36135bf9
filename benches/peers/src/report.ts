// The tables, as they are printed and as they stand in benches/RESULTS.md.

import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import type { Asking } from "./asking.ts";
import type { ColdLine, ColdStart } from "./cold-start.ts";
import type { Figures, Line } from "./figures.ts";
import {
  count,
  format,
  kilobytes,
  megabytes,
  microseconds,
  milliseconds,
  nanoseconds,
  range,
  table,
  times,
} from "./format.ts";
import type { Growth } from "./growth.ts";
import type { InMemory, Loading, LoadingLine } from "./loading.ts";
import type { Figure } from "./measure.ts";
import type { Million } from "./million.ts";
import { GRANTS, nameOf, SIZES, type Size } from "./organization.ts";
import { QUESTIONS } from "./scenario.ts";
import { manifestOf, type PackageSize } from "./sizes.ts";
import { targets } from "./targets.ts";
import type { UnknownIds } from "./unknown.ts";

export interface Excluded {
  size: string;
  engine: string;
  reason: string;
}

export interface Measured {
  size: Size;
  asking: Asking;
  figures: Figures;
  loading: Loading;
  excluded: Excluded[];
}

export interface Results {
  environment: string;
  measured: Measured[];
  skipped: Excluded[];
  /** Undefined where there is but one size. */
  growth?: Growth | undefined;
  million: Million;
  unknown: UnknownIds;
  cold: ColdStart;
  packages: PackageSize[];
  /** Parts that were measured again, later than the rest and perhaps of newer sources. */
  again?: readonly string[];
}

/** When, where and with what. */
export function environment(): string {
  const day = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg().map((average) => average.toFixed(1));
  const versions = ["@casl/ability", "casbin", "accesscontrol", "@cedar-policy/cedar-wasm", "mitata"]
    .map((name) => `${name} ${manifestOf(name).version}`)
    .join(", ");
  return `${day}, Node ${process.version} (V8 ${process.versions.v8}), ${process.platform} ${process.arch},
${availableParallelism()} of ${cpus().length} cores, ${memory} GB; load average at the end ${load.join(", ")};
aclarity ${manifestOf("aclarity").version}, ${versions}.`;
}

export function report(results: Results): string {
  const { measured, million, unknown, cold } = results;
  return [
    heading(results),
    targets(results),
    organizations(results),
    summary(measured),
    growing(results),
    another(measured),
    ...(measured.length > 0 ? [loading(measured), slices(measured), changes(measured), lists(measured)] : []),
    many(million),
    unknownIds(unknown),
    coldStart(cold),
    sizes(results.packages),
    excluded(results),
    details(measured),
  ].join("\n");
}

function heading({ environment, again = [] }: Results): string {
  const parts = again.map((part) => AGAIN[part] ?? part).join(", ");
  const later =
    parts === "" ? "" : `\nMeasured again after the rest, on the same machine, of newer sources: ${parts}.\n`;
  return `# Results

\`make bench\` writes this file and the pictures in it: ${environment}
${later}`;
}

/** What `--again` names. */
export const AGAIN: { [part: string]: string } = {
  asking: "asking",
  figures: "other people's first answers, slices, lists, changes",
  growth: "what grows with the organisation",
  loading: "loading",
  million: "a million objects",
  unknown: "ids that no data contain",
  cold: "cold start",
  sizes: "what is downloaded",
};

function organizations({ measured }: Results): string {
  const rows = measured.map(({ size, asking, figures }) => [
    nameOf(size),
    ...[size.groups, size.projects, size.objects].map(count),
    megabytes(asking.characters),
    count(asking.grants),
    count(figures.builderGrants),
  ]);
  const yes = measured[0]?.asking.yes ?? 0;
  return `## What is measured

**The organisations.** ${GRANTS} ACLs cover the person who is signed in, by the person's own grants (some as a creator) and those of
eight teams; ${count(QUESTIONS)} questions, one permission about one object each, ${count(yes)} of which are answered yes. Person, grants,
questions and answers are the same at every size; around them are other people, teams, projects, objects and their ACLs. One
service account created a third of it all.

${table(["", "groups", "projects", "objects", "JSON, MB", "ACLs of the person", "of the service account"], rows)}
**How it is measured.** What is compared runs in one process (loading and cold start: in new processes in turn), in rounds; each
round measures each line once, in turn, so that what the machine does meanwhile happens to all alike. A round's figure is the lower
quartile of its samples (one that was interrupted says nothing); the tables have the median of the rounds, and as ratio (×) the
median of the rounds' ratios to the table's first line. What takes over 0.3 s at a time has two rounds, over 10 s one. Before anything is timed its answers are compared with the naive evaluator
of the tests (\`tests/js/naive.ts\`): all of them, of slow engines as many as fit in 1.5 s, at least 20, from all over. Numbers of different runs,
or machines, say little; ratios within one run do.

* **fresh strings**: for every sample the rows are parsed from JSON anew, so that ids are equal to those asked about before but are
  new string objects without a hash, as they come from the network. A row's \`project_id\`, which the maps and CASL need, is as
  fresh as its id.
* **same strings**: the very same string objects, and rows, again. (The keys of the hand-written maps come from the ACLs, as they
  would in an application: they are equal to what is asked about, with hashes known, but not the same objects.)

How each library is modelled stands at the head of its file in \`benches/peers/src/engines/\`. "All" has the rules of everybody, "the
person's" those of one person alone, as the rules of CASL and the maps are.
`;
}

type Column = { size: Size; figure: Figure | undefined; base: Figure | undefined };

/** One line per name, and for every size a figure and its ratio. */
function bySize(
  title: string,
  unit: (figure: Figure) => string,
  lines: Map<string, Column[]>,
  measured: readonly Measured[],
) {
  const head = [title, ...measured.flatMap(({ size }) => [`${count(size.acls)} ACLs`, "×"])];
  const rows = [...lines].map(([name, columns]) => [
    name,
    ...measured.flatMap(({ size }) => {
      const column = columns.find((its) => its.size === size);
      return column?.figure === undefined ? ["", ""] : [unit(column.figure), times(column.figure, column.base)];
    }),
  ]);
  return table(head, rows);
}

function collect<T>(
  measured: readonly Measured[],
  of: (its: Measured) => readonly T[],
  name: (line: T) => string,
  figure: (line: T) => Figure | undefined,
): Map<string, Column[]> {
  const lines = new Map<string, Column[]>();
  for (const its of measured) {
    const all = of(its).filter((line) => figure(line) !== undefined);
    const base = all[0] === undefined ? undefined : figure(all[0]);
    for (const line of all) {
      const columns = lines.get(name(line)) ?? [];
      lines.set(name(line), columns);
      columns.push({ size: its.size, figure: figure(line), base });
    }
  }
  return lines;
}

function summary(measured: readonly Measured[]): string {
  const firstWays = ({ asking }: Measured) => {
    const seen = new Set<string>();
    return asking.lines.filter(({ engine, fresh }) => {
      const isFirst = fresh !== undefined && !seen.has(engine);
      seen.add(engine);
      return isFirst;
    });
  };
  const fresh = collect(
    measured,
    firstWays,
    (line) => line.engine,
    (line) => line.fresh,
  );
  const same = collect(
    measured,
    firstWays,
    (line) => line.engine,
    (line) => line.same,
  );
  return `## Asking: one question, ns

What each engine's documentation begins with; every other way is below, size by size.

![Time of one question against the number of ACLs](plots/asking.svg)

${bySize("fresh strings", nanoseconds, fresh, measured)}
${bySize("same strings", nanoseconds, same, measured)}`;
}

/** The same questions and changes in the smallest organisation and in the largest, in turns. */
function growing({ growth }: Results): string {
  if (growth === undefined) return "";
  const sizes = growth.sizes.map(({ acls }) => `${count(acls)} ACLs`);
  const asked = growth.ways.map(({ engine, way, strings, figures: [small, large] }) => [
    ...[engine, way, `${strings} strings`, nanoseconds(small), nanoseconds(large)],
    times(large, small),
  ]);
  const changed = growth.changes.map(({ name, spreads }) => {
    const [small, large] = spreads.map(({ median }) => median) as [number, number];
    return [name.replace(/ \(\d.*/, ""), format(small / 1e3), format(large / 1e3), format(large / small)];
  });
  return `## What grows with the organisation

The smallest organisation and the largest in one process, in turns; the ${count(QUESTIONS)} questions are the same. Both share one JavaScript heap and one WebAssembly memory, so that
what a large heap costs by itself is in both columns. × is the median of the rounds' ratios. ns:

${table(["", "", "", ...sizes, "×"], asked)}
Changes, and what is asked next, the median of all, µs; × is the ratio of the medians:

${table(["", ...sizes, "×"], changed)}`;
}

function another(measured: readonly Measured[]): string {
  const lines = collect(
    measured,
    ({ asking }) => asking.cold,
    (line) => line.engine,
    (line) => line.another,
  );
  const builder = collect(
    measured,
    ({ figures }) => figures.builder,
    (line: Line) => line.name,
    (line) => line.figure,
  );
  return `## Another person's first answer, µs

The data are loaded. For aclarity \`org.as(id).can(…)\`; for the others making that person's map, ability or rules from rows that are
already indexed by principal, and one question. Engines that hold everybody's rules only ask.

![Time of another person's first answer against the number of ACLs](plots/another.svg)

${bySize("", microseconds, lines, measured)}
The service account that holds many grants (${measured.map(({ figures }) => count(figures.builderGrants)).join("; ")}):

${bySize("", microseconds, builder, measured)}`;
}

function loading(measured: readonly Measured[]): string {
  const names = (of: keyof Pick<LoadingLine, "first" | "warm">) =>
    collect(
      measured,
      (its) => its.loading.lines,
      (line: LoadingLine) => line.name,
      (line) => line[of],
    );
  const memory = measured.flatMap(({ size, asking, loading: { lines } }) =>
    lines
      .filter(({ held }) => held > 0)
      .map(({ name, peak, held }) => [
        `${count(size.acls)} ACLs, ${megabytes(asking.characters)} MB`,
        name,
        megabytes(peak),
        megabytes(held),
        format(peak / held),
        format(held / (size.acls + size.objects)),
      ]),
  );
  const snapshots = measured.map(({ size, asking, loading: { lines, parts } }) => {
    const { snapshot } = parts.everything;
    const line = (name: string) => lines.find((its) => its.name === name) as LoadingLine;
    const [parse, read] = [line("JSON.parse(text)"), line("aclarity: Org.loadSync(snapshot)")];
    return [
      `${count(size.acls)} ACLs`,
      megabytes(snapshot),
      format(snapshot / size.acls),
      format(asking.characters / snapshot),
      times(parse.warm, read.warm),
      times(parse.first, read.first),
    ];
  });
  const head = ["", "MB", "bytes per ACL", "text ÷ snapshot", "JSON.parse ÷ snapshot, later loads", "first loads"];
  return `## Loading, ms

![Time of loading against the number of ACLs](plots/loading.svg)

A process that loaded before (the least of its later loads):

${bySize("", milliseconds, names("warm"), measured)}
The first load of a process (the module is compiled, the JavaScript engine is cold):

${bySize("", milliseconds, names("first"), measured)}
WebAssembly memory in MB: what loading needed (it never shrinks), what the Org holds of it (\`stats.bytes\`), and held bytes per ACL and
object together:

${table(["", "", "needed", "held", "needed ÷ held", "held per row, bytes"], memory)}
What one more object takes, and one more ACL: the organisation with everything, less the same without ACLs; that, less the same
without objects. "Grown" is by how much WebAssembly memory grew, in pages of 64 kB, when a new process read that snapshot.

${table(["", "snapshot, bytes", "held (`stats.bytes`), bytes", "grown, bytes"], perRow(measured))}
Snapshots (\`org.toBytes()\`, of everything: objects and names, too), and how many times as long \`JSON.parse(text)\` takes as reading one:

${table(head, snapshots)}`;
}

function perRow(measured: readonly Measured[]): string[][] {
  return measured.flatMap(({ size, loading: { parts } }) => {
    const each = (more: InMemory, less: InMemory, n: number) =>
      (["snapshot", "held", "grown"] as const).map((what) => format((more[what] - less[what]) / n));
    return [
      [`${count(size.acls)} ACLs, each`, ...each(parts.everything, parts.withoutAcls, size.acls)],
      [`${count(size.objects)} objects, each`, ...each(parts.withoutAcls, parts.withoutObjects, size.objects)],
    ];
  });
}

function changes(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ size, figures }) =>
    figures.apply.map(({ name, spread }) => [
      count(size.acls),
      name,
      ...[spread.first, spread.median, spread.p99, spread.highest].map((ns) => format(ns / 1e3)),
    ]),
  );
  return `## Changing, µs

Each call timed by itself. "first" is the first such call of the process, the cold twin of the others; what came before it in the
process was other work. The others are of a second pass.

![Median time of one change against the number of ACLs](plots/changes.svg)

${table(["ACLs", "", "first", "median", "p99", "highest"], rows)}`;
}

function lists(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ size, figures: { datasets, listed, none, many: all } }) =>
    (
      [
        [none, 0],
        [all, listed],
      ] as const
    ).flatMap(([lines, returned]) =>
      lines.map(({ name, figure }) => [
        count(size.acls),
        name.replace(/^\w+: /, ""),
        count(datasets),
        count(returned),
        microseconds(figure),
        format(figure.ns / datasets),
        times(figure, lines[0]?.figure),
      ]),
    ),
  );
  return `## Lists: all datasets that somebody may read

The first time after a change, for somebody without grants and for a member of Viewers; by hand is a filter over the rows with the
person's Map, sorted.

${table(["ACLs", "", "datasets", "listed", "µs", "ns per dataset", "×"], rows)}`;
}

function many({ objects, lines }: Million): string {
  const rows = lines.map(({ name, figure, objects: asked }) => [
    name,
    format(figure.ns),
    format((figure.ns * asked) / 1e6),
    times(figure, lines[0]?.figure),
  ]);
  return `## ${count(objects)} objects, ns per object

${table(["", "ns per object", "ms in all", "×"], rows)}`;
}

function slices(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ size, figures }) =>
    figures.slices.map(({ acls, projects, none, carried, objects, further }) => [
      count(size.acls),
      ...[acls, projects, none, carried].map(count),
      format(none / (32 * acls + 64 * projects)),
      ...[objects, further].map(count),
      format(further / objects),
    ]),
  );
  const head = [
    "ACLs",
    "that cover the subject",
    "projects",
    'bytes with objects: "none"',
    "objects in it",
    "÷ (32 × ACLs + 64 × projects)",
  ];
  return `## Slices

Of the person, and of the service account that created a third of everything. Without objects, a slice still carries those with a
grant of their own, deleted ones and public ones, and the project groups.

${table([...head, 'further objects with "all"', "further bytes", "per object"], rows)}`;
}

function unknownIds({ steps }: UnknownIds): string {
  const rows = steps.map(({ asked, heap, wasm, ns }) => [
    count(asked),
    asked === 0 ? "" : format(ns),
    megabytes(heap),
    megabytes(wasm),
  ]);
  return `## Ids that no data contain, a new one each time

${table(["asked about", "ns each since the line above", "heap, MB", "wasm memory, MB"], rows)}`;
}

function coldStart({ whole, own, workerd }: ColdStart): string {
  const lines = (of: readonly ColdLine[]) =>
    table(
      ["", "data, kB", "ms", "rounds", "×"],
      of.map(({ name, bytes, figure }) => [
        name,
        bytes === 0 ? "" : kilobytes(bytes),
        milliseconds(figure),
        `${format(figure.low / 1e6)}–${format(figure.high / 1e6)}`,
        times(figure, of[0]?.figure),
      ]),
    );
  return `## Cold start: a new process, from importing the library to the first answer

${nameOf(SIZES[1] as Size)}; Node. What is loaded was read into memory before. From everything, for one person's answer:

${lines(whole)}
From what is about one person alone, the same question for all lines: about a dataset with a grant of its own (a slice without objects
knows no others for certain). CASL's rules are made and packed beforehand, as slices are.

${lines(own)}
workerd, from starting it to the answer of the first request, which brings the data:

${lines(workerd)}`;
}

export function sizesTable(packages: readonly PackageSize[]): string {
  const rows = packages.map(({ name, version, javascript, wasm, brotli }) => [
    name,
    version,
    kilobytes(javascript),
    wasm === 0 ? "" : kilobytes(wasm),
    kilobytes(brotli),
    format(brotli / (packages[0]?.brotli ?? 1)),
  ]);
  return table(["", "version", "JavaScript, kB", "wasm, kB", "both, brotli, kB", "×"], rows);
}

function sizes(packages: readonly PackageSize[]): string {
  return `## What is downloaded

The main entry point (of aclarity: \`aclarity/lite\`, too) bundled for a browser by esbuild, minified; with the .wasm file where there is one.

${sizesTable(packages)}`;
}

const ENGINE_NAMES: { readonly [key: string]: string } = {
  all: "everything",
  accessControlOne: "accesscontrol, the person's grants",
  accessControlAll: "accesscontrol, all grants",
  casbinOne: "casbin, the person's policies",
  casbinAll: "casbin, all policies",
  cedarOne: "Cedar, the person's policies",
  cedarAll: "Cedar, all policies",
};

function excluded({ measured, skipped }: Results): string {
  const rows = [...measured.flatMap((its) => its.excluded), ...skipped].map(({ size, engine, reason }) => [
    size,
    ENGINE_NAMES[engine] ?? engine,
    reason,
  ]);
  return rows.length === 0
    ? ""
    : `## Not measured

An engine has to be ready within 60 s, with 10 GB of heap, and to answer within 0.2 s (on average over ten questions).

${table(["", "", "why"], rows)}`;
}

function details(measured: readonly Measured[]): string {
  return measured
    .map(({ size, asking: { lines, cold } }) => {
      const base = lines[0];
      const rows = lines.map(({ engine, way, fresh, same }) => [
        engine,
        way,
        nanoseconds(fresh),
        range(fresh),
        times(fresh, base?.fresh),
        nanoseconds(same),
        range(same),
        times(same, base?.same),
      ]);
      const text = cold.filter(({ fromText }) => fromText !== undefined);
      const fromText = text.map(({ engine, fromText: figure }) => [
        engine,
        milliseconds(figure as Figure),
        times(figure, text[0]?.fromText),
      ]);
      return `<details><summary>${nameOf(size)}: every way to ask, ns per question, with the lowest and the highest round</summary>

${table(["", "question", "fresh strings", "rounds", "×", "same strings", "rounds", "×"], rows)}
${fromText.length === 0 ? "" : `From the export's text to one person's first answer:\n\n${table(["", "ms", "×"], fromText)}`}
</details>
`;
    })
    .join("\n");
}

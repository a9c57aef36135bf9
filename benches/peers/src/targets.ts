// What is aimed at, beside what this run measured: computed from its figures, every time.

import { NAMES as CHANGES } from "./changes.ts";
import { CASL_FOLDED, CASL_UNFOLDED, type ColdLine, LITE_SLICE, LITE_SLICE_WITHOUT_OBJECTS } from "./cold-start.ts";
import { count, format, table } from "./format.ts";
import type { Growth } from "./growth.ts";
import { type Figure, ratio } from "./measure.ts";
import type { Measured, Results } from "./report.ts";

interface Value {
  value: number | undefined;
  /** Of what it is, where the row has several. */
  of?: string;
}

interface Target {
  what: string;
  target: string;
  values: readonly Value[];
  isReached: (value: number) => boolean;
}

const atMost = (what: string, most: number, unit: string, values: readonly Value[]): Target => ({
  ...{ what, target: `at most ${count(most)}${unit}`, values },
  isReached: (value) => value <= most,
});
const atLeast = (what: string, least: number, unit: string, values: readonly Value[]): Target => ({
  ...{ what, target: `at least ${count(least)}${unit}`, values },
  isReached: (value) => value >= least,
});
const one = (value: number | undefined): Value[] => [{ value }];

/** How many times `figure` takes what `base` takes, where both were measured. */
const timesOf = (figure: Figure | undefined, base: Figure | undefined): number | undefined =>
  figure === undefined || base === undefined ? undefined : ratio(figure, base);

const NAMES = {
  id: "me.can(permission, type, id)",
  ref: "me.can(permission, ref)",
  first: "the first question about an id: me.can(permission, type, id)",
  unknown: "the first question about an id that no data contain",
  map: "hand-written Map of id to bits, asked three times",
  casl: "CASL, rules folded",
  caslUnfolded: "CASL, one rule per ACL",
  maps: "hand-written Map of Maps of Sets",
  parse: "JSON.parse(text)",
  parseAndIndexes: "JSON.parse(text), indexes by object and by principal",
  snapshot: "aclarity: Org.loadSync(snapshot)",
};
/** How an export is loaded: what the line is called, and here. */
const JSON_WAYS = [
  ["aclarity: Org.loadSync(text)", "text"],
  ["aclarity: Org.loadSync(bytes)", "bytes"],
  ["aclarity: Org.load(lists of pages, bytes of 1,000 rows each)", "pages"],
  ["aclarity: Org.load(stream of 64 kB chunks)", "stream"],
] as const;
/** What a question took on the machine for which times were aimed at, ns. */
const THERE = [
  [NAMES.casl, 436],
  [NAMES.caslUnfolded, 1620],
  [NAMES.maps, 137],
  [NAMES.map, 66],
] as const;
const FLAT = 1.5;

export function targets(results: Results): string {
  const { measured } = results;
  const largest = measured.at(-1);
  if (largest === undefined) return "";
  const all = [
    ...asking(measured),
    ...many(results),
    ...firstAnswers(measured, largest),
    ...flat(results),
    unknownIds(results),
    ...inBytes(largest),
    ...loading(largest),
    ...changing(largest, results),
    ...downloads(results),
    ...coldStart(results),
  ];
  const reached = all.filter(isReached).length;
  const sizes = measured.map(({ size }) => count(size.acls)).join(" · ");
  return `## Targets, and what this run measured

${reached} of ${all.length} are reached. Computed from the figures below. Several figures without a name are of the organisations of ${sizes} ACLs, in this order; then all have to
reach the target. Loading, changing, memory and other people's first answers are of the largest one.

${machines(measured)}

${table(["", "target", "measured", "reached"], all.map(row))}
Not measured here, but held by tests: decisions are equal in loaded, snapshot, sliced and changed organisations
(\`tests/properties/\`); the cost of a change follows the change, counted in instructions (\`scripts/instructions.sh\`, which fails above
twice; its table is at the end); memory stays flat over 10,000 loads, drafts and subjects (\`tests/js/leaks.test.ts\`,
\`tests/browser/leaks.test.ts\`); reading a snapshot never takes more than a small multiple of its size (\`tests/snapshot_memory.rs\`).
`;
}

/** Ratios need no such thing; times say as much about a machine as about what it runs. */
function machines(measured: readonly Measured[]): string {
  const here = measured.find(({ size }) => size.acls === 5000) ?? measured[0];
  const times = THERE.flatMap(([engine, there]) => {
    const ns = here && line(here, engine)?.same?.ns;
    return ns === undefined ? [] : [`${engine} ${count(there)}, here ${format(ns)}`];
  });
  return `Times were aimed at on another machine. What a question took there about 2,000 objects with 160 grants, and takes here (the same strings,
${here === undefined ? "" : count(here.size.acls)} ACLs), ns: ${times.join("; ")}.`;
}

const isMeasured = ({ values }: Target): boolean =>
  values.length > 0 && values.every(({ value }) => value !== undefined);
const isReached = (target: Target): boolean =>
  isMeasured(target) && target.values.every(({ value }) => target.isReached(value as number));

function row(its: Target): string[] {
  const written = its.values.map(({ value, of }) =>
    [of, value === undefined ? "not measured" : format(value)].filter((part) => part !== undefined).join(" "),
  );
  const reached = isReached(its) ? "yes" : "**no**";
  return [its.what, its.target, written.join(" · "), isMeasured(its) ? reached : "not measured"];
}

function line({ asking }: Measured, engine: string, way?: string) {
  return asking.lines.find((its) => its.engine === engine && (way === undefined || its.way === way));
}

function asking(measured: readonly Measured[]): Target[] {
  const against = (engine: string, way: string, strings: "same" | "fresh", least: number): Target => {
    const title = engine === NAMES.map ? "a hand-written Map of id to bits" : "CASL, rules folded,";
    return atLeast(
      `\`${way}\`, ${strings === "same" ? "the same string objects" : "fresh strings"}: ${title} takes so many times as long`,
      least,
      " times",
      measured.map((its) => {
        const ours = line(its, "aclarity", way);
        // Of several ways to ask the other one, the fastest. A ref stands for the same object in any strings.
        const ratios = its.asking.lines
          .filter((other) => other.engine === engine)
          .map((other) => timesOf(other[strings], ours?.[strings]))
          .filter((value) => value !== undefined);
        return { value: ratios.length === 0 ? undefined : Math.min(...ratios) };
      }),
    );
  };
  return [
    against(NAMES.map, NAMES.id, "same", 1.5),
    against(NAMES.map, NAMES.id, "fresh", 1.2),
    against(NAMES.casl, NAMES.id, "same", 7),
    against(NAMES.casl, NAMES.id, "fresh", 7),
    against(NAMES.map, NAMES.ref, "same", 6),
    atMost(
      "the first question about an id never asked, ns",
      1000,
      " ns",
      measured.flatMap((its) => [
        { value: line(its, "aclarity", NAMES.first)?.fresh?.ns },
        { of: "that no data contain:", value: line(its, "aclarity", NAMES.unknown)?.fresh?.ns },
      ]),
    ),
  ];
}

function many({ million: { objects, lines, lists } }: Results): Target[] {
  const [few, random] = lines.filter(({ name }) => name.startsWith("me.canMany(permission, refs)"));
  const [none, most] = lists;
  const scanned = none?.figure.ns;
  const returned =
    none === undefined || most === undefined ? undefined : ((most.figure.ns - none.figure.ns) * objects) / most.listed;
  const title = `of ${count(objects)} objects`;
  return [
    atMost("`canMany(permission, refs)`, 2,000 objects asked about before, ns each", 3, " ns", one(few?.figure.ns)),
    atMost(
      `\`canMany(permission, refs)\`, ${count(objects)} objects asked about before, in random order, ns each`,
      8,
      " ns",
      one(random?.figure.ns),
    ),
    atMost(
      `\`list(permission, type)\` ${title}, ns for each that there is (nothing returned, not the first list)`,
      3,
      " ns",
      one(scanned),
    ),
    atMost(
      `\`list(permission, type)\` ${title}, further ns for each of ${count(most?.listed ?? 0)} ids returned`,
      60,
      " ns",
      one(returned),
    ),
  ];
}

function firstAnswers(measured: readonly Measured[], { size, asking, figures }: Measured): Target[] {
  const another = asking.cold.find(({ engine }) => engine === "aclarity")?.another;
  const builder = figures.builder[0]?.figure;
  const micro = (figure: Figure | undefined) => (figure === undefined ? undefined : figure.ns / 1e3);
  return [
    atMost(`\`org.as(id)\` and one \`can\`, ${count(size.acls)} ACLs, µs`, 20, " µs", [
      { of: "anybody", value: micro(another) },
      { of: `somebody with ${count(measured.at(-1)?.figures.builderGrants ?? 0)} ACLs`, value: micro(builder) },
    ]),
  ];
}

/** The same 2,000 objects in the largest organisation against the smallest. */
function flat({ growth }: Results): Target[] {
  const ours = growth?.ways.filter(({ engine }) => engine === "aclarity") ?? [];
  const worst = (isFirst: boolean): Value[] =>
    ours
      .filter(({ way }) => way.startsWith("the first question") === isFirst)
      .map(({ way, strings, figures: [small, large] }) => ({
        of: `\`${way}\`, ${strings} strings:`,
        value: ratio(large, small),
      }))
      .sort((a, b) => b.value - a.value)
      .slice(0, 1);
  const title = `${sizesOf(growth)}, the same 2,000 objects`;
  return [
    atMost(`${title}: so many times as long, the way that grows most`, FLAT, " times", worst(false)),
    atMost(`${title}, the first question about each`, FLAT, " times", worst(true)),
  ];
}

function sizesOf(growth: Growth | undefined): string {
  if (growth === undefined) return "the largest organisation against the smallest";
  const [small, large] = growth.sizes.map(({ acls }) => count(acls));
  return `${large} ACLs against ${small}`;
}

/** What was kept of an id would be tens of bytes. What is collected now and then goes up and down: the highest counts. */
function unknownIds({ unknown: { steps } }: Results): Target {
  const last = steps.at(-1);
  const memory = ({ heap, wasm }: (typeof steps)[number]) => heap + wasm;
  const before = steps.slice(0, -1);
  const since = (last?.asked ?? 0) - (before.at(-1)?.asked ?? 0);
  const grown =
    last === undefined || before.length === 0
      ? undefined
      : Math.max(0, memory(last) - Math.max(...before.map(memory))) / since;
  return {
    what: `${count(last?.asked ?? 0)} random ids: memory above the highest before, bytes for each of the last ${count(since)}`,
    ...{ target: "none: below 1 byte", values: one(grown), isReached: (value) => value < 1 },
  };
}

function inBytes({ size, figures, loading: { parts } }: Measured): Target[] {
  const { everything, withoutAcls, withoutObjects } = parts;
  const perAcl = (what: "snapshot" | "held" | "grown") => (everything[what] - withoutAcls[what]) / size.acls;
  const perObject = (what: "snapshot" | "held" | "grown") => (withoutAcls[what] - withoutObjects[what]) / size.objects;
  const slices = (value: (its: Measured["figures"]["slices"][number]) => number): Value[] =>
    figures.slices.map((its) => ({ of: `${count(its.acls)} ACLs`, value: value(its) }));
  const both = (held: number, grown: number): Value[] => [
    { of: "`stats.bytes`", value: held },
    { of: "WebAssembly memory", value: grown },
  ];
  return [
    atMost("snapshot, bytes per ACL", 32, " bytes", one(perAcl("snapshot"))),
    atMost(
      'slice with `objects: "none"`, share of 32 bytes per covering ACL and 64 per project',
      1,
      "",
      slices(({ acls, projects, none }) => none / (32 * acls + 64 * projects)),
    ),
    atMost(
      'slice with `objects: "all"`, bytes per further object',
      24,
      " bytes",
      slices((its) => its.further / its.objects),
    ),
    atMost("held in memory, bytes per ACL", 40, " bytes", both(perAcl("held"), perAcl("grown"))),
    atMost("held in memory, bytes per object", 64, " bytes", both(perObject("held"), perObject("grown"))),
  ];
}

function loading({ size, loading: { lines } }: Measured): Target[] {
  const of = (name: string) => lines.find((its) => its.name === name);
  const against = (name: string, when: "warm" | "first"): Value[] =>
    JSON_WAYS.map(([way, title]) => ({ of: title, value: timesOf(of(way)?.[when], of(name)?.[when]) }));
  const faster = (when: "warm" | "first") => one(timesOf(of(NAMES.parse)?.[when], of(NAMES.snapshot)?.[when]));
  const memory = JSON_WAYS.map(([way, title]): Value => {
    const its = of(way);
    return { of: title, value: its === undefined ? undefined : its.peak / its.held };
  });
  const title = `loading ${count(size.acls)} ACLs of JSON`;
  return [
    atMost(`${title}, against \`JSON.parse\` alone`, 1.5, " times", against(NAMES.parse, "warm")),
    atMost("the same, the first load of a process", 1.5, " times", against(NAMES.parse, "first")),
    atMost(`${title}, against \`JSON.parse\` and two indexes`, 0.7, " times", against(NAMES.parseAndIndexes, "warm")),
    atMost("the same, the first load of a process", 0.7, " times", against(NAMES.parseAndIndexes, "first")),
    atMost("WebAssembly memory that loading JSON needs, against what is held (`stats.bytes`)", 2, " times", memory),
    atLeast("reading a snapshot: `JSON.parse` takes so many times as long", 50, " times", faster("warm")),
    atLeast("the same, the first load of a process", 15, " times", faster("first")),
  ];
}

function changing({ size, figures }: Measured, { growth }: Results): Target[] {
  const values = (of: "median" | "p99"): Value[] =>
    (["added", "removed"] as const).map((name) => {
      const ns = figures.apply.find((its) => its.name === CHANGES[name])?.spread[of];
      return { of: name, value: ns === undefined ? undefined : ns / 1e3 };
    });
  const grows = (of: string, name: string): Value => {
    const [small, large] = growth?.changes.find((its) => its.name === name)?.spreads ?? [];
    return { of, value: small === undefined || large === undefined ? undefined : large.median / small.median };
  };
  const title = `\`apply\` of one ACL row, ${count(size.acls)} ACLs, µs`;
  return [
    atMost(`${title}: median`, 50, " µs", values("median")),
    atMost(`${title}: p99 (at most of all: "How long one change takes at most")`, 1000, " µs", values("p99")),
    atMost(`the next answer after that, ${sizesOf(growth)}: so many times as long`, FLAT, " times", [
      grows("about what was told before", CHANGES.next),
      grows("about the object that changed", CHANGES.nextOfChanged),
    ]),
    atMost(`the preview of one grant, ${sizesOf(growth)}: so many times as long`, FLAT, " times", [
      grows("the preview alone", CHANGES.preview),
      grows("with the draft, its checks and findings", CHANGES.draft),
    ]),
  ];
}

function downloads({ packages }: Results): Target[] {
  const size = (entry: string) => {
    const its = packages.find(({ name }) => name === entry);
    return one(its === undefined ? undefined : its.brotli / 1e3);
  };
  return [
    atMost("`aclarity`: wasm and JavaScript, brotli, kB", 90, " kB", size("aclarity")),
    atMost("`aclarity/lite`: wasm and JavaScript, brotli, kB", 25, " kB", size("aclarity/lite")),
  ];
}

function coldStart({ cold }: Results): Target[] {
  const values = (lines: readonly ColdLine[]): Value[] => {
    const of = (name: string) => lines.find((its) => its.name === name)?.figure;
    // Whichever way of writing its rules is faster.
    const casl = [of(CASL_FOLDED), of(CASL_UNFOLDED)]
      .filter((figure) => figure !== undefined)
      .sort((a, b) => a.ns - b.ns)[0];
    return [
      { of: 'objects: "all"', value: timesOf(of(LITE_SLICE), casl) },
      { of: 'objects: "none"', value: timesOf(of(LITE_SLICE_WITHOUT_OBJECTS), casl) },
    ];
  };
  const below = (what: string, lines: readonly ColdLine[]): Target => ({
    ...{ what, target: "below 1 times", values: values(lines) },
    isReached: (value) => value < 1,
  });
  const title = "cold start, `aclarity/lite`, a slice, the first answer, against CASL with the person's rules";
  return [below(`${title}: Node`, cold.own), below(`${title}: workerd`, cold.workerd)];
}

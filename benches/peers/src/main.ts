// Measures aclarity beside what else could answer the same questions, and writes benches/RESULTS.md and benches/plots/.
//
//   npm run bench                  as `make bench` does
//   npm run bench -- --quick       small sizes and few rounds, nothing kept: does it run?
//   … --acls 5000,200000           these sizes alone
//   … --engines aclarity,bitmaskMap   these engines of engines/index.ts alone
//   … --also <title> <file>        appends another program's output
//   … --report <file>              makes the report of figures that an earlier run left in <file>
//   … --report <file> --again million,cold   the same, with these parts measured again (AGAIN of report.ts)

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Asking } from "./asking.ts";
import { measureColdStart } from "./cold-start.ts";
import { ENGINES, type EngineKey, TRIED } from "./engines/index.ts";
import type { Figures } from "./figures.ts";
import type { Growth } from "./growth.ts";
import { attempt, run } from "./jobs.ts";
import { type Loading, measureLoading } from "./loading.ts";
import type { Effort } from "./measure.ts";
import type { Million } from "./million.ts";
import { nameOf, SIZES, type Size } from "./organization.ts";
import { plots } from "./plots.ts";
import { AGAIN, type Excluded, environment, type Measured, type Results, report, sizesTable } from "./report.ts";
import { Scenario } from "./scenario.ts";
import { packageSizes } from "./sizes.ts";
import type { Trial } from "./trial.ts";
import type { UnknownIds } from "./unknown.ts";

/**
 * Seconds until an engine has to be ready, and for one answer; beyond that it is listed, not measured. And for all
 * questions to all of them.
 */
const BOUNDS = { ready: 60, answer: 0.2, asking: 1500 };
/** ACLs from which engines are tried first. */
const TRY_FROM = 100_000;
/** Bytes of memory below which a million ACLs are not tried. */
const MEMORY = 12 * 2 ** 30;

interface Efforts {
  engines: readonly EngineKey[];
  sizes: readonly Size[];
  asking: (size: Size) => Effort;
  growth: Effort;
  changes: number;
  loading: (size: Size) => { rounds: number; loads: number };
  million: { objects: number; effort: Effort };
  unknown: number;
  cold: number;
}

const FULL: Efforts = {
  engines: Object.keys(ENGINES) as EngineKey[],
  sizes: SIZES,
  asking: ({ acls }) => ({ rounds: acls > 500_000 ? 3 : acls > TRY_FROM ? 5 : 7, samples: 40, comparing: 1500 }),
  growth: { rounds: 9, samples: 40, comparing: 0 },
  changes: 2000,
  loading: ({ acls }) => (acls > 500_000 ? { rounds: 3, loads: 3 } : { rounds: 3, loads: acls > TRY_FROM ? 4 : 10 }),
  million: { objects: 1_000_000, effort: { rounds: 3, samples: 20, comparing: 0 } },
  unknown: 2_000_000,
  cold: 11,
};
const QUICK: Efforts = {
  engines: FULL.engines,
  sizes: SIZES.slice(0, 2),
  asking: () => ({ rounds: 1, samples: 3, comparing: 50 }),
  growth: { rounds: 1, samples: 3, comparing: 0 },
  changes: 50,
  loading: () => ({ rounds: 1, loads: 2 }),
  million: { objects: 20_000, effort: { rounds: 1, samples: 3, comparing: 50 } },
  unknown: 200_000,
  cold: 1,
};

/** Says what comes next, and when: minutes and seconds since the start. */
function now(what: string): void {
  const seconds = Math.round(performance.now() / 1000);
  console.log(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}  ${what}`);
}

async function measureSize(
  size: Size,
  efforts: Efforts,
  folder: string,
  smaller: readonly Measured[],
): Promise<Measured> {
  const file = join(folder, "export.json");
  now(`${nameOf(size)}: generating`);
  await run("generate", [size, file], folder);
  const excluded: Excluded[] = [];
  const keys: EngineKey[] = [];
  for (const key of efforts.engines) {
    const before = smaller.flatMap((its) => its.excluded).find(({ engine }) => engine === key);
    const isTried = size.acls >= TRY_FROM && TRIED.includes(key);
    // Everybody's rules are more than one person's.
    const part = excluded.find(({ engine }) => engine !== key && engine === key.replace(/All$/, "One"));
    const isKnown = before !== undefined || part !== undefined;
    const reason = isKnown ? "not tried" : isTried ? await tooMuch(size, file, key, folder) : undefined;
    if (reason === undefined) keys.push(key);
    else excluded.push({ size: nameOf(size), engine: key, reason });
  }
  for (const { engine, reason } of excluded) console.log(`      ${engine}: ${reason}`);
  now("  asking");
  const asking = await measureAsking(size, file, keys, efforts.asking(size), excluded, folder);
  const figures = await figuresOf(size, file, folder);
  const loading = await loadingOf(size, file, folder);
  return { size, asking, figures, loading, excluded };
}

function figuresOf(size: Size, file: string, folder: string): Promise<Figures> {
  now("  first answers, slices, lists, changes");
  return run<Figures>("figures", [size, file, efforts.asking(size), efforts.changes], folder);
}

function loadingOf(size: Size, file: string, folder: string): Promise<Loading> {
  now("  loading");
  const { rounds, loads } = efforts.loading(size);
  return measureLoading(file, rounds, loads, folder);
}

/** All engines in one process; failing that, those that hold any organisation, and why the others are not there. */
async function measureAsking(
  size: Size,
  file: string,
  keys: readonly EngineKey[],
  effort: Effort,
  excluded: Excluded[],
  folder: string,
): Promise<Asking> {
  const { result, reason } = await attempt<Asking>("asking", [size, file, keys, effort], BOUNDS.asking, folder);
  if (result !== undefined) return result;
  const kept = keys.filter((key) => !TRIED.includes(key));
  for (const engine of keys.filter((key) => TRIED.includes(key))) {
    excluded.push({ size: nameOf(size), engine, reason: `all engines together: ${reason}` });
  }
  now(`  asking, ${kept.length} of ${keys.length} engines: ${reason}`);
  return await run<Asking>("asking", [size, file, kept, effort], folder);
}

async function tooMuch(size: Size, file: string, key: EngineKey, folder: string): Promise<string | undefined> {
  now(`  trying ${key}`);
  const { result, reason } = await attempt<Trial>("trial", [size, file, key], 1.5 * BOUNDS.ready, folder);
  if (result === undefined) return reason;
  if (result.ready > BOUNDS.ready) return `ready after ${result.ready.toFixed(0)} s`;
  if (result.question > BOUNDS.answer * 1e3) return `${(result.question / 1e3).toFixed(1)} s for one answer`;
  return undefined;
}

async function measureAll(efforts: Efforts, folder: string): Promise<Results> {
  const measured: Measured[] = [];
  const skipped: Excluded[] = [];
  for (const size of efforts.sizes) {
    if (size.acls >= 1_000_000 && totalmem() < MEMORY) {
      skipped.push({ size: nameOf(size), engine: "all", reason: "this machine has less than 12 GB of memory" });
    } else {
      measured.push(await measureSize(size, efforts, folder, measured));
    }
  }
  const size = SIZES[1] as Size;
  await run("generate", [size, join(folder, "export.json")], folder);
  const growth = await growing(measured, efforts, folder);
  const parts = { growth, million: await million(efforts, folder), unknown: await unknown(efforts, folder) };
  const rest = { cold: await cold(efforts, folder), packages: await sizes() };
  return { environment: environment(), measured, skipped, ...parts, ...rest };
}

/** The smallest organisation and the largest, side by side. */
async function growing(measured: readonly Measured[], efforts: Efforts, folder: string): Promise<Growth | undefined> {
  const sizes = [measured[0]?.size, measured.at(-1)?.size];
  if (sizes[0] === undefined || sizes[1] === undefined || sizes[0] === sizes[1]) return undefined;
  now("what grows with the organisation");
  const files = ["small.json", "large.json"].map((name) => join(folder, name));
  for (const [at, size] of sizes.entries()) await run("generate", [size, files[at]], folder);
  return await run<Growth>("growth", [sizes, files, efforts.growth, efforts.changes], folder);
}

function million({ million: { objects, effort } }: Efforts, folder: string): Promise<Million> {
  now("many objects");
  return run<Million>("million", [SIZES[1], join(folder, "export.json"), objects, effort], folder);
}

function unknown({ unknown }: Efforts, folder: string): Promise<UnknownIds> {
  now("ids that no data contain");
  return run<UnknownIds>("unknown", [join(folder, "export.json"), unknown], folder);
}

function cold({ cold }: Efforts, folder: string) {
  now("cold start");
  const scenario = new Scenario(SIZES[1] as Size, readFileSync(join(folder, "export.json"), "latin1"));
  return measureColdStart(scenario, cold, folder);
}

function sizes() {
  now("sizes");
  return packageSizes();
}

/** All engines that could be measured before. */
function askAgain(size: Size, file: string, excluded: Excluded[], folder: string): Promise<Asking> {
  now(`${nameOf(size)}: asking`);
  const keys = efforts.engines.filter((key) => !excluded.some(({ engine }) => engine === key));
  return measureAsking(size, file, keys, efforts.asking(size), excluded, folder);
}

/** What an earlier run measured, with some of it measured again. */
async function measureAgain(earlier: Results, parts: readonly string[], folder: string): Promise<Results> {
  const again = (part: string) => parts.includes(part);
  const file = join(folder, "export.json");
  const measured: Measured[] = [];
  for (const its of earlier.measured) {
    const excluded = [...its.excluded];
    if (["asking", "figures", "loading"].some(again)) await run("generate", [its.size, file], folder);
    const asking = again("asking") ? await askAgain(its.size, file, excluded, folder) : its.asking;
    const figures = again("figures") ? await figuresOf(its.size, file, folder) : its.figures;
    const loading = again("loading") ? await loadingOf(its.size, file, folder) : its.loading;
    measured.push({ ...its, asking, figures, loading, excluded });
  }
  await run("generate", [SIZES[1], file], folder);
  return {
    ...earlier,
    measured,
    again: [...new Set([...(earlier.again ?? []), ...parts])],
    growth: again("growth") ? await growing(measured, efforts, folder) : earlier.growth,
    million: again("million") ? await million(efforts, folder) : earlier.million,
    unknown: again("unknown") ? await unknown(efforts, folder) : earlier.unknown,
    cold: again("cold") ? await cold(efforts, folder) : earlier.cold,
    packages: again("sizes") ? await sizes() : earlier.packages,
  };
}

/** The table of sizes stands in docs/COMPARE.md, too. */
function intoComparison(table: string): void {
  const file = fileURLToPath(new URL("../../../docs/COMPARE.md", import.meta.url));
  const [before, after] = ["<!-- sizes: begin -->\n", "<!-- sizes: end -->"];
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(before) + before.length, text.indexOf(after)];
  if (from < before.length || to < from) throw new Error("docs/COMPARE.md has no place for the table of sizes");
  writeFileSync(file, text.slice(0, from) + table + text.slice(to));
}

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const quick = process.argv.includes("--quick");
const acls = argument("--acls")?.split(",").map(Number);
const chosen: Efforts = quick ? QUICK : FULL;
const engines = argument("--engines")?.split(",");
const efforts: Efforts = {
  ...chosen,
  sizes: acls === undefined ? chosen.sizes : SIZES.filter((size) => acls.includes(size.acls)),
  engines: engines === undefined ? chosen.engines : chosen.engines.filter((key) => engines.includes(key)),
};
const earlier = argument("--report");
const benches = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "aclarity-bench-"));
try {
  const again = argument("--again")?.split(",") ?? [];
  const unknownPart = again.find((part) => !(part in AGAIN));
  if (unknownPart !== undefined)
    throw new Error(`--again ${unknownPart}: the parts are ${Object.keys(AGAIN).join(", ")}`);
  let results = earlier && (JSON.parse(readFileSync(earlier, "utf8")) as Results);
  if (!results) results = await measureAll(efforts, folder);
  else if (again.length > 0) results = await measureAgain(results, again, folder);
  const also = process.argv.flatMap((flag, at) =>
    flag === "--also" ? [[process.argv[at + 1] as string, process.argv[at + 2] as string] as const] : [],
  );
  const sections = also.map(
    ([title, file]) => `## ${title}\n\n\`\`\`text\n${readFileSync(file, "utf8").trim()}\n\`\`\`\n`,
  );
  const text = [report(results), ...sections].join("\n");
  const drawn = await plots(results);
  console.log(text);
  const out = quick ? mkdtempSync(join(tmpdir(), "aclarity-bench-quick-")) : benches;
  mkdirSync(join(out, "plots"), { recursive: true });
  writeFileSync(join(out, "RESULTS.md"), text);
  if (!quick) intoComparison(sizesTable(results.packages));
  for (const [name, svg] of drawn) writeFileSync(join(out, "plots", `${name}.svg`), svg);
  writeFileSync(
    join(quick ? out : fileURLToPath(new URL(".", import.meta.url)), "results.json"),
    JSON.stringify(results),
  );
  console.error(`written to ${out}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

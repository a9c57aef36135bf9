import type { FetchedExport, FetchedList, FetchProgress } from "../../../types/api.js";
import { LIST_NAMES } from "../../api/lists.js";
import { exportText, fetchExport } from "../../entry/api.js";
import { Org } from "../../entry/node.js";
import { explained, SERVER_LINES } from "../api.js";
import type { Command, Given } from "../command.js";
import { targetOf, writeWhole } from "../files.js";
import { EXIT, Problem, usage } from "../problem.js";
import { count, paint, type Terminal } from "../terminal.js";
import { apiToken, serverUrl } from "../token.js";

/** A file of this name is written as a snapshot; any other as JSON. */
const SNAPSHOT = ".aclarity";

/** A half-written file is taken away before any of these ends the program. */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export const pull: Command = {
  name: "pull",
  summary: "fetch your organisation from the API into a file",
  synopsis: "",
  words: [0, 0],
  options: {
    output: { type: "string", short: "o" },
    url: { type: "string" },
    organization: { type: "string" },
    include: { type: "string" },
    concurrency: { type: "string" },
  },
  optionLines: [
    ["-o, --output FILE", "where to (default export.json); written whole or not at all, readable by you alone"],
    ...SERVER_LINES,
    ["--organization NAME", "its name or id, for a key that sees several"],
    ["--include LISTS", `only these, separated by commas: ${LIST_NAMES.slice(0, 4).join(",")},…`],
    ["--concurrency N", "requests at a time (default 4)"],
  ],
  help: `The API key or service token comes from
BRAINTRUST_API_KEY; on a terminal it is asked for, without echo. It is never an argument, and is not stored. What the
key may not read is left out and named, here and in the file: a no that a missing list may make a yes is then unknown.
Only GET requests are made. The export is confidential: it says who may do what. It holds no keys. A name that ends in
.aclarity is written as a snapshot: smaller, and read many times faster; every command but diff reads it as it does JSON.

  aclarity pull
  aclarity pull -o acme.json --organization Acme
  aclarity pull -o acme.aclarity && aclarity findings -e acme.aclarity
  BRAINTRUST_API_URL=https://api.acme.example aclarity pull`,
  async run(given) {
    const target = await targetOf(given.text("output") ?? "export.json");
    const url = serverUrl(given.text("url"), given.environment);
    const include = listsNamed(given.text("include"));
    const concurrency = given.number("concurrency", 4);
    const token = await apiToken(given.environment);
    const stop = new AbortController();
    const onInterrupt = () => stop.abort();
    for (const signal of INTERRUPTS) process.on(signal, onInterrupt);
    try {
      const progress = new PullProgress(given);
      const fetched = await fetchExport({
        url,
        token,
        include,
        organization: given.text("organization"),
        concurrency,
        signal: stop.signal,
        onProgress: (now) => progress.take(now),
      });
      const unasked = LIST_NAMES.filter((list) => include !== undefined && !include.includes(list));
      const format = target.name.endsWith(SNAPSHOT) ? "snapshot" : "json";
      const bytes = await writeWhole(target, contents(knowingWhatItLacks(fetched, unasked), format));
      return tell(given, { file: target.name, format, bytes, rows: progress.rows, fetched, unasked });
    } catch (error) {
      given.terminal.endProgress();
      if (stop.signal.aborted) throw new Problem(EXIT.usage, `stopped; \`${target.name}\` was not written`);
      throw explained(error, url);
    } finally {
      for (const signal of INTERRUPTS) process.off(signal, onInterrupt);
      // What is still being asked for nobody waits for.
      stop.abort();
    }
  },
};

type Format = "json" | "snapshot";

async function* contents(fetched: FetchedExport, format: Format): AsyncGenerator<string | Uint8Array> {
  if (format === "json") {
    yield* exportText(fetched);
    return;
  }
  const org = await Org.load(fetched);
  yield org.toBytes();
  org.free();
}

/** Lists that nobody asked for are missing too for whoever reads the file: what they would say is no no. */
function knowingWhatItLacks(fetched: FetchedExport, unasked: readonly FetchedList[]): FetchedExport {
  return { ...fetched, missing: [...fetched.missing, ...unasked.map((list) => ({ list }))] };
}

function listsNamed(text: string | undefined): FetchedList[] | undefined {
  if (text === undefined) return undefined;
  return text.split(",").map((name) => {
    const list = LIST_NAMES.find((each) => each === name.trim());
    if (list === undefined) throw usage(`\`${name}\` is no list; the lists are ${LIST_NAMES.join(", ")}`);
    return list;
  });
}

/** A line for the lists on the way. */
class PullProgress {
  readonly rows = new Map<string, number>();

  constructor(private readonly given: Given) {}

  take({ list, rows, state, lists, waiting }: FetchProgress): void {
    if (list !== undefined && state !== "missing") this.rows.set(list, rows);
    const seconds = waiting === undefined ? 0 : Math.ceil(waiting.milliseconds / 1000);
    const pause =
      waiting === undefined
        ? ""
        : ` · waiting ${seconds} s${waiting.status === undefined ? "" : ` after ${waiting.status}`}`;
    const now = list === undefined ? "organization" : `${list} ${rows.toLocaleString("en")}`;
    const text = `${lists.done} of ${lists.total} lists · ${now}${pause}`;
    this.given.terminal.progress(text, lists.total === 0 ? 0 : lists.done / lists.total);
  }
}

interface Pulled {
  readonly file: string;
  readonly format: Format;
  readonly bytes: number;
  readonly rows: ReadonlyMap<string, number>;
  readonly fetched: FetchedExport;
  /** Lists that `--include` leaves out. */
  readonly unasked: readonly FetchedList[];
}

function tell(given: Given, pulled: Pulled): 0 {
  if (given.json) given.terminal.json(asJson(pulled));
  else draw(given.terminal, pulled);
  return EXIT.yes;
}

function asJson({ file, format, bytes, rows, fetched: { organization, missing } }: Pulled) {
  const lists = Object.fromEntries(LIST_NAMES.filter((list) => rows.has(list)).map((list) => [list, rows.get(list)]));
  const its = organization === null ? null : { id: organization.id, name: organization.name };
  return { file, format, bytes, organization: its, lists, missing };
}

function draw(
  terminal: Terminal,
  { file, format, bytes, rows, fetched: { organization, missing }, unasked }: Pulled,
): void {
  const counts = LIST_NAMES.flatMap((list) => {
    const number = rows.get(list) ?? 0;
    const name = list === "acls" ? "ACLs" : list.replaceAll("_", " ");
    return number === 0 ? [] : [count(number, name.slice(0, -1))];
  });
  terminal.print(`${paint("bold", organization?.name ?? "The organisation")}: ${counts.join(", ") || "nothing"}`);
  for (const { list, status } of missing) {
    const because =
      status === 404
        ? "this API does not have it"
        : `this key may not read it${status === undefined ? "" : ` (${status})`}`;
    terminal.print(`${paint("yellow", "left out")} ${list}: ${because}`);
  }
  if (unasked.length > 0)
    terminal.print(`${paint("yellow", "left out")} as \`--include\` has it: ${unasked.join(", ")}`);
  const what = format === "snapshot" ? ", a snapshot" : "";
  terminal.print(`wrote ${paint("bold", file)} (${sizeOf(bytes)}${what}, readable by you alone)`);
  const lacking = missing.length + unasked.length;
  if (lacking > 0) {
    const lists = count(lacking, "list is", "lists are");
    terminal.print(paint("dim", `${lists} missing: where that may decide, a no is unknown`));
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

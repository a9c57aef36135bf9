import type { FetchedList, FetchProgress } from "../../../types/api.js";
import { exportText, fetchExport } from "../../entry/api.js";
import type { Command, Given } from "../command.js";
import { writeWhole } from "../files.js";
import { EXIT, Problem, usage } from "../problem.js";
import { count, paint } from "../terminal.js";
import { apiToken, serverUrl } from "../token.js";

const LISTS: readonly FetchedList[] = [
  "users",
  "service_tokens",
  "groups",
  "acls",
  "roles",
  "projects",
  "project_groups",
  "experiments",
  "datasets",
  "prompts",
  "functions",
];

/** A half-written file is taken away before any of these ends the program. */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export const SERVER_LINES = [
  ["--url URL", "the API; otherwise $BRAINTRUST_API_URL, otherwise https://api.braintrust.dev"],
] as const;

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
    ["--include LISTS", `only these, separated by commas: ${LISTS.slice(0, 4).join(",")},…`],
    ["--concurrency N", "requests at a time (default 4)"],
  ],
  help: `The API key or service token comes from
BRAINTRUST_API_KEY; on a terminal it is asked for, without echo. It is never an argument, and is not stored. What the
key may not read is left out and named; the export then knows less than the server, and answers no where it does not
know. Only GET requests are made. The export is confidential: it says who may do what. It holds no keys.

  aclarity pull
  aclarity pull -o acme.json --organization Acme
  BRAINTRUST_API_URL=https://api.acme.example aclarity pull`,
  async run(given) {
    const file = given.text("output") ?? "export.json";
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
      const bytes = await writeWhole(file, exportText(fetched));
      return tell(given, file, bytes, progress.rows, fetched.organization, fetched.missing);
    } catch (error) {
      given.terminal.endProgress();
      if (stop.signal.aborted) throw new Problem(EXIT.usage, `stopped; \`${file}\` was not written`);
      throw explained(error, url);
    } finally {
      for (const signal of INTERRUPTS) process.off(signal, onInterrupt);
      // What is still being asked for nobody waits for.
      stop.abort();
    }
  },
};

function listsNamed(text: string | undefined): FetchedList[] | undefined {
  if (text === undefined) return undefined;
  return text.split(",").map((name) => {
    const list = LISTS.find((each) => each === name.trim());
    if (list === undefined) throw usage(`\`${name}\` is no list; the lists are ${LISTS.join(", ")}`);
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

type Missing = readonly { readonly list: string; readonly status?: number | undefined }[];

function tell(
  { terminal, json }: Given,
  file: string,
  bytes: number,
  rows: ReadonlyMap<string, number>,
  organization: { readonly id: string; readonly name: string } | null,
  missing: Missing,
): 0 {
  if (json) {
    const lists = Object.fromEntries(LISTS.filter((list) => rows.has(list)).map((list) => [list, rows.get(list)]));
    const its = organization === null ? null : { id: organization.id, name: organization.name };
    terminal.json({ file, bytes, organization: its, lists, missing });
    return EXIT.yes;
  }
  const counts = LISTS.flatMap((list) => {
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
  terminal.print(`wrote ${paint("bold", file)} (${sizeOf(bytes)}, readable by you alone)`);
  if (missing.length > 0) {
    terminal.print(
      paint(
        "dim",
        `${count(missing.length, "list is", "lists are")} missing: answers may be no where the server says yes`,
      ),
    );
  }
  return EXIT.yes;
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What went wrong, and where the address and the key came from. */
function explained(error: unknown, url: string): unknown {
  const { name, code, status, message } = error as { name?: string; code?: string; status?: number; message?: string };
  if (name !== "AclarityError" || message === undefined) return error;
  if (status === 401)
    return usage(`${message}; the key comes from BRAINTRUST_API_KEY or the prompt, the address is ${url}`);
  if (code === "http" && status === undefined) return usage(`${message}; the address is ${url}`);
  return usage(message);
}

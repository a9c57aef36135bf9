import { Client, type Seen } from "../../api/client.js";
import { checkAccess } from "../../api/options.js";
import { pagesOf } from "../../api/pages.js";
import { isPassing } from "../../api/waits.js";
import { credentialKind } from "../../credentials.js";
import { AclarityError } from "../../errors.js";
import { explained, SERVER_LINES } from "../api.js";
import { type Command, EXPORT_OPTIONS, type Given } from "../command.js";
import type { Names } from "../names.js";
import type { Asker } from "../people.js";
import { EXIT, type Exit, usage } from "../problem.js";
import { type Probe, sample } from "../sample.js";
import { count, paint } from "../terminal.js";
import { apiToken, serverUrl } from "../token.js";

/** Requests at a time. */
const CONCURRENCY = 2;
/** How often one is repeated. */
const RETRIES = 2;

export const verify: Command = {
  name: "verify",
  summary: "whether the real server answers as the model says, for your key",
  synopsis: "",
  words: [0, 0],
  options: {
    ...EXPORT_OPTIONS,
    url: { type: "string" },
    as: { type: "string" },
    requests: { type: "string" },
    seed: { type: "string" },
    ids: { type: "boolean" },
  },
  optionLines: [
    ["--as PERSON", "whose key it is; needed where the API does not tell"],
    ...SERVER_LINES,
    ["--requests N", "at most so many (default 60)"],
    ["--seed N", "another sample (default 1)"],
    ["--ids", "name the objects of mismatches; without it the report can be shared"],
  ],
  help: `It samples objects of
the export, asks the API for them with your key, and compares 200 and 403 with what the model says for whoever the
key belongs to. Only GET requests are made, two at a time. Whose key it is: GET /v1/api_key (for a service token
GET /v1/service_token) lists keys with a preview; when those whose preview fits belong to one account, that is it.
The fit of previews is our reading of the API, so \`--as\` is always believed. Mismatches are told by rule and basis:
one that rests on a choice of ours (docs/CHOICES.md) is worth an issue. Pull first: an old export differs for its age.
The exit code is 0 when all agree, 1 when something does not, 3 when nothing could be compared.

  aclarity pull && aclarity verify
  aclarity verify --as ada@acme.example --requests 200 --json`,
  async run(given) {
    const url = serverUrl(given.text("url"), given.environment);
    const most = given.number("requests", 60);
    const seed = given.number("seed", 1);
    const { opened, names } = await given.open();
    const token = await apiToken(given.environment);
    const { access } = checkAccess({ url, token });
    const client = new Client(access, token, { concurrency: CONCURRENCY, retries: RETRIES, requests: most });
    let report: Report;
    try {
      const { asker, known } = await principal(given, client, names, token);
      const probes = await sample(opened, names, asker.subject, most - client.sent, seed);
      report = { asker, known, outcomes: await ask(given, client, probes), sent: client.sent };
    } catch (error) {
      throw explained(error, url);
    } finally {
      given.terminal.endProgress();
    }
    if (given.json) given.terminal.json(asJson(report, names, given.flag("ids")));
    else draw(given, report, names);
    return exitOf(report.outcomes);
  },
};

// ---- whose key it is ----

interface Known {
  readonly asker: Asker;
  /** How it is known. */
  readonly known: "--as" | "/v1/api_key" | "/v1/service_token";
}

async function principal(given: Given, client: Client, names: Names, token: string): Promise<Known> {
  const told = given.text("as");
  if (told !== undefined) {
    const asker = names.people.asker(told);
    if (asker.kind !== "user") throw usage("`--as` names a person or a service account");
    return { asker, known: "--as" };
  }
  const isService = credentialKind(token) === "service_token";
  const path = isService ? "/v1/service_token" : "/v1/api_key";
  const rows = await keys(client, path);
  const owners = new Set(rows.flatMap((row) => ownerOf(row, isService, token) ?? []));
  const [owner] = owners;
  if (owners.size === 1 && owner !== undefined) return { asker: names.people.askerById(owner), known: path };
  throw untold(`GET ${path} lists ${owners.size === 0 ? "no key with this end" : "such keys of several accounts"}`);
}

const KEY_FIELDS = ["id", "preview_name", "user_id", "service_account_id"];

/** All keys that are listed, without their names. */
async function keys(client: Client, path: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  try {
    for await (const page of pagesOf(client, { path, fields: KEY_FIELDS, at: path })) rows.push(...page);
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 403 || status === 404) throw untold(`GET ${path} answered ${status}`);
    throw error;
  }
  return rows;
}

function untold(why: string) {
  return usage(`the API does not tell whose key this is (${why}); name them with \`--as\``);
}

function rowsOf(body: unknown): Record<string, unknown>[] {
  const objects = (body as { objects?: unknown } | null | undefined)?.objects;
  return Array.isArray(objects) ? objects.filter((row) => typeof row === "object" && row !== null) : [];
}

/** The account of a key whose preview fits: its visible ends are those of the token, at least four characters of it. */
function ownerOf(row: Record<string, unknown>, isService: boolean, token: string): string | undefined {
  const preview = row.preview_name;
  const owner = isService ? row.service_account_id : row.user_id;
  if (typeof preview !== "string" || typeof owner !== "string") return undefined;
  const [start = "", end = ""] = [/^[\w-]*/, /[\w-]*$/].map((part) => part.exec(preview)?.[0] ?? "");
  if (preview === start || end.length < 4) return undefined;
  return token.startsWith(start) && token.endsWith(end) ? owner : undefined;
}

// ---- asking ----

type Verdict = "agrees" | "mismatch" | "undecided" | "no_answer";

interface Outcome {
  readonly probe: Probe;
  readonly status: number | undefined;
  readonly verdict: Verdict;
}

async function ask(given: Given, client: Client, probes: readonly Probe[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async () => {
    while (next < probes.length && !client.exhausted) {
      const probe = probes[next] as Probe;
      next++;
      const answer = await answerTo(client, probe.path);
      outcomes.push({ probe, status: answer?.status, verdict: verdictOf(probe, answer) });
      const share = outcomes.length / probes.length;
      given.terminal.progress(`asking the API, ${outcomes.length} of ${probes.length}`, share);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } catch (error) {
    // What one of them meets, a wrong key or address, the other would meet too.
    client.stop(error);
    throw error;
  }
  return outcomes;
}

/** Undefined when none came; but if none ever came, that is no verdict about single objects. */
async function answerTo(client: Client, path: string): Promise<Seen | undefined> {
  try {
    return await client.look(path);
  } catch (error) {
    const { code, status } = error as AclarityError;
    const passing = error instanceof AclarityError && code === "http" && (status === undefined || isPassing(status));
    if (passing && client.answered > 0) return undefined;
    throw error;
  }
}

function verdictOf({ expected, path, object }: Probe, answer: Seen | undefined): Verdict {
  if (answer === undefined) return "no_answer";
  const { status, body } = answer;
  if (status === 403) return expected === "deny" ? "agrees" : "mismatch";
  if (status !== 200 || !isAnswerTo(path, object, body)) return "undecided";
  return expected === "allow" ? "agrees" : "mismatch";
}

/** Whether it is the API that answers, and says something: a page for people has the status 200 too. */
function isAnswerTo(path: string, { id }: Probe["object"], body: unknown): boolean {
  if (path.startsWith("/v1/acl/list_org")) return Array.isArray(body) || rowsOf(body).length > 0;
  // A list may be empty because nothing is there, or because nothing may be seen.
  if (path.startsWith("/v1/acl?")) return rowsOf(body).length > 0;
  return (body as { id?: unknown } | null | undefined)?.id === id;
}

function exitOf(outcomes: readonly Outcome[]): Exit {
  if (outcomes.some(({ verdict }) => verdict === "mismatch")) return EXIT.no;
  return outcomes.some(({ verdict }) => verdict === "agrees") ? EXIT.yes : EXIT.unknown;
}

// ---- telling ----

interface Report extends Known {
  readonly outcomes: readonly Outcome[];
  readonly sent: number;
}

interface Line {
  readonly rule: string;
  readonly permission: string;
  readonly expected: "allow" | "deny";
  readonly basis: string;
  readonly reason: string;
  readonly counts: Record<Verdict, number>;
}

/** What was asked, by rule, basis and expectation: without anything that names an object. */
function linesOf(outcomes: readonly Outcome[]): Line[] {
  const lines = new Map<string, Line>();
  for (const { probe, verdict } of outcomes) {
    const { rule, permission, expected, basis, reason } = probe;
    const key = [rule, permission, expected, basis, reason].join("\n");
    const line = lines.get(key) ?? {
      rule,
      permission,
      expected,
      basis,
      reason,
      counts: { agrees: 0, mismatch: 0, undecided: 0, no_answer: 0 },
    };
    line.counts[verdict]++;
    lines.set(key, line);
  }
  return [...lines.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

function asJson({ asker, known, outcomes, sent }: Report, names: Names, ids: boolean) {
  const mismatches = outcomes.filter(({ verdict }) => verdict === "mismatch");
  return {
    principal: { known, ...(ids ? { id: asker.id, name: asker.name } : {}) },
    requests: sent,
    counts: countsOf(outcomes),
    rules: linesOf(outcomes),
    ...(ids
      ? { mismatches: mismatches.map(({ probe, status }) => ({ ...probe, status, name: names.bare(probe.object) })) }
      : {}),
  };
}

function countsOf(outcomes: readonly Outcome[]): Record<Verdict, number> {
  const counts = { agrees: 0, mismatch: 0, undecided: 0, no_answer: 0 };
  for (const { verdict } of outcomes) counts[verdict]++;
  return counts;
}

function draw(given: Given, { asker, known, outcomes, sent }: Report, names: Names): void {
  const { terminal } = given;
  const whose = given.flag("ids") ? `${names.people.label(asker.id ?? "")}, ` : "";
  terminal.print(`${paint("bold", "Whose key")}: ${whose}known by ${known === "--as" ? "--as" : `GET ${known}`}`);
  const lines = linesOf(outcomes);
  if (lines.length > 0) {
    const rows = lines.map(({ rule, permission, expected, basis, counts }) => [
      rule,
      permission,
      expected,
      basis,
      String(counts.agrees),
      counts.mismatch > 0 ? paint("red", String(counts.mismatch)) : "0",
      String(counts.undecided + counts.no_answer),
    ]);
    terminal.table(["request", "needs", "the model says", "basis", "agrees", "mismatch", "no verdict"], rows);
  }
  for (const { rule, permission, expected, basis, reason, counts } of lines) {
    if (counts.mismatch === 0) continue;
    const server = expected === "allow" ? "refused (403)" : "answered (200)";
    const why = `needs ${permission}, ${reason}, basis ${basis}`;
    terminal.print(
      `${paint("red", "mismatch")} ${rule}: the model says ${expected}, the server ${server}, ${count(counts.mismatch, "time")} (${why})`,
    );
  }
  if (given.flag("ids")) {
    for (const { probe } of outcomes.filter(({ verdict }) => verdict === "mismatch")) {
      terminal.print(`  ${names.label(probe.object)} (${probe.object.type}:${probe.object.id})`);
    }
  }
  const { agrees, mismatch, undecided, no_answer } = countsOf(outcomes);
  terminal.print(
    paint(
      "bold",
      `${agrees} agree, ${count(mismatch, "mismatch", "mismatches")}, ${undecided + no_answer} without a verdict; ${count(sent, "request")}, GET only`,
    ),
  );
  if (mismatch > 0) terminal.print(paint("dim", VERDICT_HINT));
}

const VERDICT_HINT =
  "An export that is older than the last change differs too: pull, and verify again. A mismatch that stays, and rests on a choice, is worth an issue.";

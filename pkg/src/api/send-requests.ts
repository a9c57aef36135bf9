// Requests that change an organisation, carried out in order.
import { type AclarityError, badArgument, kindOf } from "../errors.js";
import { deepFreeze } from "../freeze.js";
import { withoutCredentials } from "../secrets.js";
import { idsIn, type Key, keysIn } from "./answers.js";
import { type Answer, Cut, Exchange, nameOf } from "./exchange.js";
import { existedBefore, existingIn, looksForExisting, placeToLook } from "./existing.js";
import { type Access, checkAccess, checkListener } from "./options.js";
import { type Filled, Placeholders } from "./placeholders.js";
import { refusal } from "./refusals.js";
import type { Request, SendOptions, SendProgress, Sent, SentRequest, Stopped } from "./types.js";
import { backoff, PATIENCE, pause, retryAfter } from "./waits.js";

/** How often a request is sent that the API does not take because there are too many. */
const TRIES = 6;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

export async function sendRequests(requests: readonly Request[], options: SendOptions): Promise<Sent> {
  const { access, token } = checkAccess(options);
  const given = checkRequests(requests, access);
  const onProgress = checkListener(options.onProgress);
  const made = new Set(given.flatMap(({ creates = [] }) => creates));
  const placeholders = new Placeholders(checkIds(options.ids), made);
  return new Sending(given, placeholders, new Exchange(access, token), access, onProgress).run();
}

// ---- arguments ----

function checkRequests(requests: unknown, access: Access): readonly Request[] {
  if (!Array.isArray(requests)) throw badArgument(`requests are an array, not ${kindOf(requests)}`);
  return requests.map((request: unknown, index) => checkRequest(request, index, access));
}

function checkRequest(request: unknown, index: number, access: Access): Request {
  const what = `request ${index}`;
  if (typeof request !== "object" || request === null)
    throw badArgument(`${what} is an object, not ${kindOf(request)}`);
  const { method, path, body, headers, creates } = request as Partial<Request>;
  const verb = typeof method === "string" ? method.toUpperCase() : "";
  if (!METHODS.includes(verb)) throw badArgument(`${what}: the method is one of ${METHODS.join(", ")}`);
  if (typeof path !== "string" || !isPath(path, access)) {
    throw badArgument(`${what}: the path begins with \`/v1/\`, and has no \`..\`, no \`#\` and no host`);
  }
  if (creates !== undefined && !(Array.isArray(creates) && creates.every((id) => typeof id === "string"))) {
    throw badArgument(`${what}: \`creates\` is an array of placeholders`);
  }
  return {
    method: verb,
    path,
    body: checkBody(body, verb, what),
    headers: onlyImpersonation(headers),
    creates: creates ?? [],
  };
}

/** Whether an address is where it says: a URL that is made of it has the same path. */
function isPath(path: string, { base }: Access): boolean {
  const whole = base + path;
  if (!/^\/v1\/[^\s\\#]*$/.test(path) || !URL.canParse(whole)) return false;
  const { href } = new URL(whole);
  return href === new URL(base).origin + new URL(`${base}/`).pathname.slice(0, -1) + path;
}

/** A copy, so that what is sent is what was given. */
function checkBody(body: unknown, method: string, what: string): unknown {
  if (body === undefined || body === null) return undefined;
  if (method === "GET") throw badArgument(`${what}: a GET has no body`);
  try {
    return JSON.parse(JSON.stringify(body));
  } catch {
    // Without its cause, which may quote the body.
    throw badArgument(`${what}: the body is not what JSON can hold`);
  }
}

/** The one header that a request of a draft has. */
function onlyImpersonation(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === "x-bt-impersonate-user");
  if (found === undefined) return {};
  const [name, value] = found;
  if (typeof value !== "string" || !/^[\x20-\x7e]*$/.test(value))
    throw badArgument(`\`${name}\` is an id or an e-mail`);
  return { [name]: value };
}

function checkIds(ids: unknown): Readonly<Record<string, string>> {
  if (ids === undefined || ids === null) return {};
  if (typeof ids !== "object" || Object.values(ids).some((id) => typeof id !== "string" || id === "")) {
    throw badArgument("`ids` are the ids of placeholders, such as `sent.ids`");
  }
  return ids as Record<string, string>;
}

// ---- sending ----

/** What became of one request: carried out, or why not. */
type Outcome = { readonly answer: Answer; readonly took: number } | Pick<Stopped, "reason" | "message" | "status">;

class Sending {
  private readonly done: (SentRequest & { status: number })[] = [];
  private readonly keys: (Key & { index: number })[] = [];
  /** Ids that are not new, since they were named or made before. */
  private readonly known = new Set<string>();

  constructor(
    private readonly requests: readonly Request[],
    private readonly placeholders: Placeholders,
    private readonly exchange: Exchange,
    private readonly access: Access,
    private readonly onProgress: ((progress: SendProgress) => void) | undefined,
  ) {}

  async run(): Promise<Sent> {
    for (const id of Object.values(this.placeholders.all())) this.known.add(id);
    for (const [index, request] of this.requests.entries()) {
      const stopped = await this.carryOut(index, request);
      if (stopped !== undefined) return this.result(stopped);
    }
    return this.result(undefined);
  }

  private async carryOut(index: number, request: Request): Promise<Stopped | undefined> {
    const filled = this.placeholders.fill(request);
    const sent = { index, method: request.method, path: this.exchange.clean(filled.path) };
    const stop = (why: Pick<Stopped, "reason" | "message" | "status" | "id">): Stopped => ({ ...sent, ...why });
    if (filled.unknown !== undefined) return stop(withoutId(sent, filled.unknown));
    this.tell(sent);
    for (const id of filled.names) this.known.add(id);
    const there = await this.lookFor(request, filled);
    if (there !== undefined) return stop(isThere(sent, there));
    const outcome = await this.send(request, filled);
    if ("reason" in outcome) return stop(outcome);
    const { status, text } = outcome.answer;
    const answer = parse(text);
    if (answer === undefined && (request.creates ?? []).length > 0) return stop(unreadable(sent, status));
    for (const key of keysIn(answer)) this.keys.push({ index, ...key });
    const existing = this.existing(request, filled, outcome, answer);
    if (existing !== undefined) return stop({ ...existed(sent, existing), status });
    for (const [placeholder, id] of idsIn(answer, request)) {
      this.placeholders.bind(placeholder, id);
      this.known.add(id);
    }
    this.done.push({ ...sent, status });
    return undefined;
  }

  /** The row that is there already, as far as the token may see it. What goes wrong with looking stops nothing. */
  private async lookFor(request: Request, { path, body }: Filled): Promise<Record<string, unknown> | undefined> {
    const place = looksForExisting(request.method, path, body) ? placeToLook(path, body) : undefined;
    if (place === undefined || this.access.signal?.aborted) return undefined;
    try {
      const { ok, text } = await this.exchange.send({ method: "GET", path: place, headers: request.headers ?? {} });
      return ok ? existingIn(parse(text), path, body) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The row that was there before, when that is what came back. */
  private existing(request: Request, filled: Filled, { answer, took }: { answer: Answer; took: number }, row: unknown) {
    const { method } = request;
    const { path, body } = filled;
    if (!looksForExisting(method, path, body) || typeof row !== "object" || row === null) return undefined;
    const created = { method, path, body, answer, took, row: row as Record<string, unknown>, known: this.known };
    return existedBefore(created) ? created.row : undefined;
  }

  private async send(request: Request, { path, body }: Filled): Promise<Outcome> {
    const call = { method: request.method, path, body, headers: request.headers ?? {} };
    for (let attempt = 1; ; attempt++) {
      const { signal } = this.access;
      if (signal?.aborted) return aborted(call);
      const begun = Date.now();
      let answer: Answer;
      try {
        answer = await this.exchange.send(call);
      } catch (error) {
        return lost(call, error);
      }
      if (answer.ok) return { answer, took: Date.now() - begun };
      const wait =
        answer.status === 429 && attempt < TRIES ? (retryAfter(answer.headers) ?? backoff(attempt)) : undefined;
      if (wait === undefined || wait > PATIENCE) return this.refused(call, answer);
      try {
        await pause(wait, [signal]);
      } catch {
        return aborted(call);
      }
    }
  }

  private refused(call: { method: string; path: string }, answer: Answer): Outcome {
    const { status } = answer;
    const { message } = refusal(this.exchange, call, answer);
    if (status < 500) return { reason: "refused", status, message };
    const told = `${nameOf(call)} was answered with ${status}: it may have been carried out or not; look before it is sent again`;
    return { reason: "unknown", status, message: told };
  }

  private tell(sent: SentRequest | undefined): void {
    const { method, path } = sent ?? {};
    const now = method === undefined || path === undefined ? {} : { method, path };
    try {
      this.onProgress?.(Object.freeze({ done: this.done.length, total: this.requests.length, ...now }));
    } catch {
      // What was done has to be told, whatever a listener does.
    }
  }

  private result(stopped: Stopped | undefined): Sent {
    this.tell(undefined);
    return resultOf(this.done, stopped, this.placeholders.all(), this.keys);
  }
}

/** A plain object, with the raw tokens where nothing that prints or writes it finds them. */
function resultOf(
  done: readonly (SentRequest & { status: number })[],
  stopped: Stopped | undefined,
  ids: Record<string, string>,
  keys: readonly (Key & { index: number })[],
): Sent {
  const plain = deepFreeze({ complete: stopped === undefined, done, ...(stopped !== undefined && { stopped }), ids });
  const given = deepFreeze(keys);
  return Object.freeze(Object.defineProperty({ ...plain } as Sent, "keys", { value: () => given }));
}

// ---- why it stopped ----

type Why = Pick<Stopped, "reason" | "message" | "status" | "id">;
type Call = { readonly method: string; readonly path: string };

function withoutId(call: Call, placeholder: string): Why {
  const message = `${nameOf(call)} names \`${placeholder}\`, whose id no answer has told; it was not sent`;
  return { reason: "not_sent", message };
}

function aborted(call: Call): Why {
  return { reason: "aborted", message: `it was aborted before ${nameOf(call)}, which was not sent` };
}

function lost(call: Call, error: unknown): Outcome {
  if (error instanceof Cut) {
    const message = error.reached
      ? `${nameOf(call)}: ${error.what}: it may have been carried out or not; look before it is sent again`
      : `${nameOf(call)}: ${error.what}; it was not sent; check \`url\` and your network`;
    return { reason: error.reached ? "unknown" : "not_sent", message };
  }
  const { code, message, status } = error as AclarityError;
  if (code === "aborted") {
    const told = `${nameOf(call)} was aborted on its way: it may have been carried out or not; look before it is sent again`;
    return { reason: "unknown", message: told };
  }
  return { reason: "refused", message, ...(status !== undefined && { status }) };
}

function unreadable(call: Call, status: number): Why {
  const message = `${nameOf(call)} was answered with ${status}, but what it says cannot be read; look whether it was carried out`;
  return { reason: "unknown", status, message };
}

function isThere(call: Call, row: Record<string, unknown>): Why {
  const told = existed(call, row);
  const message = `${nameOf(call)} would be answered with what is there already${nameIn(row)}, and was not sent; load the organization again`;
  return { ...told, message };
}

const nameIn = ({ name }: Record<string, unknown>) =>
  typeof name === "string" ? ` \`${withoutCredentials(name)}\`` : "";

function existed(call: Call, row: Record<string, unknown>): Why {
  const message = `${nameOf(call)} was answered with what was there already${nameIn(row)}, unmodified; load the organization again`;
  return { reason: "existed", message, ...(typeof row.id === "string" && { id: row.id }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

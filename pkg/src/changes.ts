// Requests, actors and principals on their way into wasm, as JSON. What a request says never throws: what is wrong with
// it is a finding. Nothing of a body is put into an error.
import { knownKeys, requiredString } from "./arguments.js";
import { AclarityError, badArgument, kindOf } from "./errors.js";
import type { Kernel } from "./kernel.js";
import { SubjectKind } from "./raw.js";
import { stringify } from "./rows.js";
import { withoutCredentials } from "./secrets.js";
import { isWellFormed, pointerToken, wellFormed } from "./strings.js";
import { Subject } from "./subject.js";
import type { Credential } from "./types.js";

const CREDENTIALS: readonly Credential[] = ["session", "api_key", "service_token", "unknown"];

/** From `{ by }`. */
export function crossingActor(kernel: Kernel, options: unknown): string {
  if (typeof options !== "object" || options === null) {
    throw badArgument(`expected \`{ by: actor }\`, not ${kindOf(options)}`);
  }
  const { by } = options as { by?: unknown };
  if (typeof by !== "object" || by === null) throw badArgument(`\`by\` is a Subject, not ${kindOf(by)}`);
  const { subject, credential } = by instanceof Subject ? { subject: by } : (by as ActorFields);
  if (!(subject instanceof Subject)) {
    throw badArgument("`by` is a Subject of this Org, or `{ subject, credential }` with one");
  }
  if (!(by instanceof Subject)) knownKeys(by, ["subject", "credential"], "part of an actor");
  return JSON.stringify({ ...subject.actor(kernel), credential: checkedCredential(credential) });
}

interface ActorFields {
  subject?: unknown;
  credential?: unknown;
}

function checkedCredential(credential: unknown): Credential {
  if (credential === undefined || credential === null) return "unknown";
  const known = CREDENTIALS.find((kind) => kind === credential);
  // Whatever it is instead may be the secret itself.
  if (known === undefined) {
    throw badArgument(`a credential is one of ${CREDENTIALS.join(", ")}: the kind, never the secret`);
  }
  return known;
}

export interface CrossingPrincipal {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** From `{ user }` or `{ group }`. An id that no data can contain is nobody's. */
export function crossingPrincipal(principal: unknown): CrossingPrincipal {
  const what = "a principal is `{ user: id }` or `{ group: id }`";
  if (typeof principal !== "object" || principal === null) throw badArgument(`${what}, not ${kindOf(principal)}`);
  const { user, group } = principal as { user?: unknown; group?: unknown };
  if ((user === undefined) === (group === undefined)) throw badArgument(what);
  const id = requiredString(user ?? group, "a principal's id");
  return { kind: user === undefined ? SubjectKind.Group : SubjectKind.User, id: isWellFormed(id) ? id : "" };
}

/** A request, checked as far as a programmer's mistakes go. */
export function crossingRequest(request: unknown): string {
  if (typeof request !== "object" || request === null) {
    throw badArgument(`a request is \`{ method, path, body?, headers? }\`, not ${kindOf(request)}`);
  }
  const { method, path, body, headers } = request as Record<string, unknown>;
  return JSON.stringify({
    method: wellFormed(requiredString(method, "a request's method")),
    // As `fetch` sends it.
    path: wellFormed(requiredString(path, "a request's path")),
    body: crossingBody(body),
    headers: crossingHeaders(headers),
  });
}

const SECRET_HEADERS = ["authorization", "proxy-authorization", "cookie"];
/** The one that counts, whatever it holds. */
const IMPERSONATE = "x-bt-impersonate-user";

/** Those that say who sends a request stay here: an actor is named by a kind, never by a secret. */
function crossingHeaders(headers: unknown): Record<string, string> | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (typeof headers !== "object") throw badArgument(`headers are an object of strings, not ${kindOf(headers)}`);
  const entries = typeof (headers as Headers).forEach === "function" ? entriesOf(headers as Headers) : headers;
  const kept: [string, string][] = [];
  for (const [name, value] of Object.entries(entries)) {
    if (value === undefined || value === null) continue;
    const text = requiredString(value, "a header");
    if (!isSecret(name.trim().toLowerCase(), text)) kept.push([wellFormed(name), wellFormed(text)]);
  }
  return Object.fromEntries(kept);
}

function isSecret(name: string, text: string): boolean {
  return SECRET_HEADERS.includes(name) || (name !== IMPERSONATE && withoutCredentials(text) !== text);
}

function entriesOf(headers: Headers): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  headers.forEach((value, name) => {
    entries.push([name, value]);
  });
  return Object.fromEntries(entries);
}

/** How deep a body may nest: those of the API nest three deep, and wasm's reader gives up at 128. */
const DEEPEST = 64;

/**
 * A body as JSON has it. One that no server would take as it is (half a character, too many levels) is replaced as a
 * whole, by a text that says where: no request has a text for its body, so this one is malformed.
 */
export function crossingBody(body: unknown): unknown {
  if (body === undefined || body === null) return undefined;
  const json = jsonOf(body);
  if (json === undefined) return TOO_MUCH;
  const plain: unknown = JSON.parse(json);
  return findOddity(plain, "", 0) ?? plain;
}

const TOO_MUCH = "too many levels or too much text";

/** Undefined when it is too deep or too long. */
function jsonOf(body: unknown): string | undefined {
  try {
    return JSON.stringify(body) ?? "null";
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw unholdable(body);
  }
}

/** Without what it was caused by, which may quote the body. */
function unholdable(body: unknown): AclarityError {
  let path: string | undefined;
  try {
    stringify(body, "");
  } catch (error) {
    path = (error as AclarityError).path;
  }
  const place = path === undefined || path === "" ? "" : ` (${path})`;
  return new AclarityError(
    "bad_argument",
    `a body holds only what JSON can${place}: no BigInt, no reference to itself`,
    {
      path,
    },
  );
}

function findOddity(value: unknown, path: string, depth: number): string | undefined {
  if (typeof value === "string") return isWellFormed(value) ? undefined : `not well-formed Unicode at ${path}`;
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === DEEPEST) return TOO_MUCH;
  for (const [key, inner] of Object.entries(value)) {
    if (!isWellFormed(key)) return `a key that is not well-formed Unicode at ${path}`;
    const found = findOddity(inner, `${path}/${pointerToken(key)}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

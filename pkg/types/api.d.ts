/**
 * An organisation from the API, and changes to it: fetch only, in any runtime, without the WebAssembly module.
 *
 * ```ts
 * import { Org } from "aclarity";
 * import { fetchExport } from "aclarity/api";
 * const org = await Org.load(fetchExport({ url: "https://api.braintrust.dev", token }));
 * ```
 *
 * The token is sent to `url` and nowhere else: redirects are not followed. It is in no error, no progress and no result.
 */
import type { ApiRow, Export, MissingList, Request } from "./index.js";

export { AclarityError, type ErrorCode, type MissingList } from "./index.js";

/** A list that the API has. Service accounts come from `service_tokens`. */
export type FetchedList =
  | "users"
  | "service_tokens"
  | "groups"
  | "acls"
  | "roles"
  | "projects"
  | "project_groups"
  | "experiments"
  | "datasets"
  | "prompts"
  | "functions";

/** Where the API is, and who asks. */
export interface ApiOptions {
  /** `https://api.braintrust.dev`, or wherever your organisation's API is; what follows its `/v1` is added. */
  readonly url: string | URL;
  /** An API key or a service token. */
  readonly token: string;
  /** Stops it: code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which a request counts as cut off. Default 60,000. */
  readonly timeout?: number | undefined;
  /** Milliseconds that one answer may take in all, however it trickles. Default 300,000. */
  readonly answerTimeout?: number | undefined;
  /** Bytes that one answer may have, as it is after decompression: code `too_large`. Default 67,108,864 (64 MiB). */
  readonly maxBytes?: number | undefined;
  /** How the requests are made: the runtime's own `fetch`, unless another is given. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface FetchOptions extends ApiOptions {
  /** The lists wanted; all of them when it is left out. The organisation's own row always comes. */
  readonly include?: readonly FetchedList[] | undefined;
  /** The id or the name of the organisation, for a token that sees several. */
  readonly organization?: string | undefined;
  /** How many requests there are at a time, at most. Default 4. */
  readonly concurrency?: number | undefined;
  /** How often a request is repeated after 429, 5xx or a cut connection. Default 6. */
  readonly retries?: number | undefined;
  /** Called after every page, and before every wait. What it throws ends the fetch. */
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
}

export interface FetchProgress {
  /** The list that has got on; absent for the organisation's own row. */
  readonly list?: FetchedList;
  /** Rows of that list so far. */
  readonly rows: number;
  /** Whether that list is complete, or (`missing`) left out. */
  readonly state: "reading" | "complete" | "missing";
  /** How many lists are complete or left out, and how many there are. */
  readonly lists: { readonly done: number; readonly total: number };
  /** Requests answered so far, repeated ones included. */
  readonly requests: number;
  /** How many milliseconds a request now waits before it is repeated, and after what. */
  readonly waiting?: { readonly milliseconds: number; readonly status?: number };
}

/**
 * A list on its way: pages of rows, each row once, an empty page at the end. It is read once, and its later pages are
 * asked for while it is read, so that memory does not grow with the list.
 */
export interface FetchedPages extends AsyncIterable<readonly ApiRow[]> {
  /** @throws AclarityError `bad_argument`: what is still on its way cannot be written at once; see {@link exportText}. */
  toJSON(): never;
}

/**
 * An organisation on its way: a source of {@link Org.load}, or of {@link exportText}. Of each row it holds the fields
 * that decide or that name something; no prompts, no metadata, no previews of keys.
 */
export interface FetchedExport
  extends Omit<Export, FetchedList | "organization" | "missing">,
    Readonly<Partial<Record<FetchedList, FetchedPages>>> {
  /** `null` when the token may not read it; loading then infers its id from the rows. */
  readonly organization: { readonly id: string; readonly name: string; readonly [field: string]: unknown } | null;
  /** Lists that the token may not read (403), or that this API does not have (404). Loading makes findings of them. */
  readonly missing: readonly MissingList[];
}

/**
 * A whole organisation from the API, every list to its end. The promise is fulfilled when the first page of each list
 * is there, so that a wrong token or address is told at once; the rest comes while the lists are read. What goes wrong
 * then ends the reading with an AclarityError: what was read to the end is complete.
 *
 * Lists are best read in the order in which the object has them (as {@link Org.load} does), one after another: `roles`
 * ends with those that an ACL names and the list lacks, and so waits for `acls`. The first list that fails, or that
 * nobody reads to its end, ends the whole fetch.
 *
 * A token that may not read `/v1/organization` is served as long as all rows are of one organization.
 *
 * @throws AclarityError `http` (an answer that is an error, with its `status`; a redirect; no connection; one that takes
 *   too long), `too_large`, `bad_json`, `bad_shape` (not the API's answers), `no_organization`, `aborted`, `bad_argument`
 */
export function fetchExport(options: FetchOptions): Promise<FetchedExport>;

/**
 * The JSON text of an export that is on its way, in pieces: `writeFile("export.json", exportText(fetchExport(…)))`. When it
 * fails, what was given so far is no JSON.
 */
export function exportText(source: FetchedExport | Promise<FetchedExport>): AsyncIterableIterator<string>;

export interface SendOptions extends ApiOptions {
  /** Ids of placeholders that an earlier call was told ({@link Sent.ids}): for sending the rest of a draft. */
  readonly ids?: Readonly<Record<string, string>> | undefined;
  /** Called before every request, and at the end. What it throws is ignored. */
  readonly onProgress?: ((progress: SendProgress) => void) | undefined;
}

export interface SendProgress {
  /** How many requests were carried out, and how many there are. */
  readonly done: number;
  readonly total: number;
  /** The one that is sent now; absent at the end. */
  readonly method?: string;
  readonly path?: string;
}

/** A request that was sent, by its place among those given. Its path has ids where the given one had placeholders. */
export interface SentRequest {
  readonly index: number;
  readonly method: string;
  readonly path: string;
}

/**
 * Why sending stopped:
 * * `refused`: the API answered with an error, and did nothing;
 * * `existed`: what should have been created is there already, and is unmodified. Whatever comes next would change that;
 *   with a `status` the API was asked to create it, without one it was seen before that;
 * * `unknown`: the connection was cut, or the answer was a server error or could not be read: it may have been carried
 *   out or not. Look before it is sent again;
 * * `not_sent`: it was not sent: no connection, a placeholder without an id, or (`aborted`) the signal.
 */
export interface Stopped extends SentRequest {
  readonly reason: "refused" | "existed" | "unknown" | "not_sent" | "aborted";
  /** The status of the answer, if there was one. */
  readonly status?: number;
  /** One sentence a person can act on. */
  readonly message: string;
  /** `existed`: the id of what was there. */
  readonly id?: string;
}

/** What was done, exactly. */
export interface Sent {
  /** Whether all requests were carried out. */
  readonly complete: boolean;
  /** Those that were carried out, in order. */
  readonly done: readonly (SentRequest & { readonly status: number })[];
  /** The request at which it stopped. Those behind it were not sent. */
  readonly stopped?: Stopped;
  /** The id of each placeholder that is known by now. */
  readonly ids: Readonly<Record<string, string>>;
  /**
   * The raw tokens that the API created and shows this once. They are nowhere else in the result: printing it, or
   * writing it as JSON, shows none.
   */
  keys(): readonly { readonly index: number; readonly id: string; readonly name?: string; readonly key: string }[];
}

/**
 * Sends requests one after another, as {@link Draft.requests} gives them: placeholders are filled in from the answers,
 * and it stops at the first that is not carried out. A write is repeated after 429 only: that one was not carried out.
 * Before something is created it is looked for, by a GET.
 *
 * @throws AclarityError `bad_argument`, before anything is sent. Whatever happens later is told by the result.
 */
export function sendRequests(requests: readonly Request[], options: SendOptions): Promise<Sent>;

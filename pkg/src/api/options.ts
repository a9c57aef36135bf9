// What callers of `aclarity/api` pass, checked before anything is sent. No message repeats a token or an address.
import { badArgument, kindOf } from "../errors.js";
import type { ApiOptions } from "./types.js";

/** Where the API is, and who asks. The token is not in here, so that printing this shows none. */
export interface Access {
  /** What stands before `/v1/…`, without a slash at the end. */
  readonly base: string;
  readonly signal: AbortSignal | undefined;
  readonly timeout: number;
  readonly answerTimeout: number;
  readonly maxBytes: number;
  readonly fetch: typeof globalThis.fetch;
}

const TIMEOUT = 60_000;
const ANSWER_TIMEOUT = 300_000;
/** A page of a thousand rows has a few megabytes; long prompts and metadata may make it more. */
const MAX_BYTES = 64 * 1024 * 1024;
/** The longest time that timers of every runtime can count. */
const LONGEST = 2 ** 31 - 1;

export function checkAccess(options: unknown): { access: Access; token: string } {
  if (typeof options !== "object" || options === null) {
    throw badArgument(`options are an object with \`url\` and \`token\`, not ${kindOf(options)}`);
  }
  const {
    url,
    token,
    signal,
    timeout,
    answerTimeout,
    maxBytes,
    fetch = globalThis.fetch,
  } = options as Partial<ApiOptions>;
  if (signal !== undefined && signal !== null && !isSignal(signal)) throw badArgument("`signal` is an AbortSignal");
  if (typeof fetch !== "function") throw badArgument("`fetch` is a function; this runtime has none of its own");
  const access = {
    base: checkAddress(url),
    signal: signal ?? undefined,
    timeout: checkNumber(timeout, "timeout", TIMEOUT, 1, LONGEST),
    answerTimeout: checkNumber(answerTimeout, "answerTimeout", ANSWER_TIMEOUT, 1, LONGEST),
    maxBytes: checkNumber(maxBytes, "maxBytes", MAX_BYTES, 1, LONGEST),
    // Some runtimes refuse to fetch as somebody's method.
    fetch: fetch === globalThis.fetch ? fetch.bind(globalThis) : fetch,
  };
  return { access, token: checkToken(token) };
}

function checkAddress(url: unknown): string {
  const text = typeof url === "string" || url instanceof URL ? String(url) : undefined;
  if (text === undefined) throw badArgument(`\`url\` is the API's address, not ${kindOf(url)}`);
  if (!URL.canParse(text)) throw badArgument("`url` is no address; it is like https://api.braintrust.dev");
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") throw badArgument("`url` begins with https://");
  if (username !== "" || password !== "")
    throw badArgument("`url` holds a user or a password; pass the token as `token`");
  if (search !== "" || hash !== "") throw badArgument("`url` ends before `?` and `#`");
  return origin + pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
}

function checkToken(token: unknown): string {
  if (typeof token !== "string") throw badArgument(`\`token\` is an API key or a service token, not ${kindOf(token)}`);
  if (token === "") throw badArgument("`token` is empty; it is an API key or a service token");
  // Runtimes repeat a header that they refuse in their errors.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw badArgument("`token` holds white space or characters that no token has; check how it was copied");
  }
  return token;
}

export function checkNumber(value: unknown, name: string, usual: number, least: number, most: number): number {
  if (value === undefined || value === null) return usual;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw badArgument(`\`${name}\` is a whole number from ${least} to ${most}`);
  }
  return value;
}

export function checkListener<T>(listener: T | null | undefined): T | undefined {
  if (listener !== undefined && listener !== null && typeof listener !== "function") {
    throw badArgument("`onProgress` is a function");
  }
  return listener ?? undefined;
}

/** By what it can do: polyfills and other realms have classes of their own. */
function isSignal(value: object): boolean {
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function"
  );
}

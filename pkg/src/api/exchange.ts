// One request and its answer. The token is in here and nowhere else: not in what is thrown, and a redirect that it
// would follow is an error.
import { AclarityError } from "../errors.js";
import { withoutCredentials } from "../secrets.js";
import type { Access } from "./options.js";

/** A request, relative to the API's address. */
export interface Call {
  readonly method: string;
  /** From `/v1/` on, with the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The place in the export, for errors: `/acls`. */
  readonly at?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly text: string;
}

/** The exchange came to no end. */
export class Cut {
  constructor(
    /** Whether the request may have reached the API. */
    readonly reached: boolean,
    /** What happened: the end of a sentence. */
    readonly what: string,
    readonly cause: Error | undefined,
    /** Of what would come to the same end once more. */
    readonly lasting?: { readonly code: "http" | "too_large"; readonly advice: string },
  ) {}
}

/** Codes of the system that say that there was no connection at all. */
const NEVER_REACHED = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

export class Exchange {
  readonly #token: string;

  constructor(
    private readonly access: Access,
    token: string,
  ) {
    this.#token = token;
  }

  /** A text of somebody else's, in which a token may be repeated. */
  clean(text: string): string {
    return withoutCredentials(text.split(this.#token).join("…"));
  }

  /** @throws Cut, or AclarityError: `aborted` (by either signal), `http` for a redirect */
  async send(call: Call, stop?: AbortSignal): Promise<Answer> {
    const attempt = new Attempt(this.access, [this.access.signal, stop]);
    try {
      attempt.check();
      const response = await this.access.fetch(this.access.base + call.path, {
        method: call.method,
        headers: this.headers(call),
        redirect: "manual",
        signal: attempt.signal,
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      this.refuseRedirect(call, response);
      const { status, ok, headers } = response;
      return { status, ok, headers, text: await attempt.textOf(response) };
    } catch (error) {
      if (error instanceof AclarityError) throw error;
      throw attempt.failure() ?? this.cut(error);
    } finally {
      attempt.end();
    }
  }

  private headers(call: Call): Record<string, string> {
    const headers: Record<string, string> = { ...call.headers, accept: "application/json" };
    if (call.body !== undefined) headers["content-type"] = "application/json";
    headers.authorization = `Bearer ${this.#token}`;
    return headers;
  }

  /** In a browser it is opaque: that it is one is all that can be known. */
  private refuseRedirect(call: Call, response: Response): void {
    const opaque = response.type === "opaqueredirect";
    if (!opaque && !(response.status >= 300 && response.status < 400)) return;
    response.body?.cancel().catch(() => {});
    const location = response.headers.get("location");
    const base = this.access.base + call.path;
    const to = location !== null && URL.canParse(location, base) ? ` to \`${new URL(location, base).origin}\`` : "";
    throw new AclarityError(
      "http",
      `${nameOf(call)} is redirected${this.clean(to)}, and the token does not follow; check \`url\``,
      { path: call.at, status: opaque ? undefined : response.status },
    );
  }

  private cut(error: unknown): Cut {
    const cause = this.harmless(error);
    const inner =
      (error as { cause?: { code?: unknown } } | null)?.cause?.code ?? (error as { code?: unknown } | null)?.code;
    const code = typeof inner === "string" && /^\w+$/.test(inner) ? inner : undefined;
    const reached = code === undefined || !NEVER_REACHED.has(code);
    return new Cut(reached, code === undefined ? "the connection failed" : `the connection failed (${code})`, cause);
  }

  /** An error of the runtime without what it might repeat: the address with its query, headers. */
  private harmless(error: unknown): Error | undefined {
    if (!(error instanceof Error)) return undefined;
    const cause = new Error(this.clean(error.message));
    cause.name = error.name;
    cause.stack = `${cause.name}: ${cause.message}`;
    return cause;
  }
}

/** `GET /v1/acl`: without a query. */
export function nameOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return `\`${method} ${withoutCredentials(path.split("?")[0] ?? "")}\``;
}

export function abortedBy(signal: AbortSignal): AclarityError {
  return new AclarityError("aborted", "it was aborted", { cause: signal.reason });
}

/** Watches over one request: the caller's signals, time without a byte, time in all, and how much comes. */
class Attempt {
  private readonly controller = new AbortController();
  private readonly onAbort = () => this.controller.abort();
  private readonly signals: readonly AbortSignal[];
  private readonly whole: ReturnType<typeof setTimeout>;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private ended: Cut | undefined;

  constructor(
    private readonly access: Pick<Access, "timeout" | "answerTimeout" | "maxBytes">,
    signals: readonly (AbortSignal | undefined)[],
  ) {
    this.signals = signals.filter((signal) => signal !== undefined);
    for (const signal of this.signals) signal.addEventListener("abort", this.onAbort);
    const { answerTimeout } = access;
    const what = `the answer was not whole after ${answerTimeout / 1000} s (\`answerTimeout\`)`;
    const advice = "check your network, or try again later";
    this.whole = setTimeout(
      () => this.endWith(new Cut(true, what, undefined, { code: "http", advice })),
      answerTimeout,
    );
    this.wait();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  check(): void {
    const aborted = this.aborted();
    if (aborted !== undefined) throw aborted;
  }

  /** Why it was ended from here, if it was. */
  failure(): AclarityError | Cut | undefined {
    return this.aborted() ?? this.ended;
  }

  /** A body of any size and pace is read as far as the bounds go, and no further. */
  async textOf(response: Response): Promise<string> {
    if (response.body === null) return "";
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    let text = "";
    let bytes = 0;
    for (;;) {
      this.wait();
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.length;
      if (bytes > this.access.maxBytes) throw this.endWith(this.tooLarge());
      text += decoder.decode(value, { stream: true });
    }
  }

  end(): void {
    clearTimeout(this.silence);
    clearTimeout(this.whole);
    for (const signal of this.signals) signal.removeEventListener("abort", this.onAbort);
  }

  private aborted(): AclarityError | undefined {
    const signal = this.signals.find(({ aborted }) => aborted);
    return signal && abortedBy(signal);
  }

  private endWith(cut: Cut): Cut {
    this.ended ??= cut;
    this.controller.abort();
    return cut;
  }

  private tooLarge(): Cut {
    const what = `the answer has more than ${this.access.maxBytes.toLocaleString("en")} bytes (\`maxBytes\`)`;
    return new Cut(true, what, undefined, { code: "too_large", advice: "check that `url` is the API's address" });
  }

  private wait(): void {
    clearTimeout(this.silence);
    const { timeout } = this.access;
    this.silence = setTimeout(
      () => this.endWith(new Cut(true, `nothing came for ${timeout / 1000} s`, undefined)),
      timeout,
    );
  }
}

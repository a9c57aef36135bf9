// Ways of answering badly, for the tests of clients.
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";

export type How =
  /** Another answer. A body that is text is sent as it is. */
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  /** A page for people, with status 200. */
  | { readonly html: true }
  | { readonly redirect: string }
  /** Half of the body, then the connection is cut; `silent`: in such a way that nobody can tell that it was. */
  | { readonly cut: "before" | "in the body" | "silent" }
  /** The body in five parts, so many milliseconds apart. */
  | { readonly slow: number }
  /** White space before the body, a byte every so many milliseconds, and no end of it. */
  | { readonly trickle: number }
  /** White space before the body, as fast as it is taken, and no end of it. */
  | { readonly endless: true }
  /** Half of the body, and then nothing more. */
  | { readonly stall: true }
  /** It is carried out, and the connection is cut before the answer. */
  | { readonly lose: "the answer" }
  /** Pages begin so many rows before their place. */
  | { readonly overlap: number }
  /** `starting_after` counts for nothing. */
  | { readonly goesOn: false }
  /** These rows appear before the page is taken. */
  | { readonly appear: (noun: string) => void };

export interface Rule {
  /** The path, without a query; every path when it is left out. */
  readonly path?: string;
  readonly method?: string;
  /** How many requests are answered well before. */
  readonly after?: number;
  /** How many are answered so; all when it is left out. */
  readonly times?: number;
  readonly how: How;
}

/** The rules that are in force, each with how often it applied. */
export class Rules {
  private rules: { rule: Rule; seen: number }[] = [];

  add(rule: Rule): void {
    this.rules.push({ rule, seen: 0 });
  }

  clear(): void {
    this.rules = [];
  }

  /** How this request is answered; the first rule that applies counts. */
  of(method: string, path: string): How | undefined {
    let found: How | undefined;
    for (const entry of this.rules) {
      const { rule } = entry;
      if ((rule.path ?? path) !== path || (rule.method ?? method) !== method || found !== undefined) continue;
      const { after = 0, times = Number.POSITIVE_INFINITY } = rule;
      const turn = entry.seen++;
      if (turn >= after && turn < after + times) found = rule.how;
    }
    return found;
  }
}

/** Sends a body as the misbehaviour wants it. */
export function sendBadly(response: ServerResponse, text: string, how: How | undefined): void {
  const bytes = Buffer.from(text);
  const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
  if (how !== undefined && "cut" in how) {
    if (how.cut === "silent") {
      // The end of the connection is the end of the body.
      response.setHeader("connection", "close");
      response.useChunkedEncodingByDefault = false;
      response.removeHeader("content-length");
      response.end(half);
      return;
    }
    response.setHeader("content-length", bytes.length);
    response.write(half, () => response.socket?.destroy());
  } else if (how !== undefined && "stall" in how) {
    response.setHeader("content-length", bytes.length);
    response.write(half);
  } else if (how !== undefined && "trickle" in how) {
    const timer = setInterval(() => response.write(" "), how.trickle);
    response.once("close", () => clearInterval(timer));
  } else if (how !== undefined && "endless" in how) {
    Readable.from(whiteSpace()).pipe(response);
  } else if (how !== undefined && "slow" in how) {
    sendSlowly(response, bytes, how.slow);
  } else {
    response.end(bytes);
  }
}

function* whiteSpace(): Generator<Buffer> {
  for (const block = Buffer.alloc(1 << 16, " "); ; ) yield block;
}

function sendSlowly(response: ServerResponse, bytes: Buffer, pause: number): void {
  const size = Math.ceil(bytes.length / 5);
  const next = (from: number) => {
    if (from >= bytes.length) return response.end();
    response.write(bytes.subarray(from, from + size));
    return setTimeout(next, pause, from + size);
  };
  next(0);
}

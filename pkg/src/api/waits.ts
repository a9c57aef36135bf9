// How long to wait before a request is repeated.
import { abortedBy } from "./exchange.js";

/** Milliseconds that a server may ask to wait. */
export const PATIENCE = 300_000;

const FIRST = 500;
const LONGEST = 20_000;

/** What else may be tried when the same is asked again: too many requests, a server that is ill. */
export function isPassing(status: number): boolean {
  return status === 429 || status === 408 || (status >= 500 && status !== 501);
}

/** Milliseconds before attempt `attempt` (1 is the first repetition): longer each time, and never twice the same. */
export function backoff(attempt: number): number {
  const most = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  return Math.round(most * (0.5 + Math.random() / 2));
}

/** Milliseconds that the answer asks to wait, by seconds or by a date, which is one of the server's clock. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  const now = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now));
}

export function pause(milliseconds: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => () => {
      clearTimeout(timer);
      for (const [signal, listener] of listeners) signal.removeEventListener("abort", listener);
      finish();
    };
    const given = signals.filter((signal) => signal !== undefined);
    const listeners = given.map((signal) => [signal, end(() => reject(abortedBy(signal)))] as const);
    const timer = setTimeout(end(resolve), milliseconds);
    for (const [signal, listener] of listeners) {
      if (signal.aborted) listener();
      else signal.addEventListener("abort", listener);
    }
  });
}

// Loading, step by step: at once, or in turn with everything else.
import { AclarityError, badArgument } from "./errors.js";

/** A source that pauses: `undefined` lets the event loop run, a promise is waited for and its value given back. */
export type Steps<T = void> = Generator<Promise<unknown> | undefined, T, unknown>;

/** Takes all steps at once; pauses are skipped. */
export function takeAtOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) {
    step =
      step.value === undefined
        ? steps.next()
        : steps.throw(badArgument("a Response, a stream or a promise cannot be loaded at once: use `Org.load`"));
    // The refused promise may reject later; nobody else listens to it.
  }
  return step.value;
}

/** Takes the steps one by one, waits where they wait, lets the event loop run in between, and obeys the signal. */
export async function takeInTurn<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  const interrupt = new Interrupt(signal);
  try {
    interrupt.check();
    let step = steps.next();
    while (!step.done) {
      const waiting = step.value ?? breathe();
      let value: unknown;
      try {
        value = await interrupt.orElse(waiting);
        interrupt.check();
      } catch (error) {
        step = steps.throw(interrupt.reason() ?? sourceFailure(error));
        continue;
      }
      step = steps.next(value);
    }
    return step.value;
  } finally {
    // Runs the `finally` of whatever was being read.
    steps.return(undefined as T);
    interrupt.end();
  }
}

/** What a source's own promise was rejected with. */
function sourceFailure(error: unknown): AclarityError {
  if (error instanceof AclarityError) return error;
  const aborted = typeof error === "object" && error !== null && (error as { name?: unknown }).name === "AbortError";
  return aborted
    ? new AclarityError("aborted", "reading the source was aborted", { cause: error })
    : new AclarityError("http", "the source could not be read", { cause: error });
}

class Interrupt {
  private wake: ((error: AclarityError) => void) | undefined;
  private readonly onAbort = () => this.wake?.(aborted(this.signal));

  constructor(private readonly signal: AbortSignal | undefined) {
    signal?.addEventListener("abort", this.onAbort);
  }

  reason(): AclarityError | undefined {
    return this.signal?.aborted ? aborted(this.signal) : undefined;
  }

  check(): void {
    const reason = this.reason();
    if (reason !== undefined) throw reason;
  }

  /** The promise's outcome, or the interruption if that comes first. */
  orElse(promise: Promise<unknown>): Promise<unknown> {
    if (this.signal === undefined) return promise;
    return new Promise((resolve, reject) => {
      this.wake = reject;
      promise.then(resolve, reject);
    });
  }

  end(): void {
    this.wake = undefined;
    this.signal?.removeEventListener("abort", this.onAbort);
  }
}

export function aborted(signal: AbortSignal | undefined): AclarityError {
  return new AclarityError("aborted", "loading was aborted", { cause: signal?.reason });
}

/** Lets the event loop run once. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
    } else if (typeof MessageChannel === "function") {
      // Unlike a timer this is not held back to 4 ms.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    } else {
      setTimeout(resolve, 0);
    }
  });
}

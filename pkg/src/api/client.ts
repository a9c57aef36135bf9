// Reads from the API: so many requests at a time, repeated where that may help, and answers that are JSON.
import { AclarityError } from "../errors.js";
import { type Answer, type Call, Cut, Exchange, nameOf } from "./exchange.js";
import type { Access } from "./options.js";
import { refusal } from "./refusals.js";
import { backoff, isPassing, pause, retryAfter } from "./waits.js";

/** Milliseconds that a server may ask to wait. */
const PATIENCE = 300_000;
/** While nothing was answered yet, an address to which there is no connection is probably wrong. */
const TRIES_OF_NOBODY = 2;

export interface Limits {
  readonly concurrency: number;
  readonly retries: number;
  /** Told before every wait. */
  readonly onWait: (milliseconds: number, status: number | undefined) => void;
}

type Failure = { readonly error: AclarityError; readonly after?: number | undefined; readonly reached: boolean };

export class Client {
  /** Requests answered so far. */
  answered = 0;
  private readonly exchange: Exchange;
  private readonly stopped = new AbortController();
  private free: number;
  private readonly queue: (() => void)[] = [];
  private notBefore = 0;

  constructor(
    private readonly access: Access,
    token: string,
    private readonly limits: Limits,
  ) {
    this.exchange = new Exchange(access, token);
    this.free = limits.concurrency;
  }

  /** Ends all requests: nobody waits for them any more. */
  stop(): void {
    this.stopped.abort();
  }

  /**
   * What the API answers, read as JSON. `at` is the place in the export, for errors.
   * @throws AclarityError `http`, `bad_json`, `aborted`
   */
  async get(path: string, at?: string): Promise<unknown> {
    const call: Call = { method: "GET", path, at };
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(call);
      if ("value" in outcome) return outcome.value;
      const most =
        outcome.reached || this.answered > 0 ? this.limits.retries : Math.min(this.limits.retries, TRIES_OF_NOBODY);
      if (attempt > most) throw outcome.error;
      await this.hold(outcome, attempt);
    }
  }

  /** Waits before the same is asked once more, since the answer led nowhere. */
  async rest(attempt: number): Promise<void> {
    const wait = backoff(attempt);
    this.limits.onWait(wait, undefined);
    await pause(wait, [this.access.signal, this.stopped.signal]);
  }

  private async hold(failure: Failure, attempt: number): Promise<void> {
    const asked = failure.after;
    if (asked !== undefined && asked > PATIENCE) {
      const seconds = Math.ceil(asked / 1000);
      throw new AclarityError("http", `the API asks to wait ${seconds} s before the next request; try again then`, {
        path: failure.error.path,
        status: failure.error.status,
      });
    }
    // A little more than asked, so that not all come back at once.
    const wait = asked === undefined ? backoff(attempt) : asked + Math.random() * 250;
    // Whoever is told to wait waits with everything.
    if (failure.error.status === 429 || asked !== undefined)
      this.notBefore = Math.max(this.notBefore, Date.now() + wait);
    this.limits.onWait(Math.round(wait), failure.error.status);
    await pause(wait, [this.access.signal, this.stopped.signal]);
  }

  private async attempt(call: Call): Promise<{ value: unknown } | Failure> {
    await this.enter();
    try {
      const early = this.notBefore - Date.now();
      if (early > 0) await pause(early, [this.access.signal, this.stopped.signal]);
      const answer = await this.exchange.send(call, this.stopped.signal);
      this.answered++;
      return this.judge(call, answer);
    } catch (error) {
      if (error instanceof Cut) return this.lost(call, error);
      throw error;
    } finally {
      this.leave();
    }
  }

  private judge(call: Call, answer: Answer): { value: unknown } | Failure {
    if (!answer.ok) {
      const error = refusal(this.exchange, call, answer);
      if (!isPassing(answer.status)) throw error;
      return { error, after: retryAfter(answer.headers), reached: true };
    }
    try {
      return { value: JSON.parse(answer.text) };
    } catch {
      // Without its cause, which would quote the text.
      return { error: this.noJson(call, answer), reached: true };
    }
  }

  /** @throws AclarityError when the answer is a page for people, and no part of one for programs */
  private noJson(call: Call, answer: Answer): AclarityError {
    const path = { path: call.at, status: answer.status };
    if (/^\s*</.test(answer.text) || /html/i.test(answer.headers.get("content-type") ?? "")) {
      const message = `${nameOf(call)} was answered with a web page; check that \`url\` is the API's address`;
      throw new AclarityError("bad_json", message, path);
    }
    return new AclarityError("bad_json", `${nameOf(call)}: the answer is not JSON, or only a part of it came`, path);
  }

  private lost(call: Call, { what, cause, reached }: Cut): Failure {
    const advice = reached ? "try again" : "check `url` and your network";
    const message = `${nameOf(call)}: ${what}; ${advice}`;
    return { error: new AclarityError("http", message, { path: call.at, ...(cause && { cause }) }), reached };
  }

  private async enter(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
  }

  private leave(): void {
    const next = this.queue.shift();
    if (next === undefined) this.free++;
    else next();
  }
}

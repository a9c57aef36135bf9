// Reads from the API: so many requests at a time, repeated where that may help, and answers that are JSON.
import { AclarityError } from "../errors.js";
import { type Answer, type Call, Cut, Exchange, nameOf } from "./exchange.js";
import type { Access } from "./options.js";
import { refusal } from "./refusals.js";
import { backoff, isPassing, PATIENCE, pause, retryAfter } from "./waits.js";

/** While nothing was answered yet, an address to which there is no connection is probably wrong. */
const TRIES_OF_NOBODY = 2;

export interface Limits {
  readonly concurrency: number;
  readonly retries: number;
  /** How many requests there are at most, repeated ones included; any number when it is left out. */
  readonly requests?: number;
  /** Told before every wait. */
  readonly onWait?: (milliseconds: number, status: number | undefined) => void;
}

/** What an answer comes to: a value, or a failure that may be none when the same is asked again. */
type Outcome<T> = { readonly value: T } | Failure;
interface Failure {
  readonly error: AclarityError;
  readonly after?: number | undefined;
  readonly reached: boolean;
  readonly lasting?: boolean;
}

/** An answer as it is, whatever its status. */
export interface Seen {
  readonly status: number;
  /** Parsed JSON; undefined when it is none. */
  readonly body: unknown;
}

export class Client {
  /** Requests sent so far, repeated ones included. */
  sent = 0;
  /** Requests answered so far. */
  answered = 0;
  private readonly exchange: Exchange;
  private readonly stopped = new AbortController();
  private reason: { readonly error: unknown } | undefined;
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

  /** Whether the bound on requests is reached. */
  get exhausted(): boolean {
    return this.sent >= (this.limits.requests ?? Number.POSITIVE_INFINITY);
  }

  /** Ends all requests, those that wait too. Whoever waits for one is told `error`: the first one counts. */
  stop(error?: unknown): void {
    if (error !== undefined) this.reason ??= { error };
    this.stopped.abort();
  }

  /**
   * What the API answers, read as JSON. `at` is the place in the export, for errors.
   * @throws AclarityError `http`, `bad_json`, `too_large`, `aborted`
   */
  get(path: string, at?: string): Promise<unknown> {
    return this.repeated({ method: "GET", path, at }, (call, answer) => this.judge(call, answer));
  }

  /**
   * The answer, of any status that is not worth asking again for, but 401: that is about all requests.
   * @throws AclarityError `http`, `too_large`, `aborted`
   */
  look(path: string): Promise<Seen> {
    return this.repeated({ method: "GET", path }, (call, answer) => this.seen(call, answer));
  }

  /** Waits before the same is asked once more, since the answer led nowhere. */
  async rest(attempt: number): Promise<void> {
    try {
      await this.pause(backoff(attempt), undefined);
    } catch (error) {
      throw this.why(error);
    }
  }

  private async repeated<T>(call: Call, judge: (call: Call, answer: Answer) => Outcome<T>): Promise<T> {
    if (this.exhausted) throw new AclarityError("http", `${nameOf(call)}: the bound on requests is reached`);
    try {
      for (let attempt = 1; ; attempt++) {
        const outcome = await this.attempt(call, judge);
        if ("value" in outcome) return outcome.value;
        if (outcome.lasting === true || attempt > this.most(outcome) || this.exhausted) throw outcome.error;
        await this.hold(outcome, attempt);
        if (this.exhausted) throw outcome.error;
      }
    } catch (error) {
      throw this.why(error);
    }
  }

  /** That it was stopped is no news; why it was is. */
  private why(error: unknown): unknown {
    return this.reason === undefined ? error : this.reason.error;
  }

  private most({ reached }: Failure): number {
    const { retries } = this.limits;
    return reached || this.answered > 0 ? retries : Math.min(retries, TRIES_OF_NOBODY);
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
    await this.pause(Math.round(wait), failure.error.status);
  }

  private async pause(wait: number, status: number | undefined): Promise<void> {
    this.limits.onWait?.(wait, status);
    await pause(wait, [this.access.signal, this.stopped.signal]);
  }

  private async attempt<T>(call: Call, judge: (call: Call, answer: Answer) => Outcome<T>): Promise<Outcome<T>> {
    this.sent++;
    await this.enter();
    try {
      const early = this.notBefore - Date.now();
      if (early > 0) await pause(early, [this.access.signal, this.stopped.signal]);
      const answer = await this.exchange.send(call, this.stopped.signal);
      this.answered++;
      return judge(call, answer);
    } catch (error) {
      if (error instanceof Cut) return this.lost(call, error);
      throw error;
    } finally {
      this.leave();
    }
  }

  private judge(call: Call, answer: Answer): Outcome<unknown> {
    if (!answer.ok) {
      const error = refusal(this.exchange, call, answer);
      if (!isPassing(answer.status)) throw error;
      return { error, after: retryAfter(answer.headers), reached: true };
    }
    const json = parsed(answer.text);
    return json ?? { error: this.noJson(call, answer), reached: true };
  }

  private seen(call: Call, answer: Answer): Outcome<Seen> {
    const { status } = answer;
    if (status === 401) throw refusal(this.exchange, call, answer);
    if (isPassing(status)) {
      return { error: refusal(this.exchange, call, answer), after: retryAfter(answer.headers), reached: true };
    }
    return { value: { status, body: parsed(answer.text)?.value } };
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

  private lost(call: Call, { what, cause, reached, lasting }: Cut): Failure {
    const advice = lasting?.advice ?? (reached ? "try again" : "check `url` and your network");
    const details = { path: call.at, ...(cause && { cause }) };
    const error = new AclarityError(lasting?.code ?? "http", `${nameOf(call)}: ${what}; ${advice}`, details);
    return { error, reached, lasting: lasting !== undefined };
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

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Without its cause, which would quote the text.
    return undefined;
  }
}

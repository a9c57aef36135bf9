// GET requests to the API, for `verify`: nothing else can be sent by this.
import { usage } from "./problem.js";
import type { Server } from "./token.js";

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined when it is none. */
  readonly body: unknown;
}

const TIMEOUT = 30_000;
/** How long a server may ask to be left alone. */
const LONGEST_WAIT = 60_000;
const TRIES = 3;

export class Client {
  /** Requests sent so far, repeated ones included. */
  sent = 0;

  constructor(
    private readonly server: Server,
    private readonly most: number,
  ) {}

  get exhausted(): boolean {
    return this.sent >= this.most;
  }

  /** The answer; undefined when none came, within the bound on requests. */
  async get(path: string): Promise<Answer | undefined> {
    for (let attempt = 1; attempt <= TRIES && !this.exhausted; attempt++) {
      this.sent++;
      const response = await this.send(path);
      if (response === undefined || response.status === 429 || response.status >= 500) {
        await response?.body?.cancel();
        if (attempt < TRIES && !this.exhausted) await pause(waitOf(response, attempt));
        continue;
      }
      if (response.status >= 300 && response.status < 400) {
        throw usage(
          "the API answered with a redirect, which is not followed: the key would go elsewhere; give the right address with `--url`",
        );
      }
      if (response.status === 401) {
        throw usage(
          "the API answered 401: the key is wrong, expired or revoked; check BRAINTRUST_API_KEY and the API's address",
        );
      }
      return { status: response.status, body: await bodyOf(response) };
    }
    return undefined;
  }

  private async send(path: string): Promise<Response | undefined> {
    try {
      return await fetch(`${this.server.url.replace(/\/v1$/, "")}${path}`, {
        method: "GET",
        headers: { authorization: `Bearer ${this.server.token}`, accept: "application/json" },
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch {
      // Its message may hold an address or worse; that no answer came is all there is to know.
      return undefined;
    }
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function waitOf(response: Response | undefined, attempt: number): number {
  const seconds = Number(response?.headers.get("retry-after") ?? "");
  if (Number.isFinite(seconds) && seconds > 0) return Math.min(seconds * 1000, LONGEST_WAIT);
  return 500 * 2 ** (attempt - 1);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

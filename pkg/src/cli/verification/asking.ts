// The questions of `verify`, and what the server's answers say about the model.
import type { Client, Seen } from "../../api/client.js";
import { isPassing } from "../../api/waits.js";
import { AclarityError } from "../../errors.js";
import type { Given } from "../command.js";
import type { Probe } from "./sample.js";

/** Requests at a time. */
export const CONCURRENCY = 2;

export type Verdict = "agrees" | "mismatch" | "undecided" | "no_answer";

export interface Outcome {
  readonly probe: Probe;
  readonly status: number | undefined;
  readonly verdict: Verdict;
}

export async function ask(given: Given, client: Client, probes: readonly Probe[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async () => {
    while (next < probes.length && !client.exhausted) {
      const probe = probes[next] as Probe;
      next++;
      const answer = await answerTo(client, probe.path);
      outcomes.push({ probe, status: answer?.status, verdict: verdictOf(probe, answer) });
      const share = outcomes.length / probes.length;
      given.terminal.progress(`asking the API, ${outcomes.length} of ${probes.length}`, share);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } catch (error) {
    // What one of them meets, a wrong key or address, the other would meet too.
    client.stop(error);
    throw error;
  }
  return outcomes;
}

/** Undefined when none came; but if none ever came, that is no verdict about single objects. */
async function answerTo(client: Client, path: string): Promise<Seen | undefined> {
  try {
    return await client.look(path);
  } catch (error) {
    const { code, status } = error as AclarityError;
    const passing = error instanceof AclarityError && code === "http" && (status === undefined || isPassing(status));
    if (passing && client.answered > 0) return undefined;
    throw error;
  }
}

function verdictOf({ expected, path, object }: Probe, answer: Seen | undefined): Verdict {
  if (answer === undefined) return "no_answer";
  const { status, body } = answer;
  if (status === 403) return expected === "deny" ? "agrees" : "mismatch";
  if (status !== 200 || !isAnswerTo(path, object, body)) return "undecided";
  return expected === "allow" ? "agrees" : "mismatch";
}

/** Whether it is the API that answers, and says something: a page for people has the status 200 too. */
function isAnswerTo(path: string, { id }: Probe["object"], body: unknown): boolean {
  if (path.startsWith("/v1/acl/list_org")) return Array.isArray(body) || rowsOf(body).length > 0;
  // A list may be empty because nothing is there, or because nothing may be seen.
  if (path.startsWith("/v1/acl?")) return rowsOf(body).length > 0;
  return (body as { id?: unknown } | null | undefined)?.id === id;
}

function rowsOf(body: unknown): Record<string, unknown>[] {
  const objects = (body as { objects?: unknown } | null | undefined)?.objects;
  return Array.isArray(objects) ? objects.filter((row) => typeof row === "object" && row !== null) : [];
}

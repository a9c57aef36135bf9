// What a question is about: an object, or something that does not exist yet.
import { usage } from "./problem.js";

/** `id` is left out for something that does not exist yet. */
export interface Place {
  readonly type: string;
  readonly id: string | undefined;
  /** Only where it matters: the data do not know the object, or it does not exist yet. */
  readonly project: string | undefined;
  readonly known: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function looksLikeAnId(text: string): boolean {
  return UUID.test(text) || text.startsWith("bt::");
}

export function ambiguous(text: string, candidates: readonly string[], todo: string) {
  return usage(`\`${text}\` names several; ${todo}:`, candidates);
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" or ");
}

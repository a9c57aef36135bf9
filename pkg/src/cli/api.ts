// What commands that ask the API have in common.
import { type Problem, usage } from "./problem.js";

export const SERVER_LINES = [
  ["--url URL", "the API; otherwise $BRAINTRUST_API_URL, otherwise https://api.braintrust.dev"],
] as const;

/** What went wrong with the API, and where the address and the key came from; anything else as it is. */
export function explained(error: unknown, url: string): unknown {
  const { name, code, status, message } = error as { name?: string; code?: string; status?: number; message?: string };
  if (name !== "AclarityError" || message === undefined) return error;
  return usage(`${message}${source(code, status, url)}`) satisfies Problem;
}

function source(code: string | undefined, status: number | undefined, url: string): string {
  if (status === 401) return `; the key comes from BRAINTRUST_API_KEY or the prompt, the address is ${url}`;
  return code === "http" && status === undefined ? `; the address is ${url}` : "";
}

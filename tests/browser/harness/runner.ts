// Runs the conformance vectors in whatever it is bundled for.
import { Org } from "aclarity";
import { runCase, type VectorFile } from "../../js/vectors.ts";

/** Case name → what differs, for every case of a file; the text is parsed here, so that odd strings arrive unharmed. */
export async function runFile(text: string): Promise<Record<string, string[]>> {
  const { cases } = JSON.parse(text) as VectorFile;
  const results: Record<string, string[]> = {};
  for (const vector of cases) results[vector.name] = await runCase({ Org } as never, vector);
  return results;
}

// An export that is on its way as JSON text, piece by piece.
import { badArgument, kindOf } from "../errors.js";
import { LIST_NAMES } from "./lists.js";
import type { FetchedExport } from "./types.js";

export async function* exportText(source: FetchedExport | Promise<FetchedExport>): AsyncGenerator<string, void, void> {
  const exported = await source;
  if (typeof exported !== "object" || exported === null) {
    throw badArgument(`an export is an object, not ${kindOf(exported)}`);
  }
  const { organization, missing } = exported;
  yield `{"organization":${JSON.stringify(organization ?? null)}`;
  if (missing.length > 0) yield `,"missing":${JSON.stringify(missing)}`;
  for (const list of LIST_NAMES) {
    const pages = exported[list];
    if (pages === undefined) continue;
    // One page with all rows, and the empty one that says that these are all.
    yield `,${JSON.stringify(list)}:[[`;
    let separator = "";
    for await (const rows of pages) {
      if (rows.length === 0) continue;
      yield `${separator}\n${rows.map((row) => JSON.stringify(row)).join(",\n")}`;
      separator = ",";
    }
    yield "],[]]";
  }
  yield "}\n";
}

// One list of the API, page after page until an empty one.
import { AclarityError, kindOf } from "../errors.js";
import type { Client } from "./client.js";
import { SeenRows } from "./seen.js";
import type { ApiRow } from "./types.js";

/** How many rows are asked for; a server may give fewer. */
const LIMIT = 1000;
/** How often the same place may be asked for without a new row. */
const STANDSTILLS = 3;

export interface Place {
  readonly path: string;
  readonly fields: readonly string[];
  /** Where it is in the export, for errors: `/acls`. */
  readonly at: string;
  /** The organisation's name. */
  readonly organization?: string | undefined;
}

/**
 * The pages of a list, each row once: rows that appear while it is read push others onto a second page. A copy that
 * says something else comes too; which one counts is for the loader to say (MODEL 4: same id twice).
 */
export async function* pagesOf(client: Client, place: Place): AsyncGenerator<readonly ApiRow[], void, void> {
  const seen = new SeenRows();
  let cursor: string | undefined;
  let standstills = 0;
  for (;;) {
    const all = rowsOf(await client.get(addressOf(place, cursor), place.at), place.at);
    if (all.length === 0) return;
    const { rows, goesOn } = sifted(all, place, seen);
    standstills = goesOn ? 0 : standstills + 1;
    // A list without an end is none.
    if (standstills > STANDSTILLS) throw withoutEnd(place);
    if (rows.length === 0) {
      // Another answer may come when the server has caught up.
      await client.rest(standstills);
      continue;
    }
    cursor = lastId(all, place.at);
    yield rows;
  }
}

function addressOf({ path, organization }: Place, cursor: string | undefined): string {
  const query = new URLSearchParams({ limit: String(LIMIT) });
  if (organization !== undefined) query.set("org_name", organization);
  if (cursor !== undefined) query.set("starting_after", cursor);
  return `${path}?${query}`;
}

/** `{"objects": [...]}`, or a bare array, as `list_org` has it. */
function rowsOf(page: unknown, at: string): readonly Record<string, unknown>[] {
  const rows = typeof page === "object" && page !== null && "objects" in page ? page.objects : page;
  if (!Array.isArray(rows)) {
    throw new AclarityError("bad_shape", `${at}: expected a page of rows from the API, found ${kindOf(rows)}`, {
      path: at,
    });
  }
  for (const [index, row] of rows.entries()) {
    if (typeof row === "object" && row !== null && !Array.isArray(row)) continue;
    throw new AclarityError("bad_shape", `${at}: expected a row at place ${index} of a page, found ${kindOf(row)}`, {
      path: at,
    });
  }
  return rows;
}

export function pick(row: Record<string, unknown>, fields: readonly string[]): ApiRow {
  const picked: Record<string, unknown> = {};
  for (const field of fields) if (row[field] !== undefined) picked[field] = row[field];
  return picked as ApiRow;
}

/** The rows that did not come before as they are, and whether there is an id among them that did not come at all. */
function sifted(all: readonly Record<string, unknown>[], { fields }: Place, seen: SeenRows) {
  const rows: ApiRow[] = [];
  let goesOn = false;
  for (const row of all.map((each) => pick(each, fields))) {
    // A row without an id is the loader's business: it becomes a finding.
    const verdict = typeof row.id === "string" ? seen.note(row.id, JSON.stringify(row)) : "other";
    if (verdict === "new") goesOn = true;
    if (verdict !== "same") rows.push(row);
  }
  return { rows, goesOn };
}

function lastId(rows: readonly Record<string, unknown>[], at: string): string {
  const id = rows.at(-1)?.id;
  if (typeof id === "string" && id !== "") return id;
  throw new AclarityError(
    "bad_shape",
    `${at}: the last row of a page has no id, so the next page cannot be asked for`,
    {
      path: at,
    },
  );
}

function withoutEnd({ path, at }: Place): AclarityError {
  const message = `\`GET ${path}\` keeps giving the same rows whatever \`starting_after\` says, so that its end is not known`;
  return new AclarityError("http", message, { path: at });
}

// Lists and single rows, by the description of the API: `limit`, `starting_after`, `ending_before`, `ids`, names, `org_name`.
import type { Data, Row } from "./data.ts";

/** What is wrong with a request: the status and the words of the answer. */
export class Refused {
  constructor(
    readonly status: number,
    readonly words: string,
  ) {}
}

const PAGING = ["limit", "starting_after", "ending_before", "ids"];
const OF_ACLS = ["object_type", "object_id", "user_id", "group_id", "permission", "restrict_object_type", "role_id"];

/** The lists and the parameters that each takes, but for those of paging. */
const LISTS: Readonly<Record<string, { readonly noun: string; readonly takes: readonly string[] }>> = {
  organization: { noun: "organization", takes: ["org_name"] },
  user: { noun: "user", takes: ["given_name", "family_name", "email", "org_name"] },
  group: { noun: "group", takes: ["group_name", "org_name"] },
  role: { noun: "role", takes: ["role_name", "org_name"] },
  service_token: { noun: "service_token", takes: ["service_token_name", "org_name"] },
  api_key: { noun: "api_key", takes: ["api_key_name", "org_name"] },
  acl: { noun: "acl", takes: OF_ACLS },
  "acl/list_org": { noun: "acl", takes: [...OF_ACLS, "org_name"] },
  project: { noun: "project", takes: ["project_name", "org_name"] },
  project_group: { noun: "project_group", takes: ["project_group_name", "org_name"] },
  experiment: { noun: "experiment", takes: ["experiment_name", "project_name", "project_id", "org_name"] },
  dataset: { noun: "dataset", takes: ["dataset_name", "project_name", "project_id", "org_name"] },
  prompt: { noun: "prompt", takes: ["prompt_name", "project_name", "project_id", "slug", "version", "org_name"] },
  function: { noun: "function", takes: ["function_name", "project_name", "project_id", "slug", "version", "org_name"] },
};

export interface Paging {
  /** How many rows a page has at most, whatever is asked for. */
  readonly pageSize: number;
  /** How many rows a page begins before its place. */
  readonly overlap: number;
  /** Whether `starting_after` counts. */
  readonly goesOn: boolean;
}

/** The noun of a list, or of one row of it. */
export function nounOf(route: string): string | undefined {
  return LISTS[route]?.noun ?? LISTS[route.split("/")[0] ?? ""]?.noun;
}

/** `route` is what follows `/v1/`. */
export function read(data: Data, route: string, query: URLSearchParams, paging: Paging): unknown {
  const list = LISTS[route];
  if (list !== undefined) return page(data, route, list, query, paging);
  const [noun = "", id = "", ...rest] = route.split("/").map(decodeURIComponent);
  const row = rest.length === 0 && LISTS[noun] !== undefined ? data.find(noun, id) : undefined;
  if (row === undefined) throw new Refused(404, `no ${noun} has the id ${id}`);
  return row;
}

function page(
  data: Data,
  route: string,
  { noun, takes }: { noun: string; takes: readonly string[] },
  query: URLSearchParams,
  paging: Paging,
): unknown {
  for (const name of query.keys()) {
    if (!PAGING.includes(name) && !takes.includes(name)) throw new Refused(400, `unknown parameter ${name}`);
  }
  if (route === "acl" && !(query.has("object_type") && query.has("object_id"))) {
    throw new Refused(400, "object_type and object_id are required");
  }
  const rows = data.list(noun);
  const limit = numberIn(query.get("limit"), paging.pageSize);
  const from = Math.max(0, placeAfter(rows, query.get("starting_after"), paging) - paging.overlap);
  const objects: Row[] = [];
  for (let at = from; at < rows.length && objects.length < limit; at++) {
    const row = rows.at(at) as Row;
    if (matches(data, noun, row, query)) objects.push(row);
  }
  return route === "acl/list_org" ? objects : { objects };
}

function numberIn(text: string | null, most: number): number {
  if (text === null) return most;
  if (!/^\d+$/.test(text)) throw new Refused(400, "limit is a whole number");
  return Math.min(Number(text), most);
}

function placeAfter(rows: { indexOf(id: string): number }, id: string | null, { goesOn }: Paging): number {
  if (id === null || !goesOn) return 0;
  const at = rows.indexOf(id);
  if (at < 0) throw new Refused(400, "starting_after is the id of no row");
  return at + 1;
}

function matches(data: Data, noun: string, row: Row, query: URLSearchParams): boolean {
  const ids = query.getAll("ids");
  if (ids.length > 0 && !ids.includes(row.id)) return false;
  for (const [name, value] of query) {
    if (PAGING.includes(name)) continue;
    if (name === "org_name" ? !isOf(data, noun, row, value) : row[name === `${noun}_name` ? "name" : name] !== value)
      return false;
  }
  return true;
}

function isOf(data: Data, noun: string, row: Row, organization: string): boolean {
  if (noun === "organization") return row.name === organization;
  const id = data.organizations.find(({ name }) => name === organization)?.id;
  const own = row.org_id ?? row._object_org_id;
  return id !== undefined && (own === undefined || own === null || own === id);
}

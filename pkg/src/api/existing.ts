// Whether what a request would create is there already. The API answers as if it had created it: "if there is an existing
// row with the same name (or contents), will return the existing row unmodified". So it is looked for before; what the
// token may not see, or came in between, is told from the answer.
import type { Answer } from "./exchange.js";

/** What is created by POST, and looked for by its name (an ACL: by its contents) before that. */
const LOOKED_FOR = /^\/v1\/(acl|group|role|project|project_group|experiment|dataset|prompt|function)\/?$/;

/** The API's clock is told to the second, and the one that dates rows is another machine's. */
const TOLERANCE = 10_000;
/** When the API's clock is not to be seen: how wrong one's own may be. */
const TOLERANCE_OF_OUR_CLOCK = 300_000;

export interface Created {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly answer: Answer;
  readonly row: Record<string, unknown>;
  /** Milliseconds that the request took. */
  readonly took: number;
  /** Ids that were named before: they are not new. */
  readonly known: ReadonlySet<string>;
}

/** The parameter by which a list is searched for a name. */
const NAMES: Readonly<Record<string, string>> = {
  group: "group_name",
  role: "role_name",
  project: "project_name",
  project_group: "project_group_name",
  experiment: "experiment_name",
  dataset: "dataset_name",
  prompt: "prompt_name",
  function: "function_name",
};

const CONTENTS = ["object_type", "object_id", "user_id", "group_id", "permission", "role_id", "restrict_object_type"];

/** The path of a list in which the row would be, or undefined when there is nothing to look for it by. */
export function placeToLook(path: string, body: unknown): string | undefined {
  const noun = LOOKED_FOR.exec(path.split("?")[0] ?? "")?.[1] ?? "";
  const fields: Row = typeof body === "object" && body !== null ? (body as Row) : {};
  const query = new URLSearchParams();
  const add = (parameter: string, field: string) => {
    const value = fields[field];
    if (typeof value === "string" && value !== "") query.set(parameter, value);
  };
  if (noun === "acl") for (const field of CONTENTS) add(field, field);
  else if (typeof fields.name === "string") add(NAMES[noun] ?? "name", "name");
  if (query.toString() === "") return undefined;
  add("project_id", "project_id");
  add("org_name", "org_name");
  return `/v1/${noun}?${query}`;
}

/** The row of a list that a request to create would be answered with. */
export function existingIn(list: unknown, path: string, body: unknown): Row | undefined {
  const rows = typeof list === "object" && list !== null && "objects" in list ? list.objects : list;
  if (!Array.isArray(rows) || typeof body !== "object" || body === null) return undefined;
  const fields = path.startsWith("/v1/acl") ? CONTENTS : ["name", "project_id"];
  // A list may not know the parameter.
  const same = (row: Row) => fields.every((field) => (row[field] ?? null) === ((body as Row)[field] ?? null));
  return rows.find((row: unknown) => typeof row === "object" && row !== null && isLive(row as Row) && same(row as Row));
}

const isLive = (row: Row) => row.deleted_at === undefined || row.deleted_at === null;

export function looksForExisting(method: string, path: string, body: unknown): boolean {
  const fresh = typeof body === "object" && body !== null && (body as { ensure_new?: unknown }).ensure_new === true;
  return method === "POST" && LOOKED_FOR.test(path.split("?")[0] ?? "") && !fresh;
}

export function existedBefore(created: Created): boolean {
  const { row, known, body } = created;
  if (typeof row.id === "string" && known.has(row.id)) return true;
  if (!isLive(row)) return true;
  return isOlder(created) || differs(typeof body === "object" && body !== null ? (body as Row) : {}, row);
}

/** It was created before it was asked for. */
function isOlder({ answer, row, took }: Created): boolean {
  const created = typeof row.created === "string" ? Date.parse(row.created) : Number.NaN;
  if (Number.isNaN(created)) return false;
  const theirs = Date.parse(answer.headers.get("date") ?? "");
  const sent = Number.isNaN(theirs) ? Date.now() - took - TOLERANCE_OF_OUR_CLOCK : theirs - took - TOLERANCE;
  return created < sent;
}

type Row = Record<string, unknown>;

const LISTS = ["member_users", "member_groups", "member_roles", "member_permissions"];

/** It is not what was asked for. What the answer does not tell says nothing. */
function differs(body: Row, row: Row): boolean {
  const told = (field: string) => row[field] !== undefined;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  // What is made without a name gets one from the API.
  const named = typeof body.name === "string" && told("name") && body.name !== row.name;
  if (named || (told("description") && text(body.description) !== text(row.description))) return true;
  return LISTS.some((field) => told(field) && setOf(body[field]) !== setOf(row[field]));
}

function setOf(list: unknown): string {
  if (!Array.isArray(list)) return "[]";
  return JSON.stringify([...new Set(list.map(memberOf))].sort());
}

function memberOf(member: unknown): string {
  if (typeof member !== "object" || member === null) return String(member);
  const { permission, restrict_object_type } = member as Row;
  return JSON.stringify([permission, restrict_object_type ?? null]);
}

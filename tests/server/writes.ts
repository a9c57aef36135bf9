// What changes something, by the description of the API: ids and dates are the server's, and a create of what exists
// gives what exists.
import { randomUUID } from "node:crypto";
import type { Data, Row } from "./data.ts";
import { MARK } from "./mark.ts";
import { Refused } from "./reads.ts";

type Body = Record<string, unknown>;

const CONTENTS = ["object_type", "object_id", "user_id", "group_id", "permission", "role_id", "restrict_object_type"];
const MEMBERS = ["member_users", "member_groups", "member_roles", "member_permissions", "member_projects"];
const NAMED = ["group", "role", "project", "project_group", "experiment", "dataset", "prompt", "function"];

export function write(data: Data, method: string, route: string, body: unknown): unknown {
  const fields = objectIn(body);
  refusePlaceholders(body);
  const [noun = "", id, ...rest] = route.split("/").map(decodeURIComponent);
  if (rest.length > 0) throw new Refused(404, "no such route");
  if (noun === "organization" && id === "members" && method === "PATCH") return changeMembers(data, fields);
  if (noun === "acl") return changeAcls(data, method, id, fields);
  if (noun === "service_token") return changeTokens(data, method, id, fields);
  if (id === undefined && NAMED.includes(noun) && (method === "POST" || method === "PUT"))
    return create(data, noun, method, fields);
  const row = id === undefined ? undefined : data.find(noun, id);
  if (row === undefined) throw new Refused(404, `no ${noun} has the id ${id}`);
  if (row.org_id === null) throw new Refused(403, "a system role cannot be edited");
  if (method === "PATCH") return patch(row, fields);
  if (method !== "DELETE") throw new Refused(405, "no such method");
  return Object.assign(row, { deleted_at: new Date().toISOString() });
}

function objectIn(body: unknown): Body {
  if (body === undefined) return {};
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refused(400, "the body is an object");
  return body as Body;
}

/** Ids are UUIDs here; one that a client made up is none. */
function refusePlaceholders(body: unknown): void {
  const text = JSON.stringify(body ?? null, (key, value) => (key === "name" || key === "description" ? "" : value));
  if (text.includes('"new:')) throw new Refused(400, "invalid uuid");
}

const organization = (data: Data) => data.organizations[0]?.id as string;
const isLive = (row: Row) => row.deleted_at === undefined || row.deleted_at === null;

function create(data: Data, noun: string, method: string, fields: Body): Row {
  const { name, org_name: _, ...others } = fields;
  if (typeof name !== "string" || name === "") throw new Refused(400, "name is required");
  const isSame = (row: Row) => row.name === name && row.project_id === fields.project_id && isLive(row);
  const existing = data.all(noun).find(isSame);
  if (existing !== undefined && method === "POST") return existing;
  const made = { org_id: organization(data), name, description: null, ...others };
  if (existing === undefined) return data.create(noun, made);
  for (const field of MEMBERS) delete existing[field];
  return Object.assign(existing, made);
}

function patch(row: Row, fields: Body): Row {
  for (const [field, value] of Object.entries(fields)) {
    const [, change, member] = /^(add|remove)_(member_\w+)$/.exec(field) ?? [];
    if (member === undefined) row[field] = value;
    else row[member] = changed(row[member], change === "add", value);
  }
  return row;
}

function changed(list: unknown, add: boolean, values: unknown): unknown[] {
  const same = (a: unknown) => (b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const before = Array.isArray(list) ? list : [];
  const given = Array.isArray(values) ? values : [];
  if (!add) return before.filter((item) => !given.some(same(item)));
  return [...before, ...given.filter((item) => !before.some(same(item)))];
}

// ---- ACLs ----

const contentsOf = (fields: Body) => JSON.stringify(CONTENTS.map((field) => fields[field] ?? null));

function changeAcls(data: Data, method: string, id: string | undefined, fields: Body): unknown {
  if (method === "POST" && id === undefined) return addAcl(data, fields);
  if (method === "POST" && id === "batch_update") return changeInBatch(data, fields);
  const row =
    id === undefined ? data.all("acl").find((acl) => contentsOf(acl) === contentsOf(fields)) : data.find("acl", id);
  if (method !== "DELETE" || row === undefined) throw new Refused(404, "no such acl");
  data.remove("acl", row);
  return row;
}

function addAcl(data: Data, fields: Body): Row {
  checkAcl(fields);
  const existing = data.all("acl").find((acl) => contentsOf(acl) === contentsOf(fields));
  const contents = Object.fromEntries(CONTENTS.map((field) => [field, fields[field] ?? null]));
  return existing ?? data.create("acl", { ...contents, _object_org_id: organization(data) });
}

function checkAcl(fields: Body): void {
  const one = (a: string, b: string) => ((fields[a] ?? null) === null) !== ((fields[b] ?? null) === null);
  const valid = typeof fields.object_type === "string" && typeof fields.object_id === "string";
  if (!valid || !one("user_id", "group_id") || !one("permission", "role_id")) throw new Refused(400, "invalid acl");
}

function changeInBatch(data: Data, { add_acls, remove_acls }: Body): unknown {
  const adds = (add_acls ?? []) as Body[];
  adds.forEach(checkAcl);
  const gone = new Set(((remove_acls ?? []) as Body[]).map(contentsOf));
  const removed = data.all("acl").filter((acl) => gone.has(contentsOf(acl)));
  for (const acl of removed) data.remove("acl", acl);
  return { added_acls: adds.map((item) => addAcl(data, item)), removed_acls: removed };
}

// ---- members and tokens ----

const newKey = () => `bt-st-${MARK}${randomUUID()}`;

function newToken(data: Data, name: unknown, account: Row): Row {
  const token = data.create("service_token", {
    org_id: organization(data),
    name,
    preview_name: "bt-st-…",
    service_account_id: account.id,
    service_account_name: account.name ?? null,
    service_account_email: account.email ?? null,
  });
  return token;
}

function changeTokens(data: Data, method: string, id: string | undefined, fields: Body): unknown {
  if (method === "POST" && id === undefined) {
    if (typeof fields.service_account_id !== "string") throw new Refused(400, "service_account_id is required");
    return { ...newToken(data, fields.name, { id: fields.service_account_id }), key: newKey() };
  }
  const row = data.find("service_token", id ?? String(fields.id));
  if (method !== "DELETE" || row === undefined) throw new Refused(404, "no such service token");
  data.remove("service_token", row);
  return row;
}

function changeMembers(data: Data, { invite_users, remove_users }: Body): unknown {
  const invite = objectIn(invite_users ?? undefined);
  const emails = (invite.emails ?? []) as string[];
  const people = emails.map(
    (email) => data.all("user").find((user) => user.email === email) ?? data.create("user", { email }),
  );
  const accounts = ((invite.service_accounts ?? []) as Body[]).map(({ name, token_name }) => {
    const account: Row = { id: randomUUID(), name, email: null };
    if (typeof token_name !== "string") return account;
    newToken(data, token_name, account);
    return { ...account, api_key: newKey(), token_name };
  });
  for (const id of (invite.group_ids ?? []) as string[]) {
    const group = data.find("group", id);
    if (group === undefined) throw new Refused(400, "no such group");
    patch(group, { add_member_users: [...people, ...accounts].map((row) => row.id) });
  }
  const gone = objectIn(remove_users ?? undefined);
  for (const id of (gone.ids ?? []) as string[]) {
    const row = data.find("user", id);
    if (row !== undefined) data.remove("user", row);
  }
  const added = [...people, ...accounts].map(({ name: _, ...row }) => row);
  return { status: "success", org_id: organization(data), added_users: added };
}

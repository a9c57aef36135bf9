// The requests of a draft, carried out on the rows of the page: what the server would do with them, for the few that the page makes.
import type { AclItem, Request } from "aclarity";
import type { AclRow, GroupRow, Rows } from "../organization/export.ts";
import type { Patch } from "../organization/workspace.ts";

interface Bodies {
  add_acls?: AclItem[];
  remove_acls?: AclItem[];
  add_member_users?: string[];
  remove_member_users?: string[];
}
const FIELDS = [
  "object_type",
  "object_id",
  "user_id",
  "group_id",
  "permission",
  "role_id",
  "restrict_object_type",
] as const;
const contents = (item: Partial<Record<(typeof FIELDS)[number], string | null>>): string =>
  JSON.stringify(FIELDS.map((field) => item[field] ?? null));

/** Nothing when one of them is of another kind. */
export function patchOf(requests: readonly Request[], rows: Rows): Patch | undefined {
  const acls = new Map<string, AclRow>();
  const removed = new Set<string>();
  const groups = new Map<string, GroupRow>();
  for (const { method, path, body } of requests) {
    const { add_acls, remove_acls, add_member_users, remove_member_users } = (body ?? {}) as Bodies;
    const group = method === "PATCH" && path.startsWith("/v1/group/") && decodeURIComponent(path.slice(10));
    const row = groups.get(String(group)) ?? rows.groups.find(({ id }) => id === group);
    if (group && row) {
      const gone = new Set([...(remove_member_users ?? []), ...(add_member_users ?? [])]);
      const stay = (row.member_users ?? []).filter((id) => !gone.has(id));
      groups.set(group, { ...row, member_users: [...stay, ...(add_member_users ?? [])] });
      continue;
    }
    const one = [body as AclItem];
    const route = `${method} ${path}`;
    const batch = route === "POST /v1/acl/batch_update";
    if (!batch && route !== "POST /v1/acl" && route !== "DELETE /v1/acl") return undefined;
    for (const item of batch ? (remove_acls ?? []) : method === "DELETE" ? one : []) {
      for (const acl of rows.acls) if (contents(acl) === contents(item as AclRow)) removed.add(acl.id);
      acls.delete(contents(item as AclRow));
    }
    for (const item of batch ? (add_acls ?? []) : method === "POST" ? one : [])
      acls.set(contents(item as AclRow), { ...(item as AclRow), id: crypto.randomUUID() });
  }
  return { acls: { upsert: [...acls.values()], remove: [...removed] }, groups: { upsert: [...groups.values()] } };
}

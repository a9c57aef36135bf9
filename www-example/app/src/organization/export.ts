// The rows of an export, for showing names and lists. What they mean for access is asked of the Org, never worked out here.
import type { Finding } from "aclarity";

export interface Dated {
  id: string;
  name?: string | null;
  deleted_at?: string | null;
}
export interface PersonRow {
  id: string;
  given_name?: string | null;
  family_name?: string | null;
  email?: string | null;
}
export interface AccountRow {
  id: string;
  name?: string | null;
  email?: string | null;
}
export interface GroupRow extends Dated {
  description?: string | null;
  member_users?: string[] | null;
  member_groups?: string[] | null;
}
export interface RoleRow extends Dated {
  org_id?: string | null;
  description?: string | null;
}
export interface AclRow {
  id: string;
  object_type: string;
  object_id: string;
  user_id?: string | null;
  group_id?: string | null;
  permission?: string | null;
  role_id?: string | null;
  restrict_object_type?: string | null;
}
export interface ObjectRow extends Dated {
  description?: string | null;
  project_id?: string | null;
  public?: boolean | null;
}
export interface ProjectGroupRow extends ObjectRow {
  member_projects?: string[] | null;
}

export interface Rows {
  organization: { id: string; name: string };
  users: readonly PersonRow[];
  service_accounts: readonly AccountRow[];
  groups: readonly GroupRow[];
  roles: readonly RoleRow[];
  acls: readonly AclRow[];
  projects: readonly ObjectRow[];
  project_groups: readonly ProjectGroupRow[];
  experiments: readonly ObjectRow[];
  datasets: readonly ObjectRow[];
  prompts: readonly ObjectRow[];
  functions: readonly ObjectRow[];
  prompt_sessions: readonly ObjectRow[];
}
export type ListName = Exclude<keyof Rows, "organization">;
export type Lists = Record<string, { id: string }[]>;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A list may be rows, one page `{objects: […]}` or an array of pages. */
function rowsOf(list: unknown): { id: string }[] {
  if (isObject(list)) return rowsOf(list.objects);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) =>
    Array.isArray(item) || (isObject(item) && Array.isArray(item.objects)) ? rowsOf(item) : [item],
  );
}

/** What a JSON pointer points to. */
export function at(data: unknown, path: string): unknown {
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? (value as Json)[key] : undefined),
      data,
    );
}

/** The lists of an export without the rows that loading left out. */
export function listsOf(data: Json, findings: readonly Finding[]): Lists {
  const ignored = new Set(
    findings
      .filter((f) => f.code === "foreign_row" || f.code === "malformed_row")
      .map((f) => at(data, f.path.split("/").slice(0, 3).join("/"))),
  );
  const lists: Lists = {};
  for (const [name, list] of Object.entries(data)) {
    if (name === "organization" || name === "plan") continue;
    const seen = new Set<string>();
    lists[name] = rowsOf(list).filter(
      (row) =>
        isObject(row) && !ignored.has(row) && typeof row.id === "string" && !seen.has(row.id) && seen.add(row.id),
    );
  }
  return lists;
}

export function rowsFrom(organization: unknown, lists: Lists): Rows {
  const o = isObject(organization) ? organization : {};
  const accounts = new Map<string, AccountRow>(
    ((lists.service_accounts ?? []) as AccountRow[]).map((row) => [row.id, row]),
  );
  for (const token of (lists.service_tokens ?? []) as unknown as Json[]) {
    const id = token.service_account_id;
    if (typeof id === "string" && !accounts.has(id))
      accounts.set(id, {
        id,
        name: token.service_account_name as string | null,
        email: token.service_account_email as string | null,
      });
  }
  const list = (name: ListName) => (lists[name] ?? []) as never[];
  return {
    organization: { id: String(o.id ?? ""), name: String(o.name ?? "Organization") },
    users: list("users"),
    service_accounts: [...accounts.values()],
    groups: list("groups"),
    roles: list("roles"),
    acls: list("acls"),
    projects: list("projects"),
    project_groups: list("project_groups"),
    experiments: list("experiments"),
    datasets: list("datasets"),
    prompts: list("prompts"),
    functions: list("functions"),
    prompt_sessions: list("prompt_sessions"),
  };
}

export const personName = (row: PersonRow): string =>
  [row.given_name, row.family_name].filter(Boolean).join(" ") || row.email || row.id;

// The lists that the API has, as a table.
import type { FetchedList } from "./types.js";

interface ListOfTheApi {
  /** Where it is. */
  readonly path: string;
  /** What is kept of a row: what decides, names or dates it. No prompts, no metadata, no previews of keys. */
  readonly fields: readonly string[];
  /** A newer list, which an older API does not have. */
  readonly newer?: true;
}

const OBJECT = ["id", "project_id", "org_id", "name", "description", "created", "deleted_at", "user_id"];

/** In the order in which they are read: the roles that an ACL names are known when the ACLs are. */
export const LISTS: Readonly<Record<FetchedList, ListOfTheApi>> = {
  users: { path: "/v1/user", fields: ["id", "given_name", "family_name", "email", "created", "deleted_at"] },
  service_tokens: {
    path: "/v1/service_token",
    fields: [
      ...["id", "org_id", "name", "created", "expires_at", "deleted_at"],
      ...["service_account_id", "service_account_name", "service_account_email"],
    ],
  },
  groups: {
    path: "/v1/group",
    fields: [
      ...["id", "org_id", "user_id", "created", "name", "description", "deleted_at"],
      ...["member_users", "member_groups"],
    ],
  },
  acls: {
    path: "/v1/acl/list_org",
    fields: [
      ...["id", "object_type", "object_id", "user_id", "group_id", "permission", "restrict_object_type", "role_id"],
      ...["_object_org_id", "created", "deleted_at"],
    ],
  },
  roles: {
    path: "/v1/role",
    fields: [
      ...["id", "org_id", "user_id", "created", "name", "description", "deleted_at"],
      ...["member_permissions", "member_roles"],
    ],
  },
  projects: {
    path: "/v1/project",
    fields: ["id", "org_id", "name", "description", "created", "deleted_at", "user_id"],
  },
  project_groups: {
    path: "/v1/project_group",
    fields: ["id", "org_id", "user_id", "created", "name", "description", "deleted_at", "member_projects"],
    newer: true,
  },
  experiments: { path: "/v1/experiment", fields: [...OBJECT, "public"] },
  datasets: { path: "/v1/dataset", fields: OBJECT },
  prompts: { path: "/v1/prompt", fields: OBJECT },
  functions: { path: "/v1/function", fields: [...OBJECT, "function_type"] },
};

export const LIST_NAMES = Object.keys(LISTS) as FetchedList[];

export const ORGANIZATION = { path: "/v1/organization", fields: ["id", "name", "created", "api_url"] };

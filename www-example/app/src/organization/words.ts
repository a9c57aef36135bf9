// What people call things. The wire names stay in the data.
import type { Ask, ObjectType, Permission } from "aclarity";

export const TYPES: Record<ObjectType, { one: string; many: string }> = {
  organization: { one: "Organization", many: "Organizations" },
  org_project: { one: "All projects", many: "All projects" },
  org_member: { one: "Members", many: "Members" },
  org_audit_logs: { one: "Audit logs", many: "Audit logs" },
  project_group: { one: "Project group", many: "Project groups" },
  project: { one: "Project", many: "Projects" },
  experiment: { one: "Experiment", many: "Experiments" },
  dataset: { one: "Dataset", many: "Datasets" },
  prompt: { one: "Prompt", many: "Prompts" },
  prompt_session: { one: "Playground", many: "Playgrounds" },
  project_log: { one: "Logs", many: "Logs" },
  group: { one: "Permission group", many: "Permission groups" },
  role: { one: "Role", many: "Roles" },
};
export const typeName = (type: string): string => (type in TYPES ? TYPES[type as ObjectType].one : type);
export const typeNames = (type: string): string => (type in TYPES ? TYPES[type as ObjectType].many : type);

export const PERMISSION_NAMES: Record<Permission, string> = {
  read: "Read",
  create: "Create",
  update: "Update",
  delete: "Delete",
  read_acls: "Read access",
  create_acls: "Grant access",
  update_acls: "Update access",
  delete_acls: "Revoke access",
};
export const DATA_PERMISSIONS = ["read", "create", "update", "delete"] as const satisfies readonly Permission[];
export const ACCESS_PERMISSIONS = [
  "read_acls",
  "create_acls",
  "update_acls",
  "delete_acls",
] as const satisfies readonly Permission[];
export const askName = (ask: Ask): string => (ask === "manage_access" ? "Manage access" : PERMISSION_NAMES[ask]);

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

// A small organisation that several tests use. Always fresh, so that a test may change it.
import type { Export } from "aclarity";

export const ORG = "00000000-0000-4000-8000-000000000001";
export const P1 = "00000000-0000-4000-8000-0000000000a1";
export const P2 = "00000000-0000-4000-8000-0000000000a2";
export const D1 = "00000000-0000-4000-8000-0000000000d1";
export const D2 = "00000000-0000-4000-8000-0000000000d2";
export const E1 = "00000000-0000-4000-8000-0000000000e1";

export interface SampleExport extends Export {
  organization: object;
  users: object[];
  groups: object[];
  roles: object[];
  acls: object[];
  projects: object[];
  datasets: object[];
  experiments: object[];
}

export function acl(id: string, fields: Record<string, unknown>): Record<string, unknown> & { id: string } {
  return { id, _object_org_id: ORG, ...fields };
}

/**
 * ada reads everything in P1 through the group eng; bo owns the organisation; cy updates D2 alone; E1 is public.
 */
export function sample(): SampleExport {
  return {
    organization: { id: ORG, name: "Acme" },
    users: [
      { id: "ada", email: "ada@acme.example", given_name: "Ada" },
      { id: "bo", email: "bo@acme.example", given_name: "Bo" },
      { id: "cy", email: "cy@acme.example", given_name: "Cy" },
    ],
    groups: [
      { id: "owners", org_id: ORG, name: "Owners", member_users: ["bo"] },
      { id: "eng", org_id: ORG, name: "eng", member_users: ["ada"] },
    ],
    roles: [
      { id: "owner-role", org_id: null, name: "owner", member_permissions: ALL.map((permission) => ({ permission })) },
    ],
    acls: [
      acl("a1", { object_type: "organization", object_id: ORG, group_id: "owners", role_id: "owner-role" }),
      acl("a2", { object_type: "project", object_id: P1, group_id: "eng", permission: "read" }),
      acl("a3", { object_type: "dataset", object_id: D2, user_id: "cy", permission: "update" }),
      acl("a4", {
        object_type: "project",
        object_id: P1,
        user_id: "cy",
        permission: "create",
        restrict_object_type: "dataset",
      }),
    ],
    projects: [
      { id: P1, org_id: ORG, name: "One" },
      { id: P2, org_id: ORG, name: "Two" },
    ],
    datasets: [
      { id: D1, project_id: P1, name: "first" },
      { id: D2, project_id: P2, name: "second" },
    ],
    experiments: [{ id: E1, project_id: P2, name: "shown", public: true }],
  };
}

export const ALL = [
  "create",
  "read",
  "update",
  "delete",
  "create_acls",
  "read_acls",
  "update_acls",
  "delete_acls",
] as const;

/** An equal string that is another object, as a row from the network has it. */
export function fresh(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/** The code of the AclarityError that something throws; anything else is thrown on. */
export function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return errorCode(error);
  }
  return undefined;
}

export async function codeOfAsync(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    return errorCode(error);
  }
  return undefined;
}

function errorCode(error: unknown): string {
  if (error instanceof Error && error.name === "AclarityError") return (error as Error & { code: string }).code;
  throw error;
}

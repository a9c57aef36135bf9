// The buttons of each kind of page, each with the one call that decides it.
import type { ObjectType } from "aclarity";
import type { Question } from "./selection.ts";
import type { NodeItem } from "./tree.ts";

export interface Action {
  label: string;
  icon: string;
  question: Question;
  /** Opens the list of who has access. */
  access?: boolean;
  danger?: boolean;
}
const open = (label = "Open", icon = "open"): Action => ({ label, icon, question: { ask: "read" } });
const edit = (label = "Edit", icon = "edit"): Action => ({ label, icon, question: { ask: "update" } });
const remove = (label = "Delete"): Action => ({ label, icon: "delete", question: { ask: "delete" }, danger: true });
const create = (label: string, type: ObjectType, icon: string = type): Action => ({
  label,
  icon,
  question: { create: type },
});
const share: Action = { label: "Manage access", icon: "access", question: { ask: "manage_access" }, access: true };

const ACTIONS: Record<ObjectType, readonly Action[]> = {
  organization: [
    edit("Settings", "settings"),
    create("New group", "group"),
    create("New role", "role"),
    create("New project group", "project_group"),
    share,
  ],
  org_project: [create("New project", "project"), share],
  org_member: [
    { label: "Invite", icon: "invite", question: { ask: "create" } },
    { label: "Remove members", icon: "uninvite", question: { ask: "delete" }, danger: true },
  ],
  org_audit_logs: [open("View log", "org_audit_logs")],
  project_group: [open(), edit(), remove(), share],
  project: [
    create("New experiment", "experiment"),
    create("New dataset", "dataset"),
    create("New prompt", "prompt"),
    create("New playground", "prompt_session"),
    edit("Settings", "settings"),
    remove(),
    share,
  ],
  experiment: [open(), edit("Rename"), remove(), share],
  dataset: [open(), edit(), remove(), share],
  prompt: [open(), edit(), remove(), share],
  prompt_session: [open(), edit(), remove(), share],
  project_log: [open("View logs", "open"), edit("Write logs", "write")],
  group: [open("View"), edit(), remove(), share],
  role: [open("View"), edit(), remove(), share],
};
const FUNCTION: readonly Action[] = [open("Run", "run"), edit(), remove(), share];

export const actionsFor = (item: NodeItem): readonly Action[] =>
  item.icon === "function" ? FUNCTION : (ACTIONS[item.node.type] ?? []);

/** What may be made inside, as questions of their own. */
export const CREATES: Partial<Record<ObjectType, readonly ObjectType[]>> = {
  organization: ["group", "role", "project_group"],
  org_project: ["project"],
  project: ["experiment", "dataset", "prompt", "prompt_session", "project_log"],
};

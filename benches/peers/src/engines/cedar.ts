// Cedar as its documentation says: a template per role, linked to a principal and a resource for each assignment
// (https://docs.cedarpolicy.com/bestpractices/bp-implementing-roles-templates.html), one permission being a role of its
// own; groups and the object tree as parents of entities. A type that is restricted to is `resource is Type in ?resource`.
// An object and the type "all projects", which have the organisation's id, are entities of their own types.
//
// The policy set is parsed once (`preparsePolicySet`), and every request brings the entities that it is about: the person
// with the person's groups, the object with what is above it ("entity slices"). Parsed sets are kept by name for the life
// of the process.

import { createRequire } from "node:module";
import { CHILD_TYPES, type Index, type Row } from "../rows.ts";
import type { Make } from "./engine.ts";
import { forAll, forOne, type Library } from "./general.ts";

type Cedar = typeof import("@cedar-policy/cedar-wasm/nodejs");
interface Uid {
  type: string;
  id: string;
}
interface Entity {
  uid: Uid;
  attrs: Record<string, boolean>;
  parents: Uid[];
}

// Its build for Node is CommonJS.
const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs") as Cedar;

const TYPES: { readonly [type: string]: string } = {
  organization: "Organization",
  org_project: "OrgProject",
  org_member: "OrgMember",
  org_audit_logs: "OrgAuditLogs",
  project_group: "ProjectGroup",
  project: "Project",
  project_log: "ProjectLog",
  experiment: "Experiment",
  dataset: "Dataset",
  prompt: "Prompt",
  prompt_session: "PromptSession",
  group: "GroupObject",
  role: "Role",
};
const uid = (type: string, id: string): Uid => ({ type: TYPES[type] as string, id });
const principalUid = (index: Index, id: string): Uid => ({ type: index.isGroup(id) ? "Group" : "User", id });
const action = (id: string): Uid => ({ type: "Action", id });

/** Templates by what they permit: one for each set of permissions and restriction that occurs. */
class Policies {
  readonly templates: Record<string, string> = {};
  readonly links: { templateId: string; newId: string; values: Record<string, Uid> }[] = [];

  grant(principal: Uid, resource: Uid, permissions: readonly string[], restrict: string | null): void {
    const templateId = [...permissions, restrict ?? "any"].join(" ");
    this.templates[templateId] ??= `permit (
  principal in ?principal,
  action in [${permissions.map((permission) => `Action::"${permission}"`).join(", ")}],
  resource ${restrict === null ? "" : `is ${TYPES[restrict]} `}in ?resource
);`;
    const values = { "?principal": principal, "?resource": resource };
    this.links.push({ templateId, newId: `grant ${this.links.length}`, values });
  }
}

const PUBLIC = `permit (principal, action == Action::"read", resource is Experiment) when { resource.public };`;

/** The name of a preparsed policy set. */
function build(index: Index, user: string | undefined): string {
  const policies = new Policies();
  for (const principal of user === undefined ? index.everybody() : index.principals(user)) {
    for (const { type, id, permissions, restrict } of index.grantsOf(principal)) {
      policies.grant(principalUid(index, principal), uid(type, id), permissions, restrict);
    }
  }
  const name = user ?? "everybody";
  const parsed = cedar.preparsePolicySet(name, {
    staticPolicies: { public: PUBLIC },
    templates: policies.templates,
    templateLinks: policies.links,
  });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed.errors));
  return name;
}

/** The person, and the groups that the person is in. */
const peopleOf = new WeakMap<Index, Map<string, Entity[]>>();
function people(index: Index, user: string): Entity[] {
  const known = peopleOf.get(index) ?? new Map<string, Entity[]>();
  peopleOf.set(index, known);
  let entities = known.get(user);
  if (entities === undefined) {
    entities = [...index.principals(user)].map((id) => ({
      uid: principalUid(index, id),
      attrs: {},
      parents: index.directlyIn(id).map((group) => principalUid(index, group)),
    }));
    known.set(user, entities);
  }
  return entities;
}

/** The object and what is above it. */
function objects(index: Index, type: string, row: Row): Entity[] {
  const organization = uid("organization", index.organization);
  const everything = uid("org_project", index.organization);
  const project = CHILD_TYPES.includes(type) ? (row.project_id as string) : row.id;
  const regions = (index.projectGroupsOf.get(project) ?? []).map((id) => uid("project_group", id));
  const attrs: Record<string, boolean> = type === "experiment" ? { public: row.public === true } : {};
  const entities: Entity[] = [
    { uid: everything, attrs: {}, parents: [organization] },
    { uid: uid("project", project), attrs: {}, parents: [everything, ...regions] },
  ];
  if (type !== "project") entities.push({ uid: uid(type, row.id), attrs, parents: [uid("project", project)] });
  return entities;
}

const library: Library<string> = {
  build,
  can(preparsedPolicySetId, index, user, ask, type, row) {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: "User", id: user },
      action: action(ask),
      resource: uid(type, row.id),
      context: {},
      preparsedPolicySetId,
      entities: [...people(index, user), ...objects(index, type, row)],
    });
    if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
    return answer.response.decision === "allow";
  },
  call: "statefulIsAuthorized({ principal, action, resource, entities, preparsedPolicySetId })",
  slow: true,
};

export const cedarAll: Make = (scenario) => forAll("Cedar, all policies", library, scenario);
export const cedarOne: Make = (scenario) => forOne("Cedar, the person's policies", library, scenario);

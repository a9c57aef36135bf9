// casbin as its documentation says: RBAC with resource roles (https://casbin.org/docs/rbac, and
// `rbac_with_resource_roles_model.conf` of its examples), where `g` says who is in which group and `g2` what is in which
// resource. There is one organisation, hence no domains. The type that a grant is restricted to is a further field of
// policy and request. Roles of ACLs are written out, a policy per permission: a casbin role holds for a subject
// everywhere (or in a domain), not on one object and below. Public experiments are policies of a group that everybody is
// in. The matcher compares plain fields first and asks for links last.
//
// `enforceSync` is the documentation's faster form for matchers without asynchronous functions. "The person's policies" is
// what the documentation advises for large sets (https://casbin.org/docs/policy-subset-loading): those of the person and
// the person's groups; what is in which resource is nobody's, and is loaded whole.

import { type Adapter, type Enforcer, type Model, newEnforcer, newModelFromString } from "casbin";
import { CHILD_TYPES, type Index, type Row } from "../rows.ts";
import { LISTS } from "../scenario.ts";
import type { Make } from "./engine.ts";
import { forAll, forOne, type Library } from "./general.ts";

const MODEL = `
[request_definition]
r = sub, obj, act, type

[policy_definition]
p = sub, obj, act, type

[role_definition]
g = _, _
g2 = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.act == p.act && (p.type == "any" || r.type == p.type) && g2(r.obj, p.obj) && g(r.sub, p.sub)
`;

const EVERYBODY = "everybody";
const object = (type: string, id: string): string => `${type}:${id}`;

function policies(index: Index, principals: readonly string[]): string[][] {
  const rules: string[][] = [];
  for (const principal of principals) {
    for (const { type, id, permissions, restrict } of index.grantsOf(principal)) {
      for (const permission of permissions) rules.push([principal, object(type, id), permission, restrict ?? "any"]);
    }
  }
  for (const id of index.publicExperiments) rules.push([EVERYBODY, object("experiment", id), "read", "any"]);
  return rules;
}

function memberships(index: Index, principals: readonly string[]): string[][] {
  return principals.flatMap((principal) => {
    const links = index.directlyIn(principal).map((group) => [principal, group]);
    return index.isGroup(principal) ? links : [...links, [principal, EVERYBODY]];
  });
}

/** The object tree: what is in which project, and what projects are in. */
function tree(index: Index): string[][] {
  const { rows, organization } = index;
  const everything = object("org_project", organization);
  const links = [[everything, object("organization", organization)]];
  for (const { id } of rows.projects) {
    const project = object("project", id);
    links.push([project, everything], [object("project_log", id), project]);
    for (const group of index.projectGroupsOf.get(id) ?? []) links.push([project, object("project_group", group)]);
  }
  for (const [list, type] of LISTS) {
    for (const { id, project_id } of rows[list] as Row[]) {
      if (CHILD_TYPES.includes(type)) links.push([object(type, id), object("project", project_id as string)]);
    }
  }
  return links;
}

/**
 * Policies come from an adapter (https://casbin.org/docs/adapters), as from a database: it puts them into the model at once.
 * `addPolicies` would look for an equal one among all others, for each.
 */
class Memory implements Adapter {
  constructor(private readonly lines: { readonly [ptype: string]: string[][] }) {}

  async loadPolicy(model: Model): Promise<void> {
    for (const [ptype, rules] of Object.entries(this.lines)) {
      const assertion = model.model.get(ptype[0] as string)?.get(ptype);
      if (assertion === undefined) throw new Error(`the model has no \`${ptype}\``);
      for (const rule of rules) assertion.policy.push(rule);
    }
  }

  async savePolicy(): Promise<boolean> {
    return false;
  }
  async addPolicy(): Promise<void> {}
  async removePolicy(): Promise<void> {}
  async removeFilteredPolicy(): Promise<void> {}
}

function build(index: Index, user: string | undefined): Promise<Enforcer> {
  const principals = user === undefined ? index.everybody() : [...index.principals(user)];
  const lines = { p: policies(index, principals), g: memberships(index, principals), g2: tree(index) };
  return newEnforcer(newModelFromString(MODEL), new Memory(lines));
}

const library: Library<Enforcer> = {
  build,
  can: (enforcer, _, user, ask, type, row) => enforcer.enforceSync(user, object(type, row.id), ask, type),
  call: "enforcer.enforceSync(user, `type:id`, permission, type)",
  slow: true,
};

export const casbinAll: Make = (scenario) => forAll("casbin, all policies", library, scenario);
export const casbinOne: Make = (scenario) => forOne("casbin, the person's policies", library, scenario);

// accesscontrol as its documentation says (https://onury.io/accesscontrol): grants as a flat list of rows from a database,
// given to the constructor; roles that inherit by `$extend` rows; actions of any name.
//
// What it has no word for is said by names. A role is one principal (a user extends its groups, a group the groups that
// contain it). A resource is one object and one type: a resource has nothing but a name, so `restrict_object_type` is
// part of it. There is no tree of resources beyond one level of categories, whose members would be declared one by one:
// a check asks for the object, its project and the organisation in turn, as the hand-written maps do, and a grant on a
// project group is a grant on each of its projects. Roles of ACLs (a bundle of permissions on one object) are written
// out, since a role of the library holds everywhere.

import { AccessControl } from "accesscontrol";
import { ASKED_TYPES, type Grant, type Index } from "../rows.ts";
import type { Make } from "./engine.ts";
import { forAll, forOne, type Library } from "./general.ts";

type Grants = NonNullable<ConstructorParameters<typeof AccessControl>[0]>;
interface Item {
  role: string;
  resource?: string;
  action?: string;
  attributes?: string[];
  $extend?: string[];
}

const EVERYBODY = "everybody";
const resource = (type: string, id: string): string => `${type}-${id}`;

/** The rows of one grant. */
function* rowsOf(index: Index, role: string, { type, id, permissions, restrict }: Grant): Generator<Item> {
  const holdsBelow =
    type === "organization" || type === "org_project" || type === "project" || type === "project_group";
  const on = type === "project_group" ? (index.projectsOf.get(id) ?? []) : [id];
  for (const asked of ASKED_TYPES) {
    if (restrict !== null && restrict !== asked) continue;
    if (!holdsBelow && type !== asked) continue;
    for (const node of on) {
      for (const action of permissions) yield { role, resource: resource(asked, node), action, attributes: ["*"] };
    }
  }
}

function build(index: Index, user: string | undefined): AccessControl {
  const principals = user === undefined ? index.everybody() : [...index.principals(user)];
  const items: Item[] = [];
  for (const principal of principals) {
    for (const grant of index.grantsOf(principal)) items.push(...rowsOf(index, principal, grant));
  }
  for (const id of index.publicExperiments) {
    items.push({ role: EVERYBODY, resource: resource("experiment", id), action: "read", attributes: ["*"] });
  }
  // Every role is there before another one extends it.
  for (const role of [EVERYBODY, ...principals]) items.push({ role, $extend: [] });
  for (const role of principals) {
    const above = index.directlyIn(role);
    items.push({ role, $extend: index.isGroup(role) ? [...above] : [...above, EVERYBODY] });
  }
  return new AccessControl(items as Grants);
}

const library: Library<AccessControl> = {
  build,
  can(ac, index, user, ask, type, row) {
    const query = (id: string) => ac.can(user).action(ask, resource(type, id)).granted;
    return query(row.id) || (row.project_id !== undefined && query(row.project_id)) || query(index.organization);
  },
  call: "ac.can(user).action(permission, `type-id`).granted, up the tree",
  slow: true,
};

export const accessControlAll: Make = (scenario) => forAll("accesscontrol, all grants", library, scenario);
export const accessControlOne: Make = (scenario) => forOne("accesscontrol, the person's grants", library, scenario);

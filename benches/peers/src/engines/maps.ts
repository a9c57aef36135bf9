// What people write by hand for one signed-in user.

import { type Acl, ASKED_TYPES, CHILD_TYPES, Index, type Row, type Rows } from "../rows.ts";
import type { Scenario, Stranger } from "../scenario.ts";
import type { Engine } from "./engine.ts";

const BITS: { readonly [ask: string]: number } = {
  create: 1,
  read: 2,
  update: 4,
  delete: 8,
  create_acls: 16,
  read_acls: 32,
  update_acls: 64,
  delete_acls: 128,
};

/** One Map from id to bits for each type: asked three times per check, for the object, its project, the organisation. */
export type Masks = Map<string, Map<string | undefined, number>>;

/** Calls back for every (type, id) under which a check would look, with what is granted there. */
function spread(index: Index, user: string, add: (type: string, id: string, permissions: string[]) => void): void {
  for (const { type, id, permissions, restrict } of index.grants(user)) {
    for (const asked of ASKED_TYPES) {
      if (restrict !== null && restrict !== asked) continue;
      if (type === asked || type === "organization" || type === "org_project") add(asked, id, permissions);
      else if (type === "project") add(asked, id, permissions);
      else if (type === "project_group") {
        for (const project of index.projectsOf.get(id) ?? []) add(asked, project, permissions);
      }
    }
  }
  for (const id of index.publicExperiments) add("experiment", id, ["read"]);
}

export function bitmasks(index: Index, user: string): Masks {
  const masks: Masks = new Map(ASKED_TYPES.map((type) => [type, new Map()]));
  spread(index, user, (type, id, permissions) => {
    const ofType = masks.get(type) as Map<string, number>;
    let bits = ofType.get(id) ?? 0;
    for (const permission of permissions) bits |= BITS[permission] as number;
    ofType.set(id, bits);
  });
  return masks;
}

export function maskCan(masks: Masks, organization: string, ask: string, type: string, row: Row): boolean {
  const ofType = masks.get(type);
  if (ofType === undefined) return false;
  const bit = BITS[ask] as number;
  return (
    (((ofType.get(row.id) ?? 0) | (ofType.get(row.project_id) ?? 0) | (ofType.get(organization) ?? 0)) & bit) !== 0
  );
}

export function coldBitmaskMap(text: string, { user, ask, type, row }: Stranger): boolean {
  const its = new Index(JSON.parse(text) as Rows);
  return maskCan(bitmasks(its, user), its.organization, ask, type, row);
}

export function bitmaskMap({ index, person }: Scenario): Engine {
  const masks = bitmasks(index, person);
  const { organization } = index;
  return {
    name: "hand-written Map of id to bits, asked three times",
    ways: [
      {
        name: "masks.get of the id, of the project, of the organisation",
        ask({ asks, types, rows }, answers) {
          for (let i = 0; i < rows.length; i++) {
            answers[i] = maskCan(masks, organization, asks[i] as string, types[i] as string, rows[i] as Row) ? 1 : 0;
          }
        },
      },
    ],
    cold: coldBitmaskMap,
    others(strangers, answers) {
      strangers.forEach(({ user, ask, type, row }, i) => {
        answers[i] = maskCan(bitmasks(index, user), organization, ask, type, row) ? 1 : 0;
      });
    },
  };
}

/** Maps of maps of sets, by names: type → id → permissions. */
type Nested = Map<string, Map<string | undefined, Set<string>>>;

function nested(index: Index, user: string): Nested {
  const all: Nested = new Map(ASKED_TYPES.map((type) => [type, new Map()]));
  spread(index, user, (type, id, permissions) => {
    const ofType = all.get(type) as Map<string, Set<string>>;
    let held = ofType.get(id);
    if (held === undefined) {
      held = new Set();
      ofType.set(id, held);
    }
    for (const permission of permissions) held.add(permission);
  });
  return all;
}

function nestedCan(all: Nested, organization: string, ask: string, type: string, row: Row): boolean {
  const ofType = all.get(type);
  return (
    ofType !== undefined &&
    (ofType.get(row.id)?.has(ask) === true ||
      ofType.get(row.project_id)?.has(ask) === true ||
      ofType.get(organization)?.has(ask) === true)
  );
}

export function nestedMaps({ index, person }: Scenario): Engine {
  const all = nested(index, person);
  const { organization } = index;
  return {
    name: "hand-written Map of Maps of Sets",
    ways: [
      {
        name: "held.get(type).get(id).has(permission), up the tree",
        ask({ asks, types, rows }, answers) {
          for (let i = 0; i < rows.length; i++) {
            answers[i] = nestedCan(all, organization, asks[i] as string, types[i] as string, rows[i] as Row) ? 1 : 0;
          }
        },
      },
    ],
    cold(text, { user, ask, type, row }) {
      const its = new Index(JSON.parse(text) as Rows);
      return nestedCan(nested(its, user), its.organization, ask, type, row);
    },
    others(strangers, answers) {
      strangers.forEach(({ user, ask, type, row }, i) => {
        answers[i] = nestedCan(nested(index, user), organization, ask, type, row) ? 1 : 0;
      });
    },
  };
}

/** No index but the person's groups and what a role gives: every ACL is looked at until one grants. */
function someCan(index: Index, principals: Set<string>, ask: string, type: string, row: Row): boolean {
  if (ask === "read" && type === "experiment" && row.public === true) return true;
  const project = CHILD_TYPES.includes(type) ? row.project_id : row.id;
  const regions = index.projectGroupsOf.get(project ?? "");
  const above = (acl: Acl): boolean => {
    switch (acl.object_type) {
      case "organization":
      case "org_project":
        return acl.object_id === index.organization;
      case "project":
        return acl.object_id === project;
      case "project_group":
        return regions?.includes(acl.object_id) === true;
      default:
        return acl.object_type === type && acl.object_id === row.id;
    }
  };
  return index.rows.acls.some(
    (acl) =>
      above(acl) &&
      principals.has(acl.user_id ?? acl.group_id ?? "") &&
      index.tuples(acl).some((t) => t.permission === ask && (t.restrict_object_type ?? type) === type),
  );
}

export function naiveSome({ index, person }: Scenario): Engine {
  const principals = index.principals(person);
  return {
    name: "naive search",
    ways: [
      {
        name: "acls.some((acl) => …)",
        slow: true,
        ask({ asks, types, rows }, answers) {
          for (let i = 0; i < rows.length; i++) {
            answers[i] = someCan(index, principals, asks[i] as string, types[i] as string, rows[i] as Row) ? 1 : 0;
          }
        },
      },
    ],
    people: 5,
    cold(text, { user, ask, type, row }) {
      const its = new Index(JSON.parse(text) as Rows);
      return someCan(its, its.principals(user), ask, type, row);
    },
    others(strangers, answers) {
      strangers.forEach(({ user, ask, type, row }, i) => {
        answers[i] = someCan(index, index.principals(user), ask, type, row) ? 1 : 0;
      });
    },
  };
}

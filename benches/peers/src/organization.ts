// The generated organisations: the same inside at every size, with more and more around it.
//
// Inside are one person, the grants that cover that person, and the objects that are asked about: equal at all sizes, so
// that what differs between sizes is the size. Around it are other people, teams, projects, objects and ACLs; none of
// their grants covers the person. One service account has created much of it, as one that runs in CI does.

import { Rng } from "../../../tests/js/generate.ts";
import { MANAGE_ACCESS, PERMISSIONS } from "../../../tests/js/naive.ts";
import type { Acl } from "./rows.ts";

export interface Size {
  users: number;
  groups: number;
  projects: number;
  objects: number;
  acls: number;
}

/** The first is for the plots: as many objects as the next one, most of them without an ACL of their own. */
export const SIZES: readonly Size[] = [
  { users: 200, groups: 20, projects: 60, objects: 2000, acls: 1000 },
  { users: 1000, groups: 40, projects: 60, objects: 2000, acls: 5000 },
  { users: 10_000, groups: 300, projects: 500, objects: 60_000, acls: 200_000 },
  { users: 50_000, groups: 1000, projects: 2500, objects: 300_000, acls: 1_000_000 },
];

export const nameOf = ({ users, acls }: Size): string =>
  `${users.toLocaleString("en-US")} users and ${acls.toLocaleString("en-US")} ACLs`;

const INSIDE = { projects: 60, objects: 2000, teams: 8, users: 200 };
/** ACLs that cover the person. */
export const GRANTS = 160;
const CREATED = 40;

const CREATED_AT = "2026-08-02T09:15:00.000Z";
const KINDS = [
  ["experiments", "experiment"],
  ["experiments", "experiment"],
  ["datasets", "dataset"],
  ["prompts", "prompt"],
  ["functions", "prompt"],
  ["prompt_sessions", "prompt_session"],
] as const;
const RESTRICTIONS = ["experiment", "dataset", "prompt", "project_log", "project", "prompt_session"];
const OWNER = 0;
const GROUP_BUILTIN = ["Owners", "Engineers", "Viewers"];

const id = (kind: number, n: number): string =>
  `${(Math.imul(n, 0x9e37_79b1) >>> 0).toString(16).padStart(8, "0")}-000${kind}-4000-8000-${n.toString(16).padStart(12, "0")}`;
const organization = id(1, 0);
const user = (n: number): string => id(2, n);
const group = (n: number): string => id(3, n);
const role = (n: number): string => id(4, n);
const project = (n: number): string => id(5, n);
const object = (n: number): string => id(6, n);
const projectGroup = (n: number): string => id(7, n);

/** Who is signed in. */
export const PERSON = user(0);
/** The service account that created a third of all objects. */
export const BUILDER = user(1);
/** Beyond the builtin groups: the teams that the person is in, directly or through another team. */
const teams = Array.from({ length: INSIDE.teams }, (_, n) => group(GROUP_BUILTIN.length + n));

type Lists = { [list: string]: unknown[] };
type Granted = Partial<Pick<Acl, "user_id" | "group_id" | "permission" | "role_id" | "restrict_object_type">>;

/** The export's JSON text, as the API prints rows. */
export function organizationText(size: Size): string {
  const lists: Lists = { experiments: [], datasets: [], prompts: [], functions: [], prompt_sessions: [] };
  const acls = new AclRows(size.acls);
  const types: string[] = [];
  inside(lists, types, acls);
  around(size, lists, types, acls);
  const rows = {
    organization: { id: organization, name: "Large" },
    users: Array.from({ length: size.users }, (_, n) => ({
      id: user(n),
      given_name: `Given${n}`,
      family_name: `Family${n}`,
      email: `person${n}@example.com`,
    })),
    groups: groupRows(size),
    roles: roleRows(),
    acls: acls.rows,
    projects: Array.from({ length: size.projects }, (_, n) => ({
      id: project(n),
      org_id: organization,
      name: `Project ${n}`,
      user_id: user(1 + (n % (size.users - 1))),
      // Deleted ones are around: what they are denied would have to be said to every library in its own way.
      deleted_at: n >= INSIDE.projects && n % 50 === 0 ? CREATED_AT : null,
    })),
    project_groups: projectGroupRows(size),
    ...lists,
    plan: "enterprise",
  };
  return JSON.stringify(rows);
}

class AclRows {
  readonly rows: unknown[] = [];
  private readonly known = new Set<string>();

  constructor(private readonly most: number) {}

  get isFull(): boolean {
    return this.rows.length >= this.most;
  }

  /** An equal one is not added: the API has none. */
  add(type: string, on: string, granted: Granted): void {
    if (this.isFull) return;
    const { user_id = null, group_id = null, permission = null, role_id = null, restrict_object_type = null } = granted;
    const contents = `${type} ${on} ${user_id ?? group_id} ${permission ?? role_id} ${restrict_object_type}`;
    if (this.known.has(contents)) return;
    this.known.add(contents);
    this.rows.push({
      ...{ id: id(8, this.rows.length), object_type: type, object_id: on, user_id, group_id, permission, role_id },
      ...{ restrict_object_type, _object_org_id: organization, created: CREATED_AT },
    });
  }
}

/** What is equal at all sizes. */
function inside(lists: Lists, types: string[], acls: AclRows): void {
  const rng = new Rng(20_261_122);
  for (let n = 0; n < INSIDE.objects; n++) {
    // Most objects live in few projects.
    const its = Math.min(rng.below(INSIDE.projects), rng.below(INSIDE.projects));
    types.push(addObject(lists, rng, n, its, user(1 + rng.below(INSIDE.users - 1)), rng.percent(1)));
  }
  acls.add("organization", organization, { group_id: group(0), role_id: role(OWNER) });
  acls.add("org_project", organization, { group_id: group(1), role_id: role(1) });
  acls.add("org_project", organization, { group_id: group(2), role_id: role(2) });
  const builtin = acls.rows.length;
  const of = (n: number) => [types[n] as string, object(n)] as const;
  for (let n = 0; n < CREATED; n++) acls.add(...of(n * 50), { user_id: PERSON, role_id: role(OWNER) });
  while (acls.rows.length < builtin + GRANTS) {
    const grantee = rng.percent(80) ? { group_id: rng.pick(teams) } : { user_id: PERSON };
    acls.add(...place(rng, rng.below(INSIDE.projects), () => of(rng.below(INSIDE.objects))), {
      ...grantee,
      ...something(rng),
    });
  }
}

function around(size: Size, lists: Lists, types: string[], acls: AclRows): void {
  const rng = new Rng(7);
  const others = size.users - 1;
  const somebody = () => user(1 + rng.below(others));
  const creator = () => (rng.percent(30) ? BUILDER : somebody());
  // The grants of those who created what is inside; the person's own stand already.
  for (let n = 0; n < INSIDE.objects; n++) {
    if (n % 50 !== 0 && rng.percent(90))
      acls.add(types[n] as string, object(n), { user_id: creator(), role_id: role(OWNER) });
  }
  for (let n = INSIDE.objects; n < size.objects; n++) {
    const by = creator();
    const deleted = rng.percent(1) ? CREATED_AT : undefined;
    types.push(
      addObject(
        lists,
        rng,
        n,
        Math.min(rng.below(size.projects), rng.below(size.projects)),
        by,
        rng.percent(1),
        deleted,
      ),
    );
    if (rng.percent(90)) acls.add(types[n] as string, object(n), { user_id: by, role_id: role(OWNER) });
  }
  const first = GROUP_BUILTIN.length + INSIDE.teams;
  while (!acls.isFull) {
    const grantee = rng.percent(50)
      ? { group_id: group(first + rng.below(size.groups - first)) }
      : { user_id: somebody() };
    const n = rng.below(size.objects);
    const on = place(rng, rng.below(size.projects), () => [types[n] as string, object(n)] as const);
    acls.add(...on, { ...grantee, ...something(rng) });
  }
}

function addObject(
  lists: Lists,
  rng: Rng,
  n: number,
  itsProject: number,
  by: string,
  isPublic: boolean,
  deleted?: string,
): string {
  const [list, type] = rng.pick(KINDS);
  const row: Record<string, unknown> = {
    id: object(n),
    project_id: project(itsProject),
    name: `Object ${n}`,
    user_id: by,
  };
  if (type === "experiment" && isPublic) row.public = true;
  if (deleted !== undefined) row.deleted_at = deleted;
  lists[list]?.push(row);
  return type;
}

/** Where a grant stands: most on objects and projects. */
function place(rng: Rng, itsProject: number, anObject: () => readonly [string, string]): readonly [string, string] {
  const k = rng.below(100);
  if (k < 50) return anObject();
  if (k < 60) return ["project_log", project(itsProject)];
  if (k < 65) return ["project_group", projectGroup(itsProject % 6)];
  return ["project", project(itsProject)];
}

function something(rng: Rng): Granted {
  if (rng.percent(55)) return { role_id: role(rng.between(1, 4)) };
  const permission = rng.pick(PERMISSIONS);
  return rng.percent(25) ? { permission, restrict_object_type: rng.pick(RESTRICTIONS) } : { permission };
}

function groupRows({ users, groups }: Size): unknown[] {
  const rng = new Rng(3);
  const somebody = () => user(1 + rng.below(users - 1));
  return Array.from({ length: groups }, (_, n) => {
    const size = [3, Math.floor(users / 5), Math.floor(users / 3)][n] ?? rng.between(1, 40);
    const team = n - GROUP_BUILTIN.length;
    const isInside = team >= 0 && team < INSIDE.teams;
    // Three of the person's teams have the person as a member; each of the others contains the one before it.
    const members = Array.from({ length: size }, somebody);
    if (isInside && team < 3) members.push(PERSON);
    const nested = isInside && team >= 3 ? [group(n - 1)] : [];
    // Teams around contain later ones: nesting without cycles.
    if (team >= INSIDE.teams && n + 1 < groups && rng.percent(40)) nested.push(group(rng.between(n + 1, groups - 1)));
    return {
      ...{ id: group(n), org_id: organization, name: GROUP_BUILTIN[n] ?? `Team ${n}`, created: CREATED_AT },
      ...{ member_users: [...new Set(members)], member_groups: nested },
    };
  });
}

function roleRows(): unknown[] {
  const tuples = (of: readonly string[]) => of.map((permission) => ({ permission, restrict_object_type: null }));
  const labeller = [
    { permission: "read" },
    { permission: "update", restrict_object_type: "dataset" },
    { permission: "create", restrict_object_type: "dataset" },
  ];
  return [
    { id: role(OWNER), org_id: null, name: "owner", member_permissions: tuples(PERMISSIONS) },
    { id: role(1), org_id: null, name: "engineer", member_permissions: tuples(PERMISSIONS.slice(0, 4)) },
    { id: role(2), org_id: null, name: "viewer", member_permissions: tuples(["read"]) },
    { id: role(3), org_id: organization, name: "Labeller", member_permissions: labeller },
    {
      ...{ id: role(4), org_id: organization, name: "Lead" },
      ...{ member_permissions: tuples(MANAGE_ACCESS), member_roles: [role(1), role(3)] },
    },
  ];
}

/** Six, equal at all sizes, and further ones around. */
function projectGroupRows({ projects }: Size): unknown[] {
  return Array.from({ length: Math.floor(projects / 10) }, (_, n) => ({
    ...{ id: projectGroup(n), org_id: organization, name: `Group of projects ${n}` },
    member_projects: Array.from({ length: 10 }, (_, k) => project(n * 10 + ((k * 3) % 10))),
  }));
}

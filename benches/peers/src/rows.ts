// What an application has when the API has answered: rows, and what anybody would index before asking.

export interface Row {
  id: string;
  project_id?: string;
  public?: boolean;
}
interface Tuple {
  permission: string;
  restrict_object_type?: string | null;
}
interface Group {
  id: string;
  member_users: string[];
  member_groups: string[];
}
interface Role {
  id: string;
  member_permissions?: Tuple[];
  member_roles?: string[];
}
export interface Acl {
  id: string;
  object_type: string;
  object_id: string;
  user_id: string | null;
  group_id: string | null;
  permission: string | null;
  role_id: string | null;
  restrict_object_type: string | null;
}
export interface Rows {
  organization: { id: string };
  users: { id: string }[];
  groups: Group[];
  roles: Role[];
  acls: Acl[];
  projects: (Row & { deleted_at: string | null })[];
  project_groups: { id: string; member_projects: string[] }[];
  experiments: Row[];
  [list: string]: unknown;
}

/** The types that the questions are about, and what is above them: all of them are in a project, or are one. */
export const CHILD_TYPES: readonly string[] = ["experiment", "dataset", "prompt", "prompt_session"];
export const PROJECT_TYPES: readonly string[] = ["project", "project_log"];
export const ASKED_TYPES: readonly string[] = [...PROJECT_TYPES, ...CHILD_TYPES];

/** One grant: these permissions on this object and what is below it, for this type alone when there is one. */
export interface Grant {
  type: string;
  id: string;
  permissions: string[];
  restrict: string | null;
}

/**
 * The indexes that every hand-written evaluator and every general library needs before it knows what one person may do:
 * whose grants the person has, what a role gives, which ACLs a principal has.
 */
export class Index {
  private readonly groupsOfMember = new Map<string, string[]>();
  private readonly containers = new Map<string, string[]>();
  private readonly aclsOf = new Map<string, Acl[]>();
  private readonly tuplesOf = new Map<string, Tuple[]>();
  private readonly groups: ReadonlySet<string>;
  readonly organization: string;
  readonly publicExperiments: string[];
  readonly projectsOf = new Map<string, string[]>();
  readonly projectGroupsOf = new Map<string, string[]>();

  constructor(readonly rows: Rows) {
    this.organization = rows.organization.id;
    this.groups = new Set(rows.groups.map((group) => group.id));
    for (const group of rows.groups) {
      for (const user of group.member_users) push(this.groupsOfMember, user, group.id);
      for (const inner of group.member_groups) push(this.containers, inner, group.id);
    }
    const roles = new Map(rows.roles.map((role) => [role.id, role]));
    for (const role of rows.roles) {
      const tuples: Tuple[] = [];
      for (const id of closure([role.id], (id) => roles.get(id)?.member_roles)) {
        tuples.push(...(roles.get(id)?.member_permissions ?? []));
      }
      this.tuplesOf.set(role.id, tuples);
    }
    for (const acl of rows.acls) push(this.aclsOf, acl.user_id ?? acl.group_id ?? "", acl);
    for (const { id, member_projects } of rows.project_groups) {
      this.projectsOf.set(id, member_projects);
      for (const project of member_projects) push(this.projectGroupsOf, project, id);
    }
    this.publicExperiments = rows.experiments.filter((row) => row.public === true).map((row) => row.id);
  }

  add(acl: Acl): void {
    this.rows.acls.push(acl);
    push(this.aclsOf, acl.user_id ?? acl.group_id ?? "", acl);
  }

  /** The ACL that was added last. */
  remove(id: string, principal: string): void {
    for (const list of [this.rows.acls, this.aclsOf.get(principal) ?? []]) if (list.at(-1)?.id === id) list.pop();
  }

  /** The person and the groups whose grants the person has. */
  principals(user: string): Set<string> {
    return closure(this.groupsOfMember.get(user) ?? [], (group) => this.containers.get(group)).add(user);
  }

  acls(user: string): Acl[] {
    return [...this.principals(user)].flatMap((principal) => this.aclsOf.get(principal) ?? []);
  }

  tuples(acl: Acl): Tuple[] {
    if (acl.permission === null) return this.tuplesOf.get(acl.role_id ?? "") ?? [];
    return [{ permission: acl.permission, restrict_object_type: acl.restrict_object_type }];
  }

  /** What each of the person's ACLs grants: one entry per ACL and restriction. */
  grants(user: string): Grant[] {
    return [...this.principals(user)].flatMap((principal) => this.grantsOf(principal));
  }

  /** The same of one user's or one group's own ACLs. */
  grantsOf(principal: string): Grant[] {
    const grants: Grant[] = [];
    for (const acl of this.aclsOf.get(principal) ?? []) {
      const byRestriction = new Map<string | null, string[]>();
      for (const { permission, restrict_object_type } of this.tuples(acl)) {
        push(byRestriction, restrict_object_type ?? null, permission);
      }
      for (const [restrict, permissions] of byRestriction) {
        grants.push({ type: acl.object_type, id: acl.object_id, permissions, restrict });
      }
    }
    return grants;
  }

  /** The groups that have this user, or this group, as a member. */
  directlyIn(principal: string): readonly string[] {
    return this.groupsOfMember.get(principal) ?? this.containers.get(principal) ?? [];
  }

  isGroup(principal: string): boolean {
    return this.groups.has(principal);
  }

  everybody(): string[] {
    return [...this.groups, ...this.rows.users.map(({ id }) => id)];
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function closure(start: Iterable<string>, next: (id: string) => readonly string[] | undefined): Set<string> {
  const reached = new Set<string>(start);
  for (const id of reached) for (const further of next(id) ?? []) reached.add(further);
  return reached;
}

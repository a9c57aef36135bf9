/**
 * Who may do what in a Braintrust organisation, and why: permission groups, roles and ACLs evaluated locally.
 *
 * ```ts
 * import { Org } from "aclarity";
 * const org = await Org.load(source);
 * const me = org.as(userId);
 * if (me.can("update", "dataset", row)) { … }
 * ```
 *
 * "MODEL" in a comment is the specification that this package implements; see the repository's documentation.
 */

declare global {
  namespace WebAssembly {
    interface Module {}
  }
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

// ---- Vocabulary (MODEL 1) ----

/** One of the eight permissions. They are independent: none implies another. */
export type Permission =
  | "create"
  | "read"
  | "update"
  | "delete"
  | "create_acls"
  | "read_acls"
  | "update_acls"
  | "delete_acls";

/** What may be asked: a permission, or `manage_access`, which is held when all four `*_acls` are. */
export type Ask = Permission | "manage_access";

/** An object type, as the API spells it. */
export type ObjectType =
  | "organization"
  | "org_project"
  | "org_member"
  | "org_audit_logs"
  | "project_group"
  | "project"
  | "experiment"
  | "dataset"
  | "prompt"
  | "prompt_session"
  | "project_log"
  | "group"
  | "role";

/** What people call the types, singular and plural, with spaces or underscores (MODEL 1). */
export type Noun =
  | "log"
  | "logs"
  | "playground"
  | "playgrounds"
  | "function"
  | "functions"
  | "scorer"
  | "scorers"
  | "classifier"
  | "classifiers"
  | "tool"
  | "tools"
  | "task"
  | "tasks"
  | "custom view"
  | "custom views"
  | "custom_view"
  | "custom_views"
  | "all projects"
  | "all_projects"
  | "member"
  | "members"
  | "audit log"
  | "audit logs"
  | "audit_log"
  | "audit_logs";

/** An object type or what people call it. */
export type Type = ObjectType | Noun;

/** The four types that exist once, under the organisation's own id: their id may be left out. */
export type Singleton =
  | "organization"
  | "org_project"
  | "org_member"
  | "org_audit_logs"
  | "all projects"
  | "all_projects"
  | "member"
  | "members"
  | "audit log"
  | "audit logs"
  | "audit_log"
  | "audit_logs";

/** Any row of the API. Its `project_id` counts only when the organisation's data do not know the object (MODEL 4). */
export interface Row {
  readonly id: string;
  readonly project_id?: string | null | undefined;
}

/** An object of one organisation, named once and asked about often. Made by {@link Org.ref}. */
export interface ObjectRef {
  readonly type: string;
  readonly id: string;
}

/** A node of the object tree. */
export interface Node {
  readonly type: string;
  readonly id: string;
}

/** An ACL's contents, as the API takes it: one of `user_id` and `group_id`, one of `permission` and `role_id`. */
export interface AclItem {
  readonly object_type: string;
  readonly object_id: string;
  readonly user_id?: string | null | undefined;
  readonly group_id?: string | null | undefined;
  readonly permission?: Permission | null | undefined;
  readonly role_id?: string | null | undefined;
  readonly restrict_object_type?: string | null | undefined;
}

/** How somebody is authenticated: a kind, never the secret. */
export type Credential = "session" | "api_key" | "service_token" | "unknown";

/** A user (or service account), or a permission group. */
export type Principal = { readonly user: string } | { readonly group: string };

/**
 * Whoever sends a request: a Subject of the Org that is asked, and how they are authenticated. Without `credential` that
 * is `unknown`, which never suffices where a kind is asked for (MODEL 8).
 */
export type Actor = Subject | { readonly subject: Subject; readonly credential?: Credential | null | undefined };

/** A call of the API. Its body is the API's own JSON: what is wrong with it is a {@link Finding}, never an error. */
export interface Request {
  readonly method: string;
  /** From `/v1/` on; a query is read, ids in it are percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
  /**
   * Only `x-bt-impersonate-user` matters. Headers that hold a secret (`authorization`, `cookie`, whatever looks like a
   * credential) are not kept.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * In the requests of a {@link Draft}: the placeholders (`new:group:1`) of what this one creates, in the order in which
   * the answer names it. Later requests use them in place of the ids that the server chooses.
   */
  readonly creates?: readonly string[];
}

/** `documented` by the vendor, or `chosen` by MODEL where the documents are silent. */
export type Basis = "documented" | "chosen";

/** `error`: something was left out; `warning`: it counts, and is probably not what somebody wants; `info`: worth knowing. */
export type Severity = "error" | "warning" | "info";

/** Something to know about data. `path` is a JSON pointer (RFC 6901) into what was checked. */
export interface Finding {
  /** Stable; the codes are those of {@link FINDINGS}. */
  readonly code: string;
  readonly severity: Severity;
  readonly path: string;
  /** One sentence a person can act on. */
  readonly message: string;
  /** What the message was made of, for translation. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly subject?: string;
  readonly object?: Node;
  /** The id of the ACL concerned. */
  readonly acl?: string;
  /** The index of the change concerned. */
  readonly change?: number;
}

/** `not_included` is thrown by `aclarity/lite`, for what takes the whole package. */
export type ErrorCode =
  | "bad_json"
  | "bad_shape"
  | "bad_permission"
  | "bad_argument"
  | "no_organization"
  | "strict"
  | "snapshot_corrupt"
  | "snapshot_version"
  | "too_large"
  | "slice"
  | "not_included"
  | "not_ready"
  | "freed"
  | "crashed"
  | "aborted"
  | "http";

/** The one error of this package. Data never cause one once they are loaded. */
export class AclarityError extends Error {
  constructor(
    code: ErrorCode,
    message: string,
    options?: { path?: string | undefined; status?: number | undefined; cause?: unknown },
  );
  readonly name: "AclarityError";
  readonly code: ErrorCode;
  /** A JSON pointer (RFC 6901) into what was loaded, when it is at one place. */
  readonly path?: string;
  /** Code `http`: the status of the answer, if there was one. */
  readonly status?: number;
  readonly cause?: unknown;
}

// ---- Data ----

/** A row as the API gives it. Fields that MODEL does not read are ignored. */
export interface ApiRow {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** One response of a list endpoint. */
export interface Page {
  readonly objects: readonly object[];
}

type Bytes = ArrayBuffer | ArrayBufferView;
type PartOfList = readonly object[] | Page | string | Bytes | Response | ReadableStream | null | undefined;

/**
 * A list of an export, in any form: rows, a page, pages, JSON text, bytes, a `Response`, a stream, or an (async)
 * iterable of those; promises of them too. `null` is the same as absent.
 */
export type List =
  | PartOfList
  | Promise<PartOfList>
  | readonly (PartOfList | Promise<PartOfList>)[]
  | Iterable<PartOfList | Promise<PartOfList>>
  | AsyncIterable<PartOfList>;

/** What the API says about an organisation, list by list. Every list may be absent. */
export interface Export {
  /** Its row, with an `id`; JSON text, bytes, a `Response` or a stream of it; a promise of any. */
  readonly organization?: object | string | null | undefined;
  readonly users?: List;
  /** Ours, for names: `{ id, name?, email? }`. */
  readonly service_accounts?: List;
  readonly service_tokens?: List;
  readonly groups?: List;
  readonly roles?: List;
  readonly acls?: List;
  readonly projects?: List;
  readonly project_groups?: List;
  readonly experiments?: List;
  readonly datasets?: List;
  readonly prompts?: List;
  /** Loaded as type `prompt`. */
  readonly functions?: List;
  readonly prompt_sessions?: List;
  readonly plan?: "starter" | "pro" | "enterprise" | (string & {}) | null | undefined;
  /** Lists that somebody wanted and could not read: each is a finding `list_missing`. */
  readonly missing?: readonly MissingList[] | null | undefined;
}

/** A list of an export that could not be read. */
export interface MissingList {
  /** Its name: `acls`. */
  readonly list: string;
  /** What the API answered: 403, mostly. */
  readonly status?: number | undefined;
}

/** Bytes that a `Response`, a `Blob` or a file takes, as each version of TypeScript calls them. */
type SnapshotBytes = ReturnType<InstanceType<typeof TextEncoder>["encode"]>;

/** Where an organisation comes from. Bytes, a response and a stream hold JSON or a snapshot ({@link Org.toBytes}). */
export type Source = Export | string | Bytes | Response | ReadableStream;

/** A source that needs no waiting. */
export type SyncSource = Export | string | Bytes;

/** What is left out is, for a snapshot, as the organisation was loaded that it was made from. */
export interface LoadOptions {
  /** The first finding of severity error is an error instead. Default false. */
  strict?: boolean | undefined;
  /** Whether an object that the data do not know is taken to be in the organisation. Default `deny`. */
  unknownObjects?: "deny" | "inOrganization" | undefined;
  /** `known` denies everything (but public experiments) to whoever has left the organisation. Default `any`. */
  members?: "any" | "known" | undefined;
  /** What time it is, for {@link Org.audit}'s findings about tokens. Default: when it is loaded. */
  now?: Date | undefined;
  /** Stops the load: it rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called as the load goes on. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Progress {
  /** Bytes read so far, of all lists together. */
  readonly bytes: number;
  /** The list being read; absent when the source is one whole export. */
  readonly list?: string;
}

/** Rows added or changed, and ids taken away, list by list. */
export type Changes = {
  readonly [list in Exclude<keyof Export, "organization" | "plan" | "missing">]?:
    | { readonly upsert?: readonly object[] | undefined; readonly remove?: readonly string[] | undefined }
    | undefined;
};

/** An organisation as {@link newOrganization} makes it: plain rows. */
export interface PlainExport {
  organization: { id: string; name: string };
  groups: ApiRow[];
  roles: ApiRow[];
  acls: ApiRow[];
  [list: string]: unknown;
}

// ---- Answers ----

/** Why an answer is what it is. Plain frozen data. */
export interface Explanation {
  readonly allowed: boolean;
  /**
   * `granted` by an ACL; `public`, an experiment that anybody may read; `no_grant`; `deleted`, the object or its
   * project; `unknown_object`, the data do not know it; `not_a_member`, with load option `members: "known"`.
   */
  readonly reason: "granted" | "public" | "no_grant" | "deleted" | "unknown_object" | "not_a_member";
  /** Whether the answer rests on documented rules only. */
  readonly basis: Basis;
  /** One sentence, with names. */
  readonly text: string;
  /** What the sentence was made of, for translation. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Every ACL that grants, the nearest first; of several permissions asked together, each gives at least one. */
  readonly grants: readonly Grant[];
  /** ACLs that would grant if exactly one thing differed; at most 5, nearest first. Empty when allowed. */
  readonly nearMisses: readonly NearMiss[];
  /** What would make the answer yes, smallest first. Empty when allowed, and for deleted objects and anonymous subjects. */
  readonly fixes: readonly Fix[];
}

/** An ACL that grants, with how it reaches the subject and the object. */
export interface Grant {
  /** The ACL's id. */
  readonly acl: string;
  /** The object it is on: the one asked about, or one above it. */
  readonly on: Node;
  /** The subject's own group first, the grantee last; empty when the ACL names the subject itself. */
  readonly via: readonly string[];
  /** The granted role first; empty when the ACL grants a permission. */
  readonly role: readonly string[];
  readonly restrict: string | null;
}

/** An ACL that would grant if exactly one thing differed. */
export interface NearMiss {
  readonly acl: string;
  /** The one thing. */
  readonly missing: "membership" | "permission" | "restriction" | "deleted";
  /** The group to be in, or the one that is deleted. */
  readonly group?: string;
  readonly text: string;
}

/**
 * A grant that would help: an ACL's contents as the API takes it. To a question about `manage_access` its `permission`
 * may read `manage_access`, which stands for four ACLs, one for each of the `*_acls`.
 */
export interface FixGrant extends Omit<AclItem, "permission"> {
  readonly permission?: Ask | null | undefined;
}

/** What would make a no a yes. `gains` is how many others would gain something by it. */
export type Fix =
  | { readonly grant: FixGrant; readonly gains: number }
  | { readonly addMember: { readonly group: string; readonly user: string }; readonly gains: number };

/** Everybody who may. */
export interface Who {
  /** Anybody at all may, without signing in (a public experiment). */
  readonly public: boolean;
  /** Once each, by the shortest path: `via` has the subject's own group first, the grantee last. Ascending by id. */
  readonly subjects: readonly { readonly subject: string; readonly via: readonly string[]; readonly acl: string }[];
}

/** A row of the "Object permissions" dialog. */
export interface Access {
  readonly principal: Principal;
  readonly permissions: readonly Permission[];
  readonly on: Node;
  readonly acl: string;
  readonly role?: string;
  readonly restrict?: string;
  readonly inherited: boolean;
  /** How many people and service accounts it covers. */
  readonly members: number;
}

/** Whether a request may be sent, and what it needs (MODEL 8). */
export interface Authorization {
  /**
   * Only `allow` is a yes. `deny`: something needed is not held on an object that the data know. `unknown`: the data do
   * not know the object, the table ({@link REQUESTS}) not the route, or the body is malformed.
   */
  readonly decision: "allow" | "deny" | "unknown";
  /** What it needs, once each. To create something is told as `create` on its container. Empty for lists. */
  readonly needs: readonly {
    readonly permission: Permission;
    readonly object: Node;
    readonly held: boolean;
    readonly basis: Basis;
  }[];
  /** A list: the caller sees what they hold this permission on. */
  readonly filter?: { readonly permission: Permission; readonly type: ObjectType };
  /** What is wrong with the request or its sender beyond the needs. */
  readonly findings: readonly Finding[];
}

/** What somebody does not hold and could give themselves (MODEL 7). */
export interface Reach {
  readonly permissions: readonly Permission[];
  /** On this object and everything below it. */
  readonly object: Node;
  /** Only on the objects of this type there, and everything below those. */
  readonly only?: string;
  /** `false`: not on what is below. */
  readonly below?: false;
  /** A shortest chain of steps that leads there. */
  readonly steps: readonly {
    /** The number of the rule in MODEL 7. */
    readonly rule: number;
    readonly text: string;
    /** The call that does it; `{dataset}` stands for the id of any dataset, `{email}` for an address. */
    readonly request: Request;
    readonly basis: Basis;
  }[];
}

/** A principal's direct grants as the settings pages show them (MODEL 9). */
export interface Matrix {
  readonly boxes: readonly Box[];
  /** Direct grants that no box can show: roles, other restrictions, other types. */
  readonly other: readonly { readonly acl: string; readonly text: string }[];
}

/** A checkbox of the {@link Matrix}. */
export interface Box {
  /** The object that its ACLs are on. */
  readonly on: Node;
  /** The type to which its ACLs are restricted. */
  readonly restrict: string | null;
  readonly box: BoxName;
  /**
   * `on` by direct ACLs on the object; `partly` when those give some of its permissions; `inherited` when the same comes
   * from above, by a role, or through a group.
   */
  readonly state: "on" | "off" | "partly" | "inherited";
  /** An ACL that makes it on covers more than the box says. */
  readonly wider?: boolean;
  /** The ACLs that make it so, the nearest first; of an inherited box at most 20. */
  readonly from?: readonly { readonly acl: string; readonly on: Node; readonly via: readonly string[] }[];
}

/** A box to turn on or off: any {@link Box} with another state. */
export interface BoxChange {
  readonly on: Node;
  readonly restrict?: string | null | undefined;
  readonly box: BoxName;
  readonly state: "on" | "off";
}

export interface Stats {
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
  readonly acls: number;
  readonly objects: number;
  /** Bytes held. */
  readonly bytes: number;
}

type Project = string | null | undefined;
type Id = string | Row;

/** Somebody, seen by an organisation. A live view: answers follow `apply` and `replace`. */
export interface Subject {
  /** `null` for the anonymous subject. */
  readonly id: string | null;
  /** An organisation owner (MODEL 5): an identity, not "has all eight". */
  readonly isOwner: boolean;
  /** The groups it is in. `via` is a shortest path: its own group first, this one last. */
  readonly groups: readonly { readonly id: string; readonly name: string; readonly via: readonly string[] }[];

  /**
   * Whether this subject may. Unknown is `false`; {@link Subject.explain} says why.
   * `project` (or the row's `project_id`) counts only when the data do not know the object.
   * @throws AclarityError `bad_permission`, `bad_argument`, `freed`, `crashed`
   */
  can(ask: Ask, type: Singleton, id?: Id | null): boolean;
  can(ask: Ask, type: Type, id: Id | null | undefined, project?: Project): boolean;
  can(ask: Ask, ref: ObjectRef): boolean;

  /** Whether one may be created (MODEL 3). A project's child needs its project; without one the answer is `false`. */
  canCreate(type: Type, project?: Project): boolean;

  /** One answer per object: 1 or 0. */
  canMany(ask: Ask, type: Type, ids: readonly (Id | null | undefined)[]): Uint8Array;
  canMany(ask: Ask, refs: readonly ObjectRef[]): Uint8Array;

  /** What may be done, in canonical order: the same frozen array for equal sets. */
  permissions(type: Type, id?: Id | null, project?: Project): readonly Permission[];

  /**
   * Ids that the data know, ascending. `project`: only what lives in it; `after`: only ids behind this one; `limit`: at
   * most so many.
   */
  list(
    ask: Ask,
    type: Type,
    options?: { project?: Project; after?: string | null | undefined; limit?: number | undefined },
  ): readonly string[];

  /** The projects in which one may be created. */
  creatable(type: Type): readonly string[];

  /** What this subject may grant there: all or nothing, by `create_acls`. */
  grantable(type: Type, id?: Id | null): readonly Permission[];

  /** Why this subject may, or may not: the same object until the version changes. */
  explain(ask: Ask, type: Type, id?: Id | null, project?: Project): Explanation;
  /** The same for {@link Subject.canCreate}. */
  explainCreate(type: Type, project?: Project): Explanation;

  /** What this subject could give itself beyond what it holds, and how (MODEL 7): the same array until the version changes. */
  reach(): readonly Reach[];
}

/** A change of a {@link Draft}. */
export interface Change {
  /** Its place in the draft. */
  readonly index: number;
  /** What it does, with names. */
  readonly text: string;
  /** Whether the data refuse it: it is then neither in the preview nor among the requests; the findings say why. */
  readonly refused: boolean;
  /** The request that makes it: of several, the last one. */
  readonly request: Request;
  /** All of them in order, where there are several: what {@link Draft.narrow} comes to. */
  readonly requests?: readonly Request[];
}

/**
 * Who gains and who loses what, and where. A row speaks of `object` itself (with `only`: of that type instead) and, with
 * `below`, of everything under it (with `only`: of that type under it), objects that do not exist yet included; not of
 * the nodes in `except` nor of what is under them. Whatever changes is in exactly one row, and nothing else in any.
 */
export interface DiffRow {
  /** Ids of users and service accounts, ascending. */
  readonly subjects: readonly string[];
  readonly object: Node;
  readonly gained: readonly Permission[];
  readonly lost: readonly Permission[];
  readonly below: boolean;
  readonly only?: string;
  readonly except?: readonly Node[];
}

/** How many different people gain and lose something, by group and project. */
export interface Summary {
  /** A group whose membership or grants the draft changes; absent: people in no such group. */
  readonly group?: string;
  /** Absent: what is above the projects. */
  readonly project?: string;
  readonly gains: number;
  readonly loses: number;
}

/** A body as the API takes it. What is wrong with it is one of {@link Draft.findings}, never an error. */
type Body = object;

/**
 * Changes somebody wants to make, not yet sent. Made by {@link Org.draft}. Every change is a request of the API; it is
 * judged after those before it, and one that the data refuse is not carried out in the preview (CHOICES, "Changes").
 *
 * Whatever is a getter, and `diff`, `summary` and `requests`, gives the same frozen object until `version` changes.
 *
 * @throws AclarityError every method: `bad_argument` for a programmer's mistake (an id that is no string, a body that
 *   JSON cannot hold), `freed`, `crashed`
 */
export interface Draft {
  /** Grants: one request for one ACL, a batch for several. `manage_access` stands for the four `*_acls`. */
  grant(item: FixGrant | readonly FixGrant[]): void;
  /** Takes grants back: every ACL equal to this one, by contents or by the id of one. */
  revoke(item: FixGrant | string): void;
  /** Sets boxes of the permission matrix (MODEL 9); those that are not given stay as they are. */
  setMatrix(principal: Principal, boxes: readonly BoxChange[]): void;

  /**
   * The methods that create return the id of what is made: a placeholder such as `new:group:1`, which later changes may
   * name; the id of what has the name already; or `""` when the data refuse it.
   */
  createGroup(body: Body): string;
  updateGroup(id: string, body: Body): void;
  deleteGroup(id: string): void;
  createRole(body: Body): string;
  updateRole(id: string, body: Body): void;
  deleteRole(id: string): void;
  createProjectGroup(body: Body): string;
  updateProjectGroup(id: string, body: Body): void;

  /** The members of a permission group: users and service accounts, by id. */
  addMembers(group: string, ids: readonly string[]): void;
  removeMembers(group: string, ids: readonly string[]): void;
  /** These and no others. */
  setMembers(group: string, ids: readonly string[]): void;

  /** Who is in the organisation: the body of `PATCH /v1/organization/members`. */
  members(body: Body): void;
  createServiceToken(body: Body): void;
  updateOrganization(body: Body): void;

  /** Replaces a broad grant by narrower ones that leave these projects out. */
  narrow(acl: string, options: { readonly except: readonly string[] }): void;

  /** Any request of MODEL 8, as it is. */
  request(request: Request): void;

  readonly changes: readonly Change[];
  /** Takes a change back, the last one without an index; those after it are judged anew. */
  undo(index?: number): void;
  clear(): void;
  /**
   * Replays the changes on the Org's present version: until then a draft keeps the one that it was made on. Returns the
   * findings of changes that worked before and are refused now.
   */
  rebase(): readonly Finding[];

  /** Of all changes; `change` is the index, `path` points into the body of that change's request. */
  readonly findings: readonly Finding[];

  /**
   * The organisation as it would be: an Org like any other, but that it changes by its draft alone (`apply` and `replace`
   * throw `bad_argument`). A new one for each version; all of them are freed with the draft.
   */
  readonly preview: Org;

  /** `after`: how many rows to leave out; `limit`: how many to give at most. */
  diff(options?: { after?: number | null | undefined; limit?: number | null | undefined }): readonly DiffRow[];
  summary(): readonly Summary[];

  /**
   * The fewest API calls that carry it out, in an order in which each is permitted to the actor when its turn comes.
   * Changes that the data refuse are left out.
   */
  requests(): readonly Request[];

  /** Called after every change. Returns a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Grows with every change. */
  readonly version: number;

  /** Gives the memory back, that of its previews too. Freeing the Org does the same. */
  free(): void;
  [Symbol.dispose](): void;
}

/** What an organisation's export says. */
export class Org {
  private constructor();

  /**
   * Loads an organisation, and the WebAssembly module before that if need be. Text is read in pieces, lists one after
   * another. Data that do not count become {@link Org.findings}.
   * @throws AclarityError `bad_json`, `bad_shape`, `no_organization`, `strict`, `too_large`, `snapshot_corrupt`,
   *   `snapshot_version`, `http`, `aborted`, `bad_argument`, `not_ready`, `crashed`
   */
  static load(source: Source | Promise<Source>, options?: LoadOptions): Promise<Org>;
  /** The same, at once: after {@link ready}, and without a `Response`, a stream or a promise. */
  static loadSync(source: SyncSource, options?: LoadOptions): Org;

  /** A user, service account or internal principal. The same Subject while it is reachable. */
  as(id: string): Subject;
  /** Somebody who belongs to that group alone. */
  asGroup(id: string): Subject;
  /** Somebody who is not signed in. */
  readonly anonymous: Subject;

  /**
   * The fast way to name one object many times. Stays valid for the Org's life. Without an id: the organisation's own,
   * of whichever organisation is loaded at the time.
   */
  ref(type: Singleton): ObjectRef;
  ref(type: Type, id: Id, project?: Project): ObjectRef;

  /** Who may: once each, by the shortest path. */
  who(
    ask: Ask,
    type: Type,
    id?: Id | null,
    options?: { project?: Project; after?: string | null | undefined; limit?: number | undefined },
  ): Who;

  /** Who holds what on an object, and from where. */
  access(type: Type, id?: Id | null, project?: Project): readonly Access[];

  /**
   * What is wrong with the data as they are now, the most serious first. After {@link Org.apply} they are those of a fresh
   * load.
   */
  readonly findings: readonly Finding[];

  /**
   * What is wrong with a request, and what somebody would regret: judged against the data and the actor (MODEL 6).
   * Pointers are relative to its body. Data never throw.
   * @throws AclarityError `bad_argument` (a Subject of another Org, a credential that is no kind, a method that is no
   *   string, a body that JSON cannot hold), `freed`, `crashed`
   */
  validate(request: Request, options: { readonly by: Actor }): readonly Finding[];
  /** Whether a request may be sent, and what it needs (MODEL 8). Errors as for {@link Org.validate}. */
  authorize(request: Request, options: { readonly by: Actor }): Authorization;
  /** A principal's direct grants as checkboxes (MODEL 9); of somebody whom the data do not name everything is off. */
  matrix(principal: Principal): Matrix;
  /** What somebody who looks after the organisation should know (MODEL 6): the same array until the version changes. */
  audit(): readonly Finding[];
  /**
   * Changes that somebody wants to make.
   * @param options `creatorGrants`: whatever the draft creates gets an ACL that makes the actor its owner, as the server
   *   does unless the organisation turned that off (MODEL 3). Default true.
   */
  draft(by: { readonly by: Actor }, options?: { creatorGrants?: boolean | undefined }): Draft;

  /**
   * Changes the data in place, all or nothing; the cost follows the change. Removals come first; a row whose id the list
   * holds takes that row's place. The findings returned are about the rows of the change, with pointers into it.
   * @throws AclarityError `bad_shape`, `too_large`, `bad_argument`, `freed`, `crashed`; nothing has changed then
   */
  apply(changes: Changes): { readonly version: number; readonly findings: readonly Finding[] };

  /**
   * A whole new state, atomically; subjects, refs and listeners stay. It is read as the present one was (`strict`,
   * `unknownObjects`, `members`), unless other options are given. Of several at once the last call wins. What `apply`
   * changed in the meantime is not in it.
   */
  replace(source: Source | Promise<Source>, options?: LoadOptions): Promise<void>;

  /** Called after every change. Returns a function that ends it. */
  subscribe(listener: () => void): () => void;

  /** Grows with every change. */
  readonly version: number;
  /** The subject that a slice is of; `null` for a whole organisation. */
  readonly sliceOf: string | null;

  /**
   * Users, service accounts (both of type `user`) and objects that match all that is given, exactly; by type, then by
   * id. What is marked deleted is left out.
   */
  find(query: {
    email?: string | undefined;
    name?: string | undefined;
    type?: Type | "user" | undefined;
  }): readonly Node[];
  /** What an object, a user or a service account is called, if the data say. */
  name(type: Type | "user", id: string): string | undefined;

  /**
   * What decides for one subject, as a snapshot: their groups, the roles and ACLs that cover them, objects; nobody
   * else's id, and no group they are not in. On an Org loaded from it the subject's answers are this Org's, and never a
   * yes where this Org says no, whatever project is named; `as` with another id, `asGroup`, `who`, `access`, `matrix`,
   * `audit`, `validate`, `draft`, `slice`, `apply` and `reach` throw `slice`; an explanation has no `fixes`. Renew it
   * with {@link Org.replace}.
   *
   * `objects: "all"` carries every object of the projects in which the subject has any grant; `"none"` only those that
   * carry a grant, are deleted or are public: others are asked about with their project, which counts as far as it
   * cannot give what this Org denies (docs/SNAPSHOTS.md). `projects` leaves out all other projects.
   * @throws AclarityError `slice` on a slice, `bad_argument`
   */
  slice(
    subject: string | Subject,
    options?: { projects?: readonly string[] | undefined; objects?: "all" | "none" | undefined },
  ): SnapshotBytes;

  /**
   * The organisation as a snapshot: compact, checksummed bytes that {@link Org.load} reads much faster than JSON, in
   * this version and later ones. Everything is in it, the options too.
   */
  toBytes(): SnapshotBytes;

  readonly stats: Stats;

  /** Gives the memory back. Using the Org, its subjects, refs or drafts afterwards throws `freed`. */
  free(): void;
  [Symbol.dispose](): void;
}

/**
 * Loads the WebAssembly module. {@link Org.load} does so by itself; {@link Org.loadSync} and
 * {@link newOrganization} need it done. Does nothing while the module is healthy; after `crashed` it starts a new
 * instance, and Orgs of the old one stay crashed.
 *
 * @param source The module, its bytes, its address, or a response with it, where the default does not fit.
 */
export function ready(
  source?: WebAssembly.Module | ArrayBuffer | ArrayBufferView | URL | string | Response | Promise<Response>,
): Promise<void>;

/** The export of a new organisation with the built-in groups and their grants (MODEL 5). Needs {@link ready}. */
export function newOrganization(organization: { id: string; name: string; owners: readonly string[] }): PlainExport;

/** The kind of a raw credential, by its prefix. The value is looked at and forgotten. */
export function credentialKind(credential: string): Credential;

/** `text` with everything that looks like a credential replaced by its prefix and `…`. */
export function redact(text: string): string;

/** The eight permissions in canonical order. */
export const PERMISSIONS: readonly [
  "create",
  "read",
  "update",
  "delete",
  "create_acls",
  "read_acls",
  "update_acls",
  "delete_acls",
];

/** The 13 object types in MODEL's order. */
export const OBJECT_TYPES: readonly ObjectType[];

/** Every code of a finding, its usual severity, and when it is reported. */
export const FINDINGS: readonly { readonly code: string; readonly severity: Severity; readonly summary: string }[];

/** A checkbox of the settings pages (MODEL 9). */
export type BoxName =
  | "read"
  | "create"
  | "update"
  | "delete"
  | "manage_access"
  | "manage_settings"
  | "manage_members"
  | "remove_members"
  | "read_audit_logs"
  | "create_groups"
  | "create_projects";

/** Every box of the permission matrix with the ACLs it stands for (MODEL 9), in the order in which they are told. */
export const MATRIX: readonly {
  /** Where it stands: `Organization`, `All projects`, `A project`, … */
  readonly column: string;
  /** What the pages call it. */
  readonly label: string;
  readonly box: BoxName;
  /** The type of the object that its ACLs are on. */
  readonly type: ObjectType;
  /** The type to which its ACLs are restricted. */
  readonly restrict: ObjectType | null;
  /** The permissions of its ACLs, one each. */
  readonly permissions: readonly Permission[];
  /** Not in the vendor's pages; the API can express it. */
  readonly extra: boolean;
}[];

/** What a call of the API needs. A row without needs and owner is for any subject of the organization. */
export interface RequestRow {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With ids in braces: `/v1/group/{group_id}`. */
  readonly path: string;
  /** What it does: `change a group`. */
  readonly text: string;
  readonly needs: readonly {
    readonly permission: Permission;
    /** On what, for a person: `the group in the path`. */
    readonly on: string;
    /** Under which condition. */
    readonly when?: string;
    readonly basis: Basis;
  }[];
  /** Only an organization owner may, and when that is asked for. */
  readonly owner?: string;
  /** The kinds of credentials that suffice. */
  readonly credential?: readonly Credential[];
  /** A list: the caller sees what they hold this permission on. */
  readonly filter?: { readonly permission: Permission; readonly type: ObjectType };
}

/** What each call of the API needs (MODEL 8). A call that is in no row is unknown, and never a yes. */
export const REQUESTS: readonly RequestRow[];

/** The version of the access model that this package evaluates. */
export const MODEL_VERSION: number;

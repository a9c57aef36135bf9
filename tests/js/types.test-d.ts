// Checked by tsc alone, never run: what an editor completes, and what it rejects.
import {
  type Actor,
  type Ask,
  type Authorization,
  type Box,
  type BoxName,
  type Change,
  type Credential,
  type DiffRow,
  type Draft,
  type Explanation,
  type Export,
  FINDINGS,
  type Finding,
  MATRIX,
  type Matrix,
  type Noun,
  type ObjectRef,
  type ObjectType,
  Org,
  type PERMISSIONS,
  type Permission,
  REQUESTS,
  type Reach,
  type Request,
  type Row,
  ready,
  type Subject,
  type Summary,
  type Type,
} from "aclarity";
import { Org as InlineOrg } from "aclarity/inline";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<_T extends true>(): void {}

declare const org: Org;
declare const me: Subject;
declare const row: { id: string; project_id: string; name: string };
declare const listed: { id: string; project_id?: string | null; metadata: unknown };

same<Equal<Ask, Permission | "manage_access">>();
same<Equal<Type, ObjectType | Noun>>();
same<Equal<(typeof PERMISSIONS)[number], Permission>>();

export function questions(): void {
  me.can("update", "dataset", row);
  me.can("update", "dataset", listed);
  me.can("update", "dataset", "id", undefined);
  me.can("manage_access", "custom view", "id", null);
  me.can("read", "organization");
  me.can("create", "members");
  me.can("read", org.ref("playground", row));
  me.can("read", "dataset", undefined);
  // @ts-expect-error a misspelt permission
  me.can("raed", "dataset", row);
  // @ts-expect-error a misspelt type
  me.can("read", "datasett", row);
  // @ts-expect-error an id that is left out where one is needed
  me.can("read", "dataset");
  // @ts-expect-error an id that is a number
  me.can("read", "dataset", 7);
  // @ts-expect-error a row without an id
  me.can("read", "dataset", { name: "x" });
  // @ts-expect-error a ref is made by org.ref, and needs no type
  me.can("read", "dataset", "id", { project: "p" });
  // @ts-expect-error manage_access is for questions, not a permission
  const permission: Permission = "manage_access";
  // @ts-expect-error a misspelt type
  me.canCreate("dataset s", "p");
  // @ts-expect-error a misspelt permission
  me.list("write", "dataset");
  // @ts-expect-error a misspelt permission
  me.explain("wirte", "dataset", "id");
  // @ts-expect-error an option that does not exist
  me.list("read", "dataset", { offset: 7 });
  me.list("read", "dataset", { project: row.project_id, after: undefined, limit: 10 });
  const many: Uint8Array = me.canMany("read", "dataset", [row, "id"]);
  const refs: Uint8Array = me.canMany("read", [org.ref("dataset", "id")]);
  const permissions: readonly Permission[] = me.permissions("dataset", "id");
  const why: Explanation = me.explain("read", "dataset", "id");
  const reason: "granted" | "public" | "no_grant" | "deleted" | "unknown_object" | "not_a_member" = why.reason;
  // @ts-expect-error results are read-only
  why.allowed = true;
  // @ts-expect-error results are read-only
  me.permissions("dataset", "id").push("read");
  // @ts-expect-error a Subject is made by org.as
  const forged: Subject = { id: "x" };
  void [permission, many, refs, permissions, reason, forged];
}

export async function loading(response: Promise<Response>, stream: ReadableStream<Uint8Array>): Promise<void> {
  // @ts-expect-error an Org is made by load
  new Org();
  await ready();
  using loaded = await Org.load(response);
  await Org.load(stream, { strict: true, members: "known", signal: AbortSignal.timeout(1) });
  await Org.load("{}", { onProgress: ({ bytes, list }) => void [bytes.toFixed(), list?.length] });
  await Org.load({ organization: { id: "o" }, acls: response, groups: [response], roles: pages(), plan: "pro" });
  Org.loadSync(new Uint8Array());
  Org.loadSync({ acls: [row], users: { objects: [row] } });
  // @ts-expect-error a Response cannot be loaded at once
  Org.loadSync(new Response());
  // @ts-expect-error a misspelt option
  await Org.load("{}", { unknownObjects: "allow" });
  loaded.apply({ acls: { upsert: [row], remove: ["id"] } });
  // @ts-expect-error a misspelt list
  loaded.apply({ acl: { remove: ["id"] } });
  // @ts-expect-error the organisation is not a list
  loaded.apply({ organization: {} });
  const end: () => void = loaded.subscribe(() => {});
  const findings: readonly Finding[] = loaded.findings;
  const severity: "error" | "warning" | "info" | undefined = FINDINGS[0]?.severity;
  InlineOrg.loadSync("{}").as("x").can("read", "dataset", "y");
  void [end, findings, severity];
}

async function* pages(): AsyncGenerator<object[]> {
  yield [row];
}

interface Team {
  id: string;
  name: string;
}

export function plainInterfaces(teams: Team[]): Export {
  const asRow: Row = row;
  const ref: ObjectRef = org.ref("group", teams[0] ?? asRow);
  void ref;
  return { groups: teams, users: { objects: teams } };
}

export function changes(): void {
  const request: Request = { method: "POST", path: "/v1/acl", body: { anything: [1] }, headers: { a: "b" } };
  const by: Actor = { subject: me, credential: "session" };
  const found: readonly Finding[] = org.validate(request, { by: me });
  const { decision, needs, filter, findings }: Authorization = org.authorize(request, { by });
  const word: "allow" | "deny" | "unknown" = decision;
  const permissions: Permission[] = needs.map((need) => need.permission);
  const type: ObjectType | undefined = filter?.type;
  // @ts-expect-error an actor is a Subject, not an id
  org.validate(request, { by: "ada" });
  // @ts-expect-error the actor stands in an object
  org.authorize(request, me);
  // @ts-expect-error a kind of credential, not the secret
  org.authorize(request, { by: { subject: me, credential: "sk-secret" } });
  // @ts-expect-error headers are strings
  org.authorize({ ...request, headers: { a: 1 } }, { by });
  // @ts-expect-error there is more to know than yes and no
  const allowed: boolean = decision;

  const matrix: Matrix = org.matrix({ group: "g" });
  const state: "on" | "off" | "partly" | "inherited" | undefined = matrix.boxes[0]?.state;
  // @ts-expect-error a user or a group
  org.matrix({ role: "r" });
  const audit: readonly Finding[] = org.audit();
  const reach: readonly Reach[] = me.reach();
  const rule: number | undefined = reach[0]?.steps[0]?.rule;
  const names: readonly BoxName[] = MATRIX.map((box) => box.box);
  const paths: string[] = REQUESTS.map((row) => row.path);
  const kind: Credential = "service_token";
  void [found, findings, word, permissions, type, allowed, state, audit, rule, names, paths, kind];
}

export function drafts(box: Box): void {
  using draft: Draft = org.draft({ by: me }, { creatorGrants: false });
  draft.grant({ object_type: "project", object_id: "p", user_id: "u", permission: "manage_access" });
  draft.grant([{ object_type: "project", object_id: "p", group_id: "g", role_id: "r" }]);
  for (const fix of me.explain("read", "project", "p").fixes) if ("grant" in fix) draft.grant(fix.grant);
  draft.revoke("acl");
  draft.setMatrix({ user: "u" }, [{ ...box, state: "on" }]);
  const group: string = draft.createGroup({ name: "x" });
  draft.setMembers(group, ["u"] as const);
  draft.narrow("acl", { except: ["p"] });
  draft.request({ method: "GET", path: "/v1/acl" });
  const rows: readonly DiffRow[] = draft.diff({ after: 10, limit: 10 });
  const counts: readonly Summary[] = draft.summary();
  const made: readonly string[] | undefined = draft.requests()[0]?.creates;
  const list: readonly Change[] = draft.changes;
  const preview: Org = draft.preview;
  const lost: readonly Finding[] = draft.rebase();
  const end: () => void = draft.subscribe(() => draft.undo(draft.version));
  // @ts-expect-error a misspelt permission
  draft.grant({ object_type: "project", object_id: "p", user_id: "u", permission: "raed" });
  // @ts-expect-error a box is set to on or off
  draft.setMatrix({ user: "u" }, [box]);
  // @ts-expect-error members are a list
  draft.addMembers("g", "u");
  // @ts-expect-error a misspelt option
  org.draft({ by: me }, { creatorGrant: true });
  // @ts-expect-error an actor is needed
  org.draft();
  // @ts-expect-error results are read-only
  draft.changes.push(list[0]);
  // @ts-expect-error a preview is given, not set
  draft.preview = org;
  // @ts-expect-error rows are counted
  draft.diff({ after: "dataset" });
  void [rows, counts, made, preview, lost, end];
}

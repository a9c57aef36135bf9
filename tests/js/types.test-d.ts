// Checked by tsc alone, never run: what an editor completes, and what it rejects.
import {
  type Ask,
  type Explanation,
  type Export,
  FINDINGS,
  type Finding,
  type Noun,
  type ObjectRef,
  type ObjectType,
  Org,
  type PERMISSIONS,
  type Permission,
  type Row,
  ready,
  type Subject,
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

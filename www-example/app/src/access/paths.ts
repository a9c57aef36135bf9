// The way from somebody to an object, as steps to draw and to read. Everything in it comes from an explanation.
import type { Explanation, Grant, NearMiss, Node, Permission } from "aclarity";
import type { AclRow, Rows } from "../organization/export.ts";
import { askName, PERMISSION_NAMES, typeName, typeNames } from "../organization/words.ts";
import { type Access, explanation, kindOf, nameOfGroup, nameOfNode, nameOfUser, subjectOf } from "./access.tsx";
import type { Question } from "./selection.ts";
import { lineage, type NodeItem } from "./tree.ts";

export interface Step {
  key: string;
  kind: "subject" | "group" | "grant" | "place" | "object";
  icon: string;
  title: string;
  caption: string;
  /** What the arrow into this step says. */
  link: string;
  /** The arrow into this step is the one that is missing. */
  broken?: boolean;
  /** What keeps this step from helping. */
  tone?: "warn" | "bad";
}
export interface Path {
  id: string;
  steps: readonly Step[];
  text: string;
}

const aclsById = new WeakMap<Rows, Map<string, AclRow>>();
export function aclOf(rows: Rows, id: string): AclRow | undefined {
  const found = aclsById.get(rows) ?? new Map(rows.acls.map((row) => [row.id, row]));
  aclsById.set(rows, found);
  return found.get(id);
}

/** “Why not”, for one thing that is missing, in two words for an arrow. */
const MISSING: Record<NearMiss["missing"], string> = {
  membership: "not a member",
  permission: "does not give it",
  restriction: "for other types",
  deleted: "deleted",
};

export function pathsOf(access: Access, item: NodeItem, question: Question, why: Explanation): Path[] {
  const grants = why.grants.map(
    (grant): Path =>
      finish(grant.acl, [
        ...toGrantee(access, grant.via),
        grantStep(access, grant),
        ...fromPlace(access, item, question, grant.on),
      ]),
  );
  if (grants.length > 0) return grants;
  const last = target(item, question);
  if (why.reason === "public")
    return [
      finish("public", [subject(access), { ...last, caption: "Public experiment", link: "may read, like anybody," }]),
    ];
  if (why.reason === "deleted")
    return [
      finish("deleted", [
        subject(access),
        { ...last, link: "nothing reaches it", broken: true, tone: "bad", caption: "Deleted" },
      ]),
    ];
  const misses = why.nearMisses.map((miss, i) => finish(`miss ${i}`, missSteps(access, item, question, miss)));
  return misses.length > 0
    ? misses
    : [finish("nothing", [subject(access), { ...last, link: "no grant", broken: true }])];
}

function subject({ option }: Access): Step {
  const caption = {
    person: "Person",
    account: "Service account",
    group: "Permission group",
    anonymous: "Not signed in",
  }[option.kind];
  return { key: "subject", kind: "subject", icon: option.kind, title: option.name, caption, link: "" };
}

function toGrantee(access: Access, via: readonly string[]): Step[] {
  const own = access.option.subject;
  const groups = own.kind === "group" && via[0] === own.id ? via.slice(1) : via;
  return [
    subject(access),
    ...groups.map(
      (id, i): Step => ({
        key: `group:${id}`,
        kind: "group",
        icon: "group",
        title: nameOfGroup(access, id),
        caption: "Group",
        link: i === 0 && own.kind !== "group" ? "is in" : "is part of",
      }),
    ),
  ];
}

function grantStep(access: Access, grant: Pick<Grant, "acl" | "role" | "restrict">): Step {
  const acl = aclOf(access.rows, grant.acl);
  const [role, ...inner] = (grant.role.length > 0 ? grant.role : acl?.role_id ? [acl.role_id] : []).map((id) =>
    nameOfNode(access, { type: "role", id }),
  );
  const only = grant.restrict ? `, only ${typeNames(grant.restrict).toLowerCase()}` : "";
  return {
    key: `acl:${grant.acl}`,
    kind: "grant",
    icon: role ? "role" : "grant",
    title: role ?? PERMISSION_NAMES[acl?.permission as Permission] ?? acl?.permission ?? "Grant",
    caption: `${role ? (inner.length > 0 ? `Role with ${inner.join(" › ")}` : "Role") : "Permission"}${only}`,
    link: "is granted",
  };
}

function fromPlace(access: Access, item: NodeItem, question: Question, on: Node): Step[] {
  const last = target(item, question);
  const nodes = lineage(access.rows, access.tree.nodes, on, item.node);
  const places = nodes.map((node, i): Step => {
    const known = access.tree.nodes.get(`${node.type}:${node.id}`);
    const kind = known ? kindOf(known) : typeName(node.type);
    const name = nameOfNode(access, node);
    return {
      key: `node:${node.type}:${node.id}`,
      kind: "place",
      icon: known?.icon ?? node.type,
      title: name,
      caption: caption(node.type, kind, name),
      link: i === 0 ? "on" : "contains",
    };
  });
  const here = places.pop() as Step;
  return "create" in question
    ? [...places, here, { ...last, link: "would contain" }]
    : [...places, { ...last, link: here.link }];
}

function target(item: NodeItem, question: Question): Step {
  if ("create" in question)
    return {
      key: "new",
      kind: "object",
      icon: question.create,
      title: `New ${typeName(question.create).toLowerCase()}`,
      caption: "Does not exist yet",
      link: "",
    };
  const kind = kindOf(item);
  return {
    key: item.key,
    kind: "object",
    icon: item.icon,
    title: item.name,
    caption: caption(item.node.type, kind, item.name),
    link: "",
  };
}

/** What exists once is named like its kind; then it is said where it is. */
const caption = (type: string, kind: string, name: string): string =>
  kind !== name ? kind : type === "project_log" ? "Of the project" : "Of the organization";

function missSteps(access: Access, item: NodeItem, question: Question, miss: NearMiss): Step[] {
  const acl = aclOf(access.rows, miss.acl);
  const on: Node = acl ? { type: acl.object_type, id: acl.object_id } : item.node;
  const end = fromPlace(access, item, question, on);
  if (miss.missing === "membership" && miss.group) {
    // How that group comes to the grant is asked of the package, for somebody who is in that group alone.
    const grant = explanation(subjectOf(access.org, { kind: "group", id: miss.group }), item, question).grants.find(
      (g) => g.acl === miss.acl,
    );
    const via = grant?.via.length ? grant.via : [miss.group];
    const steps = [
      ...via.map(
        (id, i): Step => ({
          key: `group:${id}`,
          kind: "group",
          icon: "group",
          title: nameOfGroup(access, id),
          caption: "Group",
          link: i === 0 ? "is not in" : "is part of",
          broken: i === 0,
        }),
      ),
    ];
    return [
      subject(access),
      ...steps,
      grantStep(access, grant ?? { acl: miss.acl, role: [], restrict: acl?.restrict_object_type ?? null }),
      ...end,
    ];
  }
  const group = acl?.group_id ?? undefined;
  const membership = access.me.groups.find((g) => g.id === group);
  const via = !group ? [] : [...(membership?.via.filter((id) => id !== group) ?? []), group];
  const grant = grantStep(access, { acl: miss.acl, role: [], restrict: acl?.restrict_object_type ?? null });
  const [first, ...rest] = end;
  return [
    ...toGrantee(access, via),
    { ...grant, tone: "warn" },
    { ...(first as Step), link: MISSING[miss.missing], broken: true },
    ...rest,
  ];
}

function finish(id: string, steps: Step[]): Path {
  return { id, steps, text: steps.map((step, i) => `${joint(steps, i)}${step.title}`).join("") };
}

/** What stands before a step when the path is read as one sentence. */
export function joint(steps: readonly Step[], i: number): string {
  const step = steps[i] as Step;
  if (i === 0) return "";
  const which = i > 1 && step.link !== "on" ? ", which" : "";
  return `${which} ${step.link} `;
}

/** Who a fix is about, in words. */
export function fixText(access: Access, fix: Explanation["fixes"][number]): string {
  if ("addMember" in fix)
    return `Add ${nameOfUser(access.org, fix.addMember.user)} to ${nameOfGroup(access, fix.addMember.group)}`;
  const { grant } = fix;
  const to = grant.user_id ? nameOfUser(access.org, grant.user_id) : nameOfGroup(access, grant.group_id ?? "");
  const what = grant.permission
    ? askName(grant.permission).toLowerCase()
    : nameOfNode(access, { type: "role", id: grant.role_id ?? "" });
  const only = grant.restrict_object_type ? `, only ${typeNames(grant.restrict_object_type).toLowerCase()}` : "";
  return `Grant ${to} “${what}” on ${nameOfNode(access, { type: grant.object_type, id: grant.object_id })}${only}`;
}

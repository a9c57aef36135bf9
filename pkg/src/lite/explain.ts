// Sentences of explanations, from the ids, names and numbers of the small module (Rust: lite/src/explain.rs). Word for
// word those of the whole module (Rust: src/decide/explain.rs, misses.rs, basis.rs).
import { SubjectKind } from "../raw.js";
import { askBits, permissionSet } from "../vocabulary.js";
import { OBJECT_TYPES } from "../words.generated.js";

/** An id and a name. */
type Called = readonly [id: string, name: string | null];
/** A type: the number of a known one, or a name. */
type Type = number | string;
/** How many steps above the object, the ACL, the type of what it is on. */
type Place = readonly [level: number, acl: string, on: Type, node: Called];
type Grant = readonly [...Place, via: readonly Called[], role: readonly Called[], restrict: Type | null, gives: number];
type Miss = readonly [
  ...Place,
  missing: number,
  group: Called | null,
  aclDeleted: number,
  grantee: Called,
  isGroup: number,
  gives: Called | number,
  restrict: Type | null,
];

export type RawExplanation = readonly [
  reason: number,
  granted: number,
  flags: number,
  type: Type,
  name: string | null,
  subject: string | null,
  withEmail: string | null,
  grants: readonly Grant[],
  misses: readonly Miss[],
];

/** What was asked; `creates` is the type of what would be made, and then `type` and `id` are where. */
export interface Asked {
  kind: SubjectKind;
  subject: string | undefined;
  bits: number;
  type: string;
  id: string;
  creates?: string | undefined;
}

const REASONS = ["granted", "public", "no_grant", "deleted", "unknown_object", "not_a_member"] as const;
const MISSING = ["deleted", "restriction", "membership", "permission"] as const;
/** Flags. */
const KNOWN = 1;
const ITSELF_DELETED = 2;
const SUBJECT_KNOWN = 4;
/** How many groups of a way `params` tells. */
const SHORT = 16;
/** organization, project_group, project, experiment, dataset, prompt and prompt_session: documented where they are. */
const DOCUMENTED = 0b11_1111_0001;

const typeName = (type: Type) => (typeof type === "number" ? (OBJECT_TYPES[type] as string) : type);
const isDocumented = (type: Type) => typeof type === "number" && ((DOCUMENTED >> type) & 1) === 1;
const callIt = ([id, name]: Called) => name ?? id;
const idOf = ([id]: Called) => id;
const quote = (text: string) => `\`${text}\``;
const holds = (set: number, bits: number) => (set & bits) === bits;
const label = (bits: number) => (bits === askBits("manage_access") ? "manage_access" : permissionSet(bits).join(", "));

// Any text may be a type: in an object `constructor` would have a noun too.
const NOUNS = new Map([
  ["prompt_session", "playground"],
  ["project_log", "logs of the project"],
  ["group", "permission group"],
  ["project_group", "project group"],
]);
const OWN = new Map([
  ["organization", "the organization"],
  ["org_project", "all projects"],
  ["org_member", "the members"],
  ["org_audit_logs", "the audit logs"],
]);
const CONTAINERS = ["organization", "org_project", "project_group", "project"];
const VERBS = ["create", "read", "update", "delete", "grant", "see who has", "change", "revoke"];

export function describe(organization: string, asked: Asked, raw: RawExplanation): unknown {
  const [reasonNumber, granted, flags, type, name, subjectName, withEmail, grants, misses] = raw;
  const { kind, subject, bits, creates } = asked;
  const reason = REASONS[reasonNumber] as string;
  const params: Record<string, unknown> = {};
  const isNamed = asked.id !== "";

  const nounOf = (wire: string) => NOUNS.get(wire) ?? wire;
  const objectLabel = (wire: string, [id, called]: Called) =>
    (id === organization ? OWN.get(wire) : undefined) ?? `the ${nounOf(wire)} ${quote(called ?? id)}`;

  const phrase = (ask: number, wire: string, object: string) => {
    if (label(ask) === "manage_access") return `manage access to ${object}`;
    const index = Math.log2(ask);
    if (!Number.isInteger(index)) return `do all of ${label(ask)} to ${object}`;
    const verb = VERBS[index] as string;
    if (wire === "org_member" && index === 0) return "invite members";
    if (wire === "org_member" && index === 3) return "remove members";
    if (index === 0 && CONTAINERS.includes(wire)) return `create things in ${object}`;
    return index < 4 ? `${verb} ${object}` : `${verb} access to ${object}`;
  };

  /** What something new of a type is called. */
  const aNew = (wire: string) => {
    if (wire === "project_log") return "logs";
    if (wire === "organization" || wire === "experiment") return `an ${wire}`;
    const known = (OBJECT_TYPES as readonly string[]).indexOf(wire) > 3;
    return known ? `a ${nounOf(wire)}` : `an object of the type ${quote(wire)}`;
  };

  const called = subjectName ?? subject ?? "";
  const who = !subject
    ? "somebody who is not signed in"
    : kind === SubjectKind.Group
      ? `a member of the group ${quote(called)}`
      : quote(called);

  const tellGrant = ([, , onType, on, via, role, restrict]: Grant) => {
    const last = via.at(-1);
    let holder = "they hold";
    if (last !== undefined) {
      params.group = callIt(last);
      params.via = via.slice(0, SHORT).map(callIt);
      const [own, between] = via.map((group) => quote(callIt(group)));
      const others = via.length - 2;
      const through = others === 0 ? "" : `, through ${others === 1 ? between : `${others} others`},`;
      holder =
        others < 0
          ? `their group ${own} holds`
          : `their group ${own} is${through} in the group ${quote(callIt(last))}, which holds`;
    }
    const wire = typeName(onType);
    params.onType = wire;
    params.onId = on[0];
    params.on = callIt(on);
    let only = "";
    if (restrict !== null) {
      params.restrict = typeName(restrict);
      only = `, restricted to the type ${quote(typeName(restrict))}`;
    }
    let what = quote(label(bits));
    if (role[0] !== undefined) {
      params.role = callIt(role[0]);
      what = `the role ${quote(callIt(role[0]))}`;
    }
    return `${holder} ${what} on ${objectLabel(wire, on)}${only}`;
  };

  const tellMiss = (miss: Miss) => {
    const [, acl, onType, on, missing, group, aclDeleted, grantee, isGroup, gives, restrict] = miss;
    const where = objectLabel(typeName(onType), on);
    const does =
      typeof gives === "number"
        ? `may ${phrase(1 << gives, typeName(onType), where)}${restrict === null ? "" : `, restricted to the type ${quote(typeName(restrict))}`}`
        : `holds the role ${quote(callIt(gives))} on ${where}`;
    const but = [
      reason === "deleted"
        ? "the object is deleted"
        : group !== null
          ? `the group ${quote(callIt(group))} is deleted`
          : aclDeleted
            ? "that ACL is deleted"
            : "a role in it is deleted",
      `not for the type ${quote(typeName(type))}`,
      `${who} is not in it`,
      `that does not include ${quote(label(bits & ~granted))}`,
    ][missing];
    return {
      acl,
      missing: MISSING[missing],
      ...(group === null ? {} : { group: group[0] }),
      text: `${isGroup ? "the group " : ""}${quote(callIt(grantee))} ${does}, but ${but}`,
    };
  };

  const object: Called = [asked.id, name];
  const where = isNamed ? objectLabel(asked.type, object) : `an object of the type ${quote(asked.type)}`;
  const does =
    creates === undefined ? phrase(bits, asked.type, where) : `create ${aNew(creates)}${isNamed ? ` in ${where}` : ""}`;

  params.subject = subject ?? "";
  params.name = called;
  params.permission = label(bits);
  params.type = asked.type;
  params.id = asked.id;
  params.object = callIt(object);
  if (creates !== undefined) params.creates = creates;

  const paths = [...grants].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  const isDocumentedGrant = ([, , on, , , , restrict]: Grant) => {
    if (creates !== undefined) return false;
    // MODEL 3: this one example of a restriction is documented. MODEL 2: where project groups are, is a choice.
    if (restrict !== null) return on === 1 && type === 8;
    return isDocumented(type) && isDocumented(on) && !(type === 4 && on === 0);
  };

  let basis = false;
  let sentence: string;
  if (reason === "granted") {
    let documented = 0;
    for (const path of paths) if (isDocumentedGrant(path)) documented |= path[7];
    basis = holds(documented, bits) && (flags & KNOWN) !== 0;
    params.grants = paths.length;
    const one = paths.find((path) => holds(path[7], bits));
    const more = paths.length - 1;
    sentence = `${who} may ${does}: ${
      one === undefined
        ? `${paths.length} grants together give it`
        : tellGrant(one) +
          (more < 1 ? "" : more === 1 ? "; one more grant gives it too" : `; ${more} more grants give it too`)
    }`;
  } else if (reason === "public") {
    basis = true;
    sentence = `anybody may ${does}: it is public`;
  } else if (reason === "deleted") {
    sentence = `nobody may ${does}: ${(flags & ITSELF_DELETED) === 0 ? "its project" : "it"} is deleted`;
  } else {
    let why: string;
    if (reason === "no_grant") {
      basis = isDocumented(type) && type !== 4 && creates === undefined && !misses.some((miss) => miss[4] === 1);
      why = "no grant gives that";
      if ((flags & SUBJECT_KNOWN) === 0 && subject) {
        why =
          withEmail === null
            ? "the data do not know that id; check it"
            : `that is an e-mail; ask about the id ${quote(withEmail)}`;
      }
    } else if (reason === "not_a_member") {
      why = "they are not a member of the organization any more";
    } else if (!isNamed) {
      why = creates === undefined ? "no id was given" : "no project was named";
    } else {
      why = (OBJECT_TYPES as readonly string[]).includes(asked.type)
        ? "they do not know it; load it, or name its project"
        : "they know no object of that type; check its spelling, or name its project";
    }
    const far = reason === "unknown_object" && isNamed ? ", as far as the data say" : "";
    sentence = `${who} may not ${does}${far}: ${why}`;
  }

  return {
    allowed: reasonNumber < 2,
    reason,
    basis: basis ? "documented" : "chosen",
    text: sentence,
    params,
    grants: paths.map(([, acl, on, node, via, role, restrict]) => ({
      acl,
      on: { type: typeName(on), id: node[0] },
      via: via.map(idOf),
      role: role.map(idOf),
      restrict: restrict === null ? null : typeName(restrict),
    })),
    nearMisses: misses.map(tellMiss),
    fixes: [],
  };
}

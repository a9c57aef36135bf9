// Types and permissions as people write them on a command line.

import type { Ask } from "../types.js";
import { NOUNS, OBJECT_TYPES, PERMISSIONS } from "../words.generated.js";
import { nearest } from "./directory.js";
import { usage } from "./problem.js";

export const SINGLETONS: ReadonlySet<string> = new Set(OBJECT_TYPES.slice(0, 4));
/** What lives in a project. */
export const IN_PROJECTS: readonly string[] = ["experiment", "dataset", "prompt", "prompt_session", "project_log"];
/** What {@link Subject.canCreate} is asked about. */
const CREATABLE: ReadonlySet<string> = new Set([...IN_PROJECTS, "project", "project_group", "group", "role"]);

export function isCreatable(type: string): boolean {
  return CREATABLE.has(type);
}

/** What a type is called in a sentence, as the library's own sentences do. */
const CALLED: Readonly<Record<string, string>> = {
  organization: "the organization",
  org_project: "all projects",
  org_member: "the members",
  org_audit_logs: "the audit logs",
  project_group: "project group",
  prompt_session: "playground",
  project_log: "logs of project",
};

export function called(type: string): string {
  return Object.hasOwn(CALLED, type) ? (CALLED[type] as string) : type;
}

const PLURALS: Readonly<Record<string, string>> = {
  experiment: "experiments",
  dataset: "datasets",
  prompt: "prompts and functions",
  prompt_session: "playgrounds",
  project_log: "logs",
  project: "projects",
  project_group: "project groups",
  group: "groups",
  role: "roles",
};

export function plural(type: string): string {
  return Object.hasOwn(PLURALS, type) ? (PLURALS[type] as string) : `${type}s`;
}

/** What a restriction says: `for datasets alone`. */
export function onlyFor(restrict: string, on: string): string {
  return restrict === on ? "for itself alone" : `for ${plural(restrict)} alone`;
}

/** Every spelling of a type, the longest first. */
const SPELLINGS: readonly (readonly [spelling: string, type: string])[] = [
  ...OBJECT_TYPES.flatMap((type) => [
    [type, type] as const,
    [type.replaceAll("_", " "), type] as const,
    ...(SINGLETONS.has(type) ? [] : [[`${type}s`, type] as const, [`${type.replaceAll("_", " ")}s`, type] as const]),
  ]),
  ...NOUNS.flatMap(([noun, type]) => [[noun, type] as const, [noun.replaceAll(" ", "_"), type] as const]),
  ["permission group", "group"] as const,
  ["permission groups", "group"] as const,
  ["the organization", "organization"] as const,
  ["organisation", "organization"] as const,
  ["logs of project", "project_log"] as const,
]
  .slice()
  .sort(([a], [b]) => b.length - a.length);

/** A phrase that begins with a type, and what follows it. */
export function leadingType(phrase: string): { type: string; rest: string; colon: boolean } | undefined {
  const lower = phrase.toLowerCase();
  for (const [spelling, type] of SPELLINGS) {
    if (!lower.startsWith(spelling)) continue;
    const next = phrase.charAt(spelling.length);
    if (next === "" || next === " " || next === ":") {
      return { type, rest: phrase.slice(spelling.length + 1).trim(), colon: next === ":" };
    }
  }
  return undefined;
}

/** A type and nothing else. */
export function typeNamed(phrase: string): string {
  const found = leadingType(phrase.trim());
  if (found !== undefined && found.rest === "") return found.type;
  const meant = misspeltType(phrase);
  const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
  throw usage(
    `\`${phrase}\` is no type${hint || `; the types are ${OBJECT_TYPES.join(", ")}, or what people call them`}`,
  );
}

/** What the type is called that the first word of a phrase, or its first two, nearly are. */
export function misspeltType(phrase: string): string | undefined {
  const [first = "", second] = phrase.toLowerCase().split(/[\s:]+/);
  const spellings = SPELLINGS.map(([spelling]) => spelling);
  for (const words of second === undefined ? [first] : [`${first} ${second}`, first]) {
    const meant = words.length < SHORTEST ? undefined : nearest(words, spellings, 1)[0];
    if (meant !== undefined && !spellings.includes(words) && isNear(words, meant)) return meant;
  }
  return undefined;
}

/** Of a shorter word anything may be near. */
const SHORTEST = 4;

/** A beginning of a type is no misspelling of it: `data` is a name like any other. */
function isNear(words: string, meant: string): boolean {
  return !meant.startsWith(words) || meant.length - words.length === 1;
}

/** What people call one object of a type. */
export function spoken(type: string): string {
  return type === "prompt_session" ? "playground" : type === "project_log" ? "logs" : type.replaceAll("_", " ");
}

export const ASKS: readonly Ask[] = [...PERMISSIONS, "manage_access"];

export function askNamed(text: string): Ask {
  const name = text.toLowerCase().replaceAll(/[ -]/g, "_");
  const ask = ASKS.find((each) => each === name);
  if (ask !== undefined) return ask;
  const [meant] = nearest(name, ASKS, 1);
  const all = `the permissions are ${ASKS.join(", ")}`;
  throw usage(`\`${text}\` is no permission; ${meant === undefined ? all : `did you mean \`${meant}\`?`}`);
}

/** What `manage_access` stands for. */
export const MANAGE_ACCESS: readonly string[] = PERMISSIONS.slice(4);

/** The four `*_acls` together are `manage_access`. */
export function told(permissions: readonly string[]): string {
  if (!MANAGE_ACCESS.every((each) => permissions.includes(each))) return permissions.join(", ");
  return [...permissions.filter((each) => !MANAGE_ACCESS.includes(each)), "manage_access"].join(", ");
}

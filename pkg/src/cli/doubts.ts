// Whether a no may be a yes on the server, because the export lacks a list that may say so. A yes has no doubts: more
// rows take nothing away.
import type { Explanation } from "../types.js";
import type { Opened } from "./opened.js";
import type { Asker } from "./people.js";
import { IN_PROJECTS } from "./types.js";

/** What was answered no. */
export interface Denied {
  /** The type of the object. */
  readonly type: string;
  /** Left out: everybody was asked about. */
  readonly asker?: Pick<Asker, "kind">;
  /** Every object of the type was asked about, rather than one. */
  readonly everything?: boolean;
  /** Only those whom the export lists were asked about, since the object does not exist yet. */
  readonly listed?: boolean;
  /** Why it is a no, where that is known. */
  readonly reason?: Explanation["reason"];
}

/** Lists in which objects of a type are. */
const LISTS_OF: Readonly<Record<string, readonly string[]>> = {
  project: ["projects"],
  project_group: ["project_groups"],
  experiment: ["experiments"],
  dataset: ["datasets"],
  prompt: ["prompts", "functions"],
  prompt_session: ["prompt_sessions"],
  project_log: ["projects"],
  group: ["groups"],
  role: ["roles"],
};
const OF_ALL_QUESTIONS = ["acls", "groups", "roles"];
/** Who is in none of them is denied everything by `--members known`. */
const OF_MEMBERS = ["users", "service_tokens", "service_accounts"];
/** Of a list with another name nobody knows what it decides. */
const KNOWN_LISTS = new Set(["organization", ...OF_ALL_QUESTIONS, ...OF_MEMBERS, ...Object.values(LISTS_OF).flat()]);

/** One sentence for each list that may make a yes of it; none: the no stands. */
export function doubtsAbout(opened: Opened, denied: Denied): string[] {
  // What is deleted stays so, whatever else is granted.
  if (denied.reason === "deleted") return [];
  const deciding = decidingLists(opened, denied);
  const missing = opened.missing.filter(
    ({ params }) => deciding.has(String(params.list)) || !KNOWN_LISTS.has(String(params.list)),
  );
  const named = new Set(missing.map(({ params }) => params.list));
  const absent = [...deciding].filter((list) => !named.has(list) && isLacking(opened, list, denied));
  return [...missing.map(({ message }) => message), ...absent.map(sentence)];
}

function sentence(list: string): string {
  return `the export has no \`${list}\`, so answers may be a no where the server says yes; load it with them`;
}

function decidingLists(opened: Opened, { type, asker, everything, listed, reason }: Denied): Set<string> {
  const lists = new Set<string>();
  const add = (names: readonly string[] = []) => {
    for (const name of names) lists.add(name);
  };
  if (everything === true) add(LISTS_OF[type]);
  // Nothing is granted to nobody in particular: what is public says so itself.
  if (asker?.kind === "anonymous") return lists;
  add(OF_ALL_QUESTIONS);
  const inProject = IN_PROJECTS.includes(type);
  if (inProject || type === "project") lists.add("project_groups");
  if (inProject) lists.add("projects");
  const isOut = reason === "not_a_member" || (reason === undefined && opened.membersKnown && asker?.kind !== "group");
  if (isOut || listed === true) add(OF_MEMBERS);
  return lists;
}

/** Whether a list is not there at all, and something else in the export says that it would matter. */
function isLacking(opened: Opened, list: string, { type, everything, listed }: Denied): boolean {
  const { stats } = opened.org;
  const none = (of: string) => opened.org.find({ type: of as "project" }).length === 0;
  if (everything === true && LISTS_OF[type]?.includes(list) && !opened.has(list, type)) return true;
  if (list === "acls") return stats.acls === 0;
  if (list === "groups") return stats.groups === 0 && opened.codes.has("dangling_group");
  if (list === "roles") return stats.roles === 0 && opened.codes.has("dangling_role");
  if (list === "projects") return opened.codes.has("unknown_project") && none("project");
  if (list === "project_groups") return opened.grantsOnProjectGroups && none("project_group");
  // Without `users` nobody has left, but nobody is listed either.
  if (list === "users") return listed === true && !opened.has("users", "user");
  return OF_MEMBERS.includes(list) && !OF_MEMBERS.slice(1).some((each) => opened.has(each, "user"));
}

// Two exports compared, for people.
import type { Node } from "../../types.js";
import type { Given } from "../command.js";
import type { Names } from "../names.js";
import { count, paint, type Terminal } from "../terminal.js";
import { IN_PROJECTS, onlyFor, plural, told } from "../types.js";
import type { Change, Effects } from "./effects.js";
import type { Edited, Kind, Named, NamedSide, RowChanges } from "./kinds.js";
import { type AclRow, aclOf } from "./rows.js";

const PLUS = () => paint("green", "+");
const MINUS = () => paint("red", "-");
const CHANGED = () => paint("yellow", "~");

/** What a grant says but for its restriction. */
function grantText(names: Names, { objectType, objectId, principal, permission, role }: AclRow): string {
  const [kind, id] = [principal.slice(0, principal.indexOf(":")), principal.slice(principal.indexOf(":") + 1)];
  const whom = kind === "group" ? `group ${names.bare({ type: "group", id })}` : names.people.label(id);
  const what = permission ?? `role ${names.bare({ type: "role", id: role ?? "" })}`;
  return `${whom}: ${what} on ${names.label({ type: objectType, id: objectId })}`;
}

export function aclText(names: Names, acl: AclRow): string {
  const only = acl.restrict === undefined ? "" : `, ${onlyFor(acl.restrict, acl.objectType)}`;
  return `${grantText(names, acl)}${only}`;
}

/** Grants that came and went; one that became narrower or wider is one line. */
function grantLines({ acls }: RowChanges, before: Names, after: Names): string[] {
  const [removed, added] = [byGrant(acls.removed), byGrant(acls.added)];
  const lines = { removed: [] as string[], added: [] as string[], changed: [] as string[] };
  for (const [grant, old] of removed) {
    const now = added.get(grant);
    const [first] = now ?? [];
    if (now === undefined || first === undefined)
      lines.removed.push(...old.map((acl) => `${MINUS()} ${aclText(before, acl)}`));
    else lines.changed.push(`${CHANGED()} ${grantText(after, first)}, now ${scope(now)} (before: ${scope(old)})`);
  }
  for (const [grant, now] of added) {
    if (!removed.has(grant)) lines.added.push(...now.map((acl) => `${PLUS()} ${aclText(after, acl)}`));
  }
  return [...lines.removed, ...lines.added, ...lines.changed];
}

function byGrant(keys: readonly string[]): Map<string, AclRow[]> {
  const grants = new Map<string, AclRow[]>();
  for (const acl of keys.map(aclOf)) {
    const grant = JSON.stringify({ ...acl, restrict: null });
    grants.set(grant, [...(grants.get(grant) ?? []), acl]);
  }
  return grants;
}

/** `for datasets and experiments alone`, `without a restriction`. */
function scope(acls: readonly AclRow[]): string {
  const types = acls.flatMap(({ restrict, objectType }) => {
    if (restrict === undefined) return [];
    return [restrict === objectType ? "itself" : plural(restrict)];
  });
  return types.length < acls.length ? "without a restriction" : `for ${listed(types)} alone`;
}

function listed(words: readonly string[]): string {
  if (words.some((word) => word.includes(" and "))) return words.join(", ");
  const [last = "", ...others] = [...words].reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`;
}

export function draw(given: Given, rows: RowChanges, found: Effects, before: NamedSide, after: NamedSide): void {
  const { terminal } = given;
  const limit = given.number("rows", 50);
  drawRows(terminal, rows, before, after, limit);
  if (found.people.length > 0) {
    terminal.print(paint("bold", "What that means for people"));
    for (const { people, changes } of found.people) {
      terminal.print(`  ${peopleText(people, before.names, after.names)}`);
      for (const line of changes.slice(0, limit).map((change) => changeText(change, after)))
        terminal.print(`    ${line}`);
      if (changes.length > limit) terminal.print(paint("dim", `    … and ${changes.length - limit} more`));
    }
  } else if (rows.some) {
    terminal.print("Nobody gains or loses anything on what is in both exports.");
  } else {
    terminal.print("Nothing differs.");
  }
  const bound = `${count(found.compared, "pair")} of a person and an object compared`;
  terminal.print(paint("dim", found.left.length === 0 ? `${bound}; nobody was left out` : bound));
  if (found.left.length > 0) {
    const names = found.left.slice(0, 5).map((id) => after.names.people.label(id));
    const more = found.left.length > names.length ? ", …" : "";
    terminal.print(
      `${paint("yellow", "not compared")}: ${count(found.left.length, "person", "people")} (${names.join(", ")}${more}); --limit takes more`,
    );
  }
}

function drawRows(terminal: Terminal, rows: RowChanges, before: NamedSide, after: NamedSide, limit: number): void {
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length === 0) return;
    terminal.print(paint("bold", title));
    for (const line of lines.slice(0, limit)) terminal.print(`  ${line}`);
    if (lines.length > limit)
      terminal.print(paint("dim", `  … and ${lines.length - limit} more; --rows or --json shows them`));
    terminal.print();
  };
  const groupName = (id: string) => nameOf(after.names, before.names, "group", id);
  const personName = (id: string) => nameOfPerson(after.names, before.names, id);
  const projectName = (id: string) => nameOf(after.names, before.names, "project", id);
  section("People", kindLines(rows.people, {}));
  section("Groups", kindLines(rows.groups, { members: personName, "member groups": groupName }));
  section("Roles", kindLines(rows.roles, { "member roles": (id) => nameOf(after.names, before.names, "role", id) }));
  section("Grants", grantLines(rows, before.names, after.names));
  section("Project groups", kindLines(rows.projectGroups, { projects: projectName }));
  section(
    "Objects",
    kindLines(rows.objects, { project: projectName }, (id) => id.slice(0, id.indexOf(":")).replaceAll("_", " ")),
  );
}

type Naming = Readonly<Record<string, (id: string) => string>>;

function kindLines(
  { added, removed, changed }: Kind,
  naming: Naming,
  typeOf: (id: string) => string = () => "",
): string[] {
  const label = ({ id, name }: Named) => `${typeOf(id)} ${name}`.trim();
  return [
    ...removed.map((row) => `${MINUS()} ${label(row)}`),
    ...added.map((row) => `${PLUS()} ${label(row)}`),
    ...changed.map((row) => `${CHANGED()} ${label(row)}: ${editsText(row, naming)}`),
  ];
}

function editsText({ changes }: Edited, naming: Naming): string {
  return Object.entries(changes)
    .map(([field, { added, removed }]) => {
      if (field === "public") return added.length > 0 ? "now public" : "no longer public";
      const named = naming[field] ?? ((id: string) => id);
      const parts = [...removed.map((id) => `${MINUS()} ${named(id)}`), ...added.map((id) => `${PLUS()} ${named(id)}`)];
      return `${field} ${parts.join(", ")}`;
    })
    .join("; ");
}

function nameOf(after: Names, before: Names, type: string, id: string): string {
  const name = after.bare({ type, id });
  return name === id ? before.bare({ type, id }) : name;
}

function nameOfPerson(after: Names, before: Names, id: string): string {
  const name = after.people.label(id);
  return name === id ? before.people.label(id) : name;
}

function peopleText(people: readonly string[], before: Names, after: Names): string {
  const names = people.map((id) => nameOfPerson(after, before, id)).sort((a, b) => a.localeCompare(b, "en"));
  const shown = names.slice(0, 8).map((name) => paint("cyan", name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return `${shown.join(", ")}${more}`;
}

function changeText({ gained, lost, objects, projects, types }: Change, after: NamedSide): string {
  const parts = [
    ...(gained.length > 0 ? [`${PLUS()} ${told(gained)}`] : []),
    ...(lost.length > 0 ? [`${MINUS()} ${told(lost)}`] : []),
  ];
  const what = parts.length === 0 ? paint("dim", "nothing changes") : parts.join(" ");
  return `${what}: ${objects === undefined ? placesText(projects ?? [], types ?? [], after) : objectsText(objects, after)}`;
}

/** How many names a line has. */
const LISTED = 6;

function objectsText(objects: readonly Node[], { names, opened }: NamedSide): string {
  const [first] = objects;
  if (first === undefined) return "";
  if (objects.length === 1) return paint("bold", names.label(first));
  const { type } = first;
  const all = opened.org.find({ type: type as "group" }).length;
  if (objects.length === all) return paint("bold", `all ${all} ${plural(type)}`);
  const listed = objects.slice(0, LISTED).map((node) => paint("bold", names.bare(node)));
  const more = objects.length > listed.length ? ` and ${objects.length - listed.length} more` : "";
  return `${plural(type)} ${listed.join(", ")}${more}`;
}

function placesText(projects: readonly string[], types: readonly string[], { names, opened }: NamedSide): string {
  const all = opened.org.find({ type: "project" }).length;
  const listed = projects.slice(0, LISTED).map((id) => paint("bold", names.bare({ type: "project", id })));
  const more = projects.length > listed.length ? ` and ${projects.length - listed.length} more` : "";
  const where =
    projects.length > 1 && projects.length === all
      ? paint("bold", `all ${all} projects`)
      : `${projects.length === 1 ? "project" : "projects"} ${listed.join(", ")}${more}`;
  return `${kindsText(types, projects.length === 1 ? "it" : "them", where)}`;
}

/** Of which types in some projects: as few words as say it. */
function kindsText(types: readonly string[], them: string, where: string): string {
  const inside = types.filter((type) => type !== "project");
  const itself = inside.length < types.length;
  const others = IN_PROJECTS.filter((type) => !inside.includes(type));
  if (itself && inside.length === 0) return `${where} alone, not what is in ${them}`;
  const kinds =
    others.length === 0
      ? "everything"
      : others.length < inside.length
        ? `everything but ${listed(others.map(plural))}`
        : listed(inside.map(plural));
  return itself ? `${where} and ${kinds} in ${them}` : `${kinds} in ${where}`;
}

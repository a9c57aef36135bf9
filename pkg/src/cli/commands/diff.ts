import type { Node } from "../../types.js";
import { type Command, EXPORT_LINES, type Given } from "../command.js";
import { type Change, type Effects, effects } from "../comparison/effects.js";
import {
  type AclRow,
  aclOf,
  changedRows,
  isEmpty,
  readRows,
  type SetChange,
  type Side,
  setChange,
} from "../comparison/rows.js";
import type { Names } from "../names.js";
import { EXIT, usage } from "../problem.js";
import { count, paint, type Terminal } from "../terminal.js";
import { IN_PROJECTS, onlyFor, plural, told } from "../types.js";

export const diff: Command = {
  name: "diff",
  summary: "what changed between two exports: rows, and who gains and loses what",
  synopsis: "BEFORE.json AFTER.json",
  words: [2, 2],
  options: { members: { type: "string" }, limit: { type: "string" }, rows: { type: "string" } },
  optionLines: [
    EXPORT_LINES[1] as readonly [string, string],
    ["--limit N", "compare at most so many pairs of a person and an object (default 2,000,000)"],
    ["--rows N", "without --json: at most so many lines of each kind (default 50)"],
  ],
  help: `First the rows: people, groups,
roles, grants, project groups, objects. Then what that means for people: for each whose answers may differ, every
object that is in both exports, and in each project what may be done to things that do not exist yet. Objects that are
in one of both alone are rows only. Within the limit the comparison is complete; who was left out is named. The exit
code is 0 when nothing differs, 1 when something does, 3 when nothing was found and somebody was left out.

  aclarity diff monday.json tuesday.json
  aclarity diff before.json after.json --json`,
  async run(given) {
    const [before, after] = await openBoth(given);
    const rows = rowChanges(before, after);
    const found = effects({ before, after }, rows.acls.all, given.number("limit", 2_000_000), (done, total) =>
      given.terminal.progress(`comparing people, ${done} of ${total}`, done / total),
    );
    if (given.json) given.terminal.json(asJson(rows, found, after.names, before.names));
    else draw(given, rows, found, before, after);
    if (rows.some || found.people.length > 0) return EXIT.no;
    return found.left.length > 0 ? EXIT.unknown : EXIT.yes;
  },
};

interface NamedSide extends Side {
  readonly names: Names;
}

async function openBoth(given: Given): Promise<[NamedSide, NamedSide]> {
  const sides: NamedSide[] = [];
  for (const file of given.words) {
    const { opened, names } = await given.open(file);
    sides.push({ opened, names, rows: await readRows(opened) });
  }
  const [before, after] = sides as [NamedSide, NamedSide];
  const [ours, theirs] = [before, after].map(({ opened }) => opened.org.find({ type: "organization" })[0]?.id);
  if (ours !== theirs) throw usage("these are exports of two different organisations; compare two of the same one");
  return [before, after];
}

// ---- rows ----

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Edited extends Named {
  readonly changes: Readonly<Record<string, SetChange>>;
}

interface Kind {
  readonly added: readonly Named[];
  readonly removed: readonly Named[];
  readonly changed: readonly Edited[];
}

interface RowChanges {
  readonly some: boolean;
  readonly people: Kind;
  readonly groups: Kind;
  readonly roles: Kind;
  readonly projectGroups: Kind;
  readonly objects: Kind;
  readonly acls: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly all: readonly string[];
  };
}

function rowChanges(before: NamedSide, after: NamedSide): RowChanges {
  const acls = setChange(before.rows.acls, after.rows.acls);
  const kinds = {
    people: peopleChanges(before, after),
    groups: kindOf(before.rows.groups, after.rows.groups, { members: "users", "member groups": "groups" }),
    roles: kindOf(before.rows.roles, after.rows.roles, { permissions: "tuples", "member roles": "roles" }),
    projectGroups: kindOf(before.rows.projectGroups, after.rows.projectGroups, { projects: "projects" }),
    objects: objectChanges(before, after),
  };
  const some =
    !isEmpty(acls) ||
    Object.values(kinds).some(({ added, removed, changed }) => added.length + removed.length + changed.length > 0);
  return { some, ...kinds, acls: { ...acls, all: [...acls.added, ...acls.removed] } };
}

function peopleChanges(before: NamedSide, after: NamedSide): Kind {
  const ids = ({ opened }: NamedSide) => new Set(opened.org.find({ type: "user" }).map(({ id }) => id));
  const { added, removed } = setChange(ids(before), ids(after));
  return {
    added: added.map((id) => ({ id, name: after.names.personLabel(id) })),
    removed: removed.map((id) => ({ id, name: before.names.personLabel(id) })),
    changed: [],
  };
}

type Field<T> = { readonly [K in keyof T]: T[K] extends ReadonlySet<string> ? K : never }[keyof T];

function kindOf<T extends { readonly name: string; readonly deleted: boolean }>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  fields: Readonly<Record<string, Field<T>>>,
): Kind {
  const setsOf = (old: T, now: T) => {
    const sets: Record<string, SetChange> = {};
    if (old.name !== now.name) sets.name = { added: [now.name], removed: [old.name] };
    for (const [title, field] of Object.entries(fields)) {
      const change = setChange(old[field] as ReadonlySet<string>, now[field] as ReadonlySet<string>);
      if (!isEmpty(change)) sets[title] = change;
    }
    return sets;
  };
  return sorted(
    changedRows(before, after, (old, now) => Object.keys(setsOf(old, now)).length > 0),
    setsOf,
  );
}

function objectChanges(before: NamedSide, after: NamedSide): Kind {
  type Row = NonNullable<ReturnType<typeof after.rows.objects.get>>;
  const setsOf = (old: Row, now: Row) => {
    const sets: Record<string, SetChange> = {};
    if (old.name !== now.name) sets.name = { added: [now.name], removed: [old.name] };
    if (old.project !== now.project) sets.project = { added: [now.project ?? ""], removed: [old.project ?? ""] };
    if (old.public !== now.public)
      sets.public = now.public ? { added: ["public"], removed: [] } : { added: [], removed: ["public"] };
    return sets;
  };
  return sorted(
    changedRows(before.rows.objects, after.rows.objects, (old, now) => Object.keys(setsOf(old, now)).length > 0),
    setsOf,
  );
}

function sorted<T extends { readonly name: string }>(
  rows: readonly { id: string; before: T | undefined; after: T | undefined }[],
  setsOf: (old: T, now: T) => Record<string, SetChange>,
): Kind {
  const kind = { added: [] as Named[], removed: [] as Named[], changed: [] as Edited[] };
  for (const { id, before, after } of rows) {
    if (before === undefined && after !== undefined) kind.added.push({ id, name: after.name });
    else if (after === undefined && before !== undefined) kind.removed.push({ id, name: before.name });
    else if (before !== undefined && after !== undefined)
      kind.changed.push({ id, name: after.name, changes: setsOf(before, after) });
  }
  for (const list of Object.values(kind))
    list.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
  return kind;
}

// ---- telling ----

function asJson(rows: RowChanges, { people, compared, left }: Effects, after: Names, before: Names) {
  const { some, acls, ...kinds } = rows;
  const toldAcl = (names: Names) => (key: string) => {
    const { objectType, objectId, principal, permission, role, restrict } = aclOf(key);
    const [kind = "", ...id] = principal.split(":");
    return {
      object_type: objectType,
      object_id: objectId,
      [`${kind}_id`]: id.join(":"),
      ...(permission === undefined ? { role_id: role } : { permission }),
      ...(restrict === undefined ? {} : { restrict_object_type: restrict }),
      text: aclText(names, aclOf(key)),
    };
  };
  return {
    different: some || people.length > 0,
    rows: { ...kinds, acls: { added: acls.added.map(toldAcl(after)), removed: acls.removed.map(toldAcl(before)) } },
    effects: { complete: left.length === 0, compared, leftOut: left, people },
  };
}

function aclText(names: Names, { objectType, objectId, principal, permission, role, restrict }: AclRow): string {
  const [kind, id] = [principal.slice(0, principal.indexOf(":")), principal.slice(principal.indexOf(":") + 1)];
  const whom = kind === "group" ? `group ${names.bare({ type: "group", id })}` : names.personLabel(id);
  const what = permission ?? `role ${names.bare({ type: "role", id: role ?? "" })}`;
  const only = restrict === undefined ? "" : `, ${onlyFor(restrict, objectType)}`;
  return `${whom}: ${what} on ${names.label({ type: objectType, id: objectId })}${only}`;
}

const PLUS = () => paint("green", "+");
const MINUS = () => paint("red", "-");

function draw(given: Given, rows: RowChanges, found: Effects, before: NamedSide, after: NamedSide): void {
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
    const names = found.left.slice(0, 5).map((id) => after.names.personLabel(id));
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
  section("Grants", [
    ...rows.acls.removed.map((key) => `${MINUS()} ${aclText(before.names, aclOf(key))}`),
    ...rows.acls.added.map((key) => `${PLUS()} ${aclText(after.names, aclOf(key))}`),
  ]);
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
    ...changed.map((row) => `${paint("yellow", "~")} ${label(row)}: ${editsText(row, naming)}`),
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
  const name = after.personLabel(id);
  return name === id ? before.personLabel(id) : name;
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
  const inside = types.filter((type) => type !== "project");
  const itself = inside.length < types.length;
  if (itself && inside.length === IN_PROJECTS.length)
    return `${where} and everything in ${projects.length === 1 ? "it" : "them"}`;
  if (itself && inside.length === 0) return `${where} alone, not what is in ${projects.length === 1 ? "it" : "them"}`;
  const kinds = inside.length === IN_PROJECTS.length ? "everything" : inside.map(plural).join(", ");
  return itself ? `${where}, and ${kinds} in ${projects.length === 1 ? "it" : "them"}` : `${kinds} in ${where}`;
}

// What `check --init` writes: what holds now, for somebody to keep or to change.
import type { Ask, Node } from "../types.js";
import { isFresh, whoMay } from "./answers.js";
import type { Names } from "./names.js";
import type { Opened } from "./opened.js";
import type { Place } from "./place.js";
import { EXIT, Problem } from "./problem.js";

interface Written {
  permission: Ask | Ask[];
  object: string;
  exactly: string[];
}

/** What is worth holding of an object of a type; of any other the last. */
const WORTH: Readonly<Record<string, readonly Ask[]>> = {
  organization: ["update", "manage_access"],
  org_member: ["create", "delete"],
  org_project: ["create", "read", "update", "delete", "manage_access"],
  org_audit_logs: ["read"],
};
const WORTH_OF_OTHERS: readonly Ask[] = ["read", "update", "delete", "manage_access"];

export async function initialExpectations(
  opened: Opened,
  names: Names,
  phrases: readonly string[],
  limit: number,
): Promise<{ expectations: Written[]; left: number }> {
  const { places, left } = phrases.length > 0 ? await named(names, phrases) : await usual(names, limit);
  return { expectations: places.flatMap(([object, place]) => expectationsOf(opened, names, object, place)), left };
}

type Named = readonly (readonly [object: string, place: Place])[];

async function named(names: Names, phrases: readonly string[]): Promise<{ places: Named; left: number }> {
  const places = await Promise.all(
    phrases.map(async (phrase) => [phrase, await names.objects.place(phrase.replace(/^new /, ""))] as const),
  );
  const stranger = places.find(([, place]) => !place.known);
  if (stranger !== undefined) throw new Problem(EXIT.unknown, `the export does not know \`${stranger[0]}\``);
  return { places, left: 0 };
}

/** The organisation's own nodes, and its projects. */
async function usual(names: Names, limit: number): Promise<{ places: Named; left: number }> {
  const singletons = Object.keys(WORTH).map((type): Node => ({ type, id: "" }));
  const projects = names.objects.listed("project");
  const chosen = [...singletons, ...projects.slice(0, limit)];
  const places: [string, Place][] = [];
  for (const node of chosen) {
    const object = await names.objects.reference(node);
    places.push([object, await names.objects.place(object)]);
  }
  return { places, left: Math.max(0, projects.length - limit) };
}

/** Permissions that the same people hold share an expectation. */
function expectationsOf(opened: Opened, names: Names, object: string, place: Place): Written[] {
  const asks = isFresh(place) ? (["create"] as const) : (WORTH[place.type] ?? WORTH_OF_OTHERS);
  const byPeople = new Map<string, { asks: Ask[]; people: string[] }>();
  for (const ask of asks) {
    const found = whoMay(opened, names, ask, place);
    const people = found.subjects.map(({ subject }) => names.people.reference(subject)).sort();
    if (found.public) people.unshift("anonymous");
    const known = byPeople.get(people.join("\n"));
    if (known === undefined) byPeople.set(people.join("\n"), { asks: [ask], people });
    else known.asks.push(ask);
  }
  const written = isFresh(place) && !/^new /.test(object) ? `new ${object}` : object;
  return [...byPeople.values()].map(({ asks: shared, people }) => ({
    permission: shared.length === 1 ? (shared[0] as Ask) : shared,
    object: written,
    exactly: people,
  }));
}

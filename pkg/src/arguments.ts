// What callers pass, made uniform. A programmer's mistake throws; data never do.
import { badArgument, kindOf } from "./errors.js";
import { MOST } from "./raw.js";
import { isWellFormed } from "./strings.js";
import { isSingleton, knownTypeNumber, wireName } from "./vocabulary.js";

/** An id where one is needed; undefined for null, "" and whatever no data can contain. */
export function optionalId(id: unknown, what = "an id"): string | undefined {
  if (id === undefined || id === null || id === "") return undefined;
  if (typeof id !== "string") throw badArgument(`${what} is a string, not ${kindOf(id)}`);
  return isWellFormed(id) ? id : undefined;
}

export function requiredString(value: unknown, what: string): string {
  if (typeof value !== "string") throw badArgument(`${what} is a string, not ${kindOf(value)}`);
  return value;
}

/** Whether something may be a row: its id is looked at later. */
export function isRow(value: unknown): value is { id?: unknown; project_id?: unknown } {
  return typeof value === "object" && value !== null;
}

/** What an object is asked about with. `id` is undefined when it was left out or cannot be known. */
export interface Target {
  id: string | undefined;
  project: string | undefined;
  /** The id was left out: not the same as one that cannot be known. */
  leftOut: boolean;
}

/** From `id | row, project?`: the project named by the caller, else the row's. */
export function target(id: unknown, project: unknown): Target {
  if (!isRow(id)) {
    return { id: optionalId(id), project: optionalId(project, "a project"), leftOut: id === undefined || id === null };
  }
  const rowId = id.id;
  return {
    id: optionalId(rowId),
    project: optionalId(project ?? id.project_id, "a project"),
    leftOut: false,
  };
}

/** `limit` of lists: everything when absent. */
export function optionalLimit(limit: unknown, what = "a limit"): number | undefined {
  if (limit === undefined || limit === null || limit === Number.POSITIVE_INFINITY) return undefined;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 0) {
    throw badArgument(`${what} is a whole number, 0 or more`);
  }
  return Math.min(limit, MOST);
}

export function optionalObject<T extends object>(options: T | null | undefined, what: string): Partial<T> {
  if (options === undefined || options === null) return {};
  if (typeof options !== "object") throw badArgument(`${what} are an object, not ${kindOf(options)}`);
  return options;
}

/** A misspelt option would be left out in silence, and what it should deny be allowed. */
export function knownKeys(given: object, known: readonly string[], what: string): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw badArgument(`\`${key}\` is not ${what}: these are ${known.join(", ")}`);
  }
}

/** A type's wire name as it may cross the boundary: no data can contain one that may not. */
export function crossingType(type: unknown): string {
  const wire = wireName(type);
  return isWellFormed(wire) ? wire : "\ufffd";
}

/** An object's id for questions that take it as a string: left out it is the organisation's own, or nothing's. */
export function crossingObjectId(wire: string, about: Target): string | undefined {
  // An id of one of the four that exist once, but one that no data can contain, is not the organisation's.
  const impossible = about.id === undefined && !about.leftOut && isSingleton(knownTypeNumber(wire));
  return impossible ? "" : about.id;
}

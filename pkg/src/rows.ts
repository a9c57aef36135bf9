// Rows that are JavaScript objects already, on their way into wasm as JSON.
import { AclarityError } from "./errors.js";
import type { Steps } from "./steps.js";
import { pointerToken } from "./strings.js";
import type { TextWriter } from "./text.js";

/** Rows per JSON.stringify: enough to be fast, few enough to be a small string. */
const SLICE = 64;

/** Whether a value is a page, `{ "objects": [...] }`, that can be written row by row. */
function isPage(value: unknown): value is { objects: unknown[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    Array.isArray((value as { objects?: unknown }).objects) &&
    typeof (value as { toJSON?: unknown }).toJSON !== "function"
  );
}

/** Any form of a list that is plain data. `path` is where it is. */
export function* writeList(writer: TextWriter, list: unknown, path: string): Steps {
  if (Array.isArray(list)) yield* writeArray(writer, list, path, true);
  else if (isPage(list)) yield* writePage(writer, list, path);
  else yield* writer.text(stringify(list, path));
}

/** One value as it is. */
export function* writeValue(writer: TextWriter, value: unknown, path: string): Steps {
  yield* writer.text(stringify(value, path));
}

function* writePage(writer: TextWriter, page: { objects: unknown[] }, path: string): Steps {
  yield* writer.text('{"objects":');
  yield* writeArray(writer, page.objects, `${path}/objects`, false);
  yield* writer.text("}");
}

function* writeArray(writer: TextWriter, rows: unknown[], path: string, pages: boolean): Steps {
  yield* writer.text("[");
  let at = 0;
  while (at < rows.length) {
    if (at > 0) yield* writer.text(",");
    const row = rows[at];
    if (pages && isPage(row)) {
      yield* writePage(writer, row, `${path}/${at}`);
      at++;
      continue;
    }
    let to = at + 1;
    while (to < rows.length && to - at < SLICE && !(pages && isPage(rows[to]))) to++;
    yield* writer.text(stringifySlice(rows, at, to, path));
    at = to;
  }
  yield* writer.text("]");
}

function stringifySlice(rows: unknown[], from: number, to: number, path: string): string {
  try {
    return JSON.stringify(rows.slice(from, to)).slice(1, -1);
  } catch {
    const parts: string[] = [];
    for (let index = from; index < to; index++) parts.push(stringify(rows[index], `${path}/${index}`));
    return parts.join(",");
  }
}

/** A value as JSON; what JSON cannot hold is an error with its path. */
export function stringify(value: unknown, path: string): string {
  try {
    // Undefined, a function or a symbol is null, as JSON.stringify has it within an array.
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    throw culprit(value, path, [], error);
  }
}

/** What JSON.stringify stumbled over. */
function culprit(value: unknown, path: string, above: object[], error: unknown): AclarityError {
  if (typeof value === "bigint") return unholdable(path, "a BigInt");
  // The stack, or the longest string: where exactly is not worth the time.
  if (error instanceof RangeError) return unholdable(path, "too many levels or too much text");
  if (typeof value === "object" && value !== null) {
    const found = culpritWithin(value, path, [...above, value], error);
    if (found !== undefined) return found;
  }
  return new AclarityError("bad_shape", `${path || "the source"}: cannot be written as JSON`, { path, cause: error });
}

function culpritWithin(value: object, path: string, above: object[], error: unknown): AclarityError | undefined {
  for (const key of keysOf(value)) {
    const innerPath = `${path}/${pointerToken(key)}`;
    try {
      const inner = (value as Record<string, unknown>)[key];
      if (above.includes(inner as object)) return unholdable(innerPath, "a reference to itself");
      JSON.stringify(inner);
    } catch (cause) {
      return culprit(valueAt(value, key), innerPath, above, cause ?? error);
    }
  }
  return undefined;
}

function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

function valueAt(holder: object, key: string): unknown {
  try {
    return (holder as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function unholdable(path: string, what: string): AclarityError {
  return new AclarityError("bad_shape", `${path}: expected what JSON can hold, found ${what}`, { path });
}

// Telling the forms of a source apart, by what they can do: polyfills and other realms have classes of their own.
import type { Text } from "./streams.js";

/** Whether a value is JSON text in some form, rather than data. */
export function isText(value: unknown): value is Text {
  return typeof value === "string" || isBytes(value) || isResponse(value) || isStream(value);
}

export function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  if (typeof value !== "object" || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  // A buffer of another realm, or a shared one.
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}

export function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

/** By what it can do: polyfills and other realms have classes of their own. */
export function isResponse(value: unknown): value is Response {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { arrayBuffer?: unknown }).arrayBuffer === "function" &&
    typeof (value as { ok?: unknown }).ok === "boolean"
  );
}

export function isReadable(value: unknown): value is ReadableStream {
  return (
    typeof value === "object" && value !== null && typeof (value as { getReader?: unknown }).getReader === "function"
  );
}

/** A web stream, or a stream of Node. */
export function isStream(value: unknown): value is ReadableStream | AsyncIterable<unknown> {
  if (isReadable(value)) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { pipe?: unknown }).pipe === "function" &&
    Symbol.asyncIterator in value
  );
}

/** Ends something that is no longer wanted; how it takes that does not matter. */
export function abandon(end: () => unknown): void {
  try {
    const ended = end();
    if (isThenable(ended)) Promise.resolve(ended).catch(() => {});
  } catch {
    // Already ended.
  }
}

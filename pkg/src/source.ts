// Where an organisation comes from: every form of API.md's Source, fed to the loader of the wasm module. Written once
// as steps; loading at once refuses to wait, loading asynchronously waits, yields and obeys its signal.
import { knownKeys } from "./arguments.js";
import { AclarityError, badArgument, kindOf } from "./errors.js";
import type { RawCore, RawLoader } from "./raw.js";
import { stringify, writeList } from "./rows.js";
import { type Sink, type Steps, TextWriter } from "./text.js";
import type { LoadOptions } from "./types.js";

const LISTS = [
  "users",
  "service_accounts",
  "service_tokens",
  "groups",
  // Before the roles: `fetchExport` knows by then which of them it has to look up.
  "acls",
  "roles",
  "projects",
  "project_groups",
  "experiments",
  "datasets",
  "prompts",
  "functions",
  "prompt_sessions",
] as const;

/** What of an export is no list. */
const SINGLES = ["organization", "plan", "missing"] as const;

const WHOLE = "";
const NO_PAGE = -1;

/** How data are read: what a `replace` takes over from the load. */
export interface Reading {
  readonly strict: boolean;
  /** Undefined: nobody said; it is as a snapshot says, or `deny`. Likewise what follows. */
  readonly unknownInOrganization: boolean | undefined;
  readonly membersKnown: boolean | undefined;
  /** Milliseconds since 1970; undefined: whatever it is when data are loaded. */
  readonly now: number | undefined;
}

export interface CheckedOptions extends Reading {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: LoadOptions["onProgress"];
}

const DEFAULTS: Reading = {
  strict: false,
  unknownInOrganization: undefined,
  membersKnown: undefined,
  now: undefined,
};

const OPTIONS = ["strict", "unknownObjects", "members", "now", "signal", "onProgress"];

export function checkOptions(options: LoadOptions | undefined, defaults: Reading = DEFAULTS): CheckedOptions {
  const given = options ?? {};
  if (typeof given !== "object") throw badArgument(`load options are an object, not ${kindOf(given)}`);
  knownKeys(given, OPTIONS, "a load option");
  const { strict = defaults.strict, unknownObjects, members, now, signal, onProgress } = given;
  if (typeof strict !== "boolean") throw badArgument("`strict` is true or false");
  if (unknownObjects !== undefined && unknownObjects !== "deny" && unknownObjects !== "inOrganization") {
    throw badArgument("`unknownObjects` is `deny` or `inOrganization`");
  }
  if (members !== undefined && members !== "any" && members !== "known") {
    throw badArgument("`members` is `any` or `known`");
  }
  if (now !== undefined && !(now instanceof Date && !Number.isNaN(now.getTime()))) {
    throw badArgument("`now` is a valid Date");
  }
  if (signal !== undefined && signal !== null && !isSignal(signal)) throw badArgument("`signal` is an AbortSignal");
  if (onProgress !== undefined && typeof onProgress !== "function") throw badArgument("`onProgress` is a function");
  return {
    strict,
    unknownInOrganization:
      unknownObjects === undefined ? defaults.unknownInOrganization : unknownObjects === "inOrganization",
    membersKnown: members === undefined ? defaults.membersKnown : members === "known",
    now: now?.getTime() ?? defaults.now,
    signal: signal ?? undefined,
    onProgress,
  };
}

/** By what it can do: polyfills and other realms have classes of their own. */
function isSignal(value: object): boolean {
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function"
  );
}

/** Feeds a source to a loader; what it returns is the core. The caller frees the loader when a step throws. */
export function* feed(loader: RawLoader, source: unknown, options: CheckedOptions): Steps<RawCore> {
  let list: string | undefined;
  const report = (bytes: number) => {
    options.onProgress?.(Object.freeze(list === undefined ? { bytes } : { bytes, list }));
  };
  const given = isThenable(source) ? yield source : source;
  if (isBytes(given) && isSnapshot(bytesOf(given))) {
    yield* writeSnapshot(loader, [bytesOf(given)], report);
    return loader.finish();
  }
  const writer = new TextWriter(loader, report);
  if (isText(given)) {
    const either = new Either(loader);
    const wholeWriter = new TextWriter(either, report);
    wholeWriter.open(WHOLE, NO_PAGE);
    yield* writeText(wholeWriter, given, "");
    yield* wholeWriter.close();
    if (either.snapshot !== undefined) yield* writeSnapshot(loader, either.snapshot, () => {});
    writer.bytes = wholeWriter.bytes;
  } else {
    if (typeof given !== "object" || given === null) {
      throw badArgument(`a source is an export, JSON text, bytes, a Response or a stream, not ${kindOf(given)}`);
    }
    if (Array.isArray(given)) {
      throw new AclarityError("bad_shape", "expected an export (an object), found an array", { path: "" });
    }
    const parts = given as Record<string, unknown>;
    yield* writeSingles(writer, parts);
    for (const name of LISTS) {
      list = name;
      yield* writeListOf(writer, name, isThenable(parts[name]) ? yield parts[name] : parts[name]);
    }
  }
  report(writer.bytes);
  return loader.finish();
}

/** Takes JSON on to a loader, and keeps a snapshot: how long that is, is known only when all of it has come. */
class Either implements Sink {
  snapshot: Uint8Array[] | undefined;
  private atStart = true;

  constructor(private readonly loader: RawLoader) {}

  open(list: string, page: number): void {
    this.loader.open(list, page);
  }

  push(chunk: Uint8Array): void {
    if (this.atStart && isSnapshot(chunk)) this.snapshot = [];
    if (chunk.length > 0) this.atStart = false;
    if (this.snapshot === undefined) this.loader.push(chunk);
    else this.snapshot.push(chunk.slice());
  }

  close(): void {
    if (this.snapshot === undefined) this.loader.close();
  }
}

/** By its first byte, with which no text begins. */
function isSnapshot(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89;
}

function* writeSnapshot(loader: RawLoader, chunks: readonly Uint8Array[], report: (bytes: number) => void): Steps {
  loader.snapshot(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  // What an organisation is made of is copied once: into the memory of the module.
  const writer = new TextWriter({ open() {}, push: (chunk) => loader.push(chunk), close() {} }, report);
  for (const chunk of chunks) yield* writer.chunk(chunk);
  report(writer.bytes);
}

function* writeSingles(writer: TextWriter, parts: Record<string, unknown>): Steps {
  const singles: string[] = [];
  for (const name of SINGLES) {
    const value = isThenable(parts[name]) ? yield parts[name] : parts[name];
    if (value === undefined || value === null) continue;
    singles.push(`${JSON.stringify(name)}:${yield* singleOf(name, value)}`);
  }
  for (const name of unknownLists(parts)) singles.push(`${stringify(name, "")}:[]`);
  if (singles.length === 0) return;
  writer.open(WHOLE, NO_PAGE);
  yield* writer.text(`{${singles.join(",")}}`);
  yield* writer.close();
}

/** What is in a list that no export has does not count: its name alone goes on, for the finding. */
function unknownLists(parts: Record<string, unknown>): string[] {
  const known: readonly string[] = [...SINGLES, ...LISTS];
  try {
    return Object.keys(parts).filter((name) => !known.includes(name) && isListLike(parts[name]));
  } catch {
    // What cannot be read is ignored, as all is that is no list.
    return [];
  }
}

function isListLike(value: unknown): boolean {
  return Array.isArray(value) || Array.isArray((value as { objects?: unknown } | null | undefined)?.objects);
}

/** As JSON. What is there must count: an organisation in a form that is not read would be inferred from rows. */
function* singleOf(name: string, value: unknown): Steps<string> {
  const path = `/${name}`;
  // A plan is a word; an organisation is never one, but may be JSON text.
  const isJson = isText(value) && !(name === "plan" && typeof value === "string");
  const json = isJson ? yield* collect(value, path) : stringify(value, path);
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    // Without its cause, which would quote the text.
    throw new AclarityError("bad_json", `${path}: this is not JSON`, { path });
  }
  if (read === null) {
    throw new AclarityError("bad_shape", `${path}: expected a value, found what JSON has none for`, { path });
  }
  if (name === "organization" && typeof read === "object" && !Array.isArray(read)) {
    const { id } = read as { id?: unknown };
    if (typeof id !== "string" || id === "") {
      const at = `${path}/id`;
      throw new AclarityError("bad_shape", `${at}: expected an id, found ${id === "" ? "nothing" : kindOf(id)}`, {
        path: at,
      });
    }
  } else if (name === "plan" && typeof read === "object") {
    throw new AclarityError("bad_shape", `${path}: expected a string, found ${kindOf(read)}`, { path });
  }
  return isJson ? stringify(read, path) : json;
}

/** A whole text in memory: for what is small. */
function* collect(text: Text, path: string): Steps<string> {
  const decoder = new TextDecoder();
  let collected = "";
  const writer = new TextWriter(
    {
      open() {},
      push(chunk) {
        collected += decoder.decode(chunk, { stream: true });
      },
      close() {
        collected += decoder.decode();
      },
    },
    () => {},
  );
  writer.open(WHOLE, NO_PAGE);
  yield* writeText(writer, text, path);
  yield* writer.close();
  return collected;
}

function* writeListOf(writer: TextWriter, name: string, list: unknown): Steps {
  if (list === undefined || list === null) return;
  if (isIterableOfParts(list)) {
    yield* writePages(writer, name, list);
    return;
  }
  writer.open(name, NO_PAGE);
  yield* writePart(writer, list, `/${name}`);
  yield* writer.close();
}

/**
 * Each item of an (async) iterable is a row, or a part of the list in any of the other forms. Rows from the beginning
 * are one text, so that they are numbered as in an array; from the first part on every item is a page.
 */
function* writePages(writer: TextWriter, name: string, pages: Iterable<unknown> | AsyncIterable<unknown>): Steps {
  const iterator =
    Symbol.asyncIterator in pages ? pages[Symbol.asyncIterator]() : (pages as Iterable<unknown>)[Symbol.iterator]();
  let finished = false;
  let form: "none yet" | "rows" | "pages" = "none yet";
  try {
    for (let number = 0; ; number++) {
      const step = iterator.next();
      const result = (isThenable(step) ? yield step : step) as IteratorResult<unknown>;
      if (result.done === true) {
        finished = true;
        break;
      }
      const page = isThenable(result.value) ? yield result.value : result.value;
      const absent = page === undefined || page === null;
      if (form === "none yet" && !absent && isRowAlone(page)) {
        form = "rows";
        writer.open(name, NO_PAGE);
        // What was absent before it would be a null in an array, too.
        yield* writer.text(`[${"null,".repeat(number)}${stringify(page, `/${name}/${number}`)}`);
        continue;
      }
      if (form === "rows" && (absent || isRowAlone(page))) {
        yield* writer.text(`,${stringify(page, `/${name}/${number}`)}`);
        continue;
      }
      if (absent) continue;
      if (form === "rows") {
        yield* writer.text("]");
        yield* writer.close();
      }
      form = "pages";
      writer.open(name, number);
      yield* writePart(writer, isRowAlone(page) ? [page] : page, `/${name}/${number}`);
      yield* writer.close();
    }
  } finally {
    if (!finished) abandon(() => iterator.return?.());
  }
  if (form === "pages") return;
  // A list of nothing is a list all the same.
  if (form === "none yet") writer.open(name, NO_PAGE);
  yield* writer.text(form === "rows" ? "]" : "[]");
  yield* writer.close();
}

function* writePart(writer: TextWriter, part: unknown, path: string): Steps {
  if (isText(part)) yield* writeText(writer, part, path);
  else yield* writeList(writer, part, path);
}

// ---- text ----

type Text = string | ArrayBuffer | ArrayBufferView | Response | ReadableStream | AsyncIterable<unknown>;

/** Whether a value is JSON text in some form, rather than data. */
function isText(value: unknown): value is Text {
  return typeof value === "string" || isBytes(value) || isResponse(value) || isStream(value);
}

function* writeText(writer: TextWriter, text: Text, path: string): Steps {
  if (typeof text === "string") yield* writer.text(text);
  else if (isBytes(text)) yield* writer.chunk(bytesOf(text));
  else if (isResponse(text)) yield* writeResponse(writer, text, path);
  else if (isReadable(text)) yield* writeStream(writer, text, path);
  else yield* writeChunks(writer, text as AsyncIterable<unknown>, path);
}

function* writeResponse(writer: TextWriter, response: Response, path: string): Steps {
  if (!response.ok) {
    if (response.body !== null && isReadable(response.body)) abandon(() => response.body?.cancel());
    throw new AclarityError("http", `answered with status ${response.status}`, { path });
  }
  if (response.bodyUsed) throw badArgument("the body of this Response was already read");
  if (response.body !== null) yield* writeText(writer, response.body, path);
}

function* writeStream(writer: TextWriter, stream: ReadableStream, path: string): Steps {
  if (stream.locked) throw badArgument("this stream is already being read");
  const reader = stream.getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = (yield reader.read()) as ReadableStreamReadResult<unknown>;
      if (done) {
        finished = true;
        return;
      }
      yield* writeStreamed(writer, value, path);
    }
  } finally {
    if (!finished) abandon(() => reader.cancel());
    reader.releaseLock();
  }
}

/** What is no web stream and yet gives chunks: Node's streams. */
function* writeChunks(writer: TextWriter, chunks: AsyncIterable<unknown>, path: string): Steps {
  const iterator = chunks[Symbol.asyncIterator]();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = (yield iterator.next()) as IteratorResult<unknown>;
      if (done === true) {
        finished = true;
        return;
      }
      yield* writeStreamed(writer, value, path);
    }
  } finally {
    if (!finished) abandon(() => iterator.return?.());
  }
}

function* writeStreamed(writer: TextWriter, value: unknown, path: string): Steps {
  if (typeof value === "string") yield* writer.text(value);
  else if (isBytes(value)) yield* writer.chunk(bytesOf(value));
  else throw badArgument(`${path === "" ? "" : `${path}: `}a stream gives bytes or text, not ${kindOf(value)}`);
}

/** Ends something that is no longer wanted; how it takes that does not matter. */
function abandon(end: () => unknown): void {
  try {
    const ended = end();
    if (isThenable(ended)) Promise.resolve(ended).catch(() => {});
  } catch {
    // Already ended.
  }
}

// ---- telling forms apart ----

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  if (typeof value !== "object" || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  // A buffer of another realm, or a shared one.
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

/** By what it can do: polyfills and other realms have classes of their own. */
function isResponse(value: unknown): value is Response {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { arrayBuffer?: unknown }).arrayBuffer === "function" &&
    typeof (value as { ok?: unknown }).ok === "boolean"
  );
}

function isReadable(value: unknown): value is ReadableStream {
  return (
    typeof value === "object" && value !== null && typeof (value as { getReader?: unknown }).getReader === "function"
  );
}

/** A web stream, or a stream of Node. */
function isStream(value: unknown): value is ReadableStream | AsyncIterable<unknown> {
  if (isReadable(value)) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { pipe?: unknown }).pipe === "function" &&
    Symbol.asyncIterator in value
  );
}

function isIterableOfParts(list: unknown): list is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof list !== "object" || list === null || isText(list)) return false;
  if (Array.isArray(list)) return list.some((item) => isText(item) || isThenable(item) || Array.isArray(item));
  return Symbol.asyncIterator in list || Symbol.iterator in list;
}

/** A row given by itself where a list or a page was expected. */
function isRowAlone(page: unknown): boolean {
  return typeof page === "object" && page !== null && !Array.isArray(page) && !isText(page) && !("objects" in page);
}

/**
 * Marks the promises in a source as listened to: one that is rejected while another is still being read must not
 * count as unhandled.
 */
export function hush(source: unknown): void {
  if (isThenable(source)) {
    source.then(undefined, () => {});
  } else if (typeof source === "object" && source !== null && !isText(source)) {
    for (const name of [...SINGLES, ...LISTS]) {
      const list = (source as Record<string, unknown>)[name];
      const parts = Array.isArray(list) ? list : [list];
      for (const part of parts) if (isThenable(part)) part.then(undefined, () => {});
    }
  }
}

// ---- driving the steps ----

/** Takes all steps at once; pauses are skipped. */
export function takeAtOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) {
    step =
      step.value === undefined
        ? steps.next()
        : steps.throw(badArgument("a Response, a stream or a promise cannot be loaded at once: use `Org.load`"));
    // The refused promise may reject later; nobody else listens to it.
  }
  return step.value;
}

/** Takes the steps one by one, waits where they wait, lets the event loop run in between, and obeys the signal. */
export async function takeInTurn<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  const interrupt = new Interrupt(signal);
  try {
    interrupt.check();
    let step = steps.next();
    while (!step.done) {
      const waiting = step.value ?? breathe();
      let value: unknown;
      try {
        value = await interrupt.orElse(waiting);
        interrupt.check();
      } catch (error) {
        step = steps.throw(interrupt.reason() ?? sourceFailure(error));
        continue;
      }
      step = steps.next(value);
    }
    return step.value;
  } finally {
    // Runs the `finally` of whatever was being read.
    steps.return(undefined as T);
    interrupt.end();
  }
}

/** What a source's own promise was rejected with. */
function sourceFailure(error: unknown): AclarityError {
  if (error instanceof AclarityError) return error;
  const aborted = typeof error === "object" && error !== null && (error as { name?: unknown }).name === "AbortError";
  return aborted
    ? new AclarityError("aborted", "reading the source was aborted", { cause: error })
    : new AclarityError("http", "the source could not be read", { cause: error });
}

class Interrupt {
  private wake: ((error: AclarityError) => void) | undefined;
  private readonly onAbort = () => this.wake?.(aborted(this.signal));

  constructor(private readonly signal: AbortSignal | undefined) {
    signal?.addEventListener("abort", this.onAbort);
  }

  reason(): AclarityError | undefined {
    return this.signal?.aborted ? aborted(this.signal) : undefined;
  }

  check(): void {
    const reason = this.reason();
    if (reason !== undefined) throw reason;
  }

  /** The promise's outcome, or the interruption if that comes first. */
  orElse(promise: Promise<unknown>): Promise<unknown> {
    if (this.signal === undefined) return promise;
    return new Promise((resolve, reject) => {
      this.wake = reject;
      promise.then(resolve, reject);
    });
  }

  end(): void {
    this.wake = undefined;
    this.signal?.removeEventListener("abort", this.onAbort);
  }
}

export function aborted(signal: AbortSignal | undefined): AclarityError {
  return new AclarityError("aborted", "loading was aborted", { cause: signal?.reason });
}

/** Lets the event loop run once. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
    } else if (typeof MessageChannel === "function") {
      // Unlike a timer this is not held back to 4 ms.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    } else {
      setTimeout(resolve, 0);
    }
  });
}

// Where an organisation comes from: every form of API.md's Source, fed to the loader of the wasm module. Written once
// as steps; loading at once refuses to wait, loading asynchronously waits, yields and obeys its signal.
import { AclarityError, badArgument, kindOf } from "./errors.js";
import { abandon, bytesOf, isBytes, isText, isThenable } from "./forms.js";
import type { CheckedOptions } from "./options.js";
import type { RawCore, RawLoader } from "./raw.js";
import { stringify, writeList } from "./rows.js";
import { isSnapshot } from "./snapshot.js";
import type { Steps } from "./steps.js";
import { type Text, takeText } from "./streams.js";
import { type Sink, TextWriter } from "./text.js";

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
    refuseAddress(given, "");
    yield* takeText(wholeWriter, given, "");
    yield* wholeWriter.close();
    if (either.snapshot !== undefined) yield* writeSnapshot(loader, either.snapshot, () => {});
    writer.bytes = wholeWriter.bytes;
  } else {
    if (typeof given !== "object" || given === null) {
      throw badArgument(`a source is an export, JSON text, bytes, a Response or a stream, not ${kindOf(given)}`);
    }
    if (given instanceof URL) throw badArgument("a URL is not fetched: load what `fetch` of it answers");
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
  yield* takeText(writer, text, path);
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
  if (!isText(part)) {
    yield* writeList(writer, part, path);
    return;
  }
  refuseAddress(part, path);
  yield* takeText(writer, part, path);
}

/** `acme.json`, `https://…`, and no number: what nobody could mean by JSON. */
const ADDRESS = /^(?=.*[a-z])(?![-+.\de]*$)[\w~:@%+-]*[./\\][\w~:@%+./\\?=&#-]*$/i;
const LONGEST_ADDRESS = 2000;

function refuseAddress(text: Text, path: string): void {
  if (typeof text !== "string" || text.length > LONGEST_ADDRESS || !ADDRESS.test(text)) return;
  const at = path === "" ? "" : `${path}: `;
  throw new AclarityError(
    "bad_json",
    `${at}this is the name of a file or an address, and not JSON; load what the file holds, or what \`fetch\` of it answers`,
    { path },
  );
}

// ---- telling forms apart ----

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

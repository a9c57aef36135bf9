// Process: loads one organisation in one way, several times; the first time is cold.
import { readFileSync } from "node:fs";
import { Org, ready } from "aclarity";
import { wasmBytes } from "../../../tests/js/wasm-memory.ts";
import { answer, given } from "./job.ts";
import type { Acl, Rows } from "./rows.ts";

export interface Load {
  /** Milliseconds, in order. */
  times: number[];
  /** Bytes of wasm memory before anything was loaded, after the first load (it never shrinks), and held by the Org. */
  wasmBefore: number;
  wasmAfter: number;
  held: number;
}

const [file, way, count] = given<[string, string, number]>();

const PAGE = 1000;
const CHUNK = 65_536;

/** By object and by principal: what anybody would need next. */
function twoIndexes(rows: Rows): number {
  const byObject = new Map<string, Acl[]>();
  const byPrincipal = new Map<string, Acl[]>();
  for (const acl of rows.acls) {
    push(byObject, acl.object_id, acl);
    push(byPrincipal, acl.user_id ?? acl.group_id ?? "", acl);
  }
  return byObject.size + byPrincipal.size;
}

function push(map: Map<string, Acl[]>, key: string, acl: Acl): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [acl]);
  else list.push(acl);
}

/** Bytes in chunks, as a network gives them. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, at + CHUNK));
      at += CHUNK;
    },
  });
}

/** Every list as the texts of its pages, as the API's pagination gives them. */
function pagesOf(text: string): object {
  const rows = JSON.parse(text) as Record<string, unknown>;
  const lists = Object.entries(rows).map(([name, list]) => {
    if (!Array.isArray(list)) return [name, list];
    const pages: Uint8Array[] = [];
    for (let at = 0; at <= list.length; at += PAGE) {
      pages.push(Buffer.from(JSON.stringify({ objects: list.slice(at, at + PAGE) })));
    }
    return [name, pages];
  });
  return Object.fromEntries(lists);
}

/** Made ready before the clock starts; gives what is timed. */
function prepare(): () => Promise<unknown> {
  const bytes = readFileSync(file);
  // Generated text is ASCII.
  const text = () => bytes.toString("latin1");
  switch (way) {
    case "text": {
      const its = text();
      return async () => Org.loadSync(its);
    }
    case "bytes":
      return async () => Org.loadSync(bytes);
    // Bytes of a snapshot are told apart from those of JSON by how they begin.
    case "snapshot":
      return async () => Org.loadSync(bytes);
    case "snapshot as a stream":
    case "stream":
      return () => Org.load(streamOf(bytes));
    case "pages": {
      const pages = pagesOf(text());
      return () => Org.load(pages);
    }
    case "JSON.parse": {
      const its = text();
      return async () => JSON.parse(its);
    }
    case "JSON.parse and indexes": {
      const its = text();
      return async () => {
        const rows = JSON.parse(its) as Rows;
        return [rows, twoIndexes(rows)];
      };
    }
    default:
      throw new Error(`there is no way \`${way}\``);
  }
}

await ready();
const wasmBefore = wasmBytes();
const load = prepare();
const times: number[] = [];
let held = 0;
let wasmAfter = 0;
for (let n = 0; n < count; n++) {
  globalThis.gc?.();
  const start = performance.now();
  const loaded = await load();
  times.push(performance.now() - start);
  if (n === 0) wasmAfter = wasmBytes();
  if (loaded instanceof Org) {
    held = loaded.stats.bytes;
    loaded.free();
  }
}
answer({ times, wasmBefore, wasmAfter, held } satisfies Load);

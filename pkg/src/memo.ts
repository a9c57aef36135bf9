// What one subject was told before, as long as it stands: asking again costs no call into wasm.
//
// A byte of permissions fits a small integer beside the type's number, so one lookup by id finds all of it. Compared
// with ids interned to numbers that index a table, this saves two dependent loads per question (measured: fresh
// strings 1.5 to 1.6 times as fast as a hand-written Map asked three times, against 1.4) and shares nothing between
// subjects that would have to outlive them.

import { KNOWN_TYPES } from "./vocabulary.js";

/**
 * What wasm says about an object, and how a memo packs it: there is room for one id as two types (a project and its log),
 * the first type's code above its answer, then the second's. A code is the type's number plus one; 0 is none.
 *
 * Enums are numbers in the code that is published. Constants of another file would be variables, read on the hot path.
 */
export enum Entry {
  /** Bits 0-7 are what may be done; this one: the data know the object. */
  Known = 0x100,
  Answer = 0x1ff,
  /** Where the first type's code begins. */
  FirstCode = 9,
  Code = 0xf,
  /** Where the second answer begins. */
  Second = 13,
  /** Where the second type's code begins. */
  SecondCode = 22,
}

/** Ids per generation; at most two generations are kept, so asking about random ids never grows without bound. */
const GENERATION = 65_536;
/** Of more ids than these, only the last ones would still be remembered. */
export const MOST_KEPT = 2 * GENERATION;

export class Memo {
  /** id → packed entry. Read on the hot path. */
  ids = new Map<string, number>();
  private older: Map<string, number> | undefined;
  /** The same id as a third type, and ids of types that are not among the 13: by type, or by type and project. */
  private others: Map<number | string, Map<string, number>> | undefined;
  /** Objects that the data do not know, asked about with a project: by project, then id → packed entry. */
  private placed: Map<string, Map<string, number>> | undefined;
  private extra = 0;

  /** The answer about an object, or -1. */
  find(type: number, id: string, project: string | undefined): number {
    const answer = this.findById(type, id);
    if (answer >= 0 && (project === undefined || (answer & Entry.Known) !== 0)) return answer;
    if (project === undefined) return -1;
    const placed = unpack(this.placed?.get(project)?.get(id), type);
    return placed < 0 && this.extra > 0 ? (this.others?.get(`${type} ${project}`)?.get(id) ?? -1) : placed;
  }

  private findById(type: number, id: string): number {
    let entry = this.ids.get(id);
    if (entry === undefined) {
      entry = this.older?.get(id);
      if (entry !== undefined) this.putId(id, entry);
    }
    const answer = unpack(entry, type);
    return answer < 0 && this.extra > 0 ? (this.others?.get(type)?.get(id) ?? -1) : answer;
  }

  store(type: number, id: string, project: string | undefined, answer: number): void {
    // For an object that the data know, the caller's project does not matter.
    const place = (answer & Entry.Known) === 0 ? project : undefined;
    const entries = place === undefined ? this.ids : this.entriesIn(place);
    const entry = pack(entries.get(id), type, answer);
    if (entry === undefined) {
      this.others ??= new Map();
      inner(this.others, place === undefined ? type : `${type} ${place}`).set(id, answer);
    } else if (place === undefined) {
      this.putId(id, entry);
      return;
    } else {
      entries.set(id, entry);
    }
    this.extra++;
    if (this.extra >= GENERATION) this.forgetExtra();
  }

  /** Forgets what was answered about objects. */
  forget(objects: readonly { readonly id: string }[]): void {
    for (const { id } of objects) {
      this.ids.delete(id);
      this.older?.delete(id);
    }
    // What is rare is forgotten as a whole.
    this.forgetExtra();
  }

  private forgetExtra(): void {
    this.others = undefined;
    this.placed = undefined;
    this.extra = 0;
  }

  private entriesIn(project: string): Map<string, number> {
    this.placed ??= new Map();
    return inner(this.placed, project);
  }

  private putId(id: string, entry: number): void {
    if (this.ids.size >= GENERATION && !this.ids.has(id)) {
      this.older = this.ids;
      this.ids = new Map();
    }
    this.ids.set(id, entry);
  }

  // ---- canCreate ----

  /**
   * By project ("" for none) a known bit for each known type and, 14 above, its answer; by `questionKey` the same in the
   * place that no known type has.
   */
  private creations: Map<string, number> | undefined;

  findCreation(type: number, question: string): boolean | undefined {
    const bits = this.creations?.get(question);
    if (bits === undefined || ((bits >>> type) & 1) === 0) return undefined;
    return ((bits >>> (type + 14)) & 1) !== 0;
  }

  storeCreation(type: number, question: string, answer: boolean): void {
    if (this.creations === undefined || this.creations.size >= GENERATION) this.creations = new Map();
    const bits = (this.creations.get(question) ?? 0) | (1 << type) | (answer ? 1 << (type + 14) : 0);
    this.creations.set(question, bits);
  }
}

/** The answer of a packed entry for one type, or -1. */
function unpack(entry: number | undefined, type: number): number {
  if (entry === undefined) return -1;
  if (((entry >>> Entry.FirstCode) & Entry.Code) === type + 1) return entry & Entry.Answer;
  return entry >>> Entry.SecondCode === type + 1 ? (entry >>> Entry.Second) & Entry.Answer : -1;
}

/** An entry with one more answer; undefined when it has no room, or the type no code. */
function pack(entry: number | undefined, type: number, answer: number): number | undefined {
  if (type >= KNOWN_TYPES) return undefined;
  const packed = ((type + 1) << Entry.FirstCode) | answer;
  if (entry === undefined) return packed;
  return entry >>> Entry.SecondCode === 0 ? entry | (packed << Entry.Second) : undefined;
}

function inner<K, I, V>(map: Map<K, Map<I, V>>, key: K): Map<I, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}

// What one subject was told before, per version: asking again costs no call into wasm.
//
// A byte of permissions fits a small integer beside the type's number, so one lookup by id finds all of it. Compared
// with ids interned to numbers that index a table, this saves two dependent loads per question (measured: fresh
// strings 1.5 to 1.6 times as fast as a hand-written Map asked three times, against 1.4) and shares nothing between
// subjects that would have to outlive them. Objects named by a ref have numbers, and a table.

/** What wasm says about an object: bits 0-7 what may be done, and this one: the data know the object. */
export const KNOWN = 0x100;
const ANSWER = 0x1ff;

/** In a packed answer the type's number begins here. */
export const TYPE_SHIFT = 9;

/** Ids per generation; at most two generations are kept, so asking about random ids never grows without bound. */
const GENERATION = 65_536;

/** Slots of the ref table at most: 16 MB. */
const MOST_SLOTS = 1 << 22;

export class Memo {
  /** id → type << 9 | answer. Read on the hot path. */
  ids = new Map<string, number>();
  private older = new Map<string, number>();
  /** The same id as another type (a project and its log): by type. */
  private others = new Map<number, Map<string, number>>();
  /** Objects that the data do not know, asked about with a project: by project, then by `type id`. */
  private placed = new Map<string, Map<string, number>>();
  private extra = 0;

  /**
   * ref number << 9 | answer, at slot `number & slotMask` or, when that is taken, further on from a second place.
   * Numbers are dense, so the first place is the right one nearly always. Read on the hot path.
   */
  slots = new Int32Array(64);
  slotMask = 63;
  private filled = 0;
  private displaced = 0;

  /** What `ids` does not have at once: the older generation, other types, objects with a project. */
  find(type: number, id: string, project: string | undefined): number {
    let entry = this.ids.get(id);
    if (entry === undefined) {
      entry = this.older.get(id);
      if (entry !== undefined) this.putId(id, entry);
    }
    if (entry !== undefined && entry >>> TYPE_SHIFT !== type) entry = this.others.get(type)?.get(id);
    if (entry !== undefined && (project === undefined || (entry & KNOWN) !== 0)) return entry & ANSWER;
    if (project === undefined) return -1;
    return this.placed.get(project)?.get(`${type} ${id}`) ?? -1;
  }

  store(type: number, id: string, project: string | undefined, answer: number): void {
    // For an object that the data know, the caller's project does not matter.
    if (project !== undefined && (answer & KNOWN) === 0) {
      put(this.placed, project, `${type} ${id}`, answer);
    } else {
      const entry = (type << TYPE_SHIFT) | answer;
      const present = this.ids.get(id);
      if (present === undefined || present >>> TYPE_SHIFT === type) {
        this.putId(id, entry);
        return;
      }
      put(this.others, type, id, entry);
    }
    this.extra++;
    if (this.extra >= GENERATION) {
      this.others = new Map();
      this.placed = new Map();
      this.extra = 0;
    }
  }

  private putId(id: string, entry: number): void {
    if (this.ids.size >= GENERATION) {
      this.older = this.ids;
      this.ids = new Map();
    }
    this.ids.set(id, entry);
  }

  /** The answer about the object with this ref number, or -1. */
  findRef(number: number): number {
    const first = this.slots[number & this.slotMask] as number;
    if (first >>> TYPE_SHIFT === number) return first & ANSWER;
    if (this.displaced === 0) return -1;
    for (let at = this.secondPlace(number); ; at = (at + 1) & this.slotMask) {
      const entry = this.slots[at] as number;
      if (entry === 0) return -1;
      if (entry >>> TYPE_SHIFT === number) return entry & ANSWER;
    }
  }

  storeRef(number: number, answer: number): void {
    const entry = (number << TYPE_SHIFT) | answer;
    const crowded = this.filled * 2 >= this.slots.length;
    if (crowded && (this.displaced > 0 || this.slots[number & this.slotMask] !== 0)) this.grow();
    this.place(entry);
  }

  private place(entry: number): void {
    const number = entry >>> TYPE_SHIFT;
    let at = number & this.slotMask;
    if (this.slots[at] !== 0) {
      at = this.secondPlace(number);
      while (this.slots[at] !== 0) at = (at + 1) & this.slotMask;
      this.displaced++;
    }
    this.slots[at] = entry;
    this.filled++;
  }

  private secondPlace(number: number): number {
    return (Math.imul(number, 0x9e37_79b1) >>> 8) & this.slotMask;
  }

  // INVARIANT: while anything is displaced at least half of the slots are free, so every search for a place ends.
  private grow(): void {
    const entries = this.slots;
    const full = entries.length >= MOST_SLOTS;
    this.slots = new Int32Array(full ? 64 : entries.length * 2);
    this.slotMask = this.slots.length - 1;
    this.filled = 0;
    this.displaced = 0;
    if (full) return;
    for (const entry of entries) if (entry !== 0) this.place(entry);
  }

  // ---- canCreate ----

  /** project ("" for none) → a known bit and an answer per known type, 13 above 13. */
  private creations = new Map<string, number>();
  /** `type project` of other types → answer. */
  private otherCreations = new Map<string, boolean>();

  findCreation(type: number, project: string): boolean | undefined {
    const bits = this.creations.get(project);
    if (bits === undefined || ((bits >>> type) & 1) === 0) return undefined;
    return ((bits >>> (type + 13)) & 1) !== 0;
  }

  storeCreation(type: number, project: string, answer: boolean): void {
    if (this.creations.size >= GENERATION) this.creations = new Map();
    const bits = (this.creations.get(project) ?? 0) | (1 << type) | (answer ? 1 << (type + 13) : 0);
    this.creations.set(project, bits);
  }

  findOtherCreation(question: string): boolean | undefined {
    return this.otherCreations.get(question);
  }

  storeOtherCreation(question: string, answer: boolean): void {
    if (this.otherCreations.size >= 1024) this.otherCreations = new Map();
    this.otherCreations.set(question, answer);
  }
}

function put<K>(map: Map<K, Map<string, number>>, key: K, inner: string, value: number): void {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  found.set(inner, value);
}

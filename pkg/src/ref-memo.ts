// What one subject was told before about objects named by a ref, per version: refs have numbers, and numbers a table.
import { Entry } from "./memo.js";

/** In a ref's slot its number begins here. An enum for the same reason as `Entry`. */
export enum Slot {
  Number = 9,
}

/** Slots of the table at most: 16 MB. */
const MOST_SLOTS = 1 << 22;

/** What it begins with: an edge makes a subject per request and asks it once. */
const NO_SLOTS = new Int32Array(1);
const FIRST_SLOTS = 64;

export class RefMemo {
  /**
   * ref number << 9 | answer, at slot `number & slotMask` or, when that is taken, further on from a second place.
   * Numbers are dense, so the first place is the right one nearly always. Read on the hot path.
   */
  slots = NO_SLOTS;
  slotMask = 0;
  private filled = 0;
  private displaced = 0;

  /** The answer about the object with this ref number, or -1. */
  find(number: number): number {
    const first = this.slots[number & this.slotMask] as number;
    if (first >>> Slot.Number === number) return first & Entry.Answer;
    if (this.displaced === 0) return -1;
    for (let at = this.secondPlace(number); ; at = (at + 1) & this.slotMask) {
      const entry = this.slots[at] as number;
      if (entry === 0) return -1;
      if (entry >>> Slot.Number === number) return entry & Entry.Answer;
    }
  }

  store(number: number, answer: number): void {
    const entry = (number << Slot.Number) | answer;
    const crowded = this.filled * 2 >= this.slots.length;
    const taken = this.displaced > 0 || this.slots[number & this.slotMask] !== 0;
    if (this.slots === NO_SLOTS || (crowded && taken)) this.grow();
    this.place(entry);
  }

  private place(entry: number): void {
    const number = entry >>> Slot.Number;
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
    this.slots = new Int32Array(full ? FIRST_SLOTS : Math.max(FIRST_SLOTS, entries.length * 2));
    this.slotMask = this.slots.length - 1;
    this.filled = 0;
    this.displaced = 0;
    if (full) return;
    for (const entry of entries) if (entry !== 0) this.place(entry);
  }
}

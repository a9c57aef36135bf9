import type { Kernel } from "./kernel.js";

/**
 * One object of one organisation. It has a number, so that asking about it looks up no string. Its `project_id` makes
 * it a row as well, for whatever takes a row.
 */
export class Ref {
  constructor(
    /** Whose numbers these are: replaced when numbers run out, so that one comparison finds both a foreign ref and an old one. */
    public numbers: RefNumbers,
    public number: number,
    readonly type: string,
    readonly id: string,
    readonly project_id: string | undefined,
  ) {}

  /** What JSON and logs show of it. */
  toJSON(): { type: string; id: string } {
    return { type: this.type, id: this.id };
  }
}

/** Numbers fill 23 bits of a memo's slot. */
const LAST_NUMBER = (1 << 23) - 1;

export class RefNumbers {
  private last = 0;

  constructor(readonly kernel: Kernel) {}

  get exhausted(): boolean {
    return this.last >= LAST_NUMBER;
  }

  next(): number {
    this.last++;
    return this.last;
  }
}

import type { Kernel } from "./kernel.js";
import { Ref } from "./ref.js";

/** A ref with a number, so that asking about it looks up no string. */
export class NumberedRef extends Ref {
  /** Replaced when numbers run out, so that one comparison finds both a foreign ref and an old one. */
  declare owner: RefNumbers;

  constructor(
    owner: RefNumbers,
    public number: number,
    type: string,
    id: string,
    project: string | undefined,
  ) {
    super(owner, type, id, project);
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

import { SHOWN } from "./shown.js";

/** One object of one organisation. Its `project_id` makes it a row as well, for whatever takes a row. */
export class Ref {
  constructor(
    /** Whose ref it is: the kernel, or the numbers that a kernel gives out (ref-numbered.ts). */
    public owner: object,
    readonly type: string,
    readonly id: string,
    readonly project_id: string | undefined,
  ) {}

  /** What JSON and logs show of it. */
  toJSON(): { type: string; id: string } {
    return { type: this.type, id: this.id };
  }

  [SHOWN](): object {
    return this.toJSON();
  }
}

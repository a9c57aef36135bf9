// Objects about which nothing is remembered, asked about with few calls into wasm.
import type { Kernel } from "./kernel.js";
import { ANSWER } from "./memo.js";

/** About so many objects one call asks, and about fewer than these each by itself. */
const TOGETHER = 4096;
const FEW = 8;

/** What must be asked by itself. */
export const ALONE = -1;

export class Unasked {
  /** Where each stands among all that are asked about. */
  readonly places: number[] = [];
  readonly ids: string[] = [];
  private readonly types: number[] = [];

  add(place: number, type: number, id: string): void {
    this.places.push(place);
    this.types.push(type);
    this.ids.push(id);
  }

  /** The answer about each, as if no project were named with it, or `ALONE`. */
  answers(kernel: Kernel, subject: () => number): Int16Array {
    const answers = new Int16Array(this.ids.length).fill(ALONE);
    if (answers.length < FEW) return answers;
    for (let from = 0; from < answers.length; from += TOGETHER) {
      const types = Uint16Array.from(this.types.slice(from, from + TOGETHER));
      const masks = kernel.masks(subject(), types, this.ids.slice(from, from + TOGETHER));
      masks?.forEach((mask, at) => {
        answers[from + at] = mask & ANSWER;
      });
    }
    return answers;
  }
}

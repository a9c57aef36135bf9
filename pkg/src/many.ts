// Objects about which nothing is remembered, asked about with few calls into wasm.
import type { Kernel } from "./kernel.js";
import { ANSWER } from "./memo.js";
import { isWellFormed } from "./strings.js";

/** So many objects one call asks about at most, in about so many characters. */
const TOGETHER = 4096;
const CHARACTERS = 1 << 20;
/** Fewer than these are asked about each by itself. */
const FEW = 8;

/** What must be asked by itself. */
export const ALONE = -1;

/** Whether an id may cross in one text with others, line feeds between them. */
export function mayCrossTogether(id: unknown): id is string {
  return typeof id === "string" && id !== "" && !id.includes("\n") && isWellFormed(id);
}

export class Unasked {
  /** Where each stands among all that are asked about. */
  readonly places: number[] = [];
  readonly ids: string[] = [];
  readonly projects: (string | undefined)[] = [];
  private readonly types: number[] = [];

  /** Texts that may cross together. */
  add(place: number, type: number, id: string, project: string | undefined): void {
    this.places.push(place);
    this.types.push(type);
    this.ids.push(id);
    this.projects.push(project);
  }

  /** The answer about each, or `ALONE`. */
  answers(kernel: Kernel, subject: () => number): Int16Array {
    const answers = new Int16Array(this.ids.length).fill(ALONE);
    if (answers.length < FEW) return answers;
    let to = 0;
    for (let from = 0; from < answers.length; from = to) {
      for (let characters = 0; to < answers.length && to - from < TOGETHER && characters < CHARACTERS; to++) {
        characters += (this.ids[to] as string).length + (this.projects[to]?.length ?? 0);
      }
      const types = Uint16Array.from(this.types.slice(from, to));
      const masks = kernel.masks(subject(), types, this.ids.slice(from, to), this.projects.slice(from, to));
      masks?.forEach((mask, at) => {
        answers[from + at] = mask & ANSWER;
      });
    }
    return answers;
  }
}

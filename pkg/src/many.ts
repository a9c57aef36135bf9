// Objects about which nothing is remembered, asked about with few calls into wasm.
import type { WholeKernel } from "./kernel-whole.js";
import { Entry } from "./memo.js";
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

/** What is collected while many objects are gone through, and asked about whenever it is enough for a call. */
export class Unasked {
  /** Where each stands among all that are asked about. */
  readonly places: number[] = [];
  readonly ids: string[] = [];
  readonly projects: (string | undefined)[] = [];
  private readonly types: number[] = [];
  private characters = 0;

  /** Texts that may cross together. */
  add(place: number, type: number, id: string, project: string | undefined): void {
    this.places.push(place);
    this.types.push(type);
    this.ids.push(id);
    this.projects.push(project);
    this.characters += id.length + (project?.length ?? 0);
  }

  get isEnough(): boolean {
    return this.ids.length >= TOGETHER || this.characters >= CHARACTERS;
  }

  /** Tells the answer about each, or `ALONE`, by its place here; then all is forgotten. */
  answer(kernel: WholeKernel, subject: () => number, tell: (at: number, answer: number) => void): void {
    const { ids, projects, types, places } = this;
    const masks = ids.length < FEW ? undefined : kernel.masks(subject(), Uint16Array.from(types), ids, projects);
    for (let at = 0; at < ids.length; at++)
      tell(at, masks === undefined ? ALONE : (masks[at] as number) & Entry.Answer);
    for (const list of [ids, projects, types, places]) list.length = 0;
    this.characters = 0;
  }
}

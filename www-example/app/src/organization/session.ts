// What somebody is about to change: one draft for all of it, kept while the pages come and go.
import type { Draft, Org } from "aclarity";

/** The draft as it is now; another object with each of its versions. */
export interface Editing {
  readonly draft: Draft;
  readonly version: number;
  /** The id of whoever makes the changes. */
  readonly actor: string;
  /** What on the page each change was made with. */
  readonly marks: readonly string[];
}

export class EditSession {
  readonly #org: Org;
  #editing: Editing | undefined;
  #marks: readonly string[] = [];
  #stop = () => {};
  #retired: Draft | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(org: Org) {
    this.#org = org;
  }

  /** The changes are somebody's from here on; those made before are judged anew. */
  actAs(actor: string): void {
    if (this.#editing?.actor === actor) return;
    const draft = this.#org.draft({ by: { subject: this.#org.as(actor), credential: "session" } });
    for (const { request } of this.#editing?.draft.changes ?? []) draft.request(request);
    this.#use(draft, actor);
  }

  /** Changes something, or takes back the change that was made with the same mark. */
  toggle(mark: string, change: (draft: Draft) => void): void {
    const draft = this.#editing?.draft;
    const made = this.#marks.indexOf(mark);
    if (!draft) return;
    if (made >= 0) {
      this.undo(made);
    } else {
      this.#marks = [...this.#marks, mark];
      change(draft);
    }
  }

  undo(index = this.#marks.length - 1): void {
    this.#marks = this.#marks.toSpliced(index, 1);
    this.#editing?.draft.undo(index);
  }

  clear(): void {
    this.#marks = [];
    this.#editing?.draft.clear();
  }

  /** The organisation has changed under the draft. */
  rebase(): void {
    this.#editing?.draft.rebase();
    this.#refresh();
  }

  /** Another organisation: nothing is left to change. */
  reset(): void {
    this.#marks = [];
    this.#use(undefined, "");
  }

  #use(draft: Draft | undefined, actor: string): void {
    // The last one may still be on the page until it is drawn anew; the one before is not.
    this.#retired?.free();
    this.#retired = this.#editing?.draft;
    this.#stop();
    this.#editing = draft && { draft, version: draft.version, actor, marks: this.#marks };
    this.#stop = draft?.subscribe(() => this.#refresh()) ?? (() => {});
    for (const listener of this.#listeners) listener();
  }

  #refresh(): void {
    if (!this.#editing) return;
    const { draft, actor } = this.#editing;
    this.#editing = { draft, version: draft.version, actor, marks: this.#marks };
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly editing = (): Editing | undefined => this.#editing;
}

// The organisation on the page: the Org that decides, and the rows it was made from. Both change together.
import { Org } from "aclarity";
import { type Lists, listsOf, type Rows, rowsFrom } from "./export.ts";
import { EditSession } from "./session.ts";

export interface Source {
  name: string;
  sample: boolean;
}
export type Patch = Record<string, { upsert?: { id: string }[]; remove?: string[] }>;
export interface Change {
  text: string;
  inverse: Patch;
}
export interface View {
  readonly org: Org;
  readonly version: number;
  readonly rows: Rows;
  readonly data: Record<string, unknown>;
  readonly source: Source;
  readonly changes: readonly Change[];
  /** Counts the exports that were loaded; changes of rows leave it. */
  readonly generation: number;
}

export class Workspace {
  #org: Org;
  #data: Record<string, unknown>;
  #lists: Lists;
  #source: Source;
  #changes: readonly Change[] = [];
  #generation = 1;
  #view!: View;
  readonly #listeners = new Set<() => void>();
  /** What is being changed and was not applied yet. */
  readonly session: EditSession;

  private constructor(org: Org, text: string, source: Source) {
    this.#org = org;
    this.#data = JSON.parse(text) as Record<string, unknown>;
    this.#lists = listsOf(this.#data, org.findings);
    this.#source = source;
    this.session = new EditSession(org);
    this.#refresh();
    org.subscribe(() => this.#refresh());
  }

  static async open(text: string, source: Source): Promise<Workspace> {
    return new Workspace(await Org.load(text), text, source);
  }

  /** Another export instead of this one. When it cannot be loaded, everything stays as it is. */
  async replace(text: string, source: Source): Promise<void> {
    await this.#org.replace(text);
    this.#data = JSON.parse(text) as Record<string, unknown>;
    this.#lists = listsOf(this.#data, this.#org.findings);
    this.#source = source;
    this.#changes = [];
    this.#generation += 1;
    this.session.reset();
    this.#refresh();
  }

  /** Changes rows of the export; every answer on the page follows. */
  apply(text: string, patch: Patch): void {
    const inverse: Patch = {};
    for (const [name, { upsert = [], remove = [] }] of Object.entries(patch)) {
      const old = new Map((this.#lists[name] ?? []).map((row) => [row.id, row]));
      inverse[name] = {
        upsert: [...upsert.map((row) => row.id), ...remove].flatMap((id) => old.get(id) ?? []),
        remove: upsert.filter((row) => !old.has(row.id)).map((row) => row.id),
      };
    }
    this.#patch(patch, [...this.#changes, { text, inverse }]);
  }

  undo(): void {
    const last = this.#changes.at(-1);
    if (last) this.#patch(last.inverse, this.#changes.slice(0, -1));
  }

  undoAll(): void {
    while (this.#changes.length > 0) this.undo();
  }

  #patch(patch: Patch, changes: readonly Change[]): void {
    const before = this.#lists;
    const after = { ...before };
    for (const [name, { upsert = [], remove = [] }] of Object.entries(patch)) {
      const rows = new Map((after[name] ?? []).map((row) => [row.id, row]));
      for (const id of remove) rows.delete(id);
      for (const row of upsert) rows.set(row.id, row);
      after[name] = [...rows.values()];
    }
    this.#org.apply(patch as Parameters<Org["apply"]>[0]); // all or nothing: when it throws, the lists stay too
    this.#lists = after;
    this.#changes = changes;
    this.session.rebase();
    this.#refresh();
  }

  #refresh(): void {
    this.#view = {
      org: this.#org,
      version: this.#org.version,
      rows: rowsFrom(this.#data.organization, this.#lists),
      data: this.#data,
      source: this.#source,
      changes: this.#changes,
      generation: this.#generation,
    };
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly view = (): View => this.#view;
}

// The state of a whole organisation: it changes in place, drafts and previews hang on it, refs are numbered.

import { Dependents } from "./dependents.js";
import { badArgument } from "./errors.js";
import type { Instance } from "./instance.js";
import { Kernel } from "./kernel.js";
import { Entry } from "./memo.js";
import type { Reading } from "./options.js";
import type { RawCore } from "./raw.js";
import type { Ref } from "./ref.js";
import { NumberedRef, RefNumbers } from "./ref-numbered.js";
import { type Room, roomOf } from "./room.js";

/**
 * How many changes of objects are remembered, and after more the later half, which holds those of any one `apply`.
 * Whoever has not asked since before forgets everything.
 */
const MOST_CHANGES = 2048;

/** A change of an object that made a generation. */
export interface ObjectChange {
  readonly generation: number;
  readonly id: string;
}

export class WholeKernel extends Kernel<RawCore> {
  override refNumbers: RefNumbers = new RefNumbers(this);
  /** Of which objects the last changes were. */
  private changes: ObjectChange[] = [];
  /** The generation since which these are all changes. */
  private changesFrom = 0;
  /** Of the instance that it is in. */
  private room: Room | undefined;
  /** Drafts on it: they end with it. */
  readonly dependents = new Dependents();

  constructor(
    core: RawCore,
    instance: Instance,
    reading: Reading,
    /** It is the preview of a draft: its data change by the draft alone. */
    private readonly isPreview: boolean = false,
  ) {
    super(core, instance, reading);
  }

  assertNoPreview(): void {
    if (this.isPreview) throw badArgument("this Org is the preview of a Draft, and changes by that alone");
  }

  /** In a known object's answer the project does not count: mostly its id is all that has to cross. */
  override mask(subject: number, type: number, id: string, project: string | undefined): number {
    this.assertOpen();
    try {
      this.room ??= roomOf(this.instance);
      // In a slice it does, for many.
      if (this.room.has(id) && (project === undefined || this.sliceOf === undefined)) {
        const answer = this.raw.maskOfRoom(subject, type, this.room.write(id));
        if (project === undefined || (answer & Entry.Known) !== 0) return answer;
      }
      return this.raw.mask(subject, type, id, project);
    } catch (thrown) {
      throw this.instance.failure(thrown);
    }
  }

  protected override move(raw: RawCore, instance: Instance): void {
    this.room = undefined;
    super.move(raw, instance);
  }

  /** What `mask` answers, for several objects whose ids and projects may cross together; none when they cannot be told apart there. */
  masks(
    subject: number,
    types: Uint16Array,
    ids: readonly string[],
    projects: readonly (string | undefined)[],
  ): Uint16Array | undefined {
    const encoder = new TextEncoder();
    // Each project once; the first is none.
    const places = new Map<string | undefined, number>([[undefined, 0]]);
    const inProjects = Uint32Array.from(projects, (project) => {
      const place = places.get(project) ?? places.size;
      places.set(project, place);
      return place;
    });
    const [allIds, allProjects] = [ids, [...places.keys()]].map((texts) => encoder.encode(texts.join("\n")));
    const masks = this.call((core) =>
      core.masks(subject, types, allIds as Uint8Array, inProjects, allProjects as Uint8Array),
    );
    return masks?.length === ids.length ? masks : undefined;
  }

  /** After a change of the core in place, of these objects alone or of anything. */
  changed(objects: readonly string[] | null): void {
    this.organization = this.call((core) => core.organization());
    this.version++;
    if (objects === null) {
      this.forget();
      return;
    }
    super.forget();
    for (const id of objects) this.changes.push({ generation: this.generation, id });
    if (this.changes.length > MOST_CHANGES) {
      const gone = this.changes.splice(0, this.changes.length - MOST_CHANGES / 2).at(-1) as ObjectChange;
      this.changesFrom = gone.generation;
    }
  }

  /** The changes since a generation, if they are of objects alone and all of them are remembered. */
  changesSince(generation: number): readonly ObjectChange[] | undefined {
    if (generation < this.changesFrom) return undefined;
    let at = this.changes.length;
    while (at > 0 && (this.changes[at - 1] as ObjectChange).generation > generation) at--;
    return this.changes.slice(at);
  }

  protected override forget(): void {
    super.forget();
    this.changes = [];
    this.changesFrom = this.generation;
  }

  override free(): void {
    this.dependents.free();
    super.free();
  }

  // ---- refs ----

  override ref(type: string, id: string, project: string | undefined): NumberedRef {
    const number = this.nextRefNumber();
    return new NumberedRef(this.refNumbers, number, type, id, project);
  }

  /** Makes sure, too, that a ref has a number of today's. */
  override adopt(candidate: unknown): NumberedRef {
    const ref = super.adopt(candidate) as NumberedRef;
    if (ref.owner !== this.refNumbers) {
      ref.number = this.nextRefNumber();
      ref.owner = this.refNumbers;
    }
    return ref;
  }

  protected override owns(ref: Ref): boolean {
    return ref instanceof NumberedRef && ref.owner.kernel === this;
  }

  private nextRefNumber(): number {
    if (this.refNumbers.exhausted) {
      this.refNumbers = new RefNumbers(this);
      this.forget();
    }
    return this.refNumbers.next();
  }
}

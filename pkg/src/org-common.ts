// What every Org is, of whichever module: subjects, refs, and a life with changes.
import { requiredString, target } from "./arguments.js";
import type { Kernel } from "./kernel.js";
import { Listeners } from "./listeners.js";
import type { Loaded } from "./loaded.js";
import { type CheckedOptions, checkOptions, readingOf } from "./options.js";
import { type RawAnswers, SubjectKind } from "./raw.js";
import type { Ref } from "./ref.js";
import { SHOWN } from "./shown.js";
import type { Subject } from "./subject.js";
import type { LoadOptions } from "./types.js";
import { isSingleton, knownTypeNumber, wireName } from "./vocabulary.js";
import { WeakMemory } from "./weak.js";

export abstract class OrgCommon<
  Core extends RawAnswers,
  Somebody extends Subject,
  Its extends Kernel<Core> = Kernel<Core>,
> {
  /** Somebody who is not signed in. */
  readonly anonymous: Somebody;
  private readonly users = new WeakMemory<Somebody>();
  private readonly groups = new WeakMemory<Somebody>();
  protected readonly listeners = new Listeners();
  private replacements = 0;
  private lastReplacement = 0;

  protected constructor(protected readonly kernel: Its) {
    this.anonymous = this.somebody(SubjectKind.User, null);
  }

  protected abstract somebody(kind: SubjectKind, id: string | null): Somebody;
  protected abstract reload(source: unknown, options: CheckedOptions): Promise<Loaded<Core>>;

  as(id: string): Somebody {
    this.kernel.assertOpen();
    const name = requiredString(id, "a subject's id");
    if (name !== this.kernel.sliceOf) this.kernel.assertWhole("another subject");
    return this.users.get(name, () => this.somebody(SubjectKind.User, name));
  }

  asGroup(id: string): Somebody {
    this.kernel.assertOpen();
    this.kernel.assertWhole("a member of a group");
    const name = requiredString(id, "a group's id");
    return this.groups.get(name, () => this.somebody(SubjectKind.Group, name));
  }

  ref(type: unknown, id?: unknown, project?: unknown): Ref {
    this.kernel.assertOpen();
    const wire = wireName(type);
    const about = target(id, project);
    const isOwn = about.leftOut && isSingleton(knownTypeNumber(wire));
    return isOwn ? this.kernel.ownRef(wire, about.project) : this.kernel.ref(wire, about.id ?? "", about.project);
  }

  get version(): number {
    return this.kernel.version;
  }

  /** What JSON and logs show of it: its data may be large, and are there to be asked. */
  toJSON(): { organization: string; version: number } {
    return { organization: this.kernel.organization, version: this.version };
  }

  [SHOWN](): object {
    return this.toJSON();
  }

  get sliceOf(): string | null {
    return this.kernel.sliceOf ?? null;
  }

  async replace(source: unknown, options?: LoadOptions): Promise<void> {
    this.kernel.assertOpen();
    const checked = checkOptions(options, this.kernel.reading);
    this.replacements++;
    const turn = this.replacements;
    const { core, instance } = await this.reload(source, checked);
    try {
      this.kernel.assertOpen();
    } catch (error) {
      core.free();
      throw error;
    }
    if (turn < this.lastReplacement) {
      core.free();
      return;
    }
    this.lastReplacement = turn;
    this.kernel.swap(core, instance, readingOf(checked));
    this.listeners.notify();
  }

  subscribe(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  free(): void {
    this.kernel.free();
    this.listeners.clear();
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")](): void {
    this.free();
  }
}

// The state that an Org, its subjects and its refs share: the wasm core, its version, and whether it still lives.
import { AnswerCache } from "./cache.js";
import { AclarityError, badArgument } from "./errors.js";
import type { Instance } from "./instance.js";
import { Lease } from "./lease.js";
import type { Reading } from "./options.js";
import type { RawAnswers } from "./raw.js";
import { Ref } from "./ref.js";
import { isWellFormed } from "./strings.js";
import { knownTypeNumber } from "./vocabulary.js";

/** Type number: the data never name the type. */
const NEVER_NAMED = 0xffff;
/** Unknown type names remembered per generation. */
const MOST_TYPE_NAMES = 1024;

export class Kernel<Core extends RawAnswers = RawAnswers> extends Lease<Core> {
  /** Changes whenever what was answered may no longer stand: a new version, freed, crashed. Read on the hot path. */
  generation = 0;
  version = 1;
  /** The organisation's id. */
  organization: string;
  /** The subject that the data are a slice of. */
  sliceOf: string | undefined;
  readonly answers = new AnswerCache();
  /** The owner of refs that have numbers: here none has (kernel-whole.ts). Read on the hot path. */
  refNumbers: object = {};
  private typeNumbers = new Map<string, number>();

  constructor(
    core: Core,
    instance: Instance,
    /** How the data were read. */
    public reading: Reading,
  ) {
    super(core, instance, "Org");
    this.organization = core.organization();
    this.sliceOf = core.sliceOf();
  }

  /** Throws on a slice, which cannot answer for anybody but its subject. */
  assertWhole(what: string): void {
    if (this.sliceOf === undefined) return;
    throw new AclarityError(
      "slice",
      `this Org is a slice for \`${this.sliceOf}\`: ${what} takes the whole organization`,
    );
  }

  /** The same for the most frequent question, without a closure. */
  mask(subject: number, type: number, id: string, project: string | undefined): number {
    this.assertOpen();
    try {
      return this.raw.mask(subject, type, id, project);
    } catch (thrown) {
      throw this.instance.failure(thrown);
    }
  }

  /** The number of a wire name, of unknown types too; valid until the next change. */
  typeNumber(wire: string): number {
    const known = knownTypeNumber(wire) ?? this.typeNumbers.get(wire);
    if (known !== undefined) return known;
    if (!isWellFormed(wire)) return NEVER_NAMED;
    const number = this.call((core) => core.typeNumber(wire));
    if (this.typeNumbers.size >= MOST_TYPE_NAMES) this.typeNumbers = new Map();
    this.typeNumbers.set(wire, number);
    return number;
  }

  /** An answer that is an object: asked once per version. */
  answer<T>(question: string, ask: (core: Core) => T): T {
    this.assertOpen();
    const known = this.answers.get(question);
    return known === undefined ? this.answers.set(question, this.call(ask)) : (known as T);
  }

  /** Another core takes over. */
  swap(core: Core, instance: Instance, reading: Reading): void {
    const organization = core.organization();
    const sliceOf = core.sliceOf();
    this.sliceOf = sliceOf;
    this.reading = reading;
    this.organization = organization;
    this.version++;
    this.move(core, instance);
  }

  protected override forget(): void {
    this.generation++;
    this.answers.clear();
    this.typeNumbers = new Map();
  }

  // ---- refs ----

  ref(type: string, id: string, project: string | undefined): Ref {
    return new Ref(this, type, id, project);
  }

  /** With the organisation's id, whatever it is at the time: another one may take over. */
  ownRef(type: string, project: string | undefined): Ref {
    const ref = this.ref(type, this.organization, project);
    // Its own shape: refs of all other objects keep a plain field.
    return Object.defineProperty(ref, "id", { get: () => this.organization, enumerable: true });
  }

  /** Makes sure that it is a ref of this Org. */
  adopt(ref: unknown): Ref {
    if (!(ref instanceof Ref)) throw badArgument("expected a type or an ObjectRef made by `org.ref`");
    if (!this.owns(ref)) throw badArgument("this ObjectRef was made by another Org");
    return ref;
  }

  protected owns(ref: Ref): boolean {
    return ref.owner === this;
  }
}

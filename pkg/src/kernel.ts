// The state that an Org, its subjects and its refs share: the wasm core, its version, and whether it still lives.
import { AnswerCache } from "./cache.js";
import { AclarityError, badArgument } from "./errors.js";
import type { Instance } from "./instance.js";
import { Lease } from "./lease.js";
import type { Reading } from "./options.js";
import type { RawAnswers } from "./raw.js";
import { Ref, RefNumbers } from "./ref.js";
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
  refNumbers: RefNumbers = new RefNumbers(this);
  readonly answers = new AnswerCache();
  private typeNumbers = new Map<string, number>();
  /** Whether the core can be asked about many objects at once: that of `aclarity/lite` cannot. */
  readonly takesMany: boolean;

  constructor(
    core: Core,
    instance: Instance,
    /** How the data were read. */
    public reading: Reading,
    /** It is the preview of a draft: its data change by the draft alone. */
    readonly isPreview: boolean = false,
  ) {
    super(core, instance, "Org");
    this.organization = core.organization();
    this.sliceOf = core.sliceOf();
    this.takesMany = core.masks !== undefined;
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

  /** The same for several objects, whose ids and projects may cross together; none when they cannot be told apart there. */
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
      core.masks?.(subject, types, allIds as Uint8Array, inProjects, allProjects as Uint8Array),
    );
    return masks?.length === ids.length ? masks : undefined;
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

  /** After a change of the core in place. */
  changed(): void {
    this.organization = this.call((core) => core.organization());
    this.version++;
    this.forget();
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
    const number = this.nextRefNumber();
    return new Ref(this.refNumbers, number, type, id, project);
  }

  /** With the organisation's id, whatever it is at the time: another one may take over. */
  ownRef(type: string, project: string | undefined): Ref {
    const ref = this.ref(type, this.organization, project);
    // Its own shape: refs of all other objects keep a plain field.
    return Object.defineProperty(ref, "id", { get: () => this.organization, enumerable: true });
  }

  /** Makes sure that a ref has a number of today's; throws when it is not a ref of this Org. */
  adopt(ref: unknown): Ref {
    if (!(ref instanceof Ref)) throw badArgument("expected a type or an ObjectRef made by `org.ref`");
    if (ref.numbers === this.refNumbers) return ref;
    if (ref.numbers.kernel !== this) throw badArgument("this ObjectRef was made by another Org");
    ref.number = this.nextRefNumber();
    ref.numbers = this.refNumbers;
    return ref;
  }

  private nextRefNumber(): number {
    if (this.refNumbers.exhausted) {
      this.refNumbers = new RefNumbers(this);
      this.forget();
    }
    return this.refNumbers.next();
  }
}

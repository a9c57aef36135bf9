/**
 * The same for snapshots and slices alone: what a page with buttons downloads.
 *
 * ```ts
 * import { Org } from "aclarity/lite";
 * const org = await Org.load(fetch("/me.slice"));
 * const me = org.as(userId);
 * if (me.can("update", "dataset", row)) { … }
 * ```
 *
 * An Org of `aclarity` may stand wherever one of these is asked for. What it has beyond these types throws
 * `not_included` here.
 */
import type {
  LoadOptions,
  Explanation as WholeExplanation,
  Org as WholeOrg,
  Subject as WholeSubject,
} from "./index.js";

export {
  AclarityError,
  type Ask,
  type Basis,
  type ErrorCode,
  type Fix,
  type Grant,
  MODEL_VERSION,
  type NearMiss,
  type Node,
  type Noun,
  OBJECT_TYPES,
  type ObjectRef,
  type ObjectType,
  PERMISSIONS,
  type Permission,
  type Progress,
  type Row,
  ready,
  type Singleton,
  type Type,
} from "./index.js";

/** Why an answer is what it is. `fixes` is empty here, as it is on a slice. */
export type Explanation = WholeExplanation;

/** The bytes of a snapshot or a slice (`Org.toBytes` and `Org.slice` of `aclarity`), or what they arrive in. */
export type Source = ArrayBuffer | ArrayBufferView | Response | ReadableStream;

/** Options but `strict`, which takes the findings of the whole; what is left out is as the snapshot says. */
export type LiteLoadOptions = Omit<LoadOptions, "strict">;

/** Somebody, seen by an organisation: everything of the whole package's Subject but `reach`. */
export type Subject = Omit<WholeSubject, "reach">;

/** An organisation, from a snapshot or a slice. */
export class Org {
  private constructor();

  /**
   * Loads a snapshot, and the WebAssembly module before that if need be.
   * @throws AclarityError `not_included` for anything that is no snapshot and for `strict`, `snapshot_corrupt`,
   *   `snapshot_version`, `http`, `aborted`, `bad_argument`, `not_ready`, `crashed`
   */
  static load(source: Source | Promise<Source>, options?: LiteLoadOptions): Promise<Org>;
  /** The same, at once: after {@link ready}, and from bytes. */
  static loadSync(source: ArrayBuffer | ArrayBufferView, options?: LiteLoadOptions): Org;

  /** A user, service account or internal principal. On a slice: its subject. */
  as(id: string): Subject;
  /** Somebody who belongs to that group alone. */
  asGroup(id: string): Subject;
  /** Somebody who is not signed in. */
  readonly anonymous: Subject;

  /** As in `aclarity`, where a ref is the fastest way to ask; here it is looked up by its id. */
  ref: WholeOrg["ref"];

  /** A whole new state, atomically: a slice is renewed by it. */
  replace(source: Source | Promise<Source>, options?: LiteLoadOptions): Promise<void>;
  /** Called after every change. Returns a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Grows with every change. */
  readonly version: number;
  /** The subject that a slice is of; `null` for a whole organisation. */
  readonly sliceOf: string | null;

  /** Gives the memory back. */
  free(): void;
  [Symbol.dispose](): void;
}

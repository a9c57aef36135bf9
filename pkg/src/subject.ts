// Somebody, seen by an organisation. `can` is the hot path of the whole package: see memo.ts.
import {
  crossingObjectId,
  crossingType,
  isRow,
  optionalId,
  optionalLimit,
  optionalObject,
  target,
} from "./arguments.js";
import { questionKey } from "./cache.js";
import { badArgument, kindOf } from "./errors.js";
import { deepFreeze } from "./freeze.js";
import type { Kernel } from "./kernel.js";
import { Entry, Memo } from "./memo.js";
import { ANONYMOUS, NOBODY, type RawAnswers, type SubjectKind } from "./raw.js";
import { type RefMemo, Slot } from "./ref-memo.js";
import type { NumberedRef } from "./ref-numbered.js";
import { SHOWN } from "./shown.js";
import { isWellFormed } from "./strings.js";
import type { Explanation, Permission } from "./types.js";
import {
  askBits,
  CREATE_ACLS,
  isSingleton,
  KNOWN_TYPES,
  knownTypeNumber,
  permissionSet,
  wireName,
} from "./vocabulary.js";
import { OBJECT_TYPES } from "./words.generated.js";

/** By code: a type's number plus one. */
const TYPE_NAMES: readonly (string | undefined)[] = [undefined, ...OBJECT_TYPES];
const UNRESOLVED = -1;
const NO_REFS = { slots: new Int32Array(1), slotMask: 0 };
const NONE: readonly string[] = Object.freeze([]);

interface ListOptions {
  project?: unknown;
  after?: unknown;
  limit?: unknown;
}

export class Subject {
  /** The kernel's generation that everything remembered here is of. */
  protected generation: number;
  protected memo = new Memo();
  /** What was told about refs that have numbers. */
  protected refMemo: Pick<RefMemo, "slots" | "slotMask"> = NO_REFS;
  private handle = UNRESOLVED;
  private owner: boolean | undefined;

  constructor(
    protected readonly kernel: Kernel,
    protected readonly kind: SubjectKind,
    readonly id: string | null,
  ) {
    this.generation = kernel.generation;
  }

  can(ask: unknown, type: unknown, id?: unknown, project?: unknown): boolean {
    const bits = askBits(ask);
    if (this.generation !== this.kernel.generation) this.renew();
    if (isRow(type) && !isRow(id)) {
      const { owner, number } = type as NumberedRef;
      if (owner === this.kernel.refNumbers) {
        // Looked at here, in place of in `refMask`: what was told before takes a seventh less by that.
        const told = this.refMemo.slots[number & this.refMemo.slotMask] as number;
        if (told >>> Slot.Number === number) return (told & bits) === bits;
      }
      return (this.refMask(type) & bits) === bits;
    }
    let objectId = id;
    let itsProject = project;
    if (isRow(id)) {
      objectId = id.id;
      if (project === undefined) itsProject = id.project_id;
    }
    if (typeof objectId === "string") {
      const entry = this.memo.ids.get(objectId);
      if (entry !== undefined) {
        if (TYPE_NAMES[(entry >>> Entry.FirstCode) & Entry.Code] === type) {
          if (itsProject === undefined || ((entry & Entry.Known) !== 0 && mayBeProject(itsProject)))
            return (entry & bits) === bits;
        } else if (TYPE_NAMES[entry >>> Entry.SecondCode] === type && type !== undefined) {
          const second = entry >>> Entry.Second;
          if (itsProject === undefined || ((second & Entry.Known) !== 0 && mayBeProject(itsProject)))
            return (second & bits) === bits;
        }
      }
    }
    return (this.mask(type, id, project) & bits) === bits;
  }

  canCreate(type: unknown, project?: unknown): boolean {
    if (this.generation !== this.kernel.generation) this.renew();
    const wire = wireName(type);
    const inProject = optionalId(project, "a project");
    const known = knownTypeNumber(wire);
    // Remembered by project in the type's place; for other types all of the question says what it is.
    const place = known ?? KNOWN_TYPES;
    const question = known === undefined ? questionKey(wire, inProject) : (inProject ?? "");
    const remembered = this.memo.findCreation(place, question);
    if (remembered !== undefined) return remembered;
    const number = this.kernel.typeNumber(wire);
    const answer = this.kernel.call((core) => core.canCreate(this.resolve(core), number, inProject));
    this.memo.storeCreation(place, question, answer);
    return answer;
  }

  canMany(ask: unknown, typeOrRefs: unknown, ids?: unknown): Uint8Array {
    const bits = askBits(ask);
    if (this.generation !== this.kernel.generation) this.renew();
    if (Array.isArray(typeOrRefs)) {
      return Uint8Array.from(typeOrRefs, (ref) => held(this.refMask(isRow(ref) ? ref : {}), bits));
    }
    const number = this.kernel.typeNumber(wireName(typeOrRefs));
    const answers = Uint8Array.from(arrayOfIds(ids), (id) => held(this.maskOf(number, id, undefined), bits));
    // A row may do anything while it is read: then all is asked anew.
    return this.generation === this.kernel.generation ? answers : this.canMany(ask, typeOrRefs, ids);
  }

  permissions(type: unknown, id?: unknown, project?: unknown): readonly Permission[] {
    if (this.generation !== this.kernel.generation) this.renew();
    return permissionSet(this.mask(type, id, project) & 0xff);
  }

  grantable(type: unknown, id?: unknown): readonly Permission[] {
    if (this.generation !== this.kernel.generation) this.renew();
    return permissionSet((this.mask(type, id, undefined) & CREATE_ACLS) === 0 ? 0 : 0xff);
  }

  list(ask: unknown, type: unknown, options?: ListOptions): readonly string[] {
    const bits = askBits(ask);
    const wire = wireName(type);
    const given = optionalObject(options, "options");
    const limit = optionalLimit(given.limit);
    const project = optionalId(given.project, "a project");
    if (project === undefined && typeof given.project === "string") return this.nothing();
    const after = given.after ?? "";
    if (typeof after !== "string") throw badArgument(`\`after\` is a string, not ${kindOf(after)}`);
    if (!isWellFormed(after)) return this.listAfterOddity(bits, wire, project, after, limit);
    return this.answer(["list", bits, wire, project, after, limit], (core, handle) => {
      const number = this.kernel.typeNumber(wire);
      return Object.freeze(this.ids(core.list(handle, bits, number, project, after === "" ? undefined : after, limit)));
    });
  }

  /** `after` a string that cannot cross the boundary: compared here, code unit by code unit as there. */
  private listAfterOddity(
    bits: number,
    wire: string,
    project: string | undefined,
    after: string,
    limit: number | undefined,
  ) {
    return this.answer(["list", bits, wire, project, after, limit], (core, handle) => {
      const all = this.ids(core.list(handle, bits, this.kernel.typeNumber(wire), project, undefined, undefined));
      return Object.freeze(all.filter((id) => id > after).slice(0, limit));
    });
  }

  creatable(type: unknown): readonly string[] {
    const wire = wireName(type);
    return this.answer(["creatable", wire], (core, handle) =>
      Object.freeze(this.ids(core.creatable(handle, this.kernel.typeNumber(wire)))),
    );
  }

  explain(ask: unknown, type: unknown, id?: unknown, project?: unknown): Explanation {
    const bits = askBits(ask);
    const wire = crossingType(type);
    const about = target(id, project);
    return this.answer(["explain", bits, wire, about.id, about.project, about.leftOut ? 1 : 0], (core) =>
      deepFreeze(core.explain(this.kind, this.crossingId(), bits, wire, crossingObjectId(wire, about), about.project)),
    ) as Explanation;
  }

  explainCreate(type: unknown, project?: unknown): Explanation {
    const wire = crossingType(type);
    const inProject = optionalId(project, "a project");
    return this.answer(["explainCreate", wire, inProject], (core) =>
      deepFreeze(core.explainCreate(this.kind, this.crossingId(), wire, inProject)),
    ) as Explanation;
  }

  get isOwner(): boolean {
    if (this.generation !== this.kernel.generation) this.renew();
    this.owner ??= this.kernel.call((core) => core.isOwner(this.resolve(core)));
    return this.owner;
  }

  get groups(): readonly { readonly id: string; readonly name: string; readonly via: readonly string[] }[] {
    return this.answer(["groups"], (core, handle) => deepFreeze(core.groups(handle))) as Subject["groups"];
  }

  /** For whoever acts as this subject; throws when it is not one of the kernel's Org. */
  actor(kernel: Kernel): { kind: SubjectKind; id: string | null } {
    if (kernel !== this.kernel) throw badArgument("this Subject was made by another Org");
    return { kind: this.kind, id: this.crossingId() ?? null };
  }

  /** What JSON and logs show of it. */
  toJSON(): { id: string | null } {
    return { id: this.id };
  }

  [SHOWN](): object {
    return this.toJSON();
  }

  // ---- the slow path ----

  /** What may be done with an object named by type, id or row, and project. */
  private mask(type: unknown, id: unknown, project: unknown): number {
    return this.maskOf(this.kernel.typeNumber(wireName(type)), id, project);
  }

  protected maskOf(type: number, id: unknown, project: unknown): number {
    const row = isRow(id);
    const givenId = row ? id.id : id;
    const givenProject = (row && project === undefined ? id.project_id : project) ?? undefined;
    if (givenProject !== undefined && typeof givenProject !== "string") optionalId(givenProject, "a project");
    if (typeof givenId === "string") {
      const known = this.memo.find(type, givenId, givenProject as string | undefined);
      if (known >= 0) return known;
    }
    const about = target(id, project);
    const objectId = about.leftOut && isSingleton(type) ? this.kernel.organization : about.id;
    if (objectId === undefined) return 0;
    if (objectId !== givenId || about.project !== givenProject) {
      const known = this.memo.find(type, objectId, about.project);
      if (known >= 0) return known;
    }
    const answer = this.kernel.mask(this.resolved(), type, objectId, about.project) & Entry.Answer;
    this.memo.store(type, objectId, about.project, answer);
    return answer;
  }

  /** What may be done with an object that a ref names; throws when it is no ref of this Org. */
  protected refMask(candidate: object): number {
    const { type, id, project_id: project } = this.kernel.adopt(candidate);
    return this.maskOf(this.kernel.typeNumber(type), id, project);
  }

  private answer<T>(question: (string | number | undefined)[], ask: (core: RawAnswers, handle: number) => T): T {
    const key = questionKey(this.kind, this.id, ...question);
    return this.kernel.answer(key, (core) => {
      if (this.generation !== this.kernel.generation) this.renew();
      return ask(core, this.resolve(core));
    });
  }

  /** The ids that a core gave. */
  protected ids(given: Uint8Array | string[]): string[] {
    return given as string[];
  }

  private nothing(): readonly string[] {
    this.kernel.assertOpen();
    return NONE;
  }

  /** Forgets what may not stand any more; throws when there is nobody to ask. */
  protected renew(memo: Memo = new Memo()): void {
    this.kernel.assertOpen();
    this.memo = memo;
    this.handle = UNRESOLVED;
    this.owner = undefined;
    this.generation = this.kernel.generation;
  }

  protected resolved(): number {
    return this.handle === UNRESOLVED ? this.kernel.call((core) => this.resolve(core)) : this.handle;
  }

  private resolve(core: RawAnswers): number {
    if (this.handle === UNRESOLVED) this.handle = this.lookUp(core);
    return this.handle;
  }

  private lookUp(core: RawAnswers): number {
    if (this.id === null) return ANONYMOUS;
    return this.id === "" || !isWellFormed(this.id) ? NOBODY : core.subject(this.kind, this.id);
  }

  protected crossingId(): string | undefined {
    if (this.id === null) return undefined;
    return isWellFormed(this.id) ? this.id : "";
  }
}

/** The ids or rows of `canMany`. */
export function arrayOfIds(ids: unknown): readonly unknown[] {
  if (!Array.isArray(ids)) throw badArgument(`canMany takes an array of ids, rows or refs, not ${kindOf(ids)}`);
  return ids;
}

/** Whether a project may be given so: anything else is a mistake, even where the project does not matter. */
export function mayBeProject(project: unknown): boolean {
  return typeof project === "string" || project === null;
}

/** 1 when all bits are held, else 0; without a branch, which over a million objects would be mispredicted half the time. */
export function held(mask: number, bits: number): number {
  return (((mask & bits) ^ bits) - 1) >>> 31;
}

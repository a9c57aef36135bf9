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
import { ALONE, mayCrossTogether, Unasked } from "./many.js";
import { ANSWER, CODE, FIRST_CODE, KNOWN, Memo, MOST_KEPT, NUMBER_SHIFT, SECOND, SECOND_CODE } from "./memo.js";
import { ANONYMOUS, NOBODY, type RawAnswers, type SubjectKind } from "./raw.js";
import type { Ref } from "./ref.js";
import { idsOf, isWellFormed } from "./strings.js";
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
const NONE: readonly string[] = Object.freeze([]);

interface ListOptions {
  project?: unknown;
  after?: unknown;
  limit?: unknown;
}

export class Subject {
  /** The kernel's generation that everything remembered here is of. */
  private generation: number;
  private memo = new Memo();
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
    let objectId = id;
    let itsProject = project;
    if (isRow(id)) {
      objectId = id.id;
      if (project === undefined) itsProject = id.project_id;
    } else if (isRow(type)) {
      return (this.refMask(type) & bits) === bits;
    }
    if (typeof objectId === "string") {
      const entry = this.memo.ids.get(objectId);
      if (entry !== undefined) {
        if (TYPE_NAMES[(entry >>> FIRST_CODE) & CODE] === type) {
          if (itsProject === undefined || ((entry & KNOWN) !== 0 && mayBeProject(itsProject)))
            return (entry & bits) === bits;
        } else if (TYPE_NAMES[entry >>> SECOND_CODE] === type && type !== undefined) {
          const second = entry >>> SECOND;
          if (itsProject === undefined || ((second & KNOWN) !== 0 && mayBeProject(itsProject)))
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
    const number = knownTypeNumber(wire);
    if (number === undefined) return this.canCreateOther(wire, inProject);
    const question = inProject ?? "";
    const known = this.memo.findCreation(number, question);
    if (known !== undefined) return known;
    const answer = this.kernel.call((core) => core.canCreate(this.resolve(core), number, inProject));
    this.memo.storeCreation(number, question, answer);
    return answer;
  }

  private canCreateOther(wire: string, project: string | undefined): boolean {
    const question = questionKey(wire, project);
    const known = this.memo.findOtherCreation(question);
    if (known !== undefined) return known;
    const number = this.kernel.typeNumber(wire);
    const answer = this.kernel.call((core) => core.canCreate(this.resolve(core), number, project));
    this.memo.storeOtherCreation(question, answer);
    return answer;
  }

  canMany(ask: unknown, typeOrRefs: unknown, ids?: unknown): Uint8Array {
    const bits = askBits(ask);
    if (this.generation !== this.kernel.generation) this.renew();
    if (Array.isArray(typeOrRefs)) return this.canManyRefs(bits, typeOrRefs);
    if (!Array.isArray(ids)) throw badArgument(`canMany takes an array of ids, rows or refs, not ${kindOf(ids)}`);
    const number = this.kernel.typeNumber(wireName(typeOrRefs));
    // A type that is not among the 13 has no code: all of it takes the slow path.
    const code = number < KNOWN_TYPES ? number + 1 : -1;
    const answers = new Uint8Array(ids.length);
    const unasked = new Unasked();
    // A row may do anything while it is read: then all is asked anew.
    const isCurrent = () => this.generation === this.kernel.generation;
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index];
      const row = isRow(id);
      const objectId = row ? id.id : id;
      let mask = -1;
      const entry = typeof objectId === "string" ? this.memo.ids.get(objectId) : undefined;
      if (entry !== undefined) {
        if (((entry >>> FIRST_CODE) & CODE) === code) mask = entry & ANSWER;
        else if (entry >>> SECOND_CODE === code) mask = (entry >>> SECOND) & ANSWER;
      }
      const project = row ? id.project_id : undefined;
      if (mask < 0 || (project !== undefined && !((mask & KNOWN) !== 0 && mayBeProject(project)))) {
        if (this.isNew(number, objectId, project)) {
          unasked.add(index, number, objectId as string, (project as string | null) || undefined);
          if (unasked.isEnough && isCurrent()) this.answerIds(unasked, number, bits, ids, answers);
          continue;
        }
        mask = this.maskOf(number, id, undefined);
      }
      answers[index] = held(mask, bits);
    }
    if (!isCurrent()) return this.canMany(ask, typeOrRefs, ids);
    this.answerIds(unasked, number, bits, ids, answers);
    return answers;
  }

  private answerIds(unasked: Unasked, type: number, bits: number, ids: readonly unknown[], answers: Uint8Array): void {
    unasked.answer(
      this.kernel,
      () => this.resolved(),
      (at, answer) => {
        const place = unasked.places[at] as number;
        if (answer !== ALONE && ids.length - place <= MOST_KEPT) {
          this.memo.remember(type, unasked.ids[at] as string, unasked.projects[at], answer);
        }
        answers[place] = held(answer === ALONE ? this.maskOf(type, ids[place], undefined) : answer, bits);
      },
    );
  }

  /** Whether an object is named as it should be, nothing is remembered about it, and it may be asked about with others. */
  private isNew(type: number, id: unknown, project: unknown): boolean {
    if (!this.kernel.takesMany || !mayCrossTogether(id)) return false;
    const isIn = project !== undefined && project !== null && project !== "";
    if (isIn && !mayCrossTogether(project)) return false;
    return this.memo.find(type, id, isIn ? project : undefined) < 0;
  }

  private canManyRefs(bits: number, refs: readonly unknown[]): Uint8Array {
    const answers = new Uint8Array(refs.length);
    // All of one time: adopting a ref may begin numbers anew, and with them the memo.
    const numbers = this.kernel.refNumbers;
    const memo = this.memo;
    const { slots, slotMask } = memo;
    const unasked = new Unasked();
    for (let index = 0; index < refs.length; index++) {
      const ref = refs[index] as Ref;
      let mask: number;
      if (typeof ref === "object" && ref !== null && ref.numbers === numbers) {
        mask = slots[ref.number & slotMask] as number;
        if (mask >>> NUMBER_SHIFT !== ref.number) {
          mask = memo.findRef(ref.number);
          if (mask < 0 && this.isNewRef(ref)) {
            unasked.add(index, this.kernel.typeNumber(ref.type), ref.id, ref.project_id);
            if (unasked.isEnough) this.answerRefs(unasked, bits, refs, answers);
            continue;
          }
          if (mask < 0) mask = this.refMask(ref);
        }
      } else {
        mask = this.refMask(isRow(ref) ? ref : {});
      }
      answers[index] = held(mask, bits);
    }
    this.answerRefs(unasked, bits, refs, answers);
    return answers;
  }

  private answerRefs(unasked: Unasked, bits: number, refs: readonly unknown[], answers: Uint8Array): void {
    unasked.answer(
      this.kernel,
      () => this.resolved(),
      (at, answer) => {
        const place = unasked.places[at] as number;
        const ref = refs[place] as Ref;
        const alone = answer === ALONE || ref.numbers !== this.kernel.refNumbers;
        if (!alone && this.memo.findRef(ref.number) < 0) this.memo.storeRef(ref.number, answer);
        answers[place] = held(alone ? this.refMask(ref) : answer, bits);
      },
    );
  }

  private isNewRef({ id, project_id: project }: Ref): boolean {
    return this.kernel.takesMany && mayCrossTogether(id) && (project === undefined || mayCrossTogether(project));
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
      return Object.freeze(idsOf(core.list(handle, bits, number, project, after === "" ? undefined : after, limit)));
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
      const all = idsOf(core.list(handle, bits, this.kernel.typeNumber(wire), project, undefined, undefined));
      return Object.freeze(all.filter((id) => id > after).slice(0, limit));
    });
  }

  creatable(type: unknown): readonly string[] {
    const wire = wireName(type);
    return this.answer(["creatable", wire], (core, handle) =>
      Object.freeze(idsOf(core.creatable(handle, this.kernel.typeNumber(wire)))),
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

  // ---- the slow path ----

  /** What may be done with an object named by type, id or row, and project. */
  private mask(type: unknown, id: unknown, project: unknown): number {
    return this.maskOf(this.kernel.typeNumber(wireName(type)), id, project);
  }

  private maskOf(type: number, id: unknown, project: unknown): number {
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
    const answer = this.kernel.mask(this.resolved(), type, objectId, about.project) & ANSWER;
    this.memo.store(type, objectId, about.project, answer);
    return answer;
  }

  private refMask(candidate: object): number {
    let ref = candidate as Ref;
    if (ref.numbers !== this.kernel.refNumbers) ref = this.adopted(candidate);
    const known = this.memo.findRef(ref.number);
    if (known >= 0) return known;
    if (ref.id === "" || !isWellFormed(ref.id)) return 0;
    const type = this.kernel.typeNumber(ref.type);
    const answer = this.kernel.mask(this.resolved(), type, ref.id, ref.project_id) & ANSWER;
    this.memo.storeRef(ref.number, answer);
    return answer;
  }

  private adopted(candidate: unknown): Ref {
    const ref = this.kernel.adopt(candidate);
    // Numbers may have begun anew.
    if (this.generation !== this.kernel.generation) this.renew();
    return ref;
  }

  private answer<T>(question: (string | number | undefined)[], ask: (core: RawAnswers, handle: number) => T): T {
    const key = questionKey(this.kind, this.id, ...question);
    return this.kernel.answer(key, (core) => {
      if (this.generation !== this.kernel.generation) this.renew();
      return ask(core, this.resolve(core));
    });
  }

  private nothing(): readonly string[] {
    this.kernel.assertOpen();
    return NONE;
  }

  /** Forgets what another version answered; throws when there is nobody to ask any more. */
  private renew(): void {
    this.kernel.assertOpen();
    this.memo = new Memo();
    this.handle = UNRESOLVED;
    this.owner = undefined;
    this.generation = this.kernel.generation;
  }

  private resolved(): number {
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

/** Whether a project may be given so: anything else is a mistake, even where the project does not matter. */
function mayBeProject(project: unknown): boolean {
  return typeof project === "string" || project === null;
}

/** 1 when all bits are held, else 0; without a branch, which over a million objects would be mispredicted half the time. */
function held(mask: number, bits: number): number {
  return (((mask & bits) ^ bits) - 1) >>> 31;
}

// Somebody, seen by a whole organisation: answers about many objects with few calls into wasm, about refs by their numbers.
import { isRow } from "./arguments.js";
import { questionKey } from "./cache.js";
import { deepFreeze } from "./freeze.js";
import type { WholeKernel } from "./kernel-whole.js";
import { ALONE, mayCrossTogether, Unasked } from "./many.js";
import { Entry, MOST_KEPT } from "./memo.js";
import type { SubjectKind } from "./raw.js";
import { RefMemo, Slot } from "./ref-memo.js";
import type { NumberedRef } from "./ref-numbered.js";
import { idsOf, isWellFormed } from "./strings.js";
import { arrayOfIds, held, mayBeProject, Subject } from "./subject.js";
import type { Reach } from "./types.js";
import { askBits, KNOWN_TYPES, wireName } from "./vocabulary.js";

export class WholeSubject extends Subject {
  protected override refMemo = new RefMemo();

  constructor(
    private readonly whole: WholeKernel,
    kind: SubjectKind,
    id: string | null,
  ) {
    super(whole, kind, id);
  }

  override canMany(ask: unknown, typeOrRefs: unknown, ids?: unknown): Uint8Array {
    const bits = askBits(ask);
    if (this.generation !== this.kernel.generation) this.renew();
    if (Array.isArray(typeOrRefs)) return this.canManyRefs(bits, typeOrRefs);
    return this.canManyIds(ask, bits, typeOrRefs, arrayOfIds(ids));
  }

  private canManyIds(ask: unknown, bits: number, typeGiven: unknown, ids: readonly unknown[]): Uint8Array {
    const number = this.kernel.typeNumber(wireName(typeGiven));
    // A type that is not among the 13 has no code: all of it takes the slow path.
    const code = number < KNOWN_TYPES ? number + 1 : -1;
    const answers = new Uint8Array(ids.length);
    const unasked = new Unasked();
    // A row may do anything while it is read, change the Org and ask: then all is asked anew.
    const { generation } = this;
    const isCurrent = () => generation === this.kernel.generation;
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index];
      const row = isRow(id);
      const objectId = row ? id.id : id;
      let mask = -1;
      const entry = typeof objectId === "string" ? this.memo.ids.get(objectId) : undefined;
      if (entry !== undefined) {
        if (((entry >>> Entry.FirstCode) & Entry.Code) === code) mask = entry & Entry.Answer;
        else if (entry >>> Entry.SecondCode === code) mask = (entry >>> Entry.Second) & Entry.Answer;
      }
      const project = row ? id.project_id : undefined;
      if (mask < 0 || (project !== undefined && !((mask & Entry.Known) !== 0 && mayBeProject(project)))) {
        if (this.isNew(number, objectId, project)) {
          unasked.add(index, number, objectId as string, (project as string | null) || undefined);
          if (unasked.isEnough && isCurrent()) this.answerIds(unasked, number, bits, ids, answers);
          continue;
        }
        mask = this.maskOf(number, id, undefined);
      }
      answers[index] = held(mask, bits);
    }
    if (isCurrent()) this.answerIds(unasked, number, bits, ids, answers);
    return isCurrent() ? answers : this.canMany(ask, typeGiven, ids);
  }

  private answerIds(unasked: Unasked, type: number, bits: number, ids: readonly unknown[], answers: Uint8Array): void {
    const { length } = ids;
    unasked.answer(
      this.whole,
      () => this.resolved(),
      (at, answer) => {
        const place = unasked.places[at] as number;
        if (answer !== ALONE && length - place <= MOST_KEPT) {
          this.remember(type, unasked.ids[at] as string, unasked.projects[at], answer);
        }
        answers[place] = held(answer === ALONE ? this.maskOf(type, ids[place], undefined) : answer, bits);
      },
    );
  }

  /** Whether an object is named as it should be, nothing is remembered about it, and it may be asked about with others. */
  private isNew(type: number, id: unknown, project: unknown): boolean {
    if (!mayCrossTogether(id)) return false;
    const isIn = project !== undefined && project !== null && project !== "";
    if (isIn && !mayCrossTogether(project)) return false;
    return this.memo.find(type, id, isIn ? project : undefined) < 0;
  }

  /** Stores the answer, unless it is there: an object may be asked about twice at once. */
  private remember(type: number, id: string, project: string | undefined, answer: number): void {
    if (this.memo.find(type, id, project) < 0) this.memo.store(type, id, project, answer);
  }

  private canManyRefs(bits: number, refs: readonly unknown[]): Uint8Array {
    const answers = new Uint8Array(refs.length);
    // All of one time: adopting a ref may begin numbers anew, and with them the memo.
    const numbers = this.whole.refNumbers;
    const memo = this.refMemo;
    const { slots, slotMask } = memo;
    const unasked = new Unasked();
    for (let index = 0; index < refs.length; index++) {
      const ref = refs[index] as NumberedRef;
      let mask: number;
      if (typeof ref === "object" && ref !== null && ref.owner === numbers) {
        mask = slots[ref.number & slotMask] as number;
        if (mask >>> Slot.Number !== ref.number) {
          mask = memo.find(ref.number);
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
      this.whole,
      () => this.resolved(),
      (at, answer) => {
        const place = unasked.places[at] as number;
        const ref = refs[place] as NumberedRef;
        const alone = answer === ALONE || ref.owner !== this.whole.refNumbers;
        if (!alone && this.refMemo.find(ref.number) < 0) this.refMemo.store(ref.number, answer);
        answers[place] = held(alone ? this.refMask(ref) : answer, bits);
      },
    );
  }

  private isNewRef({ id, project_id: project }: NumberedRef): boolean {
    return mayCrossTogether(id) && (project === undefined || mayCrossTogether(project));
  }

  reach(): readonly Reach[] {
    this.whole.assertWhole("`reach`");
    return this.whole.answer(questionKey(this.kind, this.id, "reach"), (core) =>
      deepFreeze(core.reach(this.kind, this.crossingId())),
    ) as readonly Reach[];
  }

  protected override refMask(candidate: object): number {
    let ref = candidate as NumberedRef;
    if (ref.owner !== this.whole.refNumbers) ref = this.adopted(candidate);
    const known = this.refMemo.find(ref.number);
    if (known >= 0) return known;
    if (ref.id === "" || !isWellFormed(ref.id)) return 0;
    const type = this.kernel.typeNumber(ref.type);
    const answer = this.kernel.mask(this.resolved(), type, ref.id, ref.project_id) & Entry.Answer;
    this.refMemo.store(ref.number, answer);
    return answer;
  }

  private adopted(candidate: unknown): NumberedRef {
    const ref = this.whole.adopt(candidate);
    // Numbers may have begun anew.
    if (this.generation !== this.kernel.generation) this.renew();
    return ref;
  }

  protected override ids(given: Uint8Array | string[]): string[] {
    return idsOf(given);
  }

  /** After a change of objects alone, what was told of others stands, but for what is rare, and refs. */
  protected override renew(): void {
    const changes = this.whole.changesSince(this.generation);
    super.renew(changes === undefined ? undefined : this.memo);
    this.refMemo = new RefMemo();
    if (changes !== undefined) this.memo.forget(changes);
  }
}

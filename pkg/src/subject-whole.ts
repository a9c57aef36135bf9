// What is asked about somebody of the whole organisation.
import { questionKey } from "./cache.js";
import { deepFreeze } from "./freeze.js";
import type { Kernel } from "./kernel.js";
import type { RawCore, SubjectKind } from "./raw.js";
import { Subject } from "./subject.js";
import type { Reach } from "./types.js";

export class WholeSubject extends Subject {
  constructor(
    private readonly whole: Kernel<RawCore>,
    kind: SubjectKind,
    id: string | null,
  ) {
    super(whole, kind, id);
  }

  reach(): readonly Reach[] {
    this.whole.assertWhole("`reach`");
    return this.whole.answer(questionKey(this.kind, this.id, "reach"), (core) =>
      deepFreeze(core.reach(this.kind, this.crossingId())),
    ) as readonly Reach[];
  }
}

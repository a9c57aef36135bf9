// The small module's answers in the form of the whole module's: what is more than a number or a text comes as JSON.
import type { AnyGlue, RawAnswers, SubjectKind } from "../raw.js";

/** What the small module offers (Rust: src/js/lite.rs). Its functions throw texts: a code, a space and a message. */
export interface LiteGlue extends AnyGlue {
  Loader: new (length: number) => LiteLoader;
}

export interface LiteLoader {
  push(chunk: Uint8Array): void;
  /** Left out: what the snapshot says. The loader is gone by it. */
  finish(unknownInOrganization: boolean | undefined, membersKnown: boolean | undefined): RawLiteCore;
  free(): void;
}

/** `explain` without an ask is about creation. */
interface RawLiteCore
  extends Pick<
    RawAnswers,
    "organization" | "sliceOf" | "subject" | "typeNumber" | "mask" | "canCreate" | "isOwner" | "free"
  > {
  list(...question: Parameters<RawAnswers["list"]>): string;
  creatable(...question: Parameters<RawAnswers["creatable"]>): string;
  explain(...question: Parameters<RawAnswers["explain"]>): string;
  groups(subject: number): string;
}

const NO_ASK = 0;

export class LiteCore implements RawAnswers {
  constructor(private readonly raw: RawLiteCore) {}

  organization(): string {
    return this.raw.organization();
  }

  sliceOf(): string | undefined {
    return this.raw.sliceOf();
  }

  subject(kind: SubjectKind, id: string): number {
    return this.raw.subject(kind, id);
  }

  typeNumber(name: string): number {
    return this.raw.typeNumber(name);
  }

  mask(subject: number, type: number, id: string | undefined, project: string | undefined): number {
    return this.raw.mask(subject, type, id, project);
  }

  canCreate(subject: number, type: number, project: string | undefined): boolean {
    return this.raw.canCreate(subject, type, project);
  }

  isOwner(subject: number): boolean {
    return this.raw.isOwner(subject);
  }

  list(...question: Parameters<RawAnswers["list"]>): string[] {
    return JSON.parse(this.raw.list(...question));
  }

  creatable(...question: Parameters<RawAnswers["creatable"]>): string[] {
    return JSON.parse(this.raw.creatable(...question));
  }

  explain(...question: Parameters<RawAnswers["explain"]>): unknown {
    return JSON.parse(this.raw.explain(...question));
  }

  explainCreate(...[kind, subject, type, project]: Parameters<RawAnswers["explainCreate"]>): unknown {
    return JSON.parse(this.raw.explain(kind, subject, NO_ASK, type, undefined, project));
  }

  groups(subject: number): unknown {
    return JSON.parse(this.raw.groups(subject));
  }

  free(): void {
    this.raw.free();
  }
}

// The small module's answers in the form of the whole module's: what is more than a number or a text comes as JSON.
import { ANONYMOUS, type AnyGlue, type RawAnswers, type SubjectKind } from "../raw.js";
import { isSingleton, knownTypeNumber } from "../vocabulary.js";
import { type Asked, describe } from "./explain.js";

/** What the small module offers (Rust: lite/src/bindings.rs). */
export interface LiteGlue extends AnyGlue {
  /** Options are 1 for yes, 0 for no, 2 for what the snapshot says. */
  Core: new (
    bytes: Uint8Array,
    unknownInOrganization: number,
    membersKnown: number,
  ) => RawLiteCore;
}

interface RawLiteCore {
  number(what: Numbers, subject: number, type: number, texts: Uint8Array): number;
  text(what: Texts, subject: number, ask: number, type: number, texts: Uint8Array): string;
  free(): void;
}

/** Questions whose answer is a number. */
enum Numbers {
  Problem,
  User,
  Member,
  Type,
  Mask,
  CanCreate,
  IsOwner,
}

/** Questions whose answer is a text, from `List` on in JSON. */
enum Texts {
  Organization,
  SliceOf,
  List,
  Creatable,
  Groups,
  Explain,
  ExplainToMember,
}

const encoder = new TextEncoder();
/** Where texts are written before they cross, unless they are long. */
const ROOM = new Uint8Array(512);

/** Texts as one: behind each is a byte that UTF-8 never has, and in place of one left out there is another. */
function together(texts: readonly (string | undefined)[]): Uint8Array {
  const most = 3 * texts.join().length + 2 * texts.length;
  const room = most > ROOM.length ? new Uint8Array(most) : ROOM;
  let at = 0;
  for (const text of texts) {
    if (text === undefined) room[at++] = 0xfe;
    else at += encoder.encodeInto(text, room.subarray(at)).written;
    room[at++] = 0xff;
  }
  return room.subarray(0, at);
}

const CREATE = 1;
const ORG_MEMBER = 2;
const PROJECT_GROUP = 4;
const PROJECT = 5;
const GROUP = 11;
const ROLE = 12;

export class LiteCore implements RawAnswers {
  /** 0 when the bytes could be read, 1 when they are no snapshot or a damaged one, else their version, which is too high. */
  readonly problem: number;

  constructor(private readonly raw: RawLiteCore) {
    this.problem = this.number(Numbers.Problem, 0, 0);
  }

  private number(what: Numbers, subject: number, type: number, ...texts: (string | undefined)[]): number {
    return this.raw.number(what, subject, type, together(texts));
  }

  private text(what: Texts, subject: number, ask: number, type: number, ...texts: (string | undefined)[]): string {
    return this.raw.text(what, subject, ask, type, together(texts));
  }

  organization(): string {
    return this.text(Texts.Organization, 0, 0, 0);
  }

  sliceOf(): string | undefined {
    return this.text(Texts.SliceOf, 0, 0, 0) || undefined;
  }

  subject(kind: SubjectKind, id: string): number {
    return this.number(Numbers.User + kind, 0, 0, id);
  }

  typeNumber(name: string): number {
    return knownTypeNumber(name) ?? this.number(Numbers.Type, 0, 0, name);
  }

  mask(subject: number, type: number, id: string | undefined, project: string | undefined): number {
    return this.number(Numbers.Mask, subject, type, id, project);
  }

  canCreate(subject: number, type: number, project: string | undefined): boolean {
    return this.number(Numbers.CanCreate, subject, type, undefined, project) === 1;
  }

  isOwner(subject: number): boolean {
    return this.number(Numbers.IsOwner, subject, 0) === 1;
  }

  list(...[subject, ask, type, project, after, limit]: Parameters<RawAnswers["list"]>): string[] {
    const ids: string[] = JSON.parse(this.text(Texts.List, subject, ask, type, undefined, project));
    // Strings are compared code unit by code unit: so ids are ordered.
    return (after === undefined ? ids : ids.filter((id) => id > after)).sort().slice(0, limit);
  }

  creatable(subject: number, type: number): string[] {
    return JSON.parse(this.text(Texts.Creatable, subject, 0, type)).sort();
  }

  explain(...[kind, subject, bits, type, givenId, project]: Parameters<RawAnswers["explain"]>): unknown {
    const number = this.typeNumber(type);
    const id = givenId ?? (isSingleton(number) ? this.organization() : "");
    return this.describe({ kind, subject, bits, type, id }, bits, number, givenId, project);
  }

  explainCreate(...[kind, subject, creates, project]: Parameters<RawAnswers["explainCreate"]>): unknown {
    const number = this.typeNumber(creates);
    // Inviting a member is `create` on org_member.
    if (number === ORG_MEMBER) return this.explain(kind, subject, CREATE, creates, undefined, undefined);
    // Where it would be; nowhere without a project, or for a type that exists once.
    let type = creates;
    let id = "";
    if (number === PROJECT) type = "org_project";
    else if (number === PROJECT_GROUP || number === GROUP || number === ROLE) type = "organization";
    else if (project !== undefined && !isSingleton(number)) [type, id] = ["project", project];
    if (type !== creates && id === "" && type !== "project") id = this.organization();
    return this.describe({ kind, subject, bits: CREATE, type, id, creates }, 0, number, undefined, project);
  }

  private describe(
    asked: Asked,
    ask: number,
    type: number,
    id: string | undefined,
    project: string | undefined,
  ): unknown {
    const { kind, subject } = asked;
    const handle = subject === undefined ? ANONYMOUS : this.subject(kind, subject);
    return describe(
      this.organization(),
      asked,
      JSON.parse(this.text(Texts.Explain + kind, handle, ask, type, id, project, subject)),
    );
  }

  groups(subject: number): unknown {
    const groups: [[string, string | null], string[]][] = JSON.parse(this.text(Texts.Groups, subject, 0, 0));
    return groups.map(([[id, name], via]) => ({ id, name: name ?? id, via })).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  free(): void {
    this.raw.free();
  }
}

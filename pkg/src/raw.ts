// What the wasm module offers, as wasm-bindgen's glue has it (Rust: src/js/). Its functions throw plain objects
// `{ code, message, path? }`; anything else that they throw means that the instance is broken.

export interface RawLoader {
  /** Begins one JSON text: a whole export (`list` is "") or one list; `page` is its number in an iterable, or -1. */
  open(list: string, page: number): void;
  push(chunk: Uint8Array): void;
  close(): void;
  /** Begins a snapshot of so many bytes in all, in place of texts; they come by `push`. */
  snapshot(length: number): void;
  /** Ends loading; the loader is of no further use. */
  finish(): RawCore;
  free(): void;
}

/** What both modules answer: the small one, through pkg/src/lite/core.ts. */
export interface RawAnswers {
  organization(): string;
  subject(kind: SubjectKind, id: string): number;
  typeNumber(name: string): number;
  mask(subject: number, type: number, id: string | undefined, project: string | undefined): number;
  canCreate(subject: number, type: number, project: string | undefined): boolean;
  /** Ids in order, as `idsOf` takes them. */
  list(
    subject: number,
    ask: number,
    type: number,
    project: string | undefined,
    after: string | undefined,
    limit: number | undefined,
  ): Uint8Array | string[];
  creatable(subject: number, type: number): Uint8Array | string[];
  /** `subjectId` left out: somebody who is not signed in. */
  explain(
    kind: SubjectKind,
    subjectId: string | undefined,
    ask: number,
    type: string,
    id: string | undefined,
    project: string | undefined,
  ): unknown;
  explainCreate(kind: SubjectKind, subjectId: string | undefined, type: string, project: string | undefined): unknown;
  groups(subject: number): unknown;
  isOwner(subject: number): boolean;
  sliceOf(): string | undefined;
  free(): void;
}

export interface RawCore extends RawAnswers {
  /** What `mask` answers, without a project, of the object whose id was written into the room: so many bytes. */
  maskOfRoom(subject: number, type: number, length: number): number;
  /**
   * What `mask` answers, for several objects, each of its type, and in a project by its place. Ids and projects are UTF-8 with line
   * feeds between them.
   */
  masks(
    subject: number,
    types: Uint16Array,
    ids: Uint8Array,
    inProjects: Uint32Array,
    projects: Uint8Array,
  ): Uint16Array;
  who(
    ask: number,
    type: string,
    id: string | undefined,
    project: string | undefined,
    after: string | undefined,
    limit: number | undefined,
  ): unknown;
  access(type: string, id: string | undefined, project: string | undefined): unknown;
  findings(): unknown;
  /** Findings, and the ids of the objects about which answers may be other ones; null when it may be anything. */
  apply(changes: Uint8Array): unknown;
  find(query: string): unknown;
  name(type: string, id: string): string | undefined;
  stats(): unknown;
  toBytes(): Uint8Array;
  slice(subject: string, projects: string[] | undefined, withObjects: boolean): Uint8Array;
  /** Requests and actors are JSON. */
  validate(request: string, actor: string): unknown;
  authorize(request: string, actor: string): unknown;
  matrix(kind: SubjectKind, id: string): unknown;
  audit(): unknown;
  reach(kind: SubjectKind, subjectId: string | undefined): unknown;
  draft(actor: string, creatorGrants: boolean): RawDraft;
}

export interface RawDraft {
  version(): number;
  /** Both return the ids of what is created. */
  request(request: string): string[];
  change(name: string, args: string): string[];
  changes(): unknown;
  findings(): unknown;
  diff(after: number, limit: number | undefined): unknown;
  summary(): unknown;
  requests(): unknown;
  undo(index: number | undefined): void;
  clear(): void;
  rebase(core: RawCore): unknown;
  preview(): RawCore;
  free(): void;
}

/** wasm-bindgen's glue, in a function of its own so that every instance has its own copy of the state. */
export interface AnyGlue {
  initSync(module: WebAssembly.Module): void;
  init(module: WebAssembly.Module): Promise<void>;
}

/** That of the whole module. */
export interface Glue extends AnyGlue {
  /** Left out: what a snapshot says, or the usual. `now` in milliseconds since 1970. */
  Loader: new (
    strict: boolean,
    unknownInOrganization: boolean | undefined,
    membersKnown: boolean | undefined,
    now: number,
  ) => RawLoader;
  newOrganization(json: string): unknown;
  /** Room for an id in the module's memory (room.ts). */
  roomMemory(): WebAssembly.Memory;
  roomAt(): number;
  roomSize(): number;
}

export enum SubjectKind {
  User = 0,
  Group = 1,
}

/** Subject handle: the data name no such subject. */
export const NOBODY = 0xffff_ffff;
/** Subject handle: somebody who is not signed in. */
export const ANONYMOUS = 0xffff_fffe;

/** The highest number that crosses the boundary as a count. */
export const MOST = 0xffff_ffff;

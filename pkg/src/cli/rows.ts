// The rows of an export's lists, one by one from bytes as they come: a file of any size is never held whole. The
// evaluator reads the same bytes; this is for what it does not tell (e-mails, the rows of two exports compared).

export type ExportRow = Readonly<Record<string, unknown>>;
export type OnRow = (list: string, row: ExportRow) => void;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Finds where rows begin and end, and parses those of the lists that are wanted. A list is rows, a page (`{"objects":
 * […]}`), or pages. It trusts that the text is JSON: whoever loads it says what is wrong with it.
 */
export class RowScanner {
  /** Names of the lists that came so far, wanted or not. */
  readonly lists = new Set<string>();
  private readonly decoder = new TextDecoder();
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** Where the string that is being read began in this chunk; -1: nobody asked for it. */
  private keyStart = -1;
  private keyBytes: Uint8Array[] = [];
  private lastKey = "";
  /** Of the object at depth 1, or of an object that may be a page: a key comes next. */
  private keyNext = false;
  private list: string | undefined;
  /** Containers of the list that hold rows rather than being one. */
  private transparent = 0;
  /** The depth at which the row that is being captured was opened; 0: none is. */
  private captured = 0;
  private captureStart = 0;
  private pieces: Uint8Array[] = [];

  constructor(
    private readonly wanted: ReadonlySet<string>,
    private readonly onRow: OnRow,
  ) {}

  push(chunk: Uint8Array): void {
    this.keyStart = this.keyStart === -1 ? -1 : 0;
    this.captureStart = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.endString(chunk, i);
        continue;
      }
      switch (byte) {
        case QUOTE:
          this.inString = true;
          if (this.keyNext) this.keyStart = i + 1;
          break;
        case OPEN_OBJECT:
          this.openObject(i);
          break;
        case OPEN_LIST:
          this.openList();
          break;
        case CLOSE_OBJECT:
        case CLOSE_LIST:
          this.close(chunk, i);
          break;
        case COMMA:
          if (this.depth === 1) this.keyNext = true;
          break;
        case COLON:
          if (this.depth === 1) this.beginList();
          break;
      }
    }
    if (this.keyStart !== -1) this.keyBytes.push(chunk.subarray(this.keyStart));
    if (this.captured > 0) this.pieces.push(chunk.subarray(this.captureStart));
  }

  private endString(chunk: Uint8Array, end: number): void {
    this.inString = false;
    if (this.keyStart === -1) return;
    this.keyBytes.push(chunk.subarray(this.keyStart, end));
    this.lastKey = this.decoder.decode(joined(this.keyBytes));
    this.keyBytes = [];
    this.keyStart = -1;
    this.keyNext = false;
    // An object whose first key is `objects` is a page: its rows are read one by one.
    if (this.captured > 0 && this.depth === this.captured && this.lastKey === "objects") {
      this.captured = 0;
      this.pieces = [];
      this.transparent++;
    }
  }

  private beginList(): void {
    this.keyNext = false;
    this.lists.add(this.lastKey);
    this.list = this.wanted.has(this.lastKey) ? this.lastKey : undefined;
    this.transparent = 0;
  }

  private get atRow(): boolean {
    return this.list !== undefined && this.captured === 0 && this.depth === 1 + this.transparent;
  }

  private openObject(at: number): void {
    if (this.atRow) {
      this.captured = this.depth + 1;
      this.captureStart = at;
      this.keyNext = true;
    } else if (this.depth === 0) {
      this.keyNext = true;
    }
    this.depth++;
  }

  private openList(): void {
    if (this.atRow) this.transparent++;
    this.depth++;
  }

  private close(chunk: Uint8Array, at: number): void {
    this.keyNext = false;
    if (this.captured > 0 && this.depth === this.captured) {
      this.pieces.push(chunk.subarray(this.captureStart, at + 1));
      this.captured = 0;
      this.emit();
    } else if (this.captured === 0 && this.transparent > 0 && this.depth === 1 + this.transparent) {
      this.transparent--;
    }
    this.depth--;
  }

  private emit(): void {
    const text = this.decoder.decode(joined(this.pieces));
    this.pieces = [];
    let row: ExportRow;
    try {
      row = JSON.parse(text) as ExportRow;
    } catch {
      return;
    }
    const list = this.list as string;
    if (Array.isArray(row.objects)) {
      for (const each of row.objects)
        if (typeof each === "object" && each !== null) this.onRow(list, each as ExportRow);
    } else {
      this.onRow(list, row);
    }
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}

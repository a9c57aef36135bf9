// Which rows of a list came already: 20 bytes each, outside of the JavaScript heap, so that a list may be long.

/** A row's id as four words and a hash of its text. */
const WORDS = 5;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NIL = "00000000-0000-0000-0000-000000000000";

export class SeenRows {
  private slots = 1 << 10;
  private table = new Uint32Array(this.slots * WORDS);
  private used = 0;
  /** Ids in another form. */
  private readonly others = new Map<string, number>();

  /**
   * Notes a row. One that came with the same text before is `same`. One that came with another text is `other`: which of
   * the two counts is not for here to say.
   */
  note(id: string, text: string): "new" | "same" | "other" {
    const hash = hashOf(text);
    if (!UUID.test(id) || id === NIL) {
      const before = this.others.get(id);
      if (before === undefined) this.others.set(id, hash);
      return verdict(before, hash);
    }
    if (this.used * 4 >= this.slots * 3) this.grow();
    const words = wordsOf(id);
    const at = this.find(words);
    const before = this.isFree(at) ? undefined : this.table[at + 4];
    if (before === undefined) {
      this.table.set([...words, hash], at);
      this.used++;
    }
    return verdict(before, hash);
  }

  /** Where the id is, or the free place where it would be. */
  private find(words: ArrayLike<number> & Iterable<number>): number {
    // Version 7 begins with the time: the last word is spread best.
    for (let slot = (words[3] as number) % this.slots; ; slot = (slot + 1) % this.slots) {
      const at = slot * WORDS;
      if (this.isFree(at) || this.holds(at, words)) return at;
    }
  }

  private holds(at: number, [a, b, c, d]: ArrayLike<number> & Iterable<number>): boolean {
    const { table } = this;
    return table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d;
  }

  /** Only the nil UUID is all zeros, and that one is kept elsewhere. */
  private isFree(at: number): boolean {
    const { table } = this;
    return table[at] === 0 && table[at + 1] === 0 && table[at + 2] === 0 && table[at + 3] === 0;
  }

  private grow(): void {
    const { table } = this;
    this.slots *= 2;
    this.table = new Uint32Array(this.slots * WORDS);
    for (let at = 0; at < table.length; at += WORDS) {
      const row = table.subarray(at, at + WORDS);
      if (row[0] !== 0 || row[1] !== 0 || row[2] !== 0 || row[3] !== 0) this.table.set(row, this.find(row));
    }
  }
}

function verdict(before: number | undefined, hash: number): "new" | "same" | "other" {
  if (before === undefined) return "new";
  return before === hash ? "same" : "other";
}

function wordsOf(id: string): number[] {
  const digits = id.replaceAll("-", "");
  return [0, 8, 16, 24].map((from) => Number.parseInt(digits.slice(from, from + 8), 16));
}

/** FNV-1a of the code units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

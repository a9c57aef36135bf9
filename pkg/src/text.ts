// JSON on its way into wasm: as UTF-8, in chunks. Wasm memory never shrinks, so a whole text is never in it.
import type { RawLoader } from "./raw.js";
import type { Steps } from "./steps.js";
import { escapeLoneSurrogates, isWellFormed } from "./strings.js";

const PIECE = 1 << 15;
const CHUNK = 1 << 16;
/** Bytes after which an asynchronous load lets the event loop run. */
const BREATH = 1 << 20;

const encoder = new TextEncoder();
const BYTE_ORDER_MARK = 0xfeff;

/** Where texts go. */
export type Sink = Pick<RawLoader, "open" | "push" | "close">;

/** Writes one JSON text after another into a loader. */
export class TextWriter {
  /** Bytes written so far, of all texts. */
  bytes = 0;
  private pending = "";
  private atStart = true;
  private breath = 0;
  private readonly buffer = new Uint8Array(PIECE * 3 + 3);

  constructor(
    private readonly loader: Sink,
    private readonly progress: (bytes: number) => void,
  ) {}

  open(list: string, page: number): void {
    this.pending = "";
    this.atStart = true;
    this.loader.open(list, page);
  }

  *close(): Steps {
    yield* this.flush(true);
    // A text of nothing is a text all the same, and not JSON.
    if (this.atStart) this.loader.push(new Uint8Array(0));
    this.loader.close();
  }

  /** Adds text; it is sent when there is enough of it. */
  *text(text: string): Steps {
    this.pending += text;
    if (this.pending.length >= PIECE) yield* this.flush(false);
  }

  *chunk(bytes: Uint8Array): Steps {
    if (this.pending !== "") yield* this.flush(true);
    let from = 0;
    if (this.atStart && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) from = 3;
    for (; from < bytes.length; from += CHUNK) yield* this.push(bytes.subarray(from, from + CHUNK));
  }

  private *flush(last: boolean): Steps {
    const text = this.pending;
    this.pending = "";
    let from = this.atStart && text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
    while (from < text.length) {
      let to = Math.min(from + PIECE, text.length);
      // A pair is never split: its first half waits for the second, in the next text if need be.
      if ((to < text.length || !last) && isHighSurrogate(text.charCodeAt(to - 1))) to--;
      if (to === from) break;
      yield* this.push(this.encode(text.slice(from, to)));
      from = to;
    }
    this.pending = text.slice(from);
  }

  private encode(piece: string): Uint8Array {
    if (!isWellFormed(piece)) return encoder.encode(escapeLoneSurrogates(piece));
    const { written } = encoder.encodeInto(piece, this.buffer);
    return this.buffer.subarray(0, written);
  }

  private *push(bytes: Uint8Array): Steps {
    this.loader.push(bytes);
    this.atStart = false;
    this.bytes += bytes.length;
    this.breath += bytes.length;
    if (this.breath >= BREATH) {
      this.breath = 0;
      this.progress(this.bytes);
      yield undefined;
    }
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

// Texts and bytes that come whole, in a response or in a stream, piece by piece.
import { AclarityError, badArgument, kindOf } from "./errors.js";
import { abandon, bytesOf, isBytes, isReadable, isResponse } from "./forms.js";
import type { Steps } from "./steps.js";

export type Text = string | ArrayBuffer | ArrayBufferView | Response | ReadableStream | AsyncIterable<unknown>;

/** Where pieces go. */
export interface Taker {
  text(text: string): Steps;
  chunk(bytes: Uint8Array): Steps;
}

export function* takeText(taker: Taker, text: Text, path: string): Steps {
  if (typeof text === "string") yield* taker.text(text);
  else if (isBytes(text)) yield* taker.chunk(bytesOf(text));
  else if (isResponse(text)) yield* takeResponse(taker, text, path);
  else if (isReadable(text)) yield* takeStream(taker, text, path);
  else yield* takeChunks(taker, text as AsyncIterable<unknown>, path);
}

function* takeResponse(taker: Taker, response: Response, path: string): Steps {
  if (!response.ok) {
    if (response.body !== null && isReadable(response.body)) abandon(() => response.body?.cancel());
    throw new AclarityError("http", `answered with status ${response.status}`, { path });
  }
  if (response.bodyUsed) throw badArgument("the body of this Response was already read");
  if (response.body !== null) yield* takeText(taker, response.body, path);
}

function* takeStream(taker: Taker, stream: ReadableStream, path: string): Steps {
  if (stream.locked) throw badArgument("this stream is already being read");
  const reader = stream.getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = (yield reader.read()) as ReadableStreamReadResult<unknown>;
      if (done) {
        finished = true;
        return;
      }
      yield* takeStreamed(taker, value, path);
    }
  } finally {
    if (!finished) abandon(() => reader.cancel());
    reader.releaseLock();
  }
}

/** What is no web stream and yet gives chunks: Node's streams. */
function* takeChunks(taker: Taker, chunks: AsyncIterable<unknown>, path: string): Steps {
  const iterator = chunks[Symbol.asyncIterator]();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = (yield iterator.next()) as IteratorResult<unknown>;
      if (done === true) {
        finished = true;
        return;
      }
      yield* takeStreamed(taker, value, path);
    }
  } finally {
    if (!finished) abandon(() => iterator.return?.());
  }
}

function* takeStreamed(taker: Taker, value: unknown, path: string): Steps {
  if (typeof value === "string") yield* taker.text(value);
  else if (isBytes(value)) yield* taker.chunk(bytesOf(value));
  else throw badArgument(`${path === "" ? "" : `${path}: `}a stream gives bytes or text, not ${kindOf(value)}`);
}

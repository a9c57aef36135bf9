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
  // What is no web stream and yet gives chunks: Node's streams.
  else yield* takeChunks(taker, (text as AsyncIterable<unknown>)[Symbol.asyncIterator](), path);
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
  try {
    const next = () => reader.read() as Promise<IteratorResult<unknown>>;
    yield* takeChunks(taker, { next, return: () => reader.cancel() as Promise<never> }, path);
  } finally {
    reader.releaseLock();
  }
}

function* takeChunks(taker: Taker, chunks: AsyncIterator<unknown>, path: string): Steps {
  let finished = false;
  try {
    for (;;) {
      const { done, value } = (yield chunks.next()) as IteratorResult<unknown>;
      if (done === true) {
        finished = true;
        return;
      }
      yield* takeStreamed(taker, value, path);
    }
  } finally {
    if (!finished) abandon(() => chunks.return?.());
  }
}

function* takeStreamed(taker: Taker, value: unknown, path: string): Steps {
  if (typeof value === "string") yield* taker.text(value);
  else if (isBytes(value)) yield* taker.chunk(bytesOf(value));
  else throw badArgument(`${path === "" ? "" : `${path}: `}a stream gives bytes or text, not ${kindOf(value)}`);
}

// From a snapshot in any form to a core of the small module.
import { AclarityError, badArgument, kindOf } from "../errors.js";
import { isText, isThenable } from "../forms.js";
import type { Host, Instance } from "../instance.js";
import type { Loaded } from "../loaded.js";
import type { CheckedOptions } from "../options.js";
import { isSnapshot } from "../snapshot.js";
import { aborted, type Steps, takeAtOnce, takeInTurn } from "../steps.js";
import { takeText } from "../streams.js";
import { LiteCore, type LiteGlue } from "./core.js";
import { notIncluded } from "./not-included.js";

type LoadedLite = Loaded<LiteCore>;

export async function loadInTurn(host: Host<LiteGlue>, source: unknown, options: CheckedOptions): Promise<LoadedLite> {
  // One that is rejected while the module is still loading must not count as unhandled.
  if (isThenable(source)) source.then(undefined, () => {});
  assertIncluded(options);
  await host.ready();
  const chunks = await takeInTurn(collect(source, options), options.signal);
  // The instance that runs when all has come: one may have stopped meanwhile.
  return read(await host.ready(), chunks, options);
}

export function loadAtOnce(host: Host<LiteGlue>, source: unknown, options: CheckedOptions): LoadedLite {
  if (options.signal?.aborted) throw aborted(options.signal);
  assertIncluded(options);
  return read(host.now(), takeAtOnce(collect(source, options)), options);
}

function assertIncluded({ strict }: CheckedOptions): void {
  if (strict) throw notIncluded("a strict load");
}

/** The pieces of a snapshot: how long it is, is known only when all of it has come. */
function* collect(source: unknown, { onProgress }: CheckedOptions): Steps<Uint8Array[]> {
  const given = isThenable(source) ? yield source : source;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (!isText(given)) {
    if (typeof given === "object" && given !== null) throw notIncluded("loading an export");
    throw badArgument(`a source is the bytes of a snapshot, a Response or a stream, not ${kindOf(given)}`);
  }
  const taker = {
    // biome-ignore lint/correctness/useYield: a step that never comes to one
    *text(): Steps {
      throw notIncluded("loading JSON text");
    },
    *chunk(chunk: Uint8Array): Steps {
      if (chunk.length === 0) return;
      if (bytes === 0 && !isSnapshot(chunk) && isJson(chunk)) throw notIncluded("loading JSON text");
      // Whoever streams may use the same buffer again.
      chunks.push(given instanceof Uint8Array ? chunk : chunk.slice());
      bytes += chunk.length;
      onProgress?.(Object.freeze({ bytes }));
      yield undefined;
    },
  };
  yield* takeText(taker, given, "");
  return chunks;
}

/** Whether bytes may be the beginning of an export's text: a brace or a bracket, white space, or a byte order mark. */
function isJson([first]: Uint8Array): boolean {
  return first !== undefined && [0x7b, 0x5b, 0x20, 0x09, 0x0a, 0x0d, 0xef].includes(first);
}

const UNCHANGED = 2;

function optionNumber(option: boolean | undefined): number {
  return option === undefined ? UNCHANGED : Number(option);
}

function read(instance: Instance<LiteGlue>, chunks: readonly Uint8Array[], options: CheckedOptions): LoadedLite {
  const { unknownInOrganization, membersKnown } = options;
  let core: LiteCore;
  try {
    core = new LiteCore(
      new instance.glue.Core(joined(chunks), optionNumber(unknownInOrganization), optionNumber(membersKnown)),
    );
    if (core.problem === 0) return { core, instance };
    core.free();
  } catch (thrown) {
    throw instance.failure(thrown);
  }
  throw core.problem === 1
    ? new AclarityError("snapshot_corrupt", "this is not a whole and undamaged snapshot; make it anew from the export")
    : new AclarityError(
        "snapshot_version",
        `this snapshot is of version ${core.problem} of the format, which is later than this library; update the library, or make the snapshot anew with this one`,
      );
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

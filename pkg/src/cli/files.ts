// Files that are written: whole or not at all, and for their owner's eyes.
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileTrouble, usage } from "./problem.js";

/** An export says who may do what. */
const PRIVATE = 0o600;

/**
 * Writes a file beside its place and moves it there when it is complete. `onWritten` is told how many bytes there are
 * so far. What the pieces throw is thrown on, and what was there before stays.
 */
export async function writeWhole(
  file: string,
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  onWritten: (bytes: number) => void = () => {},
): Promise<number> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  const handle = await open(temporary, "wx", PRIVATE).catch((error: unknown) => fail(file, error));
  let bytes = 0;
  try {
    try {
      for await (const piece of pieces) {
        const data = typeof piece === "string" ? Buffer.from(piece) : piece;
        await handle.appendFile(data).catch((error: unknown) => fail(file, error));
        bytes += data.length;
        onWritten(bytes);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file).catch((error: unknown) => fail(file, error));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return bytes;
}

function fail(file: string, error: unknown): never {
  const trouble = fileTrouble(error);
  if (trouble === undefined) throw error;
  throw usage(`\`${file}\` could not be written: ${trouble}`);
}

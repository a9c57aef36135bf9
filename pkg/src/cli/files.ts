// Files that are written: whole or not at all, and for their owner's eyes.
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileTrouble, type Problem, usage } from "./problem.js";

/** An export says who may do what. */
const PRIVATE = 0o600;

/** Where a file goes. */
export interface Target {
  /** As somebody named it. */
  readonly name: string;
  /** The file itself, behind links. */
  readonly path: string;
}

/**
 * Where a file will be written, once it is sure that it can be: before anybody is asked for a key, or works for what
 * would be lost. A link stays what it is, and what it leads to is written.
 */
export async function targetOf(name: string): Promise<Target> {
  const path = await behindLinks(name, resolve(name));
  const folder = dirname(path);
  const holds = await stat(folder).catch((error: unknown) => {
    throw isNothing(error) ? unwritable(name, `there is no folder \`${dirname(name)}\``) : failure(name, error);
  });
  if (!holds.isDirectory()) throw unwritable(name, "a part of its path is no folder");
  await access(folder, constants.W_OK | constants.X_OK).catch((error: unknown) => fail(name, error));
  const there = await statOf(name, path);
  if (there?.isDirectory()) throw unwritable(name, "it is a folder; name a file in it");
  if (there !== undefined && !there.isFile()) throw unwritable(name, "it is there already, and no regular file");
  return { name, path };
}

/** Links in a circle, or more of them than the system follows. */
const MOST_LINKS = 40;

/** A link may lead to what is not there yet: the system's own way of resolving it would fail. */
async function behindLinks(name: string, path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = await readlink(at).catch(() => undefined);
    if (next === undefined) return realpath(at).catch(() => at);
    at = resolve(dirname(at), next);
  }
  throw unwritable(name, "its links go in circles");
}

async function statOf(name: string, path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isNothing(error)) return undefined;
    throw failure(name, error);
  }
}

/**
 * Writes a file beside its place and moves it there when it is complete. What the pieces throw is thrown on, and what
 * was there before stays. Returns how many bytes there are.
 */
export async function writeWhole(
  { name, path }: Target,
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<number> {
  // The name may be as long as names can be: this one is its own.
  const temporary = join(dirname(path), `.aclarity-${randomUUID()}.tmp`);
  const handle = await open(temporary, "wx", PRIVATE).catch((error: unknown) => fail(name, error));
  let bytes = 0;
  try {
    try {
      for await (const piece of pieces) {
        const data = typeof piece === "string" ? Buffer.from(piece) : piece;
        await handle.appendFile(data).catch((error: unknown) => fail(name, error));
        bytes += data.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path).catch((error: unknown) => fail(name, error));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return bytes;
}

function isNothing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ENOENT";
}

function unwritable(name: string, why: string): Problem {
  return usage(`\`${name}\` cannot be written: ${why}`);
}

function failure(name: string, error: unknown): unknown {
  const trouble = fileTrouble(error);
  return trouble === undefined ? error : unwritable(name, trouble);
}

function fail(name: string, error: unknown): never {
  throw failure(name, error);
}

// How a command ends when it cannot answer: one line that says what to do, and an exit code.
import { AclarityError } from "../errors.js";
import { withoutKeys } from "./keys.js";

/** What a command's exit code says. */
export const EXIT = { yes: 0, no: 1, usage: 2, unknown: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export class Problem extends Error {
  constructor(
    readonly exit: Exit,
    message: string,
    /** Further lines: candidates, say. */
    readonly details: readonly string[] = [],
  ) {
    super(withoutKeys(message));
  }
}

/** Wrong arguments, or something given that cannot be read. */
export function usage(message: string, details?: readonly string[]): Problem {
  return new Problem(EXIT.usage, message, details);
}

/** The export does not know what was named. */
export function unknown(message: string, details?: readonly string[]): Problem {
  return new Problem(EXIT.unknown, message, details);
}

const FILE_TROUBLE: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read or written by this account",
  EPERM: "it may not be read or written by this account",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links go in circles",
};

/** Why a file could not be read or written, without a stack. */
export function fileTrouble(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? (FILE_TROUBLE[code] ?? `the system says ${code}`) : undefined;
}

/** Every error that may leave a command, as a Problem. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AclarityError) return usage(error.message);
  const known = (error as { name?: unknown; code?: unknown; message?: unknown } | null) ?? {};
  if (known.name === "AclarityError") return usage(String(known.message));
  const what =
    error instanceof Error ? `${error.name}: ${error.message.split("\n", 1)[0]}` : "something that is no error";
  return usage(`this should not have happened, and is a fault of aclarity's: ${what}; please report it`);
}

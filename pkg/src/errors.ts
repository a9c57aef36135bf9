import { withoutCredentials } from "./secrets.js";
import type { ErrorCode } from "./types.js";

export class AclarityError extends Error {
  override readonly name = "AclarityError";
  readonly code: ErrorCode;
  declare readonly path?: string;
  declare readonly status?: number;

  constructor(
    code: ErrorCode,
    message: string,
    options: { path?: string | undefined; status?: number | undefined; cause?: unknown } = {},
  ) {
    // Whatever is quoted in it: a secret that was passed by mistake is not repeated.
    super(withoutCredentials(message), "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.path !== undefined) this.path = withoutCredentials(options.path);
    if (options.status !== undefined) this.status = options.status;
  }
}

// Its own name, which Node prints: a minifier takes that of a class away.
Object.defineProperty(AclarityError, "name", { value: "AclarityError" });

export function badArgument(message: string): AclarityError {
  return new AclarityError("bad_argument", message);
}

/** What a value is, for a message: never the value itself, which may be somebody's secret. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value === undefined) return "undefined";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

interface RawError {
  code: ErrorCode;
  message: string;
  path?: string | null;
}

/** The error that the wasm module reported, or undefined when `thrown` is not a report (then the instance broke). */
export function reported(thrown: unknown): AclarityError | undefined {
  if (thrown instanceof Error || typeof thrown !== "object" || thrown === null) return undefined;
  const { code, message, path } = thrown as Partial<RawError>;
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return new AclarityError(code, message, { path: path ?? undefined });
}

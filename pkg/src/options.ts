// How an organisation is loaded.
import { knownKeys } from "./arguments.js";
import { badArgument, kindOf } from "./errors.js";
import type { LoadOptions } from "./types.js";

/** How data are read: what a `replace` takes over from the load. */
export interface Reading {
  readonly strict: boolean;
  /** Undefined: nobody said; it is as a snapshot says, or `deny`. Likewise what follows. */
  readonly unknownInOrganization: boolean | undefined;
  readonly membersKnown: boolean | undefined;
  /** Milliseconds since 1970; undefined: whatever it is when data are loaded. */
  readonly now: number | undefined;
}

export interface CheckedOptions extends Reading {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: LoadOptions["onProgress"];
}

const DEFAULTS: Reading = {
  strict: false,
  unknownInOrganization: undefined,
  membersKnown: undefined,
  now: undefined,
};

const OPTIONS = ["strict", "unknownObjects", "members", "now", "signal", "onProgress"];

export function checkOptions(options: LoadOptions | undefined, defaults: Reading = DEFAULTS): CheckedOptions {
  const given = options ?? {};
  if (typeof given !== "object") throw badArgument(`load options are an object, not ${kindOf(given)}`);
  knownKeys(given, OPTIONS, "a load option");
  const { strict = defaults.strict, unknownObjects, members, now, signal, onProgress } = given;
  if (typeof strict !== "boolean") throw badArgument("`strict` is true or false");
  if (unknownObjects !== undefined && unknownObjects !== "deny" && unknownObjects !== "inOrganization") {
    throw badArgument("`unknownObjects` is `deny` or `inOrganization`");
  }
  if (members !== undefined && members !== "any" && members !== "known") {
    throw badArgument("`members` is `any` or `known`");
  }
  if (now !== undefined && !(now instanceof Date && !Number.isNaN(now.getTime()))) {
    throw badArgument("`now` is a valid Date");
  }
  if (signal !== undefined && signal !== null && !isSignal(signal)) throw badArgument("`signal` is an AbortSignal");
  if (onProgress !== undefined && typeof onProgress !== "function") throw badArgument("`onProgress` is a function");
  return {
    strict,
    unknownInOrganization:
      unknownObjects === undefined ? defaults.unknownInOrganization : unknownObjects === "inOrganization",
    membersKnown: members === undefined ? defaults.membersKnown : members === "known",
    now: now?.getTime() ?? defaults.now,
    signal: signal ?? undefined,
    onProgress,
  };
}

/** By what it can do: polyfills and other realms have classes of their own. */
function isSignal(value: object): boolean {
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function"
  );
}

/** Without the signal and the rest of one load, which would otherwise live as long as the Org. */
export function readingOf({ strict, unknownInOrganization, membersKnown, now }: CheckedOptions): Reading {
  return { strict, unknownInOrganization, membersKnown, now };
}

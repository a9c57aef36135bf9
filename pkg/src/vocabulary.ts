// Permissions as bits, types as numbers, nouns as types (MODEL 1).
import { AclarityError, badArgument, kindOf } from "./errors.js";
import type { Permission } from "./types.js";
import { NOUNS, OBJECT_TYPES, PERMISSIONS } from "./words.generated.js";

export const CREATE_ACLS = 16;
const MANAGE_ACCESS = 0xf0;

// A perfect hash of the nine names, by length and first letter: one comparison finds a permission's bit. Measured
// against a switch (up to eight comparisons, mispredicted) and against an object (a megamorphic load) it is fastest.
const ASK_NAMES: (string | undefined)[] = new Array(32).fill(undefined);
const ASK_BITS = new Uint8Array(32);

function askSlot(name: string): number {
  return (name.length + name.charCodeAt(0) * 2) & 31;
}

function addAsk(name: string, bits: number): void {
  ASK_NAMES[askSlot(name)] = name;
  ASK_BITS[askSlot(name)] = bits;
}

PERMISSIONS.forEach((name, index) => {
  addAsk(name, 1 << index);
});
addAsk("manage_access", MANAGE_ACCESS);

/** The bits that must all be held. */
export function askBits(ask: unknown): number {
  if (typeof ask === "string") {
    const slot = (ask.length + ask.charCodeAt(0) * 2) & 31;
    if (ASK_NAMES[slot] === ask) return ASK_BITS[slot] as number;
  }
  throw badPermission(ask);
}

/** What a misspelt permission may look like. Anything else may be somebody's secret, and is not repeated. */
const REPEATABLE = /^[A-Za-z_ ]{1,30}$/;

function badPermission(ask: unknown): AclarityError {
  const what = typeof ask === "string" && REPEATABLE.test(ask) ? `\`${ask}\`` : kindOf(ask);
  return new AclarityError(
    "bad_permission",
    `${what} is not a permission; the permissions are ${PERMISSIONS.join(", ")}, and manage_access for the last four`,
  );
}

const SETS: (readonly Permission[] | undefined)[] = new Array(256).fill(undefined);

/** The permissions of a byte in canonical order: the same frozen array for equal bytes. */
export function permissionSet(bits: number): readonly Permission[] {
  let set = SETS[bits];
  if (set === undefined) {
    set = Object.freeze(PERMISSIONS.filter((_, index) => (bits >> index) & 1));
    SETS[bits] = set;
  }
  return set;
}

/** How many types are known; unknown ones have numbers from here on. */
export const KNOWN_TYPES: number = OBJECT_TYPES.length;

const TYPE_NUMBERS: ReadonlyMap<string, number> = new Map(
  (OBJECT_TYPES as readonly string[]).map((name, index) => [name, index]),
);
const NOUN_TYPES: ReadonlyMap<string, string> = new Map(
  NOUNS.flatMap(([noun, type]) => [
    [noun, type],
    [noun.replaceAll(" ", "_"), type],
  ]),
);

/** A wire name for what a person wrote. Anything else is kept: an unknown type (MODEL 4). */
export function wireName(type: unknown): string {
  if (typeof type !== "string") throw badArgument(`a type is a string, not ${kindOf(type)}`);
  return NOUN_TYPES.get(type) ?? type;
}

/** The number of a known wire name, or undefined. */
export function knownTypeNumber(wire: string): number | undefined {
  return TYPE_NUMBERS.get(wire);
}

/** organization, org_project, org_member and org_audit_logs exist once, under the organisation's own id. */
export function isSingleton(typeNumber: number | undefined): boolean {
  return typeNumber !== undefined && typeNumber < 4;
}

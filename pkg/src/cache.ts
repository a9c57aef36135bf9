// Answers that are objects: the same one until the version changes, so that `useSyncExternalStore` does not loop.

const CAPACITY = 4096;
const ROWS_PER_UNIT = 64;
const FEWEST = 4;

interface Entry {
  readonly value: unknown;
  readonly weight: number;
}

/** A bounded map from question to answer; the oldest answers go first. Long lists weigh more. */
export class AnswerCache {
  private entries = new Map<string, Entry>();
  private weight = 0;

  get(question: string): unknown {
    return this.entries.get(question)?.value;
  }

  set<T>(question: string, value: T): T {
    const weight = weightOf(value);
    this.entries.set(question, { value, weight });
    this.weight += weight;
    // A few stay whatever they weigh: a page that shows long lists asks for the same ones again.
    for (const [oldest, entry] of this.entries) {
      if (this.weight <= CAPACITY || this.entries.size <= FEWEST) break;
      this.entries.delete(oldest);
      this.weight -= entry.weight;
    }
    return value;
  }

  clear(): void {
    this.entries = new Map();
    this.weight = 0;
  }
}

/** One, and more for long lists: of the answer itself, or in it. */
function weightOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  let rows = Array.isArray(value) ? value.length : 0;
  if (rows === 0) for (const part of Object.values(value)) if (Array.isArray(part)) rows += part.length;
  return 1 + rows / ROWS_PER_UNIT;
}

/** One string for a question's parts; an absent part differs from every present one. */
export function questionKey(...parts: (string | number | null | undefined)[]): string {
  return JSON.stringify(parts);
}

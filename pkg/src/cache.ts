// Answers that are objects: the same one until the version changes, so that `useSyncExternalStore` does not loop.

const CAPACITY = 4096;
const ROWS_PER_UNIT = 64;

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
    const weight = Array.isArray(value) ? 1 + value.length / ROWS_PER_UNIT : 1;
    this.entries.set(question, { value, weight });
    this.weight += weight;
    // A few stay whatever they weigh: a page that shows long lists asks for the same ones again.
    for (const [oldest, entry] of this.entries) {
      if (this.weight <= CAPACITY || this.entries.size <= 16) break;
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

/** One string for a question's parts; an absent part differs from every present one. */
export function questionKey(...parts: (string | number | null | undefined)[]): string {
  return JSON.stringify(parts);
}

// Answers that are objects: the same one until the version changes, so that `useSyncExternalStore` does not loop.

const CAPACITY = 4096;
/**
 * What is remembered weakly weighs at most this: a weak reference keeps its object until the running task ends, so a
 * loop that asks about everything at once would fill the memory.
 */
const WEAK_CAPACITY = 4 * CAPACITY;
const ROWS_PER_UNIT = 64;
const FEWEST = 4;

interface Entry {
  readonly value: unknown;
  readonly weight: number;
}

/**
 * A bounded map from question to answer; the oldest answers go first. Long lists weigh more. An answer that went is
 * still given again for as long as somebody holds it.
 */
export class AnswerCache {
  private entries = new Map<string, Entry>();
  private weight = 0;
  private readonly gone = new WeakAnswers();

  get(question: string): unknown {
    const present = this.entries.get(question)?.value;
    if (present !== undefined) return present;
    const held = this.gone.take(question);
    return held === undefined ? undefined : this.set(question, held);
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
      this.gone.add(oldest, entry);
    }
    return value;
  }

  clear(): void {
    this.entries = new Map();
    this.weight = 0;
    this.gone.clear();
  }
}

interface WeakEntry {
  readonly ref: WeakRef<object>;
  readonly weight: number;
}

class WeakAnswers {
  private entries = new Map<string, WeakEntry>();
  private weight = 0;
  private registry: FinalizationRegistry<string> | undefined;

  add(question: string, { value, weight }: Entry): void {
    if (typeof WeakRef === "undefined" || typeof FinalizationRegistry === "undefined") return;
    if (typeof value !== "object" || value === null || this.weight + weight > WEAK_CAPACITY) return;
    this.registry ??= new FinalizationRegistry((gone) => {
      if (this.entries.get(gone)?.ref.deref() === undefined) this.remove(gone);
    });
    this.remove(question);
    this.entries.set(question, { ref: new WeakRef(value), weight });
    this.weight += weight;
    this.registry.register(value, question);
  }

  /** The answer, if it is still reachable; it is no longer remembered here. */
  take(question: string): unknown {
    const value = this.entries.get(question)?.ref.deref();
    if (value !== undefined) this.remove(question);
    return value;
  }

  clear(): void {
    this.entries = new Map();
    this.weight = 0;
  }

  private remove(question: string): void {
    const entry = this.entries.get(question);
    if (entry === undefined) return;
    this.entries.delete(question);
    this.weight -= entry.weight;
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

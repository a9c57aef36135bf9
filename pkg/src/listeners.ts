import { badArgument, kindOf } from "./errors.js";

/** Who is told of changes. */
export class Listeners {
  private readonly entries = new Set<{ readonly call: () => void }>();

  /** Returns a function that ends it. */
  add(listener: unknown): () => void {
    if (typeof listener !== "function") throw badArgument(`a listener is a function, not ${kindOf(listener)}`);
    const entry = { call: listener as () => void };
    this.entries.add(entry);
    return () => {
      this.entries.delete(entry);
    };
  }

  /** Tells every listener, after everything is consistent; one that throws does not keep it from the others. */
  notify(): void {
    for (const listener of [...this.entries]) {
      if (!this.entries.has(listener)) continue;
      try {
        listener.call();
      } catch (error) {
        report(error);
      }
    }
  }

  clear(): void {
    this.entries.clear();
  }
}

/** The way errors in event listeners are reported: seen by the page's and the console's error handling. */
function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}

// Reading ahead: what comes next is under way while somebody works on what came.

/** How many pages of a list wait at most. */
const DEPTH = 2;

export class Ahead<T> {
  /** In order; a generator takes one `next` after another by itself. */
  private readonly waiting: Promise<IteratorResult<T, void>>[] = [];
  private ended = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly source: AsyncGenerator<T, void, void>) {
    for (let ahead = 0; ahead < DEPTH; ahead++) this.ask();
  }

  /** The first result, without taking it. */
  get first(): Promise<unknown> {
    return this.waiting[0] ?? Promise.resolve();
  }

  async *read(): AsyncGenerator<T, void, void> {
    for (;;) {
      // A generator that failed says that it is done when it is asked again.
      if (this.waiting.length === 0 && this.failure !== undefined) throw this.failure.error;
      const result = await (this.waiting.shift() ?? this.source.next());
      if (result.done === true) return;
      if (!this.ended) this.ask();
      yield result.value;
    }
  }

  /** Waits until everything came; what nobody has read yet is kept. */
  async complete(): Promise<void> {
    while (!this.ended) await this.ask();
    // Whoever asked before may still be waiting.
    await Promise.all(this.waiting);
    if (this.failure !== undefined) throw this.failure.error;
  }

  private ask(): Promise<unknown> {
    const next = this.source.next();
    this.waiting.push(next);
    const noted = next.then(({ done }) => {
      if (done === true) this.ended = true;
    });
    // A failure is for whoever reads; until then it counts as listened to.
    noted.catch((error: unknown) => {
      this.ended = true;
      this.failure = { error };
    });
    return noted;
  }
}

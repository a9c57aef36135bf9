/** Whatever must be freed with what it was made from. */
interface Dependent {
  free(): void;
}

/** What is freed with something, unless it was collected before. */
export class Dependents {
  private refs: WeakRef<Dependent>[] = [];
  /** At so many, those that were collected are looked for. */
  private most = 64;

  attach(dependent: Dependent): void {
    if (typeof WeakRef === "undefined") return;
    if (this.refs.length >= this.most) {
      this.refs = this.refs.filter((ref) => ref.deref() !== undefined);
      this.most = Math.max(64, 2 * this.refs.length);
    }
    this.refs.push(new WeakRef(dependent));
  }

  free(): void {
    const refs = this.refs;
    this.refs = [];
    for (const ref of refs) ref.deref()?.free();
  }
}

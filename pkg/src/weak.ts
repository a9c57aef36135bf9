/** Objects by name, the same one for as long as it is reachable. */
export class WeakMemory<T extends object> {
  private readonly refs = new Map<string, WeakRef<T>>();
  /** Where the runtime has no weak references: the last few. */
  private readonly strong = new Map<string, T>();
  private readonly registry: FinalizationRegistry<string> | undefined;

  constructor() {
    if (typeof FinalizationRegistry !== "undefined" && typeof WeakRef !== "undefined") {
      this.registry = new FinalizationRegistry((name) => {
        if (this.refs.get(name)?.deref() === undefined) this.refs.delete(name);
      });
    }
  }

  get(name: string, make: () => T): T {
    const present = this.registry === undefined ? this.strong.get(name) : this.refs.get(name)?.deref();
    if (present !== undefined) return present;
    const made = make();
    if (this.registry === undefined) this.keep(name, made);
    else {
      this.refs.set(name, new WeakRef(made));
      this.registry.register(made, name);
    }
    return made;
  }

  private keep(name: string, made: T): void {
    this.strong.set(name, made);
    if (this.strong.size <= 1024) return;
    const [oldest] = this.strong.keys();
    if (oldest !== undefined) this.strong.delete(oldest);
  }
}

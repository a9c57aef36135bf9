// Something that lives in the wasm module's memory, and whether it still does.
import { AclarityError } from "./errors.js";
import type { Instance, Tenant } from "./instance.js";

export abstract class Lease<Raw extends { free(): void }> implements Tenant {
  private state: "open" | "freed" | "crashed" = "open";
  private leave: () => void;

  constructor(
    protected raw: Raw,
    protected instance: Instance,
    /** What it is, in messages. */
    private readonly noun: string,
  ) {
    this.leave = instance.join(this);
  }

  /** Throws unless it can be asked. */
  assertOpen(): void {
    if (this.instance.broken && this.state === "open") this.crash();
    if (this.state === "freed") throw new AclarityError("freed", `this ${this.noun} was freed`);
    if (this.state === "crashed") {
      throw new AclarityError(
        "crashed",
        `the WebAssembly instance of this ${this.noun} has stopped; load the Org again after \`ready()\``,
      );
    }
  }

  get isOpen(): boolean {
    return this.state === "open" && !this.instance.broken;
  }

  /** Calls into wasm: the one place where it happens for answers. */
  call<T>(question: (raw: Raw, instance: Instance) => T): T {
    this.assertOpen();
    try {
      return question(this.raw, this.instance);
    } catch (thrown) {
      throw this.instance.failure(thrown);
    }
  }

  crash(): void {
    if (this.state !== "open") return;
    this.state = "crashed";
    this.forget();
  }

  free(): void {
    if (this.state === "freed") return;
    const wasOpen = this.isOpen;
    this.state = "freed";
    this.leave();
    this.forget();
    if (wasOpen) release(this.raw);
  }

  /** Another one takes over. */
  protected move(raw: Raw, instance: Instance): void {
    const old = this.raw;
    this.leave();
    this.raw = raw;
    this.instance = instance;
    this.leave = instance.join(this);
    this.forget();
    release(old);
  }

  /** What was answered no longer stands. */
  protected abstract forget(): void;
}

function release(raw: { free(): void }): void {
  try {
    raw.free();
  } catch {
    // Its instance broke: there is nothing left to free.
  }
}

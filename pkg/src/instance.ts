// One running copy of the wasm module, and how an entry point comes by it.
import { AclarityError, badArgument, reported } from "./errors.js";
import type { AnyGlue } from "./raw.js";

/** Whoever must hear that the instance broke. */
export interface Tenant {
  crash(): void;
}

export class Instance<Glue extends AnyGlue = AnyGlue> {
  broken = false;
  private tenants = new Set<WeakRef<Tenant>>();
  /** At so many, those that were collected are looked for: a draft's previews come and go. */
  private mostTenants = 64;

  constructor(readonly glue: Glue) {}

  /** Registers somebody to be told when the instance breaks; the function returned ends it. */
  join(tenant: Tenant): () => void {
    if (typeof WeakRef === "undefined") return () => {};
    if (this.tenants.size >= this.mostTenants) this.sweep();
    const ref = new WeakRef(tenant);
    this.tenants.add(ref);
    return () => this.tenants.delete(ref);
  }

  private sweep(): void {
    for (const ref of this.tenants) if (ref.deref() === undefined) this.tenants.delete(ref);
    this.mostTenants = Math.max(64, 2 * this.tenants.size);
  }

  /** Turns whatever a call into wasm threw into an AclarityError; if it was no report, the instance is broken. */
  failure(thrown: unknown): AclarityError {
    const report = reported(thrown);
    if (report !== undefined) return report;
    this.broken = true;
    for (const ref of this.tenants) ref.deref()?.crash();
    this.tenants.clear();
    return new AclarityError(
      "crashed",
      "the WebAssembly instance has stopped, out of memory perhaps; `ready()` starts a new one",
      { cause: thrown },
    );
  }
}

export type ModuleSource =
  | WebAssembly.Module
  | BufferSource
  | URL
  | string
  | Response
  | Promise<WebAssembly.Module | BufferSource | Response>;

/** How an entry point comes by the module. */
export interface Finder<Glue extends AnyGlue> {
  readonly createGlue: () => Glue;
  /** Where the module is when nobody says otherwise. */
  readonly locate: () => ModuleSource | Promise<ModuleSource>;
  /** When it is not there after all: a bundler moved the code and left the module behind. */
  readonly otherwise?: () => Promise<ModuleSource>;
  /** The module without waiting, where an entry point has it. */
  readonly atOnce?: () => WebAssembly.Module;
  /** Reads an address that `fetch` cannot (a file), or returns undefined. */
  readonly readAddress?: (address: URL | string) => Promise<BufferSource> | undefined;
}

/** The wasm instance of one entry point. */
export class Host<Glue extends AnyGlue> {
  private instance: Instance<Glue> | undefined;
  private starting: Promise<Instance<Glue>> | undefined;

  constructor(private readonly finder: Finder<Glue>) {}

  async ready(source?: ModuleSource): Promise<Instance<Glue>> {
    if (this.instance !== undefined && !this.instance.broken) return this.instance;
    if (this.starting === undefined) {
      this.starting = this.start(source).finally(() => {
        this.starting = undefined;
      });
    }
    return this.starting;
  }

  /** The running instance, for what cannot wait. */
  now(): Instance<Glue> {
    if (this.instance !== undefined && !this.instance.broken) return this.instance;
    const { atOnce, createGlue } = this.finder;
    if (atOnce === undefined) {
      throw new AclarityError("not_ready", "the WebAssembly module is not loaded: await `ready()` first");
    }
    const glue = createGlue();
    glue.initSync(compiled(atOnce));
    this.instance = new Instance(glue);
    return this.instance;
  }

  private async start(source: ModuleSource | undefined): Promise<Instance<Glue>> {
    try {
      if (source === undefined && this.finder.atOnce !== undefined) {
        try {
          return this.now();
        } catch {
          // `locate` is another way, or fails as this one did.
        }
      }
      const module = source === undefined ? await this.find() : await this.moduleOf(await source);
      const glue = this.finder.createGlue();
      await glue.init(module);
      this.instance = new Instance(glue);
      return this.instance;
    } catch (error) {
      if (error instanceof AclarityError) throw error;
      throw new AclarityError("not_ready", "the WebAssembly module could not be loaded", { cause: error });
    }
  }

  private async find(): Promise<WebAssembly.Module> {
    const { locate, otherwise } = this.finder;
    try {
      return await this.moduleOf(await locate());
    } catch (error) {
      if (otherwise === undefined) throw error;
      return this.moduleOf(await otherwise());
    }
  }

  private async moduleOf(source: Awaited<ModuleSource>): Promise<WebAssembly.Module> {
    if (source instanceof WebAssembly.Module) return source;
    if (typeof source === "string" || source instanceof URL) {
      return this.moduleOf(await (this.finder.readAddress?.(source) ?? fetch(source)));
    }
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
    if (typeof Response !== "undefined" && source instanceof Response) return compileResponse(source);
    // A module of another realm (a worker's loader may make one) is not an instance of this realm's class.
    if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return source as WebAssembly.Module;
    throw badArgument("`ready` takes a WebAssembly.Module, its bytes, its address or a Response");
  }
}

function compiled(atOnce: () => WebAssembly.Module): WebAssembly.Module {
  try {
    return atOnce();
  } catch (cause) {
    throw new AclarityError("not_ready", "the WebAssembly module is not there: await `ready()` first", { cause });
  }
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw new AclarityError("http", `the WebAssembly module was answered with status ${response.status}`);
  }
  const streamable = response.headers.get("content-type")?.startsWith("application/wasm") ?? false;
  if (streamable && typeof WebAssembly.compileStreaming === "function") {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

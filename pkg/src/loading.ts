// From a source to a core: on a running instance, at once or in turn.
import type { Host, Instance } from "./instance.js";
import type { Loaded } from "./loaded.js";
import type { CheckedOptions } from "./options.js";
import type { Glue, RawCore, RawLoader } from "./raw.js";
import { feed, hush } from "./source.js";
import { aborted, takeAtOnce, takeInTurn } from "./steps.js";

export async function loadInTurn(host: Host<Glue>, source: unknown, options: CheckedOptions): Promise<Loaded<RawCore>> {
  hush(source);
  const instance = await host.ready();
  const loader = new Loader(instance, options);
  try {
    const core = await takeInTurn(feed(loader, source, options), options.signal);
    return { core, instance };
  } finally {
    loader.free();
  }
}

export function loadAtOnce(host: Host<Glue>, source: unknown, options: CheckedOptions): Loaded<RawCore> {
  if (options.signal?.aborted) throw aborted(options.signal);
  const instance = host.now();
  const loader = new Loader(instance, options);
  try {
    return { core: takeAtOnce(feed(loader, source, options)), instance };
  } finally {
    loader.free();
  }
}

/** The wasm module's loader, with its errors made into AclarityErrors. */
class Loader implements RawLoader {
  private readonly raw: RawLoader;

  constructor(
    private readonly instance: Instance<Glue>,
    options: CheckedOptions,
  ) {
    this.raw = this.guarded(
      () =>
        new instance.glue.Loader(
          options.strict,
          options.unknownInOrganization,
          options.membersKnown,
          options.now ?? Date.now(),
        ),
    );
  }

  open(list: string, page: number): void {
    this.guarded(() => this.raw.open(list, page));
  }

  push(chunk: Uint8Array): void {
    this.guarded(() => this.raw.push(chunk));
  }

  close(): void {
    this.guarded(() => this.raw.close());
  }

  snapshot(length: number): void {
    this.guarded(() => this.raw.snapshot(length));
  }

  finish(): RawCore {
    return this.guarded(() => this.raw.finish());
  }

  free(): void {
    if (!this.instance.broken) this.guarded(() => this.raw.free());
  }

  private guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      throw this.instance.failure(thrown);
    }
  }
}

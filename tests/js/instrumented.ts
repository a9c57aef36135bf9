// Watches the boundary: counts calls into wasm, and makes one fail as a trap does. Import it before anything is loaded.

let calls = 0;
let trap = false;

function watched(exports: WebAssembly.Exports): WebAssembly.Exports {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(exports)) {
    copy[name] = typeof value === "function" ? watch(name, value as (...args: unknown[]) => unknown) : value;
  }
  return copy as WebAssembly.Exports;
}

function watch(name: string, original: (...args: unknown[]) => unknown) {
  // Freeing and allocating is the glue's own business.
  if (name.startsWith("__")) return original;
  return (...args: unknown[]) => {
    calls++;
    if (trap) {
      trap = false;
      throw new WebAssembly.RuntimeError("unreachable");
    }
    return original(...args);
  };
}

const instantiate = WebAssembly.instantiate as (
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
) => Promise<WebAssembly.Instance>;

WebAssembly.instantiate = (async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
  const instance = await instantiate(module, imports);
  return { exports: watched(instance.exports) };
}) as never;

// Entry points that have the module at once make an instance without waiting.
const { Instance } = WebAssembly;
WebAssembly.Instance = function watchedInstance(module: WebAssembly.Module, imports: WebAssembly.Imports) {
  return { exports: watched(new Instance(module, imports).exports) };
} as never;

/** How many calls into wasm an action makes. */
export function callsOf(action: () => unknown): number {
  const before = calls;
  action();
  return calls - before;
}

/** The next call into wasm traps. */
export function trapNext(): void {
  trap = true;
}

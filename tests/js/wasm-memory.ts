// How much memory the wasm instances have. Import it before the package starts one.

const memories: WebAssembly.Memory[] = [];

function note(instance: WebAssembly.Instance): void {
  const { memory } = instance.exports;
  if (memory instanceof WebAssembly.Memory) memories.push(memory);
}

const instantiate = WebAssembly.instantiate as (
  module: WebAssembly.Module,
  imports?: WebAssembly.Imports,
) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>;

WebAssembly.instantiate = (async (module: WebAssembly.Module, imports?: WebAssembly.Imports) => {
  const made = await instantiate(module, imports);
  note("instance" in made ? made.instance : made);
  return made;
}) as never;

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(Instance, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
    const made = new Instance(module, imports);
    note(made);
    return made;
  },
});

/** Bytes of all of them. A wasm memory never shrinks, so this is also the most that was ever needed. */
export function wasmBytes(): number {
  return memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

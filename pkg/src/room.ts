// Room for an id in the wasm module's memory, written to directly: half the time of wasm-bindgen's way with strings.
import type { Instance } from "./instance.js";
import type { Glue } from "./raw.js";

const encoder = new TextEncoder();
/** Bytes of UTF-8 for one code unit at most. */
const WIDEST = 3;

export class Room {
  private readonly memory: WebAssembly.Memory;
  private readonly at: number;
  private readonly size: number;
  /** Empty when memory has grown since: then it is another buffer. */
  private view = new Uint8Array(0);

  constructor(glue: Glue) {
    this.memory = glue.roomMemory();
    this.at = glue.roomAt();
    this.size = glue.roomSize();
  }

  has(id: string): boolean {
    return id.length * WIDEST <= this.size;
  }

  /** Writes an id that UTF-8 can hold, and for which there is room; returns how many bytes it took. */
  write(id: string): number {
    if (this.view.length === 0) this.view = new Uint8Array(this.memory.buffer, this.at, this.size);
    return encoder.encodeInto(id, this.view).written;
  }
}

const rooms = new WeakMap<Instance, Room>();

/** That of an instance. */
export function roomOf(instance: Instance): Room {
  let room = rooms.get(instance);
  if (room === undefined) {
    room = new Room(instance.glue as Glue);
    rooms.set(instance, room);
  }
  return room;
}

//! Room for an id in this module's memory, where JavaScript writes it by itself: `encodeInto` takes
//! half the time of wasm-bindgen's way with strings, and nothing is allocated.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

/// Words of eight bytes. JavaScript writes no more than [`room_size`] says.
const WORDS: usize = 24;

thread_local! {
    static ROOM: [Cell<u64>; WORDS] = const { [const { Cell::new(0) }; WORDS] };
}

/// The memory in which the room is.
#[wasm_bindgen(js_name = roomMemory)]
#[must_use]
pub fn room_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Where it begins.
#[wasm_bindgen(js_name = roomAt)]
#[must_use]
pub fn room_at() -> usize {
    ROOM.with(|room| room.as_ptr().expose_provenance())
}

/// How many bytes it has.
#[wasm_bindgen(js_name = roomSize)]
#[must_use]
pub fn room_size() -> usize {
    WORDS * size_of::<u64>()
}

/// The text of so many bytes that was written there; nothing when there is none.
pub(super) fn with_text<T>(length: usize, ask: impl FnOnce(Option<&str>) -> T) -> T {
    let mut bytes = [0; WORDS * size_of::<u64>()];
    ROOM.with(|room| {
        for (bytes, word) in bytes.chunks_exact_mut(8).zip(room).take(length.div_ceil(8)) {
            bytes.copy_from_slice(&word.get().to_ne_bytes());
        }
    });
    ask(bytes.get(..length).and_then(|bytes| str::from_utf8(bytes).ok()))
}

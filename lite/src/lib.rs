//! The small module of `aclarity/lite`: it keeps the bytes of a snapshot (or a slice), finds its way in them by a few
//! numbers for each id, and answers for subjects what the whole library answers.
//!
//! Size is what it is made for. It has no hash maps, sorts nothing that is long, formats no messages: sentences are made
//! in JavaScript, of the numbers, ids and names given here. Whatever the bytes say, nothing in it panics: what is out of
//! bounds is not there, and what is not there grants nothing.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod bindings;
#[path = "../../src/org/bounds.rs"]
mod bounds;
mod closure;
mod decide;
mod explain;
#[path = "../../src/org/snapshot/format.rs"]
mod format;
#[path = "../../src/org/ids.rs"]
mod ids;
mod input;
mod json;
mod misses;
#[path = "../../src/model/number.rs"]
mod number;
mod read;
mod roles;
mod rows;
mod small;
mod tree;

pub use explain::Question;
pub use small::{ANONYMOUS, Asked, NOBODY, Small};

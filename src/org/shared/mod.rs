//! Containers that share: a copy of an organisation costs next to nothing, and changing the copy
//! costs what the change is, while the original stays as it was.
//!
//! Each is plain while an organisation is loaded, and then held in common with its copies. The one
//! that changes first writes what is different beside the common part, in a trie that is itself
//! shared with copies of the copy. Whoever is left alone with the common part takes the difference
//! in again (`share`).

#[cfg(not(feature = "lite"))]
mod column;
#[cfg(not(feature = "lite"))]
mod index;
#[cfg(not(feature = "lite"))]
mod map;
#[cfg(feature = "lite")]
mod plain;
mod table;
#[cfg(all(test, not(feature = "lite")))]
mod tests;
mod trie;

#[cfg(not(feature = "lite"))]
pub(super) use column::Column;
#[cfg(not(feature = "lite"))]
pub(super) use index::Index;
#[cfg(not(feature = "lite"))]
pub(super) use map::SharedMap;
#[cfg(feature = "lite")]
pub(super) use plain::{Column, Index, SharedMap};
pub(super) use table::Table;
pub(super) use trie::Trie;

//! Containers that share: a copy of an organisation costs next to nothing, and changing the copy
//! costs what the change is, while the original stays as it was.
//!
//! Each is plain while an organisation is loaded, and then held in common with its copies. The one
//! that changes first writes what is different beside the common part, in a trie that is itself
//! shared with copies of the copy. Whoever is left alone with the common part takes the difference
//! in again (`share`).

mod column;
mod index;
mod map;
mod table;
#[cfg(test)]
mod tests;
mod trie;

pub(super) use column::Column;
pub(super) use index::Index;
pub(super) use map::SharedMap;
pub(super) use table::Table;
pub(super) use trie::Trie;

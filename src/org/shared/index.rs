//! Numbers by the hash of what they stand for.

use std::sync::Arc;

use super::table::{HashOf, Table};
use super::trie::Trie;

/// A hash table of numbers that copies can share. What a number stands for does not change while it
/// is in it, so that its hash does not either.
#[derive(Clone, Debug)]
pub(in crate::org) enum Index {
    /// Nobody else's.
    Own(Table),
    /// Held in common; changed in place by whoever is the only holder.
    Common(Arc<Table>),
    /// Held in common, with what is different here.
    Changed {
        base: Arc<Table>,
        /// Numbers with their hash, by part of it.
        added: Trie<Vec<(u64, u32)>>,
        /// The hash of numbers of the common part, by number.
        removed: Trie<u64>,
    },
}

impl Default for Index {
    fn default() -> Index {
        Index::Own(Table::default())
    }
}

impl Index {
    /// The number with a hash that is the one.
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        match self {
            Index::Own(table) => table.with(hash).find(|number| is(*number)),
            Index::Common(table) => table.with(hash).find(|number| is(*number)),
            Index::Changed { .. } => self.with(hash).find(|number| is(*number)),
        }
    }

    /// All numbers with a hash; perhaps others too.
    pub fn with(&self, hash: u64) -> impl Iterator<Item = u32> {
        let (base, changes) = match self {
            Index::Own(table) => (table, None),
            Index::Common(table) => (&**table, None),
            Index::Changed { base, added, removed } => (&**base, Some((added, removed))),
        };
        base.with(hash)
            .filter(move |number| changes.is_none_or(|(_, removed)| removed.get(*number).is_none()))
            .chain(
                changes
                    .and_then(|(added, _)| added.get(hash as u32))
                    .into_iter()
                    .flatten()
                    .map(|(_, number)| *number),
            )
    }

    /// Adds a number that is not in it.
    pub fn insert(&mut self, hash: u64, number: u32, hash_of: HashOf<'_>) {
        match self.part() {
            Index::Own(table) => table.insert(hash, number, hash_of),
            Index::Common(table) => Arc::make_mut(table).insert(hash, number, hash_of),
            Index::Changed { added, .. } => {
                added.place(hash as u32).get_or_insert_default().push((hash, number));
            }
        }
    }

    /// Takes a number out that may be in it.
    pub fn remove(&mut self, hash: u64, number: u32) {
        match self.part() {
            Index::Own(table) => table.remove(hash, number),
            Index::Common(table) => Arc::make_mut(table).remove(hash, number),
            Index::Changed { base, added, removed } => {
                if base.with(hash).any(|other| other == number) {
                    *removed.place(number) = Some(hash);
                }
                if added.get(hash as u32).is_some()
                    && let Some(numbers) = added.place(hash as u32)
                {
                    numbers.retain(|(_, other)| *other != number);
                }
            }
        }
    }

    /// An empty one with room for so many numbers below a bound.
    pub fn with_room(numbers: usize, below: usize) -> Index {
        Index::Own(Table::with_room(numbers, below))
    }

    /// A table that was read.
    pub fn of(table: Table) -> Index {
        Index::Own(table)
    }

    pub fn capacity(&self) -> usize {
        match self {
            Index::Own(table) => table.capacity(),
            Index::Common(base) | Index::Changed { base, .. } => base.capacity(),
        }
    }

    /// Ready to be changed: apart from copies, if there are any.
    fn part(&mut self) -> &mut Index {
        if let Index::Common(base) = self
            && Arc::strong_count(base) > 1
        {
            let base = Arc::clone(base);
            *self = Index::Changed { base, added: Trie::default(), removed: Trie::default() };
        }
        self
    }

    /// Ready to be copied. Only what has changed since the last time costs anything.
    pub fn share(&mut self, hash_of: HashOf<'_>) {
        let ready = match self {
            Index::Own(table) => table.is_empty(),
            Index::Common(_) => true,
            Index::Changed { base, .. } => Arc::strong_count(base) > 1,
        };
        if ready {
            return;
        }
        let table = match std::mem::take(self) {
            Index::Own(table) => table,
            Index::Common(table) => Arc::unwrap_or_clone(table),
            Index::Changed { base, mut added, mut removed } => {
                let mut table = Arc::unwrap_or_clone(base);
                removed.drain(&mut |number, hash| table.remove(hash, number));
                added.drain(&mut |_, numbers| {
                    for (hash, number) in numbers {
                        table.insert(hash, number, hash_of);
                    }
                });
                table
            }
        };
        *self = Index::Common(Arc::new(table));
    }
}

//! The rows of a list by slot, several of which may have one id.

use super::keys::NONE;
use super::shared::{Column, SharedMap};

/// The rows of a list, by slot; a slot is empty when its row is gone or does not count.
#[derive(Clone, Debug)]
pub(crate) struct Rows<T> {
    slots: Column<Option<T>>,
    /// Further rows with the id of an earlier one, by number.
    copies: SharedMap<Vec<u32>>,
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { slots: Column::default(), copies: SharedMap::default() }
    }
}

impl<T: Clone> Rows<T> {
    pub fn get(&self, slot: u32) -> Option<&T> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub fn set(&mut self, slot: u32, row: Option<T>) {
        let slot = slot as usize;
        while self.slots.len() < slot {
            self.slots.push(None);
        }
        if self.slots.len() == slot {
            self.slots.push(row);
        } else {
            self.slots.set(slot, row);
        }
    }

    pub fn share(&mut self) {
        self.slots.share();
        self.copies.share();
    }

    /// The slots of all rows of a number: the first one's and its copies'.
    pub fn all(&self, number: u32, first: u32) -> impl Iterator<Item = u32> {
        let first = (first != NONE).then_some(first);
        first.into_iter().chain(self.copies.get(number).into_iter().flatten().copied())
    }
}

/// Keeps a row: the first of its number stands, later ones are copies.
pub(super) fn put_first<T: Clone>(rows: &mut Rows<T>, first: &mut u32, number: u32, slot: u32, row: T) {
    rows.set(slot, Some(row));
    if *first == NONE {
        *first = slot;
    } else {
        rows.copies.get_or_insert(number, Vec::new()).push(slot);
    }
}

/// Takes all rows of a number out; returns their slots.
pub(super) fn take_all<T: Clone>(rows: &mut Rows<T>, first: &mut u32, number: u32) -> Vec<u32> {
    let slots: Vec<u32> = rows.all(number, *first).collect();
    for slot in &slots {
        rows.set(*slot, None);
    }
    rows.copies.remove(number);
    *first = NONE;
    slots
}

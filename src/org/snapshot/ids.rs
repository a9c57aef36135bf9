//! Ids as they stand in a snapshot: their kinds, the UUIDs, then the texts.

use super::bytes::{Damage, In, Out};
use crate::org::keys::{Id, Key, Keys, TEXT};
use crate::org::shared::{Column, Index, Table};

/// Writes the ids of some numbers; none is a number without an id.
pub(super) fn write_ids(keys: &Keys, numbers: &[Option<u32>], out: &mut Out) {
    out.number(numbers.len() as u32);
    let id = |number: &Option<u32>| number.map_or(Id::Text(""), |number| keys.id(number));
    let kind = |number: &Option<u32>| match (number, id(number)) {
        (None, _) => TEXT,
        (Some(number), Id::Uuid(_)) => keys.kind(*number),
        (Some(number), Id::Text(_)) => keys.kind(*number) | TEXT,
    };
    out.column(&numbers.iter().map(|number| u32::from(kind(number))).collect::<Vec<u32>>());
    for number in numbers {
        if let Id::Uuid(bytes) = id(number) {
            out.0.extend_from_slice(&bytes);
        }
    }
    for number in numbers {
        if let Id::Text(text) = id(number) {
            out.text(text);
        }
    }
}

/// Reads ids behind those that are there.
pub(super) fn read_ids(keys: &mut Keys, kinds_below: u16, from: &mut In<'_>) -> Result<(), Damage> {
    let count = from.count()?;
    let kinds = from.column(count)?;
    if kinds.iter().any(|kind| *kind & !u32::from(TEXT) >= u32::from(kinds_below)) {
        return Err(NO_KIND);
    }
    let is_text = |kind: u32| kind & u32::from(TEXT) != 0;
    let texts = kinds.iter().filter(|kind| is_text(**kind)).count();
    let length = (count - texts).checked_mul(16).ok_or(NO_KIND)?;
    let mut uuids = from.bytes(length)?.as_chunks::<16>().0.iter();
    for kind in kinds {
        // Texts come behind the UUIDs.
        if is_text(kind) {
            keys.push_text(kind as u16 & !TEXT, from.text()?);
        } else {
            keys.keys.push(Key { bytes: *uuids.next().ok_or(NO_KIND)?, kind: kind as u16 });
        }
    }
    from.end()
}

const NO_KIND: Damage = Damage("an id of it is of no kind");

impl Keys {
    /// An empty text is that of a number without an id.
    fn push_text(&mut self, kind: u16, text: &str) {
        if text.is_empty() {
            self.keys.push(Key::default());
            return;
        }
        self.keys.push(Key::of_text(kind, self.texts.len() as u32));
        self.texts.push(text.into());
    }

    /// Makes room.
    pub(super) fn reserve(&mut self, more: usize) {
        self.keys = Column::with_room(more);
    }

    /// The table by which these numbers will be found when each has the number of its place.
    pub(super) fn table(&self, numbers: &[Option<u32>]) -> Table {
        let mut table = Table::with_room(numbers.iter().flatten().count(), numbers.len());
        for (place, number) in numbers.iter().enumerate() {
            if let Some(number) = *number {
                table.insert(self.hash_of(number), place as u32, &|_| 0);
            }
        }
        table
    }

    /// Takes a table in; returns a bit for each number that is found by it.
    pub(super) fn set_table(&mut self, slots: Vec<u32>) -> Result<Vec<u64>, Damage> {
        let (table, found) = Table::read(slots, self.keys.len()).ok_or(Damage("a table of it is none"))?;
        self.index = Index::of(table);
        Ok(found)
    }
}

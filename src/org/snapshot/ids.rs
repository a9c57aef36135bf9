//! Ids as they stand in a snapshot: their kinds, the UUIDs, then the texts.

use super::bytes::{Damage, In, Out};
use crate::org::keys::{Id, Keys, TEXT};
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
    let texts = kinds.iter().filter(|kind| **kind & u32::from(TEXT) != 0).count();
    let length = (count - texts).checked_mul(16).ok_or(NO_KIND)?;
    let mut uuids = from.bytes(length)?.chunks_exact(16);
    for kind in kinds {
        let kind = u16::try_from(kind).map_err(|_| NO_KIND)?;
        if kind & !TEXT >= kinds_below {
            return Err(NO_KIND);
        }
        if kind & TEXT == 0 {
            let bytes = uuids.next().and_then(|uuid| uuid.try_into().ok()).ok_or(NO_KIND)?;
            keys.push_key(bytes, kind);
        } else {
            // Their texts come behind the UUIDs.
            keys.push_key([0; 16], kind);
        }
    }
    for number in (keys.len() - count)..keys.len() {
        if keys.kinds[number] & TEXT != 0 {
            keys.put_text(number, from.text()?);
        }
    }
    from.end()
}

const NO_KIND: Damage = Damage("an id of it is of no kind");

impl Keys {
    fn push_key(&mut self, key: [u8; 16], kind: u16) {
        self.keys.push(key);
        self.kinds.push(kind);
    }

    /// An empty text is that of a number without an id.
    fn put_text(&mut self, number: usize, text: &str) {
        if text.is_empty() {
            self.kinds[number] = 0;
            return;
        }
        self.keys[number][..4].copy_from_slice(&(self.texts.len() as u32).to_le_bytes());
        self.texts.push(text.into());
    }

    /// Makes room.
    pub(super) fn reserve(&mut self, more: usize) {
        self.keys = Column::with_room(more);
        self.kinds = Column::with_room(more);
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

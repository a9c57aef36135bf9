//! Ids become numbers: an interner that keeps a UUID in 16 bytes.

use std::cmp::Ordering;

use super::by_code_units;
pub(super) use super::ids::{Id, TEXT, mix};
use super::ids::{format_uuid, hash, parse};
use super::shared::{Column, Index};

/// No number.
pub(crate) const NONE: u32 = u32::MAX;

/// An id as it is held, in one place in memory: a UUID, or the place of its text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Key {
    pub bytes: [u8; 16],
    /// Its kind, perhaps marked as [`TEXT`].
    pub kind: u16,
}

impl Key {
    pub fn is_text(&self) -> bool {
        self.kind & TEXT != 0
    }

    /// Where the text of an id stands that is not packed.
    fn text(&self) -> usize {
        let [a, b, c, d, ..] = self.bytes;
        u32::from_le_bytes([a, b, c, d]) as usize
    }

    pub fn of_text(kind: u16, place: u32) -> Key {
        let mut key = Key { kind: kind | TEXT, ..Key::default() };
        key.bytes[..4].copy_from_slice(&place.to_le_bytes());
        key
    }

    fn id<'a>(&self, texts: &'a Column<Box<str>>) -> Id<'a> {
        if self.is_text() { Id::Text(&texts[self.text()]) } else { Id::Uuid(self.bytes) }
    }
}

/// Ids of one space, each of a kind (an object's type, user or group), numbered as they come.
///
/// Only the lower-case form 8-4-4-4-12 is packed: ids are compared code unit by code unit (the
/// model's section 1), so that every other spelling is another id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    pub(super) keys: Column<Key>,
    pub(super) texts: Column<Box<str>>,
    pub(super) index: Index,
    /// A place in `texts` that is free; its text is the next one's, if there is one.
    spare: Option<u32>,
}

impl Keys {
    /// The number of an id of a kind, if it has one.
    pub fn get(&self, kind: u16, id: &str) -> Option<u32> {
        let key = parse(id);
        self.find(kind, &key)
    }

    /// The number of an id of a kind, a new one if it had none.
    pub fn number(&mut self, kind: u16, id: &str) -> u32 {
        let key = parse(id);
        self.find(kind, &key).unwrap_or_else(|| self.put(self.next(), kind, &key))
    }

    /// Gives a number that has no id, or the next one, an id that has no number.
    pub fn give(&mut self, number: u32, kind: u16, id: &str) {
        self.put(number, kind, &parse(id));
    }

    /// The part of an id's hash by which slices know what they do not hold.
    pub fn part(kind: u16, id: &str) -> u32 {
        (hash(kind, &parse(id)) >> 32) as u32
    }

    /// A number that no id has.
    pub fn blank(&mut self) -> u32 {
        let number = self.next();
        self.keys.push(Key::default());
        number
    }

    /// Takes a number's id out of the index; the number stays, and its text can still be read.
    pub fn forget(&mut self, number: u32) {
        self.index.remove(self.hash_of(number), number);
    }

    /// The number has no id any more. Precondition: it is forgotten.
    pub fn clear(&mut self, number: u32) {
        let key = self.keys[number as usize];
        if key.is_text() {
            let next = self.spare.map_or(String::new(), |next| next.to_string());
            self.texts.set(key.text(), next.into());
            self.spare = Some(key.text() as u32);
        }
        self.keys.set(number as usize, Key::default());
    }

    /// What the id of a number hashes to.
    pub(super) fn hash_of(&self, number: u32) -> u64 {
        hash_at(&self.keys, &self.texts, number)
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn kind(&self, number: u32) -> u16 {
        self.keys[number as usize].kind & !TEXT
    }

    /// The numbers of a kind, ascending.
    pub fn of_kind(&self, kind: u16) -> impl Iterator<Item = u32> {
        let plain = self.keys.plain();
        let is_of_kind = move |number: &u32| {
            let key = plain.map_or_else(|| &self.keys[*number as usize], |keys| &keys[*number as usize]);
            key.kind & !TEXT == kind
        };
        (0..self.next()).filter(is_of_kind)
    }

    /// The id of a number.
    pub fn text(&self, number: u32) -> String {
        match self.id(number) {
            Id::Uuid(bytes) => uuid_text(&bytes),
            Id::Text(text) => text.to_owned(),
        }
    }

    /// The id of a number begins so.
    pub fn starts_with(&self, number: u32, prefix: &str) -> bool {
        match self.id(number) {
            // No prefix that is asked for can begin a UUID.
            Id::Uuid(_) => false,
            Id::Text(text) => text.starts_with(prefix),
        }
    }

    /// Bytes held, about.
    pub fn bytes(&self) -> usize {
        self.keys.capacity() * size_of::<Key>()
            + self.texts.iter().map(|t| t.len() + size_of::<Box<str>>()).sum::<usize>()
            + self.index.capacity() * 4
    }

    fn next(&self) -> u32 {
        self.keys.len() as u32
    }

    pub(super) fn id(&self, number: u32) -> Id<'_> {
        self.keys[number as usize].id(&self.texts)
    }

    fn find(&self, kind: u16, key: &Id<'_>) -> Option<u32> {
        let hash = hash(kind, key);
        self.index.find(hash, |number| {
            let held = self.keys[number as usize];
            held.kind & !TEXT == kind && held.id(&self.texts) == *key
        })
    }

    fn put(&mut self, number: u32, kind: u16, key: &Id<'_>) -> u32 {
        let held = match key {
            Id::Uuid(bytes) => Key { bytes: *bytes, kind },
            Id::Text(text) => Key::of_text(kind, self.keep_text(text)),
        };
        if number == self.next() {
            self.keys.push(held);
        } else {
            self.keys.set(number as usize, held);
        }
        let Keys { keys, texts, index, .. } = self;
        index.insert(hash(kind, key), number, &|n| hash_at(keys, texts, n));
        number
    }

    fn keep_text(&mut self, text: &str) -> u32 {
        let Some(spare) = self.spare else {
            self.texts.push(text.into());
            return self.texts.len() as u32 - 1;
        };
        self.spare = self.texts[spare as usize].parse().ok();
        self.texts.set(spare as usize, text.into());
        spare
    }

    pub fn share(&mut self) {
        let Keys { keys, texts, index, spare: _ } = self;
        keys.share();
        texts.share();
        index.share(&|n| hash_at(keys, texts, n));
    }
}

fn hash_at(keys: &Column<Key>, texts: &Column<Box<str>>, number: u32) -> u64 {
    let key = keys[number as usize];
    hash(key.kind & !TEXT, &key.id(texts))
}

/// Compares the text of a packed id with another, code unit by code unit.
#[inline(never)]
pub(super) fn compare_uuid(bytes: &[u8; 16], other: &str) -> Ordering {
    by_code_units(text_of(&format_uuid(bytes)), other)
}

/// The text of a packed id.
pub(super) fn uuid_text(bytes: &[u8; 16]) -> String {
    text_of(&format_uuid(bytes)).to_owned()
}

/// INVARIANT: a UUID is digits and dashes.
fn text_of(uuid: &[u8; 36]) -> &str {
    str::from_utf8(uuid).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MODEL 1: only the lower-case form may be packed; every spelling is an id of its own.
    #[test]
    fn ids_are_compared_code_unit_by_code_unit() {
        let mut keys = Keys::default();
        let lower = "abcdef01-2345-6789-abcd-ef0123456789";
        let ids = [
            lower.to_owned(),
            lower.to_uppercase(),
            lower.replace('-', ""),
            format!("{lower} "),
            "ab".to_owned(),
            "bt::sp::service::x".to_owned(),
        ];
        let numbers: Vec<u32> = ids.iter().map(|id| keys.number(0, id)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
        for (id, number) in ids.iter().zip(numbers) {
            assert_eq!(keys.get(0, id), Some(number));
            assert_eq!(keys.text(number), *id);
            assert_eq!(keys.get(1, id), None, "another kind is another space");
        }
        keys.forget(1);
        assert_eq!(keys.get(0, &ids[1]), None);
    }

    /// MODEL 1: only what formatting gives again is packed, whatever byte stands wherever.
    #[test]
    fn an_id_is_packed_only_if_it_comes_back_the_same() {
        let mut packed = 0;
        for (n, place) in (0..36).flat_map(|place| (0..=255_u8).map(move |byte| (byte, place))) {
            let mut id = *b"fedcba98-7654-3210-0123-456789abcdef";
            id[place] = n;
            let Ok(id) = str::from_utf8(&id) else { continue };
            let is_one = id.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            });
            match parse(id) {
                Id::Uuid(bytes) => {
                    let digits: String = id.split('-').collect();
                    assert_eq!(
                        u128::from_be_bytes(bytes),
                        u128::from_str_radix(&digits, 16).expect("digits")
                    );
                    assert_eq!(uuid_text(&bytes), id);
                    packed += 1;
                }
                Id::Text(text) => assert_eq!((text, is_one), (id, false)),
            }
        }
        assert_eq!(packed, 32 * 16 + 4);
        for short in ["", "fedcba98-7654-3210-0123-456789abcde", "fedcba98-7654-3210-0123-456789abcdeff"] {
            assert!(matches!(parse(short), Id::Text(text) if text == short));
        }
    }

    /// Numbers are used again for ids of either form, and so is the room of their texts.
    #[test]
    fn numbers_are_used_again() {
        let mut keys = Keys::default();
        let id = |n: usize| match n % 3 {
            0 => format!("abcdef01-2345-6789-abcd-{n:012x}"),
            _ => format!("text {n}"),
        };
        (0..30).for_each(|n| assert_eq!(keys.number(0, &id(n)) as usize, n));
        let texts = keys.texts.len();
        let mut held: Vec<usize> = (0..30).collect();
        for n in 30..900 {
            // Two at a time are without an id, and get one that is of another form as often as not.
            let (one, other) = ((n * 7) % 30, (n * 7 + 4) % 30);
            for number in [one, other] {
                keys.forget(number as u32);
                keys.clear(number as u32);
            }
            for (number, n) in [(other, 2 * n), (one, 2 * n + 1)] {
                held[number] = n;
                keys.give(number as u32, 0, &id(n));
            }
            for (number, n) in held.iter().enumerate() {
                assert_eq!(keys.get(0, &id(*n)), Some(number as u32));
                assert_eq!(keys.text(number as u32), id(*n));
            }
        }
        assert_eq!(keys.len(), 30);
        assert!(keys.texts.len() <= texts.max(30), "{texts} texts, then {}", keys.texts.len());
    }
}

//! Ids and what they hash to, as snapshots hold them. A file of its own, which the small module of
//! `aclarity/lite` has too.

use xxhash_rust::xxh64::xxh64;

/// Marks a kind whose key is not a packed UUID but the place of its text.
pub const TEXT: u16 = 1 << 15;

/// An id as it is looked up.
#[derive(PartialEq)]
pub enum Id<'a> {
    Uuid([u8; 16]),
    Text(&'a str),
}

/// What an id of a kind hashes to. Snapshots hold tables that were made with it, so that it never
/// changes within a version of theirs.
pub fn hash(kind: u16, key: &Id<'_>) -> u64 {
    match key {
        Id::Uuid(bytes) => {
            let bytes = u128::from_le_bytes(*bytes);
            mix(mix(bytes as u64 ^ u64::from(kind)) ^ (bytes >> 64) as u64)
        }
        Id::Text(text) => xxh64(text.as_bytes(), u64::from(kind)),
    }
}

/// Spreads every bit of a number over all 64 (the last step of splitmix64).
pub fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A lower-case UUID in its usual form as 16 bytes; anything else as it is.
pub fn parse(id: &str) -> Id<'_> {
    parse_uuid(id.as_bytes()).map_or(Id::Text(id), Id::Uuid)
}

fn parse_uuid(id: &[u8]) -> Option<[u8; 16]> {
    if id.len() != 36 || id[8] != b'-' || id[13] != b'-' || id[18] != b'-' || id[23] != b'-' {
        return None;
    }
    let mut bytes = [0; 16];
    let mut bad = 0;
    for (byte, place) in bytes.iter_mut().zip(PLACES) {
        let (high, low) = (HEX[id[place] as usize], HEX[id[place + 1] as usize]);
        bad |= high | low;
        *byte = high << 4 | low;
    }
    (bad < 16).then_some(bytes)
}

/// Where the pairs of digits stand in a UUID.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The value of a lower-case hexadecimal digit, 255 for anything else.
const HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut digit = 0;
    while digit < 16 {
        table[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    table
};

/// The usual form of a UUID.
#[inline(never)]
pub fn format_uuid(bytes: &[u8; 16]) -> [u8; 36] {
    let mut text = [b'-'; 36];
    for (byte, place) in bytes.iter().zip(PLACES) {
        text[place] = DIGITS[usize::from(byte >> 4)];
        text[place + 1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

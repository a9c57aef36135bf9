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

/// Where four digits stand in a UUID; the dashes are between them.
const DIGITS: [usize; 8] = [0, 4, 9, 14, 19, 24, 28, 32];
const DASHES: [usize; 4] = [8, 13, 18, 23];

fn parse_uuid(id: &[u8]) -> Option<[u8; 16]> {
    let id: &[u8; 36] = id.try_into().ok()?;
    if DASHES.iter().any(|dash| id[*dash] != b'-') {
        return None;
    }
    let four = |at: usize| u32::from_le_bytes([id[at], id[at + 1], id[at + 2], id[at + 3]]);
    let eight = |n: usize| u64::from(four(DIGITS[n])) | u64::from(four(DIGITS[n + 1])) << 32;
    let mut uuid = [0; 16];
    for (n, bytes) in uuid.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *bytes = from_hex(eight(2 * n))?.to_le_bytes();
    }
    Some(uuid)
}

/// The same byte eight times.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Eight lower-case hexadecimal digits, the first in the lowest byte, as the four bytes that they
/// stand for; all digits at once.
fn from_hex(digits: u64) -> Option<u32> {
    // `0` to `9` end in their value; `a` to `f`, which have the bit 64, in 1 to 6.
    let values = (digits & each(15)) + 9 * ((digits >> 6) & each(1));
    if values & each(0xf0) != 0 || to_digits(values) != digits {
        return None;
    }
    let pairs = (values << 4 | values >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) as u32)
}

/// The digits of eight values below 16.
fn to_digits(values: u64) -> u64 {
    let letters = ((values + each(6)) >> 4) & each(1);
    values + each(b'0') + letters * u64::from(b'a' - 10 - b'0')
}

/// Four bytes as eight digits: the reverse of [`from_hex`].
fn to_hex(bytes: u32) -> u64 {
    let fours = (u64::from(bytes) | u64::from(bytes) << 16) & 0x0000_ffff_0000_ffff;
    let pairs = (fours | fours << 8) & 0x00ff_00ff_00ff_00ff;
    to_digits((pairs >> 4 | pairs << 8) & each(15))
}

/// The usual form of a UUID.
#[inline(never)]
pub fn format_uuid(bytes: &[u8; 16]) -> [u8; 36] {
    let mut text = [b'-'; 36];
    for (n, four) in bytes.as_chunks::<4>().0.iter().enumerate() {
        let digits = to_hex(u32::from_le_bytes(*four)).to_le_bytes();
        text[DIGITS[2 * n]..][..4].copy_from_slice(&digits[..4]);
        text[DIGITS[2 * n + 1]..][..4].copy_from_slice(&digits[4..]);
    }
    text
}

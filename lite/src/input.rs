//! Numbers and texts in the bytes of a snapshot. What is wrong is noted, and everything behind it is nothing: whoever
//! reads asks once, when all is read, whether it was as it should be.

use alloc::vec::Vec;

use crate::format::column::{CLIMBS, RUNS};

/// No number, and in place of an id of a row nothing.
pub const NONE: u32 = u32::MAX;

/// The bytes of a text that stands at a place.
pub fn text_at(bytes: &[u8], at: u32) -> &[u8] {
    let mut from = In::new(bytes, at as usize);
    let count = from.count();
    from.take(count)
}

/// A place in bytes, whose end is that of what is read.
pub struct In<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    failed: bool,
}

impl<'a> In<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> In<'a> {
        In { bytes, at, failed: false }
    }

    /// Notes that something is wrong unless it is as it should be.
    pub fn expect(&mut self, is_right: bool) {
        if !is_right {
            self.failed = true;
            self.at = self.bytes.len();
        }
    }

    /// All was right, and nothing is left.
    pub fn is_read(&self) -> bool {
        !self.failed && self.at == self.bytes.len()
    }

    pub fn has_more(&self) -> bool {
        self.at < self.bytes.len()
    }

    /// The rest is of no interest.
    pub fn skip(&mut self) {
        self.at = self.bytes.len();
    }

    fn left(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let taken = self.left().get(..count);
        self.expect(taken.is_some());
        self.at += taken.map_or(0, <[u8]>::len);
        taken.unwrap_or(&[])
    }

    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// So many bytes as a number.
    pub fn fixed(&mut self, width: usize) -> u64 {
        self.take(width).iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number of seven bits in each byte.
    pub fn number(&mut self) -> u32 {
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift >= u64::BITS {
                self.expect(byte < 0x80 && number >> 32 == 0);
                return number as u32;
            }
        }
    }

    /// A number, or [`NONE`].
    pub fn maybe(&mut self) -> u32 {
        self.number().wrapping_sub(1)
    }

    /// How many things follow, each of which takes at least a byte.
    pub fn count(&mut self) -> usize {
        let count = self.number() as usize;
        self.expect(count <= self.left().len());
        if self.failed { 0 } else { count }
    }

    /// Where a text stands.
    pub fn text(&mut self) -> u32 {
        let at = self.at as u32;
        let count = self.count();
        let text = self.take(count);
        self.expect(core::str::from_utf8(text).is_ok());
        at
    }

    /// Where a text stands if it is there, else 0, where no text can stand.
    pub fn text_if(&mut self, is_there: bool) -> u32 {
        if is_there { self.text() } else { 0 }
    }

    pub fn maybe_text(&mut self) -> u32 {
        let is_there = self.byte() != 0;
        self.text_if(is_there)
    }

    /// So many numbers. A column may be shorter than it has numbers: whoever asks for it knows that there are no more of
    /// what they speak of.
    pub fn column(&mut self, count: usize) -> Vec<u32> {
        let form = self.byte();
        let mut numbers = Vec::with_capacity(count);
        if form <= 4 {
            let least = self.number();
            for _ in 0..count {
                let number = self.fixed(usize::from(form)) as u32;
                numbers.push(least.wrapping_add(number));
            }
            return numbers;
        }
        self.expect(form == RUNS || form == CLIMBS);
        while numbers.len() < count && !self.failed {
            let (mut number, mut length) = (self.number(), self.number() as usize);
            let is_number = form == RUNS || u64::from(number) + length as u64 <= 1 << u32::BITS;
            self.expect(length > 0 && length <= count - numbers.len() && is_number);
            while length > 0 && !self.failed {
                numbers.push(number);
                number = number.wrapping_add(u32::from(form - RUNS));
                length -= 1;
            }
        }
        numbers
    }
}

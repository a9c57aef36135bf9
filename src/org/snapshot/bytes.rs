//! Numbers and texts as bytes, and back. Reading checks every length against the bytes that are
//! left before anything is made room for.

use super::format::column::{CLIMBS, RUNS};
use crate::org::keys::NONE;

/// What is wrong with a snapshot, as the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damage(pub &'static str);

const SHORT: Damage = Damage("part of it is missing");
const UNREADABLE: Damage = Damage("a number or a text of it cannot be read");

/// Bytes that are written.
#[derive(Debug, Default)]
pub(super) struct Out(pub Vec<u8>);

impl Out {
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// A number in as few bytes as it takes, seven bits in each.
    pub fn long(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    pub fn number(&mut self, number: u32) {
        self.long(u64::from(number));
    }

    /// A number that may be [`NONE`].
    pub fn maybe(&mut self, number: u32) {
        self.number(number.wrapping_add(1));
    }

    pub fn maybes(&mut self, numbers: &[u32]) {
        self.number(numbers.len() as u32);
        for number in numbers {
            self.maybe(*number);
        }
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub fn maybe_text(&mut self, text: Option<&str>) {
        self.byte(u8::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    /// Numbers of a kind, in whichever form is shortest.
    pub fn column(&mut self, numbers: &[u32]) {
        let least = numbers.iter().copied().min().unwrap_or(0);
        let most = numbers.iter().copied().max().unwrap_or(0);
        let width = (u32::BITS - (most - least).leading_zeros()).div_ceil(8) as usize;
        let plain = numbers.len() * width;
        for (form, step) in [(RUNS, 0), (CLIMBS, 1)] {
            let start = self.0.len();
            self.byte(form);
            if self.runs(numbers, step, start + plain) {
                return;
            }
            self.0.truncate(start);
        }
        self.byte(width as u8);
        self.number(least);
        for number in numbers {
            self.0.extend_from_slice(&(number - least).to_le_bytes()[..width]);
        }
    }

    /// Writes runs unless that takes more room than there is.
    fn runs(&mut self, numbers: &[u32], step: u32, end: usize) -> bool {
        let mut rest = numbers;
        while let Some(first) = rest.first() {
            let fits = |(at, number): &(usize, &u32)| **number == first.wrapping_add(step * *at as u32);
            let length = rest.iter().enumerate().take_while(fits).count();
            self.number(*first);
            self.number(length as u32);
            if self.0.len() > end {
                return false;
            }
            rest = &rest[length..];
        }
        true
    }
}

/// Bytes that are read.
pub(super) struct In<'a>(pub &'a [u8]);

impl<'a> In<'a> {
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(SHORT)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub fn byte(&mut self) -> Result<u8, Damage> {
        self.bytes(1).map(|bytes| bytes[0])
    }

    pub fn long(&mut self) -> Result<u64, Damage> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(UNREADABLE)?;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(UNREADABLE)
    }

    pub fn number(&mut self) -> Result<u32, Damage> {
        self.long()?.try_into().map_err(|_| UNREADABLE)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> Result<u32, Damage> {
        self.number().and_then(|number| checked(number, bound))
    }

    /// The same, or [`NONE`].
    pub fn maybe_below(&mut self, bound: usize) -> Result<u32, Damage> {
        match self.number()? {
            0 => Ok(NONE),
            number => checked(number - 1, bound),
        }
    }

    pub fn maybes_below(&mut self, bound: usize) -> Result<Vec<u32>, Damage> {
        (0..self.count()?).map(|_| self.maybe_below(bound)).collect()
    }

    /// How many things follow, each of which takes at least a byte.
    pub fn count(&mut self) -> Result<usize, Damage> {
        let count = self.number()? as usize;
        if count > self.0.len() { Err(SHORT) } else { Ok(count) }
    }

    pub fn text(&mut self) -> Result<&'a str, Damage> {
        let length = self.count()?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| UNREADABLE)
    }

    pub fn maybe_text(&mut self) -> Result<Option<&'a str>, Damage> {
        match self.byte()? {
            0 => Ok(None),
            _ => self.text().map(Some),
        }
    }

    pub fn maybe_box(&mut self) -> Result<Option<Box<str>>, Damage> {
        Ok(self.maybe_text()?.map(Into::into))
    }

    /// So many numbers. A column may be shorter than it has numbers: whoever asks for it knows that
    /// there are so many.
    pub fn column(&mut self, count: usize) -> Result<Vec<u32>, Damage> {
        let form = self.byte()?;
        let step = match form {
            0..=4 => return self.plain(count, form as usize),
            RUNS => 0,
            CLIMBS => 1,
            _ => return Err(UNREADABLE),
        };
        let mut numbers = Vec::with_capacity(count);
        while numbers.len() < count {
            let (first, length) = (self.number()?, self.number()?);
            let fits = length > 0 && length as usize <= count - numbers.len();
            let last = first.checked_add(step * (length.max(1) - 1)).filter(|_| fits).ok_or(UNREADABLE)?;
            if step == 0 {
                numbers.resize(numbers.len() + length as usize, first);
            } else {
                numbers.extend(first..=last);
            }
        }
        Ok(numbers)
    }

    fn plain(&mut self, count: usize, width: usize) -> Result<Vec<u32>, Damage> {
        let least = self.number()?;
        if width == 0 {
            return Ok(vec![least; count]);
        }
        let bytes = self.bytes(count.checked_mul(width).ok_or(SHORT)?)?;
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
        // Written out for each width: half of the time of reading is spent here.
        let add = |number: u32| least.wrapping_add(number);
        Ok(match width {
            1 => bytes.iter().map(|byte| add(u32::from(*byte))).collect(),
            2 => bytes.chunks_exact(2).map(|b| add(u32::from(u16::from_le_bytes([b[0], b[1]])))).collect(),
            3 => bytes.chunks_exact(3).map(|b| add(u32::from_le_bytes([b[0], b[1], b[2], 0]))).collect(),
            _ => bytes.chunks_exact(4).map(|bytes| add(number(bytes))).collect(),
        })
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Damage> {
        if self.0.is_empty() { Ok(()) } else { Err(Damage("there is more in it than there should be")) }
    }
}

/// A number that stands for one of so many things.
pub(super) fn checked(number: u32, bound: usize) -> Result<u32, Damage> {
    if (number as usize) < bound {
        Ok(number)
    } else {
        Err(Damage("it speaks of something it does not hold"))
    }
}

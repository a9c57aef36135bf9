//! A hash table of numbers that can be written down and read again as it is.

/// A slot that no number was ever in: a search ends here.
const EMPTY: u32 = u32::MAX;
/// A slot whose number was taken out: a search goes on behind it.
const GONE: u32 = u32::MAX - 1;

/// What a number hashes to.
pub(in crate::org) type HashOf<'a> = &'a dyn Fn(u32) -> u64;

/// Numbers by the hash of what they stand for: open addressing, one `u32` for each slot. The bits
/// that numbers leave free hold part of the hash, so that others are hardly ever looked at.
///
/// Where a slot is depends on the hash and on how many slots there are, so that a table can be
/// copied slot by slot as long as the hash stays what it is.
#[derive(Clone, Debug)]
pub(in crate::org) struct Table {
    slots: Vec<u32>,
    /// How many numbers there are.
    used: u32,
    gone: u32,
    /// How many bits of a slot are the number's.
    bits: u32,
}

impl Default for Table {
    fn default() -> Table {
        Table::of_size(0, 0)
    }
}

impl Table {
    /// An empty table with room for so many numbers below a bound, and little more.
    pub fn with_room(numbers: usize, below: usize) -> Table {
        Table::of_size(if numbers == 0 { 0 } else { numbers + numbers / 4 + 1 }, below)
    }

    fn of_size(slots: usize, below: usize) -> Table {
        // INVARIANT: no slot with a number looks like EMPTY or GONE, whose lowest bits are all ones.
        let bits = usize::BITS - (below + 2).leading_zeros();
        Table { slots: vec![EMPTY; slots], used: 0, gone: 0, bits: bits.min(u32::BITS) }
    }

    /// A table as it was written down, for numbers below a bound, each at most once; with a bit for
    /// each number that is in it. None when it is no table.
    pub fn read(slots: Vec<u32>, below: usize) -> Option<(Table, Vec<u64>)> {
        let mut table = Table { slots, ..Table::of_size(0, below) };
        let mut seen = vec![0_u64; below / 64 + 1];
        for slot in &table.slots {
            if *slot == EMPTY {
                continue;
            }
            let number = slot & table.mask();
            let bit = 1 << (number % 64);
            let word = seen.get_mut(number as usize / 64).filter(|_| (number as usize) < below)?;
            if *word & bit != 0 {
                return None;
            }
            *word |= bit;
            table.used += 1;
        }
        Some((table, seen))
    }

    /// The slots, to be written down.
    pub fn slots(&self) -> &[u32] {
        &self.slots
    }

    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    fn mask(&self) -> u32 {
        u32::MAX >> (u32::BITS - self.bits)
    }

    /// The part of a hash that is kept beside the number.
    fn tag(&self, hash: u64) -> u32 {
        (hash as u32).checked_shl(self.bits).unwrap_or(0)
    }

    fn first_place(&self, hash: u64) -> usize {
        (((hash >> 32) * self.slots.len() as u64) >> 32) as usize
    }

    /// All numbers with a hash; perhaps others too.
    #[inline]
    pub fn with(&self, hash: u64) -> impl Iterator<Item = u32> {
        let (tag, mask) = (self.tag(hash), self.mask());
        let (before, from) = self.slots.split_at(self.first_place(hash));
        from.iter()
            .chain(before)
            .take_while(|slot| **slot != EMPTY)
            .filter(move |slot| **slot & !mask == tag && **slot != GONE)
            .map(move |slot| slot & mask)
    }

    /// Adds a number that is not in it.
    pub fn insert(&mut self, hash: u64, number: u32, hash_of: HashOf<'_>) {
        let full = (self.used + self.gone + 1) as usize * 10 > self.slots.len() * 9;
        if full || number as usize + 2 > self.mask() as usize {
            self.grow(number, hash_of);
        }
        self.put(hash, number);
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mut place = self.first_place(hash);
        // INVARIANT: a tenth of the slots is empty, so that this ends.
        while self.slots[place] < GONE {
            place += 1;
            if place == self.slots.len() {
                place = 0;
            }
        }
        self.gone -= u32::from(self.slots[place] == GONE);
        self.slots[place] = self.tag(hash) | number;
        self.used += 1;
    }

    #[inline(never)]
    fn grow(&mut self, number: u32, hash_of: HashOf<'_>) {
        let below = (number as usize + 1).max(self.mask() as usize - 2);
        let grown = Table::of_size((self.used as usize + 4) * 2, below);
        let old = std::mem::replace(self, grown);
        for slot in old.slots.iter().filter(|slot| **slot < GONE) {
            let number = slot & old.mask();
            self.put(hash_of(number), number);
        }
    }

    /// Takes a number out that may be in it.
    pub fn remove(&mut self, hash: u64, number: u32) {
        let sought = self.tag(hash) | number;
        let mut place = self.first_place(hash);
        for _ in 0..self.slots.len() {
            match self.slots[place] {
                EMPTY => return,
                slot if slot == sought => {
                    self.slots[place] = GONE;
                    self.used -= 1;
                    self.gone += 1;
                    return;
                }
                _ => {}
            }
            place += 1;
            if place == self.slots.len() {
                place = 0;
            }
        }
    }
}

//! Sets of the subjects of one run.

use std::ops::{BitAnd, BitOr, Sub};

const WORDS: usize = 8;

/// Some of the subjects of a run, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Subjects([u64; WORDS]);

impl Subjects {
    pub const NONE: Subjects = Subjects([0; WORDS]);
    /// How many there are at most.
    pub const MOST: usize = WORDS * 64;

    pub fn one(bit: usize) -> Subjects {
        let mut one = Subjects::NONE;
        one.0[bit / 64] = 1 << (bit % 64);
        one
    }

    /// The first ones, so many.
    pub fn first(count: usize) -> Subjects {
        Subjects(std::array::from_fn(|word| match count.saturating_sub(word * 64) {
            left @ 0..64 => (1 << left) - 1,
            _ => u64::MAX,
        }))
    }

    pub fn is_empty(self) -> bool {
        self == Subjects::NONE
    }

    pub fn contains(self, bit: usize) -> bool {
        self.0[bit / 64] >> (bit % 64) & 1 == 1
    }

    pub fn add(&mut self, others: Subjects) {
        *self = *self | others;
    }

    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..Subjects::MOST).filter(move |bit| self.contains(*bit))
    }
}

impl BitOr for Subjects {
    type Output = Subjects;

    fn bitor(self, others: Subjects) -> Subjects {
        Subjects(std::array::from_fn(|word| self.0[word] | others.0[word]))
    }
}

impl BitAnd for Subjects {
    type Output = Subjects;

    fn bitand(self, others: Subjects) -> Subjects {
        Subjects(std::array::from_fn(|word| self.0[word] & others.0[word]))
    }
}

impl Sub for Subjects {
    type Output = Subjects;

    fn sub(self, others: Subjects) -> Subjects {
        Subjects(std::array::from_fn(|word| self.0[word] & !others.0[word]))
    }
}

#[cfg(test)]
mod tests {
    use super::Subjects;

    #[test]
    fn sets_of_subjects() {
        for count in [0, 1, 63, 64, 65, 511, Subjects::MOST] {
            assert!(Subjects::first(count).iter().eq(0..count), "{count}");
        }
        let (some, one) = (Subjects::first(130), Subjects::one(129));
        assert!((some - one).iter().eq(0..129) && some & one == one && (some - one) | one == some);
        assert!(some.contains(129) && !some.contains(130) && (one - some).is_empty());
    }
}

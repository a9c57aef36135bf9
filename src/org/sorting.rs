//! How things are sorted: as fast as can be.

use std::cmp::Ordering;

/// Sorts things of which no two are equal, or equal ones the same.
pub(super) fn sort<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    items.sort_unstable_by(compare);
}

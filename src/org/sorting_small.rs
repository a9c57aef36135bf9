//! How things are sorted in a module that is small: by a heap, which is a tenth of the code.

use std::cmp::Ordering;

/// Sorts things of which no two are equal, or equal ones the same.
pub(super) fn sort<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut end = items.len();
    let mut start = end / 2;
    while end > 1 {
        // First everything becomes a heap, then the largest goes behind it again and again.
        if start > 0 {
            start -= 1;
        } else {
            end -= 1;
            items.swap(0, end);
        }
        let mut root = start;
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                break;
            }
            if child + 1 < end && compare(&items[child], &items[child + 1]).is_lt() {
                child += 1;
            }
            if compare(&items[root], &items[child]).is_ge() {
                break;
            }
            items.swap(root, child);
            root = child;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_is_sorted() {
        for length in 0..40_u32 {
            let mut numbers: Vec<u32> = (0..length).map(|number| number * 7919 % 31).collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            super::sort(&mut numbers, u32::cmp);
            assert_eq!(numbers, expected);
        }
    }
}

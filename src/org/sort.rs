//! Sorting by id. One sort for all kinds of things: a sort with a key of its own for each of them
//! would be compiled as often, and sorts are most of a small module's size.

use std::cmp::Ordering;

use super::sorting;

/// Compares two ids code unit by code unit (UTF-16, as JavaScript does; the model's section 1).
pub(crate) fn by_code_units(a: &str, b: &str) -> Ordering {
    // Up to U+D7FF both encodings agree; only beyond it UTF-16 has surrogates, which sort lower.
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

/// Sorts by a rank, then by id (code unit by code unit).
pub(crate) fn by_rank_and_id<T>(items: &mut Vec<T>, key: impl Fn(&T) -> (u64, String)) {
    let mut keys: Vec<(u64, String, u32)> = items
        .iter()
        .enumerate()
        .map(|(place, item)| {
            let (rank, id) = key(item);
            (rank, id, place as u32)
        })
        .collect();
    sorting::sort(&mut keys, |a, b| {
        a.0.cmp(&b.0).then_with(|| by_code_units(&a.1, &b.1)).then(a.2.cmp(&b.2))
    });
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(keys.into_iter().filter_map(|(_, _, place)| taken[place as usize].take()));
}

/// Sorts by id.
pub(crate) fn by_id<T>(items: &mut Vec<T>, id: impl Fn(&T) -> String) {
    by_rank_and_id(items, |item| (0, id(item)));
}

/// Sorts ids.
pub(crate) fn ids(ids: &mut [String]) {
    ids.sort_by(|a, b| by_code_units(a, b));
}

/// Sorts numbers and leaves each once.
pub(crate) fn numbers(numbers: &mut Vec<u32>) {
    sorting::sort(numbers, u32::cmp);
    numbers.dedup();
}

/// Sorts pairs of numbers.
pub(crate) fn pairs(pairs: &mut [(u32, u32)]) {
    sorting::sort(pairs, Ord::cmp);
}

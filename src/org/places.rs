//! Where the rows of a list stand: every row keeps its slot for life, and its pointer is reckoned
//! when a finding needs it.
//!
//! A row's place is a number by which the rows of its list are in order. It is the slot, unless the
//! row took another's place, or a slot that was used before. Numbers of places grow and are never
//! closed up; what a pointer says is how many rows stand before.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::shared::{SharedMap, Trie};
use super::sort;
use crate::load::list::List;
use crate::model::finding::{Code, Finding};

/// A stretch of rows that stand in one array.
#[derive(Clone, Debug)]
struct Page {
    first: u32,
    /// What stands between the list's name and the row's index in a pointer.
    prefix: Box<str>,
    /// The index of the first row.
    base: u32,
}

/// Of how many slots together the places are kept. A trie's nodes have room for so many anyway.
const TOGETHER: u32 = 32;
/// The slot's row stands at the place of the slot's own number.
const OWN: u32 = u32::MAX;
/// The slot has no row.
const HOLE: u32 = u32::MAX - 1;

/// The places of one list's rows. Slots are given in order of arrival; a row that is removed leaves
/// a hole, so that the pointers after it move up as they do in the export.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub list: List,
    /// Whether the data hold the list at all, empty or not.
    pub present: bool,
    len: u32,
    /// The place of the next row, behind all others.
    next: u32,
    pages: Arc<Vec<Page>>,
    /// The places of slots, where they are not all their own.
    places: Trie<[u32; TOGETHER as usize]>,
    /// How many slots have no row.
    holes: u32,
    /// Rows that do not count, by part of their id's hash.
    skipped: SharedMap<Vec<Skipped>>,
    /// What is wrong with a row by itself; the paths are relative to the row.
    issues: SharedMap<Vec<Finding>>,
}

/// Rows with one id that do not count.
#[derive(Clone, Debug)]
struct Skipped {
    id: Box<str>,
    slots: Vec<u32>,
}

fn skipped_key(id: &str) -> u32 {
    FixedState::default().hash_one(id) as u32
}

impl Places {
    pub fn new(list: List) -> Places {
        Places {
            list,
            present: false,
            len: 0,
            next: 0,
            pages: Arc::default(),
            places: Trie::default(),
            holes: 0,
            skipped: SharedMap::default(),
            issues: SharedMap::default(),
        }
    }

    pub fn open_page(&mut self, prefix: &str, base: u32) {
        self.present = true;
        let page = Page { first: self.next, prefix: prefix.into(), base };
        let pages = Arc::make_mut(&mut self.pages);
        match pages.as_mut_slice() {
            // The array that turns out to hold pages, not rows, is not itself a page.
            [only] if only.first == self.next && prefix.len() > only.prefix.len() => *only = page,
            _ => pages.push(page),
        }
    }

    /// The slot of the next row, behind all others.
    pub fn append(&mut self) -> u32 {
        if self.pages.is_empty() {
            self.open_page("", 0);
        }
        self.present = true;
        self.open(None, None)
    }

    /// The slot of a row: one that has no row, or a new one. The row stands at a place where no row
    /// stands any more, or behind all others.
    pub fn open(&mut self, free: Option<u32>, place: Option<u32>) -> u32 {
        let place = place.unwrap_or_else(|| self.next_place());
        if free.is_some() {
            self.holes -= 1;
        } else {
            self.len += 1;
            self.next = self.next.max(self.len);
        }
        let slot = free.unwrap_or(self.len - 1);
        self.set(slot, place);
        slot
    }

    /// The same for a row that is read from a snapshot, whose pages come later.
    pub fn append_read(&mut self) -> u32 {
        self.append_all_read(1);
        self.len - 1
    }

    /// The same for so many rows.
    pub fn append_all_read(&mut self, count: usize) {
        self.len += count as u32;
        self.next = self.len;
    }

    fn next_place(&mut self) -> u32 {
        if self.next >= HOLE {
            self.renumber();
        }
        self.next += 1;
        self.next - 1
    }

    /// Closes up the numbers of places, which happens once in four thousand million changes.
    fn renumber(&mut self) {
        let order = self.in_order();
        let firsts = self.firsts(&order);
        for (page, first) in Arc::make_mut(&mut self.pages).iter_mut().zip(firsts) {
            page.first = first;
        }
        for (place, slot) in order.iter().enumerate() {
            self.set(*slot, place as u32);
        }
        self.next = order.len() as u32;
    }

    /// Takes in a page of a snapshot, behind the others; false when it cannot stand there.
    pub fn read_page(&mut self, first: u32, prefix: &str, base: u32) -> bool {
        let least = self.pages.last().map_or(0, |page| page.first);
        let fits = first >= least
            && first <= self.len
            && (first == 0 || !self.pages.is_empty())
            && base.checked_add(self.len).is_some();
        Arc::make_mut(&mut self.pages).push(Page { first, prefix: prefix.into(), base });
        fits
    }

    /// Whether every row stands on a page.
    pub fn is_whole(&self) -> bool {
        self.len == 0 || !self.pages.is_empty()
    }

    /// The pages as they are when the rows stand in this order: the place of the first row, what
    /// stands before its index in a pointer, the index.
    pub fn pages_in(&self, order: &[u32]) -> Vec<(u32, &str, u32)> {
        let firsts = self.firsts(order);
        firsts.into_iter().zip(&*self.pages).map(|(first, page)| (first, &*page.prefix, page.base)).collect()
    }

    /// The slots of rows that do not count, with their ids.
    pub fn skipped(&self) -> Vec<(u32, &str)> {
        let all = self.skipped.keys().into_iter().flat_map(|key| self.skipped.get(key).into_iter().flatten());
        all.flat_map(|skipped| skipped.slots.iter().map(|slot| (*slot, &*skipped.id))).collect()
    }

    /// The slots with something wrong.
    pub fn slots_with_issues(&self) -> Vec<u32> {
        self.issues.keys()
    }

    pub fn slots(&self) -> u32 {
        self.len
    }

    /// How many rows the list has, whether they count or not.
    pub fn rows(&self) -> usize {
        (self.len - self.holes) as usize
    }

    /// The row of a slot is gone, and everything said about it.
    pub fn remove(&mut self, slot: u32) {
        debug_assert!(self.place(slot) != HOLE, "the slot has a row");
        self.set(slot, HOLE);
        self.holes += 1;
        self.issues.remove(slot);
    }

    pub fn report(&mut self, slot: u32, finding: Finding) {
        self.issues.get_or_insert(slot, Vec::new()).push(finding);
    }

    /// Nothing is wrong with the row any more.
    pub fn clear_issues(&mut self, slot: u32) {
        self.issues.remove(slot);
    }

    pub fn skip(&mut self, slot: u32, id: Option<&str>) {
        let Some(id) = id else { return };
        let all = self.skipped.get_or_insert(skipped_key(id), Vec::new());
        match all.iter_mut().find(|skipped| *skipped.id == *id) {
            Some(skipped) => skipped.slots.push(slot),
            None => all.push(Skipped { id: id.into(), slots: vec![slot] }),
        }
    }

    /// Takes out the rows with an id that did not count.
    pub fn take_skipped(&mut self, id: &str) -> Vec<u32> {
        if !self.has_skipped(id) {
            return Vec::new();
        }
        let key = skipped_key(id);
        let mut slots = Vec::new();
        let mut others = self.skipped.remove(key).unwrap_or_default();
        others.retain_mut(|skipped| {
            let other = *skipped.id != *id;
            if !other {
                slots = std::mem::take(&mut skipped.slots);
            }
            other
        });
        if !others.is_empty() {
            self.skipped.insert(key, others);
        }
        slots
    }

    pub fn has_skipped(&self, id: &str) -> bool {
        self.skipped.get(skipped_key(id)).is_some_and(|all| all.iter().any(|skipped| *skipped.id == *id))
    }

    /// Whether a row with this id does not count for this reason.
    pub fn has_skipped_for(&self, id: &str, code: Code) -> bool {
        let skipped = self.skipped.get(skipped_key(id)).into_iter().flatten();
        skipped.filter(|skipped| *skipped.id == *id).any(|skipped| {
            skipped.slots.iter().any(|slot| self.issues_of(*slot).iter().any(|f| f.code == code))
        })
    }

    pub fn issues_of(&self, slot: u32) -> &[Finding] {
        self.issues.get(slot).map_or(&[], Vec::as_slice)
    }

    /// Slots in the order in which their rows stand in the list.
    pub fn in_order(&self) -> Vec<u32> {
        let (absent, mut moved) = self.exceptions();
        moved.sort_unstable();
        let (mut absent, mut moved) = (absent.into_iter().peekable(), moved.into_iter().peekable());
        let mut order = Vec::with_capacity(self.rows());
        for slot in (0..self.len).filter(|slot| absent.next_if_eq(slot).is_none()) {
            while let Some((_, moved)) = moved.next_if(|(place, _)| *place < slot) {
                order.push(moved);
            }
            order.push(slot);
        }
        order.extend(moved.map(|(_, slot)| slot));
        order
    }

    /// The slots whose row is not at its own place, ascending; of those that have a row, where it
    /// stands, in no order.
    fn exceptions(&self) -> (Vec<u32>, Vec<(u32, u32)>) {
        let (mut absent, mut moved) = (Vec::new(), Vec::new());
        self.places.each(&mut |together, places| {
            let slots = (together * TOGETHER..).zip(places);
            for (slot, place) in slots.filter(|(_, place)| **place != OWN) {
                absent.push(slot);
                if *place != HOLE {
                    moved.push((*place, slot));
                }
            }
        });
        sort::numbers(&mut absent);
        (absent, moved)
    }

    /// Where the pages begin in that order.
    fn firsts(&self, order: &[u32]) -> Vec<u32> {
        let first = |page: &Page| order.partition_point(|slot| self.place(*slot) < page.first) as u32;
        self.pages.iter().map(first).collect()
    }

    /// Where a slot's row stands among the others.
    pub fn place(&self, slot: u32) -> u32 {
        match self.places.get(slot / TOGETHER).map(|places| places[(slot % TOGETHER) as usize]) {
            None | Some(OWN) => slot,
            Some(place) => place,
        }
    }

    fn set(&mut self, slot: u32, place: u32) {
        if self.place(slot) != place {
            let places = self.places.place(slot / TOGETHER).get_or_insert([OWN; TOGETHER as usize]);
            places[(slot % TOGETHER) as usize] = if place == slot { OWN } else { place };
        }
    }

    /// Reckons pointers for many rows at once.
    pub fn pointers(&self) -> Pointers<'_> {
        let (absent, moved) = self.exceptions();
        let mut moved = moved.into_iter().map(|(place, _)| place).collect();
        sort::numbers(&mut moved);
        Pointers { places: self, absent, moved }
    }

    pub fn share(&mut self) {
        self.skipped.share();
        self.issues.share();
    }

    /// Whether the list may go on behind what was loaded: it is not empty and as long as a page
    /// usually is (section 4), and does not end with an empty page.
    pub fn maybe_truncated(&self) -> bool {
        let rows = self.rows();
        let ends_empty = self.pages.len() > 1
            && self.pages.last().is_some_and(|page| self.pointers().before(page.first) as usize == rows);
        rows > 0 && !ends_empty && (rows.is_multiple_of(1000) || matches!(rows, 50 | 100 | 200 | 250 | 500))
    }
}

pub(crate) struct Pointers<'a> {
    places: &'a Places,
    /// The slots whose row is not at its own place, ascending.
    absent: Vec<u32>,
    /// The places where the rows of some of them are, ascending.
    moved: Vec<u32>,
}

impl Pointers<'_> {
    /// The pointer of a slot's row.
    pub fn of(&self, slot: u32) -> String {
        let place = self.places.place(slot);
        let pages = &self.places.pages;
        let page = &pages[pages.partition_point(|p| p.first <= place).saturating_sub(1)];
        let index = page.base + (self.before(place) - self.before(page.first));
        format!("/{}{}/{index}", self.places.list.name(), page.prefix)
    }

    /// How many rows stand before a place.
    fn before(&self, place: u32) -> u32 {
        let below = |numbers: &[u32]| numbers.partition_point(|number| *number < place) as u32;
        place.min(self.places.len) - below(&self.absent) + below(&self.moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::list::List;

    /// Rows come, go, take each other's place and slots that were used before, also when the
    /// numbers of places run out: the order and the pointers are those of a plain vector.
    #[test]
    fn places_are_those_of_a_vector() {
        for (seed, start) in (0..200_u64).flat_map(|seed| [(seed, 0), (seed, HOLE - 50), (seed, HOLE - 8)]) {
            let mut random = seed;
            let mut below = |n: usize| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (random >> 33) as usize % n.max(1)
            };
            let mut places = Places::new(List::Acls);
            places.open_page("", 0);
            let mut model: Vec<u32> = Vec::new();
            let mut free: Vec<u32> = Vec::new();
            for _ in 0..below(40) {
                model.push(places.append());
            }
            places.next = places.next.max(start);
            for _ in 0..120 {
                let at = below(model.len());
                match below(4) {
                    0 if !model.is_empty() => {
                        let slot = model.remove(at);
                        places.remove(slot);
                        free.push(slot);
                    }
                    1 if !model.is_empty() => {
                        let (old, place) = (model[at], places.place(model[at]));
                        places.remove(old);
                        free.push(old);
                        let again = free.pop_if(|_| below(2) == 0);
                        model[at] = places.open(again, Some(place));
                    }
                    _ => {
                        let again = free.pop_if(|_| below(4) != 0);
                        model.push(places.open(again, None));
                    }
                }
                assert_eq!(places.in_order(), model, "seed {seed} from {start}");
                assert_eq!(places.rows(), model.len());
                let pointers = places.pointers();
                for (index, slot) in model.iter().enumerate() {
                    assert_eq!(pointers.of(*slot), format!("/acls/{index}"), "seed {seed} from {start}");
                }
            }
        }
    }

    /// Pages keep their rows, whatever is taken out of them and put behind them; the page behind
    /// which rows came is not empty.
    #[test]
    fn pages_keep_their_rows() {
        let mut places = Places::new(List::Acls);
        for page in 0..3 {
            places.open_page(&format!("/{page}/objects"), page * 7);
            for _ in 0..4 {
                places.append();
            }
        }
        for slot in [1, 4, 5, 6, 7, 8] {
            places.remove(slot);
        }
        places.open(Some(4), None);
        let pointer = |places: &Places, slot| places.pointers().of(slot);
        assert_eq!(pointer(&places, 2), "/acls/0/objects/1");
        assert_eq!(pointer(&places, 9), "/acls/2/objects/14");
        assert_eq!(pointer(&places, 4), "/acls/2/objects/17", "it is the last one now");
        let order = [0, 2, 3, 9, 10, 11, 4];
        assert_eq!(places.in_order(), order);
        let firsts: Vec<u32> = places.pages_in(&order).into_iter().map(|(first, ..)| first).collect();
        assert_eq!(firsts, [0, 3, 3]);
        places.next = HOLE;
        places.open(Some(1), None);
        assert_eq!(places.in_order(), [0, 2, 3, 9, 10, 11, 4, 1], "the numbers were closed up");
        assert_eq!(pointer(&places, 9), "/acls/2/objects/14");
        assert_eq!(pointer(&places, 1), "/acls/2/objects/18");
    }
}

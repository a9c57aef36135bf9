//! Where the rows of a list stand: every row keeps its slot for life, and its pointer is reckoned
//! when a finding needs it.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::shared::SharedMap;
use super::{Map, sort};
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

/// The places of one list's rows. Slots are given in order of arrival; a row that is removed leaves
/// a hole, so that the pointers after it move up as they do in the export.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub list: List,
    /// Whether the data hold the list at all, empty or not.
    pub present: bool,
    len: u32,
    pages: Arc<Vec<Page>>,
    holes: SharedMap<()>,
    /// Slots whose row stands in the place of an earlier slot: it replaced that one's row.
    moved: SharedMap<u32>,
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
            pages: Arc::default(),
            holes: SharedMap::default(),
            moved: SharedMap::default(),
            skipped: SharedMap::default(),
            issues: SharedMap::default(),
        }
    }

    pub fn open_page(&mut self, prefix: &str, base: u32) {
        self.present = true;
        let page = Page { first: self.len, prefix: prefix.into(), base };
        let pages = Arc::make_mut(&mut self.pages);
        match pages.as_mut_slice() {
            // The array that turns out to hold pages, not rows, is not itself a page.
            [only] if only.first == self.len && prefix.len() > only.prefix.len() => *only = page,
            _ => pages.push(page),
        }
    }

    /// The slot of the next row, behind all others.
    pub fn append(&mut self) -> u32 {
        if self.pages.is_empty() {
            self.open_page("", 0);
        }
        self.present = true;
        self.len += 1;
        self.len - 1
    }

    /// The same for a row that is read from a snapshot, whose pages come later.
    pub fn append_read(&mut self) -> u32 {
        self.len += 1;
        self.len - 1
    }

    /// The same for so many rows.
    pub fn append_all_read(&mut self, count: usize) {
        self.len += count as u32;
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
        self.len as usize - self.holes.len()
    }

    pub fn holes(&self) -> usize {
        self.holes.len()
    }

    /// The row of a slot is gone, and everything said about it.
    pub fn remove(&mut self, slot: u32) {
        let place = self.moved.remove(slot).unwrap_or(slot);
        self.holes.insert(place, ());
        self.issues.remove(slot);
    }

    /// The newest slot takes the place of an old one.
    pub fn take_place(&mut self, new: u32, old: u32) {
        let place = self.moved.remove(old).unwrap_or(old);
        self.issues.remove(old);
        self.moved.insert(new, place);
        self.holes.insert(new, ());
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
        // INVARIANT: a slot that took another's place is itself a hole at the list's end.
        let moved_to: Map<u32, u32> =
            self.moved.keys().into_iter().map(|slot| (self.place(slot), slot)).collect();
        (0..self.len)
            .filter(|place| !self.holes.contains(*place))
            .map(|place| moved_to.get(&place).copied().unwrap_or(place))
            .collect()
    }

    /// Where the pages begin in that order.
    fn firsts(&self, order: &[u32]) -> Vec<u32> {
        let first = |page: &Page| order.partition_point(|slot| self.place(*slot) < page.first) as u32;
        self.pages.iter().map(first).collect()
    }

    /// Closes the holes: the rows get new slots in their order. Returns the old slot of each new one.
    pub fn compact(&mut self) -> Vec<u32> {
        let order = self.in_order();
        let firsts = self.firsts(&order);
        for (page, first) in Arc::make_mut(&mut self.pages).iter_mut().zip(firsts) {
            page.first = first;
        }
        let mut to: Map<u32, u32> = Map::default();
        for (new, old) in order.iter().enumerate() {
            to.insert(*old, new as u32);
        }
        let issues = std::mem::take(&mut self.issues).into_map();
        let issues: Map<u32, Vec<Finding>> =
            issues.into_iter().map(|(slot, issues)| (to[&slot], issues)).collect();
        self.issues = issues.into();
        let mut skipped = std::mem::take(&mut self.skipped).into_map();
        for slot in skipped.values_mut().flatten().flat_map(|skipped| &mut skipped.slots) {
            *slot = to[&*slot];
        }
        self.skipped = skipped.into();
        self.len = order.len() as u32;
        self.holes = SharedMap::default();
        self.moved = SharedMap::default();
        order
    }

    /// Where a slot's row stands among the others.
    pub fn place(&self, slot: u32) -> u32 {
        self.moved.get(slot).copied().unwrap_or(slot)
    }

    /// Reckons pointers for many rows at once.
    pub fn pointers(&self) -> Pointers<'_> {
        let mut holes = self.holes.keys();
        sort::numbers(&mut holes);
        Pointers { places: self, holes }
    }

    pub fn share(&mut self) {
        self.holes.share();
        self.moved.share();
        self.skipped.share();
        self.issues.share();
    }

    /// Whether the list may go on behind what was loaded: it is not empty and as long as a page
    /// usually is (section 4), and does not end with an empty page.
    pub fn maybe_truncated(&self) -> bool {
        let rows = self.rows();
        let ends_empty = self.pages.len() > 1
            && self.pages.last().is_some_and(|page| {
                let holes = self.holes.keys().into_iter().filter(|hole| *hole >= page.first).count();
                (self.len - page.first) as usize == holes
            });
        rows > 0 && !ends_empty && (rows.is_multiple_of(1000) || matches!(rows, 50 | 100 | 200 | 250 | 500))
    }
}

pub(crate) struct Pointers<'a> {
    places: &'a Places,
    holes: Vec<u32>,
}

impl Pointers<'_> {
    /// The pointer of a slot's row.
    pub fn of(&self, slot: u32) -> String {
        let place = self.places.place(slot);
        let pages = &self.places.pages;
        let page = &pages[pages.partition_point(|p| p.first <= place).saturating_sub(1)];
        let before = |n: u32| self.holes.partition_point(|hole| *hole < n) as u32;
        let index = page.base + (place - page.first) - (before(place) - before(page.first));
        format!("/{}{}/{index}", self.places.list.name(), page.prefix)
    }
}

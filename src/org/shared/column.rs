//! Things by consecutive numbers.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use super::trie::Trie;

/// A vector that copies can share.
#[derive(Clone, Debug)]
pub(in crate::org) enum Column<T> {
    /// Nobody else's.
    Own(Vec<T>),
    /// Held in common; changed in place by whoever is the only holder.
    Common(Arc<Vec<T>>),
    /// Held in common, with what is different here.
    Changed { base: Arc<Vec<T>>, len: u32, changes: Trie<T> },
}

impl<T> Default for Column<T> {
    fn default() -> Column<T> {
        Column::Own(Vec::new())
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(items: Vec<T>) -> Column<T> {
        Column::Own(items)
    }
}

impl<T> Column<T> {
    /// An empty one with room for so many.
    pub fn with_room(items: usize) -> Column<T> {
        Column::Own(Vec::with_capacity(items))
    }

    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Column::Own(items) => items.len(),
            Column::Common(items) => items.len(),
            Column::Changed { len, .. } => *len as usize,
        }
    }

    /// For how many there is room, about.
    pub fn capacity(&self) -> usize {
        match self {
            Column::Own(items) => items.capacity(),
            Column::Common(items) => items.capacity(),
            Column::Changed { len, .. } => *len as usize,
        }
    }

    /// All things, where they stand in one place.
    pub fn plain(&self) -> Option<&[T]> {
        match self {
            Column::Own(items) => Some(items),
            Column::Common(items) => Some(items),
            Column::Changed { .. } => None,
        }
    }

    /// Whether a copy holds on to the same things, so that numbers mean the same in both.
    pub fn is_shared(&self) -> bool {
        match self {
            Column::Own(_) => false,
            Column::Common(base) | Column::Changed { base, .. } => Arc::strong_count(base) > 1,
        }
    }
}

impl<T: Clone> Column<T> {
    #[inline]
    pub fn get(&self, number: usize) -> Option<&T> {
        match self {
            Column::Own(items) => items.get(number),
            Column::Common(items) => items.get(number),
            Column::Changed { base, changes, .. } => changed(base, changes, number),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.len()).map(|number| &self[number])
    }

    #[inline]
    pub fn push(&mut self, item: T) {
        match self {
            Column::Own(items) => items.push(item),
            _ => self.push_common(item),
        }
    }

    /// Replaces a thing.
    pub fn set(&mut self, number: usize, item: T) {
        match self.part() {
            Column::Own(items) => items[number] = item,
            Column::Common(items) => Arc::make_mut(items)[number] = item,
            Column::Changed { changes, .. } => *changes.place(number as u32) = Some(item),
        }
    }

    #[inline(never)]
    fn push_common(&mut self, item: T) {
        match self.part() {
            Column::Own(items) => items.push(item),
            Column::Common(items) => Arc::make_mut(items).push(item),
            Column::Changed { len, changes, .. } => {
                *changes.place(*len) = Some(item);
                *len += 1;
            }
        }
    }

    #[inline(never)]
    fn change_common(&mut self, number: usize) -> &mut T {
        match self.part() {
            Column::Own(items) => &mut items[number],
            Column::Common(items) => &mut Arc::make_mut(items)[number],
            Column::Changed { base, changes, .. } => {
                changes.place(number as u32).get_or_insert_with(|| base[number].clone())
            }
        }
    }

    /// Ready to be changed: apart from copies, if there are any.
    fn part(&mut self) -> &mut Column<T> {
        if let Column::Common(base) = self
            && Arc::strong_count(base) > 1
        {
            let (base, len) = (Arc::clone(base), base.len() as u32);
            *self = Column::Changed { base, len, changes: Trie::default() };
        }
        self
    }

    /// Ready to be copied. Only what has changed since the last time costs anything.
    pub fn share(&mut self) {
        let ready = match self {
            Column::Own(items) => items.is_empty(),
            Column::Common(_) => true,
            Column::Changed { base, .. } => Arc::strong_count(base) > 1,
        };
        if !ready {
            let items = std::mem::take(self).into_vec();
            *self = Column::Common(Arc::new(items));
        }
    }

    /// All things in one place.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Column::Own(items) => items,
            Column::Common(items) => Arc::unwrap_or_clone(items),
            Column::Changed { base, len, mut changes } => {
                let mut items = Arc::unwrap_or_clone(base);
                for number in items.len() as u32..len {
                    items.extend(changes.place(number).take());
                }
                changes.drain(&mut |number, item| items[number as usize] = item);
                items
            }
        }
    }
}

#[inline(never)]
fn changed<'c, T: Clone>(base: &'c [T], changes: &'c Trie<T>, number: usize) -> Option<&'c T> {
    changes.get(number as u32).or_else(|| base.get(number))
}

impl<T: Clone> Index<usize> for Column<T> {
    type Output = T;

    #[inline]
    fn index(&self, number: usize) -> &T {
        match self {
            Column::Own(items) => &items[number],
            Column::Common(items) => &items[number],
            Column::Changed { base, changes, .. } => {
                changed(base, changes, number).expect("a number of this column")
            }
        }
    }
}

impl<T: Clone> IndexMut<usize> for Column<T> {
    #[inline]
    fn index_mut(&mut self, number: usize) -> &mut T {
        match self {
            Column::Own(items) => &mut items[number],
            _ => self.change_common(number),
        }
    }
}

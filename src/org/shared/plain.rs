//! The same containers where copies share nothing: less code, for a module that only reads. A copy
//! of an organisation costs what the organisation holds.

use std::ops::{Index as At, IndexMut};

use super::table::{HashOf, Table};
use crate::org::Map;

/// A vector.
#[derive(Clone, Debug)]
pub(in crate::org) struct Column<T>(Vec<T>);

impl<T> Default for Column<T> {
    fn default() -> Column<T> {
        Column(Vec::new())
    }
}

impl<T> Column<T> {
    /// An empty one with room for so many.
    pub fn with_room(items: usize) -> Column<T> {
        Column(Vec::with_capacity(items))
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// For how many there is room.
    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Never: copies are apart.
    pub fn is_shared(&self) -> bool {
        false
    }

    #[inline]
    pub fn get(&self, number: usize) -> Option<&T> {
        self.0.get(number)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    pub fn push(&mut self, item: T) {
        self.0.push(item);
    }

    /// Replaces a thing.
    pub fn set(&mut self, number: usize, item: T) {
        self.0[number] = item;
    }

    /// Ready to be copied, as ever.
    pub fn share(&mut self) {}
}

impl<T> At<usize> for Column<T> {
    type Output = T;

    #[inline]
    fn index(&self, number: usize) -> &T {
        &self.0[number]
    }
}

impl<T> IndexMut<usize> for Column<T> {
    #[inline]
    fn index_mut(&mut self, number: usize) -> &mut T {
        &mut self.0[number]
    }
}

/// A hash table of numbers.
#[derive(Clone, Debug, Default)]
pub(in crate::org) struct Index(Table);

impl Index {
    /// The number with a hash that is the one.
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.0.with(hash).find(|number| is(*number))
    }

    /// Adds a number that is not in it.
    pub fn insert(&mut self, hash: u64, number: u32, hash_of: HashOf<'_>) {
        self.0.insert(hash, number, hash_of);
    }

    /// Takes a number out that may be in it.
    pub fn remove(&mut self, hash: u64, number: u32) {
        self.0.remove(hash, number);
    }

    /// A table that was read.
    pub fn of(table: Table) -> Index {
        Index(table)
    }

    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Ready to be copied, as ever.
    pub fn share(&mut self, _: HashOf<'_>) {}
}

/// Things by any number.
#[derive(Clone, Debug)]
pub(in crate::org) struct SharedMap<V> {
    places: Map<u32, u32>,
    values: Vec<Option<V>>,
}

impl<V> Default for SharedMap<V> {
    fn default() -> SharedMap<V> {
        SharedMap { places: Map::default(), values: Vec::new() }
    }
}

impl<V> SharedMap<V> {
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn get(&self, key: u32) -> Option<&V> {
        self.values.get(*self.places.get(&key)? as usize)?.as_ref()
    }

    pub fn contains(&self, key: u32) -> bool {
        self.places.contains_key(&key)
    }

    /// In no order.
    pub fn keys(&self) -> Vec<u32> {
        self.places.keys().copied().collect()
    }

    /// The thing of a key, this one if it had none.
    pub fn get_or_insert(&mut self, key: u32, value: V) -> &mut V {
        let next = self.values.len() as u32;
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.values.push(None);
        }
        self.values[place as usize].get_or_insert(value)
    }

    pub fn insert(&mut self, key: u32, value: V) {
        self.remove(key);
        self.get_or_insert(key, value);
    }

    pub fn remove(&mut self, key: u32) -> Option<V> {
        let place = self.places.remove(&key)?;
        self.values[place as usize].take()
    }

    /// Ready to be copied, as ever.
    pub fn share(&mut self) {}

    /// All of it.
    pub fn into_map(self) -> Map<u32, V> {
        let SharedMap { places, mut values } = self;
        places.into_iter().filter_map(|(key, place)| Some((key, values[place as usize].take()?))).collect()
    }
}

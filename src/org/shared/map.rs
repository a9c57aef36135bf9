//! Things by any number.

use std::sync::Arc;

use super::trie::Trie;
use crate::org::Map;

type Entries<V> = Map<u32, V>;

/// A map that copies can share.
#[derive(Clone, Debug)]
pub(in crate::org) enum SharedMap<V> {
    /// Nobody else's.
    Own(Entries<V>),
    /// Held in common; changed in place by whoever is the only holder.
    Common(Arc<Entries<V>>),
    /// Held in common, with what is different here: another thing, or none.
    Changed { base: Arc<Entries<V>>, len: u32, changes: Trie<Option<V>> },
}

impl<V> Default for SharedMap<V> {
    fn default() -> SharedMap<V> {
        SharedMap::Own(Map::default())
    }
}

impl<V: Clone> SharedMap<V> {
    pub fn len(&self) -> usize {
        match self {
            SharedMap::Own(entries) => entries.len(),
            SharedMap::Common(entries) => entries.len(),
            SharedMap::Changed { len, .. } => *len as usize,
        }
    }

    #[inline]
    pub fn get(&self, key: u32) -> Option<&V> {
        match self {
            // Most maps are of what is rare, and empty.
            SharedMap::Own(entries) if entries.is_empty() => None,
            _ => self.search(key),
        }
    }

    #[inline(never)]
    fn search(&self, key: u32) -> Option<&V> {
        match self {
            SharedMap::Own(entries) => entries.get(&key),
            SharedMap::Common(entries) => entries.get(&key),
            SharedMap::Changed { base, changes, .. } => match changes.get(key) {
                Some(change) => change.as_ref(),
                None => base.get(&key),
            },
        }
    }

    pub fn contains(&self, key: u32) -> bool {
        self.get(key).is_some()
    }

    /// In no order.
    pub fn keys(&self) -> Vec<u32> {
        match self {
            SharedMap::Own(entries) => entries.keys().copied().collect(),
            SharedMap::Common(entries) => entries.keys().copied().collect(),
            SharedMap::Changed { base, changes, .. } => {
                let mut keys: Vec<u32> =
                    base.keys().copied().filter(|key| changes.get(*key).is_none()).collect();
                changes.each(&mut |key, value| keys.extend(value.is_some().then_some(key)));
                keys
            }
        }
    }

    /// The thing of a key, this one if it had none.
    pub fn get_or_insert(&mut self, key: u32, value: V) -> &mut V {
        match self.part() {
            SharedMap::Own(entries) => entries.entry(key).or_insert(value),
            SharedMap::Common(entries) => Arc::make_mut(entries).entry(key).or_insert(value),
            SharedMap::Changed { base, len, changes } => {
                let place = changes.place(key).get_or_insert_with(|| base.get(&key).cloned());
                *len += u32::from(place.is_none());
                place.get_or_insert(value)
            }
        }
    }

    pub fn insert(&mut self, key: u32, value: V) {
        match self.part() {
            SharedMap::Own(entries) => {
                entries.insert(key, value);
            }
            SharedMap::Common(entries) => {
                Arc::make_mut(entries).insert(key, value);
            }
            SharedMap::Changed { base, len, changes } => {
                let place = changes.place(key);
                let had = place.as_ref().map_or_else(|| base.contains_key(&key), Option::is_some);
                *len += u32::from(!had);
                *place = Some(Some(value));
            }
        }
    }

    pub fn remove(&mut self, key: u32) -> Option<V> {
        if !self.contains(key) {
            return None;
        }
        match self.part() {
            SharedMap::Own(entries) => entries.remove(&key),
            SharedMap::Common(entries) => Arc::make_mut(entries).remove(&key),
            SharedMap::Changed { base, len, changes } => {
                *len -= 1;
                changes.place(key).replace(None).unwrap_or_else(|| base.get(&key).cloned())
            }
        }
    }

    /// Ready to be changed: apart from copies, if there are any.
    fn part(&mut self) -> &mut SharedMap<V> {
        if let SharedMap::Common(base) = self
            && Arc::strong_count(base) > 1
        {
            let (base, len) = (Arc::clone(base), base.len() as u32);
            *self = SharedMap::Changed { base, len, changes: Trie::default() };
        }
        self
    }

    /// Ready to be copied. Only what has changed since the last time costs anything.
    pub fn share(&mut self) {
        let ready = match self {
            SharedMap::Own(entries) => entries.is_empty(),
            SharedMap::Common(_) => true,
            SharedMap::Changed { base, .. } => Arc::strong_count(base) > 1,
        };
        if !ready {
            let entries = std::mem::take(self).into_map();
            *self = SharedMap::Common(Arc::new(entries));
        }
    }

    /// All of it. Costs a copy of everything when it is shared.
    pub fn into_map(self) -> Entries<V> {
        match self {
            SharedMap::Own(entries) => entries,
            SharedMap::Common(entries) => Arc::unwrap_or_clone(entries),
            SharedMap::Changed { base, mut changes, .. } => {
                let mut entries = Arc::unwrap_or_clone(base);
                changes.drain(&mut |key, value| {
                    match value {
                        Some(value) => entries.insert(key, value),
                        None => entries.remove(&key),
                    };
                });
                entries
            }
        }
    }
}

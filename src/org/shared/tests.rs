//! The containers against plain ones, with any number of copies that live and change too.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::{Column, Index, SharedMap};
use crate::org::Map;

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }
}

/// Does things to copies of something and to a plain model of each; copies come and go.
fn against<T: Clone, M: Clone>(
    seed: u64,
    start: (T, M),
    change: impl Fn(&mut Random, &mut T, &mut M),
    share: impl Fn(&mut T),
    check: impl Fn(&T, &M),
) {
    let mut random = Random(seed);
    let mut all = vec![start];
    for _ in 0..300 {
        let at = random.below(all.len() as u32) as usize;
        match random.below(12) {
            0 if all.len() < 5 => {
                let copy = all[at].clone();
                all.push(copy);
            }
            1 if all.len() > 1 => {
                all.swap_remove(at);
            }
            2 | 3 => share(&mut all[at].0),
            _ => {
                let (thing, model) = &mut all[at];
                change(&mut random, thing, model);
            }
        }
        if random.below(4) == 0 {
            for (thing, model) in &all {
                check(thing, model);
            }
        }
    }
    for (thing, model) in &all {
        check(thing, model);
    }
}

#[test]
fn a_column_is_a_vector() {
    for seed in 0..300 {
        let change = |random: &mut Random, column: &mut Column<u32>, model: &mut Vec<u32>| {
            let value = random.below(1000);
            let at = random.below(model.len().max(1) as u32) as usize;
            match random.below(8) {
                0..=3 => {
                    column.push(value);
                    model.push(value);
                }
                4 | 5 if !model.is_empty() => {
                    column[at] += value;
                    model[at] += value;
                }
                6 if !model.is_empty() => {
                    column.set(at, value);
                    model[at] = value;
                }
                _ => {}
            }
        };
        let check = |column: &Column<u32>, model: &Vec<u32>| {
            let items: Vec<u32> = column.iter().copied().collect();
            assert_eq!(items, *model, "seed {seed}");
            assert_eq!(column.len(), model.len());
            assert!(column.get(model.len()).is_none());
        };
        against(seed, (Column::default(), Vec::new()), change, Column::share, check);
    }
}

#[test]
fn a_map_is_a_map() {
    for seed in 0..300 {
        let change = |random: &mut Random, map: &mut SharedMap<u32>, model: &mut Map<u32, u32>| {
            let (key, value) = (random.below(40).wrapping_mul(0x1111_1111), random.below(1000));
            match random.below(4) {
                0 => {
                    map.insert(key, value);
                    model.insert(key, value);
                }
                1 => {
                    *map.get_or_insert(key, value) += 1;
                    *model.entry(key).or_insert(value) += 1;
                }
                _ => assert_eq!(map.remove(key), model.remove(&key), "seed {seed}"),
            }
        };
        let check = |map: &SharedMap<u32>, model: &Map<u32, u32>| {
            let mut keys = map.keys();
            keys.sort_unstable();
            let mut expected: Vec<u32> = model.keys().copied().collect();
            expected.sort_unstable();
            assert_eq!(keys, expected, "seed {seed}");
            assert_eq!(map.len(), model.len());
            for key in (0..41_u32).map(|key| key.wrapping_mul(0x1111_1111)) {
                assert_eq!(map.get(key), model.get(&key), "seed {seed}");
                assert_eq!(map.contains(key), model.contains_key(&key));
            }
            assert_eq!(map.clone().into_map(), *model, "seed {seed}");
        };
        against(seed, (SharedMap::default(), Map::default()), change, SharedMap::share, check);
    }
}

/// Few hashes for many numbers, some of which agree in the part by which differences are kept.
fn hash_of(number: u32) -> u64 {
    let class = u64::from(number % 10);
    FixedState::default().hash_one(class / 2) & 0xffff_ffff | (class % 2) << 60
}

#[test]
fn an_index_is_a_set_of_numbers_by_hash() {
    for seed in 0..300 {
        let change = |random: &mut Random, index: &mut Index, model: &mut Map<u32, ()>| {
            let number = random.below(60);
            if model.remove(&number).is_some() {
                index.remove(hash_of(number), number);
            } else if random.below(4) == 0 {
                // Nothing that is there to be taken out.
                index.remove(hash_of(number), number);
            } else {
                model.insert(number, ());
                index.insert(hash_of(number), number, &hash_of);
            }
        };
        let check = |index: &Index, model: &Map<u32, ()>| {
            for number in 0..60 {
                let found = index.find(hash_of(number), |other| other == number);
                assert_eq!(found, model.get(&number).map(|()| number), "seed {seed}");
            }
            for class in 0..10 {
                let mut with: Vec<u32> =
                    index.with(hash_of(class)).filter(|n| hash_of(*n) == hash_of(class)).collect();
                with.sort_unstable();
                let expected: Vec<u32> =
                    (0..60).filter(|n| n % 10 == class && model.contains_key(n)).collect();
                assert_eq!(with, expected, "seed {seed}");
            }
        };
        let share = |index: &mut Index| index.share(&hash_of);
        against(seed, (Index::default(), Map::default()), change, share, check);
    }
}

/// What a copy costs does not depend on how much there is, and a change copies one thing.
#[test]
fn a_copy_shares_everything_else() {
    #[derive(Debug)]
    struct Counted(std::sync::Arc<()>);
    impl Clone for Counted {
        fn clone(&self) -> Counted {
            Counted(std::sync::Arc::clone(&self.0))
        }
    }
    let one = std::sync::Arc::new(());
    let mut column = Column::default();
    for _ in 0..1000 {
        column.push(Counted(std::sync::Arc::clone(&one)));
    }
    column.share();
    let mut copy = column.clone();
    let copies = || std::sync::Arc::strong_count(&one) - 1;
    assert_eq!(copies(), 1000);
    assert!(column.is_shared());
    let _ = &mut copy[7];
    copy.push(Counted(std::sync::Arc::clone(&one)));
    assert_eq!(copies(), 1002);
    let again = copy.clone();
    assert_eq!(copies(), 1002);
    drop((column, again));
    copy.share();
    assert_eq!(copies(), 1001);
    assert!(!copy.is_shared());
}

//! Near misses: ACLs that would grant if exactly one thing differed.

use alloc::vec::Vec;

use crate::explain::Candidate;
use crate::input::NONE;
use crate::json::Json;
use crate::number;
use crate::roles::fits;
use crate::small::{ACLS, Asked, DELETED, KNOWN, PRINCIPALS, ROLES, Small};
use crate::tree::Target;

/// The one thing that differs, in the order in which they are told.
const MARKED: u32 = 0;
const RESTRICTION: u32 = 1;
const MEMBERSHIP: u32 = 2;
const PERMISSION: u32 = 3;

/// How many are told.
const MOST: usize = 5;
/// How many groups that are marked deleted are looked at, as in the whole library.
const BOUND: usize = 500;

struct Miss {
    missing: u32,
    group: u32,
    candidate: Candidate,
}

struct Search<'a> {
    small: &'a Small,
    asked: Asked<'a>,
    target: &'a Target,
    ask: u8,
    missing: u8,
    candidates: &'a [Candidate],
    /// The first ones so far, in their order.
    found: Vec<Miss>,
}

impl Small {
    pub(crate) fn write_misses(
        &self,
        asked: Asked<'_>,
        target: &Target,
        ask: u8,
        granted: u8,
        candidates: &[Candidate],
        json: &mut Json,
    ) {
        let missing = ask & !granted;
        let mut search = Search { small: self, asked, target, ask, missing, candidates, found: Vec::new() };
        if target.deleted {
            search.object_deleted();
        } else {
            search.something_deleted();
            if missing.is_power_of_two() {
                search.edits(missing);
            }
            search.membership();
        }
        for Miss { missing, group, candidate } in search.found {
            json.begin();
            self.write_candidate(&candidate, json);
            json.number(missing);
            if group == NONE {
                json.nothing();
            } else {
                self.write_called(PRINCIPALS, group, json);
            }
            json.number(u32::from(candidate.grant.deleted));
            self.write_gift(&candidate, json);
            json.end();
        }
    }
}

impl Search<'_> {
    fn bits(&self, candidate: &Candidate) -> u8 {
        self.small.bits_of(candidate.grant, self.target.ty)
    }

    fn gives_all(&self, bits: u8) -> bool {
        bits & self.missing == self.missing
    }

    /// Keeps the first ones by what differs, by level, by id.
    fn add(&mut self, missing: u32, candidate: &Candidate, group: u32) {
        let key = (missing, candidate.level);
        let mut place = self.found.len();
        for (at, other) in self.found.iter().enumerate().rev() {
            let other_key = (other.missing, other.candidate.level);
            if other_key == key && other.candidate.slot == candidate.slot {
                return;
            }
            let is_before = || self.small.is_before(ACLS, candidate.slot, other.candidate.slot);
            if key < other_key || key == other_key && is_before() {
                place = at;
            }
        }
        if place < MOST {
            insert(&mut self.found, place, Miss { missing, group, candidate: *candidate }, MOST);
        }
    }

    /// The objects on the way to the root whose mark alone makes the object deleted.
    fn object_deleted(&mut self) {
        let small = self.small;
        let is_marked = |node: &u32| {
            (*node == self.target.node || small.node_type(*node) == number::PROJECT)
                && small.is_deleted_node(*node)
        };
        let mut marked = self.target.chain.iter().map(|(_, node)| *node).filter(is_marked);
        let (Some(node), None) = (marked.next(), marked.next()) else { return };
        // A group or role that lives again also counts again.
        let twin = |space: usize| {
            let twins = (0..).zip(small.space(space));
            twins.filter(|(_, info)| info.node == node).map(|(number, _)| number).next().unwrap_or(NONE)
        };
        let (group, role) = (twin(PRINCIPALS), twin(ROLES));
        let (walk, _) = small.closure(self.asked.subject, group);
        for candidate in self.candidates {
            let bits = match candidate.grant.role() {
                Some(granted) if role != NONE => small.role_bits_with(granted, self.target.ty, None, role),
                _ => self.bits(candidate),
            };
            if !candidate.grant.deleted && walk.contains(candidate.principal) && bits & self.ask == self.ask {
                self.add(MARKED, candidate, group);
            }
        }
    }

    /// A mark of deletion on an ACL, a role or a group.
    fn something_deleted(&mut self) {
        for candidate in self.candidates.iter().filter(|candidate| candidate.covered) {
            let would = if candidate.grant.deleted {
                self.gives_all(self.bits(candidate))
            } else {
                candidate.grant.role().is_some_and(|role| self.role_deleted(role))
            };
            if would {
                self.add(MARKED, candidate, NONE);
            }
        }
        for group in self.deleted_groups() {
            let (walk, _) = self.small.closure(self.asked.subject, group);
            for candidate in self.candidates {
                if !candidate.grant.deleted
                    && walk.contains(candidate.principal)
                    && self.gives_all(self.bits(candidate))
                {
                    self.add(MARKED, candidate, group);
                }
            }
        }
    }

    /// Whether a single deleted role stands between a granted one and what it would give.
    fn role_deleted(&self, granted: u32) -> bool {
        let small = self.small;
        let mut deleted = Vec::new();
        let mut note = |role: u32| {
            if small.info(ROLES, role).flags & (KNOWN | DELETED) == KNOWN | DELETED
                && !deleted.contains(&role)
            {
                deleted.push(role);
            }
        };
        note(granted);
        for role in small.role_walk(granted, NONE).numbers() {
            small.each_next(ROLES, role, &mut note);
        }
        let ty = self.target.ty;
        deleted.into_iter().any(|role| self.gives_all(small.role_bits_with(granted, ty, None, role)))
    }

    /// The deleted groups that contain the subject, or a live group that does, by id.
    fn deleted_groups(&self) -> Vec<u32> {
        let small = self.small;
        let mut found: Vec<u32> = Vec::new();
        let mut note = |group: u32| {
            let place = found.partition_point(|other| small.is_before(PRINCIPALS, *other, group));
            if small.is_deleted_group(group) && found.get(place) != Some(&group) && place < BOUND {
                insert(&mut found, place, group, BOUND);
            }
        };
        note(self.asked.subject);
        for principal in small.walk.numbers() {
            small.each_next(PRINCIPALS, principal, &mut note);
        }
        found
    }

    /// A permission of a grant or a role that is restricted to another type, or is another permission.
    fn edits(&mut self, bit: u8) {
        let (small, ty) = (self.small, self.target.ty);
        for candidate in self.candidates.iter().filter(|candidate| candidate.counts()) {
            if let Some(granted) = candidate.grant.role() {
                let (mut restriction, mut permission) = (false, false);
                for role in small.role_walk(granted, NONE).numbers() {
                    small.each_tuple(role, &mut |place, given, only| {
                        let fits = fits(only, ty);
                        restriction |= given == bit && !fits;
                        permission |= given != bit
                            && fits
                            && !permission
                            && self.survives(given, |held| match held.grant.role() {
                                Some(other) => small.role_bits_with(other, ty, Some((role, place)), NONE),
                                None => self.bits(held),
                            });
                    });
                }
                if restriction {
                    self.add(RESTRICTION, candidate, NONE);
                }
                if permission {
                    self.add(PERMISSION, candidate, NONE);
                }
                continue;
            }
            let given = 1_u8 << (candidate.grant.what & 7);
            let fits = candidate.fits(ty);
            if given == bit && !fits {
                self.add(RESTRICTION, candidate, NONE);
            }
            let others = |held: &Candidate| {
                if held.slot == candidate.slot && !candidate.many { 0 } else { self.bits(held) }
            };
            if given != bit && fits && self.survives(given, others) {
                self.add(PERMISSION, candidate, NONE);
            }
        }
    }

    /// Whether a permission that is no longer given is not asked for, or held through something else.
    fn survives(&self, given: u8, bits: impl Fn(&Candidate) -> u8) -> bool {
        self.ask & given == 0 || self.candidates.iter().any(|held| held.counts() && bits(held) & given != 0)
    }

    /// A live group that the subject is not in.
    fn membership(&mut self) {
        if !self.can_join() {
            return;
        }
        for candidate in self.candidates {
            let group = candidate.principal;
            if !candidate.grant.deleted
                && !candidate.covered
                && self.small.is_group(group)
                && self.small.is_live(PRINCIPALS, group)
                && self.gives_all(self.bits(candidate))
            {
                self.add(MEMBERSHIP, candidate, group);
            }
        }
    }

    /// Whether being added to a group could change anything.
    fn can_join(&self) -> bool {
        let Asked { subject, id, of_group } = self.asked;
        match id {
            None => false,
            Some(_) if of_group => self.small.is_live(PRINCIPALS, subject),
            Some(id) => !self.small.departs(id, subject),
        }
    }
}

/// Puts something at a place among at most so many others.
fn insert<T>(items: &mut Vec<T>, place: usize, item: T, most: usize) {
    let mut item = item;
    for other in items.iter_mut().skip(place) {
        core::mem::swap(other, &mut item);
    }
    if items.len() < most {
        items.push(item);
    }
}

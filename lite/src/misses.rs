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

/// What gives a permission on the chain: nothing, one permission of a role alone (by its place), or more than that.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Nothing,
    Only(u32, u32),
    More,
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
        let (more, containers) = (small.revived_bits(role, self.target.ty), self.containers(&[role]));
        for candidate in self.candidates {
            let gains =
                has_role(&containers, candidate) || role != NONE && candidate.grant.role() == Some(role);
            let bits = self.bits(candidate) | if gains { more } else { 0 };
            if !candidate.grant.deleted && walk.contains(candidate.principal) && bits & self.ask == self.ask {
                self.add(MARKED, candidate, group);
            }
        }
    }

    /// The live roles that contain some, which may be marked deleted themselves.
    fn containers(&self, roles: &[u32]) -> Vec<bool> {
        let mut containers = Vec::new();
        for role in roles {
            containers.extend(self.small.contained_in.of(*role));
        }
        self.small.roles_from(containers, true)
    }

    /// The roles in which a single one stands that is marked deleted and would give what is missing. What a role of the
    /// subject gives without it is not missing.
    fn with_deleted_roles(&self) -> Vec<bool> {
        let small = self.small;
        let mut roles = Vec::new();
        for (role, info) in (0..).zip(small.space(ROLES)) {
            if info.flags & (KNOWN | DELETED) == KNOWN | DELETED
                && self.gives_all(small.revived_bits(role, self.target.ty))
            {
                roles.push(role);
            }
        }
        let mut all = self.containers(&roles);
        for role in roles {
            if let Some(found) = all.get_mut(role as usize) {
                *found = true;
            }
        }
        all
    }

    /// A mark of deletion on an ACL, a role or a group.
    fn something_deleted(&mut self) {
        let roles = self.with_deleted_roles();
        for candidate in self.candidates.iter().filter(|candidate| candidate.covered) {
            let would = if candidate.grant.deleted {
                self.gives_all(self.bits(candidate))
            } else {
                has_role(&roles, candidate)
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

    /// The deleted groups that contain the subject, or a live group that does, by id.
    fn deleted_groups(&self) -> Vec<u32> {
        let small = self.small;
        let mut found: Vec<u32> = Vec::new();
        let mut note = |group: u32| {
            if !small.is_deleted_group(group) {
                return;
            }
            let place = found.partition_point(|other| small.is_before(PRINCIPALS, *other, group));
            if found.get(place) != Some(&group) && place < BOUND {
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
        let ty = self.target.ty;
        let mut holders = [0_usize; 8];
        let mut sources = [Source::Nothing; 8];
        let mut granted = Vec::new();
        for candidate in self.candidates.iter().filter(|candidate| candidate.counts()) {
            let bits = self.bits(candidate);
            granted.extend(candidate.grant.role());
            for place in 0..8 {
                if bits >> place & 1 != 0 {
                    holders[place] += if candidate.many { 2 } else { 1 };
                    if candidate.grant.role().is_none() {
                        sources[place] = Source::More;
                    }
                }
            }
        }
        let [restriction, permission] = self.role_edits(bit, granted, &mut sources);
        for candidate in self.candidates.iter().filter(|candidate| candidate.counts()) {
            if has_role(&restriction, candidate) {
                self.add(RESTRICTION, candidate, NONE);
            }
            if has_role(&permission, candidate) {
                self.add(PERMISSION, candidate, NONE);
            }
            if candidate.grant.role().is_some() {
                continue;
            }
            let given = 1_u8 << (candidate.grant.what & 7);
            let fits = candidate.fits(ty);
            if given == bit && !fits {
                self.add(RESTRICTION, candidate, NONE);
            }
            // What it gives is not asked for, or another gives it too.
            let others = holders.get(usize::from(candidate.grant.what)).is_some_and(|holders| *holders > 1);
            if given != bit && fits && (self.ask & given == 0 || others) {
                self.add(PERMISSION, candidate, NONE);
            }
        }
    }

    /// The roles with a permission in them that would do if it were restricted otherwise, or were another one; of what
    /// gives each permission beside roles that is told, and roles are added.
    fn role_edits(&self, bit: u8, granted: Vec<u32>, sources: &mut [Source; 8]) -> [Vec<bool>; 2] {
        let (small, ty) = (self.small, self.target.ty);
        let reached = small.roles_from(granted, false);
        let roles = || (0..).zip(&reached).filter(|(_, reached)| **reached).map(|(role, _)| role);
        for role in roles() {
            small.each_tuple(role, &mut |place, given, only| {
                if fits(only, ty)
                    && let Some(source) = sources.get_mut(given.trailing_zeros() as usize)
                {
                    *source =
                        if *source == Source::Nothing { Source::Only(role, place) } else { Source::More };
                }
            });
        }
        let (mut restriction, mut permission) = (Vec::new(), Vec::new());
        for role in roles() {
            small.each_tuple(role, &mut |place, given, only| {
                let fits = fits(only, ty);
                let source = sources.get(given.trailing_zeros() as usize);
                // What it gives is not asked for, or something else gives it too.
                let spare = self.ask & given == 0 || source != Some(&Source::Only(role, place));
                if given == bit && !fits {
                    restriction.push(role);
                }
                if given != bit && fits && spare {
                    permission.push(role);
                }
            });
        }
        [restriction, permission].map(|roles| small.roles_from(roles, true))
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

/// Whether an ACL grants one of some roles.
fn has_role(roles: &[bool], candidate: &Candidate) -> bool {
    candidate.grant.role().is_some_and(|role| roles.get(role as usize) == Some(&true))
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

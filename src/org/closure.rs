//! Who somebody is: a user with every group that contains them.

use super::acls::AclRow;
use super::keys::{self, NONE};
use super::tree::mark_of;
use super::{Map, Members, Org, bounds, sort};

/// Whose question it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// Somebody whom the data do not name, or nobody in particular: holds nothing.
    Nobody,
    /// A user or service account.
    User(u32),
    /// Somebody who belongs to this group alone.
    MemberOf(u32),
}

/// A principal of a closure.
#[derive(Clone, Copy, Debug)]
struct Step {
    principal: u32,
    /// The place in the closure of the group through which this one is reached.
    from: u32,
    /// The subject's own group on the way here.
    own: u32,
    /// How many groups the way has.
    length: u32,
}

/// How much of the ways through groups and roles an answer tells. All of them as a rule; but the
/// ways through chains that are as deep as they are many would not fit any memory, so that beyond
/// a bound long ways are told in part: their beginning or end is left in, their middle out.
#[derive(Debug)]
pub(crate) struct Ways {
    left: usize,
}

impl Default for Ways {
    fn default() -> Ways {
        Ways { left: bounds::WAYS }
    }
}

impl Ways {
    /// The length up to which every way is told whole.
    pub const SHORT: usize = bounds::SHORT;

    /// Whether a way of this length is told whole.
    pub fn whole(&mut self, length: usize) -> bool {
        if length <= Ways::SHORT {
            return true;
        }
        let whole = length <= self.left;
        if whole {
            self.left -= length;
        }
        whole
    }

    /// A way that is at hand, or part of it.
    pub fn shorten<T>(&mut self, mut way: Vec<T>) -> Vec<T> {
        if !self.whole(way.len()) {
            way.drain(1..=way.len() - Ways::SHORT);
        }
        way
    }
}

/// A subject's principals: the user and the live groups that contain them, nearest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closure {
    steps: Vec<Step>,
    /// Principals in ascending order with their place in `steps`, for look-ups.
    sorted: Vec<(u32, u32)>,
    /// All of them, as [`mark_of`] says.
    marks: u32,
    /// MODEL 4, `members: "known"`: denied everything but public experiments.
    pub departed: bool,
}

impl Closure {
    pub fn principals(&self) -> impl Iterator<Item = u32> {
        self.steps.iter().map(|step| step.principal)
    }

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub fn contains(&self, principal: u32) -> bool {
        self.place(principal).is_some()
    }

    fn place(&self, principal: u32) -> Option<usize> {
        // Most closures are short: a glance is faster than a search.
        if self.steps.len() <= 8 {
            return self.steps.iter().position(|step| step.principal == principal);
        }
        let at = self.sorted.binary_search_by_key(&principal, |(p, _)| *p).ok()?;
        Some(self.sorted[at].1 as usize)
    }

    /// How the subject comes to a principal: the subject's own group first, the principal last;
    /// empty for the subject itself.
    pub fn via(&self, principal: u32, org: &Org, ways: &mut Ways) -> Vec<u32> {
        let mut via = Vec::new();
        let Some(mut at) = self.place(principal) else { return via };
        let Step { own, length, .. } = self.steps[at];
        let whole = ways.whole(length as usize);
        loop {
            let step = self.steps[at];
            if org.is_group(step.principal) {
                via.push(step.principal);
            }
            if !whole && via.len() == Ways::SHORT - 1 {
                via.push(own);
                break;
            }
            if step.from == NONE {
                break;
            }
            at = step.from as usize;
        }
        via.reverse();
        via
    }
}

impl Org {
    /// MODEL 1: if `A.member_groups` contains B, B's users are also users of A. MODEL 4: a deleted or
    /// unknown group is not walked through.
    pub(crate) fn closure(&self, who: Who) -> Closure {
        self.closure_reviving(who, keys::NONE)
    }

    /// The same as if one group that is marked deleted were not.
    pub(crate) fn closure_reviving(&self, who: Who, revived: u32) -> Closure {
        let is_live = |group: u32| group == revived || self.is_live_group(group);
        let mut closure = Closure::default();
        let mut seen: Map<u32, ()> = Map::default();
        if self.slice.as_ref().is_some_and(|slice| slice.departed) {
            closure.departed = true;
            return closure;
        }
        let start = match who {
            Who::User(user) => {
                if self.options.members == Members::Known && self.has_departed(user) {
                    closure.departed = true;
                    return closure;
                }
                user
            }
            Who::MemberOf(group) if is_live(group) => group,
            Who::Nobody | Who::MemberOf(_) => return closure,
        };
        let is_group = self.is_group(start);
        closure.steps.push(Step { principal: start, from: NONE, own: start, length: u32::from(is_group) });
        seen.insert(start, ());
        let mut level = 0..1;
        while !level.is_empty() {
            let end = closure.steps.len();
            let mut next = Vec::new();
            for from in level {
                for group in &self.principal(closure.steps[from].principal).member_of {
                    if is_live(*group) && seen.insert(*group, ()).is_none() {
                        let Step { own, length, .. } = closure.steps[from];
                        let own = if length == 0 { *group } else { own };
                        next.push(Step { principal: *group, from: from as u32, own, length: length + 1 });
                    }
                }
            }
            // The order of rows never matters: ties are broken by id.
            if next.len() > 1 {
                sort::by_id(&mut next, |step| self.principal_id(step.principal));
            }
            closure.steps.append(&mut next);
            level = end..closure.steps.len();
        }
        closure.marks = closure.principals().fold(0, |marks, principal| marks | mark_of(principal));
        closure.sorted = closure.steps.iter().enumerate().map(|(i, s)| (s.principal, i as u32)).collect();
        sort::pairs(&mut closure.sorted);
        closure
    }

    /// Whether being named by a group or an ACL would make somebody departed, who is therefore
    /// beyond help by either.
    pub(crate) fn would_depart(&self, id: &str) -> bool {
        self.options.members == Members::Known
            && self.has_directory()
            && !id.starts_with(crate::model::INTERNAL_PRINCIPAL)
            && !self.find_user(id).is_some_and(|user| self.in_directory(user))
    }

    /// Whether somebody in the directory who is taken out of it has departed, as long as anything
    /// names them.
    pub(crate) fn departs_when_removed(&self, user: u32) -> bool {
        self.options.members == Members::Known && self.has_directory() && !self.is_internal(user)
    }

    /// What an ACL's node gives on objects of a type to a subject.
    pub(crate) fn bits_on(&self, node: u32, ty: u16, closure: &Closure) -> u8 {
        let [bits] = self.bits_by_type(node, [ty], closure);
        bits
    }

    /// The same for several types, whose ACLs are looked for once.
    pub(crate) fn bits_by_type<const TYPES: usize>(
        &self,
        node: u32,
        types: [u16; TYPES],
        closure: &Closure,
    ) -> [u8; TYPES] {
        let info = self.node(node);
        let mut bits = [0; TYPES];
        // Mostly nobody of these has an ACL there, and its ACLs need not be looked at.
        if info.grantees & closure.marks == 0 {
            return bits;
        }
        let mut add = |acl: AclRow| {
            for (bits, ty) in bits.iter_mut().zip(types) {
                *bits |= acl.grant.bits(ty, &self.roles);
            }
        };
        if info.heavy && closure.len() < info.acls as usize {
            let of_pairs = closure.principals().flat_map(|principal| self.acls_of_pair(node, principal));
            of_pairs.for_each(|(_, acl)| add(acl));
        } else {
            self.acls_on(node)
                .filter(|(_, acl)| closure.contains(acl.principal))
                .for_each(|(_, acl)| add(acl));
        }
        bits
    }
}

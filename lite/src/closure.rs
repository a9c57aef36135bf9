//! Everything that contains something: the groups around somebody, the roles in a role.

use alloc::vec::Vec;

use crate::bounds::SHORT;
use crate::input::{In, NONE};
use crate::number::INTERNAL_PRINCIPAL;
use crate::small::{
    ACCOUNTS, ANONYMOUS, DELETED, GRANTEE, HAS_TOKEN, Info, KNOWN, LISTED, PRINCIPALS, ROLES, Small, UNLISTED,
};

#[derive(Clone, Copy)]
struct Step {
    number: u32,
    /// The place of the step before, [`NONE`] for the first.
    from: u32,
    /// The first number on the way here that is not the start.
    own: u32,
    /// How many steps there are from the start.
    depth: u32,
}

/// What is reached, level by level, by a shortest way each.
#[derive(Default)]
pub struct Walk {
    steps: Vec<Step>,
    /// The place of each number in `steps`.
    places: Vec<u32>,
}

impl Walk {
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.steps.iter().map(|step| step.number)
    }

    /// Numbers, the nearest first, and how many steps there are to each.
    pub fn with_depths(&self) -> impl Iterator<Item = (u32, u32)> {
        self.steps.iter().map(|step| (step.number, step.depth))
    }

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    fn place(&self, number: u32) -> u32 {
        self.places.get(number as usize).copied().unwrap_or(NONE)
    }

    pub fn contains(&self, number: u32) -> bool {
        self.place(number) != NONE
    }

    /// The numbers on the way to one. Ways that are too long in all are told in part: `left` is how much may still be told.
    pub fn way(&self, to: u32, with_start: bool, left: &mut usize) -> Vec<u32> {
        let mut way = Vec::new();
        let mut place = self.place(to);
        let Some(Step { own, depth, .. }) = self.steps.get(place as usize).copied() else { return way };
        let whole = is_whole(depth as usize + usize::from(with_start), left);
        while let Some(step) = self.steps.get(place as usize) {
            if !whole && way.len() == SHORT - 1 {
                let start = self.steps.first().map_or(own, |start| start.number);
                way.push(if with_start { start } else { own });
                break;
            }
            if with_start || step.from != NONE {
                way.push(step.number);
            }
            place = step.from;
        }
        way.reverse();
        way
    }
}

/// Whether a way of a length is told whole.
fn is_whole(length: usize, left: &mut usize) -> bool {
    if length <= SHORT {
        return true;
    }
    let whole = length <= *left;
    *left -= if whole { length } else { 0 };
    whole
}

/// A way that is at hand, or part of it: its beginning and its end.
pub fn shorten(way: &[u32], left: &mut usize) -> Vec<u32> {
    let middle = if is_whole(way.len(), left) { 0 } else { way.len() - SHORT };
    let mut told = Vec::new();
    for (at, number) in way.iter().enumerate() {
        if at == 0 || at > middle {
            told.push(*number);
        }
    }
    told
}

impl Small {
    /// What is next: the groups that name a principal, or the roles that a role names.
    pub(crate) fn each_next(&self, space: usize, number: u32, visit: &mut dyn FnMut(u32)) {
        if space == PRINCIPALS {
            self.member_of.of(number).for_each(visit);
            return;
        }
        let mut from = In::new(&self.bytes, self.info(ROLES, number).link as usize);
        for _ in 0..from.count() {
            from.byte();
            from.number();
        }
        for _ in 0..from.count() {
            let member = from.maybe();
            if member != NONE {
                visit(member);
            }
        }
    }

    /// All live roles that a role names, or that name it, and so on, for some roles; themselves included.
    pub(crate) fn roles_from(&self, mut some: Vec<u32>, upwards: bool) -> Vec<bool> {
        let mut found = alloc::vec![false; self.space(ROLES).len()];
        while let Some(role) = some.pop() {
            if let Some(found) = found.get_mut(role as usize)
                && !*found
                && self.is_live(ROLES, role)
            {
                *found = true;
                if upwards {
                    some.extend(self.contained_in.of(role));
                } else {
                    self.each_next(ROLES, role, &mut |next| some.push(next));
                }
            }
        }
        found
    }

    /// Walks as if one that is marked deleted were not. MODEL 1: if `A.member_groups` contains B, B's users are also
    /// users of A. MODEL 4: what is deleted or unknown is not walked through.
    pub(crate) fn walk(&self, space: usize, start: u32, revived: u32) -> Walk {
        let mut walk = Walk::default();
        self.walk_again(space, start, revived, &mut walk);
        walk
    }

    /// The same in place of an earlier walk in the same space, whose length it costs.
    pub(crate) fn walk_again(&self, space: usize, start: u32, revived: u32, walk: &mut Walk) {
        let Walk { steps, places } = walk;
        for step in steps.drain(..) {
            if let Some(place) = places.get_mut(step.number as usize) {
                *place = NONE;
            }
        }
        places.resize(self.space(space).len(), NONE);
        steps.push(Step { number: start, from: NONE, own: start, depth: 0 });
        if let Some(place) = places.get_mut(start as usize) {
            *place = 0;
        }
        let (mut at, mut end) = (0, 1);
        while let Some(step) = steps.get(at).copied() {
            if at == end {
                end = steps.len();
            }
            self.each_next(space, step.number, &mut |next| {
                if next != revived && !self.is_live(space, next) {
                    return;
                }
                let Some(place) = places.get_mut(next as usize) else { return };
                let own = if at == 0 { next } else { step.own };
                if *place == NONE {
                    *place = steps.len() as u32;
                    steps.push(Step { number: next, from: at as u32, own, depth: step.depth + 1 });
                } else if *place as usize >= end
                    && let Some(found) = steps.get(*place as usize).copied()
                    && let Some(before) = steps.get(found.from as usize).copied()
                    // The order of rows never matters: of equally short ways that by the smaller id counts.
                    && self.is_before(space, step.number, before.number)
                    && let Some(found) = steps.get_mut(*place as usize)
                {
                    (found.from, found.own) = (at as u32, own);
                }
            });
            at += 1;
        }
    }

    pub(crate) fn is_listed(info: Info) -> bool {
        info.flags & (LISTED | UNLISTED) == LISTED
    }

    /// Whether somebody is in the directory: users, service accounts, or accounts that tokens name.
    pub(crate) fn in_directory(&self, principal: u32) -> bool {
        let info = self.principal(principal);
        let account = Info { flags: info.flags >> ACCOUNTS, ..info };
        Small::is_listed(info) || Small::is_listed(account) || info.flags & HAS_TOKEN != 0
    }

    /// Whether a group or an ACL names the principal.
    pub(crate) fn is_named(&self, principal: u32) -> bool {
        self.principal(principal).flags & GRANTEE != 0 || self.member_of.of(principal).next().is_some()
    }

    /// MODEL 4, `members: "known"`: whether somebody who is named, or would be, is denied everything but public experiments.
    pub(crate) fn departs(&self, id: &str, principal: u32) -> bool {
        self.members_known
            && self.has_directory
            && !id.starts_with(INTERNAL_PRINCIPAL)
            && !self.in_directory(principal)
    }

    /// Everything that contains somebody; nothing, and `true`, for those who have departed.
    pub(crate) fn closure(&self, subject: u32, revived: u32) -> (Walk, bool) {
        if self.slice.as_ref().is_some_and(|slice| slice.departed) {
            return (Walk::default(), true);
        }
        if subject >= ANONYMOUS {
            return (Walk::default(), false);
        }
        if self.is_group(subject) {
            if subject != revived && !self.is_live(PRINCIPALS, subject) {
                return (Walk::default(), false);
            }
        } else if self.is_named(subject) && self.departs(&self.id_text(PRINCIPALS, subject), subject) {
            return (Walk::default(), true);
        }
        (self.walk(PRINCIPALS, subject, revived), false)
    }

    /// The groups on the way to a principal.
    pub(crate) fn via(&self, principal: u32, left: &mut usize) -> Vec<u32> {
        let starts_with_group = self.walk.numbers().next().is_some_and(|first| self.is_group(first));
        self.walk.way(principal, starts_with_group, left)
    }

    /// What a principal is called: the name, else the e-mail.
    pub(crate) fn principal_name(&self, principal: u32) -> u32 {
        let info = self.principal(principal);
        if info.name == 0 && info.link != NONE { info.link } else { info.name }
    }

    pub(crate) fn is_known_group(&self, group: u32) -> bool {
        self.is_group(group) && self.principal(group).flags & KNOWN != 0
    }

    pub(crate) fn is_deleted_group(&self, group: u32) -> bool {
        self.is_group(group) && self.principal(group).flags & (KNOWN | DELETED) == KNOWN | DELETED
    }
}

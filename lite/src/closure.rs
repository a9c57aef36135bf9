//! Everything that contains something: the groups around somebody, the roles in a role.

use alloc::vec::Vec;

use crate::input::{In, NONE};
use crate::small::{
    ACCOUNTS, ANONYMOUS, DELETED, GRANTEE, HAS_TOKEN, Info, KNOWN, LISTED, PRINCIPALS, ROLES, Small, UNLISTED,
};

/// The prefix of internal principals, as `crate::model` of the whole library has it.
const INTERNAL_PRINCIPAL: &str = "bt::";

/// Up to this length every way is told whole.
const SHORT: usize = 16;

#[derive(Clone, Copy)]
struct Step {
    number: u32,
    /// The place of the step before, [`NONE`] for the first.
    from: u32,
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

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    fn place(&self, number: u32) -> u32 {
        self.places.get(number as usize).copied().unwrap_or(NONE)
    }

    pub fn contains(&self, number: u32) -> bool {
        self.place(number) != NONE
    }

    /// How many steps there are to a number.
    pub fn depth(&self, to: u32) -> usize {
        let mut place = self.place(to);
        let mut depth = 0;
        while let Some(step) = self.steps.get(place as usize) {
            place = step.from;
            depth += 1;
        }
        depth
    }

    /// The numbers on the way to one. Ways that are too long in all are told in part: `left` is how much may still be told.
    pub fn way(&self, to: u32, with_start: bool, left: &mut usize) -> Vec<u32> {
        let mut way = Vec::new();
        let mut place = self.place(to);
        while let Some(step) = self.steps.get(place as usize) {
            if with_start || step.from != NONE {
                way.push(step.number);
            }
            place = step.from;
        }
        if way.len() > SHORT {
            if way.len() > *left {
                let start = way.pop();
                way.truncate(SHORT - 1);
                way.extend(start);
            } else {
                *left -= way.len();
            }
        }
        way.reverse();
        way
    }
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

    /// Walks as if one that is marked deleted were not. MODEL 1: if `A.member_groups` contains B, B's users are also
    /// users of A. MODEL 4: what is deleted or unknown is not walked through.
    pub(crate) fn walk(&self, space: usize, start: u32, revived: u32) -> Walk {
        let mut steps = alloc::vec![Step { number: start, from: NONE }];
        let mut places = alloc::vec![NONE; self.space(space).len()];
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
                if *place == NONE {
                    *place = steps.len() as u32;
                    steps.push(Step { number: next, from: at as u32 });
                } else if *place as usize >= end
                    && let Some(found) = steps.get(*place as usize).copied()
                    && let Some(before) = steps.get(found.from as usize).copied()
                    // The order of rows never matters: of equally short ways that by the smaller id counts.
                    && self.is_before(space, step.number, before.number)
                    && let Some(found) = steps.get_mut(*place as usize)
                {
                    found.from = at as u32;
                }
            });
            at += 1;
        }
        Walk { steps, places }
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

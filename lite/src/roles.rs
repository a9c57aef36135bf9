//! What roles grant.

use alloc::vec::Vec;

use crate::input::{In, NONE};
use crate::number::KNOWN as TYPES;
use crate::small::{Acl, COPY_DELETED, Grant, Info, ROLES, SYSTEM, Small};

/// What of [`Grant`] is a role.
pub const ROLE: u8 = 8;
/// The permission `create`.
pub const CREATE: u8 = 1;

impl Small {
    /// The permissions in a role's own row: the place, the bit, the type.
    pub(crate) fn each_tuple(&self, role: u32, visit: &mut dyn FnMut(u32, u8, u32)) {
        let mut from = In::new(&self.bytes, self.info(ROLES, role).link as usize);
        for place in 0..from.count() {
            visit(place as u32, from.byte(), from.maybe());
        }
    }

    /// What a role that is marked deleted would grant on a type that roles were reckoned for if it were not.
    pub(crate) fn revived_bits(&self, role: u32, ty: u16) -> u8 {
        let mut all = 0;
        self.each_tuple(role, &mut |_, bits, only| all |= if fits(only, ty) { bits } else { 0 });
        // What is not live grants nothing; the role itself has nothing more to give.
        self.each_next(ROLES, role, &mut |member| all |= self.role_bits_on(member, ty));
        all
    }

    /// What a role grants on a type that roles were reckoned for.
    fn role_bits_on(&self, role: u32, ty: u16) -> u8 {
        let bits = self.role_bits.get(usize::from(ty.min(TYPES))).and_then(|bits| bits.get(role as usize));
        bits.copied().unwrap_or(0)
    }

    /// Reckons what all roles grant on a type, unless that was done before.
    pub(crate) fn prepare_roles(&mut self, ty: u16) {
        let place = ty.min(TYPES);
        let fits_here = place < TYPES || self.other_type == ty;
        if fits_here && self.role_bits.get(usize::from(place)).is_some_and(|bits| !bits.is_empty()) {
            return;
        }
        let count = self.space(ROLES).len() as u32;
        let mut all: Vec<u8> = alloc::vec![0; count as usize];
        let mut queue = Vec::new();
        for role in (0..count).filter(|role| self.is_live(ROLES, *role)) {
            self.each_tuple(role, &mut |_, bits, only| {
                if fits(only, ty)
                    && let Some(all) = all.get_mut(role as usize)
                {
                    *all |= bits;
                }
            });
            queue.push(role);
        }
        // INVARIANT: bits are only added, at most 8 to each role, so that this ends. MODEL 4: a cycle is a fixpoint.
        while let Some(role) = queue.pop() {
            let bits = all.get(role as usize).copied().unwrap_or(0);
            for container in self.contained_in.of(role).filter(|container| self.is_live(ROLES, *container)) {
                if let Some(all) = all.get_mut(container as usize)
                    && bits & !*all != 0
                {
                    *all |= bits;
                    queue.push(container);
                }
            }
        }
        self.other_type = if place < TYPES { self.other_type } else { ty };
        if let Some(bits) = self.role_bits.get_mut(usize::from(place)) {
            *bits = all;
        }
    }

    pub(crate) fn grant_of(&self, acl: Acl) -> Grant {
        let place = (acl.grant & !COPY_DELETED).wrapping_sub(1);
        let nothing = Grant { what: ROLE, of: NONE, deleted: true };
        let grant = self.grants.get(place as usize).copied().unwrap_or(nothing);
        Grant { deleted: grant.deleted || acl.grant & COPY_DELETED != 0, ..grant }
    }

    /// What an ACL grants on a type that roles were reckoned for, marked deleted or not.
    pub(crate) fn bits_of(&self, grant: Grant, ty: u16) -> u8 {
        if grant.what == ROLE {
            return self.role_bits_on(grant.of, ty);
        }
        // MODEL 3: a restriction is an exact match on type.
        u8::from(fits(grant.of, ty)).checked_shl(u32::from(grant.what)).unwrap_or(0)
    }

    /// MODEL 5: the system role named `owner`, and every role that contains it.
    pub(crate) fn owner_roles(&self) -> Vec<bool> {
        let is_owner =
            |info: &Info| info.flags & SYSTEM != 0 && self.text_bytes(info.name) == b"owner".as_slice();
        let roles = (0..).zip(self.space(ROLES)).filter(|(_, info)| is_owner(info));
        self.roles_from(roles.map(|(role, _)| role).collect(), true)
    }
}

impl Grant {
    pub(crate) fn role(self) -> Option<u32> {
        (self.what == ROLE).then_some(self.of)
    }

    pub(crate) fn restrict(self) -> u32 {
        if self.what == ROLE { NONE } else { self.of }
    }
}

/// Whether a permission that may be restricted to a type counts for one.
pub fn fits(only: u32, ty: u16) -> bool {
    only == NONE || only == u32::from(ty)
}

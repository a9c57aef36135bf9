//! The ACLs: a row is four numbers in two chains (its object's and its grantee's) and an id.

mod chains;
mod sweep;
#[cfg(test)]
mod tests;

use super::keys::{Keys, NONE};
use super::roles::Roles;
use super::shared::{Column, Index, SharedMap};
use super::{Map, Org, sort};
use crate::model::permission::Permission;
use chains::pair_hash_at;
use sweep::Sweep;

/// What an ACL grants, in a number: a role, or one permission with its restriction. ACLs point
/// into what roles grant, so that editing a role changes one entry and not its ACLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Grant(u32);

/// What a grant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrantKind {
    Permission { permission: Permission, restrict: Option<u16> },
    Role(u32),
}

const ROLE: u32 = 1 << 29;

impl Grant {
    pub fn permission(permission: Permission, restrict: Option<u16>) -> Grant {
        Grant(u32::from(permission.index()) | restrict.map_or(0, |ty| u32::from(ty) + 1) << 3)
    }

    pub fn role(role: u32) -> Grant {
        Grant(ROLE | role)
    }

    pub fn kind(self) -> GrantKind {
        if self.0 & ROLE != 0 {
            return GrantKind::Role(self.0 & !ROLE);
        }
        let permission = Permission::from_index((self.0 & 7) as u8);
        let restrict = (self.0 >> 3).checked_sub(1).map(|ty| ty as u16);
        GrantKind::Permission { permission, restrict }
    }

    /// What it gives on an object of a type: MODEL 3, exact match on type.
    pub fn bits(self, ty: u16, roles: &Roles) -> u8 {
        match self.kind() {
            GrantKind::Permission { permission, restrict } => {
                u8::from(restrict.is_none_or(|only| only == ty)) << permission.index()
            }
            GrantKind::Role(role) => roles.bits(role, ty),
        }
    }
}

/// A compiled ACL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AclRow {
    pub node: u32,
    pub principal: u32,
    pub grant: Grant,
    /// Marked deleted: it is in the data and grants nothing.
    pub deleted: bool,
}

const DELETED: u32 = 1 << 31;
/// In place of a grant: the slot has no ACL and is in no chain. Its row does not count or is a copy,
/// or the slot is free.
const BLANK: u32 = u32::MAX;
/// In place of a grant: the ACL was removed, and the slot is still a link of both its chains.
const DEAD: u32 = u32::MAX - 1;
/// The same, where the node's chain is without it already.
const OFF_NODE: u32 = u32::MAX - 2;

#[derive(Clone, Copy, Debug)]
struct Stored {
    node: u32,
    principal: u32,
    grant: u32,
    next_on_node: u32,
    next_of_principal: u32,
}

impl Stored {
    const BLANK: Stored =
        Stored { node: NONE, principal: NONE, grant: BLANK, next_on_node: NONE, next_of_principal: NONE };

    /// In no chain.
    fn new(row: AclRow) -> Stored {
        let grant = row.grant.0 | if row.deleted { DELETED } else { 0 };
        Stored { node: row.node, principal: row.principal, grant, ..Stored::BLANK }
    }

    /// The ACL, unless the slot has none.
    #[inline]
    fn acl(&self) -> Option<AclRow> {
        (self.grant < OFF_NODE).then_some(AclRow {
            node: self.node,
            principal: self.principal,
            grant: Grant(self.grant & !DELETED),
            deleted: self.grant & DELETED != 0,
        })
    }
}

/// Further rows with one ACL's id.
#[derive(Clone, Debug, Default)]
struct Copies {
    slots: Vec<u32>,
    /// One of them is marked deleted.
    deleted: bool,
}

/// All ACLs, by slot; the number of an ACL's id is its slot.
#[derive(Clone, Debug)]
pub(crate) struct Acls {
    ids: Keys,
    rows: Column<Stored>,
    /// The first of each grantee's ACLs on objects with many, by object and grantee.
    pairs: Index,
    /// Not while an organisation is being made: then all ACLs are put into their chains at its end.
    is_chained: bool,
    /// Further rows with the id of an earlier one, by the earlier one's slot.
    copies: SharedMap<Copies>,
    /// The earlier row's slot and what the copy says, by the copy's slot.
    copied_from: SharedMap<(u32, AclRow)>,
    live: u32,
    /// Slots of removed ACLs that are still in a chain.
    dead: u32,
    /// The first free slot; `next_on_node` of each is the next one.
    free: u32,
    sweep: Sweep,
}

impl Default for Acls {
    fn default() -> Acls {
        Acls {
            ids: Keys::default(),
            rows: Column::default(),
            pairs: Index::default(),
            is_chained: false,
            copies: SharedMap::default(),
            copied_from: SharedMap::default(),
            live: 0,
            dead: 0,
            free: NONE,
            sweep: Sweep::default(),
        }
    }
}

impl Acls {
    /// How many slots there are.
    pub fn slot_count(&self) -> u32 {
        self.rows.len() as u32
    }

    /// How many ACLs count.
    pub fn len(&self) -> usize {
        self.live as usize
    }

    /// The slot of the ACL with an id.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.ids.get(0, id)
    }

    pub fn id(&self, slot: u32) -> String {
        self.ids.text(slot)
    }

    /// The ACL of a slot, none when the slot's row is gone or does not count.
    pub fn get(&self, slot: u32) -> Option<AclRow> {
        self.rows.get(slot as usize)?.acl()
    }

    /// The slots of further rows with an ACL's id.
    pub fn copies(&self, slot: u32) -> &[u32] {
        self.copies.get(slot).map_or(&[], |copies| copies.slots.as_slice())
    }

    /// The slot of the earlier row with the same id and what the copy says, for a slot that holds one.
    pub fn copied_from(&self, slot: u32) -> Option<(u32, AclRow)> {
        self.copied_from.get(slot).copied()
    }

    /// Whether the ACL counts: it, and every copy of it, is not marked deleted.
    pub fn is_live(&self, slot: u32, row: AclRow) -> bool {
        !row.deleted && !self.copies.get(slot).is_some_and(|copies| copies.deleted)
    }

    /// A slot that is open is left without an ACL: its row does not count, or is a copy.
    pub fn keep_blank(&mut self, slot: u32) {
        if slot == self.slot_count() {
            self.ids.blank();
            self.push_blank();
        }
    }

    /// The next slot is without an ACL; its number is there already.
    pub(super) fn push_blank(&mut self) {
        self.rows.push(Stored::BLANK);
    }

    /// The next slot has this ACL, which is in no chain yet; its number is there already.
    pub(super) fn push(&mut self, row: AclRow) {
        self.rows.push(Stored::new(row));
        self.live += 1;
    }

    pub(super) fn has_free(&self) -> bool {
        self.free != NONE
    }

    /// A free slot, if there is one.
    pub(super) fn take_free(&mut self) -> Option<u32> {
        let slot = self.free;
        if slot == NONE {
            return None;
        }
        self.free = std::mem::replace(&mut self.rows[slot as usize].next_on_node, NONE);
        Some(slot)
    }

    /// A slot that is in no chain, and whose id is cleared, has no row any more.
    pub(super) fn free(&mut self, slot: u32) {
        self.rows.set(slot as usize, Stored { next_on_node: self.free, ..Stored::BLANK });
        self.free = slot;
    }

    pub(super) fn ids(&self) -> &Keys {
        &self.ids
    }

    pub(super) fn ids_mut(&mut self) -> &mut Keys {
        &mut self.ids
    }

    /// Makes room.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.rows = Column::with_room(rows);
    }

    /// The slots of copies of earlier rows, in no order.
    pub(super) fn copied_slots(&self) -> Vec<u32> {
        self.copied_from.keys()
    }

    pub fn share(&mut self) {
        let Acls {
            ids,
            rows,
            pairs,
            copies,
            copied_from,
            is_chained: _,
            live: _,
            dead: _,
            free: _,
            sweep: _,
        } = self;
        ids.share();
        rows.share();
        pairs.share(&|slot| pair_hash_at(rows, slot));
        copies.share();
        copied_from.share();
    }

    pub fn bytes(&self) -> usize {
        self.ids.bytes() + self.rows.capacity() * size_of::<Stored>() + self.pairs.capacity() * 4
    }
}

/// Which of equal ACLs stands for all of them: that with the smallest id, so that the order of
/// rows never matters. Live ones and those marked deleted stand apart.
#[derive(Debug, Default)]
pub(crate) struct Standing(Map<(u32, u32, Grant, bool), u32>);

impl Standing {
    /// The ACL that stands for this one.
    pub fn of(&self, slot: u32, acl: AclRow, live: bool) -> u32 {
        self.0.get(&(acl.node, acl.principal, acl.grant, live)).copied().unwrap_or(slot)
    }
}

impl Org {
    /// Finds which of these ACLs stand.
    pub(crate) fn standing(&self, acls: impl Iterator<Item = (u32, AclRow)>) -> Standing {
        let mut standing = Standing::default();
        for (slot, acl) in acls {
            let key = (acl.node, acl.principal, acl.grant, self.acls.is_live(slot, acl));
            let first = standing.0.entry(key).or_insert(slot);
            if *first != slot && sort::by_code_units(&self.acls.id(slot), &self.acls.id(*first)).is_lt() {
                *first = slot;
            }
        }
        standing
    }

    pub(crate) fn acls(&self) -> &Acls {
        &self.acls
    }

    /// Adds an ACL in a slot that is open: a free one that was taken, or the next.
    pub(super) fn add_acl(&mut self, slot: u32, id: &str, row: AclRow) {
        self.acls.ids.give(slot, 0, id);
        if slot == self.acls.slot_count() {
            self.acls.push(row);
        } else {
            self.acls.rows.set(slot as usize, Stored::new(row));
            self.acls.live += 1;
        }
        if self.acls.is_chained {
            self.chain_acl(slot);
        }
    }

    /// Takes the ACL of a slot away, and what is known of its copies.
    ///
    /// The slot is free for another ACL once it is out of its chains, which is at once where that is
    /// a matter of a few links, and else when the sweep comes by. Neither happens while a copy of
    /// the organisation lives: ACLs of the two are compared by slot, so that one that both had must
    /// not become another, and links that differ would cost both memory. What is free already may be
    /// used then: it was free when the copy was made, or without an ACL, so that the copy has none there.
    pub(super) fn unlink_acl(&mut self, slot: u32) {
        let Some(row) = self.acls.get(slot) else { return };
        self.acls.ids.forget(slot);
        let node = &mut self.nodes[row.node as usize];
        node.acls -= 1;
        if node.acls == 0 {
            node.grantees = 0;
        }
        self.principals[row.principal as usize].acls -= 1;
        self.acls.rows[slot as usize].grant = DEAD;
        self.acls.live -= 1;
        self.acls.dead += 1;
        for copy in self.acls.copies.remove(slot).into_iter().flat_map(|copies| copies.slots) {
            self.acls.copied_from.remove(copy);
            self.acls.free(copy);
        }
        self.unchain_if_near(slot);
    }

    pub(super) fn add_acl_copy(&mut self, first: u32, slot: u32, row: AclRow) {
        let copies = self.acls.copies.get_or_insert(first, Copies::default());
        copies.slots.push(slot);
        copies.deleted |= row.deleted;
        self.acls.copied_from.insert(slot, (first, row));
    }
}

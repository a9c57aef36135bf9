//! The ACLs: a row is four numbers in two chains (its object's and its grantee's) and an id.

mod sweep;
#[cfg(test)]
mod tests;

use super::keys::{Keys, NONE, mix};
use super::roles::Roles;
use super::shared::{Column, Index, SharedMap};
use super::{Map, Org, sort};
use crate::model::permission::Permission;
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

/// Up to how many ACLs an object's chain is walked; beyond that grants are found by the pair of
/// object and grantee.
const LIGHT: u32 = 16;

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
            copies: SharedMap::default(),
            copied_from: SharedMap::default(),
            live: 0,
            dead: 0,
            free: NONE,
            sweep: Sweep::default(),
        }
    }
}

fn pair_hash(node: u32, principal: u32) -> u64 {
    mix(u64::from(node) << 32 | u64::from(principal))
}

fn pair_hash_at(rows: &Column<Stored>, slot: u32) -> u64 {
    let row = rows[slot as usize];
    pair_hash(row.node, row.principal)
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
        let Acls { ids, rows, pairs, copies, copied_from, live: _, dead: _, free: _, sweep: _ } = self;
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
    pub(super) fn link_acl(&mut self, slot: u32, id: &str, row: AclRow) {
        self.acls.ids.give(slot, 0, id);
        self.link_at(slot, row);
    }

    /// The same for an ACL whose id has the next slot's number.
    pub(super) fn link_next_acl(&mut self, row: AclRow) {
        self.link_at(self.acls.slot_count(), row);
    }

    fn link_at(&mut self, slot: u32, row: AclRow) {
        let flags = if row.deleted { DELETED } else { 0 };
        let node = &mut self.nodes[row.node as usize];
        node.acls += 1;
        let becomes_heavy = node.acls > LIGHT && !node.heavy;
        let principal = &mut self.principals[row.principal as usize];
        principal.acls += 1;
        let stored = Stored {
            node: row.node,
            principal: row.principal,
            grant: row.grant.0 | flags,
            next_on_node: NONE,
            next_of_principal: std::mem::replace(&mut principal.first_acl, slot),
        };
        if slot == self.acls.slot_count() {
            self.acls.rows.push(stored);
        } else {
            self.acls.rows.set(slot as usize, stored);
        }
        self.acls.live += 1;
        self.chain_on_node(slot);
        if becomes_heavy {
            self.make_heavy(row.node);
        }
    }

    /// Chains the ACLs of a node by grantee, from now on.
    fn make_heavy(&mut self, node: u32) {
        let mut slots = Vec::new();
        let mut at = self.nodes[node as usize].first_acl;
        while at != NONE {
            let Stored { grant, next_on_node, .. } = self.acls.rows[at as usize];
            match grant {
                DEAD => self.acls.rows[at as usize].grant = OFF_NODE,
                _ => slots.push(at),
            }
            at = next_on_node;
        }
        let info = &mut self.nodes[node as usize];
        (info.heavy, info.first_acl) = (true, NONE);
        slots.into_iter().rev().for_each(|slot| self.chain_on_node(slot));
        self.acls.sweep.node_is_chained_anew(node);
    }

    /// Puts an ACL first on its node; on a node with many, behind the first of its grantee if there
    /// is one, so that a grantee's stand together.
    fn chain_on_node(&mut self, slot: u32) {
        let Acls { rows, pairs, .. } = &mut self.acls;
        let Stored { node, principal, .. } = rows[slot as usize];
        let node = &mut self.nodes[node as usize];
        if node.heavy {
            let hash = pair_hash_at(rows, slot);
            let same = |other: u32| {
                let other = rows[other as usize];
                other.node == rows[slot as usize].node && other.principal == principal
            };
            if let Some(first) = pairs.find(hash, same) {
                let next = std::mem::replace(&mut rows[first as usize].next_on_node, slot);
                rows[slot as usize].next_on_node = next;
                return;
            }
            pairs.insert(hash, slot, &|slot| pair_hash_at(rows, slot));
        }
        rows[slot as usize].next_on_node = std::mem::replace(&mut node.first_acl, slot);
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
        self.nodes[row.node as usize].acls -= 1;
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

    /// The ACLs of a chain. Most questions spend most of their time here: each row is read once.
    fn chain(&self, first: u32, next: impl Fn(&Stored) -> u32) -> impl Iterator<Item = (u32, AclRow)> {
        let mut at = first;
        std::iter::from_fn(move || {
            while at != NONE {
                let row = &self.acls.rows[at as usize];
                let slot = std::mem::replace(&mut at, next(row));
                if let Some(acl) = row.acl() {
                    return Some((slot, acl));
                }
            }
            None
        })
    }

    /// The ACLs on a node that count, newest first.
    pub(crate) fn acls_on(&self, node: u32) -> impl Iterator<Item = (u32, AclRow)> {
        self.acls_on_with_deleted(node).filter(|(slot, row)| self.acls.is_live(*slot, *row))
    }

    /// The ACLs on a node, those marked deleted too.
    pub(crate) fn acls_on_with_deleted(&self, node: u32) -> impl Iterator<Item = (u32, AclRow)> {
        self.chain(self.nodes[node as usize].first_acl, |row| row.next_on_node)
    }

    /// The ACLs of a grantee, those marked deleted too, newest first.
    pub(crate) fn all_acls_of(&self, principal: u32) -> impl Iterator<Item = u32> {
        self.chain_of(principal).map(|(slot, _)| slot)
    }

    fn chain_of(&self, principal: u32) -> impl Iterator<Item = (u32, AclRow)> {
        self.chain(self.principals[principal as usize].first_acl, |row| row.next_of_principal)
    }

    /// The ACLs of a grantee that count, newest first.
    pub(crate) fn acls_of(&self, principal: u32) -> impl Iterator<Item = (u32, AclRow)> {
        self.chain_of(principal).filter(|(slot, row)| self.acls.is_live(*slot, *row))
    }

    /// The ACLs on a node with many whose grantee is this one.
    pub(crate) fn acls_of_pair(&self, node: u32, principal: u32) -> impl Iterator<Item = (u32, AclRow)> {
        let mut at = self.first_of_pair(node, principal);
        std::iter::from_fn(move || {
            let row = self.acls.rows.get(at as usize).filter(|row| row.principal == principal)?;
            Some((std::mem::replace(&mut at, row.next_on_node), row.acl()))
        })
        .filter_map(|(slot, acl)| Some((slot, acl?)))
        .filter(|(slot, acl)| self.acls.is_live(*slot, *acl))
    }

    /// The slot, empty perhaps, behind which a grantee's ACLs on a node with many stand together.
    fn first_of_pair(&self, node: u32, principal: u32) -> u32 {
        let Acls { rows, pairs, .. } = &self.acls;
        let same = |slot: u32| {
            let row = rows[slot as usize];
            row.node == node && row.principal == principal
        };
        pairs.find(pair_hash(node, principal), same).unwrap_or(NONE)
    }

    /// What the ACLs on a node with many give to a grantee on objects of a type.
    pub(super) fn bits_of_pair(&self, node: u32, principal: u32, ty: u16) -> u8 {
        self.acls_of_pair(node, principal).fold(0, |bits, (_, acl)| bits | acl.grant.bits(ty, &self.roles))
    }
}

//! The two chains of an ACL, its object's and its grantee's: making them, and going along them.

use std::ops::IndexMut;

use super::{AclRow, Acls, DEAD, OFF_NODE, Stored};
use crate::org::Org;
use crate::org::keys::{NONE, mix};
use crate::org::shared::{Column, Index};
use crate::org::tree::{NodeInfo, mark_of};

/// Up to how many ACLs an object's chain is walked; beyond that grants are found by the pair of
/// object and grantee.
const LIGHT: u32 = 16;

pub(super) fn pair_hash(node: u32, principal: u32) -> u64 {
    mix(u64::from(node) << 32 | u64::from(principal))
}

fn pair_hash_of(row: &Stored) -> u64 {
    pair_hash(row.node, row.principal)
}

pub(super) fn pair_hash_at(rows: &Column<Stored>, slot: u32) -> u64 {
    pair_hash_of(&rows[slot as usize])
}

/// The first of a chain, how many ACLs are in it, and whose.
#[derive(Clone, Copy)]
struct Chain {
    first: u32,
    acls: u32,
    grantees: u32,
}

impl Chain {
    const EMPTY: Chain = Chain { first: NONE, acls: 0, grantees: 0 };

    fn is_heavy(self) -> bool {
        self.acls > LIGHT
    }
}

/// Puts an ACL first on its node; on a node with many, behind the first of its grantee if there is
/// one, so that a grantee's stand together.
fn put_on_node(
    rows: &mut impl IndexMut<usize, Output = Stored>,
    pairs: &mut Index,
    first_on_node: &mut u32,
    is_heavy: bool,
    slot: u32,
) {
    let row = rows[slot as usize];
    if is_heavy {
        let hash = pair_hash_of(&row);
        let is_same = |other: u32| {
            let other = &rows[other as usize];
            (other.node, other.principal) == (row.node, row.principal)
        };
        if let Some(first) = pairs.find(hash, is_same) {
            let next = std::mem::replace(&mut rows[first as usize].next_on_node, slot);
            rows[slot as usize].next_on_node = next;
            return;
        }
        pairs.insert(hash, slot, &|slot| pair_hash_of(&rows[slot as usize]));
    }
    rows[slot as usize].next_on_node = std::mem::replace(first_on_node, slot);
}

impl Org {
    /// Puts all ACLs into their chains when an organisation has just been made: as one by one, but
    /// beside what is known of nodes and grantees, most of which no cache would hold.
    pub(in crate::org) fn chain_acls(&mut self) {
        if std::mem::replace(&mut self.acls.is_chained, true) {
            return;
        }
        let mut on_nodes = vec![Chain::EMPTY; self.nodes.len()];
        let mut of_principals = vec![Chain::EMPTY; self.principals.len()];
        let mut rows = std::mem::take(&mut self.acls.rows).into_vec();
        for row in rows.iter().filter(|row| row.acl().is_some()) {
            let node = &mut on_nodes[row.node as usize];
            node.acls += 1;
            node.grantees |= mark_of(row.principal);
            of_principals[row.principal as usize].acls += 1;
        }
        let heavy: u32 = on_nodes.iter().filter(|node| node.is_heavy()).map(|node| node.acls).sum();
        // Mostly what is looked for is not there, which is soon seen where half of the slots are empty.
        self.acls.pairs = Index::with_room(heavy as usize * 8 / 5, rows.len());
        for slot in 0..rows.len() {
            let row = rows[slot];
            if row.acl().is_some() {
                let principal = &mut of_principals[row.principal as usize];
                rows[slot].next_of_principal = std::mem::replace(&mut principal.first, slot as u32);
                let node = &mut on_nodes[row.node as usize];
                let is_heavy = node.is_heavy();
                put_on_node(&mut rows, &mut self.acls.pairs, &mut node.first, is_heavy, slot as u32);
            }
        }
        self.acls.rows = Column::from(rows);
        for (node, chain) in on_nodes.iter().enumerate().filter(|(_, chain)| chain.acls > 0) {
            let info = &mut self.nodes[node];
            (info.first_acl, info.acls) = (chain.first, chain.acls);
            (info.grantees, info.heavy) = (chain.grantees, chain.is_heavy());
        }
        for (principal, chain) in of_principals.iter().enumerate().filter(|(_, chain)| chain.acls > 0) {
            let info = &mut self.principals[principal];
            (info.first_acl, info.acls) = (chain.first, chain.acls);
        }
    }

    /// Puts an ACL into its chains.
    pub(super) fn chain_acl(&mut self, slot: u32) {
        let row = &mut self.acls.rows[slot as usize];
        let principal = &mut self.principals[row.principal as usize];
        principal.acls += 1;
        row.next_of_principal = std::mem::replace(&mut principal.first_acl, slot);
        let number = row.node;
        let node = &mut self.nodes[number as usize];
        node.acls += 1;
        node.grantees |= mark_of(row.principal);
        let becomes_heavy = node.acls > LIGHT && !node.heavy;
        self.chain_on_node(slot);
        if becomes_heavy {
            self.make_heavy(number);
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

    fn chain_on_node(&mut self, slot: u32) {
        let Acls { rows, pairs, .. } = &mut self.acls;
        let NodeInfo { first_acl, heavy, .. } = &mut self.nodes[rows[slot as usize].node as usize];
        put_on_node(rows, pairs, first_acl, *heavy, slot);
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
    pub(super) fn first_of_pair(&self, node: u32, principal: u32) -> u32 {
        let Acls { rows, pairs, .. } = &self.acls;
        let same = |slot: u32| {
            let row = rows[slot as usize];
            row.node == node && row.principal == principal
        };
        pairs.find(pair_hash(node, principal), same).unwrap_or(NONE)
    }
}

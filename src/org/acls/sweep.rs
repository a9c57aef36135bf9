//! Taking removed ACLs out of their chains, so that their slots are free for others: at once where
//! few links are between, and else in steps, some with every change, so that no change has to wait.

use super::chains::{pair_hash, pair_hash_at};
use super::{DEAD, OFF_NODE, Stored};
use crate::org::Org;
use crate::org::keys::NONE;

/// How many links of a chain are looked at to take an ACL out at once.
const NEAR: u32 = 32;
/// A round begins when the removed ACLs that are still in a chain are so many, and an eighth of the
/// others. A round is work in proportion to all ACLs and nodes.
const LEAST: u32 = 64;
const SHARE: u32 = 8;
/// How much is done for every row of a change: a link costs memory that is nowhere near, the next
/// chain does not. During a round of it fewer ACLs can be removed than one for every fifty.
const STEPS: usize = 1024;
const LINK: usize = 8;

/// How far a round has come: first the chains of nodes, then those of grantees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    stage: Stage,
    /// The node or principal.
    chain: u32,
    /// The link of its chain behind which it goes on; [`NONE`] at the chain's beginning.
    // INVARIANT: it stays a link of that chain: nothing but the sweep takes it out.
    last: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Rest,
    Nodes,
    Principals,
}

impl Sweep {
    const fn at(stage: Stage) -> Sweep {
        Sweep { stage, chain: 0, last: NONE }
    }

    /// The link from which it goes on, and whose chain it is in: a node's, or a grantee's.
    #[cfg(test)]
    pub(super) fn stands(&self) -> Option<(bool, u32, u32)> {
        (self.last != NONE).then_some((self.stage == Stage::Nodes, self.chain, self.last))
    }

    /// The chain of a node has other links now.
    pub(super) fn node_is_chained_anew(&mut self, node: u32) {
        if self.stage == Stage::Nodes && self.chain == node {
            self.last = NONE;
        }
    }
}

impl Default for Sweep {
    fn default() -> Sweep {
        Sweep::at(Stage::Rest)
    }
}

impl Org {
    /// Goes on with a round, or begins one when there is enough to do; a change of so many ACL rows
    /// has been made.
    pub(in crate::org) fn sweep_acls(&mut self, rows: usize) {
        if self.acls.rows.is_shared() {
            return;
        }
        if self.acls.sweep.stage == Stage::Rest {
            if self.acls.dead < LEAST + self.acls.live / SHARE {
                return;
            }
            self.acls.sweep = Sweep::at(Stage::Nodes);
        }
        let mut left = STEPS * rows.max(1);
        while left > 0 && self.acls.sweep.stage != Stage::Rest {
            left = left.saturating_sub(self.sweep_step());
        }
    }

    /// Looks at the next link, or goes on to the next chain. Returns what it cost.
    fn sweep_step(&mut self) -> usize {
        let Sweep { stage, chain, last } = self.acls.sweep;
        let of_nodes = stage == Stage::Nodes;
        let chains = if of_nodes { self.nodes.len() } else { self.principals.len() };
        if chain as usize == chains {
            self.acls.sweep = Sweep::at(if of_nodes { Stage::Principals } else { Stage::Rest });
            return 1;
        }
        let link = match (self.acls.rows.get(last as usize), of_nodes) {
            (None, true) => self.nodes[chain as usize].first_acl,
            (None, false) => self.principals[chain as usize].first_acl,
            (Some(last), true) => last.next_on_node,
            (Some(last), false) => last.next_of_principal,
        };
        if link == NONE {
            self.acls.sweep = Sweep { stage, chain: chain + 1, last: NONE };
            return 1;
        }
        match (self.acls.rows[link as usize].grant, of_nodes) {
            (DEAD, true) => self.take_off_node(last, link),
            (OFF_NODE, false) => self.take_off_principal(last, link),
            _ => self.acls.sweep.last = link,
        }
        LINK
    }

    /// Takes a removed ACL out of its chains when the links before it are found at once.
    pub(super) fn unchain_if_near(&mut self, slot: u32) {
        if self.acls.rows.is_shared() || self.acls.sweep.last == slot {
            return;
        }
        let Stored { node, principal, .. } = self.acls.rows[slot as usize];
        let info = self.nodes[node as usize];
        let mut from = info.first_acl;
        if info.heavy && from != slot {
            // A grantee's stand together; what is before the first of them is not known.
            from = self.first_of_pair(node, principal);
            if from == slot {
                return;
            }
        }
        let Some(before) = self.link_before(slot, from, |row| row.next_on_node) else { return };
        self.take_off_node(before, slot);
        let from = self.principals[principal as usize].first_acl;
        if let Some(before) = self.link_before(slot, from, |row| row.next_of_principal) {
            self.take_off_principal(before, slot);
        }
    }

    /// The link before a slot's in the chain that goes on from here, [`NONE`] when the slot's is this
    /// one and the chain's first; nothing when it is not near.
    fn link_before(&self, slot: u32, from: u32, next: impl Fn(&Stored) -> u32) -> Option<u32> {
        let (mut before, mut at) = (NONE, from);
        for _ in 0..NEAR {
            if at == slot {
                return Some(before);
            }
            before = at;
            at = next(self.acls.rows.get(at as usize)?);
        }
        None
    }

    /// Takes a removed ACL out of its node's chain; the link before it is given.
    fn take_off_node(&mut self, before: u32, slot: u32) {
        let rows = &mut self.acls.rows;
        let Stored { node, principal, next_on_node: after, .. } = rows[slot as usize];
        let is_grantees = |other: u32| rows.get(other as usize).is_some_and(|row| row.principal == principal);
        let info = &mut self.nodes[node as usize];
        if info.heavy && !is_grantees(before) {
            let hash = pair_hash(node, principal);
            self.acls.pairs.remove(hash, slot);
            if is_grantees(after) {
                self.acls.pairs.insert(hash, after, &|slot| pair_hash_at(rows, slot));
            }
        }
        if before == NONE {
            info.first_acl = after;
        } else {
            rows[before as usize].next_on_node = after;
        }
        rows[slot as usize].grant = OFF_NODE;
    }

    /// Takes a removed ACL that is in no other chain any more out of its grantee's; the link before
    /// it is given.
    fn take_off_principal(&mut self, before: u32, slot: u32) {
        let Stored { principal, next_of_principal: after, .. } = self.acls.rows[slot as usize];
        if before == NONE {
            self.principals[principal as usize].first_acl = after;
        } else {
            self.acls.rows[before as usize].next_of_principal = after;
        }
        self.acls.dead -= 1;
        self.acls.ids.clear(slot);
        self.acls.free(slot);
    }
}

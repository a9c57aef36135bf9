//! Roles and what they grant: closures are folded when a role changes, not when a question is asked.

use super::Map;
use super::keys::{Keys, NONE};
use super::rows::{Rows, put_first, take_all};
use super::shared::Column;
use super::{Org, sort};
use crate::model::object::number;

/// A row of `roles`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RoleRow {
    pub role: u32,
    pub node: u32,
    pub name: Option<Box<str>>,
    /// It belongs to no organisation: usable anywhere, editable by nobody (section 1).
    pub system: bool,
    /// Permission bits with their restriction, as written; tuples that do not count are left out.
    pub tuples: Vec<(u8, Option<u16>)>,
    /// Member roles as written; [`NONE`] for an empty id.
    pub members: Vec<u32>,
    pub deleted: bool,
}

/// What a role and its member roles grant: one byte for every type, further bytes by type.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tuples {
    every: u8,
    only: Vec<(u16, u8)>,
}

impl Tuples {
    fn add(&mut self, bits: u8, restrict: Option<u16>) -> bool {
        let place = match restrict {
            None => &mut self.every,
            Some(ty) => {
                if let Some(i) = self.only.iter().position(|(t, _)| *t == ty) {
                    &mut self.only[i].1
                } else {
                    self.only.push((ty, 0));
                    &mut self.only.last_mut().expect("just pushed").1
                }
            }
        };
        let before = *place;
        *place |= bits;
        *place != before
    }

    fn add_all(&mut self, other: &Tuples) -> bool {
        let mut grew = self.add(other.every, None);
        for (ty, bits) in &other.only {
            grew |= self.add(*bits, Some(*ty));
        }
        grew
    }

    fn bits(&self, ty: u16) -> u8 {
        self.only.iter().find(|(t, _)| *t == ty).map_or(self.every, |(_, bits)| self.every | bits)
    }
}

#[derive(Clone, Debug)]
struct RoleInfo {
    /// The slot of the row that stands.
    row: u32,
    deleted: bool,
    /// The roles whose standing row names this one as a member.
    contained_in: Vec<u32>,
    closure: Tuples,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Roles {
    keys: Keys,
    infos: Column<RoleInfo>,
    rows: Rows<RoleRow>,
    /// Roles whose closure has to be reckoned again.
    dirty: Vec<u32>,
}

impl RoleInfo {
    fn new() -> RoleInfo {
        RoleInfo { row: NONE, deleted: false, contained_in: Vec::new(), closure: Tuples::default() }
    }
}

impl Roles {
    pub fn find(&self, id: &str) -> Option<u32> {
        self.keys.get(0, id)
    }

    pub fn number(&mut self, id: &str) -> u32 {
        let role = self.keys.number(0, id);
        if role as usize == self.infos.len() {
            self.infos.push(RoleInfo::new());
        }
        role
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn keys_mut(&mut self) -> &mut Keys {
        &mut self.keys
    }

    /// Adds what is known of roles whose ids are there.
    pub(super) fn add_infos(&mut self) {
        while self.infos.len() < self.keys.len() {
            self.infos.push(RoleInfo::new());
        }
    }

    /// Whether a role has the same id as something of another space.
    pub(super) fn has_id_of(&self, role: u32, keys: &Keys, number: u32) -> bool {
        self.keys.id(role) == keys.id(number)
    }

    pub fn len(&self) -> usize {
        self.infos.len()
    }

    pub fn id(&self, role: u32) -> String {
        self.keys.text(role)
    }

    pub fn id_starts_with(&self, role: u32, prefix: &str) -> bool {
        self.keys.starts_with(role, prefix)
    }

    /// The row that stands for a role, deleted or not.
    pub fn row(&self, role: u32) -> Option<&RoleRow> {
        self.rows.get(self.infos[role as usize].row)
    }

    pub fn rows(&self) -> &Rows<RoleRow> {
        &self.rows
    }

    pub fn first(&self, role: u32) -> u32 {
        self.infos[role as usize].row
    }

    pub fn is_known(&self, role: u32) -> bool {
        self.infos[role as usize].row != NONE
    }

    pub fn is_deleted(&self, role: u32) -> bool {
        self.infos[role as usize].deleted
    }

    pub fn is_live(&self, role: u32) -> bool {
        self.is_known(role) && !self.is_deleted(role)
    }

    /// What a role grants on an object of a type; a role that is deleted or unknown grants nothing.
    pub fn bits(&self, role: u32, ty: u16) -> u8 {
        self.infos[role as usize].closure.bits(ty)
    }

    /// What a role and its member roles grant, each once.
    pub fn each_tuple(&self, role: u32, mut visit: impl FnMut(u8, Option<u16>)) {
        let Tuples { every, only } = &self.infos[role as usize].closure;
        visit(*every, None);
        for (ty, bits) in only {
            visit(*bits, Some(*ty));
        }
    }

    /// The live roles whose standing row names this one as a member.
    pub fn containers(&self, role: u32) -> &[u32] {
        &self.infos[role as usize].contained_in
    }

    /// Whether two roles, perhaps of two versions of an organisation, grant the same.
    pub fn same_closure(&self, role: u32, other: &Roles) -> bool {
        let closure = |roles: &Roles| {
            roles.infos.get(role as usize).map(|info| info.closure.clone()).unwrap_or_default()
        };
        closure(self) == closure(other)
    }

    /// What the standing row itself says, without its member roles.
    fn own(&self, role: u32) -> Tuples {
        let mut tuples = Tuples::default();
        if self.is_live(role)
            && let Some(row) = self.row(role)
        {
            for (bits, restrict) in &row.tuples {
                tuples.add(*bits, *restrict);
            }
        }
        tuples
    }

    /// The live member roles of a live role, as written.
    pub fn members(&self, role: u32) -> impl Iterator<Item = u32> {
        self.is_live(role)
            .then(|| self.row(role))
            .flatten()
            .into_iter()
            .flat_map(|row| row.members.iter().copied())
            .filter(|member| *member != NONE && self.is_live(*member))
    }

    pub(super) fn unlink(&mut self, role: u32) {
        if let Some(row) = self.rows.get(self.infos[role as usize].row) {
            for member in row.members.iter().filter(|m| **m != NONE) {
                let containers = &mut self.infos[*member as usize].contained_in;
                if let Some(at) = containers.iter().position(|c| *c == role) {
                    containers.swap_remove(at);
                }
            }
        }
        self.dirty.push(role);
    }

    pub(super) fn link(&mut self, role: u32, deleted: bool) {
        self.infos[role as usize].deleted = deleted;
        if let Some(row) = self.rows.get(self.infos[role as usize].row) {
            for member in row.members.iter().filter(|m| **m != NONE) {
                self.infos[*member as usize].contained_in.push(role);
            }
        }
        self.dirty.push(role);
    }

    pub(super) fn put_first(&mut self, slot: u32, row: RoleRow) {
        let role = row.role;
        put_first(&mut self.rows, &mut self.infos[role as usize].row, role, slot, row);
    }

    pub(super) fn take_all(&mut self, role: u32) -> Vec<u32> {
        take_all(&mut self.rows, &mut self.infos[role as usize].row, role)
    }

    pub(super) fn share(&mut self) {
        self.keys.share();
        self.infos.share();
        self.rows.share();
    }

    /// Reckons the closures of what changed and of every role that contains it (MODEL 4: a cycle is
    /// a fixpoint, not an error).
    pub(super) fn settle(&mut self) {
        let mut affected: Map<u32, ()> = Map::default();
        let mut queue = std::mem::take(&mut self.dirty);
        let mut order = Vec::new();
        while let Some(role) = queue.pop() {
            if affected.insert(role, ()).is_none() {
                order.push(role);
                queue.extend(&self.infos[role as usize].contained_in);
            }
        }
        for role in &order {
            let mut tuples = self.own(*role);
            for member in self.members(*role).filter(|m| !affected.contains_key(m)) {
                tuples.add_all(&self.infos[member as usize].closure);
            }
            self.infos[*role as usize].closure = tuples;
        }
        // INVARIANT: a closure only grows here, by at most 8 bits for each type, so this ends.
        let mut queue = order;
        while let Some(role) = queue.pop() {
            if !self.is_live(role) {
                continue;
            }
            let closure = self.infos[role as usize].closure.clone();
            for i in 0..self.infos[role as usize].contained_in.len() {
                let container = self.infos[role as usize].contained_in[i];
                if self.is_live(container) && self.infos[container as usize].closure.add_all(&closure) {
                    queue.push(container);
                }
            }
        }
    }

    /// The shortest way from a role to a role that holds a tuple itself, by levels; ties by id.
    pub fn path_to(&self, from: u32, holds: impl Fn(&RoleRow) -> bool) -> Option<Vec<u32>> {
        let mut parent: Map<u32, u32> = Map::default();
        parent.insert(from, NONE);
        let mut level = if self.is_live(from) { vec![from] } else { Vec::new() };
        while !level.is_empty() {
            if let Some(found) = level.iter().find(|role| self.row(**role).is_some_and(&holds)) {
                let mut path = vec![*found];
                while let Some(&above) = parent.get(&path[path.len() - 1])
                    && above != NONE
                {
                    path.push(above);
                }
                path.reverse();
                return Some(path);
            }
            let mut next: Vec<(u32, u32)> =
                level.iter().flat_map(|role| self.members(*role).map(|m| (m, *role))).collect();
            let mut following = Vec::new();
            for (member, container) in next.drain(..) {
                if let hashbrown::hash_map::Entry::Vacant(place) = parent.entry(member) {
                    place.insert(container);
                    following.push(member);
                }
            }
            sort::by_id(&mut following, |role| self.id(*role));
            level = following;
        }
        None
    }

    /// All live roles of the closure of a role, itself included.
    pub fn closure(&self, from: u32) -> Vec<u32> {
        self.closure_reviving(from, NONE)
    }

    /// The same as if one role that is marked deleted were not.
    pub fn closure_reviving(&self, from: u32, revived: u32) -> Vec<u32> {
        let is_live = |role: u32| role == revived || self.is_live(role);
        let mut seen: Map<u32, ()> = Map::default();
        let mut queue = if is_live(from) { vec![from] } else { Vec::new() };
        let mut all = Vec::new();
        while let Some(role) = queue.pop() {
            if seen.insert(role, ()).is_none() {
                all.push(role);
                queue.extend(self.all_members(role).filter(|member| is_live(*member)));
            }
        }
        all
    }

    /// The member roles of a role as written, deleted ones too.
    pub fn all_members(&self, role: u32) -> impl Iterator<Item = u32> {
        self.row(role)
            .into_iter()
            .flat_map(|row| row.members.iter().copied())
            .filter(|member| *member != NONE)
    }
}

impl Org {
    pub(crate) fn roles(&self) -> &Roles {
        &self.roles
    }

    /// What to call a role in a sentence.
    pub(crate) fn role_label(&self, role: u32) -> String {
        self.roles
            .row(role)
            .and_then(|row| row.name.as_deref())
            .map_or_else(|| self.roles.id(role), ToOwned::to_owned)
    }

    pub(super) fn refresh_role(&mut self, role: u32) {
        let first = self.roles.first(role);
        let deleted = self
            .roles
            .rows
            .all(role, first)
            .any(|slot| self.roles.rows.get(slot).is_some_and(|row| row.deleted));
        self.roles.link(role, deleted);
        let node = match self.roles.row(role) {
            Some(row) => row.node,
            None => self.node_number(number::ROLE, &self.roles.id(role)),
        };
        self.set_node_state(node, first != NONE, deleted);
    }
}

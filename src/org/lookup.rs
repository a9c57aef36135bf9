//! Finding things by name, and users by e-mail, whatever the organisation's size.
//!
//! A table is made of all names when the first is looked up. It is held in common by copies, and
//! what changes later is noted beside it. Both may name what is called so no longer: whoever looks
//! something up compares the names.

use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;

use super::contents::Table;
use super::keys::NONE;
use super::shared::SharedMap;
use super::{Org, sort};
use crate::model::object::number;

#[cfg(test)]
mod tests;

/// How many changes are noted beside a table before it is given up for a new one.
const MOST_NOTED: usize = if cfg!(test) { 8 } else { 10_000 };

/// What is made of all rows when it is needed first, with changes since then by number.
#[derive(Clone, Debug)]
pub(super) struct Lazy<T, N> {
    /// Made of the rows of whoever holds it, all of whom have the same ones but for what they noted.
    pub table: Arc<OnceLock<T>>,
    pub noted: SharedMap<N>,
}

impl<T, N> Default for Lazy<T, N> {
    fn default() -> Lazy<T, N> {
        Lazy { table: Arc::default(), noted: SharedMap::default() }
    }
}

impl<T, N: Clone> Lazy<T, N> {
    /// Bytes held, about; `of_table` says how many by the table.
    pub fn bytes(&self, of_table: impl Fn(&T) -> usize) -> usize {
        self.table.get().map_or(0, of_table) + self.noted.len() * size_of::<(u32, N)>()
    }

    /// Before a change is noted: whether there is a table beside which to note it. Until something
    /// is looked up there is none, and whoever changes parts from the copies, whose rows stay.
    pub fn is_made(&mut self) -> bool {
        let is_made = self.table.get().is_some() && self.noted.len() < MOST_NOTED;
        if !is_made && (Arc::get_mut(&mut self.table).is_none() || self.noted.len() > 0) {
            *self = Lazy::default();
        }
        is_made
    }

    pub fn share(&mut self) {
        self.noted.share();
    }
}

/// Numbers of things by the hash of what they are called: hashes with numbers, ascending.
pub(super) type Lookup = Lazy<Vec<(u32, u32)>, Vec<u32>>;

impl Lookup {
    /// Notes that something is called so now.
    fn note(&mut self, hash: u32, number: u32) {
        let numbers = self.noted.get_or_insert(hash, Vec::new());
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }

    /// The numbers of whatever may be called so, each once, ascending.
    fn get(&self, hash: u32, all: impl FnOnce() -> Vec<(u32, u32)>) -> Vec<u32> {
        let table = self.table.get_or_init(|| {
            let mut all = all();
            all.sort_unstable();
            all
        });
        let first = table.partition_point(|(known, _)| *known < hash);
        let known = table[first..].iter().take_while(|(known, _)| *known == hash);
        let mut found: Vec<u32> = known.map(|(_, number)| *number).collect();
        found.extend(self.noted.get(hash).into_iter().flatten());
        sort::numbers(&mut found);
        found
    }
}

fn hash_of_name(ty: u16, project: u32, name: &str) -> u32 {
    // Things outside of projects are found by their name alone.
    let project = if number::is_child(ty) { project } else { NONE };
    FixedState::default().hash_one((ty, project, name)) as u32
}

fn hash_of_email(email: &str) -> u32 {
    FixedState::default().hash_one(email) as u32
}

impl Org {
    /// Bytes held by what is made when something is looked up or listed first, about.
    pub(super) fn bytes_of_tables(&self) -> usize {
        let lookups = [&self.by_name, &self.by_email];
        lookups.map(|lookup| lookup.bytes(|table| size_of_val(&**table))).iter().sum::<usize>()
            + self.contents.iter().map(|lazy| lazy.bytes(Table::bytes)).sum::<usize>()
    }

    /// Makes the table of names, if there is none: before something changes, so that copies share it.
    pub(crate) fn make_names(&self) {
        self.by_name.get(0, || self.all_names());
    }

    fn all_names(&self) -> Vec<(u32, u32)> {
        self.nodes().filter_map(|node| self.name_entry(node)).collect()
    }

    fn name_entry(&self, node: u32) -> Option<(u32, u32)> {
        let info = self.node(node);
        let name = self.node_name(node).filter(|_| info.known)?;
        Some((hash_of_name(self.node_type(node), info.project, name), node))
    }

    fn email_entry(&self, user: u32) -> Option<(u32, u32)> {
        let email = self.users.get(self.principal(user).row)?.email.as_deref()?;
        Some((hash_of_email(email), user))
    }

    /// After a row changed that may say what a node is called, or where it is.
    pub(super) fn note_name(&mut self, node: u32) {
        if self.by_name.is_made()
            && let Some((hash, node)) = self.name_entry(node)
        {
            self.by_name.note(hash, node);
        }
    }

    /// After a row changed that may say a user's e-mail.
    pub(super) fn note_email(&mut self, user: u32) {
        if self.by_email.is_made()
            && let Some((hash, user)) = self.email_entry(user)
        {
            self.by_email.note(hash, user);
        }
    }

    /// The live things of a type (in a project, when they live in one) with a name, ascending by
    /// number. Names are compared code unit by code unit.
    pub(crate) fn all_named(&self, ty: u16, name: &str, project: u32) -> Vec<u32> {
        let mut found = self.by_name.get(hash_of_name(ty, project, name), || self.all_names());
        found.retain(|node| {
            self.node_type(*node) == ty
                && self.node(*node).known
                && (!number::is_child(ty) || self.node(*node).project == project)
                && !self.target_of(*node).deleted
                && self.node_name(*node) == Some(name)
        });
        found
    }

    /// The live permission groups with a name.
    pub(crate) fn groups_named(&self, name: &str) -> Vec<u32> {
        let nodes = self.all_named(number::GROUP, name, NONE).into_iter();
        nodes.filter_map(|node| self.find_group(&self.node_id(node))).collect()
    }

    /// The ids of the users (no service accounts) with this e-mail, ascending. E-mails are compared
    /// code unit by code unit.
    pub(crate) fn users_with_email(&self, email: &str) -> Vec<String> {
        let users = self.by_email.get(hash_of_email(email), || {
            let users = self.principals().filter(|user| !self.is_group(*user));
            users.filter_map(|user| self.email_entry(user)).collect()
        });
        let has = |user: &u32| {
            self.users.get(self.principal(*user).row).is_some_and(|row| row.email.as_deref() == Some(email))
                && self.is_listed_user(*user)
        };
        let mut ids: Vec<String> =
            users.into_iter().filter(has).map(|user| self.principal_id(user)).collect();
        sort::ids(&mut ids);
        ids
    }
}

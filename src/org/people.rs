//! Principals: users, service accounts and permission groups, and who contains whom.

use super::keys::NONE;
use super::{Org, Rows};
use crate::load::list::List;
use crate::model::INTERNAL_PRINCIPAL;
use crate::model::object::number;

/// Kinds of principals.
pub(crate) const USER: u16 = 0;
pub(crate) const GROUP: u16 = 1;

/// A row of `users` or `service_accounts`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PersonRow {
    pub principal: u32,
    pub name: Option<Box<str>>,
    pub email: Option<Box<str>>,
    pub deleted: bool,
}

/// A row of `service_tokens`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TokenRow {
    pub token: u32,
    /// The service account; [`NONE`] when the row names none.
    pub account: u32,
    pub name: Option<Box<str>>,
    pub email: Option<Box<str>>,
    /// In milliseconds since 1970.
    pub expires: Option<i64>,
    pub deleted: bool,
}

/// A row of `groups`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupRow {
    pub principal: u32,
    /// The group as an object to administer.
    pub node: u32,
    pub name: Option<Box<str>>,
    /// Members as written; [`NONE`] for an empty id.
    pub users: Vec<u32>,
    pub groups: Vec<u32>,
    pub deleted: bool,
}

/// What is known of a principal.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub first_acl: u32,
    /// How many ACLs name it.
    pub acls: u32,
    /// The groups whose standing row names it as a member.
    pub member_of: Vec<u32>,
    /// The slot of the row that stands: in `groups`, or in `users`.
    pub row: u32,
    /// The slot of the row that stands in `service_accounts`.
    pub account_row: u32,
    /// The slots of rows in `service_tokens` that name it.
    pub tokens: Vec<u32>,
    /// A group that is marked deleted.
    pub deleted: bool,
}

fn is_listed(rows: &Rows<PersonRow>, principal: u32, first: u32) -> bool {
    first != NONE && rows.all(principal, first).all(|slot| rows.get(slot).is_some_and(|row| !row.deleted))
}

impl Org {
    pub(super) fn principal_number(&mut self, kind: u16, id: &str) -> u32 {
        let principal = self.principal_keys.number(kind, id);
        self.add_principals();
        principal
    }

    /// Adds what is known of principals whose ids are there.
    pub(super) fn add_principals(&mut self) {
        while self.principals.len() < self.principal_keys.len() {
            let principal = self.principals.len() as u32;
            if self.is_internal(principal) && !self.is_group(principal) {
                self.internals.push(principal);
            }
            self.principals.push(Principal {
                first_acl: NONE,
                acls: 0,
                member_of: Vec::new(),
                row: NONE,
                account_row: NONE,
                tokens: Vec::new(),
                deleted: false,
            });
        }
    }

    /// The same for tokens.
    pub(super) fn add_tokens(&mut self) {
        while self.token_rows.len() < self.token_keys.len() {
            self.token_rows.push(NONE);
        }
    }

    pub(crate) fn find_user(&self, id: &str) -> Option<u32> {
        self.principal_keys.get(USER, id)
    }

    pub(crate) fn find_group(&self, id: &str) -> Option<u32> {
        self.principal_keys.get(GROUP, id)
    }

    pub(crate) fn principals(&self) -> std::ops::Range<u32> {
        0..self.principals.len() as u32
    }

    pub(crate) fn principal(&self, principal: u32) -> &Principal {
        &self.principals[principal as usize]
    }

    pub(crate) fn principal_id(&self, principal: u32) -> String {
        self.principal_keys.text(principal)
    }

    pub(crate) fn is_group(&self, principal: u32) -> bool {
        self.principal_keys.kind(principal) == GROUP
    }

    /// The row that stands for a group, deleted or not.
    pub(crate) fn group_row(&self, group: u32) -> Option<&GroupRow> {
        self.groups.get(self.principal(group).row)
    }

    /// A group that is in the data and not marked deleted.
    pub(crate) fn is_live_group(&self, principal: u32) -> bool {
        let info = self.principal(principal);
        self.is_group(principal) && info.row != NONE && !info.deleted
    }

    pub(crate) fn is_internal(&self, principal: u32) -> bool {
        self.principal_keys.starts_with(principal, INTERNAL_PRINCIPAL)
    }

    /// The internal principals, each once.
    pub(crate) fn internals(&self) -> impl Iterator<Item = u32> {
        self.internals.iter().copied()
    }

    /// The permission groups that are in the data and not marked deleted, each once.
    pub(crate) fn live_groups(&self) -> impl Iterator<Item = u32> {
        let slots = 0..self.places(List::Groups).slots();
        slots.filter_map(|slot| {
            let group = self.groups.get(slot)?.principal;
            (self.principal(group).row == slot && self.is_live_group(group)).then_some(group)
        })
    }

    /// Whether a user is in the directory: users, service accounts, or accounts that tokens name.
    pub(crate) fn in_directory(&self, principal: u32) -> bool {
        self.is_listed_user(principal) || self.is_service_account(principal)
    }

    /// Whether a user has a row in `users` that no copy marks deleted.
    pub(crate) fn is_listed_user(&self, principal: u32) -> bool {
        !self.is_group(principal) && is_listed(&self.users, principal, self.principal(principal).row)
    }

    /// A service account of the directory, or the account of a service token of it.
    pub(crate) fn is_service_account(&self, principal: u32) -> bool {
        let info = self.principal(principal);
        let token = |slot: &u32| {
            let Some(token) = self.tokens.get(*slot).map(|row| row.token) else { return false };
            self.tokens.all(token, *slot).all(|slot| self.tokens.get(slot).is_some_and(|row| !row.deleted))
        };
        !self.is_group(principal)
            && (is_listed(&self.accounts, principal, info.account_row) || info.tokens.iter().any(token))
    }

    /// Whether a group or an ACL of the data names the principal.
    pub(crate) fn is_named(&self, principal: u32) -> bool {
        let info = self.principal(principal);
        info.acls > 0 || !info.member_of.is_empty()
    }

    /// Whether the data hold a directory of users.
    pub(crate) fn has_directory(&self) -> bool {
        self.places(List::Users).present
    }

    /// MODEL 4: somebody in groups or ACLs whom the directory does not list, although there is one.
    pub(crate) fn has_departed(&self, principal: u32) -> bool {
        self.has_directory()
            && !self.is_group(principal)
            && self.is_named(principal)
            && !self.is_internal(principal)
            && !self.in_directory(principal)
    }

    /// Takes the edges of a group's standing row away, before the row changes.
    pub(super) fn unlink_group(&mut self, group: u32) {
        let Some(row) = self.groups.get(self.principals[group as usize].row) else { return };
        for member in row.users.iter().chain(&row.groups).filter(|m| **m != NONE) {
            let member_of = &mut self.principals[*member as usize].member_of;
            if let Some(at) = member_of.iter().position(|g| *g == group) {
                member_of.swap_remove(at);
            }
        }
    }

    /// Adds the edges of a group's standing row, after the row changed.
    pub(super) fn link_group(&mut self, group: u32) {
        let first = self.principals[group as usize].row;
        let deleted =
            self.groups.all(group, first).any(|slot| self.groups.get(slot).is_some_and(|row| row.deleted));
        self.principals[group as usize].deleted = deleted;
        if let Some(row) = self.groups.get(first) {
            for member in row.users.iter().chain(&row.groups).filter(|m| **m != NONE) {
                self.principals[*member as usize].member_of.push(group);
            }
        }
        let node = match self.groups.get(first) {
            Some(row) => row.node,
            None => self.node_number(number::GROUP, &self.principal_id(group)),
        };
        self.set_node_state(node, first != NONE, deleted);
    }
}

//! What an audit reads of rows, and where they stand.

use super::keys::NONE;
use super::people::TokenRow;
use super::places::Pointers;
use super::{Org, sort};
use crate::load::list::List;

impl Org {
    /// Reckons pointers to the rows of a list.
    pub(crate) fn pointers(&self, list: List) -> Pointers<'_> {
        self.places(list).pointers()
    }

    /// Of some rows, the slot of the one that stands first in the list.
    pub(crate) fn first_row(&self, list: List, slots: impl Iterator<Item = u32>) -> Option<u32> {
        slots.min_by_key(|slot| self.places(list).place(*slot))
    }

    /// The service tokens that are not deleted, with the slot of the row that stands.
    pub(crate) fn live_tokens(&self) -> impl Iterator<Item = (u32, &TokenRow)> {
        self.token_rows.iter().enumerate().filter_map(|(token, slot)| {
            let row = self.tokens.get(*slot)?;
            let deleted = |slot: u32| self.tokens.get(slot).is_some_and(|row| row.deleted);
            (!self.tokens.all(token as u32, *slot).any(deleted)).then_some((*slot, row))
        })
    }

    /// The id of a token.
    pub(crate) fn token_id(&self, token: u32) -> String {
        self.token_keys.text(token)
    }

    /// The users and service accounts of the directory and whoever groups and ACLs name, by id; not
    /// the platform's own principals.
    pub(crate) fn people(&self) -> Vec<u32> {
        let counts = |p: &u32| {
            !self.is_group(*p) && !self.is_internal(*p) && (self.is_named(*p) || self.in_directory(*p))
        };
        let mut people: Vec<u32> = self.principals().filter(counts).collect();
        sort::by_id(&mut people, |person| self.principal_id(*person));
        people
    }

    /// Where the data speak of somebody first: as a user, as a service account, in a token, in an ACL.
    pub(crate) fn person_row(&self, principal: u32) -> Option<(List, u32)> {
        let info = self.principal(principal);
        let first = |list, slot: u32| (slot != NONE).then_some((list, slot));
        first(List::Users, info.row)
            .or_else(|| first(List::ServiceAccounts, info.account_row))
            .or_else(|| {
                let tokens = info.tokens.iter().copied();
                self.first_row(List::ServiceTokens, tokens).map(|slot| (List::ServiceTokens, slot))
            })
            .or_else(|| {
                let acls = self.all_acls_of(principal);
                self.first_row(List::Acls, acls).map(|slot| (List::Acls, slot))
            })
            .or_else(|| {
                let groups = info.member_of.iter().map(|group| self.principal(*group).row);
                self.first_row(List::Groups, groups).map(|slot| (List::Groups, slot))
            })
    }
}

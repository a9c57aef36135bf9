//! Finding things by name, and users by e-mail, in a module that is small: all of them are looked at
//! each time.

use super::{Org, sort};
use crate::model::object::number;

/// Nothing is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup;

impl Lookup {
    /// Ready to be copied, as ever.
    pub fn share(&mut self) {}
}

impl Org {
    /// Before something changes: there is nothing to make.
    pub(crate) fn make_names(&self) {}

    /// After a row changed: nothing is kept that would change with it.
    pub(super) fn note_name(&mut self, _: u32) {}

    /// The same for an e-mail.
    pub(super) fn note_email(&mut self, _: u32) {}

    /// The live things of a type (in a project, when they live in one) with a name, ascending by
    /// number. Names are compared code unit by code unit.
    pub(crate) fn all_named(&self, ty: u16, name: &str, project: u32) -> Vec<u32> {
        self.nodes()
            .filter(|node| {
                self.node_type(*node) == ty
                    && self.node(*node).known
                    && (!number::is_child(ty) || self.node(*node).project == project)
                    && !self.target_of(*node).deleted
                    && self.node_name(*node) == Some(name)
            })
            .collect()
    }

    /// The live permission groups with a name.
    pub(crate) fn groups_named(&self, name: &str) -> Vec<u32> {
        let nodes = self.all_named(number::GROUP, name, super::keys::NONE).into_iter();
        nodes.filter_map(|node| self.find_group(&self.node_id(node))).collect()
    }

    /// The ids of the users (no service accounts) with this e-mail, ascending. E-mails are compared
    /// code unit by code unit.
    pub(crate) fn users_with_email(&self, email: &str) -> Vec<String> {
        let has = |user: &u32| {
            self.users.get(self.principal(*user).row).is_some_and(|row| row.email.as_deref() == Some(email))
                && self.is_listed_user(*user)
        };
        let mut ids: Vec<String> =
            self.principals().filter(has).map(|user| self.principal_id(user)).collect();
        sort::ids(&mut ids);
        ids
    }
}

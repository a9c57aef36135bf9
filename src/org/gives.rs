//! What grants give, for all types at once.

use super::Org;
use super::acls::GrantKind;
use super::keys::NONE;
use crate::model::permission::PermissionSet;

/// Permissions for objects of every type, and further ones by type.
#[derive(Clone, Debug, Default, PartialEq)]
struct Gives {
    every: u8,
    only: Vec<(u16, u8)>,
}

impl Gives {
    fn add(&mut self, restrict: Option<u16>, bits: u8) {
        match restrict {
            None => self.every |= bits,
            Some(ty) => match self.only.iter_mut().find(|(only, _)| *only == ty) {
                Some((_, known)) => *known |= bits,
                None => self.only.push((ty, bits)),
            },
        }
    }
}

impl Org {
    /// The tuples of an ACL's grant: permissions with the type they are restricted to.
    pub(crate) fn tuples(&self, grant: GrantKind) -> Vec<(PermissionSet, Option<u16>)> {
        let mut gives = Gives::default();
        self.add_tuples(grant, &mut gives);
        let every = (gives.every != 0).then_some((PermissionSet(gives.every), None));
        every
            .into_iter()
            .chain(gives.only.into_iter().map(|(ty, bits)| (PermissionSet(bits), Some(ty))))
            .filter(|(bits, _)| !bits.is_empty())
            .collect()
    }

    fn add_tuples(&self, grant: GrantKind, gives: &mut Gives) {
        match grant {
            GrantKind::Permission { permission, restrict } => gives.add(restrict, 1 << permission.index()),
            GrantKind::Role(role) => {
                self.roles.each_tuple(role, |bits, restrict| gives.add(restrict, bits));
            }
        }
    }
}

impl Org {
    /// The projects that a project group names and the data know, whether it is deleted or not.
    pub(crate) fn region_projects(&self, region: u32) -> impl Iterator<Item = u32> {
        self.regions
            .get(self.node(region).row)
            .into_iter()
            .flat_map(|row| row.projects.iter().copied())
            .filter(|project| *project != NONE && self.node(*project).known)
    }

    /// Whether something in a project is public.
    pub(crate) fn has_public_child(&self, project: u32) -> bool {
        self.odd_children(project).any(|child| self.node(child).public)
    }

    /// Calls the organisation something else.
    pub(crate) fn rename(&mut self, name: &str) {
        self.name = Some(name.into());
    }

    /// The account that a service token's row names.
    pub(crate) fn account_of_token(&self, id: &str) -> Option<u32> {
        let first = self.token_rows[self.token_keys.get(0, id)? as usize];
        self.tokens.get(first).map(|row| row.account).filter(|account| *account != NONE)
    }

    /// Whether a service token has this id.
    pub(crate) fn has_token(&self, id: &str) -> bool {
        self.token_keys.get(0, id).is_some_and(|token| self.token_rows[token as usize] != NONE)
    }

    /// The ids of the service tokens that name a service account.
    pub(crate) fn tokens_of(&self, account: u32) -> Vec<String> {
        let tokens = self.principal(account).tokens.iter().filter_map(|slot| self.tokens.get(*slot));
        tokens.map(|row| self.token_keys.text(row.token)).collect()
    }
}

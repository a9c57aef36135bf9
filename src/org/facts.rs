//! What is asked of the rows to judge a change.

use super::keys::NONE;
use super::{Map, Org};
use crate::load::list::List;
use crate::model::finding::Code;
use crate::model::object::number;

impl Org {
    /// Whether the data hold a row with this id that is of another organisation, and ignored.
    pub(crate) fn is_elsewhere(&self, list: List, id: &str) -> bool {
        self.places(list).has_skipped_for(id, Code::ForeignRow)
    }

    /// Whether an ACL with this id counts.
    pub(crate) fn has_live_acl(&self, id: &str) -> bool {
        let acl = self.acls.find(id).and_then(|slot| Some((slot, self.acls.get(slot)?)));
        acl.is_some_and(|(slot, acl)| self.acls.is_live(slot, acl))
    }

    /// A user of the directory who is no service account.
    pub(crate) fn is_person(&self, principal: u32) -> bool {
        self.is_listed_user(principal) && !self.is_service_account(principal)
    }

    /// Whether a live group has a user, through member groups too.
    pub(crate) fn has_users(&self, group: u32) -> bool {
        self.has_user_in([group].into_iter(), |_| true)
    }

    /// Whether a user for whom something holds is in these groups, through member groups too.
    fn has_user_in(&self, groups: impl Iterator<Item = u32>, holds: impl Fn(u32) -> bool) -> bool {
        let mut seen: Map<u32, ()> = Map::default();
        let mut queue: Vec<u32> = groups.collect();
        while let Some(group) = queue.pop() {
            if !self.is_live_group(group) || seen.insert(group, ()).is_some() {
                continue;
            }
            let Some(row) = self.group_row(group) else { continue };
            if row.users.iter().any(|user| *user != NONE && holds(*user)) {
                return true;
            }
            queue.extend(row.groups.iter().filter(|group| **group != NONE));
        }
        false
    }

    /// Whether somebody is an organisation owner (MODEL 5) whose groups and ACLs count.
    pub(crate) fn has_owner(&self) -> bool {
        let organization = self.singleton(number::ORGANIZATION);
        let by_role = self.acls_on(organization).filter(|(_, acl)| self.grants_owner_role(acl.grant));
        let mut groups: Vec<u32> = Vec::new();
        for principal in by_role.map(|(_, acl)| acl.principal) {
            if self.is_group(principal) {
                groups.push(principal);
            } else if !self.is_out(principal) {
                return true;
            }
        }
        groups.extend(self.principals().filter(|principal| self.is_owners_group(*principal)));
        self.has_user_in(groups.into_iter(), |user| !self.is_out(user))
    }

    /// The project in which the object of a node is, or whose logs it is; [`NONE`] for others.
    pub(crate) fn project_of(&self, node: u32) -> u32 {
        match self.node_type(node) {
            number::PROJECT_LOG => self.find_node(number::PROJECT, &self.node_id(node)),
            ty if number::is_child(ty) => self.node(node).project,
            _ => NONE,
        }
    }
}

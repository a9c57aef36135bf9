//! What things are called, finding them by it, and how many there are.

use serde::Serialize;

use super::keys::NONE;
use super::people::{PersonRow, USER};
use super::{Org, sort};
use crate::load::list::List;
use crate::model::finding::Node;
use crate::model::object::{number, wire_name};

/// How much an organisation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Users in the directory.
    pub users: usize,
    /// Permission groups.
    pub groups: usize,
    /// Roles.
    pub roles: usize,
    /// ACLs that are well formed, each id once.
    pub acls: usize,
    /// Projects, project groups and what lives in projects.
    pub objects: usize,
    /// Bytes held, about.
    pub bytes: usize,
}

impl Org {
    fn person(&self, principal: u32) -> impl Iterator<Item = &PersonRow> {
        let info = self.principal(principal);
        self.users.get(info.row).into_iter().chain(self.accounts.get(info.account_row))
    }

    pub(super) fn user_name(&self, principal: u32) -> Option<&str> {
        let tokens = || self.principal(principal).tokens.iter().filter_map(|slot| self.tokens.get(*slot));
        self.person(principal)
            .find_map(|row| row.name.as_deref())
            .or_else(|| tokens().find_map(|row| row.name.as_deref()))
            .or_else(|| self.user_email(principal))
    }

    pub(super) fn user_email(&self, principal: u32) -> Option<&str> {
        let tokens = || self.principal(principal).tokens.iter().filter_map(|slot| self.tokens.get(*slot));
        self.person(principal)
            .find_map(|row| row.email.as_deref())
            .or_else(|| tokens().find_map(|row| row.email.as_deref()))
    }

    /// What to call a user or group in a sentence: the name, else the id.
    pub(crate) fn principal_label(&self, principal: u32) -> String {
        let name = if self.is_group(principal) {
            self.group_row(principal).and_then(|row| row.name.as_deref())
        } else {
            self.user_name(principal)
        };
        name.map_or_else(|| self.principal_id(principal), ToOwned::to_owned)
    }

    pub(crate) fn user_label(&self, id: &str) -> String {
        self.find_user(id).map_or_else(|| id.to_owned(), |user| self.principal_label(user))
    }

    pub(super) fn node_name(&self, node: u32) -> Option<&str> {
        match self.node_type(node) {
            ty if number::is_singleton(ty) => self.name.as_deref().filter(|_| node == self.singleton(ty)),
            number::GROUP => {
                let group = self.find_group(&self.node_id(node))?;
                self.group_row(group)?.name.as_deref()
            }
            number::ROLE => self.roles.row(self.roles.find(&self.node_id(node))?)?.name.as_deref(),
            number::PROJECT_GROUP => self.regions.get(self.node(node).row)?.name.as_deref(),
            number::PROJECT_LOG => {
                let project = self.find_node(number::PROJECT, &self.node_id(node));
                (project != NONE).then(|| self.node_name(project))?
            }
            _ => self
                .object_row_slots(node)
                .find_map(|(list, slot)| self.object_row(list, slot)?.name.as_deref()),
        }
    }

    /// The name of an object by its wire type (or noun) and id, or of a `user` (service accounts
    /// too; their e-mail when they have no name).
    #[must_use]
    pub fn name(&self, object_type: &str, id: &str) -> Option<&str> {
        if object_type == "user" {
            return self.user_name(self.find_user(id)?);
        }
        let ty = self.types.get(wire_name(object_type));
        if ty == number::PROJECT_LOG {
            return self.name("project", id);
        }
        if ty == number::NEVER_NAMED {
            return None;
        }
        let node = self.find_node(ty, id);
        (node != NONE).then(|| self.node_name(node))?
    }

    /// What to call an object in a sentence: its type and its name, else its id.
    pub(crate) fn object_label(&self, ty: &str, id: Option<&str>) -> String {
        match ty {
            "organization" if id.is_none_or(|id| *id == *self.id) => "the organization".to_owned(),
            "org_project" if id.is_none_or(|id| *id == *self.id) => "all projects".to_owned(),
            "org_member" if id.is_none_or(|id| *id == *self.id) => "the members".to_owned(),
            "org_audit_logs" if id.is_none_or(|id| *id == *self.id) => "the audit logs".to_owned(),
            _ => {
                let noun = match ty {
                    "prompt_session" => "playground",
                    "project_log" => "logs of the project",
                    "group" => "permission group",
                    "project_group" => "project group",
                    other => other,
                };
                let id = id.unwrap_or_default();
                format!("the {noun} `{}`", self.name(ty, id).unwrap_or(id))
            }
        }
    }

    pub(crate) fn node_label(&self, node: u32) -> String {
        self.object_label(self.types.name(self.node_type(node)), Some(&self.node_id(node)))
    }

    pub(crate) fn node_ref(&self, node: u32) -> Node {
        Node { object_type: self.types.name(self.node_type(node)).to_owned(), id: self.node_id(node) }
    }

    /// Everything with this name or e-mail, compared code unit by code unit; what is marked deleted
    /// is left out. `object_type` is a wire type, a noun, or `user`. Ordered by type, then by id.
    #[must_use]
    pub fn find(&self, email: Option<&str>, name: Option<&str>, object_type: Option<&str>) -> Vec<Node> {
        let mut found = Vec::new();
        if object_type.is_none_or(|ty| ty == "user") {
            let fits = |p: u32| {
                email.is_none_or(|email| self.user_email(p) == Some(email))
                    && name.is_none_or(|name| self.user_name(p) == Some(name))
            };
            for principal in self.principals() {
                if !self.is_group(principal) && self.in_directory(principal) && fits(principal) {
                    found.push(Node { object_type: "user".to_owned(), id: self.principal_id(principal) });
                }
            }
        }
        let wanted = object_type.filter(|ty| *ty != "user").map(|ty| self.types.get(wire_name(ty)));
        if email.is_none() && object_type != Some("user") {
            for node in self.nodes() {
                let info = self.node(node);
                let ty = self.node_type(node);
                if info.known
                    && !self.target_of(node).deleted
                    && wanted.is_none_or(|wanted| wanted == ty)
                    && name.is_none_or(|name| self.node_name(node) == Some(name))
                {
                    found.push(self.node_ref(node));
                }
            }
        }
        let rank = |ty: &str| if ty == "user" { 0 } else { 1 + self.types.get(ty) };
        sort::by_rank_and_id(&mut found, |node| (u64::from(rank(&node.object_type)), node.id.clone()));
        found
    }

    /// How much the organisation holds.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let objects = self
            .nodes()
            .filter(|node| {
                let ty = self.node_type(*node);
                self.node(*node).known
                    && (ty == number::PROJECT_GROUP || ty == number::PROJECT || number::is_child(ty))
            })
            .count();
        let places: usize = List::ALL.iter().map(|list| self.places(*list).slots() as usize).sum();
        Stats {
            users: self.principals().filter(|p| !self.is_group(*p) && self.principal(*p).row != NONE).count(),
            groups: self.principals().filter(|p| self.is_group(*p) && self.principal(*p).row != NONE).count(),
            roles: (0..self.roles.len() as u32).filter(|role| self.roles.is_known(*role)).count(),
            acls: self.acls.len(),
            objects,
            bytes: self.node_keys.bytes()
                + self.nodes.len() * size_of::<super::NodeInfo>()
                + self.principal_keys.bytes()
                + self.principals.len() * size_of::<super::Principal>()
                + self.acls.bytes()
                + (places - self.acls.slot_count() as usize) * size_of::<super::ObjectRow>()
                + self.bytes_of_tables(),
        }
    }

    /// The organisation's plan as the export says it: `starter`, `pro` or `enterprise`.
    #[must_use]
    pub fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    pub(crate) fn user_number(&self, id: &str) -> Option<u32> {
        self.principal_keys.get(USER, id)
    }
}

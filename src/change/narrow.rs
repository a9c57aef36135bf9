//! Closing some projects to somebody who can get to all: a broad grant is replaced by narrower ones
//! that leave these projects out.

// An error here is a finding that is told once: its size costs nothing.
#![allow(clippy::result_large_err)]

use crate::decide::access::Principal;
use crate::decide::fixes::AclItem;
use crate::model::finding::{Code, Finding};
use crate::model::object::number::{
    GROUP, KNOWN, ORG_AUDIT_LOGS, ORG_MEMBER, ORG_PROJECT, ORGANIZATION, PROJECT, PROJECT_GROUP, PROJECT_LOG,
    ROLE, is_child, is_singleton,
};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, GrantKind, Map, Org, Who, keys::NONE, sort};

/// MODEL 2: the types of nodes that are above projects, and what else a grant there gives on: the
/// types of what it covers that is neither a project nor in one.
const BROAD: [(u16, &[u16]); 3] = [
    (ORGANIZATION, &[ORGANIZATION, ORG_PROJECT, ORG_MEMBER, ORG_AUDIT_LOGS, PROJECT_GROUP, GROUP, ROLE]),
    (ORG_PROJECT, &[ORG_PROJECT]),
    (PROJECT_GROUP, &[PROJECT_GROUP]),
];

/// Up to how many projects get a grant each; beyond that they get a project group.
const FEW: usize = 2;

/// Whether a tuple gives something on projects or in them.
fn is_inside(restrict: Option<u16>) -> bool {
    restrict.is_none_or(|ty| ty >= KNOWN || (PROJECT..=PROJECT_LOG).contains(&ty))
}

/// What replaces a broad grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Narrowed {
    /// The broad grant, by contents: every equal row goes.
    pub remove: AclItem,
    /// A project group to create first: its name and its member projects.
    pub create: Option<NewGroup>,
    /// On the project group that is to be created `object_id` is empty: see [`Narrowed::add_with`].
    pub add: Vec<AclItem>,
    /// Paths are relative to `{acl, except}`.
    pub findings: Vec<Finding>,
}

/// A project group to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewGroup {
    pub name: String,
    pub member_projects: Vec<String>,
}

impl Narrowed {
    /// The ACLs to add, once the project group has an id.
    pub fn add_with(&self, group: &str) -> Vec<AclItem> {
        let mut add = self.add.clone();
        for item in add.iter_mut().filter(|item| item.object_id.is_empty()) {
            group.clone_into(&mut item.object_id);
        }
        add
    }
}

/// The grant that is narrowed.
struct Broad {
    slot: u32,
    acl: AclRow,
    /// Types of what it covers outside of projects.
    outside: &'static [u16],
    tuples: Vec<(PermissionSet, Option<u16>)>,
}

impl Broad {
    fn gives(&self, ty: u16) -> PermissionSet {
        let fits = |only: &Option<u16>| only.is_none_or(|only| only == ty);
        self.tuples
            .iter()
            .filter(|(_, only)| fits(only))
            .fold(PermissionSet::EMPTY, |all, (bits, _)| all | *bits)
    }

    fn is_equal(&self, acl: AclRow) -> bool {
        (acl.node, acl.principal, acl.grant) == (self.acl.node, self.acl.principal, self.acl.grant)
    }
}

/// The projects to leave out, those that the grant does not reach among them.
#[derive(Default)]
struct LeftOut {
    /// Their nodes, with their places in what was asked.
    projects: Map<u32, usize>,
    /// The grant may reach one of them.
    any: bool,
}

impl Org {
    /// Replaces a broad grant (on the organization, on all projects, or on a project group) by the
    /// fewest narrower ones, so that the grantee has nothing from it on the excepted projects and in
    /// them, and exactly what it had on the other projects and outside of projects.
    ///
    /// # Errors
    ///
    /// A finding, with what to do instead: `no_effect` when there is nothing to narrow,
    /// `unknown_object` when a project is named that the data do not know.
    pub(crate) fn narrow(&self, acl: &str, except: &[&str], new_group: &str) -> Result<Narrowed, Finding> {
        let broad = self.broad(acl)?;
        let mut findings = Vec::new();
        let left_out = self.left_out(&broad, except, &mut findings)?;
        let others = self.others(&broad, &left_out);
        let mut create = None;
        let mut places: Vec<(u16, String)> = Vec::new();
        if others.len() <= FEW {
            places.extend(others.iter().map(|project| (PROJECT, self.node_id(*project))));
        } else if let Some(group) = self.group_of_exactly(&others, &broad) {
            places.push((PROJECT_GROUP, self.node_id(group)));
        } else {
            let member_projects = others.iter().map(|project| self.node_id(*project)).collect();
            create = Some(NewGroup { name: self.free_group_name(new_group), member_projects });
            places.push((PROJECT_GROUP, String::new()));
        }
        let kind = broad.acl.grant.kind();
        let mut add: Vec<AclItem> =
            places.iter().map(|(ty, id)| self.acl_item(&broad, *ty, id, kind)).collect();
        add.extend(self.kept(&broad));
        let present = self.present(&broad, &places);
        add.retain(|item| !present.contains(item));
        findings.push(self.later_projects(&broad));
        findings.extend(self.still_reachable(&broad, &left_out));
        let remove = self.item_of(&broad);
        Ok(Narrowed { remove, create, add, findings })
    }

    fn broad(&self, id: &str) -> Result<Broad, Finding> {
        let nothing =
            |why: String| Err(Finding::new(Code::NoEffect, "/acl".to_owned(), why).with("acl", id).acl(id));
        let found = self.acls().find(id).and_then(|slot| Some((slot, self.acls().get(slot)?)));
        let Some((slot, acl)) = found else {
            return nothing(format!("the ACL `{id}` is not in the data; load the data again if it is new"));
        };
        if !self.acls().is_live(slot, acl) {
            return nothing(format!(
                "the ACL `{id}` is deleted and grants nothing: there is nothing to narrow"
            ));
        }
        let ty = self.node_type(acl.node);
        let target = self.target_of(acl.node);
        let covers_projects =
            if is_singleton(ty) { self.singleton(ty) == acl.node } else { target.known && !target.deleted };
        let outside = BROAD.iter().find(|(on, _)| *on == ty && covers_projects);
        let Some((_, outside)) = outside else {
            let text = self.grant_text(acl);
            return nothing(format!("the ACL `{id}` ({text}) covers no other projects: revoke it instead"));
        };
        let tuples = self.tuples(acl.grant.kind());
        if !tuples.iter().any(|(_, restrict)| is_inside(*restrict)) {
            let text = self.grant_text(acl);
            return nothing(format!(
                "the ACL `{id}` ({text}) gives nothing in projects: there is nothing to narrow"
            ));
        }
        Ok(Broad { slot, acl, outside, tuples })
    }

    /// The excepted projects that the grant covers. One that the data do not know is an error: what
    /// is left out by a misspelt id is not what somebody meant to close.
    fn left_out(
        &self,
        broad: &Broad,
        except: &[&str],
        findings: &mut Vec<Finding>,
    ) -> Result<LeftOut, Finding> {
        let mut left_out = LeftOut::default();
        let region = (self.node_type(broad.acl.node) == PROJECT_GROUP).then_some(broad.acl.node);
        for (place, id) in except.iter().enumerate() {
            let node = self.find_node(PROJECT, id);
            let finding = |code: Code, message: String| {
                Finding::new(code, format!("/except/{place}"), message).with("id", *id).object("project", id)
            };
            if node == NONE || !self.node(node).known {
                let hint = match self.all_named(PROJECT, id, NONE).first() {
                    Some(project) => {
                        format!("`{}` is the id of the project with that name", self.node_id(*project))
                    }
                    None => "check the id, or load the data again".to_owned(),
                };
                let message =
                    format!("the data do not know the project `{id}`, so nothing is narrowed; {hint}");
                return Err(finding(Code::UnknownObject, message));
            }
            left_out.projects.entry(node).or_insert(place);
            if region.is_none_or(|region| self.regions_of(node).contains(&region)) {
                left_out.any = true;
            } else {
                let (project, group) = (self.node_label(node), self.node_label(broad.acl.node));
                let message = format!("{project} is not in {group}, so that this grant does not reach it");
                findings.push(finding(Code::NoEffect, message));
            }
        }
        let message = "no project is named that this grant reaches; name those to leave out".to_owned();
        if left_out.any {
            Ok(left_out)
        } else {
            Err(Finding::new(Code::NoEffect, "/except".to_owned(), message))
        }
    }

    /// The other live projects that the grant covers, ascending by id.
    fn others(&self, broad: &Broad, left_out: &LeftOut) -> Vec<u32> {
        let region = self.node_type(broad.acl.node) == PROJECT_GROUP;
        let mut others: Vec<u32> = if region {
            self.region_projects(broad.acl.node).collect()
        } else {
            self.nodes().filter(|node| self.node_type(*node) == PROJECT).collect()
        };
        others.retain(|node| {
            let info = self.node(*node);
            info.known && !info.deleted && !left_out.projects.contains_key(node)
        });
        sort::numbers(&mut others);
        sort::by_id(&mut others, |node| self.node_id(*node));
        others
    }

    /// A live project group of exactly these projects, a grant on which gives the grantee nothing
    /// new on the group itself.
    fn group_of_exactly(&self, others: &[u32], broad: &Broad) -> Option<u32> {
        let first = *others.first()?;
        let mut wanted = others.to_vec();
        sort::numbers(&mut wanted);
        let closure = self.closure(self.grantee_of(broad));
        let mut found: Vec<u32> = self
            .regions_of(first)
            .iter()
            .copied()
            .filter(|region| {
                let mut projects: Vec<u32> = self.region_projects(*region).collect();
                sort::numbers(&mut projects);
                projects == wanted
                    && *region != broad.acl.node
                    && self
                        .granted(&closure, &self.target_of(*region))
                        .contains_all(broad.gives(PROJECT_GROUP))
            })
            .collect();
        sort::by_id(&mut found, |region| self.node_id(*region));
        found.first().copied()
    }

    /// A name that no live project group has: the server would return that one, unmodified.
    fn free_group_name(&self, name: &str) -> String {
        let is_taken = |name: &str| !self.all_named(PROJECT_GROUP, name, NONE).is_empty();
        let mut free = name.to_owned();
        let mut count = 1;
        while is_taken(&free) {
            count += 1;
            free = format!("{name} {count}");
        }
        free
    }

    fn grantee_of(&self, broad: &Broad) -> Who {
        let principal = broad.acl.principal;
        if self.is_group(principal) { Who::MemberOf(principal) } else { Who::User(principal) }
    }

    fn acl_item(&self, broad: &Broad, ty: u16, id: &str, grant: GrantKind) -> AclItem {
        let principal = self.principal_id(broad.acl.principal);
        let principal = if self.is_group(broad.acl.principal) {
            Principal::Group(principal)
        } else {
            Principal::User(principal)
        };
        let (user_id, group_id) = principal.ids();
        let (permission, restrict, role_id) = match grant {
            GrantKind::Role(role) => (None, None, Some(self.roles().id(role))),
            GrantKind::Permission { permission, restrict } => (Some(permission), restrict, None),
        };
        AclItem {
            object_type: self.types().name(ty).to_owned(),
            object_id: id.to_owned(),
            user_id,
            group_id,
            permission: permission.map(|permission: Permission| permission.as_str().to_owned()),
            role_id,
            restrict_object_type: restrict.map(|only| self.types().name(only).to_owned()),
        }
    }

    fn item_of(&self, broad: &Broad) -> AclItem {
        let (node, kind) = (broad.acl.node, broad.acl.grant.kind());
        self.acl_item(broad, self.node_type(node), &self.node_id(node), kind)
    }

    /// What the grant gives outside of projects, one ACL for each permission and type.
    fn kept(&self, broad: &Broad) -> Vec<AclItem> {
        let (ty, id) = (self.node_type(broad.acl.node), self.node_id(broad.acl.node));
        let item = |permission: Permission, only: u16| {
            self.acl_item(broad, ty, &id, GrantKind::Permission { permission, restrict: Some(only) })
        };
        let each = |only: &u16| broad.gives(*only).iter().map(|p| item(p, *only)).collect::<Vec<_>>();
        broad.outside.iter().flat_map(each).collect()
    }

    /// The grantee's ACLs that are there already, on the nodes concerned.
    fn present(&self, broad: &Broad, places: &[(u16, String)]) -> Vec<AclItem> {
        let mut nodes: Vec<u32> = places.iter().map(|(ty, id)| self.find_node(*ty, id)).collect();
        nodes.push(broad.acl.node);
        self.acls_of(broad.acl.principal)
            .filter(|(_, acl)| nodes.contains(&acl.node) && !broad.is_equal(*acl))
            .map(|(_, acl)| {
                let (ty, id) = (self.node_type(acl.node), self.node_id(acl.node));
                self.acl_item(broad, ty, &id, acl.grant.kind())
            })
            .collect()
    }

    fn later_projects(&self, broad: &Broad) -> Finding {
        let id = self.acls().id(broad.slot);
        let creates = broad.gives(PROJECT).contains(Permission::Create)
            && self.node_type(broad.acl.node) != PROJECT_GROUP;
        let tail = if creates { ", and this grant no longer lets anybody create projects" } else { "" };
        let message = format!(
            "projects that come later to {} will not join what replaces the ACL `{id}`: grant them by hand{tail}",
            self.node_label(broad.acl.node)
        );
        Finding::new(Code::LaterProjects, "/acl".to_owned(), message).with("acl", &*id).acl(&*id)
    }

    /// For each excepted project the other grants by which the grantee gets to it, or to something
    /// in it. Looks at the ACLs of the grantee and its groups alone.
    fn still_reachable(&self, broad: &Broad, left_out: &LeftOut) -> Vec<Finding> {
        let mut ways: Map<u32, Vec<(String, AclRow)>> = Map::default();
        for principal in self.closure(self.grantee_of(broad)).principals() {
            for (slot, acl) in self.acls_of(principal).filter(|(_, acl)| !broad.is_equal(*acl)) {
                for project in self.reached(acl, left_out) {
                    ways.entry(project).or_default().push((self.acls().id(slot), acl));
                }
            }
        }
        let mut findings: Vec<(u32, Finding)> = Vec::new();
        for (project, mut acls) in ways {
            sort::by_id(&mut acls, |(id, _)| id.clone());
            let (first, acl) = &acls[0];
            let more = match acls.len() {
                1 => String::new(),
                many => format!(" and {} more", many - 1),
            };
            let message = format!(
                "`{}` can still get to {} by the ACL `{first}` ({}){more}: narrow or revoke that too",
                self.principal_label(broad.acl.principal),
                self.node_label(project),
                self.grant_text(*acl)
            );
            let place = left_out.projects[&project];
            let ids: Vec<String> = acls.iter().map(|(id, _)| id.clone()).collect();
            let finding = Finding::new(Code::StillReachable, format!("/except/{place}"), message)
                .with("acls", ids)
                .subject(self.principal_id(broad.acl.principal))
                .object("project", &self.node_id(project))
                .acl(first.as_str());
            findings.push((place as u32, finding));
        }
        sort::by_rank_and_id(&mut findings, |(place, _)| (u64::from(*place), String::new()));
        findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// The live excepted projects on which, or in which, an ACL gives something.
    fn reached(&self, acl: AclRow, left_out: &LeftOut) -> Vec<u32> {
        let ty = self.node_type(acl.node);
        let tuples = self.tuples(acl.grant.kind());
        let gives = if is_child(ty) || ty == PROJECT_LOG {
            tuples.iter().any(|(_, only)| only.is_none_or(|only| only == ty))
                && !self.target_of(acl.node).deleted
        } else {
            tuples.iter().any(|(_, only)| is_inside(*only))
        };
        let is_live = |project: u32| left_out.projects.contains_key(&project) && !self.node(project).deleted;
        let all = || left_out.projects.keys().copied().filter(|project| !self.node(*project).deleted);
        match ty {
            _ if !gives => Vec::new(),
            ORGANIZATION | ORG_PROJECT if acl.node == self.singleton(ty) => all().collect(),
            PROJECT_GROUP => all().filter(|project| self.regions_of(*project).contains(&acl.node)).collect(),
            PROJECT => Some(acl.node).into_iter().filter(|project| is_live(*project)).collect(),
            PROJECT_LOG => {
                let project = self.find_node(PROJECT, &self.node_id(acl.node));
                Some(project).into_iter().filter(|project| is_live(*project)).collect()
            }
            ty if is_child(ty) => {
                Some(self.node(acl.node).project).into_iter().filter(|project| is_live(*project)).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
#[path = "../../tests/unit/narrow.rs"]
mod tests;

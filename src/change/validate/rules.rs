//! Rules about groups, roles and members: names that exist, cycles, what nobody may edit, and the
//! last member.

use super::checks::{Checks, group_label};
use crate::change::body;
use crate::change::edits::Edit;
use crate::load::list::List;
use crate::model::finding::{Code, Finding};
use crate::model::object::OBJECT_TYPES;
use crate::org::{Map, Org, Who};

/// MODEL 5: the built-in groups. A group is one iff its name is exactly one of these.
pub(super) const BUILT_IN: [&str; 3] = [OWNERS, "Engineers", "Viewers"];

/// MODEL 5: the one whose members are owners.
pub(super) const OWNERS: &str = "Owners";

impl Checks<'_> {
    pub fn rules(&mut self) {
        for edit in self.edits {
            match edit {
                Edit::Create { list, name, replace, .. } => self.create(*list, name, *replace),
                Edit::Patch { list: List::Groups, id, name, .. } => {
                    self.renamed(id, name.as_deref());
                    self.group_cycle(id, "add_member_groups");
                }
                Edit::Patch { list: List::Roles, id, .. } => {
                    self.system_role(id);
                    self.role_cycle(id, "add_member_roles");
                }
                Edit::Delete { list: List::Groups, id } => self.deleted(id),
                Edit::Delete { list: List::Roles, id } => self.system_role(id),
                Edit::CreateObject { list, name, project, fresh, .. } => {
                    let ty = list.object_type_name();
                    let namesake = self.org.namesake(ty, name, project.as_deref());
                    if let Some(id) = namesake.filter(|_| !fresh && self.is_sound("/name")) {
                        self.name_exists(*list, name, &id);
                    }
                }
                Edit::Expel { ids, emails } => self.last_member(ids, emails),
                _ => {}
            }
        }
    }

    /// A name that exists: POST returns what has it, PUT replaces it.
    fn create(&mut self, list: List, name: &str, replace: bool) {
        if !self.is_sound("/name") || name.trim().is_empty() {
            return;
        }
        let Some(id) = self.org.live_by_name(list, name) else { return };
        match list {
            _ if !replace => self.name_exists(list, name, &id),
            List::Groups => self.group_cycle(&id, "member_groups"),
            List::Roles => {
                self.system_role(&id);
                self.role_cycle(&id, "member_roles");
            }
            _ => {}
        }
    }

    fn name_exists(&mut self, list: List, name: &str, id: &str) {
        let noun = list.noun();
        let message = format!(
            "a {noun} named `{name}` exists, and the server returns it unmodified; change it by its id, or take another name"
        );
        let ty = list.object_type().map_or("", |ty| OBJECT_TYPES[ty as usize]);
        let finding = Finding::new(Code::NameExists, "/name".to_owned(), message).with("name", name);
        self.tell(finding.object(ty, id));
    }

    /// MODEL 1: a system role is editable by nobody.
    fn system_role(&mut self, id: &str) {
        let roles = self.org.roles();
        let Some(role) = roles.find(id).filter(|role| roles.row(*role).is_some_and(|row| row.system)) else {
            return;
        };
        let name = self.org.role_label(role);
        let message =
            format!("`{name}` is a system role, which nobody may edit; make a role of your own instead");
        let finding = Finding::new(Code::SystemRole, String::new(), message).with("role", name);
        self.tell(finding.object("role", id));
    }

    /// The name of a built-in group, if it is one that lives.
    fn built_in(&self, id: &str) -> Option<&'static str> {
        let group = self.org.find_group(id).filter(|group| self.org.is_live_group(*group))?;
        let name = self.org.group_row(group)?.name.as_deref()?;
        BUILT_IN.into_iter().find(|known| *known == name)
    }

    fn deleted(&mut self, id: &str) {
        let Some(name) = self.built_in(id) else { return };
        let message =
            format!("the permission group `{name}` is built in and cannot be deleted; take its members out");
        self.tell_builtin("", name, id, message);
    }

    fn renamed(&mut self, id: &str, to: Option<&str>) {
        let Some(name) = self.built_in(id).filter(|name| to.is_some_and(|to| to != *name)) else { return };
        let message =
            format!("the permission group `{name}` is built in and keeps its name; make another group");
        self.tell_builtin("/name", name, id, message);
    }

    fn tell_builtin(&mut self, at: &str, name: &str, id: &str, message: String) {
        let finding = Finding::new(Code::BuiltinGroup, at.to_owned(), message).with("group", name);
        self.tell(finding.object("group", id));
    }

    /// The entries of a list of the body that are not taken out by the same request.
    fn entries_that_stay(&self, field: &str) -> Vec<(String, String)> {
        let removed = field.strip_prefix("add_").map(|rest| format!("remove_{rest}"));
        let removed = removed.map(|field| body::texts(self.body, &field, "")).unwrap_or_default();
        let removed: Map<&str, ()> = removed.into_iter().map(|(_, id)| (id, ())).collect();
        body::texts(self.body, field, "")
            .into_iter()
            .filter(|(_, id)| !removed.contains_key(id))
            .map(|(at, id)| (at, id.to_owned()))
            .collect()
    }

    /// A member that contains the group, or is the group: the groups that contain it are those of
    /// its closure.
    fn group_cycle(&mut self, id: &str, field: &str) {
        let org = self.org;
        let Some(group) = org.find_group(id).filter(|group| org.is_live_group(*group)) else { return };
        let entries = self.entries_that_stay(field);
        if entries.is_empty() {
            return;
        }
        let containers = org.closure(Who::MemberOf(group));
        let present = org.group_row(group).map_or(&[][..], |row| &row.groups);
        for (at, member) in entries {
            let Some(number) = org.find_group(&member) else { continue };
            if !containers.contains(number) || present.contains(&number) {
                continue;
            }
            let (own, other) = (group_label(org, id), group_label(org, &member));
            let message = if number == group {
                format!("{own} would contain itself; leave it out")
            } else {
                format!("{other} contains {own} already, so both would have the same users; leave it out")
            };
            let finding =
                Finding::new(Code::GroupCycle, at, message).with("group", id).with("member", member);
            self.tell(finding.object("group", id));
        }
    }

    fn role_cycle(&mut self, id: &str, field: &str) {
        let org = self.org;
        let roles = org.roles();
        let Some(role) = roles.find(id).filter(|role| roles.is_live(*role)) else { return };
        let entries = self.entries_that_stay(field);
        if entries.is_empty() {
            return;
        }
        let containers = containers_of(org, role);
        for (at, member) in entries {
            let Some(number) = roles.find(&member) else { continue };
            if !containers.contains_key(&number) || roles.all_members(role).any(|known| known == number) {
                continue;
            }
            let (own, other) = (org.role_label(role), org.role_label(number));
            let message = if number == role {
                format!("the role `{own}` would contain itself; leave it out")
            } else {
                format!(
                    "the role `{other}` contains the role `{own}` already, so both would grant the same; leave it out"
                )
            };
            let finding = Finding::new(Code::RoleCycle, at, message).with("role", id).with("member", member);
            self.tell(finding.object("role", id));
        }
    }

    /// MODEL 6: at least one member stays, people only.
    fn last_member(&mut self, ids: &[String], emails: &[String]) {
        let org = self.org;
        if !org.has_directory() || (ids.is_empty() && emails.is_empty()) {
            return;
        }
        let by_email = emails.iter().flat_map(|email| org.users_with_email(email));
        let by_email: Vec<String> = by_email.collect();
        let gone: Map<u32, ()> =
            ids.iter().chain(&by_email).filter_map(|id| Some((org.find_user(id)?, ()))).collect();
        let stays = |user: u32| !gone.contains_key(&user) && org.is_person(user);
        if org.principals().any(stays) || self.somebody_comes(ids, emails) {
            return;
        }
        let message = "nobody would be left in the organization; leave at least one person in it".to_owned();
        self.tell_at(Code::LastMember, "/remove_users", message);
    }
}

impl Checks<'_> {
    /// Whether the request invites a person who does not go by it too.
    fn somebody_comes(&self, gone: &[String], gone_emails: &[String]) -> bool {
        let is_account =
            |id: &String| self.org.find_user(id).is_some_and(|user| self.org.is_service_account(user));
        let set =
            |texts: &[String]| -> Map<String, ()> { texts.iter().map(|text| (text.clone(), ())).collect() };
        let (gone, gone_emails) = (set(gone), set(gone_emails));
        self.edits.iter().any(|edit| match edit {
            Edit::Invite { ids, emails, .. } => {
                emails.iter().any(|email| !gone_emails.contains_key(email))
                    || ids.iter().any(|id| !gone.contains_key(id) && !is_account(id))
            }
            _ => false,
        })
    }
}

/// A live role and every live role that contains it.
pub(super) fn containers_of(org: &Org, role: u32) -> Map<u32, ()> {
    let roles = org.roles();
    let mut seen: Map<u32, ()> = Map::default();
    let mut queue = vec![role];
    while let Some(role) = queue.pop() {
        if roles.is_live(role) && seen.insert(role, ()).is_none() {
            queue.extend(roles.containers(role));
        }
    }
    seen
}

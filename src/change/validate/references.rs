//! What a request names: whether the data know it, whether it lives, and whose it is.

use super::checks::{Checks, group_label};
use crate::change::{body, effect::PLACEHOLDER};
use crate::load::list::List;
use crate::model::INTERNAL_PRINCIPAL;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::object::{OBJECT_TYPES, known_type_number, number};
use crate::org::{Org, keys::NONE};

/// What an entry of a body names.
#[derive(Clone, Copy)]
enum Named {
    User,
    Email,
    Group,
    GroupName,
    Role,
    Project,
}

/// Where bodies name things that have to be there: the noun of the route, the object of the body and
/// its field, a text or a list. What is taken out of a list need not be there.
const REFERENCES: [(&str, &str, &str, Named); 18] = [
    ("group", "", "member_users", Named::User),
    ("group", "", "add_member_users", Named::User),
    ("group", "", "member_groups", Named::Group),
    ("group", "", "add_member_groups", Named::Group),
    ("role", "", "member_roles", Named::Role),
    ("role", "", "add_member_roles", Named::Role),
    ("project_group", "", "add_member_projects", Named::Project),
    ("organization", "/invite_users", "ids", Named::User),
    ("organization", "/invite_users", "group_ids", Named::Group),
    ("organization", "/invite_users", "group_id", Named::Group),
    ("organization", "/invite_users", "group_names", Named::GroupName),
    ("organization", "/invite_users", "group_name", Named::GroupName),
    ("organization", "/remove_users", "ids", Named::User),
    ("organization", "/remove_users", "emails", Named::Email),
    ("service_token", "", "service_account_id", Named::User),
    ("experiment", "", "project_id", Named::Project),
    ("dataset", "", "project_id", Named::Project),
    ("prompt", "", "project_id", Named::Project),
];

/// The types of what paths name by the segment before the id.
const IN_PATHS: [(&str, u16); 10] = [
    ("organization", number::ORGANIZATION),
    ("project_group", number::PROJECT_GROUP),
    ("project", number::PROJECT),
    ("experiment", number::EXPERIMENT),
    ("dataset", number::DATASET),
    ("prompt", number::PROMPT),
    ("function", number::PROMPT),
    ("project_logs", number::PROJECT_LOG),
    ("group", number::GROUP),
    ("role", number::ROLE),
];

impl Checks<'_> {
    pub fn references(&mut self) {
        self.path();
        let additions: Vec<_> = self.added().collect();
        for (item, at) in additions {
            self.object(&item.object_type, &item.object_id, &format!("{at}/object_id"));
            if let Some(group) = &item.group_id {
                self.group(group, &format!("{at}/group_id"));
            }
            if let Some(user) = &item.user_id {
                self.user(user, &format!("{at}/user_id"));
            }
            if let Some(role) = &item.role_id {
                let internal = item.user_id.as_deref().is_some_and(is_internal);
                self.role(role, &format!("{at}/role_id"), internal);
            }
        }
        for (noun, within, field, named) in REFERENCES {
            if self.noun() == noun || (noun, self.noun()) == ("prompt", "function") {
                self.entries(within, field, named);
            }
        }
    }

    /// What the path names has the path `""`.
    fn path(&mut self) {
        let segments = self.route.segments.clone();
        let [noun, id, ..] = segments.as_slice() else { return };
        let Some((_, ty)) = IN_PATHS.iter().find(|(known, _)| known == noun) else { return };
        match *ty {
            number::ORGANIZATION if id == "members" => {}
            number::GROUP => self.group(id, ""),
            number::ROLE => self.role(id, "", false),
            ty => self.object(OBJECT_TYPES[ty as usize], id, ""),
        }
    }

    fn entries(&mut self, within: &str, field: &str, named: Named) {
        let Some(value) = self.body.pointer(within) else { return };
        let mut entries = body::texts(value, field, within);
        entries.extend(body::text(value, field).map(|text| (body::pointer(within, field), text)));
        for (at, text) in entries {
            match named {
                Named::User => self.user(text, &at),
                Named::Email => self.email(text, &at),
                Named::Group => self.group(text, &at),
                Named::GroupName => self.group_name(text, &at),
                Named::Role => self.role(text, &at, false),
                Named::Project => self.object("project", text, &at),
            }
        }
    }

    /// Whether an id is to be looked up at all.
    fn is_checked(&self, id: &str, at: &str) -> bool {
        !id.is_empty() && self.is_sound(at)
    }

    fn user(&mut self, id: &str, at: &str) {
        let is_made = || self.made.contains_key(id);
        if !self.is_checked(id, at) || knows_user(self.org, id) || is_made() {
            return;
        }
        let message = match self.org.users_with_email(id).first() {
            Some(known) => format!("`{id}` is an e-mail; name the user by the id `{known}`"),
            None => {
                format!(
                    "`{id}` is not among the users and service accounts; check the id, or invite them first"
                )
            }
        };
        let mut finding =
            Finding::new(Code::UnknownUser, at.to_owned(), message).with("user", id).subject(id);
        if is_internal(id) {
            finding.severity = Severity::Info;
        }
        self.tell(finding);
    }

    fn email(&mut self, email: &str, at: &str) {
        if self.is_sound(at) && self.org.users_with_email(email).is_empty() {
            let message = format!("no user has the e-mail `{email}`; check it, or name them by id");
            self.tell(Finding::new(Code::UnknownUser, at.to_owned(), message).with("email", email));
        }
    }

    fn group(&mut self, id: &str, at: &str) {
        if !self.is_checked(id, at) {
            return;
        }
        let org = self.org;
        let group = org.find_group(id).filter(|group| org.group_row(*group).is_some());
        let (code, message) = match group {
            Some(group) if org.is_live_group(group) => return,
            Some(_) => {
                let label = group_label(org, id);
                (Code::DeletedGroup, format!("{label} is deleted; name one that is not, or make a new one"))
            }
            None if org.is_elsewhere(List::Groups, id) => {
                (Code::WrongOrganization, elsewhere("permission group", id))
            }
            None => (Code::UnknownGroup, self.unknown(number::GROUP, "permission group", id)),
        };
        let finding = Finding::new(code, at.to_owned(), message).with("group", id);
        self.tell(finding.object("group", id));
    }

    fn group_name(&mut self, name: &str, at: &str) {
        if self.is_sound(at) && self.org.live_by_name(List::Groups, name).is_none() {
            let message = format!("no permission group is named `{name}`; check the name, or name it by id");
            self.tell(Finding::new(Code::UnknownGroup, at.to_owned(), message).with("group", name));
        }
    }

    fn role(&mut self, id: &str, at: &str, of_internal: bool) {
        if !self.is_checked(id, at) {
            return;
        }
        let roles = self.org.roles();
        let role = roles.find(id).filter(|role| roles.is_known(*role));
        let (code, message) = match role {
            Some(role) if roles.is_live(role) => return,
            Some(role) => {
                let name = self.org.role_label(role);
                let message =
                    format!("the role `{name}` is deleted; name one that is not, or make a new one");
                (Code::DeletedRole, message)
            }
            None if self.org.is_elsewhere(List::Roles, id) => {
                (Code::WrongOrganization, elsewhere("role", id))
            }
            None => (Code::UnknownRole, self.unknown(number::ROLE, "role", id)),
        };
        let mut finding = Finding::new(code, at.to_owned(), message).with("role", id).object("role", id);
        if code == Code::UnknownRole && of_internal {
            // MODEL 1: internal principals hold roles that no list returns.
            finding.severity = Severity::Info;
        }
        self.tell(finding);
    }

    fn object(&mut self, object_type: &str, id: &str, at: &str) {
        // An unknown type has a finding of its own.
        let Some(ty) = known_type_number(object_type).filter(|_| self.is_checked(id, at)) else { return };
        let org = self.org;
        let target = org.target(ty, Some(id), None);
        let label = org.object_label(object_type, Some(id));
        let (code, message) = if number::is_singleton(ty) {
            if id == org.id() {
                return;
            }
            let message = format!(
                "`{object_type}` exists once, under this organization's id `{}`; `{id}` is another",
                org.id()
            );
            (Code::WrongOrganization, message)
        } else if target.deleted {
            (Code::DeletedObject, format!("{label} is deleted, or its project is; name one that is not"))
        } else if target.known {
            return;
        } else if lists_of(ty).iter().any(|list| org.is_elsewhere(*list, id)) {
            (Code::WrongOrganization, elsewhere(object_type, id))
        } else {
            let message = self.hint(ty, object_type, id);
            let none = || format!("the data do not know {label}; check the id, or load the data again");
            (Code::UnknownObject, message.unwrap_or_else(none))
        };
        self.tell(Finding::new(code, at.to_owned(), message).with("label", label).object(object_type, id));
    }

    fn unknown(&self, ty: u16, noun: &str, id: &str) -> String {
        let none = || format!("there is no {noun} with the id `{id}`; check the id, or load the data again");
        self.hint(ty, noun, id).unwrap_or_else(none)
    }

    /// What an id is that is none: a name, or a placeholder of something that is not created.
    fn hint(&self, ty: u16, noun: &str, id: &str) -> Option<String> {
        let org = self.org;
        if id.starts_with(PLACEHOLDER) {
            return Some(format!("no change before this one creates the {noun} `{id}`; create it first"));
        }
        match org.all_named(ty, id, NONE).as_slice() {
            [node] if !number::is_child(ty) => {
                Some(format!("`{id}` is a name; name the {noun} by the id `{}`", org.node_id(*node)))
            }
            _ => None,
        }
    }
}

fn elsewhere(noun: &str, id: &str) -> String {
    format!("the {noun} `{id}` belongs to another organization; name one of this organization")
}

fn is_internal(id: &str) -> bool {
    id.starts_with(INTERNAL_PRINCIPAL)
}

/// CHOICES, `unknown_user`: in the directory where there is one, else named by a group or an ACL.
fn knows_user(org: &Org, id: &str) -> bool {
    org.find_user(id)
        .is_some_and(|user| org.in_directory(user) || (!org.has_directory() && org.is_named(user)))
}

/// The lists that hold the objects of a type.
fn lists_of(ty: u16) -> &'static [List] {
    match ty {
        number::PROJECT_GROUP => &[List::ProjectGroups],
        number::PROJECT | number::PROJECT_LOG => &[List::Projects],
        number::EXPERIMENT => &[List::Experiments],
        number::DATASET => &[List::Datasets],
        number::PROMPT => &[List::Prompts, List::Functions],
        number::PROMPT_SESSION => &[List::PromptSessions],
        number::GROUP => &[List::Groups],
        number::ROLE => &[List::Roles],
        _ => &[],
    }
}

//! What the ACLs and tuples of a request give: nothing new, nothing at all, or more than meant.

use super::checks::{Checks, Seen, grantee, grantee_id, object_label};
use super::contents::contents;
use crate::change::edits::{Edit, Members};
use crate::decide::fixes::AclItem;
use crate::decide::redundancy::Tuple;
use crate::load::list::List;
use crate::model::finding::{Code, Finding};
use crate::model::object::{known_type_number, number};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Closure, GrantKind, Map, Org, Who, keys::NONE};

/// What gives every permission sooner or later.
fn powers() -> PermissionSet {
    PermissionSet::from(Permission::CreateAcls) | Permission::DeleteAcls.into()
}

impl Checks<'_> {
    /// What the request says about ACLs against the data before it.
    pub fn grants(&mut self) {
        self.removals();
        let mut seen = Seen::default();
        let added: Vec<(&AclItem, &str)> = self.added().collect();
        for (item, at) in added {
            if !self.is_sound(at) {
                continue;
            }
            let equal = self.org.equal_acls(item);
            if !seen.is_new(item) || !equal.is_empty() {
                self.duplicate(item, at, equal.first().copied());
            } else if let Some(ty) = known_type_number(&item.object_type) {
                self.what_can_be(item, ty, at);
            }
        }
    }

    fn duplicate(&mut self, item: &AclItem, at: &str, equal: Option<u32>) {
        let who = grantee(self.org, item);
        let on = object_label(self.org, item);
        let message = format!(
            "{who} holds this ACL on {on} already, and the server returns it unmodified; leave it out"
        );
        let mut finding = Finding::new(Code::DuplicateGrant, at.to_owned(), message)
            .with("grantee", grantee_id(item))
            .object(&item.object_type, &item.object_id);
        if let Some(slot) = equal {
            finding = finding.acl(self.org.acls().id(slot));
        }
        self.tell(finding);
    }

    fn removals(&mut self) {
        for edit in self.edits {
            let (at, there) = match edit {
                // What is no ACL has another finding.
                Edit::RemoveAcl { item, at } if is_whole(item) => {
                    (&**at, !self.org.equal_acls(item).is_empty())
                }
                Edit::RemoveAclById { id } => ("", self.org.has_live_acl(id)),
                _ => continue,
            };
            if !there {
                let message = "there is no such ACL, so nothing is removed; check it, or leave it out";
                self.tell_at(Code::NoEffect, at, message.to_owned());
            }
        }
    }

    /// What can be on, below and in an object of the type.
    fn what_can_be(&mut self, item: &AclItem, ty: u16, at: &str) {
        let Some(known) = contents(ty) else { return };
        let on = object_label(self.org, item);
        let creates = item.permission.as_deref() == Some("create");
        if creates && known.created.is_empty() {
            let message = format!(
                "nothing can be created in {on}, so `create` grants nothing there; leave it out, or grant it on what contains it"
            );
            self.no_effect(item, format!("{at}/permission"), message);
        }
        let Some(only) = item.restrict_object_type.as_deref() else { return };
        let Some(restrict) = known_type_number(only) else { return };
        let (able, what) =
            if creates { (known.created, "created in") } else { (known.occurs, "on or below") };
        if able.contains(restrict) {
            return;
        }
        let mut message =
            format!("no `{only}` can be {what} {on}, so this grants nothing; leave the restriction out");
        if !able.is_empty() {
            message = format!(
                "{message}, or use one of {}",
                able.names().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            );
        }
        self.no_effect(item, format!("{at}/restrict_object_type"), message);
    }

    fn no_effect(&mut self, item: &AclItem, at: String, message: String) {
        let finding = Finding::new(Code::NoEffect, at, message);
        self.tell(finding.object(&item.object_type, &item.object_id));
    }
}

/// Whether exactly one grantee and one thing granted are named.
fn is_whole(item: &AclItem) -> bool {
    item.user_id.is_some() != item.group_id.is_some()
        && item.permission.is_some() != item.role_id.is_some()
        && !(item.role_id.is_some() && item.restrict_object_type.is_some())
        && item.permission.as_deref().is_none_or(|name| Permission::from_name(name).is_some())
        && !item.object_type.is_empty()
        && !item.object_id.is_empty()
}

/// What follows from the ACLs and tuples that a request adds.
pub(super) fn regrets(checks: &Checks<'_>, after: &Org) -> Vec<Finding> {
    let mut found = Vec::new();
    for (item, at) in checks.additions() {
        let Some(grant) = Grant::of(checks.org, after, item, at) else { continue };
        let rules = [
            Grant::to_nobody,
            Grant::of_nothing,
            Grant::redundant,
            Grant::super_user,
            Grant::wide_read,
            Grant::project_not_readable,
            Grant::logs_create_only,
        ];
        found.extend(rules.into_iter().filter_map(|rule| rule(&grant)));
    }
    for (at, permission) in new_powers(checks) {
        let message = format!(
            "whoever holds this role could use `{permission}` to give themselves every permission; add it only for people who may do everything there"
        );
        found.push(Finding::new(Code::SuperUser, at, message).with("permission", permission.as_str()));
    }
    found
}

/// The tuples with a power that the request adds to a role, with their pointers.
fn new_powers(checks: &Checks<'_>) -> Vec<(String, Permission)> {
    let nothing = Members::default();
    let (field, role, removed) = match checks.edits.first() {
        Some(Edit::Create { list: List::Roles, name, replace, .. }) => {
            let role = checks.org.live_by_name(List::Roles, name);
            // A role that exists is returned unmodified.
            if role.is_some() && !replace {
                return Vec::new();
            }
            ("member_permissions", role, &nothing)
        }
        Some(Edit::Patch { list: List::Roles, id, remove, .. }) => {
            ("add_member_permissions", Some(id.clone()), remove)
        }
        _ => return Vec::new(),
    };
    let roles = checks.org.roles();
    let row = role.and_then(|id| roles.row(roles.find(&id)?));
    let present: Map<(u8, Option<u16>), ()> =
        row.into_iter().flat_map(|row| &row.tuples).map(|held| (*held, ())).collect();
    let removed: Map<(&str, Option<&str>), ()> =
        removed.tuples.iter().map(|tuple| ((&*tuple.permission, tuple.restrict.as_deref()), ())).collect();
    let is_new = |permission: Permission, restrict: Option<&str>| {
        let restricted = restrict.map(|name| checks.org.types().get(name));
        let held = (PermissionSet::from(permission).bits(), restricted);
        !removed.contains_key(&(permission.as_str(), restrict)) && !present.contains_key(&held)
    };
    let tuples = checks.tuples(field).into_iter();
    tuples
        .filter_map(|(at, name, restrict)| Some((at, Permission::from_name(name)?, restrict)))
        .filter(|(_, permission, restrict)| powers().contains(*permission) && is_new(*permission, *restrict))
        .map(|(at, permission, _)| (at, permission))
        .collect()
}

/// Whose closure an ACL's grantee has.
pub(super) fn who(org: &Org, item: &AclItem) -> Who {
    match (&item.user_id, &item.group_id) {
        (Some(user), None) => org.find_user(user).map_or(Who::Nobody, Who::User),
        (None, Some(group)) => org.find_group(group).map_or(Who::Nobody, Who::MemberOf),
        _ => Who::Nobody,
    }
}

/// An ACL that a request adds, before and after it.
struct Grant<'a> {
    before: &'a Org,
    after: &'a Org,
    item: &'a AclItem,
    at: &'a str,
    ty: u16,
    kind: GrantKind,
    tuples: Vec<Tuple>,
    held_before: Closure,
    held_after: Closure,
}

impl<'a> Grant<'a> {
    /// None when the role is not known: then nothing is known of what it does.
    fn of(before: &'a Org, after: &'a Org, item: &'a AclItem, at: &'a str) -> Option<Grant<'a>> {
        let kind = match (&item.permission, &item.role_id) {
            (Some(permission), None) => GrantKind::Permission {
                permission: Permission::from_name(permission)?,
                restrict: item.restrict_object_type.as_deref().map(|name| after.types().get(name)),
            },
            (None, Some(role)) => {
                GrantKind::Role(after.roles().find(role).filter(|role| after.roles().is_live(*role))?)
            }
            _ => return None,
        };
        Some(Grant {
            before,
            after,
            item,
            at,
            ty: after.types().get(&item.object_type),
            kind,
            tuples: after.tuples(kind),
            held_before: before.closure(who(before, item)),
            held_after: after.closure(who(after, item)),
        })
    }

    /// The field that says what is granted.
    fn granting_field(&self) -> String {
        let field = if self.item.role_id.is_some() { "role_id" } else { "permission" };
        format!("{}/{field}", self.at)
    }

    fn finding(&self, code: Code, path: String, message: String) -> Finding {
        Finding::new(code, path, message)
            .with("grantee", grantee_id(self.item))
            .subject(grantee_id(self.item))
            .object(&self.item.object_type, &self.item.object_id)
    }

    fn grantee(&self) -> String {
        grantee(self.after, self.item)
    }

    /// Whether it gives a permission on everything, or on objects of a type alone.
    fn gives(&self, permission: Permission, only: Option<u16>) -> bool {
        self.tuples.iter().any(|(bits, restrict)| *restrict == only && bits.contains(permission))
    }

    fn to_nobody(&self) -> Option<Finding> {
        let group = self.after.find_group(self.item.group_id.as_deref()?)?;
        if self.after.has_users(group) {
            return None;
        }
        let message = format!("nobody is in {}, so this grants nothing yet; add its members", self.grantee());
        Some(self.finding(Code::NoEffect, format!("{}/group_id", self.at), message))
    }

    fn of_nothing(&self) -> Option<Finding> {
        let GrantKind::Role(role) = self.kind else { return None };
        if !self.tuples.is_empty() {
            return None;
        }
        let message = format!(
            "the role `{}` has no permissions, so this grants nothing; give it some, or take another role",
            self.after.role_label(role)
        );
        Some(self.finding(Code::NoEffect, self.granting_field(), message))
    }

    /// Judged before the request, without what it removes.
    fn redundant(&self) -> Option<Finding> {
        let target = self.before.target(self.ty, Some(&self.item.object_id), None);
        let is_removed = |slot: u32| self.after.acls().get(slot).is_none();
        let by = self.before.redundant_by(&target, &self.held_before, &self.tuples, &is_removed)?;
        let on = by.first().and_then(|slot| self.before.acls().get(*slot));
        let on = on.map_or(String::new(), |acl| format!(" on {}", self.before.node_label(acl.node)));
        let ids: Vec<String> = by.into_iter().map(|slot| self.before.acls().id(slot)).collect();
        let named = ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let acls = if ids.len() == 1 { "the ACL" } else { "the ACLs" };
        let message = format!(
            "{} holds all of this already by {acls} {named}{on}; leave it out, or remove what it repeats",
            self.grantee()
        );
        Some(self.finding(Code::RedundantGrant, self.at.to_owned(), message).with("by", ids))
    }

    fn super_user(&self) -> Option<Finding> {
        let given = self.tuples.iter().fold(PermissionSet::EMPTY, |all, (bits, _)| all | *bits) & powers();
        if given.is_empty() {
            return None;
        }
        let message = format!(
            "{} could use `{}` on {} to give themselves every permission there; grant it only to people who may do everything",
            self.grantee(),
            given.label(),
            object_label(self.after, self.item)
        );
        Some(self.finding(Code::SuperUser, self.granting_field(), message).with("permission", given.label()))
    }

    /// MODEL 6: the siblings become readable too.
    fn wide_read(&self) -> Option<Finding> {
        let org = self.before;
        if self.ty != number::PROJECT || !self.gives(Permission::Read, None) {
            return None;
        }
        let mut everything = org.target(number::PROJECT, Some(&self.item.object_id), None);
        let project = everything.node;
        // What no restriction names is given by what has none.
        everything.ty = number::NEVER_NAMED;
        if org.granted(&self.held_before, &everything).contains(Permission::Read) {
            return None;
        }
        let mut acls = self.held_before.principals().flat_map(|principal| org.acls_of(principal));
        let (_, acl) = acls.find(|(_, acl)| project != NONE && org.project_of(acl.node) == project)?;
        let message = format!(
            "{} would read everything in {}, beside {}; to open the project alone, grant `read` with `restrict_object_type: project`",
            self.grantee(),
            object_label(org, self.item),
            org.node_label(acl.node)
        );
        let finding = self.finding(Code::WideRead, self.granting_field(), message);
        Some(finding.with("held_on", org.node_id(acl.node)).with("restrict", "project"))
    }

    /// MODEL 6: not reachable in the UI.
    fn project_not_readable(&self) -> Option<Finding> {
        let org = self.after;
        if !number::is_child(self.ty) && self.ty != number::PROJECT_LOG {
            return None;
        }
        let node = org.target(self.ty, Some(&self.item.object_id), None).node;
        let project = Some(node).filter(|node| *node != NONE).map(|node| org.project_of(node))?;
        if project == NONE || !org.node(project).known {
            return None;
        }
        if org.granted(&self.held_after, &org.target_of(project)).contains(Permission::Read) {
            return None;
        }
        let label = org.node_label(project);
        let message = format!(
            "{} may not read {label}, so they cannot get to {} in the browser; grant `read` on the project with `restrict_object_type: project` too",
            self.grantee(),
            object_label(org, self.item)
        );
        let finding = self.finding(Code::ProjectNotReadable, format!("{}/object_id", self.at), message);
        Some(finding.with("project", org.node_id(project)))
    }

    /// MODEL 6: `create` without `update` on logs writes nothing.
    fn logs_create_only(&self) -> Option<Finding> {
        let org = self.after;
        let on_logs = self.ty == number::PROJECT_LOG;
        let only = |restrict: &Option<u16>| {
            *restrict == Some(number::PROJECT_LOG) || (on_logs && restrict.is_none())
        };
        let creates = self.tuples.iter().any(|(bits, _)| bits.contains(Permission::Create));
        if !creates || !self.tuples.iter().all(|(_, restrict)| only(restrict)) {
            return None;
        }
        let mut logs = org.target(self.ty, Some(&self.item.object_id), None);
        logs.ty = number::PROJECT_LOG;
        if org.granted(&self.held_after, &logs).contains(Permission::Update) {
            return None;
        }
        let message = format!(
            "{} could not write logs by `create` alone, since inserting asks for `update`; grant `update` in the same way too",
            self.grantee()
        );
        Some(self.finding(Code::LogsCreateOnly, self.granting_field(), message))
    }
}

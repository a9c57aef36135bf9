//! What a request would take away: the last owner, and the way back for whoever sends it.

use super::checks::Checks;
use super::rules::OWNERS;
use crate::change::body;
use crate::change::edits::Edit;
use crate::change::request::Actor;
use crate::load::list::List;
use crate::model::finding::{Code, Finding};
use crate::model::object::{OBJECT_TYPES, number};
use crate::model::permission::Permission;
use crate::org::{Map, Org};

pub(super) fn regrets(checks: &Checks<'_>, after: &Org, by: &Actor) -> Vec<Finding> {
    let mut found = Vec::new();
    if checks.edits.iter().any(|edit| may_take_an_owner(checks.org, edit))
        && checks.org.has_owner()
        && !after.has_owner()
    {
        let message = "the organization would have no owner left; make somebody else an owner first";
        found.push(Finding::new(Code::LastOwner, String::new(), message.to_owned()));
    }
    self_lockout(checks, after, by, &mut found);
    found.extend(makes_owners(checks, after));
    found
}

/// CHOICES, `makes_owners`: who becomes an owner by a name, or by what a role contains.
fn makes_owners(checks: &Checks<'_>, after: &Org) -> Option<Finding> {
    let before = checks.org;
    let (mut groups, mut users, mut at) = (Vec::new(), Vec::new(), String::new());
    for edit in checks.edits {
        match edit {
            Edit::Create { list: List::Groups, name, .. }
            | Edit::Patch { list: List::Groups, name: Some(name), .. }
                if name == OWNERS =>
            {
                let is_new =
                    |group: &u32| *group >= before.principals().end || !before.is_owners_group(*group);
                groups.extend(after.groups_named(OWNERS).into_iter().filter(is_new));
                "/name".clone_into(&mut at);
            }
            Edit::Create { list: List::Roles, replace: true, .. } | Edit::Patch { list: List::Roles, .. } => {
                let was_none = |slot: u32| {
                    before.acls().get(slot).is_some_and(|acl| !before.grants_owner_role(acl.grant))
                };
                let acls = after.acls_on(after.singleton(number::ORGANIZATION));
                let new = acls.filter(|(slot, acl)| after.grants_owner_role(acl.grant) && was_none(*slot));
                for (_, acl) in new {
                    if after.is_group(acl.principal) {
                        groups.push(acl.principal);
                    } else {
                        users.push(acl.principal);
                    }
                }
                at = owner_entry(checks, after).unwrap_or_default();
            }
            _ => {}
        }
    }
    let mut people = after.users_in(groups.into_iter());
    people.extend(users.into_iter().map(|user| (user, ())));
    let was_owner = |user: u32| before.subject(&after.principal_id(user)).is_owner();
    let many = people.into_keys().filter(|user| !was_owner(*user)).count();
    let who = if many == 1 {
        "one person who was none becomes".to_owned()
    } else {
        format!("{many} people who were none become")
    };
    let message = format!(
        "by this {who} an organization owner; take another name or another role if that is not meant"
    );
    (many > 0).then(|| Finding::new(Code::MakesOwners, at, message).with("users", many))
}

/// The entry of a role's body that brings the system role `owner`.
fn owner_entry(checks: &Checks<'_>, after: &Org) -> Option<String> {
    let entries = ["member_roles", "add_member_roles"]
        .into_iter()
        .flat_map(|field| body::texts(checks.body, field, ""));
    let brings = |id: &str| after.roles().find(id).is_some_and(|role| after.makes_owners(role));
    entries.into_iter().find(|(_, id)| brings(id)).map(|(at, _)| at)
}

/// Whether an edit can make somebody an owner no more. What is added never takes anything away.
fn may_take_an_owner(org: &Org, edit: &Edit) -> bool {
    match edit {
        Edit::RemoveAcl { item, .. } => item.object_type == "organization",
        Edit::RemoveAclById { id } => {
            let acl = org.acls().find(id).and_then(|slot| org.acls().get(slot));
            acl.is_some_and(|acl| acl.node == org.singleton(number::ORGANIZATION))
        }
        Edit::Create { list, replace, .. } => *replace && matches!(list, List::Groups | List::Roles),
        Edit::Patch { list, .. } | Edit::Delete { list, .. } => matches!(list, List::Groups | List::Roles),
        Edit::Expel { .. } | Edit::DeleteToken { .. } => true,
        _ => false,
    }
}

/// What undoes an edit: a permission on an object.
struct Undo {
    permission: Permission,
    object_type: &'static str,
    object: String,
    /// What the edit does, after "after".
    edit: &'static str,
    at: String,
}

/// CHOICES, `self_lockout`. Nothing undoes a deletion.
fn undo(org: &Org, edit: &Edit) -> Option<Undo> {
    let on_itself = |list: List, id: String| Undo {
        permission: Permission::Update,
        object_type: list.object_type().map_or("", |ty| OBJECT_TYPES[ty as usize]),
        object: id,
        edit: "changing it",
        at: String::new(),
    };
    let acl = |permission, ty: &str, object: String, edit, at: &str| {
        let object_type = OBJECT_TYPES.into_iter().find(|known| *known == ty)?;
        Some(Undo { permission, object_type, object, edit, at: at.to_owned() })
    };
    match edit {
        Edit::AddAcl { item, at } => {
            acl(Permission::DeleteAcls, &item.object_type, item.object_id.clone(), "granting", at)
        }
        Edit::RemoveAcl { item, at } => {
            acl(Permission::CreateAcls, &item.object_type, item.object_id.clone(), "revoking", at)
        }
        Edit::RemoveAclById { id } => {
            let node = org.acls().get(org.acls().find(id)?)?.node;
            let ty = org.types().name(org.node_type(node));
            acl(Permission::CreateAcls, ty, org.node_id(node), "revoking", "")
        }
        Edit::Create { list, name, replace: true, .. } => {
            Some(on_itself(*list, org.live_by_name(*list, name)?))
        }
        Edit::Patch { list, id, .. } => Some(on_itself(*list, id.clone())),
        Edit::Expel { .. } => {
            acl(Permission::Create, "org_member", org.id().to_owned(), "removing members", "")
        }
        Edit::PatchOrganization { .. } => {
            acl(Permission::Update, "organization", org.id().to_owned(), "changing it", "")
        }
        _ => None,
    }
}

/// One for each permission and object that the actor held and would not hold.
fn self_lockout(checks: &Checks<'_>, after: &Org, by: &Actor, found: &mut Vec<Finding>) {
    let before = checks.org;
    let (then, now) = (by.subject(before), by.subject(after));
    let Some(actor) = then.id() else { return };
    let mut seen: Map<(Permission, &'static str, String), ()> = Map::default();
    for edit in checks.edits {
        let Some(Undo { permission, object_type, object, edit, at }) = undo(before, edit) else { continue };
        if seen.insert((permission, object_type, object.clone()), ()).is_some() {
            continue;
        }
        let held = |org: &Org, closure| {
            let target = org.target(org.types().get(object_type), Some(&object), None);
            org.granted(closure, &target).contains(permission)
        };
        if !held(before, &then.closure) || held(after, &now.closure) {
            continue;
        }
        let message = format!(
            "after {edit} `{}` would no longer hold `{permission}` on {}, which undoes it; keep that, or let somebody else do this",
            before.user_label(actor),
            before.object_label(object_type, Some(&object))
        );
        found.push(
            Finding::new(Code::SelfLockout, at, message)
                .with("permission", permission.as_str())
                .subject(actor)
                .object(object_type, &object),
        );
    }
}

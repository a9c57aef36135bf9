//! What a request would take away: the last owner, and the way back for whoever sends it.

use super::checks::Checks;
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
    found
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

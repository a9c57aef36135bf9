//! Changes in words: one sentence with names for each.

use super::edits::{Edit, Members};
use super::request::Request;
use crate::decide::fixes::AclItem;
use crate::load::list::List;
use crate::model::finding::without_secrets;
use crate::org::Org;

/// How many parts a sentence names.
const NAMED: usize = 3;

/// What a request changes, in a sentence.
pub(crate) fn text(org: &Org, request: &Request, edits: &[Edit]) -> String {
    without_secrets(sentence(org, request, edits))
}

fn sentence(org: &Org, request: &Request, edits: &[Edit]) -> String {
    let parts: Vec<String> = edits.iter().flat_map(|edit| of_edit(org, edit)).collect();
    match parts.len() {
        0 => format!("{} `{}`", request.method.to_uppercase(), request.path),
        n if n > NAMED => format!("{}, and {} more", parts[..NAMED].join(", "), n - NAMED),
        _ => parts.join(", "),
    }
}

/// What is narrowed, in a sentence.
pub(crate) fn narrowed(org: &Org, acl: &str, except: &[&str]) -> String {
    let item = org.acls().find(acl).and_then(|slot| org.acl_item_of(slot));
    let what = item.map_or_else(|| format!("the ACL `{acl}`"), |item| grant(org, &item, "to"));
    let left_out: Vec<String> = except.iter().map(|id| org.object_label("project", Some(id))).collect();
    let named = left_out[..left_out.len().min(NAMED)].join(", ");
    let more = left_out.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    without_secrets(format!("narrow {what}: leave out {named}{more}"))
}

fn of_edit(org: &Org, edit: &Edit) -> Vec<String> {
    let label = |list: List, id: &str| org.object_label(list.object_type_name(), Some(id));
    match edit {
        Edit::AddAcl { item, .. } => vec![format!("grant {}", grant(org, item, "to"))],
        Edit::RemoveAcl { item, .. } => vec![format!("revoke {}", grant(org, item, "from"))],
        Edit::RemoveAclById { id } => {
            let item = org.acls().find(id).and_then(|slot| org.acl_item_of(slot));
            vec![item.map_or_else(
                || format!("revoke the ACL `{id}`"),
                |item| format!("revoke {}", grant(org, &item, "from")),
            )]
        }
        Edit::Create { list, name, members: has, replace } => {
            let verb = if *replace { "create or replace" } else { "create" };
            let within = members(org, has);
            let named = within[..within.len().min(NAMED)].join(", ");
            let with = match within.len() {
                0 => String::new(),
                n if n > NAMED => format!(" with {named}, and {} more", n - NAMED),
                _ => format!(" with {named}"),
            };
            vec![format!("{verb} the {} `{name}`{with}", list.noun())]
        }
        Edit::Patch { list, id, name, add, remove } => {
            let label = label(*list, id);
            let rename = name.as_ref().map(|name| format!("rename {label} to `{name}`"));
            let mut parts: Vec<String> = rename.into_iter().collect();
            parts.extend(members(org, add).into_iter().map(|member| format!("add {member} to {label}")));
            parts.extend(
                members(org, remove).into_iter().map(|member| format!("take {member} out of {label}")),
            );
            if parts.is_empty() { vec![format!("change {label}")] } else { parts }
        }
        Edit::Delete { list, id } => vec![format!("delete {}", label(*list, id))],
        Edit::CreateObject { list, name, project, .. } => {
            let place = project.as_ref().map(|id| format!(" in {}", org.object_label("project", Some(id))));
            vec![format!("create the {} `{name}`{}", list.noun(), place.unwrap_or_default())]
        }
        Edit::PatchObject { list, id, .. } => vec![format!("change {}", label(*list, id))],
        Edit::Invite { ids, emails, accounts, .. } => {
            let known = ids.iter().map(|id| format!("invite `{}`", org.user_label(id)));
            let new = emails.iter().map(|email| format!("invite `{email}`"));
            let made =
                accounts.iter().map(|account| format!("create the service account `{}`", account.name));
            known.chain(new).chain(made).collect()
        }
        Edit::Expel { ids, emails } => {
            let known = ids.iter().map(|id| org.user_label(id)).chain(emails.iter().cloned());
            known.map(|name| format!("remove `{name}` from the organization")).collect()
        }
        Edit::CreateToken { account, .. } => {
            vec![format!("create a service token for `{}`", org.user_label(account))]
        }
        Edit::DeleteToken { id } => vec![format!("delete the service token `{id}`")],
        Edit::PatchOrganization { .. } => vec!["change the organization's settings".to_owned()],
    }
}

/// What a grant gives, where, and to whom.
fn grant(org: &Org, item: &AclItem, preposition: &str) -> String {
    let what = match (&item.permission, &item.role_id) {
        (Some(permission), _) => format!("`{permission}`"),
        (None, Some(role)) => format!("the role `{}`", org.name("role", role).unwrap_or(role)),
        (None, None) => "nothing".to_owned(),
    };
    let only = item.restrict_object_type.as_ref().map(|ty| format!(" (only {ty})"));
    let grantee = match (&item.user_id, &item.group_id) {
        (Some(user), _) => format!("`{}`", org.user_label(user)),
        (None, Some(group)) => format!("the group `{}`", org.name("group", group).unwrap_or(group)),
        (None, None) => "nobody".to_owned(),
    };
    let place = org.object_label(&item.object_type, Some(&item.object_id));
    format!("{what} on {place}{} {preposition} {grantee}", only.unwrap_or_default())
}

/// What a body adds or removes.
fn members(org: &Org, members: &Members) -> Vec<String> {
    let people = members.users.iter().map(|id| format!("`{}`", org.user_label(id)));
    let named = |ty: &'static str, noun: &'static str, ids: &[String]| -> Vec<String> {
        ids.iter().map(|id| format!("the {noun} `{}`", org.name(ty, id).unwrap_or(id))).collect()
    };
    let tuples = members.tuples.iter().map(|tuple| match &tuple.restrict {
        Some(only) => format!("`{}` (only {only})", tuple.permission),
        None => format!("`{}`", tuple.permission),
    });
    people
        .chain(named("group", "group", &members.groups))
        .chain(named("role", "role", &members.roles))
        .chain(named("project", "project", &members.projects))
        .chain(tuples)
        .collect()
}

//! What a request changes: the API's bodies as edits of rows.
//!
//! Reading is lenient: what has not the shape of a body is reported by the check of its schema, and
//! a request with such findings is not carried out.

use serde_json::Value;

use super::body;
use super::request::Request;
use crate::decide::fixes::AclItem;
use crate::load::list::List;

/// A permission with its restriction, as a role's body says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TupleItem {
    pub permission: String,
    pub restrict: Option<String>,
}

/// The lists that a body changes of a group, a role or a project group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Members {
    pub users: Vec<String>,
    pub groups: Vec<String>,
    pub roles: Vec<String>,
    pub projects: Vec<String>,
    pub tuples: Vec<TupleItem>,
}

impl Members {
    /// Whether nothing is in the lists.
    pub fn is_empty(&self) -> bool {
        *self == Members::default()
    }
}

/// One thing that a request changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edit {
    /// An ACL; `at` is the pointer of its item in the body.
    AddAcl { item: AclItem, at: String },
    /// Every ACL with these contents.
    RemoveAcl { item: AclItem, at: String },
    /// The ACL with this id.
    RemoveAclById { id: String },
    /// A group, role or project group by name: made, or (`replace`) made or replaced whole.
    Create { list: List, name: String, members: Members, replace: bool },
    /// A group, role or project group: what is given changes.
    Patch { list: List, id: String, name: Option<String>, add: Members, remove: Members },
    /// A group, role, project group, project or object: marked deleted.
    Delete { list: List, id: String },
    /// A project, or something in one; `fresh` asks for a new one whatever exists by that name.
    CreateObject { list: List, name: String, project: Option<String>, public: bool, fresh: bool },
    /// A project, or something in one: what is given changes.
    PatchObject { list: List, id: String, name: Option<String>, public: Option<bool> },
    /// People and service accounts who come, and the groups they come into.
    Invite {
        ids: Vec<String>,
        emails: Vec<String>,
        accounts: Vec<Account>,
        group_ids: Vec<String>,
        group_names: Vec<String>,
    },
    /// People who go, by id and by e-mail.
    Expel { ids: Vec<String>, emails: Vec<String> },
    /// A service token for an account.
    CreateToken { account: String, name: String, replace: bool },
    /// A service token that is no more.
    DeleteToken { id: String },
    /// The organisation's settings.
    PatchOrganization { name: Option<String> },
}

impl Edit {
    /// Whether it adds or removes an ACL.
    pub fn is_of_acls(&self) -> bool {
        matches!(self, Edit::AddAcl { .. } | Edit::RemoveAcl { .. } | Edit::RemoveAclById { .. })
    }
}

/// A service account as an invitation names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub name: String,
    /// A token is asked for, besides.
    pub with_token: bool,
}

/// The edits of a request, in the order in which they take effect: of ACLs removals come first.
pub(crate) fn edits(request: &Request) -> Vec<Edit> {
    let Some(route) = request.route().filter(super::needs::has) else { return Vec::new() };
    let body = request.body.as_ref().unwrap_or(&Value::Null);
    let method = route.method;
    let segments: Vec<&str> = route.segments.iter().map(String::as_str).collect();
    let list = segments.first().and_then(|noun| list_of(noun));
    match (method, segments.as_slice(), list) {
        ("POST", ["acl"], _) => vec![Edit::AddAcl { item: acl_item(body), at: String::new() }],
        ("DELETE", ["acl"], _) => vec![Edit::RemoveAcl { item: acl_item(body), at: String::new() }],
        ("DELETE", ["acl", id], _) => vec![Edit::RemoveAclById { id: (*id).to_owned() }],
        ("POST", ["acl", "batch_update"], _) => batch(body),
        ("PATCH", ["organization", "members"], _) => membership(body),
        ("PATCH", ["organization", _], _) => vec![Edit::PatchOrganization { name: text(body, "name") }],
        ("POST" | "PUT", ["service_token"], _) => vec![Edit::CreateToken {
            account: text(body, "service_account_id").unwrap_or_default(),
            name: text(body, "name").unwrap_or_default(),
            replace: method == "PUT",
        }],
        ("DELETE", ["service_token"], _) => {
            vec![Edit::DeleteToken { id: text(body, "id").unwrap_or_default() }]
        }
        ("DELETE", ["service_token", id], _) => vec![Edit::DeleteToken { id: (*id).to_owned() }],
        ("POST" | "PUT", [_], Some(list)) => vec![create(list, body, method == "PUT")],
        ("PATCH", [_, id], Some(list)) => vec![patch(list, id, body)],
        ("DELETE", [_, id], Some(list)) => vec![Edit::Delete { list, id: (*id).to_owned() }],
        _ => Vec::new(),
    }
}

/// The list that a path speaks of.
fn list_of(noun: &str) -> Option<List> {
    Some(match noun {
        "group" => List::Groups,
        "role" => List::Roles,
        "project_group" => List::ProjectGroups,
        "project" => List::Projects,
        "experiment" => List::Experiments,
        "dataset" => List::Datasets,
        "prompt" => List::Prompts,
        "function" => List::Functions,
        _ => return None,
    })
}

/// Groups, roles and project groups have members; projects and what is in them do not.
fn has_members(list: List) -> bool {
    matches!(list, List::Groups | List::Roles | List::ProjectGroups)
}

fn create(list: List, body: &Value, replace: bool) -> Edit {
    let name = text(body, "name").unwrap_or_default();
    if has_members(list) {
        // The API takes the projects of a project group by PATCH.
        let members =
            if list == List::ProjectGroups { Members::default() } else { members(body, "member_", list) };
        return Edit::Create { list, name, members, replace };
    }
    Edit::CreateObject {
        list,
        name,
        project: text(body, "project_id"),
        public: body::flag(body, "public"),
        fresh: list == List::Experiments && body::flag(body, "ensure_new"),
    }
}

fn patch(list: List, id: &str, body: &Value) -> Edit {
    let (id, name) = (id.to_owned(), text(body, "name"));
    if has_members(list) {
        let add = members(body, "add_member_", list);
        return Edit::Patch { list, id, name, add, remove: members(body, "remove_member_", list) };
    }
    Edit::PatchObject { list, id, name, public: body::field(body, "public").and_then(Value::as_bool) }
}

fn members(body: &Value, prefix: &str, list: List) -> Members {
    let ids =
        |of: List, noun: &str| if list == of { ids(body, &format!("{prefix}{noun}")) } else { Vec::new() };
    let permissions = match body.get(format!("{prefix}permissions")) {
        Some(Value::Array(tuples)) if list == List::Roles => tuples
            .iter()
            .map(|tuple| TupleItem {
                permission: text(tuple, "permission").unwrap_or_default(),
                restrict: text(tuple, "restrict_object_type"),
            })
            .collect(),
        _ => Vec::new(),
    };
    Members {
        users: ids(List::Groups, "users"),
        groups: ids(List::Groups, "groups"),
        roles: ids(List::Roles, "roles"),
        projects: ids(List::ProjectGroups, "projects"),
        tuples: permissions,
    }
}

fn batch(body: &Value) -> Vec<Edit> {
    let items = |field: &'static str| {
        let items = body.get(field).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .enumerate()
            .map(move |(i, item)| (acl_item(item), format!("/{field}/{i}")))
    };
    let removed = items("remove_acls").map(|(item, at)| Edit::RemoveAcl { item, at });
    let added = items("add_acls").map(|(item, at)| Edit::AddAcl { item, at });
    removed.chain(added).collect()
}

fn membership(body: &Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    if let Some(invited) = body.get("invite_users").filter(|v| v.is_object()) {
        let accounts = invited.get("service_accounts").and_then(Value::as_array);
        edits.push(Edit::Invite {
            ids: ids(invited, "ids"),
            emails: ids(invited, "emails"),
            accounts: accounts
                .into_iter()
                .flatten()
                .map(|account| Account {
                    name: text(account, "name").unwrap_or_default(),
                    with_token: text(account, "token_name").is_some(),
                })
                .collect(),
            group_ids: ids(invited, "group_ids").into_iter().chain(text(invited, "group_id")).collect(),
            group_names: ids(invited, "group_names").into_iter().chain(text(invited, "group_name")).collect(),
        });
    }
    // Of an id that both come and go, the going wins.
    if let Some(gone) = body.get("remove_users").filter(|v| v.is_object()) {
        edits.push(Edit::Expel { ids: ids(gone, "ids"), emails: ids(gone, "emails") });
    }
    edits
}

/// An ACL as a body says it.
pub(crate) fn acl_item(item: &Value) -> AclItem {
    let body::Item { object_type, object_id, user_id, group_id, permission, role_id, restrict, .. } =
        body::acl_item(item, String::new());
    let own = |text: Option<&str>| text.map(ToOwned::to_owned);
    AclItem {
        object_type: object_type.to_owned(),
        object_id: object_id.to_owned(),
        user_id: own(user_id),
        group_id: own(group_id),
        permission: own(permission),
        role_id: own(role_id),
        restrict_object_type: own(restrict),
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    body::text(value, name).map(ToOwned::to_owned)
}

fn ids(value: &Value, name: &str) -> Vec<String> {
    body::entries(value, name).iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

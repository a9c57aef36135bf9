//! The bodies of the API's requests as data: which fields there are, what stands in them, and how
//! they are read. `null` and absent mean the same.

use serde_json::Value;

use crate::model::finding::{Code, Finding};

/// What stands in a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// An id: a text that is not empty.
    Id,
    /// The name of a type: a text that is not empty.
    Type,
    /// Any text.
    Text,
    Flag,
    /// A whole number above zero.
    Count,
    /// A list of ids.
    Ids,
    Texts,
    Object(&'static Schema),
    /// A list of objects.
    Objects(&'static Schema),
}

/// A field of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// The fields of a body, or of an object in one.
#[derive(Debug)]
pub(crate) struct Schema {
    /// The API has further fields, which do not matter here.
    open: bool,
    fields: &'static [Field],
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

/// A body of which every field is known.
const fn closed(fields: &'static [Field]) -> Schema {
    Schema { open: false, fields }
}

/// A body with more fields than matter here.
const fn open(fields: &'static [Field]) -> Schema {
    Schema { open: true, fields }
}

/// An ACL, to be created or deleted by its contents.
pub(crate) static ACL_ITEM: Schema = closed(&[
    must("object_type", Kind::Type),
    must("object_id", Kind::Id),
    may("user_id", Kind::Id),
    may("group_id", Kind::Id),
    may("permission", Kind::Text),
    may("restrict_object_type", Kind::Type),
    may("role_id", Kind::Id),
]);

pub(crate) static ACL_BATCH: Schema =
    closed(&[may("add_acls", Kind::Objects(&ACL_ITEM)), may("remove_acls", Kind::Objects(&ACL_ITEM))]);

pub(crate) static CREATE_GROUP: Schema = closed(&[
    must("name", Kind::Text),
    may("description", Kind::Text),
    may("member_users", Kind::Ids),
    may("member_groups", Kind::Ids),
    may("org_name", Kind::Text),
]);

pub(crate) static PATCH_GROUP: Schema = closed(&[
    may("name", Kind::Text),
    may("description", Kind::Text),
    may("add_member_users", Kind::Ids),
    may("remove_member_users", Kind::Ids),
    may("add_member_groups", Kind::Ids),
    may("remove_member_groups", Kind::Ids),
]);

/// A permission of a role, with its restriction.
static TUPLE: Schema = closed(&[must("permission", Kind::Text), may("restrict_object_type", Kind::Type)]);

pub(crate) static CREATE_ROLE: Schema = closed(&[
    must("name", Kind::Text),
    may("description", Kind::Text),
    may("member_permissions", Kind::Objects(&TUPLE)),
    may("member_roles", Kind::Ids),
    may("org_name", Kind::Text),
]);

pub(crate) static PATCH_ROLE: Schema = closed(&[
    may("name", Kind::Text),
    may("description", Kind::Text),
    may("add_member_permissions", Kind::Objects(&TUPLE)),
    may("remove_member_permissions", Kind::Objects(&TUPLE)),
    may("add_member_roles", Kind::Ids),
    may("remove_member_roles", Kind::Ids),
]);

static SERVICE_ACCOUNT: Schema = closed(&[
    must("name", Kind::Text),
    may("token_name", Kind::Text),
    may("token_expires_in_seconds", Kind::Count),
]);

static INVITE: Schema = closed(&[
    may("ids", Kind::Ids),
    may("emails", Kind::Texts),
    may("service_accounts", Kind::Objects(&SERVICE_ACCOUNT)),
    may("send_invite_emails", Kind::Flag),
    may("group_ids", Kind::Ids),
    may("group_names", Kind::Texts),
    may("group_id", Kind::Id),
    may("group_name", Kind::Text),
]);

static REMOVE: Schema = closed(&[may("ids", Kind::Ids), may("emails", Kind::Texts)]);

pub(crate) static MEMBERS: Schema = closed(&[
    may("invite_users", Kind::Object(&INVITE)),
    may("remove_users", Kind::Object(&REMOVE)),
    may("org_name", Kind::Text),
    may("org_id", Kind::Text),
]);

pub(crate) static PATCH_ORGANIZATION: Schema = closed(&[
    may("name", Kind::Text),
    may("api_url", Kind::Text),
    may("is_universal_api", Kind::Flag),
    may("is_dataplane_private", Kind::Flag),
    may("proxy_url", Kind::Text),
    may("realtime_url", Kind::Text),
    may("image_rendering_mode", Kind::Text),
]);

pub(crate) static CREATE_TOKEN: Schema =
    closed(&[must("name", Kind::Text), must("service_account_id", Kind::Id), may("org_name", Kind::Text)]);

pub(crate) static DELETE_TOKEN: Schema = closed(&[must("id", Kind::Id)]);

pub(crate) static CREATE_PROJECT: Schema =
    open(&[must("name", Kind::Text), may("description", Kind::Text), may("org_name", Kind::Text)]);

pub(crate) static CREATE_PROJECT_GROUP: Schema =
    closed(&[must("name", Kind::Text), may("description", Kind::Text), may("org_name", Kind::Text)]);

pub(crate) static PATCH_PROJECT_GROUP: Schema = closed(&[
    may("name", Kind::Text),
    may("description", Kind::Text),
    may("add_member_projects", Kind::Ids),
    may("remove_member_projects", Kind::Ids),
]);

/// An experiment may be created without a name: the server gives it one.
pub(crate) static CREATE_EXPERIMENT: Schema = open(&[
    must("project_id", Kind::Id),
    may("name", Kind::Text),
    may("description", Kind::Text),
    may("public", Kind::Flag),
    may("ensure_new", Kind::Flag),
]);

/// A dataset, a prompt, a function.
pub(crate) static CREATE_OBJECT: Schema =
    open(&[must("project_id", Kind::Id), must("name", Kind::Text), may("description", Kind::Text)]);

/// A change of a project or of something in one.
pub(crate) static PATCH_OBJECT: Schema =
    open(&[may("name", Kind::Text), may("description", Kind::Text), may("public", Kind::Flag)]);

/// What belongs to a project and is no object of the tree: scores, tags, iframes, servers, automations.
pub(crate) static OF_PROJECT: Schema = open(&[must("project_id", Kind::Id)]);

/// What hangs on an object: views and variables.
pub(crate) static ON_OBJECT: Schema =
    open(&[must("object_type", Kind::Type), must("object_id", Kind::Id), may("view_type", Kind::Text)]);

/// A body that does not matter here.
pub(crate) static ANYTHING: Schema = open(&[may("org_name", Kind::Text)]);

/// What is wrong with a request's body, with pointers into it. A body that is missing is as good as
/// an empty object.
pub(crate) fn check(schema: &Schema, body: Option<&Value>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match body.filter(|body| !body.is_null()) {
        Some(body) => check_object(schema, body, "", &mut findings),
        None if schema.fields.iter().any(|field| field.required) => {
            let message = "the request needs a body, and has none".to_owned();
            findings.push(Finding::new(Code::MalformedRequest, String::new(), message));
        }
        None => {}
    }
    findings
}

// Schemas nest three deep, and so does this.
fn check_object(schema: &Schema, value: &Value, at: &str, findings: &mut Vec<Finding>) {
    let Value::Object(found) = value else {
        findings.push(wrong_kind(at, "an object", value));
        return;
    };
    for field in schema.fields {
        match found.get(field.name).filter(|value| !value.is_null()) {
            Some(value) => check_value(field.kind, value, &pointer(at, field.name), findings),
            None if field.required => findings.push(missing(pointer(at, field.name), field.name)),
            None => {}
        }
    }
    if schema.open {
        return;
    }
    for name in found.keys().filter(|name| !schema.fields.iter().any(|field| field.name == name.as_str())) {
        findings.push(unknown_field(pointer(at, name), name));
    }
}

fn check_value(kind: Kind, value: &Value, at: &str, findings: &mut Vec<Finding>) {
    let expected = match (kind, value) {
        (Kind::Text, Value::String(_)) | (Kind::Flag, Value::Bool(_)) => return,
        (Kind::Id | Kind::Type, Value::String(id)) if !id.is_empty() => return,
        (Kind::Count, Value::Number(number)) if number.as_u64().is_some_and(|count| count > 0) => return,
        (Kind::Object(schema), value) => return check_object(schema, value, at, findings),
        (Kind::Ids | Kind::Texts | Kind::Objects(_), Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                check_value(kind.of_entry(), entry, &format!("{at}/{index}"), findings);
            }
            return;
        }
        (kind, _) => kind.label(),
    };
    findings.push(wrong_kind(at, expected, value));
}

impl Kind {
    /// What stands in each entry of a list.
    fn of_entry(self) -> Kind {
        match self {
            Kind::Ids => Kind::Id,
            Kind::Texts => Kind::Text,
            Kind::Objects(schema) => Kind::Object(schema),
            other => other,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Kind::Id | Kind::Type => "a text that is not empty",
            Kind::Text => "a text",
            Kind::Flag => "true or false",
            Kind::Count => "a whole number above zero",
            Kind::Ids => "a list of ids",
            Kind::Texts => "a list of texts",
            Kind::Object(_) => "an object",
            Kind::Objects(_) => "a list of objects",
        }
    }
}

/// Visits every id that a body names. A name or a description is none, whatever it says.
pub(crate) fn each_id<'b>(schema: &Schema, body: &'b Value, visit: &mut dyn FnMut(&'b str)) {
    for Field { name, kind, .. } in schema.fields {
        let Some(value) = field(body, name) else { continue };
        match (kind, value) {
            (Kind::Id, Value::String(id)) => visit(id),
            (Kind::Ids, Value::Array(ids)) => {
                for id in ids.iter().filter_map(Value::as_str) {
                    visit(id);
                }
            }
            (Kind::Object(schema), object) => each_id(schema, object, visit),
            (Kind::Objects(schema), Value::Array(objects)) => {
                for object in objects {
                    each_id(schema, object, visit);
                }
            }
            _ => {}
        }
    }
}

/// What a JSON value is, in a word or two.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn place(at: &str) -> String {
    if at.is_empty() { "the body".to_owned() } else { format!("`{at}`") }
}

fn wrong_kind(at: &str, expected: &'static str, value: &Value) -> Finding {
    let found = kind_of(value);
    let message = format!("{} is {found}, and has to be {expected}", place(at));
    Finding::new(Code::MalformedRequest, at.to_owned(), message)
        .with("expected", expected)
        .with("found", found)
}

/// A required field that is not there; its path is where it would be.
pub(crate) fn missing(at: String, name: &str) -> Finding {
    let message = format!("`{name}` is missing, and the request needs it");
    Finding::new(Code::MalformedRequest, at, message).with("field", name)
}

fn unknown_field(at: String, name: &str) -> Finding {
    let message = format!("the API has no field `{name}` here; check its spelling, or leave it out");
    Finding::new(Code::UnknownField, at, message).with("field", name)
}

/// The pointer of a field (RFC 6901).
pub(crate) fn pointer(at: &str, name: &str) -> String {
    if name.contains(['~', '/']) {
        format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{at}/{name}")
    }
}

/// A field that is there and not `null`.
pub(crate) fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

/// A field that is a text.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    field(value, name)?.as_str()
}

/// Whether a field is `true`.
pub(crate) fn flag(value: &Value, name: &str) -> bool {
    field(value, name).and_then(Value::as_bool).unwrap_or(false)
}

/// The entries of a field that is a list, in order: their place is their index.
pub(crate) fn entries<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    field(value, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts (or ids) of a field that is a list, with their pointers, below `at`.
pub(crate) fn texts<'a>(value: &'a Value, name: &str, at: &str) -> Vec<(String, &'a str)> {
    let at = pointer(at, name);
    let numbered = entries(value, name).iter().enumerate();
    numbered.filter_map(|(index, entry)| Some((format!("{at}/{index}"), entry.as_str()?))).collect()
}

/// The objects of a field that is a list, with their pointers, below `at`.
pub(crate) fn objects<'a>(value: &'a Value, name: &str, at: &str) -> Vec<(String, &'a Value)> {
    let at = pointer(at, name);
    let numbered = entries(value, name).iter().enumerate();
    numbered.map(|(index, entry)| (format!("{at}/{index}"), entry)).collect()
}

/// An ACL of a body, as it says it; what is missing is empty or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    /// Where it stands: `""`, `/add_acls/0`.
    pub at: String,
    pub object_type: &'a str,
    pub object_id: &'a str,
    pub user_id: Option<&'a str>,
    pub group_id: Option<&'a str>,
    pub permission: Option<&'a str>,
    pub role_id: Option<&'a str>,
    pub restrict: Option<&'a str>,
}

/// Reads an ACL that stands at a pointer.
pub(crate) fn acl_item(value: &Value, at: String) -> Item<'_> {
    Item {
        at,
        object_type: text(value, "object_type").unwrap_or_default(),
        object_id: text(value, "object_id").unwrap_or_default(),
        user_id: text(value, "user_id"),
        group_id: text(value, "group_id"),
        permission: text(value, "permission"),
        role_id: text(value, "role_id"),
        restrict: text(value, "restrict_object_type"),
    }
}

/// The ACLs of a field that is a list of them: `add_acls`, `remove_acls`.
pub(crate) fn acl_items<'a>(value: &'a Value, name: &str) -> Vec<Item<'a>> {
    objects(value, name, "").into_iter().map(|(at, item)| acl_item(item, at)).collect()
}

/// The tuples of a role in a field, with their pointers: permission and restriction as written.
pub(crate) fn tuples<'a>(value: &'a Value, name: &str) -> Vec<(String, &'a str, Option<&'a str>)> {
    objects(value, name, "")
        .into_iter()
        .map(|(at, tuple)| {
            (at, text(tuple, "permission").unwrap_or_default(), text(tuple, "restrict_object_type"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(schema: &Schema, body: &Value) -> Vec<(Code, String)> {
        check(schema, Some(body)).into_iter().map(|finding| (finding.code, finding.path)).collect()
    }

    /// CHOICES, Requests: `null` is absent; paths name the field, also when it is missing.
    #[test]
    fn bodies_are_checked() {
        use Code::{MalformedRequest, UnknownField};
        let malformed = |path: &str| (MalformedRequest, path.to_owned());
        let acl = json!({"object_type": "project", "object_id": "p", "user_id": null, "permission": 5});
        assert_eq!(found(&ACL_ITEM, &acl), [malformed("/permission")]);
        assert_eq!(
            found(&ACL_ITEM, &json!({"object_id": ""})),
            [malformed("/object_type"), malformed("/object_id")]
        );
        assert_eq!(found(&ACL_ITEM, &json!([])), [malformed("")]);
        assert_eq!(found(&ACL_ITEM, &Value::Null), [malformed("")]);
        assert!(check(&PATCH_GROUP, None).is_empty());
        let group = json!({"name": "", "add_member_users": ["a", null, "", 1], "a~/b": 1});
        assert_eq!(
            found(&PATCH_GROUP, &group),
            [
                malformed("/add_member_users/1"),
                malformed("/add_member_users/2"),
                malformed("/add_member_users/3"),
                (UnknownField, "/a~0~1b".to_owned())
            ]
        );
        let members = json!({"invite_users": {"service_accounts": [
            {"name": "ci", "token_expires_in_seconds": 0, "x": 1}, null
        ]}});
        assert_eq!(
            found(&MEMBERS, &members),
            [
                malformed("/invite_users/service_accounts/0/token_expires_in_seconds"),
                (UnknownField, "/invite_users/service_accounts/0/x".to_owned()),
                malformed("/invite_users/service_accounts/1")
            ]
        );
        assert!(found(&CREATE_OBJECT, &json!({"project_id": "p", "name": "n", "slug": "s"})).is_empty());
    }
}

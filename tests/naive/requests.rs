//! Requests as CHOICES ("Requests") reads them: the path taken apart, the body held against the API's schemas.

use serde_json::Value;

/// A finding, as far as the naive code tells one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: &'static str,
    pub severity: &'static str,
    /// a pointer relative to the body
    pub path: String,
}

#[must_use]
pub fn error(code: &'static str, path: impl Into<String>) -> Finding {
    Finding { code, severity: "error", path: path.into() }
}

/// A request whose path could be read.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    /// what comes after `/v1/`, decoded
    pub segments: Vec<String>,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

/// Percent-decoding; an invalid escape, or what is no UTF-8 then, is nothing.
#[must_use]
pub fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = bytes.get(at + 1..at + 3)?;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

/// A segment of a path that says exactly this.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

impl Call {
    /// `None`: a path that no route of the table has, whatever its method.
    #[must_use]
    pub fn parse(request: &Value) -> Option<Call> {
        let method = request["method"].as_str()?.to_ascii_uppercase();
        let whole = request["path"].as_str()?;
        if whole.contains('#') {
            return None; // a fragment
        }
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        let rest = path.strip_prefix("/v1/")?;
        let rest = rest.strip_suffix('/').unwrap_or(rest); // one trailing slash is ignored
        let mut segments = Vec::new();
        for segment in rest.split('/') {
            let segment = decoded(segment)?;
            // undecided: `.` and `..` that are dots only after decoding are refused as well
            if segment.is_empty() || segment == "." || segment == ".." {
                return None;
            }
            segments.push(segment);
        }
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // undecided: an invalid escape in the query is an invalid escape, and `+` is a plus
            pairs.push((decoded(name)?, decoded(value)?));
        }
        let headers = request["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_string())))
            .collect();
        Some(Call { method, segments, query: pairs, headers, body: request["body"].clone() })
    }

    #[must_use]
    pub fn route(&self) -> (&str, Vec<&str>) {
        (&self.method, self.segments.iter().map(String::as_str).collect())
    }

    /// A field of the body that is a text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// A parameter of the query; one that is given twice with different values is not given.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let first = values.next()?;
        // undecided: the same parameter twice
        values.all(|other| other == first).then_some(first).filter(|value| !value.is_empty())
    }
}

/// The texts of a list in a body.
#[must_use]
pub fn texts(body: &Value, field: &str) -> Vec<String> {
    body.get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_string)
        .collect()
}

/// The rows of a list in a body.
#[must_use]
pub fn items<'a>(body: &'a Value, field: &str) -> Vec<&'a Value> {
    body.get(field).and_then(Value::as_array).into_iter().flatten().collect()
}

// -------------------------------------------------------------------------------------------------------------- schemas

#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// a text that is not empty
    Id,
    Flag,
    Number,
    Any,
    Ids,
    Texts,
    Object(Schema),
    Objects(Schema),
}

/// The fields with whether each is required; and whether there may be others.
#[derive(Clone, Copy)]
struct Schema {
    fields: &'static [(&'static str, bool, Kind)],
    open: bool,
}

use Kind::{Any, Flag, Id, Ids, Number, Object, Objects, Text, Texts};

const fn closed(fields: &'static [(&'static str, bool, Kind)]) -> Schema {
    Schema { fields, open: false }
}

const fn open(fields: &'static [(&'static str, bool, Kind)]) -> Schema {
    Schema { fields, open: true }
}

// undecided: an empty `object_type` or `restrict_object_type` is malformed, as it is in a row
const ACL: Schema = closed(&[
    ("object_type", true, Id),
    ("object_id", true, Id),
    ("user_id", false, Id),
    ("group_id", false, Id),
    ("permission", false, Text),
    ("role_id", false, Id),
    ("restrict_object_type", false, Id),
]);
const BATCH: Schema = closed(&[("add_acls", false, Objects(ACL)), ("remove_acls", false, Objects(ACL))]);
const CREATE_GROUP: Schema = closed(&[
    ("name", true, Text),
    ("description", false, Text),
    ("member_users", false, Ids),
    ("member_groups", false, Ids),
    ("org_name", false, Text),
]);
const PATCH_GROUP: Schema = closed(&[
    ("name", false, Text),
    ("description", false, Text),
    ("add_member_users", false, Ids),
    ("remove_member_users", false, Ids),
    ("add_member_groups", false, Ids),
    ("remove_member_groups", false, Ids),
]);
const TUPLE: Schema = closed(&[("permission", true, Text), ("restrict_object_type", false, Id)]);
const CREATE_ROLE: Schema = closed(&[
    ("name", true, Text),
    ("description", false, Text),
    ("member_permissions", false, Objects(TUPLE)),
    ("member_roles", false, Ids),
    ("org_name", false, Text),
]);
const PATCH_ROLE: Schema = closed(&[
    ("name", false, Text),
    ("description", false, Text),
    ("add_member_permissions", false, Objects(TUPLE)),
    ("remove_member_permissions", false, Objects(TUPLE)),
    ("add_member_roles", false, Ids),
    ("remove_member_roles", false, Ids),
]);
const CREATE_PROJECT_GROUP: Schema =
    closed(&[("name", true, Text), ("description", false, Text), ("org_name", false, Text)]);
const PATCH_PROJECT_GROUP: Schema = closed(&[
    ("name", false, Text),
    ("description", false, Text),
    ("add_member_projects", false, Ids),
    ("remove_member_projects", false, Ids),
]);
const CREATE_PROJECT: Schema = open(&[("name", true, Text), ("org_name", false, Text)]);
const PATCH_PROJECT: Schema = open(&[("name", false, Text)]);
// undecided: what else the bodies of objects must have (a dataset's name, a prompt's slug) is not looked at
const CREATE_OBJECT: Schema =
    open(&[("project_id", true, Id), ("name", false, Text), ("public", false, Flag)]);
const PATCH_OBJECT: Schema = open(&[("name", false, Text), ("public", false, Flag)]);
const PATCH_ORGANIZATION: Schema = closed(&[
    ("name", false, Text),
    ("api_url", false, Text),
    ("is_universal_api", false, Flag),
    ("is_dataplane_private", false, Flag),
    ("proxy_url", false, Text),
    ("realtime_url", false, Text),
    ("image_rendering_mode", false, Any),
]);
const SERVICE_ACCOUNT: Schema =
    closed(&[("name", true, Text), ("token_name", false, Text), ("token_expires_in_seconds", false, Number)]);
const INVITE: Schema = closed(&[
    ("ids", false, Ids),
    ("emails", false, Texts),
    ("service_accounts", false, Objects(SERVICE_ACCOUNT)),
    ("send_invite_emails", false, Flag),
    ("group_ids", false, Ids),
    ("group_names", false, Texts),
    ("group_id", false, Id),
    ("group_name", false, Text),
]);
const REMOVE: Schema = closed(&[("ids", false, Ids), ("emails", false, Texts)]);
const MEMBERS: Schema = closed(&[
    ("invite_users", false, Object(INVITE)),
    ("remove_users", false, Object(REMOVE)),
    ("org_name", false, Text),
    ("org_id", false, Id),
]);
const SERVICE_TOKEN: Schema =
    closed(&[("name", true, Text), ("org_name", false, Text), ("service_account_id", true, Id)]);
const DELETE_SERVICE_TOKEN: Schema = closed(&[("id", true, Id)]);
const HANGS_ON: Schema = open(&[("object_type", true, Id), ("object_id", true, Id)]);
const OF_PROJECT: Schema = open(&[("project_id", true, Id)]);

/// The routes of objects in projects, with the type.
pub const OBJECT_ROUTES: [(&str, &str); 4] =
    [("experiment", "experiment"), ("dataset", "dataset"), ("prompt", "prompt"), ("function", "prompt")];
/// What changes with `update` on the project.
pub const PROJECT_SETTINGS: [&str; 5] =
    ["project_score", "project_tag", "span_iframe", "mcp_server", "project_automation"];

#[must_use]
pub fn type_of_route(segment: &str) -> Option<&'static str> {
    OBJECT_ROUTES.iter().find(|(route, _)| *route == segment).map(|(_, ty)| *ty)
}

fn schema(method: &str, segments: &[&str]) -> Option<Schema> {
    Some(match (method, segments) {
        ("POST" | "DELETE", ["acl"]) => ACL,
        ("POST", ["acl", "batch_update"]) => BATCH,
        ("POST" | "PUT", ["group"]) => CREATE_GROUP,
        ("PATCH", ["group", _]) => PATCH_GROUP,
        ("POST" | "PUT", ["role"]) => CREATE_ROLE,
        ("PATCH", ["role", _]) => PATCH_ROLE,
        ("POST" | "PUT", ["project_group"]) => CREATE_PROJECT_GROUP,
        ("PATCH", ["project_group", _]) => PATCH_PROJECT_GROUP,
        ("POST", ["project"]) => CREATE_PROJECT,
        ("PATCH", ["project", _]) => PATCH_PROJECT,
        ("PATCH", ["organization", "members"]) => MEMBERS,
        ("PATCH", ["organization", _]) => PATCH_ORGANIZATION,
        ("POST" | "PUT", ["service_token"]) => SERVICE_TOKEN,
        ("DELETE", ["service_token"]) => DELETE_SERVICE_TOKEN,
        ("POST" | "PUT", ["view" | "env_var"]) | ("PATCH" | "DELETE", ["view", _]) => HANGS_ON,
        ("POST" | "PUT", [setting]) if PROJECT_SETTINGS.contains(setting) => OF_PROJECT,
        ("POST", [route]) if type_of_route(route).is_some() => CREATE_OBJECT,
        ("PATCH", [route, _]) if type_of_route(route).is_some() => PATCH_OBJECT,
        _ => return None,
    })
}

/// `malformed_request` and `unknown_field` for the body of this call.
#[must_use]
pub fn shape(call: &Call) -> Vec<Finding> {
    let (method, segments) = call.route();
    let mut out = Vec::new();
    if let Some(schema) = schema(method, &segments) {
        object_shape(&call.body, schema, "", &mut out);
    }
    out
}

fn object_shape(body: &Value, schema: Schema, path: &str, out: &mut Vec<Finding>) {
    let Some(map) = body.as_object() else {
        out.push(error("malformed_request", path));
        return;
    };
    for (field, required, kind) in schema.fields {
        let at = format!("{path}/{field}");
        match map.get(*field) {
            None | Some(Value::Null) if *required => out.push(error("malformed_request", at)),
            None | Some(Value::Null) => {} // null in a body is absent
            Some(value) => value_shape(value, *kind, &at, out),
        }
    }
    if !schema.open {
        for (field, value) in map {
            // undecided: an unknown field that is null is absent
            if !value.is_null() && schema.fields.iter().all(|(known, _, _)| known != field) {
                let escaped = field.replace('~', "~0").replace('/', "~1");
                let path = format!("{path}/{escaped}");
                out.push(Finding { code: "unknown_field", severity: "warning", path });
            }
        }
    }
}

fn value_shape(value: &Value, kind: Kind, path: &str, out: &mut Vec<Finding>) {
    let id = |value: &Value| value.as_str().is_some_and(|id| !id.is_empty());
    let fine = match kind {
        Text => value.is_string(),
        Id => id(value),
        Flag => value.is_boolean(),
        Number => value.is_number(),
        Any => true,
        Ids | Texts => match value.as_array() {
            None => false,
            Some(all) => {
                for (at, entry) in all.iter().enumerate() {
                    // an empty id, or an entry null in a list of ids
                    if !(if matches!(kind, Ids) { id(entry) } else { entry.is_string() }) {
                        out.push(error("malformed_request", format!("{path}/{at}")));
                    }
                }
                true
            }
        },
        Object(schema) => {
            object_shape(value, schema, path, out);
            true
        }
        Objects(schema) => match value.as_array() {
            None => false,
            Some(all) => {
                for (at, entry) in all.iter().enumerate() {
                    object_shape(entry, schema, &format!("{path}/{at}"), out);
                }
                true
            }
        },
    };
    if !fine {
        out.push(error("malformed_request", path));
    }
}

//! A request as the checks read it, and what they found.

use serde_json::Value;

use super::Made;
use crate::change::body;
use crate::change::edits::Edit;
use crate::change::request::{Request, Route};
use crate::decide::fixes::AclItem;
use crate::model::finding::{Code, Finding};
use crate::org::{Map, Org};

/// A request against the data as they are before it.
pub(super) struct Checks<'a> {
    pub org: &'a Org,
    pub route: Route,
    pub body: &'a Value,
    pub edits: &'a [Edit],
    /// Ids that a draft has made so far.
    pub made: &'a Made,
    /// Where the body has not the shape of one: nothing else is said about these places.
    pub malformed: Map<String, ()>,
    pub found: Vec<Finding>,
}

const NOTHING: &Value = &Value::Null;

impl<'a> Checks<'a> {
    /// None for what is no route of the API.
    pub fn new(org: &'a Org, request: &'a Request, edits: &'a [Edit], made: &'a Made) -> Option<Checks<'a>> {
        let route = request.route()?;
        let body = request.body.as_ref().unwrap_or(NOTHING);
        Some(Checks { org, route, body, edits, made, malformed: Map::default(), found: Vec::new() })
    }

    /// The noun that the path begins with: `group`, `acl`, …
    pub fn noun(&self) -> &str {
        self.route.segments.first().map_or("", String::as_str)
    }

    pub fn tell(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    pub fn tell_at(&mut self, code: Code, path: &str, message: String) {
        self.tell(Finding::new(code, path.to_owned(), message));
    }

    /// Whether a place of the body has the right shape, and so has what it is in.
    pub fn is_sound(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        self.malformed.is_empty() || !ends.into_iter().any(|end| self.malformed.contains_key(&path[..end]))
    }

    /// The ACLs that the request adds, as written, with their pointers.
    pub fn added(&self) -> impl Iterator<Item = (&'a AclItem, &'a str)> {
        self.edits.iter().filter_map(|edit| match edit {
            Edit::AddAcl { item, at } => Some((item, at.as_str())),
            _ => None,
        })
    }

    /// The ACLs that the request removes by their contents.
    pub fn removed(&self) -> impl Iterator<Item = (&'a AclItem, &'a str)> {
        self.edits.iter().filter_map(|edit| match edit {
            Edit::RemoveAcl { item, at } => Some((item, at.as_str())),
            _ => None,
        })
    }

    /// The ACLs that the request adds and that are not there, each once: nothing else is said about
    /// what a duplicate does (CHOICES, `duplicate_grant`).
    pub fn additions(&self) -> Vec<(&'a AclItem, &'a str)> {
        let mut seen = Seen::default();
        self.added().filter(|(item, _)| seen.is_new(item) && self.org.equal_acls(item).is_empty()).collect()
    }

    /// The tuples of a role that a field of the body names, with their pointers.
    pub fn tuples(&self, field: &str) -> Vec<(String, &'a str, Option<&'a str>)> {
        if self.noun() == "role" { body::tuples(self.body, field) } else { Vec::new() }
    }
}

/// ACLs that have been seen; MODEL 1: an ACL's identity is its contents.
#[derive(Default)]
pub(super) struct Seen<'a>(Map<[Option<&'a str>; 7], ()>);

impl<'a> Seen<'a> {
    pub fn is_new(&mut self, item: &'a AclItem) -> bool {
        let key = [
            Some(item.object_type.as_str()),
            Some(&item.object_id),
            item.user_id.as_deref(),
            item.group_id.as_deref(),
            item.permission.as_deref(),
            item.role_id.as_deref(),
            item.restrict_object_type.as_deref(),
        ];
        self.0.insert(key, ()).is_none()
    }
}

/// What to call the grantee of an ACL in a sentence.
pub(super) fn grantee(org: &Org, item: &AclItem) -> String {
    match (&item.user_id, &item.group_id) {
        (Some(user), _) => format!("`{}`", org.user_label(user)),
        (None, Some(group)) => group_label(org, group),
        (None, None) => "nobody".to_owned(),
    }
}

/// What to call a permission group in a sentence.
pub(super) fn group_label(org: &Org, id: &str) -> String {
    org.object_label("group", Some(id))
}

/// The grantee's id.
pub(super) fn grantee_id(item: &AclItem) -> &str {
    item.user_id.as_deref().or(item.group_id.as_deref()).unwrap_or_default()
}

/// The object of an ACL in a sentence.
pub(super) fn object_label(org: &Org, item: &AclItem) -> String {
    org.object_label(&item.object_type, Some(&item.object_id))
}

//! A draft: changes somebody wants to make, not yet sent; what the organisation would be with them.

use std::fmt::Write;
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::{Map as JsonMap, Value, json};

use super::diff::{DiffRow, diff};
use super::effect::{Ids, touched_by};
use super::matrix_edit::BoxChange;
use super::request::{Actor, Request};
use super::step::{Asked, Step};
use super::summary::{SummaryRow, summary};
use super::{plan, validate};
use crate::decide::access::Principal;
use crate::decide::fixes::AclItem;
use crate::load::list::List;
use crate::model::finding::Finding;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::Org;

/// A change of a draft.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Its place in the draft.
    pub index: usize,
    /// One sentence with names.
    pub text: String,
    /// Whether the data refuse it: it is then neither in the preview nor among the requests, and
    /// [`Draft::findings`] say why.
    pub refused: bool,
    /// The request that makes it: of several, the last one.
    pub request: Request,
    /// All of them in order, where there are several: what [`Draft::narrow`] comes to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Request>,
}

/// Changes to an organisation that are not sent yet: what they change, what is wrong with them, and
/// the requests that make them.
///
/// A draft keeps the organisation as it was when the draft was made, or rebased last.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) base: Org,
    pub(super) actor: Actor,
    pub(super) creator_grants: bool,
    steps: Vec<Step>,
    /// Findings of a call that made no change.
    asides: Vec<Finding>,
    pub(super) ids: Ids,
    /// Ids that the steps made so far.
    pub(super) made: validate::Made,
    pub(super) preview: Org,
    version: u64,
    diff: OnceLock<Vec<DiffRow>>,
}

impl Org {
    /// A draft by somebody. With `creator_grants` whatever the draft creates gets an ACL that makes
    /// the actor its owner, as the server does unless the organisation turned that off (section 3).
    #[must_use]
    pub fn draft(&self, by: Actor, creator_grants: bool) -> Draft {
        Draft {
            base: self.fork(),
            actor: by,
            creator_grants,
            steps: Vec::new(),
            asides: Vec::new(),
            ids: Ids::default(),
            made: validate::Made::default(),
            preview: self.fork(),
            version: 1,
            diff: OnceLock::new(),
        }
    }
}

impl Draft {
    /// The organisation as it would be: an overlay that shares with the organisation what does not
    /// change. A change with a finding of severity error about the data is not in it.
    #[must_use]
    pub fn preview(&self) -> &Org {
        &self.preview
    }

    /// A number that grows with every change of the draft.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The changes, in order.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let change = |(index, step): (usize, &Step)| Change {
            index,
            text: step.text.clone(),
            refused: !step.works(),
            request: step.requests.last().cloned().unwrap_or_else(|| batch(&[], &[])),
            requests: if step.requests.len() > 1 { step.requests.clone() } else { Vec::new() },
        };
        self.steps.iter().enumerate().map(change).collect()
    }

    /// What is wrong with the changes, and what somebody would regret; `change` is the index, and
    /// the pointer is into the body of that change's request, or into what was asked for: `/boxes/0`
    /// of a matrix, `/acl` or `/except/0` of what is narrowed. Each change is judged after those
    /// before it. A call that changes nothing has findings without a `change`, until the next one.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let of = |(index, step): (usize, &Step)| {
            let at = move |finding: &Finding| Finding { change: Some(index), ..finding.clone() };
            step.notes.iter().chain(&step.findings).map(at).collect::<Vec<_>>()
        };
        self.steps.iter().enumerate().flat_map(of).chain(self.asides.iter().cloned()).collect()
    }

    /// Who gains and who loses what, and where: exactly, objects that do not exist yet included.
    pub fn diff(&self) -> &[DiffRow] {
        self.diff.get_or_init(|| {
            let touched = self.touched();
            diff(&self.base, &self.preview, &touched)
        })
    }

    /// How many people gain and lose something, by group and project.
    #[must_use]
    pub fn summary(&self) -> Vec<SummaryRow> {
        summary(&self.base, &self.preview, &self.touched(), self.diff())
    }

    fn touched(&self) -> Vec<(List, String)> {
        touched_by(self.steps.iter().flat_map(Step::carried).map(|(_, effect)| effect))
    }

    /// The fewest API requests that make the changes, in an order in which each works and is
    /// permitted to the actor when its turn comes. Ids that the server will choose are placeholders
    /// such as `new:group:1`; the request that creates one names it in `creates`.
    ///
    /// Changes that the data refuse are left out. Where the actor may not make the changes
    /// ([`Draft::findings`] say so), the order is one in which somebody who may could send them.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        plan::requests(&self.base, &self.preview, &self.steps, &self.actor, self.creator_grants)
    }

    // ---- changes ----

    /// Any request of the API, as is. Returns the ids of what it creates: placeholders, or the ids
    /// of what exists by that name.
    pub fn request(&mut self, request: Request) -> Vec<String> {
        self.ask(Asked::Request(request))
    }

    fn ask(&mut self, asked: Asked) -> Vec<String> {
        let mut step = Step::new(asked);
        self.carry(&mut step);
        let made = step.made.clone();
        self.steps.push(step);
        self.asides.clear();
        self.changed();
        made
    }

    fn changed(&mut self) {
        self.version += 1;
        self.diff = OnceLock::new();
    }

    fn replay(&mut self, steps: Vec<Step>) {
        self.preview = self.base.fork();
        self.made.clear();
        self.steps.clear();
        self.asides.clear();
        for mut step in steps {
            self.carry(&mut step);
            self.steps.push(step);
        }
        self.changed();
    }

    /// Takes a change back, the last one when no index is given; those after it are judged anew.
    /// An index that the draft does not have changes nothing.
    pub fn undo(&mut self, index: Option<usize>) {
        let index = index.unwrap_or(self.steps.len().wrapping_sub(1));
        if index < self.steps.len() {
            let mut steps = std::mem::take(&mut self.steps);
            steps.remove(index);
            self.replay(steps);
        }
    }

    /// Takes every change back.
    pub fn clear(&mut self) {
        self.replay(Vec::new());
    }

    /// Replays the changes on a newer version of the organisation. Returns the findings of changes
    /// that worked before and are refused by the newer data.
    pub fn rebase(&mut self, org: &Org) -> Vec<Finding> {
        let worked: Vec<bool> = self.steps.iter().map(Step::works).collect();
        self.base = org.fork();
        let steps = std::mem::take(&mut self.steps);
        self.replay(steps);
        let lost = |finding: &Finding| {
            let Some((worked, step)) = finding.change.map(|at| (worked[at], &self.steps[at])) else {
                return false;
            };
            // What narrows a grant comes to no request where there is nothing to narrow.
            worked && !step.works() && (validate::stops(finding) || step.requests.is_empty())
        };
        self.findings().into_iter().filter(lost).collect()
    }

    /// Grants: one request, for several a batch. `manage_access` stands for the four `*_acls`.
    pub fn grant(&mut self, items: &[AclItem]) {
        let items = expand(items);
        self.request(match items.as_slice() {
            [item] => post("/v1/acl", json!(item)),
            items => batch(items, &[]),
        });
    }

    /// Takes grants back: every ACL with these contents.
    pub fn revoke(&mut self, items: &[AclItem]) {
        let items = expand(items);
        self.request(match items.as_slice() {
            [item] => Request::new("DELETE", "/v1/acl").body(json!(item)),
            items => batch(&[], items),
        });
    }

    /// Takes the grant of an ACL back, and every equal one.
    pub fn revoke_acl(&mut self, acl: &str) {
        let item = self.preview.acls().find(acl).and_then(|slot| self.preview.acl_item_of(slot));
        match item {
            Some(item) => self.revoke(&[item]),
            None => {
                self.request(Request::new("DELETE", &path("acl", acl)));
            }
        }
    }

    /// Sets boxes of the permission matrix of a group, user or service account (section 9); boxes
    /// that are not given stay as they are.
    pub fn set_matrix(&mut self, principal: &Principal, boxes: &[BoxChange]) {
        self.ask(Asked::Matrix { principal: principal.clone(), boxes: boxes.to_vec() });
    }

    /// Creates something by a `POST` of its body; `noun` is the path's: `group`, `role`,
    /// `project_group`. Returns its id: a placeholder, or that of what has the name already.
    pub fn create(&mut self, noun: &str, body: Value) -> String {
        let made = self.request(post(&format!("/v1/{noun}"), body));
        made.into_iter().next().unwrap_or_default()
    }

    /// Changes something by a `PATCH` of its body.
    pub fn update(&mut self, noun: &str, id: &str, body: Value) {
        self.request(Request::new("PATCH", &path(noun, id)).body(body));
    }

    /// Deletes something.
    pub fn delete(&mut self, noun: &str, id: &str) {
        self.request(Request::new("DELETE", &path(noun, id)));
    }

    /// Makes people members of a group.
    pub fn add_members(&mut self, group: &str, ids: &[String]) {
        self.update("group", group, json!({ "add_member_users": ids }));
    }

    /// Takes people out of a group.
    pub fn remove_members(&mut self, group: &str, ids: &[String]) {
        self.update("group", group, json!({ "remove_member_users": ids }));
    }

    /// Makes these people, and no others, the members of a group.
    pub fn set_members(&mut self, group: &str, ids: &[String]) {
        self.ask(Asked::Members { group: group.to_owned(), ids: ids.to_vec() });
    }

    /// Changes who is in the organisation: the body of `PATCH /v1/organization/members`.
    pub fn members(&mut self, body: Value) {
        self.request(Request::new("PATCH", "/v1/organization/members").body(body));
    }

    /// Creates a service token.
    pub fn create_service_token(&mut self, body: Value) {
        self.request(post("/v1/service_token", body));
    }

    /// Changes the organisation's settings.
    pub fn update_organization(&mut self, body: Value) {
        let path = path("organization", self.base.id());
        self.request(Request::new("PATCH", &path).body(body));
    }

    /// Replaces a broad grant by the fewest narrower ones, so that the grantee has nothing from it
    /// on these projects and in them, and what it had elsewhere: one change of up to three requests.
    ///
    /// Where there is nothing to narrow, nothing changes: [`Draft::findings`] say why until the
    /// draft changes.
    pub fn narrow(&mut self, acl: &str, except: &[&str]) {
        if let Err(finding) = self.preview.narrow(acl, except, "") {
            self.asides = vec![finding];
            self.changed();
        } else {
            let except = except.iter().map(|&id| id.to_owned()).collect();
            self.ask(Asked::Narrow { acl: acl.to_owned(), except });
        }
    }
}

pub(super) fn post(path: &str, body: Value) -> Request {
    Request::new("POST", path).body(body)
}

pub(super) fn batch(add: &[AclItem], remove: &[AclItem]) -> Request {
    let mut body = JsonMap::new();
    for (field, items) in [("add_acls", add), ("remove_acls", remove)] {
        if !items.is_empty() {
            body.insert(field.to_owned(), json!(items));
        }
    }
    post("/v1/acl/batch_update", Value::Object(body))
}

/// A path with an id in it.
pub(super) fn path(noun: &str, id: &str) -> String {
    format!("/v1/{noun}/{}", encode(id))
}

/// An id as a segment of a path.
fn encode(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'~' | b':')
            || byte == b'.' && !matches!(id, "." | "..")
        {
            out.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `manage_access` stands for one ACL for each of the four `*_acls`.
fn expand(items: &[AclItem]) -> Vec<AclItem> {
    let mut expanded = Vec::new();
    for item in items {
        if item.permission.as_deref() == Some("manage_access") {
            expanded.extend(PermissionSet::MANAGE_ACCESS.iter().map(|permission: Permission| AclItem {
                permission: Some(permission.as_str().to_owned()),
                ..item.clone()
            }));
        } else {
            expanded.push(item.clone());
        }
    }
    expanded
}

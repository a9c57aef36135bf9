//! What is wrong with a request, and what would follow from it: the second table of the model's
//! section 6. Where each finding points, and when it is told, is ruled in `docs/CHOICES.md`,
//! "Findings of a change".

mod checks;
mod consequences;
mod contents;
mod escalation;
mod grants;
mod leaving;
mod plan;
mod references;
mod rules;
mod shape;

use checks::Checks;
pub(crate) use leaving::refused_when_leaving;

use super::edits::{Edit, edits};
use super::effect::{Carrying, Effect, Ids, Server, carry_out};
use super::needs::{Need, Needs, PlacedNeed};
use super::request::{Actor, Request};
use crate::model::finding::{Code, Finding, Node, Severity};
use crate::model::object::Object;
use crate::org::{Map, Org, sort};

impl Org {
    /// Everything that is wrong with a request or worth knowing about it, against these data and
    /// for who sends it (the model's section 6): the most serious first, then by pointer, then by
    /// code. Pointers are relative to the body. Nothing is changed, and nothing about the request
    /// is an error: a body of another shape is a finding.
    ///
    /// ```
    /// use aclarity::{Actor, Code, Credential, Org, Request};
    ///
    /// # fn main() -> Result<(), aclarity::Error> {
    /// let org = Org::from_json(br#"{
    ///     "organization": {"id": "acme"},
    ///     "groups": [{"id": "labelling", "name": "Labelling", "member_users": ["ada"]}],
    ///     "projects": [{"id": "search", "name": "Search"}],
    ///     "acls": [{"id": "a1", "object_type": "organization", "object_id": "acme",
    ///               "user_id": "olive", "permission": "create_acls"}]
    /// }"#)?;
    /// let request = Request::new("POST", "/v1/acl").body(serde_json::json!({
    ///     "object_type": "project", "object_id": "search",
    ///     "group_id": "labelling", "permission": "read", "restrict_object_type": "group",
    /// }));
    /// let found = org.validate(&request, &Actor::new("olive", Credential::Session));
    /// assert_eq!((found[0].code, found[0].path.as_str()), (Code::NoEffect, "/restrict_object_type"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn validate(&self, request: &Request, by: &Actor) -> Vec<Finding> {
        let edits = edits(request);
        let mut found = problems(self, request, &edits, &Made::default());
        found.extend(refused(self, request, by));
        if !found.iter().any(stops) && !edits.is_empty() {
            let after = after(self, &edits, by.id.as_deref());
            found.extend(regrets(self, &after, request, &edits, by));
        }
        arrange(&mut found);
        found
    }
}

/// Ids that a draft has made so far.
pub(crate) type Made = Map<String, ()>;

/// The organisation as the edits would leave it.
fn after(org: &Org, edits: &[Edit], actor: Option<&str>) -> Org {
    let mut after = org.fork();
    let mut ids = Ids::default();
    let carrying = Carrying {
        org: &mut after,
        actor,
        creator_grants: true,
        server: Server::Preview,
        ids: &mut ids,
        known: &[],
        effect: Effect::default(),
    };
    carry_out(edits, carrying);
    after
}

/// What is wrong with a request by itself and against the data as they are before it. `made`: ids
/// that a draft has made so far, which are never unknown.
pub(crate) fn problems(org: &Org, request: &Request, edits: &[Edit], made: &Made) -> Vec<Finding> {
    let is_known = request.route().is_some_and(|route| super::needs::has(&route));
    let checks = Checks::new(org, request, edits, made).filter(|_| is_known);
    let Some(mut checks) = checks else { return vec![unknown_request(request)] };
    checks.shape();
    checks.references();
    checks.rules();
    checks.plan();
    checks.grants();
    checks.found
}

/// MODEL 8: anything else is unknown, and said so.
fn unknown_request(request: &Request) -> Finding {
    let Request { method, path, .. } = request;
    let message =
        format!("`{method} {path}` is no request that this version knows; check the method and the path");
    Finding::new(Code::UnknownRequest, String::new(), message)
        .with("method", method.as_str())
        .with("path", path.as_str())
}

/// What follows from a request: findings that compare the organisation before and after it. What
/// both hold has the same numbers in both.
pub(crate) fn regrets(
    before: &Org,
    after: &Org,
    request: &Request,
    edits: &[Edit],
    by: &Actor,
) -> Vec<Finding> {
    let nothing = Made::default();
    let Some(checks) = Checks::new(before, request, edits, &nothing) else { return Vec::new() };
    let mut found = grants::regrets(&checks, after);
    found.extend(consequences::regrets(&checks, after, by));
    found.extend(escalation::regrets(&checks, after));
    found
}

/// What the server would refuse because of who sends the request, or to which organisation.
pub(crate) fn refused(before: &Org, request: &Request, by: &Actor) -> Vec<Finding> {
    let Needs { needs, findings, acting, .. } = before.needs_of(request, by);
    let missing = needs.into_iter().filter(|placed| !placed.need.held);
    let mut found: Vec<Finding> =
        missing.map(|PlacedNeed { need, at }| not_permitted(before, acting.as_deref(), &need, at)).collect();
    found.extend(findings.into_iter().filter(is_refusal));
    found
}

fn not_permitted(org: &Org, acting: Option<&str>, need: &Need, at: String) -> Finding {
    let Node { object_type, id } = &need.object;
    let on = org.object_label(object_type, Some(id));
    let who = match acting {
        Some(actor) => format!("`{}`", org.user_label(actor)),
        None => "somebody who is not signed in".to_owned(),
    };
    let target = org.target_for(&Object::new(object_type.as_str(), id.as_str()));
    let advice = if target.known || id.is_empty() {
        "ask somebody who does"
    } else {
        "the data do not know it: check the id first"
    };
    let message = format!("{who} does not hold `{}` on {on}, which this needs; {advice}", need.permission);
    let finding = Finding::new(Code::NotPermitted, at, message)
        .with("permission", need.permission.as_str())
        .object(object_type, id);
    match acting {
        Some(actor) => finding.subject(actor),
        None => finding,
    }
}

fn is_refusal(finding: &Finding) -> bool {
    matches!(finding.code, Code::OwnerRequired | Code::ServiceTokenRequired | Code::WrongOrganization)
}

/// Whether a finding keeps a change from being carried out in a preview: an error about the data.
/// One about the actor or the plan leaves the preview as if somebody else sent the request.
pub(crate) fn stops(finding: &Finding) -> bool {
    finding.severity == Severity::Error
        && !matches!(
            finding.code,
            Code::NotPermitted | Code::OwnerRequired | Code::ServiceTokenRequired | Code::PlanRequired
        )
}

/// Each finding once: by severity, then by pointer, then by code.
pub(crate) fn arrange(found: &mut Vec<Finding>) {
    sort::by_rank_and_id(found, |finding| (finding.severity as u64, key(finding)));
    found.dedup_by(|a, b| key(a) == key(b));
}

/// What tells findings apart: most are told once for each place, some for each object or subject.
fn key(finding: &Finding) -> String {
    let mut key = format!("{}\0{}", finding.path, finding.code);
    if matches!(finding.code, Code::NotPermitted | Code::SelfLockout | Code::CreatesEscalation) {
        let (ty, id) = finding.object.as_ref().map_or(("", ""), |node| (&*node.object_type, &*node.id));
        let subject = finding.subject.as_deref().unwrap_or_default();
        let permission = finding.params.get("permission");
        key = format!("{key}\0{subject}\0{ty}\0{id}\0{permission:?}");
    }
    key
}

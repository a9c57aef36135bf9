//! The requests that carry a draft out: as few as make the difference between the organisation and
//! its preview, in an order in which each works and is permitted when its turn comes.
//!
//! What is to be done is reckoned once ([`difference`]), and placed by sending part after part to a
//! simulated server ([`order`]): a part that takes nothing from the actor cannot keep another from
//! being permitted, so that most drafts are placed without trying anything twice.

mod difference;
mod order;
mod part;
mod simulation;

use serde_json::json;

use super::draft::{batch, path};
use super::edits::{Edit, edits};
use super::effect::Effect;
use super::request::{Actor, Request};
use super::step::Step;
use super::validate::Made;
use crate::org::Org;
use difference::naming;
use part::{Part, Rank, is_batch, simple};
use simulation::{Sender, Simulation};

pub(crate) fn requests(
    base: &Org,
    preview: &Org,
    steps: &[Step],
    actor: &Actor,
    creator_grants: bool,
) -> Vec<Request> {
    let effects = steps.iter().flat_map(Step::carried).map(|(_, effect)| effect);
    let placeholders: Made =
        effects.flat_map(|effect| &effect.placeholders).map(|(_, id)| (id.clone(), ())).collect();
    let start = Simulation::new(base, Sender { actor, creator_grants, placeholders: &placeholders });
    let parts = difference::parts(&start, preview, steps);
    let (mut plan, is_permitted) = order::in_order(start.clone(), parts);
    // What was a batch stays one, be it of one.
    if !carried(steps).any(|(request, _)| is_batch(request)) {
        plan = plan.into_iter().map(simple).collect();
    }
    if is_permitted {
        return plan;
    }
    // What the draft does only by the way (a right that it gives and takes again) may be needed.
    match as_written(start, steps) {
        Some(requests) => requests,
        None => plan,
    }
}

/// The requests of the steps that the data allow and that ask for something.
fn carried(steps: &[Step]) -> impl Iterator<Item = (&Request, &Effect)> {
    steps.iter().filter(|step| !step.is_idle()).flat_map(Step::carried)
}

/// The draft's own requests in its own order, with the removals that removing a member means; none
/// if the actor may not send them so either.
fn as_written(mut simulation: Simulation<'_>, steps: &[Step]) -> Option<Vec<Request>> {
    let mut plan = Vec::new();
    let mut made = Made::default();
    for (request, effect) in carried(steps) {
        let mut requests = leaving(&simulation.org, request);
        requests.push(naming(by_contents(&simulation, request.clone()), effect));
        for request in requests {
            let part = Part::new(Rank::Arrive, request);
            if !simulation.permits(&part, &made) {
                return None;
            }
            simulation.send(&part);
            made.extend(part.request.creates.iter().map(|id| (id.clone(), ())));
            plan.push(part.request);
        }
    }
    Some(plan)
}

/// An ACL of the draft has no id yet.
fn by_contents(simulation: &Simulation<'_>, request: Request) -> Request {
    let (org, placeholders) = (&simulation.org, simulation.sender.placeholders);
    let id = edits(&request).into_iter().find_map(|edit| match edit {
        Edit::RemoveAclById { id } if placeholders.contains_key(&id) => Some(id),
        _ => None,
    });
    let item = id.and_then(|id| org.acl_item_of(org.acls().find(&id)?));
    item.map_or(request, |item| Request::new("DELETE", "/v1/acl").body(json!(item)))
}

/// The memberships and ACLs of those whom a request removes from the organisation.
fn leaving(org: &Org, request: &Request) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut acls = Vec::new();
    for edit in edits(request) {
        let Edit::Expel { ids, emails } = edit else { continue };
        let by_email = emails.iter().flat_map(|email| org.users_with_email(email));
        for id in ids.into_iter().chain(by_email) {
            let Some(user) = org.find_user(&id) else { continue };
            acls.extend(org.acls_of(user).filter_map(|(slot, _)| org.acl_item_of(slot)));
            let live = org.principal(user).member_of.iter().filter(|group| org.is_live_group(**group));
            requests.extend(live.map(|group| {
                let body = json!({ "remove_member_users": [id] });
                Request::new("PATCH", &path("group", &org.principal_id(*group))).body(body)
            }));
        }
    }
    if !acls.is_empty() {
        requests.push(simple(batch(&[], &acls)));
    }
    requests
}

//! `authorize` and `validate` agree, and what `authorize` misses is what is missing.

use aclarity::{Actor, Decision, LoadOptions, Org, Request};
use serde_json::{Value, json};

use crate::drafts::credential;
use crate::load;
use crate::naive::drafts;
use crate::naive::organization_id;

/// The ACLs that would give an actor what a request misses.
fn missing(org: &Org, request: &Request, by: &Actor) -> Vec<Value> {
    let needs = org.authorize(request, by).needs;
    let item = |(at, need): (usize, aclarity::Need)| {
        json!({ "id": format!("granted-{at}"), "object_type": need.object.object_type, "object_id": need.object.id,
                "user_id": by.id, "permission": need.permission.as_str() })
    };
    needs.into_iter().filter(|need| !need.held).enumerate().map(item).collect()
}

/// MODEL 6 and 8: whatever is allowed validates without `not_permitted`; whatever is denied names a
/// permission which, once granted, makes it allowed, unless it is refused for the credential,
/// ownership, or another organisation, or because the object is deleted.
#[test]
fn authorize_and_validate_agree() {
    let (mut allowed, mut granted) = (0, 0);
    for seed in 0..4_000 {
        let (export, case) = drafts::case(seed);
        let org = load(&export, &LoadOptions::default());
        let by = Actor::new(case.actor.as_deref().unwrap_or_default(), credential(case.credential));
        for request in &case.requests {
            let request = Request::from_json(request.to_string().as_bytes()).expect("a request");
            let answer = org.authorize(&request, &by);
            let findings = org.validate(&request, &by);
            let says = |code: &str| findings.iter().any(|finding| finding.code.as_str() == code);
            if answer.decision == Decision::Allow {
                allowed += 1;
                assert!(!says("not_permitted"), "{seed}: {request:?} {findings:#?}");
            }
            if answer.decision != Decision::Deny || by.id.is_none() {
                continue;
            }
            let refused = ["owner_required", "service_token_required", "wrong_organization"];
            let is_refused = |finding: &aclarity::Finding| refused.contains(&finding.code.as_str());
            if answer.findings.iter().any(is_refused) {
                continue;
            }
            assert!(says("not_permitted"), "{seed}: {request:?} {answer:?} {findings:#?}");
            let acls = missing(&org, &request, &by);
            assert!(!acls.is_empty(), "{seed}: a denial that names nothing: {request:?} {answer:?}");
            let mut richer = org.clone();
            richer.apply(json!({ "acls": { "upsert": acls } }).to_string().as_bytes()).expect("it applies");
            let again = richer.authorize(&request, &by);
            let on_deleted = |need: &aclarity::Need| {
                let object = aclarity::Object::new(&*need.object.object_type, &need.object.id);
                !need.held
                    && org.anonymous().explain(need.permission, &object).reason == aclarity::Reason::Deleted
            };
            if again.needs.iter().any(on_deleted) {
                continue;
            }
            granted += 1;
            assert!(
                // Something else may be unknown all the same, such as the organisation's name.
                again.decision != Decision::Deny,
                "{seed}: {request:?}\n{answer:?}\n{again:?}\n{}",
                organization_id(&export).unwrap_or_default()
            );
        }
    }
    assert!(allowed > 1_000 && granted > 1_000, "too few to say anything: {allowed}, {granted}");
}

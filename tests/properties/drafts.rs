//! Drafts: the preview against a model of the server, the diff against brute force, the requests
//! out, sent to the model of the server, against the preview.

use std::collections::HashMap;

use aclarity::{Actor, Credential, Draft, Finding, LoadOptions, Org, Request, Severity};
use serde_json::{Value, json};

use crate::naive::diff::{self, Thing};
use crate::naive::drafts::{self, Draft as Case};
use crate::naive::server::{Actors, Server};
use crate::naive::{Naive, Options, Who};
use crate::{load, object, read_as};

/// How many random drafts; `DRAFTS` for more.
fn cases() -> std::ops::Range<u64> {
    let many = std::env::var("DRAFTS").ok().and_then(|many| many.parse().ok());
    0..many.unwrap_or(20_000)
}

pub(crate) fn credential(name: &str) -> Credential {
    [Credential::Session, Credential::ApiKey, Credential::ServiceToken]
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .unwrap_or(Credential::Unknown)
}

/// Errors that do not keep a change out of the preview.
fn is_about_the_actor(finding: &Finding) -> bool {
    matches!(
        finding.code.as_str(),
        "not_permitted" | "owner_required" | "service_token_required" | "plan_required"
    )
}

/// The draft of a case, and the model's preview.
fn drafted(org: &Org, export: &Value, case: &Case, options: Options, seed: u64) -> (Draft, Server) {
    let actor = Actor::new(case.actor.as_deref().unwrap_or_default(), credential(case.credential));
    let mut draft = org.draft(actor, case.creator_grants);
    let mut server = Server::preview(export, case.creator_grants).reading(options);
    for (at, request) in case.requests.iter().enumerate() {
        draft.request(Request::from_json(request.to_string().as_bytes()).expect("a request"));
        let answer = server.send(case.actor.as_deref(), case.credential, request);
        let refused: Vec<Finding> = draft
            .findings()
            .into_iter()
            .filter(|f| f.change == Some(at) && f.severity == Severity::Error && !is_about_the_actor(f))
            .collect();
        let unknown_route = answer.as_ref().is_err_and(|refusal| refusal["route"] == "unknown");
        assert!(
            unknown_route || answer.is_err() != refused.is_empty(),
            "{seed}: {request}\nserver: {answer:?}\nfindings: {refused:#?}\n{}",
            told(case, export)
        );
    }
    (draft, server)
}

fn told(case: &Case, export: &Value) -> String {
    format!("{}\n{export:#}", json!(case.requests))
}

/// Every subject may do the same with everything, under the names of the preview.
fn same_decisions(
    preview: &Org,
    server: &Server,
    names: &HashMap<String, String>,
    context: &dyn Fn() -> String,
) {
    let real: HashMap<&str, &str> = names.iter().map(|(name, id)| (id.as_str(), name.as_str())).collect();
    let named = |id: &str| real.get(id).map_or_else(|| id.to_owned(), ToString::to_string);
    let after = server.evaluator();
    for subject in after.everybody() {
        let somebody = preview.subject(&named(&subject));
        for thing in after.things() {
            let Thing::Existing { ty, id } = &thing else { continue };
            let ours = somebody.permissions(&object(ty, Some(&named(id)), None));
            let ours: Vec<&str> = ours.iter().map(aclarity::Permission::as_str).collect();
            let mut theirs: Vec<&str> = after.holds(Who::Id(&subject), &thing).into_iter().collect();
            theirs.sort_by_key(|name| crate::naive::PERMISSIONS.iter().position(|p| p == name));
            assert_eq!(ours, theirs, "{subject} on {ty} {id}: {}", context());
        }
    }
}

/// API.md, Draft: every (subject, object, permission) that changes is covered exactly once, none
/// that does not change is covered.
fn the_diff_is_sound_and_complete(
    draft: &Draft,
    before: &Naive,
    server: &Server,
    context: &dyn Fn() -> String,
) {
    let rows: Vec<Value> = draft.diff().iter().map(|row| json!(row)).collect();
    diff::check(&rows, before, &server.evaluator(), &server.created)
        .unwrap_or_else(|error| panic!("{error}\n{}", context()));
}

/// API.md, Draft: the requests turn the organisation into the preview, each permitted to the actor
/// when its turn comes, when every change of the draft was, however the data are read. Returns
/// whether they were. The server is naive, and slow.
fn the_requests_make_the_preview(
    draft: &Draft,
    export: &Value,
    case: &Case,
    options: Options,
    context: &dyn Fn() -> String,
) -> bool {
    let requests: Vec<Value> = draft.requests().iter().map(|request| json!(request)).collect();
    let mut server = Server::new(export, case.creator_grants).reading(options);
    let is_permitted = !draft.findings().iter().any(is_about_the_actor);
    server.actors = if is_permitted { Actors::NotDenied } else { Actors::Anybody };
    let context = || format!("{}\n{}", json!(requests), context());
    let names = server
        .run(case.actor.as_deref(), case.credential, &requests)
        .unwrap_or_else(|error| panic!("{error}\n{}", context()));
    same_decisions(draft.preview(), &server, &names, &context);
    is_permitted
}

/// How the data of a case are read: each way as often as any other.
fn options_of(seed: u64) -> (LoadOptions, Options) {
    read_as(seed / 2 % 2 == 1, seed / 4 % 2 == 1)
}

fn every_draft(seeds: impl Iterator<Item = u64>) {
    let (mut all, mut permitted) = (0, 0);
    for seed in seeds {
        let (export, case) = drafts::case(seed);
        let (ours, options) = options_of(seed);
        let context = || format!("{seed}, {options:?}: {}", told(&case, &export));
        let org = load(&export, &ours);
        let (draft, server) = drafted(&org, &export, &case, options, seed);
        // CHOICES, "Changes, and what the preview does with them".
        same_decisions(draft.preview(), &server, &HashMap::new(), &context);
        let before = Naive::load(&export, options);
        the_diff_is_sound_and_complete(&draft, &before, &server, &context);
        if seed < 5_000 {
            permitted +=
                usize::from(the_requests_make_the_preview(&draft, &export, &case, options, &context));
            all += 1;
        }
        for other in (0..4).filter(|_| seed < 1_000) {
            let (ours, other) = read_as(other & 1 == 1, other & 2 == 2);
            if other != options {
                let context = || format!("{seed}, {other:?}: {}", told(&case, &export));
                let (draft, _) = drafted(&load(&export, &ours), &export, &case, other, seed);
                the_requests_make_the_preview(&draft, &export, &case, other, &context);
            }
        }
    }
    assert!(permitted * 6 > all, "too few drafts are permitted to say anything: {permitted} of {all}");
}

/// A draft of a draft's preview is like any other: its preview, its diff against the first preview,
/// and its requests, sent after those of the first.
#[test]
fn drafts_of_previews() {
    let (mut works, mut on_new) = (0, 0);
    // CHOICES, "Changes": the last two remove a member who stands in a deleted group, and in a deleted ACL.
    for seed in (30_000..31_000).chain([31_103, 31_178]) {
        let (export, first) = drafts::case(seed);
        let (ours, options) = options_of(seed);
        let org = load(&export, &ours);
        let (draft, server) = drafted(&org, &export, &first, options, seed);
        let (base, middle) = (draft.preview(), &server.export);
        let owner = first.actor.as_deref().filter(|actor| *actor == "u-owner");
        let second = drafts::draft(&mut crate::rng(seed), middle, owner);
        let context =
            || format!("{seed}, {options:?}: {} then {}", json!(first.requests), told(&second, &export));
        let (again, after) = drafted(base, middle, &second, options, seed);
        same_decisions(again.preview(), &after, &HashMap::new(), &context);
        let before = Naive::load(middle, options);
        the_diff_is_sound_and_complete(&again, &before, &after, &context);
        the_requests_make_the_preview(&again, middle, &second, options, &context);
        works += usize::from(!again.diff().is_empty());
        let made = |request: &Value| {
            let text = request.to_string();
            server.created.iter().any(|made| text.contains(&format!("\"{}\"", made.id)))
        };
        on_new += usize::from(second.requests.iter().any(made));
    }
    assert!(works > 300 && on_new > 100, "{works} change something, {on_new} name what the first made");
}

/// Two halves, so that two cores share them.
#[test]
fn drafts_of_even_seeds() {
    every_draft(cases().filter(|seed| seed % 2 == 0));
}

#[test]
fn drafts_of_odd_seeds() {
    every_draft(cases().filter(|seed| seed % 2 == 1));
}

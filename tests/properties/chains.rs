//! Every chain that reach reports works: its requests, sent step by step in a draft.

use aclarity::{Actor, Credential, Draft, Object, Org, Permission, ReachRow, Request, Severity};
use serde_json::{Value, json};

use crate::naive::Who;
use crate::naive::generate::Asker;
use crate::{organization, subject};

/// An object of a type on which the actor may grant, as things stand in the draft.
fn grantable(draft: &Draft, actor: &str, ty: &str) -> Option<String> {
    let org: &Org = draft.preview();
    let me = org.subject(actor);
    let is_live = |id: &str| {
        org.anonymous().explain(Permission::Read, &Object::new(ty, id)).reason != aclarity::Reason::Deleted
    };
    org.find(None, None, Some(ty))
        .into_iter()
        .map(|node| node.id)
        .find(|id| is_live(id) && me.can(Permission::CreateAcls, &Object::new(ty, id)))
}

/// The request with ids in place of `{dataset}` and `{email}`, and the id that was taken.
/// `next` is the path of the step that follows: of any object it needs the one that it names.
fn filled(
    draft: &Draft,
    actor: &str,
    request: &Request,
    next: Option<&str>,
) -> Option<(Request, Option<String>)> {
    let mut text = json!(request).to_string();
    let mut taken = None;
    while let Some(at) = text.find("\"{").filter(|at| *at > 0) {
        let inner = &text[at + 2..];
        let end = inner.find("}\"")?;
        let (ty, whole) = (inner[..end].to_owned(), format!("\"{{{}}}\"", &inner[..end]));
        if ty.contains(['"', ':', ',']) {
            break;
        }
        let named =
            next.and_then(|path| path.strip_prefix(&format!("/v1/{ty}/"))).filter(|id| !id.contains('%'));
        let id = match named {
            _ if ty == "email" => "somebody@elsewhere.example".to_owned(),
            Some(id) => id.to_owned(),
            None => grantable(draft, actor, &ty)?,
        };
        text = text.replace(&whole, &json!(id).to_string());
        if ty != "email" {
            taken = Some(id);
        }
    }
    // What stands in a path, such as a prompt's id, is not looked for here.
    let is_open = serde_json::from_str::<Value>(&text).ok()?["path"].as_str()?.contains('{');
    (!is_open).then(|| (Request::from_json(text.as_bytes()).expect("a request"), taken))
}

/// Sends a chain; whether it could be tried.
fn try_chain(org: &Org, actor: &str, row: &ReachRow, context: &str) -> bool {
    let mut draft = org.draft(Actor::new(actor, Credential::Session), true);
    let mut taken = None;
    for (at, step) in row.steps.iter().enumerate() {
        let next = row.steps.get(at + 1).map(|step| step.request.path.as_str());
        let Some((request, id)) = filled(&draft, actor, &step.request, next) else { return false };
        taken = id.or(taken);
        // What another organisation has is not carried out.
        if org
            .validate(&request, &Actor::new(actor, Credential::Session))
            .iter()
            .any(|f| f.code.as_str() == "wrong_organization")
        {
            return false;
        }
        draft.request(request.clone());
        let refused: Vec<_> = draft
            .findings()
            .into_iter()
            // The model's section 7 knows no plans.
            .filter(|finding| finding.code.as_str() != "plan_required")
            .filter(|finding| finding.change == Some(at) && finding.severity == Severity::Error)
            .collect();
        assert!(refused.is_empty(), "{context}: {row:#?}\n{request:?}\n{refused:#?}");
        // What a new member or a scorer does next, they do themselves.
        if step.rule > 4 {
            return true;
        }
    }
    let object = match (&row.only, taken) {
        (None, _) => Object::new(&*row.object.object_type, &row.object.id),
        (Some(only), Some(id)) => Object::new(only.as_str(), &id),
        (Some(_), None) => return false,
    };
    let held = draft.preview().subject(actor).permissions(&object);
    for name in &row.permissions {
        assert!(
            held.contains(Permission::from_name(name).expect("a permission")),
            "{context}: {name}: {row:#?}"
        );
    }
    true
}

/// MODEL 7: the chain of steps that leads there.
#[test]
fn every_chain_works() {
    let mut tried = 0;
    for seed in 91_000..92_500 {
        let (export, org, _, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        for _ in 0..3 {
            let q = asker.question(&mut rng);
            let Who::Id(id) = q.who.who() else { continue };
            for row in subject(&org, Who::Id(id)).reach().iter().take(6) {
                tried += usize::from(try_chain(&org, id, row, &format!("{seed}: {id}")));
            }
        }
    }
    assert!(tried > 300, "only {tried} chains were tried");
}

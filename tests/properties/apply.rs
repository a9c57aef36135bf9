//! `apply` equals a fresh load of the changed data.

use aclarity::{AclItem, Actor, Credential, ListOptions, Org};
use serde_json::{Value, json};

use crate::naive::generate::{self, Asker};
use crate::naive::{TYPES, organization_id, rows};
use crate::{ask, load, object, options, rng, size, subject};

pub(crate) fn same(changed: &Org, fresh: &Org, export: &Value, rng: &mut generate::Rng, context: &str) {
    let asker = Asker::new(export);
    for _ in 0..30 {
        let q = asker.question(rng);
        let object = object(&q.ty, q.id.as_deref(), q.project.as_deref());
        let why = |org| subject(org, q.who.who()).explain(ask(&q.ask), &object);
        assert_eq!(why(changed), why(fresh), "{context}: {q:?}");
        assert_eq!(changed.access(&object), fresh.access(&object), "{context}: {q:?}");
        let who = |org: &Org| org.who(ask(&q.ask), &object, ListOptions::default());
        assert_eq!(who(changed), who(fresh), "{context}: {q:?}");
        let list = |org| subject(org, q.who.who()).list(ask(&q.ask), q.ty.as_str(), ListOptions::default());
        assert_eq!(list(changed), list(fresh), "{context}: {q:?}");
        let create = |org| subject(org, q.who.who()).can_create(q.ty.as_str(), q.project.as_deref());
        assert_eq!(create(changed), create(fresh), "{context}: {q:?}");
        assert_eq!(
            subject(changed, q.who.who()).is_owner(),
            subject(fresh, q.who.who()).is_owner(),
            "{context}: {q:?}"
        );
        if let Some(id) = &q.id {
            assert_eq!(changed.name(&q.ty, id), fresh.name(&q.ty, id), "{context}: {q:?}");
        }
    }
    // Findings too, with their paths: skipped, duplicate and dangling rows are remembered.
    assert_eq!(changed.findings(), fresh.findings(), "{context}");
    let counts = |org: &Org| {
        let stats = org.stats();
        (stats.users, stats.groups, stats.roles, stats.acls, stats.objects)
    };
    assert_eq!(counts(changed), counts(fresh), "{context}");
    for ty in TYPES {
        assert_eq!(changed.find(None, None, Some(ty)), fresh.find(None, None, Some(ty)), "{context}: {ty}");
    }
}

#[test]
fn changes_equal_a_fresh_load() {
    for seed in 60_000..61_200 {
        let mut rng = rng(seed);
        let mut export = generate::organization(&mut rng, size(seed));
        let (ours, _) = options(seed);
        let mut org = load(&export, &ours);
        let id = organization_id(&export).expect("an organisation");
        for step in 0..6 {
            let change = generate::change(&mut rng, &export);
            org.apply(change.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}: {change:#}"));
            generate::apply(&mut export, &change);
            // What the data are called does not change under way.
            if organization_id(&export).as_deref() != Some(&id) {
                break;
            }
            let fresh = load(&export, &ours);
            let context = format!("seed {seed}, step {step}, after {change:#}\n{export:#}");
            same(&org, &fresh, &export, &mut rng, &context);
        }
    }
}

/// A change that cannot be read changes nothing.
#[test]
fn all_or_nothing() {
    let export = json!({
        "organization": {"id": "o"}, "projects": [{"id": "p"}],
        "acls": [{"id": "a", "object_type": "project", "object_id": "p", "user_id": "ada", "permission": "read"}],
    });
    let mut org = load(&export, &aclarity::LoadOptions::default());
    let read = object("project", Some("p"), None);
    let cases = [
        (json!({"acls": {"remove": ["a"], "upsert": [{"id": 7}]}}), "/acls/upsert/0/id"),
        (json!({"acls": {"remove": ["a", null]}}), "/acls/remove/1"),
        (json!({"acls": {"remove": ["a"]}, "users": 5}), "/users"),
        (json!({"acls": {"remove": ["a"]}, "unheard": {}}), "/unheard"),
        (json!({"acls": {"remove": ["a"], "add": []}}), "/acls/add"),
        (json!({"acls": {"remove": ["a"], "upsert": [null]}}), "/acls/upsert/0"),
    ];
    let twice = br#"{"acls": {"remove": ["a"]}, "acls": {}}"#;
    assert_eq!(org.apply(twice).expect_err("a list twice").code().as_str(), "bad_shape");
    for (change, path) in cases {
        let error = org.apply(change.to_string().as_bytes()).expect_err("it cannot be read");
        assert_eq!((error.code().as_str(), error.path()), ("bad_shape", Some(path)), "{change}: {error}");
        assert_eq!(org.version(), 1, "{change}");
        assert!(org.subject("ada").can(ask("read"), &read), "{change}");
    }
    assert_eq!(
        org.apply(b"{\"acls\": {\"remove\": [\"a\"").expect_err("cut off").code().as_str(),
        "bad_json"
    );
    assert!(org.subject("ada").can(ask("read"), &read));
    let applied = org.apply(json!({"acls": {"remove": ["a"]}}).to_string().as_bytes()).expect("well formed");
    assert_eq!(applied.version, 2);
    assert!(!org.subject("ada").can(ask("read"), &read));
}

/// Removing and adding by the thousand: the slots of removed ACLs are used again, and nothing is lost.
#[test]
fn long_churn_equals_a_fresh_load() {
    let mut rng = rng(70_000);
    let mut export = generate::large(&mut rng, 60, 12, 8, 200, 1_500);
    let (ours, _) = options(0);
    let mut org = load(&export, &ours);
    let held = org.stats().bytes;
    for round in 0..40 {
        let ids: Vec<Value> = rows(&export, "acls").iter().map(|row| row["id"].clone()).collect();
        let removed: Vec<Value> = ids.iter().filter(|_| rng.percent(15)).cloned().collect();
        let mut upserted: Vec<Value> = Vec::new();
        for row in rows(&export, "acls").into_iter().filter(|row| row["id"].is_string()) {
            if !rng.percent(15) {
                continue;
            }
            let mut row = row.clone();
            if rng.percent(50) {
                row["id"] = format!("new-{round}-{}", upserted.len()).into();
            }
            row["permission"] = ["read", "update", "delete"][rng.below(3)].into();
            row["role_id"] = Value::Null;
            row["restrict_object_type"] = Value::Null;
            upserted.push(row);
        }
        let change = json!({"acls": {"remove": removed, "upsert": upserted}});
        org.apply(change.to_string().as_bytes()).expect("well formed");
        generate::apply(&mut export, &change);
    }
    let fresh = load(&export, &ours);
    same(&org, &fresh, &export, &mut rng, "after 40 rounds");
    assert!(org.stats().bytes < held * 4, "{} bytes before, {} after", held, org.stats().bytes);
}

/// Row by row, every ACL is replaced several times, most of them on two projects and of few groups,
/// while drafts come and go: a draft says the same however the organisation goes on.
#[test]
fn churn_beside_drafts_equals_a_fresh_load() {
    let mut rng = rng(71_000);
    let mut export = generate::large(&mut rng, 30, 6, 2, 40, 600);
    let (ours, _) = options(0);
    let mut org = load(&export, &ours);
    let held = org.stats().bytes;
    let first: Vec<Value> = rows(&export, "acls").into_iter().cloned().collect();
    let mut told_something = 0;
    let item = |row: &Value, permission: Option<&str>| {
        let text = |field: &str| row[field].as_str().map(ToOwned::to_owned);
        AclItem {
            object_type: text("object_type").expect("a type"),
            object_id: text("object_id").expect("an id"),
            user_id: text("user_id"),
            group_id: text("group_id"),
            permission: permission.map(ToOwned::to_owned).or(text("permission")),
            role_id: text("role_id").filter(|_| permission.is_none()),
            restrict_object_type: text("restrict_object_type").filter(|_| permission.is_none()),
        }
    };
    for round in 0..24 {
        let mut draft = (round % 3 == 1).then(|| {
            let mut draft = org.draft(Actor::new("nobody", Credential::Session), true);
            let acls = rows(&export, "acls");
            for _ in 0..4 {
                draft.revoke(&[item(acls[rng.below(acls.len())], None)]);
                draft.grant(&[item(acls[rng.below(acls.len())], Some("delete_acls"))]);
            }
            let told = json!([draft.diff(), draft.summary(), draft.requests(), draft.changes()]);
            told_something += usize::from(told[0] != json!([]));
            (draft, told)
        });
        for n in 0..200 {
            let acls = rows(&export, "acls");
            let removed = acls[if round % 2 == 0 { 0 } else { rng.below(acls.len()) }]["id"].clone();
            let mut row = rng.pick(&first).clone();
            row["id"] = format!("{n:08x}-{round:04x}-4000-8000-{:012x}", rng.below(1 << 30)).into();
            let change = json!({"acls": {"remove": [removed], "upsert": [row]}});
            org.apply(change.to_string().as_bytes()).expect("well formed");
            generate::apply(&mut export, &change);
        }
        if let Some((draft, told)) = &mut draft {
            let again = json!([draft.diff(), draft.summary(), draft.requests(), draft.changes()]);
            assert_eq!(again, *told, "round {round}: the organisation went on");
            draft.undo(None);
            draft.grant(&[item(rows(&export, "acls")[0], Some("delete_acls"))]);
            assert_eq!(draft.changes().len(), 8, "round {round}");
        }
        if round % 4 == 3 {
            let fresh = load(&export, &ours);
            same(&org, &fresh, &export, &mut rng, &format!("after round {round}"));
            if let Some((mut draft, _)) = draft {
                draft.rebase(&org);
                let mut other = fresh.draft(Actor::new("nobody", Credential::Session), true);
                draft.changes().into_iter().for_each(|change| drop(other.request(change.request)));
                assert_eq!(draft.diff(), other.diff(), "round {round}: rebased");
            }
        }
    }
    assert!(told_something >= 6, "{told_something} of 8 drafts change something");
    assert!(org.stats().bytes < held * 2, "{} bytes before, {} after", held, org.stats().bytes);
}

//! Explanations are sound and complete.

use std::collections::BTreeSet;

use aclarity::{Reason, Remedy};
use serde_json::{Value, json};

use crate::naive::generate::Asker;
use crate::naive::rows;
use crate::{ask, load, object, options, organization, subject};

fn without_acls(export: &Value, gone: &BTreeSet<&str>) -> Value {
    let mut export = export.clone();
    let kept: Vec<Value> = rows(&export, "acls")
        .into_iter()
        .filter(|row| row["id"].as_str().is_none_or(|id| !gone.contains(id)))
        .cloned()
        .collect();
    export["acls"] = kept.into();
    export
}

/// The ids of ACLs that say the same as this one: a grant stands for all of them.
fn equal_ids<'e>(export: &'e Value, id: &str) -> BTreeSet<&'e str> {
    let fields =
        ["object_type", "object_id", "user_id", "group_id", "permission", "role_id", "restrict_object_type"];
    let all = rows(export, "acls");
    let first = all.iter().find(|row| row["id"] == id).expect("the ACL is in the export");
    all.iter()
        .filter(|row| {
            fields.iter().all(|f| row.get(f).unwrap_or(&Value::Null) == first.get(f).unwrap_or(&Value::Null))
        })
        .filter_map(|row| row["id"].as_str())
        .collect()
}

/// MODEL 3: without the grants that an explanation names the answer is no; with any one of them it is yes.
#[test]
fn grants_are_exactly_those_that_matter() {
    let mut explained = 0;
    for seed in 80_000..80_800 {
        let (export, org, _, mut rng) = organization(seed);
        // Two different rows with one id are an exception by construction.
        let ids: Vec<&str> = rows(&export, "acls").iter().filter_map(|row| row["id"].as_str()).collect();
        if ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
            continue;
        }
        let (mut ours, _) = options(seed);
        ours.members = aclarity::Members::Any;
        let org = if org.options().members == aclarity::Members::Any { org } else { load(&export, &ours) };
        let asker = Asker::new(&export);
        for _ in 0..40 {
            let q = asker.question(&mut rng);
            if q.ask == "manage_access" {
                continue;
            }
            let object = object(&q.ty, q.id.as_deref(), q.project.as_deref());
            let why = subject(&org, q.who.who()).explain(ask(&q.ask), &object);
            if why.reason != Reason::Granted {
                assert!(why.grants.is_empty() || why.reason == Reason::Deleted, "seed {seed}: {q:?} {why:?}");
                continue;
            }
            explained += 1;
            let all: BTreeSet<&str> =
                why.grants.iter().flat_map(|grant| equal_ids(&export, &grant.acl)).collect();
            let context = |what: &str| format!("{what}; seed {seed}: {q:?} {why:#?}\n{export:#}");
            // The organisation is named, so that removing rows does not change what the data are of.
            let named = |mut export: Value| {
                export["organization"] = json!({"id": org.id()});
                load(&export, &ours)
            };
            let none = named(without_acls(&export, &all));
            let left = subject(&none, q.who.who()).explain(ask(&q.ask), &object);
            assert!(left.reason != Reason::Granted, "{}", context("without them"));
            for grant in &why.grants {
                let mut others = all.clone();
                for id in equal_ids(&export, &grant.acl) {
                    others.remove(id);
                }
                let one = named(without_acls(&export, &others));
                assert!(subject(&one, q.who.who()).can(ask(&q.ask), &object), "{}", context(&grant.acl));
            }
        }
    }
    assert!(explained > 400, "only {explained} answers were granted");
}

/// The path of each grant is one: groups in groups, roles in roles, from the subject to the tuple.
#[test]
fn paths_hold_together() {
    for seed in 81_000..81_500 {
        let (export, _, _, mut rng) = organization(seed);
        let export = crate::order::without_duplicates(&export);
        let org = load(&export, &options(seed).0);
        let has = |list: &str, id: &str, field: &str, member: &str| {
            rows(&export, list).iter().any(|row| {
                row["id"] == id && row[field].as_array().is_some_and(|ids| ids.iter().any(|m| m == member))
            })
        };
        let asker = Asker::new(&export);
        for _ in 0..30 {
            let q = asker.question(&mut rng);
            let object = object(&q.ty, q.id.as_deref(), q.project.as_deref());
            let subject = subject(&org, q.who.who());
            for grant in subject.explain(ask(&q.ask), &object).grants {
                let context = format!("seed {seed}: {q:?} {grant:?}\n{export:#}");
                let acls = rows(&export, "acls");
                let acl =
                    acls.iter().find(|row| row["id"] == grant.acl.as_str()).expect("it is in the export");
                assert_eq!(acl["object_id"], grant.on.id.as_str(), "{context}");
                assert_eq!(acl["object_type"], grant.on.object_type.as_str(), "{context}");
                match (grant.via.first(), grant.via.last(), &q.who) {
                    (Some(first), Some(last), crate::naive::generate::Subject::Id(id)) => {
                        assert!(has("groups", first, "member_users", id), "{context}");
                        assert_eq!(acl["group_id"], last.as_str(), "{context}");
                    }
                    (Some(first), Some(last), crate::naive::generate::Subject::Group(id)) => {
                        assert_eq!(first, id, "{context}");
                        assert_eq!(acl["group_id"], last.as_str(), "{context}");
                    }
                    (None, _, crate::naive::generate::Subject::Id(id)) => {
                        assert_eq!(acl["user_id"], id.as_str(), "{context}");
                    }
                    _ => panic!("{context}"),
                }
                for pair in grant.via.windows(2) {
                    assert!(has("groups", &pair[1], "member_groups", &pair[0]), "{context}");
                }
                match grant.role.first() {
                    Some(first) => assert_eq!(acl["role_id"], first.as_str(), "{context}"),
                    None => assert!(acl["role_id"].is_null(), "{context}"),
                }
                for pair in grant.role.windows(2) {
                    assert!(has("roles", &pair[0], "member_roles", &pair[1]), "{context}");
                }
                if let (Some(last), true) = (grant.role.last(), q.ask != "manage_access") {
                    let tuple = rows(&export, "roles").iter().any(|row| {
                        row["id"] == last.as_str()
                            && row["member_permissions"].as_array().is_some_and(|tuples| {
                                tuples.iter().any(|t| {
                                    t["permission"] == q.ask.as_str()
                                        && t["restrict_object_type"].as_str() == grant.restrict.as_deref()
                                })
                            })
                    });
                    assert!(tuple, "{context}");
                }
            }
        }
    }
}

/// Near misses equal a brute-force search that changes exactly one thing.
#[test]
fn near_misses_equal_brute_force() {
    let mut told = [0; 4];
    for seed in 82_000..82_700 {
        let (export, org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        for _ in 0..if seed % 10 == 9 { 1 } else { 5 } {
            let q = asker.question(&mut rng);
            let (who, id, project) = (q.who.who(), q.id.as_deref(), q.project.as_deref());
            let why = subject(&org, who).explain(ask(&q.ask), &object(&q.ty, id, project));
            let found: Vec<(String, Value)> = why
                .near_misses
                .iter()
                .map(|miss| (miss.acl.clone(), serde_json::to_value(miss.missing).unwrap()))
                .collect();
            let expected: Vec<(String, Value)> = naive
                .near_misses(who, &q.ask, &q.ty, id, project)
                .into_iter()
                .take(5)
                .map(|(acl, missing)| (acl, missing.into()))
                .collect();
            assert_eq!(found, expected, "seed {seed}: {q:?}\n{export:#}");
            for miss in &why.near_misses {
                told[miss.missing as usize] += 1;
                assert!(!miss.text.is_empty());
            }
        }
    }
    assert!(told.iter().all(|n| *n > 20), "near misses of each kind: {told:?}");
}

/// Each fix, when applied, makes the answer yes; and others gain what it says.
#[test]
fn fixes_fix() {
    let (mut grants, mut joins) = (0, 0);
    for seed in 83_000..83_700 {
        let (export, org, naive, mut rng) = organization(seed);
        let (_, theirs) = options(seed);
        let asker = Asker::new(&export);
        for _ in 0..8 {
            let q = asker.question(&mut rng);
            let (who, id, project) = (q.who.who(), q.id.as_deref(), q.project.as_deref());
            let object = object(&q.ty, id, project);
            let why = subject(&org, who).explain(ask(&q.ask), &object);
            let hopeless = matches!(why.reason, Reason::Deleted | Reason::NotAMember)
                || matches!(who, crate::naive::Who::Anonymous)
                || id.is_some_and(str::is_empty);
            assert!(!hopeless || why.fixes.is_empty(), "seed {seed}: {q:?} {why:#?}");
            assert!(!why.allowed || why.fixes.is_empty(), "seed {seed}: {q:?} {why:#?}");
            for fix in &why.fixes {
                let context = format!("seed {seed}: {q:?} {fix:?}\n{export:#}");
                let mut fixed = export.clone();
                let mut change = serde_json::Map::new();
                match &fix.remedy {
                    Remedy::Grant(item) => {
                        grants += 1;
                        let row = serde_json::to_value(item).unwrap();
                        let permissions = match item.permission.as_deref() {
                            Some("manage_access") => {
                                vec!["create_acls", "read_acls", "update_acls", "delete_acls"]
                            }
                            Some(one) => vec![one],
                            None => panic!("{context}"),
                        };
                        let rows: Vec<Value> = permissions
                            .into_iter()
                            .map(|permission| {
                                let mut row = row.clone();
                                row["id"] = format!("fix-{permission}").into();
                                row["permission"] = permission.into();
                                row
                            })
                            .collect();
                        change.insert("acls".into(), json!({"upsert": rows}));
                    }
                    Remedy::AddMember { group, user } => {
                        joins += 1;
                        let all = rows(&export, "groups");
                        let mut row =
                            (*all.iter().find(|row| row["id"] == group.as_str()).expect("known")).clone();
                        match &mut row["member_users"] {
                            Value::Array(users) => users.push(user.as_str().into()),
                            none => *none = json!([user]),
                        }
                        change.insert("groups".into(), json!({"upsert": [row]}));
                    }
                }
                crate::naive::generate::apply(&mut fixed, &Value::Object(change));
                let fixed = crate::naive::Naive::load(&fixed, theirs);
                assert!(fixed.can(who, &q.ask, &q.ty, id, project).0, "{context}");
                // Others who gain what was asked.
                let (_, before) = naive.who(&q.ask, &q.ty, id, project);
                let (_, after) = fixed.who(&q.ask, &q.ty, id, project);
                let gained =
                    after.difference(&before).filter(|user| who != crate::naive::Who::Id(user)).count();
                // A grant without restriction on something that holds more gives more than was asked.
                let holds_more =
                    matches!(q.ty.as_str(), "organization" | "org_project" | "project_group" | "project");
                // Of several permissions asked together, those who lack others gain some of them.
                let wider = match &fix.remedy {
                    Remedy::Grant(item) => {
                        q.ask == "manage_access" || holds_more && item.restrict_object_type.is_none()
                    }
                    Remedy::AddMember { .. } => false,
                };
                assert!(
                    gained == fix.gains || wider && gained < fix.gains,
                    "{gained} others gained; {context}"
                );
                if matches!(fix.remedy, Remedy::AddMember { .. }) {
                    assert_eq!(gained, 0, "{context}");
                }
            }
        }
    }
    assert!(grants > 1_000 && joins > 200, "{grants} grants and {joins} joins");
}

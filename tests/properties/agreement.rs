//! The engine agrees with the naive evaluator.

use std::collections::BTreeSet;

use aclarity::ListOptions;

use crate::naive::generate::{Asker, Question};
use crate::naive::{LISTS, PERMISSIONS, TYPES, rows};
use crate::{ask, object, organization, reason_name, subject};

fn about(seed: u64, question: &Question) -> String {
    format!("seed {seed}: {question:?}")
}

/// MODEL 3 and 4: at least 1,000,000 decisions.
#[test]
fn decisions_agree() {
    let (mut decisions, mut yes) = (0_u32, 0_u32);
    for seed in 0..2_500 {
        let (export, org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        for _ in 0..420 {
            let q = asker.question(&mut rng);
            let expected = naive.can(q.who.who(), &q.ask, &q.ty, q.id.as_deref(), q.project.as_deref());
            let object = object(&q.ty, q.id.as_deref(), q.project.as_deref());
            let found = subject(&org, q.who.who()).can(ask(&q.ask), &object);
            assert_eq!(found, expected.0, "{}\n{export:#}", about(seed, &q));
            decisions += 1;
            yes += u32::from(found);
        }
    }
    assert!(decisions >= 1_000_000, "{decisions} decisions");
    assert!(yes > decisions / 50, "only {yes} of {decisions} answers were yes: the questions ask nothing");
}

/// MODEL 3 and 4: permissions, reasons, grants and creating.
#[test]
fn reasons_and_grants_agree() {
    for seed in 10_000..11_000 {
        let (export, org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        for _ in 0..40 {
            let q = asker.question(&mut rng);
            let (who, id, project) = (q.who.who(), q.id.as_deref(), q.project.as_deref());
            let (subject, object) = (subject(&org, who), object(&q.ty, id, project));
            let context = || format!("{}\n{export:#}", about(seed, &q));
            let held: BTreeSet<&str> =
                subject.permissions(&object).iter().map(aclarity::Permission::as_str).collect();
            let expected = naive.permissions(who, &q.ty, id, project);
            assert_eq!(held, expected, "permissions, {}", context());

            let why = subject.explain(ask(&q.ask), &object);
            let (allowed, reason) = naive.can(who, &q.ask, &q.ty, id, project);
            assert_eq!((why.allowed, reason_name(why.reason)), (allowed, reason), "{}", context());
            if q.ask != "manage_access" {
                let acls: BTreeSet<String> = why.grants.iter().map(|grant| grant.acl.clone()).collect();
                assert_eq!(acls.len(), why.grants.len(), "each ACL once, {}", context());
                assert_eq!(
                    acls,
                    naive.granting_acls(who, &q.ask, &q.ty, id, project),
                    "grants, {}",
                    context()
                );
            }

            let (allowed, reason) = naive.can_create(who, &q.ty, project);
            let why = subject.explain_create(q.ty.as_str(), project);
            assert_eq!(subject.can_create(q.ty.as_str(), project), allowed, "create, {}", context());
            assert_eq!((why.allowed, reason_name(why.reason)), (allowed, reason), "create, {}", context());

            assert_eq!(subject.is_owner(), naive.is_owner(who), "owner, {}", context());
            let groups: BTreeSet<String> = subject.groups().into_iter().map(|group| group.id).collect();
            assert_eq!(groups, naive.groups(who), "groups, {}", context());
        }
    }
}

/// MODEL 3: listing is asking one by one.
#[test]
fn lists_agree() {
    for seed in 20_000..20_600 {
        let (export, org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        for _ in 0..8 {
            let q = asker.question(&mut rng);
            let (who, id, project) = (q.who.who(), q.id.as_deref(), q.project.as_deref());
            let context = || format!("{}\n{export:#}", about(seed, &q));
            let options = ListOptions { project, ..ListOptions::default() };
            let listed = subject(&org, who).list(ask(&q.ask), q.ty.as_str(), options);
            assert_eq!(listed, naive.list(who, &q.ask, &q.ty, project), "list, {}", context());
            let creatable = subject(&org, who).creatable(q.ty.as_str());
            assert_eq!(creatable, naive.creatable(who, &q.ty), "creatable, {}", context());

            let holders = org.who(ask(&q.ask), &object(&q.ty, id, project), ListOptions::default());
            let (public, expected) = naive.who(&q.ask, &q.ty, id, project);
            let found: BTreeSet<String> = holders.subjects.iter().map(|h| h.subject.clone()).collect();
            assert_eq!(holders.subjects.len(), found.len(), "once each, {}", context());
            assert_eq!((holders.public, found), (public, expected), "who, {}", context());
            // Every way that is told is one: each group is in the next, the last is the grantee.
            for holder in &holders.subjects {
                let member = |group: &str, field: &str, id: &str| {
                    rows(&export, "groups").iter().any(|row| {
                        row["id"] == group
                            && row[field].as_array().is_some_and(|ids| ids.iter().any(|m| m == id))
                    })
                };
                if let Some(first) = holder.via.first() {
                    assert!(member(first, "member_users", &holder.subject), "{holder:?}, {}", context());
                }
                for pair in holder.via.windows(2) {
                    assert!(member(&pair[1], "member_groups", &pair[0]), "{holder:?}, {}", context());
                }
                let granted = rows(&export, "acls").iter().any(|acl| {
                    acl["id"] == holder.acl.as_str()
                        && match holder.via.last() {
                            Some(group) => acl["group_id"] == group.as_str(),
                            None => acl["user_id"] == holder.subject.as_str(),
                        }
                });
                assert!(granted, "{holder:?}, {}", context());
            }
        }
    }
}

/// MODEL 3 and 6: what `access` tells about an object is what its users hold, and no more.
#[test]
fn access_adds_up() {
    for seed in 30_000..30_300 {
        let (export, org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        for _ in 0..6 {
            let q = asker.question(&mut rng);
            let target = object(&q.ty, q.id.as_deref(), q.project.as_deref());
            let rows = org.access(&target);
            for permission in PERMISSIONS {
                let mut by_rows = BTreeSet::new();
                for row in rows.iter().filter(|row| row.permissions.contains(&permission)) {
                    match &row.principal {
                        aclarity::Principal::User(id) => {
                            by_rows.insert(id.clone());
                        }
                        aclarity::Principal::Group(id) => {
                            let members: BTreeSet<String> = org
                                .who(ask("read"), &object("organization", None, None), ListOptions::default())
                                .subjects
                                .into_iter()
                                .map(|h| h.subject)
                                .chain(everybody(&export))
                                .filter(|user| org.subject(user).groups().iter().any(|g| g.id == *id))
                                .collect();
                            assert_eq!(
                                members.len(),
                                row.members,
                                "members of {id}, {}\n{export:#}",
                                about(seed, &q)
                            );
                            by_rows.extend(members);
                        }
                    }
                }
                let (_, expected) = naive.who(permission, &q.ty, q.id.as_deref(), q.project.as_deref());
                assert_eq!(by_rows, expected, "{permission}, {}\n{export:#}", about(seed, &q));
            }
        }
    }
}

/// Every id that stands anywhere as a user.
fn everybody(export: &serde_json::Value) -> Vec<String> {
    let mut ids = BTreeSet::new();
    for list in LISTS {
        for row in rows(export, list) {
            for field in ["id", "user_id", "service_account_id"] {
                ids.extend(row[field].as_str().map(ToOwned::to_owned));
            }
            for id in row["member_users"].as_array().into_iter().flatten() {
                ids.extend(id.as_str().map(ToOwned::to_owned));
            }
        }
    }
    assert!(!TYPES.is_empty());
    ids.into_iter().collect()
}

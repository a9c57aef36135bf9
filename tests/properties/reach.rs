//! Reach equals brute force: the steps of MODEL 7 really applied to the rows, until nothing changes.

use aclarity::{AclItem, Actor, Code, Credential, Object, Request};
use serde_json::{Value, json};

use crate::naive::diff::Thing;
use crate::naive::generate::{self, Asker, Rng};
use crate::naive::{Naive, PERMISSIONS, Who, organization_id, reach::reach, rows};
use crate::{ask, load, organization, reaching, read_as, rng, size, subject};

/// MODEL 7: what somebody could give themselves beyond what they hold, object by object, permission
/// by permission.
#[test]
fn reach_equals_brute_force() {
    let (mut asked, mut reached) = (0, 0);
    // These have projects that nothing but a project group or a scoring principal names.
    for seed in (90_000..90_900).chain([95_047, 95_507, 95_606]) {
        // The larger ones take brute force too long.
        if seed % 10 == 9 {
            continue;
        }
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, size(seed));
        let (ours, theirs) = read_as(seed % 4 >= 2, seed / 10 % 2 == 1);
        let (org, naive) = (load(&export, &ours), Naive::load(&export, theirs));
        let asker = Asker::new(&export);
        for _ in 0..3 {
            let q = asker.question(&mut rng);
            let who = q.who.who();
            // Brute force copies what a scoring principal holds without end when that is the subject.
            if matches!(who, Who::Id(id) if id.starts_with("bt::")) {
                continue;
            }
            let expected = reach(&export, theirs, who);
            let subject = subject(&org, who);
            let probes = reaching::probes(&org, &subject);
            asked += 1;
            for thing in naive.things() {
                let Thing::Existing { ty, id } = &thing else { continue };
                let object = Object::new(ty.as_str(), id);
                for permission in PERMISSIONS {
                    let found = reaching::reached(&probes, &subject, ask(permission), &object);
                    let expected = expected.contains(&(permission, thing.clone()));
                    reached += usize::from(expected);
                    assert_eq!(
                        found.is_some(),
                        expected,
                        "seed {seed}: {who:?} {permission} {ty} {id}, by {found:?}\n{:#?}\n{export:#}",
                        subject.reach()
                    );
                }
            }
        }
    }
    assert!(asked > 500 && reached > 1_000, "{asked} subjects reach {reached} things");
}

/// CHOICES, `escalation_path`: one for each person, the most far-reaching row of their reach.
#[test]
fn an_audit_tells_the_first_row_of_everybodys_reach() {
    let mut told = 0;
    for seed in 91_000..91_400 {
        let (export, org, ..) = organization(seed);
        let findings = org.audit();
        let paths = || findings.iter().filter(|finding| finding.code == Code::EscalationPath);
        for finding in paths() {
            let person = finding.subject.as_deref().expect("a subject");
            let rows = org.subject(person).reach();
            let row = rows.first().unwrap_or_else(|| panic!("seed {seed}: {finding:?}\n{export:#}"));
            let steps: Vec<&str> = row.steps.iter().map(|step| step.text.as_str()).collect();
            let mut expected = json!({"permissions": row.permissions, "steps": steps});
            if let Some(only) = &row.only {
                expected["only"] = json!(only);
            }
            let mut params = json!(finding.params);
            params.as_object_mut().expect("an object").remove("name");
            assert_eq!(
                (finding.object.as_ref(), params),
                (Some(&row.object), expected),
                "seed {seed}: {person}\n{export:#}"
            );
            told += 1;
        }
        let people = org.find(None, None, Some("user"));
        for person in people.iter().filter(|person| !person.id.starts_with("bt::")) {
            let subject = org.subject(&person.id);
            let all = PERMISSIONS.iter().all(|asked| subject.can(ask(asked), &Object::organization()));
            let is_told = paths().any(|finding| finding.subject.as_ref() == Some(&person.id));
            assert!(
                all || is_told != subject.reach().is_empty(),
                "seed {seed}: {person:?} {is_told}\n{:#?}\n{export:#}",
                subject.reach()
            );
        }
    }
    assert!(told > 300, "{told} paths");
}

/// CHOICES, `creates_escalation`: what is in reach after a grant and neither held then nor in reach before.
#[test]
fn a_grant_that_opens_a_path_is_told() {
    let (mut told, mut not) = (0, 0);
    for seed in 92_000..92_500 {
        let (export, org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        let (q, to) = (asker.question(&mut rng), asker.question(&mut rng));
        let (user, group, who) = match &to.who {
            generate::Subject::Id(id) if !id.starts_with("bt::") => (Some(id.clone()), None, to.who.who()),
            generate::Subject::Group(id) => (None, Some(id.clone()), to.who.who()),
            _ => continue,
        };
        let Some(id) = q.id else { continue };
        let permission = *rng.pick(&["create_acls", "update", "create"]);
        let mut draft = org.draft(Actor::new("nobody", Credential::Session), true);
        draft.grant(&[AclItem {
            object_type: q.ty,
            object_id: id,
            user_id: user,
            group_id: group,
            permission: Some(permission.to_owned()),
            role_id: None,
            restrict_object_type: None,
        }]);
        let findings = draft.findings();
        let found = findings.iter().find(|finding| finding.code == Code::CreatesEscalation);
        let after = draft.preview();
        let (then, now) = (subject(&org, who), subject(after, who));
        let (old, new) = (reaching::probes(&org, &then), reaching::probes(after, &now));
        let gained = |permission: &str, object: &Object| {
            let asked = ask(permission);
            reaching::reached(&new, &now, asked, object).is_some()
                && !then.can(asked, object)
                && reaching::reached(&old, &then, asked, object).is_none()
        };
        let things = naive.things();
        let objects = things.iter().filter_map(|thing| match thing {
            Thing::Existing { ty, id } => Some(Object::new(ty.as_str(), id)),
            Thing::Prospective { .. } => None,
        });
        let mut gains = objects.flat_map(|object| PERMISSIONS.map(|permission| (permission, object.clone())));
        let gain = gains.find(|(permission, object)| gained(permission, object));
        match found {
            None => {
                not += 1;
                assert!(gain.is_none(), "seed {seed}: {gain:?} is not told\n{findings:#?}\n{export:#}");
            }
            Some(finding) => {
                told += 1;
                let params = json!(finding.params);
                let says = |row: &&reaching::Probe| {
                    Some(&row.row.object) == finding.object.as_ref()
                        && row.row.permissions.iter().any(|permission| {
                            params["permission"].as_str().is_some_and(|all| all.contains(permission))
                        })
                };
                assert!(new.iter().any(|row| says(&row)), "seed {seed}: {finding:?}\n{export:#}");
            }
        }
    }
    assert!(told > 30 && not > 30, "{told} told, {not} not");
}

/// The contents of an ACL of the data whose grantee is a group.
fn of_a_group(row: &Value) -> Option<Value> {
    const FIELDS: [&str; 6] =
        ["object_type", "object_id", "group_id", "permission", "role_id", "restrict_object_type"];
    let is_text = |field: &str| row[field].as_str().is_some_and(|text| !text.is_empty());
    let is_sound =
        is_text("group_id") && row["user_id"].is_null() && is_text("permission") != is_text("role_id");
    let said = FIELDS.into_iter().filter(|field| is_text(field));
    is_sound.then(|| said.map(|field| (field.to_owned(), row[field].clone())).collect())
}

/// Somebody to whom something can be granted.
fn grantee(asker: &Asker, rng: &mut Rng) -> Option<(&'static str, String)> {
    match asker.question(rng).who {
        generate::Subject::Id(id) if !id.is_empty() && !id.starts_with("bt::") => Some(("user_id", id)),
        generate::Subject::Group(id) => Some(("group_id", id)),
        _ => None,
    }
}

/// ACLs on anything, some of roles, some restricted.
fn additions(rng: &mut Rng, asker: &Asker, export: &Value, (field, id): &(&str, String)) -> Vec<Value> {
    let roles = rows(export, "roles");
    let mut items = Vec::new();
    for _ in 0..rng.between(1, 3) {
        let q = asker.question(rng);
        let Some(on) = q.id else { continue };
        let mut item = json!({"object_type": q.ty, "object_id": on});
        item[*field] = json!(id);
        if rng.percent(30) && !roles.is_empty() {
            item["role_id"] = rng.pick(&roles)["id"].clone();
        } else {
            item["permission"] = json!(rng.pick(&["create_acls", "create_acls", "update", "create", "read"]));
            if rng.percent(25) {
                item["restrict_object_type"] = json!(rng.pick(&["dataset", "prompt", "project", "group"]));
            }
        }
        items.push(item);
    }
    items
}

/// CHOICES, `creates_escalation`: the same of requests that add several ACLs and take others away. A
/// group that cannot manage access any more may be named in invitations (MODEL 8).
#[test]
fn whoever_comes_to_more_by_a_batch_is_told() {
    let (mut gained, mut not, mut with_removals) = (0, 0, 0);
    for seed in 94_000..94_600 {
        let (export, mut org, naive, mut rng) = organization(seed);
        let asker = Asker::new(&export);
        let count = 1 + usize::from(rng.percent(25));
        let grantees: Vec<_> = (0..count).filter_map(|_| grantee(&asker, &mut rng)).collect();
        let added: Vec<Vec<Value>> =
            grantees.iter().map(|grantee| additions(&mut rng, &asker, &export, grantee)).collect();
        let adds = added.concat();
        // Some may invite people, and what guards groups from it goes.
        let invites = json!({"object_type": "org_member", "object_id": organization_id(&export), "permission": "create"});
        for (at, (field, id)) in grantees.iter().enumerate().filter(|_| seed % 2 == 0) {
            let mut row = invites.clone();
            row["id"] = json!(format!("invites {at}"));
            row[*field] = json!(id);
            org.apply(json!({"acls": {"upsert": [row]}}).to_string().as_bytes()).expect("it applies");
        }
        let of_groups = rows(&export, "acls").into_iter().filter_map(of_a_group);
        let guards =
            |item: &Value| item["permission"].as_str().is_none_or(|permission| permission.ends_with("_acls"));
        let takes_away = rng.percent(60);
        let mut is_removed = |item: &Value| takes_away && rng.percent(if guards(item) { 80 } else { 10 });
        let removals: Vec<Value> = of_groups.filter(|item| is_removed(item)).collect();
        let body = json!({"add_acls": adds, "remove_acls": removals});
        let mut draft = org.draft(Actor::new("nobody", Credential::Session), true);
        draft.request(Request::new("POST", "/v1/acl/batch_update").body(body.clone()));
        let findings = draft.findings();
        let after = draft.preview();
        let things = naive.things();
        let newly_covered = grantees.iter().zip(&added).filter(|(_, items)| !items.is_empty());
        for ((field, id), _) in newly_covered {
            let who = if *field == "user_id" { Who::Id(id) } else { Who::Group(id) };
            let (then, now) = (subject(&org, who), subject(after, who));
            let (old, new) = (reaching::probes(&org, &then), reaching::probes(after, &now));
            let gains = |permission: &str, thing: &Thing| {
                let Thing::Existing { ty, id } = thing else { return false };
                let (asked, object) = (ask(permission), Object::new(ty.as_str(), id));
                reaching::reached(&new, &now, asked, &object).is_some()
                    && !then.can(asked, &object)
                    && reaching::reached(&old, &then, asked, &object).is_none()
            };
            let gain = things.iter().find_map(|thing| {
                PERMISSIONS
                    .iter()
                    .find(|permission| gains(permission, thing))
                    .map(|permission| (permission, thing))
            });
            let is_told = findings.iter().any(|finding| {
                finding.code == Code::CreatesEscalation && finding.subject.as_ref() == Some(id)
            });
            assert!(
                gain.is_none() || is_told,
                "seed {seed}: {who:?} {gain:?} is not told\n{body:#}\n{findings:#?}\n{export:#}"
            );
            gained += usize::from(gain.is_some());
            with_removals += usize::from(gain.is_some() && !removals.is_empty());
            not += usize::from(!is_told);
        }
    }
    assert!(
        gained > 60 && not > 60 && with_removals > 20,
        "{gained} come to more, {with_removals} of them where something is taken away, {not} to nothing"
    );
}

/// CHOICES, `group_editor`: who holds `update` on a live group whose grants they do not hold all.
#[test]
fn an_audit_tells_who_may_join_a_group_that_holds_more() {
    let (mut told, mut not) = (0, 0);
    for seed in 93_000..93_300 {
        let (export, org, naive, _) = organization(seed);
        let findings = org.audit();
        let things = naive.things();
        let objects: Vec<Object> = things
            .iter()
            .filter_map(|thing| match thing {
                Thing::Existing { ty, id } => Some(Object::new(ty.as_str(), id)),
                Thing::Prospective { .. } => None,
            })
            .collect();
        let people = org.find(None, None, Some("user"));
        for person in people.iter().filter(|person| !person.id.starts_with("bt::")) {
            let subject = org.subject(&person.id);
            if PERMISSIONS.iter().all(|asked| subject.can(ask(asked), &Object::organization())) {
                continue;
            }
            for group in org.find(None, None, Some("group")) {
                let is_told = findings.iter().any(|finding| {
                    finding.code == Code::GroupEditor
                        && finding.subject.as_ref() == Some(&person.id)
                        && finding.object.as_ref().is_some_and(|object| object.id == group.id)
                });
                let members = org.member_of(&group.id);
                let may = subject.can(ask("update"), &Object::new("group", &group.id));
                let lacks = |object: &Object| {
                    PERMISSIONS
                        .iter()
                        .any(|asked| members.can(ask(asked), object) && !subject.can(ask(asked), object))
                };
                let is_due = may && objects.iter().any(lacks);
                // What a group holds where nothing exists is no object of these.
                let is_wrong = if is_told { !may } else { is_due };
                assert!(!is_wrong, "seed {seed}: {person:?} {group:?} {is_told}\n{export:#}");
                told += usize::from(is_told);
                not += usize::from(may && !is_told);
            }
        }
    }
    assert!(told > 25 && not > 50, "{told} told, {not} not");
}

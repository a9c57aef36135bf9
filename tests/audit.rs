//! The audit of a whole organisation: each code where it is due and not where it nearly is (the model's
//! section 6; docs/CHOICES.md, codes of the audit).

use aclarity::{Code, Finding, LoadOptions, Org};
use serde_json::{Value, json};

/// 2026-06-01.
const NOW: u64 = 1_780_272_000_000;

fn load(mut export: Value) -> Org {
    export["organization"] = json!({"id": "acme", "name": "Acme"});
    let options = LoadOptions { now: Some(NOW), ..LoadOptions::default() };
    Org::from_json_with(export.to_string().as_bytes(), options).expect("it loads")
}

fn found(export: Value, code: Code) -> Vec<Finding> {
    load(export).audit().into_iter().filter(|finding| finding.code == code).collect()
}

fn paths(export: Value, code: Code) -> Vec<String> {
    found(export, code).into_iter().map(|finding| finding.path).collect()
}

fn acl(id: &str, who: (&str, &str), what: (&str, &str), on: (&str, &str)) -> Value {
    json!({"id": id, who.0: who.1, what.0: what.1, "object_type": on.0, "object_id": on.1})
}

const ADA: (&str, &str) = ("user_id", "ada");
const READ: (&str, &str) = ("permission", "read");
const UPDATE: (&str, &str) = ("permission", "update");
const SEARCH: (&str, &str) = ("project", "search");
const ORGANIZATION: (&str, &str) = ("organization", "acme");

fn owner_role() -> Value {
    let all =
        ["create", "read", "update", "delete", "create_acls", "read_acls", "update_acls", "delete_acls"];
    let tuples: Vec<Value> = all.iter().map(|permission| json!({"permission": permission})).collect();
    json!({"id": "owner", "name": "owner", "member_permissions": tuples})
}

/// CHOICES, `unused_group`: no users, or neither grants nor a group above it.
#[test]
fn unused_groups() {
    let groups = json!([
        {"id": "used", "member_users": ["ada"]},
        {"id": "above", "member_groups": ["within"]},
        {"id": "within", "member_users": ["ada"]},
        {"id": "empty"},
        {"id": "idle", "member_users": ["ada"]},
        {"id": "gone", "deleted_at": "2026"},
        {"id": "round", "member_groups": ["round"]},
    ]);
    let acls = json!([
        acl("1", ("group_id", "used"), READ, SEARCH),
        acl("2", ("group_id", "above"), READ, SEARCH),
        acl("3", ("group_id", "empty"), READ, SEARCH),
        acl("4", ("group_id", "round"), READ, SEARCH),
    ]);
    let export = json!({"groups": groups, "acls": acls});
    assert_eq!(paths(export, Code::UnusedGroup), ["/groups/3", "/groups/4", "/groups/6"]);
}

/// CHOICES, `unused_role`: no live ACL and no role above it; not system roles.
#[test]
fn unused_roles() {
    let own = |id: &str, members: &[&str]| json!({"id": id, "org_id": "acme", "member_roles": members});
    let mut dead = acl("2", ADA, ("role_id", "revoked"), SEARCH);
    dead["deleted_at"] = "2026".into();
    let export = json!({
        "roles": [own("granted", &["within"]), own("within", &[]), own("idle", &[]), own("revoked", &[]), owner_role()],
        "acls": [acl("1", ADA, ("role_id", "granted"), SEARCH), dead],
    });
    assert_eq!(paths(export, Code::UnusedRole), ["/roles/2", "/roles/3"]);
}

/// `person_without_access`: a person of the directory who holds nothing.
#[test]
fn people_without_access() {
    let export = json!({
        "users": [{"id": "ada"}, {"id": "bo", "given_name": "Bo"}, {"id": "cy"}, {"id": "dee"}, {"id": "bot"}],
        "service_accounts": [{"id": "bot"}, {"id": "idle"}],
        "groups": [{"id": "g", "member_users": ["cy"]}, {"id": "h", "member_users": ["dee", "bo"]}],
        "projects": [{"id": "search"}, {"id": "old", "deleted_at": "2026"}],
        "acls": [acl("1", ADA, READ, SEARCH), acl("2", ("group_id", "g"), READ, SEARCH), acl("3", ("user_id", "dee"), READ, ("project", "old"))],
    });
    let found = found(export, Code::PersonWithoutAccess);
    let people: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.subject.as_deref())).collect();
    assert_eq!(people, [("/users/1", Some("bo")), ("/users/3", Some("dee"))]);
    assert_eq!(found[0].message, "`Bo` holds nothing; put them into a group, or remove them");
}

/// CHOICES, `redundant_acl`: against the other ACLs; of two that make each other so the greater id.
#[test]
fn redundant_acls() {
    let role = json!({"id": "reader", "name": "viewer", "member_permissions": [{"permission": "read"}]});
    let acls = |acls: Value| {
        let export = json!({"roles": [role], "projects": [{"id": "search"}], "acls": acls, "groups": [
            {"id": "one", "member_groups": ["two"]}, {"id": "two", "member_groups": ["one"]}]});
        found(export, Code::RedundantAcl).into_iter().map(|f| f.acl.expect("an ACL")).collect::<Vec<_>>()
    };
    assert_eq!(
        acls(json!([acl("b", ADA, READ, SEARCH), acl("a", ADA, ("role_id", "reader"), SEARCH)])),
        ["b"]
    );
    assert_eq!(
        acls(json!([acl("a", ADA, READ, SEARCH), acl("b", ADA, ("role_id", "reader"), SEARCH)])),
        ["b"]
    );
    assert_eq!(acls(json!([acl("a", ADA, READ, SEARCH), acl("b", ADA, READ, ORGANIZATION)])), ["a"]);
    assert_eq!(
        acls(json!([acl("a", ADA, READ, SEARCH), acl("b", ADA, UPDATE, ORGANIZATION)])),
        Vec::<String>::new()
    );
    let (one, two) = (("group_id", "one"), ("group_id", "two"));
    assert_eq!(
        acls(json!([acl("a", one, READ, SEARCH), acl("b", two, READ, SEARCH)])),
        ["b"],
        "groups in each other"
    );
    // Three that say the same in turn: one is left.
    let three = json!([
        acl("c", one, READ, SEARCH),
        acl("b", two, READ, SEARCH),
        acl("a", one, ("role_id", "reader"), SEARCH)
    ]);
    assert_eq!(acls(three), ["c", "b"]);
    // Equal ACLs are one, and a finding of loading.
    let twice = json!({"projects": [{"id": "search"}], "acls": [acl("a", ADA, READ, SEARCH), acl("b", ADA, READ, SEARCH)]});
    let codes: Vec<Code> = load(twice).audit().into_iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::DuplicateAcl]);
}

/// CHOICES, `creator_grants`: one for each person who holds the role `owner` directly on objects.
#[test]
fn creator_grants() {
    let role = ("role_id", "owner");
    let export = json!({
        "roles": [owner_role(), {"id": "own", "org_id": "acme", "name": "owner"}],
        "projects": [{"id": "search"}], "datasets": [{"id": "d", "project_id": "search"}],
        "acls": [
            acl("1", ADA, role, ORGANIZATION), acl("2", ADA, role, ("dataset", "d")), acl("3", ADA, role, SEARCH),
            acl("4", ("user_id", "bo"), ("role_id", "own"), SEARCH), acl("5", ("user_id", "cy"), role, ORGANIZATION),
            acl("6", ("group_id", "g"), role, SEARCH),
        ],
    });
    let found = found(export, Code::CreatorGrants);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].path.as_str(), found[0].subject.as_deref()), ("/acls/1", Some("ada")));
    assert_eq!(found[0].params.get("count"), Some(&aclarity::Param::Number(2)));
}

/// CHOICES, `token_expiring`: within 30 days of `now`; without `now` nothing is said of tokens.
#[test]
fn tokens() {
    let token =
        |id: &str, expires: Value| json!({"id": id, "service_account_id": "bot", "expires_at": expires});
    let export = json!({
        "service_accounts": [{"id": "bot", "name": "Robot"}],
        "service_tokens": [
            token("a", json!("2026-05-31T23:59:59Z")), token("b", json!("2026-06-01T00:00:00Z")), token("c", json!("2026-07-01T00:00:00Z")),
            token("d", json!("2026-07-01T00:00:01Z")), token("e", json!(null)), token("f", json!("soon")),
            {"id": "g", "expires_at": "2020-01-01", "deleted_at": "2026"},
        ],
    });
    assert_eq!(
        paths(export.clone(), Code::TokenExpired),
        ["/service_tokens/0/expires_at", "/service_tokens/1/expires_at"]
    );
    let expiring = found(export.clone(), Code::TokenExpiring);
    assert_eq!(expiring.len(), 1);
    assert_eq!(
        expiring[0].message,
        "this service token of `Robot` expires in 30 days; make another one in time"
    );
    let mut silent = export;
    silent["organization"] = json!({"id": "acme"});
    assert_eq!(Org::from_json(silent.to_string().as_bytes()).expect("it loads").audit(), []);
}

/// `owner_service_account`, `settings_holder` (CHOICES: unrestricted or restricted to organization).
#[test]
fn owners_and_settings() {
    let mut restricted = acl("3", ("user_id", "cy"), UPDATE, ORGANIZATION);
    restricted["restrict_object_type"] = "organization".into();
    let mut other = acl("4", ("user_id", "dee"), UPDATE, ORGANIZATION);
    other["restrict_object_type"] = "group".into();
    let export = json!({
        "service_accounts": [{"id": "bot"}, {"id": "other"}],
        "roles": [owner_role()],
        "groups": [{"id": "o", "name": "Owners", "member_users": ["ada", "bot"]}],
        "acls": [acl("1", ("group_id", "o"), ("role_id", "owner"), ORGANIZATION), acl("2", ("user_id", "other"), UPDATE, ("org_project", "acme")), restricted, other],
    });
    assert_eq!(paths(export.clone(), Code::OwnerServiceAccount), ["/service_accounts/0"]);
    let holders: Vec<_> =
        found(export, Code::SettingsHolder).into_iter().map(|f| f.subject.expect("somebody")).collect();
    assert_eq!(holders, ["ada", "bot", "cy"]);
}

/// `public_experiment`: live ones.
#[test]
fn public_experiments() {
    let export = json!({
        "projects": [{"id": "search"}, {"id": "old", "deleted_at": "2026"}],
        "experiments": [
            {"id": "a", "project_id": "search", "public": true}, {"id": "b", "project_id": "search"},
            {"id": "c", "project_id": "old", "public": true}, {"id": "d", "project_id": "search", "public": true, "deleted_at": "2026"},
        ],
    });
    assert_eq!(paths(export, Code::PublicExperiment), ["/experiments/0/public"]);
}

/// CHOICES, `escalation_path`: one for each person, the most far-reaching row.
#[test]
fn escalation_paths() {
    let export = json!({
        "users": [{"id": "ada", "given_name": "Ada"}, {"id": "bo"}, {"id": "cy"}, {"id": "dee"}, {"id": "eli"}],
        "roles": [owner_role()],
        "projects": [{"id": "search", "name": "Search"}], "datasets": [{"id": "d", "project_id": "search"}],
        "groups": [{"id": "g", "name": "Granters", "member_users": ["bo", "cy"]}, {"id": "h", "name": "Helpers"}],
        "acls": [
            acl("1", ADA, UPDATE, ("group", "h")), acl("2", ADA, ("permission", "create_acls"), ("dataset", "d")),
            acl("3", ("group_id", "h"), READ, SEARCH), acl("4", ("group_id", "g"), ("permission", "create_acls"), SEARCH),
            // Everything on the organization is everything.
            acl("5", ("user_id", "dee"), ("role_id", "owner"), ORGANIZATION), acl("6", ("user_id", "dee"), UPDATE, ("group", "h")),
            // What a creator holds is no way to more; what bo could have in the group is held here.
            acl("7", ("user_id", "eli"), ("role_id", "owner"), ("dataset", "d")), acl("8", ("user_id", "bo"), ("role_id", "owner"), SEARCH),
        ],
    });
    let found = found(export, Code::EscalationPath);
    let who: Vec<_> = found
        .iter()
        .map(|f| (f.subject.as_deref().unwrap(), f.object.as_ref().unwrap().id.as_str()))
        .collect();
    assert_eq!(who, [("ada", "search"), ("cy", "search")]);
    assert_eq!(
        found[0].message,
        "`Ada` could give themselves `read` more on the project `Search`: `Ada` adds themself to the group `Helpers`; take away what makes the first step possible"
    );
}

/// CHOICES, `group_editor`: `update` on a live group whose grants one does not hold all.
#[test]
fn group_editors() {
    let export = json!({
        "users": [{"id": "ada"}, {"id": "bo"}, {"id": "cy"}, {"id": "dee"}],
        "projects": [{"id": "search"}],
        "groups": [{"id": "g", "name": "G", "member_users": ["cy"]}, {"id": "above", "member_groups": ["g"]}, {"id": "gone", "deleted_at": "2026"}],
        "acls": [
            acl("1", ADA, UPDATE, ("group", "g")), acl("2", ("user_id", "bo"), UPDATE, ORGANIZATION),
            acl("3", ("user_id", "cy"), UPDATE, ("group", "g")), acl("4", ("user_id", "dee"), UPDATE, ("group", "g")),
            acl("5", ("group_id", "g"), READ, SEARCH), acl("6", ("group_id", "above"), READ, ("dataset", "x")),
            acl("7", ("user_id", "dee"), READ, ("org_project", "acme")), acl("8", ("user_id", "dee"), READ, ("dataset", "x")),
            acl("9", ADA, UPDATE, ("group", "gone")),
        ],
    });
    let found = found(export, Code::GroupEditor);
    let pairs: Vec<_> = found
        .iter()
        .map(|f| (f.subject.as_deref().unwrap(), f.object.as_ref().unwrap().id.as_str()))
        .collect();
    assert_eq!(pairs, [("ada", "g"), ("bo", "above"), ("bo", "g")]);
}

/// CHOICES: severity, then code, then path, then subject, then object; what loading found is among it.
#[test]
fn order() {
    let export = json!({
        "users": [{"id": "z"}, {"id": "ada"}, {"id": "b"}],
        "projects": [{"id": "search"}],
        "acls": [acl("1", ("group_id", "nowhere"), READ, SEARCH), acl("2", ADA, UPDATE, ORGANIZATION), acl("3", ADA, UPDATE, SEARCH)],
    });
    let found: Vec<_> = load(export).audit().into_iter().map(|f| (f.code.as_str(), f.path)).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(code, path)| (*code, path.as_str())).collect();
    assert_eq!(
        found,
        [
            ("dangling_group", "/acls/0/group_id"),
            ("settings_holder", "/acls/1"),
            ("person_without_access", "/users/0"),
            ("person_without_access", "/users/2"),
            ("redundant_acl", "/acls/2"),
        ]
    );
}

/// Many people with many creators' grants: the work is shared.
#[test]
fn a_large_organization() {
    let mut acls = vec![acl("g", ("group_id", "all"), ("role_id", "owner"), ("org_project", "acme"))];
    acls.push(acl("h", ("user_id", "u7"), UPDATE, ORGANIZATION));
    let users: Vec<String> = (0..2_000).map(|n| format!("u{n}")).collect();
    let groups: Vec<Value> =
        (0..200).map(|n| json!({"id": format!("g{n}"), "member_users": [users[n]]})).collect();
    for n in 0..20_000 {
        acls.push(acl(
            &format!("a{n}"),
            ("user_id", &users[n % 2_000]),
            ("role_id", "owner"),
            ("dataset", &format!("d{n}")),
        ));
        acls.push(acl(
            &format!("b{n}"),
            ("group_id", &format!("g{}", n % 200)),
            READ,
            ("dataset", &format!("d{n}")),
        ));
    }
    let datasets: Vec<Value> =
        (0..20_000).map(|n| json!({"id": format!("d{n}"), "project_id": "search"})).collect();
    let mut all = groups;
    all.push(json!({"id": "all", "member_users": users}));
    let export = json!({"roles": [owner_role()], "groups": all, "acls": acls, "projects": [{"id": "search"}], "datasets": datasets});
    let org = load(export);
    let start = std::time::Instant::now();
    let audit = org.audit();
    let took = start.elapsed();
    assert_eq!(audit.iter().filter(|f| f.code == Code::CreatorGrants).count(), 2_000);
    assert!(took < std::time::Duration::from_secs(20), "{took:?}");
    eprintln!("{} findings in {took:?}", audit.len());
}

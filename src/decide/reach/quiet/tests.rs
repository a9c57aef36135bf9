//! The short way against following all steps: by hand, one organisation for each outcome and its near
//! misses, and in random organisations and drafts.

use serde_json::{Value, json};

use super::by_quiet_grants;
use crate::decide::reach::{Grants, New, beyond};
use crate::org::{Closure, LoadOptions, Members, Org, UnknownObjects, Who};

const SCORER: &str = "bt::sp::service::project::search::async_scoring";

/// What was found of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// By the short way: where somebody comes to something, what of it, and on which objects.
    Path(String),
    /// By the short way: they come to nothing.
    NoPath,
    /// Steps have to be followed.
    MoreOpens,
}

fn closure(org: &Org, grantee: &str) -> Closure {
    org.closure(match grantee.strip_prefix("group=") {
        Some(group) => org.find_group(group).map_or(Who::Nobody, Who::MemberOf),
        None => org.find_user(grantee).map_or(Who::Nobody, Who::User),
    })
}

/// `read update project=search only dataset`.
fn told(org: &Org, New { node, scope, permissions }: New) -> String {
    let what: Vec<&str> = permissions.iter().map(crate::Permission::as_str).collect();
    let on = org.node_ref(node);
    let only = scope.only.map_or(String::new(), |ty| format!(" only {}", org.types().name(ty)));
    format!("{} {}={}{only}", what.join(" "), on.object_type, on.id)
}

/// What the short way finds for a grantee of ACLs that were not there before. It finds what
/// following all steps does. None where it may not be asked: the grantee counts as nobody.
fn outcome(before: &Org, after: &Org, grantee: &str, acls: &[&str]) -> Option<Outcome> {
    let [then, now] = [closure(before, grantee), closure(after, grantee)];
    let slots = acls.iter().filter_map(|id| after.acls().find(id));
    let rows: Vec<_> = slots.filter_map(|slot| after.acls().get(slot)).collect();
    if !rows.iter().all(|acl| now.contains(acl.principal)) {
        return None;
    }
    let (mut old, mut new) = (Grants::new(before), Grants::new(after));
    let Ok(short) = by_quiet_grants(old.known(), new.known(), [&then, &now], &rows) else {
        return Some(Outcome::MoreOpens);
    };
    let someone = [then, now].map(|closure| closure.principals().collect());
    let long = beyond(&mut old, &mut new, &[someone]).pop().flatten();
    assert_eq!(short, long, "{grantee}, of {acls:?}");
    Some(short.map_or(Outcome::NoPath, |path| Outcome::Path(told(after, path))))
}

/// `ada update group=admins`, `group=staff read project=chat only dataset` or `ada role=editor …`.
fn acl(id: &str, text: &str) -> Value {
    let words: Vec<&str> = text.split(' ').collect();
    let (ty, object) = words[2].split_once('=').expect("type=id");
    let mut row = json!({ "id": id, "object_type": ty, "object_id": object });
    match words[0].strip_prefix("group=") {
        Some(group) => row["group_id"] = group.into(),
        None => row["user_id"] = words[0].into(),
    }
    match words[1].strip_prefix("role=") {
        Some(role) => row["role_id"] = role.into(),
        None => row["permission"] = words[1].into(),
    }
    if let Some(only) = words.get(4) {
        row["restrict_object_type"] = (*only).into();
    }
    row
}

fn load(mut export: Value, acls: &[String], options: LoadOptions) -> Org {
    export["acls"] = acls.iter().enumerate().map(|(n, text)| acl(&format!("a{n}"), text)).collect();
    Org::from_json_with(export.to_string().as_bytes(), options).expect("it loads")
}

/// With these ACLs too; their ids are `new 0`, `new 1`, ….
fn with(org: &Org, added: &[String]) -> Org {
    let mut after = org.clone();
    let rows: Vec<Value> = added.iter().enumerate().map(|(n, text)| acl(&format!("new {n}"), text)).collect();
    after.apply(json!({ "acls": { "upsert": rows } }).to_string().as_bytes()).expect("it applies");
    after
}

fn of_all(before: &Org, added: &[String]) -> Option<Outcome> {
    let ids: Vec<String> = (0..added.len()).map(|n| format!("new {n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let grantee = added[0].split(' ').next().expect("a grantee");
    outcome(before, &with(before, added), grantee, &ids)
}

fn strange(unknown: bool, known: bool) -> LoadOptions {
    LoadOptions {
        unknown_objects: if unknown { UnknownObjects::InOrganization } else { UnknownObjects::Deny },
        members: if known { Members::Known } else { Members::Any },
        ..LoadOptions::default()
    }
}

fn export() -> Value {
    let everything = crate::Permission::ALL.map(|permission| json!({ "permission": permission.as_str() }));
    let system = json!({ "id": "owner", "name": "owner", "member_permissions": everything });
    let may_grant = json!([{ "permission": "read" }, { "permission": "create_acls" }]);
    json!({
        "organization": { "id": "acme" },
        "users": [{ "id": "ada" }, { "id": "bo" }],
        "groups": [
            { "id": "staff", "name": "Staff", "member_users": ["ada"], "member_groups": ["inner"] },
            { "id": "inner", "name": "Inner" }, { "id": "admins", "name": "Admins" },
            { "id": "gone", "name": "Gone", "member_users": ["ada"], "deleted_at": "then" },
        ],
        "roles": [
            system,
            { "id": "editor", "org_id": "acme", "name": "Editor", "member_permissions": may_grant },
            { "id": "lead", "org_id": "acme", "name": "Lead", "member_roles": ["editor"] },
        ],
        "projects": [{ "id": "search" }, { "id": "chat" }, { "id": "old", "deleted_at": "then" }],
        "project_groups": [{ "id": "region", "member_projects": ["search"] }, { "id": "quiet", "member_projects": ["chat"] }],
        "datasets": [{ "id": "golden", "project_id": "search" }, { "id": "other", "project_id": "chat" }, { "id": "stray", "project_id": "lost" }],
        "prompts": [{ "id": "judge", "project_id": "search" }, { "id": "plain", "project_id": "chat" }],
        "experiments": [{ "id": "open", "project_id": "chat", "public": true }],
    })
}

/// ACLs that are there, ACLs that come, and what the short way says of these.
type Case = (&'static [&'static str], &'static [&'static str], Outcome);

fn cases() -> Vec<Case> {
    const REST: &str = "create read update delete read_acls update_acls delete_acls";
    let path = |on: &str| Outcome::Path(format!("{REST} {on}"));
    let scored: &[&str] = &["bt::sp::service::project::search::async_scoring read dataset=other"];
    vec![
        // A grant of itself everything there, and no more than it grants.
        (&[], &["ada create_acls dataset=golden"], path("dataset=golden")),
        (&[], &["ada create_acls project=chat"], path("project=chat")),
        (&[], &["ada create_acls project_group=quiet"], path("project_group=quiet")),
        (&[], &["ada create_acls project=chat only dataset"], path("project=chat only dataset")),
        (&[], &["group=inner create_acls dataset=golden"], path("dataset=golden")),
        (
            &[],
            &["ada role=editor project=chat"],
            Outcome::Path("create update delete read_acls update_acls delete_acls project=chat".to_owned()),
        ),
        (&[], &["ada create_acls dataset=golden", "ada create_acls project=chat"], path("project=chat")),
        // MODEL 3.2: anybody may read it.
        (
            &[],
            &["ada create_acls experiment=open"],
            Outcome::Path(
                "create update delete read_acls update_acls delete_acls experiment=open".to_owned(),
            ),
        ),
        // Elsewhere, below, or by somebody else it was in reach.
        (
            &["ada create_acls dataset=other", "bo create_acls project=chat"],
            &["ada create_acls project=chat"],
            path("project=chat"),
        ),
        (&[], &["ada read project=chat"], Outcome::NoPath),
        (&[], &["ada create_acls project=old"], Outcome::NoPath),
        // Held afterwards.
        (&[], &["ada role=owner dataset=golden"], Outcome::NoPath),
        (&["ada role=owner project=chat"], &["ada create_acls dataset=other"], Outcome::NoPath),
        // In reach before: by a grant above, of a group, or by a step.
        (&["ada create_acls project=chat"], &["ada create_acls dataset=other"], Outcome::NoPath),
        (&["group=staff create_acls organization=acme"], &["ada create_acls project=chat"], Outcome::NoPath),
        (
            &["group=gone create_acls organization=acme"],
            &["ada create_acls project=chat"],
            path("project=chat"),
        ),
        (
            &["ada update group=admins", "group=admins create_acls project=chat"],
            &["ada create_acls dataset=other"],
            Outcome::NoPath,
        ),
        (
            &["ada read group=admins", "group=admins create_acls project=chat"],
            &["ada create_acls dataset=other"],
            path("dataset=other"),
        ),
        (
            &["ada create org_member=acme", "group=admins read project=chat"],
            &["ada create_acls dataset=other"],
            Outcome::Path("create update delete read_acls update_acls delete_acls dataset=other".to_owned()),
        ),
        // MODEL 7, rules 2, 3, 5 and 6: more opens, or nothing of the kind is there.
        (&[], &["ada update group=admins"], Outcome::MoreOpens),
        (&[], &["ada create_acls group=admins"], Outcome::MoreOpens),
        (&[], &["ada create org_member=acme"], Outcome::MoreOpens),
        (&[], &["ada update org_member=acme"], Outcome::NoPath),
        (&[], &["ada update role=editor"], Outcome::MoreOpens),
        (&["ada update role=editor"], &["ada role=editor project=chat"], Outcome::MoreOpens),
        (&["ada update role=editor"], &["ada role=lead project=chat"], Outcome::MoreOpens),
        (
            &["ada update role=lead"],
            &["ada role=editor project=chat"],
            Outcome::Path("create update delete read_acls update_acls delete_acls project=chat".to_owned()),
        ),
        (scored, &["ada create_acls project=search"], Outcome::MoreOpens),
        (scored, &["ada update prompt=judge"], Outcome::MoreOpens),
        (scored, &["ada create project_group=region"], Outcome::MoreOpens),
        (scored, &["ada create project_group=quiet"], Outcome::NoPath),
        (scored, &["ada create_acls prompt=plain"], path("prompt=plain")),
        (scored, &["ada create_acls project=search only dataset"], path("project=search only dataset")),
        (scored, &["ada create_acls org_project=acme only prompt"], Outcome::MoreOpens),
        (&[], &["ada create_acls org_project=acme only prompt"], path("org_project=acme only prompt")),
        // One that opens more is enough.
        (&[], &["ada create_acls dataset=golden", "ada update group=admins"], Outcome::MoreOpens),
    ]
}

#[test]
fn by_hand() {
    for (acls, added, expected) in cases() {
        let [acls, added] =
            [acls, added].map(|texts| texts.iter().map(ToString::to_string).collect::<Vec<_>>());
        let org = load(export(), &acls, LoadOptions::default());
        assert_eq!(of_all(&org, &added), Some(expected), "{acls:?}, then {added:?}");
    }
}

/// MODEL 4: a project that the data do not know, with what they know in it, is below all projects
/// without what is in it.
#[test]
fn strays() {
    let added = ["ada create_acls org_project=acme only project".to_owned()];
    for (unknown, expected) in [(true, true), (false, false)] {
        let org = load(export(), &[], strange(unknown, false));
        assert_eq!(of_all(&org, &added) == Some(Outcome::MoreOpens), expected, "unknown objects: {unknown}");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// An ACL of somebody, on anything.
    fn acl(&mut self, grantee: &str) -> String {
        const OBJECTS: [&str; 22] = [
            "organization=acme",
            "org_project=acme",
            "org_member=acme",
            "org_project=else",
            "project_group=region",
            "project_group=quiet",
            "project=search",
            "project=chat",
            "project=chat",
            "project=old",
            "project=lost",
            "dataset=golden",
            "dataset=other",
            "dataset=other",
            "dataset=stray",
            "dataset=nowhere",
            "prompt=judge",
            "prompt=plain",
            "experiment=open",
            "group=admins",
            "role=editor",
            "project_log=chat",
        ];
        const PERMISSIONS: [&str; 8] = [
            "create_acls",
            "create_acls",
            "create_acls",
            "update",
            "create",
            "read",
            "delete",
            "delete_acls",
        ];
        const TYPES: [&str; 8] = [
            "dataset",
            "prompt",
            "project",
            "project_log",
            "organization",
            "group",
            "project_group",
            "comet",
        ];
        let object = self.pick(&OBJECTS);
        if self.one_in(4) {
            return format!("{grantee} role={} {object}", self.pick(&["owner", "editor", "lead", "narrow"]));
        }
        let only = if self.one_in(4) { format!(" only {}", self.pick(&TYPES)) } else { String::new() };
        format!("{grantee} {} {object}{only}", self.pick(&PERMISSIONS))
    }

    /// Members, roles and marks of the same organisation at random.
    fn export(&mut self) -> Value {
        let mut export = export();
        for group in export["groups"].as_array_mut().expect("groups") {
            group["member_users"] = if self.one_in(2) { json!(["ada"]) } else { json!([]) };
            group["member_groups"] =
                if self.one_in(4) { json!([self.pick(&["staff", "inner", "admins"])]) } else { json!([]) };
        }
        let some = |random: &mut Random| json!({ "permission": random.pick(&["read", "create_acls", "update", "create"]), "restrict_object_type": random.pick(&[None, Some("dataset"), Some("project")]) });
        let narrow = json!({ "id": "narrow", "org_id": "acme", "name": "Narrow", "member_permissions": [some(self), some(self)] });
        export["roles"].as_array_mut().expect("roles").push(narrow);
        if self.one_in(2) {
            // MODEL 1: nobody edits a system role.
            export["roles"][1]["org_id"] = Value::Null;
        }
        if self.one_in(4) {
            export["users"] = json!([{ "id": "bo" }]);
        }
        export
    }
}

/// MODEL 7: both ways find the same, whatever is there and whatever comes.
#[test]
fn at_random() {
    const GRANTEES: [&str; 9] =
        ["ada", "ada", "ada", "bo", "group=staff", "group=inner", "group=admins", "group=admins", SCORER];
    let (mut paths, mut none, mut more, mut nobody) = (0, 0, 0, 0);
    for seed in 0..2_000 {
        let mut random = Random(seed);
        let export = random.export();
        let few = random.below(7);
        let acls: Vec<String> = (0..few)
            .map(|_| {
                let grantee = random.pick(&GRANTEES);
                random.acl(grantee)
            })
            .collect();
        let org = load(export, &acls, strange(random.one_in(2), random.one_in(4)));
        for _ in 0..4 {
            let grantee = random.pick(&GRANTEES[..8]);
            let many = 1 + random.below(3);
            let added: Vec<String> = (0..many).map(|_| random.acl(grantee)).collect();
            match of_all(&org, &added) {
                Some(Outcome::Path(_)) => paths += 1,
                Some(Outcome::NoPath) => none += 1,
                Some(Outcome::MoreOpens) => more += 1,
                None => nobody += 1,
            }
        }
    }
    assert!(
        paths > 2_000 && none > 2_000 && more > 1_500 && nobody > 50,
        "{paths} paths, {none} times none, {more} times steps, {nobody} times nobody"
    );
}

//! What is kept of subjects is right after every change: the answers are those of an organisation
//! loaded anew (MODEL 3 and 4), asked for the first time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{LoadOptions, Loader, Members, UnknownObjects};

const TYPES: [&str; 8] = [
    "organization",
    "org_project",
    "project_group",
    "project",
    "experiment",
    "dataset",
    "prompt",
    "project_log",
];
const OBJECTS: [(&str, &str); 15] = [
    ("organization", "o"),
    ("org_project", "o"),
    ("project_group", "r"),
    ("project", "p"),
    ("project", "q"),
    ("project", "unknown"),
    ("experiment", "e1"),
    ("dataset", "d1"),
    ("dataset", "d2"),
    ("dataset", "d3"),
    ("prompt", "f1"),
    ("dataset", "unknown"),
    ("project_log", "p"),
    ("group", "g"),
    ("gadget", "x"),
];
/// Kind 1 is a group. `gone` is in no directory.
const WHO: [(u32, &str); 7] =
    [(0, "ada"), (0, "bob"), (0, "gone"), (0, "sa"), (1, "g"), (1, "h"), (0, "nobody")];
/// Projects and objects that come and go.
const ROWS: [(&str, &str); 7] = [
    ("projects", "p"),
    ("projects", "q"),
    ("experiments", "e1"),
    ("datasets", "d1"),
    ("datasets", "d2"),
    ("datasets", "d3"),
    ("functions", "f1"),
];

/// Numbers that look random, the same each time (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

type Rows = BTreeMap<&'static str, BTreeMap<String, Value>>;

/// One row of a list, put or (as null) taken away.
fn change(random: &mut Random) -> (&'static str, String, Value) {
    let deleted = |random: &mut Random| (random.below(4) == 0).then_some("2026-01-01T00:00:00Z");
    let members = |random: &mut Random, ids: &[&'static str]| -> Vec<&'static str> {
        ids.iter().copied().filter(|_| random.below(2) == 0).collect()
    };
    let (list, id) = match random.below(12) {
        0..=5 => ("acls", format!("a{}", random.below(12))),
        6..=8 => {
            let (list, id) = random.pick(&ROWS);
            (list, id.to_owned())
        }
        9 => ("groups", random.pick(&["g", "h"]).to_owned()),
        10 => ("roles", "reader".to_owned()),
        _ => {
            let (list, id) =
                random.pick(&[("project_groups", "r"), ("users", "bob"), ("service_tokens", "t")]);
            (list, id.to_owned())
        }
    };
    if random.below(4) == 0 {
        return (list, id, Value::Null);
    }
    let project = random.pick(&["p", "q", "unknown"]);
    let row = match list {
        "acls" => {
            let (ty, object) = random.pick(&OBJECTS);
            let (kind, grantee) = random.pick(&WHO);
            let role = (random.below(3) == 0).then_some("reader");
            let permission = random.pick(&["create", "read", "update", "delete"]);
            json!({ "id": id, "object_type": ty, "object_id": object,
                "user_id": (kind == 0).then_some(grantee), "group_id": (kind == 1).then_some(grantee),
                "role_id": role, "permission": role.is_none().then_some(permission),
                "restrict_object_type": (role.is_none() && random.below(3) == 0).then_some("dataset"),
                "deleted_at": deleted(random) })
        }
        "groups" => json!({ "id": id, "name": id, "deleted_at": deleted(random),
            "member_users": members(random, &["ada", "bob", "gone", "sa"]),
            "member_groups": members(random, &["g", "h"]) }),
        "roles" => json!({ "id": id, "name": id, "deleted_at": deleted(random), "member_permissions": [
            { "permission": "read" },
            { "permission": "update", "restrict_object_type": random.pick(&["dataset", "experiment"]) },
        ] }),
        "project_groups" => {
            json!({ "id": id, "name": id, "member_projects": members(random, &["p", "q"]) })
        }
        "users" => json!({ "id": id }),
        "service_tokens" => json!({ "id": id, "name": id, "service_account_id": "sa" }),
        "projects" => json!({ "id": id, "name": id, "deleted_at": deleted(random) }),
        _ => json!({ "id": id, "name": id, "project_id": project, "deleted_at": deleted(random),
            "public": random.below(4) == 0 }),
    };
    (list, id, row)
}

fn load(rows: &Rows, options: &LoadOptions) -> Asked {
    let mut export = json!({ "organization": { "id": "o", "name": "o" } });
    for (list, rows) in rows {
        export[list] = rows.values().cloned().collect();
    }
    let mut loader = Loader::new(options.clone());
    loader.push(export.to_string().as_bytes()).expect("an export");
    Asked::of(loader.finish().expect("an export"))
}

/// Everything that is asked about a subject.
fn answers(asked: &Asked, (kind, id): (u32, &str)) -> Vec<String> {
    let subject = asked.handle(kind, id);
    let mut answers = Vec::new();
    for (ty, id) in OBJECTS {
        for project in [None, Some("p"), Some("unknown")] {
            let mask = asked.mask(subject, asked.type_number(ty), Some(id), project);
            answers.push(format!("{ty} {id} in {project:?}: {mask:#b}"));
        }
    }
    let ids = OBJECTS.map(|(_, id)| id).join("\n");
    let many = Many {
        types: &OBJECTS.map(|(ty, _)| asked.type_number(ty)),
        ids: ids.as_bytes(),
        in_projects: &[0; OBJECTS.len()],
        projects: b"",
    };
    answers.push(format!("{:?}", asked.masks(subject, &many)));
    for ty in TYPES.map(|name| asked.type_number(name)) {
        for project in ["p", "q"] {
            answers
                .push(format!("create {ty} in {project}: {}", asked.can_create(subject, ty, Some(project))));
        }
        let creatable = asked.creatable(subject, ty);
        let read = PermissionSet::from(Permission::Read).bits();
        let listed = asked.list(subject, read, ty, ListOptions::default());
        answers.push(format!("{:?} {:?}", String::from_utf8(creatable), String::from_utf8(listed)));
    }
    answers.push(format!("{:?}", asked.named(kind, Some(id)).is_owner()));
    answers
}

#[test]
fn what_is_kept_is_right_after_every_change() {
    let options = [
        (Members::Any, UnknownObjects::Deny),
        (Members::Known, UnknownObjects::Deny),
        (Members::Any, UnknownObjects::InOrganization),
    ];
    for (members, unknown_objects) in options {
        let options = LoadOptions { unknown_objects, members, ..LoadOptions::default() };
        let mut random = Random(20_261_122);
        let mut rows = Rows::new();
        for user in ["ada", "bob"] {
            rows.entry("users").or_default().insert(user.to_owned(), json!({ "id": user }));
        }
        // On so many that ACLs are found by pairs, and of so many that marks are shared.
        for n in 0..40 {
            let (ty, object) = [("project", "p"), ("dataset", "d1")][n % 2];
            let row = json!({ "id": format!("h{n}"), "object_type": ty, "object_id": object,
                "user_id": format!("u{n}"), "permission": "read" });
            rows.entry("acls").or_default().insert(format!("h{n}"), row);
        }
        let service = json!({ "id": "sa", "name": "sa" });
        rows.entry("service_accounts").or_default().insert("sa".to_owned(), service);
        let mut asked = load(&rows, &options);
        let (mut stayed, mut went) = (0, 0);
        for _ in 0..2000 {
            let before: Vec<_> = WHO.map(|who| answers(&asked, who)).into();
            let mut changes = json!({});
            for _ in 0..=random.below(2) {
                let (list, id, row) = change(&mut random);
                if changes.get(list).is_some() {
                    continue;
                }
                let rows = rows.entry(list).or_default();
                if row.is_null() {
                    rows.remove(&id);
                    changes[list] = json!({ "remove": [id] });
                } else {
                    changes[list] = json!({ "upsert": [row.clone()] });
                    rows.insert(id, row);
                }
            }
            let kept = asked.kept.borrow().len();
            let applied = asked.apply(changes.to_string().as_bytes()).expect("a change");
            match asked.kept.borrow().len() {
                0 => went += 1,
                now => {
                    assert_eq!(now, kept, "all of it or nothing");
                    stayed += 1;
                }
            }
            let fresh = load(&rows, &options);
            for (who, before) in WHO.into_iter().zip(before) {
                let (now, anew) = (answers(&asked, who), answers(&fresh, who));
                assert_eq!(now, anew, "{who:?} after {changes}; before: {before:?}");
                let Some(objects) = &applied.objects else { continue };
                for (before, now) in before.iter().zip(&now) {
                    let is_told = |id: &String| now.contains(&format!(" {id} in "));
                    // What has no ` in ` is a list, or of many objects.
                    let stays = now.contains(" in ") && !objects.iter().any(is_told);
                    assert!(!stays || before == now, "{before} became {now} for {who:?} after {changes}");
                }
            }
        }
        assert!(stayed > 300 && went > 300, "it stayed {stayed} times, and went {went} times");
    }
}

//! Editing the matrix: what is added and removed, and that it reads back as it was written.

use serde_json::{Value, json};

use super::*;
use crate::change::matrix::MatrixBox;
use crate::naive::generate::{self, Rng, Size};

fn change(on: (&str, &str), restrict: Option<&str>, name: BoxName, state: BoxState) -> BoxChange {
    let on = Node { object_type: on.0.to_owned(), id: on.1.to_owned() };
    BoxChange { on, restrict: restrict.map(ToOwned::to_owned), name, state }
}

const P: (&str, &str) = ("project", "p");

fn ada() -> Principal {
    Principal::User("ada".to_owned())
}

/// An organisation `o` with a project `p` and these ACLs of `ada`: `(id, type, object, what, restrict)`.
fn org(acls: &[(&str, &str, &str, &str, &str)]) -> Org {
    let acls: Vec<Value> = acls
        .iter()
        .map(|(id, ty, object, what, restrict)| {
            let mut acl = json!({"id": id, "object_type": ty, "object_id": object, "user_id": "ada"});
            acl[if *what == "reader" { "role_id" } else { "permission" }] = json!(what);
            if !restrict.is_empty() {
                acl["restrict_object_type"] = json!(restrict);
            }
            acl
        })
        .collect();
    let export = json!({
        "organization": {"id": "o"}, "projects": [{"id": "p", "name": "Search"}], "acls": acls,
        "roles": [{"id": "reader", "member_permissions": [{"permission": "read"}]}],
    });
    Org::from_json(export.to_string().as_bytes()).expect("it loads")
}

/// `type permission restrict` of each.
fn told(items: &[AclItem]) -> Vec<String> {
    items
        .iter()
        .map(|item| {
            assert_eq!((item.user_id.as_deref(), &item.group_id, &item.role_id), (Some("ada"), &None, &None));
            let restrict = item.restrict_object_type.as_deref().unwrap_or("-");
            format!("{} {} {restrict}", item.object_type, item.permission.as_deref().unwrap())
        })
        .collect()
}

/// MODEL 9: turning on adds the smallest ACLs; for `manage_access` those of the four that are missing.
#[test]
fn turning_on_adds_what_is_missing() {
    let data = org(&[("a", "project", "p", "read_acls", ""), ("b", "project", "p", "update", "")]);
    let boxes = [
        change(P, None, BoxName::ManageAccess, BoxState::On),
        change(P, None, BoxName::Update, BoxState::On),
        change(P, Some("dataset"), BoxName::Update, BoxState::On),
        change(("logs", "p"), None, BoxName::Read, BoxState::On),
        change(("all projects", "o"), Some("project"), BoxName::CreateProjects, BoxState::On),
    ];
    let edit = data.matrix_edit(&ada(), &boxes);
    assert_eq!(
        told(&edit.add),
        [
            "project create_acls -",
            "project update_acls -",
            "project delete_acls -",
            "project_log read -",
            "org_project create project"
        ]
    );
    assert_eq!((edit.remove, edit.findings), (vec![], vec![]));
    // Somebody whom the data do not name.
    let edit = data.matrix_edit(&Principal::Group("new:group:1".to_owned()), &boxes[1..2]);
    assert_eq!(edit.add[0].group_id.as_deref(), Some("new:group:1"));
}

/// MODEL 9: turning off removes every direct row that makes it on; equal rows by one item; no role.
#[test]
fn turning_off_removes_every_direct_row() {
    let data = org(&[
        ("a", "project", "p", "read", ""),
        ("b", "project", "p", "read", ""),
        ("c", "project", "p", "read", "project"),
        ("d", "project", "p", "read", "dataset"),
        ("e", "project", "p", "reader", ""),
        ("f", "project", "q", "read", ""),
    ]);
    let edit = data.matrix_edit(&ada(), &[change(P, None, BoxName::Read, BoxState::Off)]);
    assert_eq!(told(&edit.remove), ["project read -", "project read project"]);
    assert_eq!((edit.add, edit.findings), (vec![], vec![]));
    // A box that is partly on.
    let part = org(&[("a", "project", "p", "read_acls", "")]);
    let edit = part.matrix_edit(&ada(), &[change(P, None, BoxName::ManageAccess, BoxState::Off)]);
    assert_eq!(told(&edit.remove), ["project read_acls -"]);
}

/// MODEL 9, `wider_than_box`: what else goes is named, and is not added again.
#[test]
fn what_goes_with_a_wider_row_is_named() {
    let data = org(&[("a", "project", "p", "read", ""), ("b", "project", "p", "read", "prompt")]);
    let off = change(P, Some("dataset"), BoxName::Read, BoxState::Off);
    let edit = data.matrix_edit(&ada(), std::slice::from_ref(&off));
    assert_eq!(told(&edit.remove), ["project read -"]);
    assert_eq!(edit.add, []);
    let found = &edit.findings[0];
    assert_eq!(
        (found.code, found.path.as_str(), found.acl.as_deref()),
        (Code::WiderThanBox, "/boxes/0", Some("a"))
    );
    assert_eq!(
        found.message,
        "turning off `read` for `dataset` on the project `Search` removes the ACL `a`, which is not restricted to \
         that type; with it go `read`, `read` for `project`, `read` for `experiment`, `read` for `project_log`, \
         `read` for `prompt_session`: turn on what should stay"
    );
    // What is named itself does not go along, and what is named on stays on, in either order.
    let keep = change(P, Some("experiment"), BoxName::Read, BoxState::On);
    for boxes in [[off.clone(), keep.clone()], [keep, off]] {
        let edit = data.matrix_edit(&ada(), &boxes);
        assert_eq!(told(&edit.remove), ["project read -"]);
        assert_eq!(told(&edit.add), ["project read experiment"]);
        assert!(!edit.findings[0].message.contains("experiment"), "{}", edit.findings[0].message);
    }
}

/// CHOICES: applied in the order given; a box named twice: the last one counts.
#[test]
fn the_last_one_counts() {
    let (on, off) = (BoxState::On, BoxState::Off);
    let data = org(&[("a", "project", "p", "read", "")]);
    let edit = |states: [BoxState; 2]| {
        data.matrix_edit(&ada(), &states.map(|state| change(P, None, BoxName::Read, state)))
    };
    assert_eq!(edit([off, on]), MatrixEdit::default());
    assert_eq!(told(&edit([on, off]).remove), ["project read -"]);
    // Boxes that exclude each other: the later one.
    let (all, one) = (change(P, None, BoxName::Delete, on), change(P, Some("dataset"), BoxName::Delete, off));
    assert_eq!(data.matrix_edit(&ada(), &[all.clone(), one.clone()]), MatrixEdit::default());
    assert_eq!(told(&data.matrix_edit(&ada(), &[one, all]).add), ["project delete -"]);
}

/// A box that does not exist is `malformed_request` at its place; the others are applied.
#[test]
fn boxes_that_do_not_exist_are_found() {
    let on = BoxState::On;
    let boxes = [
        change(("dataset", "d"), None, BoxName::Create, on),
        change(("role", "reader"), None, BoxName::Read, on),
        change(("hologram", "h"), None, BoxName::Read, on),
        change(("project", ""), None, BoxName::Read, on),
        change(("organization", "other"), None, BoxName::ManageAccess, on),
        change(("organization", "o"), None, BoxName::ManageSettings, on),
        change(P, Some("hologram"), BoxName::Read, on),
        change(P, None, BoxName::Read, BoxState::Inherited),
        change(P, None, BoxName::Read, on),
    ];
    let edit = org(&[]).matrix_edit(&ada(), &boxes);
    let paths: Vec<String> =
        edit.findings.iter().map(|found| format!("{} {}", found.code, found.path)).collect();
    let expected: Vec<String> = (0..8).map(|place| format!("malformed_request /boxes/{place}")).collect();
    assert_eq!(paths, expected);
    assert_eq!(told(&edit.add), ["project read -"]);
}

/// The export after the edit.
fn applied(export: &Value, edit: &MatrixEdit) -> Value {
    let mut export = export.clone();
    let field = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let rows = match &mut export["acls"] {
        Value::Array(rows) => rows,
        other => {
            *other = json!([]);
            other.as_array_mut().unwrap()
        }
    };
    rows.retain(|row| {
        !edit.remove.iter().any(|item| {
            field(row, "object_type").as_ref() == Some(&item.object_type)
                && field(row, "object_id").as_ref() == Some(&item.object_id)
                && field(row, "user_id") == item.user_id
                && field(row, "group_id") == item.group_id
                && field(row, "permission") == item.permission
                && field(row, "restrict_object_type") == item.restrict_object_type
                && field(row, "role_id") == item.role_id
        })
    });
    for (place, item) in edit.add.iter().enumerate() {
        let mut row = serde_json::to_value(item).unwrap();
        row["id"] = json!(format!("added-{place}"));
        rows.push(row);
    }
    export
}

fn load(export: &Value) -> Org {
    Org::from_json(export.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {export:#}"))
}

/// The list in pages is one list, so that rows can be edited.
fn flat(mut export: Value) -> Value {
    let rows: Vec<Value> = match export.get("acls") {
        Some(Value::Array(items)) => items.clone(),
        Some(Value::Object(page)) => vec![Value::Object(page.clone())],
        _ => Vec::new(),
    };
    let rows = rows.into_iter().flat_map(|row| match row.get("objects") {
        Some(Value::Array(rows)) => rows.clone(),
        _ => vec![row],
    });
    export["acls"] = rows.collect();
    export
}

fn principals(export: &Value) -> Vec<Principal> {
    let mut found: Vec<Principal> = Vec::new();
    for acl in export["acls"].as_array().into_iter().flatten() {
        let id = |field: &str| acl.get(field).and_then(Value::as_str).filter(|id| !id.is_empty());
        let next = id("user_id").map(|id| Principal::User(id.to_owned()));
        let next = next.or_else(|| id("group_id").map(|id| Principal::Group(id.to_owned())));
        found.extend(next.filter(|next| !found.contains(next)));
    }
    found
}

/// Some boxes of the matrix, and a few of nodes that it does not show, with random states.
fn changes(rng: &mut Rng, org: &Org, shown: &[MatrixBox]) -> Vec<BoxChange> {
    let mut changes: Vec<BoxChange> = Vec::new();
    for _ in 0..rng.between(1, 6) {
        let state = if rng.percent(50) { BoxState::On } else { BoxState::Off };
        let next = if rng.percent(80) {
            let found = rng.pick(shown).clone();
            BoxChange { on: found.on, restrict: found.restrict, name: found.name, state }
        } else {
            let entry = rng.pick(&crate::matrix_table()).clone();
            let singleton = ["organization", "org_project", "org_member", "org_audit_logs"];
            let id = if singleton.contains(&entry.object_type) { org.id() } else { "somewhere" };
            change((entry.object_type, id), entry.restrict, entry.name, state)
        };
        let same = |known: &BoxChange| {
            known.on == next.on && known.restrict == next.restrict && known.name == next.name
        };
        if !changes.iter().any(same) {
            changes.push(next);
        }
    }
    changes
}

/// Whether what turns a box on turns on one that is to be off: then only the later one can be had.
fn contradictory(org: &Org, changes: &[BoxChange]) -> bool {
    let (_, wishes) = org.wishes(&ada(), changes, &mut Vec::new());
    wishes.iter().any(|on| on.on && wishes.iter().any(|off| !off.on && on.implies(off)))
}

fn state_of(boxes: &[MatrixBox], change: &BoxChange) -> BoxState {
    let same = |found: &&MatrixBox| {
        found.on == change.on && found.restrict == change.restrict && found.name == change.name
    };
    boxes.iter().find(same).map_or(BoxState::Off, |found| found.state)
}

/// MODEL 9: what is written reads back, boxes that are not named are not turned on or off but by a row
/// that is shared, and no ACL is touched that does not have to be.
#[test]
fn what_is_written_reads_back() {
    let mut edits = 0;
    for seed in 90_000..90_120 {
        let mut rng = Rng::new(seed);
        let size = if seed % 5 == 0 { Size::Medium } else { Size::Small };
        let export = flat(generate::organization(&mut rng, size));
        let org = load(&export);
        let all = principals(&export);
        if all.is_empty() {
            continue;
        }
        for _ in 0..4 {
            let principal = rng.pick(&all).clone();
            let before = org.matrix(&principal);
            let changes = changes(&mut rng, &org, &before.boxes);
            if contradictory(&org, &changes) {
                continue;
            }
            let edit = org.matrix_edit(&principal, &changes);
            let context = || format!("seed {seed}: {principal:?} {changes:#?}\n{edit:#?}\n{export:#}");
            edits += usize::from(!edit.add.is_empty() || !edit.remove.is_empty());
            let changed = load(&applied(&export, &edit));
            let after = changed.matrix(&principal);
            for change in &changes {
                let (was, is) = (state_of(&before.boxes, change), state_of(&after.boxes, change));
                match change.state {
                    BoxState::On => assert_eq!(is, BoxState::On, "{change:?} {}", context()),
                    _ => assert!(
                        is == BoxState::Off || is == BoxState::Inherited,
                        "{change:?} was {was:?}, is {is:?} {}",
                        context()
                    ),
                }
            }
            assert_eq!(before.other.len(), after.other.len(), "{}", context());
            // Every removal takes a box named off away, and without any one addition a box would not be on.
            for (place, _) in edit.remove.iter().enumerate() {
                let mut less = edit.clone();
                let kept = less.remove.remove(place);
                let boxes = load(&applied(&export, &less)).matrix(&principal).boxes;
                let still = changes.iter().any(|change| {
                    change.state == BoxState::Off
                        && matches!(
                            state_of(&boxes, change),
                            BoxState::On | BoxState::Partly | BoxState::Inherited
                        )
                });
                assert!(still, "{kept:?} need not go: {}", context());
            }
            for (place, _) in edit.add.iter().enumerate() {
                let mut less = edit.clone();
                let left = less.add.remove(place);
                let boxes = load(&applied(&export, &less)).matrix(&principal).boxes;
                let lacks = |change: &BoxChange| {
                    change.state == BoxState::On && state_of(&boxes, change) != BoxState::On
                };
                assert!(changes.iter().any(lacks), "{left:?} need not come: {}", context());
            }
        }
    }
    assert!(edits > 150, "only {edits} edits were tried");
}

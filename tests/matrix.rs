//! The permission matrix (the model's section 9): its table, and how a principal's grants read.

use aclarity::{BoxName, BoxState, Matrix, Node, Object, Org, Permission, Principal, matrix_table};
use serde_json::{Value, json};

use BoxState::{Inherited, Off, On, Partly};

const ACLS: [&str; 4] = ["create_acls", "read_acls", "update_acls", "delete_acls"];

/// An organisation `o` with a project `p` (in the project group `pg`) that has one of everything, a
/// project `q`, groups `g` in `above`, and these ACLs: `(id, type, object, grantee, what, restrict)`.
fn org(acls: &[(&str, &str, &str, &str, &str, &str)]) -> Org {
    let acls: Vec<Value> = acls
        .iter()
        .map(|(id, ty, object, grantee, what, restrict)| {
            let mut acl = json!({"id": id, "object_type": ty, "object_id": object});
            acl[if grantee.starts_with('g') || *grantee == "above" { "group_id" } else { "user_id" }] =
                json!(grantee);
            acl[if what.starts_with("role") { "role_id" } else { "permission" }] = json!(what);
            if !restrict.is_empty() {
                acl["restrict_object_type"] = json!(restrict);
            }
            acl
        })
        .collect();
    let export = json!({
        "organization": {"id": "o", "name": "Acme"},
        "users": [{"id": "ada"}, {"id": "bo"}],
        "groups": [
            {"id": "g", "name": "Labelling", "member_users": ["ada"]},
            {"id": "above", "member_groups": ["g"]},
            {"id": "gone", "member_users": ["ada"], "deleted_at": "2026-01-01"},
        ],
        "roles": [
            {"id": "role-reader", "name": "reader", "member_permissions": [{"permission": "read"}]},
            {"id": "role-dead", "name": "dead", "deleted_at": "x", "member_permissions": [{"permission": "read"}]},
        ],
        "projects": [{"id": "p", "name": "Search"}, {"id": "q"}, {"id": "dead", "deleted_at": "x"}],
        "project_groups": [{"id": "pg", "name": "Research", "member_projects": ["p"]}],
        "experiments": [{"id": "e", "project_id": "p"}],
        "datasets": [{"id": "d", "project_id": "p", "name": "Golden"}],
        "prompts": [{"id": "f", "project_id": "p"}],
        "prompt_sessions": [{"id": "s", "project_id": "p"}],
        "acls": acls,
    });
    Org::from_json(export.to_string().as_bytes()).expect("it loads")
}

fn ada() -> Principal {
    Principal::User("ada".to_owned())
}

fn labelling() -> Principal {
    Principal::Group("g".to_owned())
}

/// The boxes that are not off, as `type restrict box state`, a wider one marked `+`.
fn set(matrix: &Matrix) -> Vec<String> {
    matrix
        .boxes
        .iter()
        .filter(|found| found.state != BoxState::Off)
        .map(|found| {
            let state = serde_json::to_value(found.state).unwrap();
            format!(
                "{} {} {} {}{}",
                found.on.object_type,
                found.restrict.as_deref().unwrap_or("-"),
                found.name.as_str(),
                state.as_str().unwrap(),
                if found.wider { "+" } else { "" }
            )
        })
        .collect()
}

fn object_of(ty: &str) -> &'static str {
    match ty {
        "project_group" => "pg",
        "project" | "project_log" => "p",
        "experiment" => "e",
        "dataset" => "d",
        "prompt" => "f",
        "prompt_session" => "s",
        "group" => "above",
        _ => "o",
    }
}

/// MODEL 9: the table, as its text gives it.
#[test]
fn the_table_is_the_models() {
    let five = ["read", "create", "update", "delete", "manage_access"];
    let four = ["read", "update", "delete", "manage_access"];
    let children = ["experiment", "dataset", "project_log", "prompt", "prompt_session"];
    let mut expected: Vec<(String, String, String, bool)> = Vec::new();
    let mut add = |ty: &str, restrict: &str, boxes: &[&str], extra: bool| {
        expected.extend(boxes.iter().map(|b| (ty.to_owned(), restrict.to_owned(), (*b).to_owned(), extra)));
    };
    add("organization", "organization", &["manage_settings"], false);
    add("org_member", "", &["manage_members", "remove_members"], false);
    add("organization", "", &["manage_access"], false);
    add("org_audit_logs", "", &["read_audit_logs"], false);
    add("organization", "group", &["create_groups"], true);
    add("org_project", "", &five, false);
    add("org_project", "project", &["create_projects"], true);
    for child in children {
        add("org_project", child, &five, true);
    }
    add("project_group", "", &five, false);
    add("project", "", &five, false);
    add("project", "project", &five, true);
    for child in children {
        add("project", child, &five, false);
    }
    for object in ["experiment", "dataset", "prompt", "prompt_session", "project_log", "group"] {
        add(object, "", &four, false);
    }
    let found: Vec<_> = matrix_table()
        .into_iter()
        .map(|e| {
            let restrict = e.restrict.unwrap_or_default().to_owned();
            (e.object_type.to_owned(), restrict, e.name.as_str().to_owned(), e.extra)
        })
        .collect();
    assert_eq!(found, expected);
}

/// MODEL 9: each box is on by its ACLs, in its own form not wider, and by nothing less.
#[test]
fn every_box_is_on_by_its_own_acls() {
    for entry in matrix_table() {
        let rows = |count: usize| -> Vec<(String, &'static str)> {
            let some = &entry.permissions[..count];
            some.iter().map(|p| (format!("a-{p}"), *p)).collect()
        };
        let matrix = |rows: &[(String, &'static str)]| {
            let (ty, restrict) = (entry.object_type, entry.restrict.unwrap_or_default());
            let acls: Vec<_> =
                rows.iter().map(|(id, p)| (id.as_str(), ty, object_of(ty), "g", *p, restrict)).collect();
            org(&acls).matrix(&labelling())
        };
        let state = |matrix: &Matrix| {
            let found = matrix.boxes.iter().find(|found| {
                found.name == entry.name
                    && found.on
                        == Node {
                            object_type: entry.object_type.into(),
                            id: object_of(entry.object_type).into(),
                        }
                    && found.restrict.as_deref() == entry.restrict
            });
            found.map(|found| (found.state, found.wider, found.from.len()))
        };
        let all = entry.permissions.len();
        let whole = matrix(&rows(all));
        assert_eq!(state(&whole), Some((BoxState::On, false, all)), "{entry:?}");
        assert_eq!(whole.other, [], "{entry:?}");
        if entry.name == BoxName::ManageAccess {
            // MODEL 9: `partly` when some of the four *_acls do.
            assert_eq!(entry.permissions, ACLS);
            assert_eq!(state(&matrix(&rows(3))), Some((BoxState::Partly, false, 3)), "{entry:?}");
        }
        let none = org(&[]).matrix(&labelling());
        let singleton = object_of(entry.object_type) == "o";
        let expected = (singleton && !entry.extra).then_some((BoxState::Off, false, 0));
        assert_eq!(state(&none), expected, "{entry:?}");
    }
}

/// MODEL 9: `wider` when the row that makes it on covers more than the box's form.
#[test]
fn an_unrestricted_row_makes_restricted_boxes_wider() {
    let org =
        org(&[("a", "project", "p", "ada", "update", ""), ("b", "project", "q", "ada", "read", "dataset")]);
    let matrix = org.matrix(&ada());
    let types = ["project", "experiment", "dataset", "project_log", "prompt", "prompt_session"];
    let mut expected = vec!["project - update on".to_owned()];
    expected.extend(types.map(|ty| format!("project {ty} update on+")));
    expected.push("project dataset read on".to_owned());
    assert_eq!(set(&matrix), expected);
    let wider = matrix.boxes.iter().find(|found| found.wider).unwrap();
    assert_eq!(
        serde_json::to_value(wider).unwrap(),
        json!({"on": {"type": "project", "id": "p"}, "restrict": "project", "box": "update", "state": "on",
               "wider": true, "from": [{"acl": "a", "on": {"type": "project", "id": "p"}, "via": []}]})
    );
    assert_eq!(
        serde_json::to_value(&matrix.boxes[0]).unwrap(),
        json!({"on": {"type": "organization", "id": "o"}, "restrict": "organization", "box": "manage_settings",
               "state": "off"})
    );
}

/// MODEL 9: for the node's own type: a row restricted to it suffices.
#[test]
fn a_row_for_the_nodes_own_type_makes_the_plain_box_on() {
    let matrix = org(&[("a", "project", "p", "ada", "read", "project")]).matrix(&ada());
    assert_eq!(set(&matrix), ["project - read on", "project project read on"]);
    let matrix = org(&[("a", "organization", "o", "ada", "update", "")]).matrix(&ada());
    assert_eq!(set(&matrix)[0], "organization organization manage_settings on+");
    assert_eq!(set(&matrix)[1], "org_project - update inherited");
}

/// MODEL 9: `inherited` from above, from a role, through another group; with from where.
#[test]
fn what_comes_from_elsewhere_is_inherited() {
    let org = org(&[
        ("a-org", "organization", "o", "above", "delete", ""),
        ("b-role", "project", "q", "ada", "role-reader", ""),
        ("c-group", "dataset", "d", "above", "update", ""),
        ("d-own", "dataset", "d", "ada", "read_acls", ""),
        ("e-dead", "dataset", "d", "gone", "read", ""),
    ]);
    let matrix = org.matrix(&ada());
    let from = |ty: &str, name: BoxName| {
        let found = matrix.boxes.iter().find(|f| f.on.object_type == ty && f.name == name).unwrap();
        let from: Vec<_> =
            found.from.iter().map(|f| (f.acl.as_str(), f.on.object_type.as_str(), f.via.join(" "))).collect();
        (found.state, from)
    };
    let (above, none) = ("g above".to_owned(), String::new());
    assert_eq!(from("dataset", BoxName::Update), (Inherited, vec![("c-group", "dataset", above.clone())]));
    assert_eq!(from("dataset", BoxName::Delete), (Inherited, vec![("a-org", "organization", above.clone())]));
    assert_eq!(from("org_project", BoxName::Delete), (Inherited, vec![("a-org", "organization", above)]));
    assert_eq!(from("org_member", BoxName::RemoveMembers).0, Inherited);
    assert_eq!(from("project", BoxName::Read), (Inherited, vec![("b-role", "project", none.clone())]));
    assert_eq!(from("dataset", BoxName::Read), (Off, vec![]));
    assert_eq!(from("dataset", BoxName::ManageAccess), (Partly, vec![("d-own", "dataset", none)]));
    assert_eq!(matrix.other.len(), 1);
    // For the group itself a grant from above has no way.
    let matrix = org.matrix(&Principal::Group("above".to_owned()));
    let found =
        matrix.boxes.iter().find(|f| f.on.object_type == "dataset" && f.name == BoxName::Update).unwrap();
    assert_eq!((found.state, found.from[0].via.len()), (On, 0));
    let found =
        matrix.boxes.iter().find(|f| f.on.object_type == "dataset" && f.name == BoxName::Delete).unwrap();
    assert_eq!((found.state, found.from[0].via.len()), (Inherited, 0));
}

/// MODEL 9: inherited only when all of the same comes from elsewhere; some of the own four are `partly`.
#[test]
fn a_part_from_above_is_not_inherited() {
    let part = [("a", "organization", "o", "g", "read_acls", ""), ("b", "project", "p", "ada", "read", "")];
    let matrix = org(&part).matrix(&ada());
    assert!(set(&matrix).iter().all(|found| !found.contains("manage_access")));
    // Three of the four from above and the fourth directly: not the whole box from either.
    let mut split: Vec<_> = ACLS[..3].iter().map(|p| (*p, "organization", "o", "g", *p, "")).collect();
    split.push(("own", "project", "p", "ada", "delete_acls", ""));
    let found = set(&org(&split).matrix(&ada()));
    assert!(found.contains(&"project - manage_access partly".to_owned()), "{found:?}");
    let mut all: Vec<_> = ACLS.map(|p| (p, "organization", "o", "g", p, "")).to_vec();
    all.push(("own", "project", "p", "ada", "read_acls", ""));
    let found = set(&org(&all).matrix(&ada()));
    assert!(found.contains(&"project - manage_access inherited".to_owned()), "{found:?}");
}

/// MODEL 9, CHOICES: what the matrix cannot show is listed beside it, deleted rows are not.
#[test]
fn what_no_box_shows_is_beside_it() {
    let org = org(&[
        ("role", "project", "p", "ada", "role-reader", ""),
        ("dead-role", "project", "p", "ada", "role-dead", ""),
        ("no-role", "project", "p", "ada", "role-nowhere", ""),
        ("restricted", "project_group", "pg", "ada", "read", "dataset"),
        ("no-box", "organization", "o", "ada", "read", ""),
        ("no-create", "dataset", "d", "ada", "create", ""),
        ("no-rows", "role", "role-reader", "ada", "read", ""),
        ("new-type", "hologram", "h", "ada", "read", ""),
        ("elsewhere", "organization", "other", "ada", "update", ""),
        ("shown", "dataset", "d", "ada", "read", ""),
        ("others", "dataset", "d", "bo", "create", ""),
    ]);
    let other = org.matrix(&ada()).other;
    let found: Vec<(&str, &str)> = other.iter().map(|row| (row.acl.as_str(), row.text.as_str())).collect();
    assert_eq!(
        found,
        [
            ("no-box", "`read` on the organization"),
            ("elsewhere", "`update` on the organization `other`"),
            ("restricted", "`read` on the project group `Research`, restricted to the type `dataset`"),
            ("dead-role", "the role `dead` on the project `Search`, which is deleted and grants nothing"),
            (
                "no-role",
                "the role `role-nowhere` on the project `Search`, which is not in the data and grants nothing"
            ),
            ("role", "the role `reader` on the project `Search`"),
            ("no-create", "`create` on the dataset `Golden`"),
            ("no-rows", "`read` on the role `reader`"),
            ("new-type", "`read` on the hologram `h`"),
        ]
        .map(|(acl, text)| (acl, text))
    );
}

/// MODEL 4: equal ACLs count once; a deleted object gives nothing from above.
#[test]
fn imperfect_data_read_as_they_decide() {
    let found = org(&[
        ("z", "dataset", "d", "ada", "read", ""),
        ("y", "dataset", "d", "ada", "read", ""),
        ("x", "project", "dead", "ada", "role-reader", ""),
        ("w", "dataset", "unknown", "ada", "delete", ""),
    ]);
    let matrix = found.matrix(&ada());
    assert_eq!(set(&matrix), ["dataset - read on", "dataset - delete on"]);
    assert_eq!(matrix.boxes.iter().find(|f| f.state == BoxState::On).unwrap().from.len(), 1);
    assert_eq!(matrix.boxes.iter().find(|f| f.state == BoxState::On).unwrap().from[0].acl, "y");
}

/// CHOICES: somebody whom the data do not name has a matrix in which everything is off.
#[test]
fn unknown_principals_have_nothing() {
    let org = org(&[("a", "project", "p", "ada", "read", "")]);
    for principal in
        [Principal::User("g".into()), Principal::Group("ada".into()), Principal::User(String::new())]
    {
        let matrix = org.matrix(&principal);
        assert_eq!(set(&matrix), Vec::<String>::new());
        assert_eq!((matrix.boxes.len(), matrix.other.len()), (10, 0));
    }
}

/// Every box that is on or inherited is held; MODEL 3 decides the same.
#[test]
fn a_box_that_is_set_is_held() {
    let org = org(&[
        ("a", "organization", "o", "above", "role-reader", ""),
        ("b", "project", "p", "ada", "update", "dataset"),
        ("c", "project_log", "p", "ada", "update", ""),
    ]);
    let matrix = org.matrix(&ada());
    assert!(set(&matrix).len() > 10);
    for found in matrix.boxes.iter().filter(|found| found.state != BoxState::Off) {
        let ty = found.restrict.as_deref().unwrap_or(&found.on.object_type);
        let object = if ty == found.on.object_type {
            Object::new(ty, &found.on.id)
        } else {
            Object::new(ty, object_of(ty))
        };
        let permission = if found.name == BoxName::Update { Permission::Update } else { Permission::Read };
        assert!(org.subject("ada").can(permission, &object), "{found:?}");
    }
}

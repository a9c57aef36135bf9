//! What previews rely on, from the inside.

use super::keys::NONE;
use super::{LoadOptions, Org};
use crate::load::list::{Field, List};
use crate::load::row::{Row, Tuple};
use crate::model::object::number;

const DATA: &str = r#"{
    "organization": {"id": "o"},
    "users": [{"id": "ada"}, {"id": "bo"}],
    "groups": [{"id": "g", "org_id": "o", "name": "G", "member_users": ["bo", "", "ada"], "member_groups": ["h"]},
               {"id": "h", "name": "H", "deleted_at": "then"}, {"id": "h", "name": "copy"}],
    "roles": [{"id": "r", "org_id": "o", "name": "R", "member_roles": ["s"], "member_permissions": [
                  {"permission": "update", "restrict_object_type": "dataset"}, {"permission": "read"},
                  {"permission": "fly"}]},
              {"id": "s", "name": "system", "member_permissions": [{"permission": "delete"}]}],
    "acls": [{"id": "a", "object_type": "project", "object_id": "p", "group_id": "g", "role_id": "r"},
             {"id": "b", "object_type": "comet", "object_id": "c", "user_id": "ada",
              "permission": "read", "restrict_object_type": "dataset"}],
    "projects": [{"id": "p", "name": "P"}, {"id": "q", "deleted_at": "then"}],
    "project_groups": [{"id": "pg", "member_projects": ["p", "", "q"]}],
    "experiments": [{"id": "e1", "project_id": "p"}, {"id": "e2", "project_id": "p", "public": true},
                    {"id": "e3", "project_id": "p", "deleted_at": "then"}, {"id": "e4", "deleted_at": "then"}],
    "functions": [{"id": "f", "project_id": "p", "name": "F"}]
}"#;

fn org() -> Org {
    Org::from_json_with(DATA.as_bytes(), LoadOptions::default()).expect("it loads")
}

fn ids(org: &Org, nodes: impl Iterator<Item = u32>) -> Vec<String> {
    let mut ids: Vec<String> = nodes.map(|node| org.node_id(node)).collect();
    ids.sort();
    ids
}

/// A row that is read and put back changes no answer and no number.
#[test]
fn rows_are_put_back_as_they_are() {
    let org = org();
    let all = [
        (List::Groups, vec!["g", "h"]),
        (List::Roles, vec!["r", "s"]),
        (List::ProjectGroups, vec!["pg"]),
        (List::Projects, vec!["p", "q"]),
        (List::Experiments, vec!["e1", "e2", "e3", "e4"]),
        (List::Functions, vec!["f"]),
    ];
    let mut fork = org.fork();
    for (list, ids) in &all {
        for id in ids {
            let row = org.row_of(*list, id).expect("it is there");
            assert_eq!(row.text(Field::Id), Some(*id));
            assert_eq!(row.text(Field::OrgId), (*id != "s").then_some("o"), "{id}");
            fork.put_row(*list, &row, String::new).expect("its types are known");
        }
    }
    fork.settle();
    for (list, ids) in &all {
        for id in ids {
            let rows = [&org, &fork].map(|org| format!("{:?}", org.row_of(*list, id)));
            assert_eq!(rows[0], rows[1]);
        }
    }
    assert_eq!(org.nodes(), fork.nodes());
    assert_eq!(org.principals(), fork.principals());
    for node in org.nodes() {
        let state = |org: &Org| (org.node(node).known, org.node(node).deleted, org.node(node).public);
        assert_eq!(state(&org), state(&fork), "{}", org.node_id(node));
    }
    let group = org.row_of(List::Groups, "g").expect("a group");
    assert_eq!(
        (&*group.members, &*group.member_groups),
        (&["bo".into(), "ada".into()][..], &["h".into()][..])
    );
    assert!(org.row_of(List::Groups, "h").expect("a group").is_deleted());
    let role = org.row_of(List::Roles, "r").expect("a role");
    let said: Vec<_> = role.tuples.iter().map(|t| (t.permission.as_deref(), t.restrict.as_deref())).collect();
    assert_eq!(said, [(Some("update"), Some("dataset")), (Some("read"), None)]);
    assert!(org.row_of(List::Groups, "nobody").is_none() && org.row_of(List::Prompts, "f").is_none());
}

#[test]
fn acls_are_told_as_the_api_takes_them() {
    let org = org();
    let item = |id: &str| org.acl_item_of(org.acls().find(id).expect("an ACL")).expect("it counts");
    let (a, b) = (item("a"), item("b"));
    assert_eq!((a.object_type.as_str(), a.object_id.as_str()), ("project", "p"));
    assert_eq!((a.group_id.as_deref(), a.role_id.as_deref()), (Some("g"), Some("r")));
    assert_eq!((a.user_id, a.permission, a.restrict_object_type), (None, None, None));
    assert_eq!((b.object_type.as_str(), b.user_id.as_deref()), ("comet", Some("ada")));
    assert_eq!((b.permission.as_deref(), b.restrict_object_type.as_deref()), (Some("read"), Some("dataset")));
    assert_eq!(org.acl_item_of(2), None);
}

/// The few that are deleted or public are found below what they are in, in either organisation.
#[test]
fn exceptions_are_found_by_project() {
    let org = org();
    let project = |id: &str| org.find_node(number::PROJECT, id);
    assert_eq!(ids(&org, org.odd_children(project("p"))), ["e2", "e3"]);

    assert_eq!(ids(&org, org.odd_nodes()), ["e2", "e3", "e4", "h", "q"]);
    let mut fork = org.fork();
    let mut change = |list: List, id: &str, change: &dyn Fn(&mut Row<'_>)| {
        let mut row = fork.row_of(list, id).expect("it is there");
        change(&mut row);
        fork.put_row(list, &row, String::new).expect("its types are known");
    };
    change(List::Experiments, "e1", &|row| row.public = true);
    change(List::Experiments, "e2", &|row| row.public = false);
    change(List::Experiments, "e3", &|row| row.set(Field::ProjectId, "q"));
    change(List::Experiments, "e4", &|row| row.set(Field::ProjectId, "p"));
    change(List::Groups, "g", &|row| row.set(Field::DeletedAt, "now"));
    change(List::Projects, "q", &|row| row.unset(Field::DeletedAt));
    fork.take_row(List::Groups, "h");
    fork.settle();
    assert_eq!(ids(&fork, fork.odd_children(project("p"))), ["e1", "e4"]);
    assert_eq!(ids(&fork, fork.odd_children(project("q"))), ["e3"]);
    assert_eq!(ids(&fork, fork.odd_nodes()), ["e1", "e3", "e4", "g"]);
    assert_eq!(ids(&org, org.odd_children(project("p"))), ["e2", "e3"]);
}

/// What both hold has one number; what is new in a fork comes after it, and the slots of removed
/// ACLs stay unused while the original lives.
#[test]
fn numbers_are_kept() {
    let mut org = org();
    let acl = |n: usize, object: &str| {
        let mut row = Row::default();
        let texts = [
            (Field::Id, format!("new-{n}")),
            (Field::ObjectType, "project".to_owned()),
            (Field::ObjectId, object.to_owned()),
            (Field::UserId, format!("user-{n}")),
            (Field::Permission, "read".to_owned()),
        ];
        for (field, text) in texts {
            row.set(field, text);
        }
        row
    };
    for n in 0..3000 {
        org.put_row(List::Acls, &acl(n, "p"), String::new).expect("no new type");
    }
    org.settle();
    let mut fork = org.fork();
    for n in 0..2500 {
        fork.take_row(List::Acls, &format!("new-{n}"));
    }
    fork.apply(b"{}").expect("nothing to do");
    let slot = fork.put_row(List::Acls, &acl(5000, "elsewhere"), String::new).expect("no new type");
    fork.settle();
    assert_eq!(slot, org.acls().slot_count());
    for n in 2500..3000 {
        let id = format!("new-{n}");
        assert_eq!(fork.acls().find(&id), org.acls().find(&id));
    }
    assert_eq!(fork.find_node(number::PROJECT, "elsewhere"), org.nodes().end);
    assert_eq!(org.find_node(number::PROJECT, "elsewhere"), NONE);
    assert_eq!((org.acls().len(), fork.acls().len()), (3002, 503));
    drop(org);
    let slots = fork.acls().slot_count();
    for _ in 0..200 {
        fork.apply(b"{}").expect("nothing to do");
    }
    for n in 6000..8500 {
        fork.put_row(List::Acls, &acl(n, "p"), String::new).expect("no new type");
    }
    assert_eq!(fork.acls().slot_count(), slots, "alone, the fork uses its holes");
}

/// Too many types are refused, and nothing has changed.
#[test]
fn a_row_that_is_refused_changes_nothing() {
    let org = org();
    let mut fork = org.fork();
    let mut role = org.row_of(List::Roles, "r").expect("a role");
    role.tuples = (0..2000)
        .map(|n| Tuple { permission: Some("read".into()), restrict: Some(format!("type-{n}").into()) })
        .collect();
    let error = fork.put_row(List::Roles, &role, || "/body".to_owned()).expect_err("too many");
    assert_eq!((error.code().as_str(), error.path()), ("too_large", Some("/body")));
    let rows = [&org, &fork].map(|org| format!("{:?}", org.row_of(List::Roles, "r")));
    assert_eq!(rows[0], rows[1]);
}

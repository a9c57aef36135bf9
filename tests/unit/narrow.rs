//! Narrowing a broad grant: which ACLs replace it, and that decisions change where they should alone.

use serde_json::{Value, json};

use super::*;
use crate::naive::generate::{self, Rng, Size};
use crate::{Object, Subject};

/// An organisation `o` with projects `p0`…, a group `g` (with `ada`) in `above`, and more rows.
fn organization(projects: usize, more: &Value) -> Value {
    let projects: Vec<Value> =
        (0..projects).map(|n| json!({"id": format!("p{n}"), "name": format!("P{n}")})).collect();
    let mut export = json!({
        "organization": {"id": "o"},
        "groups": [{"id": "g", "name": "Labelling", "member_users": ["ada"]}, {"id": "above", "member_groups": ["g"]}],
        "roles": [{"id": "reader", "member_permissions": [
            {"permission": "read"}, {"permission": "update", "restrict_object_type": "dataset"},
            {"permission": "create", "restrict_object_type": "group"}]}],
        "projects": projects,
        "datasets": [{"id": "d", "project_id": "p0"}],
    });
    for (list, rows) in more.as_object().unwrap() {
        export[list] = rows.clone();
    }
    export
}

fn load(export: &Value) -> Org {
    Org::from_json(export.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {export:#}"))
}

fn acl(id: &str, ty: &str, object: &str, what: &str, restrict: Option<&str>) -> Value {
    let field = if what == "reader" { "role_id" } else { "permission" };
    json!({"id": id, "object_type": ty, "object_id": object, "group_id": "g", field: what,
           "restrict_object_type": restrict})
}

/// `type id what restrict` of each.
fn told(items: &[AclItem]) -> Vec<String> {
    items
        .iter()
        .map(|item| {
            assert_eq!(item.group_id.as_deref(), Some("g"));
            let what = item.permission.as_deref().or(item.role_id.as_deref()).unwrap();
            let restrict = item.restrict_object_type.as_deref().unwrap_or("-");
            format!("{} {} {what} {restrict}", item.object_type, item.object_id)
        })
        .collect()
}

fn codes(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|found| format!("{} {}", found.code, found.path)).collect()
}

/// The vendor's case: everything readable, one project closed.
#[test]
fn one_project_is_closed() {
    let org = load(&organization(4, &json!({"acls": [acl("a", "org_project", "o", "read", None)]})));
    let narrowed = org.narrow("a", &["p2"], "All but P2").unwrap();
    assert_eq!(told(std::slice::from_ref(&narrowed.remove)), ["org_project o read -"]);
    let new = narrowed.create.clone().unwrap();
    assert_eq!(
        (new.name.as_str(), new.member_projects),
        ("All but P2", vec!["p0".into(), "p1".into(), "p3".into()])
    );
    assert_eq!(
        told(&narrowed.add_with("new:project_group:1")),
        ["project_group new:project_group:1 read -", "org_project o read org_project"]
    );
    assert_eq!(codes(&narrowed.findings), ["later_projects /acl"]);
}

/// Outside of projects a grant on the organization stays, type by type; a role tuple by tuple.
#[test]
fn what_is_outside_of_projects_stays() {
    let acls = json!({"acls": [
        acl("a", "organization", "o", "update", None),
        acl("b", "organization", "o", "reader", None),
        acl("c", "organization", "o", "update", Some("group"))]});
    let org = load(&organization(2, &acls));
    let narrowed = org.narrow("a", &["p0"], "").unwrap();
    let outside = ["organization", "org_project", "org_member", "org_audit_logs", "project_group", "role"];
    let mut expected = vec!["project p1 update -".to_owned()];
    // One of them is there already.
    expected.extend(outside.map(|ty| format!("organization o update {ty}")));
    assert_eq!(told(&narrowed.add), expected);
    let narrowed = org.narrow("b", &["p0", "p1"], "").unwrap();
    let mut expected: Vec<String> = outside.map(|ty| format!("organization o read {ty}")).to_vec();
    expected.splice(5..5, ["organization o create group".to_owned(), "organization o read group".to_owned()]);
    assert_eq!(told(&narrowed.add), expected);
    assert_eq!(narrowed.create, None);
}

/// A restricted grant keeps its restriction below, and has nothing to keep outside.
#[test]
fn a_restriction_stays() {
    let org =
        load(&organization(5, &json!({"acls": [acl("a", "organization", "o", "read", Some("dataset"))]})));
    let narrowed = org.narrow("a", &["p0"], "Rest").unwrap();
    assert_eq!(told(&narrowed.add), ["project_group  read dataset"]);
    let narrowed = org.narrow("a", &["p0", "p1", "p2"], "Rest").unwrap();
    assert_eq!(told(&narrowed.add), ["project p3 read dataset", "project p4 read dataset"]);
    let narrowed = org.narrow("a", &["p0", "p1", "p2", "p3", "p4"], "Rest").unwrap();
    assert_eq!(told(&narrowed.add), Vec::<String>::new());
}

/// A live project group of exactly the others is used, when a grant on it gives nothing on itself.
#[test]
fn a_project_group_of_exactly_the_others_is_used() {
    let more = json!({
        "project_groups": [
            {"id": "r1", "member_projects": ["p1", "p2", "p3"]},
            {"id": "r0", "member_projects": ["p3", "p2", "p1"], "deleted_at": "x"},
            {"id": "r2", "name": "Rest", "member_projects": ["p1", "p2", "p3", "p0"]},
            {"id": "r3", "member_projects": ["p1", "p2"]}],
        "acls": [
            acl("a", "organization", "o", "read", None),
            acl("b", "org_project", "o", "update", None),
            acl("c", "org_project", "o", "update", Some("prompt")),
            acl("d", "project_group", "r2", "delete", None)],
    });
    let org = load(&organization(4, &more));
    let first = |acl: &str| {
        let narrowed = org.narrow(acl, &["p0"], "Rest").unwrap();
        (told(&narrowed.add)[0].clone(), narrowed.create.map(|group| group.name))
    };
    assert_eq!(first("a"), ("project_group r1 read -".to_owned(), None));
    // All projects is not above a project group: who may update those may not update this.
    assert_eq!(first("b"), ("project_group  update -".to_owned(), Some("Rest 2".to_owned())));
    assert_eq!(first("c"), ("project_group r1 update prompt".to_owned(), None));
    let narrowed = org.narrow("d", &["p0"], "New").unwrap();
    assert_eq!(told(&narrowed.add), ["project_group  delete -", "project_group r2 delete project_group"]);
}

/// Another grant by which the grantee gets to an excepted project is named.
#[test]
fn another_way_is_named() {
    let mut through_group = acl("c", "project_group", "r", "read", None);
    through_group["group_id"] = json!("above");
    let more = json!({
        "project_groups": [{"id": "r", "member_projects": ["p0"]}],
        "acls": [
            acl("a", "org_project", "o", "read", None), acl("same", "org_project", "o", "read", None),
            acl("b", "dataset", "d", "read", None), through_group,
            acl("x", "organization", "o", "read", Some("group")), acl("y", "project", "p1", "read", None)],
    });
    let org = load(&organization(3, &more));
    let narrowed = org.narrow("a", &["p2", "p0"], "").unwrap();
    assert_eq!(codes(&narrowed.findings), ["later_projects /acl", "still_reachable /except/1"]);
    assert_eq!(
        narrowed.findings[1].message,
        "`Labelling` can still get to the project `P0` by the ACL `b` (`read` on the dataset `d`) and 1 more: \
         narrow or revoke that too"
    );
    // The grant on the other project is there already.
    assert_eq!(told(&narrowed.add), ["org_project o read org_project"]);
}

/// What cannot be narrowed says why, and what to do.
#[test]
fn what_cannot_be_narrowed_is_no_effect() {
    let mut deleted = acl("dead", "org_project", "o", "read", None);
    deleted["deleted_at"] = json!("x");
    let more = json!({
        "project_groups": [{"id": "r", "member_projects": ["p0"]}, {"id": "gone", "deleted_at": "x"}],
        "acls": [
            acl("one", "project", "p0", "read", None), acl("leaf", "dataset", "d", "read", None),
            acl("group", "organization", "o", "update", Some("group")), acl("other", "organization", "other", "read", None),
            acl("region", "project_group", "r", "read", None), acl("gone", "project_group", "gone", "read", None),
            acl("ok", "org_project", "o", "read", None), deleted],
    });
    let org = load(&organization(2, &more));
    let failed = |acl: &str, except: &[&str]| {
        let finding = org.narrow(acl, except, "").unwrap_err();
        assert_eq!(finding.code, Code::NoEffect, "{finding:?}");
        finding.path
    };
    for acl in ["nowhere", "one", "leaf", "group", "other", "gone", "dead"] {
        assert_eq!(failed(acl, &["p0"]), "/acl", "{acl}");
    }
    assert_eq!(failed("ok", &[]), "/except");
    assert_eq!(failed("region", &["p1"]), "/except");
    // A misspelt project, or its name, would close nothing: the whole is refused, and says which.
    let unknown = |except: &[&str]| {
        let finding = org.narrow("ok", except, "").unwrap_err();
        assert_eq!(finding.code, Code::UnknownObject, "{finding:?}");
        (finding.path, finding.message)
    };
    let (path, message) = unknown(&["p0", "nowhere"]);
    assert_eq!(path, "/except/1");
    assert!(message.contains("`nowhere`") && message.contains("nothing is narrowed"), "{message}");
    assert!(unknown(&["P0"]).1.ends_with("`p0` is the id of the project with that name"));
}

/// Every object that the data know, the organisation's own, and one of an unknown type in each project.
fn objects(org: &Org) -> Vec<(Object, u32)> {
    let mut objects: Vec<(Object, u32)> = Vec::new();
    for ty in [ORGANIZATION, ORG_PROJECT, ORG_MEMBER, ORG_AUDIT_LOGS] {
        objects.push((Object::of_type(org.types().name(ty)), NONE));
    }
    for node in org.nodes().filter(|node| org.node(*node).known) {
        let (ty, id) = (org.node_type(node), org.node_id(node));
        let project = if ty == PROJECT { node } else { org.node(node).project };
        objects.push((Object::new(org.types().name(ty), &id), project));
        if ty == PROJECT {
            objects.push((Object::project_log(&id), node));
            objects.push((Object::new("hologram", "h").in_project(&id), node));
        }
    }
    objects
}

fn flat(mut export: Value) -> Value {
    for list in ["acls", "project_groups"] {
        let rows: Vec<Value> = match export.get(list) {
            Some(Value::Array(items)) => items.clone(),
            Some(Value::Object(page)) => vec![Value::Object(page.clone())],
            _ => Vec::new(),
        };
        let rows = rows.into_iter().flat_map(|row| match row.get("objects") {
            Some(Value::Array(rows)) => rows.clone(),
            _ => vec![row],
        });
        export[list] = rows.collect();
    }
    export
}

/// The export without the broad grant, and with what replaces it.
fn applied(org: &Org, export: &Value, broad: &AclItem, narrowed: &Narrowed) -> (Value, Value) {
    let mut without = export.clone();
    without["acls"].as_array_mut().unwrap().retain(|row| {
        let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
        let item = org.acls().find(id).and_then(|slot| Some((slot, org.acls().get(slot)?)));
        !item.is_some_and(|(slot, acl)| {
            let broad_one = org.broad(id).ok();
            org.acls().is_live(slot, acl) && broad_one.is_some_and(|one| org.item_of(&one) == *broad)
        })
    });
    let mut with = without.clone();
    if let Some(group) = &narrowed.create {
        let row = json!({"id": "new:project_group:1", "name": group.name, "member_projects": group.member_projects});
        with["project_groups"].as_array_mut().unwrap().push(row);
    }
    for (place, item) in narrowed.add_with("new:project_group:1").iter().enumerate() {
        let mut row = serde_json::to_value(item).unwrap();
        row["id"] = json!(format!("added-{place}"));
        with["acls"].as_array_mut().unwrap().push(row);
    }
    (without, with)
}

/// Somebody to whom an ACL is granted.
fn subject<'o>(org: &'o Org, item: &AclItem) -> Subject<'o> {
    match (&item.user_id, &item.group_id) {
        (Some(user), _) => org.subject(user),
        (_, Some(group)) => org.member_of(group),
        _ => org.anonymous(),
    }
}

/// On the excepted projects and in them the grant gives nothing any more; on the other projects and
/// outside of projects everything is as it was; `still_reachable` says who can get there all the same.
#[test]
fn decisions_change_where_they_should_alone() {
    let (mut narrowings, mut groups, mut reused) = (0, 0, 0);
    for seed in 91_000..91_150 {
        let mut rng = Rng::new(seed);
        let export = flat(generate::organization(&mut rng, Size::Medium));
        let org = load(&export);
        let projects: Vec<String> =
            org.find(None, None, Some("project")).into_iter().map(|node| node.id).collect();
        for slot in 0..org.acls().slot_count() {
            if org.acls().get(slot).is_none() || projects.is_empty() || !rng.percent(40) {
                continue;
            }
            let id = org.acls().id(slot);
            let except: Vec<&str> = (0..rng.between(1, 2)).map(|_| rng.pick(&projects).as_str()).collect();
            let Ok(narrowed) = org.narrow(&id, &except, "Rest") else { continue };
            narrowings += 1;
            groups += usize::from(narrowed.create.is_some());
            let on_old = |item: &AclItem| {
                item.object_type == "project_group" && item.object_id != narrowed.remove.object_id
            };
            reused += usize::from(narrowed.create.is_none() && narrowed.add.iter().any(on_old));
            let (without, with) = applied(&org, &export, &narrowed.remove, &narrowed);
            let (without, with) = (load(&without), load(&with));
            let closed: Vec<u32> = except.iter().map(|id| org.find_node(PROJECT, id)).collect();
            let item = &narrowed.remove;
            let (before, without, after) =
                (subject(&org, item), subject(&without, item), subject(&with, item));
            let context = || format!("seed {seed}: {id} but {except:?}\n{narrowed:#?}\n{export:#}");
            for (object, project) in objects(&org) {
                let held = after.permissions(&object);
                if closed.contains(&project) {
                    assert_eq!(held, without.permissions(&object), "{object:?} {}", context());
                } else {
                    assert_eq!(held, before.permissions(&object), "{object:?} {}", context());
                }
                let reachable = !held.is_empty() && object.object_type().as_str() == "project";
                if reachable && closed.contains(&project) {
                    let warned = narrowed.findings.iter().any(|found| {
                        found.code == Code::StillReachable
                            && found.object.as_ref().map(|object| object.id.as_str()) == object.id()
                    });
                    assert!(warned, "{object:?} {}", context());
                }
            }
            for ty in ["group", "role", "project_group", "org_member"] {
                assert_eq!(after.can_create(ty, None), before.can_create(ty, None), "{ty} {}", context());
            }
            for (ty, project) in
                ["dataset", "project_log", "hologram"].into_iter().zip(projects.iter().cycle())
            {
                let expected =
                    if closed.contains(&org.find_node(PROJECT, project)) { &without } else { &before };
                assert_eq!(
                    after.can_create(ty, Some(project)),
                    expected.can_create(ty, Some(project)),
                    "{}",
                    context()
                );
            }
        }
    }
    assert!(
        narrowings > 100 && groups > 5,
        "only {narrowings} narrowings, {groups} with a group, {reused} reused"
    );
}

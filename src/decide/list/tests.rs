//! A list goes by the subject's own ACLs or by the objects, whichever are fewer: by hand, each way.

use serde_json::{Value, json};

use super::ListOptions;
use crate::model::object::number;
use crate::org::Org;
use crate::{Object, Permission};

/// `few` and `many` hold the same on experiments; `many` has ACLs elsewhere, too.
fn org() -> Org {
    let acl = |n: usize, user: &str, ty: &str, on: &str| json!({ "id": format!("{user} {n}"), "object_type": ty, "object_id": on, "user_id": user, "permission": "read" });
    let held = ["own", "moved in", "moved out", "gone"];
    let mut acls: Vec<Value> = Vec::new();
    for user in ["few", "many"] {
        acls.extend(held.iter().enumerate().map(|(n, on)| acl(n, user, "experiment", on)));
    }
    acls.extend((10..20).map(|n| acl(n, "many", "dataset", &format!("dataset {n}"))));
    let experiment = |id: &str, project: &str| json!({ "id": id, "project_id": project });
    let mut experiments =
        vec![experiment("own", "p"), experiment("moved in", "q"), experiment("moved out", "p")];
    experiments.push(json!({ "id": "public", "project_id": "p", "public": true }));
    experiments.push(json!({ "id": "gone", "project_id": "p", "deleted_at": "then" }));
    experiments.extend((0..3).map(|n| experiment(&format!("other {n}"), "p")));
    let data = json!({
        "organization": { "id": "o" }, "users": [{ "id": "few" }, { "id": "many" }],
        "projects": [{ "id": "p" }, { "id": "q" }], "experiments": experiments, "acls": acls,
    });
    Org::from_json(data.to_string().as_bytes()).expect("it loads")
}

fn listed(org: &Org, who: &str, project: Option<&str>) -> Vec<String> {
    let options = ListOptions { project, ..ListOptions::default() };
    let ids = org.subject(who).list(Permission::Read, "experiment", options);
    for id in &ids {
        assert!(org.subject(who).can(Permission::Read, &Object::new("experiment", id)), "{who}: {id}");
    }
    ids
}

/// MODEL 3: a list is what asking about each object says.
#[test]
fn by_acls_or_by_objects() {
    let mut org = org();
    // The table is made, and then it says of two what is so no longer.
    for who in ["few", "many"] {
        assert_eq!(listed(&org, who, None), ["moved in", "moved out", "own", "public"], "{who}");
        assert_eq!(listed(&org, who, Some("p")), ["moved out", "own", "public"], "{who}");
    }
    let moved = [("moved in", "p"), ("moved out", "q")]
        .map(|(id, project)| json!({ "id": id, "project_id": project }));
    org.apply(json!({ "experiments": { "upsert": moved } }).to_string().as_bytes()).expect("it applies");
    for who in ["few", "many"] {
        assert_eq!(listed(&org, who, None), ["moved in", "moved out", "own", "public"], "{who}");
        assert_eq!(listed(&org, who, Some("p")), ["moved in", "own", "public"], "{who}");
        assert_eq!(listed(&org, who, Some("q")), ["moved out"], "{who}");
    }
    let ids = |nodes: Vec<u32>| {
        let mut ids: Vec<String> = nodes.into_iter().map(|node| org.node_id(node)).collect();
        ids.sort();
        ids
    };
    // What is looked at in `p`, where the table has all that was in it.
    let p = org.find_node(number::PROJECT, "p");
    let ty = org.types().get("experiment");
    let shelf = org.shelf(ty);
    let in_p: Vec<(u32, &[u32])> = shelf.projects(Some(p)).collect();
    let looked_at = |who: &str, ask: Permission| ids(org.subject(who).with_own(ask.into(), ty, &in_p));
    let all = ["gone", "moved out", "other 0", "other 1", "other 2", "own", "public"];
    assert_eq!(looked_at("many", Permission::Read), all, "more ACLs than objects");
    assert_eq!(looked_at("few", Permission::Read), ["gone", "moved in", "own", "public"]);
    assert_eq!(looked_at("few", Permission::Update), ["gone", "moved in", "own"], "public is read alone");
    assert_eq!(looked_at("nobody", Permission::Read), ["public"]);
}

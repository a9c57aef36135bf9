//! Drafts: the diff against brute force, the preview against a model of the server, the requests
//! against the preview.

use aclarity::{Actor, Credential, Draft, Request};
use serde_json::{Value, json};

use crate::naive::generate::{self, Rng, Size};
use crate::naive::server::Server;
use crate::naive::{Naive, Options, diff, rows};
use crate::{load, rng};

fn pick(rng: &mut Rng, export: &Value, list: &str) -> String {
    let rows = rows(export, list);
    if rows.is_empty() || rng.percent(5) {
        return "nobody-knows".to_owned();
    }
    let row = rows[rng.below(rows.len())];
    row["id"].as_str().unwrap_or("x").to_owned()
}

fn item(rng: &mut Rng, export: &Value) -> Value {
    let organization = crate::naive::organization_id(export).unwrap();
    let (ty, id) = match rng.below(9) {
        0 => ("organization", organization),
        1 => ("org_project", organization),
        2 => ("project_group", pick(rng, export, "project_groups")),
        3..=5 => ("project", pick(rng, export, "projects")),
        6 => ("dataset", pick(rng, export, "datasets")),
        7 => ("experiment", pick(rng, export, "experiments")),
        _ => ("group", pick(rng, export, "groups")),
    };
    let mut item = json!({ "object_type": ty, "object_id": id });
    if rng.percent(60) {
        item["group_id"] = pick(rng, export, "groups").into();
    } else {
        item["user_id"] = pick(rng, export, "users").into();
    }
    if rng.percent(20) {
        item["role_id"] = pick(rng, export, "roles").into();
    } else {
        item["permission"] = (*rng.pick(&["create", "read", "update", "delete", "create_acls"])).into();
        if rng.percent(30) {
            item["restrict_object_type"] = (*rng.pick(&["project", "dataset", "experiment", "prompt"])).into();
        }
    }
    item
}

fn request(rng: &mut Rng, export: &Value) -> Value {
    let acls = rows(export, "acls");
    match rng.below(10) {
        0..=3 => json!({"method": "POST", "path": "/v1/acl", "body": item(rng, export)}),
        4 | 5 if !acls.is_empty() => {
            let mut body = acls[rng.below(acls.len())].clone();
            let fields = body.as_object_mut().unwrap();
            fields.retain(|name, value| {
                !value.is_null() && !matches!(name.as_str(), "id" | "_object_org_id" | "created" | "deleted_at")
            });
            json!({"method": "DELETE", "path": "/v1/acl", "body": body})
        }
        6 => json!({"method": "PATCH", "path": format!("/v1/group/{}", pick(rng, export, "groups")),
            "body": {"add_member_users": [pick(rng, export, "users")], "remove_member_users": [pick(rng, export, "users")]}}),
        7 => json!({"method": "PATCH", "path": format!("/v1/group/{}", pick(rng, export, "groups")),
            "body": {"add_member_groups": [pick(rng, export, "groups")]}}),
        8 => json!({"method": "DELETE", "path": format!("/v1/{}/{}", rng.pick(&["group", "role", "project_group"]), pick(rng, export, "groups"))}),
        _ => json!({"method": "PATCH", "path": format!("/v1/project_group/{}", pick(rng, export, "project_groups")),
            "body": {"add_member_projects": [pick(rng, export, "projects")], "remove_member_projects": [pick(rng, export, "projects")]}}),
    }
}

fn send(draft: &mut Draft, request: &Value) {
    let request = Request::from_json(request.to_string().as_bytes()).expect("a request");
    draft.request(request);
}

/// API.md, Draft: every (subject, object, permission) that changes is covered exactly once, none
/// that does not change is covered.
#[test]
fn the_diff_is_sound_and_complete() {
    for seed in 0..400 {
        let mut rng = rng(seed);
        let export = generate::organization(&mut rng, if seed % 3 == 0 { Size::Tiny } else { Size::Small });
        let org = load(&export, &aclarity::LoadOptions::default());
        let mut draft = org.draft(Actor::new("ada", Credential::Session), true);
        let mut server = Server::preview(&export, true);
        let mut sent = Vec::new();
        for _ in 0..rng.between(1, 4) {
            let request = request(&mut rng, &export);
            let answer = server.send(Some("ada"), "session", &request);
            if answer.is_ok() {
                send(&mut draft, &request);
            }
            sent.push((request, answer.is_ok()));
        }
        let before = Naive::load(&export, Options::default());
        let rows: Vec<Value> = draft.diff().iter().map(|row| json!(row)).collect();
        diff::check(&rows, &before, &server.evaluator(), &server.created)
            .unwrap_or_else(|error| panic!("{seed}: {error}\n{sent:#?}\n{export:#}"));
    }
}

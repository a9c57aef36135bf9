//! The naive reference (tests/naive) held against hand-made examples; each says which rule it holds.

#[path = "naive/mod.rs"]
mod naive;

use naive::diff::{At, Change, Thing, changes, check, covers};
use naive::drafts::case;
use naive::matrix::matrix;
use naive::needs::authorize;
use naive::reach::reach;
use naive::server::{Actors, Created, Server, filled};
use naive::{Naive, Options, Who};
use serde_json::{Value, json};

/// One project with a dataset, an owner by role, a reader by group, a custom role; nothing deleted.
fn small() -> Value {
    json!({
        "organization": { "id": "o", "name": "Small" },
        "users": [{ "id": "olga", "email": "olga@x" }, { "id": "rita", "email": "rita@x" }, { "id": "nora", "email": "nora@x" }],
        "groups": [
            { "id": "owners", "org_id": "o", "name": "Owners", "member_users": ["olga"] },
            { "id": "readers", "org_id": "o", "name": "Readers", "member_users": ["rita"] },
            { "id": "leads", "org_id": "o", "name": "Leads", "member_users": [], "member_groups": [] },
        ],
        "roles": [
            { "id": "owner", "org_id": null, "name": "owner", "member_permissions": [
                { "permission": "create" }, { "permission": "read" }, { "permission": "update" }, { "permission": "delete" },
                { "permission": "create_acls" }, { "permission": "read_acls" }, { "permission": "update_acls" }, { "permission": "delete_acls" } ] },
            { "id": "looker", "org_id": "o", "name": "Looker", "member_permissions": [{ "permission": "read" }] },
        ],
        "acls": [
            { "id": "a-owners", "object_type": "organization", "object_id": "o", "group_id": "owners", "role_id": "owner" },
            { "id": "a-readers", "object_type": "project", "object_id": "p", "group_id": "readers", "role_id": "looker" },
        ],
        "projects": [{ "id": "p", "org_id": "o", "name": "P" }, { "id": "q", "org_id": "o", "name": "Q" }],
        "project_groups": [{ "id": "pg", "org_id": "o", "name": "PG", "member_projects": ["q"] }],
        "datasets": [{ "id": "d", "project_id": "p", "name": "D" }],
        "plan": "enterprise",
    })
}

fn evaluator(export: &Value) -> Naive {
    Naive::load(export, Options::default())
}

fn request(method: &str, path: &str, body: Value) -> Value {
    let mut request = json!({ "method": method, "path": path });
    request["body"] = body;
    request
}

fn grant(ty: &str, id: &str, user: &str, permission: &str) -> Value {
    json!({ "object_type": ty, "object_id": id, "user_id": user, "permission": permission })
}

fn decision(export: &Value, actor: &str, credential: &str, request: &Value) -> &'static str {
    authorize(&evaluator(export), Some(actor), credential, request).decision
}

fn can(server: &Server, who: &str, permission: &str, ty: &str, id: &str) -> bool {
    server.evaluator().can(Who::Id(who), permission, ty, Some(id), None).0
}

/// The codes of a refusal.
fn codes(answer: Result<Value, Value>) -> Vec<String> {
    let refusal = answer.expect_err("a refusal");
    refusal["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_string()).collect()
}

// --------------------------------------------------------------------------------------------------------------- needs

/// MODEL 8: POST /v1/acl needs `create_acls` on the object; unknown objects are unknown, not denied.
#[test]
fn an_acl_needs_create_acls() {
    let post = |ty: &str, id: &str| request("POST", "/v1/acl", grant(ty, id, "nora", "read"));
    assert_eq!(decision(&small(), "olga", "session", &post("dataset", "d")), "allow");
    assert_eq!(decision(&small(), "rita", "session", &post("dataset", "d")), "deny");
    assert_eq!(decision(&small(), "olga", "session", &post("dataset", "elsewhere")), "unknown");
}

/// CHOICES: the path; anything else is a route that the table does not have.
#[test]
fn paths_are_read_exactly() {
    let get = |path: &str| decision(&small(), "olga", "session", &request("GET", path, Value::Null));
    for path in ["/v1/group/readers", "/v1/group/readers/", "/v1/group/re%61ders?x=1", "/v1/organization/o"] {
        assert_eq!(get(path), "allow", "{path}");
    }
    for path in [
        "/v1/Group/readers",
        "/v1//readers",
        "/v1/group/readers#x",
        "/v1/group/%zz",
        "/v1/group/../group",
        "/api",
    ] {
        assert_eq!(get(path), "unknown", "{path}");
    }
    assert_eq!(
        decision(&small(), "olga", "session", &json!({ "method": "get", "path": "/v1/group/owners" })),
        "allow"
    );
}

/// MODEL 8: a list is allowed to any subject, with the filter; needs are empty (CHOICES).
#[test]
fn lists_are_filtered() {
    let list = request("GET", "/v1/function?limit=3", Value::Null);
    let answer = authorize(&evaluator(&small()), Some("nora"), "session", &list);
    assert_eq!((answer.decision, answer.filter, answer.needs.len()), ("allow", Some(("read", "prompt")), 0));
    assert_eq!(decision(&small(), "stranger", "session", &list), "deny");
}

/// MODEL 8: service tokens ask for an owner with a service token or a session; an API key never suffices.
#[test]
fn tokens_ask_for_a_credential() {
    let post = request("POST", "/v1/service_token", json!({ "name": "t", "service_account_id": "robot" }));
    for (actor, credential, is) in [
        ("olga", "session", "allow"),
        ("olga", "service_token", "allow"),
        ("olga", "api_key", "deny"),
        ("olga", "unknown", "deny"),
        ("rita", "session", "deny"),
    ] {
        assert_eq!(decision(&small(), actor, credential, &post), is, "{actor} by {credential}");
    }
    let account = json!({ "invite_users": { "service_accounts": [{ "name": "r", "token_name": "t" }] } });
    let invite = request("PATCH", "/v1/organization/members", account);
    assert_eq!(decision(&small(), "olga", "session", &invite), "deny");
    assert_eq!(decision(&small(), "olga", "service_token", &invite), "allow");
}

/// MODEL 8: an invitation may name a group unless it grants `*_acls` or makes an owner.
#[test]
fn an_invitation_names_harmless_groups() {
    let mut export = small();
    export["acls"].as_array_mut().unwrap().push(
        json!({ "id": "a", "object_type": "org_member", "object_id": "o", "user_id": "rita", "permission": "create" }),
    );
    let invite = |group: &str| {
        let body = json!({ "invite_users": { "emails": ["new@x"], "group_names": [group] } });
        request("PATCH", "/v1/organization/members", body)
    };
    assert_eq!(decision(&export, "rita", "session", &invite("Readers")), "allow");
    assert_eq!(decision(&export, "rita", "session", &invite("Owners")), "deny");
    assert_eq!(decision(&export, "olga", "session", &invite("Owners")), "allow");
}

/// CHOICES: creating is judged for the type that is created; of an existing name the need is read on it, by PUT update.
#[test]
fn creating_by_an_existing_name() {
    let mut export = small();
    export["acls"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "id": "a", "object_type": "organization", "object_id": "o",
        "user_id": "nora", "permission": "create", "restrict_object_type": "group" }));
    let group = |method: &str, name: &str| request(method, "/v1/group", json!({ "name": name }));
    assert_eq!(decision(&export, "nora", "session", &group("POST", "New")), "allow");
    assert_eq!(decision(&export, "nora", "session", &group("POST", "Readers")), "deny");
    assert_eq!(decision(&export, "olga", "session", &group("PUT", "Readers")), "allow");
    let role = request("POST", "/v1/role", json!({ "name": "New" }));
    assert_eq!(decision(&export, "nora", "session", &role), "deny");
    let answer = authorize(&evaluator(&export), Some("nora"), "session", &group("PUT", "Readers"));
    assert_eq!(answer.needs[0].permission, "update");
    assert_eq!(answer.needs[0].object, ("group".to_string(), "readers".to_string()));
}

/// MODEL 8: standing for somebody else, only an owner; MODEL 8: another organisation is refused.
#[test]
fn standing_for_others_and_other_organisations() {
    let get = |who: &str| json!({ "method": "GET", "path": "/v1/dataset/d", "headers": { "X-BT-Impersonate-User": who } });
    assert_eq!(decision(&small(), "olga", "session", &get("rita@x")), "allow");
    assert_eq!(decision(&small(), "olga", "session", &get("nora")), "deny");
    assert_eq!(decision(&small(), "olga", "session", &get("nobody@x")), "unknown");
    assert_eq!(decision(&small(), "rita", "session", &get("rita")), "deny");
    let body = |name: &str| request("POST", "/v1/group", json!({ "name": "G", "org_name": name }));
    assert_eq!(decision(&small(), "olga", "session", &body("Small")), "allow");
    assert_eq!(decision(&small(), "olga", "session", &body("Large")), "deny");
    let mut nameless = small();
    nameless["organization"] = json!({ "id": "o" });
    assert_eq!(decision(&nameless, "olga", "session", &body("Small")), "unknown");
}

/// MODEL 8: logs need update on `project_log`; project settings need update on the project.
#[test]
fn what_is_in_projects() {
    let insert = request("POST", "/v1/project_logs/p/insert", json!({ "events": [] }));
    let answer = authorize(&evaluator(&small()), Some("rita"), "session", &insert);
    assert_eq!(answer.decision, "deny");
    assert_eq!(answer.needs[0].object, ("project_log".to_string(), "p".to_string()));
    let score = request("POST", "/v1/project_score", json!({ "project_id": "p", "name": "s" }));
    assert_eq!(decision(&small(), "olga", "session", &score), "allow");
    assert_eq!(
        decision(&small(), "rita", "session", &request("POST", "/v1/dataset/d/fetch", json!({}))),
        "allow"
    );
    assert_eq!(decision(&small(), "olga", "session", &request("GET", "/v1/api_key", Value::Null)), "unknown");
}

/// MODEL 8: `member_projects` besides need `create_acls` or `delete_acls` on each project.
#[test]
fn regrouping_hands_out_access() {
    let mut export = small();
    export["acls"].as_array_mut().unwrap().push(json!(
        { "id": "a", "object_type": "project_group", "object_id": "pg", "user_id": "nora", "permission": "update" }));
    let patch = |body: Value| request("PATCH", "/v1/project_group/pg", body);
    assert_eq!(decision(&export, "nora", "session", &patch(json!({ "name": "PG2" }))), "allow");
    assert_eq!(decision(&export, "nora", "session", &patch(json!({ "add_member_projects": ["p"] }))), "deny");
    assert_eq!(
        decision(&export, "olga", "session", &patch(json!({ "add_member_projects": ["p"] }))),
        "allow"
    );
}

// -------------------------------------------------------------------------------------------------------------- server

/// CHOICES: creator grants; placeholders in later paths and bodies.
#[test]
fn the_server_fills_placeholders() {
    let mut server = Server::new(&small(), true);
    let requests = [
        json!({ "method": "POST", "path": "/v1/group", "body": { "name": "Team" }, "creates": "new:group:1" }),
        json!({ "method": "POST", "path": "/v1/project", "body": { "name": "R" }, "creates": "new:project:1" }),
        request("PATCH", "/v1/group/new%3Agroup%3A1", json!({ "add_member_users": ["nora"] })),
        request(
            "POST",
            "/v1/acl/batch_update",
            json!({ "add_acls": [
            { "object_type": "project", "object_id": "new:project:1", "group_id": "new:group:1", "permission": "read" } ] }),
        ),
    ];
    let real = server.run(Some("olga"), "session", &requests).unwrap();
    let project = &real["new:project:1"];
    assert!(can(&server, "nora", "read", "project_log", project));
    assert!(!can(&server, "rita", "read", "project_log", project));
    let held: Vec<&str> = server.created.iter().map(|made| made.kind).collect();
    assert_eq!(held, ["group", "acl", "project", "acl", "acl"]); // what is made, and the creator's grant on it
}

/// MODEL 1 and CHOICES: adding an equal ACL changes nothing; deleting by contents takes every equal row.
#[test]
fn acls_are_their_contents() {
    let mut export = small();
    let mut row = export["acls"][1].clone();
    row["id"] = json!("a-twin");
    export["acls"].as_array_mut().unwrap().push(row);
    let mut server = Server::new(&export, true);
    let item =
        json!({ "object_type": "project", "object_id": "p", "group_id": "readers", "role_id": "looker" });
    assert_eq!(
        server.send(Some("olga"), "session", &request("POST", "/v1/acl", item.clone())).unwrap()["id"],
        "a-readers"
    );
    assert_eq!(server.export, export);
    let both = json!({ "add_acls": [item], "remove_acls": [item] });
    server.send(Some("olga"), "session", &request("POST", "/v1/acl/batch_update", both)).unwrap();
    assert!(can(&server, "rita", "read", "dataset", "d"));
    server.send(Some("olga"), "session", &request("DELETE", "/v1/acl", item)).unwrap();
    assert!(!can(&server, "rita", "read", "dataset", "d"));
    assert_eq!(server.export["acls"].as_array().unwrap().len(), 1);
}

/// CHOICES: PATCH changes what is given, the removal wins; PUT of an existing name replaces it whole.
#[test]
fn patches_and_replacements() {
    let mut server = Server::new(&small(), true);
    let patch = json!({ "add_member_users": ["nora", "olga"], "remove_member_users": ["nora"] });
    let row = server.send(Some("olga"), "session", &request("PATCH", "/v1/group/readers", patch)).unwrap();
    assert_eq!(row["member_users"], json!(["rita", "olga"]));
    let put = request("PUT", "/v1/group", json!({ "name": "Readers", "member_groups": ["leads"] }));
    let row = server.send(Some("olga"), "session", &put).unwrap();
    assert_eq!(
        (&row["id"], &row["member_users"], &row["member_groups"]),
        (&json!("readers"), &json!([]), &json!(["leads"]))
    );
}

/// CHOICES: deleting marks a row and leaves its ACLs.
#[test]
fn deleting_marks() {
    let mut server = Server::new(&small(), true);
    server.send(Some("olga"), "session", &request("DELETE", "/v1/project/p", Value::Null)).unwrap();
    assert!(!can(&server, "olga", "read", "dataset", "d"));
    assert_eq!(server.export["acls"].as_array().unwrap().len(), 2);
    let again = server.send(Some("olga"), "session", &request("DELETE", "/v1/project/p", Value::Null));
    assert_eq!(codes(again), ["not_permitted"]); // every permission is denied
    server.actors = Actors::Anybody;
    let again = server.send(Some("olga"), "session", &request("DELETE", "/v1/project/p", Value::Null));
    assert_eq!(codes(again), ["deleted_object"]);
}

/// MODEL 6 and CHOICES: what the data refuse.
#[test]
fn refusals_of_the_data() {
    let mut server = Server::new(&small(), true);
    server.actors = Actors::Anybody;
    for (method, path, body, is) in [
        ("PATCH", "/v1/group/leads", json!({ "add_member_groups": ["leads"] }), "group_cycle"),
        ("PATCH", "/v1/group/leads", json!({ "add_member_groups": ["nothing"] }), "unknown_group"),
        ("PATCH", "/v1/group/owners", json!({ "name": "Chiefs" }), "builtin_group"),
        ("DELETE", "/v1/group/owners", Value::Null, "builtin_group"),
        ("PATCH", "/v1/role/owner", json!({ "description": "mine" }), "system_role"),
        ("PUT", "/v1/role", json!({ "name": "owner" }), "system_role"),
        (
            "POST",
            "/v1/role",
            json!({ "name": "R", "member_permissions": [{ "permission": "admin" }] }),
            "unknown_permission",
        ),
        ("POST", "/v1/group", json!({ "name": "  " }), "name_empty"),
        ("POST", "/v1/group", json!({}), "malformed_request"),
        ("POST", "/v1/acl", grant("org_project", "p", "nora", "read"), "wrong_organization"),
        (
            "POST",
            "/v1/acl",
            json!({ "object_type": "project", "object_id": "p", "permission": "read" }),
            "grantee_missing",
        ),
        (
            "POST",
            "/v1/acl",
            json!({ "object_type": "project", "object_id": "p", "group_id": "x", "permission": "read" }),
            "unknown_group",
        ),
        (
            "PATCH",
            "/v1/organization/members",
            json!({ "remove_users": { "ids": ["olga", "rita", "nora"] } }),
            "last_member",
        ),
    ] {
        assert_eq!(
            codes(server.send(None, "session", &request(method, path, body.clone()))),
            [is],
            "{method} {path} {body}"
        );
    }
    assert_eq!(server.export, small());
    // an unknown object or user is a warning, and a batch is all or nothing
    assert!(
        server.send(None, "session", &request("POST", "/v1/acl", grant("dataset", "x", "y", "read"))).is_ok()
    );
    let batch = json!({ "add_acls": [grant("dataset", "d", "nora", "read"), grant("dataset", "d", "nora", "admin")] });
    assert!(server.send(None, "session", &request("POST", "/v1/acl/batch_update", batch)).is_err());
    assert!(!can(&server, "nora", "read", "dataset", "d"));
}

/// MODEL 6: the server removes the row of the directory alone; a preview takes memberships and ACLs along.
#[test]
fn removing_a_member() {
    let remove =
        request("PATCH", "/v1/organization/members", json!({ "remove_users": { "emails": ["rita@x"] } }));
    let mut server = Server::new(&small(), true);
    server.send(Some("olga"), "session", &remove).unwrap();
    assert_eq!(server.export["users"].as_array().unwrap().len(), 2);
    assert!(can(&server, "rita", "read", "dataset", "d"));
    let mut preview = Server::preview(&small(), true);
    preview.send(None, "unknown", &remove).unwrap();
    assert!(!can(&preview, "rita", "read", "dataset", "d"));
}

/// CHOICES: an invited e-mail that no user has, service accounts, groups by name.
#[test]
fn inviting() {
    let mut preview = Server::preview(&small(), true);
    let body = json!({ "invite_users": { "emails": ["a@x", "rita@x", "a@x"], "service_accounts": [{ "name": "robot" }],
        "group_names": ["Leads"] } });
    preview.send(None, "unknown", &request("PATCH", "/v1/organization/members", body)).unwrap();
    let leads = &preview.export["groups"][2]["member_users"];
    assert_eq!(*leads, json!(["new:user:1", "rita", "new:service_account:1"]));
    assert_eq!(preview.export["users"].as_array().unwrap().len(), 4);
}

// ---------------------------------------------------------------------------------------------------------------- diff

fn changed(subject: &str, object: Thing, permission: &'static str, gained: bool) -> Change {
    Change { subject: subject.to_string(), object, permission, gained }
}

/// API: a grant on a project changes it and everything below, what does not exist yet included.
#[test]
fn a_grant_changes_what_is_below() {
    let mut preview = Server::preview(&small(), true);
    preview
        .send(None, "session", &request("POST", "/v1/acl", grant("project", "p", "nora", "read")))
        .unwrap();
    let (before, after) = (evaluator(&small()), preview.evaluator());
    let found = changes(&before, &after, &preview.created);
    // the project, its log, the dataset, and a prospective one of each of the four children
    assert_eq!(found.len(), 7);
    assert!(found.contains(&changed("nora", Thing::existing("project_log", "p"), "read", true)));
    let new = Thing::prospective("prompt", At::Project("p".to_string()));
    assert!(found.contains(&changed("nora", new, "read", true)));
    let row = json!({ "subjects": ["nora"], "object": { "type": "project", "id": "p" }, "gained": ["read"], "lost": [], "below": true });
    assert_eq!(check(std::slice::from_ref(&row), &before, &after, &preview.created), Ok(()));
    // a row too few, too many, too wide, too narrow
    assert!(check(&[], &before, &after, &[]).is_err());
    assert!(check(&[row.clone(), row.clone()], &before, &after, &[]).is_err());
    for (field, value) in [
        ("below", json!(false)),
        ("object", json!({ "type": "org_project", "id": "o" })),
        ("subjects", json!(["nora", "olga"])),
        ("only", json!("dataset")),
        ("except", json!([{ "type": "dataset", "id": "d" }])),
    ] {
        let mut other = row.clone();
        other[field] = value;
        assert!(check(&[other.clone()], &before, &after, &[]).is_err(), "{other}");
    }
}

/// API: `below`, `only` and `except`; CHOICES: a project group's row speaks of its projects and what is in them.
#[test]
fn what_a_row_speaks_of() {
    let org = evaluator(&small());
    let row = |ty: &str, id: &str, more: Value| {
        let mut row = json!({ "subjects": ["nora"], "object": { "type": ty, "id": id }, "gained": ["read"], "lost": [], "below": true });
        for (field, value) in more.as_object().unwrap() {
            row[field] = value.clone();
        }
        row
    };
    let dataset = Thing::existing("dataset", "d");
    let future = Thing::prospective("dataset", At::NewProject);
    let in_q = Thing::prospective("prompt", At::Project("q".to_string()));
    assert!(covers(&row("organization", "o", json!({})), &org, &future));
    assert!(covers(&row("project_group", "pg", json!({})), &org, &in_q));
    assert!(!covers(&row("project_group", "pg", json!({})), &org, &dataset));
    assert!(!covers(&row("project_group", "pg", json!({ "below": false })), &org, &in_q));
    assert!(!covers(
        &row("org_project", "o", json!({ "except": [{ "type": "project", "id": "p" }] })),
        &org,
        &dataset
    ));
    assert!(covers(
        &row("org_project", "o", json!({ "except": [{ "type": "project", "id": "q" }] })),
        &org,
        &dataset
    ));
    assert!(covers(&row("org_project", "o", json!({ "only": "dataset" })), &org, &dataset));
    assert!(!covers(
        &row("org_project", "o", json!({ "only": "dataset" })),
        &org,
        &Thing::existing("org_project", "o")
    ));
    assert!(!covers(&row("org_project", "o", json!({})), &org, &Thing::existing("project_group", "pg")));
}

/// CHOICES: what the draft creates counts, before, as one that does not exist yet at its place.
#[test]
fn what_is_created_differs_from_its_place() {
    let mut preview = Server::preview(&small(), true);
    let post = request("POST", "/v1/dataset", json!({ "project_id": "p", "name": "New" }));
    preview.send(Some("rita"), "session", &post).unwrap();
    let found = changes(&evaluator(&small()), &preview.evaluator(), &preview.created);
    // rita could read it anyway, being a reader of the project: the creator's grant gives the other seven
    let made = Thing::existing("dataset", "new:dataset:1");
    assert_eq!(found.len(), 7);
    assert!(found.iter().all(|change| change.object == made && change.subject == "rita" && change.gained));
    assert!(matches!(&preview.created[0], Created { kind: "dataset", project: Some(p), .. } if p == "p"));
}

// --------------------------------------------------------------------------------------------------------------- reach

/// `small` with one more ACL for nora, and what she reaches then.
fn reached(rows: &[Value]) -> std::collections::BTreeSet<(&'static str, Thing)> {
    let mut export = small();
    export["acls"].as_array_mut().unwrap().extend(rows.iter().enumerate().map(|(at, row)| {
        let mut row = row.clone();
        row["id"] = json!(format!("extra-{at}"));
        row
    }));
    reach(&export, Options::default(), Who::Id("nora"))
}

fn future(ty: &str, project: &str) -> Thing {
    Thing::prospective(ty, At::Project(project.to_string()))
}

/// MODEL 7, 1: `create_acls` by an unrestricted tuple: any permission on the object and everything below it.
#[test]
fn reach_by_create_acls() {
    let all = reached(&[grant("project", "p", "nora", "create_acls")]);
    // seven on the project, its log, the dataset and four prospective children
    assert_eq!(all.len(), 7 * 7);
    assert!(all.contains(&("delete", Thing::existing("dataset", "d"))));
    assert!(all.contains(&("update", future("experiment", "p"))));
    assert!(!all.contains(&("create_acls", Thing::existing("dataset", "d")))); // held already
}

/// MODEL 7, 1: by a tuple restricted to T, the objects of type T, and everything below those.
#[test]
fn reach_by_a_restricted_create_acls() {
    let mut row = grant("org_project", "o", "nora", "create_acls");
    row["restrict_object_type"] = json!("dataset");
    let all = reached(&[row.clone()]);
    assert!(all.iter().all(|(_, thing)| thing.ty() == "dataset"));
    assert!(all.contains(&("read", future("dataset", "q"))));
    assert!(all.contains(&("read", Thing::prospective("dataset", At::NewProject))));
    row["restrict_object_type"] = json!("project");
    let all = reached(&[row]);
    assert!(all.contains(&("read", Thing::existing("dataset", "d"))));
    assert!(!all.iter().any(|(_, thing)| thing.ty() == "org_project"));
}

/// MODEL 7, 2: `update` on a group: membership of it, hence its grants.
#[test]
fn reach_by_editing_a_group() {
    let all = reached(&[grant("group", "readers", "nora", "update")]);
    assert!(all.iter().all(|(permission, _)| *permission == "read"));
    assert!(all.contains(&("read", Thing::existing("dataset", "d"))));
    let all = reached(&[grant("group", "owners", "nora", "update")]);
    assert!(all.contains(&("delete", Thing::existing("organization", "o"))));
}

/// MODEL 7, 3: `update` on a role that an ACL covering the subject grants: any permission at that ACL's object.
#[test]
fn reach_by_editing_a_role() {
    let edit = grant("role", "looker", "nora", "update");
    assert!(reached(std::slice::from_ref(&edit)).is_empty());
    let granted =
        json!({ "object_type": "project", "object_id": "q", "user_id": "nora", "role_id": "looker" });
    let all = reached(&[edit, granted.clone()]);
    assert!(all.contains(&("delete", Thing::existing("project_log", "q"))));
    assert!(!all.contains(&("read", Thing::existing("dataset", "d"))));
    let system = json!({ "object_type": "project", "object_id": "q", "user_id": "nora", "role_id": "owner" });
    assert!(reached(&[grant("role", "owner", "nora", "update"), system]).is_empty()); // nobody edits a system role
}

/// MODEL 7, 5: a new member in any group that an invitation may name.
#[test]
fn reach_by_inviting() {
    let all = reached(&[grant("org_member", "o", "nora", "create")]);
    assert!(all.contains(&("read", Thing::existing("dataset", "d"))));
    assert!(!all.iter().any(|(_, thing)| thing.ty() == "organization")); // Owners may not be named
}

/// MODEL 7, 6: prompts run as the project's internal scoring principal.
#[test]
fn reach_by_scoring() {
    let principal = "bt::sp::service::project::p::async_scoring";
    let theirs = grant("project", "p", principal, "update");
    let mut write = grant("project", "p", "nora", "create");
    write["restrict_object_type"] = json!("prompt");
    let all = reached(&[theirs.clone(), write]);
    assert!(all.contains(&("update", Thing::existing("dataset", "d"))));
    assert!(reached(&[theirs, grant("project", "q", "nora", "create")]).is_empty());
}

// -------------------------------------------------------------------------------------------------------------- drafts

/// The same seed is the same draft; every draft runs, and what is made is named.
#[test]
fn drafts_are_deterministic() {
    let (mut made, mut carried, mut all) = (0, 0, 0);
    for seed in 0..60 {
        let (export, draft) = case(seed);
        let (_, again) = case(seed);
        assert_eq!(draft.requests, again.requests);
        assert!((1..=30).contains(&draft.requests.len()));
        let mut preview = Server::preview(&export, draft.creator_grants);
        for request in &draft.requests {
            all += 1;
            let before = preview.export.clone();
            match preview.send(draft.actor.as_deref(), draft.credential, request) {
                Ok(_) => carried += 1,
                Err(_) => assert_eq!(preview.export, before, "refused and yet carried out"),
            }
        }
        made += preview.created.len();
    }
    assert!(carried * 2 > all, "{carried} of {all} are carried out");
    assert!(made > 20, "{made} things are made");
}

// -------------------------------------------------------------------------------------------------------------- matrix

/// Boxes that are not off (type of the node, restriction, name, state, wider), and what stands beside them.
type States = (Vec<(String, String, &'static str, &'static str, bool)>, Vec<String>);

fn states(rows: &[Value], principal: Who) -> States {
    let mut export = small();
    export["acls"].as_array_mut().unwrap().extend(rows.iter().enumerate().map(|(at, row)| {
        let mut row = row.clone();
        row["id"] = json!(format!("extra-{at}"));
        row
    }));
    let found = matrix(&evaluator(&export), principal);
    let boxes = found
        .boxes
        .into_iter()
        .filter(|of| of.state != "off")
        .map(|of| (of.on.0, of.restrict.unwrap_or_default(), of.name, of.state, of.wider));
    (boxes.collect(), found.other)
}

/// MODEL 9: on, partly; wider when the row covers more than the box's form; roles beside it.
#[test]
fn boxes_are_direct_grants() {
    let (boxes, other) = states(
        &[
            grant("organization", "o", "nora", "update"),
            grant("organization", "o", "nora", "read_acls"),
            json!({ "object_type": "dataset", "object_id": "d", "user_id": "nora", "role_id": "looker" }),
        ],
        Who::Id("nora"),
    );
    assert_eq!(other, ["extra-2"]);
    assert!(boxes.contains(&("organization".into(), "organization".into(), "manage_settings", "on", true)));
    assert!(boxes.contains(&("organization".into(), String::new(), "manage_access", "partly", false)));
    // by a role on the node
    assert!(boxes.contains(&("dataset".into(), String::new(), "read", "inherited", false)));
}

/// MODEL 9: a project's lines; what one type in it gets from the whole project is on, and wider.
#[test]
fn lines_of_a_project() {
    let mut one = grant("project", "p", "nora", "update");
    one["restrict_object_type"] = json!("prompt");
    let (boxes, other) = states(&[grant("project", "p", "nora", "read"), one], Who::Id("nora"));
    assert_eq!(other, [""; 0]);
    let project =
        |restrict: &str, name, wider| ("project".to_string(), restrict.to_string(), name, "on", wider);
    assert!(boxes.contains(&project("", "read", false)));
    assert!(boxes.contains(&project("dataset", "read", true)));
    assert!(boxes.contains(&project("prompt", "update", false)));
    assert!(!boxes.iter().any(|of| of.2 == "update" && of.1 != "prompt"));
}

/// MODEL 9: of a group, by a role on the organisation everything is inherited.
#[test]
fn boxes_of_a_group() {
    let (boxes, other) = states(&[], Who::Group("owners"));
    assert_eq!(other, ["a-owners"]);
    assert!(boxes.iter().all(|of| of.3 == "inherited"));
    assert!(boxes.iter().any(|of| of.2 == "create_projects"));
}

// ---------------------------------------------------------------------------------------------------------- all together

/// The same requests with real ids are refused and carried out alike, and leave the same organisation.
#[test]
fn placeholders_and_real_ids_agree() {
    for seed in 100..140 {
        let (export, draft) = case(seed);
        let mut preview = Server::preview(&export, draft.creator_grants);
        let mut server = Server::new(&export, draft.creator_grants);
        server.actors = Actors::Anybody;
        let mut real = std::collections::HashMap::new();
        for request in &draft.requests {
            if request["body"]["remove_users"].is_object() {
                continue; // a preview takes memberships and ACLs along
            }
            let (made, chosen) = (preview.created.len(), server.created.len());
            let one = preview.send(draft.actor.as_deref(), draft.credential, request).is_ok();
            let other =
                server.send(draft.actor.as_deref(), draft.credential, &filled(request, &real)).is_ok();
            assert_eq!(one, other, "seed {seed}: {request}");
            let ids = preview.created[made..].iter().zip(&server.created[chosen..]);
            real.extend(ids.map(|(placeholder, id)| (placeholder.id.clone(), id.id.clone())));
        }
        let mut renamed = preview.export.to_string();
        for (placeholder, id) in &real {
            renamed = renamed.replace(&format!("\"{placeholder}\""), &format!("\"{id}\""));
        }
        assert_eq!(renamed, server.export.to_string(), "seed {seed}");
    }
}

/// MODEL 7: reach is beyond what is held, and comes to an end whatever the data; anonymous people reach nothing.
#[test]
fn reach_is_beyond_what_is_held() {
    let mut beyond = 0;
    for seed in 200..230 {
        let (export, _) = case(seed);
        let org = evaluator(&export);
        assert!(reach(&export, Options::default(), Who::Anonymous).is_empty());
        for subject in org.everybody().iter().take(3) {
            for (permission, thing) in reach(&export, Options::default(), Who::Id(subject)) {
                assert!(!org.holds(Who::Id(subject), &thing).contains(permission), "seed {seed}: {thing:?}");
                beyond += 1;
            }
        }
    }
    assert!(beyond > 100, "{beyond}");
}

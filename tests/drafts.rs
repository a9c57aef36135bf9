//! Drafts: what the property tests do not draw. Each test says which rule it holds.

use aclarity::{AclItem, Actor, Credential, Draft, LoadOptions, Members, Org, Request};
use serde_json::{Value, json};

fn org() -> Org {
    let all: Vec<Value> = "create read update delete create_acls read_acls update_acls delete_acls"
        .split(' ')
        .map(|permission| json!({ "permission": permission }))
        .collect();
    let export = json!({
        "organization": {"id": "acme", "name": "Acme"},
        "users": [{"id": "olive", "given_name": "Olive"}, {"id": "ada", "given_name": "Ada"}],
        "groups": [{"id": "owners", "name": "Owners", "member_users": ["olive"]}, {"id": "k", "name": "K"}],
        "roles": [{"id": "r", "name": "owner", "member_permissions": all}],
        "acls": [
            {"id": "a1", "object_type": "organization", "object_id": "acme", "group_id": "owners", "role_id": "r"},
            {"id": "a2", "object_type": "project", "object_id": "p", "user_id": "bot", "permission": "read"},
        ],
        "projects": [{"id": "p", "name": "Search"}],
    });
    let options = LoadOptions { members: Members::Known, ..LoadOptions::default() };
    Org::from_json_with(export.to_string().as_bytes(), options).expect("it loads")
}

fn draft() -> Draft {
    org().draft(Actor::new("olive", Credential::Session), false)
}

fn requests(draft: &Draft) -> Value {
    json!(draft.requests())
}

/// API.md: the requests carry the draft out. Nothing is decided by a description, and it is part
/// of the draft all the same.
#[test]
fn a_description_is_sent() {
    let mut draft = draft();
    draft.update("group", "k", json!({"description": "D"}));
    let made = draft.create("group", json!({"name": "X", "description": "first"}));
    draft.update("group", &made, json!({"description": "last", "name": "Y"}));
    assert_eq!(
        requests(&draft),
        json!([
            {"method": "POST", "path": "/v1/group", "body": {"name": "Y", "description": "last"}, "creates": [made]},
            {"method": "PATCH", "path": "/v1/group/k", "body": {"description": "D"}},
        ])
    );
}

/// API.md: `request` takes any request of MODEL 8, as is; what decides nothing here is sent too.
#[test]
fn what_changes_no_decision_is_sent_too() {
    let mut draft = draft();
    let score = Request::new("POST", "/v1/project_score").body(json!({"project_id": "p", "name": "s"}));
    draft.request(score.clone());
    draft.request(Request::new("GET", "/v1/group"));
    draft.request(Request::new("POST", "/v1/hologram").body(json!({})));
    assert_eq!(draft.requests(), [score]);
}

/// MODEL 8: a request with `x-bt-impersonate-user` is decided as that user, and sent as such.
#[test]
fn acting_as_somebody_else_stays() {
    let item = AclItem {
        object_type: "project".to_owned(),
        object_id: "p".to_owned(),
        user_id: Some("ada".to_owned()),
        group_id: None,
        permission: Some("read".to_owned()),
        role_id: None,
        restrict_object_type: None,
    };
    let request = Request::new("POST", "/v1/acl").body(json!(item)).header("x-bt-impersonate-user", "ada");
    let mut draft = draft();
    draft.request(request.clone());
    let finding =
        draft.findings().into_iter().find(|f| f.code.as_str() == "not_permitted").expect("a finding");
    assert_eq!(finding.subject.as_deref(), Some("ada"), "{}", finding.message);
    assert!(finding.message.starts_with("`Ada` does not hold"), "{}", finding.message);
    assert_eq!(draft.requests(), [request]);
}

/// MODEL 4, `members: "known"`: the account of a token is in the directory by it, and its grants count.
#[test]
fn a_service_token_brings_its_account_into_the_directory() {
    let mut draft = draft();
    draft.create_service_token(json!({"name": "t", "service_account_id": "bot"}));
    let rows = json!(draft.diff());
    assert_eq!(rows[0]["subjects"], json!(["bot"]), "{rows}");
    assert_eq!(rows[0]["gained"], json!(["read"]), "{rows}");
}

/// A secret that is pasted where something else belongs is repeated nowhere but in the request.
#[test]
fn a_pasted_secret_is_not_repeated() {
    let secret = "sk-0123456789abcdef0123456789abcdef";
    let item = json!({"object_type": "project", "object_id": "p", "user_id": "ada", "permission": "read"});
    let fields =
        ["object_type", "object_id", "user_id", "group_id", "permission", "role_id", "restrict_object_type"];
    let mut requests: Vec<Request> = Vec::new();
    for field in fields.into_iter().chain([secret]) {
        let mut body = item.clone();
        body[field] = json!(secret);
        requests.push(Request::new("POST", "/v1/acl").body(body.clone()));
        requests.push(Request::new("DELETE", "/v1/acl").body(body));
    }
    for path in ["group", "role", "project", "acl", "nothing"] {
        requests.push(Request::new("DELETE", &format!("/v1/{path}/{secret}")));
    }
    for body in [
        json!({"name": secret}),
        json!({"name": "n", "member_users": [secret], "member_groups": [secret]}),
        json!({"name": "n", "org_name": secret}),
    ] {
        requests.push(Request::new("POST", "/v1/group").body(body));
    }
    for part in [json!({"ids": [secret], "emails": [secret], "group_names": [secret]}), json!({secret: 1})] {
        let body = json!({"invite_users": part, "remove_users": {"ids": [secret]}});
        requests.push(Request::new("PATCH", "/v1/organization/members").body(body));
    }
    for request in requests {
        let org = org();
        let by = Actor::new("olive", Credential::Session);
        let mut draft = org.draft(by.clone(), true);
        draft.request(request.clone());
        let texts: Vec<String> = draft.changes().into_iter().map(|change| change.text).collect();
        let said = json!([
            org.authorize(&request, &by).findings,
            org.validate(&request, &by),
            draft.findings(),
            texts
        ]);
        assert!(!said.to_string().contains(secret), "{request:?}: {said:#}");
    }
}

//! What requests need (MODEL 8; CHOICES, Requests): every row of the table by itself, then the rules
//! about paths, bodies, identities and organisations.

use aclarity::{
    Actor, Authorization, Code, Credential, Decision, ErrorCode, LoadOptions, Members, Org, Permission,
    Request, UnknownObjects, requests_table,
};
use serde_json::{Value, json};

/// An organisation in which `ada` holds these permissions: `(permission, type, id)`.
fn org_with(grants: &[(&str, &str, &str)]) -> Org {
    org_with_options(grants, LoadOptions::default())
}

fn org_with_options(grants: &[(&str, &str, &str)], options: LoadOptions) -> Org {
    let mut acls = vec![
        json!({"id": "owner", "object_type": "organization", "object_id": "acme", "user_id": "olive", "role_id": "owner"}),
        json!({"id": "of-search", "object_type": "project", "object_id": "search", "user_id": "zed", "permission": "read"}),
        json!({"id": "strong", "object_type": "project", "object_id": "search", "group_id": "stewards", "role_id": "steward"}),
    ];
    for (number, (permission, ty, id)) in grants.iter().enumerate() {
        let mut acl = json!({"id": format!("g{number}"), "object_type": ty, "object_id": id, "user_id": "ada", "permission": permission});
        // On the object alone; what is created has a type of its own.
        if *permission != "create" {
            acl["restrict_object_type"] = json!(ty);
        }
        acls.push(acl);
    }
    let everything: Vec<Value> = Permission::ALL.iter().map(|p| json!({"permission": p.as_str()})).collect();
    let export = json!({
        "organization": {"id": "acme", "name": "Acme"},
        "users": [{"id": "ada", "email": "ada@acme.example"}, {"id": "olive"}, {"id": "zed"}, {"id": "bo"}, {"id": "ex", "deleted_at": "2026-01-01"},
                  {"id": "twin1", "email": "twin@acme.example"}, {"id": "twin2", "email": "twin@acme.example"}],
        "groups": [{"id": "labelling", "name": "Labelling"}, {"id": "stewards", "name": "Stewards"},
                   {"id": "inner", "name": "Inner"},
                   {"id": "old", "name": "Old", "deleted_at": "2026-01-01"},
                   {"id": "boss", "name": "Owners", "member_groups": ["inner"]}],
        "roles": [{"id": "owner", "name": "owner", "member_permissions": everything},
                  {"id": "steward", "org_id": "acme", "name": "Steward", "member_roles": ["deep"]},
                  {"id": "deep", "org_id": "acme", "name": "Deep", "member_permissions": [
                      {"permission": "update_acls", "restrict_object_type": "dataset"}]},
                  {"id": "curator", "org_id": "acme", "name": "Curator"}],
        "acls": acls,
        "projects": [{"id": "search", "name": "Search"}, {"id": "chat", "name": "Chat"},
                     {"id": "gone", "name": "Gone", "deleted_at": "2026-01-01"}],
        "project_groups": [{"id": "eu", "name": "EU", "member_projects": ["chat"]}],
        "experiments": [{"id": "run", "name": "Run", "project_id": "search"},
                        {"id": "open", "name": "Open", "project_id": "search", "public": true}],
        "datasets": [{"id": "golden", "name": "Golden", "project_id": "search"},
                     {"id": "golden2", "name": "Golden", "project_id": "chat"}],
        "prompts": [{"id": "greet", "name": "Greet", "project_id": "search"}],
        "functions": [{"id": "score", "name": "Score", "project_id": "search"}],
    });
    Org::from_json_with(export.to_string().as_bytes(), options).expect("it loads")
}

fn by(id: &str) -> Actor {
    Actor::new(id, Credential::Session)
}

fn ask(org: &Org, who: &str, method: &str, path: &str, body: Value) -> Authorization {
    org.authorize(&Request::new(method, path).body(body), &by(who))
}

fn codes(found: &Authorization) -> Vec<(Code, &str)> {
    found.findings.iter().map(|finding| (finding.code, finding.path.as_str())).collect()
}

/// A request for a row of the table: ids in the path that exist, a body that the API takes.
fn example(row: &Value) -> Request {
    let method = row["method"].as_str().unwrap();
    let pattern = row["path"].as_str().unwrap();
    let noun = pattern.split('/').nth(2).unwrap();
    let id = match noun {
        "acl" => "of-search",
        "group" => "labelling",
        "role" => "curator",
        "organization" => "acme",
        "project" | "project_logs" => "search",
        "project_group" => "eu",
        "experiment" => "run",
        "dataset" => "golden",
        "prompt" => "greet",
        "function" => "score",
        _ => "x",
    };
    let mut path = match pattern.split_once('{') {
        Some((before, rest)) => format!("{before}{id}{}", rest.split_once('}').unwrap().1),
        None => pattern.to_owned(),
    };
    if (method, pattern) == ("GET", "/v1/acl") {
        path += "?object_type=project&object_id=search";
    }
    let acl =
        json!({"object_type": "project", "object_id": "search", "user_id": "zed", "permission": "read"});
    let body = match (method, noun) {
        ("GET", _) => Value::Null,
        (_, "acl") if pattern.ends_with("batch_update") => json!({"add_acls": [acl], "remove_acls": [
            {"object_type": "dataset", "object_id": "golden2", "user_id": "zed", "permission": "read"}]}),
        (_, "acl") => acl,
        ("POST" | "PUT", "experiment" | "dataset" | "prompt" | "function") if !pattern.contains('{') => {
            json!({"project_id": "search", "name": "new"})
        }
        ("POST" | "PUT", "service_token") => json!({"name": "ci", "service_account_id": "bot"}),
        ("DELETE", "service_token") => json!({"id": "t"}),
        ("PATCH", "project_group") => {
            json!({"add_member_projects": ["search"], "remove_member_projects": ["chat"]})
        }
        ("PATCH", "organization") if pattern.ends_with("members") => json!({
            "invite_users": {"emails": ["new@acme.example"], "group_names": ["Stewards", "Labelling"]},
            "remove_users": {"ids": ["zed"]}}),
        (_, "view" | "env_var") => {
            json!({"object_type": "project", "object_id": "search", "name": "n", "view_type": "monitor"})
        }
        ("POST" | "PUT", _) if !pattern.contains('{') => json!({"name": "new", "project_id": "search"}),
        _ => Value::Null,
    };
    Request::new(method, &path).body(body)
}

/// MODEL 8, every row: an owner may; somebody with exactly what it needs may; somebody who lacks just
/// one of it may not; somebody with nothing may not.
#[test]
fn every_row_needs_what_it_says_and_nothing_else() {
    let org = org_with(&[]);
    let table = requests_table();
    let rows = table.as_array().unwrap();
    assert!(rows.len() > 100);
    for row in rows {
        let request = example(row);
        let whole = org.authorize(&request, &by("olive"));
        if row["needs"].to_string().contains("unknown") {
            assert_eq!(whole.decision, Decision::Unknown, "{request:?}");
            continue;
        }
        let unexpected = whole.findings.iter().any(|finding| finding.code != Code::UnknownField);
        assert!(whole.decision == Decision::Allow && !unexpected, "{request:?}: {whole:?}");
        assert!(whole.needs.iter().all(|need| need.held));
        let grants: Vec<(&str, &str, &str)> = whole
            .needs
            .iter()
            .map(|need| (need.permission.as_str(), &*need.object.object_type, &*need.object.id))
            .collect();
        let decide = |grants: &[(&str, &str, &str)]| org_with(grants).authorize(&request, &by("ada"));
        let exactly = decide(&grants);
        let needs_owner = row.get("owner") == Some(&json!("always"));
        let expected = if needs_owner { Decision::Deny } else { Decision::Allow };
        assert_eq!(exactly.decision, expected, "{request:?}: {exactly:?}");
        for without in 0..grants.len() {
            let mut fewer = grants.clone();
            fewer.remove(without);
            let found = decide(&fewer);
            assert_eq!(found.decision, Decision::Deny, "{request:?} without {:?}", grants[without]);
            assert_eq!(found.needs.iter().filter(|need| !need.held).count(), 1, "{request:?}: {found:?}");
        }
        let nobody = org.authorize(&request, &Actor::anonymous());
        assert_eq!(nobody.decision, Decision::Deny, "{request:?}");
    }
}

/// MODEL 8, last row: what is in no row is unknown, to an owner too.
#[test]
fn other_routes_are_unknown() {
    let org = org_with(&[]);
    for (method, path) in [
        ("GET", "/v1/api_key"),
        ("GET", "/v1/user/ada"),
        ("GET", "/v1/view"),
        ("GET", "/v1/prompt_session"),
        ("PUT", "/v1/acl"),
        ("POST", "/v1/group/labelling"),
        ("GET", "/v1/group/labelling/members"),
        ("HEAD", "/v1/group"),
        ("GET", "/v1/Group"),
        ("GET", "/v1/group/%zz"),
        ("GET", "/v1/group/./labelling"),
        ("GET", "/v1/organization/other"),
        ("GET", "/v1/acl/nope"),
    ] {
        let found = ask(&org, "olive", method, path, Value::Null);
        assert_eq!(found.decision, Decision::Unknown, "{method} {path}");
        assert!(found.needs.is_empty() && found.filter.is_none());
    }
}

/// CHOICES, Requests: a segment is decoded by itself; a trailing slash and the case of a method do
/// not matter.
#[test]
fn paths_are_read() {
    let org = org_with(&[("read", "group", "a/b")]);
    for path in ["/v1/group/a%2fb", "/v1/group/a%2Fb/?x=%20", "/v1/group/%61%2Fb"] {
        let found = ask(&org, "ada", "get", path, Value::Null);
        assert_eq!((found.decision, found.needs[0].object.id.as_str()), (Decision::Allow, "a/b"), "{path}");
    }
}

/// CHOICES, Requests: creating by a name that exists needs read on what has it (PUT: update), in the
/// same project for what lives in one; an experiment that has to be new is created.
#[test]
fn a_name_that_exists() {
    let org = org_with(&[]);
    let needs = |method: &str, path: &str, body: Value| {
        let found = ask(&org, "ada", method, path, body);
        assert_eq!(found.decision, Decision::Deny);
        found
            .needs
            .iter()
            .map(|n| format!("{} {} {}", n.permission, n.object.object_type, n.object.id))
            .collect::<Vec<_>>()
    };
    assert_eq!(needs("POST", "/v1/group", json!({"name": "Labelling"})), ["read group labelling"]);
    assert_eq!(needs("PUT", "/v1/group", json!({"name": "Labelling"})), ["update group labelling"]);
    assert_eq!(needs("POST", "/v1/group", json!({"name": "labelling"})), ["create organization acme"]);
    assert_eq!(needs("PUT", "/v1/group", json!({"name": "Old"})), ["create organization acme"]);
    assert_eq!(needs("PUT", "/v1/role", json!({"name": "Curator"})), ["update role curator"]);
    assert_eq!(needs("POST", "/v1/project", json!({"name": "Chat"})), ["read project chat"]);
    assert_eq!(needs("POST", "/v1/project", json!({"name": "Gone"})), ["create org_project acme"]);
    assert_eq!(needs("PUT", "/v1/project_group", json!({"name": "EU"})), ["update project_group eu"]);
    let golden = |project: &str| json!({"project_id": project, "name": "Golden"});
    assert_eq!(needs("POST", "/v1/dataset", golden("search")), ["read dataset golden"]);
    assert_eq!(needs("POST", "/v1/dataset", golden("chat")), ["read dataset golden2"]);
    assert_eq!(
        needs("POST", "/v1/function", json!({"project_id": "search", "name": "Greet"})),
        ["read prompt greet"]
    );
    let run = json!({"project_id": "search", "name": "Run"});
    assert_eq!(needs("POST", "/v1/experiment", run.clone()), ["read experiment run"]);
    let mut new = run;
    new["ensure_new"] = true.into();
    assert_eq!(needs("POST", "/v1/experiment", new), ["create project search"]);
    assert_eq!(needs("POST", "/v1/experiment", json!({"project_id": "search"})), ["create project search"]);
    assert_eq!(needs("POST", "/v1/dataset", golden("gone")), ["create project gone"]);
}

/// CHOICES, Requests: create is judged for the type that is created.
#[test]
fn create_is_judged_for_the_type() {
    let restricted = json!({"organization": {"id": "acme"}, "projects": [{"id": "p"}], "acls": [
        {"id": "a", "object_type": "project", "object_id": "p", "user_id": "ada", "permission": "create",
         "restrict_object_type": "dataset"}]});
    let org = Org::from_json(restricted.to_string().as_bytes()).unwrap();
    let body = json!({"project_id": "p", "name": "n"});
    assert_eq!(ask(&org, "ada", "POST", "/v1/dataset", body.clone()).decision, Decision::Allow);
    assert_eq!(ask(&org, "ada", "POST", "/v1/prompt", body).decision, Decision::Deny);
}

/// MODEL 8: unknown objects; a grant on the unknown object's own id counts; deny wins.
#[test]
fn what_the_data_do_not_know() {
    let org = org_with(&[("update", "dataset", "nope")]);
    let patch = |who: &str, id: &str| {
        ask(&org, who, "PATCH", &format!("/v1/dataset/{id}"), json!({"project_id": "search"}))
    };
    assert_eq!(patch("ada", "nope").decision, Decision::Allow);
    assert_eq!(patch("olive", "nope").decision, Decision::Unknown, "the parent is never the request's");
    assert_eq!(patch("ada", "golden").decision, Decision::Deny);
    let item = |ty: &str, id: &str| json!({"object_type": ty, "object_id": id, "user_id": "bo", "permission": "read"});
    let batch =
        |who: &str, adds: Value| ask(&org, who, "POST", "/v1/acl/batch_update", json!({"add_acls": adds}));
    let both = json!([item("dataset", "golden"), item("dataset", "unseen")]);
    assert_eq!(batch("olive", both.clone()).decision, Decision::Unknown);
    assert_eq!(batch("bo", both).decision, Decision::Deny);
    for odd in [item("playground", "golden"), item("organization", "other"), item("ghost", "x")] {
        assert_eq!(batch("olive", json!([odd])).decision, Decision::Unknown, "{odd}");
    }
    let twice = json!([item("dataset", "golden"), item("dataset", "golden")]);
    assert_eq!(batch("olive", twice).needs.len(), 1, "once each");
    let loose = LoadOptions { unknown_objects: UnknownObjects::InOrganization, ..LoadOptions::default() };
    let org = org_with_options(&[], loose);
    assert_eq!(ask(&org, "olive", "DELETE", "/v1/dataset/unseen", Value::Null).decision, Decision::Allow);
}

/// CHOICES, Requests: what is malformed is unknown, whoever asks; unknown fields are only told.
#[test]
fn malformed_bodies() {
    let org = org_with(&[]);
    for (method, path, body, at) in [
        ("POST", "/v1/acl", Value::Null, ""),
        ("POST", "/v1/acl", json!([]), ""),
        ("POST", "/v1/acl", json!({"object_type": "project", "object_id": ""}), "/object_id"),
        ("POST", "/v1/group", json!({"name": "n", "member_users": ["a", null]}), "/member_users/1"),
        (
            "PATCH",
            "/v1/role/curator",
            json!({"add_member_permissions": [{"permission": "read", "restrict_object_type": ""}]}),
            "/add_member_permissions/0/restrict_object_type",
        ),
        ("GET", "/v1/acl", Value::Null, "/object_type"),
        ("GET", "/v1/acl?object_type=project&object_id=", Value::Null, "/object_id"),
    ] {
        let found = ask(&org, "olive", method, path, body.clone());
        assert_eq!(found.decision, Decision::Unknown, "{method} {path} {body}");
        assert_eq!(codes(&found)[0], (Code::MalformedRequest, at));
        assert!(found.needs.is_empty());
    }
    let twice =
        ask(&org, "olive", "GET", "/v1/acl?object_type=project&object_id=search&object_id=chat", Value::Null);
    assert_eq!(twice.decision, Decision::Unknown);
    let odd =
        ask(&org, "olive", "PATCH", "/v1/group/labelling", json!({"member_users": ["ada"], "name": null}));
    assert_eq!((odd.decision, codes(&odd)), (Decision::Allow, vec![(Code::UnknownField, "/member_users")]));
}

/// CHOICES, Requests: a list is for any subject of the organisation, and filtered.
#[test]
fn lists_are_filtered() {
    let org = org_with(&[]);
    for (path, ty) in [("/v1/group", "group"), ("/v1/function", "prompt"), ("/v1/project_tag", "project")] {
        let found = ask(&org, "bo", "GET", path, Value::Null);
        assert_eq!(found.decision, Decision::Allow);
        assert_eq!(
            serde_json::to_value(&found).unwrap()["filter"],
            json!({"permission": "read", "type": ty})
        );
        assert!(found.needs.is_empty());
    }
    assert_eq!(ask(&org, "bt::sp::x", "GET", "/v1/user", Value::Null).decision, Decision::Allow);
    assert_eq!(ask(&org, "stranger", "GET", "/v1/user", Value::Null).decision, Decision::Deny);
    assert_eq!(ask(&org, "stranger", "POST", "/v1/acl/batch_update", json!({})).decision, Decision::Deny);
    assert_eq!(ask(&org, "bo", "POST", "/v1/acl/batch_update", Value::Null).decision, Decision::Allow);
    let left = json!({"organization": {"id": "acme"}, "users": [], "groups": [{"id": "g", "member_users": ["ada"]}]});
    for (members, expected) in [(Members::Any, Decision::Allow), (Members::Known, Decision::Deny)] {
        let options = LoadOptions { members, ..LoadOptions::default() };
        let org = Org::from_json_with(left.to_string().as_bytes(), options).unwrap();
        assert_eq!(ask(&org, "ada", "GET", "/v1/project", Value::Null).decision, expected);
    }
}

/// MODEL 8: `x-bt-impersonate-user` is for owners, and everything is decided as that user.
#[test]
fn impersonation() {
    let org = org_with(&[("read", "project", "search")]);
    let get = |who: &str, path: &str, header: &str, user: &str| {
        org.authorize(&Request::new("GET", path).header(header, user), &by(who))
    };
    let search = "/v1/project/search";
    for user in ["ada", "ada@acme.example"] {
        assert_eq!(get("olive", search, "X-BT-Impersonate-User", user).decision, Decision::Allow);
    }
    assert_eq!(get("olive", "/v1/project/chat", "x-bt-impersonate-user", "ada").decision, Decision::Deny);
    for unknown in ["stranger", "ex", "", "twin@acme.example"] {
        assert_eq!(
            get("olive", search, "x-bt-impersonate-user", unknown).decision,
            Decision::Unknown,
            "{unknown}"
        );
    }
    let refused = get("ada", search, "x-bt-impersonate-user", "ada");
    assert_eq!((refused.decision, codes(&refused)), (Decision::Deny, vec![(Code::OwnerRequired, "")]));
    let two = Request::new("GET", search)
        .header("x-bt-impersonate-user", "ada")
        .header("X-Bt-Impersonate-User", "bo");
    assert_eq!(org.authorize(&two, &by("olive")).decision, Decision::Unknown);
    let as_olive = Request::new("GET", "/v1/service_token").header("x-bt-impersonate-user", "olive");
    assert_eq!(org.authorize(&as_olive, &by("olive")).decision, Decision::Allow);
}

/// MODEL 8: service tokens take an owner, and a credential that is not an API key.
#[test]
fn owners_and_credentials() {
    use Credential::{ApiKey, ServiceToken, Session, Unknown};
    let org = org_with(&[("create", "org_member", "acme")]);
    let token =
        Request::new("POST", "/v1/service_token").body(json!({"name": "ci", "service_account_id": "bot"}));
    let with_token =
        json!({"invite_users": {"service_accounts": [{"name": "a"}, {"name": "ci", "token_name": "t"}]}});
    let account = Request::new("PATCH", "/v1/organization/members").body(with_token);
    let at = "/invite_users/service_accounts/1/token_name";
    for (request, kind, suffices, path) in [
        (&token, Session, true, ""),
        (&token, ServiceToken, true, ""),
        (&token, ApiKey, false, ""),
        (&token, Unknown, false, ""),
        (&account, ServiceToken, true, at),
        (&account, Session, false, at),
        (&account, ApiKey, false, at),
    ] {
        let owner = org.authorize(request, &by("olive").with(kind));
        let expected = if suffices { Decision::Allow } else { Decision::Deny };
        assert_eq!(owner.decision, expected, "{request:?} {kind:?}");
        let required = (Code::ServiceTokenRequired, path);
        assert_eq!(codes(&owner), if suffices { vec![] } else { vec![required] });
        let other = org.authorize(request, &by("ada").with(kind));
        assert_eq!(other.decision, Decision::Deny);
        assert_eq!(codes(&other)[0], (Code::OwnerRequired, path));
        assert_eq!(other.findings[0].subject.as_deref(), Some("ada"));
    }
    let list = Request::new("GET", "/v1/service_token");
    assert_eq!(org.authorize(&list, &by("olive").with(ApiKey)).decision, Decision::Allow);
    let olive = Actor::from(&org.subject("olive"));
    assert_eq!(olive.credential, Unknown);
    assert_eq!(org.authorize(&token, &olive).decision, Decision::Deny);
    // MODEL 8: whoever may add members may create service accounts.
    let plain = json!({"invite_users": {"service_accounts": [{"name": "ci", "token_name": null}]}});
    assert_eq!(ask(&org, "ada", "PATCH", "/v1/organization/members", plain).decision, Decision::Allow);
}

/// MODEL 8: a group may be named unless it grants any `*_acls` or makes an owner.
#[test]
fn invitations_to_groups() {
    let org = org_with(&[("create", "org_member", "acme")]);
    let invite = |groups: Value| {
        let mut invitation = json!({"ids": ["new"]});
        invitation.as_object_mut().unwrap().extend(groups.as_object().unwrap().clone());
        ask(&org, "ada", "PATCH", "/v1/organization/members", json!({"invite_users": invitation}))
    };
    let needs = |found: &Authorization| found.needs.iter().map(|n| n.object.id.clone()).collect::<Vec<_>>();
    for weak in [json!({"group_ids": ["labelling", "old"]}), json!({"group_name": "Labelling"})] {
        let found = invite(weak);
        assert_eq!((found.decision, needs(&found)), (Decision::Allow, vec!["acme".to_owned()]));
    }
    for (strong, group) in [
        (json!({"group_ids": ["labelling", "stewards"]}), "stewards"),
        (json!({"group_names": ["Stewards"]}), "stewards"),
        (json!({"group_id": "inner"}), "inner"),
        (json!({"group_name": "Owners"}), "boss"),
    ] {
        let found = invite(strong);
        assert_eq!(
            (found.decision, needs(&found)),
            (Decision::Deny, vec!["acme".to_owned(), group.to_owned()])
        );
    }
    let nobody = invite(json!({"group_names": ["Labelling", "Old"]}));
    assert_eq!(nobody.decision, Decision::Unknown);
    assert_eq!(codes(&nobody), [(Code::UnknownGroup, "/invite_users/group_names/1")]);
    assert_eq!(invite(json!({"group_ids": ["nope"]})).decision, Decision::Unknown);
}

/// MODEL 8: another organisation is refused; a name that the data do not say is unknown.
#[test]
fn organizations() {
    let org = org_with(&[]);
    let group = |field: &str, value: &str| {
        ask(&org, "olive", "POST", "/v1/group", json!({"name": "n", field: value}))
    };
    for (field, value, expected) in [
        ("org_name", "Acme", Decision::Allow),
        ("org_name", "acme", Decision::Deny),
        ("org_id", "acme", Decision::Allow),
        ("org_id", "other", Decision::Deny),
    ] {
        let found = group(field, value);
        assert_eq!(found.decision, expected, "{field} {value}");
        let refused = codes(&found).iter().any(|(code, _)| *code == Code::WrongOrganization);
        assert_eq!(refused, expected == Decision::Deny);
    }
    assert_eq!(ask(&org, "olive", "GET", "/v1/role?org_name=Other", Value::Null).decision, Decision::Deny);
    let unnamed = Org::from_json(br#"{"organization": {"id": "o"}, "users": [{"id": "ada"}]}"#).unwrap();
    assert_eq!(
        ask(&unnamed, "ada", "GET", "/v1/role?org_name=Other", Value::Null).decision,
        Decision::Unknown
    );
}

/// MODEL 8: variables call a prompt a function; a view needs its object, a dashboard the organization.
#[test]
fn what_hangs_on_objects() {
    let org = org_with(&[("update", "prompt", "score"), ("update", "project", "search")]);
    let post = |path: &str, ty: &str, id: &str, view: &str| {
        ask(&org, "ada", "POST", path, json!({"object_type": ty, "object_id": id, "view_type": view}))
            .decision
    };
    assert_eq!(post("/v1/env_var", "function", "score", ""), Decision::Allow);
    assert_eq!(post("/v1/env_var", "organization", "acme", ""), Decision::Deny);
    assert_eq!(post("/v1/view", "function", "score", ""), Decision::Unknown);
    assert_eq!(post("/v1/view", "project", "search", "logs"), Decision::Allow);
    assert_eq!(post("/v1/view", "project", "search", "dashboard"), Decision::Deny);
}

/// MODEL 3: a public experiment may be read by anybody, and nothing else of it.
#[test]
fn public_experiments() {
    let org = org_with(&[]);
    let decide =
        |method: &str, path: &str| org.authorize(&Request::new(method, path), &Actor::anonymous()).decision;
    assert_eq!(decide("GET", "/v1/experiment/open/fetch"), Decision::Allow);
    assert_eq!(decide("POST", "/v1/experiment/open/insert"), Decision::Deny);
    assert_eq!(decide("GET", "/v1/experiment/run"), Decision::Deny);
}

/// API: `Request` and `Authorization` as JSON; what is no request is a typed error with its place.
#[test]
fn requests_and_answers_as_json() {
    let text = r#"{"method":"POST","path":"/v1/group","body":{"name":"n"},"headers":{"A":"b"}}"#;
    let request = Request::from_json(text.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), text);
    let bare =
        Request::from_json(br#"{"method":"GET","path":"/","body":null,"headers":null,"x":1}"#).unwrap();
    assert_eq!(bare, Request::new("GET", "/"));
    for (text, code, path) in [
        ("{", ErrorCode::BadJson, None),
        ("[]", ErrorCode::BadShape, Some("")),
        (r#"{"path":"/"}"#, ErrorCode::BadShape, Some("/method")),
        (r#"{"method":"GET","path":5}"#, ErrorCode::BadShape, Some("/path")),
        (r#"{"method":"GET","path":"/","headers":[]}"#, ErrorCode::BadShape, Some("/headers")),
        (r#"{"method":"GET","path":"/","headers":{"a/b":1}}"#, ErrorCode::BadShape, Some("/headers/a~1b")),
    ] {
        let error = Request::from_json(text.as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, path), "{text}: {error}");
    }
    let org = org_with(&[]);
    let found = ask(&org, "olive", "PATCH", "/v1/organization/acme", json!({"name": "New"}));
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        json!({"decision": "allow", "needs": [
        {"permission": "update", "object": {"type": "organization", "id": "acme"}, "held": true, "basis": "documented"}
    ], "findings": []})
    );
}

/// A member of a group alone may be asked about too.
#[test]
fn members_of_a_group() {
    let org = org_with(&[]);
    let decide = |group: &str, path: &str| {
        org.authorize(&Request::new("GET", path), &Actor::from(&org.member_of(group))).decision
    };
    assert_eq!(decide("inner", "/v1/acl/list_org"), Decision::Deny);
    assert_eq!(decide("inner", "/v1/service_token"), Decision::Allow, "its members are owners");
    assert_eq!(decide("labelling", "/v1/group"), Decision::Allow);
    assert_eq!(decide("old", "/v1/group"), Decision::Deny);
}

//! Drafts: what the property tests do not draw. Each test says which rule it holds.

use aclarity::{
    AclItem, Actor, Code, Credential, Draft, Finding, LoadOptions, Members, Org, Request, Severity,
};
use serde_json::{Value, json};

fn org() -> Org {
    read(Members::Known)
}

fn read(members: Members) -> Org {
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
    let options = LoadOptions { members, ..LoadOptions::default() };
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

/// CHOICES: only fields that hold ids hold placeholders. What a group is called and what it is for
/// stand for nothing, whatever they say; neither does an id that the draft did not make.
#[test]
fn a_name_is_no_placeholder() {
    let mut draft = draft();
    let first = draft.create("group", json!({"name": "new:group:2", "description": "new:role:1"}));
    let second = draft.create("group", json!({"name": "new:group:1", "member_users": ["new:user:1"]}));
    assert_eq!((first.as_str(), second.as_str()), ("new:group:1", "new:group:2"));
    let post =
        |body: Value, id: &str| json!({"method": "POST", "path": "/v1/group", "body": body, "creates": [id]});
    assert_eq!(
        requests(&draft),
        json!([
            post(json!({"name": "new:group:2", "description": "new:role:1"}), &first),
            post(json!({"name": "new:group:1", "member_users": ["new:user:1"]}), &second),
        ])
    );
}

/// API.md: the requests are in an order in which each works; an invited person joins afterwards.
#[test]
fn a_placeholder_waits_for_what_it_stands_for() {
    let mut draft = draft();
    draft.members(json!({"invite_users": {"emails": ["new@example.com"]}}));
    let group = draft.create("group", json!({"name": "G", "member_users": ["ada", "new:user:1"]}));
    assert_eq!(
        requests(&draft),
        json!([
            {"method": "POST", "path": "/v1/group", "body": {"name": "G", "member_users": ["ada"]}, "creates": [group]},
            {"method": "PATCH", "path": "/v1/organization/members", "creates": ["new:user:1"],
             "body": {"invite_users": {"emails": ["new@example.com"]}}},
            {"method": "PATCH", "path": format!("/v1/group/{group}"), "body": {"add_member_users": ["new:user:1"]}},
        ])
    );
}

/// Four projects, and a group that may read them all by one grant.
fn broad(projects: &[&str], members: &[&str]) -> Org {
    let all: Vec<Value> = "create read update delete create_acls read_acls update_acls delete_acls"
        .split(' ')
        .map(|permission| json!({ "permission": permission }))
        .collect();
    let users = ["olive", "ada", "bo", "cy"].map(|id| json!({ "id": id }));
    let projects: Vec<Value> = projects.iter().map(|id| json!({"id": id, "name": id})).collect();
    let export = json!({
        "organization": {"id": "acme", "name": "Acme"},
        "users": users,
        "groups": [{"id": "owners", "name": "Owners", "member_users": ["olive"]},
                   {"id": "k", "name": "K", "member_users": members}],
        "roles": [{"id": "r", "name": "owner", "member_permissions": all}],
        "acls": [
            {"id": "a1", "object_type": "organization", "object_id": "acme", "group_id": "owners", "role_id": "r"},
            {"id": "a2", "object_type": "org_project", "object_id": "acme", "group_id": "k", "permission": "read"},
            {"id": "a3", "object_type": "project", "object_id": "p1", "user_id": "bo", "permission": "update"},
        ],
        "projects": projects,
    });
    Org::from_json(export.to_string().as_bytes()).expect("it loads")
}

const FOUR: [&str; 4] = ["p1", "p2", "p3", "p4"];

fn by_olive(org: &Org) -> Draft {
    org.draft(Actor::new("olive", Credential::Session), true)
}

fn read_by(org: &Org, user: &str) -> Vec<String> {
    org.subject(user).list(aclarity::Permission::Read, "project", aclarity::ListOptions::default())
}

/// Code, change and path of each finding.
fn told(findings: &[Finding]) -> Vec<(&str, Option<usize>, &str)> {
    findings.iter().map(|f| (f.code.as_str(), f.change, f.path.as_str())).collect()
}

/// CHOICES, Narrowing: one call is one change, whatever it takes.
#[test]
fn narrowing_is_one_change() {
    let org = broad(&FOUR, &["ada"]);
    let mut draft = by_olive(&org);
    draft.add_members("k", &["bo".to_owned()]);
    draft.narrow("a2", &["p1"]);
    let changes = draft.changes();
    assert_eq!(changes.len(), 2);
    let narrowed = json!(changes[1]);
    assert_eq!(
        narrowed["text"],
        "narrow `read` on all projects to the group `K`: leave out the project `p1`"
    );
    let batch = json!({"method": "POST", "path": "/v1/acl/batch_update", "body": {
        "add_acls": [{"object_type": "project_group", "object_id": "new:project_group:1", "group_id": "k", "permission": "read"},
                     {"object_type": "org_project", "object_id": "acme", "group_id": "k", "permission": "read", "restrict_object_type": "org_project"}],
        "remove_acls": [{"object_type": "org_project", "object_id": "acme", "group_id": "k", "permission": "read"}],
    }});
    assert_eq!(narrowed["request"], batch);
    assert_eq!(
        narrowed["requests"],
        json!([
            {"method": "POST", "path": "/v1/project_group", "body": {"name": "All projects but p1"}},
            {"method": "PATCH", "path": "/v1/project_group/new:project_group:1", "body": {"add_member_projects": ["p2", "p3", "p4"]}},
            batch,
        ])
    );
    assert_eq!(json!(changes[0])["requests"], Value::Null, "one request stands alone");
    assert_eq!(
        told(&draft.findings()),
        [("later_projects", Some(1), "/acl")],
        "pointers are into what was asked for"
    );
    assert_eq!(read_by(draft.preview(), "ada"), ["p2", "p3", "p4"]);
    assert_eq!(draft.requests().len(), 4, "{:#}", requests(&draft));

    draft.undo(None);
    assert_eq!(draft.changes().len(), 1);
    assert_eq!(read_by(draft.preview(), "ada"), FOUR);
}

/// A change of several requests is carried out whole or not at all, and its findings point into its
/// request or into what was asked for.
#[test]
fn a_narrowing_that_is_not_permitted_is_told_as_one() {
    let org = broad(&FOUR, &["ada"]);
    let mut draft = org.draft(Actor::new("ada", Credential::Session), true);
    draft.narrow("a2", &["p1"]);
    let findings = draft.findings();
    assert!(findings.iter().all(|finding| finding.change == Some(0)), "{findings:#?}");
    let request = json!(draft.changes()[0].request);
    for finding in &findings {
        let asked = json!({"acl": "a2", "except": ["p1"]});
        let is_there = request["body"].pointer(&finding.path).or(asked.pointer(&finding.path)).is_some();
        assert!(is_there, "{finding:#?}");
    }
    let missing: Vec<String> = findings
        .iter()
        .filter(|finding| finding.code.as_str() == "not_permitted")
        .map(|finding| {
            format!("{} {}", finding.path, json!(finding.params)["permission"].as_str().unwrap_or_default())
        })
        .collect();
    assert!(
        missing.contains(&" create".to_owned()) && missing.contains(&"/remove_acls/0 delete_acls".to_owned())
    );
}

/// CHOICES, Narrowing: where there is nothing to narrow nothing changes, and the finding is of no
/// change; it goes with the next call.
#[test]
fn narrowing_that_does_not_apply_leaves_no_change() {
    let org = broad(&FOUR, &["ada"]);
    for (acl, except, path) in [("a3", "p1", "/acl"), ("nothing", "p1", "/acl")] {
        let mut draft = by_olive(&org);
        draft.add_members("k", &["bo".to_owned()]);
        let version = draft.version();
        draft.narrow(acl, &[except]);
        assert_eq!(told(&draft.findings()), [("no_effect", None, path)]);
        assert!(draft.version() > version, "whoever listens hears of it");
        assert_eq!((draft.changes().len(), draft.requests().len()), (1, 1));
        draft.remove_members("k", &["ada".to_owned()]);
        assert_eq!(draft.findings(), []);
    }
}

/// API.md, Draft: `rebase` is onto the organisation's present version. What a change asked for is
/// reckoned anew.
#[test]
fn what_was_asked_for_is_reckoned_anew() {
    let org = broad(&FOUR, &["ada"]);
    let mut draft = by_olive(&org);
    draft.set_members("k", &["bo".to_owned()]);
    draft.narrow("a2", &["p1"]);
    let on = |id: &str| aclarity::BoxChange {
        on: aclarity::Node { object_type: "project".to_owned(), id: id.to_owned() },
        restrict: None,
        name: aclarity::BoxName::Update,
        state: aclarity::BoxState::On,
    };
    draft.set_matrix(&aclarity::Principal::User("bo".to_owned()), &[on("p1"), on("p2")]);
    let bodies = |draft: &Draft| -> Vec<Value> {
        draft.changes().into_iter().map(|c| json!(c.request.body)).collect()
    };
    let before = bodies(&draft);
    assert_eq!(before[0], json!({"add_member_users": ["bo"], "remove_member_users": ["ada"]}));
    assert_eq!(before[2]["add_acls"][0]["object_id"], "p2", "p1 is on by a3");

    assert_eq!(draft.rebase(&broad(&["p1", "p2", "p3", "p4", "p5"], &["ada", "cy", "bo"])), []);
    let after = bodies(&draft);
    assert_eq!(after[0], json!({"remove_member_users": ["ada", "cy"]}));
    assert_eq!(
        json!(draft.changes()[1].requests[1].body),
        json!({"add_member_projects": ["p2", "p3", "p4", "p5"]})
    );
    assert_eq!(read_by(draft.preview(), "bo"), ["p2", "p3", "p4", "p5"]);

    // What a later change does with what an earlier one leaves is reckoned anew by `undo` too.
    draft.undo(Some(1));
    assert_eq!(read_by(draft.preview(), "bo"), ["p1", "p2", "p3", "p4", "p5"]);
    draft.undo(Some(0));
    assert_eq!(draft.changes().len(), 1);
    draft.undo(Some(7));
    assert_eq!(draft.changes().len(), 1, "an index that the draft does not have undoes nothing");
    draft.clear();
    assert_eq!((draft.changes().len(), draft.diff().len()), (0, 0));
}

/// CHOICES: boxes that are all as they should be come to nothing, and nothing is sent.
#[test]
fn boxes_that_are_right_come_to_nothing() {
    let mut draft = by_olive(&broad(&FOUR, &[]));
    let on = aclarity::BoxChange {
        on: aclarity::Node { object_type: "project".to_owned(), id: "p1".to_owned() },
        restrict: None,
        name: aclarity::BoxName::Update,
        state: aclarity::BoxState::On,
    };
    draft.set_matrix(&aclarity::Principal::User("bo".to_owned()), &[on]);
    assert_eq!((draft.changes().len(), requests(&draft)), (1, json!([])));
}

/// CHOICES: `rebase` returns the errors of changes that worked before and are refused now.
#[test]
fn a_rebase_tells_what_is_lost() {
    let org = broad(&FOUR, &["ada"]);
    let mut draft = by_olive(&org);
    draft.update("group", "k", json!({"name": "Kay"}));
    draft.narrow("a2", &["p1"]);
    draft.update("group", "nothing", json!({"name": "N"}));
    let made = draft.create("group", json!({"name": "Made"}));

    let mut gone = org.clone();
    gone.apply(br#"{"groups": {"remove": ["k"]}, "acls": {"remove": ["a2"]}}"#).expect("it applies");
    let lost = draft.rebase(&gone);
    assert_eq!(told(&lost), [("unknown_group", Some(0), ""), ("no_effect", Some(1), "/acl")]);
    assert_eq!(draft.changes().len(), 4, "what is refused stays, and may work again");
    assert_eq!(draft.requests().len(), 1);

    assert_eq!(draft.rebase(&org), []);
    assert_eq!(draft.preview().name("group", "k"), Some("Kay"));
    assert_eq!(read_by(draft.preview(), "ada"), ["p2", "p3", "p4"]);
    assert_eq!(draft.preview().name("group", &made), Some("Made"), "an id is kept through a rebase");
}

/// CHOICES, `not_permitted`: removing a member takes their memberships and grants away by requests
/// of their own, which need `update` on each group and `delete_acls` on each object.
#[test]
fn removing_a_member_needs_what_takes_away_what_they_hold() {
    let mut org = broad(&FOUR, &["bo"]);
    let grant = |id: &str, ty: &str, object: &str, permission: &str| json!({"id": id, "object_type": ty, "object_id": object, "user_id": "ada", "permission": permission});
    let rows = json!({"acls": {"upsert": [grant("b1", "org_member", "acme", "delete")]}});
    org.apply(rows.to_string().as_bytes()).expect("it applies");
    let remove = json!({"remove_users": {"ids": ["cy", "bo"]}});
    let findings = |org: &Org| {
        let mut draft = org.draft(Actor::new("ada", Credential::Session), true);
        draft.members(remove.clone());
        let findings = draft.findings();
        let told = |f: &Finding| {
            let object = f.object.clone().expect("an object");
            format!(
                "{} {} {} {}",
                f.code.as_str(),
                f.path,
                json!(f.params)["permission"].as_str().unwrap_or_default(),
                object.id
            )
        };
        findings.iter().filter(|f| f.severity == Severity::Error).map(told).collect::<Vec<_>>()
    };
    let at = "/remove_users/ids/1";
    assert_eq!(
        findings(&org),
        [format!("not_permitted {at} update k"), format!("not_permitted {at} delete_acls p1")]
    );
    let request = Request::new("PATCH", "/v1/organization/members").body(remove.clone());
    let ada = Actor::new("ada", Credential::Session);
    assert!(org.validate(&request, &ada).iter().all(|f| f.code.as_str() != "not_permitted"));

    let rows = json!({"acls": {"upsert": [grant("b2", "group", "k", "update"), grant("b3", "project", "p1", "delete_acls")]}});
    org.apply(rows.to_string().as_bytes()).expect("it applies");
    assert_eq!(findings(&org), Vec::<String>::new());
}

/// CHOICES: what the draft makes and takes away again is in no request; an invitation into it is one
/// into nothing.
#[test]
fn an_invitation_into_a_group_that_goes_again() {
    let mut draft = draft();
    let made = draft.create("group", json!({"name": "X"}));
    let invite = |groups: Value, names: Value| json!({"invite_users": {"emails": ["eve@acme.example"], "group_ids": groups, "group_names": names}});
    draft.members(invite(json!([made, "k"]), json!(["X", "K"])));
    draft.delete("group", &made);
    let sent = requests(&draft);
    assert_eq!(sent.as_array().map(Vec::len), Some(1), "{sent}");
    assert_eq!(sent[0]["body"], invite(json!(["k"]), json!(["K"])));
}

/// CHOICES: under `members: "known"` nobody takes themself and their own access out.
#[test]
fn who_leaves_cannot_take_their_own_access_away() {
    let findings = |org: &Org, who: &str| {
        let mut draft = org.draft(Actor::new("olive", Credential::Session), false);
        draft.members(json!({"remove_users": {"ids": [who]}}));
        let findings = draft.findings();
        let about = findings.iter().filter(|f| f.code.as_str() == "not_permitted");
        about.map(|f| (f.path.clone(), f.message.clone())).collect::<Vec<_>>()
    };
    let told = findings(&org(), "olive");
    let message = "`Olive` cannot take their own access away and then leave, and may do nothing any more after leaving; ask somebody else to remove them";
    assert_eq!(told, [("/remove_users/ids/0".to_owned(), message.to_owned())]);
    assert!(findings(&org(), "ada").is_empty());
    assert!(findings(&read(Members::Any), "olive").is_empty(), "who is out keeps what names them");
}

/// CHOICES: how many people gain and lose something, for every group that the draft changes and
/// every project with a row.
#[test]
fn a_summary_counts_people() {
    let org = broad(&FOUR, &["ada", "bo"]);
    let mut draft = by_olive(&org);
    assert_eq!(json!(draft.summary()), json!([]));
    // By the group: both lose what it gave in all projects. Beside it: somebody gains in one.
    draft.revoke_acl("a2");
    draft.grant(&[AclItem {
        object_type: "project".to_owned(),
        object_id: "p2".to_owned(),
        user_id: Some("cy".to_owned()),
        group_id: None,
        permission: Some("read".to_owned()),
        role_id: None,
        restrict_object_type: None,
    }]);
    draft.remove_members("k", &["bo".to_owned()]);
    assert_eq!(
        json!(draft.summary()),
        json!([
            {"project": "p2", "gains": 1, "loses": 0},
            {"group": "k", "gains": 0, "loses": 2},
        ])
    );
}

/// What the data refuse stands among the changes and says so.
#[test]
fn a_refused_change_says_so() {
    let mut draft = draft();
    draft.add_members("nobody", &["ada".to_owned()]);
    draft.add_members("k", &["ada".to_owned()]);
    assert_eq!(draft.changes().iter().map(|change| change.refused).collect::<Vec<_>>(), [true, false]);
    assert_eq!(draft.requests().len(), 1);
}

/// What a group is made with is part of the sentence.
#[test]
fn a_new_group_is_told_with_its_members() {
    let mut draft = draft();
    draft.create(
        "group",
        json!({"name": "X", "member_users": ["olive", "ada"], "member_groups": ["k", "owners"]}),
    );
    draft.create("group", json!({"name": "Y"}));
    let texts: Vec<String> = draft.changes().into_iter().map(|change| change.text).collect();
    assert_eq!(
        texts,
        [
            "create the permission group `X` with `Olive`, `Ada`, the group `K`, and 1 more",
            "create the permission group `Y`"
        ]
    );
}

/// What refers to something whose creation was undone says that, and not that data are old.
#[test]
fn an_undone_creation_is_named() {
    let mut draft = draft();
    let group = draft.create("group", json!({"name": "X"}));
    draft.add_members(&group, &["ada".to_owned()]);
    draft.undo(Some(0));
    let told = draft.findings().into_iter().find(|finding| finding.code == Code::UnknownGroup);
    assert_eq!(
        told.expect("a finding").message,
        format!("no change before this one creates the permission group `{group}`; create it first")
    );
}

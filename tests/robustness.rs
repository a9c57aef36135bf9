//! Bad input: a typed error with its place, or a finding; the process alive and the next load fine.

use aclarity::{
    Actor, Code, Credential, ErrorCode, Export, ListOptions, LoadOptions, Loader, Object, Org, Permission,
    PermissionSet, Reason, Request, new_organization, rows,
};
use serde_json::{Value, json};

/// Every list with every field that the model reads.
fn sample() -> Value {
    json!({
        "organization": {"id": "o", "name": "O"}, "plan": "enterprise",
        "users": [{"id": "ada", "given_name": "Ada", "family_name": "L", "email": "ada@example.com"}],
        "service_accounts": [{"id": "bot", "name": "Bot", "email": "bot@example.com"}],
        "service_tokens": [{"id": "t", "org_id": "o", "service_account_id": "bot2", "service_account_name": "Bot 2",
                            "service_account_email": "b2@example.com"}],
        "groups": [{"id": "g", "org_id": "o", "name": "G", "member_users": ["ada"], "member_groups": ["h"], "deleted_at": null},
                   {"id": "h", "org_id": "o", "name": "H", "member_users": ["bot"], "member_groups": []}],
        "roles": [{"id": "r", "org_id": null, "name": "R", "member_roles": ["s"],
                   "member_permissions": [{"permission": "read", "restrict_object_type": "dataset"}]},
                  {"id": "s", "org_id": "o", "name": "S", "member_permissions": [{"permission": "update"}]}],
        "acls": [{"id": "a", "object_type": "project", "object_id": "p", "group_id": "g", "role_id": "r", "_object_org_id": "o"},
                 {"id": "b", "object_type": "dataset", "object_id": "d", "user_id": "bot", "permission": "delete",
                  "restrict_object_type": "dataset", "_object_org_id": "o"}],
        "projects": [{"id": "p", "org_id": "o", "name": "P", "deleted_at": null}],
        "project_groups": [{"id": "q", "org_id": "o", "name": "Q", "member_projects": ["p"]}],
        "experiments": [{"id": "e", "project_id": "p", "name": "E", "public": true}],
        "datasets": [{"id": "d", "project_id": "p", "name": "D \u{1f600}"}],
        "prompts": [{"id": "m", "project_id": "p", "name": "M"}],
        "functions": [{"id": "f", "project_id": "p", "name": "F"}],
        "prompt_sessions": [{"id": "n", "project_id": "p", "name": "N"}],
    })
}

fn load(text: &str) -> Result<Org, aclarity::Error> {
    Org::from_json(text.as_bytes())
}

/// The next load is fine.
fn still_works() {
    let org = load(&sample().to_string()).expect("the sample loads");
    assert_eq!(org.findings(), [], "the sample is sound");
    assert!(org.subject("ada").can(Permission::Read, &Object::dataset("d")));
    assert!(org.subject("bot").can(Permission::Update, &Object::dataset("d")));
}

#[test]
fn truncated_at_every_byte() {
    let text = sample().to_string();
    for end in 0..text.len() {
        let error = Org::from_json(&text.as_bytes()[..end]).expect_err("it is cut off");
        assert_eq!(error.code(), ErrorCode::BadJson, "at {end}: {error}");
        assert!(error.path().is_some(), "at {end}: {error}");
    }
    still_works();
}

#[test]
fn any_byte_replaced_never_panics() {
    let text = sample().to_string().into_bytes();
    for at in 0..text.len() {
        for byte in [b'"', b'{', b'}', b'[', b']', b',', b':', b'\\', b'0', 0, 0xff] {
            let mut broken = text.clone();
            broken[at] = byte;
            if let Ok(org) = Org::from_json(&broken) {
                let _ = org.findings();
                let _ = org.subject("ada").explain(Permission::Read, &Object::dataset("d"));
            }
        }
    }
    still_works();
}

/// MODEL 4: structural errors name the path.
#[test]
fn wrong_types_at_every_field() {
    let wrong = [
        json!(7),
        json!(true),
        json!({"x": 1}),
        json!([[1]]),
        json!("text"),
        json!([{}]),
        json!(["x", null]),
    ];
    let mut errors = 0;
    let export = sample();
    for (list, value) in export.as_object().unwrap() {
        for replacement in &wrong {
            let mut broken = export.clone();
            broken[list] = replacement.clone();
            if let Err(error) = load(&broken.to_string()) {
                errors += 1;
                let path = error.path().unwrap_or_default();
                assert!(error.code() != ErrorCode::BadJson, "{list} = {replacement}: {error}");
                assert!(
                    path.starts_with(&format!("/{list}")) || error.code() == ErrorCode::NoOrganization,
                    "{list} = {replacement}: {path}: {error}"
                );
            }
        }
        for (i, row) in value.as_array().into_iter().flatten().enumerate() {
            for field in row.as_object().unwrap().keys() {
                for replacement in &wrong {
                    let mut broken = export.clone();
                    broken[list][i][field] = replacement.clone();
                    let same_type =
                        std::mem::discriminant(&row[field]) == std::mem::discriminant(replacement);
                    match load(&broken.to_string()) {
                        Err(error) => {
                            errors += 1;
                            let at = format!("/{list}/{i}/{field}");
                            assert_eq!(error.code(), ErrorCode::BadShape, "{at} = {replacement}: {error}");
                            assert!(
                                error.path().unwrap().starts_with(&at),
                                "{at} = {replacement}: {:?}",
                                error.path()
                            );
                            assert!(error.to_string().starts_with(&format!("`{at}")), "{error}");
                        }
                        // A list of the right kind of things may still hold the wrong ones.
                        Ok(_) => assert!(
                            same_type
                                || row[field].is_null() && replacement.is_string()
                                || replacement == &json!([{}]),
                            "/{list}/{i}/{field} = {replacement} was taken"
                        ),
                    }
                }
            }
        }
    }
    assert!(errors > 300, "{errors} errors");
    still_works();
}

#[test]
fn deep_nesting_is_an_ordinary_error() {
    for depth in [10, 10_000, 1_000_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let error =
            load(&format!(r#"{{"organization": {{"id": "o"}}, "acls": {deep}}}"#)).expect_err("not rows");
        assert_eq!((error.code(), error.path()), (ErrorCode::BadShape, Some("/acls/0/0")), "{error}");
        // In a field that the model does not read it is ignored; in one that it reads it is an error.
        let row = |field: &str| {
            format!(r#"{{"organization": {{"id": "o"}}, "groups": [{{"id": "g", "{field}": {deep}}}]}}"#)
        };
        assert!(load(&row("metadata")).is_ok());
        let error = load(&row("member_users")).expect_err("not ids");
        assert_eq!(
            (error.code(), error.path()),
            (ErrorCode::BadShape, Some("/groups/0/member_users/0")),
            "{error}"
        );
        let unclosed = "[".repeat(depth);
        assert_eq!(load(&unclosed).expect_err("not an export").code(), ErrorCode::BadShape);
        assert_eq!(load(&format!("{{\"x\": {unclosed}")).expect_err("cut off").code(), ErrorCode::BadJson);
    }
    still_works();
}

#[test]
fn odd_ids() {
    let huge = "x".repeat(1 << 20);
    let export = json!({
        "organization": {"id": "o"}, "projects": [{"id": "__proto__"}, {"id": huge}, {"id": ""}],
        "acls": [
            {"id": "a", "object_type": "project", "object_id": "__proto__", "user_id": huge, "permission": "read"},
            {"id": "", "object_type": "project", "object_id": huge, "user_id": huge, "permission": "read"},
            {"id": "c", "object_type": "project", "object_id": "", "user_id": huge, "permission": "read"},
        ],
        "__proto__": {"acls": []}, "constructor": [[[]]],
    });
    let org = load(&export.to_string()).expect("odd, and an export");
    let subject = org.subject(&huge);
    assert!(subject.can(Permission::Read, &Object::project("__proto__")));
    assert!(!subject.can(Permission::Read, &Object::project(&huge)));
    assert!(!subject.can(Permission::Read, &Object::project("")));
    let codes: Vec<(Code, &str)> =
        org.findings().iter().map(|f| (f.code, f.path.clone())).map(|(c, p)| (c, &*p.leak())).collect();
    assert_eq!(
        codes,
        [
            (Code::MalformedAcl, "/acls/1/id"),
            (Code::MalformedAcl, "/acls/2/object_id"),
            (Code::MalformedRow, "/projects/2/id"),
            (Code::UnknownList, "/constructor"),
        ]
    );
    for (text, path) in [
        (r#"{"organization": {"id": "o"}, "users": [{"id": "\ud800"}]}"#, "/users/0/id"),
        (r#"{"organization": {"id": "\udc00x"}}"#, "/organization/id"),
        (
            r#"{"organization": {"id": "o"}, "groups": [{"id": "g", "member_users": ["ok", "\ud800\ud800"]}]}"#,
            "/groups/0/member_users/1",
        ),
        (
            r#"{"organization": {"id": "o"}, "acls": [{"id": "a", "permission": "\ud9ff"}]}"#,
            "/acls/0/permission",
        ),
    ] {
        let error = load(text).expect_err("a lone surrogate");
        assert_eq!((error.code(), error.path()), (ErrorCode::BadShape, Some(path)), "{error}");
    }
    // In a name, or in a field that the model does not read, it is no error.
    let named = r#"{"organization": {"id": "o"}, "users": [{"id": "u", "given_name": "\ud800", "\udfff": "\ud800"}]}"#;
    assert_eq!(load(named).expect("only a name").name("user", "u"), Some("\u{fffd}\u{fffd}\u{fffd}"));
    still_works();
}

#[test]
fn a_row_that_is_too_large_is_refused() {
    let mut loader = Loader::new(LoadOptions::default());
    loader.push(br#"{"organization": {"id": "o"}, "users": [{"id": ""#).unwrap();
    let piece = vec![b'x'; 1 << 20];
    let error = (0..200).find_map(|_| loader.push(&piece).err()).expect("200 MB are too much for an id");
    assert_eq!((error.code(), error.path()), (ErrorCode::TooLarge, Some("/users/0")), "{error}");
    assert_eq!(loader.push(b"\"}]}").expect_err("it has failed").code(), ErrorCode::TooLarge);
    assert_eq!(loader.finish().expect_err("it has failed").code(), ErrorCode::TooLarge);
    still_works();
}

/// MODEL 4: closures by fixpoint, without recursion.
#[test]
fn chains_a_hundred_thousand_deep() {
    const DEEP: usize = 100_000;
    let groups: Vec<Value> = (0..DEEP)
        .map(|i| json!({"id": format!("g{i}"), "name": format!("G{i}"), "member_groups": [format!("g{}", i + 1)], "member_users": []}))
        .chain([json!({"id": format!("g{DEEP}"), "name": "last", "member_users": ["ada"]})])
        .collect();
    let roles: Vec<Value> = (0..DEEP)
        .map(|i| json!({"id": format!("r{i}"), "name": format!("R{i}"), "member_roles": [format!("r{}", i + 1), format!("r{i}")]}))
        .chain([json!({"id": format!("r{DEEP}"), "name": "last", "member_permissions": [{"permission": "update"}]})])
        .collect();
    let mut export = json!({
        "organization": {"id": "o"}, "groups": groups, "roles": roles, "projects": [{"id": "p"}],
        "acls": [{"id": "a", "object_type": "project", "object_id": "p", "group_id": "g0", "role_id": "r0"}],
    });
    let mut org = load(&export.to_string()).expect("deep, and an export");
    let ada = org.subject("ada");
    assert!(ada.can(Permission::Update, &Object::project("p")));
    assert!(!ada.can(Permission::Read, &Object::project("p")));
    let why = ada.explain(Permission::Update, &Object::project("p"));
    assert_eq!((why.grants[0].via.len(), why.grants[0].role.len()), (DEEP + 1, DEEP + 1));
    // All the ways of all the groups would be five thousand million ids: long ones are told in part.
    let groups = ada.groups();
    assert_eq!(groups.len(), DEEP + 1);
    for group in &groups {
        assert_eq!((group.via[0].as_str(), group.via.last()), ("g100000", Some(&group.id)));
    }
    let holders = org.who(Permission::Update, &Object::project("p"), ListOptions::default());
    assert_eq!(holders.subjects[0].via.len(), DEEP + 1);
    assert_eq!(org.access(&Object::project("p"))[0].members, 1);
    // Every role contains itself, so that each is a cycle of its own.
    let codes: Vec<Code> = org.findings().iter().map(|f| f.code).collect();
    assert_eq!(codes.iter().filter(|code| **code == Code::RoleCycle).count(), DEEP);
    // One cycle through all groups changes nothing but adds a finding.
    let close = json!({"groups": {"upsert": [{"id": format!("g{DEEP}"), "name": "last", "member_users": ["ada"], "member_groups": ["g0"]}]}});
    org.apply(close.to_string().as_bytes()).unwrap();
    assert!(org.subject("ada").can(Permission::Update, &Object::project("p")));
    assert_eq!(org.findings().iter().filter(|f| f.code == Code::GroupCycle).count(), 1);
    // And a cut in the middle of it ends it.
    export["groups"][DEEP / 2]["deleted_at"] = "2026-01-01".into();
    let cut = json!({"groups": {"upsert": [export["groups"][DEEP / 2]]}});
    org.apply(cut.to_string().as_bytes()).unwrap();
    assert!(!org.subject("ada").can(Permission::Update, &Object::project("p")));
}

/// Data made to be expensive: what would take hours if any of it were done for each pair of rows.
#[test]
fn hostile_sizes() {
    const MANY: usize = 30_000;
    let names = |prefix: &str| (0..MANY).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>();
    let acl = |id: String, grantee: Value| {
        let mut acl = json!({"id": id, "object_type": "project", "object_id": "p", "permission": "read"});
        acl.as_object_mut().unwrap().extend(grantee.as_object().unwrap().clone());
        acl
    };
    let ask = |export: Value| {
        let mut export = export;
        export["organization"] = json!({"id": "o"});
        let org = load(&export.to_string()).expect("odd, and an export");
        let project = Object::project("p");
        for permission in [Permission::Read, Permission::Update] {
            let _ = org.subject("ada").explain(permission, &project);
            let _ = org.who(permission, &project, ListOptions::default());
        }
        let _ = org.access(&project);
        let _ = org.subject("ada").groups();
        (org.findings().len(), org)
    };
    let project = json!([{"id": "p"}]);

    // Equal ACLs, live and deleted.
    let equal: Vec<Value> = names("a").into_iter().map(|id| acl(id, json!({"user_id": "ada"}))).collect();
    let (findings, org) = ask(json!({"projects": project, "acls": equal}));
    // The list is also as long as a page.
    assert_eq!(findings, MANY, "all but the first, and a list as long as pages are");
    assert_eq!(org.subject("ada").explain(Permission::Read, &Object::project("p")).grants.len(), 1);
    let deleted: Vec<Value> =
        names("a").into_iter().map(|id| acl(id, json!({"user_id": "ada", "deleted_at": "x"}))).collect();
    let (_, org) = ask(json!({"projects": project, "acls": deleted}));
    assert_eq!(org.subject("ada").explain(Permission::Read, &Object::project("p")).near_misses.len(), 1);

    // Copies of one id in every list.
    let copies = |row: Value| Value::Array(vec![row; MANY]);
    let (findings, _) = ask(json!({
        "projects": project,
        "datasets": copies(json!({"id": "d", "project_id": "p"})),
        "groups": copies(json!({"id": "g", "name": "G", "member_users": ["ada"], "member_groups": ["g"]})),
        "roles": copies(json!({"id": "r", "name": "R", "member_roles": ["r"]})),
        "project_groups": copies(json!({"id": "q", "name": "Q", "member_projects": ["p"]})),
        "users": copies(json!({"id": "ada"})),
        "acls": copies(acl("a".into(), json!({"group_id": "g"}))),
    }));
    assert!(findings > 6 * (MANY - 1), "{findings}");

    // A chain of groups with an ACL on each, and one of roles with a permission in each.
    let groups: Vec<Value> = (0..MANY)
        .map(|i| json!({"id": format!("g{i}"), "name": "G", "member_groups": [format!("g{}", i + 1)], "member_users": [format!("u{i}")]}))
        .collect();
    let acls: Vec<Value> =
        (0..MANY).map(|i| acl(format!("a{i}"), json!({"group_id": format!("g{i}")}))).collect();
    ask(json!({"projects": project, "groups": groups, "acls": acls[..2_000]}));
    let roles: Vec<Value> = (0..MANY)
        .map(|i| {
            json!({"id": format!("r{i}"), "name": "R", "member_roles": [format!("r{}", i + 1)],
                        "member_permissions": [{"permission": "read", "restrict_object_type": "dataset"}]})
        })
        .collect();
    let granted =
        json!([{"id": "a", "object_type": "project", "object_id": "p", "user_id": "ada", "role_id": "r0"}]);
    ask(json!({"projects": project, "roles": roles, "acls": granted}));

    // A directory that knows nobody, and somebody in many deleted groups.
    let (findings, _) =
        ask(json!({"users": [], "groups": [{"id": "g", "name": "G", "member_users": names("u")}]}));
    assert_eq!(findings, MANY);
    let deleted: Vec<Value> = names("g")
        .into_iter()
        .map(|id| json!({"id": id, "name": "G", "deleted_at": "x", "member_users": ["ada"]}))
        .collect();
    ask(json!({"projects": project, "groups": deleted, "acls": acls[..1_000]}));

    // Many types: beyond what is kept apart it is an error.
    let types: Vec<Value> = names("type")
        .into_iter()
        .map(|ty| json!({"id": ty, "object_type": ty, "object_id": "x", "user_id": "ada", "permission": "read"}))
        .collect();
    let error = load(&json!({"organization": {"id": "o"}, "acls": types}).to_string()).expect_err("too many");
    assert_eq!(error.code(), ErrorCode::TooLarge);
    let mut org = load(&sample().to_string()).unwrap();
    let lists: serde_json::Map<String, Value> =
        names("list").into_iter().map(|name| (name, json!({}))).collect();
    assert_eq!(
        org.apply(Value::Object(lists).to_string().as_bytes()).expect_err("no lists").code(),
        ErrorCode::BadShape
    );
    still_works();
}

/// Bodies made to be expensive: what would take hours if any of it were done for each pair of
/// entries, or for each entry and each row of the data.
#[test]
fn hostile_bodies() {
    const MANY: usize = 30_000;
    let names = |prefix: &str| (0..MANY).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>();
    let mut export = sample();
    // Groups that hold nothing: what their members could give themselves is looked at for 500 of them.
    let groups =
        [json!({"id": "m", "name": "M", "member_users": names("u")}), json!({"id": "n", "name": "N"})];
    export["groups"].as_array_mut().unwrap().extend(groups);
    let users = (0..MANY).map(|i| json!({"id": format!("u{i}"), "email": format!("u{i}@example.com")}));
    export["users"].as_array_mut().unwrap().extend(users);
    export["acls"].as_array_mut().unwrap().push(json!(
        {"id": "c", "object_type": "organization", "object_id": "o", "user_id": "ada", "role_id": "all"}));
    let all = Permission::ALL.map(|permission| json!({"permission": permission.as_str()}));
    export["roles"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "all", "name": "owner", "member_permissions": all}));
    let org = load(&export.to_string()).expect("it loads");
    let ada = Actor::new("ada", Credential::Session);
    let ask = |method: &str, path: &str, body: Value| {
        let request = Request::new(method, path).body(body);
        org.validate(&request, &ada).len() + org.authorize(&request, &ada).needs.len()
    };

    // Members, of which half are there; and the same ones again.
    let twice = [names("u"), names("v"), names("v")].concat();
    ask("PATCH", "/v1/group/m", json!({"add_member_users": twice, "remove_member_users": names("u")}));
    ask("PATCH", "/v1/group/m", json!({"add_member_groups": names("g"), "remove_member_users": names("v")}));
    ask("POST", "/v1/group", json!({"name": "new", "member_users": names("w")}));
    ask("PUT", "/v1/group", json!({"name": "M", "member_users": names("u")}));
    ask(
        "PATCH",
        "/v1/project_group/q",
        json!({"add_member_projects": names("p"), "remove_member_projects": names("x")}),
    );
    // Tuples of a role: any number with types that exist, and roles that do not.
    let tuple = |i: usize| json!({"permission": "create_acls", "restrict_object_type": aclarity::OBJECT_TYPES[i % 13]});
    let tuples: Vec<Value> = (0..MANY).map(tuple).collect();
    ask(
        "PATCH",
        "/v1/role/s",
        json!({"add_member_permissions": tuples, "remove_member_permissions": tuples}),
    );
    ask("POST", "/v1/role", json!({"name": "new", "member_permissions": tuples}));
    ask("PATCH", "/v1/role/s", json!({"add_member_roles": names("r")}));
    // ACLs: for many on one object, for one on many, and away again.
    let item = |object: String, user: String| json!({"object_type": "dataset", "object_id": object, "user_id": user, "permission": "read"});
    let to_many: Vec<Value> = names("u").into_iter().map(|user| item("d".to_owned(), user)).collect();
    let on_many: Vec<Value> = names("d").into_iter().map(|object| item(object, "ada".to_owned())).collect();
    let path = "/v1/acl/batch_update";
    ask("POST", path, json!({"add_acls": to_many}));
    ask("POST", path, json!({"add_acls": on_many, "remove_acls": to_many}));
    ask("POST", path, json!({"remove_acls": on_many}));
    // People who come, who go, and both.
    let members = "/v1/organization/members";
    let mails =
        |prefix: &str| names(prefix).into_iter().map(|name| name + "@example.com").collect::<Vec<_>>();
    ask(
        "PATCH",
        members,
        json!({"invite_users": {"emails": mails("u"), "ids": names("n"), "group_ids": vec!["n"; MANY]}}),
    );
    ask(
        "PATCH",
        members,
        json!({"invite_users": {"emails": mails("u")}, "remove_users": {"emails": mails("n"), "ids": names("n")}}),
    );
    ask("PATCH", members, json!({"remove_users": {"emails": mails("u")}}));
    // What is no body at all.
    let found =
        ask("POST", path, json!({"add_acls": vec![Value::Null; MANY], "remove_acls": vec![json!({}); MANY]}));
    assert!(found >= 3 * MANY, "{found}");
    ask("POST", "/v1/group", json!({"name": "odd", "member_users": vec![Value::Null; MANY]}));
    let fields: serde_json::Map<String, Value> =
        names("field").into_iter().map(|name| (name, json!(1))).collect();
    assert!(ask("POST", "/v1/group", Value::Object(fields)) > MANY);

    // And in a draft, with the requests that carry it out.
    let mut draft = org.draft(ada.clone(), true);
    draft.set_members("n", &names("u"));
    draft.set_members("m", &names("w"));
    draft.request(Request::new("POST", path).body(json!({"add_acls": to_many})));
    draft.request(Request::new("POST", path).body(json!({"remove_acls": to_many[MANY / 2..]})));
    draft.members(json!({"remove_users": {"emails": mails("u")}}));
    let (findings, requests) = (draft.findings().len(), draft.requests().len());
    // Who goes was put into one group and out of the other, and granted: what is left to do is little.
    assert!(findings >= MANY && requests == 2, "{findings} {requests}");
    still_works();
}

/// MODEL 4: an organization is inferred when all rows agree, wherever it stands in the text.
#[test]
fn the_organization_may_come_last() {
    let group = |i: usize, org: &str| json!({"id": format!("g{i}"), "org_id": org, "name": "G", "member_users": ["ada"]});
    // More rows than are held back before it is clear of which organisation they are.
    for rows in [3, 25_000] {
        let mut groups: Vec<Value> = (0..rows).map(|i| group(i, "o")).collect();
        groups.insert(0, group(rows, "other"));
        let text =
            format!("{{\"groups\": {}, \"organization\": {{\"id\": \"o\"}}}}", Value::Array(groups.clone()));
        let org = load(&text).expect("the organization is named");
        assert_eq!(org.subject("ada").groups().len(), rows);
        let foreign: Vec<String> =
            org.findings().into_iter().filter(|f| f.code == Code::ForeignRow).map(|f| f.path).collect();
        assert_eq!(foreign, ["/groups/0/org_id"]);
        let error =
            load(&format!("{{\"groups\": {}}}", Value::Array(groups.clone()))).expect_err("two are named");
        assert_eq!(error.code(), ErrorCode::NoOrganization);
        groups.remove(0);
        let org = load(&format!("{{\"groups\": {}}}", Value::Array(groups))).expect("all agree");
        assert_eq!(org.id(), "o");
        assert!(org.findings().iter().any(|f| f.code == Code::OrganizationInferred));
    }
}

/// MODEL 5, and rows as Rust types.
#[test]
fn a_new_organization() {
    let mut export: Export = new_organization("acme", "Acme", &["ada", "bo"]);
    export.groups[1].member_users.push("eve".into());
    export.groups[2].member_users.push("vi".into());
    export.projects.push(rows::Project { id: "p".into(), ..Default::default() });
    let org =
        Org::from_export(&export, LoadOptions { strict: true, ..Default::default() }).expect("it is sound");
    assert_eq!(org.findings(), []);
    let project = Object::project("p");
    let held = |id: &str, object: &Object| org.subject(id).permissions(object);
    assert_eq!(held("ada", &project), PermissionSet::ALL);
    assert_eq!(held("ada", &Object::organization()), PermissionSet::ALL);
    assert!(org.subject("ada").is_owner() && org.subject("bo").is_owner() && !org.subject("eve").is_owner());
    let crud: PermissionSet = Permission::ALL.into_iter().take(4).collect();
    assert_eq!(held("eve", &project), crud);
    assert_eq!(held("eve", &Object::organization()), PermissionSet::EMPTY);
    assert_eq!(held("eve", &Object::members()), PermissionSet::EMPTY);
    assert!(org.subject("eve").can_create("project", None), "MODEL 3: as Engineers do");
    assert_eq!(held("vi", &project), Permission::Read.into());
    assert!(!org.subject("vi").can_create("dataset", Some("p")));
    // The same through JSON.
    let json = serde_json::to_string(&export).unwrap();
    let again: Export = serde_json::from_str(&json).unwrap();
    assert_eq!(again, export);
}

/// MODEL 1: credentials are told apart and taken out of texts.
#[test]
fn credentials() {
    assert_eq!(Credential::kind_of("bt-st-abc"), Credential::ServiceToken);
    assert_eq!(Credential::kind_of("sk-abc"), Credential::ApiKey);
    for other in ["", "bt-st", "SK-abc", "x sk-abc", "hello"] {
        assert_eq!(Credential::kind_of(other), Credential::Unknown, "{other}");
    }
    let text = "Bearer bt-st-abc.DEF-123, key=sk-xyz_9 (and task-list, desk-top, bt-st-)";
    assert_eq!(Credential::redact(text), "Bearer bt-st-…, key=sk-… (and task-list, desk-top, bt-st-)");
    assert_eq!(Credential::redact("sk-a sk-b"), "sk-… sk-…");
    assert_eq!(Credential::redact("\u{1f600}sk-\u{e9}"), "\u{1f600}sk-\u{e9}");
}

/// An organisation can be shared between threads, and asking never changes it.
#[test]
fn shared_between_threads() {
    let org = load(&sample().to_string()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1_000 {
                    let why = org.subject("ada").explain(Permission::Read, &Object::dataset("d"));
                    assert_eq!(why.reason, Reason::Granted);
                }
            });
        }
    });
    is_send_and_sync(&org);
}

fn is_send_and_sync<T: Send + Sync>(_: &T) {}

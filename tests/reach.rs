//! What somebody could give themselves: the model's section 7, rule by rule, each with its near miss.

use std::collections::BTreeSet;

use aclarity::{Basis, Org, ReachRow};
use serde_json::{Value, json};

const SCORER: &str = "bt::sp::service::project::search::async_scoring";
const ALL: &str = "create read update delete create_acls read_acls update_acls delete_acls";

/// Two projects with a dataset and a prompt each, groups, roles, and nobody who holds anything.
fn base() -> Value {
    json!({
        "organization": {"id": "acme", "name": "Acme"},
        "users": [{"id": "ada", "given_name": "Ada"}],
        "groups": [
            {"id": "readers", "name": "Readers"},
            {"id": "inner", "name": "Inner"},
            {"id": "outer", "name": "Outer", "member_groups": ["inner"]},
            {"id": "gone", "name": "Gone", "deleted_at": "2026"},
            {"id": "owners", "name": "Owners"},
        ],
        "roles": [
            {"id": "editor", "org_id": "acme", "name": "Editor", "member_permissions": [{"permission": "read"}]},
            {"id": "lead", "org_id": "acme", "name": "Lead", "member_roles": ["editor"]},
            {"id": "system", "name": "owner", "member_permissions": [{"permission": "read"}]},
            {"id": "dead", "org_id": "acme", "member_permissions": [{"permission": "read"}], "deleted_at": "2026"},
        ],
        "projects": [{"id": "search", "name": "Search"}, {"id": "chat", "name": "Chat"}, {"id": "old", "deleted_at": "2026"}],
        "project_groups": [{"id": "region", "member_projects": ["search"]}],
        "datasets": [{"id": "golden", "project_id": "search"}, {"id": "other", "project_id": "chat"}],
        "prompts": [{"id": "judge", "project_id": "search"}],
        "experiments": [{"id": "open", "project_id": "chat", "public": true}],
        "acls": [],
    })
}

/// `ada update group:readers` or `group:inner read project:search only dataset` or `ada role:lead …`.
fn acl(id: usize, text: &str) -> Value {
    let words: Vec<&str> = text.split(' ').collect();
    let (ty, object) = words[2].split_once('=').expect("type=id");
    let mut row = json!({"id": format!("a{id}"), "object_type": ty, "object_id": object});
    match words[0].strip_prefix("group=") {
        Some(group) => row["group_id"] = group.into(),
        None => row["user_id"] = words[0].into(),
    }
    match words[1].strip_prefix("role=") {
        Some(role) => row["role_id"] = role.into(),
        None => row["permission"] = words[1].into(),
    }
    if let Some(only) = words.get(4) {
        row["restrict_object_type"] = (*only).into();
    }
    row
}

fn load(acls: &[&str]) -> Org {
    let mut export = base();
    export["acls"] = acls.iter().enumerate().map(|(i, text)| acl(i, text)).collect();
    Org::from_json(export.to_string().as_bytes()).expect("it loads")
}

/// A row in short: `read,update project=search only dataset [2,1]`.
fn short(row: &ReachRow) -> String {
    let permissions = row.permissions.join(" ");
    let permissions = if permissions == ALL { "all".to_owned() } else { permissions.replace(' ', ",") };
    let only = row.only.as_ref().map_or(String::new(), |ty| format!(" only {ty}"));
    let alone = if row.below { "" } else { " alone" };
    let rules: Vec<String> = row.steps.iter().map(|step| step.rule.to_string()).collect();
    format!("{permissions} {}={}{only}{alone} [{}]", row.object.object_type, row.object.id, rules.join(","))
}

#[track_caller]
fn reaches(acls: &[&str], expected: &[&str]) {
    let found: Vec<String> = load(acls).subject("ada").reach().iter().map(short).collect();
    assert_eq!(found, expected, "{acls:#?}");
}

/// MODEL 7.1: `create_acls` by an unrestricted tuple gives everything on the object and below it.
#[test]
fn rule_1_unrestricted() {
    let rest = "create,read,update,delete,read_acls,update_acls,delete_acls";
    for object in
        ["organization=acme", "org_project=acme", "project_group=region", "project=search", "dataset=golden"]
    {
        reaches(&[&format!("ada create_acls {object}")], &[&format!("{rest} {object} [1]")]);
        reaches(&[&format!("ada read_acls {object}")], &[]);
        reaches(&[&format!("ada delete_acls {object}")], &[]);
        reaches(&[&format!("bo create_acls {object}")], &[]);
    }
    reaches(
        &["ada create_acls project=search", "ada read organization=acme"],
        &["create,update,delete,read_acls,update_acls,delete_acls project=search [1]"],
    );
    // What nobody may do anything to is out of reach.
    reaches(&["ada create_acls project=old"], &[]);
    // An object that the data do not know is one all the same.
    reaches(&["ada create_acls dataset=new"], &[&format!("{rest} dataset=new [1]")]);
}

/// MODEL 7.1: restricted to a type, everything on its objects there, and below those.
#[test]
fn rule_1_restricted() {
    let acls_and = |more: &str| format!("create,read,update,delete,read_acls,update_acls,delete_acls {more}");
    reaches(
        &["ada create_acls project=search only dataset"],
        &[&acls_and("project=search only dataset [1]")],
    );
    // `create_acls` itself is held on the projects alone, and in reach below them.
    reaches(&["ada create_acls org_project=acme only project"], &["all org_project=acme only project [1]"]);
    // Restricted to the object's own type it is the object, and everything below it.
    reaches(&["ada create_acls project=search only project"], &["all project=search [1]"]);
    reaches(&["ada create_acls dataset=golden only dataset"], &[&acls_and("dataset=golden [1]")]);
    reaches(&["ada create_acls organization=acme only org_project"], &["all org_project=acme [1]"]);
    // Where no object of the type can be it reaches nothing.
    reaches(&["ada create_acls dataset=golden only project"], &[]);
    reaches(&["ada create_acls org_project=acme only project_group"], &[]);
}

/// MODEL 7.2: `update` on a group is membership of it and of every group that contains it.
#[test]
fn rule_2_joining() {
    let grants = ["group=inner read project=search", "group=outer update dataset=other"];
    let with = |first| [first, grants[0], grants[1]];
    let both = ["read project=search [2]", "update dataset=other [2]"];
    reaches(&with("ada update group=inner"), &both);
    reaches(&with("ada update group=inner only group"), &both);
    reaches(&with("ada update group=outer"), &both[1..]);
    reaches(&with("ada read group=inner"), &[]);
    reaches(&with("ada delete group=inner"), &[]);
    reaches(&with("ada update group=readers"), &[]);
    reaches(&["ada update group=gone", "group=gone read project=search"], &[]);
    reaches(&with("ada update group=inner only role"), &[]);
}

/// MODEL 7.2: `update` on the organization reaches every group, restricted to groups too (section 3).
#[test]
fn rule_2_from_the_organization() {
    let grant = "group=readers read project=search";
    for first in ["ada update organization=acme only group", "ada update organization=acme only organization"]
    {
        let row: &[&str] = if first.ends_with("group") { &["read project=search [2]"] } else { &[] };
        reaches(&[first, grant], row);
    }
    reaches(&["ada update organization=acme", grant], &["read project=search [2]"]);
    reaches(&["ada update org_project=acme", grant], &["read project=search [2]"][..0]);
}

/// MODEL 7.3: `update` on a role of one's own that an ACL grants, directly or through member roles.
#[test]
fn rule_3_editing_a_role() {
    let beyond = "create,update,delete,create_acls,read_acls,update_acls,delete_acls project=search [3]";
    reaches(&["ada update role=editor", "ada role=editor project=search"], &[beyond]);
    reaches(&["ada update role=editor", "ada role=lead project=search"], &[beyond]);
    reaches(&["ada update organization=acme only role", "ada role=lead project=search"], &[beyond]);
    // Nothing of the role that holds the one that is edited; none granted; a system role; a dead one.
    reaches(&["ada update role=lead", "ada role=editor project=search"], &[]);
    reaches(&["ada update role=editor", "ada read project=search"], &[]);
    reaches(&["ada update role=editor", "bo role=editor project=search"], &[]);
    reaches(&["ada update role=system", "ada role=system project=search"], &[]);
    reaches(&["ada update role=dead", "ada role=dead project=search"], &[]);
    reaches(&["ada read role=editor", "ada role=editor project=search"], &[]);
}

/// MODEL 7.4 gives nothing that 7.1 does not: `create_acls` on the project is everything there.
#[test]
fn rule_4_is_rule_1() {
    let held = "ada read project_group=region";
    reaches(&["ada update project_group=region", held], &[]);
    reaches(
        &["ada update project_group=region", held, "ada create_acls project=chat"],
        &["create,read,update,delete,read_acls,update_acls,delete_acls project=chat [1]"],
    );
}

/// MODEL 7.5: who may invite has a new member in any group that an invitation may name.
#[test]
fn rule_5_inviting() {
    let grants = [
        "group=readers read project=search",
        "group=inner read_acls project=chat",
        "group=owners read dataset=other",
    ];
    for first in ["ada create org_member=acme", "ada create organization=acme only org_member"] {
        // A group that manages access anywhere, or one of owners, may not be named.
        reaches(&[first, grants[0], grants[1], grants[2]], &["read project=search [5]"]);
    }
    reaches(&["ada delete org_member=acme", grants[0]], &[]);
    reaches(&["ada create org_project=acme", grants[0]], &[]);
    // With `update` on the group it can be joined as well (rule 2).
    reaches(
        &["ada create org_member=acme", "ada update group=inner", grants[1]],
        &["read_acls project=chat [2]"],
    );
    // What a group that contains it holds counts too; so does a role that makes an owner.
    reaches(
        &[
            "ada create org_member=acme",
            "group=inner read project=search",
            "group=outer update_acls project=chat",
        ],
        &[],
    );
    reaches(&["ada create org_member=acme", "group=readers role=system organization=acme"], &[]);
}

/// MODEL 7.6: who writes prompts of a project has what its scoring principal holds.
#[test]
fn rule_6_scoring() {
    let grant = format!("{SCORER} read dataset=other");
    let row = ["read dataset=other [6]"];
    for first in [
        "ada create project=search",
        "ada update project=search",
        "ada create project=search only prompt",
        "ada update org_project=acme only prompt",
        "ada update project_group=region",
        "ada update prompt=judge",
        "ada create organization=acme only prompt",
    ] {
        reaches(&[first, &grant], &row);
    }
    for first in [
        "ada read project=search",
        "ada update project=search only dataset",
        "ada update project=chat",
        "ada create prompt=judge",
        "ada update dataset=golden",
        "ada update project=search only project",
    ] {
        reaches(&[first, &grant], &[]);
    }
}

/// MODEL 7: chains of steps, in the order in which they are taken, the shortest one.
#[test]
fn chains() {
    reaches(
        &["ada update group=inner", "group=outer create_acls project=search"],
        &[
            "create_acls project=search [2]",
            "create,read,update,delete,read_acls,update_acls,delete_acls project=search [2,1]",
        ],
    );
    reaches(
        &[
            "ada update group=inner",
            "group=inner update group=readers",
            "group=readers create_acls organization=acme only dataset",
        ],
        &[
            "create_acls organization=acme only dataset [2,2]",
            "create,read,update,delete,read_acls,update_acls,delete_acls organization=acme only dataset [2,2,1]",
            "update group=readers [2]",
        ],
    );
    // A role that a group grants, edited by what another group gives: both are joined first.
    reaches(
        &[
            "ada update group=inner",
            "ada update group=readers",
            "group=inner update role=editor",
            "group=readers role=editor project=search",
        ],
        &[
            "read project=search [2]",
            "create,update,delete,create_acls,read_acls,update_acls,delete_acls project=search [2,2,3]",
            "update role=editor [2]",
        ],
    );
    // Of two ways the shorter one.
    reaches(
        &[
            "ada update group=inner",
            "group=inner update group=readers",
            "ada create org_member=acme",
            "group=readers read project=search",
        ],
        &["read project=search [5]", "update group=readers [2]"],
    );
}

/// Brief: what is held, or said by a wider row, is no row of its own.
#[test]
fn rows_that_say_nothing_new() {
    reaches(&["ada update group=inner", "group=inner read project=search", "ada read org_project=acme"], &[]);
    reaches(
        &["ada update group=inner", "group=inner read dataset=golden", "group=inner read project=search"],
        &["read project=search [2]"],
    );
    reaches(
        &[
            "ada update group=inner",
            "group=inner read dataset=golden",
            "ada read project=search only dataset",
        ],
        &[],
    );
    reaches(&["ada update group=inner", "group=inner read experiment=open"], &[]);
    reaches(
        &["ada update group=inner", "group=inner update experiment=open"],
        &["update experiment=open [2]"],
    );
    let own = "ada role=system organization=acme";
    reaches(&["ada update group=inner", "group=inner read dataset=golden", own], &[]);
}

/// MODEL 3: a restriction is an exact match, also of what is in reach: the object alone.
#[test]
fn restricted_grants_reach_no_further() {
    reaches(
        &["ada update group=inner", "group=inner update organization=acme only organization"],
        &["update organization=acme only organization alone [2]"],
    );
    reaches(
        &[
            "ada update group=inner",
            "group=inner read org_project=acme only project",
            "ada read project=search",
        ],
        &["read org_project=acme only project alone [2]"],
    );
    reaches(&["ada update group=inner", "group=inner read dataset=golden only prompt"], &[]);
}

/// CHOICES, Reach: the most far-reaching first, then by id.
#[test]
fn order() {
    let acls = [
        "group=inner read dataset=golden",
        "group=inner read project=search",
        "group=inner delete org_project=acme",
        "group=inner create project_group=region",
        "group=inner update organization=acme only dataset",
        "group=inner read project=chat",
        "ada update group=inner",
        "group=inner update dataset=a",
        "group=inner delete org_member=acme",
    ];
    let expected = [
        "update organization=acme only dataset [2]",
        "delete org_project=acme [2]",
        "create project_group=region [2]",
        "read project=chat [2]",
        "read project=search [2]",
        "delete org_member=acme [2]",
    ];
    let expected: Vec<&str> = expected.into_iter().collect();
    // The dataset `a` is unknown to the data, so that nothing above it counts.
    let mut expected_all = expected.clone();
    expected_all.insert(5, "update dataset=a [2]");
    let mut acls: Vec<&str> = acls.into_iter().collect();
    reaches(&acls, &expected_all);
    acls.reverse();
    reaches(&acls, &expected_all);
}

/// CHOICES, Objects: the nodes that exist once are unknown objects under another id, and open nothing.
#[test]
fn organization_nodes_of_another_id() {
    let grant = "group=readers read project=search";
    for first in [
        "ada update organization=other",
        "ada create org_member=other",
        "ada create organization=other only org_member",
        "ada update organization=other only group",
        "ada create_acls organization=other only org_project",
        "ada create_acls org_project=other only project",
    ] {
        reaches(&[first, grant], &[]);
    }
    let rest = "create,read,update,delete,read_acls,update_acls,delete_acls";
    reaches(&["ada create_acls organization=other", grant], &[&format!("{rest} organization=other [1]")]);
    let own = "ada create_acls organization=other only organization";
    reaches(&[own], &[&format!("{rest} organization=other [1]")]);
}

/// Somebody in a group alone; somebody who is nobody; somebody who has departed.
#[test]
fn subjects() {
    let org = load(&["group=outer create_acls dataset=golden"]);
    assert_eq!(org.member_of("inner").reach().len(), 1);
    assert_eq!(
        org.member_of("gone").reach().len() + org.anonymous().reach().len() + org.subject("x").reach().len(),
        0
    );
    let mut export = base();
    export["acls"] = json!([acl(0, "bo create_acls dataset=golden")]);
    let load = |members| {
        let options = aclarity::LoadOptions { members, ..Default::default() };
        Org::from_json_with(export.to_string().as_bytes(), options).expect("it loads")
    };
    assert_eq!(load(aclarity::Members::Any).subject("bo").reach().len(), 1);
    assert_eq!(load(aclarity::Members::Known).subject("bo").reach().len(), 0);
}

/// Each step is a sentence with names, a call of the API, and says whether it is documented.
#[test]
fn steps_are_told() {
    let step = |acls: &[&str], at: usize| {
        let rows = load(acls).subject("ada").reach();
        rows.iter().flat_map(|row| row.steps.clone()).nth(at).expect("a step")
    };
    let request = |step: &aclarity::ReachStep| serde_json::to_value(&step.request).expect("JSON");
    let one = step(&["ada create_acls project=search"], 0);
    assert_eq!(one.text, "`Ada` grants themself every permission on the project `Search`");
    let sent = request(&one);
    assert_eq!((&sent["method"], &sent["path"]), (&json!("POST"), &json!("/v1/acl/batch_update")));
    let items = sent["body"]["add_acls"].as_array().expect("items");
    let permissions: BTreeSet<&str> = items.iter().filter_map(|item| item["permission"].as_str()).collect();
    assert_eq!(permissions, ALL.split(' ').collect());
    assert_eq!(
        items[0],
        json!({"object_type": "project", "object_id": "search", "user_id": "ada", "permission": "create"})
    );
    assert_eq!(one.basis, Basis::Documented);

    let some = step(&["ada create_acls project=search only dataset"], 0);
    assert_eq!(
        some.text,
        "`Ada` grants themself every permission on every object of the type `dataset` in the project `Search`"
    );
    assert_eq!(request(&some)["body"]["add_acls"][7]["object_id"], "{dataset}");
    assert_eq!(some.basis, Basis::Chosen);

    let two = step(&["ada update group=inner", "group=inner read project=search"], 0);
    assert_eq!(two.text, "`Ada` adds themself to the group `Inner`");
    assert_eq!(
        request(&two),
        json!({"method": "PATCH", "path": "/v1/group/inner", "body": {"add_member_users": ["ada"]}})
    );
    assert_eq!(two.basis, Basis::Documented);

    let three = step(&["ada update role=editor", "ada role=lead project=search"], 0);
    assert_eq!(
        three.text,
        "`Ada` adds every permission to the role `Editor`, which they hold on the project `Search`"
    );
    assert_eq!(request(&three)["path"], "/v1/role/editor");
    assert_eq!(request(&three)["body"]["add_member_permissions"][1], json!({"permission": "read"}));

    let five = step(&["ada create org_member=acme", "group=inner read project=search"], 0);
    assert_eq!(five.text, "`Ada` invites somebody of their own into the group `Inner`");
    assert_eq!(request(&five)["body"]["invite_users"]["group_ids"], json!(["inner"]));

    let grant = format!("{SCORER} read dataset=other");
    let six = step(&["ada update prompt=judge", &grant], 0);
    assert_eq!(request(&six)["path"], "/v1/prompt/judge");
    let six = step(&["ada create project=search", &grant], 0);
    assert_eq!(
        (&request(&six)["path"], &request(&six)["body"]["project_id"]),
        (&json!("/v1/function"), &json!("search"))
    );
    assert_eq!(six.basis, Basis::Chosen);
}

//! Speed of the crate itself: loading, the first question, the next ones, explaining, listing, changing.
//!
//! `cargo bench --bench org` runs all, `cargo bench --bench org -- can` those whose name contains `can`.
#![allow(missing_docs)]

#[path = "../tests/naive/mod.rs"]
mod naive;

use std::hint::black_box;
use std::sync::OnceLock;

use aclarity::{AclItem, Actor, Credential, Draft, ListOptions, Object, Org, Permission, SliceOptions};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use naive::generate::{Rng, large};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// ACLs of the organisations that are asked; the questions of one person cost the same in all of them.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// ACLs of the organisations that are loaded.
const LOADED: [usize; 2] = [5_000, 200_000];

/// An organisation as the API prints it, and what the benches ask about.
struct Case {
    text: Vec<u8>,
    org: Org,
    /// Somebody with a grant on `object` and on others.
    user: String,
    object: Object,
    /// The id of the organisation and of some project, group and user, for rows that are applied.
    ids: Ids,
}

struct Ids {
    org: String,
    project: String,
    group: String,
    user: String,
}

fn export(acls: usize) -> Value {
    let (users, groups, projects, objects) = if acls <= 5_000 {
        (1_000, 40, 60, 2_000.min(acls / 2))
    } else {
        (acls / 20, acls / 400, acls / 100, acls / 2)
    };
    large(&mut Rng::new(7), users, groups, projects, objects, acls)
}

impl Case {
    fn new(acls: usize) -> Case {
        let export = export(acls);
        let text = export.to_string().into_bytes();
        let org = Org::from_json(&text).expect("the organisation loads");
        let id = |list: &str, n: usize| export[list][n]["id"].as_str().expect("an id").to_owned();
        // The creator of a dataset that is not deleted.
        let datasets = export["datasets"].as_array().expect("datasets");
        let (user, object) = datasets
            .iter()
            .filter_map(|row| Some((row["user_id"].as_str()?, Object::dataset(row["id"].as_str()?))))
            .find(|(user, object)| org.subject(user).can(Permission::Update, object))
            .expect("somebody may update a dataset");
        let ids = Ids {
            org: export["organization"]["id"].as_str().expect("an id").to_owned(),
            project: id("projects", 7),
            group: id("groups", 7),
            user: id("users", 7),
        };
        Case { user: user.to_owned(), object, text, org, ids }
    }

    fn get(acls: usize) -> &'static Case {
        static CASES: [OnceLock<Case>; 5] = [const { OnceLock::new() }; 5];
        let all = [SIZES[0], SIZES[1], SIZES[2], LOADED[0], LOADED[1]];
        let at = all.iter().position(|size| *size == acls).expect("a known size");
        CASES[at].get_or_init(|| Case::new(acls))
    }
}

#[divan::bench(args = LOADED, sample_count = 20, sample_size = 1)]
fn load_from_json(bencher: Bencher, acls: usize) {
    let text = &Case::get(acls).text;
    bencher
        .counter(BytesCount::new(text.len()))
        .counter(ItemsCount::new(acls))
        .bench(|| Org::from_json(black_box(text)));
}

/// For comparison: the same text, read into a generic tree of values by `serde_json`, with no index at all.
#[divan::bench(args = LOADED, sample_count = 20, sample_size = 1)]
fn load_serde_json_value(bencher: Bencher, acls: usize) {
    let text = &Case::get(acls).text;
    bencher
        .counter(BytesCount::new(text.len()))
        .counter(ItemsCount::new(acls))
        .bench(|| serde_json::from_slice::<Value>(black_box(text)));
}

#[divan::bench(args = LOADED, sample_count = 20, sample_size = 1)]
fn snapshot_write(bencher: Bencher, acls: usize) {
    let org = &Case::get(acls).org;
    bencher.counter(ItemsCount::new(acls)).bench(|| black_box(org).to_bytes());
}

/// The same organisation as in `load_from_json`.
#[divan::bench(args = LOADED, sample_count = 20, sample_size = 1)]
fn snapshot_read(bencher: Bencher, acls: usize) {
    let bytes = Case::get(acls).org.to_bytes();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .counter(ItemsCount::new(acls))
        .bench(|| Org::from_snapshot(black_box(&bytes)));
}

/// What decides for one person, with the objects of their projects.
#[divan::bench(args = LOADED, sample_count = 20, sample_size = 1)]
fn slice_write(bencher: Bencher, acls: usize) {
    let Case { org, user, .. } = Case::get(acls);
    bencher.bench(|| org.slice(black_box(user), SliceOptions::default()));
}

#[divan::bench(args = LOADED)]
fn slice_read_and_can(bencher: Bencher, acls: usize) {
    let Case { org, user, object, .. } = Case::get(acls);
    let bytes = org.slice(user, SliceOptions::default()).expect("a whole organisation");
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        let slice = Org::from_snapshot(black_box(&bytes)).expect("a slice");
        slice.subject(user).can(Permission::Update, object)
    });
}

#[divan::bench(args = SIZES)]
fn subject_and_can_cold(bencher: Bencher, acls: usize) {
    let Case { org, user, object, .. } = Case::get(acls);
    bencher.bench(|| org.subject(black_box(user)).can(Permission::Update, black_box(object)));
}

#[divan::bench(args = SIZES)]
fn can_warm(bencher: Bencher, acls: usize) {
    let Case { org, user, object, .. } = Case::get(acls);
    let me = org.subject(user);
    bencher.bench(|| me.can(Permission::Update, black_box(object)));
}

#[divan::bench(args = SIZES)]
fn explain_yes(bencher: Bencher, acls: usize) {
    let Case { org, user, object, .. } = Case::get(acls);
    let me = org.subject(user);
    bencher.bench(|| me.explain(Permission::Update, black_box(object)));
}

#[divan::bench(args = SIZES)]
fn explain_no(bencher: Bencher, acls: usize) {
    let Case { org, object, .. } = Case::get(acls);
    let nobody = org.subject("nobody");
    bencher.bench(|| nobody.explain(Permission::Update, black_box(object)));
}

#[divan::bench(args = SIZES)]
fn list_datasets(bencher: Bencher, acls: usize) {
    let Case { org, user, .. } = Case::get(acls);
    let me = org.subject(user);
    bencher.bench(|| me.list(Permission::Read, black_box("dataset"), ListOptions::default()));
}

/// 1,000,000 datasets in 2,500 projects: `nobody` holds nothing, `some` reads one project and has a grant
/// on each of 1,000 datasets elsewhere, `all` reads everything.
fn million_datasets() -> &'static Org {
    static ORG: OnceLock<Org> = OnceLock::new();
    ORG.get_or_init(|| {
        let id = |kind: u32, n: u32| {
            format!("{:08x}-{kind:04x}-4000-8000-{n:012x}", n.wrapping_mul(0x9e37_79b1))
        };
        let projects: Vec<Value> = (0..2_500).map(|n| json!({ "id": id(5, n) })).collect();
        let datasets: Vec<Value> =
            (0..1_000_000).map(|n| json!({ "id": id(6, n), "project_id": id(5, n % 2_500) })).collect();
        let acl = |n: u32, ty: &str, on: String, user: &str| {
            json!({ "id": id(8, n), "object_type": ty, "object_id": on, "user_id": user, "permission": "read" })
        };
        let mut acls: Vec<Value> = (0..1_000).map(|n| acl(n, "dataset", id(6, n * 777), "some")).collect();
        acls.push(acl(1_000, "project", id(5, 1), "some"));
        acls.push(acl(1_001, "org_project", "o".to_owned(), "all"));
        let users = ["nobody", "some", "all"].map(|id| json!({ "id": id }));
        let export = json!({ "organization": { "id": "o" }, "users": users, "projects": projects,
                             "datasets": datasets, "acls": acls });
        Org::from_json(export.to_string().as_bytes()).expect("the organisation loads")
    })
}

#[divan::bench(args = ["nobody", "some", "all"], sample_count = 20, sample_size = 1)]
fn list_of_a_million(bencher: Bencher, user: &str) {
    let me = million_datasets().subject(user);
    // What is made once is there.
    black_box(me.list(Permission::Read, "dataset", ListOptions::default()));
    bencher.bench(|| me.list(Permission::Read, black_box("dataset"), ListOptions::default()));
}

/// A list after one dataset was added.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn apply_and_list_of_a_million(bencher: Bencher) {
    let mut org = million_datasets().clone();
    let row = json!({ "id": "new", "project_id": "elsewhere" });
    let add = json!({ "datasets": { "upsert": [row] } }).to_string();
    let remove = json!({ "datasets": { "remove": ["new"] } }).to_string();
    let nothing = |org: &Org| {
        org.subject("nobody").list(Permission::Read, "dataset", ListOptions::default()).is_empty()
    };
    assert!(nothing(&org), "nobody reads anything");
    bencher.bench_local(move || {
        org.apply(black_box(add.as_bytes())).expect("applies");
        org.apply(black_box(remove.as_bytes())).expect("applies");
        nothing(&org)
    });
}

/// A draft with the grant of everything on a project to somebody new, its checks and findings.
#[divan::bench(args = SIZES)]
fn draft_of_a_grant_with_checks(bencher: Bencher, acls: usize) {
    let Case { org, ids, .. } = Case::get(acls);
    let actor = Actor::new(&ids.user, Credential::Session);
    let item = AclItem {
        user_id: Some("somebody new".to_owned()),
        group_id: None,
        permission: Some("create_acls".to_owned()),
        ..grant_to(&ids.group, &ids.project)
    };
    bencher.bench(|| {
        let mut draft = org.draft(actor.clone(), true);
        draft.grant(black_box(std::slice::from_ref(&item)));
        draft.findings().len()
    });
}

#[divan::bench(args = SIZES)]
fn who(bencher: Bencher, acls: usize) {
    let Case { org, object, .. } = Case::get(acls);
    bencher.bench(|| org.who(Permission::Update, black_box(object), ListOptions::default()));
}

/// A new ACL row, then its removal: two changes.
#[divan::bench(args = SIZES)]
fn apply_acl_add_and_remove(bencher: Bencher, acls: usize) {
    let Case { org, ids, .. } = Case::get(acls);
    let mut org = org.clone();
    let row = json!({
        "id": "00000000-0000-4000-8000-00000000face", "object_type": "project", "object_id": ids.project,
        "group_id": ids.group, "permission": "read", "_object_org_id": ids.org,
    });
    let add = json!({ "acls": { "upsert": [row] } }).to_string();
    let remove = json!({ "acls": { "remove": ["00000000-0000-4000-8000-00000000face"] } }).to_string();
    bencher.bench_local(move || {
        org.apply(black_box(add.as_bytes())).expect("applies");
        org.apply(black_box(remove.as_bytes())).expect("applies");
    });
}

/// A copy to be changed, and dropped.
#[divan::bench(args = SIZES)]
fn clone_alone(bencher: Bencher, acls: usize) {
    let Case { org, .. } = Case::get(acls);
    bencher.bench(|| org.clone());
}

/// A preview: a copy of the organisation with one more ACL.
#[divan::bench(args = SIZES)]
fn clone_and_apply_acl_add(bencher: Bencher, acls: usize) {
    let Case { org, ids, .. } = Case::get(acls);
    let row = json!({
        "id": "00000000-0000-4000-8000-00000000face", "object_type": "project", "object_id": ids.project,
        "group_id": ids.group, "permission": "read", "_object_org_id": ids.org,
    });
    let add = json!({ "acls": { "upsert": [row] } }).to_string();
    bencher.bench(|| {
        let mut fork = org.clone();
        fork.apply(black_box(add.as_bytes())).expect("applies");
        fork
    });
}

/// One person joins a group and leaves it: two changes of one group row.
#[divan::bench(args = SIZES)]
fn apply_group_join_and_leave(bencher: Bencher, acls: usize) {
    let Case { org, ids, .. } = Case::get(acls);
    let mut org = org.clone();
    let group = |members: &[&str]| {
        json!({ "groups": { "upsert": [{ "id": ids.group, "org_id": ids.org, "name": "Team", "member_users": members }] } })
            .to_string()
    };
    let (join, leave) = (group(&[&ids.user, "another"]), group(&["another"]));
    bencher.bench_local(move || {
        org.apply(black_box(join.as_bytes())).expect("applies");
        org.apply(black_box(leave.as_bytes())).expect("applies");
    });
}

/// 10,000 users, 1,000 groups, 5,000 projects, 200,000 ACLs: a large organisation on a settings page.
fn large_organization() -> &'static (Org, Ids) {
    static LARGE: OnceLock<(Org, Ids)> = OnceLock::new();
    LARGE.get_or_init(|| {
        let export = large(&mut Rng::new(7), 10_000, 1_000, 5_000, 100_000, 200_000);
        let org = Org::from_json(export.to_string().as_bytes()).expect("the organisation loads");
        let id = |list: &str, n: usize| export[list][n]["id"].as_str().expect("an id").to_owned();
        let ids = Ids {
            org: export["organization"]["id"].as_str().expect("an id").to_owned(),
            project: id("projects", 7),
            group: id("groups", 7),
            user: id("groups", 1),
        };
        (org, ids)
    })
}

fn grant_to(group: &str, project: &str) -> AclItem {
    AclItem {
        object_type: "project".to_owned(),
        object_id: project.to_owned(),
        user_id: None,
        group_id: Some(group.to_owned()),
        permission: Some("update".to_owned()),
        role_id: None,
        restrict_object_type: None,
    }
}

/// One group's grant on one project: the draft, its preview, its findings, and its diff.
fn previewed(bencher: Bencher, group: &str) {
    let (org, ids) = large_organization();
    let item = grant_to(group, &ids.project);
    let owner = Actor::new(
        org.find(Some("person0@example.com"), None, Some("user")).first().map_or("", |u| &u.id),
        Credential::Session,
    );
    bencher.bench(|| {
        let mut draft = org.draft(owner.clone(), true);
        draft.grant(black_box(std::slice::from_ref(&item)));
        let seen = (draft.findings().len(), draft.diff().len());
        black_box(seen)
    });
}

/// The group is a team of some dozens.
#[divan::bench]
fn preview_of_a_grant_to_a_team(bencher: Bencher) {
    previewed(bencher, &large_organization().1.group);
}

/// The group has a fifth of all users.
#[divan::bench]
fn preview_of_a_grant_to_a_fifth_of_all(bencher: Bencher) {
    previewed(bencher, &large_organization().1.user);
}

/// A draft of many changes on the large organisation: groups are created, get a grant each, groups
/// that exist get members, and projects that exist are renamed.
fn large_draft(changes: usize) -> Draft {
    let (org, _) = large_organization();
    let ids = |ty: &str| -> Vec<String> {
        org.find(None, None, Some(ty)).into_iter().map(|node| node.id).collect()
    };
    let (users, groups, projects) = (ids("user"), ids("group"), ids("project"));
    let owner = org.find(Some("person0@example.com"), None, Some("user"));
    let owner = Actor::new(owner.first().map_or("", |user| &user.id), Credential::Session);
    let mut draft = org.draft(owner, true);
    let mut made = String::new();
    for at in 0..changes {
        match at % 4 {
            0 => {
                made = draft
                    .create("group", json!({ "name": format!("Made {at}"), "member_users": [users[at]] }));
            }
            1 => draft.grant(&[grant_to(&made, &projects[at])]),
            2 => draft.add_members(&groups[at], std::slice::from_ref(&users[at])),
            _ => draft.update("project", &projects[at], json!({ "name": format!("Renamed {at}") })),
        }
    }
    draft
}

/// The requests that carry out a draft of so many changes on the large organisation.
#[divan::bench(args = [30, 120], sample_count = 5, sample_size = 1)]
fn requests_of_a_draft(bencher: Bencher, changes: usize) {
    let draft = large_draft(changes);
    bencher.bench(|| black_box(&draft).requests());
}

/// A change with its preview, its findings and its diff.
fn drafted(bencher: Bencher, change: impl Fn(&mut Draft) + Sync) {
    let (org, _) = large_organization();
    let owner = Actor::new(
        org.find(Some("person0@example.com"), None, Some("user")).first().map_or("", |u| &u.id),
        Credential::Session,
    );
    bencher.bench(|| {
        let mut draft = org.draft(owner.clone(), true);
        change(&mut draft);
        black_box((draft.findings().len(), draft.diff().len()))
    });
}

/// `create_acls` on the organization, for each of 3,000 people by an ACL of their own.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn preview_of_grants_on_the_organization_to_3000(bencher: Bencher) {
    let (org, ids) = large_organization();
    let items: Vec<AclItem> = (0..3_000)
        .map(|n| {
            let user = org.find(Some(&format!("person{n}@example.com")), None, Some("user"));
            AclItem {
                object_type: "organization".to_owned(),
                object_id: ids.org.clone(),
                user_id: user.first().map(|user| user.id.clone()),
                group_id: None,
                permission: Some("create_acls".to_owned()),
                role_id: None,
                restrict_object_type: None,
            }
        })
        .collect();
    drafted(bencher, |draft| {
        draft.grant(black_box(&items));
    });
}

/// A role that a quarter of the ACLs of groups grant, and another role contains, gives one permission more.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn preview_of_an_edit_of_a_role_used_everywhere(bencher: Bencher) {
    let (org, _) = large_organization();
    let role = org.find(None, Some("Labeller"), Some("role")).first().map(|role| role.id.clone());
    let path = format!("/v1/role/{}", role.expect("the role"));
    let body = json!({ "add_member_permissions": [{ "permission": "delete" }] });
    drafted(bencher, |draft| {
        draft.request(aclarity::Request::new("PATCH", &path).body(black_box(body.clone())));
    });
}

/// Everything that an audit looks at.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn audit(bencher: Bencher) {
    let (org, _) = large_organization();
    bencher.bench(|| black_box(org.audit().len()));
}

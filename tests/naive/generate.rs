//! Random organisations for tests, in the API's JSON, with every imperfection of section 4 of the access model; random
//! questions about them, random changes to them, and large realistic ones. Ids come from small pools, so that they collide.

use super::{LISTS, MANAGE_ACCESS, PERMISSIONS, TYPES, Who, by_code_unit, rows};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// splitmix64
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// 0..n; 0 for n = 0
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() >> 11) as usize % n }
    }
    /// from..=to
    pub fn between(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to - from + 1)
    }
    pub fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// up to 5 ACLs
    Tiny,
    /// 5 to 40 ACLs
    Small,
    /// 40 to 150 ACLs
    Medium,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Id(String),
    Group(String),
    Anonymous,
}

impl Subject {
    pub fn who(&self) -> Who<'_> {
        match self {
            Subject::Id(id) => Who::Id(id),
            Subject::Group(id) => Who::Group(id),
            Subject::Anonymous => Who::Anonymous,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub who: Subject,
    pub ask: String,
    pub ty: String,
    pub id: Option<String>,
    pub project: Option<String>,
}

pub const UNKNOWN_TYPES: [&str; 3] = ["project_score", "project_tag", "hologram"];
const UNKNOWN_PERMISSIONS: [&str; 4] = ["admin", "Read", "manage_access", "execute"];
const OTHER_ORG: &str = "org-other";
/// In an export without the key `organization` this project names the organisation; no change touches it.
pub const ANCHOR: &str = "p-anchor";
const ODD_IDS: [&str; 8] = [
    "__proto__",
    "constructor",
    "\u{ff5e}tilde",
    "\u{1f600}face",
    "with space",
    "a/b~c",
    "e\u{301}",
    "\u{e9}",
];
const MARK: &str = "2026-01-02T03:04:05.678Z";
const CHILDREN: [(&str, &str); 5] = [
    ("experiments", "experiment"),
    ("datasets", "dataset"),
    ("prompts", "prompt"),
    ("functions", "prompt"),
    ("prompt_sessions", "prompt_session"),
];

fn uuid(kind: &str, n: usize) -> String {
    let k = kind.bytes().fold(7u64, |a, b| a.wrapping_mul(31).wrapping_add(b as u64)) & 0xffff;
    format!("{:08x}-{k:04x}-4abc-8def-{:012x}", 0xa1b2_c3d4u32.wrapping_add(n as u32), 0xfeed_0000usize + n)
}

/// An id from the small pool of a kind; some are shared with other kinds.
fn pool(rng: &mut Rng, kind: &str, n: usize) -> String {
    match rng.below(100) {
        0..=9 => format!("shared-{}", rng.below(3)),
        10..=12 => rng.pick(&ODD_IDS).to_string(),
        13..=34 => uuid(kind, rng.below(3)),
        35..=39 => uuid(kind, rng.below(2)).to_uppercase(),
        _ => format!("{kind}{}", rng.below(n)),
    }
}

fn pool_of_ids(rng: &mut Rng, kind: &str, n: usize) -> Vec<String> {
    (0..n).map(|_| pool(rng, kind, n.max(3))).collect()
}

/// Mostly an id that exists, sometimes one from the pool, which may or may not.
fn mostly(rng: &mut Rng, ids: &[String], kind: &str) -> String {
    if ids.is_empty() || rng.percent(7) { pool(rng, kind, 9) } else { rng.pick(ids).clone() }
}

fn put(row: &mut Map<String, Value>, field: &str, v: impl Into<Value>) {
    row.insert(field.to_string(), v.into());
}

/// Null and absent mean the same.
fn nothing(rng: &mut Rng, row: &mut Map<String, Value>, field: &str) {
    if rng.percent(50) {
        row.insert(field.to_string(), Value::Null);
    } else {
        row.remove(field);
    }
}

/// What the rows of one organisation draw from.
#[derive(Clone, Debug, Default)]
struct Pools {
    org: String,
    foreign: bool,
    subjects: Vec<String>,
    groups: Vec<String>,
    roles: Vec<String>,
    projects: Vec<String>,
    project_groups: Vec<String>,
    children: Vec<(String, Vec<String>)>, // by list
    acls: Vec<String>,
}

impl Pools {
    fn objects(&self, ty: &str) -> Vec<String> {
        match ty {
            "organization" | "org_project" | "org_member" | "org_audit_logs" => vec![self.org.clone()],
            "project" | "project_log" => self.projects.clone(),
            "project_group" => self.project_groups.clone(),
            "group" => self.groups.clone(),
            "role" => self.roles.clone(),
            _ => self
                .children
                .iter()
                .filter(|(list, _)| CHILDREN.iter().any(|(l, t)| l == list && *t == ty))
                .flat_map(|(_, ids)| ids.iter().cloned())
                .collect(),
        }
    }
}

fn subject_pool(rng: &mut Rng) -> String {
    if rng.percent(6) {
        format!("bt::sp::service::project::{}::async_scoring", uuid("p", rng.below(2)))
    } else {
        pool(rng, "u", 9)
    }
}

fn id_field(rng: &mut Rng, row: &mut Map<String, Value>, id: &str) {
    match rng.below(150) {
        0 => nothing(rng, row, "id"),
        1 => put(row, "id", ""),
        _ => put(row, "id", id),
    }
}

/// The organisation, nothing, or (where allowed) another one.
fn org_field(rng: &mut Rng, row: &mut Map<String, Value>, field: &str, pools: &Pools) {
    match rng.below(100) {
        0..=4 if pools.foreign => put(row, field, OTHER_ORG),
        0..=19 => nothing(rng, row, field),
        _ => put(row, field, pools.org.clone()),
    }
}

fn deleted_field(rng: &mut Rng, row: &mut Map<String, Value>, percent: usize) {
    if rng.percent(percent) {
        put(row, "deleted_at", if rng.percent(15) { "" } else { MARK });
    } else {
        nothing(rng, row, "deleted_at");
    }
}

fn member_list(rng: &mut Rng, row: &mut Map<String, Value>, field: &str, ids: Vec<String>) {
    if ids.is_empty() && rng.percent(70) {
        nothing(rng, row, field);
    } else {
        let mut ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
        if rng.percent(3) {
            let at = rng.between(0, ids.len());
            ids.insert(at, Value::from(""));
        }
        row.insert(field.to_string(), Value::Array(ids));
    }
}

fn object_type(rng: &mut Rng) -> String {
    if rng.percent(6) {
        return rng.pick(&UNKNOWN_TYPES).to_string();
    }
    const OFTEN: [&str; 8] =
        ["organization", "org_project", "project", "project", "project", "experiment", "dataset", "prompt"];
    if rng.percent(55) { rng.pick(&OFTEN).to_string() } else { rng.pick(&TYPES).to_string() }
}

fn restriction(rng: &mut Rng) -> String {
    const OFTEN: [&str; 5] = ["project", "experiment", "prompt", "project_log", "dataset"];
    if rng.percent(60) { rng.pick(&OFTEN).to_string() } else { object_type(rng) }
}

fn permission(rng: &mut Rng) -> &'static str {
    if rng.percent(35) { "read" } else { PERMISSIONS[rng.below(8)] }
}

fn group_row(rng: &mut Rng, pools: &Pools, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    org_field(rng, &mut row, "org_id", pools);
    const NAMES: [&str; 8] =
        ["Owners", "Engineers", "Viewers", "owners", "Writers", "Team A", "Team B", "Contractors"];
    if rng.percent(97) {
        let name = *rng.pick(&NAMES);
        put(&mut row, "name", name);
    }
    deleted_field(rng, &mut row, 10);
    let n = rng.below(8);
    let users = (0..n)
        .map(|_| if rng.percent(85) { mostly(rng, &pools.subjects, "u") } else { subject_pool(rng) })
        .collect();
    member_list(rng, &mut row, "member_users", users);
    // nesting at random: chains, diamonds, cycles and self-cycles all occur
    let n = if rng.percent(55) { rng.between(1, 3) } else { 0 };
    let mut groups: Vec<String> = (0..n).map(|_| mostly(rng, &pools.groups, "g")).collect();
    if rng.percent(3) {
        groups.push(id.to_string());
    }
    member_list(rng, &mut row, "member_groups", groups);
    if rng.percent(30) {
        put(&mut row, "user_id", mostly(rng, &pools.subjects, "u")); // the creator, not a member
    }
    Value::Object(row)
}

fn role_row(rng: &mut Rng, pools: &Pools, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    if rng.percent(40) {
        nothing(rng, &mut row, "org_id"); // a system role
    } else {
        org_field(rng, &mut row, "org_id", pools);
    }
    const NAMES: [&str; 6] = ["owner", "engineer", "viewer", "Owner", "Labeller", "Auditor"];
    let name = *rng.pick(&NAMES);
    put(&mut row, "name", name);
    deleted_field(rng, &mut row, 10);
    let mut tuples = Vec::new();
    if rng.percent(30) {
        tuples.extend(PERMISSIONS.map(|p| json!({ "permission": p })));
    }
    for _ in 0..rng.below(5) {
        let mut t = Map::new();
        if rng.percent(7) {
            let p = *rng.pick(&UNKNOWN_PERMISSIONS);
            put(&mut t, "permission", p);
        } else {
            put(&mut t, "permission", permission(rng));
        }
        if rng.percent(40) {
            put(&mut t, "restrict_object_type", restriction(rng));
        } else {
            nothing(rng, &mut t, "restrict_object_type");
        }
        tuples.push(Value::Object(t));
    }
    if tuples.is_empty() && rng.percent(60) {
        nothing(rng, &mut row, "member_permissions");
    } else {
        put(&mut row, "member_permissions", tuples);
    }
    let n = if rng.percent(45) { rng.between(1, 2) } else { 0 };
    let mut roles: Vec<String> = (0..n).map(|_| mostly(rng, &pools.roles, "r")).collect();
    if rng.percent(3) {
        roles.push(id.to_string());
    }
    member_list(rng, &mut row, "member_roles", roles);
    Value::Object(row)
}

fn acl_row(rng: &mut Rng, pools: &Pools, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    org_field(rng, &mut row, "_object_org_id", pools);
    // enough of them high up, so that questions about anything below get a yes now and then
    let ty = match rng.below(10) {
        0 => "organization".to_string(),
        1 | 2 => "org_project".to_string(),
        _ => object_type(rng),
    };
    let ids = pools.objects(&ty);
    let object = if rng.percent(5) {
        // an id of another kind, the organisation's own, or another organisation's
        match rng.below(3) {
            0 => pools.org.clone(),
            1 => OTHER_ORG.to_string(),
            _ => mostly(rng, &pools.projects, "p"),
        }
    } else {
        mostly(rng, &ids, "x")
    };
    put(&mut row, "object_type", ty);
    put(&mut row, "object_id", object);
    deleted_field(rng, &mut row, 7);
    let user = if rng.percent(90) { mostly(rng, &pools.subjects, "u") } else { subject_pool(rng) };
    let group = mostly(rng, &pools.groups, "g");
    if rng.percent(45) {
        put(&mut row, "user_id", user.clone());
        nothing(rng, &mut row, "group_id");
    } else {
        put(&mut row, "group_id", group.clone());
        nothing(rng, &mut row, "user_id");
    }
    let role = mostly(rng, &pools.roles, "r");
    if rng.percent(35) {
        put(&mut row, "role_id", role.clone());
        nothing(rng, &mut row, "permission");
        nothing(rng, &mut row, "restrict_object_type");
    } else {
        put(&mut row, "permission", permission(rng));
        nothing(rng, &mut row, "role_id");
        if rng.percent(35) {
            put(&mut row, "restrict_object_type", restriction(rng));
        } else {
            nothing(rng, &mut row, "restrict_object_type");
        }
    }
    if rng.percent(10) {
        match rng.below(12) {
            0 => {
                put(&mut row, "user_id", user);
                put(&mut row, "group_id", group);
            }
            1 => {
                nothing(rng, &mut row, "user_id");
                nothing(rng, &mut row, "group_id");
            }
            2 => {
                put(&mut row, "permission", "read");
                put(&mut row, "role_id", role);
                nothing(rng, &mut row, "restrict_object_type");
            }
            3 => {
                nothing(rng, &mut row, "permission");
                nothing(rng, &mut row, "role_id");
            }
            4 => {
                put(&mut row, "role_id", role);
                nothing(rng, &mut row, "permission");
                put(&mut row, "restrict_object_type", restriction(rng));
            }
            5 | 6 => {
                let p = *rng.pick(&UNKNOWN_PERMISSIONS);
                put(&mut row, "permission", p);
                nothing(rng, &mut row, "role_id");
            }
            7 => put(&mut row, "object_id", ""),
            8 => nothing(rng, &mut row, "object_id"),
            9 => nothing(rng, &mut row, "object_type"),
            10 => {
                let f = *rng.pick(&["user_id", "group_id", "role_id", "permission", "restrict_object_type"]);
                put(&mut row, f, "");
            }
            _ => put(&mut row, "object_type", ""),
        }
    }
    if rng.percent(20) {
        put(&mut row, "created", MARK);
    }
    Value::Object(row)
}

fn project_row(rng: &mut Rng, pools: &Pools, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    org_field(rng, &mut row, "org_id", pools);
    put(&mut row, "name", format!("Project {id}"));
    deleted_field(rng, &mut row, 9);
    if rng.percent(20) {
        put(&mut row, "user_id", mostly(rng, &pools.subjects, "u"));
    }
    Value::Object(row)
}

fn project_group_row(rng: &mut Rng, pools: &Pools, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    org_field(rng, &mut row, "org_id", pools);
    put(&mut row, "name", format!("Project group {id}"));
    deleted_field(rng, &mut row, 9);
    let n = rng.below(4);
    let projects = (0..n).map(|_| mostly(rng, &pools.projects, "p")).collect();
    member_list(rng, &mut row, "member_projects", projects);
    Value::Object(row)
}

fn child_row(rng: &mut Rng, pools: &Pools, list: &str, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    match rng.below(100) {
        0..=5 => nothing(rng, &mut row, "project_id"),
        6..=11 => put(&mut row, "project_id", "p-unlisted"),
        12 => put(&mut row, "project_id", ""),
        _ => put(&mut row, "project_id", mostly(rng, &pools.projects, "p")),
    }
    if rng.percent(40) {
        org_field(rng, &mut row, "org_id", pools);
    }
    put(&mut row, "name", format!("Object {id}"));
    deleted_field(rng, &mut row, 10);
    if list == "experiments" || rng.percent(5) {
        match rng.below(4) {
            0 => put(&mut row, "public", true), // means nothing on anything but an experiment
            1 => put(&mut row, "public", false),
            _ => nothing(rng, &mut row, "public"),
        }
    }
    Value::Object(row)
}

fn person_row(rng: &mut Rng, pools: &Pools, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    put(&mut row, "email", format!("{}@example.com", rng.below(20)));
    if rng.percent(10) {
        org_field(rng, &mut row, "org_id", pools);
    }
    deleted_field(rng, &mut row, 2);
    Value::Object(row)
}

fn token_row(rng: &mut Rng, pools: &Pools, id: &str) -> Value {
    let mut row = Map::new();
    id_field(rng, &mut row, id);
    put(&mut row, "name", "token");
    org_field(rng, &mut row, "org_id", pools);
    if rng.percent(95) {
        put(&mut row, "service_account_id", mostly(rng, &pools.subjects, "u"));
        put(&mut row, "service_account_name", "robot");
    } else {
        nothing(rng, &mut row, "service_account_id");
    }
    deleted_field(rng, &mut row, 3);
    Value::Object(row)
}

fn row_of(rng: &mut Rng, pools: &Pools, list: &str, id: &str) -> Value {
    match list {
        "users" | "service_accounts" => person_row(rng, pools, id),
        "service_tokens" => token_row(rng, pools, id),
        "groups" => group_row(rng, pools, id),
        "roles" => role_row(rng, pools, id),
        "acls" => acl_row(rng, pools, id),
        "projects" => project_row(rng, pools, id),
        "project_groups" => project_group_row(rng, pools, id),
        _ => child_row(rng, pools, list, id),
    }
}

/// The same id twice: an equal copy, one marked deleted, or one with other contents.
fn duplicate(rng: &mut Rng, pools: &Pools, list: &str, out: &mut Vec<Value>) {
    for i in 0..out.len() {
        if !rng.percent(8) {
            continue;
        }
        let mut copy = out[i].clone();
        match rng.below(4) {
            0 => {}
            1 => {
                copy["deleted_at"] = Value::from(MARK);
            }
            2 => {
                copy["name"] = Value::from("a field that decides nothing, on most lists");
            }
            _ => {
                if let Some(id) = copy["id"].as_str().map(str::to_string) {
                    copy = row_of(rng, pools, list, &id);
                }
            }
        }
        let at = rng.between(0, out.len());
        out.insert(at, copy);
    }
}

/// Rows, `{"objects": rows}` or an array of such pages.
fn wrapped(rng: &mut Rng, mut all: Vec<Value>) -> Value {
    match rng.below(10) {
        0..=5 => Value::Array(all),
        6 | 7 => json!({ "objects": all }),
        _ => {
            let mut pages = Vec::new();
            while !all.is_empty() {
                let rest = all.split_off(all.len().min(rng.between(1, 6)));
                pages.push(json!({ "objects": all }));
                all = rest;
            }
            if pages.is_empty() || rng.percent(30) {
                pages.push(json!({ "objects": [] }));
            }
            Value::Array(pages)
        }
    }
}

/// A small random organisation in the API's JSON, imperfect in every way that section 4 knows.
pub fn organization(rng: &mut Rng, size: Size) -> Value {
    let (scale, acls) = match size {
        Size::Tiny => (2, rng.below(6)),
        Size::Small => (4, rng.between(5, 40)),
        Size::Medium => (9, rng.between(40, 150)),
    };
    let named = rng.percent(85);
    let mut pools = Pools {
        org: if rng.percent(50) { "org-1".into() } else { uuid("org", 0) },
        foreign: named,
        ..Pools::default()
    };
    let n = scale + rng.below(2 * scale);
    pools.subjects = (0..n).map(|_| subject_pool(rng)).collect();
    pools.groups = {
        let n = rng.between(1, 2 * scale);
        pool_of_ids(rng, "g", n)
    };
    pools.roles = {
        let n = rng.between(1, scale + 1);
        pool_of_ids(rng, "r", n)
    };
    pools.projects = {
        let n = rng.between(1, scale);
        pool_of_ids(rng, "p", n)
    };
    pools.project_groups = {
        let n = rng.below(scale);
        pool_of_ids(rng, "pg", n)
    };
    for (list, ty) in CHILDREN {
        let n = rng.below(scale + 1);
        let mut ids = pool_of_ids(rng, &ty[..2], n);
        if list == "functions" {
            // the API lists some in both
            let prompts = pools.objects("prompt");
            for id in &mut ids {
                if !prompts.is_empty() && rng.percent(40) {
                    *id = rng.pick(&prompts).clone();
                }
            }
        }
        pools.children.push((list.to_string(), ids));
    }
    pools.acls = (0..acls)
        .map(|i| match rng.below(20) {
            0 => rng.pick(&ODD_IDS).to_string(),
            1..=4 => uuid("acl", i),
            _ => format!("acl-{i}"),
        })
        .collect();

    let mut export = Map::new();
    if named {
        put(&mut export, "organization", json!({ "id": pools.org, "name": "Example" }));
    } else if rng.percent(50) {
        put(&mut export, "organization", Value::Null);
    }
    for list in LISTS {
        // some of the subjects are users, some service accounts, and some are gone
        let ids: Vec<String> = match list {
            "users" => {
                let s = pools.subjects.clone();
                s.into_iter().filter(|_| rng.percent(75)).collect()
            }
            "service_accounts" => {
                let s = pools.subjects.clone();
                s.into_iter().filter(|_| rng.percent(12)).collect()
            }
            "service_tokens" => (0..rng.below(3)).map(|i| format!("token-{i}")).collect(),
            "groups" => pools.groups.clone(),
            "roles" => pools.roles.clone(),
            "acls" => pools.acls.clone(),
            "projects" => pools.projects.clone(),
            "project_groups" => pools.project_groups.clone(),
            _ => pools.children.iter().find(|(l, _)| l == list).unwrap().1.clone(),
        };
        // an id drawn twice would be a row twice: that is the business of `duplicate`
        let mut once: Vec<String> = Vec::new();
        for id in ids {
            if !once.contains(&id) || rng.percent(10) {
                once.push(id);
            }
        }
        let mut all: Vec<Value> = once.iter().map(|id| row_of(rng, &pools, list, id)).collect();
        if list == "acls" {
            // equal ACLs with different ids
            for i in 0..all.len() {
                if rng.percent(8) {
                    let mut copy = all[i].clone();
                    copy["id"] = Value::from(format!("acl-{}", rng.between(100, 180)));
                    if rng.percent(15) {
                        copy["deleted_at"] = Value::from(MARK);
                    }
                    let at = rng.between(0, all.len());
                    all.insert(at, copy);
                }
            }
        }
        duplicate(rng, &pools, list, &mut all);
        if list == "projects" && !named {
            all.push(json!({ "id": ANCHOR, "org_id": pools.org, "name": "Anchor" }));
        }
        if all.is_empty() || list != "projects" && rng.percent(2) {
            match rng.below(3) {
                0 => continue,
                1 => put(&mut export, list, Value::Null),
                _ => put(&mut export, list, wrapped(rng, Vec::new())),
            }
            continue;
        }
        if list == "users" && rng.percent(15) {
            nothing(rng, &mut export, list);
            continue;
        }
        let v = wrapped(rng, all);
        put(&mut export, list, v);
    }
    if rng.percent(60) {
        let plan = *rng.pick(&["starter", "pro", "enterprise"]);
        put(&mut export, "plan", plan);
    }
    Value::Object(export)
}

// ------------------------------------------------------------------------------------------------ reading an export back

fn ids_of(export: &Value, list: &str) -> Vec<String> {
    rows(export, list)
        .into_iter()
        .filter_map(|r| r["id"].as_str())
        .filter(|id| !id.is_empty())
        .map(str::to_string)
        .collect()
}

fn org_of(export: &Value) -> String {
    super::organization_id(export).unwrap_or_else(|| "org-1".to_string())
}

fn subjects_of(export: &Value) -> Vec<String> {
    let mut out = ids_of(export, "users");
    out.extend(ids_of(export, "service_accounts"));
    for group in rows(export, "groups") {
        out.extend(
            group["member_users"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_string),
        );
    }
    for (list, field) in [("acls", "user_id"), ("service_tokens", "service_account_id")] {
        out.extend(rows(export, list).iter().filter_map(|r| r[field].as_str()).map(str::to_string));
    }
    out.retain(|id| !id.is_empty());
    out.sort_by(|a, b| by_code_unit(a, b));
    out.dedup();
    out
}

fn pools_of(export: &Value) -> Pools {
    Pools {
        org: org_of(export),
        foreign: export["organization"].is_object(),
        subjects: subjects_of(export),
        groups: ids_of(export, "groups"),
        roles: ids_of(export, "roles"),
        projects: ids_of(export, "projects"),
        project_groups: ids_of(export, "project_groups"),
        children: CHILDREN.iter().map(|(list, _)| (list.to_string(), ids_of(export, list))).collect(),
        acls: ids_of(export, "acls"),
    }
}

/// Draws questions about one organisation; cheaper than `question` when many are asked about the same one.
pub struct Asker {
    pools: Pools,
    acl_objects: Vec<(String, String)>,
    project_of: HashMap<String, String>,
}

impl Asker {
    pub fn new(export: &Value) -> Asker {
        Asker {
            pools: pools_of(export),
            acl_objects: rows(export, "acls")
                .iter()
                .filter_map(|r| {
                    Some((r["object_type"].as_str()?.to_string(), r["object_id"].as_str()?.to_string()))
                })
                .collect(),
            project_of: CHILDREN
                .iter()
                .flat_map(|(list, _)| rows(export, list))
                .filter_map(|r| Some((r["id"].as_str()?.to_string(), r["project_id"].as_str()?.to_string())))
                .collect(),
        }
    }

    pub fn question(&self, rng: &mut Rng) -> Question {
        let pools = &self.pools;
        let who = match rng.below(100) {
            0..=1 => Subject::Anonymous,
            2 => Subject::Id(String::new()),
            3..=7 => Subject::Id(subject_pool(rng)),
            8..=19 => Subject::Group(mostly(rng, &pools.groups, "g")),
            20 => Subject::Id(mostly(rng, &pools.groups, "g")), // a group's id is just an unknown user
            _ => Subject::Id(mostly(rng, &pools.subjects, "u")),
        };
        let ask = match rng.below(100) {
            0..=9 => "manage_access".to_string(),
            10..=39 => "read".to_string(),
            _ => rng.pick(&PERMISSIONS).to_string(),
        };
        let mut ty = if rng.percent(60) { object_type(rng) } else { rng.pick(&TYPES).to_string() };
        let mut ids = pools.objects(&ty);
        while ids.is_empty() && rng.percent(85) {
            ty = rng.pick(&TYPES).to_string();
            ids = pools.objects(&ty);
        }
        let id = match rng.below(100) {
            // what an ACL is on, known or not
            0..=7 if !self.acl_objects.is_empty() => {
                let (t, id) = rng.pick(&self.acl_objects).clone();
                ty = t;
                Some(id)
            }
            10..=11 => None,
            12 => Some(String::new()),
            13 => Some(OTHER_ORG.to_string()),
            14 => Some(pools.org.clone()),
            15..=17 => Some("nowhere".to_string()),
            18..=20 => Some(mostly(rng, &pools.projects, "p")),
            _ => Some(mostly(rng, &ids, "x")),
        };
        let project = match rng.below(100) {
            // the right one, where there is one
            0..=14 => id.as_ref().and_then(|id| self.project_of.get(id)).cloned(),
            15..=29 => Some(mostly(rng, &pools.projects, "p")),
            30..=31 => Some("p-unlisted".to_string()),
            32..=34 => Some("p-nowhere".to_string()),
            35 => Some(String::new()),
            36..=38 => Some(pool(rng, "p", 9)),
            _ => None,
        };
        Question { who, ask, ty, id, project }
    }
}

pub fn question(rng: &mut Rng, export: &Value) -> Question {
    Asker::new(export).question(rng)
}

// ---------------------------------------------------------------------------------------------------------- changes

/// One field of a row, different.
fn edited(rng: &mut Rng, pools: &Pools, list: &str, row: &Value) -> Value {
    let mut row = row.clone();
    if rng.percent(25) {
        row["deleted_at"] = if row["deleted_at"].is_null() { Value::from(MARK) } else { Value::Null };
        return row;
    }
    // the contents of another random row with the same id, in one of its fields
    let id = row["id"].as_str().unwrap_or("").to_string();
    let other = row_of(rng, pools, list, &id);
    let fields: &[&str] = match list {
        "groups" => &["name", "member_users", "member_groups", "org_id", "user_id"],
        "roles" => &["name", "member_permissions", "member_roles", "org_id"],
        "acls" => &[
            "object_id",
            "group_id",
            "user_id",
            "permission",
            "role_id",
            "restrict_object_type",
            "_object_org_id",
        ],
        "projects" => &["name", "org_id"],
        "project_groups" => &["member_projects", "org_id"],
        "service_tokens" => &["service_account_id", "org_id"],
        "users" | "service_accounts" => &["email"],
        _ => &["project_id", "public", "org_id"],
    };
    let field = *rng.pick(fields);
    row[field] = other[field].clone();
    row
}

/// A random change set `{list: {upsert: [rows], remove: [ids]}}`.
pub fn change(rng: &mut Rng, export: &Value) -> Value {
    let pools = pools_of(export);
    let mut out = Map::new();
    for _ in 0..rng.between(1, 3) {
        let list = if rng.percent(50) {
            *rng.pick(&["groups", "roles", "acls", "projects"])
        } else {
            *rng.pick(&LISTS)
        };
        let existing: Vec<Value> =
            rows(export, list).into_iter().filter(|r| r["id"] != ANCHOR).cloned().collect();
        let mut entry = Map::new();
        if rng.percent(80) {
            let upsert: Vec<Value> = (0..rng.between(0, 4))
                .map(|_| match rng.below(10) {
                    0..=4 if !existing.is_empty() => {
                        let row = rng.pick(&existing).clone();
                        edited(rng, &pools, list, &row)
                    }
                    // the same contents under another id, and the same row again
                    5 if !existing.is_empty() => {
                        let mut row = rng.pick(&existing).clone();
                        row["id"] = Value::from(format!("{list}-copy-{}", rng.below(5)));
                        row
                    }
                    6 if !existing.is_empty() => rng.pick(&existing).clone(),
                    _ => {
                        let id = match list {
                            "users" | "service_accounts" => subject_pool(rng),
                            _ => pool(rng, &format!("{list}-"), 5),
                        };
                        row_of(rng, &pools, list, &id)
                    }
                })
                .collect();
            put(&mut entry, "upsert", upsert);
        }
        if rng.percent(50) {
            let remove: Vec<Value> = (0..rng.between(1, 2))
                .filter_map(|_| match existing.is_empty() || rng.percent(20) {
                    true => Some(Value::from("absent")),
                    false => rng.pick(&existing)["id"].as_str().map(Value::from),
                })
                .collect();
            put(&mut entry, "remove", remove);
        }
        put(&mut out, list, entry);
    }
    Value::Object(out)
}

/// Applies a change set literally: removals first (every row with that id), then upserts (the first row with the id is
/// replaced in place and its other copies go; without one it is appended to the end of the list, of its last page).
pub fn apply(export: &mut Value, change: &Value) {
    for (list, entry) in change.as_object().into_iter().flatten() {
        for id in entry["remove"].as_array().into_iter().flatten() {
            sweep(&mut export[list.as_str()], &mut |row| row["id"] != *id);
        }
        for row in entry["upsert"].as_array().into_iter().flatten() {
            let mut placed = false;
            if row["id"].is_string() {
                sweep(&mut export[list.as_str()], &mut |old| {
                    if old["id"] != row["id"] {
                        return true;
                    }
                    if placed {
                        return false;
                    }
                    *old = row.clone();
                    placed = true;
                    true
                });
            }
            if !placed {
                append(&mut export[list.as_str()], row.clone());
            }
        }
    }
    // indexing made absent lists null, which means the same
}

/// Keeps the rows for which `keep` says so, in every form of a list.
fn sweep(list: &mut Value, keep: &mut dyn FnMut(&mut Value) -> bool) {
    match list {
        Value::Array(items) => items.retain_mut(|item| {
            if item["objects"].is_array() {
                sweep(item, keep);
                true
            } else {
                keep(item)
            }
        }),
        Value::Object(map) => {
            if let Some(rows) = map.get_mut("objects") {
                sweep(rows, keep)
            }
        }
        _ => {}
    }
}

fn append(list: &mut Value, row: Value) {
    match list {
        Value::Array(items) => match items.last_mut() {
            Some(last) if last.get("objects").is_some_and(Value::is_array) => append(last, row),
            _ => items.push(row),
        },
        Value::Object(map) => append(map.entry("objects").or_insert_with(|| json!([])), row),
        _ => *list = json!([row]),
    }
}

// ------------------------------------------------------------------------------------------------------------ large ones

/// A realistic big organisation: built-in groups and roles, teams that nest, project groups, a creator's `owner` grant on
/// most objects, role grants for teams on projects, a few restricted and a few odd ones.
pub fn large(
    rng: &mut Rng,
    users: usize,
    groups: usize,
    projects: usize,
    objects: usize,
    acls: usize,
) -> Value {
    let id = |kind: u32, n: usize| {
        format!("{:08x}-{kind:04x}-4000-8000-{n:012x}", (n as u32).wrapping_mul(0x9e37_79b1))
    };
    let org = id(1, 0);
    let user = |n: usize| id(2, n);
    let group = |n: usize| id(3, n);
    let role = |n: usize| id(4, n);
    let project = |n: usize| id(5, n);
    let object = |n: usize| id(6, n);
    let project_group = |n: usize| id(7, n);
    let groups = groups.max(3);
    let (users_n, projects_n) = (users.max(1), projects.max(1));

    let user_rows: Vec<Value> = (0..users_n)
        .map(|n| json!({ "id": user(n), "email": format!("person{n}@example.com"), "given_name": format!("Given{n}"), "family_name": format!("Family{n}") }))
        .collect();
    let group_rows: Vec<Value> = (0..groups)
        .map(|n| {
            let name = match n {
                0 => "Owners".to_string(),
                1 => "Engineers".to_string(),
                2 => "Viewers".to_string(),
                _ => format!("Team {n}"),
            };
            let size = match n {
                0 => users_n.min(3),
                1 => users_n / 5,
                2 => users_n / 3,
                _ => rng.between(1, 40.min(users_n)),
            };
            let member_users: Vec<String> = (0..size).map(|_| user(rng.below(users_n))).collect();
            // a team contains some of the later ones: nesting without cycles
            let member_groups: Vec<String> = if n > 2 && n + 1 < groups && rng.percent(40) {
                (0..rng.between(1, 3)).map(|_| group(rng.between(n + 1, groups - 1))).collect()
            } else {
                Vec::new()
            };
            json!({ "id": group(n), "org_id": org, "name": name, "member_users": member_users, "member_groups": member_groups })
        })
        .collect();
    let tuples = |ps: &[&str]| {
        ps.iter().map(|p| json!({ "permission": p, "restrict_object_type": null })).collect::<Vec<_>>()
    };
    let role_rows = json!([
        { "id": role(0), "org_id": null, "name": "owner", "member_permissions": tuples(&PERMISSIONS) },
        { "id": role(1), "org_id": null, "name": "engineer", "member_permissions": tuples(&PERMISSIONS[..4]) },
        { "id": role(2), "org_id": null, "name": "viewer", "member_permissions": tuples(&["read"]) },
        { "id": role(3), "org_id": org, "name": "Labeller", "member_permissions": [
            { "permission": "read" }, { "permission": "update", "restrict_object_type": "dataset" }, { "permission": "create", "restrict_object_type": "dataset" } ] },
        { "id": role(4), "org_id": org, "name": "Lead", "member_permissions": tuples(&MANAGE_ACCESS), "member_roles": [role(1), role(3)] },
    ]);
    let project_rows: Vec<Value> = (0..projects_n)
        .map(|n| json!({ "id": project(n), "org_id": org, "name": format!("Project {n}"), "user_id": user(rng.below(users_n)), "deleted_at": if rng.percent(2) { Value::from(MARK) } else { Value::Null } }))
        .collect();
    let project_group_n = projects_n / 10;
    let project_group_rows: Vec<Value> = (0..project_group_n)
        .map(|n| {
            let members: Vec<String> = (0..rng.between(1, 20)).map(|_| project(rng.below(projects_n))).collect();
            json!({ "id": project_group(n), "org_id": org, "name": format!("Group of projects {n}"), "member_projects": members })
        })
        .collect();

    const LIST: [(&str, &str); 5] = [
        ("experiments", "experiment"),
        ("experiments", "experiment"),
        ("datasets", "dataset"),
        ("prompts", "prompt"),
        ("prompt_sessions", "prompt_session"),
    ];
    let mut lists: Vec<(&str, Vec<Value>)> =
        ["experiments", "datasets", "prompts", "functions", "prompt_sessions"]
            .iter()
            .map(|l| (*l, Vec::new()))
            .collect();
    let mut acl_rows: Vec<Value> = Vec::with_capacity(acls);
    let mut add =
        |ty: &str, on: String, grantee: (&str, String), what: (&str, &str), restrict: Option<&str>| {
            let n = acl_rows.len();
            if n < acls {
                let mut row = Map::new();
                put(&mut row, "id", id(8, n));
                put(&mut row, "object_type", ty);
                put(&mut row, "object_id", on);
                put(&mut row, "user_id", Value::Null);
                put(&mut row, "group_id", Value::Null);
                put(&mut row, grantee.0, grantee.1);
                put(&mut row, "permission", Value::Null);
                put(&mut row, "role_id", Value::Null);
                put(&mut row, what.0, what.1);
                put(&mut row, "restrict_object_type", restrict.map_or(Value::Null, Value::from));
                put(&mut row, "_object_org_id", org.clone());
                put(&mut row, "created", MARK);
                acl_rows.push(Value::Object(row));
            }
            n + 1 < acls
        };
    let roles: Vec<String> = (0..5).map(role).collect();
    add("organization", org.clone(), ("group_id", group(0)), ("role_id", &roles[0]), None);
    add("org_project", org.clone(), ("group_id", group(1)), ("role_id", &roles[1]), None);
    add("org_project", org.clone(), ("group_id", group(2)), ("role_id", &roles[2]), None);
    let mut places: Vec<(&str, usize)> = Vec::with_capacity(objects);
    for n in 0..objects {
        let (mut list, ty) = *rng.pick(&LIST);
        if list == "prompts" && rng.percent(40) {
            list = "functions";
        }
        // most objects live in few projects
        let p = rng.below(projects_n).min(rng.below(projects_n));
        let by = user(rng.below(users_n));
        let mut row = json!({ "id": object(n), "project_id": project(p), "name": format!("Object {n}"), "user_id": by });
        if ty == "experiment" && rng.percent(1) {
            row["public"] = Value::from(true);
        }
        if rng.percent(1) {
            row["deleted_at"] = Value::from(MARK);
        }
        lists.iter_mut().find(|(l, _)| *l == list).unwrap().1.push(row);
        places.push((ty, n));
        // the creator's grant
        if rng.percent(90) {
            add(ty, object(n), ("user_id", by), ("role_id", &roles[0]), None);
        }
    }
    // grants of teams and people until there are enough
    let mut more = acls > 3;
    while more {
        let grantee = if rng.percent(70) {
            ("group_id", group(rng.below(groups)))
        } else {
            ("user_id", user(rng.below(users_n)))
        };
        let what = if rng.percent(55) {
            ("role_id", roles[rng.between(1, 4)].as_str())
        } else {
            ("permission", permission(rng))
        };
        let restrict = (what.0 == "permission" && rng.percent(25)).then(|| {
            *rng.pick(&["experiment", "dataset", "prompt", "project_log", "project", "prompt_session"])
        });
        let (ty, on) = match rng.below(1000) {
            0 => ("org_project", org.clone()),
            1..=99 if project_group_n > 0 => ("project_group", project_group(rng.below(project_group_n))),
            100..=199 => ("project_log", project(rng.below(projects_n))),
            200..=219 => ("group", group(rng.below(groups))),
            220..=499 if !places.is_empty() => {
                let (ty, n) = *rng.pick(&places);
                (ty, object(n))
            }
            _ => ("project", project(rng.below(projects_n))),
        };
        more = add(ty, on, grantee, what, restrict);
    }

    let mut export = Map::new();
    put(&mut export, "organization", json!({ "id": org, "name": "Large" }));
    put(&mut export, "users", user_rows);
    put(&mut export, "groups", group_rows);
    put(&mut export, "roles", role_rows);
    put(&mut export, "acls", acl_rows);
    put(&mut export, "projects", project_rows);
    put(&mut export, "project_groups", project_group_rows);
    for (list, all) in lists {
        put(&mut export, list, all);
    }
    put(&mut export, "plan", "enterprise");
    Value::Object(export)
}

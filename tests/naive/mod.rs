//! A second evaluator, for tests: a literal reading of sections 3 and 4 of the access model (with docs/CHOICES.md where the
//! model is silent and the public interface for questions without an id). It is written to be compared with the
//! specification line by line: sets and fixpoints, no clever indexes. Where it and the engine differ, one of them is wrong.
#![allow(dead_code, clippy::pedantic)]

pub mod diff;
pub mod drafts;
pub mod generate;
pub mod matrix;
pub mod needs;
pub mod reach;
pub mod requests;
pub mod server;

use serde_json::Value;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Section 1: the permissions, exactly these eight.
pub const PERMISSIONS: [&str; 8] =
    ["create", "read", "update", "delete", "create_acls", "read_acls", "update_acls", "delete_acls"];
/// Section 1: "manage access" is these four together.
pub const MANAGE_ACCESS: [&str; 4] = ["create_acls", "read_acls", "update_acls", "delete_acls"];
/// Section 1: the known object types.
pub const TYPES: [&str; 13] = [
    "organization",
    "org_project",
    "org_member",
    "org_audit_logs",
    "project_group",
    "project",
    "experiment",
    "dataset",
    "prompt",
    "prompt_session",
    "project_log",
    "group",
    "role",
];
/// Section 4: the lists of rows that an export may hold.
pub const LISTS: [&str; 13] = [
    "users",
    "service_accounts",
    "service_tokens",
    "groups",
    "roles",
    "acls",
    "projects",
    "project_groups",
    "experiments",
    "datasets",
    "prompts",
    "functions",
    "prompt_sessions",
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `unknownObjects: "inOrganization"`
    pub unknown_in_organization: bool,
    /// `members: "known"`
    pub members_known: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'a> {
    Id(&'a str),
    Group(&'a str),
    Anonymous,
}

/// "compared code unit by code unit": the order of ids, too.
pub fn by_code_unit(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// The contents of an ACL, which are its identity (section 1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Contents {
    object_type: String,
    object_id: String,
    user: Option<String>,
    group: Option<String>,
    permission: Option<&'static str>,
    role: Option<String>,
    restrict: Option<String>,
}

type Tuple = (&'static str, Option<String>);

struct Acl {
    id: String,
    /// its place among the rows of `acls`, pages laid end to end
    row: usize,
    deleted: bool,
    is: Contents,
    /// what it grants, roles resolved; nothing when it is deleted
    tuples: Vec<Tuple>,
}

struct Group {
    name: String,
    row: usize,
    deleted: bool,
    users: HashSet<String>,
    groups: HashSet<String>,
}

struct Role {
    name: String,
    system: bool,
    row: usize,
    deleted: bool,
    /// with the place of each in `member_permissions`
    tuples: Vec<(usize, Tuple)>,
    roles: HashSet<String>,
}

struct Object {
    deleted: bool,
    project: Option<String>,
    public: bool,
    member_projects: HashSet<String>,
}

/// Where an object stands: itself and its ancestors, nearest first.
struct Place<'a> {
    nodes: Vec<(usize, &'a str, &'a str)>,
    known: bool,
    deleted: bool,
    public: bool,
}

pub struct Naive {
    export: Value,
    options: Options,
    org: String,
    groups: HashMap<String, Group>,
    roles: HashMap<String, Role>,
    /// by type, for every type that has a list
    objects: HashMap<&'static str, HashMap<String, Object>>,
    /// in the order of rows
    acls: Vec<Acl>,
    /// the ACLs on each node
    on: HashMap<String, HashMap<String, Vec<usize>>>,
    /// for each live group: it and the groups whose users it has, transitively; and those users
    closure_groups: HashMap<String, HashSet<String>>,
    closure_users: HashMap<String, HashSet<String>>,
    /// users and service accounts that the export lists
    directory: HashSet<String>,
    users_listed: bool,
    /// ids that stand in groups or ACLs
    named: HashSet<String>,
}

// ---------------------------------------------------------------------------------------------------------------- rows

/// Section 4: a list may be a bare array, `{"objects": […]}`, or an array of such pages; null and absent mean the same.
pub fn rows<'a>(export: &'a Value, list: &str) -> Vec<&'a Value> {
    fn collect<'a>(v: &'a Value, out: &mut Vec<&'a Value>) {
        match v {
            Value::Array(items) => {
                for item in items {
                    if item.is_array() || item.get("objects").is_some_and(Value::is_array) {
                        collect(item, out)
                    } else {
                        out.push(item)
                    }
                }
            }
            Value::Object(_) => {
                if let Some(v) = v.get("objects") {
                    collect(v, out)
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    if let Some(v) = export.get(list) {
        collect(v, &mut out)
    }
    out
}

fn rows_mut<'a>(export: &'a mut Value, list: &str) -> Vec<&'a mut Value> {
    fn collect<'a>(v: &'a mut Value, out: &mut Vec<&'a mut Value>) {
        match v {
            Value::Array(items) => {
                for item in items {
                    if item.is_array() || item.get("objects").is_some_and(Value::is_array) {
                        collect(item, out)
                    } else {
                        out.push(item)
                    }
                }
            }
            Value::Object(map) => {
                if let Some(v) = map.get_mut("objects") {
                    collect(v, out)
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    if let Some(v) = export.get_mut(list) {
        collect(v, &mut out)
    }
    out
}

/// Null and absent mean the same.
fn text<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    row.get(field).and_then(Value::as_str)
}

/// An empty id is malformed, not absent.
fn empty(row: &Value, field: &str) -> bool {
    text(row, field) == Some("")
}

/// The non-empty ids of a list of members (an empty one is left out).
fn members(row: &Value, field: &str) -> HashSet<String> {
    row.get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|id| !id.is_empty())
        .map(str::to_string)
        .collect()
}

/// CHOICES: any `deleted_at` but null is a mark.
fn marked(row: &Value) -> bool {
    row.get("deleted_at").is_some_and(|v| !v.is_null())
}

fn known_permission(name: &str) -> Option<&'static str> {
    PERMISSIONS.iter().copied().find(|p| *p == name)
}

/// Whether a row can be read at all; one that cannot is as if it were absent.
fn well_formed(list: &str, row: &Value) -> bool {
    // a row without an id, or with an empty one, is malformed
    if text(row, "id").is_none_or(str::is_empty) {
        return false;
    }
    match list {
        "acls" => {
            // a required reference that is absent or empty; an optional one that is empty
            if text(row, "object_type").is_none_or(str::is_empty)
                || text(row, "object_id").is_none_or(str::is_empty)
                || ["user_id", "group_id", "permission", "role_id", "restrict_object_type"]
                    .iter()
                    .any(|f| empty(row, f))
            {
                return false;
            }
            let has = |f: &str| text(row, f).is_some();
            // exactly one of user_id and group_id; exactly one of permission and role_id
            if has("user_id") == has("group_id") || has("permission") == has("role_id") {
                return false;
            }
            // restrict_object_type never beside role_id
            if has("role_id") && has("restrict_object_type") {
                return false;
            }
            // unknown permission: skipped
            text(row, "permission").is_none_or(|p| known_permission(p).is_some())
        }
        "experiments" | "datasets" | "prompts" | "functions" | "prompt_sessions" => !empty(row, "project_id"),
        _ => true,
    }
}

/// `_object_org_id` or `org_id` of another organisation, on any row; absent or null says nothing.
fn foreign(row: &Value, org: &str) -> bool {
    ["org_id", "_object_org_id"].iter().any(|f| text(row, f).is_some_and(|id| id != org))
}

/// The organisation's id; without the key, what all rows agree on.
pub fn organization_id(export: &Value) -> Option<String> {
    if let Some(id) = export.get("organization").and_then(|o| text(o, "id")) {
        return Some(id.to_string());
    }
    let mut said = BTreeSet::new();
    for list in LISTS {
        for row in rows(export, list) {
            if well_formed(list, row) {
                said.extend(["org_id", "_object_org_id"].iter().filter_map(|f| text(row, f)));
            }
        }
    }
    (said.len() == 1).then(|| said.first().unwrap().to_string())
}

/// One row that stands: (its place among the rows of its list, the row, whether it is deleted).
type Standing<'a> = (usize, &'a Value, bool);

/// The rows of these lists (one, or `prompts` and then `functions`), each id once: the first one stands, except that a
/// copy marked deleted makes it deleted. Malformed and foreign rows take no part.
fn standing<'a>(export: &'a Value, org: &str, lists: &[&str]) -> Vec<Standing<'a>> {
    let mut out: Vec<Standing<'a>> = Vec::new();
    let mut place: HashMap<&str, usize> = HashMap::new();
    for list in lists {
        for (n, row) in rows(export, list).into_iter().enumerate() {
            if !well_formed(list, row) || foreign(row, org) {
                continue;
            }
            let id = text(row, "id").unwrap();
            match place.get(id) {
                Some(&i) => out[i].2 |= marked(row),
                None => {
                    place.insert(id, out.len());
                    out.push((n, row, marked(row)));
                }
            }
        }
    }
    out
}

/// The lists whose rows are objects of this type; none for the types that exist once, for logs and for unknown types.
fn lists_of(ty: &str) -> &'static [&'static str] {
    match ty {
        "project_group" => &["project_groups"],
        "project" | "project_log" => &["projects"], // a log lives exactly as long as its project
        "experiment" => &["experiments"],
        "dataset" => &["datasets"],
        "prompt" => &["prompts", "functions"],
        "prompt_session" => &["prompt_sessions"],
        "group" => &["groups"],
        "role" => &["roles"],
        _ => &[],
    }
}

/// Types that exist once, under the organisation's own id.
fn exists_once(ty: &str) -> bool {
    matches!(ty, "organization" | "org_project" | "org_member" | "org_audit_logs")
}

/// Types of which a caller may name the project: a project's children and unknown types. (A log names its own.)
fn takes_project(ty: &str) -> bool {
    matches!(ty, "experiment" | "dataset" | "prompt" | "prompt_session") || !TYPES.contains(&ty)
}

/// What an ask stands for: `manage_access` is held when all four are.
fn asked(ask: &str) -> Vec<&'static str> {
    if ask == "manage_access" {
        MANAGE_ACCESS.to_vec()
    } else {
        vec![known_permission(ask).expect("a permission or manage_access")]
    }
}

impl Naive {
    pub fn load(export: &Value, options: Options) -> Naive {
        Naive { export: export.clone(), ..Naive::read(export, options) }
    }

    fn read(export: &Value, options: Options) -> Naive {
        let org = organization_id(export).expect("an organisation, named or inferred");
        let mut me = Naive {
            options,
            groups: HashMap::new(),
            roles: HashMap::new(),
            objects: HashMap::new(),
            acls: Vec::new(),
            on: HashMap::new(),
            closure_groups: HashMap::new(),
            closure_users: HashMap::new(),
            directory: HashSet::new(),
            users_listed: export.get("users").is_some_and(|v| !v.is_null()),
            named: HashSet::new(),
            export: Value::Null,
            org,
        };
        let org = me.org.clone();

        for (row, r, deleted) in standing(export, &org, &["groups"]) {
            let group = Group {
                name: text(r, "name").unwrap_or("").to_string(),
                row,
                deleted,
                users: members(r, "member_users"),
                groups: members(r, "member_groups"),
            };
            me.named.extend(group.users.iter().cloned());
            me.groups.insert(text(r, "id").unwrap().to_string(), group);
        }

        for (row, r, deleted) in standing(export, &org, &["roles"]) {
            let mut tuples = Vec::new();
            for (n, t) in
                r.get("member_permissions").and_then(Value::as_array).into_iter().flatten().enumerate()
            {
                // a tuple with an unknown permission is skipped (so is one without any, or with an empty restriction)
                if let Some(p) = text(t, "permission").and_then(known_permission)
                    && !empty(t, "restrict_object_type")
                {
                    tuples.push((n, (p, text(t, "restrict_object_type").map(str::to_string))));
                }
            }
            let role = Role {
                name: text(r, "name").unwrap_or("").to_string(),
                system: text(r, "org_id").is_none(), // org_id null is a system role
                row,
                deleted,
                tuples,
                roles: members(r, "member_roles"),
            };
            me.roles.insert(text(r, "id").unwrap().to_string(), role);
        }

        for ty in TYPES {
            if lists_of(ty).is_empty() || ty == "project_log" {
                continue;
            }
            let of_type = me.objects.entry(ty).or_default();
            for (_, r, deleted) in standing(export, &org, lists_of(ty)) {
                let object = Object {
                    deleted,
                    project: text(r, "project_id").map(str::to_string),
                    public: ty == "experiment" && r.get("public") == Some(&Value::Bool(true)),
                    member_projects: members(r, "member_projects"),
                };
                of_type.insert(text(r, "id").unwrap().to_string(), object);
            }
        }

        // the directory: users and service accounts, and the accounts that service tokens name
        for list in ["users", "service_accounts"] {
            for (_, r, deleted) in standing(export, &org, &[list]) {
                if !deleted {
                    me.directory.insert(text(r, "id").unwrap().to_string());
                }
            }
        }
        for (_, r, deleted) in standing(export, &org, &["service_tokens"]) {
            if let (false, Some(id)) = (deleted, text(r, "service_account_id"))
                && !id.is_empty()
            {
                me.directory.insert(id.to_string());
            }
        }

        // "A.member_groups contains B: B's users are also users of A": a fixpoint over live groups
        for id in me.groups.keys() {
            let closure = me.live_closure(id, |g| me.groups.get(g).map(|g| (g.deleted, &g.groups)));
            if closure.is_empty() {
                continue; // the group is deleted
            }
            let users = closure.iter().flat_map(|g| me.groups[g].users.iter().cloned()).collect();
            me.closure_users.insert(id.clone(), users);
            me.closure_groups.insert(id.clone(), closure);
        }

        for (row, r, deleted) in standing(export, &org, &["acls"]) {
            let own = |f: &str| text(r, f).map(str::to_string);
            let is = Contents {
                object_type: own("object_type").unwrap(),
                object_id: own("object_id").unwrap(),
                user: own("user_id"),
                group: own("group_id"),
                permission: text(r, "permission").and_then(known_permission),
                role: own("role_id"),
                restrict: own("restrict_object_type"),
            };
            me.named.extend(is.user.iter().cloned());
            let mut tuples = Vec::new();
            if !deleted {
                // an ACL with a permission grants one tuple; one with a role those of the closure of that live role
                if let Some(p) = is.permission {
                    tuples.push((p, is.restrict.clone()));
                }
                if let Some(role) = &is.role {
                    for r in me.role_closure(role) {
                        tuples.extend(me.roles[&r].tuples.iter().map(|(_, t)| t.clone()));
                    }
                }
            }
            me.on
                .entry(is.object_type.clone())
                .or_default()
                .entry(is.object_id.clone())
                .or_default()
                .push(me.acls.len());
            me.acls.push(Acl { id: own("id").unwrap(), row, deleted, is, tuples });
        }
        me
    }

    /// The start and everything reached from it through live members; empty if the start is deleted or not in the export.
    fn live_closure<'a>(
        &self,
        start: &str,
        members: impl Fn(&str) -> Option<(bool, &'a HashSet<String>)>,
    ) -> HashSet<String> {
        let mut closure: HashSet<String> = HashSet::new();
        let mut waiting = vec![start.to_string()];
        while let Some(id) = waiting.pop() {
            if let Some((false, of)) = members(&id)
                && closure.insert(id)
            {
                waiting.extend(of.iter().cloned());
            }
        }
        closure
    }

    /// "A role has the permission tuples of its member roles, transitively"
    fn role_closure(&self, role: &str) -> HashSet<String> {
        self.live_closure(role, |r| self.roles.get(r).map(|r| (r.deleted, &r.roles)))
    }

    // ------------------------------------------------------------------------------------------------------- subjects

    /// Section 4, "subject not in the export": stands in groups or ACLs, is in no directory, and is no `bt::` principal.
    /// It matters only with `members: "known"`.
    fn departed(&self, who: Who) -> bool {
        match who {
            Who::Id(id) => {
                self.options.members_known
                    && self.users_listed
                    && self.named.contains(id)
                    && !self.directory.contains(id)
                    && !id.starts_with("bt::")
            }
            _ => false,
        }
    }

    /// S is in the closure of this live group. `asGroup(g)` is somebody who belongs to that (live) group alone.
    fn in_group(&self, who: Who, group: &str) -> bool {
        match who {
            Who::Id(id) => self.closure_users.get(group).is_some_and(|users| users.contains(id)),
            Who::Group(g) => self.closure_groups.get(group).is_some_and(|groups| groups.contains(g)),
            Who::Anonymous => false,
        }
    }

    /// "`a`'s grantee covers S: `a.user_id == S`, or S is in the closure of the live group `a.group_id`"
    fn covers(&self, acl: &Acl, who: Who) -> bool {
        match (&acl.is.user, &acl.is.group) {
            (Some(user), _) => matches!(who, Who::Id(id) if id == user),
            (_, Some(group)) => self.in_group(who, group),
            _ => false,
        }
    }

    // -------------------------------------------------------------------------------------------------------- objects

    /// The project and what is above it, if the export knows it; else the project alone.
    fn project_and_above<'a>(&'a self, place: &mut Place<'a>, project: &'a str, distance: usize) {
        place.nodes.push((distance, "project", project));
        if let Some(row) = self.objects["project"].get(project) {
            place.deleted |= row.deleted;
            // every live project group that names it
            for (id, group) in &self.objects["project_group"] {
                if !group.deleted && group.member_projects.contains(project) {
                    place.nodes.push((distance + 1, "project_group", id));
                }
            }
            place.nodes.push((distance + 1, "org_project", &self.org));
            place.nodes.push((distance + 2, "organization", &self.org));
        }
    }

    /// O and `ancestors(O)` (section 2), with what section 4 says of unknown objects.
    fn place<'a>(&'a self, ty: &'a str, id: Option<&'a str>, project: Option<&'a str>) -> Place<'a> {
        let mut place = Place { nodes: Vec::new(), known: false, deleted: false, public: false };
        let org: &str = &self.org;
        // types that exist once need no id; with another id they are unknown objects without ancestors
        if exists_once(ty) {
            let id = id.unwrap_or(org);
            place.nodes.push((0, ty, id));
            if id == org {
                place.known = true;
                if ty != "organization" {
                    place.nodes.push((1, "organization", org));
                }
            }
            return place;
        }
        // an id that is absent or empty where one is needed: an unknown object about which nothing counts
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return place;
        };
        place.nodes.push((0, ty, id));
        let known_project = |p: &str| self.objects["project"].contains_key(p);
        match ty {
            "project_group" | "group" | "role" => {
                let row = self.objects[ty].get(id);
                place.known = row.is_some();
                place.deleted = row.is_some_and(|o| o.deleted);
                // an unknown id has the ancestors that its type always has only under `inOrganization`
                if place.known || self.options.unknown_in_organization {
                    place.nodes.push((1, "organization", org));
                }
            }
            "project" => {
                place.nodes.clear();
                self.project_and_above(&mut place, id, 0);
                place.known = known_project(id);
                if !place.known && self.options.unknown_in_organization {
                    place.nodes.push((1, "org_project", org));
                    place.nodes.push((2, "organization", org));
                }
            }
            "project_log" => {
                // its object_id is the project's id; with an unknown project its chain is the log and that project
                self.project_and_above(&mut place, id, 1);
                place.known = known_project(id);
                if !place.known && self.options.unknown_in_organization {
                    place.nodes.push((2, "org_project", org));
                    place.nodes.push((3, "organization", org));
                }
            }
            _ => {
                let row = self.objects.get(ty).and_then(|rows| rows.get(id));
                if let Some(row) = row {
                    // for an object that the export knows, the export's project counts, never the caller's
                    place.known = true;
                    place.deleted = row.deleted;
                    place.public = row.public;
                    if let Some(project) = &row.project {
                        self.project_and_above(&mut place, project, 1);
                    }
                } else {
                    // the caller's project is the parent, and what is known above that project counts
                    let named = project.filter(|p| !p.is_empty());
                    if let Some(p) = named {
                        self.project_and_above(&mut place, p, 1);
                    }
                    // "an unknown id of a known type also has the ancestors that its type always has"
                    if self.options.unknown_in_organization
                        && TYPES.contains(&ty)
                        && !named.is_some_and(known_project)
                    {
                        place.nodes.push((2, "org_project", org));
                        place.nodes.push((3, "organization", org));
                    }
                }
            }
        }
        place
    }

    /// The container of a prospective T and what is above it (section 3). `None`: it is never created.
    fn container<'a>(&'a self, ty: &str, project: Option<&'a str>) -> Option<Place<'a>> {
        let none = Place { nodes: Vec::new(), known: false, deleted: false, public: false };
        match ty {
            "organization" | "org_project" | "org_audit_logs" => None,
            // inviting a member is `create` on org_member
            "org_member" => Some(self.place("org_member", None, None)),
            "project" => Some(self.place("org_project", None, None)),
            "project_group" | "group" | "role" => Some(self.place("organization", None, None)),
            // a project's child (an unknown type likewise); without a project: no
            _ => Some(match project.filter(|p| !p.is_empty()) {
                Some(p) => self.place("project", Some(p), None),
                None => none,
            }),
        }
    }

    // ------------------------------------------------------------------------------------------------------- decision

    /// The live ACLs on these nodes that cover S and grant some tuple (p, R) with R null or R == type(O), and what of it.
    fn grants<'a>(
        &'a self,
        who: Who,
        place: &Place,
        ty: &str,
    ) -> Vec<(usize, &'a Acl, BTreeSet<&'static str>)> {
        let mut out = Vec::new();
        // O is not live: nothing. A departed subject's ACLs and groups count for nothing.
        if place.deleted || self.departed(who) {
            return out;
        }
        for &(distance, node_type, node_id) in &place.nodes {
            for &i in self.on.get(node_type).and_then(|ids| ids.get(node_id)).into_iter().flatten() {
                let acl = &self.acls[i];
                if acl.deleted || !self.covers(acl, who) {
                    continue;
                }
                let given: BTreeSet<&'static str> = acl
                    .tuples
                    .iter()
                    .filter(|(_, restrict)| restrict.as_deref().is_none_or(|r| r == ty))
                    .map(|(p, _)| *p)
                    .collect();
                if !given.is_empty() {
                    out.push((distance, acl, given));
                }
            }
        }
        out
    }

    fn held(&self, who: Who, place: &Place, ty: &str) -> BTreeSet<&'static str> {
        self.grants(who, place, ty).into_iter().flat_map(|(_, _, given)| given).collect()
    }

    /// The reasons in their order (CHOICES).
    fn answer(&self, who: Who, ask: &str, place: &Place, ty: &str) -> (bool, &'static str) {
        if place.deleted {
            return (false, "deleted");
        }
        let held = self.held(who, place, ty);
        if asked(ask).iter().all(|p| held.contains(p)) {
            return (true, "granted");
        }
        if ask == "read" && place.public {
            return (true, "public");
        }
        if self.departed(who) {
            return (false, "not_a_member");
        }
        if !place.known {
            return (false, "unknown_object");
        }
        (false, "no_grant")
    }

    pub fn can(
        &self,
        who: Who,
        ask: &str,
        ty: &str,
        id: Option<&str>,
        project: Option<&str>,
    ) -> (bool, &'static str) {
        self.answer(who, ask, &self.place(ty, id, project), ty)
    }

    pub fn permissions(
        &self,
        who: Who,
        ty: &str,
        id: Option<&str>,
        project: Option<&str>,
    ) -> BTreeSet<&'static str> {
        let place = self.place(ty, id, project);
        let mut held = self.held(who, &place, ty);
        if place.public && !place.deleted {
            held.insert("read");
        }
        held
    }

    pub fn can_create(&self, who: Who, ty: &str, project: Option<&str>) -> (bool, &'static str) {
        match self.container(ty, project) {
            Some(place) => self.answer(who, "create", &place, ty),
            None if self.departed(who) => (false, "not_a_member"),
            None => (false, "no_grant"),
        }
    }

    /// The ids of all ACLs that grant the permission (any of the four for `manage_access`); of equal ones the smallest id.
    pub fn granting_acls(
        &self,
        who: Who,
        permission: &str,
        ty: &str,
        id: Option<&str>,
        project: Option<&str>,
    ) -> BTreeSet<String> {
        let asked = asked(permission);
        self.grants(who, &self.place(ty, id, project), ty)
            .into_iter()
            .filter(|(_, _, given)| asked.iter().any(|p| given.contains(p)))
            .map(|(_, acl, _)| self.representative(acl))
            .collect()
    }

    /// Of equal ACLs (deleted ones apart from live ones) the one with the smallest id.
    fn representative(&self, acl: &Acl) -> String {
        self.on[&acl.is.object_type][&acl.is.object_id]
            .iter()
            .map(|&i| &self.acls[i])
            .filter(|other| other.is == acl.is && other.deleted == acl.deleted)
            .map(|other| &other.id)
            .min_by(|a, b| by_code_unit(a, b))
            .unwrap()
            .clone()
    }

    // ----------------------------------------------------------------------------------------------------- near misses

    /// The export edited in one thing, loaded again, asked again: each ACL that now supplies all that was missing, with
    /// that thing. Ordered by thing, then nearest node, then ACL id.
    pub fn near_misses(
        &self,
        who: Who,
        ask: &str,
        ty: &str,
        id: Option<&str>,
        project: Option<&str>,
    ) -> Vec<(String, &'static str)> {
        let place = self.place(ty, id, project);
        // only when the answer is no; a departed subject has none at all
        if self.answer(who, ask, &place, ty).0 || self.departed(who) {
            return Vec::new();
        }
        let asked = asked(ask);
        let held = self.held(who, &place, ty);
        let missing: Vec<&str> = asked.iter().copied().filter(|p| !held.contains(p)).collect();
        let raw: HashMap<&str, &Acl> = self.acls.iter().map(|a| (a.id.as_str(), a)).collect();
        let mut found: BTreeSet<(usize, usize, Vec<u16>, String)> = BTreeSet::new();
        const KINDS: [&str; 4] = ["deleted", "restriction", "membership", "permission"];

        // edits one copy of the export, one row of one list at a time, and puts the rows back
        let mut export = self.export.clone();
        let mut attempt = |kind: usize, rows: &[(&str, usize)], edit: &dyn Fn(&mut Value)| {
            let mut before = Vec::new();
            for &(list, row) in rows {
                let row = rows_mut(&mut export, list).swap_remove(row);
                before.push(row.clone());
                edit(row);
            }
            let other = Naive::read(&export, self.options);
            for (&(list, row), old) in rows.iter().zip(before) {
                *rows_mut(&mut export, list).swap_remove(row) = old;
            }
            let place = other.place(ty, id, project);
            if !other.answer(who, ask, &place, ty).0 {
                return;
            }
            for (distance, acl, given) in other.grants(who, &place, ty) {
                if missing.iter().all(|p| given.contains(p)) {
                    let named = self.representative(raw[acl.id.as_str()]);
                    found.insert((kind, distance, named.encode_utf16().collect(), named));
                }
            }
        };

        // deleted: one mark removed, of a group, a role, the ACL, the object or its project
        let mut marks: BTreeSet<(&[&str], &str)> = BTreeSet::new();
        marks.extend(
            self.groups.iter().filter(|(_, g)| g.deleted).map(|(id, _)| (lists_of("group"), id.as_str())),
        );
        marks.extend(
            self.roles.iter().filter(|(_, r)| r.deleted).map(|(id, _)| (lists_of("role"), id.as_str())),
        );
        marks.extend(self.acls.iter().filter(|a| a.deleted).map(|a| (&["acls"] as &[&str], a.id.as_str())));
        for &(_, node_type, node_id) in &place.nodes {
            let itself = node_type == ty && Some(node_id) == id;
            if (itself || node_type == "project")
                && self.objects.get(node_type).and_then(|o| o.get(node_id)).is_some_and(|o| o.deleted)
            {
                marks.insert((lists_of(node_type), node_id));
            }
        }
        for (lists, marked_id) in marks {
            // the mark may stand on any copy of the row
            let mut copies = Vec::new();
            for list in lists {
                for (n, row) in rows(&self.export, list).into_iter().enumerate() {
                    if text(row, "id") == Some(marked_id) {
                        copies.push((*list, n));
                    }
                }
            }
            attempt(0, &copies, &|row| row["deleted_at"] = Value::Null);
        }

        // restriction: of one tuple taken away; permission: of one tuple replaced
        for a in &self.acls {
            let here = [("acls", a.row)];
            if a.is.restrict.is_some() {
                attempt(1, &here, &|row| row["restrict_object_type"] = Value::Null);
            }
            if a.is.permission.is_some() {
                for p in &asked {
                    attempt(3, &here, &|row| row["permission"] = Value::from(*p));
                }
            }
        }
        for r in self.roles.values() {
            let here = [("roles", r.row)];
            for (n, (_, restrict)) in &r.tuples {
                if restrict.is_some() {
                    attempt(1, &here, &|row| {
                        row["member_permissions"][n]["restrict_object_type"] = Value::Null
                    });
                }
                for p in &asked {
                    attempt(3, &here, &|row| row["member_permissions"][n]["permission"] = Value::from(*p));
                }
            }
        }

        // membership: the subject added to one live group (an anonymous subject to none)
        let (field, subject) = match who {
            Who::Id(id) => ("member_users", id),
            Who::Group(id) => ("member_groups", id),
            Who::Anonymous => ("", ""),
        };
        if !subject.is_empty() {
            for g in self.groups.values().filter(|g| !g.deleted) {
                attempt(2, &[("groups", g.row)], &|row| match &mut row[field] {
                    Value::Array(ids) => ids.push(Value::from(subject)),
                    other => *other = Value::from(vec![subject]),
                });
            }
        }

        found.into_iter().map(|(kind, _, _, acl)| (acl, KINDS[kind])).collect()
    }

    // ----------------------------------------------------------------------------------------------------- enumerations

    /// Everybody who holds it by a grant, and whether everybody else does because it is public.
    pub fn who(
        &self,
        ask: &str,
        ty: &str,
        id: Option<&str>,
        project: Option<&str>,
    ) -> (bool, BTreeSet<String>) {
        let place = self.place(ty, id, project);
        let subjects = self
            .directory
            .iter()
            .chain(&self.named)
            .filter(|id| self.answer(Who::Id(id), ask, &place, ty) == (true, "granted"))
            .cloned()
            .collect();
        (ask == "read" && place.public && !place.deleted, subjects)
    }

    /// The ids of this type that the export knows and the subject may use, ascending; with a project only its children and
    /// its log.
    pub fn list(&self, who: Who, ask: &str, ty: &str, project: Option<&str>) -> Vec<String> {
        let mut ids: Vec<&str> = Vec::new();
        if exists_once(ty) {
            if project.is_none() {
                ids.push(&self.org);
            }
        } else if ty == "project_log" {
            ids.extend(
                self.objects["project"]
                    .keys()
                    .map(String::as_str)
                    .filter(|id| project.is_none_or(|p| p == *id)),
            );
        } else if let Some(rows) = self.objects.get(ty) {
            ids.extend(
                rows.iter()
                    .filter(|(_, row)| {
                        project.is_none() || takes_project(ty) && row.project.as_deref() == project
                    })
                    .map(|(id, _)| id.as_str()),
            );
        }
        ids.retain(|id| self.can(who, ask, ty, Some(id), None).0);
        ids.sort_by(|a, b| by_code_unit(a, b));
        ids.into_iter().map(str::to_string).collect()
    }

    /// The projects in which one may be created, ascending; none for what is not created in projects.
    pub fn creatable(&self, who: Who, ty: &str) -> Vec<String> {
        if !takes_project(ty) && ty != "project_log" {
            return Vec::new();
        }
        let mut ids: Vec<&String> =
            self.objects["project"].keys().filter(|p| self.can_create(who, ty, Some(p)).0).collect();
        ids.sort_by(|a, b| by_code_unit(a, b));
        ids.into_iter().cloned().collect()
    }

    /// Section 5: in the closure of the live group named Owners, or covered by a live ACL on the organisation that grants
    /// the system role named `owner`, directly or by role closure.
    pub fn is_owner(&self, who: Who) -> bool {
        if self.departed(who) {
            return false;
        }
        if self.groups.iter().any(|(id, g)| g.name == "Owners" && self.in_group(who, id)) {
            return true;
        }
        self.acls.iter().any(|a| {
            !a.deleted
                && a.is.object_type == "organization"
                && a.is.object_id == self.org
                && self.covers(a, who)
                && a.is.role.as_ref().is_some_and(|role| {
                    self.role_closure(role)
                        .iter()
                        .any(|r| self.roles[r].system && self.roles[r].name == "owner")
                })
        })
    }

    /// The live groups in whose closure the subject is.
    pub fn groups(&self, who: Who) -> BTreeSet<String> {
        if self.departed(who) {
            return BTreeSet::new();
        }
        self.groups.keys().filter(|id| self.in_group(who, id)).cloned().collect()
    }
}

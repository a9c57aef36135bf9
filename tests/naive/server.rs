//! A model of the server: carries out the requests of section 8 on the rows of an export, and refuses what the data
//! (section 6, CHOICES "Changes, and what the preview does with them") or the actor (section 8) do not permit.
//!
//! As a *preview* it does what a draft's preview does instead: nobody is refused for who they are, created things get
//! placeholder ids, and removing a member takes the memberships and ACLs along.

use super::generate;
use super::needs::{self, named, named_object};
use super::requests::{self, Call, Finding, decoded, encoded, error, items, texts, type_of_route};
use super::{Contents, Naive, Options, Standing, empty, known_permission, lists_of, members, standing, text};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

const MARK: &str = "2026-03-04T05:06:07.890Z";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actors {
    /// only what `authorize` allows is carried out
    Allowed,
    /// what `authorize` does not know is carried out too
    NotDenied,
    /// everybody may do everything
    Anybody,
}

/// Something that a request made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// a type, or `acl`, `user`, `service_account`, `service_token`
    pub kind: &'static str,
    pub id: String,
    /// the project that it is in
    pub project: Option<String>,
}

pub struct Server {
    pub export: Value,
    pub creator_grants: bool,
    pub counter: u64,
    pub actors: Actors,
    pub preview: bool,
    /// how the data are read
    pub options: Options,
    /// everything made so far, in order; a creator's grant comes after what it is on
    pub created: Vec<Created>,
    counted: HashMap<&'static str, usize>,
}

fn refusal(findings: &[Finding]) -> Value {
    let all: Vec<Value> = findings
        .iter()
        .map(|finding| json!({ "code": finding.code, "severity": finding.severity, "path": finding.path }))
        .collect();
    json!({ "findings": all })
}

impl Server {
    #[must_use]
    pub fn new(export: &Value, creator_grants: bool) -> Server {
        Server {
            export: export.clone(),
            creator_grants,
            counter: 0,
            actors: Actors::Allowed,
            preview: false,
            options: Options::default(),
            created: Vec::new(),
            counted: HashMap::new(),
        }
    }

    #[must_use]
    pub fn preview(export: &Value, creator_grants: bool) -> Server {
        Server { actors: Actors::Anybody, preview: true, ..Server::new(export, creator_grants) }
    }

    /// The same, with the data read in another way.
    #[must_use]
    pub fn reading(self, options: Options) -> Server {
        Server { options, ..self }
    }

    /// What the data are now.
    #[must_use]
    pub fn evaluator(&self) -> Naive {
        Naive::load(&self.export, self.options)
    }

    /// Carries out one request: the answer with the ids that were chosen, or the refusal (`{findings}`); a refused request
    /// changes nothing.
    pub fn send(&mut self, actor: Option<&str>, credential: &str, request: &Value) -> Result<Value, Value> {
        let org = self.evaluator();
        let unknown_route = json!({ "findings": [], "route": "unknown" });
        let Some(call) = Call::parse(request) else { return Err(unknown_route) };
        if needs::demand(&org, &call).is_none() {
            return Err(unknown_route);
        }
        let judged = needs::authorize(&org, actor, credential, request);
        let refused = match self.actors {
            Actors::Allowed => judged.decision != "allow",
            Actors::NotDenied => judged.decision == "deny",
            Actors::Anybody => false,
        };
        if refused {
            let mut refusal = refusal(&judged.findings);
            refusal["decision"] = Value::from(judged.decision);
            return Err(refusal);
        }
        let errors = refusals(&org, &call);
        if !errors.is_empty() {
            return Err(refusal(&errors));
        }
        Ok(self.carry_out(&org, &call, judged.acting.as_deref()))
    }

    /// Sends requests in order, `{method, path, body?, creates?}`. `creates` names the placeholder (or the placeholders) of
    /// what a request makes; later requests may use it. Stops at the first refusal.
    pub fn run(
        &mut self,
        actor: Option<&str>,
        credential: &str,
        requests: &[Value],
    ) -> Result<HashMap<String, String>, String> {
        let mut real: HashMap<String, String> = HashMap::new();
        for (at, request) in requests.iter().enumerate() {
            let request = filled(request, &real);
            let before = self.created.len();
            let answer = self
                .send(actor, credential, &request)
                .map_err(|refusal| format!("request {at} was refused: {refusal} in {request}"))?;
            let mut ids: Vec<String> = self.created[before..]
                .iter()
                .filter(|made| made.kind != "acl" || request["path"] == "/v1/acl")
                .map(|made| made.id.clone())
                .collect();
            if ids.is_empty() {
                // of an existing name: the existing one
                ids.extend(text(&answer, "id").map(str::to_string));
            }
            let placeholders = match &request["creates"] {
                Value::String(one) => vec![one.clone()],
                _ => texts(&request, "creates"),
            };
            real.extend(placeholders.into_iter().zip(ids));
        }
        Ok(real)
    }

    // ------------------------------------------------------------------------------------------------------------ rows

    fn new_id(&mut self, kind: &'static str, project: Option<&str>) -> String {
        let id = loop {
            self.counter += 1;
            let counted = self.counted.entry(kind).or_default();
            *counted += 1;
            let id = if self.preview {
                format!("new:{kind}:{counted}")
            } else {
                let mixed = (self.counter as u32).wrapping_mul(0x9e37_79b1);
                format!("{mixed:08x}-5e4e-4000-9000-{:012x}", self.counter)
            };
            // The data may hold such an id: what another draft made.
            let lists: &[&str] = match kind {
                "acl" => &["acls"],
                "user" | "service_account" => &["users", "service_accounts"],
                "service_token" => &["service_tokens"],
                _ => lists_of(kind),
            };
            let has =
                |list: &&str| super::rows(&self.export, list).iter().any(|row| text(row, "id") == Some(&id));
            if !lists.iter().any(has) {
                break id;
            }
        };
        self.created.push(Created { kind, id: id.clone(), project: project.map(str::to_string) });
        id
    }

    fn put(&mut self, list: &str, row: Value) {
        generate::apply(&mut self.export, &json!({ list: { "upsert": [row] } }));
    }

    /// Takes rows away; what is as if it were absent, too.
    fn take(&mut self, list: &str, ids: &BTreeSet<String>) {
        if !self.export[list].is_null() && !ids.is_empty() {
            generate::apply(&mut self.export, &json!({ list: { "remove": ids } }));
        }
    }

    /// The row that stands, if it is live, and its list.
    fn row(&self, org: &Naive, ty: &str, id: &str) -> Option<(&'static str, Value)> {
        let is = |(_, row, deleted): &Standing| !deleted && text(row, "id") == Some(id);
        standing(&self.export, &org.org, lists_of(ty)).into_iter().find(is)?;
        lists_of(ty).iter().find_map(|list| {
            let (_, row, _) = standing(&self.export, &org.org, &[list]).into_iter().find(is)?;
            Some((*list, row.clone()))
        })
    }

    /// Changes a row that stands.
    fn edit(&mut self, org: &Naive, ty: &str, id: &str, change: impl FnOnce(&mut Value)) -> Value {
        match self.row(org, ty, id) {
            Some((list, mut row)) => {
                change(&mut row);
                self.put(list, row.clone());
                row
            }
            None => json!({}), // unknown, and so it stays
        }
    }

    // --------------------------------------------------------------------------------------------------------- carrying

    fn carry_out(&mut self, org: &Naive, call: &Call, actor: Option<&str>) -> Value {
        let (method, segments) = call.route();
        let body = &call.body;
        match (method, segments.as_slice()) {
            ("POST", ["acl"]) => self.add_acl(org, body),
            ("DELETE", ["acl"]) => json!(self.remove_equal(org, body)),
            ("DELETE", ["acl", id]) => {
                self.take("acls", &BTreeSet::from([(*id).to_string()]));
                json!({ "id": id })
            }
            ("POST", ["acl", "batch_update"]) => {
                // the removals come first, so that what is in both is there afterwards
                let mut removed = Vec::new();
                for item in items(body, "remove_acls") {
                    removed.extend(self.remove_equal(org, item));
                }
                let added: Vec<Value> =
                    items(body, "add_acls").into_iter().map(|item| self.add_acl(org, item)).collect();
                json!({ "added_acls": added, "removed_acls": removed })
            }
            ("POST" | "PUT", [ty @ ("group" | "role" | "project_group" | "project")]) => {
                self.create(org, needs::known_type(ty), method, body, actor)
            }
            ("PATCH", ["organization", "members"]) => self.members(org, body),
            ("PATCH", ["organization", id]) => {
                if !self.export["organization"].is_object() {
                    self.export["organization"] = json!({ "id": id });
                }
                patch_fields(&mut self.export["organization"], body, &[]);
                self.export["organization"].clone()
            }
            ("POST" | "PUT", ["service_token"]) => self.service_token(org, method, body),
            ("DELETE", ["service_token"]) => self.delete_token(org, text(body, "id").unwrap_or("")),
            ("DELETE", ["service_token", id]) => self.delete_token(org, id),
            ("POST", [route]) if type_of_route(route).is_some() => {
                self.create_object(org, route, needs::known_type(type_of_route(route).unwrap()), body, actor)
            }
            ("PATCH", [ty @ ("group" | "role" | "project_group" | "project"), id]) => {
                self.edit(org, ty, id, |row| patch_row(row, body))
            }
            ("PATCH", [route, id]) if type_of_route(route).is_some() => {
                self.edit(org, type_of_route(route).unwrap(), id, |row| {
                    patch_row(row, body);
                    if let Some(public) = body["public"].as_bool() {
                        row["public"] = public.into();
                    }
                })
            }
            // deleting marks it deleted and leaves its ACLs
            ("DELETE", [ty @ ("group" | "role" | "project_group" | "project"), id]) => {
                self.edit(org, ty, id, |row| row["deleted_at"] = Value::from(MARK))
            }
            ("DELETE", [route, id]) if type_of_route(route).is_some() => {
                let ty = type_of_route(route).unwrap();
                self.edit(org, ty, id, |row| row["deleted_at"] = Value::from(MARK))
            }
            // reading, and what the export does not hold
            _ => json!({}),
        }
    }

    /// Adding an equal one changes nothing.
    fn add_acl(&mut self, org: &Naive, item: &Value) -> Value {
        let now = self.evaluator();
        let is = contents(item);
        if let Some(existing) = now.acls.iter().find(|acl| !acl.deleted && acl.is == is) {
            return self.acl_row(org, &existing.id);
        }
        let id = self.new_id("acl", None);
        let mut row = json!({ "id": id, "_object_org_id": org.org, "created": MARK });
        for field in [
            "object_type",
            "object_id",
            "user_id",
            "group_id",
            "permission",
            "role_id",
            "restrict_object_type",
        ] {
            row[field] = item.get(field).cloned().unwrap_or(Value::Null);
        }
        self.put("acls", row.clone());
        row
    }

    fn acl_row(&self, org: &Naive, id: &str) -> Value {
        standing(&self.export, &org.org, &["acls"])
            .into_iter()
            .find(|(_, row, _)| text(row, "id") == Some(id))
            .map_or_else(|| json!({}), |(_, row, _)| row.clone())
    }

    /// "Deleting an ACL by contents takes every equal row"
    fn remove_equal(&mut self, org: &Naive, item: &Value) -> Vec<Value> {
        let now = self.evaluator();
        let is = contents(item);
        let ids: BTreeSet<String> =
            now.acls.iter().filter(|acl| !acl.deleted && acl.is == is).map(|acl| acl.id.clone()).collect();
        let rows = ids.iter().map(|id| self.acl_row(org, id)).collect();
        self.take("acls", &ids);
        rows
    }

    /// POST and PUT of a group, role, project group or project.
    fn create(
        &mut self,
        org: &Naive,
        ty: &'static str,
        method: &str,
        body: &Value,
        actor: Option<&str>,
    ) -> Value {
        let fields: &[&str] = match ty {
            "group" => &["member_users", "member_groups"],
            "role" => &["member_permissions", "member_roles"],
            "project_group" => &["member_projects"],
            _ => &[],
        };
        let given = |row: &mut Value| {
            row["name"] = body["name"].clone();
            row["description"] = body.get("description").cloned().unwrap_or(Value::Null);
            for field in fields {
                // lists that are not given become empty; those of a project group cannot be given
                let list = body.get(*field).filter(|list| list.is_array() && ty != "project_group");
                row[*field] = list.cloned().unwrap_or_else(|| json!([]));
            }
        };
        if let Some(existing) = text(body, "name").and_then(|name| named(org, ty, name)) {
            // POST returns it unmodified, PUT replaces it whole
            return self.edit(org, ty, &existing, |row| {
                if method == "PUT" {
                    given(row);
                }
            });
        }
        let id = self.new_id(ty, None);
        let mut row = json!({ "id": id, "org_id": org.org, "user_id": actor, "created": MARK });
        given(&mut row);
        row["deleted_at"] = Value::Null;
        self.put(lists_of(ty)[0], row.clone());
        self.creator_grant(org, ty, &id, actor);
        row
    }

    fn create_object(
        &mut self,
        org: &Naive,
        route: &str,
        ty: &'static str,
        body: &Value,
        actor: Option<&str>,
    ) -> Value {
        let project = text(body, "project_id").unwrap_or("");
        if let Some(existing) = text(body, "name").and_then(|name| named_object(org, ty, project, name)) {
            return self.edit(org, ty, &existing, |_| {});
        }
        let id = self.new_id(ty, Some(project));
        let mut row = json!({ "id": id, "project_id": project, "name": body["name"], "user_id": actor });
        if ty == "experiment" {
            row["public"] = body.get("public").cloned().unwrap_or(Value::Null);
        }
        let list = if route == "function" { "functions" } else { lists_of(ty)[0] };
        self.put(list, row.clone());
        self.creator_grant(org, ty, &id, actor);
        row
    }

    /// "whatever is created gets an ACL user = actor, role = the live system role named `owner`"
    fn creator_grant(&mut self, org: &Naive, ty: &str, id: &str, actor: Option<&str>) {
        let Some(actor) = actor.filter(|actor| self.creator_grants && !actor.is_empty()) else { return };
        let mut owners: Vec<&String> = org
            .roles
            .iter()
            .filter(|(_, role)| role.system && !role.deleted && role.name == "owner")
            .map(|(id, _)| id)
            .collect();
        // undecided: of several roles of that name the smallest id
        owners.sort_by(|a, b| super::by_code_unit(a, b));
        if let Some(role) = owners.first() {
            let item = json!({ "object_type": ty, "object_id": id, "user_id": actor, "role_id": role });
            self.add_acl(org, &item);
        }
    }

    fn members(&mut self, org: &Naive, body: &Value) -> Value {
        let invite = &body["invite_users"];
        let mut added: Vec<String> = Vec::new();
        for id in texts(invite, "ids") {
            self.enter(org, &id);
            added.push(id);
        }
        for email in texts(invite, "emails") {
            let mut ids = needs::with_email(&self.evaluator(), &email);
            if ids.is_empty() {
                let id = self.new_id("user", None);
                if org.users_listed {
                    self.put("users", json!({ "id": id, "email": email }));
                }
                ids.push(id);
            }
            // undecided: an e-mail that several have is all of them
            added.extend(ids);
        }
        for account in items(invite, "service_accounts") {
            let id = self.new_id("service_account", None);
            self.put("service_accounts", json!({ "id": id, "name": account["name"] }));
            if let Some(name) = text(account, "token_name") {
                let token = self.new_id("service_token", None);
                let row = json!({ "id": token, "name": name, "org_id": org.org, "service_account_id": id });
                self.put("service_tokens", row);
            }
            added.push(id);
        }
        for group in needs::invited_groups(org, invite).into_iter().flatten() {
            self.edit(org, "group", &group, |row| change_list(row, "member_users", &added, &[]));
        }

        let gone = removed(&self.evaluator(), &body["remove_users"]);
        if self.preview {
            let everywhere: Vec<String> = org.groups.keys().cloned().collect();
            let leaving: Vec<String> = gone.iter().cloned().collect();
            for group in everywhere {
                let inside =
                    |row: &Value| members(row, "member_users").iter().any(|user| gone.contains(user));
                if self.row(org, "group", &group).is_some_and(|(_, row)| inside(&row)) {
                    self.edit(org, "group", &group, |row| change_list(row, "member_users", &[], &leaving));
                }
            }
            let theirs: BTreeSet<String> = self
                .evaluator()
                .acls
                .iter()
                .filter(|acl| acl.is.user.as_ref().is_some_and(|user| gone.contains(user)))
                .map(|acl| acl.id.clone())
                .collect();
            self.take("acls", &theirs);
        }
        // the server removes the row of the directory, and nothing else
        self.take("users", &gone);
        self.take("service_accounts", &gone);
        if self.preview {
            // undecided: tokens that name a removed account would keep it in the directory
            let tokens: BTreeSet<String> = standing(&self.export, &org.org, &["service_tokens"])
                .into_iter()
                .filter(|(_, row, _)| text(row, "service_account_id").is_some_and(|id| gone.contains(id)))
                .filter_map(|(_, row, _)| text(row, "id").map(str::to_string))
                .collect();
            self.take("service_tokens", &tokens);
        }
        let added: Vec<Value> = added.into_iter().map(|id| json!({ "id": id })).collect();
        json!({ "status": "success", "org_id": org.org, "added_users": added })
    }

    /// "Inviting an id puts it into the directory." Without a directory there is nothing to put it into.
    fn enter(&mut self, org: &Naive, id: &str) {
        if org.users_listed && !self.evaluator().directory.contains(id) {
            self.put("users", json!({ "id": id }));
        }
    }

    fn service_token(&mut self, org: &Naive, method: &str, body: &Value) -> Value {
        let existing = standing(&self.export, &org.org, &["service_tokens"])
            .into_iter()
            .find(|(_, row, deleted)| !deleted && text(row, "name") == text(body, "name"))
            .and_then(|(_, row, _)| text(row, "id").map(str::to_string));
        // undecided: POST of a token's existing name makes another
        let id = match existing {
            Some(id) if method == "PUT" => id,
            _ => self.new_id("service_token", None),
        };
        let row = json!({
            "id": id, "name": body["name"], "org_id": org.org, "service_account_id": body["service_account_id"],
        });
        self.put("service_tokens", row.clone());
        row
    }

    fn delete_token(&mut self, org: &Naive, id: &str) -> Value {
        let row = standing(&self.export, &org.org, &["service_tokens"])
            .into_iter()
            .find(|(_, row, _)| text(row, "id") == Some(id))
            .map(|(_, row, _)| row.clone());
        if let Some(mut row) = row {
            row["deleted_at"] = Value::from(MARK);
            self.put("service_tokens", row);
        }
        json!({ "id": id })
    }
}

/// The ids that `remove_users` names.
fn removed(org: &Naive, remove: &Value) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = texts(remove, "ids").into_iter().collect();
    for email in texts(remove, "emails") {
        out.extend(needs::with_email(org, &email));
    }
    out
}

fn contents(item: &Value) -> Contents {
    let own = |field: &str| text(item, field).map(str::to_string);
    Contents {
        object_type: own("object_type").unwrap_or_default(),
        object_id: own("object_id").unwrap_or_default(),
        user: own("user_id"),
        group: own("group_id"),
        permission: text(item, "permission").and_then(known_permission),
        role: own("role_id"),
        restrict: own("restrict_object_type"),
    }
}

/// Adds and removes ids; of an id both added and removed, the removal wins.
fn change_list(row: &mut Value, field: &str, add: &[String], remove: &[String]) {
    let mut ids = texts(row, field);
    for id in add {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids.retain(|id| !remove.contains(id));
    row[field] = json!(ids);
}

/// PATCH changes what is given.
fn patch_row(row: &mut Value, body: &Value) {
    let mut lists: Vec<&str> = Vec::new();
    for (field, [add, remove]) in [
        ("member_users", ["add_member_users", "remove_member_users"]),
        ("member_groups", ["add_member_groups", "remove_member_groups"]),
        ("member_roles", ["add_member_roles", "remove_member_roles"]),
        ("member_projects", ["add_member_projects", "remove_member_projects"]),
    ] {
        lists.extend([field, add, remove]);
        if !body[add].is_null() || !body[remove].is_null() {
            change_list(row, field, &texts(body, add), &texts(body, remove));
        }
    }
    let [add, remove] = ["add_member_permissions", "remove_member_permissions"];
    lists.extend(["member_permissions", add, remove, "id", "org_id", "project_id", "deleted_at"]);
    if !body[add].is_null() || !body[remove].is_null() {
        let same = |a: &Value, b: &Value| {
            text(a, "permission") == text(b, "permission")
                && text(a, "restrict_object_type") == text(b, "restrict_object_type")
        };
        let mut tuples: Vec<Value> = items(row, "member_permissions").into_iter().cloned().collect();
        for tuple in items(body, add) {
            if !tuples.iter().any(|other| same(other, tuple)) {
                tuples.push(tuple.clone());
            }
        }
        tuples.retain(|tuple| !items(body, remove).iter().any(|other| same(other, tuple)));
        row["member_permissions"] = json!(tuples);
    }
    patch_fields(row, body, &lists);
}

/// The fields that are given, but not these.
fn patch_fields(row: &mut Value, body: &Value, except: &[&str]) {
    for (field, value) in body.as_object().unwrap_or(&Map::new()) {
        if !value.is_null() && !except.contains(&field.as_str()) && field != "id" {
            row[field.as_str()] = value.clone();
        }
    }
}

// ------------------------------------------------------------------------------------------------------------- refusals

/// The findings of severity error about the data: with one of them a change is not carried out at all.
#[must_use]
pub fn refusals(org: &Naive, call: &Call) -> Vec<Finding> {
    let (method, segments) = call.route();
    let body = &call.body;
    let mut out: Vec<Finding> =
        requests::shape(call).into_iter().filter(|finding| finding.severity == "error").collect();
    if !out.is_empty() {
        return out;
    }
    // the organisation that is named
    if call.text("org_id").is_some_and(|id| id != org.org) {
        out.push(error("wrong_organization", "/org_id"));
    }
    if let (Some(said), Some(name)) = (call.text("org_name"), org.export["organization"]["name"].as_str())
        && said != name
    {
        out.push(error("wrong_organization", "/org_name"));
    }
    // a name
    let names = matches!(method, "POST" | "PUT" | "PATCH")
        && (matches!(
            segments[0],
            "group" | "role" | "project" | "project_group" | "organization" | "service_token"
        ) || type_of_route(segments[0]).is_some());
    if names && call.text("name").is_some_and(|name| name.trim().is_empty()) {
        out.push(error("name_empty", "/name"));
    }
    // what the path names
    if let [route, id, ..] = segments.as_slice() {
        let ty = match *route {
            "group" | "role" | "project" | "project_group" => Some(*route),
            "project_logs" => Some("project_log"),
            other => type_of_route(other),
        };
        if let Some(ty) = ty {
            out.extend(reference(org, ty, id, ""));
        }
        if *route == "organization" && *id != "members" && *id != org.org {
            out.push(error("wrong_organization", ""));
        }
    }
    match (method, segments.as_slice()) {
        ("POST", ["acl"]) => out.extend(item_errors(org, body, "", true)),
        ("DELETE", ["acl"]) => out.extend(item_errors(org, body, "", false)),
        ("POST", ["acl", "batch_update"]) => {
            for (at, item) in items(body, "add_acls").into_iter().enumerate() {
                out.extend(item_errors(org, item, &format!("/add_acls/{at}"), true));
            }
            for (at, item) in items(body, "remove_acls").into_iter().enumerate() {
                out.extend(item_errors(org, item, &format!("/remove_acls/{at}"), false));
            }
        }
        ("POST" | "PUT", ["group"]) => {
            out.extend(references(org, "group", body, "member_groups"));
            if let Some(existing) = call.text("name").and_then(|name| named(org, "group", name))
                && method == "PUT"
            {
                out.extend(cycles(
                    org,
                    "group",
                    &existing,
                    &texts(body, "member_groups"),
                    &[],
                    "member_groups",
                ));
            }
        }
        ("PATCH", ["group", id]) => {
            // undecided: what is taken out may be anything, also what is dangling
            out.extend(references(org, "group", body, "add_member_groups"));
            let remove = texts(body, "remove_member_groups");
            out.extend(cycles(
                org,
                "group",
                id,
                &texts(body, "add_member_groups"),
                &remove,
                "add_member_groups",
            ));
            let name = org.groups.get(*id).map_or("", |group| group.name.as_str());
            if built_in(name) && call.text("name").is_some_and(|new| new != name) {
                out.push(error("builtin_group", "/name"));
            }
        }
        ("DELETE", ["group", id]) if org.groups.get(*id).is_some_and(|group| built_in(&group.name)) => {
            out.push(error("builtin_group", ""));
        }
        ("POST" | "PUT", ["role"]) => {
            out.extend(tuple_errors(body, "member_permissions"));
            out.extend(references(org, "role", body, "member_roles"));
            if let Some(existing) = call.text("name").and_then(|name| named(org, "role", name))
                && method == "PUT"
            {
                if org.roles[&existing].system {
                    out.push(error("system_role", ""));
                }
                out.extend(cycles(org, "role", &existing, &texts(body, "member_roles"), &[], "member_roles"));
            }
        }
        ("PATCH" | "DELETE", ["role", id]) => {
            if org.roles.get(*id).is_some_and(|role| role.system) {
                out.push(error("system_role", ""));
            }
            if method == "PATCH" {
                out.extend(tuple_errors(body, "add_member_permissions"));
                out.extend(tuple_errors(body, "remove_member_permissions"));
                out.extend(references(org, "role", body, "add_member_roles"));
                let remove = texts(body, "remove_member_roles");
                out.extend(cycles(
                    org,
                    "role",
                    id,
                    &texts(body, "add_member_roles"),
                    &remove,
                    "add_member_roles",
                ));
            }
        }
        ("PATCH", ["project_group", _]) => {
            out.extend(references(org, "project", body, "add_member_projects"));
        }
        ("POST", [route]) if type_of_route(route).is_some() => {
            out.extend(reference(org, "project", text(body, "project_id").unwrap_or(""), "/project_id"));
        }
        ("PATCH", ["organization", "members"]) => out.extend(member_errors(org, body)),
        _ => {}
    }
    out
}

fn built_in(name: &str) -> bool {
    ["Owners", "Engineers", "Viewers"].contains(&name)
}

/// A row that the load ignored as `foreign_row`, and that no other row stands for.
fn foreign(org: &Naive, ty: &str, id: &str) -> bool {
    !org.place(ty, Some(id), None).known
        && lists_of(ty)
            .iter()
            .flat_map(|list| super::rows(&org.export, list))
            .any(|row| text(row, "id") == Some(id) && super::foreign(row, &org.org))
}

/// What is wrong with naming this group, role or object (an object that the data do not know is a warning).
fn reference(org: &Naive, ty: &str, id: &str, path: &str) -> Option<Finding> {
    if super::exists_once(ty) {
        return (id != org.org).then(|| error("wrong_organization", path));
    }
    if foreign(org, ty, id) {
        return Some(error("wrong_organization", path));
    }
    let place = org.place(ty, Some(id), None);
    let code = match (ty, place.known, place.deleted) {
        ("group", false, _) => "unknown_group",
        ("role", false, _) => "unknown_role",
        ("group", _, true) => "deleted_group",
        ("role", _, true) => "deleted_role",
        (_, _, true) => "deleted_object",
        _ => return None,
    };
    Some(error(code, path))
}

fn references(org: &Naive, ty: &str, body: &Value, field: &str) -> Vec<Finding> {
    texts(body, field)
        .iter()
        .enumerate()
        .filter_map(|(at, id)| reference(org, ty, id, &format!("/{field}/{at}")))
        .collect()
}

/// Entries from which one comes back to the group or role, itself among them.
fn cycles(
    org: &Naive,
    ty: &str,
    id: &str,
    add: &[String],
    remove: &[String],
    field: &'static str,
) -> Vec<Finding> {
    let code = if ty == "group" { "group_cycle" } else { "role_cycle" };
    let reaches = |entry: &str| {
        entry == id
            || if ty == "group" {
                org.closure_groups.get(entry).is_some_and(|closure| closure.contains(id))
            } else {
                org.role_closure(entry).contains(id)
            }
    };
    // CHOICES: an entry that is a member already closes none; ways through deleted ones do not count
    let present = if ty == "group" {
        org.groups.get(id).map(|group| &group.groups)
    } else {
        org.roles.get(id).map(|role| &role.roles)
    };
    let is_member = |entry: &String| present.is_some_and(|present| present.contains(entry));
    add.iter()
        .enumerate()
        .filter(|(_, entry)| !remove.contains(entry) && !is_member(entry) && reaches(entry))
        .map(|(at, _)| error(code, format!("/{field}/{at}")))
        .collect()
}

fn tuple_errors(body: &Value, field: &str) -> Vec<Finding> {
    items(body, field)
        .iter()
        .enumerate()
        .filter(|(_, tuple)| text(tuple, "permission").and_then(known_permission).is_none())
        .map(|(at, _)| error("unknown_permission", format!("/{field}/{at}/permission")))
        .collect()
}

fn item_errors(org: &Naive, item: &Value, at: &str, adding: bool) -> Vec<Finding> {
    let mut out = Vec::new();
    let has = |field: &str| text(item, field).is_some();
    let mut found = |code, field: &str| out.push(error(code, format!("{at}/{field}")));
    match (has("user_id"), has("group_id")) {
        (false, false) => found("grantee_missing", "user_id"),
        (true, true) => found("grantee_ambiguous", "group_id"),
        _ => {}
    }
    match (has("permission"), has("role_id")) {
        (false, false) => found("permission_missing", "permission"),
        (true, true) => found("permission_ambiguous", "role_id"),
        _ => {}
    }
    if has("role_id") && has("restrict_object_type") {
        found("restrict_with_role", "restrict_object_type");
    }
    if has("permission") && (empty(item, "permission") || contents(item).permission.is_none()) {
        found("unknown_permission", "permission");
    }
    // undecided: a removal may name groups, roles and objects that are unknown, deleted or of another organisation
    if !adding {
        return out;
    }
    if let Some(group) = text(item, "group_id") {
        out.extend(reference(org, "group", group, &format!("{at}/group_id")));
    }
    if let Some(role) = text(item, "role_id") {
        let internal = text(item, "user_id").is_some_and(|id| id.starts_with("bt::"));
        // internal principals hold system roles that no list returns
        out.extend(
            reference(org, "role", role, &format!("{at}/role_id"))
                .filter(|finding| !(internal && finding.code == "unknown_role")),
        );
    }
    let (ty, id) = (text(item, "object_type").unwrap_or(""), text(item, "object_id").unwrap_or(""));
    let path = format!("{at}/object_id");
    match reference(org, ty, id, &path) {
        // as an object it is the object that is unknown (a warning) or deleted
        Some(finding) if matches!(finding.code, "unknown_group" | "unknown_role") => {}
        Some(finding) if matches!(finding.code, "deleted_group" | "deleted_role") => {
            out.push(error("deleted_object", path));
        }
        finding => out.extend(finding),
    }
    out
}

fn member_errors(org: &Naive, body: &Value) -> Vec<Finding> {
    let mut out = Vec::new();
    let invite = &body["invite_users"];
    let by_id = |id: &str, path: &str| reference(org, "group", id, path);
    let by_name =
        |name: &str, path: &str| named(org, "group", name).is_none().then(|| error("unknown_group", path));
    for (at, id) in texts(invite, "group_ids").iter().enumerate() {
        out.extend(by_id(id, &format!("/invite_users/group_ids/{at}")));
    }
    for (at, name) in texts(invite, "group_names").iter().enumerate() {
        out.extend(by_name(name, &format!("/invite_users/group_names/{at}")));
    }
    out.extend(text(invite, "group_id").and_then(|id| by_id(id, "/invite_users/group_id")));
    out.extend(text(invite, "group_name").and_then(|name| by_name(name, "/invite_users/group_name")));

    // the removal would leave no person: a row of `users` that is live and no service account
    let gone = removed(org, &body["remove_users"]);
    if org.users_listed && !gone.is_empty() {
        let mut accounts: BTreeSet<&str> = BTreeSet::new();
        for (list, field) in [("service_accounts", "id"), ("service_tokens", "service_account_id")] {
            let live =
                standing(&org.export, &org.org, &[list]).into_iter().filter(|(_, _, deleted)| !deleted);
            accounts.extend(live.filter_map(|(_, row, _)| text(row, field)));
        }
        let mut people: BTreeSet<String> = standing(&org.export, &org.org, &["users"])
            .into_iter()
            .filter(|(_, _, deleted)| !deleted)
            .filter_map(|(_, row, _)| text(row, "id").map(str::to_string))
            .collect();
        // undecided: whom the same request invites counts, whom it invites by a new e-mail too
        people.extend(texts(invite, "ids"));
        people.extend(
            texts(invite, "emails")
                .into_iter()
                .filter(|email| needs::with_email(org, email).is_empty())
                .map(|email| format!("invited {email}")),
        );
        people.retain(|id| !gone.contains(id) && !accounts.contains(id.as_str()));
        if people.is_empty() {
            out.push(error("last_member", "/remove_users"));
        }
    }
    out
}

// ---------------------------------------------------------------------------------------------------------- placeholders

/// The request with real ids in place of placeholders: strings that are one, and segments of the path that are one.
#[must_use]
pub fn filled(request: &Value, real: &HashMap<String, String>) -> Value {
    let mut out = request.clone();
    if let Some(body) = out.get_mut("body") {
        fill(body, real);
    }
    if let Some(headers) = out.get_mut("headers") {
        fill(headers, real);
    }
    if let Some(path) = request["path"].as_str() {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let put = |part: &str| match decoded(part).and_then(|part| real.get(&part)) {
            Some(id) => encoded(id),
            None => part.to_string(),
        };
        let mut whole: String = path.split('/').map(put).collect::<Vec<_>>().join("/");
        if let Some(query) = query {
            let pairs = query.split('&').map(|pair| match pair.split_once('=') {
                Some((name, value)) => format!("{name}={}", put(value)),
                None => pair.to_string(),
            });
            whole = format!("{whole}?{}", pairs.collect::<Vec<_>>().join("&"));
        }
        out["path"] = Value::from(whole);
    }
    out
}

fn fill(value: &mut Value, real: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(id) = real.get(text.as_str()) {
                *text = id.clone();
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|entry| fill(entry, real)),
        Value::Object(map) => map.values_mut().for_each(|entry| fill(entry, real)),
        _ => {}
    }
}

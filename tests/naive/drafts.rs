//! Random drafts for random organisations: requests that mostly make sense where they stand, and some that do not.

use super::generate::{self, Rng, Size};
use super::requests::{OBJECT_ROUTES, encoded, type_of_route};
use super::server::Server;
use super::{Naive, Options, PERMISSIONS, TYPES, by_code_unit, lists_of, rows, standing, text};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub struct Draft {
    pub actor: Option<String>,
    pub credential: &'static str,
    pub creator_grants: bool,
    /// `{method, path, body?, creates?}`: `creates` lists the placeholders of what it makes in the naive preview, ACLs left out
    pub requests: Vec<Value>,
}

/// An organisation and a draft for it, mostly small; the same for the same seed.
#[must_use]
pub fn case(seed: u64) -> (Value, Draft) {
    let mut rng = Rng::new(0xd4af_7000_0000 + seed);
    let size = if rng.percent(70) { Size::Tiny } else { Size::Small };
    let mut export = generate::organization(&mut rng, size);
    let owner = rng.percent(60);
    if owner {
        with_owner(&mut export, "u-owner");
    }
    let draft = draft(&mut rng, &export, owner.then_some("u-owner"));
    (export, draft)
}

/// Adds a user who owns the organisation by the system role `owner`.
pub fn with_owner(export: &mut Value, user: &str) {
    let org = super::organization_id(export).expect("an organisation");
    let tuples: Vec<Value> = PERMISSIONS.iter().map(|p| json!({ "permission": p })).collect();
    let role = json!({ "id": "r-owner", "org_id": null, "name": "owner", "member_permissions": tuples });
    let acl = json!({ "id": "acl-owner", "object_type": "organization", "object_id": org, "user_id": user, "role_id": "r-owner" });
    let mut change = json!({ "roles": { "upsert": [role] }, "acls": { "upsert": [acl] } });
    if !export["users"].is_null() {
        change["users"] = json!({ "upsert": [{ "id": user, "email": "owner@example.com" }] });
    } else if let Some(map) = export.as_object_mut() {
        map.remove("users"); // asking for it may have made it null
    }
    generate::apply(export, &change);
}

/// One to thirty requests, few more often than many. Each is carried out in a naive preview before the next is drawn, so
/// that later ones may speak of what earlier ones made.
#[must_use]
pub fn draft(rng: &mut Rng, export: &Value, owner: Option<&str>) -> Draft {
    let mut subjects: Vec<String> = Naive::load(export, Options::default()).everybody().into_iter().collect();
    subjects.sort_by(|a, b| by_code_unit(a, b));
    let actor = match owner {
        Some(owner) if rng.percent(85) => Some(owner.to_string()),
        _ if subjects.is_empty() || rng.percent(5) => None,
        _ => Some(rng.pick(&subjects).clone()),
    };
    let credential = *rng.pick(&["session", "session", "service_token", "api_key", "unknown"]);
    let creator_grants = rng.percent(70);
    let many = match rng.below(10) {
        0..=5 => rng.between(1, 4),
        6..=8 => rng.between(3, 10),
        _ => rng.between(8, 30),
    };
    let mut preview = Server::preview(export, creator_grants);
    let mut requests = Vec::new();
    for _ in 0..many {
        let mut request = match requests.len() {
            0 => Drawer::new(rng, &preview.export).request(),
            n if rng.percent(4) => {
                let again: &Value = &requests[rng.below(n)];
                again.clone()
            }
            _ => Drawer::new(rng, &preview.export).request(),
        };
        if let Some(map) = request.as_object_mut() {
            map.remove("creates");
        }
        let made = preview.created.len();
        let _ = preview.send(actor.as_deref(), credential, &request);
        let ids: Vec<&str> = preview.created[made..]
            .iter()
            .filter(|made| made.kind != "acl")
            .map(|made| made.id.as_str())
            .collect();
        if !ids.is_empty() {
            request["creates"] = json!(ids);
        }
        requests.push(request);
    }
    Draft { actor, credential, creator_grants, requests }
}

/// Draws one request for the data as they are now.
struct Drawer<'a> {
    rng: &'a mut Rng,
    export: &'a Value,
    org: String,
    subjects: Vec<String>,
}

impl<'a> Drawer<'a> {
    fn new(rng: &'a mut Rng, export: &'a Value) -> Drawer<'a> {
        let now = Naive::load(export, Options::default());
        let mut subjects: Vec<String> = now.everybody().into_iter().collect();
        subjects.sort_by(|a, b| by_code_unit(a, b));
        Drawer { rng, export, org: now.org.clone(), subjects }
    }

    /// The ids of the rows of a type, live ones alone mostly.
    fn id(&mut self, ty: &str) -> String {
        if ["organization", "org_project", "org_member", "org_audit_logs"].contains(&ty) {
            return if self.rng.percent(96) { self.org.clone() } else { "elsewhere".to_string() };
        }
        let also_deleted = self.rng.percent(6);
        let ids: Vec<String> = standing(self.export, &self.org, lists_of(ty))
            .into_iter()
            .filter(|(_, _, deleted)| also_deleted || !deleted)
            .filter_map(|(_, row, _)| text(row, "id").map(str::to_string))
            .collect();
        if ids.is_empty() || self.rng.percent(4) {
            (*self.rng.pick(&["elsewhere", "new:group:77", "shared-0"])).to_string()
        } else {
            self.rng.pick(&ids).clone()
        }
    }

    fn ids(&mut self, ty: &str, most: usize) -> Vec<String> {
        (0..self.rng.between(0, most)).map(|_| self.id(ty)).collect()
    }

    fn subject(&mut self) -> String {
        if self.subjects.is_empty() || self.rng.percent(5) {
            (*self.rng.pick(&["newcomer", "bt::sp::service::project::p0::async_scoring", "elsewhere"]))
                .to_string()
        } else {
            let at = self.rng.below(self.subjects.len());
            self.subjects[at].clone()
        }
    }

    fn people(&mut self, most: usize) -> Vec<String> {
        (0..self.rng.between(0, most)).map(|_| self.subject()).collect()
    }

    fn ty(&mut self) -> &'static str {
        if self.rng.percent(3) {
            return "hologram";
        }
        const OFTEN: [&str; 7] =
            ["organization", "org_project", "project", "project", "project_group", "dataset", "experiment"];
        if self.rng.percent(60) { OFTEN[self.rng.below(7)] } else { TYPES[self.rng.below(13)] }
    }

    fn permission(&mut self) -> &'static str {
        if self.rng.percent(2) {
            return "admin";
        }
        if self.rng.percent(40) { "read" } else { PERMISSIONS[self.rng.below(8)] }
    }

    /// A fresh name mostly, now and then one that exists or says nothing.
    fn name(&mut self, ty: &str) -> String {
        let existing: Vec<String> = standing(self.export, &self.org, lists_of(ty))
            .into_iter()
            .filter_map(|(_, row, _)| text(row, "name").map(str::to_string))
            .collect();
        match self.rng.below(100) {
            0..=19 if !existing.is_empty() => self.rng.pick(&existing).clone(),
            20 => "  ".to_string(),
            21..=23 => (*self.rng.pick(&["Owners", "Viewers", "owner", "Engineers"])).to_string(),
            _ => format!("Name {}", self.rng.below(10_000)),
        }
    }

    fn tuples(&mut self, most: usize) -> Vec<Value> {
        (0..self.rng.between(0, most))
            .map(|_| {
                let mut tuple = json!({ "permission": self.permission() });
                if self.rng.percent(40) {
                    tuple["restrict_object_type"] = Value::from(self.ty());
                }
                tuple
            })
            .collect()
    }

    /// An ACL: one that is there, or a new one.
    fn item(&mut self, existing: usize) -> Value {
        const FIELDS: [&str; 7] = [
            "object_type",
            "object_id",
            "user_id",
            "group_id",
            "permission",
            "role_id",
            "restrict_object_type",
        ];
        let there: Vec<&Value> =
            standing(self.export, &self.org, &["acls"]).into_iter().map(|(_, row, _)| row).collect();
        if !there.is_empty() && self.rng.percent(existing) {
            let row = *self.rng.pick(&there);
            let fields = FIELDS.iter().filter(|field| !row[**field].is_null());
            return fields
                .map(|field| ((*field).to_string(), row[*field].clone()))
                .collect::<Map<_, _>>()
                .into();
        }
        let ty = self.ty();
        let id = if ty == "hologram" { "h0".to_string() } else { self.id(ty) };
        let mut item = json!({ "object_type": ty, "object_id": id });
        if self.rng.percent(50) {
            item["user_id"] = Value::from(self.subject());
        } else {
            item["group_id"] = Value::from(self.id("group"));
        }
        if self.rng.percent(25) {
            item["role_id"] = Value::from(self.id("role"));
        } else {
            item["permission"] = Value::from(self.permission());
            if self.rng.percent(30) {
                item["restrict_object_type"] = Value::from(self.ty());
            }
        }
        if self.rng.percent(3) {
            let field = *self.rng.pick(&FIELDS);
            item[field] = (*self.rng.pick(&[Value::Null, json!(""), json!(7), json!("owner")])).clone();
        }
        item
    }

    fn on(&mut self, method: &str, route: &str, ty: &str, body: Value) -> Value {
        let id = self.id(ty);
        let body = if method == "DELETE" { Value::Null } else { body };
        request(method, &format!("/v1/{route}/{}", encoded(&id)), body)
    }

    fn request(&mut self) -> Value {
        match self.rng.below(100) {
            0..=21 => {
                let item = self.item(12);
                request("POST", "/v1/acl", item)
            }
            22..=27 => {
                let item = self.item(88);
                request("DELETE", "/v1/acl", item)
            }
            28..=31 => {
                let ids: Vec<String> = rows(self.export, "acls")
                    .iter()
                    .filter_map(|row| text(row, "id").map(str::to_string))
                    .collect();
                let id = if ids.is_empty() || self.rng.percent(5) {
                    "no-acl".into()
                } else {
                    self.rng.pick(&ids).clone()
                };
                request("DELETE", &format!("/v1/acl/{}", encoded(&id)), Value::Null)
            }
            32..=38 => {
                let add: Vec<Value> = (0..self.rng.below(4)).map(|_| self.item(15)).collect();
                let remove: Vec<Value> = (0..self.rng.below(3)).map(|_| self.item(85)).collect();
                request("POST", "/v1/acl/batch_update", json!({ "add_acls": add, "remove_acls": remove }))
            }
            39..=43 => {
                let method = self.post_or_put();
                let body = json!({ "name": self.name("group"), "member_users": self.people(3), "member_groups": self.ids("group", 1) });
                request(method, "/v1/group", body)
            }
            44..=53 => {
                let body = json!({ "add_member_users": self.people(2), "remove_member_users": self.people(2),
                    "add_member_groups": self.ids("group", 1), "remove_member_groups": self.ids("group", 1) });
                let body = self.some_of(body, "group");
                self.on("PATCH", "group", "group", body)
            }
            54..=55 => self.on("DELETE", "group", "group", Value::Null),
            56..=58 => {
                let method = self.post_or_put();
                let body = json!({ "name": self.name("role"), "member_permissions": self.tuples(3), "member_roles": self.ids("role", 1) });
                request(method, "/v1/role", body)
            }
            59..=64 => {
                let body = json!({ "add_member_permissions": self.tuples(2), "remove_member_permissions": self.tuples(2),
                    "add_member_roles": self.ids("role", 1), "remove_member_roles": self.ids("role", 1) });
                let body = self.some_of(body, "role");
                self.on("PATCH", "role", "role", body)
            }
            65 => self.on("DELETE", "role", "role", Value::Null),
            66..=67 => {
                let method = self.post_or_put();
                let body = json!({ "name": self.name("project_group") });
                request(method, "/v1/project_group", body)
            }
            68..=72 => {
                let body = json!({ "add_member_projects": self.ids("project", 2), "remove_member_projects": self.ids("project", 1) });
                let body = self.some_of(body, "project_group");
                self.on("PATCH", "project_group", "project_group", body)
            }
            73 => self.on("DELETE", "project_group", "project_group", Value::Null),
            74..=77 => {
                let body = json!({ "name": self.name("project") });
                request("POST", "/v1/project", body)
            }
            78 => {
                let body = json!({ "name": self.name("project") });
                self.on("PATCH", "project", "project", body)
            }
            79..=80 => self.on("DELETE", "project", "project", Value::Null),
            81..=85 => {
                let (route, ty) = *self.rng.pick(&OBJECT_ROUTES);
                let mut body = json!({ "project_id": self.id("project"), "name": self.name(ty) });
                if ty == "experiment" && self.rng.percent(30) {
                    body["public"] = Value::from(self.rng.percent(80));
                }
                request("POST", &format!("/v1/{route}"), body)
            }
            86..=87 => {
                let body = json!({ "public": self.rng.percent(60) });
                self.on("PATCH", "experiment", "experiment", body)
            }
            88..=89 => {
                let route = self.rng.pick(&OBJECT_ROUTES).0;
                self.on("DELETE", route, type_of_route(route).unwrap_or("prompt"), Value::Null)
            }
            90..=95 => self.members(),
            96 => {
                let body = json!({ "name": format!("token {}", self.rng.below(3)), "service_account_id": self.subject() });
                let method = self.post_or_put();
                request(method, "/v1/service_token", body)
            }
            97 => {
                let id = self.id("organization");
                request("PATCH", &format!("/v1/organization/{}", encoded(&id)), json!({ "name": "Renamed" }))
            }
            _ => self.nonsense(),
        }
    }

    fn post_or_put(&mut self) -> &'static str {
        if self.rng.percent(75) { "POST" } else { "PUT" }
    }

    /// Some of the fields, and now and then a name.
    fn some_of(&mut self, mut body: Value, ty: &str) -> Value {
        if let Some(map) = body.as_object_mut() {
            map.retain(|_, _| self.rng.percent(45));
        }
        if self.rng.percent(10) {
            body["name"] = Value::from(self.name(ty));
        }
        body
    }

    fn members(&mut self) -> Value {
        let emails: BTreeSet<String> = (0..self.rng.below(3))
            .map(|_| match self.rng.below(10) {
                0..=1 => format!("{}@example.com", self.rng.below(20)),
                _ => format!("invited{}@example.com", self.rng.below(50)),
            })
            .collect();
        let mut body = json!({});
        if self.rng.percent(65) {
            let mut invite = json!({ "emails": emails });
            if self.rng.percent(40) {
                invite["ids"] = json!(self.people(2));
            }
            if self.rng.percent(60) {
                invite["group_ids"] = json!(self.ids("group", 2));
            }
            if self.rng.percent(20) {
                invite["group_names"] = json!([self.name("group")]);
            }
            if self.rng.percent(20) {
                invite["service_accounts"] = json!([{ "name": format!("robot {}", self.rng.below(50)) }]);
            }
            body["invite_users"] = invite;
        }
        if self.rng.percent(45) {
            body["remove_users"] = json!({ "ids": self.people(2) });
        }
        request("PATCH", "/v1/organization/members", body)
    }

    /// What no server takes.
    fn nonsense(&mut self) -> Value {
        let id = encoded(&self.id("group"));
        match self.rng.below(8) {
            0 => request("PATCH", &format!("/v1/group/{id}"), json!({ "name": 5 })),
            1 => request("PATCH", &format!("/v1/group/{id}"), json!("a text")),
            2 => request("PATCH", &format!("/v1/group/{id}"), json!({ "add_member_groups": [null, ""] })),
            3 => request(
                "PATCH",
                &format!("/v1/group/{id}"),
                json!({ "add_member_groups": [self.id("group")], "color": "red" }),
            ),
            4 => request("POST", "/v1/hologram", json!({ "name": "H" })),
            5 => request("POST", "/v1/group", json!({ "name": "G", "org_name": "Somebody else's" })),
            6 => request("POST", "/v1/acl/batch_update", json!({ "add_acls": { "object_type": "project" } })),
            _ => request("POST", "/v1/../acl", self.item(50)),
        }
    }
}

fn request(method: &str, path: &str, body: Value) -> Value {
    let mut out = json!({ "method": method, "path": path });
    if !body.is_null() {
        out["body"] = body;
    }
    out
}

//! Section 8 of the access model: what a request needs, and whether the actor has it. By the table, row by row, with
//! CHOICES ("Requests").

use super::requests::{self, Call, Finding, PROJECT_SETTINGS, error, items, texts, type_of_route};
use super::{MANAGE_ACCESS, Naive, Who, by_code_unit, marked, standing, text};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Need {
    pub permission: &'static str,
    /// type and id
    pub object: (String, String),
    pub held: bool,
    /// whether the data know the object (a deleted one is known)
    pub known: bool,
}

#[derive(Clone, Debug)]
pub struct Authorized {
    /// `allow`, `deny` or `unknown`
    pub decision: &'static str,
    /// each once
    pub needs: Vec<Need>,
    pub filter: Option<(&'static str, &'static str)>,
    // undecided: which findings authorize gives. Here: those of the body's shape, of the organisation it names, of what asks
    // for an owner or a kind of credential, and `not_permitted` for each need.
    pub findings: Vec<Finding>,
    /// as whom it was decided: the actor, or the user that the actor stands for
    pub acting: Option<String>,
}

/// One thing that must hold.
enum Ask {
    On(&'static str, String, String),
    /// create of a type in a container
    Create(&'static str, &'static str, String),
}

/// What a route asks for.
#[derive(Default)]
pub struct Demand {
    asks: Vec<Ask>,
    owner: bool,
    /// kinds of credential that suffice
    credentials: Option<&'static [&'static str]>,
    /// any subject of the organisation
    subject: bool,
    filter: Option<(&'static str, &'static str)>,
    /// something that the data do not know decides
    unknown: bool,
    malformed: Vec<Finding>,
}

impl Demand {
    fn on(mut self, permission: &'static str, ty: &str, id: &str) -> Demand {
        self.asks.push(Ask::On(permission, ty.to_string(), id.to_string()));
        self
    }

    fn creating(mut self, ty: &'static str, container: &'static str, id: &str) -> Demand {
        self.asks.push(Ask::Create(ty, container, id.to_string()));
        self
    }
}

/// The wire name of a known type.
#[must_use]
pub fn known_type(name: &str) -> &'static str {
    super::TYPES.into_iter().find(|ty| *ty == name).expect("a known type")
}

/// The list of an export that holds the rows of this type.
fn list_of(ty: &str) -> &'static str {
    super::lists_of(ty)[0]
}

/// The live row with this name.
#[must_use]
pub fn named(org: &Naive, ty: &str, name: &str) -> Option<String> {
    let mut ids: Vec<&str> = standing(&org.export, &org.org, &[list_of(ty)])
        .into_iter()
        .filter(|(_, row, deleted)| !deleted && text(row, "name") == Some(name))
        .filter_map(|(_, row, _)| text(row, "id"))
        .collect();
    // undecided: of several with one name the smallest id, so that the order of rows does not matter
    ids.sort_by(|a, b| by_code_unit(a, b));
    ids.first().map(|id| (*id).to_string())
}

/// The live object of this type in this project with this name.
#[must_use]
pub fn named_object(org: &Naive, ty: &str, project: &str, name: &str) -> Option<String> {
    let mut ids: Vec<&str> = standing(&org.export, &org.org, super::lists_of(ty))
        .into_iter()
        .filter(|(_, row, deleted)| {
            !deleted && text(row, "name") == Some(name) && text(row, "project_id") == Some(project)
        })
        .filter_map(|(_, row, _)| text(row, "id"))
        .collect();
    ids.sort_by(|a, b| by_code_unit(a, b));
    ids.first().map(|id| (*id).to_string())
}

/// "a group may be named unless it grants any `*_acls` or makes an owner"
#[must_use]
pub fn powerful(org: &Naive, group: &str) -> bool {
    // undecided: "anywhere" counts every live ACL, also one on a deleted object or restricted to what cannot occur there
    org.is_owner(Who::Group(group))
        || org.acls.iter().any(|acl| {
            !acl.deleted
                && org.covers(acl, Who::Group(group))
                && acl.tuples.iter().any(|(permission, _)| MANAGE_ACCESS.contains(permission))
        })
}

/// The groups that an invitation names; `None` stands for a name that no live group has.
#[must_use]
pub fn invited_groups(org: &Naive, invite: &Value) -> Vec<Option<String>> {
    let mut out: Vec<Option<String>> = texts(invite, "group_ids").into_iter().map(Some).collect();
    out.extend(text(invite, "group_id").map(|id| Some(id.to_string())));
    out.extend(texts(invite, "group_names").iter().map(|name| named(org, "group", name)));
    out.extend(text(invite, "group_name").map(|name| named(org, "group", name)));
    out
}

/// *Any subject of the organisation* (CHOICES).
#[must_use]
pub fn is_subject(org: &Naive, id: &str) -> bool {
    !org.departed(Who::Id(id))
        && (org.directory.contains(id) || org.named.contains(id) || id.starts_with("bt::"))
}

/// The live ACL with this id: type and id of its object.
fn acl_object(org: &Naive, id: &str) -> Option<(String, String)> {
    // undecided: an ACL marked deleted is as unknown as one that is not there
    org.acls
        .iter()
        .find(|acl| acl.id == id && !acl.deleted)
        .map(|acl| (acl.is.object_type.clone(), acl.is.object_id.clone()))
}

/// `None`: the table has no such route.
#[must_use]
pub fn demand(org: &Naive, call: &Call) -> Option<Demand> {
    let (method, segments) = call.route();
    let none = Demand::default;
    let organization = org.org.as_str();
    let body = &call.body;
    Some(match (method, segments.as_slice()) {
        // ACLs
        ("GET", ["acl"]) => match (call.parameter("object_type"), call.parameter("object_id")) {
            (Some(ty), Some(id)) => none().on("read_acls", ty, id),
            (ty, _) => {
                let missing = if ty.is_none() { "/object_type" } else { "/object_id" };
                Demand { malformed: vec![error("malformed_request", missing)], ..none() }
            }
        },
        ("GET", ["acl", "list_org"]) => none().on("read_acls", "organization", organization),
        ("POST", ["acl"]) => on_item(none(), "create_acls", body),
        ("DELETE", ["acl"]) => on_item(none(), "delete_acls", body),
        ("POST", ["acl", "batch_update"]) => {
            let mut out = none();
            for item in items(body, "add_acls") {
                out = on_item(out, "create_acls", item);
            }
            for item in items(body, "remove_acls") {
                out = on_item(out, "delete_acls", item);
            }
            out
        }
        ("GET" | "DELETE", ["acl", id]) if *id != "batch_update" && *id != "list_org" => {
            let permission = if method == "GET" { "read_acls" } else { "delete_acls" };
            match acl_object(org, id) {
                Some((ty, id)) => none().on(permission, &ty, &id),
                None => Demand { unknown: true, ..none() },
            }
        }

        // groups, roles, projects, project groups
        ("GET", [ty @ ("group" | "role" | "project" | "project_group")]) => {
            let ty = known_type(ty);
            Demand { subject: true, filter: Some(("read", ty)), ..none() }
        }
        ("POST" | "PUT", [ty @ ("group" | "role" | "project_group")]) | ("POST", [ty @ "project"]) => {
            // undecided: PUT /v1/project is no route (the API has none); PUT /v1/project_group is one (the API has it)
            let ty = known_type(ty);
            let existing = call.text("name").and_then(|name| named(org, ty, name));
            match existing {
                Some(id) if method == "PUT" => {
                    let mut out = none().on("update", ty, &id);
                    if ty == "project_group" {
                        // it is replaced whole, and its projects cannot be given: they go
                        let mut members: Vec<&String> =
                            org.objects[ty].get(&id).iter().flat_map(|row| &row.member_projects).collect();
                        members.sort();
                        for project in members {
                            out = out.on("delete_acls", "project", project);
                        }
                    }
                    out
                }
                Some(id) => none().on("read", ty, &id),
                None if ty == "project" => none().creating(ty, "org_project", organization),
                None => none().creating(ty, "organization", organization),
            }
        }
        ("GET" | "PATCH" | "DELETE", [ty @ ("group" | "role" | "project" | "project_group"), id]) => {
            let mut out = none().on(changing(method), ty, id);
            if method == "PATCH" && *ty == "project_group" {
                // undecided: every project named needs it, also one whose membership does not change
                for project in texts(body, "add_member_projects") {
                    out = out.on("create_acls", "project", &project);
                }
                for project in texts(body, "remove_member_projects") {
                    out = out.on("delete_acls", "project", &project);
                }
            }
            out
        }

        // the organisation
        ("PATCH", ["organization", "members"]) => members(org, body),
        ("GET", ["organization"]) | ("GET", ["user"]) => Demand { subject: true, ..none() },
        ("GET", ["organization", id]) if *id != "members" => {
            // undecided: another organisation's id is an unknown object
            Demand { subject: true, unknown: *id != organization, ..none() }
        }
        ("PATCH", ["organization", id]) => none().on("update", "organization", id),
        ("POST" | "PUT", ["service_token"]) => {
            Demand { owner: true, credentials: Some(&["service_token", "session"]), ..none() }
        }
        ("GET" | "DELETE", ["service_token"] | ["service_token", _]) => Demand { owner: true, ..none() },

        // what is in projects
        ("POST", ["experiment" | "dataset" | "project_logs", id, "insert"]) => {
            let ty = if segments[0] == "project_logs" { "project_log" } else { segments[0] };
            none().on("update", ty, id)
        }
        ("POST" | "GET", ["experiment" | "dataset" | "project_logs", id, "fetch"]) => {
            let ty = if segments[0] == "project_logs" { "project_log" } else { segments[0] };
            none().on("read", ty, id)
        }
        // undecided: summarize exists for experiments and datasets alone
        ("GET", [ty @ ("experiment" | "dataset"), id, "summarize"]) => none().on("read", ty, id),
        ("POST", ["experiment" | "dataset" | "project_logs", id, "feedback"]) => {
            let ty = if segments[0] == "project_logs" { "project_log" } else { segments[0] };
            none().on("update", ty, id)
        }
        ("POST", ["function", id, "invoke"]) => none().on("read", "prompt", id),
        // undecided: /v1/prompt_session is no route; PUT /v1/prompt and /v1/function are none
        ("GET", [route]) if type_of_route(route).is_some() => {
            Demand { subject: true, filter: type_of_route(route).map(|ty| ("read", ty)), ..none() }
        }
        ("POST", [route]) if type_of_route(route).is_some() => {
            let ty = type_of_route(route)?;
            let project = call.text("project_id").unwrap_or("");
            // undecided: the model says read on an object of an existing name, CHOICES speaks of names of groups, roles,
            // projects and project groups only. Taken from the model.
            match call.text("name").and_then(|name| named_object(org, ty, project, name)) {
                Some(id) => none().on("read", ty, &id),
                None => none().creating(ty, "project", project),
            }
        }
        ("GET" | "PATCH" | "DELETE", [route, id]) if type_of_route(route).is_some() => {
            none().on(changing(method), type_of_route(route)?, id)
        }

        // what hangs on others
        ("POST" | "PUT", ["view"]) | ("PATCH" | "DELETE", ["view", _]) => {
            let (ty, id) = (call.text("object_type").unwrap_or(""), call.text("object_id").unwrap_or(""));
            // undecided: a dashboard is a view of type `monitor`; reading a view is not in the table
            if call.text("view_type") == Some("monitor") {
                none().on("update", "organization", organization)
            } else {
                none().on("update", ty, id)
            }
        }
        ("POST" | "PUT", [setting]) if PROJECT_SETTINGS.contains(setting) => {
            none().on("update", "project", call.text("project_id").unwrap_or(""))
        }
        ("GET", [setting]) if PROJECT_SETTINGS.contains(setting) => match call.parameter("project_id") {
            Some(project) => none().on("read", "project", project),
            // undecided: of all projects
            None => Demand { unknown: true, ..none() },
        },
        // which project it is in, the data do not say
        ("GET" | "PATCH" | "DELETE", [setting, _]) if PROJECT_SETTINGS.contains(setting) => {
            Demand { unknown: true, ..none() }
        }
        // undecided: a secret's container is the organisation
        ("GET" | "POST" | "PUT" | "DELETE", ["ai_secret"])
        | ("GET" | "PATCH" | "DELETE", ["ai_secret", _]) => none().on("update", "organization", organization),
        ("POST" | "PUT", ["env_var"]) => {
            let id = call.text("object_id").unwrap_or("");
            match call.text("object_type") {
                Some("function") => none().on("update", "prompt", id),
                Some(ty @ ("organization" | "project")) => none().on("update", ty, id),
                _ => Demand { unknown: true, ..none() },
            }
        }
        ("GET" | "PATCH" | "DELETE", ["env_var"] | ["env_var", _]) => Demand { unknown: true, ..none() },
        _ => return None,
    })
}

fn changing(method: &str) -> &'static str {
    match method {
        "GET" => "read",
        "PATCH" => "update",
        _ => "delete",
    }
}

fn on_item(out: Demand, permission: &'static str, item: &Value) -> Demand {
    out.on(permission, text(item, "object_type").unwrap_or(""), text(item, "object_id").unwrap_or(""))
}

/// PATCH /v1/organization/members
fn members(org: &Naive, body: &Value) -> Demand {
    let mut out = Demand::default();
    if body["invite_users"].is_object() {
        let invite = &body["invite_users"];
        out = out.on("create", "org_member", &org.org);
        for group in invited_groups(org, invite) {
            match group {
                Some(id) if !org.groups.contains_key(&id) => {
                    // undecided: whether a group that the data do not know grants `*_acls` is not known either
                    out = out.on("update", "group", &id);
                }
                Some(id) if powerful(org, &id) => out = out.on("update", "group", &id),
                Some(_) => {}
                None => out.unknown = true,
            }
        }
        if items(invite, "service_accounts").iter().any(|account| text(account, "token_name").is_some()) {
            out.owner = true;
            out.credentials = Some(&["service_token"]);
        }
    }
    if body["remove_users"].is_object() {
        out = out.on("delete", "org_member", &org.org);
    }
    out
}

impl Naive {
    fn judged(&self, who: Who, ask: &Ask) -> Need {
        let (permission, ty, object_type, object_id) = match ask {
            Ask::On(permission, ty, id) => (*permission, ty.as_str(), ty.as_str(), id.as_str()),
            Ask::Create(ty, container, id) => ("create", *ty, *container, id.as_str()),
        };
        let place = self.place(object_type, Some(object_id), None);
        Need {
            permission,
            object: (object_type.to_string(), object_id.to_string()),
            held: self.answer(who, permission, &place, ty).0,
            known: place.known || place.deleted,
        }
    }
}

/// The one live user with this id or e-mail, if the data know one.
fn stood_for(org: &Naive, name: &str) -> Option<String> {
    if is_subject(org, name) {
        return Some(name.to_string());
    }
    let ids = with_email(org, name);
    // undecided: an e-mail that several have
    (ids.len() == 1).then(|| ids[0].clone())
}

/// The live users with this e-mail.
#[must_use]
pub fn with_email(org: &Naive, email: &str) -> Vec<String> {
    standing(&org.export, &org.org, &["users"])
        .into_iter()
        .filter(|(_, row, deleted)| !deleted && !marked(row) && text(row, "email") == Some(email))
        .filter_map(|(_, row, _)| text(row, "id").map(str::to_string))
        .collect()
}

#[must_use]
pub fn who(actor: Option<&str>) -> Who<'_> {
    match actor {
        Some(id) if !id.is_empty() => Who::Id(id),
        _ => Who::Anonymous,
    }
}

#[must_use]
pub fn authorize(org: &Naive, actor: Option<&str>, credential: &str, request: &Value) -> Authorized {
    let mut out = Authorized {
        decision: "unknown",
        needs: Vec::new(),
        filter: None,
        findings: Vec::new(),
        acting: actor.map(str::to_string),
    };
    let Some(call) = Call::parse(request) else { return out };
    // undecided: a route that the table does not have is unknown before anything else is looked at
    if demand(org, &call).is_none() {
        return out;
    }

    // a request that stands for somebody else
    if let Some((_, name)) = call.headers.iter().find(|(name, _)| name == "x-bt-impersonate-user") {
        if !org.is_owner(who(actor)) {
            out.findings.push(error("owner_required", ""));
            out.decision = "deny";
            return out;
        }
        out.acting = stood_for(org, name);
        if out.acting.is_none() {
            return out;
        }
    }
    let acting = out.acting.clone();
    let who = who(acting.as_deref());

    // a body of the wrong shape
    out.findings.extend(requests::shape(&call));
    let (mut deny, mut unknown) = (false, false);

    // the organisation that it names
    let name = org.export["organization"]["name"].as_str();
    let of_query = |field: &'static str| {
        call.query.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    };
    if call.text("org_id").into_iter().chain(of_query("org_id")).any(|id| id != org.org) {
        out.findings.push(error("wrong_organization", "/org_id"));
        deny = true;
    }
    for said in call.text("org_name").into_iter().chain(of_query("org_name")) {
        match name {
            None => unknown = true,
            Some(name) if name == said => {}
            Some(_) => {
                out.findings.push(error("wrong_organization", "/org_name"));
                deny = true;
            }
        }
    }
    if out.findings.iter().any(|finding| finding.code == "malformed_request") {
        // undecided: "authorize then says unknown", whatever the path alone would need
        return out;
    }

    let demand = demand(org, &call).unwrap_or_default();
    if !demand.malformed.is_empty() {
        out.findings.extend(demand.malformed);
        return out;
    }
    unknown |= demand.unknown;
    if demand.owner && !org.is_owner(who) {
        out.findings.push(error("owner_required", ""));
        deny = true;
    }
    if demand.credentials.is_some_and(|enough| !enough.contains(&credential)) {
        out.findings.push(error("service_token_required", ""));
        deny = true;
    }
    if demand.subject && !acting.as_deref().is_some_and(|id| is_subject(org, id)) {
        deny = true;
    }
    for ask in &demand.asks {
        let need = org.judged(who, ask);
        if !out.needs.contains(&need) {
            if !need.held {
                out.findings.push(error("not_permitted", ""));
                if need.known {
                    deny = true;
                } else {
                    unknown = true;
                }
            }
            out.needs.push(need);
        }
    }
    out.filter = demand.filter;
    out.decision = match (deny, unknown) {
        (true, _) => "deny",
        (_, true) => "unknown",
        // undecided: a batch or a change of members that asks for nothing needs nothing
        _ => "allow",
    };
    out
}

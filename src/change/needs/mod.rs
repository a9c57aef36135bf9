//! What a request needs (the model's section 8): the table, applied.

mod table;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::body::{self, acl_items, field, missing, pointer, text, texts};
use super::request::{Actor, Request, Route};
use crate::decide::subject::{Subject, by_everybody};
use crate::model::credential::Credential;
use crate::model::finding::{Code, Finding, Node};
use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::model::{Basis, INTERNAL_PRINCIPAL};
use crate::org::{AclRow, GrantKind, Map, Org, Target, Who, by_code_units, keys::NONE};
pub use table::requests_table;
use table::{On, Owner, Row, Rule, TABLE, When};

/// The header by which an owner acts as somebody else.
const IMPERSONATE: &str = "x-bt-impersonate-user";

/// Whether a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Yes: all that it needs is held.
    Allow,
    /// No.
    Deny,
    /// The data or the model do not say. Not a yes.
    Unknown,
}

/// A permission that a request needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Which permission.
    #[serde(serialize_with = "permission_name")]
    pub permission: Permission,
    /// On what: for something new its container.
    pub object: Node,
    /// Whether the actor holds it.
    pub held: bool,
    /// Whether the documents ask for it, or the model.
    pub basis: Basis,
}

/// What a list is filtered by: the caller sees what they hold this permission on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Which permission.
    #[serde(serialize_with = "permission_name")]
    pub permission: Permission,
    /// On what type of object.
    #[serde(rename = "type")]
    pub object_type: &'static str,
}

/// Whether somebody may send a request, and what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authorization {
    /// Only [`Decision::Allow`] is a yes.
    pub decision: Decision,
    /// The permissions that it needs, once each.
    pub needs: Vec<Need>,
    /// For a list: what it is filtered by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// What is wrong with the request or its sender, beyond what `needs` says.
    pub findings: Vec<Finding>,
}

// serde's form.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn permission_name<S: Serializer>(permission: &Permission, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(permission.as_str())
}

/// A need with the pointer of the ACL (or the entry) of the body that it comes from; `""` when it
/// comes from the request as a whole.
#[derive(Clone, Debug)]
pub(crate) struct PlacedNeed {
    pub need: Need,
    pub at: String,
}

/// What the table says of a request. Findings are those that an authorization has: what is wrong
/// with the body's shape, its organisation, and the actor's identity.
#[derive(Debug)]
pub(crate) struct Needs {
    pub decision: Decision,
    pub needs: Vec<PlacedNeed>,
    pub filter: Option<Filter>,
    pub findings: Vec<Finding>,
    /// The id of whom it is decided as; none for nobody, and if that is not to be told.
    pub acting: Option<String>,
}

impl Org {
    /// Whether somebody may send this request, and what it needs (section 8). A request that is not
    /// in [`requests_table`], or that speaks of objects that the data do not know, is
    /// [`Decision::Unknown`].
    ///
    /// ```
    /// # fn main() -> Result<(), aclarity::Error> {
    /// use aclarity::{Actor, Credential, Decision, Org, Request};
    ///
    /// let org = Org::from_json(br#"{
    ///     "organization": {"id": "acme"}, "datasets": [{"id": "golden", "project_id": "search"}],
    ///     "acls": [{"id": "a1", "object_type": "project", "object_id": "search",
    ///               "user_id": "ada", "permission": "update"}]
    /// }"#)?;
    /// let ada = Actor::new("ada", Credential::Session);
    /// let insert = org.authorize(&Request::new("POST", "/v1/dataset/golden/insert"), &ada);
    /// assert_eq!(insert.decision, Decision::Allow);
    /// let delete = org.authorize(&Request::new("DELETE", "/v1/dataset/golden"), &ada);
    /// assert_eq!(delete.decision, Decision::Deny);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn authorize(&self, request: &Request, by: &Actor) -> Authorization {
        let Needs { decision, needs: placed, filter, findings, .. } = self.needs_of(request, by);
        let mut needs: Vec<Need> = Vec::new();
        let mut seen: Map<(u8, String, String), ()> = Map::default();
        for PlacedNeed { need, .. } in placed {
            let Node { object_type, id } = need.object.clone();
            if seen.insert((need.permission.index(), object_type, id), ()).is_none() {
                needs.push(need);
            }
        }
        Authorization { decision, needs, filter, findings }
    }

    /// The same with the place of each need in the body, one for each ACL of it.
    pub(crate) fn needs_of(&self, request: &Request, by: &Actor) -> Needs {
        let mut found = Found::default();
        let subject = self.acting(request, by, &mut found);
        let acting = subject.as_ref().and_then(|subject| subject.id().map(ToOwned::to_owned));
        let filter = subject.and_then(|subject| self.judge(request, by, subject, &mut found));
        let decision = match (found.denied, found.open) {
            (true, _) => Decision::Deny,
            (false, true) => Decision::Unknown,
            (false, false) => Decision::Allow,
        };
        Needs { decision, needs: found.needs, filter, findings: found.findings, acting }
    }

    fn judge(
        &self,
        request: &Request,
        by: &Actor,
        subject: Subject<'_>,
        found: &mut Found,
    ) -> Option<Filter> {
        let route = request.route();
        let row = route.as_ref().and_then(row_of);
        let (Some(route), Some(row)) = (route, row) else {
            found.open = true;
            return None;
        };
        let nothing = Value::Null;
        let body = request.body.as_ref().filter(|_| row.body.is_some()).unwrap_or(&nothing);
        self.check_organization(&route, body, found);
        if let Some(schema) = row.body {
            found.findings.append(&mut body::check(schema, Some(body)));
        }
        if found.findings.iter().any(|finding| finding.code == Code::MalformedRequest) {
            found.open = true;
            return None;
        }
        let mut case = Case { org: self, subject, route: &route, row, body, found };
        case.needs();
        case.owner(by);
        case.membership();
        row.filter.map(|object_type| Filter { permission: Permission::Read, object_type })
    }

    /// The id of whom a request is decided as; of the caller if nobody else is acted as, none if
    /// that is not to be told.
    pub(crate) fn acting_id(&self, request: &Request, by: &Actor) -> Option<String> {
        let acting = self.acting(request, by, &mut Found::default())?;
        acting.id().map(ToOwned::to_owned)
    }

    /// As whom the request is decided. Nobody when that is refused or not known.
    fn acting(&self, request: &Request, by: &Actor, found: &mut Found) -> Option<Subject<'_>> {
        let caller = by.subject(self);
        let mut names = request.header_values(IMPERSONATE).map(str::trim);
        let Some(name) = names.next() else { return Some(caller) };
        if !caller.is_owner() {
            found.denied = true;
            found.findings.push(self.owner_required("", &caller, "act as somebody else"));
            return None;
        }
        // A slice does not know who else is called so.
        let one = |user: &String| self.slice_of().is_none_or(|subject| subject == name && subject == user);
        let user = self.user_called(name).filter(|_| names.all(|other| other == name)).filter(one);
        found.open |= user.is_none();
        Some(self.subject(&user?))
    }

    /// The one user with this id or, if there is none, with this e-mail.
    fn user_called(&self, name: &str) -> Option<String> {
        let known = |user: u32| self.in_directory(user) || self.is_named(user);
        if self.find_user(name).is_some_and(known) {
            return Some(name.to_owned());
        }
        let mut users = self.find(Some(name).filter(|name| !name.is_empty()), None, Some("user"));
        if name.is_empty() || users.len() != 1 { None } else { users.pop().map(|node| node.id) }
    }

    /// MODEL 8: `org_name` or `org_id` of another organisation is refused.
    fn check_organization(&self, route: &Route, body: &Value, found: &mut Found) {
        let own_name = self.name("organization", self.id());
        for (name, own) in [("org_id", Some(self.id())), ("org_name", own_name)] {
            let queried = route.query(name);
            found.open |= queried.is_err();
            let given = [(text(body, name), pointer("", name)), (queried.ok().flatten(), String::new())];
            for (given, at) in given.into_iter().filter_map(|(given, at)| Some((given?, at))) {
                match own {
                    None => found.open = true,
                    Some(own) if own == given => {}
                    Some(_) => {
                        found.denied = true;
                        found.findings.push(wrong_organization(at, name, given));
                    }
                }
            }
        }
    }

    fn owner_required(&self, at: &str, subject: &Subject<'_>, what: &str) -> Finding {
        let id = subject.id().unwrap_or_default();
        let who = if id.is_empty() {
            "somebody who is not signed in".to_owned()
        } else {
            format!("`{}`", self.user_label(id))
        };
        let message = format!("only an organization owner may {what}, and {who} is none; ask an owner");
        let finding = Finding::new(Code::OwnerRequired, at.to_owned(), message).with("action", what);
        if id.is_empty() { finding } else { finding.subject(id) }
    }

    /// CHOICES, Requests: an id that the directory lists, or that a group or an ACL names, or `bt::…`.
    fn belongs(&self, subject: &Subject<'_>) -> bool {
        if subject.id().is_some_and(|id| id.starts_with(INTERNAL_PRINCIPAL)) {
            return true;
        }
        match subject.who {
            Who::User(user) => !subject.closure.departed && (self.in_directory(user) || self.is_named(user)),
            Who::MemberOf(group) => self.is_live_group(group),
            Who::Nobody => false,
        }
    }

    /// Whether the members of a live group hold any `*_acls` anywhere, or are owners.
    fn is_strong(&self, group: u32) -> bool {
        let id = self.principal_id(group);
        let member = self.member_of(&id);
        member.is_owner()
            || member
                .closure
                .principals()
                .flat_map(|principal| self.acls_of(principal))
                .any(|(_, acl)| self.manages_access(acl) && !self.target_of(acl.node).deleted)
    }

    fn manages_access(&self, acl: AclRow) -> bool {
        match acl.grant.kind() {
            GrantKind::Permission { permission, .. } => PermissionSet::MANAGE_ACCESS.contains(permission),
            GrantKind::Role(role) => self.roles().closure(role).into_iter().any(|role| {
                let rows = self.roles().row(role).into_iter();
                rows.flat_map(|row| &row.tuples)
                    .any(|(bits, _)| bits & PermissionSet::MANAGE_ACCESS.bits() != 0)
            }),
        }
    }

    /// The live object of a type (in a project, when it lives in one) with a name; of several the
    /// one with the smallest id.
    pub(crate) fn namesake(&self, ty: &str, name: &str, project: Option<&str>) -> Option<String> {
        let number = self.types().get(ty);
        let parent = match project {
            Some(id) => self.find_node(number::PROJECT, id),
            None => NONE,
        };
        if number::is_child(number) && parent == NONE {
            return None;
        }
        self.all_named(number, name, parent)
            .into_iter()
            .map(|node| self.node_id(node))
            .min_by(|a, b| by_code_units(a, b))
    }
}

/// A route's row of the table.
fn row_of(route: &Route) -> Option<&'static Row> {
    TABLE.iter().copied().flatten().find(|row| row.fits(route.method, &route.segments))
}

/// Whether the table has a route.
pub(crate) fn has(route: &Route) -> bool {
    row_of(route).is_some()
}

/// The body that a route takes, where it takes one.
pub(crate) fn body(route: &Route) -> Option<&'static body::Schema> {
    row_of(route)?.body
}

fn wrong_organization(at: String, field: &'static str, given: &str) -> Finding {
    let message = format!(
        "`{given}` is another organization; leave `{field}` out, or send the request to that organization"
    );
    Finding::new(Code::WrongOrganization, at, message).with("field", field).with("organization", given)
}

/// What is found out about a request.
#[derive(Default)]
struct Found {
    denied: bool,
    /// Something is not known.
    open: bool,
    needs: Vec<PlacedNeed>,
    findings: Vec<Finding>,
}

/// A request with its row of the table.
struct Case<'a> {
    org: &'a Org,
    subject: Subject<'a>,
    route: &'a Route,
    row: &'a Row,
    body: &'a Value,
    found: &'a mut Found,
}

impl<'a> Case<'a> {
    fn needs(&mut self) {
        let namesake = self.namesake();
        let row = self.row;
        // A slice does not know what else has the name.
        let by_name = |rule: &Rule| matches!(rule.when, When::NameIsNew | When::NameExists);
        self.found.open |= self.org.slice_of().is_some() && row.needs.iter().any(by_name);
        for rule in row.needs {
            let applies = match rule.when {
                When::Always => true,
                When::Given(name) => field(self.body, name).is_some(),
                When::NameIsNew => namesake.is_none(),
                When::NameExists => namesake.is_some(),
                // The API's own word for a dashboard is `monitor`.
                When::Dashboard => matches!(text(self.body, "view_type"), Some("dashboard" | "monitor")),
            };
            if applies {
                self.apply(rule, namesake.as_deref());
            }
        }
    }

    /// What has the name of the body already. An experiment can be asked to be a new one.
    fn namesake(&self) -> Option<String> {
        let is_fresh = self.row.creates == "experiment" && body::flag(self.body, "ensure_new");
        let named = !self.row.creates.is_empty() && !is_fresh;
        let name = text(self.body, "name").filter(|_| named)?;
        self.org.namesake(self.row.creates, name, text(self.body, "project_id"))
    }

    fn apply(&mut self, rule: &Rule, namesake: Option<&str>) {
        match rule.on {
            On::Organization => self.need(rule, "organization", self.org.id(), String::new()),
            On::Members => self.need(rule, "org_member", self.org.id(), String::new()),
            On::Path(ty) => self.need(rule, ty, self.path_id(), String::new()),
            On::Query => self.query_object(rule),
            On::Body => {
                let item = body::acl_item(self.body, String::new());
                self.need(rule, self.wire_type(item.object_type), item.object_id, String::new());
            }
            On::AclInPath => self.acl_in_path(rule),
            On::EachAcl(list) => {
                for item in acl_items(self.body, list) {
                    self.need(rule, item.object_type, item.object_id, item.at);
                }
            }
            On::EachProject(list) => {
                for (at, id) in texts(self.body, list, "") {
                    self.need(rule, "project", id, at);
                }
            }
            On::Project => {
                let id = text(self.body, "project_id").unwrap_or_default();
                self.need(rule, "project", id, String::new());
            }
            On::Container => self.container(rule),
            On::Namesake => self.need(rule, self.row.creates, namesake.unwrap_or_default(), String::new()),
            On::StrongGroups => self.invited_groups(rule),
            On::Unnamed(_) => self.found.open = true,
        }
    }

    fn path_id(&self) -> &'a str {
        self.row.id_at().and_then(|at| self.route.segments.get(at)).map_or("", String::as_str)
    }

    /// Variables call a prompt by what it is.
    fn wire_type(&self, ty: &'a str) -> &'a str {
        if ty == "function" && self.row.path.starts_with("/v1/env_var") { "prompt" } else { ty }
    }

    /// Objects keep the parent that the data say: what the request says of it is not asked.
    fn need(&mut self, rule: &Rule, ty: &str, id: &str, at: String) {
        let target = self.org.target(self.org.types().get(ty), Some(id), None);
        let object = Node { object_type: ty.to_owned(), id: id.to_owned() };
        self.judge(rule, &target, object, at);
    }

    fn judge(&mut self, rule: &Rule, target: &Target<'_>, object: Node, at: String) {
        let permission = rule.permission;
        let permissions = self.org.granted(&self.subject.closure, target) | by_everybody(target);
        let held = permissions.contains(permission);
        // What is marked deleted is known too.
        if !held && target.known {
            self.found.denied = true;
        } else if !held {
            self.found.open = true;
        }
        self.found.needs.push(PlacedNeed { need: Need { permission, object, held, basis: rule.basis }, at });
    }

    /// CHOICES, Requests: told as `create` on the container, judged for the type that is created.
    fn container(&mut self, rule: &Rule) {
        let ty = self.org.types().get(self.row.creates);
        let project = text(self.body, "project_id");
        let (container, id) = match (ty, project) {
            (number::PROJECT, _) => ("org_project", self.org.id()),
            (ty, Some(project)) if number::is_child(ty) => ("project", project),
            _ => ("organization", self.org.id()),
        };
        let Some(target) = self.subject.creation(ty, project) else {
            self.found.open = true;
            return;
        };
        let object = Node { object_type: container.to_owned(), id: id.to_owned() };
        self.judge(rule, &target, object, String::new());
    }

    fn query_object(&mut self, rule: &Rule) {
        let mut named = [("object_type", ""), ("object_id", "")];
        for (name, place) in &mut named {
            match self.route.query(name) {
                Ok(Some(value)) if !value.is_empty() => *place = value,
                Ok(_) => self.found.findings.push(missing(pointer("", name), name)),
                // Named more than once.
                Err(()) => {}
            }
        }
        if named.iter().any(|(_, value)| value.is_empty()) {
            self.found.open = true;
        } else {
            self.need(rule, named[0].1, named[1].1, String::new());
        }
    }

    fn acl_in_path(&mut self, rule: &Rule) {
        let acls = self.org.acls();
        match acls.find(self.path_id()).and_then(|slot| acls.get(slot)) {
            Some(acl) => {
                let object = self.org.node_ref(acl.node);
                self.judge(rule, &self.org.target_of(acl.node), object, String::new());
            }
            None => self.found.open = true,
        }
    }

    /// Section 8: a group may be named in an invitation unless it is a strong one.
    fn invited_groups(&mut self, rule: &Rule) {
        let Some(invitation) = field(self.body, "invite_users") else { return };
        // A slice does not know what groups are granted.
        let named = ["group_ids", "group_id", "group_names", "group_name"];
        self.found.open |=
            self.org.slice_of().is_some() && named.iter().any(|name| field(invitation, name).is_some());
        let at = "/invite_users";
        let one = |name: &str| text(invitation, name).map(|value| (pointer(at, name), value));
        for (at, id) in texts(invitation, "group_ids", at).into_iter().chain(one("group_id")) {
            match self.org.find_group(id).filter(|group| self.org.group_row(*group).is_some()) {
                Some(group) => self.invited_group(rule, group, at),
                // Nobody knows what it grants.
                None => self.need(rule, "group", id, at),
            }
        }
        for (at, name) in texts(invitation, "group_names", at).into_iter().chain(one("group_name")) {
            self.invited_by_name(rule, name, at);
        }
    }

    fn invited_by_name(&mut self, rule: &Rule, name: &str, at: String) {
        let org = self.org;
        let groups = org.groups_named(name);
        for group in &groups {
            self.invited_group(rule, *group, at.clone());
        }
        if groups.is_empty() {
            self.found.open = true;
            let message = format!("there is no permission group named `{name}`; check the name");
            self.found.findings.push(Finding::new(Code::UnknownGroup, at, message).with("group", name));
        }
    }

    fn invited_group(&mut self, rule: &Rule, group: u32, at: String) {
        if self.org.is_live_group(group) && self.org.is_strong(group) {
            self.need(rule, "group", &self.org.principal_id(group), at);
        }
    }

    /// What asks for an owner, or for a kind of credential.
    fn owner(&mut self, by: &Actor) {
        let Some(owner) = self.row.owner else { return };
        let Some(at) = self.owner_at(owner) else { return };
        if !self.subject.is_owner() {
            self.found.denied = true;
            let what = if owner.for_tokens { "create service tokens" } else { self.row.text };
            self.found.findings.push(self.org.owner_required(&at, &self.subject, what));
        }
        if !owner.credentials.is_empty() && !owner.credentials.contains(&by.credential) {
            self.found.denied = true;
            self.found.findings.push(credential_required(at, owner.credentials, by.credential));
        }
    }

    /// Where the request asks for an owner, if it does.
    fn owner_at(&self, owner: Owner) -> Option<String> {
        if !owner.for_tokens {
            return Some(String::new());
        }
        let invitation = field(self.body, "invite_users")?;
        body::objects(invitation, "service_accounts", "/invite_users")
            .into_iter()
            .find(|(_, account)| field(account, "token_name").is_some())
            .map(|(at, _)| pointer(&at, "token_name"))
    }

    /// What needs no permission is still for subjects of the organisation alone.
    fn membership(&mut self) {
        let other =
            self.row.id_at().is_some() && self.row.needs.is_empty() && self.path_id() != self.org.id();
        if self.row.owner.is_none() && other {
            // Another organisation.
            self.found.open = true;
        } else if self.found.needs.is_empty() && !self.found.open && !self.org.belongs(&self.subject) {
            self.found.denied = true;
        }
    }
}

fn credential_required(at: String, suffices: &[Credential], found: Credential) -> Finding {
    let session = suffices.contains(&Credential::Session);
    let how = if session { "a service token, or in the browser" } else { "a service token" };
    let message = format!(
        "service tokens are created by somebody who is authenticated by {how}, and not by {}",
        match found {
            Credential::ApiKey => "an API key",
            Credential::Session => "a session in the browser",
            Credential::ServiceToken => "a service token",
            Credential::Unknown => "something unknown; say how the actor is authenticated",
        }
    );
    Finding::new(Code::ServiceTokenRequired, at, message).with("credential", found.as_str())
}

//! Why: the grants with their whole path, what nearly granted, and what would.

use serde::Serialize;

use super::basis;
use super::fixes::{Fix, Place};
use super::misses::{Missing, NearMiss, Search};
use super::remedies;
use super::subject::{Reason, Subject, reason};
use crate::model::Basis;
use crate::model::finding::{Node, Param, Params};
use crate::model::object::{Object, ObjectType, known_type_number, number};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, GrantKind, Map, Org, Target, Ways, Who, keys::NONE, sort};

/// An ACL that grants, with how it reaches the subject and the object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantPath {
    /// The id of the ACL.
    pub acl: String,
    /// The node it is on: the object itself or one above it.
    pub on: Node,
    /// The groups through which it reaches the subject: the subject's own first, the grantee last;
    /// empty for a direct grant.
    pub via: Vec<String>,
    /// The roles through which it grants: the granted role first, the one that holds the permission
    /// last; empty for a direct permission.
    pub role: Vec<String>,
    /// The type to which the permission is restricted.
    pub restrict: Option<String>,
}

/// Why an answer is what it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The answer.
    pub allowed: bool,
    /// Its reason.
    pub reason: Reason,
    /// Whether it rests on documented rules only.
    pub basis: Basis,
    /// One sentence with names.
    pub text: String,
    /// What the sentence was made of, for translation.
    pub params: Params,
    /// Every ACL that grants it, the nearest first: each alone suffices (of several permissions
    /// asked together, each gives at least one).
    pub grants: Vec<GrantPath>,
    /// When the answer is no: ACLs that would grant if exactly one thing differed, at most 5.
    pub near_misses: Vec<NearMiss>,
    /// When the answer is no: what would make it yes, the smallest first.
    pub fixes: Vec<Fix>,
}

/// What the question is called in sentences.
struct Question {
    ask: PermissionSet,
    object: Node,
    label: String,
    creates: Option<String>,
}

/// A grant with what the answer needs of it.
struct Grant {
    path: GrantPath,
    basis: Basis,
    /// What it gives of what was asked.
    gives: PermissionSet,
}

/// The roles from a granted one to the one that holds the permission, and its restriction.
type RoleWay = (Vec<u32>, Option<u16>);

impl Org {
    fn role_way(&self, role: u32, gives: PermissionSet, ty: u16) -> RoleWay {
        let first = gives.iter().next().map_or(0, |permission| PermissionSet::from(permission).bits());
        let holds = |restrict: Option<u16>| {
            self.roles().path_to(role, |row| {
                row.tuples.iter().any(|(given, only)| *given == first && *only == restrict)
            })
        };
        // An unrestricted tuple says more than a restricted one.
        match holds(None) {
            Some(path) => (path, None),
            None => (holds(Some(ty)).unwrap_or_default(), Some(ty)),
        }
    }
}

/// What somebody does, in words: the object as the verb takes it.
pub(super) fn phrase(ask: PermissionSet, ty: &str, object: &str) -> String {
    if ask == PermissionSet::MANAGE_ACCESS {
        return format!("manage access to {object}");
    }
    let Some(permission) = ask.single() else {
        return format!("do all of {} to {object}", ask.label());
    };
    match (permission, ty) {
        (Permission::Create, "org_member") => "invite members".to_owned(),
        (Permission::Delete, "org_member") => "remove members".to_owned(),
        (Permission::Create, "organization" | "org_project" | "project_group" | "project") => {
            format!("create things in {object}")
        }
        (Permission::Create, _) => format!("create {object}"),
        (Permission::Read, _) => format!("read {object}"),
        (Permission::Update, _) => format!("update {object}"),
        (Permission::Delete, _) => format!("delete {object}"),
        (Permission::CreateAcls, _) => format!("grant access to {object}"),
        (Permission::ReadAcls, _) => format!("see who has access to {object}"),
        (Permission::UpdateAcls, _) => format!("change access to {object}"),
        (Permission::DeleteAcls, _) => format!("revoke access to {object}"),
    }
}

/// What something new of a type is called.
fn a_new(ty: &str) -> String {
    match ty {
        "experiment" => "an experiment".to_owned(),
        "organization" => "an organization".to_owned(),
        "project_group" => "a project group".to_owned(),
        "prompt_session" => "a playground".to_owned(),
        "project_log" => "logs".to_owned(),
        "group" => "a permission group".to_owned(),
        "project" | "dataset" | "prompt" | "role" => format!("a {ty}"),
        other => format!("an object of the type `{other}`"),
    }
}

impl Subject<'_> {
    /// Why the subject may, or may not, do this to the object.
    #[must_use]
    pub fn explain(&self, ask: impl Into<PermissionSet>, object: &Object) -> Explanation {
        let ask = ask.into();
        let target = self.org.target_for(object);
        let node = object.node_ref(self.org);
        let holds_more = matches!(
            target.ty,
            number::ORGANIZATION | number::ORG_PROJECT | number::PROJECT_GROUP | number::PROJECT
        );
        let place = Place {
            object_type: node.object_type.clone(),
            object_id: node.id.clone(),
            // `create` restricted to the container's own type creates nothing.
            restrict: (holds_more && !ask.contains(Permission::Create)).then(|| node.object_type.clone()),
            reach: self.org.reach(target.ty, target.node),
        };
        let label = self.org.object_label(&node.object_type, Some(&node.id));
        self.explain_target(&target, &place, &Question { ask, object: node, label, creates: None })
    }

    /// Why the subject may, or may not, create one of this type (see [`Subject::can_create`]).
    #[must_use]
    pub fn explain_create(&self, object_type: impl Into<ObjectType>, project: Option<&str>) -> Explanation {
        let name = object_type.into();
        let ty = self.org.types().get(name.as_str());
        let ask = PermissionSet::from(Permission::Create);
        let container = match name {
            ObjectType::OrgMember => return self.explain(Permission::Create, &Object::members()),
            ObjectType::Project => Some(Object::all_projects()),
            ObjectType::ProjectGroup | ObjectType::Group | ObjectType::Role => Some(Object::organization()),
            ObjectType::Organization | ObjectType::OrgProject | ObjectType::OrgAuditLogs => None,
            _ => project.map(Object::project),
        };
        let node = container.as_ref().map(|object| object.node_ref(self.org));
        let target = self.creation(ty, project);
        let container_type =
            container.as_ref().map_or(ty, |object| self.org.types().get(object.object_type.as_str()));
        let object =
            node.clone().unwrap_or(Node { object_type: name.as_str().to_owned(), id: String::new() });
        let label = match &node {
            Some(node) => self.org.object_label(&node.object_type, Some(&node.id)),
            None => String::new(),
        };
        let place = Place {
            object_id: if target.is_some() { object.id.clone() } else { String::new() },
            object_type: object.object_type.clone(),
            restrict: Some(name.as_str().to_owned()),
            reach: target.map_or(1, |target| self.org.reach(container_type, target.node)),
        };
        // Nothing can be created: a type that exists once, or a project's child without a project.
        let is_once =
            matches!(name, ObjectType::Organization | ObjectType::OrgProject | ObjectType::OrgAuditLogs);
        let target = target.unwrap_or_else(|| {
            let mut nothing = self.org.target(number::NEVER_NAMED, None, None);
            nothing.known = is_once;
            nothing
        });
        let creates = Some(name.as_str().to_owned());
        self.explain_target(&target, &place, &Question { ask, object, label, creates })
    }

    fn explain_target(&self, target: &Target<'_>, place: &Place, question: &Question) -> Explanation {
        let ask = question.ask;
        let granted = self.org.granted(&self.closure, target);
        let reason = reason(granted, ask, target, &self.closure);
        let allowed = matches!(reason, Reason::Granted | Reason::Public);
        let grants =
            if target.deleted { Vec::new() } else { self.grants(target, ask, question.creates.is_some()) };
        let (mut near_misses, mut fixes) = (Vec::new(), Vec::new());
        if !allowed && !self.closure.departed {
            let candidates = self.org.candidates(target);
            fixes = remedies::fixes(self, target, ask, granted, &candidates, place);
            near_misses = Search::new(self, target, ask, granted, candidates).run();
        }
        let documented = grants
            .iter()
            .filter(|grant| grant.basis == Basis::Documented)
            .fold(PermissionSet::EMPTY, |all, grant| all | grant.gives)
            .contains_all(ask);
        let basis = match reason {
            // MODEL 4: what is above an object that the data do not know is a choice.
            Reason::Granted if documented && target.known => Basis::Documented,
            Reason::Public => Basis::Documented,
            Reason::NoGrant => {
                let restricted = near_misses.iter().any(|miss| miss.missing == Missing::Restriction);
                basis::of_no(target.ty, restricted || question.creates.is_some())
            }
            Reason::Granted | Reason::Deleted | Reason::UnknownObject | Reason::NotAMember => Basis::Chosen,
        };
        let (text, params) = self.tell(target, question, reason, &grants);
        let grants: Vec<GrantPath> = grants.into_iter().map(|grant| grant.path).collect();
        Explanation { allowed, reason, basis, text, params, grants, near_misses, fixes }
    }

    /// Every ACL that gives some of what is asked, each once, the nearest first.
    fn grants(&self, target: &Target<'_>, ask: PermissionSet, creates: bool) -> Vec<Grant> {
        let org = self.org;
        let mut found: Vec<(usize, u32, AclRow, PermissionSet)> = Vec::new();
        for (level, node) in target.chain.levels() {
            for (slot, acl) in org.acls_on(node) {
                let gives = PermissionSet(acl.grant.bits(target.ty, org.roles())) & ask;
                if !gives.is_empty() && self.closure.contains(acl.principal) {
                    found.push((level, slot, acl, gives));
                }
            }
        }
        let standing = org.standing(found.iter().map(|(_, slot, acl, _)| (*slot, *acl)));
        found.retain(|(_, slot, acl, _)| standing.of(*slot, *acl, true) == *slot);
        sort::by_rank_and_id(&mut found, |(level, slot, ..)| (*level as u64, org.acls().id(*slot)));
        let mut ways = Ways::default();
        let mut roles: Map<(u32, u8), RoleWay> = Map::default();
        let mut grants = Vec::with_capacity(found.len());
        for (_, slot, acl, gives) in found {
            let (role, restrict) = match acl.grant.kind() {
                GrantKind::Permission { restrict, .. } => (Vec::new(), restrict),
                GrantKind::Role(role) => {
                    let way = roles
                        .entry((role, gives.bits()))
                        .or_insert_with(|| org.role_way(role, gives, target.ty));
                    (ways.shorten(way.0.clone()), way.1)
                }
            };
            // MODEL 3: what create means for something that does not exist yet is a choice.
            let basis = if creates {
                Basis::Chosen
            } else {
                basis::of_grant(target.ty, org.node_type(acl.node), restrict.is_some())
            };
            let path = GrantPath {
                acl: org.acls().id(slot),
                on: org.node_ref(acl.node),
                via: self.via(acl.principal, &mut ways),
                role: role.into_iter().map(|role| org.roles().id(role)).collect(),
                restrict: restrict.map(|ty| org.types().name(ty).to_owned()),
            };
            grants.push(Grant { path, basis, gives });
        }
        grants
    }

    fn tell(
        &self,
        target: &Target<'_>,
        question: &Question,
        reason: Reason,
        grants: &[Grant],
    ) -> (String, Params) {
        let org = self.org;
        let who = self.label();
        let named = !question.object.id.is_empty();
        let does = match &question.creates {
            Some(ty) if named => format!("create {} in {}", a_new(ty), question.label),
            Some(ty) => format!("create {}", a_new(ty)),
            None if named => phrase(question.ask, &question.object.object_type, &question.label),
            None => {
                let unnamed = format!("an object of the type `{}`", question.object.object_type);
                phrase(question.ask, &question.object.object_type, &unnamed)
            }
        };
        let mut params = Params::default();
        params.insert("subject", Param::Text(self.id().unwrap_or_default().to_owned()));
        params.insert("name", Param::Text(self.name()));
        params.insert("permission", Param::Text(question.ask.label()));
        params.insert("type", Param::Text(question.object.object_type.clone()));
        params.insert("id", Param::Text(question.object.id.clone()));
        let name = org.name(&question.object.object_type, &question.object.id);
        params.insert("object", Param::Text(name.unwrap_or(&question.object.id).to_owned()));
        if let Some(ty) = &question.creates {
            params.insert("creates", Param::Text(ty.clone()));
        }
        let text = match reason {
            Reason::Granted => {
                params.insert("grants", Param::Number(grants.len() as u64));
                match grants.iter().find(|grant| grant.gives.contains_all(question.ask)) {
                    None => format!("{who} may {does}: {} grants together give it", grants.len()),
                    Some(grant) => {
                        let how = self.tell_grant(&grant.path, question.ask, &mut params);
                        let more = match grants.len() {
                            0 | 1 => String::new(),
                            2 => "; one more grant gives it too".to_owned(),
                            n => format!("; {} more grants give it too", n - 1),
                        };
                        format!("{who} may {does}: {how}{more}")
                    }
                }
            }
            Reason::Public => format!("anybody may {does}: it is public"),
            Reason::Deleted if target.node != NONE && org.node(target.node).deleted => {
                format!("nobody may {does}: it is deleted")
            }
            Reason::Deleted => format!("nobody may {does}: its project is deleted"),
            Reason::UnknownObject if question.creates.is_some() && !named => {
                format!("{who} may not {does}: no project was named")
            }
            Reason::UnknownObject if !named => format!("{who} may not {does}: no id was given"),
            Reason::UnknownObject => {
                let advice = match known_type_number(&question.object.object_type) {
                    None => "they know no object of that type; check its spelling, or name its project",
                    Some(_) => "they do not know it; load it, or name its project",
                };
                format!("{who} may not {does}, as far as the data say: {advice}")
            }
            Reason::NotAMember => {
                format!("{who} may not {does}: they are not a member of the organization any more")
            }
            Reason::NoGrant => format!("{who} may not {does}: {}", self.tell_no_grant()),
        };
        (text, params)
    }

    /// A misspelt id is nobody's, and nobody has grants.
    fn tell_no_grant(&self) -> String {
        let org = self.org;
        let is_known = match self.who {
            // A slice is of somebody whom it need not name.
            _ if org.slice_of().is_some() => true,
            Who::User(user) => org.in_directory(user) || org.is_named(user),
            Who::MemberOf(group) => org.group_row(group).is_some(),
            Who::Nobody => false,
        };
        let Some(id) = self.id().filter(|_| !is_known) else { return "no grant gives that".to_owned() };
        // Looking one up makes a table of them all: not for what cannot be one.
        let is_email = !self.of_group && id.contains('@');
        let users = if is_email { org.users_with_email(id) } else { Vec::new() };
        match users.first() {
            Some(known) => format!("that is an e-mail; ask about the id `{known}`"),
            None => "the data do not know that id; check it".to_owned(),
        }
    }

    fn tell_grant(&self, grant: &GrantPath, ask: PermissionSet, params: &mut Params) -> String {
        let org = self.org;
        let on = org.object_label(&grant.on.object_type, Some(&grant.on.id));
        let holder = match grant.via.last() {
            None => "they".to_owned(),
            Some(group) => {
                let name = org.name("group", group).unwrap_or(group);
                params.insert("group", Param::Text(name.to_owned()));
                let names = grant.via.iter().map(|id| org.name("group", id).unwrap_or(id).to_owned());
                params.insert("via", Param::List(names.take(Ways::SHORT).collect()));
                if grant.via.len() == 1 {
                    format!("their group `{name}`")
                } else {
                    let own = org.name("group", &grant.via[0]).unwrap_or(&grant.via[0]);
                    let through = match grant.via.len() - 2 {
                        0 => String::new(),
                        1 => {
                            let between = org.name("group", &grant.via[1]).unwrap_or(&grant.via[1]);
                            format!(", through `{between}`,")
                        }
                        n => format!(", through {n} others,"),
                    };
                    format!("their group `{own}` is{through} in the group `{name}`, which")
                }
            }
        };
        params.insert("onType", Param::Text(grant.on.object_type.clone()));
        params.insert("onId", Param::Text(grant.on.id.clone()));
        let name = org.name(&grant.on.object_type, &grant.on.id).unwrap_or(&grant.on.id);
        params.insert("on", Param::Text(name.to_owned()));
        if let Some(ty) = &grant.restrict {
            params.insert("restrict", Param::Text(ty.clone()));
        }
        let only =
            grant.restrict.as_ref().map_or(String::new(), |ty| format!(", restricted to the type `{ty}`"));
        let holds = if holder == "they" { "hold" } else { "holds" };
        match grant.role.first() {
            Some(role) => {
                let name = org.name("role", role).unwrap_or(role);
                params.insert("role", Param::Text(name.to_owned()));
                format!("{holder} {holds} the role `{name}` on {on}{only}")
            }
            None => format!("{holder} {holds} `{}` on {on}{only}", ask.label()),
        }
    }
}

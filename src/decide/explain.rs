//! Why: the grants with their whole path, what nearly granted, and what would.

use serde::Serialize;

use super::basis;
use super::fixes::{self, Fix, Place};
use super::misses::{Missing, NearMiss, Search};
use super::subject::{Reason, Subject, reason};
use crate::model::Basis;
use crate::model::finding::{Node, Param, Params};
use crate::model::object::{Object, ObjectType, number};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, GrantKind, Target, Ways, keys::NONE, sort};

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
            restrict: holds_more.then(|| node.object_type.clone()),
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
            None => "nowhere in particular".to_owned(),
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
            fixes = fixes::fixes(self, target, ask, granted, &candidates, place);
            near_misses = Search::new(self, target, ask, granted, candidates).run();
        }
        let documented = grants.iter().any(|(_, basis)| *basis == Basis::Documented);
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
        let grants: Vec<GrantPath> = grants.into_iter().map(|(grant, _)| grant).collect();
        let (text, params) = self.tell(target, question, reason, &grants);
        Explanation { allowed, reason, basis, text, params, grants, near_misses, fixes }
    }

    /// Every ACL that gives some of what is asked, each once, the nearest first.
    fn grants(&self, target: &Target<'_>, ask: PermissionSet, creates: bool) -> Vec<(GrantPath, Basis)> {
        let org = self.org;
        let mut found: Vec<(usize, String, AclRow, PermissionSet)> = Vec::new();
        for (level, node) in target.chain.levels() {
            for (slot, acl) in org.acls_on(node) {
                let bits = PermissionSet(acl.grant.bits(target.ty, org.roles())) & ask;
                if !bits.is_empty()
                    && self.closure.contains(acl.principal)
                    && org.equal_acl(slot, acl).is_none()
                {
                    found.push((level, org.acls().id(slot), acl, bits));
                }
            }
        }
        sort::by_rank_and_id(&mut found, |(level, id, ..)| (*level as u64, id.clone()));
        let mut ways = Ways::default();
        found
            .into_iter()
            .map(|(_, id, acl, bits)| self.grant_path(target, id, acl, bits, creates, &mut ways))
            .collect()
    }

    fn grant_path(
        &self,
        target: &Target<'_>,
        id: String,
        acl: AclRow,
        bits: PermissionSet,
        creates: bool,
        ways: &mut Ways,
    ) -> (GrantPath, Basis) {
        let org = self.org;
        let ty = target.ty;
        let first = bits.iter().next().map_or(0, |permission| PermissionSet::from(permission).bits());
        let (role, restrict) = match acl.grant.kind() {
            GrantKind::Permission { restrict, .. } => (Vec::new(), restrict),
            GrantKind::Role(role) => {
                let holds = |restrict: Option<u16>| {
                    org.roles().path_to(role, |row| {
                        row.tuples.iter().any(|(given, only)| *given == first && *only == restrict)
                    })
                };
                // An unrestricted tuple says more than a restricted one.
                match holds(None) {
                    Some(path) => (path, None),
                    None => (holds(Some(ty)).unwrap_or_default(), Some(ty)),
                }
            }
        };
        // MODEL 3: what create means for something that does not exist yet is a choice.
        let basis = if creates {
            Basis::Chosen
        } else {
            basis::of_grant(ty, org.node_type(acl.node), restrict.is_some())
        };
        let path = GrantPath {
            acl: id,
            on: org.node_ref(acl.node),
            via: self.via(acl.principal, ways),
            role: ways.shorten(role).into_iter().map(|role| org.roles().id(role)).collect(),
            restrict: restrict.map(|ty| org.types().name(ty).to_owned()),
        };
        (path, basis)
    }

    fn tell(
        &self,
        target: &Target<'_>,
        question: &Question,
        reason: Reason,
        grants: &[GrantPath],
    ) -> (String, Params) {
        let org = self.org;
        let who = self.label();
        let does = match &question.creates {
            Some(ty) => format!("create a `{ty}` in {}", question.label),
            None if question.ask == PermissionSet::MANAGE_ACCESS => {
                format!("manage access to {}", question.label)
            }
            None => format!("{} {}", question.ask.label(), question.label),
        };
        let mut params = Params::default();
        params.insert("subject", Param::Text(self.id().unwrap_or_default().to_owned()));
        params.insert("name", Param::Text(who.trim_matches('`').to_owned()));
        params.insert("permission", Param::Text(question.ask.label()));
        params.insert("type", Param::Text(question.object.object_type.clone()));
        params.insert("id", Param::Text(question.object.id.clone()));
        params.insert("object", Param::Text(question.label.clone()));
        if let Some(ty) = &question.creates {
            params.insert("creates", Param::Text(ty.clone()));
        }
        let text = match reason {
            Reason::Granted => {
                let how = grants
                    .first()
                    .map_or(String::new(), |grant| self.tell_grant(grant, question.ask, &mut params));
                let more = match grants.len() {
                    0 | 1 => String::new(),
                    2 => ", and so does one more grant".to_owned(),
                    n => format!(", and so do {} more grants", n - 1),
                };
                format!("{who} may {does}: {how}{more}")
            }
            Reason::Public => format!("anybody may {does}: it is public"),
            Reason::Deleted if target.node != NONE && org.node(target.node).deleted => {
                format!("nobody may {does}: it is deleted")
            }
            Reason::Deleted => format!("nobody may {does}: its project is deleted"),
            Reason::UnknownObject if question.object.id.is_empty() => {
                format!("{who} may not {does}: no id was given")
            }
            Reason::UnknownObject => {
                format!(
                    "{who} may not {does} as far as the data say: they do not know it, and nothing on it grants that"
                )
            }
            Reason::NotAMember => {
                format!("{who} may not {does}: they are not a member of the organization any more")
            }
            Reason::NoGrant => format!("{who} may not {does}: no grant gives that"),
        };
        (text, params)
    }

    fn tell_grant(&self, grant: &GrantPath, ask: PermissionSet, params: &mut Params) -> String {
        let org = self.org;
        let on = org.object_label(&grant.on.object_type, Some(&grant.on.id));
        let holder = match grant.via.last() {
            None => "they".to_owned(),
            Some(group) => {
                let name = org.name("group", group).unwrap_or(group);
                params.insert("group", Param::Text(name.to_owned()));
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
        params.insert("on", Param::Text(on.clone()));
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

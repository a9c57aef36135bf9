//! Somebody, seen by an organisation: yes and no.

use serde::Serialize;

use crate::model::finding::Node;
use crate::model::object::{Object, ObjectType, number};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Closure, Org, Target, Ways, Who, sort};

/// Why an answer is what it is. A question is answered by the first of these that applies, in the
/// order deleted, granted, public, not a member, unknown object, no grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Yes: an ACL grants it.
    Granted,
    /// Yes: it is a public experiment, which anybody may read.
    Public,
    /// No: nothing grants it.
    NoGrant,
    /// No: the object or its project is marked deleted.
    Deleted,
    /// No, as far as the data say: they do not know the object. An application may look it up.
    UnknownObject,
    /// No: the subject has departed (with [`crate::Members::Known`]).
    NotAMember,
}

/// A permission group somebody belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The group's id.
    pub id: String,
    /// Its name, or its id when it has none.
    pub name: String,
    /// How: ids of groups, the subject's own first, this one last.
    pub via: Vec<String>,
}

/// Somebody, as an organisation sees them: a user, a service account, a member of one group, or
/// nobody in particular. Made by [`Org::subject`] and its like; what it costs to make is the walk
/// through the groups that contain it.
#[derive(Clone, Debug)]
pub struct Subject<'o> {
    pub(crate) org: &'o Org,
    pub(crate) who: Who,
    pub(crate) id: Option<Box<str>>,
    /// The id is a group's.
    pub(crate) of_group: bool,
    pub(crate) closure: Closure,
}

impl Org {
    /// A user, service account or internal principal. An id that the data do not name is somebody
    /// who holds nothing; a group's id is no user's.
    #[must_use]
    pub fn subject(&self, id: &str) -> Subject<'_> {
        let who = self.user_number(id).map_or(Who::Nobody, Who::User);
        let id = (!id.is_empty()).then(|| id.into());
        Subject { org: self, who, id, of_group: false, closure: self.closure(who) }
    }

    /// Somebody who belongs to this group alone.
    #[must_use]
    pub fn member_of(&self, group: &str) -> Subject<'_> {
        let who = self.find_group(group).map_or(Who::Nobody, Who::MemberOf);
        Subject { org: self, who, id: Some(group.into()), of_group: true, closure: self.closure(who) }
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn anonymous(&self) -> Subject<'_> {
        Subject { org: self, who: Who::Nobody, id: None, of_group: false, closure: self.closure(Who::Nobody) }
    }

    pub(crate) fn target_for(&self, object: &Object) -> Target<'_> {
        let ty = self.types().get(object.object_type.as_str());
        self.target(ty, object.id.as_deref(), object.project.as_deref())
    }

    /// What grants give: MODEL 3, an OR of bytes along the chain.
    pub(crate) fn granted(&self, closure: &Closure, target: &Target<'_>) -> PermissionSet {
        if target.deleted || closure.len() == 0 {
            return PermissionSet::EMPTY;
        }
        PermissionSet(target.chain.iter().fold(0, |bits, node| bits | self.bits_on(node, target.ty, closure)))
    }
}

/// MODEL 3.2: what anybody may do.
pub(crate) fn by_everybody(target: &Target<'_>) -> PermissionSet {
    if target.deleted { PermissionSet::EMPTY } else { by_everybody_if(target.public) }
}

/// The same of something that is not deleted.
pub(crate) fn by_everybody_if(public: bool) -> PermissionSet {
    if public { Permission::Read.into() } else { PermissionSet::EMPTY }
}

/// Decides by what is granted, in the order of [`Reason`].
pub(crate) fn reason(
    granted: PermissionSet,
    ask: PermissionSet,
    target: &Target<'_>,
    closure: &Closure,
) -> Reason {
    if target.deleted {
        Reason::Deleted
    } else if granted.contains_all(ask) {
        Reason::Granted
    } else if (granted | by_everybody(target)).contains_all(ask) {
        Reason::Public
    } else if closure.departed {
        Reason::NotAMember
    } else if !target.known {
        Reason::UnknownObject
    } else {
        Reason::NoGrant
    }
}

impl<'o> Subject<'o> {
    /// The id; none for somebody who is not signed in.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether the subject may do this to the object (section 3). A set, such as
    /// [`PermissionSet::MANAGE_ACCESS`], is held when all of it is.
    ///
    /// An object that the data do not know is a no, never an error.
    #[must_use]
    pub fn can(&self, ask: impl Into<PermissionSet>, object: &Object) -> bool {
        let ask = ask.into();
        !ask.is_empty() && self.permissions(object).contains_all(ask)
    }

    /// Everything that the subject may do to the object.
    #[must_use]
    pub fn permissions(&self, object: &Object) -> PermissionSet {
        let target = self.org.target_for(object);
        self.org.granted(&self.closure, &target) | by_everybody(&target)
    }

    /// Whether the subject may create one of this type (section 3): in a project for what lives in
    /// projects, else `project` is ignored.
    #[must_use]
    pub fn can_create(&self, object_type: impl Into<ObjectType>, project: Option<&str>) -> bool {
        let ty = self.org.types().get(object_type.into().as_str());
        self.creation(ty, project)
            .is_some_and(|target| self.org.granted(&self.closure, &target).contains(Permission::Create))
    }

    /// A prospective object: what is above it is its container and what is above that.
    pub(crate) fn creation(&self, ty: u16, project: Option<&str>) -> Option<Target<'o>> {
        // Inviting a member is `create` on org_member.
        if self.org.types().name(ty) == "org_member" {
            return Some(self.org.target(ty, None, None));
        }
        let mut target = self.org.container(ty, project)?;
        target.ty = ty;
        target.public = false;
        Some(target)
    }

    /// Whether the subject is an organisation owner (section 5): in the closure of the group named
    /// Owners, or granted the system role `owner` on the organisation. An identity test, not "may
    /// do everything".
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.closure.principals().any(|principal| self.org.is_owners_group(principal))
            || self
                .org
                .acls_on(self.org.singleton(number::ORGANIZATION))
                .any(|(_, acl)| self.closure.contains(acl.principal) && self.org.grants_owner_role(acl.grant))
    }

    /// The live groups that contain the subject, by a shortest way each; ordered by id.
    #[must_use]
    pub fn groups(&self) -> Vec<Membership> {
        let mut ways = Ways::default();
        let mut groups: Vec<Membership> = self
            .closure
            .principals()
            .filter(|principal| self.org.is_group(*principal))
            .map(|group| Membership {
                id: self.org.principal_id(group),
                name: self.org.principal_label(group),
                via: self.via(group, &mut ways),
            })
            .collect();
        sort::by_id(&mut groups, |group| group.id.clone());
        groups
    }

    pub(crate) fn via(&self, principal: u32, ways: &mut Ways) -> Vec<String> {
        self.closure
            .via(principal, self.org, ways)
            .into_iter()
            .map(|group| self.org.principal_id(group))
            .collect()
    }

    /// What the subject may grant on the object: everything, or nothing, by `create_acls` (section 7).
    #[must_use]
    pub fn grantable(&self, object: &Object) -> PermissionSet {
        if self.can(Permission::CreateAcls, object) { PermissionSet::ALL } else { PermissionSet::EMPTY }
    }
}

impl Object {
    pub(crate) fn node_ref(&self, org: &Org) -> Node {
        Node {
            object_type: self.object_type.as_str().to_owned(),
            id: self.id().unwrap_or(if is_singleton(&self.object_type) { org.id() } else { "" }).to_owned(),
        }
    }
}

fn is_singleton(ty: &ObjectType) -> bool {
    matches!(
        ty,
        ObjectType::Organization | ObjectType::OrgProject | ObjectType::OrgMember | ObjectType::OrgAuditLogs
    )
}

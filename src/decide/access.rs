//! Who may do something to an object, and through which grants.

use serde::Serialize;

use super::list::ListOptions;
use super::subject::by_everybody;
use crate::model::finding::Node;
use crate::model::object::Object;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, GrantKind, Map, Members, Org, Target, Ways, Who, keys::NONE, sort};

/// Everybody who may do something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holders {
    /// Anybody may, somebody who is not signed in too.
    pub public: bool,
    /// Who holds it by a grant, ascending by id; once each, by a shortest way.
    pub subjects: Vec<Holder>,
}

/// Somebody who holds a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The id of the user or service account.
    pub subject: String,
    /// How: ids of groups, the subject's own first, the grantee last; empty for a direct grant.
    pub via: Vec<String>,
    /// The id of the ACL.
    pub acl: String,
}

/// To whom an ACL is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Principal {
    /// A user or service account, by id.
    User(String),
    /// A permission group, by id.
    Group(String),
}

/// A grant that reaches an object: a row of the "Object permissions" dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessRow {
    /// To whom.
    pub principal: Principal,
    /// What it gives on this object.
    pub permissions: Vec<&'static str>,
    /// Where it was granted.
    pub on: Node,
    /// The id of the ACL.
    pub acl: String,
    /// The id of the role, when it grants one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The type to which it is restricted, when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restrict: Option<String>,
    /// Granted above the object.
    pub inherited: bool,
    /// How many users and service accounts it covers.
    pub members: usize,
}

/// How a user comes to a grant: the group they are in, and where it stands in the walk.
struct Step {
    group: u32,
    /// The step through which the grant comes down; [`NONE`] for the grantee.
    from: u32,
    grantee: u32,
    /// How many groups the way to the grantee has.
    length: u32,
    acl: u32,
}

impl Org {
    /// Everybody who may do this to the object, by id (the subjects of the data: users, service
    /// accounts, and whoever groups and ACLs name). `options.project` is the project the caller
    /// believes an unknown object to be in, as in [`Object::in_project`].
    #[must_use]
    pub fn who(&self, ask: impl Into<PermissionSet>, object: &Object, options: ListOptions<'_>) -> Holders {
        let ask = ask.into();
        let mut object = object.clone();
        if let (None, Some(project)) = (&object.project, options.project) {
            object = object.in_project(project);
        }
        let target = self.target_for(&object);
        let public = ask == Permission::Read.into() && !by_everybody(&target).is_empty();
        let subjects = self
            .holders(&target, ask)
            .into_iter()
            .map(|(user, (via, slot))| Holder {
                subject: self.principal_id(user),
                via: via.into_iter().map(|group| self.principal_id(group)).collect(),
                acl: self.acls().id(slot),
            })
            .collect();
        Holders { public, subjects: options.page(subjects, |holder: &Holder| &holder.subject) }
    }

    /// The users who hold all of this by grants, with a shortest way and the ACL.
    pub(super) fn holders(&self, target: &Target<'_>, ask: PermissionSet) -> Map<u32, (Vec<u32>, u32)> {
        let mut found: Map<u32, (Vec<u32>, u32)> = Map::default();
        if target.deleted || ask.is_empty() {
            return found;
        }
        let mut grants: Vec<(usize, String, u32, AclRow)> = Vec::new();
        for (level, node) in target.chain.levels() {
            for (slot, acl) in self.acls_on(node) {
                if acl.grant.bits(target.ty, self.roles()) & ask.bits() != 0 {
                    grants.push((level, self.acls().id(slot), slot, acl));
                }
            }
        }
        sort::by_rank_and_id(&mut grants, |(level, id, ..)| (*level as u64, id.clone()));
        let mut steps: Vec<Step> = Vec::new();
        let mut seen: Map<u32, ()> = Map::default();
        for (_, _, slot, acl) in &grants {
            if !self.is_group(acl.principal) {
                found.entry(acl.principal).or_insert_with(|| (Vec::new(), *slot));
            } else if self.is_live_group(acl.principal) && seen.insert(acl.principal, ()).is_none() {
                steps.push(Step {
                    group: acl.principal,
                    from: NONE,
                    grantee: acl.principal,
                    length: 1,
                    acl: *slot,
                });
            }
        }
        self.walk_down(steps, seen, &mut found);
        found.retain(|user, _| {
            !self.is_out(*user)
                && (ask.single().is_some()
                    // Several permissions may come from several grants.
                    || self.granted(&self.closure(Who::User(*user)), target).contains_all(ask))
        });
        found
    }

    /// From the grantees down to all users, level by level, so that the first way found is a
    /// shortest one.
    fn walk_down(&self, mut steps: Vec<Step>, mut seen: Map<u32, ()>, found: &mut Map<u32, (Vec<u32>, u32)>) {
        let mut ways = Ways::default();
        let mut level = 0..steps.len();
        while !level.is_empty() {
            let end = steps.len();
            for at in level {
                let Step { group, grantee, length, acl, .. } = steps[at];
                let Some(row) = self.group_row(group) else { continue };
                for user in row.users.iter().filter(|user| **user != NONE) {
                    found.entry(*user).or_insert_with(|| {
                        let whole = ways.whole(length as usize);
                        let mut via = Vec::new();
                        let mut place = at as u32;
                        while place != NONE && (whole || via.len() < Ways::SHORT - 1) {
                            via.push(steps[place as usize].group);
                            place = steps[place as usize].from;
                        }
                        if place != NONE {
                            via.push(grantee);
                        }
                        (via, acl)
                    });
                }
                let mut members: Vec<u32> = row
                    .groups
                    .iter()
                    .copied()
                    .filter(|g| *g != NONE && self.is_live_group(*g) && seen.insert(*g, ()).is_none())
                    .collect();
                sort::by_id(&mut members, |group| self.principal_id(*group));
                steps.extend(members.into_iter().map(|group| Step {
                    group,
                    from: at as u32,
                    grantee,
                    length: length + 1,
                    acl,
                }));
            }
            level = end..steps.len();
        }
    }

    /// The grants that give something on the object itself, nearest first, then by ACL id. Those
    /// of groups or roles that are deleted or unknown give nothing and are left out.
    #[must_use]
    pub fn access(&self, object: &Object) -> Vec<AccessRow> {
        let target = self.target_for(object);
        if target.deleted {
            return Vec::new();
        }
        let mut rows: Vec<(usize, AccessRow)> = Vec::new();
        let standing = self.standing(target.chain.iter().flat_map(|node| self.acls_on(node)));
        let mut sizes: Map<u32, usize> = Map::default();
        for (level, node) in target.chain.levels() {
            for (slot, acl) in self.acls_on(node) {
                let bits = PermissionSet(acl.grant.bits(target.ty, self.roles()));
                let is_group = self.is_group(acl.principal);
                let covers =
                    if is_group { self.is_live_group(acl.principal) } else { !self.is_out(acl.principal) };
                if bits.is_empty() || !covers || standing.of(slot, acl, true) != slot {
                    continue;
                }
                let id = self.principal_id(acl.principal);
                let (role, restrict) = match acl.grant.kind() {
                    GrantKind::Role(role) => (Some(self.roles().id(role)), None),
                    GrantKind::Permission { restrict, .. } => {
                        (None, restrict.map(|ty| self.types().name(ty).to_owned()))
                    }
                };
                let members = if is_group {
                    *sizes.entry(acl.principal).or_insert_with(|| {
                        let users = self.users_in([acl.principal].into_iter());
                        users.keys().filter(|user| !self.is_out(**user)).count()
                    })
                } else {
                    1
                };
                rows.push((
                    level,
                    AccessRow {
                        principal: if is_group { Principal::Group(id) } else { Principal::User(id) },
                        permissions: bits.iter().map(Permission::as_str).collect(),
                        on: self.node_ref(node),
                        acl: self.acls().id(slot),
                        role,
                        restrict,
                        inherited: node != target.node,
                        members,
                    },
                ));
            }
        }
        sort::by_rank_and_id(&mut rows, |(level, row)| (*level as u64, row.acl.clone()));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Somebody whose groups and ACLs count for nothing.
    pub(crate) fn is_out(&self, user: u32) -> bool {
        self.options().members == Members::Known && self.has_departed(user)
    }
}

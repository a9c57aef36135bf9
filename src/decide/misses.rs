//! Near misses: ACLs that would grant if exactly one thing differed. A literal search over what
//! could differ, kept to the ACLs on the object's chain.

use serde::Serialize;

use super::explain::phrase;
use super::subject::Subject;
use crate::model::object::number;
use crate::model::permission::PermissionSet;
use crate::org::{AclRow, Closure, GrantKind, Map, Org, Standing, Target, Who, keys::NONE, sort};

/// The one thing that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// A group, a role, the ACL, the object or its project is marked deleted.
    Deleted,
    /// The grant is restricted to another type.
    Restriction,
    /// The subject is not in the group.
    Membership,
    /// The grant gives another permission.
    Permission,
}

/// An ACL that would grant if exactly one thing differed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NearMiss {
    /// The id of the ACL.
    pub acl: String,
    /// What differs.
    pub missing: Missing,
    /// The group concerned: the one to be in, or the one that is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The same in a sentence.
    pub text: String,
}

/// How many near misses an explanation tells.
const MOST: usize = 5;

/// How many groups are looked at one by one, for near misses by deletion and for fixes: beyond what
/// any organisation has, so that hostile data cost no more than real ones.
pub(super) const BOUND: usize = 500;

/// An ACL on the chain.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub level: usize,
    pub slot: u32,
    pub acl: AclRow,
    pub live: bool,
}

struct Miss {
    missing: Missing,
    level: usize,
    acl: String,
    slot: u32,
    group: u32,
}

/// One tuple of a role, by place.
type Edit = (u32, usize);

pub(super) struct Search<'a> {
    org: &'a Org,
    subject: &'a Subject<'a>,
    target: &'a Target<'a>,
    ask: PermissionSet,
    missing: PermissionSet,
    candidates: Vec<Candidate>,
    standing: Standing,
    /// The roles of a granted role, as far as they were asked for.
    roles: Map<u32, Vec<u32>>,
    found: Map<(Missing, u32), Miss>,
}

impl Org {
    /// All ACLs on an object and above it, those marked deleted too.
    pub(super) fn candidates(&self, target: &Target<'_>) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (level, node) in target.chain.levels() {
            for (slot, acl) in self.acls_on_with_deleted(node) {
                candidates.push(Candidate { level, slot, acl, live: self.acls().is_live(slot, acl) });
            }
        }
        candidates
    }

    /// What a role gives on a type without one tuple, or with one role not deleted.
    fn role_bits_with(&self, role: u32, ty: u16, without: Option<Edit>, revived: u32) -> u8 {
        let mut bits = 0;
        for member in self.roles().closure_reviving(role, revived) {
            let Some(row) = self.roles().row(member) else { continue };
            for (i, (given, restrict)) in row.tuples.iter().enumerate() {
                if without != Some((member, i)) && restrict.is_none_or(|only| only == ty) {
                    bits |= given;
                }
            }
        }
        bits
    }
}

impl<'a> Search<'a> {
    pub fn new(
        subject: &'a Subject<'a>,
        target: &'a Target<'a>,
        ask: PermissionSet,
        granted: PermissionSet,
        candidates: Vec<Candidate>,
    ) -> Search<'a> {
        let missing = ask - granted;
        let standing =
            subject.org.standing(candidates.iter().map(|candidate| (candidate.slot, candidate.acl)));
        Search {
            org: subject.org,
            subject,
            target,
            ask,
            missing,
            candidates,
            standing,
            roles: Map::default(),
            found: Map::default(),
        }
    }

    /// Precondition: the answer is no, and the subject has not departed.
    pub fn run(mut self) -> Vec<NearMiss> {
        if self.target.deleted {
            self.object_deleted();
        } else {
            self.something_deleted();
            if let Some(permission) = self.missing.single() {
                let bit = PermissionSet::from(permission).bits();
                self.tuples(bit);
            }
            self.membership();
        }
        let mut misses: Vec<Miss> = self.found.drain().map(|(_, miss)| miss).collect();
        sort::by_rank_and_id(&mut misses, |miss| {
            ((miss.missing as u64) << 32 | miss.level as u64, miss.acl.clone())
        });
        misses.truncate(MOST);
        misses.into_iter().map(|miss| self.tell(miss)).collect()
    }

    /// The objects on the way to the root whose mark alone makes the object deleted.
    fn object_deleted(&mut self) {
        let marked: Vec<u32> = self.deleted_nodes();
        let [node] = marked.as_slice() else { return };
        // A group or role that lives again also counts again.
        let id = self.org.node_id(*node);
        let group = match self.org.node_type(*node) {
            number::GROUP => self.org.find_group(&id).unwrap_or(NONE),
            _ => NONE,
        };
        let role = match self.org.node_type(*node) {
            number::ROLE => self.org.roles().find(&id).unwrap_or(NONE),
            _ => NONE,
        };
        let closure = self.org.closure_reviving(self.subject.who, group);
        for at in 0..self.candidates.len() {
            let candidate = self.candidates[at];
            let bits = self.bits_reviving(candidate.acl, role);
            if candidate.live
                && closure.contains(candidate.acl.principal)
                && bits & self.ask.bits() == self.ask.bits()
            {
                self.add(Missing::Deleted, candidate, group);
            }
        }
    }

    fn deleted_nodes(&self) -> Vec<u32> {
        self.target
            .chain
            .iter()
            .filter(|node| *node == self.target.node || self.org.node_type(*node) == number::PROJECT)
            .filter(|node| self.org.node(*node).known && self.org.node(*node).deleted)
            .collect()
    }

    fn bits_reviving(&self, acl: AclRow, role: u32) -> u8 {
        match acl.grant.kind() {
            GrantKind::Role(granted) if role != NONE => {
                self.org.role_bits_with(granted, self.target.ty, None, role)
            }
            _ => acl.grant.bits(self.target.ty, self.org.roles()),
        }
    }

    fn gives_all(&self, bits: u8) -> bool {
        bits & self.missing.bits() == self.missing.bits()
    }

    /// A mark of deletion on an ACL, a role or a group.
    fn something_deleted(&mut self) {
        for at in 0..self.candidates.len() {
            let candidate = self.candidates[at];
            let covered = self.subject.closure.contains(candidate.acl.principal);
            if !candidate.live {
                if covered && self.gives_all(candidate.acl.grant.bits(self.target.ty, self.org.roles())) {
                    self.add(Missing::Deleted, candidate, NONE);
                }
                continue;
            }
            if covered && let GrantKind::Role(granted) = candidate.acl.grant.kind() {
                for role in self.deleted_roles(granted) {
                    if self.gives_all(self.org.role_bits_with(granted, self.target.ty, None, role)) {
                        self.add(Missing::Deleted, candidate, NONE);
                    }
                }
            }
        }
        for group in self.deleted_groups() {
            let closure = self.org.closure_reviving(self.subject.who, group);
            for at in 0..self.candidates.len() {
                let candidate = self.candidates[at];
                if candidate.live
                    && closure.contains(candidate.acl.principal)
                    && self.gives_all(candidate.acl.grant.bits(self.target.ty, self.org.roles()))
                {
                    self.add(Missing::Deleted, candidate, group);
                }
            }
        }
    }

    /// The deleted roles that stand between a grant and what it would give.
    fn deleted_roles(&self, granted: u32) -> Vec<u32> {
        let roles = self.org.roles();
        let mut found: Vec<u32> = roles
            .closure(granted)
            .into_iter()
            .flat_map(|role| roles.all_members(role))
            .chain([granted])
            .filter(|role| roles.is_known(*role) && roles.is_deleted(*role))
            .collect();
        sort::numbers(&mut found);
        found
    }

    /// The deleted groups that contain the subject, or a live group that does.
    fn deleted_groups(&self) -> Vec<u32> {
        let org = self.org;
        let is_deleted = |group: &u32| org.group_row(*group).is_some() && org.principal(*group).deleted;
        let start = match self.subject.who {
            Who::MemberOf(group) => Some(group),
            _ => None,
        };
        let mut found: Vec<u32> = self
            .subject
            .closure
            .principals()
            .flat_map(|principal| org.principal(principal).member_of.iter().copied())
            .chain(start)
            .filter(is_deleted)
            .collect();
        sort::numbers(&mut found);
        sort::by_id(&mut found, |group| org.principal_id(*group));
        found.truncate(BOUND);
        found
    }

    /// A tuple that is restricted to another type, or gives another permission.
    fn tuples(&mut self, bit: u8) {
        let ty = self.target.ty;
        let mut roles: Vec<u32> = Vec::new();
        for at in 0..self.candidates.len() {
            let candidate = self.candidates[at];
            if !candidate.live || !self.subject.closure.contains(candidate.acl.principal) {
                continue;
            }
            match candidate.acl.grant.kind() {
                GrantKind::Permission { permission, restrict } => {
                    let given = PermissionSet::from(permission).bits();
                    let fits = restrict.is_none_or(|only| only == ty);
                    if given == bit && !fits {
                        self.add(Missing::Restriction, candidate, NONE);
                    }
                    if given != bit
                        && fits
                        && self.survives(given, |held| {
                            held.slot != candidate.slot
                                && held.acl.grant.bits(ty, self.org.roles()) & given != 0
                        })
                    {
                        self.add(Missing::Permission, candidate, NONE);
                    }
                }
                GrantKind::Role(granted) => {
                    let org = self.org;
                    let closure = self.roles.entry(granted).or_insert_with(|| org.roles().closure(granted));
                    roles.extend(closure.iter());
                }
            }
        }
        sort::numbers(&mut roles);
        // The roles with a tuple that would do if it were changed.
        let mut by_restriction: Map<u32, ()> = Map::default();
        let mut by_permission: Map<u32, ()> = Map::default();
        for role in roles {
            let Some(row) = self.org.roles().row(role) else { continue };
            for (i, (given, restrict)) in row.tuples.iter().copied().enumerate() {
                let fits = restrict.is_none_or(|only| only == ty);
                if given == bit && !fits {
                    by_restriction.insert(role, ());
                }
                if given != bit
                    && fits
                    && self.survives(given, |held| self.bits_without(held.acl, (role, i)) & given != 0)
                {
                    by_permission.insert(role, ());
                }
            }
        }
        self.role_edits(Missing::Restriction, &by_restriction);
        self.role_edits(Missing::Permission, &by_permission);
    }

    /// The ACLs whose role has one of these in its closure.
    fn role_edits(&mut self, missing: Missing, changed: &Map<u32, ()>) {
        for at in 0..self.candidates.len() {
            let candidate = self.candidates[at];
            if candidate.live
                && self.subject.closure.contains(candidate.acl.principal)
                && let GrantKind::Role(granted) = candidate.acl.grant.kind()
                && self
                    .roles
                    .get(&granted)
                    .is_some_and(|roles| roles.iter().any(|role| changed.contains_key(role)))
            {
                self.add(missing, candidate, NONE);
            }
        }
    }

    /// Whether a permission that a changed tuple no longer gives is not asked for, or held through
    /// something else.
    fn survives(&self, given: u8, gives: impl Fn(&Candidate) -> bool) -> bool {
        self.ask.bits() & given == 0
            || self
                .candidates
                .iter()
                .any(|held| held.live && self.subject.closure.contains(held.acl.principal) && gives(held))
    }

    fn bits_without(&self, acl: AclRow, edit: Edit) -> u8 {
        match acl.grant.kind() {
            GrantKind::Role(granted) => self.org.role_bits_with(granted, self.target.ty, Some(edit), NONE),
            GrantKind::Permission { .. } => acl.grant.bits(self.target.ty, self.org.roles()),
        }
    }

    /// A live group that the subject is not in.
    fn membership(&mut self) {
        if !self.subject.can_join() {
            return;
        }
        for at in 0..self.candidates.len() {
            let candidate = self.candidates[at];
            let group = candidate.acl.principal;
            if candidate.live
                && self.org.is_live_group(group)
                && !self.subject.closure.contains(group)
                && self.gives_all(candidate.acl.grant.bits(self.target.ty, self.org.roles()))
            {
                self.add(Missing::Membership, candidate, group);
            }
        }
    }

    fn add(&mut self, missing: Missing, candidate: Candidate, group: u32) {
        let slot = self.standing.of(candidate.slot, candidate.acl, candidate.live);
        let acl = self.org.acls().id(slot);
        self.found.entry((missing, slot)).or_insert(Miss {
            missing,
            level: candidate.level,
            acl,
            slot,
            group,
        });
    }

    fn tell(&self, miss: Miss) -> NearMiss {
        let org = self.org;
        let Some(acl) = org.acls().get(miss.slot) else {
            return NearMiss { acl: miss.acl, missing: miss.missing, group: None, text: String::new() };
        };
        let on = org.node_label(acl.node);
        let grantee = if org.is_group(acl.principal) {
            format!("the group `{}`", org.principal_label(acl.principal))
        } else {
            format!("`{}`", org.principal_label(acl.principal))
        };
        let gives = match acl.grant.kind() {
            GrantKind::Role(role) => format!("holds the role `{}` on {on}", org.role_label(role)),
            GrantKind::Permission { permission, restrict } => {
                let does = phrase(permission.into(), org.types().name(org.node_type(acl.node)), &on);
                match restrict {
                    None => format!("may {does}"),
                    Some(ty) => format!("may {does}, restricted to the type `{}`", org.types().name(ty)),
                }
            }
        };
        let ask = self.missing.label();
        let text = match miss.missing {
            Missing::Membership => format!("{grantee} {gives}, but {} is not in it", self.subject.label()),
            Missing::Permission => format!("{grantee} {gives}, but that does not include `{ask}`"),
            Missing::Restriction => {
                format!("{grantee} {gives}, but not for the type `{}`", org.types().name(self.target.ty))
            }
            Missing::Deleted if self.target.deleted => {
                format!("{grantee} {gives}, but the object is deleted")
            }
            Missing::Deleted if miss.group != NONE => {
                format!("{grantee} {gives}, but the group `{}` is deleted", org.principal_label(miss.group))
            }
            Missing::Deleted if !org.acls().is_live(miss.slot, acl) => {
                format!("{grantee} {gives}, but that ACL is deleted")
            }
            Missing::Deleted => format!("{grantee} {gives}, but a role in it is deleted"),
        };
        let group = (miss.group != NONE).then(|| org.principal_id(miss.group));
        NearMiss { acl: miss.acl, missing: miss.missing, group, text }
    }
}

impl Subject<'_> {
    /// Whether being added to a group could change anything: nobody in particular cannot be added,
    /// a group that is deleted or unknown passes nothing on, and somebody outside of a directory
    /// that decides would have departed by it.
    pub(super) fn can_join(&self) -> bool {
        match (self.who, self.id()) {
            (_, None) => false,
            (Who::MemberOf(group), _) => self.org.is_live_group(group),
            (Who::Nobody, Some(_)) if self.of_group => false,
            (_, Some(id)) => !self.org.would_depart(id),
        }
    }

    /// The subject's name, or the group's whose member it is.
    pub(super) fn name(&self) -> String {
        match (self.who, self.id()) {
            (Who::MemberOf(group), _) => self.org.principal_label(group),
            (_, Some(id)) if self.of_group => id.to_owned(),
            (_, Some(id)) => self.org.user_label(id),
            (_, None) => String::new(),
        }
    }

    /// What to call the subject in a sentence.
    pub(super) fn label(&self) -> String {
        match (self.who, self.id()) {
            (Who::MemberOf(group), _) => {
                format!("a member of the group `{}`", self.org.principal_label(group))
            }
            (_, Some(id)) if self.of_group => format!("a member of the group `{id}`"),
            (_, Some(id)) => format!("`{}`", self.org.user_label(id)),
            (_, None) => "somebody who is not signed in".to_owned(),
        }
    }

    /// The closure, for those who compare.
    pub(super) fn closure(&self) -> &Closure {
        &self.closure
    }
}

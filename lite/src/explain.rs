//! Why, in ids, names and numbers: sentences are made of them in JavaScript (pkg/src/lite/explain.ts).

use alloc::string::String;
use alloc::vec::Vec;

use crate::bounds::WAYS;
use crate::closure::{Walk, shorten};
use crate::input::NONE;
use crate::json::Json;
use crate::number;
use crate::roles::{CREATE, ROLE, fits};
use crate::small::{ACLS, Asked, GROUP, Grant, NODES, PRINCIPALS, ROLES, Small};
use crate::tree::Target;

/// What an explanation is asked about. Without an ask: the creation of something.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The permissions asked for, none for creation.
    pub ask: u8,
    /// The type, by its number.
    pub ty: u16,
    /// The id, unless it was left out.
    pub id: Option<&'a str>,
    /// The project that the caller names.
    pub project: Option<&'a str>,
}

/// An ACL on the chain, which stands for all that are equal: it has the smallest id.
#[derive(Clone, Copy)]
pub struct Candidate {
    pub level: u32,
    pub slot: u32,
    pub node: u32,
    pub principal: u32,
    pub grant: Grant,
    /// There are others.
    pub many: bool,
    /// The subject is the grantee or in it.
    pub covered: bool,
}

/// The roles from a granted one to one that holds a permission, and the type to which it is restricted there.
struct RoleWay {
    roles: Vec<u32>,
    restrict: u32,
}

impl Small {
    /// All ACLs on an object and above it, those marked deleted too, equal ones once.
    fn candidates(&self, target: &Target) -> Vec<Candidate> {
        let mut all: Vec<Candidate> = Vec::new();
        // Where the last one with each grant is: equal ones have one grantee, and a grantee's stand together.
        let mut last: Vec<u32> = alloc::vec![NONE; self.grant_keys()];
        for (level, node) in &target.chain {
            for slot in self.acls_on(*node) {
                let acl = self.acl(*slot);
                let (principal, grant) = (acl.principal, self.grant_of(acl));
                let Some(last) = last.get_mut(self.grant_key(grant)) else { continue };
                if let Some(equal) = all.get_mut(*last as usize)
                    && (equal.node, equal.principal) == (*node, principal)
                {
                    equal.many = true;
                    if self.is_before(ACLS, *slot, equal.slot) {
                        equal.slot = *slot;
                    }
                    continue;
                }
                *last = all.len() as u32;
                let covered = self.walk.contains(principal);
                let (level, slot, node) = (*level, *slot, *node);
                all.push(Candidate { level, slot, node, principal, grant, many: false, covered });
            }
        }
        all
    }

    /// How many distinct grants there may be, and the place of one among them.
    fn grant_keys(&self) -> usize {
        2 * (self.space(ROLES).len() + usize::from(ROLE) * self.grant_types())
    }

    fn grant_key(&self, grant: Grant) -> usize {
        let of = grant.of as usize;
        let key = if grant.what == ROLE {
            of
        } else {
            let restrict = if grant.of == NONE { 0 } else { of + 1 };
            self.space(ROLES).len() + usize::from(grant.what) * self.grant_types() + restrict
        };
        key.saturating_mul(2) + usize::from(grant.deleted)
    }

    /// To how many types a permission may be restricted, and to none.
    fn grant_types(&self) -> usize {
        usize::from(number::KNOWN) + self.types.len() + 1
    }

    /// The way from a live role; `walk` is an earlier one.
    fn role_way(&self, role: u32, first: u8, ty: u16, walk: &mut Walk, left: &mut usize) -> RoleWay {
        self.walk_again(ROLES, role, NONE, walk);
        // A permission for all types says more than one for this type.
        for restrict in [NONE, u32::from(ty)] {
            let mut found: Option<(u32, u32)> = None;
            for (role, depth) in walk.with_depths() {
                // The nearest come first.
                if found.is_some_and(|(least, _)| depth > least) {
                    break;
                }
                let mut holds = false;
                self.each_tuple(role, &mut |_, bits, only| holds |= bits == first && only == restrict);
                if holds && found.is_none_or(|(_, other)| self.is_before(ROLES, role, other)) {
                    found = Some((depth, role));
                }
            }
            if let Some((_, role)) = found {
                return RoleWay { roles: walk.way(role, true, left), restrict };
            }
        }
        RoleWay { roles: Vec::new(), restrict: u32::from(ty) }
    }

    /// The name of a node; a project's log is called as the project.
    pub(crate) fn node_name(&self, node: u32) -> u32 {
        if self.node_type(node) == number::PROJECT_LOG {
            return self.node(self.find(NODES, number::PROJECT, &self.id_text(NODES, node))).name;
        }
        self.node(node).name
    }

    /// Why somebody may, or may not, do something, as JSON: the reason, what is granted, what is known, the type, the
    /// name of the object and of the subject, the id of a user with this e-mail, the grants, the near misses.
    pub fn explain(&mut self, asked: Asked<'_>, question: Question<'_>) -> String {
        let Question { ask, ty, id, project } = question;
        self.prepare(asked.subject, ty);
        let creates = ask == 0;
        let ask = if creates { CREATE } else { ask };
        let target = if creates {
            self.creation(ty, project).unwrap_or_else(|| {
                // Nothing can be created: a type that exists once, or a project's child without a project.
                let mut nothing = Target::new(number::NEVER_NAMED);
                nothing.known = number::is_singleton(ty);
                nothing
            })
        } else {
            self.target(ty, id, project)
        };
        let granted = self.granted(&target);
        let reason = self.reason(granted, ask, &target);
        let candidates = self.candidates(&target);
        let mut json = Json::default();
        json.begin();
        json.number(reason);
        json.number(u32::from(granted));
        json.number(
            u32::from(target.known)
                | u32::from(self.is_deleted_node(target.node)) << 1
                | u32::from(self.is_known(asked)) << 2,
        );
        self.write_type(u32::from(target.ty), &mut json);
        let name = match (ty, id) {
            (number::PROJECT_LOG, Some(id)) if !creates => {
                self.node(self.find(NODES, number::PROJECT, id)).name
            }
            _ => self.node_name(target.node),
        };
        self.write_name(name, &mut json);
        let group = asked.of_group && !self.is_group(asked.subject);
        self.write_name(if group { 0 } else { self.principal_name(asked.subject) }, &mut json);
        match self.with_email(asked) {
            NONE => json.nothing(),
            user => self.write_id(PRINCIPALS, user, &mut json),
        }
        self.write_grants(&target, ask, &candidates, &mut json);
        json.begin();
        if reason > PUBLIC && !self.departed {
            self.write_misses(asked, &target, ask, granted, &candidates, &mut json);
        }
        json.end();
        json.end();
        json.0
    }

    /// The place of the reason among those of the whole library: granted, public, no grant, deleted, unknown object,
    /// not a member.
    fn reason(&self, granted: u8, ask: u8, target: &Target) -> u32 {
        if target.deleted {
            3
        } else if granted & ask == ask {
            0
        } else if (granted | target.by_everybody()) & ask == ask {
            PUBLIC
        } else if self.departed {
            5
        } else if !target.known {
            4
        } else {
            2
        }
    }

    /// Whether the data name somebody; a slice is of somebody whom it need not name.
    fn is_known(&self, asked: Asked<'_>) -> bool {
        let Asked { subject, .. } = asked;
        self.slice.is_some()
            || self.is_known_group(subject)
            || !self.is_group(subject) && (self.in_directory(subject) || self.is_named(subject))
    }

    /// The user with somebody's id as e-mail, that with the smallest id; [`NONE`] when there is none, or the data know
    /// somebody with that id.
    fn with_email(&self, asked: Asked<'_>) -> u32 {
        let is_email = |id: &&str| !asked.of_group && id.contains('@') && !self.is_known(asked);
        let Some(id) = asked.id.filter(is_email) else { return NONE };
        let mut found = NONE;
        for (user, info) in (0..).zip(self.space(PRINCIPALS)) {
            if info.flags & crate::small::EMAIL != 0
                && Small::is_listed(*info)
                && self.text_bytes(info.link) == id.as_bytes()
                && (found == NONE || self.is_before(PRINCIPALS, user, found))
            {
                found = user;
            }
        }
        found
    }

    /// Every ACL that gives some of what is asked, in no order: how many steps above the object, its id, what it is
    /// on, the groups and roles on the way, the type to which it is restricted, and what it gives.
    fn write_grants(&self, target: &Target, ask: u8, candidates: &[Candidate], json: &mut Json) {
        // Spent in the order of ACLs on their nodes; the whole library spends it by id: where not all ways can be told
        // whole, others are.
        let mut left = WAYS;
        let (mut ways, mut known): (Vec<RoleWay>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut walk = Walk::default();
        json.begin();
        for candidate in candidates {
            let grant = candidate.grant;
            let gives = self.bits_of(grant, target.ty) & ask;
            if gives == 0 || target.deleted || grant.deleted || !candidate.covered {
                continue;
            }
            let (mut roles, mut restrict) = (Vec::new(), grant.restrict());
            if let Some(role) = grant.role() {
                // Remembered by the role and the first permission that it gives.
                let place = usize::from(ROLE) * role as usize + gives.trailing_zeros() as usize;
                known.resize(usize::from(ROLE) * self.space(ROLES).len(), NONE);
                let Some(place) = known.get_mut(place) else { continue };
                if *place == NONE {
                    *place = ways.len() as u32;
                    // What may still be told of it is spent below.
                    ways.push(self.role_way(
                        role,
                        gives & gives.wrapping_neg(),
                        target.ty,
                        &mut walk,
                        &mut left.clone(),
                    ));
                }
                if let Some(way) = ways.get(*place as usize) {
                    (roles, restrict) = (shorten(&way.roles, &mut left), way.restrict);
                }
            }
            json.begin();
            self.write_candidate(candidate, json);
            self.write_all(PRINCIPALS, &self.via(candidate.principal, &mut left), json);
            self.write_all(ROLES, &roles, json);
            self.write_type(restrict, json);
            json.number(u32::from(gives));
            json.end();
        }
        json.end();
    }

    /// How many steps above the object, the ACL's id, and what it is on: type, id, name.
    pub(crate) fn write_candidate(&self, candidate: &Candidate, json: &mut Json) {
        json.number(candidate.level);
        self.write_id(ACLS, candidate.slot, json);
        self.write_type(u32::from(self.node_type(candidate.node)), json);
        self.write_called(NODES, candidate.node, json);
    }

    /// What an ACL gives, in place of a sentence: the grantee, whether it is a group, the role, or the permission and
    /// its restriction.
    pub(crate) fn write_gift(&self, candidate: &Candidate, json: &mut Json) {
        let grant = candidate.grant;
        self.write_called(PRINCIPALS, candidate.principal, json);
        json.number(u32::from(self.principal(candidate.principal).kind & GROUP));
        match grant.role() {
            Some(role) => self.write_called(ROLES, role, json),
            None => json.number(u32::from(grant.what)),
        }
        self.write_type(grant.restrict(), json);
    }
}

const PUBLIC: u32 = 1;

impl Candidate {
    /// Whether it gives anything, and to the subject.
    pub fn counts(&self) -> bool {
        self.covered && !self.grant.deleted
    }

    pub fn fits(&self, ty: u16) -> bool {
        self.grant.role().is_none() && fits(self.grant.of, ty)
    }
}

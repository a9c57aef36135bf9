//! Stretches of the object tree: what a row of reach speaks of, and which one holds another.

use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Org, Target, UnknownObjects, keys::NONE};

/// The part of what is on and below a node: everything, or the objects of one type there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scope {
    pub only: Option<u16>,
    /// What is below those objects too. Always so for types that have nothing below them.
    pub below: bool,
}

impl Scope {
    pub const EVERYTHING: Scope = Scope { only: None, below: true };

    /// Everything first, then by type.
    pub fn rank(self) -> u32 {
        self.only.map_or(0, |ty| (u32::from(ty) + 1) << 1 | u32::from(!self.below))
    }
}

/// Whether objects of a type have others below them (section 2).
fn holds_others(ty: u16) -> bool {
    matches!(ty, number::ORGANIZATION | number::ORG_PROJECT | number::PROJECT_GROUP | number::PROJECT)
}

/// What lives in a project. An unknown type does when a project is named for it.
fn is_in_projects(ty: u16) -> bool {
    number::is_child(ty) || ty == number::PROJECT_LOG || ty >= number::KNOWN
}

/// Whether objects of a type can be on or below an object of another type (docs/CHOICES.md, `no_effect`).
pub(crate) fn occurs(on: u16, ty: u16) -> bool {
    on == ty
        || match on {
            number::ORGANIZATION => true,
            number::ORG_PROJECT | number::PROJECT_GROUP => ty == number::PROJECT || is_in_projects(ty),
            number::PROJECT => is_in_projects(ty),
            _ => false,
        }
}

impl Org {
    /// What a tuple on a node speaks of, in one form for the same thing; none when it speaks of
    /// nothing. MODEL 3: a restriction is to the objects of that type alone, so that `below` is for
    /// what is more than a tuple.
    pub(super) fn extent(&self, node: u32, restrict: Option<u16>, below: bool) -> Option<(u32, Scope)> {
        let Some(only) = restrict else { return Some((node, Scope::EVERYTHING)) };
        let on = self.node_type(node);
        if self.is_elsewhere_node(node) {
            return (on == only).then_some((node, Scope::EVERYTHING));
        }
        if !occurs(on, only) {
            return None;
        }
        // The four types that exist once have one node each.
        let node = if on == number::ORGANIZATION && number::is_singleton(only) {
            self.singleton(only)
        } else {
            node
        };
        let below = below || !holds_others(only);
        let itself = self.node_type(node) == only;
        Some((node, if itself && below { Scope::EVERYTHING } else { Scope { only: Some(only), below } }))
    }

    /// A node of a type that exists once, under another id than the organisation's: an unknown object
    /// with nothing above it or below (docs/CHOICES.md, Objects).
    pub(super) fn is_elsewhere_node(&self, node: u32) -> bool {
        let ty = self.node_type(node);
        number::is_singleton(ty) && node != self.singleton(ty)
    }

    /// A project that the data do not know and in which they know objects. MODEL 4: under
    /// `inOrganization` it is below all projects, and the known objects in it keep their short chain.
    pub(crate) fn is_stray(&self, node: u32) -> bool {
        self.options().unknown_objects == UnknownObjects::InOrganization
            && !self.node(node).known
            && self.child_count(node) > 0
            && self.node_type(node) == number::PROJECT
    }

    /// Whether everything in `inner`, at the node of `target`, is in `outer`, at the node that stands
    /// at `level` of the target's chain.
    pub(super) fn is_within(&self, inner: Scope, target: &Target<'_>, outer: Scope, level: usize) -> bool {
        // The project's logs have all that is above it above them.
        let is_contents = match inner.only {
            Some(number::PROJECT) => inner.below,
            only => only != Some(number::PROJECT_LOG),
        };
        let stands_apart = level > 0 && is_contents && target.node != NONE && self.is_stray(target.node);
        !stands_apart && self.would_be_within(inner, target, outer, level)
    }

    /// The same for what does not exist yet.
    pub(super) fn would_be_within(
        &self,
        inner: Scope,
        target: &Target<'_>,
        outer: Scope,
        level: usize,
    ) -> bool {
        let Some(ty) = outer.only else { return true };
        // The one type of everything in it, if it is one.
        let single = match inner.only {
            None => (!holds_others(target.ty)).then_some(target.ty),
            Some(only) => (!inner.below || !holds_others(only)).then_some(only),
        };
        if single == Some(ty) {
            return true;
        }
        if !outer.below {
            return false;
        }
        // MODEL 4: an object that the data do not know may be below all projects and in none.
        let is_loose = self.options().unknown_objects == UnknownObjects::InOrganization
            && matches!(target.ty, number::ORGANIZATION | number::ORG_PROJECT);
        let is_in_one = |only| is_in_projects(only) && !(is_loose && number::is_child(only));
        // Objects of that type with what is below them; the contents of projects are below projects;
        // or all of it is below one such object.
        inner.only == Some(ty)
            || ty == number::PROJECT && holds_others(target.ty) && inner.only.is_some_and(is_in_one)
            || target.chain.levels().any(|(at, node)| at < level && self.node_type(node) == ty)
    }

    /// What nobody can hold, or everybody does, of a node.
    pub(crate) fn moot_on(&self, node: u32) -> PermissionSet {
        let target = self.target_of(node);
        if target.deleted {
            PermissionSet::ALL
        } else if target.public {
            // MODEL 3.2: anybody may.
            Permission::Read.into()
        } else {
            PermissionSet::EMPTY
        }
    }
}

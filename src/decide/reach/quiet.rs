//! What somebody comes to by grants where nothing opens, such as those on an object or on most
//! projects: everything there, if they may grant it, and nothing further. It is enough to ask whether
//! that was in their reach before, and who holds how much elsewhere plays no part.

use super::extent::Scope;
use super::fixpoint::{Goal, Reach, in_reach, reach_until};
use super::known::Known;
use super::together::New;
use super::{far_reaching, place_id};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, Closure, GrantKind, Org, Target};

#[cfg(test)]
mod tests;

/// More opens by grants than everything in some places: steps have to be followed.
pub(crate) struct MoreOpens;

/// The most far-reaching thing that somebody comes to by grants that are new: it was not in their
/// reach before and is not held afterwards. `then` and `now` are who they are.
///
/// Precondition: nothing else was added, nothing was taken away, and `now` counts as the grantee of
/// each.
pub(crate) fn by_quiet_grants(
    before: &Known<'_>,
    after: &Known<'_>,
    [then, now]: [&Closure; 2],
    acls: &[AclRow],
) -> Result<Option<New>, MoreOpens> {
    let org = after.org;
    let mut places: Vec<(u32, Scope)> = Vec::new();
    for acl in acls.iter().filter(|acl| !org.target_of(acl.node).deleted) {
        for (bits, restrict) in after.tuples(acl.grant.kind()).iter().copied() {
            if after.opens(acl.node, bits, restrict) {
                return Err(MoreOpens);
            }
            // MODEL 7.1: everything can be granted.
            if bits.contains(Permission::CreateAcls) {
                places.extend(org.extent(acl.node, restrict, true));
            }
        }
        // MODEL 7.3: what a role gives can be edited.
        if can_edit(after, now, acl.grant.kind()) {
            return Err(MoreOpens);
        }
    }
    if places.iter().any(|(node, scope)| after.opens_in(*node, *scope, PermissionSet::ALL)) {
        return Err(MoreOpens);
    }
    places
        .sort_by_cached_key(|(node, scope)| (far_reaching(org, *node, *scope), place_id(org, *node, *scope)));
    Ok(places.into_iter().find_map(|(node, scope)| {
        let target = org.target_of(node);
        let held = by_grants(after, org, now, &target, scope, false);
        let left = PermissionSet::ALL - org.moot_on(node) - held;
        // What is new has a number in the organisation afterwards alone.
        let was = if node < before.org.nodes().end { before.org.target_of(node) } else { target };
        let permissions =
            if left.is_empty() { left } else { left - reached(before, org, then, &was, scope, left) };
        (!permissions.is_empty()).then_some(New { node, scope, permissions })
    }))
}

/// Whether somebody could edit a role by which a grant gives what it gives.
fn can_edit(known: &Known<'_>, closure: &Closure, grant: GrantKind) -> bool {
    let org = known.org;
    known.own_roles_of(grant).into_iter().filter_map(|role| org.roles().row(role)).any(|row| {
        let target = org.target_of(row.node);
        let update = Permission::Update.into();
        !reached(known, org, closure, &target, Scope::EVERYTHING, update).is_empty()
    })
}

/// What of some permissions in a place somebody holds or could give themselves; `org` says what is
/// within what, `known` who holds it.
fn reached(
    known: &Known<'_>,
    org: &Org,
    closure: &Closure,
    target: &Target<'_>,
    scope: Scope,
    wanted: PermissionSet,
) -> PermissionSet {
    // Most who reach it have it from above: then no step has to be followed.
    if by_grants(known, org, closure, target, scope, true).contains_all(wanted) {
        return wanted;
    }
    let principals: Vec<u32> = closure.principals().collect();
    let covered = |reach: &Reach| reach.covered(org, target, scope, true, &in_reach) & wanted;
    let goal = Goal::at(known, target, scope);
    covered(&reach_until(known, &principals, &[], &goal, &|reach| covered(reach) == wanted))
}

/// What grants to somebody give in a place, and, if it is asked for, what they can be used to grant
/// there.
fn by_grants(
    known: &Known<'_>,
    org: &Org,
    closure: &Closure,
    target: &Target<'_>,
    scope: Scope,
    with_what_can_be_granted: bool,
) -> PermissionSet {
    let holding = known.org;
    let mut all = PermissionSet::EMPTY;
    let is_within = |outer: Option<(u32, Scope)>| {
        outer.is_some_and(|(node, outer)| {
            let level = target.chain.levels().find(|(_, above)| *above == node);
            level.is_some_and(|(level, _)| org.is_within(scope, target, outer, level))
        })
    };
    for node in target.chain.iter().filter(|node| *node < holding.nodes().end) {
        if holding.target_of(node).deleted {
            continue;
        }
        holding.acls_on_for(node, closure, &mut |_, acl| {
            for (bits, restrict) in known.tuples(acl.grant.kind()).iter().copied() {
                if is_within(holding.extent(node, restrict, false)) {
                    all |= bits;
                }
                if with_what_can_be_granted
                    && bits.contains(Permission::CreateAcls)
                    && is_within(holding.extent(node, restrict, true))
                {
                    all = PermissionSet::ALL;
                }
            }
        });
    }
    all
}

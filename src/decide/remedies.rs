//! Finding fixes, the smallest first.

use super::fixes::{AclItem, Fix, Place, Remedy};
use super::misses::{BOUND, Candidate};
use super::subject::{Subject, by_everybody};
use crate::model::object::{known_type_number, number};
use crate::model::permission::PermissionSet;
use crate::org::{Map, Target, Who, sort};

/// How many fixes an explanation tells.
const MOST: usize = 8;

/// Fixes are ordered by how many others gain, how much is reached, and what they are.
type Rank = (usize, u64, u8);

/// Precondition: the answer is no.
pub(super) fn fixes(
    subject: &Subject<'_>,
    target: &Target<'_>,
    ask: PermissionSet,
    granted: PermissionSet,
    candidates: &[Candidate],
    place: &Place,
) -> Vec<Fix> {
    let org = subject.org;
    let missing = ask - granted;
    let nowhere = place.object_id.is_empty() || place.object_type.is_empty();
    // A slice does not know who else would gain.
    let whole = org.slice_of().is_none();
    let Some(id) = subject.id().filter(|_| whole && subject.can_join() && !target.deleted && !nowhere) else {
        return Vec::new();
    };
    let permission = missing.single().map_or("manage_access", crate::model::permission::Permission::as_str);
    let grant = |grantee: &str, is_group: bool, restrict: Option<&String>| {
        Remedy::Grant(AclItem {
            object_type: place.object_type.clone(),
            object_id: place.object_id.clone(),
            user_id: (!is_group).then(|| grantee.to_owned()),
            group_id: is_group.then(|| grantee.to_owned()),
            permission: Some(permission.to_owned()),
            role_id: None,
            restrict_object_type: restrict.cloned(),
        })
    };
    // Who gains by a grant to a group: its users who do not hold as much already.
    let held =
        if by_everybody(target).contains_all(missing) { None } else { Some(org.holders(target, missing)) };
    let unrestricted = {
        let mut everything = *target;
        everything.ty = number::NEVER_NAMED;
        org.holders(&everything, missing)
    };
    let others = |group: u32, holders: Option<&Map<u32, (Vec<u32>, u32)>>| {
        let Some(holders) = holders else { return 0 };
        org.users_in([group].into_iter())
            .keys()
            .filter(|user| {
                subject.who != Who::User(**user) && !org.is_out(**user) && !holders.contains_key(*user)
            })
            .count()
    };
    let mut found: Vec<(Rank, String, Fix)> = Vec::new();
    let mut offer = |gains: usize, reach: u64, kind: u8, name: &str, remedy: Remedy| {
        found.push(((gains, reach, kind), name.to_owned(), Fix { remedy, gains }));
    };

    // Joining a group that holds it.
    let user = match subject.who {
        Who::MemberOf(_) => None,
        _ => Some(id),
    };
    if let Some(user) = user {
        for (group, reach) in joinable(subject, target, missing, candidates) {
            let name = org.principal_id(group);
            offer(0, reach, 0, &name, Remedy::AddMember { group: name.clone(), user: user.to_owned() });
        }
    }
    // A grant on the object: to the subject, or to a group of theirs.
    let mut grantees: Vec<(String, Option<u32>)> = Vec::new();
    match subject.who {
        Who::MemberOf(group) => grantees.push((id.to_owned(), Some(group))),
        _ => grantees.push((id.to_owned(), None)),
    }
    if user.is_some() {
        grantees.extend(subject.own_groups().into_iter().map(|group| (org.principal_id(group), Some(group))));
    }
    // Whether the API takes a grant on a type that this version does not know, nobody can say.
    if known_type_number(&place.object_type).is_none() {
        grantees.clear();
    }
    for (grantee, group) in &grantees {
        let (kind, is_group) = (if group.is_some() { 2 } else { 1 }, group.is_some());
        if place.restrict.is_some() {
            let gains = group.map_or(0, |group| others(group, held.as_ref()));
            offer(gains, 1, kind, grantee, grant(grantee, is_group, place.restrict.as_ref()));
        }
        // What a grant without restriction gives beyond the object counts, where there is something.
        let holders = if place.reach > 1 { Some(&unrestricted) } else { held.as_ref() };
        let gains = group.map_or(0, |group| others(group, holders));
        offer(gains, place.reach, kind, grantee, grant(grantee, is_group, None));
    }
    // Few others gaining comes first, then little being reached: two stable sorts.
    sort::by_rank_and_id(&mut found, |((_, reach, kind), name, _)| {
        (reach << 2 | u64::from(*kind), name.clone())
    });
    sort::by_rank_and_id(&mut found, |((gains, ..), ..)| (*gains as u64, String::new()));
    found.truncate(MOST);
    found.into_iter().map(|(_, _, fix)| fix).collect()
}

/// The live groups that the subject is not in and whose ACLs, with those of the groups above them,
/// give what is missing; with how much joining them would reach.
fn joinable(
    subject: &Subject<'_>,
    target: &Target<'_>,
    missing: PermissionSet,
    candidates: &[Candidate],
) -> Vec<(u32, u64)> {
    let org = subject.org;
    let mut given: Map<u32, ()> = Map::default();
    for candidate in candidates.iter().filter(|candidate| candidate.live) {
        let bits = candidate.acl.grant.bits(target.ty, org.roles());
        if org.is_live_group(candidate.acl.principal) && bits & missing.bits() != 0 {
            given.insert(candidate.acl.principal, ());
        }
    }
    let mut groups: Vec<u32> =
        given.into_keys().filter(|group| !subject.closure().contains(*group)).collect();
    sort::by_id(&mut groups, |group| org.principal_id(*group));
    groups.truncate(BOUND);
    let mut found = Vec::new();
    for group in groups {
        let joined = org.closure(Who::MemberOf(group));
        if !org.granted(&joined, target).contains_all(missing) {
            continue;
        }
        let reach = joined
            .principals()
            .filter(|principal| !subject.closure().contains(*principal))
            .flat_map(|principal| org.acls_of(principal))
            .map(|(_, acl)| org.reach(org.node_type(acl.node), acl.node))
            .fold(0, u64::saturating_add);
        found.push((group, reach));
    }
    found
}

impl Subject<'_> {
    /// The live groups that name the subject themselves.
    fn own_groups(&self) -> Vec<u32> {
        let Who::User(user) = self.who else { return Vec::new() };
        let mut groups: Vec<u32> = self
            .org
            .principal(user)
            .member_of
            .iter()
            .copied()
            .filter(|g| self.org.is_live_group(*g))
            .collect();
        sort::numbers(&mut groups);
        sort::by_id(&mut groups, |group| self.org.principal_id(*group));
        groups.truncate(BOUND);
        groups
    }
}

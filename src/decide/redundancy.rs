//! Whether somebody holds already what a grant would give, and by which ACLs.

use crate::model::object::number;
use crate::model::permission::PermissionSet;
use crate::org::{AclRow, Closure, Org, Target, keys::NONE, sort};

/// A permission or several, and the one type to which they are restricted, if they are.
pub(crate) type Tuple = (PermissionSet, Option<u16>);

/// MODEL 2: whether objects of a type have others below them.
fn has_below(ty: u16) -> bool {
    matches!(ty, number::ORGANIZATION | number::ORG_PROJECT | number::PROJECT_GROUP | number::PROJECT)
}

impl Org {
    /// The ACLs that give every tuple already, if there are any: live ones on the node or above it,
    /// for the grantee or a group that contains it, each with the same permission and no restriction
    /// or the same one (docs/CHOICES.md, `redundant_grant`). One ACL where one suffices, else few;
    /// the nearest first, then by id. `ignoring` says which slots are taken for absent.
    ///
    /// `closure` is the grantee's: a user's, or that of somebody in the group alone. A grant without
    /// tuples gives nothing and is not redundant. The cost follows the ACLs on the node and above it
    /// that the closure holds.
    pub(crate) fn redundant_by(
        &self,
        target: &Target<'_>,
        closure: &Closure,
        tuples: &[Tuple],
        ignoring: &dyn Fn(u32) -> bool,
    ) -> Option<Vec<u32>> {
        // On what has nothing below it, a restriction to its own type takes nothing away.
        let own = (!has_below(target.ty)).then_some(target.ty);
        let tuples: Vec<Tuple> = tuples.iter().map(|(bits, only)| (*bits, only.or(own))).collect();
        let tuples = tuples.as_slice();
        let mut missing: Vec<PermissionSet> = tuples.iter().map(|tuple| tuple.0).collect();
        let mut found: Vec<(usize, u32, AclRow)> = Vec::new();
        // MODEL 4: what is above a project that the data do not know is not above what they know in it.
        let stands_apart = target.node != NONE && self.is_stray(target.node);
        for (level, node) in target.chain.levels().filter(|(level, _)| *level == 0 || !stands_apart) {
            self.acls_on_for(node, closure, &mut |slot, acl| {
                if !ignoring(slot) {
                    found.push((level, slot, acl));
                    self.take_given(acl, tuples, &mut missing);
                }
            });
        }
        if tuples.is_empty() || missing.iter().any(|bits| !bits.is_empty()) {
            return None;
        }
        sort::by_rank_and_id(&mut found, |(level, slot, _)| (*level as u64, self.acls().id(*slot)));
        let all = || tuples.iter().map(|tuple| tuple.0).collect::<Vec<_>>();
        let alone = found.iter().find(|(_, _, acl)| {
            let mut missing = all();
            self.take_given(*acl, tuples, &mut missing);
            missing.iter().all(|bits| bits.is_empty())
        });
        if let Some((_, slot, _)) = alone {
            return Some(vec![*slot]);
        }
        let mut missing = all();
        found.retain(|(_, _, acl)| self.take_given(*acl, tuples, &mut missing));
        Some(found.into_iter().map(|(_, slot, _)| slot).collect())
    }

    /// Takes what an ACL gives out of what is missing of each tuple; whether it gave any of it.
    fn take_given(&self, acl: AclRow, tuples: &[Tuple], missing: &mut [PermissionSet]) -> bool {
        let mut gave = false;
        for ((_, restrict), missing) in tuples.iter().zip(missing) {
            // What holds for a type that nothing names is given without restriction.
            let ty = restrict.unwrap_or(number::NEVER_NAMED);
            let given = *missing & PermissionSet(acl.grant.bits(ty, self.roles()));
            *missing = *missing - given;
            gave |= !given.is_empty();
        }
        gave
    }

    /// The live ACLs on a node whose grantee is in a closure.
    pub(crate) fn acls_on_for(&self, node: u32, closure: &Closure, each: &mut dyn FnMut(u32, AclRow)) {
        let info = self.node(node);
        if info.heavy && closure.len() < info.acls as usize {
            for principal in closure.principals() {
                self.acls_of_pair(node, principal).for_each(|(slot, acl)| each(slot, acl));
            }
        } else {
            self.acls_on(node)
                .filter(|(_, acl)| closure.contains(acl.principal))
                .for_each(|(slot, acl)| each(slot, acl));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::org::{LoadOptions, Org, UnknownObjects, Who};

    fn organization(acls: &Value) -> Org {
        let export = json!({
            "organization": {"id": "o"},
            "groups": [
                {"id": "inner", "member_users": ["ada"]}, {"id": "outer", "member_groups": ["inner"]},
                {"id": "gone", "member_users": ["ada"], "deleted_at": "2026"},
            ],
            "roles": [
                {"id": "editor", "member_permissions": [{"permission": "read"}, {"permission": "update"}]},
                {"id": "prompts", "member_permissions": [{"permission": "read", "restrict_object_type": "prompt"}]},
                {"id": "empty"},
            ],
            "projects": [{"id": "p"}],
            "project_groups": [{"id": "r", "member_projects": ["p"]}],
            "datasets": [{"id": "d", "project_id": "p"}],
            "acls": acls,
        });
        Org::from_json(export.to_string().as_bytes()).expect("it loads")
    }

    /// The ids of the ACLs that make the ACL `x` redundant, all others counting.
    fn by(acls: &Value) -> Option<Vec<String>> {
        let org = organization(acls);
        let slot = org.acls().find("x").expect("it is there");
        let acl = org.acls().get(slot).expect("it counts");
        let who = if org.is_group(acl.principal) { Who::MemberOf } else { Who::User };
        let closure = org.closure(who(acl.principal));
        let tuples = org.tuples(acl.grant.kind());
        let by = org.redundant_by(&org.target_of(acl.node), &closure, &tuples, &|other| other == slot)?;
        Some(by.into_iter().map(|slot| org.acls().id(slot)).collect())
    }

    fn acl(id: &str, on: (&str, &str), who: (&str, &str), what: (&str, &str), only: Option<&str>) -> Value {
        json!({"id": id, "object_type": on.0, "object_id": on.1, who.0: who.1, what.0: what.1,
               "restrict_object_type": only})
    }

    const ADA: (&str, &str) = ("user_id", "ada");
    const READ: (&str, &str) = ("permission", "read");
    const UPDATE: (&str, &str) = ("permission", "update");
    const PROJECT: (&str, &str) = ("project", "p");

    /// CHOICES, `redundant_grant`: on the node or above it, by itself or a group that contains it.
    #[test]
    fn held_on_the_node_or_above_by_the_grantee_or_its_groups() {
        let x = acl("x", ("dataset", "d"), ADA, READ, None);
        let places =
            [("dataset", "d"), PROJECT, ("project_group", "r"), ("org_project", "o"), ("organization", "o")];
        for on in places {
            for who in [ADA, ("group_id", "inner"), ("group_id", "outer")] {
                assert_eq!(
                    by(&json!([x, acl("y", on, who, READ, None)])),
                    Some(vec!["y".to_owned()]),
                    "{on:?}"
                );
            }
            for who in [("group_id", "gone"), ("group_id", "nowhere"), ("user_id", "bo")] {
                assert_eq!(by(&json!([x, acl("y", on, who, READ, None)])), None, "{on:?} {who:?}");
            }
            assert_eq!(by(&json!([x, acl("y", on, ADA, UPDATE, None)])), None, "{on:?}");
        }
        let above = acl("x", ("organization", "o"), ADA, READ, None);
        assert_eq!(by(&json!([above, acl("y", PROJECT, ADA, READ, None)])), None);
        let group = acl("x", PROJECT, ("group_id", "inner"), READ, None);
        assert_eq!(by(&json!([group, acl("y", PROJECT, ADA, READ, None)])), None, "one member is not all");
        assert_eq!(
            by(&json!([group, acl("y", PROJECT, ("group_id", "outer"), READ, None)])),
            Some(vec!["y".to_owned()])
        );
    }

    /// CHOICES, `redundant_grant`: the same permission and no restriction or the same one.
    #[test]
    fn a_restriction_is_held_by_the_same_or_none() {
        let only = |id: &str, ty: Option<&str>| acl(id, PROJECT, ADA, READ, ty);
        let found = |x: Option<&str>, y: Option<&str>| by(&json!([only("x", x), only("y", y)])).is_some();
        assert!(found(Some("prompt"), None) && found(Some("prompt"), Some("prompt")));
        assert!(!found(None, Some("prompt")) && !found(Some("dataset"), Some("prompt")));
        let role = acl("y", PROJECT, ADA, ("role_id", "prompts"), None);
        assert!(by(&json!([only("x", Some("prompt")), role])).is_some());
        assert!(by(&json!([only("x", None), role])).is_none());
    }

    /// CHOICES, `redundant_grant`: every tuple of a role; by one ACL if one suffices, else by few.
    #[test]
    fn every_tuple_of_a_role() {
        let x = acl("x", PROJECT, ADA, ("role_id", "editor"), None);
        let (read, update) = (acl("r", PROJECT, ADA, READ, None), acl("u", PROJECT, ADA, UPDATE, None));
        let again = acl("s", ("organization", "o"), ADA, READ, None);
        assert_eq!(by(&json!([x, read])), None);
        assert_eq!(by(&json!([x, again, update, read])), Some(vec!["r".to_owned(), "u".to_owned()]));
        let role = acl("z", ("organization", "o"), ADA, ("role_id", "editor"), None);
        assert_eq!(by(&json!([x, update, read, role])), Some(vec!["z".to_owned()]));
        let empty = acl("x", PROJECT, ADA, ("role_id", "empty"), None);
        assert_eq!(by(&json!([empty, read])), None, "what gives nothing is not redundant");
    }

    /// MODEL 4: under `inOrganization` all projects is above a project that the data do not know, and
    /// not above the objects that they know in it.
    #[test]
    fn what_is_above_an_unknown_project_does_not_hold_what_is_in_it() {
        let by = |project: &str| {
            let x = acl("x", ("project", project), ADA, READ, None);
            let export = json!({
                "organization": {"id": "o"},
                "projects": [{"id": "p"}],
                "datasets": [{"id": "d", "project_id": "p"}, {"id": "e", "project_id": "q"}],
                "acls": [x, acl("y", ("org_project", "o"), ADA, READ, None)],
            });
            let unknown_objects = UnknownObjects::InOrganization;
            let options = LoadOptions { unknown_objects, ..LoadOptions::default() };
            let org = Org::from_json_with(export.to_string().as_bytes(), options).expect("it loads");
            let slot = org.acls().find("x").expect("it is there");
            let acl = org.acls().get(slot).expect("it counts");
            let (closure, tuples) = (org.closure(Who::User(acl.principal)), org.tuples(acl.grant.kind()));
            org.redundant_by(&org.target_of(acl.node), &closure, &tuples, &|other| other == slot).is_some()
        };
        assert!(by("p") && by("empty") && !by("q"));
    }
}

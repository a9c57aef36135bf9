//! Who could give themselves more than they hold (the model's section 7), for everybody at once:
//! people with the same groups and the same grants that lead anywhere share the work.

use super::Audit;
use crate::decide::reach::{Gained, HELD, Reach, held, in_reach, reach};
use crate::model::finding::Code;
use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, GrantKind, Map, Org, Who, keys::NONE, sort};

/// What reach depends on: the live groups somebody is in themselves, and their own ACLs but for those
/// that lead nowhere.
type Key = (Vec<u32>, Vec<(u32, u64)>);

/// People who share it, with their own inert ACLs.
#[derive(Default)]
struct Alike {
    acls: Vec<AclRow>,
    groups: Vec<u32>,
    people: Vec<(u32, Vec<AclRow>)>,
}

/// A grant as a number.
fn number_of(grant: GrantKind) -> u64 {
    match grant {
        GrantKind::Role(role) => u64::from(role),
        GrantKind::Permission { permission, restrict } => {
            1 << 40 | (permission as u64) << 32 | restrict.map_or(0, |ty| u64::from(ty) + 1)
        }
    }
}

impl Audit<'_> {
    /// CHOICES: `escalation_path`, one for each person, the most far-reaching row; `group_editor`, one
    /// for each person and group. Whoever holds everything on the organization gains nothing.
    pub(super) fn escalations(&mut self) {
        let mut alike: Map<Key, Alike> = Map::default();
        for person in self.org.people() {
            self.file(person, &mut alike);
        }
        for alike in alike.into_values() {
            let reach = reach(&self.known, &alike.groups, &alike.acls);
            let gained = reach.gained(self.org);
            let edited = self.groups_edited(&reach);
            if gained.is_empty() && edited.is_empty() {
                continue;
            }
            for (person, inert) in alike.people {
                let own = held(&self.known, inert.into_iter());
                self.tell_escalation(person, &reach, &gained, &own);
                self.tell_editors(person, &edited, &own);
            }
        }
    }

    fn file(&self, person: u32, alike: &mut Map<Key, Alike>) {
        let org = self.org;
        let closure = org.closure(Who::User(person));
        let organization = org.singleton(number::ORGANIZATION);
        let on_organization = PermissionSet(org.bits_on(organization, number::NEVER_NAMED, &closure));
        if closure.len() == 0 || on_organization == PermissionSet::ALL {
            return;
        }
        let (inert, acls): (Vec<AclRow>, Vec<AclRow>) =
            org.acls_of(person).map(|(_, acl)| acl).partition(|acl| self.known.is_inert(*acl));
        let mut own: Vec<(u32, u64)> =
            acls.iter().map(|acl| (acl.node, number_of(acl.grant.kind()))).collect();
        own.sort_unstable();
        own.dedup();
        let mut groups: Vec<u32> =
            org.principal(person).member_of.iter().copied().filter(|g| org.is_live_group(*g)).collect();
        sort::numbers(&mut groups);
        let alike = alike.entry((groups, own)).or_default();
        if alike.people.is_empty() {
            alike.acls = acls;
            alike.groups = closure.principals().filter(|principal| *principal != person).collect();
        }
        alike.people.push((person, inert));
    }

    fn tell_escalation(&mut self, person: u32, reach: &Reach, gained: &[Gained], own: &Reach) {
        let org = self.org;
        let first = gained.iter().find_map(|row| {
            let left = row.permissions - own.covers_row(org, row);
            (!left.is_empty()).then_some(Gained { permissions: left, ..*row })
        });
        let Some(row) = first else { return };
        let subject = org.subject(&org.principal_id(person));
        let told = subject.tell_reach(reach, row);
        let steps: Vec<String> = told.steps.into_iter().map(|step| step.text).collect();
        let what = if row.permissions.iter().count() > 2 {
            format!("{} permissions", row.permissions.iter().count())
        } else {
            format!("`{}`", told.permissions.join("` and `"))
        };
        let only = told.only.as_ref().map_or(String::new(), |ty| format!(" for the type `{ty}`"));
        let name = org.principal_label(person);
        let way = steps.first().map_or(String::new(), |first| match steps.len() {
            1 => format!(": {first}"),
            count => format!(" in {count} steps: {first}, and so on"),
        });
        let message = format!(
            "`{name}` could give themselves {what} more on {}{only}{way}; take away what makes the first step possible",
            org.node_label(row.node)
        );
        let permissions = told.permissions.into_iter().map(ToOwned::to_owned).collect::<Vec<String>>();
        let mut finding = self
            .about(Code::EscalationPath, person, message)
            .with("permissions", permissions)
            .with("steps", steps)
            .object(&told.object.object_type, &told.object.id);
        if let Some(only) = told.only {
            finding = finding.with("only", only);
        }
        self.findings.push(finding);
    }

    /// The live groups that somebody may update, with what these hold beyond.
    fn groups_edited(&self, reach: &Reach) -> Vec<(u32, Reach)> {
        let org = self.org;
        let may_update = |node: u32| {
            node != NONE && {
                let target = org.target_of(node);
                !target.deleted && reach.held_on(org, &target).contains(Permission::Update)
            }
        };
        // Only an ACL on the group itself or on the organization gives it.
        let mut groups: Vec<u32> = if reach.is_held_on(org.singleton(number::ORGANIZATION)) {
            self.known.groups().to_vec()
        } else {
            reach
                .nodes()
                .filter(|node| org.node_type(*node) == number::GROUP)
                .filter_map(|node| org.find_group(&org.node_id(node)))
                .filter(|group| org.is_live_group(*group))
                .collect()
        };
        groups.retain(|group| may_update(org.find_node(number::GROUP, &org.principal_id(*group))));
        groups
            .into_iter()
            .map(|group| {
                let closure = org.closure(Who::MemberOf(group));
                let acls =
                    closure.principals().flat_map(|principal| org.acls_of(principal)).map(|(_, acl)| acl);
                let mut grants = held(&self.known, acls);
                grants.subtract(org, reach);
                (group, grants)
            })
            .filter(|(_, grants)| !grants.is_empty())
            .collect()
    }

    fn tell_editors(&mut self, person: u32, edited: &[(u32, Reach)], own: &Reach) {
        let org = self.org;
        for (group, grants) in edited {
            let mut missing = grants.clone();
            missing.subtract(org, own);
            if missing.is_empty() {
                continue;
            }
            let (name, group_name) = (org.principal_label(person), org.principal_label(*group));
            let message = format!(
                "`{name}` may update the group `{group_name}`, and so join it, and does not hold all that it grants; treat that like manage access"
            );
            let finding = self.about(Code::GroupEditor, person, message);
            let finding = finding.with("group", group_name).object("group", &org.principal_id(*group));
            self.findings.push(finding);
        }
    }
}

impl Reach {
    /// What of a row is held.
    fn covers_row(&self, org: &Org, row: &Gained) -> PermissionSet {
        self.covered(org, &org.target_of(row.node), row.scope, true, &in_reach)
    }

    /// What is held on one object, without any step.
    fn held_on(&self, org: &Org, target: &crate::org::Target<'_>) -> PermissionSet {
        let alone = crate::decide::reach::extent::Scope { only: Some(target.ty), below: false };
        self.covered(org, target, alone, true, &|_, step| step == HELD)
    }

    fn is_held_on(&self, node: u32) -> bool {
        self.at.get(&node).into_iter().flatten().any(|(_, bits)| bits.contains(&HELD))
    }

    fn nodes(&self) -> impl Iterator<Item = u32> {
        self.at.keys().copied()
    }

    /// Takes out what is held according to another.
    fn subtract(&mut self, org: &Org, other: &Reach) {
        for (node, parts) in &mut self.at {
            let target = org.target_of(*node);
            let moot = org.moot_on(*node);
            for (scope, bits) in &mut *parts {
                let covered = moot | other.covered(org, &target, *scope, true, &|_, step| step == HELD);
                covered.iter().for_each(|permission| bits[permission as usize] = NONE);
            }
            parts.retain(|(_, bits)| bits.iter().any(|step| *step != NONE));
        }
        self.at.retain(|_, parts| !parts.is_empty());
    }

    fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
}

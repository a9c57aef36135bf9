//! Who could give themselves more than they hold (the model's section 7), for everybody: what they
//! come to is found for many at once, and how for people with the same groups and the same grants
//! that lead anywhere.

use std::rc::Rc;

use super::Audit;
use crate::decide::reach::extent::Scope;
use crate::decide::reach::{Gained, Goal, Grants, New, Reach, TOGETHER, held, in_reach, reach_of_goal, run};
use crate::model::finding::Code;
use crate::model::object::number;
use crate::model::permission::PermissionSet;
use crate::org::{AclRow, GrantKind, Map, Org, Who, sort};

/// What a chain depends on: the live groups somebody is in themselves, their own ACLs but for those
/// that lead nowhere, and where it leads.
type Key = (Vec<u32>, Vec<(u32, u64)>, (u32, Scope, u8));

/// What was found on the way.
#[derive(Default)]
struct Found {
    goals: Map<(u32, Scope), Rc<Goal>>,
    reaches: Map<Key, Rc<Reach>>,
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
        let org = self.org;
        let mut grants = Grants::new(org);
        let mut found = Found::default();
        let people: Vec<u32> = org.people().into_iter().filter(|person| self.may_gain(*person)).collect();
        for people in people.chunks(TOGETHER) {
            let counts: Vec<Vec<u32>> =
                people.iter().map(|person| org.closure(Who::User(*person)).principals().collect()).collect();
            let mut run = run(&mut grants, &counts.iter().map(Vec::as_slice).collect::<Vec<_>>());
            for (group, editors) in run.editors() {
                for editor in editors {
                    self.tell_editor(people[editor], group);
                }
            }
            for (person, new) in people.iter().zip(run.beyond_held(people.len())) {
                if let Some(new) = new {
                    self.trace(*person, new, &mut found);
                }
            }
        }
    }

    fn may_gain(&self, person: u32) -> bool {
        let org = self.org;
        let closure = org.closure(Who::User(person));
        let organization = org.singleton(number::ORGANIZATION);
        let on_organization = PermissionSet(org.bits_on(organization, number::NEVER_NAMED, &closure));
        closure.len() > 0 && on_organization != PermissionSet::ALL
    }

    /// Finds the chain that leads somebody to something.
    fn trace(&mut self, person: u32, new: New, found: &mut Found) {
        let org = self.org;
        let (inert, acls): (Vec<AclRow>, Vec<AclRow>) =
            org.acls_of(person).map(|(_, acl)| acl).partition(|acl| self.known.is_inert(*acl));
        let mut own: Vec<(u32, u64)> =
            acls.iter().map(|acl| (acl.node, number_of(acl.grant.kind()))).collect();
        own.sort_unstable();
        own.dedup();
        let mut groups: Vec<u32> = org.live_containers(person).collect();
        sort::numbers(&mut groups);
        let New { node, scope, permissions } = new;
        let known = &self.known;
        let key = (groups, own, (node, scope, permissions.bits()));
        let reach = found.reaches.entry(key).or_insert_with(|| {
            let goal = found.goals.entry((node, scope));
            let goal = goal.or_insert_with(|| Rc::new(Goal::new(known, node, scope)));
            let closure = org.closure(Who::User(person));
            let groups: Vec<u32> = closure.principals().filter(|principal| *principal != person).collect();
            Rc::new(reach_of_goal(known, &groups, &acls, goal, permissions))
        });
        let reach = Rc::clone(reach);
        let mut gained = reach.gained_at(org, node);
        gained.retain(|row| row.scope == scope);
        self.tell_escalation(person, &reach, &gained, &held(&self.known, inert.into_iter()));
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

    fn tell_editor(&mut self, person: u32, group: u32) {
        let org = self.org;
        let (name, group_name) = (org.principal_label(person), org.principal_label(group));
        let message = format!(
            "`{name}` may update the group `{group_name}`, and so join it, and does not hold all that it grants; treat that like manage access"
        );
        let finding = self.about(Code::GroupEditor, person, message);
        let finding = finding.with("group", group_name).object("group", &org.principal_id(group));
        self.findings.push(finding);
    }
}

impl Reach {
    /// What of a row is held.
    fn covers_row(&self, org: &Org, row: &Gained) -> PermissionSet {
        self.covered(org, &org.target_of(row.node), row.scope, true, &in_reach)
    }
}

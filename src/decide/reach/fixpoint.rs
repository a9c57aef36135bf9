//! What somebody holds and could give themselves (the model's section 7), as a fixpoint: step by
//! step, the shortest chains first, until nothing is gained.

use std::collections::VecDeque;

use super::extent::{Scope, occurs};
use super::known::Known;
use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, Closure, GrantKind, Map, Org, Target, keys::NONE, sort};

/// In place of a step: it is held already.
pub(crate) const HELD: u32 = NONE - 1;
/// In place of a prompt: any one of the project, or one that is created.
pub(super) const ANY: u32 = NONE;
pub(super) const NEW: u32 = NONE - 1;

/// A step that somebody could take, and those that come before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// The number in MODEL 7.
    pub rule: u8,
    /// 1, 3: the node on which permissions are gained; 2, 5: the group; 6: the scoring principal.
    pub on: u32,
    /// 1: where on it.
    pub scope: Scope,
    /// 3: the role that is edited; 6: the prompt that is changed.
    pub with: u32,
    /// The steps that make it possible; [`HELD`] for what is held.
    from: [u32; 2],
    /// How many steps the chain has, this one included.
    length: u32,
}

/// What a step gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Gain {
    /// The principal counts as the subject, and all groups that contain it.
    Principal(u32),
    /// Every permission there.
    Everything(u32, Scope),
}

/// What holding a permission opens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// Every live group can be joined.
    Groups,
    /// This group can be joined.
    Group,
    /// Every role can be edited, or this one.
    Roles,
    Role,
    /// People can be invited into groups.
    Invitations,
    /// Scorers can be written.
    Prompts,
    /// Everything can be granted on the projects that are below all projects without what is in them.
    Strays,
}

const CREATE: u8 = 1 << Permission::Create as u8;
const UPDATE: u8 = 1 << Permission::Update as u8;
const CREATE_ACLS: u8 = 1 << Permission::CreateAcls as u8;

/// MODEL 7, rules 2, 3, 5 and 6: what any of these permissions opens on a node of a type, given for
/// objects of a type. Rule 1 is `create_acls` everywhere, and once more on a project where what holds
/// the project does not hold what is in it. Rule 4 gains nothing beyond rule 1: it
/// takes `create_acls` on a project to add the project to a group of projects, and by that alone
/// every permission on the project can be granted.
pub(super) const DOORS: [(u16, u16, u8, Door); 13] = [
    (number::ORGANIZATION, number::GROUP, UPDATE, Door::Groups),
    (number::GROUP, number::GROUP, UPDATE, Door::Group),
    (number::ORGANIZATION, number::ROLE, UPDATE, Door::Roles),
    (number::ROLE, number::ROLE, UPDATE, Door::Role),
    (number::ORGANIZATION, number::ORG_MEMBER, CREATE, Door::Invitations),
    (number::ORG_MEMBER, number::ORG_MEMBER, CREATE, Door::Invitations),
    (number::ORGANIZATION, number::PROMPT, CREATE | UPDATE, Door::Prompts),
    (number::ORG_PROJECT, number::PROMPT, CREATE | UPDATE, Door::Prompts),
    (number::PROJECT_GROUP, number::PROMPT, CREATE | UPDATE, Door::Prompts),
    (number::PROJECT, number::PROMPT, CREATE | UPDATE, Door::Prompts),
    (number::PROMPT, number::PROMPT, UPDATE, Door::Prompts),
    (number::ORGANIZATION, number::PROJECT, CREATE_ACLS, Door::Strays),
    (number::ORG_PROJECT, number::PROJECT, CREATE_ACLS, Door::Strays),
];

/// Whether a door is in a place: on a node, in a scope there.
pub(super) fn leads_through(org: &Org, door: (u16, u16, u8, Door), node: u32, scope: Scope) -> bool {
    let (on, ty, _, what) = door;
    // A project that the data do not know is in no project group.
    let is_elsewhere = matches!(what, Door::Strays) && scope.only == Some(number::PROJECT_GROUP);
    on == org.node_type(node)
        && !is_elsewhere
        && scope.only.is_none_or(|only| only == ty || scope.below && occurs(only, ty))
        && !org.is_elsewhere_node(node)
}

/// By which step each of the eight permissions is gained: [`HELD`], or [`NONE`] if it is not.
pub(crate) type Bits = [u32; 8];

/// Everything that somebody holds or could give themselves, by node. Comparable between an
/// organisation and a preview of it, in which what exists in both has the same numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    pub(crate) at: Map<u32, Vec<(Scope, Bits)>>,
    pub(crate) steps: Vec<Step>,
}

/// Whatever is held or can be had.
pub(crate) fn in_reach(_: usize, step: u32) -> bool {
    step != NONE
}

impl Reach {
    /// What everything in a scope at a target's node is covered by, as far as `counts` says; `own`
    /// is whether the scope itself counts.
    pub(crate) fn covered(
        &self,
        org: &Org,
        target: &Target<'_>,
        scope: Scope,
        own: bool,
        counts: &dyn Fn(usize, u32) -> bool,
    ) -> PermissionSet {
        let mut covered = 0;
        for (level, node) in target.chain.levels() {
            for (outer, bits) in self.at.get(&node).into_iter().flatten() {
                let itself = node == target.node && *outer == scope;
                if (own || !itself) && org.is_within(scope, target, *outer, level) {
                    covered |=
                        (0..8).filter(|bit| counts(*bit, bits[*bit])).fold(0, |all, bit| all | 1 << bit);
                }
            }
        }
        PermissionSet(covered)
    }

    /// The steps of the chain that ends with one, in an order in which they can be taken.
    pub(super) fn chain(&self, step: u32) -> Vec<u32> {
        let mut chain = Vec::new();
        let mut queue = vec![step];
        while let Some(step) = queue.pop() {
            if step < HELD && !chain.contains(&step) {
                chain.push(step);
                queue.extend(self.steps[step as usize].from);
            }
        }
        // INVARIANT: a step stands behind those that it needs.
        sort::numbers(&mut chain);
        chain
    }

    pub(super) fn length(&self, step: u32) -> u32 {
        self.steps.get(step as usize).map_or(0, |step| step.length)
    }
}

/// What a run is to come to, in one place. What has no part in it is left out of the run.
pub(crate) struct Goal {
    node: u32,
    scope: Scope,
    /// The grants on the node and above it, by principal.
    grants: Map<u32, Vec<AclRow>>,
    /// Nodes there with so many grants that those of a principal are found when they are needed.
    heavy: Vec<u32>,
}

impl Goal {
    pub(crate) fn new(known: &Known<'_>, node: u32, scope: Scope) -> Goal {
        Goal::at(known, &known.org.target_of(node), scope)
    }

    /// The same for an object that is perhaps of another version of the organisation.
    pub(super) fn at(known: &Known<'_>, target: &Target<'_>, scope: Scope) -> Goal {
        let org = known.org;
        let mut grants: Map<u32, Vec<AclRow>> = Map::default();
        // Those that lead somewhere are in every run.
        let is_closed = |node: &u32| *node < org.nodes().end && known.is_closed(*node);
        let (heavy, light): (Vec<u32>, Vec<u32>) =
            target.chain.iter().filter(is_closed).partition(|node| org.node(*node).heavy);
        for (_, acl) in light.into_iter().flat_map(|node| org.acls_on(node)) {
            grants.entry(acl.principal).or_default().push(acl);
        }
        Goal { node: target.node, scope, grants, heavy }
    }

    fn grants_to(&self, org: &Org, principal: u32) -> impl Iterator<Item = AclRow> {
        let heavy = self.heavy.iter().flat_map(move |node| org.acls_of_pair(*node, principal));
        self.grants.get(&principal).into_iter().flatten().copied().chain(heavy.map(|(_, acl)| acl))
    }
}

/// The work of one subject.
struct Run<'k, 'o> {
    known: &'k Known<'o>,
    goal: Option<&'k Goal>,
    org: &'o Org,
    reach: Reach,
    /// Who counts as the subject, and by which step.
    principals: Map<u32, u32>,
    /// Roles that can be edited, and those that contain one: by which step, and which one.
    editable: Map<u32, (u32, u32)>,
    /// Where roles are granted to the subject, and by which step.
    granted: Map<u32, Vec<(u32, u32)>>,
    /// Roles that were found editable, and granted, since the last look at them.
    edits: Vec<(u32, u32)>,
    new_grants: Vec<(u32, u32, u32)>,
    /// Doors that open the same wherever they are, and have been gone through.
    passed: Vec<Door>,
    /// Steps that could be taken, by the length of their chains.
    pending: Vec<Map<Gain, Step>>,
}

impl Org {
    /// What a closure holds and could give itself.
    pub(crate) fn reach_of(&self, closure: &Closure) -> Reach {
        reach(&Known::new(self), &closure.principals().collect::<Vec<_>>(), &[])
    }
}

/// What somebody who counts as these principals, and whom these ACLs cover besides, holds and could
/// give themselves.
pub(crate) fn reach(known: &Known<'_>, principals: &[u32], acls: &[AclRow]) -> Reach {
    let mut run = Run::new(known);
    run.start(principals, acls);
    run.go_on_until(|_| false);
    run.reach
}

/// The part of that which the chains consist of that lead to permissions in one place.
pub(crate) fn reach_of_goal(
    known: &Known<'_>,
    principals: &[u32],
    acls: &[AclRow],
    goal: &Goal,
    permissions: PermissionSet,
) -> Reach {
    // The shortest chains come first: what comes later changes nothing there.
    reach_until(known, principals, acls, goal, &|reach| {
        let parts = reach.at.get(&goal.node).into_iter().flatten();
        parts
            .filter(|(scope, _)| *scope == goal.scope)
            .any(|(_, bits)| permissions.iter().all(|permission| bits[permission as usize] != NONE))
    })
}

/// The same until something is so.
pub(super) fn reach_until(
    known: &Known<'_>,
    principals: &[u32],
    acls: &[AclRow],
    goal: &Goal,
    is_done: &dyn Fn(&Reach) -> bool,
) -> Reach {
    let mut run = Run { goal: Some(goal), ..Run::new(known) };
    run.start(principals, acls);
    run.go_on_until(is_done);
    run.reach
}

/// What ACLs give by themselves.
pub(crate) fn held(known: &Known<'_>, acls: impl Iterator<Item = AclRow>) -> Reach {
    let mut run = Run::new(known);
    acls.for_each(|acl| run.take_grant(acl, HELD));
    run.reach
}

impl<'k, 'o> Run<'k, 'o> {
    fn new(known: &'k Known<'o>) -> Run<'k, 'o> {
        Run {
            known,
            goal: None,
            org: known.org,
            reach: Reach::default(),
            principals: Map::default(),
            editable: Map::default(),
            granted: Map::default(),
            edits: Vec::new(),
            new_grants: Vec::new(),
            passed: Vec::new(),
            pending: Vec::new(),
        }
    }

    fn start(&mut self, principals: &[u32], acls: &[AclRow]) {
        self.principals.extend(principals.iter().map(|principal| (*principal, HELD)));
        for principal in principals {
            self.take_grants(*principal, HELD);
        }
        for acl in acls {
            self.take_grant(*acl, HELD);
        }
        self.meet_roles();
    }

    fn go_on_until(&mut self, is_done: impl Fn(&Reach) -> bool) {
        // INVARIANT: every step gains a principal or an extent that was not there, so this ends.
        let mut length = 0;
        while !is_done(&self.reach)
            && let Some(steps) = self.pending.get_mut(length)
        {
            let steps = std::mem::take(steps);
            self.take_steps(steps);
            self.meet_roles();
            length += 1;
        }
    }

    /// Takes all steps whose chains have one length.
    fn take_steps(&mut self, steps: Map<Gain, Step>) {
        let mut steps: Vec<(Gain, Step)> = steps.into_iter().filter(|(gain, _)| self.is_new(*gain)).collect();
        // The order of rows never matters.
        sort::by_rank_and_id(&mut steps, |(gain, step)| (u64::from(step.rule), self.gain_id(*gain)));
        let mut joined: VecDeque<(u32, u32)> = VecDeque::new();
        let mut everything: Vec<(u32, Scope, u32)> = Vec::new();
        for (gain, step) in steps {
            let number = self.reach.steps.len() as u32;
            self.reach.steps.push(step);
            match gain {
                Gain::Principal(principal) => {
                    self.principals.insert(principal, number);
                    joined.push_back((principal, number));
                }
                Gain::Everything(node, scope) => everything.push((node, scope, number)),
            }
        }
        // MODEL 1: who is in a group is in every group that contains it.
        while let Some((principal, step)) = joined.pop_front() {
            for group in self.org.live_containers(principal) {
                if !self.principals.contains_key(&group) {
                    self.principals.insert(group, step);
                    joined.push_back((group, step));
                }
            }
            self.take_grants(principal, step);
        }
        for (node, scope, step) in everything {
            self.gain(node, scope, 0xff, step);
        }
    }

    fn gain_id(&self, gain: Gain) -> String {
        let org = self.org;
        match gain {
            Gain::Principal(principal) => org.principal_id(principal),
            Gain::Everything(node, scope) => {
                format!("{}\0{}\0{}", org.node_id(node), org.node_type(node), scope.rank())
            }
        }
    }

    fn is_new(&self, gain: Gain) -> bool {
        match gain {
            Gain::Principal(principal) => !self.principals.contains_key(&principal),
            Gain::Everything(node, scope) => {
                let target = self.org.target_of(node);
                self.reach.covered(self.org, &target, scope, true, &in_reach) != PermissionSet::ALL
            }
        }
    }

    /// Keeps a step for its turn; of several that gain the same the shortest chain, then the smallest
    /// rule, then the earliest steps.
    fn propose(&mut self, gain: Gain, mut step: Step) {
        if !self.is_new(gain) {
            return;
        }
        let length = self.chain_length(step.from);
        step.length = length + 1;
        if self.pending.len() <= length as usize {
            self.pending.resize_with(length as usize + 1, Map::default);
        }
        let org = self.org;
        let kept = self.pending[length as usize].entry(gain).or_insert(step);
        let order = (step.rule, step.from).cmp(&(kept.rule, kept.from));
        if order.is_lt() || order.is_eq() && step.with != kept.with && org.with_id(step) < org.with_id(*kept)
        {
            *kept = step;
        }
    }

    /// How many steps two chains have together.
    fn chain_length(&self, from: [u32; 2]) -> u32 {
        match from {
            [one, HELD] | [HELD, one] => self.reach.length(one),
            [one, other] if one == other => self.reach.length(one),
            [one, other] => {
                let mut both = self.reach.chain(one);
                both.extend(self.reach.chain(other));
                sort::numbers(&mut both);
                both.len() as u32
            }
        }
    }

    /// A principal counts as the subject: what its ACLs grant is there.
    fn take_grants(&mut self, principal: u32, step: u32) {
        let (org, known) = (self.org, self.known);
        let Some(goal) = self.goal else {
            org.acls_of(principal).for_each(|(_, acl)| self.take_grant(acl, step));
            return;
        };
        known.leading(principal).iter().for_each(|acl| self.take_grant(*acl, step));
        goal.grants_to(org, principal).for_each(|acl| self.take_grant(acl, step));
    }

    fn take_grant(&mut self, acl: AclRow, step: u32) {
        let org = self.org;
        if !org.target_of(acl.node).deleted {
            for (bits, restrict) in self.known.tuples(acl.grant.kind()).iter().copied() {
                if let Some((node, scope)) = org.extent(acl.node, restrict, false) {
                    self.gain(node, scope, bits.bits(), step);
                }
                // MODEL 7.1: by a tuple restricted to a type, everything on the objects of that type
                // and below those.
                if bits.contains(Permission::CreateAcls)
                    && let Some((node, scope)) = org.extent(acl.node, restrict, true)
                {
                    self.propose(
                        Gain::Everything(node, scope),
                        Step { scope, ..Step::new(1, node, [step, HELD]) },
                    );
                }
            }
            if let GrantKind::Role(role) = acl.grant.kind()
                && org.roles().is_live(role)
            {
                self.new_grants.push((role, acl.node, step));
            }
        }
    }

    /// Permissions are there by a step; what they open follows.
    fn gain(&mut self, node: u32, scope: Scope, bits: u8, step: u32) {
        let at = self.reach.at.entry(node).or_default();
        let place = at.iter().position(|(known, _)| *known == scope).unwrap_or_else(|| {
            at.push((scope, [NONE; 8]));
            at.len() - 1
        });
        for bit in (0..8).filter(|bit| bits & 1 << bit != 0) {
            // Steps are taken in order: the first one has the shortest chain.
            if at[place].1[bit] == NONE {
                at[place].1[bit] = step;
            }
        }
        for door in DOORS {
            let (.., mask, what) = door;
            if bits & mask != 0 && leads_through(self.org, door, node, scope) {
                self.open(what, node, scope, bits, step);
            }
        }
    }

    fn open(&mut self, door: Door, node: u32, scope: Scope, bits: u8, step: u32) {
        let org = self.org;
        match door {
            Door::Group => {
                if let Some(group) = org.find_group(&org.node_id(node)) {
                    self.join(2, group, step);
                }
            }
            Door::Groups if self.passes_first(door) => {
                let known = self.known;
                known.groups().iter().for_each(|group| self.join(2, *group, step));
            }
            // MODEL 8: a group may be named unless it grants any `*_acls` or makes an owner.
            Door::Invitations if self.passes_first(door) => {
                let known = self.known;
                let groups = known.groups().iter().filter(|group| !known.is_guarded(**group));
                groups.for_each(|group| self.join(5, *group, step));
            }
            Door::Role => self.edits.extend(org.roles().find(&org.node_id(node)).map(|role| (role, step))),
            Door::Roles if self.passes_first(door) => {
                self.edits.extend(self.known.own_roles().iter().map(|role| (*role, step)));
            }
            Door::Prompts => self.write_scorers(node, scope, bits, step),
            Door::Strays if self.passes_first(door) => {
                let everything = |project| Gain::Everything(project, Scope::EVERYTHING);
                let known = self.known;
                let projects = known.strays().iter();
                projects.for_each(|project| {
                    self.propose(everything(*project), Step::new(1, *project, [step, HELD]));
                });
            }
            Door::Groups | Door::Invitations | Door::Roles | Door::Strays => {}
        }
    }

    fn passes_first(&mut self, door: Door) -> bool {
        let is_first = !self.passed.contains(&door);
        if is_first {
            self.passed.push(door);
        }
        is_first
    }

    fn join(&mut self, rule: u8, group: u32, step: u32) {
        if self.org.is_live_group(group) {
            self.propose(Gain::Principal(group), Step::new(rule, group, [step, HELD]));
        }
    }

    fn write_scorers(&mut self, node: u32, scope: Scope, bits: u8, step: u32) {
        let with = match self.org.node_type(node) {
            number::PROMPT => node,
            _ if bits & CREATE != 0 => NEW,
            _ => ANY,
        };
        for scorer in self.known.scorers_by(node, scope) {
            self.propose(Gain::Principal(scorer), Step { with, ..Step::new(6, scorer, [step, HELD]) });
        }
    }

    /// MODEL 7.3: a role that can be edited, where an ACL grants it or one that contains it.
    fn meet_roles(&mut self) {
        let known = self.known;
        let mut edits = std::mem::take(&mut self.edits);
        sort::by_rank_and_id(&mut edits, |(role, step)| (u64::from(*step), self.org.roles().id(*role)));
        let new_grants = std::mem::take(&mut self.new_grants);
        for (role, node, step) in &new_grants {
            self.granted.entry(*role).or_default().push((*node, *step));
        }
        let mut met: Vec<(u32, u32, u32)> = Vec::new();
        let mut queue: VecDeque<(u32, (u32, u32))> = edits
            .into_iter()
            .filter(|(role, _)| known.is_own_role(*role))
            .map(|(role, step)| (role, (step, role)))
            .collect();
        while let Some((role, by)) = queue.pop_front() {
            if !self.editable.contains_key(&role) {
                self.editable.insert(role, by);
                met.extend(
                    self.granted.get(&role).into_iter().flatten().map(|(node, step)| (role, *node, *step)),
                );
                queue.extend(known.containers(role).iter().map(|container| (*container, by)));
            }
        }
        met.extend(new_grants);
        for (role, node, step) in met {
            if let Some((edit, edited)) = self.editable.get(&role).copied() {
                let step = Step { with: edited, ..Step::new(3, node, [edit, step]) };
                self.propose(Gain::Everything(node, Scope::EVERYTHING), step);
            }
        }
    }
}

impl Step {
    fn new(rule: u8, on: u32, from: [u32; 2]) -> Step {
        Step { rule, on, scope: Scope::EVERYTHING, with: NONE, from, length: 0 }
    }
}

impl Org {
    /// What a step does something with, so that of two one is always taken.
    fn with_id(&self, step: Step) -> String {
        match (step.rule, step.with) {
            (3, role) => self.roles().id(role),
            (_, NEW | ANY) => String::new(),
            (_, prompt) => self.node_id(prompt),
        }
    }

    /// The live groups that name a principal as a member.
    pub(crate) fn live_containers(&self, principal: u32) -> impl Iterator<Item = u32> {
        self.principal(principal).member_of.iter().copied().filter(|group| self.is_live_group(*group))
    }
}

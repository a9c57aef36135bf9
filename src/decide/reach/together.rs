//! What many subjects hold and could give themselves (the model's section 7), all at once: a set has
//! one bit for each of them, so that what the grants of a group open is followed once for everybody
//! who comes to it. It says what, and not how: the chains are found by `fixpoint`.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::extent::Scope;
use super::fixpoint::{DOORS, Door, leads_through};
use super::known::Known;
use super::subjects::Subjects;
use super::{far_reaching, place_id};
use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, Closure, GrantKind, Map, Org, Target, Who, keys::NONE, sort};

/// How many subjects one run has at most.
pub(crate) const TOGETHER: usize = Subjects::MOST;
/// By permission.
type Sets = [Subjects; 8];

/// What a permission in some place opens.
enum Way {
    Groups,
    Invitations,
    Roles,
    Role(u32),
    /// These principals come to count as the subject: a group, or those that run scorers.
    Principals(Vec<u32>),
    /// Everything can be granted in these places.
    Everything(Vec<u32>),
}

/// A stretch of the tree of which grants speak.
struct Place {
    node: u32,
    scope: Scope,
    /// What any of these permissions opens there.
    ways: Rc<[(PermissionSet, Way)]>,
    /// Who is granted what there, of the principals that were looked at.
    holders: Vec<(u32, PermissionSet)>,
    /// How far it reaches; the most far-reaching has the smallest rank.
    rank: u64,
    /// Its name among places of one rank.
    name: OnceCell<String>,
}

/// What the ACLs of one principal give.
#[derive(Default)]
struct Given {
    /// What is held, by place.
    held: Vec<(u32, PermissionSet)>,
    /// The part of it that opens something.
    opens: Vec<(u32, PermissionSet)>,
    /// MODEL 7.1: the places where everything can be granted.
    all: Vec<u32>,
    /// Roles, with the place of everything on the ACL's node.
    roles: Vec<(u32, u32)>,
}

/// What the grants of an organisation give and open, by principal: found when the principal counts
/// as somebody first, once for all runs.
pub(crate) struct Grants<'o> {
    known: Known<'o>,
    places: Vec<Place>,
    numbers: Map<(u32, Scope), u32>,
    on_node: Map<u32, Vec<u32>>,
    given: Map<u32, Rc<Given>>,
}

impl<'o> Grants<'o> {
    pub(crate) fn new(org: &'o Org) -> Grants<'o> {
        Grants {
            known: Known::new(org),
            places: Vec::new(),
            numbers: Map::default(),
            on_node: Map::default(),
            given: Map::default(),
        }
    }

    pub(crate) fn org(&self) -> &'o Org {
        self.known.org
    }

    pub(crate) fn known(&self) -> &Known<'o> {
        &self.known
    }

    fn place(&mut self, node: u32, scope: Scope) -> u32 {
        if let Some(place) = self.numbers.get(&(node, scope)) {
            return *place;
        }
        let org = self.known.org;
        let doors = DOORS.into_iter().filter(|door| leads_through(org, *door, node, scope));
        let ways = doors
            .filter_map(|(_, _, mask, door)| Some((PermissionSet(mask), self.way(door, node, scope)?)))
            .collect();
        let place = self.places.len() as u32;
        let rank = far_reaching(org, node, scope);
        self.places.push(Place { node, scope, ways, holders: Vec::new(), rank, name: OnceCell::new() });
        self.numbers.insert((node, scope), place);
        self.on_node.entry(node).or_default().push(place);
        place
    }

    fn way(&mut self, door: Door, node: u32, scope: Scope) -> Option<Way> {
        let org = self.known.org;
        match door {
            Door::Groups => Some(Way::Groups),
            Door::Invitations => Some(Way::Invitations),
            Door::Roles => Some(Way::Roles),
            Door::Role => org.roles().find(&org.node_id(node)).map(Way::Role),
            Door::Group => {
                let group = org.find_group(&org.node_id(node)).filter(|group| org.is_live_group(*group))?;
                Some(Way::Principals(vec![group]))
            }
            Door::Prompts => {
                let scorers = self.known.scorers_by(node, scope);
                (!scorers.is_empty()).then_some(Way::Principals(scorers))
            }
            Door::Strays => {
                let strays = self.known.strays().to_vec();
                let places: Vec<u32> =
                    strays.into_iter().map(|project| self.place(project, Scope::EVERYTHING)).collect();
                (!places.is_empty()).then_some(Way::Everything(places))
            }
        }
    }

    fn given(&mut self, principal: u32) -> Rc<Given> {
        if let Some(given) = self.given.get(&principal) {
            return Rc::clone(given);
        }
        let mut given = Given::default();
        for (_, acl) in self.known.org.acls_of(principal) {
            self.add(principal, acl, &mut given);
        }
        sort::numbers(&mut given.all);
        let given = Rc::new(given);
        self.given.insert(principal, Rc::clone(&given));
        given
    }

    fn add(&mut self, principal: u32, acl: AclRow, given: &mut Given) {
        let org = self.known.org;
        if org.target_of(acl.node).deleted {
            return;
        }
        for (bits, restrict) in self.known.tuples(acl.grant.kind()).iter().copied() {
            if let Some((node, scope)) = org.extent(acl.node, restrict, false) {
                let number = self.place(node, scope);
                let place = &mut self.places[number as usize];
                place.holders.push((principal, bits));
                given.held.push((number, bits));
                if !place.ways.is_empty() {
                    given.opens.push((number, bits));
                }
            }
            // Whoever holds everything, as a creator does, grants themself nothing by it.
            let is_all = bits == PermissionSet::ALL && restrict.is_none();
            if bits.contains(Permission::CreateAcls)
                && !is_all
                && let Some((node, scope)) = org.extent(acl.node, restrict, true)
            {
                given.all.push(self.place(node, scope));
            }
        }
        if let GrantKind::Role(role) = acl.grant.kind()
            && org.roles().is_live(role)
        {
            given.roles.push((role, self.place(acl.node, Scope::EVERYTHING)));
        }
    }

    fn name(&self, place: u32) -> &str {
        let Place { node, scope, name, .. } = &self.places[place as usize];
        name.get_or_init(|| place_id(self.known.org, *node, *scope))
    }

    /// The places of which grants speak that hold everything in a scope at a target's node.
    fn around(&self, target: &Target<'_>, scope: Scope) -> Vec<u32> {
        self.around_in(self.known.org, target, scope)
    }

    fn around_in(&self, org: &Org, target: &Target<'_>, scope: Scope) -> Vec<u32> {
        let mut around = Vec::new();
        for (level, node) in target.chain.levels() {
            let places = self.on_node.get(&node).into_iter().flatten().copied();
            around.extend(
                places
                    .filter(|place| org.is_within(scope, target, self.places[*place as usize].scope, level)),
            );
        }
        around
    }
}

/// Where all principals stand as which nobody counts.
const NOBODY: u32 = 0;

/// What the subjects of one run come to.
pub(crate) struct Run<'g, 'o> {
    grants: &'g mut Grants<'o>,
    /// Where a principal stands in the next two; [`NOBODY`] if nobody counts as it.
    stands: Vec<u32>,
    /// Who counts as it, without a step and by whatever steps.
    first: Vec<Subjects>,
    counts: Vec<Subjects>,
    /// Principals as which somebody counts by a step.
    joined: Vec<u32>,
    /// Those whose grants have not been looked at for all of them.
    queue: VecDeque<u32>,
    waiting: Map<u32, Subjects>,
    /// By place: who can grant everything there.
    all: Map<u32, Subjects>,
    /// To whom roles are granted, and where.
    granted: Map<u32, Vec<(u32, Subjects)>>,
    editable: Map<u32, Subjects>,
    all_groups: Subjects,
    all_roles: Subjects,
    invites: Subjects,
}

/// What subjects hold and could give themselves, who each count as some principals.
pub(crate) fn run<'g, 'o>(grants: &'g mut Grants<'o>, subjects: &[&[u32]]) -> Run<'g, 'o> {
    let stands = vec![NOBODY; grants.known.org.principals().end as usize];
    let mut run = Run {
        grants,
        stands,
        first: vec![Subjects::NONE],
        counts: Vec::new(),
        joined: Vec::new(),
        queue: VecDeque::new(),
        waiting: Map::default(),
        all: Map::default(),
        granted: Map::default(),
        editable: Map::default(),
        all_groups: Subjects::NONE,
        all_roles: Subjects::NONE,
        invites: Subjects::NONE,
    };
    for (bit, principals) in subjects.iter().enumerate() {
        for principal in *principals {
            let stand = run.stands[*principal as usize];
            if stand == NOBODY {
                run.stands[*principal as usize] = run.first.len() as u32;
                run.first.push(Subjects::one(bit));
            } else {
                run.first[stand as usize].add(Subjects::one(bit));
            }
        }
    }
    run.counts.clone_from(&run.first);
    let mut principals: Vec<u32> = subjects.iter().copied().flatten().copied().collect();
    sort::numbers(&mut principals);
    for principal in principals {
        let who = run.first[run.stands[principal as usize] as usize];
        run.open(principal, who);
    }
    run.follow();
    run
}

impl Run<'_, '_> {
    // INVARIANT: subjects are only ever added, and are looked at where they are new, so this ends.
    fn follow(&mut self) {
        while let Some(principal) = self.queue.pop_front() {
            let who = self.waiting.remove(&principal).unwrap_or_default();
            // MODEL 1: who is in a group is in every group that contains it.
            let containers: Vec<u32> = self.grants.known.org.live_containers(principal).collect();
            for group in containers {
                self.join(group, who);
            }
            self.open(principal, who);
        }
    }

    /// Who holds what in a place.
    fn held(&self, place: u32) -> Sets {
        self.sets(place, &|stand| self.first[stand])
    }

    /// Who holds or could come to hold what in a place.
    fn reach(&self, place: u32) -> Sets {
        let all = self.all.get(&place).copied().unwrap_or_default();
        self.sets(place, &|stand| self.counts[stand]).map(|set| set | all)
    }

    /// Who could come to hold what in a place by a step.
    fn comes_to(&self, place: u32) -> Sets {
        let all = self.all.get(&place).copied().unwrap_or_default();
        self.sets(place, &|stand| self.counts[stand] - self.first[stand]).map(|set| set | all)
    }

    fn sets(&self, place: u32, who: &dyn Fn(usize) -> Subjects) -> Sets {
        let mut sets = [Subjects::NONE; 8];
        for (principal, bits) in &self.grants.places[place as usize].holders {
            let stand = self.stands[*principal as usize];
            if stand != NOBODY {
                let who = who(stand as usize);
                bits.iter().for_each(|permission| sets[permission as usize].add(who));
            }
        }
        sets
    }

    /// Somebody new counts as a principal: what its grants open.
    fn open(&mut self, principal: u32, who: Subjects) {
        let given = self.grants.given(principal);
        for (place, bits) in &given.opens {
            self.pass(*place, *bits, who);
        }
        for place in &given.all {
            self.grant_all(*place, who);
        }
        for (role, place) in &given.roles {
            self.granted.entry(*role).or_default().push((*place, who));
            let editors = self.editable.get(role).copied().unwrap_or_default();
            self.grant_all(*place, who & editors);
        }
    }

    fn grant_all(&mut self, place: u32, who: Subjects) {
        let new = if who.is_empty() { who } else { added(self.all.entry(place).or_default(), who) };
        if !new.is_empty() {
            self.pass(place, PermissionSet::ALL, new);
        }
    }

    /// Subjects hold permissions in a place: they go whatever ways these open.
    fn pass(&mut self, place: u32, bits: PermissionSet, who: Subjects) {
        let ways = Rc::clone(&self.grants.places[place as usize].ways);
        for (_, way) in ways.iter().filter(|(mask, _)| !(*mask & bits).is_empty()) {
            match way {
                Way::Principals(principals) => {
                    for principal in principals {
                        self.join(*principal, who);
                    }
                }
                Way::Everything(places) => places.iter().for_each(|place| self.grant_all(*place, who)),
                Way::Groups => {
                    let new = added(&mut self.all_groups, who);
                    self.join_groups(new, |_, _| true);
                }
                // MODEL 8: a group may be named unless it grants any `*_acls` or makes an owner.
                Way::Invitations => {
                    let new = added(&mut self.invites, who);
                    self.join_groups(new, |known, group| !known.is_guarded(group));
                }
                Way::Role(role) => self.edit(*role, who),
                Way::Roles => {
                    let new = added(&mut self.all_roles, who);
                    let roles =
                        if new.is_empty() { Vec::new() } else { self.grants.known.own_roles().to_vec() };
                    for role in roles {
                        self.edit(role, new);
                    }
                }
            }
        }
    }

    fn join_groups(&mut self, who: Subjects, may: fn(&Known<'_>, u32) -> bool) {
        if !who.is_empty() {
            let known = &self.grants.known;
            let groups: Vec<u32> =
                known.groups().iter().copied().filter(|group| may(known, *group)).collect();
            for group in groups {
                self.join(group, who);
            }
        }
    }

    fn join(&mut self, principal: u32, who: Subjects) {
        let stand = &mut self.stands[principal as usize];
        if *stand == NOBODY {
            *stand = self.first.len() as u32;
            self.first.push(Subjects::NONE);
            self.counts.push(Subjects::NONE);
        }
        let stand = *stand as usize;
        let had_steps = self.counts[stand] != self.first[stand];
        let new = added(&mut self.counts[stand], who);
        if !new.is_empty() {
            if !had_steps {
                self.joined.push(principal);
            }
            let waiting = self.waiting.entry(principal).or_default();
            if waiting.is_empty() {
                self.queue.push_back(principal);
            }
            waiting.add(new);
        }
    }

    /// MODEL 7.3: a role that can be edited, where an ACL grants it or one that contains it.
    fn edit(&mut self, role: u32, who: Subjects) {
        let mut roles = vec![role];
        roles.retain(|role| self.grants.known.is_own_role(*role));
        while let Some(role) = roles.pop() {
            let new = added(self.editable.entry(role).or_default(), who);
            if !new.is_empty() {
                roles.extend(self.grants.known.containers(role));
                let granted = self.granted.get(&role).cloned().unwrap_or_default();
                for (place, to) in granted {
                    self.grant_all(place, to & new);
                }
            }
        }
    }
}

/// Adds to a set, and says who is new in it.
fn added(set: &mut Subjects, who: Subjects) -> Subjects {
    let new = who - *set;
    set.add(new);
    new
}

/// What somebody has come to: on a node and below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct New {
    pub node: u32,
    pub scope: Scope,
    pub permissions: PermissionSet,
}

/// Who somebody counts as, before a change and after it.
pub(crate) type Someone = [Vec<u32>; 2];

/// For each of some subjects the most far-reaching thing that is in their reach after a change, and
/// neither held then nor in reach before it.
pub(crate) fn beyond(
    before: &mut Grants<'_>,
    after: &mut Grants<'_>,
    subjects: &[Someone],
) -> Vec<Option<New>> {
    let mut found = Vec::with_capacity(subjects.len());
    for subjects in subjects.chunks(TOGETHER) {
        let [then, now] = [0, 1].map(|at| subjects.iter().map(|who| &*who[at]).collect::<Vec<_>>());
        let before = run(before, &then);
        found.extend(run(after, &now).most_far_reaching(Some(&before), subjects.len()));
    }
    found
}

impl Run<'_, '_> {
    /// For each of the subjects the most far-reaching thing that is in reach and not held.
    pub(crate) fn beyond_held(&self, count: usize) -> Vec<Option<New>> {
        self.most_far_reaching(None, count)
    }

    /// The live groups that subjects may update, each with those who do not hold all that it grants.
    pub(crate) fn editors(&mut self) -> Vec<(u32, Vec<usize>)> {
        let org = self.grants.known.org;
        let groups = self.grants.known.groups().to_vec();
        let mut found = Vec::new();
        for group in groups {
            // Who is in the group holds what it grants.
            let who = self.updaters(group) - self.first[self.stands[group as usize] as usize];
            let lacking =
                if who.is_empty() { who } else { self.lacking(who, &org.closure(Who::MemberOf(group))) };
            if !lacking.is_empty() {
                found.push((group, lacking.iter().collect()));
            }
        }
        found
    }

    /// Who holds `update` on a group.
    fn updaters(&self, group: u32) -> Subjects {
        let org = self.grants.known.org;
        let node = org.find_node(number::GROUP, &org.principal_id(group));
        if node == NONE || org.target_of(node).deleted {
            return Subjects::NONE;
        }
        let target = org.target_of(node);
        let alone = Scope { only: Some(number::GROUP), below: false };
        let places = self.grants.around(&target, alone);
        let mut who = Subjects::NONE;
        for place in places {
            who.add(self.held(place)[Permission::Update as usize]);
        }
        who
    }

    /// Who of some subjects does not hold all that a closure does.
    fn lacking(&mut self, who: Subjects, closure: &Closure) -> Subjects {
        let mut lacking = Subjects::NONE;
        for principal in closure.principals() {
            for (place, bits) in &self.grants.given(principal).held {
                lacking.add(self.lacking_in(*place, *bits, who - lacking));
                if lacking == who {
                    return lacking;
                }
            }
        }
        lacking
    }

    fn lacking_in(&self, place: u32, bits: PermissionSet, who: Subjects) -> Subjects {
        let org = self.grants.known.org;
        let Place { node, scope, .. } = &self.grants.places[place as usize];
        let (node, scope) = (*node, *scope);
        let mut lacking = [Subjects::NONE; 8];
        (bits - org.moot_on(node)).iter().for_each(|permission| lacking[permission as usize] = who);
        let target = org.target_of(node);
        for wider in self.grants.around(&target, scope) {
            if take(&mut lacking, &self.held(wider)) {
                return Subjects::NONE;
            }
        }
        union(&lacking)
    }

    fn most_far_reaching(&self, before: Option<&Run<'_, '_>>, count: usize) -> Vec<Option<New>> {
        let grants = &*self.grants;
        let mut found = vec![None; count];
        let mut left = Subjects::first(count);
        let candidates = self.candidates();
        for places in candidates.chunk_by(|one, other| one.0 == other.0) {
            let mut gained: Vec<(u32, Sets)> = places
                .iter()
                .map(|(_, place)| (*place, self.gained(*place, left, before)))
                .filter(|(_, sets)| !union(sets).is_empty())
                .collect();
            gained.sort_by(|(one, _), (other, _)| grants.name(*one).cmp(grants.name(*other)));
            for (place, sets) in gained {
                let new = left & union(&sets);
                for bit in new.iter() {
                    let holds = (0..8).filter(|permission| sets[*permission].contains(bit));
                    let permissions = PermissionSet(holds.fold(0, |all, permission| all | 1 << permission));
                    let Place { node, scope, .. } = &grants.places[place as usize];
                    found[bit] = Some(New { node: *node, scope: *scope, permissions });
                }
                left = left - new;
            }
            if left.is_empty() {
                break;
            }
        }
        found
    }

    /// The places where somebody could come to hold something by a step, with their ranks; the most
    /// far-reaching first.
    fn candidates(&self) -> Vec<(u64, u32)> {
        let mut places: Vec<u32> = self.all.keys().copied().collect();
        let given = self.joined.iter().filter_map(|principal| self.grants.given.get(principal));
        places.extend(given.flat_map(|given| given.held.iter().map(|(place, _)| *place)));
        let rank = |place: u32| (self.grants.places[place as usize].rank, place);
        let mut candidates: Vec<(u64, u32)> = places.into_iter().map(rank).collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Which of some subjects gain what in a place.
    fn gained(&self, place: u32, among: Subjects, before: Option<&Run<'_, '_>>) -> Sets {
        let mut gained = self.comes_to(place).map(|set| set & among);
        if union(&gained).is_empty() {
            return gained;
        }
        let Place { node, scope, .. } = &self.grants.places[place as usize];
        let (node, scope) = (*node, *scope);
        let org = self.grants.known.org;
        for permission in org.moot_on(node).iter() {
            gained[permission as usize] = Subjects::NONE;
        }
        if take(&mut gained, &self.held(place)) {
            return gained;
        }
        let target = org.target_of(node);
        if self.grants.around(&target, scope).into_iter().any(|wider| take(&mut gained, &self.held(wider))) {
            return gained;
        }
        let Some(old) = before else { return gained };
        let old_org = old.grants.known.org;
        let target = if node < old_org.nodes().end { old_org.target_of(node) } else { target };
        // What is new has a number in the organisation afterwards alone.
        old.grants
            .around_in(org, &target, scope)
            .into_iter()
            .any(|wider| take(&mut gained, &old.reach(wider)));
        gained
    }
}

/// Takes some out of sets; whether nobody is left.
fn take(sets: &mut Sets, others: &Sets) -> bool {
    sets.iter_mut().zip(others).for_each(|(set, others)| *set = *set - *others);
    union(sets).is_empty()
}

fn union(sets: &Sets) -> Subjects {
    sets.iter().fold(Subjects::NONE, |all, set| all | *set)
}

//! Where a change can make a difference, and what each principal's grants give there.

use super::affected::{Affected, Two};
use super::gives::{self, ByType, EVERYTHING, Grants};
use super::places::{Kind, Places};
use crate::model::object::number;
use crate::org::{AclRow, GrantKind, Map, keys::NONE, sort};

/// What some grants give on a node, before and after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub node: u32,
    pub before: ByType,
    pub after: ByType,
}

/// What a principal's grants give where that makes a difference.
#[derive(Default)]
pub(super) struct Given {
    /// On nodes that changed.
    pub changed: Vec<Entry>,
    /// Above these, below them, and beside.
    pub other: Vec<Entry>,
}

/// What a node is to the changed ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Unseen,
    /// What is granted on it makes no difference.
    Elsewhere,
    Changed,
    Above,
    Below,
    /// A project group of which projects changed or are below what did.
    Beside,
}

/// The nodes of a change, for everybody.
pub(super) struct Scope<'o> {
    two: Two<'o>,
    pub places: Places<'o>,
    grants: [Grants<'o>; 2],
    marks: Vec<Mark>,
    /// Nodes above the changed ones.
    above: Map<u32, ()>,
    /// What changes for anybody, at most.
    delta: ByType,
    /// All projects, or everything, changed.
    everything: bool,
    /// Projects of groups beside the changed nodes.
    beside: Map<u32, Vec<u32>>,
    /// What the grants of principals give.
    given: Map<u32, Given>,
    nothing: Given,
    odd: Map<u32, Vec<u32>>,
}

impl<'o> Scope<'o> {
    /// `moved`: principals whom somebody joined or left.
    pub fn new(two: Two<'o>, affected: &Affected, moved: &Map<u32, ()>) -> Scope<'o> {
        let mut scope = Scope {
            two,
            places: Places::new(two),
            grants: two.each().map(Grants::new),
            marks: vec![Mark::Unseen; two.after.nodes().len()],
            above: Map::default(),
            delta: if affected.structural().next().is_some() { EVERYTHING } else { 0 },
            everything: false,
            beside: Map::default(),
            given: Map::default(),
            nothing: Given::default(),
            odd: Map::default(),
        };
        let mut nodes: Vec<u32> = affected.structural().chain(affected.granted_nodes()).collect();
        scope.add_delta(affected);
        for principal in moved.keys() {
            for (org, later) in two.each().into_iter().zip([false, true]) {
                if *principal < org.principals().end {
                    for (_, acl) in org.acls_of(*principal) {
                        scope.delta |= scope.gives(acl, later);
                        nodes.push(acl.node);
                    }
                }
            }
        }
        sort::numbers(&mut nodes);
        scope.mark_changed(&nodes);
        scope.read_grants(&nodes);
        scope
    }

    /// What changed ACLs and roles give anywhere in one state alone.
    fn add_delta(&mut self, affected: &Affected) {
        for slot in &affected.acls {
            let [before, after] = self.gives_in(*slot).map(|acl| acl.map_or(0, |(_, gives)| gives));
            self.delta |= before ^ after;
        }
        for role in &affected.roles {
            let role = GrantKind::Role(*role);
            let [before, after] = &mut self.grants;
            let (before, after) = (before.at_most(role), after.at_most(role));
            self.delta |= before ^ after | (before | after) & gives::of_type(number::KNOWN, 255);
        }
    }

    /// The ACL of a slot, in the states in which it counts, and what it gives.
    fn gives_in(&mut self, slot: u32) -> [Option<(AclRow, ByType)>; 2] {
        let acls = self.two.each().map(|org| {
            let acl = org.acls().get(slot);
            acl.filter(|acl| org.acls().is_live(slot, *acl))
        });
        [acls[0].map(|acl| (acl, self.gives(acl, false))), acls[1].map(|acl| (acl, self.gives(acl, true)))]
    }

    /// Finds what everybody's grants give: node by node where few nodes matter, else ACL by ACL.
    fn read_grants(&mut self, changed: &[u32]) {
        let two = self.two;
        let slots = two.after.acls().slot_count();
        let nodes = if self.everything { Vec::new() } else { self.nodes_that_matter(changed) };
        let acls: u32 = nodes.iter().map(|node| two.after.node(*node).acls).sum();
        if self.everything || acls > slots / 8 {
            for slot in 0..slots {
                self.read_slot(slot);
            }
            return;
        }
        for (org, later) in two.each().into_iter().zip([false, true]) {
            for node in nodes.iter().copied().filter(|node| *node < org.nodes().end) {
                for (_, acl) in org.acls_on(node) {
                    let gives = self.gives(acl, later);
                    let [before, after] = if later { [0, gives] } else { [gives, 0] };
                    self.add_entry(acl.principal, Entry { node, before, after });
                }
            }
        }
    }

    fn read_slot(&mut self, slot: u32) {
        match self.gives_in(slot) {
            [Some((was, before)), Some((is, after))]
                if was.principal == is.principal && was.node == is.node =>
            {
                self.add_entry(is.principal, Entry { node: is.node, before, after });
            }
            [was, is] => {
                if let Some((acl, before)) = was {
                    self.add_entry(acl.principal, Entry { node: acl.node, before, after: 0 });
                }
                if let Some((acl, after)) = is {
                    self.add_entry(acl.principal, Entry { node: acl.node, before: 0, after });
                }
            }
        }
    }

    /// The changed nodes, those above and below them, and project groups beside them.
    fn nodes_that_matter(&mut self, changed: &[u32]) -> Vec<u32> {
        let two = self.two;
        let org = two.after;
        let mut projects: Map<u32, ()> = Map::default();
        for node in changed {
            match org.node_type(*node) {
                number::PROJECT => {
                    projects.insert(*node, ());
                }
                number::PROJECT_GROUP => {
                    for org in two.each().into_iter().filter(|org| *node < org.nodes().end) {
                        projects.extend(org.region_projects(*node).map(|project| (project, ())));
                    }
                }
                _ => {}
            }
        }
        let mut nodes: Vec<u32> = self.above.keys().chain(changed).copied().collect();
        for project in projects.keys() {
            let log = org.find_node(number::PROJECT_LOG, &org.node_id(*project));
            nodes.extend([*project, log].into_iter().filter(|node| *node != NONE));
            for org in two.each().into_iter().filter(|org| *project < org.nodes().end) {
                nodes.extend(org.regions_of(*project));
            }
        }
        if !projects.is_empty() {
            nodes.extend(org.nodes().filter(|node| projects.contains_key(&org.node(*node).project)));
        }
        sort::numbers(&mut nodes);
        nodes
    }

    pub fn two(&self) -> Two<'o> {
        self.two
    }

    fn mark_changed(&mut self, nodes: &[u32]) {
        let roots = [number::ORGANIZATION, number::ORG_PROJECT].map(|ty| self.two.after.singleton(ty));
        self.above.extend(roots.map(|root| (root, ())));
        for node in nodes {
            self.marks[*node as usize] = Mark::Changed;
            let place = self.places.get(*node);
            self.above.extend(place.before.chain.iter().chain(&place.after.chain).map(|above| (*above, ())));
        }
        self.everything = roots.iter().any(|root| self.is_changed(*root));
    }

    fn gives(&mut self, acl: AclRow, later: bool) -> ByType {
        self.grants[usize::from(later)].gives(acl.grant.kind(), self.two.after.node_type(acl.node))
    }

    pub fn is_changed(&self, node: u32) -> bool {
        self.marks[node as usize] == Mark::Changed
    }

    /// Whether a node is one of the changed ones or below one, before or after.
    fn contains(&mut self, node: u32) -> bool {
        matches!(self.mark(node), Mark::Changed | Mark::Below)
    }

    pub fn mark(&mut self, node: u32) -> Mark {
        if self.marks[node as usize] == Mark::Unseen {
            self.marks[node as usize] = self.find_mark(node);
        }
        self.marks[node as usize]
    }

    fn find_mark(&mut self, node: u32) -> Mark {
        let place = self.places.find(node);
        let is_below = |scope: &Self| {
            let place = scope.places.at(place);
            let mut above = place.before.chain.iter().chain(&place.after.chain);
            above.any(|above| scope.is_changed(*above))
        };
        if is_below(self) {
            return Mark::Below;
        }
        if self.two.after.node_type(node) == number::PROJECT_GROUP {
            if self.everything {
                return Mark::Below;
            }
            let projects = self.changed_projects(node);
            if !projects.is_empty() {
                self.beside.insert(node, projects);
                return Mark::Beside;
            }
        }
        if self.above.contains_key(&node) { Mark::Above } else { Mark::Elsewhere }
    }

    /// The projects of a project group that changed or are below what did.
    fn changed_projects(&mut self, region: u32) -> Vec<u32> {
        let mut projects: Vec<u32> = Vec::new();
        for org in self.two.each().into_iter().filter(|org| region < org.nodes().end) {
            projects.extend(org.region_projects(region));
        }
        sort::numbers(&mut projects);
        projects.retain(|project| self.contains(*project));
        projects
    }

    /// Those of a node that is beside the changed ones.
    pub fn beside(&self, region: u32) -> &[u32] {
        self.beside.get(&region).map_or(&[], Vec::as_slice)
    }

    /// What a principal's grants give where that makes a difference.
    pub fn given(&self, principal: u32) -> &Given {
        self.given.get(&principal).unwrap_or(&self.nothing)
    }

    fn add_entry(&mut self, principal: u32, entry: Entry) {
        // What changes nowhere is not looked at anywhere.
        let (before, after) = (entry.before & self.delta, entry.after & self.delta);
        if before | after == 0 {
            return;
        }
        let mark = self.mark(entry.node);
        if mark == Mark::Elsewhere {
            return;
        }
        let given = self.given.entry(principal).or_default();
        let entries = if mark == Mark::Changed { &mut given.changed } else { &mut given.other };
        entries.push(Entry { before, after, ..entry });
    }

    /// The nodes at or below a node that differ from what is above for anybody: deleted or public.
    /// What is in a deleted project is left out: nothing is to be said of it.
    pub fn odd_in(&mut self, node: u32) -> &[u32] {
        if !self.odd.contains_key(&node) {
            let odd = self.find_odd(node);
            self.odd.insert(node, odd);
        }
        &self.odd[&node]
    }

    fn find_odd(&mut self, node: u32) -> Vec<u32> {
        let mut odd: Vec<u32> = Vec::new();
        let kind = self.places.get(node).kind;
        for org in self.two.each().into_iter().filter(|org| node < org.nodes().end) {
            match kind {
                Kind::Organization | Kind::AllProjects => odd.extend(org.odd_nodes()),
                Kind::Project => {
                    odd.push(node);
                    odd.extend(org.odd_children(node));
                }
                Kind::Region => {
                    for project in org.region_projects(node) {
                        odd.push(project);
                        odd.extend(org.odd_children(project));
                    }
                }
                Kind::Leaf(_) => {}
            }
        }
        sort::numbers(&mut odd);
        odd.retain(|node| {
            let place = self.places.get(*node);
            let (is_odd, kind) = (place.is_odd(), place.kind);
            let Kind::Leaf(above) = kind else { return is_odd };
            let is_in_dead = above != NONE && {
                let above = self.places.get(above);
                above.kind == Kind::Project && above.is_dead()
            };
            is_odd && !is_in_dead
        });
        odd
    }
}

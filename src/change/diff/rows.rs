//! What changes for one subject, as rows: each speaks of a node and what is below it, but for the
//! nodes below it that change differently and have rows of their own.
//!
//! Everything that can differ from what is above it is a *position*: nodes on which the subject
//! holds something, and what is deleted, public or moved. A position's value is what changes there
//! for every type that can be there or below. Positions are settled from the top: a value that is
//! that of the position above needs no row.

use super::affected::Two;
use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Closure, Gives, Map, Org, Target, keys::NONE, sort};

/// What one type gains and loses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Change {
    pub gained: u8,
    pub lost: u8,
}

impl Change {
    fn between(before: u8, after: u8) -> Change {
        Change { gained: after & !before, lost: before & !after }
    }

    fn is_none(self) -> bool {
        self == Change::default()
    }
}

/// A row without its subjects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RowKey {
    pub object: u32,
    pub change: Change,
    pub below: bool,
    pub only: Option<u16>,
    pub except: Vec<u32>,
}

/// Types of what lives in a project.
const IN_PROJECT: [u16; 5] =
    [number::EXPERIMENT, number::DATASET, number::PROMPT, number::PROMPT_SESSION, number::PROJECT_LOG];
/// Types of a project and what lives in it.
const PROJECTS: [u16; 6] = [
    number::PROJECT,
    number::EXPERIMENT,
    number::DATASET,
    number::PROMPT,
    number::PROMPT_SESSION,
    number::PROJECT_LOG,
];
/// Types of what is directly below the organisation, and itself, all projects and what is in them aside.
const AT_TOP: [u16; 6] = [
    number::ORGANIZATION,
    number::ORG_MEMBER,
    number::ORG_AUDIT_LOGS,
    number::PROJECT_GROUP,
    number::GROUP,
    number::ROLE,
];
const KNOWN: usize = number::KNOWN as usize;

/// What changes at a position, by type; the last is for a type that the model does not know.
type Value = [Change; KNOWN + 1];

fn slot(ty: u16) -> usize {
    (ty as usize).min(KNOWN)
}

fn same(a: &Value, b: &Value, types: &[u16]) -> bool {
    types.iter().all(|ty| a[slot(*ty)] == b[slot(*ty)])
}

/// Where a node stands in the tree of the later state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Organization,
    AllProjects,
    /// A live project group.
    Region,
    Project,
    /// Nothing is below it. With the node above it that can have a row about it.
    Leaf(u32),
}

/// Nodes of interest for subjects whose changes are at the same places.
pub(super) struct Scope {
    /// Where something changed, in order of numbers.
    dirty: Vec<u32>,
    /// All projects, or everything, is below one of them.
    everything: bool,
    /// Nodes at or below them that differ from what is above for anybody.
    odd: Vec<u32>,
    within: Map<u32, bool>,
    /// Nodes at which an ACL of a group makes a difference.
    granted: Map<u32, Vec<u32>>,
    /// Rows of those whose own ACLs make none, by their groups.
    alike: Map<Vec<u32>, Vec<RowKey>>,
}

impl Scope {
    pub fn new(two: Two<'_>, dirty: &[u32]) -> Scope {
        let everything =
            dirty.iter().any(|node| matches!(kind_of(two, *node), Kind::Organization | Kind::AllProjects));
        let mut odd: Vec<u32> = Vec::new();
        for org in two.each() {
            if everything {
                odd.extend(org.odd_nodes());
                continue;
            }
            for node in dirty.iter().copied().filter(|node| *node < org.nodes().end) {
                match org.node_type(node) {
                    number::PROJECT => odd.extend(org.odd_children(node)),
                    number::PROJECT_GROUP => {
                        for project in org.region_projects(node) {
                            if org.node(project).deleted {
                                odd.push(project);
                            }
                            odd.extend(org.odd_children(project));
                        }
                    }
                    _ => {}
                }
            }
        }
        sort::numbers(&mut odd);
        Scope {
            dirty: dirty.to_vec(),
            everything,
            odd,
            within: Map::default(),
            granted: Map::default(),
            alike: Map::default(),
        }
    }

    fn is_dirty(&self, node: u32) -> bool {
        self.dirty.binary_search(&node).is_ok()
    }

    /// Whether a node is one of the changed ones or below one, before or after.
    fn contains(&mut self, two: Two<'_>, node: u32) -> bool {
        if self.is_dirty(node) {
            return true;
        }
        let orgs = || two.each().into_iter().filter(|org| node < org.nodes().end);
        let ty = two.after.node_type(node);
        if !self.everything && number::is_child(ty) {
            // The most frequent case by far: an object in a project.
            return orgs().any(|org| self.has_project(org, org.node(node).project));
        }
        if let Some(known) = self.within.get(&node) {
            return *known;
        }
        let within = orgs().any(|org| org.target_of(node).chain.iter().any(|above| self.is_dirty(above)));
        self.within.insert(node, within);
        within
    }

    /// Whether a project, or a project group of it, changed.
    fn has_project(&self, org: &Org, project: u32) -> bool {
        project != NONE
            && (self.is_dirty(project)
                || org.node(project).known
                    && org.regions_of(project).iter().any(|region| self.is_dirty(*region)))
    }

    /// The nodes in scope at which an ACL on a node makes a difference: the node itself; or, of a
    /// project group that is not in scope, those of its projects that are.
    fn matters(&mut self, two: Two<'_>, node: u32) -> Vec<u32> {
        if self.contains(two, node) {
            return vec![node];
        }
        if two.after.node_type(node) != number::PROJECT_GROUP {
            return Vec::new();
        }
        if self.is_dirty(two.after.singleton(number::ORG_PROJECT)) {
            return vec![node];
        }
        let mut projects: Vec<u32> = Vec::new();
        for org in two.each().into_iter().filter(|org| node < org.nodes().end) {
            projects.extend(org.region_projects(node));
        }
        projects.retain(|project| self.contains(two, *project));
        projects
    }

    /// The nodes at which an ACL of a principal makes a difference. Those of ACLs that are gone are
    /// among the changed ones.
    fn granted_to(&mut self, two: Two<'_>, principal: u32) -> Vec<u32> {
        if let Some(known) = self.granted.get(&principal) {
            return known.clone();
        }
        let mut nodes: Vec<u32> = Vec::new();
        for (_, acl) in two.after.acls_of(principal) {
            nodes.extend(self.matters(two, acl.node));
        }
        sort::numbers(&mut nodes);
        if two.after.is_group(principal) {
            self.granted.insert(principal, nodes.clone());
        }
        nodes
    }

    /// The rows of somebody. Who has the same groups and nothing of their own that matters has the
    /// same rows.
    /// `changed`: ACLs of their own changed.
    pub fn rows_of(
        &mut self,
        two: Two<'_>,
        user: u32,
        changed: bool,
        before: &Closure,
        after: &Closure,
    ) -> Vec<RowKey> {
        let key = (!changed && !self.has_own(two, user)).then(|| {
            let groups = |closure: &Closure| {
                let mut groups: Vec<u32> = closure.principals().filter(|p| *p != user).collect();
                sort::numbers(&mut groups);
                // Nobody, and somebody without groups, are not the same.
                groups.push(if closure.len() == 0 { NONE } else { NONE - 1 });
                groups
            };
            [groups(before), groups(after)].concat()
        });
        if let Some(rows) = key.as_ref().and_then(|key| self.alike.get(key)) {
            return rows.clone();
        }
        let dirty = self.dirty.clone();
        let rows = View::new(two, before, after).rows(self, &dirty);
        if let Some(key) = key {
            self.alike.insert(key, rows.clone());
        }
        rows
    }

    /// Whether somebody's own ACLs may make a difference: one in scope, or above what is in it.
    fn has_own(&mut self, two: Two<'_>, user: u32) -> bool {
        let org = two.after;
        let is_leaf = |ty: u16| number::is_child(ty) || matches!(ty, number::GROUP | number::ROLE);
        let own: Vec<u32> = org.acls_of(user).map(|(_, acl)| acl.node).collect();
        own.into_iter().any(|node| !is_leaf(org.node_type(node)) || self.contains(two, node))
    }
}

fn kind_of(two: Two<'_>, node: u32) -> Kind {
    let org = two.after;
    let ty = org.node_type(node);
    match ty {
        number::ORGANIZATION if node == org.singleton(ty) => Kind::Organization,
        number::ORG_PROJECT if node == org.singleton(ty) => Kind::AllProjects,
        number::PROJECT => Kind::Project,
        number::PROJECT_GROUP if org.node(node).known && !org.node(node).deleted => Kind::Region,
        _ => {
            // The nearest node above it that is itself a position with something below.
            let target = org.target_of(node);
            let above = target.chain.iter().find(|above| {
                *above != node
                    && match org.node_type(*above) {
                        number::PROJECT => true,
                        above => number::is_singleton(above),
                    }
            });
            Kind::Leaf(above.unwrap_or(NONE))
        }
    }
}

/// One subject's view of the change.
pub(super) struct View<'a, 'o> {
    pub two: Two<'o>,
    pub before: &'a Closure,
    pub after: &'a Closure,
    gives: Map<(bool, u32), Gives>,
}

/// The chain of an object with whether it is deleted and public.
struct Place {
    chain: Vec<u32>,
    deleted: bool,
    public: bool,
}

impl Place {
    fn of(target: &Target<'_>) -> Place {
        Place { chain: target.chain.iter().collect(), deleted: target.deleted, public: target.public }
    }
}

/// MODEL 3.2: what anybody may do.
fn public_bits(public: bool) -> u8 {
    if public { PermissionSet::from(Permission::Read).bits() } else { 0 }
}

/// A row that is being settled.
struct Draft {
    node: u32,
    value: Value,
    types: &'static [u16],
    except: Vec<u32>,
}

impl<'a, 'o> View<'a, 'o> {
    pub fn new(two: Two<'o>, before: &'a Closure, after: &'a Closure) -> View<'a, 'o> {
        View { two, before, after, gives: Map::default() }
    }

    fn bits(&mut self, later: bool, chain: &[u32], ty: u16) -> u8 {
        let (org, closure) =
            if later { (self.two.after, self.after) } else { (self.two.before, self.before) };
        chain.iter().fold(0, |bits, node| {
            let gives = self.gives.entry((later, *node)).or_insert_with(|| org.gives_on(*node, closure));
            bits | gives.bits(ty)
        })
    }

    /// Where a node was before. What the change creates counts as one that did not exist yet.
    fn place_before(&self, node: u32) -> Place {
        let Two { before, after } = self.two;
        if after.node_type(node) == number::PROJECT_LOG {
            // MODEL 2: a project's logs live exactly as long as it.
            let project = after.find_node(number::PROJECT, &after.node_id(node));
            if project != NONE && self.two.is_created(project) {
                let above = self.place_before(project);
                return Place { chain: [node].into_iter().chain(above.chain).collect(), ..above };
            }
        }
        if !self.two.is_created(node) {
            if self.two.had_node(node) {
                return Place::of(&before.target_of(node));
            }
            return Place { deleted: false, public: false, ..Place::of(&after.target_of(node)) };
        }
        let mut chain = vec![node];
        let mut deleted = false;
        match after.node_type(node) {
            number::PROJECT => {
                chain.extend([number::ORG_PROJECT, number::ORGANIZATION].map(|ty| before.singleton(ty)));
            }
            ty if number::is_child(ty) => {
                let project = after.node(node).project;
                if project != NONE {
                    let above = self.place_before(project);
                    deleted = above.deleted;
                    chain.extend(above.chain);
                }
            }
            _ => chain.push(before.singleton(number::ORGANIZATION)),
        }
        Place { chain, deleted, public: false }
    }

    /// What changes at a position. `types` are those that can be there or below it.
    fn value(&mut self, node: u32, types: &[u16]) -> Value {
        let before = self.place_before(node);
        let after = Place::of(&self.two.after.target_of(node));
        let own = self.two.after.node_type(node);
        let mut value = Value::default();
        for ty in types {
            let side = |view: &mut Self, place: &Place, later: bool| {
                if place.deleted {
                    return 0;
                }
                // MODEL 2: what is in a project that stands beside all projects is below them too.
                let extra = (own == number::PROJECT_GROUP && *ty != own)
                    .then(|| view.two.after.singleton(number::ORG_PROJECT));
                let chain: Vec<u32> = place.chain.iter().copied().chain(extra).collect();
                view.bits(later, &chain, *ty) | public_bits(place.public && *ty == own)
            };
            let (b, a) = (side(self, &before, false), side(self, &after, true));
            value[slot(*ty)] = Change::between(b, a);
        }
        value
    }

    /// The rows.
    pub fn rows(&mut self, scope: &mut Scope, dirty: &[u32]) -> Vec<RowKey> {
        let positions = self.positions(scope, dirty);
        Settling::new(self, positions).rows()
    }

    /// Nodes whose value may differ from that of what is above, in order.
    fn positions(&mut self, scope: &mut Scope, dirty: &[u32]) -> Vec<u32> {
        let mut positions = dirty.to_vec();
        positions.extend(&scope.odd);
        let principals: Vec<u32> = self
            .before
            .principals()
            .chain(self.after.principals().filter(|p| !self.before.contains(*p)))
            .collect();
        for principal in principals {
            positions.extend(scope.granted_to(self.two, principal));
        }
        sort::numbers(&mut positions);
        positions
    }
}

/// Settles positions into rows, from the top.
struct Settling<'v, 'a, 'o> {
    view: &'v mut View<'a, 'o>,
    top: Draft,
    all: Option<Draft>,
    rows: Vec<Draft>,
    /// Live project groups with a row: what is in them is spoken of there.
    split: Map<u32, usize>,
    /// Projects with their value and their row, when they have one of their own.
    projects: Map<u32, (Value, Option<usize>)>,
    positions: Vec<(u32, Kind)>,
}

/// All types that are known, for the organisation's own row when all projects have none.
const EVERY: [u16; KNOWN] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const ALL_PROJECTS: [u16; 7] = [
    number::ORG_PROJECT,
    number::PROJECT,
    number::EXPERIMENT,
    number::DATASET,
    number::PROMPT,
    number::PROMPT_SESSION,
    number::PROJECT_LOG,
];
const REGION: [u16; 7] = [
    number::PROJECT_GROUP,
    number::PROJECT,
    number::EXPERIMENT,
    number::DATASET,
    number::PROMPT,
    number::PROMPT_SESSION,
    number::PROJECT_LOG,
];
const OWN: [[u16; 1]; KNOWN + 1] =
    [[0], [1], [2], [3], [4], [5], [6], [7], [8], [9], [10], [11], [12], [number::NEVER_NAMED]];

impl<'v, 'a, 'o> Settling<'v, 'a, 'o> {
    fn new(view: &'v mut View<'a, 'o>, positions: Vec<u32>) -> Self {
        let two = view.two;
        let [top, all] = [number::ORGANIZATION, number::ORG_PROJECT].map(|ty| two.after.singleton(ty));
        let value = view.value(top, &EVERY);
        let of_all = view.value(all, &ALL_PROJECTS);
        let mut top = Draft { node: top, value, types: &EVERY, except: Vec::new() };
        let mut own = None;
        if !same(&value, &of_all, &ALL_PROJECTS) {
            top.except.push(all);
            top.types = &AT_TOP;
            own = Some(Draft { node: all, value: of_all, types: &ALL_PROJECTS, except: Vec::new() });
        }
        let positions = positions.into_iter().map(|node| (node, kind_of(two, node))).collect();
        Settling {
            view,
            top,
            all: own,
            rows: Vec::new(),
            split: Map::default(),
            projects: Map::default(),
            positions,
        }
    }

    /// The row that speaks of projects as such.
    fn of_projects(&mut self) -> &mut Draft {
        self.all.as_mut().unwrap_or(&mut self.top)
    }

    fn rows(mut self) -> Vec<RowKey> {
        for (node, kind) in self.positions.clone() {
            if kind == Kind::Region {
                self.settle_region(node);
            }
        }
        for project in self.projects_of_interest() {
            self.settle_project(project);
        }
        for (node, kind) in self.positions.clone() {
            if let Kind::Leaf(above) = kind {
                self.settle_leaf(node, above);
            }
        }
        let Settling { view, top, all, rows, .. } = self;
        let mut keys = Vec::new();
        for draft in [top].into_iter().chain(all).chain(rows) {
            draft.emit(view.two, &mut keys);
        }
        keys
    }

    /// A project group whose projects change as all projects do needs no row.
    fn settle_region(&mut self, node: u32) {
        let value = self.view.value(node, &REGION);
        let expected = self.of_projects().value;
        if value[slot(number::PROJECT_GROUP)] == self.top.value[slot(number::PROJECT_GROUP)]
            && same(&value, &expected, &PROJECTS)
        {
            return;
        }
        self.top.except.push(node);
        if let Some(all) = &mut self.all {
            all.except.push(node);
        }
        self.split.insert(node, self.rows.len());
        self.rows.push(Draft { node, value, types: &REGION, except: Vec::new() });
    }

    /// Projects among the positions, those of leaves, and those of which two rows would speak.
    fn projects_of_interest(&self) -> Vec<u32> {
        let org = self.view.two.after;
        let mut projects: Vec<u32> = self
            .positions
            .iter()
            .filter_map(|(node, kind)| match kind {
                Kind::Project => Some(*node),
                Kind::Leaf(above) if *above != NONE && org.node_type(*above) == number::PROJECT => {
                    Some(*above)
                }
                _ => None,
            })
            .collect();
        if self.split.len() > 1 {
            let mut seen: Map<u32, ()> = Map::default();
            for region in self.split.keys() {
                projects.extend(
                    org.region_projects(*region).filter(|project| seen.insert(*project, ()).is_some()),
                );
            }
        }
        sort::numbers(&mut projects);
        projects
    }

    fn settle_project(&mut self, project: u32) {
        let org = self.view.two.after;
        let value = self.view.value(project, &PROJECTS);
        let chain: Vec<u32> = org.target_of(project).chain.iter().collect();
        let regions: Vec<usize> = chain.iter().filter_map(|above| self.split.get(above).copied()).collect();
        let is_below = chain.contains(&org.singleton(number::ORG_PROJECT));
        let expected = match regions.as_slice() {
            [] if is_below => Some(self.of_projects().value),
            [only] => Some(self.rows[*only].value),
            // Two rows would speak of it, or none.
            _ => None,
        };
        if expected.is_some_and(|expected| same(&value, &expected, &PROJECTS)) {
            self.projects.insert(project, (value, None));
            return;
        }
        if regions.is_empty() && is_below {
            self.of_projects().except.push(project);
        }
        for row in regions {
            self.rows[row].except.push(project);
        }
        self.projects.insert(project, (value, Some(self.rows.len())));
        self.rows.push(Draft { node: project, value, types: &PROJECTS, except: Vec::new() });
    }

    fn settle_leaf(&mut self, node: u32, above: u32) {
        let org = self.view.two.after;
        let ty = org.node_type(node);
        let types: &'static [u16] = &OWN[slot(ty)];
        let mut value = Value::default();
        value[slot(ty)] = self.view.value(node, &[ty])[slot(ty)];
        let expected = if above == NONE {
            None
        } else if let Some((of_project, row)) = self.projects.get(&above) {
            Some((of_project[slot(ty)], *row))
        } else if above == self.top.node {
            Some((self.top.value[slot(ty)], None))
        } else {
            Some((self.of_projects().value[slot(ty)], None))
        };
        if let Some((expected, row)) = expected {
            if expected == value[slot(ty)] {
                return;
            }
            self.speaking_of(above, row).except.push(node);
        }
        self.rows.push(Draft { node, value, types, except: Vec::new() });
    }

    /// The row that would speak of what is directly below a node.
    fn speaking_of(&mut self, above: u32, own: Option<usize>) -> &mut Draft {
        let org = self.view.two.after;
        if let Some(row) = own {
            return &mut self.rows[row];
        }
        if above == self.top.node {
            return &mut self.top;
        }
        let region = org.target_of(above).chain.iter().find_map(|region| self.split.get(&region).copied());
        match region {
            Some(row) => &mut self.rows[row],
            None => self.of_projects(),
        }
    }
}

impl Draft {
    /// The rows: one for all types if they change alike, else one for each that does.
    fn emit(mut self, two: Two<'_>, keys: &mut Vec<RowKey>) {
        let org = two.after;
        sort::numbers(&mut self.except);
        let own = org.node_type(self.node);
        let first = self.value[slot(self.types[0])];
        if self.types.iter().all(|ty| self.value[slot(*ty)] == first) {
            if !first.is_none() {
                let below = self.types.len() > 1;
                keys.push(RowKey {
                    object: self.node,
                    change: first,
                    below,
                    only: None,
                    except: self.except,
                });
            }
            return;
        }
        for ty in self.types {
            let change = self.value[slot(*ty)];
            if change.is_none() {
                continue;
            }
            let is_own = *ty == own;
            let except = if is_own {
                Vec::new()
            } else {
                self.except.iter().copied().filter(|node| may_hold(org.node_type(*node), *ty)).collect()
            };
            keys.push(RowKey {
                object: self.node,
                change,
                below: !is_own,
                only: (!is_own).then_some(*ty),
                except,
            });
        }
    }
}

/// Whether a node of one type is or has below it objects of another.
fn may_hold(node: u16, ty: u16) -> bool {
    node == ty
        || match node {
            number::ORG_PROJECT | number::PROJECT_GROUP => PROJECTS.contains(&ty),
            number::PROJECT => IN_PROJECT.contains(&ty),
            _ => false,
        }
}

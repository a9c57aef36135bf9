//! What changes for one subject, as rows: each speaks of a node and what is below it, but for the
//! nodes below it that change differently and have rows of their own.
//!
//! Everything that can differ from what is above it is a *position*: nodes on which the subject
//! holds something that changes elsewhere, and what is deleted, public or moved. A position's value
//! is what changes there for every type that can be there or below. Positions are settled from the
//! top: a value that is that of the position above needs no row.

use super::gives::{self, ByType, EVERYTHING, for_type};
use super::places::{Kind, Place, Side};
use super::scope::{Entry, Mark, Scope};
use crate::model::object::number;
use crate::model::permission::Permission;
use crate::org::{Map, Org, keys::NONE, sort};

/// What one type gains and loses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Change {
    pub gained: u8,
    pub lost: u8,
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

/// What changes at a position, by type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Value {
    gained: ByType,
    lost: ByType,
}

impl Value {
    fn between(before: ByType, after: ByType) -> Value {
        Value { gained: after & !before, lost: before & !after }
    }

    /// The part of it that is about some types.
    fn of(self, types: ByType) -> Value {
        Value { gained: self.gained & types, lost: self.lost & types }
    }

    fn for_type(self, ty: u16) -> Change {
        Change { gained: for_type(self.gained, ty), lost: for_type(self.lost, ty) }
    }

    fn is_none(self) -> bool {
        self.gained | self.lost == 0
    }
}

const NO_CHANGE: Change = Change { gained: 0, lost: 0 };

/// Types of what lives in a project.
const IN_PROJECT: [u16; 5] =
    [number::EXPERIMENT, number::DATASET, number::PROMPT, number::PROMPT_SESSION, number::PROJECT_LOG];
/// What is below a project, and itself.
const PROJECTS: ByType = gives::mask(&IN_PROJECT) | gives::of_type(number::PROJECT, 255);
/// What is below all projects, and itself.
const ALL_PROJECTS: ByType = PROJECTS | gives::of_type(number::ORG_PROJECT, 255);
/// What is below a project group, and itself.
const REGION: ByType = PROJECTS | gives::of_type(number::PROJECT_GROUP, 255);
/// Every known type, for the organisation's own row when all projects have none.
const EVERY: ByType = EVERYTHING & !gives::of_type(number::KNOWN, 255);
/// What is below the organisation, and itself, all projects and what is in them aside.
const AT_TOP: ByType = EVERY & !ALL_PROJECTS;

/// A row that is being settled.
struct Draft {
    node: u32,
    value: Value,
    types: ByType,
    except: Vec<u32>,
}

impl Draft {
    fn new(node: u32, value: Value, types: ByType) -> Draft {
        Draft { node, value: value.of(types), types, except: Vec::new() }
    }
}

/// What one subject's grants give, by node.
#[derive(Default)]
pub(super) struct Sheet {
    /// The place of a node among the entries.
    at: Vec<u32>,
    entries: Vec<Entry>,
}

impl Sheet {
    pub fn new(nodes: usize) -> Sheet {
        Sheet { at: vec![NONE; nodes], entries: Vec::new() }
    }

    pub fn clear(&mut self) {
        for entry in self.entries.drain(..) {
            self.at[entry.node as usize] = NONE;
        }
    }

    pub fn add(&mut self, entry: Entry) {
        let at = &mut self.at[entry.node as usize];
        if *at == NONE {
            *at = self.entries.len() as u32;
            self.entries.push(entry);
            return;
        }
        let known = &mut self.entries[*at as usize];
        known.before |= entry.before;
        known.after |= entry.after;
    }

    /// What changes at any of its nodes.
    pub fn delta(&self) -> ByType {
        self.entries.iter().fold(0, |delta, entry| delta | (entry.before ^ entry.after))
    }

    /// What the nodes of a chain give.
    fn sum(&self, chain: &[u32], gives: impl Fn(&Entry) -> ByType) -> ByType {
        chain.iter().fold(0, |sum, node| match self.at[*node as usize] {
            NONE => sum,
            at => sum | gives(&self.entries[at as usize]),
        })
    }

    /// What changes at a position.
    fn value(&self, org: &Org, place: &Place) -> Value {
        if place.is_dead() {
            return Value::default();
        }
        // MODEL 2: what is in a project that stands beside all projects is below them too.
        let beside = [org.singleton(number::ORG_PROJECT)];
        let side = |side: &Side, gives: &dyn Fn(&Entry) -> ByType| {
            if side.deleted {
                return 0;
            }
            let mut sum = self.sum(&side.chain, gives);
            if place.ty == number::PROJECT_GROUP {
                sum |= self.sum(&beside, gives) & PROJECTS;
            }
            // MODEL 3.2: what anybody may do.
            if side.public { sum | gives::of_type(place.ty, READ) } else { sum }
        };
        Value::between(side(&place.before, &|entry| entry.before), side(&place.after, &|entry| entry.after))
    }
}

const READ: u8 = 1 << Permission::Read as u8;

/// Positions, by what they are.
#[derive(Default)]
pub(super) struct Positions {
    /// The turn in which a node was added last.
    turn_of: Vec<u32>,
    turn: u32,
    regions: Vec<u32>,
    projects: Vec<u32>,
    /// With what is above them.
    leaves: Vec<(u32, u32)>,
}

impl Positions {
    pub fn new(nodes: usize) -> Positions {
        Positions { turn_of: vec![0; nodes], ..Positions::default() }
    }

    fn clear(&mut self) {
        self.turn += 1;
        self.regions.clear();
        self.projects.clear();
        self.leaves.clear();
    }

    fn add(&mut self, node: u32, scope: &mut Scope<'_>) {
        if std::mem::replace(&mut self.turn_of[node as usize], self.turn) == self.turn {
            return;
        }
        match scope.places.get(node).kind {
            Kind::Organization | Kind::AllProjects => {}
            Kind::Region => self.regions.push(node),
            Kind::Project => {
                self.projects.push(node);
                // What it is below is not above the known objects of a project that nobody knows.
                if !scope.two().after.node(node).known {
                    for stray in scope.places.strays(node).to_vec() {
                        self.add(stray, scope);
                    }
                }
            }
            Kind::Leaf(above) => self.leaves.push((node, above)),
        }
    }

    /// Nodes whose value may differ from that of what is above.
    pub fn find(&mut self, scope: &mut Scope<'_>, sheet: &Sheet, structural: &[u32]) {
        self.clear();
        let delta = if structural.is_empty() { sheet.delta() } else { EVERYTHING };
        let mut changed: Vec<u32> = structural.to_vec();
        for entry in &sheet.entries {
            if entry.before != entry.after {
                changed.push(entry.node);
            }
            match scope.mark(entry.node) {
                Mark::Changed | Mark::Below => self.add(entry.node, scope),
                Mark::Beside => {
                    for project in scope.beside(entry.node).to_vec() {
                        self.add(project, scope);
                    }
                }
                Mark::Above | Mark::Elsewhere | Mark::Unseen => {}
            }
        }
        for node in structural {
            self.add(*node, scope);
        }
        for node in changed {
            for odd in scope.odd_in(node).to_vec() {
                let place = scope.places.get(odd);
                let is_deleted = place.before.deleted || place.after.deleted;
                if is_deleted || delta & gives::of_type(place.ty, READ) != 0 {
                    self.add(odd, scope);
                }
            }
        }
    }
}

/// The rows of one subject.
pub(super) fn rows(scope: &mut Scope<'_>, sheet: &Sheet, positions: &Positions) -> Vec<RowKey> {
    Settling::new(scope, sheet).rows(positions)
}

/// Settles positions into rows, from the top.
struct Settling<'v, 'o> {
    scope: &'v mut Scope<'o>,
    org: &'o Org,
    sheet: &'v Sheet,
    top: Draft,
    all: Option<Draft>,
    rows: Vec<Draft>,
    /// Live project groups with a row: what is in them is spoken of there.
    split: Map<u32, usize>,
    /// Projects with their value and their row, when they have one of their own.
    projects: Map<u32, (Value, Option<usize>)>,
}

impl<'v, 'o> Settling<'v, 'o> {
    fn new(scope: &'v mut Scope<'o>, sheet: &'v Sheet) -> Self {
        let org = scope.two().after;
        let [top, all] = [number::ORGANIZATION, number::ORG_PROJECT].map(|ty| org.singleton(ty));
        let [value, of_all] = [top, all].map(|node| sheet.value(org, scope.places.get(node)));
        let is_same = value.of(ALL_PROJECTS) == of_all.of(ALL_PROJECTS);
        let mut top = Draft::new(top, value, if is_same { EVERY } else { AT_TOP });
        let own = (!is_same).then(|| Draft::new(all, of_all, ALL_PROJECTS));
        if !is_same {
            top.except.push(all);
        }
        Settling {
            scope,
            org,
            sheet,
            top,
            all: own,
            rows: Vec::new(),
            split: Map::default(),
            projects: Map::default(),
        }
    }

    /// The row that speaks of projects as such.
    fn of_projects(&mut self) -> &mut Draft {
        self.all.as_mut().unwrap_or(&mut self.top)
    }

    fn value(&mut self, node: u32) -> Value {
        self.sheet.value(self.org, self.scope.places.get(node))
    }

    fn rows(mut self, positions: &Positions) -> Vec<RowKey> {
        positions.regions.iter().for_each(|region| self.settle_region(*region));
        positions.projects.iter().for_each(|project| self.settle_project(*project));
        if !self.split.is_empty() {
            self.projects_of_several().into_iter().for_each(|project| self.settle_project(project));
        }
        positions.leaves.iter().for_each(|(node, above)| self.settle_leaf(*node, *above));
        let Settling { org, top, all, rows, .. } = self;
        let mut keys = Vec::new();
        for draft in [top].into_iter().chain(all).chain(rows) {
            draft.emit(org, &mut keys);
        }
        keys
    }

    /// A project group whose projects change as all projects do needs no row.
    fn settle_region(&mut self, node: u32) {
        let value = self.value(node);
        let expected = self.of_projects().value.of(PROJECTS);
        let own = gives::of_type(number::PROJECT_GROUP, 255);
        if value.of(own) == self.top.value.of(own) && value.of(PROJECTS) == expected {
            return;
        }
        self.top.except.push(node);
        if let Some(all) = &mut self.all {
            all.except.push(node);
        }
        self.split.insert(node, self.rows.len());
        self.rows.push(Draft::new(node, value, REGION));
    }

    /// Projects of which two rows would speak, or that a further project group makes different.
    fn projects_of_several(&self) -> Vec<u32> {
        let mut seen: Map<u32, ()> = Map::default();
        let mut several: Vec<u32> = Vec::new();
        let is_region = |node: &u32| self.org.node_type(*node) == number::PROJECT_GROUP;
        let granted = self.sheet.entries.iter().map(|entry| entry.node).filter(is_region);
        let silent = granted.filter(|region| !self.split.contains_key(region));
        for region in silent.chain(self.split.keys().copied()) {
            let projects = self.org.region_projects(region);
            several.extend(projects.filter(|project| seen.insert(*project, ()).is_some()));
        }
        sort::numbers(&mut several);
        several
    }

    fn settle_project(&mut self, project: u32) {
        if self.projects.contains_key(&project) {
            return;
        }
        let place = self.scope.places.find(project);
        let place = self.scope.places.at(place);
        let value = self.sheet.value(self.org, place).of(PROJECTS);
        let is_below = place.in_all;
        let split = &self.split;
        let regions: Vec<usize> =
            place.after.chain.iter().filter_map(|above| split.get(above).copied()).collect();
        let expected = match regions.as_slice() {
            [] if is_below => Some(self.of_projects().value.of(PROJECTS)),
            [only] => Some(self.rows[*only].value.of(PROJECTS)),
            // Two rows would speak of it, or none.
            _ => None,
        };
        if expected == Some(value) {
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
        self.rows.push(Draft::new(project, value, PROJECTS));
    }

    fn settle_leaf(&mut self, node: u32, above: u32) {
        let place = self.scope.places.find(node);
        let place = self.scope.places.at(place);
        let (ty, is_stray) = (place.ty, !place.in_all);
        let types = gives::of_type(ty, 255);
        let value = self.sheet.value(self.org, place).of(types);
        if let Some((expected, row)) = self.expected(above, is_stray) {
            if expected.of(types) == value {
                return;
            }
            self.speaking_of(above, row).except.push(node);
        }
        if !value.is_none() {
            self.rows.push(Draft::new(node, value, types));
        }
    }

    /// What would be said of something directly below a node, and the node's own row; none if no
    /// row would speak of it.
    fn expected(&mut self, above: u32, is_stray: bool) -> Option<(Value, Option<usize>)> {
        if above == NONE {
            return None;
        }
        if above == self.top.node {
            return Some((self.top.value, None));
        }
        if self.org.node_type(above) != number::PROJECT {
            return Some((self.of_projects().value, None));
        }
        let is_settled = self.projects.contains_key(&above);
        if !is_settled && (is_stray || !self.split.is_empty()) {
            self.settle_project(above);
        }
        match self.projects.get(&above).copied() {
            // Nothing above such a project is above what is in it.
            Some((_, None)) if is_stray => None,
            Some(settled) => Some(settled),
            None => Some((self.of_projects().value, None)),
        }
    }

    /// The row that would speak of what is directly below a node.
    fn speaking_of(&mut self, above: u32, own: Option<usize>) -> &mut Draft {
        if let Some(row) = own {
            return &mut self.rows[row];
        }
        if above == self.top.node {
            return &mut self.top;
        }
        if !self.split.is_empty() {
            let chain = &self.scope.places.get(above).after.chain;
            if let Some(row) = chain.iter().find_map(|region| self.split.get(region)) {
                return &mut self.rows[*row];
            }
        }
        self.of_projects()
    }
}

impl Draft {
    /// The rows: one for all types if they change alike, else one for each that does.
    fn emit(mut self, org: &Org, keys: &mut Vec<RowKey>) {
        if self.value.is_none() {
            return;
        }
        sort::numbers(&mut self.except);
        let own = org.node_type(self.node);
        let all: Vec<u16> = (0..=number::KNOWN).filter(|ty| for_type(self.types, *ty) != 0).collect();
        let first = self.value.for_type(all[0]);
        let alike = Value { gained: gives::for_all(first.gained), lost: gives::for_all(first.lost) };
        if alike.of(self.types) == self.value {
            let below = all.len() > 1;
            keys.push(RowKey { object: self.node, change: first, below, only: None, except: self.except });
            return;
        }
        for ty in all {
            let change = self.value.for_type(ty);
            if change == NO_CHANGE {
                continue;
            }
            let is_own = ty == own;
            let except = if is_own {
                Vec::new()
            } else {
                self.except.iter().copied().filter(|node| may_hold(org.node_type(*node), ty)).collect()
            };
            keys.push(RowKey {
                object: self.node,
                change,
                below: !is_own,
                only: (!is_own).then_some(ty),
                except,
            });
        }
    }
}

/// Whether a node of one type is or has below it objects of another.
fn may_hold(node: u16, ty: u16) -> bool {
    node == ty
        || match node {
            number::ORG_PROJECT | number::PROJECT_GROUP => ty == number::PROJECT || IN_PROJECT.contains(&ty),
            number::PROJECT => IN_PROJECT.contains(&ty),
            _ => false,
        }
}

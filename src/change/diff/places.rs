//! Where nodes stand, before and after: found once for everybody.

use super::affected::Two;
use crate::model::object::number;
use crate::org::{Map, Target, keys::NONE};

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

/// A node with what is above it, in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub chain: Vec<u32>,
    pub deleted: bool,
    pub public: bool,
}

impl Side {
    pub fn of(target: &Target<'_>) -> Side {
        Side { chain: target.chain.iter().collect(), deleted: target.deleted, public: target.public }
    }
}

/// What there is to know of a node.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub ty: u16,
    pub kind: Kind,
    pub before: Side,
    pub after: Side,
    /// All projects are above it.
    pub in_all: bool,
}

impl Place {
    fn new(two: Two<'_>, node: u32) -> Place {
        let after = Side::of(&two.after.target_of(node));
        let in_all = after.chain.contains(&two.after.singleton(number::ORG_PROJECT));
        let kind = kind_of(two, node, &after.chain);
        Place { ty: two.after.node_type(node), kind, before: two.side_before(node), after, in_all }
    }

    /// It is not as everything else.
    pub fn is_odd(&self) -> bool {
        [&self.before, &self.after].into_iter().any(|side| side.deleted || side.public)
    }

    /// It is deleted in both states: nothing changes for anybody.
    pub fn is_dead(&self) -> bool {
        self.before.deleted && self.after.deleted
    }
}

fn kind_of(two: Two<'_>, node: u32, chain: &[u32]) -> Kind {
    let org = two.after;
    match org.node_type(node) {
        number::ORGANIZATION if node == org.singleton(number::ORGANIZATION) => Kind::Organization,
        number::ORG_PROJECT if node == org.singleton(number::ORG_PROJECT) => Kind::AllProjects,
        number::PROJECT => Kind::Project,
        number::PROJECT_GROUP if org.node(node).known && !org.node(node).deleted => Kind::Region,
        _ => {
            // The nearest node above it that is itself a position with something below.
            let above = chain.iter().copied().find(|above| {
                let ty = org.node_type(*above);
                *above != node && (ty == number::PROJECT || number::is_singleton(ty))
            });
            Kind::Leaf(above.unwrap_or(NONE))
        }
    }
}

impl Two<'_> {
    /// Where a node was before. What the change creates counts as one that did not exist yet.
    pub fn side_before(self, node: u32) -> Side {
        let Two { before, after } = self;
        let ty = after.node_type(node);
        if ty == number::PROJECT_LOG {
            // MODEL 2: a project's logs live exactly as long as it.
            let project = after.find_node(number::PROJECT, &after.node_id(node));
            if project != NONE {
                return self.in_project(node, project);
            }
        }
        if !self.is_created(node) {
            if self.had_node(node) {
                return Side::of(&before.target_of(node));
            }
            return Side { deleted: false, public: false, ..Side::of(&after.target_of(node)) };
        }
        let [all, top] = [number::ORG_PROJECT, number::ORGANIZATION].map(|ty| before.singleton(ty));
        match ty {
            number::PROJECT => Side { chain: vec![node, all, top], deleted: false, public: false },
            ty if number::is_child(ty) => match after.node(node).project {
                NONE => Side { chain: vec![node], deleted: false, public: false },
                project => self.in_project(node, project),
            },
            _ => Side { chain: vec![node, top], deleted: false, public: false },
        }
    }

    /// Where something is that does not exist yet, or a log, of a project.
    fn in_project(self, node: u32, project: u32) -> Side {
        let above = self.side_before(project);
        let chain = [node].into_iter().chain(above.chain).collect();
        Side { chain, deleted: above.deleted, public: false }
    }
}

/// Not looked at yet.
const UNSEEN: u32 = u32::MAX;

/// The places of nodes, and the known objects of projects that the data do not know.
pub(super) struct Places<'o> {
    two: Two<'o>,
    at: Vec<u32>,
    seen: Vec<Place>,
    strays: Option<Map<u32, Vec<u32>>>,
}

impl<'o> Places<'o> {
    pub fn new(two: Two<'o>) -> Places<'o> {
        let at = vec![UNSEEN; two.after.nodes().len()];
        Places { two, at, seen: Vec::new(), strays: None }
    }

    /// The number of a node's place.
    pub fn find(&mut self, node: u32) -> usize {
        if self.at[node as usize] == UNSEEN {
            self.at[node as usize] = self.seen.len() as u32;
            self.seen.push(Place::new(self.two, node));
        }
        self.at[node as usize] as usize
    }

    pub fn at(&self, place: usize) -> &Place {
        &self.seen[place]
    }

    pub fn get(&mut self, node: u32) -> &Place {
        let place = self.find(node);
        self.at(place)
    }

    /// The known objects of a project that the data do not know. What such a project is below is
    /// not above them (docs/CHOICES.md, Objects).
    pub fn strays(&mut self, project: u32) -> &[u32] {
        let org = self.two.after;
        let strays = self.strays.get_or_insert_with(|| {
            let mut strays: Map<u32, Vec<u32>> = Map::default();
            for node in org.nodes() {
                let info = org.node(node);
                if info.known && info.project != NONE && !org.node(info.project).known {
                    strays.entry(info.project).or_default().push(node);
                }
            }
            strays
        });
        strays.get(&project).map_or(&[], Vec::as_slice)
    }
}

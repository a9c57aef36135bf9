//! What lives in projects, by type and project, so that a list passes over what a project gives
//! nothing on, or everything, without looking at each object.
//!
//! A table of a type is made when one of the type is listed first, and is held in common by copies.
//! What comes, goes or moves later is noted beside it: what the table says of it does not count.

use std::ops::Range;

use super::lookup::Lazy;
use super::{Org, sort};
use crate::model::object::number;

/// The known objects of one type.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// In ascending order of their projects.
    nodes: Vec<u32>,
    /// Projects, each with the place behind its last one in `nodes`.
    projects: Vec<(u32, u32)>,
}

impl Table {
    fn new(org: &Org, ty: u16) -> Table {
        let known = org.nodes_of_type(ty).filter(|node| org.node(*node).known);
        let mut placed: Vec<(u32, u32)> = known.map(|node| (org.node(node).project, node)).collect();
        sort::pairs(&mut placed);
        let mut projects: Vec<(u32, u32)> = Vec::new();
        for (place, (project, _)) in placed.iter().enumerate() {
            if projects.last().is_none_or(|(last, _)| last != project) {
                projects.push((*project, 0));
            }
            projects.last_mut().expect("just pushed").1 = place as u32 + 1;
        }
        Table { nodes: placed.into_iter().map(|(_, node)| node).collect(), projects }
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&*self.nodes) + size_of_val(&*self.projects)
    }

    fn range(&self, at: usize) -> Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.projects[before].1);
        start as usize..self.projects[at].1 as usize
    }
}

/// A table for each of the types that live in projects, in the order of their numbers.
pub(super) type Contents = [Lazy<Table, ()>; 4];

/// The objects of a type, as a list looks at them.
pub(crate) struct Shelf<'o> {
    table: &'o Table,
    /// Whether any was noted beside the table.
    has_notes: bool,
    lazy: &'o Lazy<Table, ()>,
}

impl Shelf<'_> {
    /// Projects with what was in them when the table was made, which still counts where it
    /// [stands](Shelf::stands).
    pub fn projects(&self, only: Option<u32>) -> impl Iterator<Item = (u32, &[u32])> {
        let projects = &self.table.projects;
        let places = match only {
            None => 0..projects.len(),
            Some(project) => match projects.binary_search_by_key(&project, |(project, _)| *project) {
                Ok(at) => at..at + 1,
                Err(_) => 0..0,
            },
        };
        places.map(|at| (projects[at].0, &self.table.nodes[self.table.range(at)]))
    }

    /// Whether an object is where the table says.
    pub fn stands(&self, node: u32) -> bool {
        !(self.has_notes && self.lazy.noted.contains(node))
    }

    /// What came, went or moved since.
    pub fn noted(&self) -> Vec<u32> {
        self.lazy.noted.keys()
    }

    pub fn project_count(&self) -> usize {
        self.table.projects.len()
    }
}

fn place(ty: u16) -> usize {
    usize::from(ty - number::EXPERIMENT)
}

impl Org {
    /// The objects of a type that lives in projects.
    pub(crate) fn shelf(&self, ty: u16) -> Shelf<'_> {
        let lazy = &self.contents[place(ty)];
        let table = lazy.table.get_or_init(|| Table::new(self, ty));
        Shelf { table, has_notes: lazy.noted.len() > 0, lazy }
    }

    /// After something came, went or moved.
    pub(super) fn note_place(&mut self, node: u32) {
        let ty = self.node_type(node);
        if number::is_child(ty) && self.contents[place(ty)].is_made() {
            self.contents[place(ty)].noted.insert(node, ());
        }
    }
}

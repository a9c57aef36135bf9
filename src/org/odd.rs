//! What is out of the ordinary: the few known nodes that are deleted or public, so that whoever
//! speaks of "everything below" finds the exceptions without looking at everything; and projects
//! that the data do not know although they know something in them.

use super::Org;
use super::keys::NONE;
use super::shared::SharedMap;

/// Where an odd node stands among its siblings.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Its project; [`NONE`] for what is in none.
    above: u32,
    before: u32,
    after: u32,
}

/// Lists of odd nodes by what they are below, newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Odd {
    first: SharedMap<u32>,
    places: SharedMap<Place>,
    missing_projects: SharedMap<()>,
}

impl Odd {
    fn below(&self, above: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first.get(above).copied(), |node| {
            self.places.get(*node).map(|place| place.after).filter(|after| *after != NONE)
        })
    }

    fn add(&mut self, node: u32, above: u32) {
        let after = self.first.get(above).copied().unwrap_or(NONE);
        if after != NONE {
            self.change(after, |place| place.before = node);
        }
        self.places.insert(node, Place { above, before: NONE, after });
        self.first.insert(above, node);
    }

    fn remove(&mut self, node: u32) {
        let Some(Place { above, before, after }) = self.places.remove(node) else { return };
        if after != NONE {
            self.change(after, |place| place.before = before);
        }
        if before != NONE {
            self.change(before, |place| place.after = after);
        } else if after != NONE {
            self.first.insert(above, after);
        } else {
            self.first.remove(above);
        }
    }

    fn change(&mut self, node: u32, change: impl FnOnce(&mut Place)) {
        if let Some(mut place) = self.places.get(node).copied() {
            change(&mut place);
            self.places.insert(node, place);
        }
    }

    pub fn share(&mut self) {
        self.first.share();
        self.places.share();
        self.missing_projects.share();
    }
}

impl Org {
    /// Puts a node where it belongs after its state changed.
    pub(super) fn file_odd(&mut self, node: u32) {
        let info = *self.node(node);
        let filed = self.odd.places.get(node).map(|place| place.above);
        let belongs = info.is_odd().then_some(info.project);
        if filed == belongs {
            return;
        }
        if filed.is_some() {
            self.odd.remove(node);
        }
        if let Some(above) = belongs {
            self.odd.add(node, above);
        }
    }

    /// The same for a project, after it came to be known or not, or something in it did.
    pub(super) fn file_missing(&mut self, project: u32) {
        if self.child_count(project) == 0 || self.node(project).known {
            self.odd.missing_projects.remove(project);
        } else if !self.odd.missing_projects.contains(project) {
            self.odd.missing_projects.insert(project, ());
        }
    }

    /// The projects that the data do not know and in which they know something.
    pub(crate) fn missing_projects(&self) -> Vec<u32> {
        self.odd.missing_projects.keys()
    }

    /// The known objects of a project that are themselves marked deleted, or public.
    pub(crate) fn odd_children(&self, project: u32) -> impl Iterator<Item = u32> {
        self.odd.below(project)
    }

    /// Every known node that is itself marked deleted, or public.
    pub(crate) fn odd_nodes(&self) -> impl Iterator<Item = u32> {
        self.odd.places.keys().into_iter()
    }
}

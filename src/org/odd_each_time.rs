//! What is out of the ordinary, in a module that is small: looked for each time.

use super::Org;

/// Nothing is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Odd;

impl Odd {
    /// Ready to be copied, as ever.
    pub fn share(&mut self) {}
}

impl Org {
    /// After a node's state changed: nothing is kept that would change with it.
    pub(super) fn file_odd(&mut self, _: u32) {}

    /// The known objects of a project that are themselves marked deleted, or public.
    pub(crate) fn odd_children(&self, project: u32) -> impl Iterator<Item = u32> {
        self.odd_nodes().filter(move |node| self.node(*node).project == project)
    }

    /// Every known node that is itself marked deleted, or public.
    pub(crate) fn odd_nodes(&self) -> impl Iterator<Item = u32> {
        self.nodes().filter(|node| {
            let info = self.node(*node);
            info.known && (info.deleted || info.public)
        })
    }
}

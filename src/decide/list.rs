//! Which objects somebody may do something to.

use super::inherited::Inherited;
use super::subject::{Subject, by_everybody};
use crate::model::object::{ObjectType, number};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Listed, by_code_units, keys::NONE, sort};

/// Of so many projects is kept what a subject has by them, while one list is made.
const MOST_PROJECTS: usize = 1 << 16;

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListOptions<'a> {
    /// Only what lives in this project (and its log).
    pub project: Option<&'a str>,
    /// Only ids behind this one.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: Option<usize>,
}

impl ListOptions<'_> {
    /// Sorts ids by code units and takes the page out of them.
    pub(crate) fn page<T>(&self, mut all: Vec<T>, id: impl Fn(&T) -> &str) -> Vec<T> {
        if let Some(after) = self.after {
            all.retain(|item| by_code_units(id(item), after).is_gt());
        }
        sort::by_id(&mut all, |item| id(item).to_owned());
        all.truncate(self.limit.unwrap_or(usize::MAX));
        all
    }
}

impl Subject<'_> {
    /// The ids of this type that the data know and to which the subject may do this, ascending by
    /// code units.
    #[must_use]
    pub fn list(
        &self,
        ask: impl Into<PermissionSet>,
        object_type: impl Into<ObjectType>,
        options: ListOptions<'_>,
    ) -> Vec<String> {
        let ty = self.org.types().get(object_type.into().as_str());
        self.org.listed_ids(&self.list_nodes(ask.into(), ty, options))
    }

    /// The nodes of the same ids, in their order.
    pub(crate) fn list_nodes(&self, ask: PermissionSet, ty: u16, options: ListOptions<'_>) -> Vec<Listed> {
        let org = self.org;
        let project = match options.project.map(|id| org.find_node(number::PROJECT, id)) {
            Some(NONE) => return Vec::new(),
            project => project,
        };
        // Nothing is held by asking for nothing.
        if ask.is_empty() || (project.is_some() && !(number::is_child(ty) || ty == number::PROJECT_LOG)) {
            return Vec::new();
        }
        if number::is_child(ty) {
            org.page_of_nodes(&mut self.children(ask, ty, project), options.after, options.limit)
        } else {
            org.page_of_nodes(&mut self.not_in_projects(ask, ty, project), options.after, options.limit)
        }
    }

    /// What lives in projects.
    fn children(&self, ask: PermissionSet, ty: u16, project: Option<u32>) -> impl Iterator<Item = u32> {
        let org = self.org;
        let mut inherited = Inherited::with_room(MOST_PROJECTS.min(org.nodes().len()));
        org.nodes_of_type(ty)
            .filter(move |node| {
                let info = org.node(*node);
                info.known && project.is_none_or(|project| project == info.project)
            })
            .filter(move |node| inherited.child(org, &self.closure, ty, *node).0.contains_all(ask))
    }

    /// Everything else, a project's log among it, which has no row of its own.
    fn not_in_projects(
        &self,
        ask: PermissionSet,
        ty: u16,
        project: Option<u32>,
    ) -> impl Iterator<Item = u32> {
        let org = self.org;
        let is_log = ty == number::PROJECT_LOG;
        let rows_of = if is_log { number::PROJECT } else { ty };
        org.nodes_of_type(rows_of)
            .filter(move |node| org.node(*node).known && project.is_none_or(|project| project == *node))
            .filter(move |node| {
                let target = if is_log {
                    org.target(ty, Some(&org.node_id(*node)), None)
                } else {
                    org.target_of(*node)
                };
                (org.granted(&self.closure, &target) | by_everybody(&target)).contains_all(ask)
            })
    }

    /// The projects in which the subject may create one of this type, ascending by code units;
    /// none for what does not live in projects.
    #[must_use]
    pub fn creatable(&self, object_type: impl Into<ObjectType>) -> Vec<String> {
        let ty = self.org.types().get(object_type.into().as_str());
        self.org.listed_ids(&self.creatable_nodes(ty))
    }

    pub(crate) fn creatable_nodes(&self, ty: u16) -> Vec<Listed> {
        let org = self.org;
        if !(number::is_child(ty) || ty == number::PROJECT_LOG || ty >= number::KNOWN) {
            return Vec::new();
        }
        let mut projects = org.nodes_of_type(number::PROJECT).filter(|node| {
            let mut target = org.target_of(*node);
            target.ty = ty;
            org.node(*node).known && org.granted(&self.closure, &target).contains(Permission::Create)
        });
        org.page_of_nodes(&mut projects, None, None)
    }
}

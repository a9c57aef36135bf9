//! Which objects somebody may do something to.

use super::inherited::Inherited;
use super::subject::{Subject, by_everybody};
use crate::model::object::{ObjectType, number};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Listed, Map, by_code_units, keys::NONE, sort};

#[cfg(test)]
mod tests;

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

/// How many objects are in projects.
fn count(projects: &[(u32, &[u32])]) -> usize {
    projects.iter().map(|(_, nodes)| nodes.len()).sum()
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
            org.page_of_nodes(&mut self.children(ask, ty, project).into_iter(), options.after, options.limit)
        } else {
            org.page_of_nodes(&mut self.not_in_projects(ask, ty, project), options.after, options.limit)
        }
    }

    /// What lives in projects. Objects are looked at one by one where something is found on them
    /// alone: in projects that give everything that is asked for all count, in others those with a
    /// grant of their own, and public ones.
    fn children(&self, ask: PermissionSet, ty: u16, project: Option<u32>) -> Vec<u32> {
        let org = self.org;
        let shelf = org.shelf(ty);
        // Where one is asked for: it, and what is above all.
        let projects = if project.is_some() { 1 } else { shelf.project_count() };
        let mut inherited = Inherited::with_room(MOST_PROJECTS.min(projects * 2));
        let (mut given, mut others) = (Vec::new(), Vec::new());
        for (project, nodes) in shelf.projects(project) {
            match inherited.by_project(org, &self.closure, ty, project) {
                None => {}
                Some(above) if above.contains_all(ask) => given.push((project, nodes)),
                Some(_) => others.push((project, nodes)),
            }
        }
        let mut is_held = |node: &u32| {
            let info = org.node(*node);
            let is_asked = info.known && project.is_none_or(|project| project == info.project);
            is_asked && inherited.gives_on_child(org, &self.closure, ask, ty, *node)
        };
        // Objects that are looked at in the order of their numbers are near each other in memory.
        if project.is_none() && count(&given) > count(&others) {
            return org.nodes_of_type(ty).filter(is_held).collect();
        }
        let mut looked_at = self.with_own(ask, ty, &others);
        // What was noted is looked at wherever it was, and is.
        looked_at.retain(|node| shelf.stands(*node));
        looked_at.extend(shelf.noted());
        looked_at.retain(|node| is_held(node));
        let given = given.into_iter().flat_map(|(_, nodes)| nodes);
        looked_at.extend(given.filter(|node| !org.node(**node).deleted && shelf.stands(**node)));
        looked_at
    }

    /// Of the objects in some projects those on which something can be that is not on all of them:
    /// by ACLs on them, where the subject has fewer than there are objects, or because they are public.
    fn with_own(&self, ask: PermissionSet, ty: u16, projects: &[(u32, &[u32])]) -> Vec<u32> {
        let org = self.org;
        let acls: usize =
            self.closure.principals().map(|principal| org.principal(principal).acls as usize).sum();
        if acls >= count(projects) {
            return projects.iter().flat_map(|(_, nodes)| nodes.iter().copied()).collect();
        }
        let asked: Map<u32, ()> = projects.iter().map(|(project, _)| (*project, ())).collect();
        let own = self.closure.principals().flat_map(|principal| org.acls_of(principal));
        let own = own
            .map(|(_, acl)| acl.node)
            .filter(|node| org.node_type(*node) == ty && asked.contains_key(&org.node(*node).project));
        let mut found: Vec<u32> = own.collect();
        // MODEL 3.2: anybody may read these.
        if ask.contains(Permission::Read) {
            let odd = projects.iter().flat_map(|(project, _)| org.odd_children(*project));
            found.extend(odd.filter(|node| org.node_type(*node) == ty && org.node(*node).public));
        }
        sort::numbers(&mut found);
        found
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

//! Which objects somebody may do something to.

use super::subject::{Subject, by_everybody};
use crate::model::object::{ObjectType, number};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Map, by_code_units, keys::NONE, sort};

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
        let (org, ask) = (self.org, ask.into());
        let ty = org.types().get(object_type.into().as_str());
        // A project's log has no row of its own.
        let rows_of = if ty == number::PROJECT_LOG { number::PROJECT } else { ty };
        let project = options.project.map(|id| org.find_node(number::PROJECT, id));
        if project == Some(NONE) {
            return Vec::new();
        }
        let mut above: Map<u32, PermissionSet> = Map::default();
        let mut ids = Vec::new();
        for node in org.nodes() {
            let info = org.node(node);
            if org.node_type(node) != rows_of || !info.known {
                continue;
            }
            let parent = if ty == number::PROJECT_LOG { node } else { info.project };
            if project.is_some_and(|project| {
                project != parent || !(number::is_child(ty) || ty == number::PROJECT_LOG)
            }) {
                continue;
            }
            let held = if number::is_child(ty) {
                let target = org.target_of(node);
                if target.deleted {
                    continue;
                }
                let own = PermissionSet(org.bits_on(node, ty, &self.closure));
                let inherited = *above.entry(parent).or_insert_with(|| {
                    let rest = target.chain.iter().filter(|above| *above != node);
                    PermissionSet(rest.fold(0, |bits, above| bits | org.bits_on(above, ty, &self.closure)))
                });
                own | inherited | by_everybody(&target)
            } else {
                let target = if ty == number::PROJECT_LOG {
                    org.target(ty, Some(&org.node_id(node)), None)
                } else {
                    org.target_of(node)
                };
                org.granted(&self.closure, &target) | by_everybody(&target)
            };
            if !ask.is_empty() && held.contains_all(ask) {
                ids.push(org.node_id(node));
            }
        }
        options.page(ids, |id| id)
    }

    /// The projects in which the subject may create one of this type, ascending by code units;
    /// none for what does not live in projects.
    #[must_use]
    pub fn creatable(&self, object_type: impl Into<ObjectType>) -> Vec<String> {
        self.creatable_number(self.org.types().get(object_type.into().as_str()))
    }

    pub(crate) fn creatable_number(&self, ty: u16) -> Vec<String> {
        let org = self.org;
        if !(number::is_child(ty) || ty == number::PROJECT_LOG || ty >= number::KNOWN) {
            return Vec::new();
        }
        let ids = org
            .nodes()
            .filter(|node| org.node_type(*node) == number::PROJECT && org.node(*node).known)
            .filter(|node| {
                let mut target = org.target_of(*node);
                target.ty = ty;
                org.granted(&self.closure, &target).contains(Permission::Create)
            })
            .map(|node| org.node_id(node))
            .collect();
        ListOptions::default().page(ids, |id: &String| id)
    }
}

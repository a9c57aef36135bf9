//! The object tree (the model's section 2): what an object is, and every node above it.

use alloc::vec::Vec;

use crate::ids::hash;
use crate::ids::parse;
use crate::input::NONE;
use crate::number;
use crate::small::{DELETED, Info, KNOWN, NODES, PUBLIC, Small, Trust};

/// An object as a question finds it, with the nodes of its chain and how many steps they are above the first.
pub struct Target {
    pub ty: u16,
    /// [`NONE`] when the data never name it.
    pub node: u32,
    pub known: bool,
    /// It or its project is marked deleted.
    pub deleted: bool,
    pub public: bool,
    pub chain: Vec<(u32, u32)>,
    level: u32,
}

impl Target {
    pub fn new(ty: u16) -> Target {
        Target { ty, node: NONE, known: false, deleted: false, public: false, chain: Vec::new(), level: 0 }
    }

    fn push(&mut self, node: u32) {
        if node != NONE {
            self.chain.push((self.level, node));
            self.level += 1;
        }
    }

    /// MODEL 3.2: what anybody may do.
    pub fn by_everybody(&self) -> u8 {
        if self.public && !self.deleted { 2 } else { 0 }
    }
}

impl Info {
    pub(crate) fn is_known(self) -> bool {
        self.flags & KNOWN != 0
    }

    pub(crate) fn is_deleted(self) -> bool {
        self.flags & DELETED != 0
    }
}

impl Small {
    /// What is above every project: all projects, and the organisation.
    fn push_all_projects(&self, target: &mut Target) {
        for ty in [number::ORG_PROJECT, number::ORGANIZATION] {
            target.push(self.singleton(ty));
        }
    }

    pub(crate) fn singleton(&self, ty: u16) -> u32 {
        self.singletons.get(usize::from(ty)).copied().unwrap_or(NONE)
    }

    /// A project and what is above it, if the data know the project; else the project alone (MODEL 4: an object whose
    /// project is not in the export).
    pub(crate) fn push_project(&self, target: &mut Target, project: u32) {
        target.push(project);
        if self.node(project).is_known() {
            // MODEL 2: a project group is an ancestor of its projects, all projects is not above it. MODEL 4: unless
            // it is deleted.
            let regions = self.regions_of.of(project).filter(|region| self.is_live(NODES, *region));
            target.chain.extend(regions.map(|region| (target.level, region)));
            self.push_all_projects(target);
        }
    }

    /// Finds an object and what is above it. `id` is left out for the four types that exist once.
    pub(crate) fn target(&self, ty: u16, id: Option<&str>, project: Option<&str>) -> Target {
        let mut target = Target::new(ty);
        let own = number::is_singleton(ty).then(|| self.organization());
        // An id that is empty where one is needed: nothing counts.
        let Some(id) = id.or(own).filter(|id| !id.is_empty()) else { return target };
        if ty != number::NEVER_NAMED {
            target.node = self.find(NODES, ty, id);
        }
        if ty == number::PROJECT_LOG {
            self.project_log_target(&mut target, id);
        } else if self.node(target.node).is_known() {
            self.known_target(&mut target);
        } else {
            self.unknown_target(&mut target, id, project);
        }
        target
    }

    /// MODEL 2: a project's logs have the project's id, and live exactly as long as it.
    fn project_log_target(&self, target: &mut Target, id: &str) {
        let project = self.find(NODES, number::PROJECT, id);
        target.push(target.node);
        self.push_project(target, project);
        target.known = self.node(project).is_known();
        target.deleted = target.known && self.node(project).is_deleted();
        if !target.known && self.in_organization && self.trust(target.ty, id) >= Trust::AllProjects {
            self.push_all_projects(target);
        }
    }

    /// How far what would be above an object counts that the data do not know: a slice may not hold what the
    /// organisation knows.
    fn trust(&self, ty: u16, id: &str) -> Trust {
        let Some(slice) = &self.slice else { return Trust::Project };
        // A project's logs are known as the project is.
        let kind = if ty == number::PROJECT_LOG { number::PROJECT } else { ty };
        let part = (hash(kind, &parse(id)) >> 32) as u32;
        match slice.trust.get(usize::from(ty)) {
            Some(_) if slice.others.binary_search(&part).is_ok() => Trust::Nothing,
            // No data know objects of an unknown type.
            None | Some(2) => Trust::Project,
            Some(1) => Trust::AllProjects,
            Some(_) => Trust::Nothing,
        }
    }

    /// The target of a node that the data know.
    pub(crate) fn known_target(&self, target: &mut Target) {
        let info = self.node(target.node);
        target.known = true;
        target.deleted = info.is_deleted();
        target.public = info.flags & PUBLIC != 0;
        if target.ty == number::PROJECT {
            return self.push_project(target, target.node);
        }
        target.push(target.node);
        if !number::is_child(target.ty) {
            if target.ty != number::ORGANIZATION {
                target.push(self.singleton(number::ORGANIZATION));
            }
        } else if info.link != NONE {
            // MODEL 4: the export's project counts, never the caller's.
            self.push_project(target, info.link);
            target.deleted |= self.is_deleted_node(info.link);
        }
    }

    pub(crate) fn is_deleted_node(&self, node: u32) -> bool {
        self.node(node).is_known() && self.node(node).is_deleted()
    }

    /// MODEL 4: an object that the export does not know has no known ancestors, but a project that the caller names,
    /// and, if so loaded, what its type always has.
    fn unknown_target(&self, target: &mut Target, id: &str, project: Option<&str>) {
        let ty = target.ty;
        let trust = self.trust(ty, id);
        target.push(target.node);
        let takes_project = number::is_child(ty) || ty >= number::KNOWN;
        let named = project.filter(|id| takes_project && !id.is_empty());
        let project = named.map_or(NONE, |id| self.find(NODES, number::PROJECT, id));
        let is_known = self.node(project).is_known();
        target.deleted = if is_known {
            self.is_deleted_node(project)
        } else {
            // A slice may not hold a project that the organisation knows to be deleted.
            named.is_some_and(|id| self.trust(number::PROJECT, id) == Trust::Nothing)
        };
        if trust == Trust::Nothing {
            return;
        }
        if project != NONE {
            if trust == Trust::Project {
                self.push_project(target, project);
            } else if is_known {
                self.push_all_projects(target);
            }
        }
        if !self.in_organization || is_known {
            return;
        }
        match ty {
            // The four that exist once are known under the organisation's id; other types have no ancestors of their
            // own.
            number::PROJECT_GROUP | number::GROUP | number::ROLE => {
                target.push(self.singleton(number::ORGANIZATION));
            }
            ty if ty == number::PROJECT || number::is_child(ty) => self.push_all_projects(target),
            _ => {}
        }
    }

    /// MODEL 3: a prospective object: what is above it is its container and what is above that. None when nothing of
    /// that type can be created, or the container is not named.
    pub(crate) fn creation(&self, ty: u16, project: Option<&str>) -> Option<Target> {
        let mut target = match ty {
            // Inviting a member is `create` on org_member.
            number::ORG_MEMBER => return Some(self.target(ty, None, None)),
            number::PROJECT => self.target(number::ORG_PROJECT, None, None),
            number::PROJECT_GROUP | number::GROUP | number::ROLE => {
                self.target(number::ORGANIZATION, None, None)
            }
            ty if number::is_singleton(ty) => return None,
            _ => self.target(number::PROJECT, Some(project.filter(|id| !id.is_empty())?), None),
        };
        target.ty = ty;
        target.public = false;
        Some(target)
    }
}

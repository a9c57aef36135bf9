//! The object tree (the model's section 2): what an object is, and every node above it.

use super::keys::{Keys, NONE};
use super::snapshot::slice::Trust;
use super::{Org, UnknownObjects};
use crate::model::object::number;

/// A row of an object-like list: a project, or something that lives in one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ObjectRow {
    pub node: u32,
    /// The node of its project; [`NONE`] for a project, and for a row that names none.
    pub project: u32,
    pub name: Option<Box<str>>,
    pub public: bool,
    pub deleted: bool,
}

/// A row of `project_groups`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RegionRow {
    pub node: u32,
    pub name: Option<Box<str>>,
    /// Nodes of the member projects as written; [`NONE`] for an empty id.
    pub projects: Vec<u32>,
    pub deleted: bool,
}

/// What is known of a node.
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeInfo {
    pub first_acl: u32,
    /// How many ACLs are on it.
    pub acls: u32,
    /// The slot of the row that stands.
    pub row: u32,
    /// The node of its project.
    pub project: u32,
    /// Who has an ACL on it or had one, as [`mark_of`] says.
    pub grantees: u32,
    pub known: bool,
    pub deleted: bool,
    pub public: bool,
    /// Its ACLs are found by grantee.
    pub heavy: bool,
}

impl NodeInfo {
    const NEW: NodeInfo = NodeInfo {
        first_acl: NONE,
        acls: 0,
        row: NONE,
        project: NONE,
        grantees: 0,
        known: false,
        deleted: false,
        public: false,
        heavy: false,
    };

    /// Known, and deleted or public by itself.
    pub fn is_odd(&self) -> bool {
        self.known && (self.deleted || self.public)
    }
}

/// One bit of 32 for a principal, so that a number says of many who is certainly not among them.
pub(crate) fn mark_of(principal: u32) -> u32 {
    1 << (principal % 32)
}

/// A node and everything above it, nearest first. Project groups stand beside: a project may be in
/// any number of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain<'a> {
    nodes: [u32; 4],
    len: u8,
    /// How many of `nodes` are nearer than the project groups.
    before: u8,
    regions: &'a [u32],
}

impl<'a> Chain<'a> {
    const EMPTY: Chain<'static> = Chain { nodes: [NONE; 4], len: 0, before: 0, regions: &[] };

    fn push(&mut self, node: u32) {
        if node != NONE {
            self.nodes[self.len as usize] = node;
            self.len += 1;
        }
    }

    fn regions(&mut self, regions: &'a [u32]) {
        self.before = self.len;
        self.regions = regions;
    }

    /// The nodes, nearest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let (near, far) = self.nodes[..self.len as usize].split_at(self.before as usize);
        near.iter().chain(self.regions).chain(far).copied()
    }

    /// The nodes with how many steps they are above the first. All projects and the project groups
    /// of a project are equally far.
    pub fn levels(&self) -> impl Iterator<Item = (usize, u32)> {
        let before = self.before as usize;
        let (near, far) = self.nodes[..self.len as usize].split_at(before);
        near.iter()
            .enumerate()
            .map(|(level, node)| (level, *node))
            .chain(self.regions.iter().map(move |node| (before, *node)))
            .chain(far.iter().enumerate().map(move |(level, node)| (before + level, *node)))
    }
}

/// An object as a question finds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub ty: u16,
    /// Its node; [`NONE`] when the data never name it.
    pub node: u32,
    /// Whether the data know it.
    pub known: bool,
    /// It or its project is marked deleted.
    pub deleted: bool,
    pub public: bool,
    pub chain: Chain<'a>,
}

impl Target<'_> {
    /// Of which nothing is known, and above which nothing is.
    fn nothing(ty: u16, node: u32) -> Target<'static> {
        Target { ty, node, known: false, deleted: false, public: false, chain: Chain::EMPTY }
    }
}

impl Org {
    /// The number of a node, a new one if the data name it for the first time.
    pub(super) fn node_number(&mut self, ty: u16, id: &str) -> u32 {
        let node = self.node_keys.number(ty, id);
        self.add_nodes();
        node
    }

    /// Adds what is known of nodes whose ids are there.
    pub(super) fn add_nodes(&mut self) {
        while self.nodes.len() < self.node_keys.len() {
            self.nodes.push(NodeInfo::NEW);
        }
    }

    pub(crate) fn find_node(&self, ty: u16, id: &str) -> u32 {
        self.node_keys.get(ty, id).unwrap_or(NONE)
    }

    pub(crate) fn node(&self, node: u32) -> &NodeInfo {
        &self.nodes[node as usize]
    }

    pub(crate) fn nodes(&self) -> std::ops::Range<u32> {
        0..self.nodes.len() as u32
    }

    pub(crate) fn nodes_of_type(&self, ty: u16) -> impl Iterator<Item = u32> {
        self.node_keys.of_kind(ty)
    }

    pub(crate) fn node_type(&self, node: u32) -> u16 {
        self.node_keys.kind(node)
    }

    pub(crate) fn node_id(&self, node: u32) -> String {
        self.node_keys.text(node)
    }

    /// How many known objects are in a project.
    pub(crate) fn child_count(&self, project: u32) -> u32 {
        self.children.get(project).copied().unwrap_or(0)
    }

    pub(crate) fn regions_of(&self, project: u32) -> &[u32] {
        self.regions_of.get(project).map_or(&[], Vec::as_slice)
    }

    pub(super) fn set_node_state(&mut self, node: u32, known: bool, deleted: bool) {
        let info = &mut self.nodes[node as usize];
        (info.known, info.deleted) = (known, deleted);
        self.file_odd(node);
        self.note_name(node);
    }

    fn is_known(&self, node: u32) -> bool {
        node != NONE && self.node(node).known
    }

    pub(crate) fn singleton(&self, ty: u16) -> u32 {
        self.singletons[ty as usize]
    }

    /// What is above every project: all projects, and the organisation.
    fn push_all_projects(&self, chain: &mut Chain<'_>) {
        chain.push(self.singleton(number::ORG_PROJECT));
        chain.push(self.singleton(number::ORGANIZATION));
    }

    /// A project and what is above it, if the data know the project; else the project alone
    /// (MODEL 4: an object whose project is not in the export).
    fn push_project<'a>(&'a self, chain: &mut Chain<'a>, project: u32) {
        chain.push(project);
        if self.is_known(project) {
            // MODEL 2: a project group is an ancestor of its projects, all projects is not above it.
            chain.regions(self.regions_of(project));
            self.push_all_projects(chain);
        }
    }

    /// Finds an object and what is above it. `id` is left out for the four types that exist once.
    pub(crate) fn target(&self, ty: u16, id: Option<&str>, project: Option<&str>) -> Target<'_> {
        let id = id.or(number::is_singleton(ty).then_some(&*self.id)).unwrap_or("");
        // An id that is left out or empty where one is needed: nothing counts.
        if id.is_empty() {
            return Target::nothing(ty, NONE);
        }
        let node = if ty == number::NEVER_NAMED { NONE } else { self.find_node(ty, id) };
        self.target_at(ty, node, id, project)
    }

    /// The same where the node of an id is found already.
    pub(crate) fn target_at(&self, ty: u16, node: u32, id: &str, project: Option<&str>) -> Target<'_> {
        let mut target = Target::nothing(ty, node);
        if ty == number::PROJECT_LOG {
            self.project_log_target(&mut target, id);
        } else if self.is_known(target.node) {
            self.known_target(&mut target);
        } else {
            let trust = self.trust(ty, id);
            self.unknown_target(&mut target, project, trust);
        }
        target
    }

    /// The same for a node.
    pub(crate) fn target_of(&self, node: u32) -> Target<'_> {
        let ty = self.node_type(node);
        let mut target = Target::nothing(ty, node);
        if ty == number::PROJECT_LOG {
            self.project_log_target(&mut target, &self.node_id(node));
        } else if self.is_known(node) {
            self.known_target(&mut target);
        } else {
            let trust = self.trust(ty, &self.node_id(node));
            self.unknown_target(&mut target, None, trust);
        }
        target
    }

    /// MODEL 2: a project's logs have the project's id, and live exactly as long as it.
    fn project_log_target<'a>(&'a self, target: &mut Target<'a>, id: &str) {
        let project = self.find_node(number::PROJECT, id);
        target.chain.push(target.node);
        self.push_project(&mut target.chain, project);
        target.known = self.is_known(project);
        target.deleted = target.known && self.node(project).deleted;
        if !target.known
            && self.options.unknown_objects == UnknownObjects::InOrganization
            && self.trust(number::PROJECT_LOG, id) >= Trust::AllProjects
        {
            self.push_all_projects(&mut target.chain);
        }
    }

    /// How far what would be above an object counts that the data do not know: a slice may not hold
    /// what the organisation knows.
    fn trust(&self, ty: u16, id: &str) -> Trust {
        let Some(slice) = &self.slice else { return Trust::Project };
        // A project's logs are known as the project is.
        let kind = if ty == number::PROJECT_LOG { number::PROJECT } else { ty };
        match slice.trust.get(usize::from(ty)) {
            // No data know objects of an unknown type.
            None => Trust::Project,
            Some(_) if slice.others.binary_search(&Keys::part(kind, id)).is_ok() => Trust::Nothing,
            Some(trust) => *trust,
        }
    }

    fn known_target<'a>(&'a self, target: &mut Target<'a>) {
        let info = *self.node(target.node);
        let chain = &mut target.chain;
        target.known = true;
        target.deleted = info.deleted;
        target.public = info.public;
        match target.ty {
            number::PROJECT => self.push_project(chain, target.node),
            ty if number::is_child(ty) => {
                chain.push(target.node);
                // MODEL 4: the export's project counts, never the caller's.
                self.push_project(chain, info.project);
                target.deleted |= self.is_known(info.project) && self.node(info.project).deleted;
            }
            _ => {
                chain.push(target.node);
                if target.ty != number::ORGANIZATION {
                    chain.push(self.singleton(number::ORGANIZATION));
                }
            }
        }
    }

    /// What is above everything that lives in a project, and whether the project is marked deleted.
    pub(crate) fn above_child(&self, project: u32) -> (Chain<'_>, bool) {
        let mut chain = Chain::EMPTY;
        self.push_project(&mut chain, project);
        (chain, self.is_known(project) && self.node(project).deleted)
    }

    /// MODEL 4: an object that the export does not know has no known ancestors, but a project that
    /// the caller names, and, if so loaded, what its type always has.
    fn unknown_target<'a>(&'a self, target: &mut Target<'a>, project: Option<&str>, trust: Trust) {
        let ty = target.ty;
        let chain = &mut target.chain;
        chain.push(target.node);
        let takes_project = number::is_child(ty) || ty >= number::KNOWN;
        let named = project.filter(|id| takes_project && !id.is_empty());
        let project = named.map_or(NONE, |id| self.find_node(number::PROJECT, id));
        target.deleted = match named {
            Some(_) if self.is_known(project) => self.node(project).deleted,
            // A slice may not hold a project that the organisation knows to be deleted.
            Some(id) => self.trust(number::PROJECT, id) == Trust::Nothing,
            None => false,
        };
        if trust == Trust::Nothing {
            return;
        }
        if project != NONE {
            if trust == Trust::Project {
                self.push_project(chain, project);
            } else if self.is_known(project) {
                self.push_all_projects(chain);
            }
        }
        if self.options.unknown_objects != UnknownObjects::InOrganization || self.is_known(project) {
            return;
        }
        match ty {
            number::PROJECT => self.push_all_projects(chain),
            ty if number::is_child(ty) => self.push_all_projects(chain),
            number::PROJECT_GROUP | number::GROUP | number::ROLE => {
                chain.push(self.singleton(number::ORGANIZATION));
            }
            // The four that exist once are known under the organisation's id; other types have no
            // ancestors of their own.
            _ => {}
        }
    }

    /// MODEL 3: where a prospective object of a type would be, its container first. None when
    /// nothing of that type can be created, or the container is not named.
    pub(crate) fn container(&self, ty: u16, project: Option<&str>) -> Option<Target<'_>> {
        match ty {
            number::PROJECT => Some(self.target(number::ORG_PROJECT, None, None)),
            number::PROJECT_GROUP | number::GROUP | number::ROLE => {
                Some(self.target(number::ORGANIZATION, None, None))
            }
            ty if number::is_singleton(ty) => None,
            _ => project.filter(|id| !id.is_empty()).map(|id| self.target(number::PROJECT, Some(id), None)),
        }
    }
}

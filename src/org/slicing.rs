//! Slices: what decides for one subject, and nothing else.
//!
//! A slice never says yes where the whole organisation says no. What it holds, it answers by the
//! organisation's own rules from a part of the organisation's grants, and permissions are unions.
//! What it does not hold is the danger: the organisation may know such an object elsewhere, or
//! deleted, while a caller names a project that it is not in. So a slice says of each type how far
//! a named project counts ([`Trust`]): only as far as every known object that it does not hold
//! has at least what would follow, but for a few `others` that it knows by part of their hash.

use super::acls::{AclRow, GrantKind};
use super::keys::NONE;
use super::people::{GROUP, GroupRow, PersonRow, USER};
use super::roles::RoleRow;
use super::snapshot::slice::{Slice, Trust};
use super::tree::{ObjectRow, RegionRow};
use super::{Closure, Map, Org, UnknownObjects, Who, sort};
use crate::load::list::List;
use crate::model::error::{Error, ErrorCode};
use crate::model::object::number;

/// Which objects a slice carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SliceObjects {
    /// Every object of the projects in which the subject has any grant.
    #[default]
    All,
    /// Those that carry a grant, are deleted, or are public. Others are asked about with their
    /// project.
    None,
}

/// What a slice is to hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct SliceOptions<'a> {
    /// Only these projects, and what is above all projects; none for all of them.
    pub projects: Option<&'a [&'a str]>,
    /// Which objects of them.
    pub objects: SliceObjects,
}

/// How many bytes may go into `others`: so many for each slice, project and ACL.
const OTHERS: (usize, usize, usize) = (256, 16, 6);

impl Org {
    /// The subject that a slice is of; none for a whole organisation.
    #[must_use]
    pub fn slice_of(&self) -> Option<&str> {
        self.slice.as_ref().map(|slice| &*slice.subject)
    }

    /// What decides for a user or service account, as a snapshot: their groups, the roles and ACLs
    /// that cover them, and objects; nobody else's id, and no group they are not in. Read with
    /// [`Org::from_snapshot`], it answers for this subject alone, and never says yes where this
    /// organisation says no, whatever project is named.
    ///
    /// # Errors
    /// `slice` when this is itself a slice; `bad_argument` for a subject without an id.
    pub fn slice(&self, subject: &str, options: SliceOptions<'_>) -> Result<Vec<u8>, Error> {
        self.assert_whole("a slice of it")?;
        if subject.is_empty() {
            return Err(Error::new(ErrorCode::BadArgument, "a slice is of somebody with an id"));
        }
        Ok(Slicing::new(self, subject, options).run().to_bytes())
    }

    pub(crate) fn assert_whole(&self, what: &str) -> Result<(), Error> {
        match self.slice_of() {
            Some(subject) => Err(Error::new(
                ErrorCode::Slice,
                format!(
                    "this is a slice of the organization, which answers for `{subject}` alone: {what} takes the whole"
                ),
            )),
            None => Ok(()),
        }
    }
}

struct Slicing<'o> {
    org: &'o Org,
    subject: &'o str,
    objects: SliceObjects,
    /// The projects that were asked for.
    wanted: Option<Map<u32, ()>>,
    closure: Closure,
    /// The ACLs that count, by node.
    acls: Vec<(u32, AclRow)>,
    slice: Org,
    /// The number that a node, a principal and a role has in the slice.
    nodes: Map<u32, u32>,
    principals: Map<u32, u32>,
    roles: Map<u32, u32>,
    /// Projects in which the subject has a grant.
    projects: Map<u32, ()>,
    /// Nodes with an ACL that covers the subject; with what it gives it on.
    granted: Map<u32, Reaches>,
}

/// What the ACLs of a node give something on.
#[derive(Clone, Copy, Default)]
struct Reaches {
    /// Projects, or what is in them.
    projects: bool,
    regions: bool,
}

impl Reaches {
    /// With what a grant that is restricted, or not, gives something on.
    fn add(&mut self, restrict: Option<u16>) {
        self.projects |= restrict.is_none_or(|ty| {
            matches!(ty, number::PROJECT | number::PROJECT_LOG) || number::is_child(ty) || ty >= number::KNOWN
        });
        self.regions |= restrict.is_none_or(|ty| ty == number::PROJECT_GROUP);
    }
}

impl<'o> Slicing<'o> {
    fn new(org: &'o Org, subject: &'o str, options: SliceOptions<'_>) -> Slicing<'o> {
        let who = org.find_user(subject).map_or(Who::Nobody, Who::User);
        let wanted = options.projects.map(|ids| {
            ids.iter()
                .map(|id| (org.find_node(number::PROJECT, id), ()))
                .filter(|(p, ())| *p != NONE)
                .collect()
        });
        Slicing {
            org,
            subject,
            objects: options.objects,
            wanted,
            closure: org.closure(who),
            acls: Vec::new(),
            slice: Org::empty(org.options.clone()),
            nodes: Map::default(),
            principals: Map::default(),
            roles: Map::default(),
            projects: Map::default(),
            granted: Map::default(),
        }
    }

    fn run(mut self) -> Org {
        let org = self.org;
        self.slice.id.clone_from(&org.id);
        self.slice.name.clone_from(&org.name);
        self.slice.types = org.types.clone();
        self.find_acls();
        self.find_projects();
        for ty in 0..4 {
            let node = self.node(org.singleton(ty));
            self.slice.singletons[usize::from(ty)] = node;
            self.slice.set_node_state(node, true, false);
        }
        self.add_projects();
        self.add_objects();
        self.add_regions();
        self.add_people();
        self.add_roles();
        self.add_acls();
        let (trust, others) = self.trust();
        let subject = self.subject.into();
        let departed = self.closure.departed;
        self.slice.slice = Some(Slice { subject, departed, trust, others }.into());
        self.slice.settle();
        self.slice.version = 1;
        self.slice
    }

    /// The number of a node in the slice.
    fn node(&mut self, node: u32) -> u32 {
        let Slicing { org, slice, nodes, .. } = self;
        *nodes.entry(node).or_insert_with(|| slice.node_number(org.node_type(node), &org.node_id(node)))
    }

    /// The project that a node is, is in, or is the log of.
    fn project_of(&self, node: u32) -> u32 {
        match self.org.node_type(node) {
            number::PROJECT => node,
            number::PROJECT_LOG => self.org.find_node(number::PROJECT, &self.org.node_id(node)),
            _ => self.org.node(node).project,
        }
    }

    fn is_wanted(&self, project: u32) -> bool {
        project == NONE || self.wanted.as_ref().is_none_or(|wanted| wanted.contains_key(&project))
    }

    /// The ACLs that cover the subject, each that stands for equal ones.
    fn find_acls(&mut self) {
        let org = self.org;
        let covering: Vec<(u32, AclRow)> =
            self.closure.principals().flat_map(|principal| org.acls_of(principal)).collect();
        let standing = org.standing(covering.iter().copied());
        self.acls = covering
            .into_iter()
            .filter(|(slot, acl)| {
                standing.of(*slot, *acl, true) == *slot && self.is_wanted(self.project_of(acl.node))
            })
            .collect();
        for (_, acl) in &self.acls {
            let reaches = self.granted.entry(acl.node).or_default();
            for (_, restrict) in org.tuples(acl.grant.kind()) {
                reaches.add(restrict);
            }
        }
    }

    /// The projects in which the subject has any grant, deleted ones too.
    fn find_projects(&mut self) {
        let org = self.org;
        let gives = |node: u32| self.granted.get(&node).is_some_and(|reaches| reaches.projects);
        let everywhere =
            gives(org.singleton(number::ORG_PROJECT)) || gives(org.singleton(number::ORGANIZATION));
        let mut found: Map<u32, ()> = Map::default();
        for project in org.nodes().filter(|node| org.node_type(*node) == number::PROJECT) {
            let above = || everywhere || org.regions_of(project).iter().any(|region| gives(*region));
            // An ACL on a project that the data do not know counts for what is in it.
            let has = gives(project) || org.node(project).known && above();
            if has && self.is_wanted(project) {
                found.insert(project, ());
            }
        }
        for (_, acl) in &self.acls {
            let node = acl.node;
            if org.node_type(node) == number::PROJECT_LOG {
                let project = self.project_of(node);
                if project != NONE {
                    found.insert(project, ());
                }
            }
        }
        self.projects = found;
    }

    fn add_projects(&mut self) {
        let mut projects: Vec<u32> = self.projects.keys().copied().collect();
        sort::numbers(&mut projects);
        for project in projects {
            if self.org.node(project).known {
                self.add_object(project);
            }
        }
    }

    /// Objects by type and project, so that their columns are short.
    fn add_objects(&mut self) {
        let org = self.org;
        let mut objects: Vec<(u16, u32, u32)> = Vec::new();
        for node in org.nodes() {
            let (ty, info) = (org.node_type(node), org.node(node));
            if !number::is_child(ty) || !info.known || !self.is_wanted(info.project) {
                continue;
            }
            let in_project = self.projects.contains_key(&info.project);
            let by_project = in_project && (self.objects == SliceObjects::All || info.deleted);
            if by_project || self.granted.contains_key(&node) || info.public {
                objects.push((ty, info.project, node));
            }
        }
        objects.sort_unstable();
        for (_, project, node) in objects {
            // A deleted project makes what is in it deleted.
            if project != NONE && org.node(project).deleted && !self.nodes.contains_key(&project) {
                self.add_object(project);
            }
            self.add_object(node);
        }
    }

    /// Adds a project or what is in one, as it stands.
    fn add_object(&mut self, node: u32) {
        let org = self.org;
        let ty = org.node_type(node);
        let list = match ty {
            number::PROJECT => List::Projects,
            number::EXPERIMENT => List::Experiments,
            number::DATASET => List::Datasets,
            number::PROMPT => List::Prompts,
            _ => List::PromptSessions,
        };
        let info = org.node(node);
        let name = org.node_name(node).filter(|_| ty == number::PROJECT);
        let project = if info.project == NONE { NONE } else { self.node(info.project) };
        let row = ObjectRow {
            node: self.node(node),
            project,
            name: name.map(Into::into),
            public: info.public,
            deleted: info.deleted,
        };
        let slot = self.slice.places_mut(list).append_read();
        self.slice.keep_object(list, slot, row);
    }

    /// Project groups above a project of the slice, with a grant, or reached from the organization.
    fn add_regions(&mut self) {
        let org = self.org;
        let organization = self.granted.get(&org.singleton(number::ORGANIZATION));
        let all = organization.is_some_and(|reaches| reaches.regions);
        for region in org.nodes() {
            if org.node_type(region) != number::PROJECT_GROUP || !org.node(region).known {
                continue;
            }
            let Some(row) = org.regions.get(org.node(region).row) else { continue };
            let mut projects: Vec<u32> =
                row.projects.iter().copied().filter(|project| self.projects.contains_key(project)).collect();
            if !all && projects.is_empty() && !self.granted.contains_key(&region) {
                continue;
            }
            for project in &mut projects {
                *project = self.node(*project);
            }
            let row = RegionRow {
                node: self.node(region),
                name: row.name.clone(),
                projects,
                deleted: org.node(region).deleted,
            };
            let slot = self.slice.places_mut(List::ProjectGroups).append_read();
            self.slice.keep_region(slot, row);
        }
    }

    /// The subject and their groups; groups that they may do something to, without their members.
    fn add_people(&mut self) {
        let org = self.org;
        let user = self.slice.principal_number(USER, self.subject);
        self.slice.places_mut(List::Users).present = org.has_directory();
        let whole = org.find_user(self.subject);
        if let Some(person) = whole {
            self.principals.insert(person, user);
            let list = if org.is_listed_user(person) {
                Some(List::Users)
            } else if org.is_service_account(person) {
                Some(List::ServiceAccounts)
            } else {
                None
            };
            if let Some(list) = list {
                let row = PersonRow {
                    principal: user,
                    name: org.user_name(person).map(Into::into),
                    email: org.user_email(person).map(Into::into),
                    deleted: false,
                };
                let slot = self.slice.places_mut(list).append_read();
                self.slice.keep_person(list, slot, row);
            }
        }
        let groups: Vec<u32> =
            self.closure.principals().filter(|principal| org.is_group(*principal)).collect();
        for group in &groups {
            let number = self.slice.principal_number(GROUP, &org.principal_id(*group));
            self.principals.insert(*group, number);
        }
        for group in groups {
            let Some(row) = org.group_row(group) else { continue };
            let users = row.users.iter().filter(|member| Some(**member) == whole).map(|_| user).collect();
            let groups =
                row.groups.iter().filter_map(|member| self.principals.get(member).copied()).collect();
            self.add_group(group, users, groups);
        }
        let others: Vec<u32> = self
            .acls
            .iter()
            .filter(|(_, acl)| org.node_type(acl.node) == number::GROUP)
            .filter_map(|(_, acl)| org.find_group(&org.node_id(acl.node)))
            .collect();
        for group in others {
            if org.group_row(group).is_some() && !self.principals.contains_key(&group) {
                let number = self.slice.principal_number(GROUP, &org.principal_id(group));
                self.principals.insert(group, number);
                self.add_group(group, Vec::new(), Vec::new());
            }
        }
    }

    fn add_group(&mut self, group: u32, users: Vec<u32>, groups: Vec<u32>) {
        let org = self.org;
        let node = org.group_row(group).map_or(NONE, |row| row.node);
        let row = GroupRow {
            principal: self.principals[&group],
            node: self.node(node),
            name: org.group_row(group).and_then(|row| row.name.clone()),
            users,
            groups,
            deleted: org.principal(group).deleted,
        };
        let slot = self.slice.places_mut(List::Groups).append_read();
        self.slice.keep_group(slot, row);
    }

    /// The roles of the ACLs with their member roles; roles that the subject may do something to,
    /// without what they grant.
    fn add_roles(&mut self) {
        let org = self.org;
        let mut granted: Vec<u32> = Vec::new();
        for (_, acl) in &self.acls {
            if let GrantKind::Role(role) = acl.grant.kind() {
                granted.push(role);
            }
        }
        sort::numbers(&mut granted);
        let mut closed: Vec<u32> = granted.iter().flat_map(|role| org.roles.closure(*role)).collect();
        closed.extend(&granted);
        sort::numbers(&mut closed);
        for role in &closed {
            let number = self.slice.roles.number(&org.roles.id(*role));
            self.roles.insert(*role, number);
        }
        for role in closed {
            self.add_role(role, true);
        }
        let others: Vec<u32> = self
            .acls
            .iter()
            .filter(|(_, acl)| org.node_type(acl.node) == number::ROLE)
            .filter_map(|(_, acl)| org.roles.find(&org.node_id(acl.node)))
            .collect();
        for role in others {
            if !self.roles.contains_key(&role) {
                let number = self.slice.roles.number(&org.roles.id(role));
                self.roles.insert(role, number);
                self.add_role(role, false);
            }
        }
    }

    fn add_role(&mut self, role: u32, whole: bool) {
        let Some(row) = self.org.roles.row(role) else { return };
        let members = row.members.iter().filter_map(|member| self.roles.get(member).copied());
        let members = if whole { members.collect() } else { Vec::new() };
        let row = RoleRow {
            role: self.roles[&role],
            node: self.node(row.node),
            name: row.name.clone(),
            system: row.system,
            tuples: if whole { row.tuples.clone() } else { Vec::new() },
            members,
            deleted: self.org.roles.is_deleted(role),
        };
        let slot = self.slice.places_mut(List::Roles).append_read();
        self.slice.keep_role(slot, row);
    }

    fn add_acls(&mut self) {
        let acls = std::mem::take(&mut self.acls);
        let mut mapped: Vec<(u32, AclRow)> = Vec::with_capacity(acls.len());
        for (slot, acl) in acls {
            let grant = match acl.grant.kind() {
                GrantKind::Role(role) => super::acls::Grant::role(self.roles[&role]),
                GrantKind::Permission { .. } => acl.grant,
            };
            let (node, principal) = (self.node(acl.node), self.principals[&acl.principal]);
            mapped.push((slot, AclRow { node, principal, grant, deleted: false }));
        }
        mapped.sort_unstable_by_key(|(slot, acl)| (acl.node, *slot));
        for (slot, acl) in mapped {
            let linked = self.slice.places_mut(List::Acls).append_read();
            self.slice.add_acl(linked, &self.org.acls.id(slot), acl);
        }
    }

    /// How far a named project counts for objects that the slice does not hold.
    fn trust(&self) -> ([Trust; number::KNOWN as usize], Vec<u32>) {
        let org = self.org;
        let mut rights = Rights { org, closure: &self.closure, known: Map::default() };
        // What naming a project of the slice could give at most, by type.
        let mut most = [0_u8; number::KNOWN as usize];
        for project in self.projects.keys() {
            for ty in (0..number::KNOWN).filter(|ty| number::is_child(*ty)) {
                most[usize::from(ty)] |= rights.in_project(*project, ty);
            }
        }
        // Objects of which less is true than what would follow: from a project, from all projects.
        let mut less: [[Vec<u32>; 2]; number::KNOWN as usize] = Default::default();
        for node in org.nodes().filter(|node| org.node(*node).known) {
            let ty = org.node_type(node);
            let held = self.nodes.get(&node).is_some_and(|node| self.slice.node(*node).known);
            // A project that is named and deleted makes deleted what is said to be in it.
            let counts = number::is_child(ty)
                || ty == number::PROJECT
                || org.options.unknown_objects == UnknownObjects::InOrganization;
            if held || !counts || ty >= number::KNOWN || number::is_singleton(ty) {
                continue;
            }
            let project = if ty == number::PROJECT { node } else { org.node(node).project };
            let placed = !number::is_child(ty) || project != NONE && org.node(project).known;
            let below_all = placed && !org.target_of(node).deleted;
            let as_much = !number::is_child(ty)
                || below_all && most[usize::from(ty)] & !rights.in_project(project, ty) == 0;
            let part = (org.node_keys.hash_of(node) >> 32) as u32;
            let types = if ty == number::PROJECT { &[ty, number::PROJECT_LOG][..] } else { &[ty][..] };
            for ty in types {
                let [project, all] = &mut less[usize::from(*ty)];
                if !below_all || !as_much {
                    project.push(part);
                }
                if !below_all {
                    all.push(part);
                }
            }
        }
        let mut room = (OTHERS.0 + OTHERS.1 * self.projects.len() + OTHERS.2 * self.slice.acls.len()) / 4;
        let mut others = Vec::new();
        let trust = less.map(|parts| {
            for (parts, trust) in parts.into_iter().zip([Trust::Project, Trust::AllProjects]) {
                if parts.len() <= room {
                    room -= parts.len();
                    others.extend(parts);
                    return trust;
                }
            }
            Trust::Nothing
        });
        sort::numbers(&mut others);
        (trust, others)
    }
}

/// What the subject has in a project by what is granted on it and above it.
struct Rights<'o> {
    org: &'o Org,
    closure: &'o Closure,
    known: Map<(u32, u16), u8>,
}

impl Rights<'_> {
    fn in_project(&mut self, project: u32, ty: u16) -> u8 {
        let Rights { org, closure, known } = self;
        *known.entry((project, ty)).or_insert_with(|| {
            let target = org.target_of(project);
            if target.deleted {
                return 0;
            }
            target.chain.iter().fold(0, |bits, node| bits | org.bits_on(node, ty, closure))
        })
    }
}

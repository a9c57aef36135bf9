//! What reach needs to know of an organisation as a whole: found when it is needed first, once for
//! all subjects.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::extent::Scope;
use super::fixpoint::{DOORS, Door, leads_through};
use crate::decide::redundancy::Tuple;
use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{AclRow, GrantKind, Map, Org, UnknownObjects, keys::NONE, sort};

const SCORER: (&str, &str) = ("bt::sp::service::project::", "::async_scoring");

/// Principals as which scorers run.
type Scorers<'a> = Box<dyn Iterator<Item = u32> + 'a>;

pub(crate) struct Known<'o> {
    pub org: &'o Org,
    groups: OnceCell<Vec<u32>>,
    guarded: OnceCell<Map<u32, ()>>,
    roles: OnceCell<Vec<u32>>,
    containers: OnceCell<Map<u32, Vec<u32>>>,
    scorers: OnceCell<Vec<u32>>,
    strays: OnceCell<Vec<u32>>,
    tuples: RefCell<Map<u32, Rc<[Tuple]>>>,
    leading: RefCell<Map<u32, Rc<[AclRow]>>>,
    closed: RefCell<Map<u32, bool>>,
}

impl<'o> Known<'o> {
    pub fn new(org: &'o Org) -> Known<'o> {
        Known {
            org,
            groups: OnceCell::new(),
            guarded: OnceCell::new(),
            roles: OnceCell::new(),
            containers: OnceCell::new(),
            scorers: OnceCell::new(),
            strays: OnceCell::new(),
            tuples: RefCell::default(),
            leading: RefCell::default(),
            closed: RefCell::default(),
        }
    }

    /// The tuples of a grant; those of a role are found once.
    pub fn tuples(&self, grant: GrantKind) -> Rc<[Tuple]> {
        let GrantKind::Role(role) = grant else { return self.org.tuples(grant).into() };
        Rc::clone(self.tuples.borrow_mut().entry(role).or_insert_with(|| self.org.tuples(grant).into()))
    }

    /// All live groups, by id.
    pub fn groups(&self) -> &[u32] {
        self.groups.get_or_init(|| {
            let org = self.org;
            let mut groups: Vec<u32> = org.live_groups().collect();
            sort::by_id(&mut groups, |group| org.principal_id(*group));
            groups
        })
    }

    /// Whether an invitation that names the group needs `update` on it: its members hold any
    /// `*_acls` anywhere, or are owners (MODEL 8; docs/CHOICES.md, Requests).
    pub fn is_guarded(&self, group: u32) -> bool {
        self.guarded.get_or_init(|| self.find_guarded()).contains_key(&group)
    }

    fn find_guarded(&self) -> Map<u32, ()> {
        let org = self.org;
        let manages = |group: u32| {
            org.is_owners_group(group)
                || org.acls_of(group).any(|(_, acl)| {
                    acl.node == org.singleton(number::ORGANIZATION) && org.grants_owner_role(acl.grant)
                        || self
                            .tuples(acl.grant.kind())
                            .iter()
                            .any(|(bits, _)| !(*bits & PermissionSet::MANAGE_ACCESS).is_empty())
                })
        };
        let mut queue: Vec<u32> = self.groups().iter().copied().filter(|group| manages(*group)).collect();
        let mut guarded: Map<u32, ()> = Map::default();
        // Members of the groups in it are members of a group, and hold what it grants.
        while let Some(group) = queue.pop() {
            if org.is_live_group(group) && guarded.insert(group, ()).is_none() {
                let row = org.group_row(group);
                queue.extend(row.into_iter().flat_map(|row| row.groups.iter().filter(|g| **g != NONE)));
            }
        }
        guarded
    }

    /// All live roles that somebody may edit, by id: MODEL 1, a system role is editable by nobody.
    pub fn own_roles(&self) -> &[u32] {
        self.roles.get_or_init(|| {
            let roles = self.org.roles();
            let mut own: Vec<u32> = (0..roles.len() as u32).filter(|role| self.is_own_role(*role)).collect();
            sort::by_id(&mut own, |role| roles.id(*role));
            own
        })
    }

    pub fn is_own_role(&self, role: u32) -> bool {
        let roles = self.org.roles();
        roles.is_live(role) && roles.row(role).is_some_and(|row| !row.system)
    }

    /// The live roles that name a role as a member.
    pub fn containers(&self, role: u32) -> &[u32] {
        let containers = self.containers.get_or_init(|| {
            let roles = self.org.roles();
            let mut containers: Map<u32, Vec<u32>> = Map::default();
            for container in 0..roles.len() as u32 {
                for member in roles.members(container) {
                    containers.entry(member).or_default().push(container);
                }
            }
            containers
        });
        containers.get(&role).map_or(&[], Vec::as_slice)
    }

    /// The principals that run scorers and hold something.
    fn scorers(&self) -> &[u32] {
        self.scorers.get_or_init(|| self.each_scorer().collect())
    }

    /// The same, looked for one by one.
    fn each_scorer(&self) -> impl Iterator<Item = u32> {
        let org = self.org;
        org.internals().filter(|p| org.is_named(*p) && scored_by(org, *p).is_some())
    }

    /// The projects above which something is that is not above what is in them, by id.
    pub fn strays(&self) -> &[u32] {
        self.strays.get_or_init(|| {
            let org = self.org;
            if org.options().unknown_objects != UnknownObjects::InOrganization {
                return Vec::new();
            }
            let mut strays = org.missing_projects();
            strays.retain(|node| org.is_stray(*node));
            sort::by_id(&mut strays, |project| org.node_id(*project));
            strays
        })
    }

    /// The principal as which the scorers of a project run (MODEL 7.6), when it holds something.
    pub fn scorer_of(&self, project: u32) -> Option<u32> {
        if project == NONE {
            return None;
        }
        let id = self.org.node_id(project);
        self.org.find_user(&format!("{}{id}{}", SCORER.0, SCORER.1)).filter(|user| self.org.is_named(*user))
    }
}

impl Known<'_> {
    /// MODEL 7.6: scorers run as the project's internal scoring principal. The principals that run
    /// what is written in prompts in a place.
    pub(super) fn scorers_by(&self, node: u32, scope: Scope) -> Vec<u32> {
        self.scorers_in(node, scope, &|| Box::new(self.scorers().iter().copied())).collect()
    }

    /// Whether there are any.
    fn has_scorers(&self, node: u32, scope: Scope) -> bool {
        // Mostly the first of all is one, so that they are not gone through.
        self.scorers_in(node, scope, &|| Box::new(self.each_scorer())).next().is_some()
    }

    /// Those of a place, among all of them where it may have many.
    fn scorers_in<'a>(&'a self, node: u32, scope: Scope, all: &dyn Fn() -> Scorers<'a>) -> Scorers<'a> {
        let org = self.org;
        let runs = move |scorer: &u32| self.runs_for(*scorer, node, scope);
        match org.node_type(node) {
            number::PROMPT => Box::new(self.scorer_of(org.node(node).project).into_iter()),
            number::PROJECT => Box::new(self.scorer_of(node).into_iter()),
            // A project group may have few projects where there are many scorers.
            number::PROJECT_GROUP => {
                let projects = org.region_projects(node);
                Box::new(projects.filter_map(|project| self.scorer_of(project)).filter(runs))
            }
            _ => Box::new(all().filter(runs)),
        }
    }

    /// Whether a scorer runs what is written in prompts in a place above its project.
    fn runs_for(&self, scorer: u32, node: u32, scope: Scope) -> bool {
        let org = self.org;
        let prompts = Scope { only: Some(number::PROMPT), below: true };
        // MODEL 4: under `inOrganization` any project has something above it.
        let target = org.target(number::PROJECT, scored_by(org, scorer).as_deref(), None);
        let level = target.chain.levels().find(|(_, above)| *above == node);
        !target.deleted && level.is_some_and(|(level, _)| org.would_be_within(prompts, &target, scope, level))
    }

    /// Whether nothing on a node opens anything: whatever is held there, it is held there alone.
    pub(super) fn is_closed(&self, node: u32) -> bool {
        match self.org.node_type(node) {
            number::PROMPT | number::PROJECT | number::PROJECT_GROUP | number::ORG_PROJECT => {
                let has_strays =
                    || self.org.node_type(node) == number::ORG_PROJECT && !self.strays().is_empty();
                let is_closed = || !self.has_scorers(node, Scope::EVERYTHING) && !has_strays();
                *self.closed.borrow_mut().entry(node).or_insert_with(is_closed)
            }
            on => !DOORS.iter().any(|(door_on, ..)| *door_on == on),
        }
    }

    /// The ACLs of a principal that are on nodes where something opens.
    pub(super) fn leading(&self, principal: u32) -> Rc<[AclRow]> {
        let mut leading = self.leading.borrow_mut();
        let acls = leading.entry(principal).or_insert_with(|| {
            let acls = self.org.acls_of(principal).map(|(_, acl)| acl);
            acls.filter(|acl| !self.is_closed(acl.node)).collect()
        });
        Rc::clone(acls)
    }

    /// Whether an ACL gives what it gives and no step to take: rule 1 gains nothing, nothing is
    /// opened, and no role can be edited. So are the grants of most creators.
    pub(crate) fn is_inert(&self, acl: AclRow) -> bool {
        let gives_no_step = |(bits, restrict): &Tuple| {
            let may_grant = bits.contains(Permission::CreateAcls);
            (!may_grant || *bits == PermissionSet::ALL && restrict.is_none())
                && !self.opens(acl.node, *bits, *restrict)
        };
        self.tuples(acl.grant.kind()).iter().all(gives_no_step) && !self.has_own_role(acl.grant.kind())
    }

    /// Whether permissions on a node open anything.
    pub(super) fn opens(&self, node: u32, bits: PermissionSet, restrict: Option<u16>) -> bool {
        let extent = self.org.extent(node, restrict, false);
        extent.is_some_and(|(node, scope)| self.opens_in(node, scope, bits))
    }

    /// The same in a place.
    pub(super) fn opens_in(&self, node: u32, scope: Scope, bits: PermissionSet) -> bool {
        DOORS.into_iter().any(|door| {
            let (.., mask, what) = door;
            bits.bits() & mask != 0
                && leads_through(self.org, door, node, scope)
                && match what {
                    Door::Prompts => self.has_scorers(node, scope),
                    Door::Strays => !self.strays().is_empty(),
                    _ => true,
                }
        })
    }

    /// Whether a grant is of a role that somebody may edit, or that contains one.
    fn has_own_role(&self, grant: GrantKind) -> bool {
        !self.own_roles_of(grant).is_empty()
    }

    /// The roles of which an edit changes what a grant gives.
    pub(super) fn own_roles_of(&self, grant: GrantKind) -> Vec<u32> {
        let mut roles = match grant {
            GrantKind::Permission { .. } => Vec::new(),
            GrantKind::Role(role) => self.org.roles().closure(role),
        };
        roles.retain(|role| self.is_own_role(*role));
        roles
    }
}

/// The id of the project whose scorers run as a principal.
pub(super) fn scored_by(org: &Org, principal: u32) -> Option<String> {
    let id = org.principal_id(principal);
    let project = id.strip_prefix(SCORER.0)?.strip_suffix(SCORER.1)?;
    (!project.is_empty()).then(|| project.to_owned())
}

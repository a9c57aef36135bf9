//! What reach needs to know of an organisation as a whole: found when it is needed first, once for
//! all subjects.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::decide::redundancy::Tuple;
use crate::model::object::number;
use crate::model::permission::PermissionSet;
use crate::org::{AclRow, GrantKind, Map, Org, UnknownObjects, keys::NONE, sort};

const SCORER: (&str, &str) = ("bt::sp::service::project::", "::async_scoring");

pub(crate) struct Known<'o> {
    pub org: &'o Org,
    groups: OnceCell<Vec<u32>>,
    guarded: OnceCell<Map<u32, ()>>,
    roles: OnceCell<Vec<u32>>,
    containers: OnceCell<Map<u32, Vec<u32>>>,
    scorers: OnceCell<Vec<u32>>,
    strays: OnceCell<Vec<u32>>,
    tuples: RefCell<Map<u32, Rc<[Tuple]>>>,
    pub(super) leading: RefCell<Map<u32, Rc<[AclRow]>>>,
    pub(super) closed: RefCell<Map<u32, bool>>,
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

    /// The principals that run scorers and hold something, by id.
    pub fn scorers(&self) -> &[u32] {
        self.scorers.get_or_init(|| {
            let org = self.org;
            let mut scorers: Vec<u32> = self.each_scorer().collect();
            sort::by_id(&mut scorers, |principal| org.principal_id(*principal));
            scorers
        })
    }

    /// The same in no order.
    pub fn each_scorer(&self) -> impl Iterator<Item = u32> {
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

/// The id of the project whose scorers run as a principal.
pub(super) fn scored_by(org: &Org, principal: u32) -> Option<String> {
    let id = org.principal_id(principal);
    let project = id.strip_prefix(SCORER.0)?.strip_suffix(SCORER.1)?;
    (!project.is_empty()).then(|| project.to_owned())
}

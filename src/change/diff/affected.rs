//! Whom a change may concern, and at which nodes: more than it does at times, never less.

use super::places::Side;
use crate::load::list::List;
use crate::model::object::number;
use crate::org::{GrantKind, Map, Members, Org, keys::NONE, sort};

/// The rows that a change touched: lists with ids.
pub(crate) type Touched = [(List, String)];

/// Nodes without order or repetition.
pub(super) type Nodes = Map<u32, ()>;

/// Two states of an organisation, the later one made from the earlier: what both hold has the same
/// numbers in both.
#[derive(Clone, Copy)]
pub(super) struct Two<'o> {
    pub before: &'o Org,
    pub after: &'o Org,
}

/// Whom a change may concern.
#[derive(Default)]
pub(super) struct Affected {
    /// Principals whose users are concerned.
    principals: Nodes,
    /// Nodes on which ACLs of a principal changed, by principal.
    grants: Map<u32, Nodes>,
    /// Nodes that changed themselves: deleted, public, or in other project groups.
    structural: Nodes,
    /// Everybody is concerned, whatever they hold.
    everybody: bool,
    /// Slots of ACLs that changed.
    pub acls: Vec<u32>,
    /// Roles that grant something else now.
    pub roles: Vec<u32>,
    /// Nobody's groups changed.
    pub same_groups: bool,
}

impl<'o> Two<'o> {
    pub fn each(self) -> [&'o Org; 2] {
        [self.before, self.after]
    }

    /// Whether the earlier state has the number of a node.
    pub fn had_node(self, node: u32) -> bool {
        node < self.before.nodes().end
    }

    /// The object exists by the change alone.
    pub fn is_created(self, node: u32) -> bool {
        self.after.node(node).known && !(self.had_node(node) && self.before.node(node).known)
    }

    /// Whether either state knows or names the user: somebody who comes and goes again does not
    /// change.
    pub fn knows(self, user: u32) -> bool {
        self.each()
            .into_iter()
            .filter(|org| user < org.principals().end)
            .any(|org| org.in_directory(user) || org.is_named(user))
    }
}

pub(super) fn affected(two: Two<'_>, touched: &Touched) -> Affected {
    let is_about_people = |(list, _): &(List, String)| {
        matches!(list, List::Users | List::ServiceAccounts | List::ServiceTokens | List::Groups)
    };
    let mut found = Affected {
        // Somebody whom the directory does not list departs with the first ACL that names them.
        same_groups: !touched.iter().any(is_about_people) && two.after.options().members == Members::Any,
        ..Affected::default()
    };
    let mut roles: Vec<u32> = Vec::new();
    for (list, id) in touched {
        match list {
            List::Users | List::ServiceAccounts => {
                found.principals.extend(two.after.find_user(id).map(|user| (user, ())));
            }
            // Whom a token's row names as its account is in the directory by it.
            List::ServiceTokens => {
                for org in two.each() {
                    found.principals.extend(org.account_of_token(id).map(|account| (account, ())));
                }
            }
            List::Acls => found.add_acl(two, id),
            List::Groups => found.add_group(two, id),
            List::Roles => {
                roles.extend(two.after.roles().find(id));
                found.add_object(two, two.after.find_node(number::ROLE, id));
            }
            List::ProjectGroups => found.add_region(two, id),
            _ => {
                let ty = list.object_type().unwrap_or(number::NEVER_NAMED);
                found.add_object(two, two.after.find_node(ty, id));
            }
        }
    }
    found.add_roles(two, roles);
    found
}

/// What is in one and not in the other.
fn differing(a: &Nodes, b: &Nodes) -> Vec<u32> {
    let missing = |of: &Nodes, from: &Nodes| -> Vec<u32> {
        of.keys().copied().filter(|item| !from.contains_key(item)).collect()
    };
    [missing(a, b), missing(b, a)].concat()
}

impl Affected {
    /// The users whose groups may be others now.
    fn add_group(&mut self, two: Two<'_>, id: &str) {
        let Some(group) = two.after.find_group(id) else { return };
        let members = |org: &Org| -> Nodes {
            let row = (group < org.principals().end && org.is_live_group(group))
                .then(|| org.group_row(group))
                .flatten();
            row.into_iter()
                .flat_map(|row| row.users.iter().chain(&row.groups))
                .filter(|member| **member != NONE)
                .map(|member| (*member, ()))
                .collect()
        };
        let [before, after] = two.each().map(members);
        self.principals.extend(differing(&before, &after).into_iter().map(|member| (member, ())));
        self.add_object(two, two.after.find_node(number::GROUP, id));
    }

    fn add_grant(&mut self, principal: u32, node: u32) {
        self.grants.entry(principal).or_default().insert(node, ());
    }

    fn add_acl(&mut self, two: Two<'_>, id: &str) {
        for org in two.each() {
            let Some(slot) = org.acls().find(id) else { continue };
            self.acls.push(slot);
            if let Some(acl) = org.acls().get(slot) {
                self.add_grant(acl.principal, acl.node);
            }
        }
    }

    /// ACLs with a role that grants something else now, be it by a member role.
    fn add_roles(&mut self, two: Two<'_>, mut queue: Vec<u32>) {
        let mut changed = Nodes::default();
        while let Some(role) = queue.pop() {
            if !two.after.roles().same_closure(role, two.before.roles()) && changed.insert(role, ()).is_none()
            {
                queue.extend(two.after.roles().containers(role));
                if (role as usize) < two.before.roles().len() {
                    queue.extend(two.before.roles().containers(role));
                }
            }
        }
        if changed.is_empty() {
            return;
        }
        self.roles.extend(changed.keys());
        for slot in 0..two.after.acls().slot_count() {
            let Some(acl) = two.after.acls().get(slot) else { continue };
            if matches!(acl.grant.kind(), GrantKind::Role(role) if changed.contains_key(&role)) {
                self.add_grant(acl.principal, acl.node);
            }
        }
    }

    /// A project group: its projects get and lose what is granted on it.
    fn add_region(&mut self, two: Two<'_>, id: &str) {
        let node = two.after.find_node(number::PROJECT_GROUP, id);
        if node == NONE {
            return;
        }
        let projects = |org: &Org| -> Nodes {
            if node >= org.nodes().end || org.node(node).deleted {
                return Nodes::default();
            }
            org.region_projects(node).map(|project| (project, ())).collect()
        };
        let [before, after] = two.each().map(projects);
        let moved = differing(&before, &after);
        if !moved.is_empty() {
            self.structural.extend(moved.into_iter().map(|project| (project, ())));
            self.add_holders(two, node);
        }
        self.add_object(two, node);
    }

    /// An object that is deleted, restored, made public or private, or that stands elsewhere.
    fn add_object(&mut self, two: Two<'_>, node: u32) {
        if node == NONE {
            return;
        }
        let before = two.side_before(node);
        let after = Side::of(&two.after.target_of(node));
        if before == after {
            return;
        }
        self.structural.insert(node, ());
        for above in before.chain.iter().chain(&after.chain) {
            self.add_holders(two, *above);
        }
        if two.after.node_type(node) == number::PROJECT {
            self.add_children(two, node);
        }
        let public_below =
            || two.each().into_iter().any(|org| node < org.nodes().end && org.has_public_child(node));
        self.everybody |= before.public || after.public || public_below();
    }

    /// Whoever holds something on an object in a project, which lives as long as it.
    fn add_children(&mut self, two: Two<'_>, project: u32) {
        let log = two.after.find_node(number::PROJECT_LOG, &two.after.node_id(project));
        for node in two.after.nodes() {
            let is_below =
                |org: &Org| node < org.nodes().end && (org.node(node).project == project || node == log);
            if two.each().into_iter().any(is_below) {
                self.add_holders(two, node);
            }
        }
    }

    /// Everybody to whom something is granted on a node, before or after.
    fn add_holders(&mut self, two: Two<'_>, node: u32) {
        for org in two.each().into_iter().filter(|org| node < org.nodes().end) {
            self.principals.extend(org.acls_on(node).map(|(_, acl)| (acl.principal, ())));
        }
    }

    /// Nodes that changed themselves, for whoever holds something there.
    pub fn structural(&self) -> impl Iterator<Item = u32> {
        self.structural.keys().copied()
    }

    /// The nodes on which ACLs changed, some more than once.
    pub fn granted_nodes(&self) -> impl Iterator<Item = u32> {
        self.grants.values().flat_map(|nodes| nodes.keys().copied())
    }

    /// All users concerned, in order of their numbers.
    pub fn users(&self, two: Two<'_>) -> Vec<u32> {
        let org = two.after;
        let mut users: Vec<u32> = Vec::new();
        if self.everybody {
            users.extend(org.principals().filter(|principal| !org.is_group(*principal)));
            return users;
        }
        let principals = || self.principals.keys().chain(self.grants.keys()).copied();
        users.extend(principals().filter(|principal| !org.is_group(*principal)));
        for org in two.each() {
            let groups = principals()
                .filter(|principal| *principal < org.principals().end && org.is_group(*principal));
            users.extend(org.users_in(groups).into_keys());
        }
        sort::numbers(&mut users);
        users
    }
}

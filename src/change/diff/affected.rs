//! Whom a change may concern, and at which nodes: more than it does at times, never less.

use crate::load::list::List;
use crate::model::object::number;
use crate::org::{Closure, GrantKind, Map, Members, Org, Who, keys::NONE, sort};

/// The rows that a change touched: lists with ids.
pub(crate) type Touched = [(List, String)];

/// Nodes without order or repetition.
type Nodes = Map<u32, ()>;

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
    /// Users, in order of their numbers.
    pub users: Vec<u32>,
    /// Nodes on which ACLs of a principal changed, by principal.
    grants: Map<u32, Nodes>,
    /// Nodes that changed themselves: deleted, public, or in other project groups.
    structural: Nodes,
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

    fn had_principal(self, principal: u32) -> bool {
        principal < self.before.principals().end
    }

    /// Whether either state knows or names the user: somebody who comes and goes again does not
    /// change.
    pub fn knows(self, user: u32) -> bool {
        self.each()
            .into_iter()
            .filter(|org| user < org.principals().end)
            .any(|org| org.in_directory(user) || org.is_named(user))
    }

    pub fn closure_before(self, user: u32) -> Closure {
        self.before.closure_in_any_order(if self.had_principal(user) { Who::User(user) } else { Who::Nobody })
    }

    pub fn closure_after(self, user: u32) -> Closure {
        self.after.closure_in_any_order(Who::User(user))
    }

    /// The users that a principal stands for, before or after.
    fn users_of(self, principal: u32, into: &mut Nodes) {
        if !self.after.is_group(principal) {
            into.insert(principal, ());
            return;
        }
        for org in self.each() {
            if principal < org.principals().end {
                into.extend(org.users_in([principal].into_iter()));
            }
        }
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
    let mut users = Nodes::default();
    let mut roles: Vec<u32> = Vec::new();
    for (list, id) in touched {
        match list {
            List::Users | List::ServiceAccounts => {
                users.extend(two.after.find_user(id).map(|user| (user, ())));
            }
            // Whom a token's row names as its account is in the directory by it.
            List::ServiceTokens => {
                for org in two.each() {
                    users.extend(org.account_of_token(id).map(|account| (account, ())));
                }
            }
            List::Acls => found.add_acl(two, id),
            List::Groups => add_group(two, id, &mut users, &mut found),
            List::Roles => {
                roles.extend(two.after.roles().find(id));
                found.add_object(two, two.after.find_node(number::ROLE, id), &mut users);
            }
            List::ProjectGroups => found.add_region(two, id, &mut users),
            _ => {
                let ty = list.object_type().unwrap_or(number::NEVER_NAMED);
                found.add_object(two, two.after.find_node(ty, id), &mut users);
            }
        }
    }
    found.add_roles(two, roles);
    for principal in found.grants.keys() {
        two.users_of(*principal, &mut users);
    }
    found.users = users.into_keys().collect();
    sort::numbers(&mut found.users);
    found
}

/// The users whose groups may be others now.
fn add_group(two: Two<'_>, id: &str, users: &mut Nodes, found: &mut Affected) {
    let Some(group) = two.after.find_group(id) else { return };
    let members = |org: &Org, nested: bool| -> Nodes {
        let row = (group < org.principals().end && org.is_live_group(group))
            .then(|| org.group_row(group))
            .flatten();
        row.into_iter()
            .flat_map(|row| if nested { row.groups.iter() } else { row.users.iter() })
            .filter(|member| **member != NONE)
            .map(|member| (*member, ()))
            .collect()
    };
    for nested in [false, true] {
        let [before, after] = two.each().map(|org| members(org, nested));
        for member in differing(&before, &after) {
            two.users_of(member, users);
        }
    }
    found.add_object(two, two.after.find_node(number::GROUP, id), users);
}

/// What is in one and not in the other.
fn differing(a: &Nodes, b: &Nodes) -> Vec<u32> {
    let missing = |of: &Nodes, from: &Nodes| -> Vec<u32> {
        of.keys().copied().filter(|item| !from.contains_key(item)).collect()
    };
    [missing(a, b), missing(b, a)].concat()
}

impl Affected {
    fn add_grant(&mut self, principal: u32, node: u32) {
        self.grants.entry(principal).or_default().insert(node, ());
    }

    fn add_acl(&mut self, two: Two<'_>, id: &str) {
        for org in two.each() {
            if let Some(acl) = org.acls().find(id).and_then(|slot| org.acls().get(slot)) {
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
        for slot in 0..two.after.acls().slot_count() {
            let Some(acl) = two.after.acls().get(slot) else { continue };
            if matches!(acl.grant.kind(), GrantKind::Role(role) if changed.contains_key(&role)) {
                self.add_grant(acl.principal, acl.node);
            }
        }
    }

    /// A project group: its projects get and lose what is granted on it.
    fn add_region(&mut self, two: Two<'_>, id: &str, users: &mut Nodes) {
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
            holders(two, node, users);
        }
        self.add_object(two, node, users);
    }

    /// An object that is deleted, restored, or made public or private.
    fn add_object(&mut self, two: Two<'_>, node: u32, users: &mut Nodes) {
        if node == NONE {
            return;
        }
        let state = |org: &Org| {
            (node < org.nodes().end)
                .then(|| org.node(node))
                .map_or((false, false), |info| (info.deleted, info.public))
        };
        let [before, after] = two.each().map(state);
        if before == after {
            return;
        }
        self.structural.insert(node, ());
        for org in two.each().into_iter().filter(|org| node < org.nodes().end) {
            for above in org.target_of(node).chain.iter() {
                holders(two, above, users);
            }
        }
        let public_below =
            || two.each().into_iter().any(|org| node < org.nodes().end && org.has_public_child(node));
        if two.after.node_type(node) == number::PROJECT {
            add_children(two, node, users);
        }
        if before.1 || after.1 || public_below() {
            let everybody = two.after.principals().filter(|p| !two.after.is_group(*p));
            users.extend(everybody.map(|user| (user, ())));
        }
    }

    /// Whether nodes themselves changed, for whoever holds something there.
    pub fn has_structural(&self) -> bool {
        !self.structural.is_empty()
    }

    /// Whether ACLs of a principal itself changed.
    pub fn has_own_changes(&self, principal: u32) -> bool {
        self.grants.contains_key(&principal)
    }

    /// The nodes at which what a user is granted may have changed, in order.
    pub fn nodes_of(&self, two: Two<'_>, before: &Closure, after: &Closure) -> Vec<u32> {
        let mut nodes: Vec<u32> = self.structural.keys().copied().collect();
        for principal in before.principals().chain(after.principals()) {
            if let Some(changed) = self.grants.get(&principal) {
                nodes.extend(changed.keys());
            }
        }
        if self.same_groups {
            sort::numbers(&mut nodes);
            return nodes;
        }
        let left = before.principals().filter(|p| !after.contains(*p));
        nodes.extend(left.flat_map(|p| two.before.acls_of(p)).map(|(_, acl)| acl.node));
        let joined = after.principals().filter(|p| !before.contains(*p));
        nodes.extend(joined.flat_map(|p| two.after.acls_of(p)).map(|(_, acl)| acl.node));
        sort::numbers(&mut nodes);
        nodes
    }
}

/// Whoever holds something on an object in a project, which lives as long as it.
fn add_children(two: Two<'_>, project: u32, users: &mut Nodes) {
    let log = two.after.find_node(number::PROJECT_LOG, &two.after.node_id(project));
    for org in two.each() {
        for acl in (0..org.acls().slot_count()).filter_map(|slot| org.acls().get(slot)) {
            if acl.node == log || org.node(acl.node).project == project {
                two.users_of(acl.principal, users);
            }
        }
    }
}

/// Everybody to whom something is granted on a node, before or after.
fn holders(two: Two<'_>, node: u32, users: &mut Nodes) {
    let mut principals = Nodes::default();
    for org in two.each().into_iter().filter(|org| node < org.nodes().end) {
        principals.extend(org.acls_on(node).map(|(_, acl)| (acl.principal, ())));
    }
    for principal in principals.keys() {
        two.users_of(*principal, users);
    }
}

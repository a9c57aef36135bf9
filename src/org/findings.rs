//! Findings of loading (the model's section 4): what was left out of the data, and where.

use super::acls::{AclRow, Grant, GrantKind, Standing};
use super::keys::NONE;
use super::put::object_rows;
use super::{Map, Org, sort};
use crate::load::list::{Field, List};
use crate::load::rows::MissingList;
use crate::load::splitter::escape;
use crate::model::INTERNAL_ROLE;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::object::number;

impl Org {
    /// Everything that is wrong with the data, most serious first, then in the order of the export.
    /// Each is reckoned from the present state, so that after [`Org::apply`] they are those of a
    /// fresh load.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        // What was wrong with the data was said of the whole.
        if self.slice.is_some() {
            return findings;
        }
        if self.inferred {
            let message =
                format!("the export names no `organization`; its id `{}` is taken from the rows", self.id);
            findings.push(
                Finding::new(Code::OrganizationInferred, "/organization".to_owned(), message)
                    .with("id", &*self.id),
            );
        }
        findings.extend(self.missing.iter().map(list_missing));
        findings.extend(self.unknown_lists.iter().map(|name| unknown_list(name)));
        let all_acls = (0..self.acls.slot_count()).filter_map(|slot| Some((slot, self.acls.get(slot)?)));
        let standing = self.standing(all_acls);
        for list in List::ALL {
            let places = self.places(list);
            let pointers = places.pointers();
            if places.maybe_truncated() {
                let message = format!(
                    "`{}` has exactly {} rows, as a page has; if there are more, load them too",
                    list.name(),
                    places.rows()
                );
                findings.push(
                    Finding::new(Code::MaybeTruncated, format!("/{}", list.name()), message)
                        .with("list", list.name())
                        .with("rows", places.rows()),
                );
            }
            let mut found: Vec<(u32, Vec<Finding>)> = Vec::new();
            for slot in 0..places.slots() {
                let row = self.problems_of_row(list, slot, Some(&standing));
                if !row.is_empty() {
                    found.push((slot, row));
                }
            }
            sort::by_rank_and_id(&mut found, |(slot, _)| (u64::from(places.place(*slot)), String::new()));
            for (slot, row) in found {
                let at = pointers.of(slot);
                findings.extend(row.into_iter().map(|finding| moved_to(finding, &at)));
            }
        }
        self.cycles(&mut findings);
        self.departed(&mut findings);
        self.owners(&mut findings);
        sort::by_rank_and_id(&mut findings, |finding| (finding.severity as u64, String::new()));
        findings
    }

    /// What is wrong with one row by itself; `at` is its pointer.
    pub(super) fn findings_of_row(&self, list: List, slot: u32, at: &str) -> Vec<Finding> {
        self.problems_of_row(list, slot, None).into_iter().map(|finding| moved_to(finding, at)).collect()
    }

    /// The same with pointers relative to the row.
    fn problems_of_row(&self, list: List, slot: u32, standing: Option<&Standing>) -> Vec<Finding> {
        let mut found = self.places(list).issues_of(slot).to_vec();
        match list {
            List::Acls => self.acl_problems(slot, standing, &mut found),
            List::Groups => self.group_problems(slot, &mut found),
            List::Roles => self.role_problems(slot, &mut found),
            List::ProjectGroups => self.region_problems(slot, &mut found),
            List::Users => copy_problem(
                &self.users,
                slot,
                |row| self.principal(row.principal).row,
                |a, b| a.deleted == b.deleted,
                list,
                &mut found,
            ),
            List::ServiceAccounts => {
                copy_problem(
                    &self.accounts,
                    slot,
                    |row| self.principal(row.principal).account_row,
                    |a, b| a.deleted == b.deleted,
                    list,
                    &mut found,
                );
            }
            List::ServiceTokens => copy_problem(
                &self.tokens,
                slot,
                |row| self.token_rows[row.token as usize],
                |a, b| a.account == b.account && a.deleted == b.deleted,
                list,
                &mut found,
            ),
            _ => self.object_problems(list, slot, &mut found),
        }
        found
    }

    fn acl_problems(&self, slot: u32, standing: Option<&Standing>, found: &mut Vec<Finding>) {
        let Some(row) = self.acls.get(slot) else {
            // It may be a copy of an earlier ACL.
            if let Some(first) = self.acl_copied_at(slot) {
                found.push(first);
            }
            return;
        };
        let id = self.acls.id(slot);
        if self.is_group(row.principal) && self.principal(row.principal).row == NONE {
            let group = self.principal_id(row.principal);
            let message = format!(
                "the group `{group}` is not in the export, so this ACL grants nothing; load the groups too, or remove the ACL"
            );
            let mut finding = Finding::new(Code::DanglingGroup, field(Field::GroupId), message)
                .with("group", &*group)
                .acl(&*id);
            if self.is_internal(row.principal) {
                finding.severity = Severity::Info;
            }
            found.push(finding);
        }
        if let GrantKind::Role(role) = row.grant.kind()
            && !self.roles.is_known(role)
        {
            let name = self.roles.id(role);
            let message = format!(
                "the role `{name}` is not in the export, so this ACL grants nothing; load the roles too, or remove the ACL"
            );
            let mut finding = Finding::new(Code::DanglingRole, field(Field::RoleId), message)
                .with("role", &*name)
                .acl(&*id);
            if self.is_internal(row.principal) || self.roles.id_starts_with(role, INTERNAL_ROLE) {
                finding.severity = Severity::Info;
            }
            found.push(finding);
        }
        let other = match standing {
            Some(standing) if self.acls.is_live(slot, row) => {
                Some(standing.of(slot, row, true)).filter(|first| *first != slot)
            }
            Some(_) => None,
            None => self.equal_acl(slot, row),
        };
        if let Some(other) = other {
            let message = format!("the ACL `{}` grants the same; it counts once", self.acls.id(other));
            found.push(
                Finding::new(Code::DuplicateAcl, String::new(), message)
                    .with("first", self.acls.id(other))
                    .acl(id),
            );
        }
    }

    /// The ACL that stands for this one, when it is another.
    fn equal_acl(&self, slot: u32, row: AclRow) -> Option<u32> {
        if !self.acls.is_live(slot, row) {
            return None;
        }
        let same = |other: &(u32, AclRow)| other.1.principal == row.principal && other.1.grant == row.grant;
        let standing = if self.node(row.node).heavy {
            self.standing(self.acls_of_pair(row.node, row.principal).filter(same))
        } else {
            self.standing(self.acls_on(row.node).filter(same))
        };
        Some(standing.of(slot, row, true)).filter(|first| *first != slot)
    }

    fn acl_copied_at(&self, slot: u32) -> Option<Finding> {
        let (first, copy) = self.acls.copied_from(slot)?;
        let row = self.acls.get(first)?;
        let same = row.node == copy.node
            && row.principal == copy.principal
            && row.grant == copy.grant
            && row.deleted == copy.deleted;
        Some(copy_finding(same, List::Acls).acl(self.acls.id(first)))
    }

    fn group_problems(&self, slot: u32, found: &mut Vec<Finding>) {
        let same = |a: &super::GroupRow, b: &super::GroupRow| {
            a.name == b.name
                && same_set(&a.users, &b.users)
                && same_set(&a.groups, &b.groups)
                && a.deleted == b.deleted
        };
        copy_problem(&self.groups, slot, |row| self.principal(row.principal).row, same, List::Groups, found);
        let Some(row) = self.groups.get(slot) else { return };
        for (i, member) in row.groups.iter().enumerate() {
            if *member != NONE && self.principal(*member).row == NONE {
                let id = self.principal_id(*member);
                let message = format!(
                    "the member group `{id}` is not in the export, so nobody comes from it; load all groups, or remove it"
                );
                found.push(
                    Finding::new(Code::DanglingMemberGroup, format!("/member_groups/{i}"), message)
                        .with("group", self.principal_id(row.principal))
                        .with("member", id),
                );
            }
        }
    }

    fn role_problems(&self, slot: u32, found: &mut Vec<Finding>) {
        let rows = self.roles.rows();
        let same = |a: &super::roles::RoleRow, b: &super::roles::RoleRow| {
            a.name == b.name
                && a.system == b.system
                && a.tuples == b.tuples
                && same_set(&a.members, &b.members)
                && a.deleted == b.deleted
        };
        copy_problem(rows, slot, |row| self.roles.first(row.role), same, List::Roles, found);
        let Some(row) = rows.get(slot) else { return };
        for (i, member) in row.members.iter().enumerate() {
            if *member != NONE && !self.roles.is_known(*member) {
                let id = self.roles.id(*member);
                let message = format!(
                    "the member role `{id}` is not in the export, so nothing comes from it; load all roles, or remove it"
                );
                let mut finding =
                    Finding::new(Code::DanglingMemberRole, format!("/member_roles/{i}"), message)
                        .with("role", self.roles.id(row.role))
                        .with("member", id);
                if self.roles.id_starts_with(*member, INTERNAL_ROLE) {
                    finding.severity = Severity::Info;
                }
                found.push(finding);
            }
        }
    }

    fn region_problems(&self, slot: u32, found: &mut Vec<Finding>) {
        let same = |a: &super::RegionRow, b: &super::RegionRow| {
            same_set(&a.projects, &b.projects) && a.deleted == b.deleted
        };
        copy_problem(&self.regions, slot, |row| self.node(row.node).row, same, List::ProjectGroups, found);
        let Some(row) = self.regions.get(slot) else { return };
        for (i, project) in row.projects.iter().enumerate() {
            if *project != NONE && !self.node(*project).known {
                let id = self.node_id(*project);
                let message =
                    format!("the member project `{id}` is not in the export; load the projects too");
                found.push(
                    Finding::new(Code::UnknownProject, format!("/member_projects/{i}"), message)
                        .with("project", &*id)
                        .object("project_group", &self.node_id(row.node)),
                );
            }
        }
    }

    fn object_problems(&self, list: List, slot: u32, found: &mut Vec<Finding>) {
        let Some(row) = self.object_row(list, slot) else { return };
        // MODEL 4: prompts and functions are one list in this respect.
        let standing = self.object_row_slots(row.node).next();
        if standing != Some((list, slot))
            && let Some(first) = standing.and_then(|(list, slot)| self.object_row(list, slot))
        {
            let same =
                first.project == row.project && first.public == row.public && first.deleted == row.deleted;
            found.push(
                copy_finding(same, list)
                    .object(self.types.name(self.node_type(row.node)), &self.node_id(row.node)),
            );
        }
        if object_rows(list).is_none_or(|(_, ty)| ty == number::PROJECT) {
            return;
        }
        let id = self.node_id(row.node);
        let ty = self.types.name(self.node_type(row.node));
        if row.project == NONE {
            let message = format!(
                "this {} names no project, so only ACLs on itself count; give it its `project_id`",
                list.noun()
            );
            found.push(Finding::new(Code::UnknownProject, String::new(), message).object(ty, &id));
        } else if !self.node(row.project).known {
            let project = self.node_id(row.project);
            let message = format!(
                "the project `{project}` is not in the export, so nothing above it counts; load the projects too"
            );
            found.push(
                Finding::new(Code::UnknownProject, field(Field::ProjectId), message)
                    .with("project", project)
                    .object(ty, &id),
            );
        }
    }

    /// MODEL 4: cycles among live groups and among live roles, one finding for each.
    fn cycles(&self, findings: &mut Vec<Finding>) {
        let groups: Vec<u32> = self.principals().filter(|p| self.is_live_group(*p)).collect();
        let members = |group: u32| -> Vec<u32> {
            self.group_row(group)
                .into_iter()
                .flat_map(|row| row.groups.iter().copied())
                .filter(|m| *m != NONE && self.is_live_group(*m))
                .collect()
        };
        let cycles = components(&groups, members).into_iter().map(|cycle| Cycle {
            first: self.first_slot(List::Groups, cycle.iter().map(|g| self.principal(*g).row)),
            names: sorted(cycle.iter().map(|g| self.principal_label(*g))),
            ids: sorted(cycle.iter().map(|g| self.principal_id(*g))),
        });
        self.tell_cycles(List::Groups, Code::GroupCycle, cycles.collect(), findings);

        let roles: Vec<u32> = (0..self.roles.len() as u32).filter(|r| self.roles.is_live(*r)).collect();
        let cycles =
            components(&roles, |role| self.roles.members(role).collect()).into_iter().map(|cycle| Cycle {
                first: self.first_slot(List::Roles, cycle.iter().map(|r| self.roles.first(*r))),
                names: sorted(cycle.iter().map(|r| self.role_label(*r))),
                ids: sorted(cycle.iter().map(|r| self.roles.id(*r))),
            });
        self.tell_cycles(List::Roles, Code::RoleCycle, cycles.collect(), findings);
    }

    fn tell_cycles(&self, list: List, code: Code, mut cycles: Vec<Cycle>, findings: &mut Vec<Finding>) {
        let (field, same, param) = match code {
            Code::GroupCycle => ("member_groups", "have the same users", "groups"),
            _ => ("member_roles", "grant the same", "roles"),
        };
        let pointers = self.places(list).pointers();
        sort::by_rank_and_id(&mut cycles, |cycle| {
            (u64::from(self.places(list).place(cycle.first)), String::new())
        });
        for cycle in cycles {
            let message = match cycle.names.as_slice() {
                [name] => {
                    format!("`{name}` contains itself, which changes nothing; take it out of its `{field}`")
                }
                names => {
                    format!(
                        "{} contain each other, so all {same}; take one out of another's `{field}`",
                        quoted(names)
                    )
                }
            };
            let path = format!("{}/{field}", pointers.of(cycle.first));
            findings.push(Finding::new(code, path, message).with(param, cycle.ids));
        }
    }

    /// Of some rows, the one that stands first in the list.
    fn first_slot(&self, list: List, slots: impl Iterator<Item = u32>) -> u32 {
        slots.min_by_key(|slot| self.places(list).place(*slot)).unwrap_or_default()
    }

    fn departed(&self, findings: &mut Vec<Finding>) {
        let mut departed: Vec<u32> = self.principals().filter(|p| self.has_departed(*p)).collect();
        if departed.is_empty() {
            return;
        }
        sort::by_id(&mut departed, |principal| self.principal_id(*principal));
        let in_groups = self.first_memberships();
        let (groups, acls) = (self.places(List::Groups).pointers(), self.places(List::Acls).pointers());
        for principal in departed {
            let id = self.principal_id(principal);
            let path = match in_groups.get(&principal) {
                Some((slot, at)) => format!("{}/member_users/{at}", groups.of(*slot)),
                None => self
                    .all_acls_of(principal)
                    .min_by_key(|slot| self.places(List::Acls).place(*slot))
                    .map_or(String::new(), |slot| format!("{}/user_id", acls.of(slot))),
            };
            let message = format!(
                "`{id}` is in groups or ACLs and neither in `users` nor in `service_accounts`; take them out, or load the directory whole"
            );
            findings.push(Finding::new(Code::DepartedPrincipal, path, message).with("id", &*id).subject(id));
        }
    }

    /// Where each user stands first as a member: the slot of the group and the place in its list.
    fn first_memberships(&self) -> Map<u32, (u32, usize)> {
        let mut slots: Vec<u32> =
            self.principals().filter(|p| self.is_group(*p)).map(|group| self.principal(group).row).collect();
        slots.retain(|slot| *slot != NONE);
        sort::by_rank_and_id(&mut slots, |slot| {
            (u64::from(self.places(List::Groups).place(*slot)), String::new())
        });
        let mut first: Map<u32, (u32, usize)> = Map::default();
        for slot in slots {
            for (at, user) in self.groups.get(slot).into_iter().flat_map(|row| row.users.iter().enumerate()) {
                first.entry(*user).or_insert((slot, at));
            }
        }
        first
    }

    /// MODEL 5: owners by the group and owners by the role should be the same people.
    fn owners(&self, findings: &mut Vec<Finding>) {
        let by_group = self.users_in(self.principals().filter(|p| self.is_owners_group(*p)));
        let organization = self.singleton(number::ORGANIZATION);
        let grants: Vec<(u32, AclRow)> =
            self.acls_on(organization).filter(|(_, acl)| self.grants_owner_role(acl.grant)).collect();
        let mut by_role =
            self.users_in(grants.iter().map(|(_, acl)| acl.principal).filter(|p| self.is_live_group(*p)));
        for (_, acl) in &grants {
            if !self.is_group(acl.principal) {
                by_role.insert(acl.principal, ());
            }
        }
        let group_path = self
            .principals()
            .filter(|p| self.is_owners_group(*p))
            .map(|p| self.principal(p).row)
            .min_by_key(|slot| self.places(List::Groups).place(*slot))
            .map_or("/groups".to_owned(), |slot| self.places(List::Groups).pointers().of(slot));
        let acl_path = grants
            .iter()
            .map(|(slot, _)| *slot)
            .min_by_key(|slot| self.places(List::Acls).place(*slot))
            .map_or("/acls".to_owned(), |slot| self.places(List::Acls).pointers().of(slot));
        let mut found: Vec<(String, bool)> = Vec::new();
        found.extend(
            by_group.keys().filter(|p| !by_role.contains_key(*p)).map(|p| (self.principal_id(*p), true)),
        );
        found.extend(
            by_role.keys().filter(|p| !by_group.contains_key(*p)).map(|p| (self.principal_id(*p), false)),
        );
        sort::by_id(&mut found, |(id, _)| id.clone());
        for (id, in_group) in found {
            let name = self.user_label(&id);
            let (path, message) = if in_group {
                (
                    &group_path,
                    format!(
                        "`{name}` is in the group `Owners` and does not hold the role `owner` on the organization; they count as an owner"
                    ),
                )
            } else {
                (
                    &acl_path,
                    format!(
                        "`{name}` holds the role `owner` on the organization and is not in the group `Owners`; they count as an owner"
                    ),
                )
            };
            findings.push(
                Finding::new(Code::OwnersDisagree, path.clone(), message).with("name", name).subject(id),
            );
        }
    }

    /// MODEL 5: a live group is the Owners group iff its name is exactly that.
    pub(crate) fn is_owners_group(&self, principal: u32) -> bool {
        self.is_live_group(principal)
            && self.group_row(principal).is_some_and(|row| row.name.as_deref() == Some("Owners"))
    }

    /// MODEL 5: a grant of the system role named `owner`, directly or by role closure.
    pub(crate) fn grants_owner_role(&self, grant: Grant) -> bool {
        let GrantKind::Role(role) = grant.kind() else { return false };
        self.makes_owners(role)
    }

    /// MODEL 5: the system role named `owner`, or a role that contains it.
    pub(crate) fn makes_owners(&self, role: u32) -> bool {
        self.roles.closure(role).into_iter().any(|role| {
            self.roles.row(role).is_some_and(|row| row.system && row.name.as_deref() == Some("owner"))
        })
    }

    /// Every user of these groups, through member groups too.
    pub(crate) fn users_in(&self, groups: impl Iterator<Item = u32>) -> Map<u32, ()> {
        let mut seen: Map<u32, ()> = Map::default();
        let mut users: Map<u32, ()> = Map::default();
        let mut queue: Vec<u32> = groups.collect();
        while let Some(group) = queue.pop() {
            if !self.is_live_group(group) || seen.insert(group, ()).is_some() {
                continue;
            }
            if let Some(row) = self.group_row(group) {
                users.extend(row.users.iter().filter(|u| **u != NONE).map(|u| (*u, ())));
                queue.extend(row.groups.iter().filter(|g| **g != NONE));
            }
        }
        users
    }
}

/// Groups or roles that contain each other.
struct Cycle {
    first: u32,
    names: Vec<String>,
    ids: Vec<String>,
}

fn field(field: Field) -> String {
    format!("/{}", field.name())
}

fn moved_to(mut finding: Finding, at: &str) -> Finding {
    finding.path.insert_str(0, at);
    finding
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.collect();
    sort::ids(&mut ids);
    ids
}

fn quoted(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text = format!("{text} and {} more", names.len() - SHOWN);
    }
    text
}

fn same_set(a: &[u32], b: &[u32]) -> bool {
    let set = |list: &[u32]| {
        let mut list = list.to_vec();
        sort::numbers(&mut list);
        list
    };
    a == b || set(a) == set(b)
}

/// MODEL 4: the same id twice in a list.
fn copy_problem<T: Clone>(
    rows: &super::Rows<T>,
    slot: u32,
    first: impl Fn(&T) -> u32,
    same: impl Fn(&T, &T) -> bool,
    list: List,
    found: &mut Vec<Finding>,
) {
    let Some(row) = rows.get(slot) else { return };
    let first = first(row);
    if first != slot {
        found.push(copy_finding(rows.get(first).is_some_and(|first| same(first, row)), list));
    }
}

/// A list that the export says could not be read. What decides is an error; what only names somebody
/// is not, nor is a list that the API does not have.
fn list_missing(MissingList { list, status }: &MissingList) -> Finding {
    let told = status.map_or(String::new(), |status| format!(" ({status})"));
    let (severity, message) = match (list.as_str(), status) {
        (_, Some(404)) => {
            (Severity::Info, format!("the API has no `{list}`{told}; what is in such a list does not count"))
        }
        ("organization", _) => (
            Severity::Warning,
            format!("`{list}` could not be read{told}; load it with a token that may read it, or name it"),
        ),
        ("users" | "service_accounts" | "service_tokens", _) => (
            Severity::Warning,
            format!(
                "`{list}` could not be read{told}, so those in it have no names here and may look as if they had left; load it with a token that may read it"
            ),
        ),
        _ => (
            Severity::Error,
            format!(
                "`{list}` could not be read{told}, so answers may be a no where the server says yes; load it with a token that may read it"
            ),
        ),
    };
    let mut finding =
        Finding::new(Code::ListMissing, format!("/{}", escape(list)), message).with("list", list.as_str());
    if let Some(status) = status {
        finding = finding.with("status", usize::from(*status));
    }
    finding.severity = severity;
    finding
}

/// Rows in a list that no export has count for nothing, and whoever misspelt its name should know.
fn unknown_list(name: &str) -> Finding {
    let message = format!(
        "an export has no list `{name}`, so what is in it does not count; check its name, or leave it out"
    );
    Finding::new(Code::UnknownList, format!("/{}", escape(name)), message).with("list", name)
}

fn copy_finding(same: bool, list: List) -> Finding {
    let (code, message) = if same {
        (Code::DuplicateId, format!("this {} is in the data twice; it counts once", list.noun()))
    } else {
        let message = format!(
            "another row has this {}'s id and says something else; that one stands, unless either is deleted; load the data again",
            list.noun()
        );
        (Code::DuplicateConflict, message)
    };
    Finding::new(code, String::new(), message).with("list", list.name())
}

/// The sets of nodes that reach each other (Tarjan, without recursion): those with a cycle.
fn components(nodes: &[u32], members: impl Fn(u32) -> Vec<u32>) -> Vec<Vec<u32>> {
    let mut order: Map<u32, u32> = Map::default();
    let mut low: Map<u32, u32> = Map::default();
    let mut open: Vec<u32> = Vec::new();
    let mut is_open: Map<u32, ()> = Map::default();
    let mut found = Vec::new();
    for start in nodes {
        if order.contains_key(start) {
            continue;
        }
        let mut path: Vec<(u32, Vec<u32>, usize)> = Vec::new();
        let mut enter = Some(*start);
        loop {
            if let Some(node) = enter.take() {
                let number = order.len() as u32;
                order.insert(node, number);
                low.insert(node, number);
                open.push(node);
                is_open.insert(node, ());
                path.push((node, members(node), 0));
            }
            let Some((node, next, at)) = path.last_mut() else { break };
            if let Some(member) = next.get(*at).copied() {
                *at += 1;
                match order.get(&member) {
                    None => enter = Some(member),
                    Some(number) if is_open.contains_key(&member) => {
                        let number = *number;
                        let place = low.entry(*node).or_insert(number);
                        *place = (*place).min(number);
                    }
                    Some(_) => {}
                }
                continue;
            }
            let (node, next, _) = path.pop().expect("the path is not empty");
            let own = low[&node];
            if let Some((above, _, _)) = path.last() {
                let place = low.entry(*above).or_insert(own);
                *place = (*place).min(own);
            }
            if own == order[&node] {
                let at = open.iter().rposition(|n| *n == node).unwrap_or(0);
                let component = open.split_off(at);
                for member in &component {
                    is_open.remove(member);
                }
                if component.len() > 1 || next.contains(&node) {
                    found.push(component);
                }
            }
        }
    }
    found
}

//! Whether a request gives somebody a path to more than what it grants (the model's section 7).

use super::checks::{Checks, grantee, grantee_id, group_label};
use super::grants::who;
use super::rules::containers_of;
use crate::change::body;
use crate::change::edits::Edit;
use crate::decide::fixes::AclItem;
use crate::decide::reach::{Grants, Known, New, Someone, beyond, by_quiet_grants};
use crate::load::list::List;
use crate::model::finding::{Code, Finding, Node};
use crate::org::{AclRow, GrantKind, Map, Org, Who, sort};

/// How many of whom one request covers are looked at, how many of one grantee's ACLs, and how many
/// ACLs by themselves.
const MOST: usize = 500;
const MOST_ACLS: usize = 32;
const MOST_ALONE: usize = 128;

/// The permissions without which no step of section 7 is taken.
const STEPS: [&str; 3] = ["create", "update", "create_acls"];

/// Somebody whom a request newly covers: who they are in groups, before and after it.
struct Covered {
    someone: Someone,
    id: String,
    label: String,
    at: String,
}

/// What somebody could give themselves.
struct Path {
    permissions: String,
    on: String,
    node: Node,
}

/// CHOICES, `creates_escalation`: reach that was neither in reach before nor is held afterwards.
pub(super) fn regrets(checks: &Checks<'_>, after: &Org) -> Vec<Finding> {
    let mut two = Two { before: Grants::new(checks.org), after: Grants::new(after) };
    let mut found = two.by_acls(checks);
    let covered = checks.edits.iter().flat_map(|edit| two.covered(checks, edit));
    let mut covered: Vec<Covered> = covered.collect();
    let all = covered.len();
    covered.truncate(MOST);
    let someone = covered.iter().map(|covered| covered.someone.clone()).collect::<Vec<_>>();
    for (covered, path) in covered.into_iter().zip(two.paths(&someone)) {
        let told = path.map(|path| finding(covered.id, &covered.label, covered.at, path));
        found.extend(told.map(|finding| saying_how_many(finding, all)));
    }
    found
}

/// A finding that says so when not all of whom the request covers were looked at.
fn saying_how_many(mut finding: Finding, all: usize) -> Finding {
    if all <= MOST {
        return finding;
    }
    finding.message = format!("{}; {MOST} of the {all} whom this covers were looked at", finding.message);
    finding.with("looked_at", MOST).with("covered", all)
}

fn finding(id: String, label: &str, at: String, path: Path) -> Finding {
    let Path { permissions, on, node } = path;
    let message = format!(
        "{label} could give themselves `{permissions}` on {on}, which is more than this grants; grant something narrower if that is not meant"
    );
    Finding::new(Code::CreatesEscalation, at, message)
        .with("permission", permissions)
        .subject(id)
        .object(&node.object_type, &node.id)
}

/// The organisation before and after the request.
struct Two<'o> {
    before: Grants<'o>,
    after: Grants<'o>,
}

fn principals(org: &Org, who: Who) -> Vec<u32> {
    org.closure(who).principals().collect()
}

fn added(item: &AclItem) -> Edit {
    Edit::AddAcl { item: item.clone(), at: String::new() }
}

fn tell(org: &Org, item: &AclItem, at: &str, path: Path) -> Finding {
    finding(grantee_id(item).to_owned(), &grantee(org, item), at.to_owned(), path)
}

/// Whether an ACL can be a part of a step: by its permission, by its role (step 3 asks for the role
/// alone), or on a project group (so does step 4).
fn may_open_a_path(item: &AclItem) -> bool {
    item.role_id.is_some()
        || item.object_type == "project_group"
        || item.permission.as_deref().is_some_and(|permission| STEPS.contains(&permission))
}

/// Whether an edit may take from a group what it could manage access by. MODEL 8: the group may then
/// be named in invitations, so that somebody comes to more whatever they are granted.
fn may_unguard(edit: &Edit) -> bool {
    let manages = |permission: &str| permission.ends_with("_acls");
    match edit {
        Edit::AddAcl { .. } => false,
        Edit::RemoveAcl { item, .. } => {
            item.group_id.is_some()
                && (item.role_id.is_some() || item.permission.as_deref().is_some_and(manages))
        }
        _ => true,
    }
}

/// Whether an added ACL gives what it gives and no step to take.
fn is_inert(after: &Org, known: &Known<'_>, item: &AclItem) -> bool {
    let acl = |slot: u32| after.acls().get(slot);
    after.equal_acls(item).into_iter().filter_map(acl).all(|acl| known.is_inert(acl))
}

/// The most far-reaching path that each of these has afterwards and had not before.
fn paths(before: &mut Grants<'_>, after: &mut Grants<'_>, someone: &[Someone]) -> Vec<Option<Path>> {
    let gained = beyond(before, after, someone);
    let org = after.org();
    gained.into_iter().map(|gained| gained.map(|gained| path_to(org, gained))).collect()
}

fn path_to(org: &Org, New { node, permissions, .. }: New) -> Path {
    Path { permissions: permissions.label(), on: org.node_label(node), node: org.node_ref(node) }
}

/// Who the grantee of an ACL is.
fn grantee_of(item: &AclItem, before: &Org, after: &Org) -> Someone {
    [before, after].map(|org| principals(org, who(org, item)))
}

/// The most far-reaching path that ACLs bring to their one grantee, when nothing else is added.
fn path_by(before: &mut Grants<'_>, after: &mut Grants<'_>, items: &[&AclItem]) -> Option<Path> {
    let item = items.first()?;
    let [then, now] = [&*before, &*after].map(|grants| grants.org().closure(who(grants.org(), item)));
    let org = after.org();
    let slots = items.iter().flat_map(|item| org.equal_acls(item));
    let acls: Vec<AclRow> = slots.filter_map(|slot| org.acls().get(slot)).collect();
    let is_covered = acls.iter().all(|acl| now.contains(acl.principal));
    let quiet = || by_quiet_grants(before.known(), after.known(), [&then, &now], &acls);
    let quiet = is_covered.then(quiet).and_then(Result::ok);
    if let Some(gained) = quiet {
        return gained.map(|gained| path_to(org, gained));
    }
    let someone: Someone = [then, now].map(|closure| closure.principals().collect());
    paths(before, after, &[someone]).pop().flatten()
}

impl Two<'_> {
    /// For the grantees of added ACLs with those of their ACLs that may open a path.
    fn paths_of_all(&mut self, checks: &Checks<'_>, grantees: &[Vec<(&AclItem, &str)>]) -> Vec<Option<Path>> {
        let all: Vec<&AclItem> = checks.additions().into_iter().map(|(item, _)| item).collect();
        let is_one = all.windows(2).all(|pair| {
            pair[0].group_id.is_some() == pair[1].group_id.is_some()
                && grantee_id(pair[0]) == grantee_id(pair[1])
        });
        // Whoever is in a group that is granted something too comes to more; and what is taken away may
        // open something: a group that could manage access may then be named in invitations.
        if is_one && checks.edits.iter().all(|edit| matches!(edit, Edit::AddAcl { .. })) {
            return vec![path_by(&mut self.before, &mut self.after, &all)];
        }
        let [before, after] = [self.before.org(), self.after.org()];
        let someone = grantees.iter().map(|acls| grantee_of(acls[0].0, before, after)).collect::<Vec<_>>();
        self.paths(&someone)
    }

    fn paths(&mut self, someone: &[Someone]) -> Vec<Option<Path>> {
        paths(&mut self.before, &mut self.after, someone)
    }

    /// Grantees of added ACLs, each told at the ACL that brings it.
    fn by_acls(&mut self, checks: &Checks<'_>) -> Vec<Finding> {
        let after = self.after.org();
        let unguards = checks.edits.iter().any(may_unguard);
        // What gives no step opens no path, to nobody.
        let known = self.after.known();
        if !unguards && checks.additions().into_iter().all(|(item, _)| is_inert(after, known, item)) {
            return Vec::new();
        }
        let mut places: Map<(bool, &str), usize> = Map::default();
        let mut grantees: Vec<Vec<(&AclItem, &str)>> = Vec::new();
        let covered = checks.additions().into_iter().filter(|(item, _)| unguards || may_open_a_path(item));
        for (item, at) in covered {
            let place = *places.entry((item.group_id.is_some(), grantee_id(item))).or_insert(grantees.len());
            if place == grantees.len() {
                grantees.push(Vec::new());
            }
            grantees[place].push((item, at));
        }
        let all = grantees.len();
        grantees.truncate(MOST);
        let (mut found, mut alone_so_far) = (Vec::new(), 0);
        for (acls, whole) in grantees.iter().zip(self.paths_of_all(checks, &grantees)) {
            let Some(whole) = whole else { continue };
            let told = found.len();
            let items = acls.iter().filter(|_| acls.len() > 1).take(MOST_ACLS);
            for (item, at) in items.filter(|(item, _)| !is_inert(after, self.after.known(), item)) {
                if alone_so_far == MOST_ALONE {
                    break;
                }
                alone_so_far += 1;
                let alone = super::after(checks.org, &[added(item)], None);
                let mut alone = Grants::new(&alone);
                let path = path_by(&mut self.before, &mut alone, &[item]);
                found.extend(path.map(|path| tell(after, item, at, path)));
            }
            // Some bring it only together.
            if found.len() == told {
                let (first, at) = acls[0];
                found.push(tell(after, first, at, whole));
            }
        }
        found.into_iter().map(|finding| saying_how_many(finding, all)).collect()
    }

    /// Whom an edit newly covers, beside the grantees of ACLs.
    fn covered(&self, checks: &Checks<'_>, edit: &Edit) -> Vec<Covered> {
        let named = |list: List, name: &str| checks.org.live_by_name(list, name).unwrap_or_default();
        match edit {
            Edit::Create { list: List::Groups, name, replace: true, .. } => {
                self.members(checks, &named(List::Groups, name), "member")
            }
            Edit::Patch { list: List::Groups, id, .. } => self.members(checks, id, "add_member"),
            Edit::Create { list: List::Roles, name, replace: true, .. } => {
                self.holders(&named(List::Roles, name))
            }
            Edit::Patch { list: List::Roles, id, .. } => self.holders(id),
            Edit::Invite { group_ids, group_names, .. } => {
                let named = group_names.iter().map(|name| named(List::Groups, name));
                self.invited(checks, &group_ids.iter().cloned().chain(named).collect::<Vec<_>>())
            }
            _ => Vec::new(),
        }
    }

    /// The users and groups that come into a group by lists of the body.
    fn members(&self, checks: &Checks<'_>, group: &str, prefix: &str) -> Vec<Covered> {
        let Some(group) = self.after.org().find_group(group) else { return Vec::new() };
        let users = body::texts(checks.body, &format!("{prefix}_users"), "");
        let groups = body::texts(checks.body, &format!("{prefix}_groups"), "");
        let users = users.into_iter().map(|entry| (entry, false));
        let mut covered = Vec::new();
        for ((at, id), is_group) in users.chain(groups.into_iter().map(|entry| (entry, true))) {
            let [before, after] = [self.before.org(), self.after.org()].map(|org| {
                let who = if is_group {
                    org.find_group(id).map_or(Who::Nobody, Who::MemberOf)
                } else {
                    org.find_user(id).map_or(Who::Nobody, Who::User)
                };
                principals(org, who)
            });
            if !before.contains(&group) && after.contains(&group) {
                let org = self.after.org();
                let label = if is_group { group_label(org, id) } else { format!("`{}`", org.user_label(id)) };
                covered.push(Covered { someone: [before, after], id: id.to_owned(), label, at });
            }
        }
        covered
    }

    /// The groups that ACLs with an edited role name, directly or by a role that contains it.
    fn holders(&self, role: &str) -> Vec<Covered> {
        let (before, after) = (self.before.org(), self.after.org());
        let Some(role) = before.roles().find(role) else { return Vec::new() };
        if before.roles().same_closure(role, after.roles()) {
            return Vec::new();
        }
        let edited = containers_of(before, role);
        let grants = |kind: GrantKind| matches!(kind, GrantKind::Role(role) if edited.contains_key(&role));
        let acls = before.acls();
        let mut groups: Vec<u32> = (0..acls.slot_count())
            .filter_map(|slot| Some((slot, acls.get(slot)?)))
            .filter(|(slot, acl)| grants(acl.grant.kind()) && acls.is_live(*slot, *acl))
            .map(|(_, acl)| acl.principal)
            .filter(|principal| before.is_live_group(*principal))
            .collect();
        sort::numbers(&mut groups);
        sort::by_id(&mut groups, |group| before.principal_id(*group));
        let covered = groups.into_iter().map(|group| {
            let id = before.principal_id(group);
            let someone = [before, after].map(|org| principals(org, Who::MemberOf(group)));
            Covered { someone, label: group_label(before, &id), id, at: String::new() }
        });
        covered.collect()
    }

    /// Who comes by an invitation into groups. Somebody new holds what these groups do.
    fn invited(&self, checks: &Checks<'_>, groups: &[String]) -> Vec<Covered> {
        let (before, after) = (self.before.org(), self.after.org());
        let groups = groups.iter().filter_map(|id| after.find_group(id));
        let joined: Vec<u32> = groups.flat_map(|group| principals(after, Who::MemberOf(group))).collect();
        let Some(invited) = body::field(checks.body, "invite_users").filter(|_| !joined.is_empty()) else {
            return Vec::new();
        };
        let ids = body::texts(invited, "ids", "/invite_users");
        let emails = body::texts(invited, "emails", "/invite_users");
        let accounts = body::objects(invited, "service_accounts", "/invite_users");
        let ids = ids.into_iter().map(|(at, id)| (at, id, Some(id.to_owned())));
        let by_email = |email: &str| before.users_with_email(email).into_iter().next();
        let emails = emails.into_iter().map(|(at, email)| (at, email, by_email(email)));
        let accounts = accounts
            .into_iter()
            .map(|(at, account)| (at, body::text(account, "name").unwrap_or_default(), None));
        let covered = ids.chain(emails).chain(accounts).map(|(at, name, id)| {
            let user = id.as_deref().and_then(|id| before.find_user(id));
            let before = user.map_or(Vec::new(), |user| principals(before, Who::User(user)));
            let after = before.iter().chain(&joined).copied().collect();
            let id = id.unwrap_or_else(|| name.to_owned());
            let label = format!("`{}`", self.after.org().user_label(&id));
            Covered { someone: [before, after], label, id, at }
        });
        covered.collect()
    }
}

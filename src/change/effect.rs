//! What a request does to the rows: the server, as far as previews need it (the rulings of
//! `docs/CHOICES.md`, "Changes, and what the preview does with them").

use std::borrow::Cow;

use super::edits::{Account, Edit, Members, TupleItem};
use crate::decide::fixes::AclItem;
use crate::load::list::{Field, List};
use crate::load::row::{Row, Tuple};
use crate::model::object::{OBJECT_TYPES, number};
use crate::org::{AclRow, Map, Org, keys::NONE};

/// With what the ids begin that a draft gives to what it creates.
pub(super) const PLACEHOLDER: &str = "new:";

/// Ids for what a draft makes: `new:group:1` and the like, counted by kind and never used twice. A
/// change that is carried out again makes what it made before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    counts: Vec<(&'static str, u32)>,
}

impl Ids {
    /// Ids that no draft sees, for what a plan's requests create and do not name.
    pub fn simulated() -> Ids {
        Ids { counts: vec![("acl", 1 << 31)] }
    }

    fn next(&mut self, kind: &'static str) -> String {
        let count = if let Some((_, count)) = self.counts.iter_mut().find(|(known, _)| *known == kind) {
            count
        } else {
            self.counts.push((kind, 0));
            &mut self.counts.last_mut().expect("just pushed").1
        };
        *count += 1;
        format!("{PLACEHOLDER}{kind}:{count}")
    }
}

/// Which server carries a request out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// The preview's: removing a member takes their memberships and ACLs away too.
    Preview,
    /// The real one, which a plan tells to remove them.
    Real,
}

/// What carrying a request out did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    /// The rows it touched.
    pub touched: Vec<(List, String)>,
    /// The ids it made, or found by name, in order.
    pub made: Vec<String>,
    /// Those that it made.
    pub placeholders: Vec<(List, String)>,
}

/// A request that is carried out.
pub(crate) struct Carrying<'a> {
    pub org: &'a mut Org,
    /// Who sends it.
    pub actor: Option<&'a str>,
    pub creator_grants: bool,
    pub server: Server,
    pub ids: &'a mut Ids,
    /// The ids that the same change made when it was carried out before.
    pub known: &'a [String],
    pub effect: Effect,
}

/// Carries edits out on a copy of the organisation.
pub(crate) fn carry_out(edits: &[Edit], mut carrying: Carrying<'_>) -> Effect {
    for edit in edits {
        carrying.edit(edit);
    }
    carrying.org.settle();
    carrying.effect
}

/// What the ids of a list's rows are called in placeholders.
fn kind(list: List) -> &'static str {
    match list.object_type() {
        Some(ty) => OBJECT_TYPES[ty as usize],
        None => match list {
            List::Acls => "acl",
            List::ServiceAccounts => "service_account",
            List::ServiceTokens => "service_token",
            _ => "user",
        },
    }
}

/// What stands for the time at which something was deleted.
const DELETED: &str = "deleted";

impl Carrying<'_> {
    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::AddAcl { item, .. } => self.add_acl(item),
            Edit::RemoveAcl { item, .. } => {
                for slot in self.org.equal_acls(item) {
                    let id = self.org.acls().id(slot);
                    self.take(List::Acls, &id);
                }
            }
            Edit::RemoveAclById { id } => self.take(List::Acls, id),
            Edit::Create { list, name, members, replace } => self.create(*list, name, members, *replace),
            Edit::Patch { list, id, name, add, remove } => {
                self.patch(*list, id, name.as_deref(), add, remove);
            }
            Edit::Delete { list, id } => self.delete(*list, id),
            Edit::CreateObject { list, name, project, public, fresh } => {
                self.create_object(*list, name, project.as_deref(), *public, *fresh);
            }
            Edit::PatchObject { list, id, name, public } => {
                self.change_object(*list, id, |row| {
                    if let Some(name) = name {
                        row.set(Field::Name, name.clone());
                    }
                    row.public = public.unwrap_or(row.public);
                });
            }
            Edit::Invite { ids, emails, accounts, group_ids, group_names } => {
                let mut people = self.invite_people(ids, emails);
                people.extend(accounts.iter().map(|account| self.make_account(account)));
                self.join(&people, group_ids, group_names);
            }
            Edit::Expel { ids, emails } => {
                let by_email = emails.iter().flat_map(|email| self.org.users_with_email(email));
                let people: Vec<String> = ids.iter().cloned().chain(by_email).collect();
                self.expel(&people);
            }
            Edit::CreateToken { account, .. } => self.make_token(account),
            Edit::DeleteToken { id } => self.take(List::ServiceTokens, id),
            Edit::PatchOrganization { name } => {
                if let Some(name) = name {
                    self.org.rename(name);
                }
            }
        }
    }

    /// A placeholder: the one that the change made before in this place, else a new one.
    fn next_id(&mut self, list: List) -> String {
        let known = self.known.get(self.effect.made.len()).filter(|id| {
            id.strip_prefix(PLACEHOLDER)
                .and_then(|rest| rest.strip_prefix(kind(list)))
                .is_some_and(|rest| rest.starts_with(':'))
        });
        let id = known.cloned().unwrap_or_else(|| {
            // A draft of a preview leaves alone what the other draft made.
            loop {
                let id = self.ids.next(kind(list));
                if !self.org.has_row(list, &id) {
                    return id;
                }
            }
        });
        self.effect.made.push(id.clone());
        self.effect.placeholders.push((list, id.clone()));
        id
    }

    fn row(&self, id: String) -> Row<'static> {
        let mut row = Row::default();
        row.set(Field::Id, id);
        row.set(Field::OrgId, self.org.id().to_owned());
        row
    }

    fn put(&mut self, list: List, row: &Row<'_>) {
        let id = row.text(Field::Id).unwrap_or_default().to_owned();
        // A type too many to keep apart leaves the row out: it grants nothing.
        if self.org.put_row(list, row, String::new).is_ok() {
            self.effect.touched.push((list, id));
        }
    }

    fn take(&mut self, list: List, id: &str) {
        self.org.take_row(list, id);
        self.effect.touched.push((list, id.to_owned()));
    }

    /// MODEL 1: adding an equal one changes nothing.
    fn add_acl(&mut self, item: &AclItem) {
        if !self.org.equal_acls(item).is_empty() {
            return;
        }
        let id = self.next_id(List::Acls);
        let mut row = Row::default();
        row.set(Field::Id, id);
        row.set(Field::ObjectType, item.object_type.clone());
        row.set(Field::ObjectId, item.object_id.clone());
        let optional = [
            (Field::UserId, &item.user_id),
            (Field::GroupId, &item.group_id),
            (Field::Permission, &item.permission),
            (Field::RoleId, &item.role_id),
            (Field::RestrictObjectType, &item.restrict_object_type),
        ];
        for (field, value) in optional {
            if let Some(value) = value {
                row.set(field, value.clone());
            }
        }
        self.put(List::Acls, &row);
    }

    fn create(&mut self, list: List, name: &str, members: &Members, replace: bool) {
        let existing = self.org.live_by_name(list, name);
        if let Some(id) = &existing {
            self.effect.made.push(id.clone());
            if !replace {
                return;
            }
        }
        let is_new = existing.is_none();
        let id = existing.unwrap_or_else(|| self.next_id(list));
        let mut row = self.row(id.clone());
        row.set(Field::Name, name.to_owned());
        add_members(&mut row, members);
        self.put(list, &row);
        if is_new {
            self.grant_to_creator(list, &id);
        }
    }

    fn patch(&mut self, list: List, id: &str, name: Option<&str>, add: &Members, remove: &Members) {
        let Some(mut row) = self.org.row_of(list, id) else { return };
        if let Some(name) = name {
            row.set(Field::Name, name.to_owned());
        }
        add_members(&mut row, add);
        remove_members(&mut row, remove);
        self.put(list, &row);
    }

    fn delete(&mut self, list: List, id: &str) {
        if list
            .object_type()
            .is_some_and(|ty| !matches!(ty, number::GROUP | number::ROLE | number::PROJECT_GROUP))
        {
            self.change_object(list, id, |row| row.set(Field::DeletedAt, DELETED));
        } else if let Some(mut row) = self.org.row_of(list, id) {
            row.set(Field::DeletedAt, DELETED);
            self.put(list, &row);
        }
    }

    fn create_object(&mut self, list: List, name: &str, project: Option<&str>, public: bool, fresh: bool) {
        if let Some(id) = self.org.namesake(list.object_type_name(), name, project).filter(|_| !fresh) {
            self.effect.made.push(id);
            return;
        }
        let id = self.next_id(list);
        let mut row = self.row(id.clone());
        row.set(Field::Name, name.to_owned());
        if let Some(project) = project {
            row.set(Field::ProjectId, project.to_owned());
        }
        row.public = public;
        self.put(list, &row);
        self.grant_to_creator(list, &id);
    }

    /// Changes an object's row, in whichever of the lists of its type it stands.
    fn change_object(&mut self, list: List, id: &str, change: impl FnOnce(&mut Row<'static>)) {
        let lists: &[List] = match list {
            List::Prompts | List::Functions => &[List::Prompts, List::Functions],
            _ => &[list],
        };
        let found = lists.iter().find_map(|list| Some((*list, self.org.row_of(*list, id)?)));
        if let Some((list, mut row)) = found {
            change(&mut row);
            self.put(list, &row);
        }
    }

    /// MODEL 3: the server adds an ACL user = creator, role = owner.
    fn grant_to_creator(&mut self, list: List, id: &str) {
        let Some(ty) = list.object_type().filter(|_| self.creator_grants) else { return };
        let (Some(actor), Some(role)) = (self.actor, self.org.owner_role()) else { return };
        self.add_acl(&AclItem {
            object_type: OBJECT_TYPES[ty as usize].to_owned(),
            object_id: id.to_owned(),
            user_id: Some(actor.to_owned()),
            group_id: None,
            permission: None,
            role_id: Some(role),
            restrict_object_type: None,
        });
    }

    fn invite_people(&mut self, ids: &[String], emails: &[String]) -> Vec<String> {
        let mut people: Vec<String> = Vec::new();
        for id in ids {
            self.list_user(id, None);
            people.push(id.clone());
        }
        for email in emails {
            let known = self.org.users_with_email(email);
            if known.is_empty() {
                let id = self.next_id(List::Users);
                self.list_user(&id, Some(email));
                people.push(id);
            } else {
                people.extend(known);
            }
        }
        people
    }

    /// Puts somebody into the directory, if there is one and they are not in it.
    fn list_user(&mut self, id: &str, email: Option<&str>) {
        let listed = self.org.find_user(id).is_some_and(|user| self.org.in_directory(user));
        if listed || !self.org.has_directory() {
            return;
        }
        let mut row = self.row(id.to_owned());
        if let Some(email) = email {
            row.set(Field::Email, email.to_owned());
        }
        self.put(List::Users, &row);
    }

    fn make_account(&mut self, account: &Account) -> String {
        let id = self.next_id(List::ServiceAccounts);
        let mut row = self.row(id.clone());
        row.set(Field::Name, account.name.clone());
        self.put(List::ServiceAccounts, &row);
        if account.with_token {
            self.make_token(&id);
        }
        id
    }

    fn make_token(&mut self, account: &str) {
        let id = self.next_id(List::ServiceTokens);
        let mut row = self.row(id);
        row.set(Field::ServiceAccountId, account.to_owned());
        self.put(List::ServiceTokens, &row);
    }

    fn join(&mut self, people: &[String], group_ids: &[String], group_names: &[String]) {
        let named = group_names.iter().filter_map(|name| self.org.live_by_name(List::Groups, name));
        let groups: Map<String, ()> = group_ids.iter().cloned().chain(named).map(|id| (id, ())).collect();
        let add = Members { users: people.to_vec(), ..Members::default() };
        for group in groups.keys() {
            self.patch(List::Groups, group, None, &add, &Members::default());
        }
    }

    /// MODEL 6: removing members takes their memberships and ACLs away.
    fn expel(&mut self, people: &[String]) {
        let mut left: Map<u32, Members> = Map::default();
        for id in people {
            for list in [List::Users, List::ServiceAccounts] {
                self.take(list, id);
            }
            let Some(user) = self.org.find_user(id).filter(|_| self.server == Server::Preview) else {
                continue;
            };
            for token in self.org.tokens_of(user) {
                self.take(List::ServiceTokens, &token);
            }
            // Nobody edits a group that is deleted, and nobody is in one.
            let live = |group: &&u32| self.org.is_live_group(**group);
            for group in self.org.principal(user).member_of.iter().filter(live) {
                left.entry(*group).or_default().users.push(id.clone());
            }
            let acls: Vec<u32> = self.org.all_acls_of(user).collect();
            for slot in acls {
                let acl = self.org.acls().id(slot);
                self.take(List::Acls, &acl);
            }
        }
        for (group, remove) in left {
            let group = self.org.principal_id(group);
            self.patch(List::Groups, &group, None, &Members::default(), &remove);
        }
    }
}

fn tuple(item: &TupleItem) -> Tuple<'static> {
    let own = |text: &String| Cow::Owned(text.clone());
    Tuple { permission: Some(own(&item.permission)), restrict: item.restrict.as_ref().map(own) }
}

/// A permission with its restriction, to tell tuples apart.
fn key(item: &TupleItem) -> (&str, Option<&str>) {
    (&item.permission, item.restrict.as_deref())
}

/// What a row of a list has as its members beside member groups.
fn own_members(members: &Members) -> impl Iterator<Item = &String> {
    members.users.iter().chain(&members.roles).chain(&members.projects)
}

type Texts<'a> = Map<&'a str, ()>;

fn set<'a>(texts: impl Iterator<Item = &'a String>) -> Texts<'a> {
    texts.map(|text| (text.as_str(), ())).collect()
}

fn add_members(row: &mut Row<'static>, members: &Members) {
    add_ids(&mut row.members, own_members(members));
    add_ids(&mut row.member_groups, members.groups.iter());
    let known = row.tuples.clone();
    let mut known: Map<(&str, Option<&str>), ()> = known
        .iter()
        .map(|tuple| ((tuple.permission.as_deref().unwrap_or_default(), tuple.restrict.as_deref()), ()))
        .collect();
    row.tuples.extend(members.tuples.iter().filter(|item| known.insert(key(item), ()).is_none()).map(tuple));
}

fn add_ids<'a>(list: &mut Vec<Cow<'static, str>>, ids: impl Iterator<Item = &'a String>) {
    let known = list.clone();
    let mut known: Texts<'_> = known.iter().map(|id| (id.as_ref(), ())).collect();
    list.extend(ids.filter(|id| known.insert(id, ()).is_none()).map(|id| Cow::Owned(id.clone())));
}

fn remove_members(row: &mut Row<'static>, members: &Members) {
    let (own, groups) = (set(own_members(members)), set(members.groups.iter()));
    let tuples: Map<(&str, Option<&str>), ()> = members.tuples.iter().map(|item| (key(item), ())).collect();
    row.members.retain(|known| !own.contains_key(known.as_ref()));
    row.member_groups.retain(|known| !groups.contains_key(known.as_ref()));
    row.tuples.retain(|known| {
        let permission = known.permission.as_deref().unwrap_or_default();
        !tuples.contains_key(&(permission, known.restrict.as_deref()))
    });
}

impl Org {
    /// The live ACLs with these contents (MODEL 1: an ACL's identity).
    pub(crate) fn equal_acls(&self, item: &AclItem) -> Vec<u32> {
        let found = || {
            let node = self.find_node(self.types().get(&item.object_type), &item.object_id);
            let principal = match (&item.user_id, &item.group_id) {
                (Some(user), None) => self.find_user(user)?,
                (None, Some(group)) => self.find_group(group)?,
                _ => return None,
            };
            (node != NONE).then_some((node, principal))
        };
        let Some((node, principal)) = found() else { return Vec::new() };
        let equal = |(slot, acl): &(u32, AclRow)| {
            acl.principal == principal && self.acl_item_of(*slot).is_some_and(|known| known == *item)
        };
        if self.node(node).heavy {
            self.acls_of_pair(node, principal).filter(equal).map(|(slot, _)| slot).collect()
        } else {
            self.acls_on(node).filter(equal).map(|(slot, _)| slot).collect()
        }
    }

    /// Whether a list has a row with this id, as placeholders look.
    fn has_row(&self, list: List, id: &str) -> bool {
        match list {
            List::Acls => self.acls().find(id).is_some(),
            List::Users | List::ServiceAccounts => self.find_user(id).is_some(),
            List::ServiceTokens => self.has_token(id),
            // Of the two lists of prompts either may have it.
            _ => list.object_type().is_some_and(|ty| {
                let node = self.find_node(ty, id);
                node != NONE && self.node(node).known
            }),
        }
    }

    /// The live group, role, project group or project with this name; the first in order of ids.
    pub(crate) fn live_by_name(&self, list: List, name: &str) -> Option<String> {
        self.namesake(list.object_type_name(), name, None)
    }

    /// The id of the live system role named `owner`.
    fn owner_role(&self) -> Option<String> {
        let roles = self.roles();
        let is_system = |id: &String| {
            let role = roles.find(id).and_then(|role| roles.row(role));
            role.is_some_and(|row| row.system)
        };
        self.all_named(number::ROLE, "owner", NONE)
            .into_iter()
            .map(|node| self.node_id(node))
            .filter(is_system)
            .min_by(|a, b| crate::org::by_code_units(a, b))
    }
}

/// Rows touched by several effects.
pub(crate) fn touched_by<'e>(effects: impl Iterator<Item = &'e Effect>) -> Vec<(List, String)> {
    let mut touched: Vec<(List, String)> =
        effects.flat_map(|effect| effect.touched.iter().cloned()).collect();
    touched.sort_unstable();
    touched.dedup();
    touched
}

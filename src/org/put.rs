//! Taking rows in and out, one at a time: loading and changing are the same thing.

use super::acls::{AclRow, Grant};
use super::keys::NONE;
use super::people::{GROUP, GroupRow, PersonRow, TokenRow, USER};
use super::roles::RoleRow;
use super::rows::{put_first, take_all};
use super::tree::{ObjectRow, RegionRow};
use super::{Org, sort};
use crate::load::list::{Field, List};
use crate::load::row::Row;
use crate::model::error::{Error, ErrorCode};
use crate::model::finding::{Code, Finding};
use crate::model::object::number;
use crate::model::permission::Permission;

/// Which of [`Org`]'s object rows a list's are; none for lists of other things.
pub(super) fn object_rows(list: List) -> Option<(usize, u16)> {
    Some(match list {
        List::Projects => (0, number::PROJECT),
        List::Experiments => (1, number::EXPERIMENT),
        List::Datasets => (2, number::DATASET),
        List::Prompts => (3, number::PROMPT),
        List::Functions => (4, number::PROMPT),
        List::PromptSessions => (5, number::PROMPT_SESSION),
        _ => return None,
    })
}

fn boxed(text: Option<&str>) -> Option<Box<str>> {
    text.map(Into::into)
}

/// Why a row does not count.
pub(super) struct Refusal {
    code: Code,
    field: Option<Field>,
    /// What stands in the field.
    value: Option<String>,
    message: String,
}

impl Refusal {
    fn new(code: Code, field: Option<Field>, message: impl Into<String>) -> Refusal {
        Refusal { code, field, value: None, message: message.into() }
    }

    fn value(mut self, value: &str) -> Refusal {
        self.value = Some(value.to_owned());
        self
    }

    fn finding(self, list: List, id: Option<&str>) -> Finding {
        let path = self.field.map_or(String::new(), |field| format!("/{}", field.name()));
        let mut finding = Finding::new(self.code, path, self.message).with("list", list.name());
        if let Some(field) = self.field {
            finding = finding.with("field", field.name());
        }
        if let Some(value) = self.value {
            finding = finding.with("value", value);
        }
        if let Some(id) = id {
            finding = finding.with("id", id);
            if list == List::Acls {
                finding = finding.acl(id);
            }
        }
        finding
    }
}

impl Org {
    /// Whether a row names another organisation than this.
    pub(super) fn is_foreign(&self, row: &Row<'_>) -> bool {
        row.organizations().any(|id| id != &*self.id)
    }

    /// Names the types that a row names. Fails when there are too many to keep apart; nothing else
    /// of taking a row in fails.
    pub(super) fn name_types(&mut self, row: &Row<'_>, at: impl Fn() -> String) -> Result<(), Error> {
        let own = [Field::ObjectType, Field::RestrictObjectType].into_iter().filter_map(|f| row.text(f));
        for name in own.chain(row.tuples.iter().filter_map(|t| t.restrict.as_deref())) {
            if self.types.number(name).is_none() {
                return Err(Error::at(
                    ErrorCode::TooLarge,
                    at(),
                    "the data name too many different object types; check the `object_type` fields",
                ));
            }
        }
        Ok(())
    }

    /// Takes a row in, in a new slot at the end of its list.
    /// Precondition: its types are named ([`Org::name_types`]).
    pub(super) fn append(&mut self, list: List, row: &Row<'_>) -> u32 {
        let slot = match list {
            List::Acls if self.acls.has_free() => self.open_acl_slot(None),
            _ => self.places_mut(list).append(),
        };
        self.put(list, slot, row);
        slot
    }

    /// A slot for an ACL row, which stands at a place where no row stands any more, or behind all
    /// others.
    pub(super) fn open_acl_slot(&mut self, place: Option<u32>) -> u32 {
        let free = self.acls.take_free();
        self.places_mut(List::Acls).open(free, place)
    }

    /// Takes a row in at a slot that is empty.
    pub(super) fn put(&mut self, list: List, slot: u32, row: &Row<'_>) {
        let refused = if self.is_foreign(row) {
            let other = row.organizations().find(|id| *id != &*self.id).unwrap_or_default();
            let field =
                if row.text(Field::ObjectOrgId) == Some(other) { Field::ObjectOrgId } else { Field::OrgId };
            Some(Refusal::new(
                Code::ForeignRow,
                Some(field),
                format!(
                    "this {} belongs to the organization `{other}` and is ignored; take it out of the export",
                    list.noun()
                ),
            ).value(other))
        } else {
            check(list, row).err()
        };
        if let Some(refusal) = refused {
            let id = row.text(Field::Id);
            if list == List::Acls {
                self.acls.keep_blank(slot);
            }
            let finding = refusal.finding(list, id);
            let places = self.places_mut(list);
            places.skip(slot, id);
            places.report(slot, finding);
            return;
        }
        let id = row.text(Field::Id).unwrap_or_default();
        match list {
            List::Acls => self.put_acl(slot, id, row),
            List::Users | List::ServiceAccounts => self.put_person(list, slot, id, row),
            List::ServiceTokens => self.put_token(slot, id, row),
            List::Groups => self.put_group(slot, id, row),
            List::Roles => self.put_role(slot, id, row),
            List::ProjectGroups => self.put_region(slot, id, row),
            _ => self.put_object(list, slot, id, row),
        }
    }

    fn put_person(&mut self, list: List, slot: u32, id: &str, row: &Row<'_>) {
        let principal = self.principal_number(USER, id);
        let person = PersonRow {
            principal,
            name: if list == List::Users { full_name(row) } else { boxed(row.text(Field::Name)) },
            email: boxed(row.text(Field::Email)),
            deleted: row.is_deleted(),
        };
        self.keep_person(list, slot, person);
    }

    /// Takes in what a row says, as numbers; likewise for the rows of other lists.
    pub(super) fn keep_person(&mut self, list: List, slot: u32, person: PersonRow) {
        let principal = person.principal;
        let info = &mut self.principals[principal as usize];
        let (rows, first) = if list == List::Users {
            (&mut self.users, &mut info.row)
        } else {
            (&mut self.accounts, &mut info.account_row)
        };
        put_first(rows, first, principal, slot, person);
        self.note_email(principal);
    }

    fn put_token(&mut self, slot: u32, id: &str, row: &Row<'_>) {
        let token = self.token_keys.number(0, id);
        self.add_tokens();
        let account = row.text(Field::ServiceAccountId);
        let account = account.map_or(NONE, |id| self.principal_number(USER, id));
        let token_row = TokenRow {
            token,
            account,
            name: boxed(row.text(Field::ServiceAccountName)),
            email: boxed(row.text(Field::ServiceAccountEmail)),
            // A date that is none says nothing.
            expires: row.text(Field::ExpiresAt).and_then(crate::load::date::milliseconds),
            deleted: row.is_deleted(),
        };
        self.keep_token(slot, token_row);
    }

    pub(super) fn keep_token(&mut self, slot: u32, row: TokenRow) {
        let TokenRow { token, account, .. } = row;
        let first = self.token_rows[token as usize] == NONE;
        if first && account != NONE {
            self.principals[account as usize].tokens.push(slot);
        }
        put_first(&mut self.tokens, &mut self.token_rows[token as usize], token, slot, row);
    }

    /// Members as numbers, with a finding for each empty id.
    fn numbers(
        &mut self,
        list: List,
        slot: u32,
        field: Field,
        ids: &[std::borrow::Cow<'_, str>],
        number: impl Fn(&mut Org, &str) -> u32,
    ) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(ids.len());
        for (i, id) in ids.iter().enumerate() {
            if id.is_empty() {
                let path = format!("/{}/{i}", field.name());
                let message =
                    format!("an empty id among the members of this {} is left out; remove it", list.noun());
                self.places_mut(list)
                    .report(slot, Finding::new(Code::MalformedRow, path, message).with("list", list.name()));
                numbers.push(NONE);
            } else {
                numbers.push(number(self, id));
            }
        }
        numbers
    }

    fn put_group(&mut self, slot: u32, id: &str, row: &Row<'_>) {
        let principal = self.principal_number(GROUP, id);
        let users = self.numbers(List::Groups, slot, Field::MemberUsers, &row.members, |org, id| {
            org.principal_number(USER, id)
        });
        let groups = self.numbers(List::Groups, slot, Field::MemberGroups, &row.member_groups, |org, id| {
            org.principal_number(GROUP, id)
        });
        let group = GroupRow {
            principal,
            node: self.node_number(number::GROUP, id),
            name: boxed(row.text(Field::Name)),
            users,
            groups,
            deleted: row.is_deleted(),
        };
        self.keep_group(slot, group);
    }

    pub(super) fn keep_group(&mut self, slot: u32, group: GroupRow) {
        let principal = group.principal;
        // A further row with the same id can only mark the group deleted.
        let info = &self.principals[principal as usize];
        let matters = info.row == NONE || group.deleted && !info.deleted;
        if matters {
            self.unlink_group(principal);
        }
        put_first(&mut self.groups, &mut self.principals[principal as usize].row, principal, slot, group);
        if matters {
            self.link_group(principal);
        }
    }

    fn put_role(&mut self, slot: u32, id: &str, row: &Row<'_>) {
        let role = self.roles.number(id);
        let members =
            self.numbers(List::Roles, slot, Field::MemberRoles, &row.members, |org, id| org.roles.number(id));
        let mut tuples = Vec::with_capacity(row.tuples.len());
        for (i, tuple) in row.tuples.iter().enumerate() {
            // MODEL 4: a tuple with an unknown permission is skipped.
            let Some(permission) = tuple.permission.as_deref().and_then(Permission::from_name) else {
                let name = tuple.permission.as_deref().unwrap_or_default();
                let path = format!("/member_permissions/{i}/permission");
                let message = format!(
                    "the permission `{name}` is not one of the eight; this part of the role is skipped"
                );
                let finding = Finding::new(Code::UnknownPermission, path, message)
                    .with("permission", name)
                    .with("role", id);
                self.places_mut(List::Roles).report(slot, finding);
                continue;
            };
            let restrict = match tuple.restrict.as_deref() {
                // An empty restriction matches no object: it is malformed, not absent.
                Some("") => {
                    let path = format!("/member_permissions/{i}/restrict_object_type");
                    let message = "an empty `restrict_object_type` restricts to nothing; this part of the role is skipped".to_owned();
                    self.places_mut(List::Roles)
                        .report(slot, Finding::new(Code::MalformedRow, path, message).with("role", id));
                    continue;
                }
                restrict => restrict.map(|name| self.types.get(name)),
            };
            if let Some(name) =
                tuple.restrict.as_deref().filter(|_| restrict.is_some_and(|ty| ty >= number::KNOWN))
            {
                let path = format!("/member_permissions/{i}/restrict_object_type");
                let finding = unknown_type(path, name).with("role", id);
                self.places_mut(List::Roles).report(slot, finding);
            }
            tuples.push((1 << permission.index(), restrict));
        }
        let node = self.node_number(number::ROLE, id);
        let role_row = RoleRow {
            role,
            node,
            name: boxed(row.text(Field::Name)),
            system: row.text(Field::OrgId).is_none(),
            tuples,
            members,
            deleted: row.is_deleted(),
        };
        self.keep_role(slot, role_row);
    }

    pub(super) fn keep_role(&mut self, slot: u32, role_row: RoleRow) {
        let role = role_row.role;
        // A further row with the same id can only mark the role deleted.
        let matters = !self.roles.is_known(role) || role_row.deleted && !self.roles.is_deleted(role);
        if matters {
            self.roles.unlink(role);
        }
        self.roles.put_first(slot, role_row);
        if matters {
            self.refresh_role(role);
        }
    }

    fn put_region(&mut self, slot: u32, id: &str, row: &Row<'_>) {
        let node = self.node_number(number::PROJECT_GROUP, id);
        let projects =
            self.numbers(List::ProjectGroups, slot, Field::MemberProjects, &row.members, |org, id| {
                org.node_number(number::PROJECT, id)
            });
        let region =
            RegionRow { node, name: boxed(row.text(Field::Name)), projects, deleted: row.is_deleted() };
        self.keep_region(slot, region);
    }

    pub(super) fn keep_region(&mut self, slot: u32, region: RegionRow) {
        let node = region.node;
        // A further row with the same id can only mark the project group deleted.
        let info = &self.nodes[node as usize];
        let matters = info.row == NONE || region.deleted && !info.deleted;
        if matters {
            self.unlink_region(node);
        }
        put_first(&mut self.regions, &mut self.nodes[node as usize].row, node, slot, region);
        if matters {
            self.link_region(node);
        }
    }

    pub(super) fn unlink_region(&mut self, node: u32) {
        let Some(row) = self.regions.get(self.nodes[node as usize].row) else { return };
        for project in row.projects.iter().filter(|p| **p != NONE) {
            if let Some(mut regions) = self.regions_of.remove(*project) {
                regions.retain(|region| *region != node);
                if !regions.is_empty() {
                    self.regions_of.insert(*project, regions);
                }
            }
        }
    }

    pub(super) fn link_region(&mut self, node: u32) {
        let first = self.nodes[node as usize].row;
        let deleted =
            self.regions.all(node, first).any(|slot| self.regions.get(slot).is_some_and(|row| row.deleted));
        self.set_node_state(node, first != NONE, deleted);
        // MODEL 4: a deleted project group is not an ancestor.
        if deleted {
            return;
        }
        if let Some(row) = self.regions.get(first) {
            for project in row.projects.iter().filter(|p| **p != NONE) {
                let regions = self.regions_of.get_or_insert(*project, Vec::new());
                if !regions.contains(&node) {
                    regions.push(node);
                }
            }
        }
    }

    fn put_object(&mut self, list: List, slot: u32, id: &str, row: &Row<'_>) {
        let Some((_, ty)) = object_rows(list) else { return };
        let node = self.node_number(ty, id);
        let project = match row.text(Field::ProjectId) {
            Some(id) if ty != number::PROJECT => self.node_number(number::PROJECT, id),
            _ => NONE,
        };
        let object = ObjectRow {
            node,
            project,
            name: boxed(row.text(Field::Name)),
            public: row.public,
            deleted: row.is_deleted(),
        };
        self.keep_object(list, slot, object);
    }

    pub(super) fn keep_object(&mut self, list: List, slot: u32, object: ObjectRow) {
        let Some((rows, _)) = object_rows(list) else { return };
        let ObjectRow { node, project, public, deleted, .. } = object;
        let is_only = self.nodes[node as usize].row == NONE && !self.functions.contains(node);
        let first = if list == List::Functions {
            self.functions.get_or_insert(node, NONE)
        } else {
            &mut self.nodes[node as usize].row
        };
        let is_copy = *first != NONE;
        put_first(&mut self.objects[rows], first, node, slot, object);
        if is_copy {
            // A further row with the same id can only mark the object deleted.
            self.nodes[node as usize].deleted |= deleted;
            self.file_odd(node);
            self.note_name(node);
        } else if is_only {
            self.set_object(node, Some((project, public)), deleted);
        } else {
            self.refresh_object(node);
        }
    }

    /// All rows of an object, the one that stands first: MODEL 4, prompts and functions together.
    pub(super) fn object_row_slots(&self, node: u32) -> impl Iterator<Item = (List, u32)> {
        let list = match self.node_type(node) {
            number::EXPERIMENT => List::Experiments,
            number::DATASET => List::Datasets,
            number::PROMPT => List::Prompts,
            number::PROMPT_SESSION => List::PromptSessions,
            _ => List::Projects,
        };
        let rows = &self.objects[object_rows(list).map_or(0, |(i, _)| i)];
        let functions = &self.objects[4];
        let function = self.functions.get(node).copied();
        rows.all(node, self.node(node).row).map(move |slot| (list, slot)).chain(
            function
                .into_iter()
                .flat_map(move |first| functions.all(node, first))
                .map(|slot| (List::Functions, slot)),
        )
    }

    /// Whether a slot of a list has a row that counts, or a copy of one.
    pub(super) fn has_row_at(&self, list: List, slot: u32) -> bool {
        match list {
            List::Users => self.users.get(slot).is_some(),
            List::ServiceAccounts => self.accounts.get(slot).is_some(),
            List::ServiceTokens => self.tokens.get(slot).is_some(),
            List::Groups => self.groups.get(slot).is_some(),
            List::Roles => self.roles.rows().get(slot).is_some(),
            List::Acls => self.acls.get(slot).is_some() || self.acls.copied_from(slot).is_some(),
            List::ProjectGroups => self.regions.get(slot).is_some(),
            _ => self.object_row(list, slot).is_some(),
        }
    }

    pub(crate) fn object_row(&self, list: List, slot: u32) -> Option<&ObjectRow> {
        object_rows(list).and_then(|(rows, _)| self.objects[rows].get(slot))
    }

    pub(super) fn refresh_object(&mut self, node: u32) {
        let mut deleted = false;
        let mut standing: Option<(u32, bool)> = None;
        for (list, slot) in self.object_row_slots(node) {
            let Some(row) = self.object_row(list, slot) else { continue };
            deleted |= row.deleted;
            standing.get_or_insert((row.project, row.public));
        }
        self.set_object(node, standing, deleted);
    }

    fn leave_project(&mut self, project: u32) {
        let children = self.child_count(project);
        if children > 1 {
            self.children.insert(project, children - 1);
        } else if self.children.remove(project).is_some() {
            self.file_missing(project);
        }
    }

    fn enter_project(&mut self, project: u32) {
        if project == NONE {
            return;
        }
        let children = self.children.get_or_insert(project, 0);
        *children += 1;
        if *children == 1 {
            self.file_missing(project);
        }
    }

    /// What is known of an object: project and publicity are those of the row that stands, if there is one.
    fn set_object(&mut self, node: u32, standing: Option<(u32, bool)>, deleted: bool) {
        let (project, public) = standing.unwrap_or((NONE, false));
        let before = self.nodes[node as usize].project;
        if before != project {
            self.leave_project(before);
            self.enter_project(project);
        }
        let may_be_missing = self.child_count(node) > 0;
        let info = &mut self.nodes[node as usize];
        let was_odd = info.is_odd();
        let stays = before == project && info.known == standing.is_some();
        info.project = project;
        info.public = public;
        (info.known, info.deleted) = (standing.is_some(), deleted);
        if was_odd || info.is_odd() {
            self.file_odd(node);
        }
        if may_be_missing {
            self.file_missing(node);
        }
        if !stays {
            self.note_place(node);
        }
        self.note_name(node);
    }

    fn put_acl(&mut self, slot: u32, id: &str, row: &Row<'_>) {
        let object_id = row.text(Field::ObjectId).unwrap_or_default();
        let ty = self.types.get(row.text(Field::ObjectType).unwrap_or_default());
        let node = self.node_number(ty, object_id);
        let principal = match (row.text(Field::UserId), row.text(Field::GroupId)) {
            (Some(user), _) => self.principal_number(USER, user),
            (None, group) => self.principal_number(GROUP, group.unwrap_or_default()),
        };
        if let Some(role) = row.text(Field::RoleId) {
            self.roles.number(role);
        }
        // INVARIANT: the row has passed `check`, so that it grants something.
        let Some(grant) = self.read_grant(row) else { return };
        for field in [Field::ObjectType, Field::RestrictObjectType] {
            if let Some(name) = row.text(field)
                && self.types.get(name) >= number::KNOWN
            {
                let finding = unknown_type(format!("/{}", field.name()), name).acl(id);
                self.places_mut(List::Acls).report(slot, finding);
            }
        }
        let acl = AclRow { node, principal, grant, deleted: row.is_deleted() };
        if let Some(first) = self.acls.find(id) {
            self.acls.keep_blank(slot);
            self.add_acl_copy(first, slot, acl);
        } else {
            self.add_acl(slot, id, acl);
        }
    }

    /// What a well-formed ACL row that names nothing new grants.
    pub(super) fn read_grant(&self, row: &Row<'_>) -> Option<Grant> {
        let restrict = row.text(Field::RestrictObjectType);
        match (row.text(Field::Permission), row.text(Field::RoleId)) {
            (Some(name), None) => Some(Grant::permission(
                Permission::from_name(name)?,
                restrict.map(|name| self.types.get(name)),
            )),
            (None, Some(role)) if restrict.is_none() => Some(Grant::role(self.roles.find(role)?)),
            _ => None,
        }
    }

    /// Takes all rows with an id out of a list. Returns the slot of the first, which is empty now;
    /// the others leave holes. With `keep_first` the first one's place is kept for a new row.
    pub(super) fn take(&mut self, list: List, id: &str, keep_first: bool) -> Option<u32> {
        let mut slots = self.places_mut(list).take_skipped(id);
        if list == List::Acls {
            for slot in &slots {
                self.acls.free(*slot);
            }
        }
        slots.extend(self.take_rows(list, id));
        sort::by_rank_and_id(&mut slots, |slot| (u64::from(self.places(list).place(*slot)), String::new()));
        let places = self.places_mut(list);
        for slot in &slots {
            places.clear_issues(*slot);
        }
        let mut rest = slots.iter();
        let first = rest.next().copied();
        if let Some(first) = first.filter(|_| !keep_first) {
            places.remove(first);
        }
        for slot in rest {
            places.remove(*slot);
        }
        first
    }

    /// The same for the rows that count.
    fn take_rows(&mut self, list: List, id: &str) -> Vec<u32> {
        match list {
            List::Acls => {
                let Some(first) = self.acls.find(id) else { return Vec::new() };
                let mut slots = vec![first];
                slots.extend_from_slice(self.acls.copies(first));
                self.unlink_acl(first);
                slots
            }
            List::Users | List::ServiceAccounts => {
                let Some(principal) = self.find_user(id) else { return Vec::new() };
                let info = &mut self.principals[principal as usize];
                let (rows, first) = if list == List::Users {
                    (&mut self.users, &mut info.row)
                } else {
                    (&mut self.accounts, &mut info.account_row)
                };
                let slots = take_all(rows, first, principal);
                self.note_email(principal);
                slots
            }
            List::ServiceTokens => {
                let Some(token) = self.token_keys.get(0, id) else { return Vec::new() };
                let first = self.token_rows[token as usize];
                if let Some(row) = self.tokens.get(first).filter(|row| row.account != NONE) {
                    self.principals[row.account as usize].tokens.retain(|slot| *slot != first);
                }
                take_all(&mut self.tokens, &mut self.token_rows[token as usize], token)
            }
            List::Groups => {
                let Some(group) = self.find_group(id) else { return Vec::new() };
                self.unlink_group(group);
                let slots = take_all(&mut self.groups, &mut self.principals[group as usize].row, group);
                self.link_group(group);
                slots
            }
            List::Roles => {
                let Some(role) = self.roles.find(id) else { return Vec::new() };
                self.roles.unlink(role);
                let slots = self.roles.take_all(role);
                self.refresh_role(role);
                slots
            }
            List::ProjectGroups => {
                let node = self.find_node(number::PROJECT_GROUP, id);
                if node == NONE {
                    return Vec::new();
                }
                self.unlink_region(node);
                let slots = take_all(&mut self.regions, &mut self.nodes[node as usize].row, node);
                self.link_region(node);
                slots
            }
            _ => {
                let Some((rows, ty)) = object_rows(list) else { return Vec::new() };
                let node = self.find_node(ty, id);
                if node == NONE {
                    return Vec::new();
                }
                let mut function = self.functions.remove(node).unwrap_or(NONE);
                let slots = if list == List::Functions {
                    take_all(&mut self.objects[rows], &mut function, node)
                } else {
                    take_all(&mut self.objects[rows], &mut self.nodes[node as usize].row, node)
                };
                if function != NONE {
                    self.functions.insert(node, function);
                }
                self.refresh_object(node);
                slots
            }
        }
    }
}

/// Whether a row counts, by itself (MODEL 4).
pub(super) fn check(list: List, row: &Row<'_>) -> Result<(), Refusal> {
    let is_acl = list == List::Acls;
    let code = if is_acl { Code::MalformedAcl } else { Code::MalformedRow };
    let refuse = |field, message: String| Err(Refusal::new(code, field, message));
    let noun = list.noun();
    if row.text(Field::Id).is_none() {
        return refuse(None, format!("this {noun} has no `id` and is skipped; give it its id"));
    }
    // MODEL 1: an empty id is malformed, not absent.
    let references = [
        Field::Id,
        Field::ObjectType,
        Field::ObjectId,
        Field::UserId,
        Field::GroupId,
        Field::RoleId,
        Field::RestrictObjectType,
        Field::ProjectId,
        Field::ServiceAccountId,
    ];
    for field in references {
        if row.text(field) == Some("") {
            return refuse(
                Some(field),
                format!(
                    "this {noun} has an empty `{}` and is skipped; give its value or leave it out",
                    field.name()
                ),
            );
        }
    }
    if is_acl { check_acl(row) } else { Ok(()) }
}

/// MODEL 4: an ACL that breaks the "exactly one" rules is skipped.
fn check_acl(row: &Row<'_>) -> Result<(), Refusal> {
    let malformed = |field, message: &str| Err(Refusal::new(Code::MalformedAcl, field, message));
    for field in [Field::ObjectType, Field::ObjectId] {
        if row.text(field).is_none() {
            return malformed(
                None,
                &format!("an ACL without `{}` is skipped; say what it is on", field.name()),
            );
        }
    }
    match (row.text(Field::UserId), row.text(Field::GroupId)) {
        (None, None) => {
            return malformed(None, "an ACL needs a `user_id` or a `group_id`; this one is skipped");
        }
        (Some(_), Some(_)) => {
            return malformed(
                None,
                "an ACL has either a `user_id` or a `group_id`, not both; this one is skipped",
            );
        }
        _ => {}
    }
    match (row.text(Field::Permission), row.text(Field::RoleId)) {
        (None, None) => malformed(None, "an ACL needs a `permission` or a `role_id`; this one is skipped"),
        (Some(_), Some(_)) => {
            malformed(None, "an ACL has either a `permission` or a `role_id`, not both; this one is skipped")
        }
        (None, Some(_)) if row.text(Field::RestrictObjectType).is_some() => malformed(
            Some(Field::RestrictObjectType),
            "`restrict_object_type` cannot stand beside `role_id`; the ACL is skipped",
        ),
        (Some(name), None) if Permission::from_name(name).is_none() => Err(Refusal::new(
            Code::UnknownPermission,
            Some(Field::Permission),
            format!("the permission `{name}` is not one of the eight; the ACL is skipped"),
        )
        .value(name)),
        _ => Ok(()),
    }
}

fn full_name(row: &Row<'_>) -> Option<Box<str>> {
    let parts: Vec<&str> = [Field::GivenName, Field::FamilyName]
        .into_iter()
        .filter_map(|f| row.text(f))
        .filter(|s| !s.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join(" ").into())
}

fn unknown_type(path: String, name: &str) -> Finding {
    let message = format!("the object type `{name}` is not known to this version; it has no ancestors here");
    Finding::new(Code::UnknownObjectType, path, message).with("type", name)
}

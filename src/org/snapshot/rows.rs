//! The rows of each list as they stand in a snapshot: writing and reading side by side.
//!
//! A row begins with its marks; a row that does not count has no other than 0.

use super::bytes::{Damage, In, Out, checked};
use super::format::row::{DELETED, EXPIRES, NAMED, PRESENT, PUBLIC, SYSTEM};
use crate::load::list::List;
use crate::model::object::number;
use crate::org::Org;
use crate::org::acls::{AclRow, Grant, GrantKind};
use crate::org::keys::NONE;
use crate::org::people::{GROUP, GroupRow, PersonRow, TokenRow, USER};
use crate::org::put::object_rows;
use crate::org::roles::RoleRow;
use crate::org::tree::{ObjectRow, RegionRow};

fn mark(mark: u8, is: bool) -> u8 {
    if is { mark } else { 0 }
}

fn marks(deleted: bool, name: Option<&str>) -> u8 {
    PRESENT | mark(DELETED, deleted) | mark(NAMED, name.is_some())
}

/// What is wrong with a number that stands for a thing of another kind.
const KIND: Damage = Damage("a row of it is about something of another kind");

/// Writes rows of a list that is not ACLs, by their slots.
pub(super) fn write_rows(org: &Org, list: List, slots: &[u32], out: &mut Out) {
    out.number(slots.len() as u32);
    match list {
        List::Users | List::ServiceAccounts => {
            let rows = if list == List::Users { &org.users } else { &org.accounts };
            for slot in slots {
                write_person(rows.get(*slot), out);
            }
        }
        List::ServiceTokens => slots.iter().for_each(|slot| write_token(org.tokens.get(*slot), out)),
        List::Groups => slots.iter().for_each(|slot| write_group(org.groups.get(*slot), out)),
        List::Roles => slots.iter().for_each(|slot| write_role(org.roles.rows().get(*slot), out)),
        List::ProjectGroups => slots.iter().for_each(|slot| write_region(org.regions.get(*slot), out)),
        List::Acls => {}
        _ => write_objects(org, list, slots, out),
    }
}

/// Reads rows of a list that is not ACLs, which come behind those that it has.
pub(super) fn read_rows(org: &mut Org, list: List, from: &mut In<'_>) -> Result<(), Damage> {
    let count = from.count()?;
    if !matches!(
        list,
        List::Users
            | List::ServiceAccounts
            | List::ServiceTokens
            | List::Groups
            | List::Roles
            | List::ProjectGroups
    ) {
        return read_objects(org, list, count, from);
    }
    for _ in 0..count {
        let marks = from.byte()?;
        let slot = org.places_mut(list).append_read();
        if marks & PRESENT == 0 {
            continue;
        }
        match list {
            List::Users | List::ServiceAccounts => {
                let row = read_person(org, marks, from)?;
                org.keep_person(list, slot, row);
            }
            List::ServiceTokens => {
                let row = read_token(org, marks, from)?;
                org.keep_token(slot, row);
            }
            List::Groups => {
                let row = read_group(org, marks, from)?;
                org.keep_group(slot, row);
            }
            List::Roles => {
                let row = read_role(org, marks, from)?;
                org.keep_role(slot, row);
            }
            _ => {
                let row = read_region(org, marks, from)?;
                org.keep_region(slot, row);
            }
        }
    }
    from.end()
}

fn node_of(org: &Org, ty: u16, from: &mut In<'_>) -> Result<u32, Damage> {
    let node = from.below(org.nodes.len())?;
    if org.node_type(node) == ty { Ok(node) } else { Err(KIND) }
}

fn principal_of(org: &Org, kind: u16, from: &mut In<'_>) -> Result<u32, Damage> {
    let principal = from.below(org.principals.len())?;
    if org.principal_keys.kind(principal) == kind { Ok(principal) } else { Err(KIND) }
}

fn principals_of(org: &Org, kind: u16, from: &mut In<'_>) -> Result<Vec<u32>, Damage> {
    let members = from.maybes_below(org.principals.len())?;
    let fits = |member: &u32| *member == NONE || org.principal_keys.kind(*member) == kind;
    if members.iter().all(fits) { Ok(members) } else { Err(KIND) }
}

fn name_of(marks: u8, from: &mut In<'_>) -> Result<Option<Box<str>>, Damage> {
    if marks & NAMED == 0 { Ok(None) } else { Ok(Some(from.text()?.into())) }
}

fn write_name(name: Option<&str>, out: &mut Out) {
    if let Some(name) = name {
        out.text(name);
    }
}

fn write_person(row: Option<&PersonRow>, out: &mut Out) {
    let Some(row) = row else { return out.byte(0) };
    out.byte(marks(row.deleted, row.name.as_deref()));
    out.number(row.principal);
    write_name(row.name.as_deref(), out);
    out.maybe_text(row.email.as_deref());
}

fn read_person(org: &Org, marks: u8, from: &mut In<'_>) -> Result<PersonRow, Damage> {
    Ok(PersonRow {
        principal: principal_of(org, USER, from)?,
        name: name_of(marks, from)?,
        email: from.maybe_box()?,
        deleted: marks & DELETED != 0,
    })
}

fn write_token(row: Option<&TokenRow>, out: &mut Out) {
    let Some(row) = row else { return out.byte(0) };
    out.byte(marks(row.deleted, row.name.as_deref()) | mark(EXPIRES, row.expires.is_some()));
    out.number(row.token);
    out.maybe(row.account);
    write_name(row.name.as_deref(), out);
    out.maybe_text(row.email.as_deref());
    if let Some(expires) = row.expires {
        out.0.extend_from_slice(&expires.to_le_bytes());
    }
}

fn read_token(org: &Org, marks: u8, from: &mut In<'_>) -> Result<TokenRow, Damage> {
    let token = from.below(org.token_rows.len())?;
    let account = from.maybe_below(org.principals.len())?;
    if account != NONE && org.is_group(account) {
        return Err(KIND);
    }
    let (name, email) = (name_of(marks, from)?, from.maybe_box()?);
    let expires = match marks & EXPIRES {
        0 => None,
        _ => from.bytes(8)?.try_into().ok().map(i64::from_le_bytes),
    };
    Ok(TokenRow { token, account, name, email, expires, deleted: marks & DELETED != 0 })
}

fn write_group(row: Option<&GroupRow>, out: &mut Out) {
    let Some(row) = row else { return out.byte(0) };
    out.byte(marks(row.deleted, row.name.as_deref()));
    out.number(row.principal);
    out.number(row.node);
    write_name(row.name.as_deref(), out);
    out.maybes(&row.users);
    out.maybes(&row.groups);
}

fn read_group(org: &Org, marks: u8, from: &mut In<'_>) -> Result<GroupRow, Damage> {
    let principal = principal_of(org, GROUP, from)?;
    let node = node_of(org, number::GROUP, from)?;
    if org.principal_keys.id(principal) != org.node_keys.id(node) {
        return Err(KIND);
    }
    Ok(GroupRow {
        principal,
        node,
        name: name_of(marks, from)?,
        users: principals_of(org, USER, from)?,
        groups: principals_of(org, GROUP, from)?,
        deleted: marks & DELETED != 0,
    })
}

fn write_role(row: Option<&RoleRow>, out: &mut Out) {
    let Some(row) = row else { return out.byte(0) };
    out.byte(marks(row.deleted, row.name.as_deref()) | mark(SYSTEM, row.system));
    out.number(row.role);
    out.number(row.node);
    write_name(row.name.as_deref(), out);
    out.number(row.tuples.len() as u32);
    for (bits, restrict) in &row.tuples {
        out.byte(*bits);
        out.maybe(restrict.map_or(NONE, u32::from));
    }
    out.maybes(&row.members);
}

fn read_role(org: &Org, marks: u8, from: &mut In<'_>) -> Result<RoleRow, Damage> {
    let role = from.below(org.roles.len())?;
    let node = node_of(org, number::ROLE, from)?;
    if !org.roles.has_id_of(role, &org.node_keys, node) {
        return Err(KIND);
    }
    let name = name_of(marks, from)?;
    let tuple = |from: &mut In<'_>| {
        let bits = from.byte()?;
        if !bits.is_power_of_two() {
            return Err(Damage("a role of it grants what is no permission"));
        }
        let restrict = from.maybe_below(org.types.count())?;
        Ok((bits, u16::try_from(restrict).ok()))
    };
    Ok(RoleRow {
        role,
        node,
        name,
        system: marks & SYSTEM != 0,
        tuples: (0..from.count()?).map(|_| tuple(from)).collect::<Result<_, _>>()?,
        members: from.maybes_below(org.roles.len())?,
        deleted: marks & DELETED != 0,
    })
}

fn write_region(row: Option<&RegionRow>, out: &mut Out) {
    let Some(row) = row else { return out.byte(0) };
    out.byte(marks(row.deleted, row.name.as_deref()));
    out.number(row.node);
    write_name(row.name.as_deref(), out);
    out.maybes(&row.projects);
}

fn read_region(org: &Org, marks: u8, from: &mut In<'_>) -> Result<RegionRow, Damage> {
    let node = node_of(org, number::PROJECT_GROUP, from)?;
    let name = name_of(marks, from)?;
    let projects = from.maybes_below(org.nodes.len())?;
    let fits = |project: &u32| *project == NONE || org.node_type(*project) == number::PROJECT;
    if !projects.iter().all(fits) {
        return Err(KIND);
    }
    Ok(RegionRow { node, name, projects, deleted: marks & DELETED != 0 })
}

/// Objects are many: what they say is in columns.
fn write_objects(org: &Org, list: List, slots: &[u32], out: &mut Out) {
    let rows: Vec<Option<&ObjectRow>> = slots.iter().map(|slot| org.object_row(list, *slot)).collect();
    for row in &rows {
        out.byte(row.map_or(0, |row| marks(row.deleted, row.name.as_deref()) | mark(PUBLIC, row.public)));
    }
    let present = || rows.iter().flatten();
    out.column(&present().map(|row| row.node).collect::<Vec<u32>>());
    out.column(&present().map(|row| row.project.wrapping_add(1)).collect::<Vec<u32>>());
    present().for_each(|row| write_name(row.name.as_deref(), out));
}

fn read_objects(org: &mut Org, list: List, count: usize, from: &mut In<'_>) -> Result<(), Damage> {
    let Some((_, ty)) = object_rows(list) else { return Err(KIND) };
    let marks = from.bytes(count)?;
    let present = marks.iter().filter(|marks| **marks & PRESENT != 0).count();
    let mut nodes = from.column(present)?.into_iter();
    let mut projects = from.column(present)?.into_iter();
    for marks in marks {
        let slot = org.places_mut(list).append_read();
        if marks & PRESENT == 0 {
            continue;
        }
        let (Some(node), Some(project)) = (nodes.next(), projects.next()) else { return Err(KIND) };
        checked(node, org.nodes.len())?;
        let project = project.wrapping_sub(1);
        let in_project = ty != number::PROJECT && project != NONE;
        if in_project {
            checked(project, org.nodes.len())?;
        }
        if org.node_type(node) != ty || in_project && org.node_type(project) != number::PROJECT {
            return Err(KIND);
        }
        let object = ObjectRow {
            node,
            project: if in_project { project } else { NONE },
            name: name_of(*marks, from)?,
            public: marks & PUBLIC != 0,
            deleted: marks & DELETED != 0,
        };
        org.keep_object(list, slot, object);
    }
    from.end()
}

/// What ACLs grant, each once; in their rows a grant is its place here, counted from one.
#[derive(Debug, Default)]
pub(super) struct Grants(Vec<(Grant, bool)>);

impl Grants {
    /// All grants of an organisation's ACLs, in the order in which they come.
    pub fn of(acls: impl Iterator<Item = AclRow>) -> (Grants, crate::org::Map<(Grant, bool), u32>) {
        let (mut grants, mut places) = (Grants::default(), crate::org::Map::default());
        for acl in acls {
            places.entry((acl.grant, acl.deleted)).or_insert_with(|| {
                grants.0.push((acl.grant, acl.deleted));
                grants.0.len() as u32
            });
        }
        (grants, places)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn write(&self, out: &mut Out) {
        out.number(self.0.len() as u32);
        for (grant, deleted) in &self.0 {
            out.byte(u8::from(*deleted));
            match grant.kind() {
                GrantKind::Role(role) => {
                    out.byte(8);
                    out.number(role);
                }
                GrantKind::Permission { permission, restrict } => {
                    out.byte(permission.index());
                    out.maybe(restrict.map_or(NONE, u32::from));
                }
            }
        }
    }

    pub fn read(org: &Org, from: &mut In<'_>) -> Result<Grants, Damage> {
        let mut grants = Grants::default();
        for _ in 0..from.count()? {
            let deleted = from.byte()? != 0;
            let grant = match from.byte()? {
                8 => Grant::role(from.below(org.roles.len())?),
                index @ 0..8 => {
                    let restrict = from.maybe_below(org.types.count())?;
                    Grant::permission(
                        crate::model::permission::Permission::from_index(index),
                        u16::try_from(restrict).ok(),
                    )
                }
                _ => return Err(Damage("an ACL of it grants what is no permission")),
            };
            grants.0.push((grant, deleted));
        }
        from.end()?;
        Ok(grants)
    }

    /// An ACL by numbers that are not yet known to stand for anything; none when it grants nothing.
    pub fn acl(&self, org: &Org, node: u32, principal: u32, grant: u32) -> Result<Option<AclRow>, Damage> {
        if grant == 0 {
            return Ok(None);
        }
        let Some((grant, deleted)) = self.0.get(grant as usize - 1).copied() else { return Err(KIND) };
        checked(node, org.nodes.len())?;
        checked(principal, org.principals.len())?;
        Ok(Some(AclRow { node, principal, grant, deleted }))
    }
}

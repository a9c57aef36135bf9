//! Rows as the organisation has them, for whoever changes a field and puts the row back.

use std::borrow::Cow;

use super::Org;
use super::keys::NONE;
use crate::load::list::{Field, List};
use crate::load::row::{Row, Tuple};
use crate::model::object::number;
use crate::model::permission::Permission;

/// What stands for the time at which something was deleted: the model reads only that it was.
const DELETED: &str = "deleted";

impl Org {
    /// The row that stands for an id in `groups`, `roles`, `project_groups`, or a list of objects;
    /// `None` for other lists, and when the list has no row that counts. Members are in the order
    /// written, without those that are empty. Putting it back changes no answer; it takes the place
    /// of all rows with the id, so that what a further row said counts as said by this one.
    pub(crate) fn row_of(&self, list: List, id: &str) -> Option<Row<'static>> {
        match list {
            List::Groups => self.find_group(id).and_then(|group| self.row_of_group(group)),
            List::Roles => self.roles.find(id).and_then(|role| self.row_of_role(role)),
            List::ProjectGroups => match self.find_node(number::PROJECT_GROUP, id) {
                NONE => None,
                node => self.row_of_project_group(node),
            },
            _ => {
                let (_, ty) = super::put::object_rows(list)?;
                match self.find_node(ty, id) {
                    NONE => None,
                    node => self.row_of_object(list, node),
                }
            }
        }
    }

    /// The same for the number of a permission group.
    pub(crate) fn row_of_group(&self, group: u32) -> Option<Row<'static>> {
        let info = self.principal(group);
        let group_row = self.group_row(group)?;
        let name = group_row.name.as_deref();
        let mut row = self.own_row(self.principal_id(group), name, info.deleted);
        row.members = members(&group_row.users, |user| self.principal_id(user));
        row.member_groups = members(&group_row.groups, |group| self.principal_id(group));
        Some(row)
    }

    /// The same for the number of a role. A system role is of no organisation.
    pub(crate) fn row_of_role(&self, role: u32) -> Option<Row<'static>> {
        let role_row = self.roles.row(role)?;
        let deleted = self.roles.is_deleted(role);
        let mut row = self.own_row(self.roles.id(role), role_row.name.as_deref(), deleted);
        if role_row.system {
            row.unset(Field::OrgId);
        }
        row.members = members(&role_row.members, |role| self.roles.id(role));
        let tuple = |(bits, restrict): &(u8, Option<u16>)| Tuple {
            permission: Some(Permission::from_index(bits.trailing_zeros() as u8).as_str().into()),
            restrict: restrict.map(|ty| self.types.name(ty).to_owned().into()),
        };
        row.tuples = role_row.tuples.iter().map(tuple).collect();
        Some(row)
    }

    /// The same for the node of a project group.
    pub(crate) fn row_of_project_group(&self, node: u32) -> Option<Row<'static>> {
        let info = self.node(node);
        let region = self.regions.get(info.row)?;
        let mut row = self.own_row(self.node_id(node), region.name.as_deref(), info.deleted);
        row.members = members(&region.projects, |project| self.node_id(project));
        Some(row)
    }

    fn row_of_object(&self, list: List, node: u32) -> Option<Row<'static>> {
        let first = if list == List::Functions { *self.functions.get(node)? } else { self.node(node).row };
        let object = self.object_row(list, first)?;
        let mut row = self.own_row(self.node_id(node), object.name.as_deref(), self.node(node).deleted);
        if object.project != NONE {
            row.set(Field::ProjectId, self.node_id(object.project));
        }
        row.public = object.public;
        Some(row)
    }

    fn own_row(&self, id: String, name: Option<&str>, deleted: bool) -> Row<'static> {
        let mut row = Row::default();
        row.set(Field::Id, id);
        row.set(Field::OrgId, String::from(&*self.id));
        if let Some(name) = name {
            row.set(Field::Name, name.to_owned());
        }
        if deleted {
            row.set(Field::DeletedAt, DELETED);
        }
        row
    }
}

fn members(numbers: &[u32], id: impl Fn(u32) -> String) -> Vec<Cow<'static, str>> {
    numbers.iter().filter(|number| **number != NONE).map(|number| id(*number).into()).collect()
}

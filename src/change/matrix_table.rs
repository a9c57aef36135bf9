//! The table of the settings pages (the model's section 9): columns, boxes and the ACLs they stand for.

use serde::Serialize;

use crate::model::object::OBJECT_TYPES;
use crate::model::object::number::{
    DATASET, EXPERIMENT, GROUP, ORG_AUDIT_LOGS, ORG_MEMBER, ORG_PROJECT, ORGANIZATION, PROJECT,
    PROJECT_GROUP, PROJECT_LOG, PROMPT, PROMPT_SESSION,
};
use crate::model::permission::{Permission, PermissionSet};

/// A checkbox of the settings pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxName {
    /// *Read*.
    Read,
    /// *Create*.
    Create,
    /// *Update*.
    Update,
    /// *Delete*.
    Delete,
    /// *Manage access*: the four `*_acls`.
    ManageAccess,
    /// *Manage settings* of the organisation.
    ManageSettings,
    /// *Manage members*: invite.
    ManageMembers,
    /// *Remove members*.
    RemoveMembers,
    /// *Read audit logs*.
    ReadAuditLogs,
    /// Create permission groups.
    CreateGroups,
    /// Create projects.
    CreateProjects,
}

/// What a box stands for: its name as data, what the pages call it, its permissions.
struct BoxInfo(BoxName, &'static str, &'static str, PermissionSet);

const fn one(permission: Permission) -> PermissionSet {
    PermissionSet(1 << permission as u8)
}

const BOXES: [BoxInfo; 11] = [
    BoxInfo(BoxName::Read, "read", "Read", one(Permission::Read)),
    BoxInfo(BoxName::Create, "create", "Create", one(Permission::Create)),
    BoxInfo(BoxName::Update, "update", "Update", one(Permission::Update)),
    BoxInfo(BoxName::Delete, "delete", "Delete", one(Permission::Delete)),
    BoxInfo(BoxName::ManageAccess, "manage_access", "Manage access", PermissionSet::MANAGE_ACCESS),
    BoxInfo(BoxName::ManageSettings, "manage_settings", "Manage settings", one(Permission::Update)),
    BoxInfo(BoxName::ManageMembers, "manage_members", "Manage members", one(Permission::Create)),
    BoxInfo(BoxName::RemoveMembers, "remove_members", "Remove members", one(Permission::Delete)),
    BoxInfo(BoxName::ReadAuditLogs, "read_audit_logs", "Read audit logs", one(Permission::Read)),
    BoxInfo(BoxName::CreateGroups, "create_groups", "Create permission groups", one(Permission::Create)),
    BoxInfo(BoxName::CreateProjects, "create_projects", "Create projects", one(Permission::Create)),
];

impl BoxName {
    // INVARIANT: the table has every name, in the order of the enum (held by a test).
    fn info(self) -> &'static BoxInfo {
        &BOXES[self as usize]
    }

    /// The name as data: `read`, `manage_access`, …
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.info().1
    }

    /// The box with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<BoxName> {
        BOXES.iter().find(|info| info.1 == name).map(|info| info.0)
    }

    /// The permissions that are held when it is on.
    #[must_use]
    pub fn permissions(self) -> PermissionSet {
        self.info().3
    }
}

/// A row of section 9: boxes of one node, with one restriction.
pub(super) struct Row {
    pub column: &'static str,
    /// The type of the node that its ACLs are on.
    pub on: u16,
    pub restrict: Option<u16>,
    pub boxes: &'static [BoxName],
    /// In italics: not in the vendor's pages; shown when one of its boxes is not off.
    pub extra: bool,
}

impl Row {
    /// The type for which its boxes give their permissions.
    pub fn gives_for(&self) -> u16 {
        self.restrict.unwrap_or(self.on)
    }
}

const fn row(column: &'static str, on: u16, restrict: Option<u16>, boxes: &'static [BoxName]) -> Row {
    Row { column, on, restrict, boxes, extra: false }
}

const fn extra(column: &'static str, on: u16, only: u16, boxes: &'static [BoxName]) -> Row {
    Row { column, on, restrict: Some(only), boxes, extra: true }
}

const FIVE: &[BoxName] =
    &[BoxName::Read, BoxName::Create, BoxName::Update, BoxName::Delete, BoxName::ManageAccess];
const FOUR: &[BoxName] = &[BoxName::Read, BoxName::Update, BoxName::Delete, BoxName::ManageAccess];

const ORG: &str = "Organization";
const ALL: &str = "All projects";
const SOME: &str = "A project group";
const ONE: &str = "A project";
const OBJECT: &str = "One object";
const ACCESS: &str = "A permission group";

/// MODEL 9, row by row.
pub(super) const ROWS: &[Row] = &[
    row(ORG, ORGANIZATION, Some(ORGANIZATION), &[BoxName::ManageSettings]),
    row(ORG, ORG_MEMBER, None, &[BoxName::ManageMembers, BoxName::RemoveMembers]),
    row(ORG, ORGANIZATION, None, &[BoxName::ManageAccess]),
    row(ORG, ORG_AUDIT_LOGS, None, &[BoxName::ReadAuditLogs]),
    extra(ORG, ORGANIZATION, GROUP, &[BoxName::CreateGroups]),
    row(ALL, ORG_PROJECT, None, FIVE),
    extra(ALL, ORG_PROJECT, PROJECT, &[BoxName::CreateProjects]),
    extra(ALL, ORG_PROJECT, EXPERIMENT, FIVE),
    extra(ALL, ORG_PROJECT, DATASET, FIVE),
    extra(ALL, ORG_PROJECT, PROJECT_LOG, FIVE),
    extra(ALL, ORG_PROJECT, PROMPT, FIVE),
    extra(ALL, ORG_PROJECT, PROMPT_SESSION, FIVE),
    row(SOME, PROJECT_GROUP, None, FIVE),
    row(ONE, PROJECT, None, FIVE),
    extra(ONE, PROJECT, PROJECT, FIVE),
    row(ONE, PROJECT, Some(EXPERIMENT), FIVE),
    row(ONE, PROJECT, Some(DATASET), FIVE),
    row(ONE, PROJECT, Some(PROJECT_LOG), FIVE),
    row(ONE, PROJECT, Some(PROMPT), FIVE),
    row(ONE, PROJECT, Some(PROMPT_SESSION), FIVE),
    row(OBJECT, EXPERIMENT, None, FOUR),
    row(OBJECT, DATASET, None, FOUR),
    row(OBJECT, PROMPT, None, FOUR),
    row(OBJECT, PROMPT_SESSION, None, FOUR),
    row(OBJECT, PROJECT_LOG, None, FOUR),
    row(ACCESS, GROUP, None, FOUR),
];

/// A box of section 9 as data, with the ACLs that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixEntry {
    /// Where it stands.
    pub column: &'static str,
    /// What the pages call it.
    pub label: &'static str,
    /// Its name.
    #[serde(rename = "box")]
    pub name: BoxName,
    /// The type of the object that its ACLs are on.
    #[serde(rename = "type")]
    pub object_type: &'static str,
    /// The type to which its ACLs are restricted.
    pub restrict: Option<&'static str>,
    /// The permissions of its ACLs, one each.
    pub permissions: Vec<&'static str>,
    /// Not in the vendor's pages; the API can express it.
    pub extra: bool,
}

/// Section 9 as data: every box there is, in the order in which [`Org::matrix`] tells them.
///
/// [`Org::matrix`]: crate::Org::matrix
#[must_use]
pub fn matrix_table() -> Vec<MatrixEntry> {
    let name = |ty: u16| OBJECT_TYPES[ty as usize];
    let entry = |row: &Row, info: &BoxInfo| MatrixEntry {
        column: row.column,
        label: info.2,
        name: info.0,
        object_type: name(row.on),
        restrict: row.restrict.map(name),
        permissions: info.3.iter().map(Permission::as_str).collect(),
        extra: row.extra,
    };
    ROWS.iter().flat_map(|row| row.boxes.iter().map(move |name| entry(row, name.info()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_they_are_looked_up() {
        for (place, info) in BOXES.iter().enumerate() {
            assert_eq!(info.0 as usize, place);
            assert_eq!(BoxName::from_name(info.1), Some(info.0));
            assert_eq!(serde_json::to_value(info.0).unwrap(), info.1);
        }
        assert_eq!(BoxName::from_name("Read"), None);
    }
}

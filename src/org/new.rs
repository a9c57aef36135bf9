//! A new organisation as data (the model's section 5).

use crate::load::rows::{Acl, Export, Group, Organization, Role, RolePermission};
use crate::model::permission::{Permission, PermissionSet};

/// The groups of a new organisation with the role each is granted, what the role holds, and where.
const BUILT_IN: [(&str, &str, PermissionSet, &str); 3] = [
    ("Owners", "owner", PermissionSet::ALL, "organization"),
    ("Engineers", "engineer", PermissionSet(0x0f), "org_project"),
    ("Viewers", "viewer", PermissionSet(1 << Permission::Read as u8), "org_project"),
];

/// The export of an organisation that was just created: the groups Owners, Engineers and Viewers,
/// the system roles `owner`, `engineer` and `viewer`, and the ACLs that tie them together. The
/// `owners` (user ids) are in the group Owners.
///
/// The ids of groups, roles and ACLs are made from the organisation's, for want of a server's.
#[must_use]
pub fn new_organization(id: &str, name: &str, owners: &[&str]) -> Export {
    let mut export = Export {
        organization: Some(Organization { id: Some(id.to_owned()), name: Some(name.to_owned()) }),
        ..Export::default()
    };
    for (group, role, permissions, object_type) in BUILT_IN {
        let member_users = if group == "Owners" { owners } else { &[] };
        export.groups.push(Group {
            id: format!("{id}:group:{role}s"),
            org_id: Some(id.to_owned()),
            name: Some(group.to_owned()),
            member_users: member_users.iter().map(|&owner| owner.to_owned()).collect(),
            ..Group::default()
        });
        let tuple = |permission: Permission| RolePermission {
            permission: Some(permission.as_str().to_owned()),
            restrict_object_type: None,
        };
        export.roles.push(Role {
            id: format!("{id}:role:{role}"),
            name: Some(role.to_owned()),
            member_permissions: permissions.iter().map(tuple).collect(),
            ..Role::default()
        });
        export.acls.push(Acl {
            id: format!("{id}:acl:{role}"),
            object_type: object_type.to_owned(),
            object_id: id.to_owned(),
            group_id: Some(format!("{id}:group:{role}s")),
            role_id: Some(format!("{id}:role:{role}")),
            object_org_id: Some(id.to_owned()),
            ..Acl::default()
        });
    }
    export
}

//! A new organisation as data (the model's section 5).

use serde_json::{Value, json};

/// The export of an organisation that was just created: the groups Owners, Engineers and Viewers,
/// the system roles `owner`, `engineer` and `viewer`, and the ACLs that tie them together. The
/// `owners` (user ids) are in the group Owners.
///
/// The ids of groups, roles and ACLs are made from the organisation's, for want of a server's.
#[must_use]
pub fn new_organization(id: &str, name: &str, owners: &[&str]) -> Value {
    let group = |group: &str, members: &[&str]| {
        json!({"id": format!("{id}:group:{}", group.to_lowercase()), "org_id": id, "name": group,
               "member_users": members, "member_groups": []})
    };
    let role = |role: &str, permissions: &[&str]| {
        let tuples: Vec<Value> = permissions.iter().map(|p| json!({"permission": p})).collect();
        json!({"id": format!("{id}:role:{role}"), "org_id": null, "name": role,
               "member_permissions": tuples, "member_roles": []})
    };
    let acl = |group: &str, role: &str, object_type: &str| {
        json!({"id": format!("{id}:acl:{role}"), "object_type": object_type, "object_id": id,
               "group_id": format!("{id}:group:{group}"), "role_id": format!("{id}:role:{role}"),
               "_object_org_id": id})
    };
    let all: Vec<&str> = crate::model::permission::Permission::ALL
        .into_iter()
        .map(crate::model::permission::Permission::as_str)
        .collect();
    json!({
        "organization": {"id": id, "name": name},
        "groups": [group("Owners", owners), group("Engineers", &[]), group("Viewers", &[])],
        "roles": [role("owner", &all), role("engineer", &["create", "read", "update", "delete"]), role("viewer", &["read"])],
        "acls": [acl("owners", "owner", "organization"), acl("engineers", "engineer", "org_project"),
                 acl("viewers", "viewer", "org_project")],
    })
}

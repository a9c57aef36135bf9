//! Fixes: what would make a no a yes.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::object::number;
use crate::org::{GrantKind, Org, keys::NONE};

/// A grant as the API takes it: the body of `POST /v1/acl`.
///
/// `permission` may read `manage_access`, which stands for one ACL for each of the four `*_acls`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AclItem {
    /// The wire type of the object.
    pub object_type: String,
    /// The object's id.
    pub object_id: String,
    /// The grantee, when it is a user or service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The grantee, when it is a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// What is granted, when it is not a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The role that is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_id: Option<String>,
    /// The one type for which the permission is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restrict_object_type: Option<String>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Grant this.
    Grant(AclItem),
    /// Make the user a member of the group.
    AddMember {
        /// The group's id.
        group: String,
        /// The user's id.
        user: String,
    },
}

/// Something that would make the answer yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to do.
    pub remedy: Remedy,
    /// How many others would gain something by it.
    pub gains: usize,
}

impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Member<'a> {
            group: &'a str,
            user: &'a str,
        }
        let mut map = serializer.serialize_map(Some(2))?;
        match &self.remedy {
            Remedy::Grant(item) => map.serialize_entry("grant", item)?,
            Remedy::AddMember { group, user } => map.serialize_entry("addMember", &Member { group, user })?,
        }
        map.serialize_entry("gains", &self.gains)?;
        map.end()
    }
}

/// Where a grant would be made, and with which restriction.
pub(super) struct Place {
    pub object_type: String,
    pub object_id: String,
    /// The restriction that keeps the grant to what was asked, when there is something beyond it.
    pub restrict: Option<String>,
    /// How much an unrestricted grant there reaches.
    pub reach: u64,
}

impl Org {
    /// What the ACL of a slot says; `None` when the slot has none that counts as a row.
    pub(crate) fn acl_item_of(&self, slot: u32) -> Option<AclItem> {
        let acl = self.acls().get(slot)?;
        let (grantee, is_group) = (self.principal_id(acl.principal), self.is_group(acl.principal));
        let (user_id, group_id) = if is_group { (None, Some(grantee)) } else { (Some(grantee), None) };
        let (permission, role_id, restrict) = match acl.grant.kind() {
            GrantKind::Permission { permission, restrict } => {
                (Some(permission.as_str().to_owned()), None, restrict)
            }
            GrantKind::Role(role) => (None, Some(self.roles().id(role)), None),
        };
        Some(AclItem {
            object_type: self.types().name(self.node_type(acl.node)).to_owned(),
            object_id: self.node_id(acl.node),
            user_id,
            group_id,
            permission,
            role_id,
            restrict_object_type: restrict.map(|ty| self.types().name(ty).to_owned()),
        })
    }

    /// How much a grant on a node reaches, for comparing: the objects of a project that the data
    /// know, and beyond that the kind of node.
    pub(super) fn reach(&self, ty: u16, node: u32) -> u64 {
        match ty {
            number::ORGANIZATION => 1 << 40,
            number::ORG_PROJECT => 1 << 39,
            number::PROJECT_GROUP => 1 << 32,
            number::PROJECT if node == NONE => 2,
            number::PROJECT => 2 + u64::from(self.child_count(node)),
            _ => 1,
        }
    }
}

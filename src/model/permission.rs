//! The eight permissions, and sets of them.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

/// One of the eight permissions. They are independent of each other: none implies another.
///
/// Source: the model's section 1; the names are the API's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Permission {
    /// `create`: make something new in a container.
    Create,
    /// `read`: see the object and what is in it.
    Read,
    /// `update`: change the object.
    Update,
    /// `delete`: remove the object.
    Delete,
    /// `create_acls`: grant access to the object.
    CreateAcls,
    /// `read_acls`: see who has access to the object.
    ReadAcls,
    /// `update_acls`: change grants on the object.
    UpdateAcls,
    /// `delete_acls`: take grants on the object away.
    DeleteAcls,
}

impl Permission {
    /// All eight, in canonical order.
    pub const ALL: [Permission; 8] = [
        Permission::Create,
        Permission::Read,
        Permission::Update,
        Permission::Delete,
        Permission::CreateAcls,
        Permission::ReadAcls,
        Permission::UpdateAcls,
        Permission::DeleteAcls,
    ];

    /// The API's name of the permission.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Permission::Create => "create",
            Permission::Read => "read",
            Permission::Update => "update",
            Permission::Delete => "delete",
            Permission::CreateAcls => "create_acls",
            Permission::ReadAcls => "read_acls",
            Permission::UpdateAcls => "update_acls",
            Permission::DeleteAcls => "delete_acls",
        }
    }

    /// The permission with this name, exactly as the API spells it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Permission> {
        Permission::ALL.into_iter().find(|p| p.as_str() == name)
    }

    pub(crate) const fn index(self) -> u8 {
        self as u8
    }

    pub(crate) const fn from_index(index: u8) -> Permission {
        Permission::ALL[(index & 7) as usize]
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions in one byte: bit `n` is [`Permission::ALL`]`[n]`.
///
/// A question may ask for a set: it is answered yes when all of it is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PermissionSet(pub(crate) u8);

impl PermissionSet {
    /// No permission.
    pub const EMPTY: PermissionSet = PermissionSet(0);
    /// All eight.
    pub const ALL: PermissionSet = PermissionSet(0xff);
    /// What people call *manage access*: the four `*_acls` together (section 1).
    pub const MANAGE_ACCESS: PermissionSet = PermissionSet(0xf0);

    /// The set as a byte.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of a byte.
    #[must_use]
    pub const fn from_bits(bits: u8) -> PermissionSet {
        PermissionSet(bits)
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn contains_all(self, other: PermissionSet) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether one permission is in the set.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// The permissions in canonical order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.contains(*p))
    }

    /// What a person names in a question: one of the eight, or `manage_access`.
    #[must_use]
    pub fn from_ask(name: &str) -> Option<PermissionSet> {
        if name == "manage_access" {
            return Some(PermissionSet::MANAGE_ACCESS);
        }
        Permission::from_name(name).map(PermissionSet::from)
    }

    /// The one permission of a set of one.
    #[must_use]
    pub fn single(self) -> Option<Permission> {
        self.0.is_power_of_two().then(|| Permission::from_index(self.0.trailing_zeros() as u8))
    }

    /// How a person would name the set: a permission, `manage_access`, or a list.
    #[must_use]
    pub fn label(self) -> String {
        if self == PermissionSet::MANAGE_ACCESS {
            return "manage_access".to_owned();
        }
        self.iter().map(Permission::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl From<Permission> for PermissionSet {
    fn from(permission: Permission) -> PermissionSet {
        PermissionSet(1 << permission as u8)
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> PermissionSet {
        iter.into_iter().fold(PermissionSet::EMPTY, |set, p| set | p.into())
    }
}

impl BitOr for PermissionSet {
    type Output = PermissionSet;
    fn bitor(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 | other.0)
    }
}

impl BitOrAssign for PermissionSet {
    fn bitor_assign(&mut self, other: PermissionSet) {
        self.0 |= other.0;
    }
}

impl BitAnd for PermissionSet {
    type Output = PermissionSet;
    fn bitand(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 & other.0)
    }
}

impl Sub for PermissionSet {
    type Output = PermissionSet;
    fn sub(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 & !other.0)
    }
}

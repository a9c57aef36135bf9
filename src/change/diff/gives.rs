//! What grants give for objects of every type at once, in one number.

use crate::model::object::number;
use crate::org::{GrantKind, Map, Org};

/// Permissions by type: a byte for each type that the model knows, and one for a type that it does
/// not know.
pub(super) type ByType = u128;

const BYTES: u32 = number::KNOWN as u32 + 1;
/// A one in each byte.
const ONES: ByType = (ByType::MAX / 255) >> (128 - 8 * BYTES);
/// Every permission for every type.
pub(super) const EVERYTHING: ByType = ONES * 255;

const fn slot(ty: u16) -> u32 {
    8 * if ty < number::KNOWN { ty as u32 } else { number::KNOWN as u32 }
}

/// All permissions for objects of some types.
pub(super) const fn mask(types: &[u16]) -> ByType {
    let mut mask = 0;
    let mut at = 0;
    while at < types.len() {
        mask |= of_type(types[at], 255);
        at += 1;
    }
    mask
}

/// Permissions for objects of one type.
pub(super) const fn of_type(ty: u16, bits: u8) -> ByType {
    (bits as ByType) << slot(ty)
}

/// What there is for a type.
pub(super) fn for_type(gives: ByType, ty: u16) -> u8 {
    (gives >> slot(ty)) as u8
}

/// The same permissions for every type.
pub(super) fn for_all(bits: u8) -> ByType {
    ONES * ByType::from(bits)
}

/// The grants of one state, each reckoned once.
pub(super) struct Grants<'o> {
    org: &'o Org,
    roles: Map<u32, ByType>,
}

impl<'o> Grants<'o> {
    pub fn new(org: &'o Org) -> Grants<'o> {
        Grants { org, roles: Map::default() }
    }

    /// What a grant gives on a node of a type and below it. MODEL 3: a restriction is an exact match.
    /// Nothing is below an object of an unknown type, so that one byte does for all of them.
    pub fn gives(&mut self, grant: GrantKind, on: u16) -> ByType {
        match grant {
            GrantKind::Permission { permission, restrict } => tuple(1 << permission.index(), restrict, on),
            GrantKind::Role(role) if on < number::KNOWN => {
                let org = self.org;
                *self.roles.entry(role).or_insert_with(|| of_role(org, role, on))
            }
            GrantKind::Role(role) => of_role(self.org, role, on),
        }
    }
}

impl Grants<'_> {
    /// The same, with what is restricted to any type that the model does not know.
    pub fn at_most(&mut self, grant: GrantKind) -> ByType {
        let GrantKind::Role(role) = grant else { return self.gives(grant, number::ORGANIZATION) };
        let mut gives = 0;
        if (role as usize) < self.org.roles().len() {
            self.org.roles().each_tuple(role, |bits, restrict| {
                gives |= restrict.map_or_else(|| for_all(bits), |ty| of_type(ty, bits));
            });
        }
        gives
    }
}

fn tuple(bits: u8, restrict: Option<u16>, on: u16) -> ByType {
    match restrict {
        None => for_all(bits),
        Some(ty) if ty < number::KNOWN || ty == on => of_type(ty, bits),
        Some(_) => 0,
    }
}

fn of_role(org: &Org, role: u32, on: u16) -> ByType {
    let mut gives = 0;
    org.roles().each_tuple(role, |bits, restrict| gives |= tuple(bits, restrict, on));
    gives
}

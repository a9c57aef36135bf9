//! What a subject has on objects by what is above them: the same for all objects of a type in a
//! project, so that it is reckoned once for many.

use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Closure, Org, Target};

/// A bounded table by project and type, of one subject and one version of the organisation. An entry
/// may take another's place, which is then reckoned anew.
#[derive(Debug)]
pub(crate) struct Inherited {
    /// The project's node, the type, [`Inherited::IS_SET`], perhaps [`Inherited::DELETED`], and bits.
    slots: Vec<u64>,
}

impl Inherited {
    const IS_SET: u64 = 1 << 8;
    const DELETED: u64 = 1 << 9;
    const KEY: u64 = !0xffff;

    /// For so many projects with types, about. A power of two.
    pub fn with_room(entries: usize) -> Inherited {
        Inherited { slots: vec![0; entries.next_power_of_two()] }
    }

    /// What may be done with a known object that lives in a project, and whether it counts as deleted.
    pub fn child(&mut self, org: &Org, closure: &Closure, node: u32) -> (PermissionSet, bool) {
        let (info, ty) = (org.node(node), org.node_type(node));
        debug_assert!(info.known && number::is_child(ty), "a known object in a project");
        if info.deleted {
            return (PermissionSet::EMPTY, true);
        }
        let above = self.above(org, closure, ty, info.project);
        if above & Inherited::DELETED != 0 {
            return (PermissionSet::EMPTY, true);
        }
        let own = if info.acls > 0 { org.bits_on(node, ty, closure) } else { 0 };
        // MODEL 3.2: what is public, anybody may read.
        let public = if info.public { Permission::Read.into() } else { PermissionSet::EMPTY };
        (PermissionSet(above as u8 | own) | public, false)
    }

    #[inline(never)]
    fn above(&mut self, org: &Org, closure: &Closure, ty: u16, project: u32) -> u64 {
        let key = u64::from(project) << 32 | u64::from(ty) << 16;
        let at = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (self.slots.len() - 1);
        let slot = &mut self.slots[at];
        if *slot & Inherited::KEY != key || *slot & Inherited::IS_SET == 0 {
            let Target { chain, deleted, .. } = org.above_child(project);
            let bits = chain.iter().fold(0, |bits, node| bits | org.bits_on(node, ty, closure));
            *slot = key | Inherited::IS_SET | if deleted { Inherited::DELETED } else { 0 } | u64::from(bits);
        }
        *slot
    }
}

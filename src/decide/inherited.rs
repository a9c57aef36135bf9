//! What a subject has on objects by what is above them: the same for all objects of a type in a
//! project, so that it is reckoned once for many.

use super::subject::by_everybody_if;
use crate::model::object::number;
use crate::model::permission::PermissionSet;
use crate::org::{Closure, Org};

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
    #[inline]
    pub fn child(&mut self, org: &Org, closure: &Closure, ty: u16, node: u32) -> (PermissionSet, bool) {
        let info = org.node(node);
        debug_assert!(info.known && number::is_child(ty) && org.node_type(node) == ty, "a known object");
        if info.deleted {
            return (PermissionSet::EMPTY, true);
        }
        let above = self.above(org, closure, ty, info.project);
        if above & Inherited::DELETED != 0 {
            return (PermissionSet::EMPTY, true);
        }
        let own = if info.acls > 0 && closure.len() > 0 { org.bits_on(node, ty, closure) } else { 0 };
        (PermissionSet(above as u8 | own) | by_everybody_if(info.public), false)
    }

    #[inline]
    fn above(&mut self, org: &Org, closure: &Closure, ty: u16, project: u32) -> u64 {
        let key = u64::from(project) << 32 | u64::from(ty) << 16;
        let at = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (self.slots.len() - 1);
        let slot = self.slots[at];
        if slot & (Inherited::KEY | Inherited::IS_SET) == key | Inherited::IS_SET {
            return slot;
        }
        self.slots[at] = key | Inherited::reckon(org, closure, ty, project);
        self.slots[at]
    }

    #[inline(never)]
    fn reckon(org: &Org, closure: &Closure, ty: u16, project: u32) -> u64 {
        let (chain, deleted) = org.above_child(project);
        let held = |node| if closure.len() > 0 { org.bits_on(node, ty, closure) } else { 0 };
        let bits = chain.iter().fold(0, |bits, node| bits | held(node));
        Inherited::IS_SET | if deleted { Inherited::DELETED } else { 0 } | u64::from(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Object;
    use serde_json::json;

    /// An entry that takes another's place says nothing of it (MODEL 3: the same answers as without).
    #[test]
    fn projects_and_types_that_share_a_place_are_told_apart() {
        let grant = |n: usize, on: &str, permission: &str, only: Option<&str>| {
            json!({ "id": format!("a{n}"), "object_type": "project", "object_id": on, "user_id": "u",
                "permission": permission, "restrict_object_type": only })
        };
        let projects = ["p", "q", "gone", "bare"]
            .map(|id| json!({ "id": id, "name": id, "deleted_at": (id == "gone").then_some("2026-01-01") }));
        let object = |id: &str, project: &str| json!({ "id": id, "project_id": project });
        let data = json!({
            "organization": { "id": "o", "name": "o" },
            "users": [{ "id": "u" }],
            "projects": projects,
            "datasets": [object("dp", "p"), object("dq", "q"), object("dg", "gone"), object("db", "bare"), { "id": "dn" }],
            "prompts": [object("pp", "p"), object("pq", "q"), object("pu", "unknown")],
            "acls": [
                grant(1, "p", "read", None), grant(2, "p", "update", Some("dataset")), grant(3, "q", "delete", None),
                grant(4, "gone", "read", None), grant(5, "unknown", "read", None),
            ],
        });
        let org = Org::from_json(data.to_string().as_bytes()).expect("it loads");
        let me = org.subject("u");
        let mut inherited = Inherited::with_room(1);
        let mut held = 0;
        for round in 0..2 {
            for (ty, id) in [
                ("dataset", "dp"),
                ("prompt", "pp"),
                ("dataset", "dq"),
                ("prompt", "pq"),
                ("dataset", "dg"),
                ("dataset", "db"),
                ("dataset", "dn"),
                ("prompt", "pu"),
                ("dataset", "dp"),
            ] {
                let number = org.types().get(ty);
                let node = org.find_node(number, id);
                let (bits, deleted) = inherited.child(&org, &me.closure, number, node);
                assert_eq!(bits, me.permissions(&Object::new(ty, id)), "{ty} {id}, round {round}");
                assert_eq!(deleted, id == "dg", "{ty} {id}");
                held += bits.iter().count();
            }
        }
        assert_eq!(held, 2 * (2 + 1 + 1 + 1 + 1 + 2), "something is held, and not everything");
    }
}

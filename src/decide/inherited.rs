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
    /// A node, the type, [`Inherited::IS_SET`], perhaps [`Inherited::DELETED`], and bits: of a project
    /// with all that is above it, and of what is above all projects by itself.
    slots: Vec<u64>,
    /// How many entries have lost their place since the table grew.
    displaced: usize,
    /// How many slots there are at most.
    most: usize,
}

impl Inherited {
    const IS_SET: u64 = 1 << 8;
    const DELETED: u64 = 1 << 9;
    const KEY: u64 = !0xffff;

    /// For so many projects with types, about.
    pub fn with_room(entries: usize) -> Inherited {
        Inherited::growing(entries, entries)
    }

    /// For so many at first, and so many at most.
    pub fn growing(entries: usize, most: usize) -> Inherited {
        Inherited { slots: vec![0; entries.next_power_of_two()], displaced: 0, most }
    }

    /// What may be done with a known object that lives in a project, and whether it counts as deleted.
    #[inline]
    pub fn child(&mut self, org: &Org, closure: &Closure, ty: u16, node: u32) -> (PermissionSet, bool) {
        let info = org.node(node);
        debug_assert!(info.known && number::is_child(ty) && org.node_type(node) == ty, "a known object");
        if info.deleted {
            return (PermissionSet::EMPTY, true);
        }
        let Some(above) = self.by_project(org, closure, ty, info.project) else {
            return (PermissionSet::EMPTY, true);
        };
        let own = if info.acls > 0 && closure.len() > 0 { org.bits_on(node, ty, closure) } else { 0 };
        (above | PermissionSet(own) | by_everybody_if(info.public), false)
    }

    /// What may be done with every object of a type in a project; none if the project is deleted.
    #[inline]
    pub fn by_project(
        &mut self,
        org: &Org,
        closure: &Closure,
        ty: u16,
        project: u32,
    ) -> Option<PermissionSet> {
        let above = self.above(org, closure, ty, project);
        (above & Inherited::DELETED == 0).then_some(PermissionSet(above as u8))
    }

    #[inline]
    fn above(&mut self, org: &Org, closure: &Closure, ty: u16, project: u32) -> u64 {
        self.get(ty, project).unwrap_or_else(|| self.reckon(org, closure, ty, project))
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (self.slots.len() - 1)
    }

    #[inline]
    fn get(&self, ty: u16, node: u32) -> Option<u64> {
        let key = key(ty, node);
        let slot = self.slots[self.place(key)];
        (slot & (Inherited::KEY | Inherited::IS_SET) == key | Inherited::IS_SET).then_some(slot)
    }

    fn put(&mut self, entry: u64) {
        let place = self.place(entry & Inherited::KEY);
        self.displaced += usize::from(self.slots[place] != 0);
        self.slots[place] = entry;
        if self.displaced * 2 > self.slots.len() && self.slots.len() < self.most {
            let mut grown = Inherited::growing(self.most.min(self.slots.len() * 4), self.most);
            for entry in self.slots.iter().filter(|entry| **entry != 0) {
                let place = grown.place(*entry & Inherited::KEY);
                grown.slots[place] = *entry;
            }
            *self = grown;
        }
    }

    #[inline(never)]
    fn reckon(&mut self, org: &Org, closure: &Closure, ty: u16, project: u32) -> u64 {
        let (chain, deleted) = org.above_child(project);
        let bits = chain.iter().fold(0, |bits, node| bits | self.bits_on(org, closure, ty, node));
        let flags = Inherited::IS_SET | if deleted { Inherited::DELETED } else { 0 };
        let entry = key(ty, project) | flags | u64::from(bits);
        self.put(entry);
        entry
    }

    /// What an ACL's node gives; that of what is above all projects is kept.
    fn bits_on(&mut self, org: &Org, closure: &Closure, ty: u16, node: u32) -> u8 {
        if closure.len() == 0 {
            return 0;
        }
        if !number::is_singleton(org.node_type(node)) {
            return org.bits_on(node, ty, closure);
        }
        self.get(ty, node).unwrap_or_else(|| {
            let entry = key(ty, node) | Inherited::IS_SET | u64::from(org.bits_on(node, ty, closure));
            self.put(entry);
            entry
        }) as u8
    }
}

fn key(ty: u16, node: u32) -> u64 {
    u64::from(node) << 32 | u64::from(ty) << 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Object;
    use serde_json::json;

    /// An entry that takes another's place says nothing of it, and none is lost or changed where the
    /// table grows (MODEL 3: the same answers as without).
    #[test]
    fn projects_and_types_that_share_a_place_are_told_apart() {
        let grant = |n: usize, on: &str, permission: &str, only: Option<&str>| {
            let ty = if on == "o" { "org_project" } else { "project" };
            json!({ "id": format!("a{n}"), "object_type": ty, "object_id": on, "user_id": "u",
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
                grant(6, "o", "create", Some("prompt")), grant(7, "o", "read_acls", Some("dataset")),
            ],
        });
        let org = Org::from_json(data.to_string().as_bytes()).expect("it loads");
        let me = org.subject("u");
        for mut inherited in [Inherited::with_room(1), Inherited::growing(1, 2), Inherited::growing(1, 64)] {
            let most = inherited.most;
            let mut held = 0;
            for _ in 0..2 {
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
                    assert_eq!(bits, me.permissions(&Object::new(ty, id)), "{ty} {id}, at most {most}");
                    assert_eq!(deleted, id == "dg", "{ty} {id}");
                    held += bits.iter().count();
                }
            }
            assert!(inherited.slots.len() <= most, "{} slots of {most}", inherited.slots.len());
            assert_eq!(held, 2 * (3 + 2 + 2 + 2 + 1 + 1 + 3), "something is held, and not everything");
        }
    }
}

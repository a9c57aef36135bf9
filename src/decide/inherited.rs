//! What a subject has on objects by what is above them: the same for all objects of a type in a
//! project, so that it is reckoned once for many.

use super::subject::by_everybody_if;
use crate::model::object::number::{
    self, DATASET, EXPERIMENT, ORG_PROJECT, ORGANIZATION, PROMPT, PROMPT_SESSION,
};
use crate::model::permission::PermissionSet;
use crate::org::keys::NONE;
use crate::org::{Closure, Org};

/// What lives in projects, by consecutive numbers.
const CHILDREN: [u16; 4] = [EXPERIMENT, DATASET, PROMPT, PROMPT_SESSION];

/// A bounded table by project, of one subject and one version of what is above objects. An entry
/// may take another's place, which is then reckoned anew.
#[derive(Debug)]
pub(crate) struct Inherited {
    slots: Vec<Entry>,
    /// How many entries have lost their place since the table grew.
    displaced: usize,
    /// How many slots there are at most.
    most: usize,
    /// What is had by all projects, and by the organisation.
    far: [Option<Bits>; 2],
}

/// Permissions by type, in the order of [`CHILDREN`].
type Bits = [u8; CHILDREN.len()];

/// What a subject has by a project and all that is above it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// [`NONE`] where there is no entry.
    project: u32,
    is_deleted: bool,
    bits: Bits,
}

impl Inherited {
    /// For so many projects, about.
    pub fn with_room(projects: usize) -> Inherited {
        Inherited::growing(projects, projects)
    }

    /// For so many at first, and so many at most.
    pub fn growing(projects: usize, most: usize) -> Inherited {
        let empty = Entry { project: NONE, is_deleted: false, bits: Bits::default() };
        let slots = vec![empty; projects.next_power_of_two()];
        Inherited { slots, displaced: 0, most, far: [None; 2] }
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
        (above | PermissionSet(org.bits_on(node, ty, closure)) | by_everybody_if(info.public), false)
    }

    /// Whether all that is asked for may be done with a known object that lives in a project. Its own
    /// ACLs are looked at only where its project does not give as much.
    pub fn gives_on_child(
        &mut self,
        org: &Org,
        closure: &Closure,
        ask: PermissionSet,
        ty: u16,
        node: u32,
    ) -> bool {
        let info = org.node(node);
        let above = self.by_project(org, closure, ty, info.project);
        let is_given = !info.deleted && above.is_some_and(|above| above.contains_all(ask));
        is_given || self.child(org, closure, ty, node).0.contains_all(ask)
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
        if project == NONE {
            return Some(PermissionSet::EMPTY);
        }
        let kept = self.slots[self.place(project)];
        let entry = if kept.project == project { kept } else { self.reckon(org, closure, project) };
        (!entry.is_deleted).then_some(PermissionSet(entry.bits[(ty - EXPERIMENT) as usize]))
    }

    #[inline]
    fn place(&self, project: u32) -> usize {
        (u64::from(project).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (self.slots.len() - 1)
    }

    fn put(&mut self, entry: Entry) {
        let place = self.place(entry.project);
        self.displaced += usize::from(self.slots[place].project != NONE);
        self.slots[place] = entry;
        if self.displaced * 2 > self.slots.len() && self.slots.len() < self.most {
            let mut grown = Inherited::growing(self.most.min(self.slots.len() * 4), self.most);
            for entry in self.slots.iter().filter(|entry| entry.project != NONE) {
                let place = grown.place(entry.project);
                grown.slots[place] = *entry;
            }
            *self = Inherited { far: self.far, ..grown };
        }
    }

    /// All types at once: it is finding the ACLs that takes time.
    #[inline(never)]
    fn reckon(&mut self, org: &Org, closure: &Closure, project: u32) -> Entry {
        let (chain, is_deleted) = org.above_child(project);
        let mut bits = Bits::default();
        for node in chain.iter() {
            for (bits, given) in bits.iter_mut().zip(self.bits_on(org, closure, node)) {
                *bits |= given;
            }
        }
        let entry = Entry { project, is_deleted, bits };
        self.put(entry);
        entry
    }

    /// What an ACL's node gives; that of what is above all projects is kept.
    fn bits_on(&mut self, org: &Org, closure: &Closure, node: u32) -> Bits {
        let reckon = || org.bits_by_type(node, CHILDREN, closure);
        match [ORG_PROJECT, ORGANIZATION].into_iter().position(|ty| org.singleton(ty) == node) {
            Some(far) => *self.far[far].get_or_insert_with(reckon),
            None => reckon(),
        }
    }
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

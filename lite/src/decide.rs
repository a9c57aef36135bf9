//! Yes and no, and what may be listed.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bounds::WAYS;
use crate::input::NONE;
use crate::json::Json;
use crate::number;
use crate::roles::CREATE;
use crate::small::{Acl, NODES, PRINCIPALS, Small};
use crate::tree::Target;

/// Bits of an answer beside the permissions.
const KNOWN: u32 = 1 << 8;
const DELETED: u32 = 1 << 9;
/// A node with so many more ACLs than somebody has groups is searched, any other looked through.
const SEARCH: usize = 4;

impl Small {
    /// Reckons what a question about somebody and a type needs, unless it was the last one too.
    pub(crate) fn prepare(&mut self, subject: u32, ty: u16) {
        if self.asked != Some(subject) {
            (self.walk, self.departed) = self.closure(subject, NONE);
            self.asked = Some(subject);
        }
        self.prepare_roles(ty);
    }

    /// The ACLs on a node, those of a grantee together.
    pub(crate) fn acls_on(&self, node: u32) -> &[u32] {
        let start = |node: u32| self.starts.get(node as usize).copied().unwrap_or(0) as usize;
        if node == NONE { &[] } else { self.by_node.get(start(node)..start(node + 1)).unwrap_or(&[]) }
    }

    pub(crate) fn acl(&self, slot: u32) -> Acl {
        self.acls.get(slot as usize).copied().unwrap_or(Acl { id: 0, node: NONE, principal: NONE, grant: 0 })
    }

    fn live_bits(&self, slot: u32, ty: u16) -> u8 {
        let grant = self.grant_of(self.acl(slot));
        if grant.deleted { 0 } else { self.bits_of(grant, ty) }
    }

    /// What is granted on a node.
    fn bits_on(&self, node: u32, ty: u16) -> u8 {
        let acls = self.acls_on(node);
        let mut bits = 0;
        if acls.len() > SEARCH * self.walk.len() {
            for principal in self.walk.numbers() {
                let first = acls.partition_point(|slot| self.acl(*slot).principal < principal);
                let same = acls.iter().skip(first).take_while(|slot| self.acl(**slot).principal == principal);
                bits |= same.fold(0, |bits, slot| bits | self.live_bits(*slot, ty));
            }
        } else {
            for slot in acls.iter().filter(|slot| self.walk.contains(self.acl(**slot).principal)) {
                bits |= self.live_bits(*slot, ty);
            }
        }
        bits
    }

    /// What grants give: MODEL 3, an OR of bytes along the chain.
    pub(crate) fn granted(&self, target: &Target) -> u8 {
        if target.deleted { 0 } else { self.bits_along(target) }
    }

    fn bits_along(&self, target: &Target) -> u8 {
        target.chain.iter().fold(0, |bits, (_, node)| bits | self.bits_on(*node, target.ty))
    }

    /// What somebody may do: permissions in bits 0 to 7, known in 8, deleted in 9.
    pub fn mask(&mut self, subject: u32, ty: u16, id: Option<&str>, project: Option<&str>) -> u32 {
        self.prepare(subject, ty);
        let target = self.target(ty, id, project);
        u32::from(self.granted(&target) | target.by_everybody())
            | if target.known { KNOWN } else { 0 }
            | if target.deleted { DELETED } else { 0 }
    }

    /// Whether somebody may create one of a type (section 3).
    pub fn can_create(&mut self, subject: u32, ty: u16, project: Option<&str>) -> bool {
        self.prepare(subject, ty);
        self.creation(ty, project).is_some_and(|target| self.granted(&target) & CREATE != 0)
    }

    /// The ids of a type that the data know and to which somebody may do all of this, as JSON, in no order.
    pub fn list(&mut self, subject: u32, ask: u8, ty: u16, project: Option<&str>) -> String {
        self.prepare(subject, ty);
        let in_project = number::is_child(ty) || ty == number::PROJECT_LOG;
        // A project's log has no row of its own.
        let rows_of = if ty == number::PROJECT_LOG { number::PROJECT } else { ty };
        let only = project.map(|id| self.find(NODES, number::PROJECT, id));
        let mut found = Vec::new();
        let mut above: Vec<u16> = Vec::new();
        for (node, info) in (0..).zip(self.space(NODES)) {
            if self.node_type(node) != rows_of || !info.is_known() || ask == 0 {
                continue;
            }
            let parent = if ty == number::PROJECT_LOG { node } else { info.link };
            if only.is_some_and(|project| project != parent || project == NONE || !in_project) {
                continue;
            }
            let mut target = Target::new(ty);
            target.node = node;
            if number::is_child(ty) {
                // What is in one project has the same above it.
                target.public = info.flags & crate::small::PUBLIC != 0;
                target.deleted = info.is_deleted() || self.is_deleted_node(parent);
                target.chain.push((0, node));
            } else if ty == number::PROJECT_LOG {
                target = self.target(ty, Some(&self.id_text(NODES, node)), None);
            } else {
                self.known_target(&mut target);
            }
            let mut held = self.granted(&target) | target.by_everybody();
            if number::is_child(ty) && !target.deleted {
                held |= self.bits_above(parent, ty, &mut above);
            }
            if held & ask == ask {
                found.push(node);
            }
        }
        self.write_nodes(&found)
    }

    /// What is granted on a project and above it, remembered by project.
    fn bits_above(&self, project: u32, ty: u16, known: &mut Vec<u16>) -> u8 {
        if known.is_empty() {
            known.resize(self.space(NODES).len(), 0);
        }
        let Some(known) = known.get_mut(project as usize) else { return 0 };
        if *known == 0 {
            let mut target = Target::new(ty);
            self.push_project(&mut target, project);
            *known = 0x100 | u16::from(self.bits_along(&target));
        }
        *known as u8
    }

    /// The projects in which somebody may create one of a type, as JSON, in no order.
    pub fn creatable(&mut self, subject: u32, ty: u16) -> String {
        self.prepare(subject, ty);
        let in_project =
            number::is_child(ty) || ty >= number::PROJECT_LOG && ty != number::GROUP && ty != number::ROLE;
        let mut found = Vec::new();
        for (node, info) in (0..).zip(self.space(NODES)) {
            if in_project && info.is_live() && self.node_type(node) == number::PROJECT {
                let mut target = Target::new(ty);
                self.push_project(&mut target, node);
                if self.bits_along(&target) & CREATE != 0 {
                    found.push(node);
                }
            }
        }
        self.write_nodes(&found)
    }

    /// Whether somebody is an organisation owner (section 5).
    pub fn is_owner(&mut self, subject: u32) -> bool {
        self.prepare(subject, 0);
        let is_owners = |principal: u32| {
            self.is_group(principal)
                && self.is_live(PRINCIPALS, principal)
                && self.text_bytes(self.principal(principal).name) == b"Owners".as_slice()
        };
        if self.walk.numbers().any(is_owners) {
            return true;
        }
        let roles = self.owner_roles();
        self.acls_on(self.singleton(number::ORGANIZATION)).iter().any(|slot| {
            let acl = self.acl(*slot);
            let grant = self.grant_of(acl);
            let makes_owners = || grant.role().is_some_and(|role| roles.get(role as usize) == Some(&true));
            self.walk.contains(acl.principal) && !grant.deleted && makes_owners()
        })
    }

    /// The live groups that contain somebody, in no order, as JSON: each with its name and the groups on the way.
    pub fn groups(&mut self, subject: u32) -> String {
        self.prepare(subject, 0);
        // The nearest groups come first, as in the whole library. Equally near ones come there by id: where not all ways
        // can be told whole, others of these may be.
        let mut left = WAYS;
        let mut json = Json::default();
        json.begin();
        for group in self.walk.numbers().filter(|principal| self.is_group(*principal)) {
            json.begin();
            self.write_called(PRINCIPALS, group, &mut json);
            json.begin();
            for group in self.via(group, &mut left) {
                self.write_id(PRINCIPALS, group, &mut json);
            }
            json.end();
            json.end();
        }
        json.end();
        json.0
    }
}

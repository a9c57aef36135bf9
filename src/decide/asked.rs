//! An organisation that is asked about subjects by number: what the bindings answer.

use std::cell::RefCell;
use std::rc::Rc;

use super::inherited::Inherited;
use super::list::ListOptions;
use super::subject::{Subject, by_everybody};
use crate::model::error::Error;
use crate::model::object::{number, wire_name};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::keys::NONE;
use crate::org::{Applied, Closure, Map, Org, Target, Who};

#[cfg(test)]
mod tests;

/// A subject whom the data do not name.
const UNNAMED: u32 = u32::MAX;
/// A subject who is not signed in.
const ANONYMOUS: u32 = u32::MAX - 1;
/// Bits of an answer beside the permissions.
const KNOWN: u16 = 1 << 8;
const DELETED: u16 = 1 << 9;

/// Of how many subjects something is kept.
const SUBJECTS: usize = 64;
/// Projects of which is kept what a subject has by them: at first, and at most (98 kB for
/// each subject).
const INHERITED: (usize, usize) = (1 << 4, 1 << 13);

/// What is kept of a subject asked about lately, until groups change, or what is above objects.
struct Kept {
    closure: Closure,
    inherited: RefCell<Inherited>,
}

/// Several objects.
pub(crate) struct Many<'a> {
    pub types: &'a [u16],
    pub ids: &'a [u8],
    pub in_projects: &'a [u32],
    pub projects: &'a [u8],
}

pub(crate) struct Asked {
    pub org: Org,
    /// By handle.
    kept: RefCell<Map<u32, Rc<Kept>>>,
}

impl Asked {
    pub fn of(org: Org) -> Asked {
        Asked { org, kept: RefCell::default() }
    }

    /// Changes the organisation, and forgets what was kept of it, unless that stays as it is.
    ///
    /// # Errors
    /// As [`Org::apply`].
    pub fn apply(&mut self, changes: &[u8]) -> Result<Applied, Error> {
        let applied = self.org.apply(changes);
        if !applied.as_ref().is_ok_and(|applied| applied.objects.is_some()) {
            self.kept.borrow_mut().clear();
        }
        applied
    }

    fn who(&self, handle: u32) -> Who {
        match handle {
            UNNAMED | ANONYMOUS => Who::Nobody,
            handle if self.org.is_group(handle) => Who::MemberOf(handle),
            handle => Who::User(handle),
        }
    }

    fn kept(&self, handle: u32) -> Rc<Kept> {
        if let Some(kept) = self.kept.borrow().get(&handle) {
            return Rc::clone(kept);
        }
        let closure = self.org.closure(self.who(handle));
        let new =
            Rc::new(Kept { closure, inherited: RefCell::new(Inherited::growing(INHERITED.0, INHERITED.1)) });
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= SUBJECTS {
            kept.clear();
        }
        kept.insert(handle, Rc::clone(&new));
        new
    }

    /// A subject by handle.
    pub fn subject(&self, handle: u32) -> Subject<'_> {
        Subject {
            org: &self.org,
            who: self.who(handle),
            id: None,
            of_group: false,
            closure: self.kept(handle).closure.clone(),
        }
    }

    /// A subject by what it is called: kind 0 is a user, kind 1 a member of a group alone.
    pub fn named(&self, kind: u32, id: Option<&str>) -> Subject<'_> {
        let handle = id.map_or(ANONYMOUS, |id| self.handle(kind, id));
        let mut subject = self.subject(handle);
        subject.id = id.filter(|id| !id.is_empty()).map(Into::into);
        subject.of_group = kind == 1;
        subject
    }

    pub fn handle(&self, kind: u32, id: &str) -> u32 {
        let found = if kind == 1 { self.org.find_group(id) } else { self.org.find_user(id) };
        found.unwrap_or(UNNAMED)
    }

    pub fn type_number(&self, name: &str) -> u16 {
        self.org.types().get(wire_name(name))
    }

    /// What the subject may do: permissions in bits 0 to 7, known in 8, deleted in 9.
    pub fn mask(&self, subject: u32, ty: u16, id: Option<&str>, project: Option<&str>) -> u16 {
        self.mask_for(&self.kept(subject), ty, id, project)
    }

    fn mask_for(&self, kept: &Kept, ty: u16, id: Option<&str>, project: Option<&str>) -> u16 {
        let org = &self.org;
        let told = |target: &Target<'_>| {
            (org.granted(&kept.closure, target) | by_everybody(target), target.known, target.deleted)
        };
        let (bits, known, deleted) = match id {
            // The most frequent question by far.
            Some(id) if number::is_child(ty) && !id.is_empty() => {
                let node = org.find_node(ty, id);
                if node != NONE && org.node(node).known {
                    let (bits, deleted) = kept.inherited.borrow_mut().child(org, &kept.closure, ty, node);
                    (bits, true, deleted)
                } else {
                    told(&org.target_at(ty, node, id, project))
                }
            }
            _ => told(&org.target(ty, id, project)),
        };
        u16::from(bits.bits()) | if known { KNOWN } else { 0 } | if deleted { DELETED } else { 0 }
    }

    pub fn can_create(&self, subject: u32, ty: u16, project: Option<&str>) -> bool {
        let subject = self.subject(subject);
        subject
            .creation(ty, project)
            .is_some_and(|target| self.org.granted(&subject.closure, &target).contains(Permission::Create))
    }

    /// What may be done with each of several objects, as [`Asked::mask`] says: each of its type, and in a
    /// project, by its place. Ids and projects stand in one text each, with a line feed between them.
    /// Nothing when these are no texts.
    pub fn masks(&self, subject: u32, many: &Many<'_>) -> Vec<u16> {
        let (Ok(ids), Ok(projects)) = (str::from_utf8(many.ids), str::from_utf8(many.projects)) else {
            return Vec::new();
        };
        let kept = self.kept(subject);
        let projects: Vec<&str> = projects.split('\n').collect();
        ids.split('\n')
            .enumerate()
            .map(|(at, id)| {
                let ty = many.types.get(at).unwrap_or(&number::NEVER_NAMED);
                let project = many.in_projects.get(at).and_then(|place| projects.get(*place as usize));
                self.mask_for(&kept, *ty, Some(id), project.copied().filter(|project| !project.is_empty()))
            })
            .collect()
    }

    pub fn list(&self, subject: u32, ask: u8, ty: u16, options: ListOptions<'_>) -> Vec<u8> {
        let nodes = self.subject(subject).list_nodes(PermissionSet::from_bits(ask), ty, options);
        self.org.joined_ids(&nodes)
    }

    pub fn creatable(&self, subject: u32, ty: u16) -> Vec<u8> {
        self.org.joined_ids(&self.subject(subject).creatable_nodes(ty))
    }
}

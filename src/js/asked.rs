//! An organisation that is asked about subjects by number: what the bindings answer.

use std::cell::RefCell;
use std::rc::Rc;

use crate::decide::list::ListOptions;
use crate::decide::subject::{Subject, by_everybody};
use crate::model::object::{Object, ObjectType, number, wire_name};
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Closure, Map, Org, Who};

/// A subject whom the data do not name.
const UNNAMED: u32 = u32::MAX;
/// A subject who is not signed in.
const ANONYMOUS: u32 = u32::MAX - 1;
/// Bits of an answer beside the permissions.
const KNOWN: u32 = 1 << 8;
const DELETED: u32 = 1 << 9;

/// How many subjects' closures are kept.
const KEPT: usize = 64;

pub(super) fn object_of(ty: &str, id: Option<&str>, project: Option<&str>) -> Object {
    let object = match id {
        Some(id) => Object::new(ty, id),
        None => Object::of_type(ty),
    };
    match project {
        Some(project) => object.in_project(project),
        None => object,
    }
}

pub(super) struct Asked {
    pub org: Org,
    /// Closures of the subjects asked about lately, by handle.
    kept: RefCell<Map<u32, Rc<Closure>>>,
}

impl Asked {
    pub fn of(org: Org) -> Asked {
        Asked { org, kept: RefCell::default() }
    }

    /// Forgets closures, after the organisation changed.
    pub fn changed(&self) {
        self.kept.borrow_mut().clear();
    }

    fn who(&self, handle: u32) -> Who {
        match handle {
            UNNAMED | ANONYMOUS => Who::Nobody,
            handle if self.org.is_group(handle) => Who::MemberOf(handle),
            handle => Who::User(handle),
        }
    }

    fn closure(&self, handle: u32) -> Rc<Closure> {
        if let Some(closure) = self.kept.borrow().get(&handle) {
            return Rc::clone(closure);
        }
        let closure = Rc::new(self.org.closure(self.who(handle)));
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(handle, Rc::clone(&closure));
        closure
    }

    /// A subject by handle.
    pub fn subject(&self, handle: u32) -> Subject<'_> {
        Subject {
            org: &self.org,
            who: self.who(handle),
            id: None,
            of_group: false,
            closure: (*self.closure(handle)).clone(),
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
    pub fn mask(&self, subject: u32, ty: u16, id: Option<&str>, project: Option<&str>) -> u32 {
        let target = self.org.target(ty, id, project);
        let bits = self.org.granted(&self.closure(subject), &target) | by_everybody(&target);
        u32::from(bits.bits())
            | if target.known { KNOWN } else { 0 }
            | if target.deleted { DELETED } else { 0 }
    }

    pub fn can_create(&self, subject: u32, ty: u16, project: Option<&str>) -> bool {
        let subject = self.subject(subject);
        subject
            .creation(ty, project)
            .is_some_and(|target| self.org.granted(&subject.closure, &target).contains(Permission::Create))
    }

    pub fn list(&self, subject: u32, ask: u8, ty: u16, options: ListOptions<'_>) -> Vec<String> {
        if ty == number::NEVER_NAMED {
            return Vec::new();
        }
        let name = ObjectType::from(self.org.types().name(ty));
        self.subject(subject).list(PermissionSet::from_bits(ask), name, options)
    }
}

//! The small module: reads snapshots and slices, and answers for subjects. Numbers and texts cross
//! the boundary, answers that are more as JSON text.

use wasm_bindgen::prelude::*;

use super::asked::{Asked, object_of};
use super::json;
use crate::decide::list::ListOptions;
use crate::model::error::Error;
use crate::model::permission::PermissionSet;
use crate::org::{Members, SnapshotReader, UnknownObjects};

/// The code and the message of an error, apart by a space.
fn thrown(error: &Error) -> JsValue {
    let mut text = String::from(error.code().as_str());
    text.push(' ');
    text.push_str(error.message());
    JsValue::from(text)
}

/// Reads a snapshot in pieces.
#[wasm_bindgen]
pub struct Loader(SnapshotReader);

#[wasm_bindgen]
impl Loader {
    /// A loader of so many bytes in all.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(length: u32) -> Loader {
        Loader(SnapshotReader::new(length as usize))
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As [`SnapshotReader::push`].
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), JsValue> {
        self.0.push(chunk).map_err(|error| thrown(&error))
    }

    /// Ends reading. Of the options, what is left out is as the snapshot says.
    ///
    /// # Errors
    /// As [`SnapshotReader::finish`].
    pub fn finish(
        self,
        unknown_in_organization: Option<bool>,
        members_known: Option<bool>,
    ) -> Result<Core, JsValue> {
        let mut org = self.0.finish().map_err(|error| thrown(&error))?;
        let mut options = org.options().clone();
        match unknown_in_organization {
            Some(true) => options.unknown_objects = UnknownObjects::InOrganization,
            Some(false) => options.unknown_objects = UnknownObjects::Deny,
            None => {}
        }
        match members_known {
            Some(true) => options.members = Members::Known,
            Some(false) => options.members = Members::Any,
            None => {}
        }
        org.set_options(options);
        Ok(Core(Asked::of(org)))
    }
}

/// An organisation.
#[wasm_bindgen]
pub struct Core(Asked);

#[wasm_bindgen]
impl Core {
    /// The organisation's id.
    #[must_use]
    pub fn organization(&self) -> String {
        self.0.org.id().to_owned()
    }

    /// The subject that it is a slice of.
    #[wasm_bindgen(js_name = sliceOf)]
    #[must_use]
    pub fn slice_of(&self) -> Option<String> {
        self.0.org.slice_of().map(ToOwned::to_owned)
    }

    /// The handle of a user (kind 0) or a member of a group alone (kind 1).
    #[must_use]
    pub fn subject(&self, kind: u32, id: &str) -> u32 {
        self.0.handle(kind, id)
    }

    /// The number of a type's name.
    #[wasm_bindgen(js_name = typeNumber)]
    #[must_use]
    pub fn type_number(&self, name: &str) -> u16 {
        self.0.type_number(name)
    }

    /// What the subject may do: permissions in bits 0 to 7, known in 8, deleted in 9.
    #[must_use]
    pub fn mask(&self, subject: u32, ty: u16, id: Option<String>, project: Option<String>) -> u32 {
        self.0.mask(subject, ty, id.as_deref(), project.as_deref())
    }

    /// Whether the subject may create one of this type.
    #[wasm_bindgen(js_name = canCreate)]
    #[must_use]
    pub fn can_create(&self, subject: u32, ty: u16, project: Option<String>) -> bool {
        self.0.can_create(subject, ty, project.as_deref())
    }

    /// Ids to which the subject may do this.
    #[must_use]
    pub fn list(
        &self,
        subject: u32,
        ask: u8,
        ty: u16,
        project: Option<String>,
        after: Option<String>,
        limit: Option<u32>,
    ) -> String {
        let limit = limit.map(|limit| limit as usize);
        let options = ListOptions { project: project.as_deref(), after: after.as_deref(), limit };
        json::texts(&self.0.list(subject, ask, ty, options))
    }

    /// Projects in which the subject may create one of this type.
    #[must_use]
    pub fn creatable(&self, subject: u32, ty: u16) -> String {
        json::texts(&self.0.subject(subject).creatable_number(ty))
    }

    /// Why; without an ask, why something may be created.
    #[must_use]
    pub fn explain(
        &self,
        kind: u32,
        subject: Option<String>,
        ask: u8,
        ty: &str,
        id: Option<String>,
        project: Option<String>,
    ) -> String {
        let subject = self.0.named(kind, subject.as_deref());
        json::explanation(&match PermissionSet::from_bits(ask) {
            PermissionSet::EMPTY => subject.explain_create(ty, project.as_deref()),
            ask => subject.explain(ask, &object_of(ty, id.as_deref(), project.as_deref())),
        })
    }

    /// The subject's groups.
    #[must_use]
    pub fn groups(&self, subject: u32) -> String {
        json::memberships(&self.0.subject(subject).groups())
    }

    /// Whether the subject is an organisation owner.
    #[wasm_bindgen(js_name = isOwner)]
    #[must_use]
    pub fn is_owner(&self, subject: u32) -> bool {
        self.0.subject(subject).is_owner()
    }
}

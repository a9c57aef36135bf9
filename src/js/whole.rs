//! The whole module.

use js_sys::{Array, JsString, Object as JsObject, Reflect};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wasm_bindgen::prelude::*;

use super::room::with_text;
use crate::decide::asked::{Asked, Many};
use crate::decide::list::ListOptions;
use crate::model::error::{Error, ErrorCode};
use crate::model::finding::Finding;
use crate::model::object::Object;
use crate::model::permission::PermissionSet;
use crate::org::{self, Applied, LoadOptions, Members, SliceObjects, SliceOptions, UnknownObjects};

pub(super) fn thrown(error: &Error) -> JsValue {
    let object = JsObject::new();
    let set = |name: &str, value: &str| Reflect::set(&object, &name.into(), &value.into());
    // Setting a property of a plain object does not fail.
    let _ = set("code", error.code().as_str());
    let _ = set("message", error.message());
    if let Some(path) = error.path() {
        let _ = set("path", path);
    }
    object.into()
}

pub(super) fn value(result: &impl Serialize) -> Result<JsValue, JsValue> {
    result
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| thrown(&Error::new(ErrorCode::BadArgument, error.to_string())))
}

pub(super) fn strings(list: Vec<String>) -> Array {
    list.into_iter().map(|text| JsValue::from(JsString::from(text))).collect()
}

fn object_of(ty: &str, id: Option<&str>, project: Option<&str>) -> Object {
    let object = match id {
        Some(id) => Object::new(ty, id),
        None => Object::of_type(ty),
    };
    match project {
        Some(project) => object.in_project(project),
        None => object,
    }
}

/// What a loader reads.
enum Reading {
    Json(Box<org::Loader>),
    Snapshot(Box<org::SnapshotReader>),
    Nothing,
}

/// Loads an organisation from JSON texts in pieces, or from a snapshot in pieces.
#[wasm_bindgen]
pub struct Loader {
    reading: Reading,
    strict: bool,
    /// What was asked for; a snapshot has the rest of itself.
    unknown_in_organization: Option<bool>,
    members_known: Option<bool>,
    now: u64,
}

#[wasm_bindgen]
impl Loader {
    /// A loader; `now` is a time in milliseconds since 1970.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(
        strict: bool,
        unknown_in_organization: Option<bool>,
        members_known: Option<bool>,
        now: f64,
    ) -> Loader {
        let now = milliseconds(now);
        let mut loader =
            Loader { reading: Reading::Nothing, strict, unknown_in_organization, members_known, now };
        let mut options = LoadOptions::default();
        loader.change(&mut options);
        loader.reading = Reading::Json(Box::new(org::Loader::new(options)));
        loader
    }

    /// Makes options what was asked for.
    fn change(&self, options: &mut LoadOptions) {
        options.strict = self.strict;
        match self.unknown_in_organization {
            Some(true) => options.unknown_objects = UnknownObjects::InOrganization,
            Some(false) => options.unknown_objects = UnknownObjects::Deny,
            None => {}
        }
        match self.members_known {
            Some(true) => options.members = Members::Known,
            Some(false) => options.members = Members::Any,
            None => {}
        }
        options.now = Some(self.now);
    }

    fn loader(&mut self) -> Result<&mut org::Loader, JsValue> {
        match &mut self.reading {
            Reading::Json(loader) => Ok(loader),
            _ => Err(no_text()),
        }
    }

    /// Begins a snapshot of so many bytes, in place of texts.
    pub fn snapshot(&mut self, length: u32) {
        self.reading = Reading::Snapshot(Box::new(org::SnapshotReader::new(length as usize)));
    }

    /// Begins a text: of a whole export (`""`) or of one list, perhaps as one page of several.
    ///
    /// # Errors
    /// As [`org::Loader::open_list`].
    pub fn open(&mut self, list: &str, page: i32) -> Result<(), JsValue> {
        let loader = self.loader()?;
        if list.is_empty() { loader.open_export() } else { loader.open_list(list, u32::try_from(page).ok()) }
            .map_err(|error| thrown(&error))
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As [`org::Loader::push`].
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), JsValue> {
        match &mut self.reading {
            Reading::Json(loader) => loader.push(chunk),
            Reading::Snapshot(reader) => reader.push(chunk),
            Reading::Nothing => return Err(no_text()),
        }
        .map_err(|error| thrown(&error))
    }

    /// Ends the text.
    ///
    /// # Errors
    /// As [`org::Loader::close`].
    pub fn close(&mut self) -> Result<(), JsValue> {
        self.loader()?.close().map_err(|error| thrown(&error))
    }

    /// Ends loading.
    ///
    /// # Errors
    /// As [`org::Loader::finish`].
    pub fn finish(&mut self) -> Result<Core, JsValue> {
        match std::mem::replace(&mut self.reading, Reading::Nothing) {
            Reading::Json(loader) => loader.finish(),
            Reading::Snapshot(reader) => reader.finish().and_then(|org| {
                let mut options = org.options().clone();
                self.change(&mut options);
                org.with_options(options)
            }),
            Reading::Nothing => return Err(no_text()),
        }
        .map(|org| Core(Asked::of(org)))
        .map_err(|error| thrown(&error))
    }
}

fn no_text() -> JsValue {
    thrown(&Error::new(ErrorCode::BadArgument, "this loader does not take texts any more"))
}

// A time before 1970 is 1970.
#[allow(clippy::cast_sign_loss)]
fn milliseconds(time: f64) -> u64 {
    time as u64
}

/// An organisation.
#[wasm_bindgen]
pub struct Core(pub(super) Asked);

#[wasm_bindgen]
impl Core {
    /// The organisation's id.
    #[must_use]
    pub fn organization(&self) -> String {
        self.0.org.id().to_owned()
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
    pub fn mask(&self, subject: u32, ty: u16, id: Option<String>, project: Option<String>) -> u16 {
        self.0.mask(subject, ty, id.as_deref(), project.as_deref())
    }

    /// The same of the object whose id was written into the room, so many bytes of it. Nothing where
    /// there is no id.
    #[wasm_bindgen(js_name = maskOfRoom)]
    #[must_use]
    pub fn mask_of_room(&self, subject: u32, ty: u16, length: usize) -> u16 {
        with_text(length, |id| id.map_or(0, |id| self.0.mask(subject, ty, Some(id), None)))
    }

    /// The same for several objects, each of its type, and in a project by its place. Ids and projects
    /// have line feeds between them.
    #[must_use]
    pub fn masks(
        &self,
        subject: u32,
        types: &[u16],
        ids: &[u8],
        in_projects: &[u32],
        projects: &[u8],
    ) -> Vec<u16> {
        self.0.masks(subject, &Many { types, ids, in_projects, projects })
    }

    /// Whether the subject may create one of this type.
    #[wasm_bindgen(js_name = canCreate)]
    #[must_use]
    pub fn can_create(&self, subject: u32, ty: u16, project: Option<String>) -> bool {
        self.0.can_create(subject, ty, project.as_deref())
    }

    /// Ids to which the subject may do this, as [`Org::joined_ids`] writes them.
    #[must_use]
    pub fn list(
        &self,
        subject: u32,
        ask: u8,
        ty: u16,
        project: Option<String>,
        after: Option<String>,
        limit: Option<u32>,
    ) -> Vec<u8> {
        let options = ListOptions {
            project: project.as_deref(),
            after: after.as_deref(),
            limit: limit.map(|limit| limit as usize),
        };
        self.0.list(subject, ask, ty, options)
    }

    /// Projects in which the subject may create one of this type, in the same form.
    #[must_use]
    pub fn creatable(&self, subject: u32, ty: u16) -> Vec<u8> {
        self.0.creatable(subject, ty)
    }

    /// Why.
    ///
    /// # Errors
    /// None that data can cause.
    #[allow(clippy::too_many_arguments)]
    pub fn explain(
        &self,
        kind: u32,
        subject: Option<String>,
        ask: u8,
        ty: &str,
        id: Option<String>,
        project: Option<String>,
    ) -> Result<JsValue, JsValue> {
        let object = object_of(ty, id.as_deref(), project.as_deref());
        value(&self.0.named(kind, subject.as_deref()).explain(PermissionSet::from_bits(ask), &object))
    }

    /// Why something may be created.
    ///
    /// # Errors
    /// None that data can cause.
    #[wasm_bindgen(js_name = explainCreate)]
    pub fn explain_create(
        &self,
        kind: u32,
        subject: Option<String>,
        ty: &str,
        project: Option<String>,
    ) -> Result<JsValue, JsValue> {
        value(&self.0.named(kind, subject.as_deref()).explain_create(ty, project.as_deref()))
    }

    /// Who may.
    ///
    /// # Errors
    /// None that data can cause.
    #[wasm_bindgen(js_name = who)]
    pub fn who_may(
        &self,
        ask: u8,
        ty: &str,
        id: Option<String>,
        project: Option<String>,
        after: Option<String>,
        limit: Option<u32>,
    ) -> Result<JsValue, JsValue> {
        let options =
            ListOptions { project: None, after: after.as_deref(), limit: limit.map(|limit| limit as usize) };
        value(&self.0.org.who(
            PermissionSet::from_bits(ask),
            &object_of(ty, id.as_deref(), project.as_deref()),
            options,
        ))
    }

    /// The grants that reach an object.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn access(&self, ty: &str, id: Option<String>, project: Option<String>) -> Result<JsValue, JsValue> {
        value(&self.0.org.access(&object_of(ty, id.as_deref(), project.as_deref())))
    }

    /// The subject's groups.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn groups(&self, subject: u32) -> Result<JsValue, JsValue> {
        value(&self.0.subject(subject).groups())
    }

    /// Whether the subject is an organisation owner.
    #[wasm_bindgen(js_name = isOwner)]
    #[must_use]
    pub fn is_owner(&self, subject: u32) -> bool {
        self.0.subject(subject).is_owner()
    }

    /// Findings of loading.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn findings(&self) -> Result<JsValue, JsValue> {
        value(&self.0.org.findings())
    }

    /// Changes rows; returns the findings of the change, and the ids of the objects about which
    /// answers may be other ones, where it is these alone.
    ///
    /// # Errors
    /// As [`Org::apply`].
    pub fn apply(&mut self, changes: &[u8]) -> Result<JsValue, JsValue> {
        #[derive(Serialize)]
        struct Changed {
            findings: Vec<Finding>,
            objects: Option<Vec<String>>,
        }
        let Applied { findings, objects, .. } = self.0.apply(changes).map_err(|error| thrown(&error))?;
        value(&Changed { findings, objects })
    }

    /// Everything with this name or e-mail; the query is JSON of `{email?, name?, type?}`.
    ///
    /// # Errors
    /// `bad_argument` when it is not.
    pub fn find(&self, query: &str) -> Result<JsValue, JsValue> {
        #[derive(Deserialize)]
        struct Query<'q> {
            #[serde(borrow)]
            email: Option<Cow<'q, str>>,
            #[serde(borrow)]
            name: Option<Cow<'q, str>>,
            #[serde(borrow, rename = "type")]
            object_type: Option<Cow<'q, str>>,
        }
        let query: Query<'_> = parse(query)?;
        value(&self.0.org.find(query.email.as_deref(), query.name.as_deref(), query.object_type.as_deref()))
    }

    /// The name of something.
    #[must_use]
    pub fn name(&self, ty: &str, id: &str) -> Option<String> {
        self.0.org.name(ty, id).map(ToOwned::to_owned)
    }

    /// The organisation as a snapshot.
    #[wasm_bindgen(js_name = toBytes)]
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.org.to_bytes()
    }

    /// What decides for one subject, as a snapshot; `projects` left out: all of them.
    ///
    /// # Errors
    /// As [`Org::slice`].
    pub fn slice(
        &self,
        subject: &str,
        projects: Option<Vec<String>>,
        with_objects: bool,
    ) -> Result<Vec<u8>, JsValue> {
        let projects: Option<Vec<&str>> =
            projects.as_ref().map(|projects| projects.iter().map(String::as_str).collect());
        let objects = if with_objects { SliceObjects::All } else { SliceObjects::None };
        let options = SliceOptions { projects: projects.as_deref(), objects };
        self.0.org.slice(subject, options).map_err(|error| thrown(&error))
    }

    /// The subject that it is a slice of.
    #[wasm_bindgen(js_name = sliceOf)]
    #[must_use]
    pub fn slice_of(&self) -> Option<String> {
        self.0.org.slice_of().map(ToOwned::to_owned)
    }

    /// How much it holds.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        value(&self.0.org.stats())
    }
}

/// A new organisation as data, from JSON of `{id, name, owners}`.
///
/// # Errors
/// `bad_argument` when it is not.
#[wasm_bindgen(js_name = newOrganization)]
pub fn new_organization(json: &str) -> Result<JsValue, JsValue> {
    #[derive(Deserialize)]
    struct New {
        id: String,
        name: String,
        owners: Vec<String>,
    }
    let new: New = parse(json)?;
    let owners: Vec<&str> = new.owners.iter().map(String::as_str).collect();
    value(&org::new::new_organization(&new.id, &new.name, &owners))
}

pub(super) fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, JsValue> {
    serde_json::from_str(json)
        .map_err(|_| thrown(&Error::new(ErrorCode::BadArgument, "an argument has not the expected shape")))
}

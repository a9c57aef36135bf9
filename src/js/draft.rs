//! Drafts: changes somebody wants to make, not yet sent.

use js_sys::Array;
use serde::Deserialize;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use super::change::{expanded, principal_of, request_of, unexpected};
use super::whole::{Core, parse, strings, value};
use crate::decide::asked::Asked;
use crate::{BoxChange, BoxName, BoxState, Draft, Node, Request};

/// A draft.
#[wasm_bindgen]
pub struct DraftCore(pub(super) Draft);

/// The arguments of [`DraftCore::change`], whichever of them an operation takes.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Arguments {
    noun: String,
    id: String,
    body: Value,
    items: Vec<Value>,
    ids: Vec<String>,
    kind: u32,
    boxes: Vec<Checkbox>,
}

/// A box of the permission matrix that is to be on or off.
#[derive(Deserialize)]
struct Checkbox {
    r#type: String,
    id: String,
    restrict: Option<String>,
    r#box: String,
    on: bool,
}

impl Checkbox {
    fn change(self) -> Option<BoxChange> {
        Some(BoxChange {
            on: Node { object_type: self.r#type, id: self.id },
            restrict: self.restrict,
            name: BoxName::from_name(&self.r#box)?,
            state: if self.on { BoxState::On } else { BoxState::Off },
        })
    }
}

#[wasm_bindgen]
impl DraftCore {
    /// A number that grows with every change of the draft.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.0.version() as u32
    }

    /// Adds a request, which is JSON; returns the ids of what it creates.
    ///
    /// # Errors
    /// `bad_argument` when it has not the shape of a request.
    pub fn request(&mut self, request: &str) -> Result<Array, JsValue> {
        Ok(strings(self.0.request(request_of(request)?)))
    }

    /// Adds a change by its name and its arguments, which are JSON; returns the ids of what it creates.
    ///
    /// # Errors
    /// `bad_argument` when there is no such change, or it takes other arguments.
    pub fn change(&mut self, name: &str, arguments: &str) -> Result<Array, JsValue> {
        let Arguments { noun, id, body, items, ids, kind, boxes } = parse(arguments)?;
        let draft = &mut self.0;
        match name {
            "grant" => {
                return Ok(strings(draft.request(of_items("POST", "/v1/acl", "add_acls", items))));
            }
            "revoke" => {
                draft.request(of_items("DELETE", "/v1/acl", "remove_acls", items));
            }
            "revokeAcl" => draft.revoke_acl(&id),
            "setMatrix" => {
                let boxes: Option<Vec<BoxChange>> = boxes.into_iter().map(Checkbox::change).collect();
                draft.set_matrix(&principal_of(kind, &id), &boxes.ok_or_else(unexpected)?);
            }
            "create" => return Ok(strings(vec![draft.create(&noun, body)])),
            "update" => draft.update(&noun, &id, body),
            "delete" => draft.delete(&noun, &id),
            "setMembers" => draft.set_members(&id, &ids),
            "members" => draft.members(body),
            "createServiceToken" => draft.create_service_token(body),
            "updateOrganization" => draft.update_organization(body),
            "narrow" => {
                let except: Vec<&str> = ids.iter().map(String::as_str).collect();
                draft.narrow(&id, &except);
            }
            _ => return Err(unexpected()),
        }
        Ok(Array::new())
    }

    /// The changes.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn changes(&self) -> Result<JsValue, JsValue> {
        value(&self.0.changes())
    }

    /// What is wrong with the changes.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn findings(&self) -> Result<JsValue, JsValue> {
        value(&self.0.findings())
    }

    /// Who gains and who loses what: at most `limit` rows after the first `after`.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn diff(&self, after: u32, limit: Option<u32>) -> Result<JsValue, JsValue> {
        let rows = self.0.diff();
        let rows = &rows[(after as usize).min(rows.len())..];
        let limit = limit.map_or(rows.len(), |limit| (limit as usize).min(rows.len()));
        value(&&rows[..limit])
    }

    /// How many people gain and lose something.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn summary(&self) -> Result<JsValue, JsValue> {
        value(&self.0.summary())
    }

    /// The requests that carry the draft out.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn requests(&self) -> Result<JsValue, JsValue> {
        value(&self.0.requests())
    }

    /// Takes a change back: the last one when no index is given.
    pub fn undo(&mut self, index: Option<u32>) {
        self.0.undo(index.map(|index| index as usize));
    }

    /// Takes every change back.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Replays the changes on another state of the organisation; returns findings of those that it
    /// refuses now.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn rebase(&mut self, core: &Core) -> Result<JsValue, JsValue> {
        value(&self.0.rebase(&core.0.org))
    }

    /// The organisation as it would be.
    #[must_use]
    pub fn preview(&self) -> Core {
        Core(Asked::of(self.0.preview().fork()))
    }
}

/// One request for one ACL, a batch for several.
fn of_items(method: &str, path: &str, field: &str, items: Vec<Value>) -> Request {
    let mut items = expanded(items);
    if items.len() == 1 {
        return Request::new(method, path).body(items.remove(0));
    }
    let body = Map::from_iter([(field.to_owned(), Value::Array(items))]);
    Request::new("POST", "/v1/acl/batch_update").body(Value::Object(body))
}

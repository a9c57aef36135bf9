//! Questions about changes: what is wrong with a request, whether it may be sent, what somebody
//! could give themselves; the permission matrix and the audit.

use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::draft::DraftCore;
use super::whole::{Core, parse, value};
use crate::decide::access::Principal;
use crate::model::credential::Credential;
use crate::model::error::{Error, ErrorCode};
use crate::org::Org;
use crate::{Actor, Permission, PermissionSet, Request};

/// The kind of subject that belongs to a group alone.
const GROUP: u32 = 1;

pub(super) fn principal_of(kind: u32, id: &str) -> Principal {
    if kind == GROUP { Principal::Group(id.to_owned()) } else { Principal::User(id.to_owned()) }
}

/// An actor from JSON of `{kind, id, credential}`.
fn actor_of(org: &Org, json: &str) -> Result<Actor, JsValue> {
    #[derive(Deserialize)]
    struct Given {
        kind: u32,
        id: Option<String>,
        credential: String,
    }
    let Given { kind, id, credential } = parse(json)?;
    let credential = match credential.as_str() {
        "session" => Credential::Session,
        "api_key" => Credential::ApiKey,
        "service_token" => Credential::ServiceToken,
        _ => Credential::Unknown,
    };
    Ok(match id {
        Some(group) if kind == GROUP => Actor::from(&org.member_of(&group)).with(credential),
        Some(user) => Actor::new(&user, credential),
        None => Actor::anonymous().with(credential),
    })
}

/// A request from JSON of `{method, path, body?, headers?}`.
pub(super) fn request_of(json: &str) -> Result<Request, JsValue> {
    Request::from_json(json.as_bytes()).map_err(|_| unexpected())
}

pub(super) fn unexpected() -> JsValue {
    super::whole::thrown(&Error::new(ErrorCode::BadArgument, "an argument has not the expected shape"))
}

/// `manage_access` stands for one ACL for each of the four `*_acls`. The items are as they were
/// given: what is wrong with one is a finding.
pub(super) fn expanded(items: Vec<Value>) -> Vec<Value> {
    items.into_iter().flat_map(expanded_item).collect()
}

fn expanded_item(item: Value) -> Vec<Value> {
    if item.get("permission").and_then(Value::as_str) != Some("manage_access") {
        return vec![item];
    }
    let with = |permission: Permission| {
        let mut item = item.clone();
        item["permission"] = permission.as_str().into();
        item
    };
    PermissionSet::MANAGE_ACCESS.iter().map(with).collect()
}

#[wasm_bindgen]
impl Core {
    /// What is wrong with a request; both arguments are JSON.
    ///
    /// # Errors
    /// `bad_argument` when they have not the shape of a request and an actor.
    pub fn validate(&self, request: &str, actor: &str) -> Result<JsValue, JsValue> {
        value(&self.0.org.validate(&request_of(request)?, &actor_of(&self.0.org, actor)?))
    }

    /// Whether a request may be sent; both arguments are JSON.
    ///
    /// # Errors
    /// As [`Core::validate`].
    pub fn authorize(&self, request: &str, actor: &str) -> Result<JsValue, JsValue> {
        value(&self.0.org.authorize(&request_of(request)?, &actor_of(&self.0.org, actor)?))
    }

    /// The permission matrix of a user (kind 0) or a group (kind 1).
    ///
    /// # Errors
    /// None that data can cause.
    pub fn matrix(&self, kind: u32, id: &str) -> Result<JsValue, JsValue> {
        value(&self.0.org.matrix(&principal_of(kind, id)))
    }

    /// What somebody who answers for the organisation should look at.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn audit(&self) -> Result<JsValue, JsValue> {
        value(&self.0.org.audit())
    }

    /// What somebody could give themselves beyond what they hold.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn reach(&self, kind: u32, subject: Option<String>) -> Result<JsValue, JsValue> {
        value(&self.0.named(kind, subject.as_deref()).reach())
    }

    /// A draft by an actor, who is JSON.
    ///
    /// # Errors
    /// `bad_argument` when it has not the shape of an actor.
    pub fn draft(&self, actor: &str, creator_grants: bool) -> Result<DraftCore, JsValue> {
        Ok(DraftCore(self.0.org.draft(actor_of(&self.0.org, actor)?, creator_grants)))
    }
}

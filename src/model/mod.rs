//! The vocabulary (the model's section 1): permissions, object types, credentials, findings, errors.

pub(crate) mod credential;
pub(crate) mod error;
pub(crate) mod finding;
pub(crate) mod number;
pub(crate) mod object;
pub(crate) mod permission;

/// The version of the access model that this crate evaluates.
pub const MODEL_VERSION: u32 = 1;

/// Whether a rule that an answer rests on is documented by the vendor or chosen by the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Every rule it rests on is documented by the vendor.
    Documented,
    /// It rests on a decision of the model where the documents are silent.
    Chosen,
}

pub(crate) use number::INTERNAL_PRINCIPAL;
/// The prefix of the roles that internal principals hold and that no list returns.
pub(crate) const INTERNAL_ROLE: &str = "bt:";

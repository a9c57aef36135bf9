//! Who may do what in a Braintrust organisation, and why: permission groups, roles and ACLs,
//! evaluated locally from the API's own JSON.
//!
//! ```
//! use aclarity::{Object, Org, Permission, Reason};
//!
//! # fn main() -> Result<(), aclarity::Error> {
//! let org = Org::from_json(br#"{
//!     "organization": {"id": "acme", "name": "Acme"},
//!     "users": [{"id": "ada", "given_name": "Ada"}, {"id": "bo", "given_name": "Bo"}],
//!     "groups": [{"id": "labelling", "name": "Labelling", "member_users": ["ada"]}],
//!     "projects": [{"id": "search", "name": "Search"}],
//!     "datasets": [{"id": "golden", "project_id": "search", "name": "Golden"}],
//!     "acls": [{"id": "a1", "object_type": "project", "object_id": "search",
//!               "group_id": "labelling", "permission": "update"}]
//! }"#)?;
//! let golden = Object::dataset("golden");
//!
//! // May Ada update this dataset, and why?
//! let ada = org.subject("ada");
//! assert!(ada.can(Permission::Update, &golden));
//! let why = ada.explain(Permission::Update, &golden);
//! assert_eq!(
//!     why.text,
//!     "`Ada` may update the dataset `Golden`: their group `Labelling` holds `update` on the project `Search`"
//! );
//!
//! // Why may Bo not, and what would help?
//! let why_not = org.subject("bo").explain(Permission::Update, &golden);
//! assert_eq!(why_not.reason, Reason::NoGrant);
//! assert_eq!(
//!     why_not.near_misses[0].text,
//!     "the group `Labelling` may update the project `Search`, but `Bo` is not in it"
//! );
//!
//! // Who else may?
//! let holders = org.who(Permission::Update, &golden, aclarity::ListOptions::default());
//! assert_eq!(holders.subjects.len(), 1);
//!
//! // What if Bo joined the group?
//! use aclarity::{Actor, Credential};
//! let mut draft = org.draft(Actor::new("ada", Credential::Session), true);
//! draft.add_members("labelling", &["bo".to_owned()]);
//! assert!(draft.preview().subject("bo").can(Permission::Update, &golden));
//! assert_eq!(&*draft.diff()[0].subjects[0], "bo");
//! assert_eq!(draft.requests()[0].path, "/v1/group/labelling");
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! * **Load**: [`Org::from_json`], or a [`Loader`] for texts in pieces and lists from several
//!   endpoints, or [`Org::from_export`] for rows. Imperfect data load, grant nothing they should
//!   not, and are reported by [`Org::findings`].
//! * **Ask**: [`Org::subject`] and then [`Subject::can`], [`Subject::permissions`],
//!   [`Subject::can_create`], [`Subject::list`], [`Subject::explain`]; [`Org::who`] and
//!   [`Org::access`] for everybody.
//! * **Follow**: [`Org::apply`] changes rows in place, at a cost that follows the change.
//! * **Change**: [`Org::draft`] holds changes as requests of the API: [`Draft::preview`] is the
//!   organisation as it would be, [`Draft::diff`] says who gains and who loses what, and
//!   [`Draft::requests`] are the calls that make it so. For a single [`Request`], [`Org::validate`]
//!   says what is wrong with it and [`Org::authorize`] whether somebody may send it.
//! * **Oversee**: [`Org::audit`], [`Subject::reach`] for what somebody could give themselves, and
//!   [`Org::matrix`] for the checkboxes of the settings pages.
//!
//! Everything fails closed: what is unknown, deleted, malformed or of another organisation grants
//! nothing. A question is never an error; data are one only when they have not the shape of an
//! export ([`Error`], with the place). What is wrong with a request is a [`Finding`].
//!
//! # Scope
//!
//! The crate evaluates one version of the access model ([`MODEL_VERSION`]). It talks to no server,
//! keeps no secret and has no JavaScript dependency; the bindings for the npm package of the same
//! name are behind the feature `js`, on `wasm32-unknown-unknown` alone.

mod audit;
mod change;
mod decide;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
mod js;
mod load;
mod model;
mod org;

pub use change::diff::DiffRow;
pub use change::draft::{Change, Draft};
pub use change::matrix::{BoxSource, BoxState, Matrix, MatrixBox, OtherRow};
pub use change::matrix_edit::BoxChange;
pub use change::matrix_table::{BoxName, MatrixEntry, matrix_table};
pub use change::needs::{Authorization, Decision, Filter, Need, requests_table};
pub use change::request::{Actor, Request};
pub use change::summary::SummaryRow;
pub use decide::access::{AccessRow, Holder, Holders, Principal};
pub use decide::explain::{Explanation, GrantPath};
pub use decide::fixes::{AclItem, Fix, Remedy};
pub use decide::list::ListOptions;
pub use decide::misses::{Missing, NearMiss};
pub use decide::reach::{ReachRow, ReachStep};
pub use decide::subject::{Membership, Reason, Subject};
pub use load::rows;
pub use load::rows::Export;
pub use model::credential::{API_KEY_PREFIX, Credential, SERVICE_TOKEN_PREFIX};
pub use model::error::{Error, ErrorCode};
pub use model::finding::{Code, Finding, Node, Param, Params, Severity};
pub use model::object::{NOUNS, OBJECT_TYPES, Object, ObjectType};
pub use model::permission::{Permission, PermissionSet};
pub use model::{Basis, MODEL_VERSION};
pub use org::new::new_organization;
pub use org::{
    Applied, LoadOptions, Loader, Members, Org, SliceObjects, SliceOptions, SnapshotReader, Stats,
    UnknownObjects,
};

/// Random organisations, for the tests of what has no public name.
#[cfg(test)]
#[path = "../tests/naive/mod.rs"]
mod naive;

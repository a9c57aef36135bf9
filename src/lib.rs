#![doc = "temporary"]
mod decide;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
mod js;
mod load;
mod model;
mod org;
pub use decide::access::{AccessRow, Holder, Holders, Principal};
pub use decide::explain::{Explanation, GrantPath};
pub use decide::fixes::{AclItem, Fix, Remedy};
pub use decide::list::ListOptions;
pub use decide::misses::{Missing, NearMiss};
pub use decide::subject::{Membership, Reason, Subject};
pub use load::rows;
pub use load::rows::Export;
pub use model::credential::Credential;
pub use model::error::{Error, ErrorCode};
pub use model::finding::{Code, Finding, Node, Param, Params, Severity};
pub use model::object::{NOUNS, OBJECT_TYPES, Object, ObjectType};
pub use model::permission::{Permission, PermissionSet};
pub use model::{Basis, MODEL_VERSION};
pub use org::new::new_organization;
pub use org::{Applied, LoadOptions, Loader, Members, Org, Stats, UnknownObjects};

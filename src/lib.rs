#![doc = "temporary"]
mod load;
mod model;
mod org;
pub use model::credential::Credential;
pub use model::error::{Error, ErrorCode};
pub use model::finding::{Code, Finding, Node, Param, Params, Severity};
pub use model::object::{Object, ObjectType, OBJECT_TYPES, NOUNS};
pub use model::permission::{Permission, PermissionSet};
pub use model::{Basis, MODEL_VERSION};
pub use org::new::new_organization;
pub use org::{Applied, LoadOptions, Loader, Members, Org, Stats, UnknownObjects};

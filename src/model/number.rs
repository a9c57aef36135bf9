//! Numbers of the known types, as compiled organisations and snapshots use them, and how internal principals are
//! known. A file of its own, which the small module of `aclarity/lite` has too.

pub const ORGANIZATION: u16 = 0;
pub const ORG_PROJECT: u16 = 1;
pub const ORG_MEMBER: u16 = 2;
pub const ORG_AUDIT_LOGS: u16 = 3;
pub const PROJECT_GROUP: u16 = 4;
pub const PROJECT: u16 = 5;
pub const EXPERIMENT: u16 = 6;
pub const DATASET: u16 = 7;
pub const PROMPT: u16 = 8;
pub const PROMPT_SESSION: u16 = 9;
pub const PROJECT_LOG: u16 = 10;
pub const GROUP: u16 = 11;
pub const ROLE: u16 = 12;
/// How many types are known.
pub const KNOWN: u16 = 13;
/// A type that the data never name.
pub const NEVER_NAMED: u16 = u16::MAX;

/// The prefix of internal principals, such as the service that runs a project's scorers.
pub const INTERNAL_PRINCIPAL: &str = "bt::";

/// The four that exist once, under the organisation's own id.
pub const fn is_singleton(ty: u16) -> bool {
    ty <= ORG_AUDIT_LOGS
}

/// What lives directly in a project and has an id of its own.
pub const fn is_child(ty: u16) -> bool {
    matches!(ty, EXPERIMENT | DATASET | PROMPT | PROMPT_SESSION)
}

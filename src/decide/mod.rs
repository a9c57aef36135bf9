//! The questions: may somebody do something, why, and who else may.

pub(crate) mod access;
pub(crate) mod basis;
pub(crate) mod explain;
pub(crate) mod fixes;
pub(crate) mod list;
pub(crate) mod misses;
#[allow(dead_code)] // until changes are validated
pub(crate) mod reach;
#[allow(dead_code)]
pub(crate) mod redundancy;
pub(crate) mod subject;

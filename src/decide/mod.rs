//! The questions: may somebody do something, why, and who else may.

pub(crate) mod access;
#[cfg(any(test, all(feature = "js", target_arch = "wasm32")))]
pub(crate) mod asked;
pub(crate) mod basis;
pub(crate) mod explain;
pub(crate) mod fixes;
pub(crate) mod inherited;
pub(crate) mod list;
pub(crate) mod misses;
pub(crate) mod reach;
pub(crate) mod redundancy;
mod remedies;
pub(crate) mod subject;

//! The JavaScript bindings: convert, call, convert. Everything that users see is in the npm
//! package's TypeScript; this is what it calls. There are two modules: the whole one, and a small
//! one for snapshots (`aclarity/lite`).

// What crosses the boundary is owned by this side of it.
#![allow(clippy::needless_pass_by_value)]

mod asked;
#[cfg(not(feature = "lite"))]
mod change;
#[cfg(not(feature = "lite"))]
mod draft;
#[cfg(feature = "lite")]
mod json;
#[cfg(feature = "lite")]
mod lite;
#[cfg(not(feature = "lite"))]
mod whole;

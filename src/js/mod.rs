//! The JavaScript bindings: convert, call, convert. Everything that users see is in the npm
//! package's TypeScript; this is what it calls. The small module for snapshots (`aclarity/lite`) is a
//! crate of its own, in `lite/`.

// What crosses the boundary is owned by this side of it.
#![allow(clippy::needless_pass_by_value)]

mod change;
mod draft;
mod room;
mod whole;

//! How much an answer tells of ways through groups and roles. A file of its own, which the small module of
//! `aclarity/lite` has too.

/// Up to this length every way is told whole.
pub const SHORT: usize = 16;
/// How many groups and roles may stand in ways that are longer.
pub const WAYS: usize = 300_000;

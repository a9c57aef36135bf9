//! Changes: requests of the API, what they need, what is wrong with them, what they change.

pub(crate) mod diff;

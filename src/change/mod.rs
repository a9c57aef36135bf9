//! Changes: requests of the API, what they need, what is wrong with them, what they change.

#[allow(dead_code)] // until all that reads bodies is here
pub(crate) mod body;
pub(crate) mod diff;
#[allow(dead_code)]
pub(crate) mod request;

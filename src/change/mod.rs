//! Changes: requests of the API, what they need, what is wrong with them, what they change; and the
//! permission matrix that people see and edit.

#[allow(dead_code)] // until all that reads bodies is here
pub(crate) mod body;
pub(crate) mod diff;
pub(crate) mod matrix;
pub(crate) mod matrix_table;
pub(crate) mod needs;
pub(crate) mod request;

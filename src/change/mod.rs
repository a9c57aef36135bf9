//! Changes: requests of the API, what they need, what is wrong with them, what they change; and the
//! permission matrix that people see and edit.

#[allow(dead_code)] // until all that reads bodies is here
pub(crate) mod body;
pub(crate) mod diff;
pub(crate) mod matrix;
#[allow(dead_code)] // until drafts are here
pub(crate) mod matrix_edit;
pub(crate) mod matrix_table;
#[allow(dead_code)]
pub(crate) mod narrow;
pub(crate) mod needs;
pub(crate) mod request;

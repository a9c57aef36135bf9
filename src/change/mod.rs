//! Changes: requests of the API, what they need, what is wrong with them, what they change; and the
//! permission matrix that people see and edit.

pub(crate) mod body;
mod describe;
pub(crate) mod diff;
pub(crate) mod draft;
pub(crate) mod edits;
pub(crate) mod effect;
pub(crate) mod matrix;
pub(crate) mod matrix_edit;
pub(crate) mod matrix_table;
pub(crate) mod narrow;
pub(crate) mod needs;
mod plan;
pub(crate) mod request;
mod step;
pub(crate) mod summary;
mod validate;

//! From the text of an export, as the API gives it, to rows with their places.

pub(crate) mod date;
pub(crate) mod list;
mod missing;
pub(crate) mod row;
pub mod rows;
pub(crate) mod splitter;

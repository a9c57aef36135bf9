//! Fixes in a module that is small: none, as on a slice, whatever was read.

use super::fixes::{Fix, Place};
use super::misses::Candidate;
use super::subject::Subject;
use crate::model::permission::PermissionSet;
use crate::org::Target;

pub(super) fn fixes(
    _: &Subject<'_>,
    _: &Target<'_>,
    _: PermissionSet,
    _: PermissionSet,
    _: &[Candidate],
    _: &Place,
) -> Vec<Fix> {
    Vec::new()
}

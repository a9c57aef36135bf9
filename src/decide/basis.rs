//! Whether an answer rests on documented rules only.

use crate::model::Basis;
use crate::model::object::number;

/// MODEL 2: the types whose place in the tree, and whose ids, are documented by the vendor. The
/// others are placed by the model's own choice.
fn is_documented_type(ty: u16) -> bool {
    matches!(
        ty,
        number::ORGANIZATION
            | number::PROJECT_GROUP
            | number::PROJECT
            | number::EXPERIMENT
            | number::DATASET
            | number::PROMPT
            | number::PROMPT_SESSION
    )
}

/// The basis of a yes by a grant on a node of type `on`, about an object of type `ty`.
pub(crate) fn of_grant(ty: u16, on: u16, restricted: bool) -> Basis {
    // MODEL 3: this one example of a restriction is documented.
    if restricted && on == number::ORG_PROJECT && ty == number::PROMPT {
        return Basis::Documented;
    }
    // MODEL 2: that a project group is directly below the organisation is a choice.
    let chosen_edge = ty == number::PROJECT_GROUP && on == number::ORGANIZATION;
    if restricted || chosen_edge || !is_documented_type(ty) || !is_documented_type(on) {
        Basis::Chosen
    } else {
        Basis::Documented
    }
}

/// The basis of a plain no: a choice when the type is placed by choice, or when a grant fails only
/// by its restriction (MODEL 3: exact match). MODEL 2: that all projects is not above a project
/// group is a choice too.
pub(crate) fn of_no(ty: u16, fails_by_restriction: bool) -> Basis {
    if is_documented_type(ty) && ty != number::PROJECT_GROUP && !fails_by_restriction {
        Basis::Documented
    } else {
        Basis::Chosen
    }
}

//! What can be on, below and in an object of each type (the model's sections 2 and 3).

use crate::model::object::{OBJECT_TYPES, number};

/// A set of known types, one bit each.
#[derive(Clone, Copy)]
pub(super) struct TypeSet(u16);

/// What an object of a type has to do with objects of other types.
pub(super) struct Contents {
    /// What is on it or below it.
    pub occurs: TypeSet,
    /// What can be created in it, or in what is below it.
    pub created: TypeSet,
}

const fn set(types: &[u16]) -> TypeSet {
    let (mut bits, mut place) = (0, 0);
    while place < types.len() {
        bits |= 1 << types[place];
        place += 1;
    }
    TypeSet(bits)
}

impl TypeSet {
    const NONE: TypeSet = TypeSet(0);
    const ALL: TypeSet = TypeSet((1 << number::KNOWN) - 1);

    const fn and(self, other: TypeSet) -> TypeSet {
        TypeSet(self.0 | other.0)
    }

    pub fn contains(self, ty: u16) -> bool {
        ty < number::KNOWN && self.0 & (1 << ty) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The wire names.
    pub fn names(self) -> Vec<String> {
        let known = (0..number::KNOWN).filter(|ty| self.contains(*ty));
        known.map(|ty| OBJECT_TYPES[ty as usize].to_owned()).collect()
    }
}

const IN_PROJECT: TypeSet =
    set(&[number::EXPERIMENT, number::DATASET, number::PROMPT, number::PROMPT_SESSION, number::PROJECT_LOG]);

const fn holds(occurs: TypeSet, created: TypeSet) -> Contents {
    Contents { occurs, created }
}

const fn leaf(ty: u16) -> Contents {
    holds(set(&[ty]), TypeSet::NONE)
}

/// By the number of the type.
static CONTENTS: [Contents; number::KNOWN as usize] = [
    holds(
        TypeSet::ALL,
        IN_PROJECT.and(set(&[
            number::ORG_MEMBER,
            number::PROJECT_GROUP,
            number::PROJECT,
            number::GROUP,
            number::ROLE,
        ])),
    ),
    holds(
        IN_PROJECT.and(set(&[number::ORG_PROJECT, number::PROJECT])),
        IN_PROJECT.and(set(&[number::PROJECT])),
    ),
    // Inviting is `create` on org_member.
    holds(set(&[number::ORG_MEMBER]), set(&[number::ORG_MEMBER])),
    leaf(number::ORG_AUDIT_LOGS),
    // A project that is created is in no project group yet.
    holds(IN_PROJECT.and(set(&[number::PROJECT_GROUP, number::PROJECT])), IN_PROJECT),
    holds(IN_PROJECT.and(set(&[number::PROJECT])), IN_PROJECT),
    leaf(number::EXPERIMENT),
    leaf(number::DATASET),
    leaf(number::PROMPT),
    leaf(number::PROMPT_SESSION),
    // Inserting asks for `update` beside it, which is another finding.
    holds(set(&[number::PROJECT_LOG]), set(&[number::PROJECT_LOG])),
    leaf(number::GROUP),
    leaf(number::ROLE),
];

/// What a type contains; none for a type that this version does not know.
pub(super) fn contents(ty: u16) -> Option<&'static Contents> {
    CONTENTS.get(ty as usize)
}

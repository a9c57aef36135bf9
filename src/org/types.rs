//! Object types as numbers: the known ones by their place in the model, others as the data name them.

use std::sync::Arc;

use crate::model::object::{OBJECT_TYPES, known_type_number, number};

/// How many unknown types are kept apart; real data have a handful.
pub(super) const MAX_UNKNOWN: usize = 1 << 10;

#[derive(Clone, Debug, Default)]
pub(crate) struct Types {
    unknown: Arc<Vec<Box<str>>>,
}

impl Types {
    /// The number of a wire name; [`number::NEVER_NAMED`] when the data do not name it.
    pub fn get(&self, name: &str) -> u16 {
        known_type_number(name)
            .or_else(|| self.unknown.iter().position(|t| **t == *name).map(|i| number::KNOWN + i as u16))
            .unwrap_or(number::NEVER_NAMED)
    }

    /// The number of a wire name, a new one if the data name it for the first time; none when there
    /// are too many.
    pub fn number(&mut self, name: &str) -> Option<u16> {
        match self.get(name) {
            number::NEVER_NAMED if self.unknown.len() >= MAX_UNKNOWN => None,
            number::NEVER_NAMED => {
                self.push(name);
                Some(number::KNOWN + (self.unknown.len() - 1) as u16)
            }
            known => Some(known),
        }
    }

    /// The unknown ones, in the order of their numbers.
    pub fn unknown(&self) -> &[Box<str>] {
        &self.unknown
    }

    /// A further unknown one.
    pub fn push(&mut self, name: &str) {
        Arc::make_mut(&mut self.unknown).push(name.into());
    }

    /// How many numbers stand for types.
    pub fn count(&self) -> usize {
        usize::from(number::KNOWN) + self.unknown.len()
    }

    pub fn name(&self, ty: u16) -> &str {
        match OBJECT_TYPES.get(ty as usize) {
            Some(name) => name,
            None => self.unknown.get((ty - number::KNOWN) as usize).map_or("", |name| name),
        }
    }
}

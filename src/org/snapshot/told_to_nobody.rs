//! What findings and changes need to know of the lists, in a module that has neither: it is passed
//! over.

use super::bytes::{Damage, In};
use crate::org::Org;

#[derive(Debug, Default)]
pub(super) struct Told;

impl Told {
    /// Passes over a block, whose checksum was right.
    pub fn read(&mut self, _: &mut Org, _: u8, _: In<'_>) -> Result<(), Damage> {
        Ok(())
    }

    /// When everything was read.
    pub fn end(_: &Org) -> Result<(), Damage> {
        Ok(())
    }
}

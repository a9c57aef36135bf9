//! What findings and changes need to know of the lists, as it stands in a snapshot.

use super::bytes::{Damage, In};
use super::issues::read_issues;
use super::kind;
use crate::load::list::List;
use crate::org::Org;

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The first row of each list that may not count.
    skipped: [u32; List::ALL.len()],
}

impl Told {
    /// Reads a block of one of the three kinds.
    pub fn read(&mut self, org: &mut Org, kind: u8, mut from: In<'_>) -> Result<(), Damage> {
        let Some(list) = List::ALL.get(usize::from(from.byte()?)).copied() else {
            return Err(Damage("it speaks of an unknown list"));
        };
        match kind {
            kind::PAGES => {
                for _ in 0..from.count()? {
                    let (first, prefix, base) = (from.number()?, from.text()?, from.number()?);
                    if !org.places_mut(list).read_page(first, prefix, base) {
                        return Err(Damage("a page of it stands nowhere"));
                    }
                }
                from.end()
            }
            kind::SKIPPED => {
                for _ in 0..from.count()? {
                    let slot = from.below(org.places(list).slots() as usize)?;
                    let id = from.text()?;
                    let next = &mut self.skipped[list as usize];
                    if slot < std::mem::replace(next, slot + 1) || org.has_row_at(list, slot) {
                        return Err(Damage("a row of it both counts and does not"));
                    }
                    org.places_mut(list).skip(slot, Some(id));
                }
                from.end()
            }
            _ => read_issues(org, list, &mut from),
        }
    }

    /// When everything was read.
    pub fn end(org: &Org) -> Result<(), Damage> {
        if org.slice.is_none() && List::ALL.iter().any(|list| !org.places(*list).is_whole()) {
            return Err(Damage("rows of it stand nowhere"));
        }
        Ok(())
    }
}

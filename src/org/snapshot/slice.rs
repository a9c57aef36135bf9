//! What a slice says about itself.

use std::sync::Arc;

use super::bytes::{Damage, In, Out};
use crate::model::object::number;

/// How much of what is above an object counts when the slice does not hold the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::org) enum Trust {
    /// Nothing.
    Nothing,
    /// What is above all projects.
    AllProjects,
    /// The project that is named, and what is above it.
    Project,
}

/// A slice: whose it is, and what it may say of objects that it does not hold.
#[derive(Clone, Debug)]
pub(in crate::org) struct Slice {
    pub subject: Box<str>,
    /// The subject is not a member any more (the model's section 4).
    pub departed: bool,
    /// By known type.
    pub trust: [Trust; number::KNOWN as usize],
    /// Part of the hash of types and ids that the organisation knows and the slice says nothing
    /// about, ascending.
    pub others: Vec<u32>,
}

impl Slice {
    pub(super) fn write(&self, out: &mut Out) {
        out.byte(1);
        out.text(&self.subject);
        out.byte(u8::from(self.departed));
        self.trust.iter().for_each(|trust| out.byte(*trust as u8));
        out.number(self.others.len() as u32);
        self.others.iter().for_each(|other| out.0.extend_from_slice(&other.to_le_bytes()));
    }

    pub(super) fn read(from: &mut In<'_>) -> Result<Option<Arc<Slice>>, Damage> {
        if from.byte()? == 0 {
            return Ok(None);
        }
        let (subject, departed) = (from.text()?.into(), from.byte()? != 0);
        let mut trust = [Trust::Nothing; number::KNOWN as usize];
        for trust in &mut trust {
            *trust = match from.byte()? {
                2 => Trust::Project,
                1 => Trust::AllProjects,
                _ => Trust::Nothing,
            };
        }
        let count = from.count()?;
        let bytes = from.bytes(count.checked_mul(4).ok_or(Damage("part of it is missing"))?)?;
        let others = bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Ok(Some(Arc::new(Slice { subject, departed, trust, others })))
    }
}

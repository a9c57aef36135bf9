//! What JavaScript calls. Numbers and texts cross the boundary, answers that are more as JSON text.

// What crosses the boundary is owned by this side of it, and two functions are smaller than many.
#![allow(clippy::needless_pass_by_value, clippy::too_many_arguments)]

use alloc::string::String;
use alloc::vec::Vec;

use lol_alloc::{FreeListAllocator, LockedAllocator};
use wasm_bindgen::prelude::*;

use crate::{Asked, Question, Small};

#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

/// Memory has run out: no bytes and no question end here otherwise. Whoever called finds the instance broken.
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// A snapshot that can be asked.
#[wasm_bindgen]
pub struct Core {
    small: Small,
    problem: u32,
}

#[wasm_bindgen]
impl Core {
    /// Reads a snapshot. Options are 1 for yes, 0 for no, and else as the snapshot says.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(bytes: Vec<u8>, in_organization: u32, members_known: u32) -> Core {
        let option = |option: u32| (option < 2).then_some(option == 1);
        match Small::read(bytes, option(in_organization), option(members_known)) {
            Ok(small) => Core { small, problem: 0 },
            Err(0) => Core { small: Small::default(), problem: 1 },
            Err(version) => Core { small: Small::default(), problem: u32::from(version) },
        }
    }

    /// An answer that is a number; `what` says which (pkg/src/lite/core.ts). 0: what is wrong with the bytes: 0 nothing, 1
    /// they are no snapshot or a damaged one, else their version, which is too high. 1 and 2: the handle of a user and of a
    /// member of a group alone. 3: the number of a type that is not among the known. 4 to 6: see [`Small`].
    #[must_use]
    pub fn number(&mut self, what: u32, subject: u32, ty: u16, texts: Vec<u8>) -> u32 {
        let small = &mut self.small;
        let [id, project, _] = apart(&texts);
        let text = id.unwrap_or("");
        match what {
            0 => self.problem,
            1 | 2 => small.subject(what == 2, text),
            3 => u32::from(small.type_number(text)),
            4 => small.mask(subject, ty, id, project),
            5 => u32::from(small.can_create(subject, ty, project)),
            _ => u32::from(small.is_owner(subject)),
        }
    }

    /// An answer that is a text. 0 and 1: the organisation's id, and that of the subject that it is a slice of, or nothing.
    /// 2 to 6, as JSON: see [`Small`]; 5 explains to a user and 6 to a member of a group, whose id is the third text.
    #[must_use]
    pub fn text(&mut self, what: u32, subject: u32, ask: u8, ty: u16, texts: Vec<u8>) -> String {
        let small = &mut self.small;
        let [id, project, called] = apart(&texts);
        match what {
            0 => small.organization().into(),
            1 => small.slice_of().unwrap_or("").into(),
            2 => small.list(subject, ask, ty, project),
            3 => small.creatable(subject, ty),
            4 => small.groups(subject),
            _ => {
                let id_of_subject = called.filter(|id| !id.is_empty());
                let asked = Asked { subject, id: id_of_subject, of_group: what == 6 };
                small.explain(asked, Question { ask, ty, id, project })
            }
        }
    }
}

/// Texts that crossed as one: behind each is a byte that UTF-8 never has, and in place of one left out there is another.
/// None, too, for those behind the last.
fn apart(texts: &[u8]) -> [Option<&str>; 3] {
    let each = texts.split_inclusive(|byte| *byte == 0xff);
    let mut each = each.map(|text| core::str::from_utf8(text.split_last()?.1).ok());
    [(); 3].map(|()| each.next().flatten())
}

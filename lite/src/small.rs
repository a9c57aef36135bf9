//! What is known of a snapshot beside its bytes.

use alloc::string::String;
use alloc::vec::Vec;

use crate::closure::Walk;
use crate::ids::{Id, TEXT, format_uuid, hash, parse};
use crate::input::{In, NONE, text_at};

/// A subject whom the data do not name.
pub const NOBODY: u32 = u32::MAX;
/// A subject who is not signed in.
pub const ANONYMOUS: u32 = u32::MAX - 1;

/// Spaces of ids.
pub const NODES: usize = 0;
pub const PRINCIPALS: usize = 1;
pub const ROLES: usize = 2;
pub const TOKENS: usize = 3;
pub const ACLS: usize = 4;

/// Kinds of principals.
pub const USER: u16 = 0;
pub const GROUP: u16 = 1;

/// A node, group, role or token has a row; one of its rows is marked deleted.
pub const KNOWN: u16 = 1;
pub const DELETED: u16 = 2;
/// Of nodes.
pub const PUBLIC: u16 = 4;
/// Of roles.
pub const SYSTEM: u16 = 4;
/// Of principals: it has a row in `users`, and one that is marked deleted; the same, so many bits higher, for
/// `service_accounts`; a token names it; its e-mail is from `users`; an ACL names it.
pub const LISTED: u16 = 4;
pub const UNLISTED: u16 = 8;
pub const ACCOUNTS: u16 = 2;
pub const HAS_TOKEN: u16 = 64;
pub const EMAIL: u16 = 128;
pub const GRANTEE: u16 = 256;

/// What is known of a node, principal, role or token. Texts are places in the bytes, 0 for none.
#[derive(Clone, Copy)]
pub struct Info {
    pub id: u32,
    /// The type of a node, the kind of a principal; with [`TEXT`], the id is none.
    pub kind: u16,
    pub flags: u16,
    pub name: u32,
    /// A node's project; a principal's e-mail; where a role's permissions stand; a token's account.
    pub link: u32,
    /// The node of a group or role.
    pub node: u32,
}

impl Info {
    const NOTHING: Info = Info { id: 0, kind: TEXT, flags: 0, name: 0, link: NONE, node: NONE };

    pub fn new(id: u32, kind: u16) -> Info {
        Info { id, kind, ..Info::NOTHING }
    }

    pub fn is_live(self) -> bool {
        self.flags & (KNOWN | DELETED) == KNOWN
    }
}

/// Ids of one space.
#[derive(Default)]
pub struct Space {
    pub infos: Vec<Info>,
    /// The table by which they are found.
    pub slots: Vec<u32>,
}

impl Space {
    /// The part of a slot that is a number: the bits that numbers leave free hold the lowest of the hash.
    fn mask(&self) -> u32 {
        let bits = usize::BITS - (self.infos.len() + 2).leading_zeros();
        !0 >> (u32::BITS - bits.min(u32::BITS))
    }

    /// Whether the slots are a table: of numbers that there are, each at most once.
    pub fn is_table(&self) -> bool {
        let mut seen = alloc::vec![false; self.infos.len()];
        let mask = self.mask();
        self.slots.iter().filter(|slot| **slot != NONE).all(|slot| {
            let seen = seen.get_mut((slot & mask) as usize);
            seen.is_some_and(|seen| !core::mem::replace(seen, true))
        })
    }
}

/// What an ACL grants: `what` is a permission's number or 8 for a role.
#[derive(Clone, Copy, PartialEq)]
pub struct Grant {
    pub what: u8,
    /// The role, or the type to which the permission is restricted.
    pub of: u32,
    pub deleted: bool,
}

/// An ACL. `id` is a place in the bytes, its highest bit that of a text.
#[derive(Clone, Copy)]
pub struct Acl {
    pub id: u32,
    pub node: u32,
    pub principal: u32,
    /// Counted from one, 0 for a place without an ACL.
    pub grant: u32,
}

impl Acl {
    /// A place without an ACL; one with [`NONE`] for its node is a copy of another ACL.
    pub const NONE: Acl = Acl { id: 0, node: 0, principal: 0, grant: 0 };
}

/// In an ACL's grant: a copy of it is marked deleted.
pub const COPY_DELETED: u32 = 1 << 31;
/// In an ACL's id: it is a text.
pub const TEXT_ID: u32 = 1 << 31;

/// Lists of numbers that belong to numbers.
#[derive(Default)]
pub struct Links {
    first: Vec<u32>,
    all: Vec<(u32, u32)>,
}

impl Links {
    /// Makes them lists for so many numbers, with room for so many in all.
    pub fn grow(&mut self, count: usize, room: usize) {
        if self.first.is_empty() {
            self.first.reserve_exact(room);
        }
        self.first.resize(count, NONE);
    }

    /// Adds a number, unless it was added last.
    pub fn add(&mut self, to: u32, number: u32) {
        let next = self.all.len() as u32;
        if let Some(first) = self.first.get_mut(to as usize)
            && self.all.get(*first as usize).is_none_or(|(last, _)| *last != number)
        {
            self.all.push((number, *first));
            *first = next;
        }
    }

    pub fn of(&self, number: u32) -> impl Iterator<Item = u32> {
        let mut at = self.first.get(number as usize).copied().unwrap_or(NONE);
        core::iter::from_fn(move || {
            let (number, next) = *self.all.get(at as usize)?;
            at = next;
            Some(number)
        })
    }
}

/// How far a project that is named counts for an object that a slice does not hold.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Trust {
    Nothing,
    AllProjects,
    Project,
}

/// What is particular to a slice.
pub struct Slice {
    pub subject: u32,
    pub departed: bool,
    pub trust: [u8; crate::number::KNOWN as usize],
    pub others: Vec<u32>,
}

/// Whose question it is.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The handle.
    pub subject: u32,
    /// The id, unless it is empty or nobody is signed in.
    pub id: Option<&'a str>,
    /// The id is a group's.
    pub of_group: bool,
}

/// A snapshot that can be asked.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub struct Small {
    pub(crate) bytes: Vec<u8>,
    pub(crate) id: u32,
    pub(crate) name: u32,
    /// Options.
    pub(crate) in_organization: bool,
    pub(crate) members_known: bool,
    pub(crate) has_directory: bool,
    /// Names of types that are not among the known.
    pub(crate) types: Vec<u32>,
    pub(crate) singletons: [u32; 4],
    pub(crate) slice: Option<Slice>,
    pub(crate) spaces: [Space; 4],
    pub(crate) grants: Vec<Grant>,
    pub(crate) acls: Vec<Acl>,
    /// ACLs by node, those of a node by grantee, and where each node's begin.
    pub(crate) by_node: Vec<u32>,
    pub(crate) starts: Vec<u32>,
    /// The groups whose row names a principal.
    pub(crate) member_of: Links,
    /// The roles whose row names a role.
    pub(crate) contained_in: Links,
    /// The project groups whose row names a project.
    pub(crate) regions_of: Links,
    /// Who was asked about last, and what they are in.
    pub(crate) asked: Option<u32>,
    pub(crate) walk: Walk,
    pub(crate) departed: bool,
    /// What roles grant on objects of a type, by type; types that are not known share a place.
    pub(crate) role_bits: [Vec<u8>; crate::number::KNOWN as usize + 1],
    pub(crate) other_type: u16,
}

impl Small {
    pub(crate) fn space(&self, space: usize) -> &[Info] {
        self.spaces.get(space).map_or(&[], |space| &space.infos)
    }

    pub(crate) fn info(&self, space: usize, number: u32) -> Info {
        self.space(space).get(number as usize).copied().unwrap_or(Info::NOTHING)
    }

    pub(crate) fn node(&self, node: u32) -> Info {
        self.info(NODES, node)
    }

    pub(crate) fn node_type(&self, node: u32) -> u16 {
        self.node(node).kind & !TEXT
    }

    pub(crate) fn principal(&self, principal: u32) -> Info {
        self.info(PRINCIPALS, principal)
    }

    pub(crate) fn is_type(&self, ty: u32) -> bool {
        (ty as usize) < usize::from(crate::number::KNOWN) + self.types.len()
    }

    pub(crate) fn is_group(&self, principal: u32) -> bool {
        self.principal(principal).kind & !TEXT == GROUP
    }

    pub(crate) fn is_live(&self, space: usize, number: u32) -> bool {
        self.info(space, number).is_live()
    }

    /// The bytes of the text at a place: what is only compared is not looked at whole.
    pub(crate) fn text_bytes(&self, at: u32) -> &[u8] {
        if at == 0 { &[] } else { text_at(&self.bytes, at) }
    }

    /// The text at a place.
    pub(crate) fn text(&self, at: u32) -> &str {
        core::str::from_utf8(self.text_bytes(at)).unwrap_or("")
    }

    /// An id as it stands in the bytes: a text, or a UUID's 16 bytes.
    fn key(&self, info: Info) -> &[u8] {
        if info.kind & TEXT != 0 {
            self.text_bytes(info.id)
        } else {
            In::new(&self.bytes, info.id as usize).take(16)
        }
    }

    /// An id as it is written, with room for a UUID's.
    fn id_bytes<'a>(&'a self, space: usize, number: u32, room: &'a mut [u8; 36]) -> &'a [u8] {
        let info = if space == ACLS {
            let at = self.acls.get(number as usize).map_or(TEXT_ID, |acl| acl.id);
            Info::new(at & !TEXT_ID, if at & TEXT_ID == 0 { 0 } else { TEXT })
        } else {
            self.info(space, number)
        };
        let key = self.key(info);
        if info.kind & TEXT != 0 {
            return key;
        }
        *room = format_uuid(&key.try_into().unwrap_or_default());
        room
    }

    pub(crate) fn id_text(&self, space: usize, number: u32) -> String {
        core::str::from_utf8(self.id_bytes(space, number, &mut [0; 36])).unwrap_or("").into()
    }

    /// Whether two things of two spaces have the same id.
    pub(crate) fn same_id(&self, one: Info, other: Info) -> bool {
        one.kind & TEXT == other.kind & TEXT && self.key(one) == self.key(other)
    }

    /// Whether an id comes before another, code unit by code unit (MODEL 1).
    pub(crate) fn is_before(&self, space: usize, one: u32, other: u32) -> bool {
        let (mut room, mut other_room) = ([0; 36], [0; 36]);
        let one = self.id_bytes(space, one, &mut room);
        let other = self.id_bytes(space, other, &mut other_room);
        // In UTF-16 what is beyond U+FFFF begins with a surrogate, which is below U+E000.
        let rank =
            |byte: &u8| if (0xee..0xf0).contains(byte) { 0x100 | u32::from(*byte) } else { u32::from(*byte) };
        one.iter().map(rank).lt(other.iter().map(rank))
    }

    /// The number of an id, or [`NONE`]; the empty id is nobody's and nothing's.
    pub(crate) fn find(&self, space: usize, kind: u16, id: &str) -> u32 {
        let Some(space) = self.spaces.get(space).filter(|_| !id.is_empty()) else { return NONE };
        let Space { infos, slots } = space;
        let id = parse(id);
        let hash = hash(kind, &id);
        let (kind, key) = match &id {
            Id::Uuid(bytes) => (kind, &bytes[..]),
            Id::Text(text) => (kind | TEXT, text.as_bytes()),
        };
        let mask = space.mask();
        let tag = (hash as u32).checked_shl(mask.count_ones()).unwrap_or(0);
        let first = (((hash >> 32) * slots.len() as u64) >> 32) as usize;
        for slot in slots.iter().skip(first).chain(slots.iter().take(first)) {
            if *slot == NONE {
                break;
            }
            if slot & !mask == tag
                && let Some(info) = infos.get((slot & mask) as usize)
                && info.kind == kind
                && self.key(*info) == key
            {
                return slot & mask;
            }
        }
        NONE
    }

    /// The organisation's id.
    #[must_use]
    pub fn organization(&self) -> &str {
        self.text(self.id)
    }

    /// The subject that it is a slice of.
    #[must_use]
    pub fn slice_of(&self) -> Option<&str> {
        self.slice.as_ref().map(|slice| self.text(slice.subject))
    }

    /// The handle of a user, or of a member of a group alone.
    #[must_use]
    pub fn subject(&self, of_group: bool, id: &str) -> u32 {
        self.find(PRINCIPALS, u16::from(of_group), id)
    }

    /// The number of the name of a type that is not among the known.
    #[must_use]
    pub fn type_number(&self, name: &str) -> u16 {
        let place = self.types.iter().position(|known| self.text_bytes(*known) == name.as_bytes());
        place.map_or(crate::number::NEVER_NAMED, |place| crate::number::KNOWN + place as u16)
    }
}

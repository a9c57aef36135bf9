//! Reading a snapshot, whole or in pieces.

use std::sync::Arc;

use xxhash_rust::xxh64::xxh64;

use super::bytes::{Damage, In, checked};
use super::ids::read_ids;
use super::rows::{Grants, read_rows};
use super::slice::Slice;
use super::told::Told;
use super::{BLOCK_HEAD, BLOCK_SUM, HEAD, MARK, SPACES, Space, VERSION, corrupt, kind};
use crate::load::list::List;
use crate::load::rows::MissingList;
use crate::model::error::{Error, ErrorCode};
use crate::model::object::number;
use crate::org::keys::Keys;
use crate::org::shared::Column;
use crate::org::types::MAX_UNKNOWN;
use crate::org::{LoadOptions, Members, Org, UnknownObjects};

/// Reads a snapshot that arrives in pieces, of which never more than a block is held beside what is
/// made of them.
///
/// ```
/// # fn main() -> Result<(), aclarity::Error> {
/// # let org = aclarity::Org::from_json(br#"{"organization": {"id": "acme"}}"#)?;
/// # let bytes = org.to_bytes();
/// let mut reader = aclarity::SnapshotReader::new(bytes.len());
/// for piece in bytes.chunks(10) {
///     reader.push(piece)?;
/// }
/// assert_eq!(reader.finish()?.id(), "acme");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SnapshotReader {
    state: State,
    /// What has come of a block that is not whole yet.
    held: Vec<u8>,
    failed: Option<Error>,
}

/// What has been read so far.
#[derive(Debug)]
struct State {
    org: Org,
    /// How many bytes come in all, if that is known.
    length: usize,
    sum: u64,
    /// The kind of the block before; none before the mark was read.
    before: Option<u8>,
    counts: [usize; 5],
    /// The slots of the table that is being read.
    table: Vec<u32>,
    /// How many there are in all.
    table_size: usize,
    /// A bit for each number that is found by the table before.
    found: Vec<u64>,
    grants: Grants,
    told: Told,
}

const NO_TABLE: Damage = Damage("a table of it is none");

impl SnapshotReader {
    /// A reader for so many bytes in all, so that what it makes has the size it needs from the
    /// start; 0 when nobody knows how many there are.
    #[must_use]
    pub fn new(length: usize) -> SnapshotReader {
        let state = State {
            org: Org::empty(LoadOptions::default()),
            length,
            sum: 0,
            before: None,
            counts: [0; 5],
            table: Vec::new(),
            table_size: 0,
            found: Vec::new(),
            grants: Grants::default(),
            told: Told::default(),
        };
        SnapshotReader { state, held: Vec::new(), failed: None }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `snapshot_version` and `snapshot_corrupt`. A reader that has failed keeps failing.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.take(bytes).inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        // A block of which something is held is made whole first.
        while !self.held.is_empty() {
            let wanted = self.state.wanted(&self.held);
            let (more, rest) = bytes.split_at(bytes.len().min(wanted - self.held.len()));
            self.held.extend_from_slice(more);
            bytes = rest;
            if self.held.len() < wanted {
                return Ok(());
            }
            if self.state.wanted(&self.held) == wanted {
                let whole = std::mem::take(&mut self.held);
                self.state.part(&whole)?;
            }
        }
        // What comes whole is read where it is.
        loop {
            let wanted = self.state.wanted(bytes);
            if bytes.len() < wanted {
                self.held = bytes.to_vec();
                return Ok(());
            }
            let (whole, rest) = bytes.split_at(wanted);
            self.state.part(whole)?;
            bytes = rest;
        }
    }

    /// Ends reading.
    ///
    /// # Errors
    /// `snapshot_corrupt` when the snapshot is not whole.
    pub fn finish(self) -> Result<Org, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.state.before != Some(kind::END) || !self.held.is_empty() {
            return Err(corrupt("it ends too early"));
        }
        self.state.end().map_err(|Damage(what)| corrupt(what))
    }
}

impl State {
    /// How many bytes the next part has, as far as what is there of it says: the mark and the
    /// version, or a block.
    fn wanted(&self, bytes: &[u8]) -> usize {
        if self.before.is_none() {
            return HEAD;
        }
        match bytes.first_chunk::<BLOCK_HEAD>() {
            Some([_, length @ ..]) => {
                (u32::from_le_bytes(*length) as usize).saturating_add(BLOCK_HEAD + BLOCK_SUM)
            }
            None => BLOCK_HEAD + BLOCK_SUM,
        }
    }

    /// Reads a part that is whole.
    fn part(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(before) = self.before else { return self.head(bytes) };
        let (content, sum) = bytes.split_at(bytes.len() - BLOCK_SUM);
        self.sum = xxh64(content, self.sum);
        if self.sum.to_le_bytes() != sum {
            return Err(corrupt("a checksum of it is wrong"));
        }
        let kind = content[0];
        self.block(before, kind, In(&content[BLOCK_HEAD..])).map_err(|Damage(what)| corrupt(what))?;
        self.before = Some(kind);
        Ok(())
    }

    fn head(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(version) = bytes.strip_prefix(&MARK).and_then(|rest| rest.first()) else {
            return Err(corrupt("it does not begin as one"));
        };
        if *version > VERSION {
            return Err(Error::new(
                ErrorCode::SnapshotVersion,
                format!(
                    "this snapshot is of version {version} of the format, and this library reads up to \
                     {VERSION}; update the library, or make the snapshot anew with this one"
                ),
            ));
        }
        if *version == 0 {
            return Err(corrupt("it is of no version"));
        }
        self.sum = xxh64(bytes, 0);
        self.before = Some(0);
        Ok(())
    }

    fn block(&mut self, before: u8, kind: u8, from: In<'_>) -> Result<(), Damage> {
        // INVARIANT: ids come before the rows that speak of them.
        if kind < before || kind == before && kind::is_single(kind) {
            return Err(Damage("its parts are in the wrong order"));
        }
        if kind != before {
            self.end_of_table(before)?;
        }
        if before == 0 && kind != kind::ABOUT {
            return Err(Damage("its parts are in the wrong order"));
        }
        match kind {
            kind::ABOUT => self.about(from),
            kind::GRANTS => {
                self.grants = Grants::read(&self.org, &mut { from })?;
                Ok(())
            }
            kind::COPIES => self.copies(from),
            kind::PAGES | kind::SKIPPED | kind::ISSUES => self.told.read(&mut self.org, kind, from),
            kind::END => from.end(),
            kind => {
                if let Some(space) = SPACES.into_iter().find(|space| kind / 2 == kind::IDS / 2 + *space as u8)
                {
                    return if kind % 2 == kind::IDS % 2 { self.ids(space, from) } else { self.slots(from) };
                }
                match kind.checked_sub(kind::ROWS).and_then(|list| List::ALL.get(usize::from(list))) {
                    Some(List::Acls) => self.acls(from),
                    Some(list) => read_rows(&mut self.org, *list, &mut { from }),
                    None => Err(Damage("it has a part of an unknown kind")),
                }
            }
        }
    }

    fn about(&mut self, mut from: In<'_>) -> Result<(), Damage> {
        let org = &mut self.org;
        org.id = from.text()?.into();
        org.name = from.maybe_box()?;
        org.plan = from.maybe_box()?;
        let flags = from.byte()?;
        if flags > 7 {
            return Err(Damage("it has options of an unknown kind"));
        }
        org.inferred = flags & 1 != 0;
        if flags & 2 != 0 {
            org.options.unknown_objects = UnknownObjects::InOrganization;
        }
        if flags & 4 != 0 {
            org.options.members = Members::Known;
        }
        let missing = (0..from.count()?).map(|_| {
            let list = from.text()?.to_owned();
            let status = from.maybe_below(usize::from(u16::MAX))?;
            Ok(MissingList { list, status: u16::try_from(status).ok() })
        });
        org.missing = missing.collect::<Result<_, Damage>>()?;
        let unknown = (0..from.count()?).map(|_| Ok(from.text()?.into()));
        org.unknown_lists = Arc::new(unknown.collect::<Result<_, Damage>>()?);
        let types = from.count()?;
        if types > MAX_UNKNOWN {
            return Err(Damage("it names too many types"));
        }
        for _ in 0..types {
            org.types.push(from.text()?);
        }
        let present = from.number()?;
        for list in List::ALL {
            org.places_mut(list).present = present >> list as u8 & 1 != 0;
        }
        for count in &mut self.counts {
            *count = from.number()? as usize;
        }
        for singleton in &mut org.singletons {
            *singleton = from.below(self.counts[0])?;
        }
        org.slice = Slice::read(&mut from)?;
        from.end()
    }

    fn keys(&mut self, space: Space) -> &mut Keys {
        match space {
            Space::Nodes => &mut self.org.node_keys,
            Space::Principals => &mut self.org.principal_keys,
            Space::Roles => self.org.roles.keys_mut(),
            Space::Tokens => &mut self.org.token_keys,
            Space::Acls => self.org.acls.ids_mut(),
        }
    }

    fn ids(&mut self, space: Space, mut from: In<'_>) -> Result<(), Damage> {
        let kinds = match space {
            Space::Nodes => self.org.types.count() as u16,
            Space::Principals => 2,
            _ => 1,
        };
        self.found.clear();
        // A UUID takes 16 bytes: whoever says that there are more is not believed before they come.
        let room = self.counts[space as usize].min(self.length / 16);
        if self.keys(space).len() == 0 {
            self.keys(space).reserve(room);
            match space {
                Space::Nodes => self.org.nodes = Column::with_room(room),
                Space::Principals => self.org.principals = Column::with_room(room),
                Space::Acls => self.org.acls.reserve(room),
                Space::Roles | Space::Tokens => {}
            }
        }
        read_ids(self.keys(space), kinds, &mut from)?;
        match space {
            Space::Nodes => self.org.add_nodes(),
            Space::Principals => self.org.add_principals(),
            Space::Roles => self.org.roles.add_infos(),
            Space::Tokens => self.org.add_tokens(),
            Space::Acls => {}
        }
        Ok(())
    }

    fn slots(&mut self, mut from: In<'_>) -> Result<(), Damage> {
        let size = from.number()? as usize;
        if self.table.is_empty() {
            self.table.reserve_exact(size.min(self.length / 4));
        }
        let slots = from.0.chunks_exact(4);
        if !slots.remainder().is_empty() {
            return Err(NO_TABLE);
        }
        self.table.extend(slots.map(|slot| u32::from_le_bytes([slot[0], slot[1], slot[2], slot[3]])));
        self.table_size = size;
        Ok(())
    }

    /// A table is put to use when all of it was read.
    fn end_of_table(&mut self, kind: u8) -> Result<(), Damage> {
        let slots = std::mem::take(&mut self.table);
        if slots.len() != std::mem::take(&mut self.table_size) {
            return Err(NO_TABLE);
        }
        if let Some(space) = SPACES.into_iter().find(|space| kind == kind::TABLE + 2 * *space as u8) {
            self.found = self.keys(space).set_table(slots)?;
        }
        Ok(())
    }

    fn acls(&mut self, mut from: In<'_>) -> Result<(), Damage> {
        let count = from.number()? as usize;
        let slots = self.org.acls.slot_count() as usize;
        if count > self.org.acls.ids().len() - slots {
            return Err(Damage("it has more ACLs than ids of them"));
        }
        let (nodes, principals, grants) = (from.column(count)?, from.column(count)?, from.column(count)?);
        for ((node, principal), grant) in nodes.into_iter().zip(principals).zip(grants) {
            // INVARIANT: what is found by its id is there.
            let slot = self.org.acls.slot_count() as usize;
            let found = self.found.get(slot / 64).is_some_and(|bits| bits >> (slot % 64) & 1 != 0);
            if found != (grant != 0) && self.org.slice.is_none() {
                return Err(Damage("an ACL of it is not found"));
            }
            match self.grants.acl(&self.org, node, principal, grant)? {
                Some(acl) => self.org.acls.push(acl),
                None => self.org.acls.push_blank(),
            }
        }
        self.org.places_mut(List::Acls).append_all_read(count);
        from.end()
    }

    fn copies(&mut self, mut from: In<'_>) -> Result<(), Damage> {
        for _ in 0..from.count()? {
            let (slot, first) = (from.number()?, from.number()?);
            let (node, principal, grant) = (from.number()?, from.number()?, from.number()?);
            let acl = self.grants.acl(&self.org, node, principal, grant)?;
            let acls = &self.org.acls;
            let fits = acls.get(first).is_some()
                && acls.get(slot).is_none()
                && slot < acls.slot_count()
                && acls.copied_from(slot).is_none();
            match acl.filter(|_| fits) {
                Some(acl) => self.org.add_acl_copy(first, slot, acl),
                None => return Err(Damage("a copy of an ACL in it is of none")),
            }
        }
        from.end()
    }

    fn end(mut self) -> Result<Org, Damage> {
        let org = &mut self.org;
        if SPACES.iter().any(|space| {
            let counts = [
                org.node_keys.len(),
                org.principal_keys.len(),
                org.roles.len(),
                org.token_keys.len(),
                org.acls.ids().len(),
            ];
            counts[*space as usize] != self.counts[*space as usize]
        }) || org.acls.slot_count() as usize != org.acls.ids().len()
        {
            return Err(Damage("it has not as much as it says"));
        }
        Told::end(org)?;
        for ty in 0..4 {
            let node = org.singletons[usize::from(ty)];
            checked(node, org.nodes.len())?;
            if org.node_type(node) != ty || org.node_id(node) != *org.id || !number::is_singleton(ty) {
                return Err(Damage("its organization is none"));
            }
            org.set_node_state(node, true, false);
        }
        org.settle();
        org.version = 1;
        Ok(self.org)
    }
}

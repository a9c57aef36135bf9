//! Reading: every block's checksum, and every number before it is used.

use alloc::vec::Vec;

use xxhash_rust::xxh64::xxh64;

use crate::format::{BLOCK_HEAD, BLOCK_SUM, HEAD, MARK, VERSION, kind, list};
use crate::ids::TEXT;
use crate::input::{In, NONE, text_at};
use crate::number::KNOWN as TYPES;
use crate::roles::ROLE;
use crate::small::{
    ACLS, Acl, COPY_DELETED, GRANTEE, Grant, HAS_TOKEN, Info, KNOWN, NODES, PRINCIPALS, ROLES, Slice, Small,
    Space, TEXT_ID, TOKENS,
};

/// How many unknown types there may be.
const MOST_TYPES: usize = 1 << 10;

/// What is only needed to read.
struct Reader {
    small: Small,
    /// How many bytes there are in all.
    length: usize,
    counts: [u32; 5],
    /// How many ACLs have their row.
    rows: usize,
    /// How many slots a table has in all.
    table: [u32; 2],
}

impl Small {
    /// Reads a snapshot. Options that are given take the place of the snapshot's.
    ///
    /// # Errors
    /// The version of a snapshot that is later than what can be read; 0 for bytes that are no snapshot, or a damaged one.
    pub fn read(
        bytes: Vec<u8>,
        in_organization: Option<bool>,
        members_known: Option<bool>,
    ) -> Result<Small, u8> {
        if bytes.starts_with(&MARK)
            && let Some(version) = bytes.get(MARK.len())
            && *version > VERSION
        {
            return Err(*version);
        }
        let mut small = read(bytes).ok_or(0)?;
        small.in_organization = in_organization.unwrap_or(small.in_organization);
        small.members_known = members_known.unwrap_or(small.members_known);
        Ok(small)
    }
}

fn read(bytes: Vec<u8>) -> Option<Small> {
    // Places are numbers whose highest bit says something else. There are versions from 1 on.
    if bytes.len() >= TEXT_ID as usize || !bytes.starts_with(&MARK) || *bytes.get(MARK.len())? == 0 {
        return None;
    }
    let (small, length) = (Small::default(), bytes.len());
    let mut reader = Reader { small, length, counts: [0; 5], rows: 0, table: [0; 2] };
    let mut sum = xxh64(bytes.get(..HEAD)?, 0);
    let mut blocks = In::new(&bytes, HEAD);
    let mut before = 0;
    while before != kind::END {
        let start = blocks.at;
        let kind = blocks.byte();
        let length = blocks.fixed(BLOCK_HEAD - 1) as usize;
        blocks.take(length);
        let block = bytes.get(..blocks.at)?;
        sum = xxh64(block.get(start..)?, sum);
        // INVARIANT: ids come before the rows that speak of them.
        let in_order = kind > before || kind == before && !kind::is_single(kind);
        if blocks.fixed(BLOCK_SUM) != sum || !in_order || before == 0 && kind != kind::ABOUT {
            return None;
        }
        let mut from = In::new(block, start + BLOCK_HEAD);
        reader.block(kind, &mut from);
        if !from.is_read() {
            return None;
        }
        before = kind;
    }
    if !blocks.is_read() {
        return None;
    }
    reader.small.bytes = bytes;
    reader.end()
}

impl Reader {
    fn block(&mut self, kind: u8, from: &mut In<'_>) {
        match kind {
            kind::ABOUT => self.about(from),
            kind::GRANTS => self.grants(from),
            kind::COPIES => self.copies(from),
            // How the lists came, and what is wrong with rows: not asked here.
            kind::PAGES | kind::SKIPPED | kind::ISSUES => from.skip(),
            kind::END => {}
            kind::IDS..kind::GRANTS => {
                let (space, is_table) = (usize::from(kind - kind::IDS) / 2, kind % 2 == kind::TABLE % 2);
                match (space, is_table) {
                    (..=ACLS, false) => self.ids(space, from),
                    (..=PRINCIPALS, true) => self.slots(space, from),
                    // What is never looked for by its id.
                    (..=ACLS, true) => from.skip(),
                    _ => from.expect(false),
                }
            }
            _ => match kind.wrapping_sub(kind::ROWS) {
                list::ACLS => self.acls(from),
                list => self.small.rows(list, from),
            },
        }
    }

    fn about(&mut self, from: &mut In<'_>) {
        let small = &mut self.small;
        small.id = from.text();
        small.name = from.maybe_text();
        // The plan.
        from.maybe_text();
        let flags = from.byte();
        from.expect(flags <= 7);
        small.in_organization = flags & 2 != 0;
        small.members_known = flags & 4 != 0;
        // Lists that could not be read, with a status, and such as are not known.
        for _ in 0..from.count() {
            from.text();
            let status = from.number();
            from.expect(u16::try_from(status).is_ok());
        }
        for _ in 0..from.count() {
            from.text();
        }
        let types = from.count();
        from.expect(types <= MOST_TYPES);
        for _ in 0..types {
            small.types.push(from.text());
        }
        // The first list is the directory of users.
        small.has_directory = from.number() & 1 != 0;
        for count in &mut self.counts {
            *count = from.number();
        }
        for singleton in &mut small.singletons {
            *singleton = from.number();
        }
        if from.byte() != 0 {
            small.slice = Some(slice(from));
        }
    }

    fn ids(&mut self, space: usize, from: &mut In<'_>) {
        let count = from.count();
        let kinds = from.column(count);
        let text = u32::from(TEXT);
        let mut infos = Vec::with_capacity(count);
        for kind in kinds {
            let at = from.at as u32;
            if kind & text == 0 {
                from.take(16);
            }
            from.expect(match space {
                NODES => self.small.is_type(kind & !text),
                PRINCIPALS => kind & !text < 2,
                _ => kind & !text == 0,
            });
            infos.push(Info::new(at, kind as u16));
        }
        // Texts stand behind the UUIDs.
        for info in infos.iter_mut().filter(|info| info.kind & TEXT != 0) {
            info.id = from.text();
            // A number without an id is of no other kind, as in the whole library.
            if text_at(from.bytes, info.id).is_empty() {
                info.kind = TEXT;
            }
        }
        // A UUID takes 16 bytes: whoever says that there are more is not believed before they come.
        let room = self.counts.get(space).map_or(0, |count| *count as usize).min(self.length / 16);
        let small = &mut self.small;
        if let Some(space) = small.spaces.get_mut(space) {
            make_room(&mut space.infos, room);
            space.infos.append(&mut infos);
        }
        let count = small.space(space).len();
        match space {
            NODES => small.regions_of.grow(count, room),
            PRINCIPALS => small.member_of.grow(count, room),
            ROLES => small.contained_in.grow(count, room),
            TOKENS => {}
            _ => {
                make_room(&mut small.acls, room);
                for info in infos {
                    let is_text = if info.kind & TEXT == 0 { 0 } else { TEXT_ID };
                    small.acls.push(Acl { id: info.id | is_text, ..Acl::NONE });
                }
            }
        }
    }

    fn slots(&mut self, space: usize, from: &mut In<'_>) {
        let size = from.number();
        if let (Some(table), Some(space)) = (self.table.get_mut(space), self.small.spaces.get_mut(space)) {
            *table = size;
            make_room(&mut space.slots, (size as usize).min(self.length / 4));
            while from.has_more() {
                space.slots.push(from.fixed(4) as u32);
            }
        }
    }

    fn grants(&mut self, from: &mut In<'_>) {
        for _ in 0..from.count() {
            let (deleted, what) = (from.byte() != 0, from.byte());
            let mut of = from.number();
            if what == ROLE {
                from.expect((of as usize) < self.small.space(ROLES).len());
            } else {
                of = of.wrapping_sub(1);
                from.expect(what < ROLE && (of == NONE || self.small.is_type(of)));
            }
            self.small.grants.push(Grant { what, of, deleted });
        }
    }

    /// Checks what an ACL says.
    fn check(&self, acl: Acl, from: &mut In<'_>) {
        let small = &self.small;
        from.expect(
            (acl.node as usize) < small.space(NODES).len()
                && (acl.principal as usize) < small.space(PRINCIPALS).len()
                && (acl.grant.wrapping_sub(1) as usize) < small.grants.len(),
        );
    }

    fn acls(&mut self, from: &mut In<'_>) {
        let count = from.number() as usize;
        from.expect(count <= self.small.acls.len() - self.rows);
        if count > self.small.acls.len() - self.rows {
            return;
        }
        let (nodes, principals, grants) = (from.column(count), from.column(count), from.column(count));
        for ((node, principal), grant) in nodes.into_iter().zip(principals).zip(grants) {
            let mut acl = Acl { id: 0, node, principal, grant };
            if grant == 0 {
                // A row that does not count, or one that will be a copy: what else it says is not read.
                acl = Acl::NONE;
            } else {
                self.check(acl, from);
                if let Some(info) = self.small.spaces[PRINCIPALS].infos.get_mut(principal as usize) {
                    info.flags |= GRANTEE;
                }
            }
            if let Some(place) = self.small.acls.get_mut(self.rows) {
                *place = Acl { id: place.id, ..acl };
            }
            self.rows += 1;
        }
    }

    /// Further rows with the id of an ACL, each named once: one that is marked deleted marks the ACL.
    fn copies(&mut self, from: &mut In<'_>) {
        for _ in 0..from.count() {
            let (place, first) = (from.number(), from.number());
            let (node, principal, grant) = (from.number(), from.number(), from.number());
            let copy = Acl { id: 0, node, principal, grant };
            self.check(copy, from);
            let small = &mut self.small;
            let blank = small.acls.get_mut(place as usize).filter(|acl| acl.grant == 0);
            let is_named = blank.map(|acl| core::mem::replace(&mut acl.node, NONE) == NONE);
            let deleted = small.grant_of(copy).deleted;
            match small.acls.get_mut(first as usize) {
                Some(first) if is_named == Some(false) && first.grant != 0 => {
                    first.grant |= if deleted { COPY_DELETED } else { 0 };
                }
                _ => from.expect(false),
            }
        }
    }

    /// Whether there is as much of everything as was said, and one thing has one id.
    fn is_whole(&self) -> bool {
        let small = &self.small;
        let is_singleton = |(ty, node): (u16, u32)| {
            (node as usize) < small.space(NODES).len()
                && small.node_type(node) == ty
                && small.id_text(NODES, node) == small.text(small.id)
        };
        // A group or role and its node are one.
        let is_one = |info: &Info| info.node == NONE || small.same_id(*info, small.node(info.node));
        self.rows == small.acls.len()
            && self.counts.get(ACLS) == Some(&(self.rows as u32))
            && small.spaces.iter().zip(self.counts).all(|(space, count)| space.infos.len() == count as usize)
            && small.spaces.iter().zip(self.table).all(|(space, size)| space.slots.len() == size as usize)
            && small.spaces.iter().all(Space::is_table)
            && (0..).zip(small.singletons).all(is_singleton)
            && small.space(PRINCIPALS).iter().chain(small.space(ROLES)).all(is_one)
    }

    fn end(self) -> Option<Small> {
        if !self.is_whole() {
            return None;
        }
        let mut small = self.small;
        for node in small.singletons {
            if let Some(node) = small.spaces[NODES].infos.get_mut(node as usize) {
                (node.flags, node.name) = (KNOWN, small.name);
            }
        }
        // A token that no row marks deleted makes its account one of the directory.
        let [_, principals, _, tokens] = &mut small.spaces;
        for token in &tokens.infos {
            if token.is_live()
                && let Some(account) = principals.infos.get_mut(token.link as usize)
            {
                account.flags |= HAS_TOKEN;
            }
        }
        small.index();
        Some(small)
    }
}

/// Room for so many in all, where there are none yet.
fn make_room<T>(items: &mut Vec<T>, room: usize) {
    if items.is_empty() {
        items.reserve_exact(room);
    }
}

fn slice(from: &mut In<'_>) -> Slice {
    let (subject, departed) = (from.text(), from.byte() != 0);
    let mut slice = Slice { subject, departed, trust: [0; TYPES as usize], others: Vec::new() };
    for trust in &mut slice.trust {
        *trust = from.byte();
    }
    for _ in 0..from.count() {
        slice.others.push(from.fixed(4) as u32);
    }
    slice
}

impl Small {
    /// Orders ACLs by node, those of a node by grantee: counted, not compared.
    fn index(&mut self) {
        let acls = &self.acls;
        let mut slots = Vec::with_capacity(acls.len());
        slots.extend((0..).zip(acls).filter(|(_, acl)| acl.grant != 0).map(|(slot, _)| slot));
        let of = |slot: u32, by_node: bool| {
            acls.get(slot as usize).map_or(NONE, |acl| if by_node { acl.node } else { acl.principal })
        };
        (slots, _) = ordered(&slots, self.space(PRINCIPALS).len(), &|slot| of(slot, false));
        (self.by_node, self.starts) = ordered(&slots, self.space(NODES).len(), &|slot| of(slot, true));
    }
}

/// Orders slots by a number below a bound, equal ones as they are; and where those of each number begin.
fn ordered(slots: &[u32], bound: usize, number: &dyn Fn(u32) -> u32) -> (Vec<u32>, Vec<u32>) {
    let mut starts = alloc::vec![0; bound + 1];
    for slot in slots {
        if let Some(count) = starts.get_mut(number(*slot) as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut next = starts.clone();
    let mut all = alloc::vec![0; slots.len()];
    for slot in slots {
        if let Some(next) = next.get_mut(number(*slot) as usize)
            && let Some(place) = all.get_mut(*next as usize)
        {
            *place = *slot;
            *next += 1;
        }
    }
    (all, starts)
}

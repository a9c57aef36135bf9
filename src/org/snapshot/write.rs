//! Writing a snapshot.

use xxhash_rust::xxh64::xxh64;

use super::bytes::Out;
use super::ids::write_ids;
use super::issues::write_finding;
use super::rows::{Grants, write_rows};
use super::{MARK, ROWS, SPACES, Space, VERSION, kind};
use crate::load::list::List;
use crate::load::rows::MissingList;
use crate::org::acls::AclRow;
use crate::org::keys::{Keys, NONE};
use crate::org::shared::Table;
use crate::org::{Members, Org, UnknownObjects, sort};

/// Blocks, one behind the other.
struct Blocks {
    out: Out,
    sum: u64,
}

impl Blocks {
    fn new() -> Blocks {
        let mut head = MARK.to_vec();
        head.push(VERSION);
        let sum = xxh64(&head, 0);
        Blocks { out: Out(head), sum }
    }

    fn block(&mut self, kind: u8, write: impl FnOnce(&mut Out)) {
        let start = self.out.0.len();
        self.out.byte(kind);
        self.out.0.extend_from_slice(&[0; 4]);
        write(&mut self.out);
        let length = (self.out.0.len() - start - super::BLOCK_HEAD) as u32;
        self.out.0[start + 1..start + super::BLOCK_HEAD].copy_from_slice(&length.to_le_bytes());
        self.sum = xxh64(&self.out.0[start..], self.sum);
        self.out.0.extend_from_slice(&self.sum.to_le_bytes());
    }
}

/// The rows of a list in their order, without the holes that rows left.
struct Order {
    /// The slot of each place.
    slots: Vec<u32>,
    /// The place of each slot.
    places: Vec<u32>,
}

impl Order {
    fn of(org: &Org, list: List) -> Order {
        let slots = org.places(list).in_order();
        let mut places = vec![NONE; org.places(list).slots() as usize];
        for (place, slot) in slots.iter().enumerate() {
            places[*slot as usize] = place as u32;
        }
        Order { slots, places }
    }

    fn place(&self, slot: u32) -> u32 {
        self.places[slot as usize]
    }
}

/// What a snapshot is made from.
struct Writer<'o> {
    org: &'o Org,
    orders: Vec<Order>,
    blocks: Blocks,
}

pub(super) fn write(org: &Org) -> Vec<u8> {
    let orders = List::ALL.into_iter().map(|list| Order::of(org, list)).collect();
    let mut writer = Writer { org, orders, blocks: Blocks::new() };
    writer.about();
    for space in SPACES {
        writer.ids(space);
    }
    writer.rows();
    for list in List::ALL {
        writer.pages(list);
    }
    for list in List::ALL {
        writer.skipped(list);
    }
    for list in List::ALL {
        writer.issues(list);
    }
    writer.blocks.block(kind::END, |_| {});
    writer.blocks.out.0
}

impl<'o> Writer<'o> {
    fn order(&self, list: List) -> &Order {
        &self.orders[list as usize]
    }

    fn keys(&self, space: Space) -> &'o Keys {
        match space {
            Space::Nodes => &self.org.node_keys,
            Space::Principals => &self.org.principal_keys,
            Space::Roles => self.org.roles.keys(),
            Space::Tokens => &self.org.token_keys,
            Space::Acls => self.org.acls.ids(),
        }
    }

    /// The numbers of a space in the order in which they are written: places in it are the numbers
    /// of the snapshot. Only ACLs are in another order than they are held.
    fn numbers(&self, space: Space) -> Vec<Option<u32>> {
        match space {
            Space::Acls => {
                let acls = &self.org.acls;
                let slots = self.order(List::Acls).slots.iter();
                slots.map(|slot| acls.get(*slot).map(|_| *slot)).collect()
            }
            _ => (0..self.keys(space).len() as u32).map(Some).collect(),
        }
    }

    fn about(&mut self) {
        let org = self.org;
        let options = &org.options;
        let present =
            List::ALL.iter().fold(0, |all, list| all | u32::from(org.places(*list).present) << *list as u8);
        let counts = SPACES.map(|space| match space {
            Space::Acls => self.order(List::Acls).slots.len() as u32,
            _ => self.keys(space).len() as u32,
        });
        self.blocks.block(kind::ABOUT, |out| {
            out.text(&org.id);
            out.maybe_text(org.name.as_deref());
            out.maybe_text(org.plan.as_deref());
            out.byte(
                u8::from(org.inferred)
                    | u8::from(options.unknown_objects == UnknownObjects::InOrganization) << 1
                    | u8::from(options.members == Members::Known) << 2,
            );
            out.number(org.missing.len() as u32);
            for MissingList { list, status } in org.missing.iter() {
                out.text(list);
                out.maybe(status.map_or(NONE, u32::from));
            }
            out.number(org.unknown_lists.len() as u32);
            for name in org.unknown_lists.iter() {
                out.text(name);
            }
            let types = org.types.unknown();
            out.number(types.len() as u32);
            for name in types {
                out.text(name);
            }
            out.number(present);
            for number in counts.iter().chain(&org.singletons) {
                out.number(*number);
            }
            match &org.slice {
                Some(slice) => slice.write(out),
                None => out.byte(0),
            }
        });
    }

    fn ids(&mut self, space: Space) {
        let numbers = self.numbers(space);
        let keys = self.keys(space);
        // Nobody looks for an ACL of a slice by its id.
        let is_found = space != Space::Acls || self.org.slice.is_none();
        let table = if is_found { keys.table(&numbers) } else { Table::default() };
        for numbers in numbers.chunks(ROWS) {
            self.blocks.block(kind::IDS + 2 * space as u8, |out| write_ids(keys, numbers, out));
        }
        for slots in table.slots().chunks(4 * ROWS) {
            self.blocks.block(kind::TABLE + 2 * space as u8, |out| {
                out.number(table.slots().len() as u32);
                for slot in slots {
                    out.0.extend_from_slice(&slot.to_le_bytes());
                }
            });
        }
    }

    fn rows(&mut self) {
        let Writer { org, orders, blocks } = self;
        let acls: Vec<Option<AclRow>> =
            orders[List::Acls as usize].slots.iter().map(|slot| org.acls.get(*slot)).collect();
        let copies = org.acls.copied_slots().into_iter().filter_map(|slot| org.acls.copied_from(slot));
        let (grants, grant_places) =
            Grants::of(acls.iter().flatten().copied().chain(copies.map(|(_, acl)| acl)));
        if !grants.is_empty() {
            blocks.block(kind::GRANTS, |out| grants.write(out));
        }
        for list in List::ALL {
            let kind = kind::ROWS + list as u8;
            if list == List::Acls {
                for acls in acls.chunks(ROWS) {
                    blocks.block(kind, |out| {
                        out.number(acls.len() as u32);
                        let mut column = |of: &dyn Fn(&AclRow) -> u32| {
                            let number = |acl: &Option<AclRow>| acl.as_ref().map_or(0, of);
                            out.column(&acls.iter().map(number).collect::<Vec<u32>>());
                        };
                        column(&|acl| acl.node);
                        column(&|acl| acl.principal);
                        column(&|acl| grant_places[&(acl.grant, acl.deleted)]);
                    });
                }
            } else {
                for slots in orders[list as usize].slots.chunks(ROWS) {
                    blocks.block(kind, |out| write_rows(org, list, slots, out));
                }
            }
        }
        let order = &orders[List::Acls as usize];
        let mut copies: Vec<(u32, u32)> =
            org.acls.copied_slots().into_iter().map(|slot| (order.place(slot), slot)).collect();
        copies.sort_unstable();
        if !copies.is_empty() {
            blocks.block(kind::COPIES, |out| {
                out.number(copies.len() as u32);
                for (place, slot) in copies {
                    let Some((first, acl)) = org.acls.copied_from(slot) else { continue };
                    out.number(place);
                    out.number(order.place(first));
                    out.number(acl.node);
                    out.number(acl.principal);
                    out.number(grant_places[&(acl.grant, acl.deleted)]);
                }
            });
        }
    }

    fn pages(&mut self, list: List) {
        let pages = self.org.places(list).pages_in(&self.order(list).slots);
        if pages.is_empty() {
            return;
        }
        self.blocks.block(kind::PAGES, |out| {
            out.byte(list as u8);
            out.number(pages.len() as u32);
            for (first, prefix, base) in pages {
                out.number(first);
                out.text(prefix);
                out.number(base);
            }
        });
    }

    fn skipped(&mut self, list: List) {
        let mut skipped: Vec<(u32, &str)> = self
            .org
            .places(list)
            .skipped()
            .into_iter()
            .map(|(slot, id)| (self.order(list).place(slot), id))
            .collect();
        skipped.sort_unstable();
        for skipped in skipped.chunks(ROWS) {
            self.blocks.block(kind::SKIPPED, |out| {
                out.byte(list as u8);
                out.number(skipped.len() as u32);
                for (place, id) in skipped {
                    out.number(*place);
                    out.text(id);
                }
            });
        }
    }

    fn issues(&mut self, list: List) {
        let places = self.org.places(list);
        let mut slots = places.slots_with_issues();
        sort::numbers(&mut slots);
        let mut found: Vec<(u32, u32)> =
            slots.into_iter().map(|slot| (self.order(list).place(slot), slot)).collect();
        found.sort_unstable();
        for found in found.chunks(ROWS / 8) {
            self.blocks.block(kind::ISSUES, |out| {
                let issues = || {
                    let of = |(place, slot): &(u32, u32)| {
                        let place = *place;
                        places.issues_of(*slot).iter().map(move |finding| (place, finding))
                    };
                    found.iter().flat_map(of)
                };
                out.byte(list as u8);
                out.number(issues().count() as u32);
                for (place, finding) in issues() {
                    out.number(place);
                    write_finding(finding, out);
                }
            });
        }
    }
}

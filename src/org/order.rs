//! Nodes in the order of their ids, and those ids as text.

#[cfg(any(test, feature = "js"))]
use super::ids::format_uuid;
use super::keys::{self, Id};
use super::{Org, by_code_units, sort};

/// A node with its id, as it is sorted: UUIDs are in the same order as their bytes.
#[derive(Clone, Copy)]
pub(crate) struct Listed {
    pub node: u32,
    /// The id is no UUID: its text stands with the keys.
    is_text: bool,
    first: u64,
    rest: u64,
}

impl Listed {
    fn packed(node: u32, bytes: [u8; 16]) -> Listed {
        let bytes = u128::from_be_bytes(bytes);
        Listed { node, is_text: false, first: (bytes >> 64) as u64, rest: bytes as u64 }
    }

    fn text(node: u32) -> Listed {
        Listed { node, is_text: true, first: 0, rest: 0 }
    }

    fn bytes(&self) -> [u8; 16] {
        (u128::from(self.first) << 64 | u128::from(self.rest)).to_be_bytes()
    }
}

impl Org {
    /// Nodes in ascending order of their ids, code unit by code unit: those behind an id, so many at
    /// most. Each id is that of one of the nodes alone.
    pub(crate) fn page_of_nodes(
        &self,
        // Not generic: three kinds of iterators would make it three times.
        nodes: &mut dyn Iterator<Item = u32>,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Vec<Listed> {
        let (mut packed, mut texts) = (Vec::new(), Vec::new());
        for node in nodes {
            match self.node_keys.id(node) {
                Id::Uuid(bytes) if after.is_none_or(|after| keys::compare_uuid(&bytes, after).is_gt()) => {
                    packed.push(Listed::packed(node, bytes));
                }
                Id::Text(text) if after.is_none_or(|after| by_code_units(text, after).is_gt()) => {
                    texts.push(node);
                }
                _ => {}
            }
        }
        packed.sort_unstable_by_key(|listed: &Listed| (listed.first, listed.rest));
        if !texts.is_empty() {
            sort::by_id(&mut texts, |node| self.node_id(*node));
            packed = self.merge(&packed, &texts);
        }
        packed.truncate(limit.unwrap_or(usize::MAX));
        packed
    }

    /// Both in order; each is in order by itself.
    fn merge(&self, packed: &[Listed], texts: &[u32]) -> Vec<Listed> {
        let is_before = |text: u32, listed: &Listed| match self.node_keys.id(text) {
            Id::Text(text) => keys::compare_uuid(&listed.bytes(), text).is_gt(),
            Id::Uuid(_) => false,
        };
        let mut texts = texts.iter().copied().peekable();
        let mut merged = Vec::with_capacity(packed.len() + texts.len());
        for listed in packed {
            while let Some(text) = texts.next_if(|text| is_before(*text, listed)) {
                merged.push(Listed::text(text));
            }
            merged.push(*listed);
        }
        merged.extend(texts.map(Listed::text));
        merged
    }

    /// The ids of nodes.
    pub(crate) fn listed_ids(&self, listed: &[Listed]) -> Vec<String> {
        let id = |listed: &Listed| {
            if listed.is_text { self.node_id(listed.node) } else { keys::uuid_text(&listed.bytes()) }
        };
        listed.iter().map(id).collect()
    }

    /// The ids of nodes in one text for JavaScript: a line feed before each; a JSON array where an id
    /// has one itself.
    #[cfg(any(test, feature = "js"))]
    pub(crate) fn joined_ids(&self, all: &[Listed]) -> Vec<u8> {
        let has_line_feed = |listed: &Listed| match self.node_keys.id(listed.node) {
            Id::Uuid(_) => false,
            Id::Text(text) => text.contains('\n'),
        };
        if all.iter().filter(|listed| listed.is_text).any(has_line_feed) {
            return serde_json::to_vec(&self.listed_ids(all)).unwrap_or_default();
        }
        let mut joined = Vec::with_capacity(all.len() * 37);
        for listed in all {
            joined.push(b'\n');
            if listed.is_text {
                joined.extend(self.node_id(listed.node).into_bytes());
            } else {
                joined.extend(format_uuid(&listed.bytes()));
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use crate::{ListOptions, Org, Permission};
    use serde_json::json;

    /// API: a list is ascending by code units, whatever the forms of ids; `after` and `limit` are
    /// taken in that order.
    #[test]
    fn ids_of_all_forms_are_in_one_order() {
        let mut ids: Vec<String> = (0..60_u32)
            .flat_map(|n| {
                let first = n.wrapping_mul(0x9e37_79b1);
                let uuid = format!("{first:08x}-0000-4000-8000-{n:012x}");
                [
                    uuid.clone(),
                    uuid.to_uppercase(),
                    uuid[..20].to_owned(),
                    format!("{uuid}!"),
                    format!("id {n}"),
                ]
            })
            .chain((0..40).map(|n| format!("00000000-0000-4000-8000-{n:012x}")))
            .chain(["\u{ffff}", "\u{1f600}", "\n", "a\nb", "\u{b}", "\u{0}"].map(ToOwned::to_owned))
            .collect();
        ids.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
        ids.dedup();
        let rows: Vec<_> = ids.iter().rev().map(|id| json!({ "id": id, "name": id })).collect();
        let grant = json!({ "id": "a", "object_type": "org_project", "object_id": "o", "user_id": "u", "permission": "read" });
        let data = json!({ "organization": { "id": "o", "name": "o" }, "projects": rows, "acls": [grant] });
        let org = Org::from_json(data.to_string().as_bytes()).expect("it loads");
        let me = org.subject("u");
        let list =
            |after, limit| me.list(Permission::Read, "project", ListOptions { after, limit, project: None });
        assert_eq!(list(None, None), ids);
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(list(Some(id), None), ids[at + 1..], "after {id:?}");
            assert_eq!(list(None, Some(at)), ids[..at]);
            assert_eq!(list(Some(id), Some(2)), ids[at + 1..(at + 3).min(ids.len())]);
        }

        let joined = |limit| {
            let options = ListOptions { limit, ..ListOptions::default() };
            let nodes = me.list_nodes(Permission::Read.into(), org.types().get("project"), options);
            String::from_utf8(org.joined_ids(&nodes)).expect("UTF-8")
        };
        assert_eq!(serde_json::from_str::<Vec<String>>(&joined(None)).expect("ids with line feeds"), ids);
        assert_eq!(joined(Some(1)), format!("\n{}", ids[0]), "the first has none");
        assert_eq!(joined(Some(0)), "");
    }
}

//! Nodes in the order of their ids, and those ids as text.

use super::keys::{self, Id};
use super::{Org, by_code_units, sort};

/// A node whose id is a UUID: these are in the same order as their bytes.
struct Place {
    /// The first bytes.
    first: u64,
    node: u32,
}

impl Org {
    /// Nodes in ascending order of their ids, code unit by code unit: those behind an id, so many at
    /// most. Each id is that of one of the nodes alone.
    pub(crate) fn page_of_nodes(
        &self,
        nodes: Vec<u32>,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Vec<u32> {
        let (mut packed, mut texts) = (Vec::new(), Vec::new());
        for node in nodes {
            match self.node_keys.id(node) {
                Id::Uuid(bytes) if after.is_none_or(|after| keys::compare_uuid(&bytes, after).is_gt()) => {
                    packed.push(Place { first: first_of(&bytes), node });
                }
                Id::Text(text) if after.is_none_or(|after| by_code_units(text, after).is_gt()) => {
                    texts.push(node);
                }
                _ => {}
            }
        }
        let limit = limit.unwrap_or(usize::MAX);
        packed.sort_unstable_by_key(|place: &Place| place.first);
        for same in packed.chunk_by_mut(|a, b| a.first == b.first) {
            self.sort_same(same);
        }
        sort::by_id(&mut texts, |node| self.node_id(*node));
        self.merge(packed.iter().map(|place| place.node), &texts, limit)
    }

    /// UUIDs that begin alike, few as a rule.
    fn sort_same(&self, places: &mut [Place]) {
        if places.len() < 2 {
            return;
        }
        let mut nodes: Vec<u32> = places.iter().map(|place| place.node).collect();
        sort::by_id(&mut nodes, |node| self.node_id(*node));
        for (place, node) in places.iter_mut().zip(nodes) {
            place.node = node;
        }
    }

    /// The first of both, in order; each is in order by itself.
    fn merge(&self, packed: impl ExactSizeIterator<Item = u32>, texts: &[u32], limit: usize) -> Vec<u32> {
        let mut texts = texts.iter().copied().peekable();
        let mut merged = Vec::with_capacity(limit.min(packed.len() + texts.len()));
        for node in packed {
            while let Some(text) = texts.next_if(|text| self.is_before(*text, node)) {
                merged.push(text);
            }
            merged.push(node);
        }
        merged.extend(texts);
        merged.truncate(limit);
        merged
    }

    fn is_before(&self, text: u32, packed: u32) -> bool {
        match (self.node_keys.id(text), self.node_keys.id(packed)) {
            (Id::Text(text), Id::Uuid(bytes)) => keys::compare_uuid(&bytes, text).is_gt(),
            _ => false,
        }
    }

    /// The ids of nodes.
    pub(crate) fn node_ids(&self, nodes: &[u32]) -> Vec<String> {
        nodes.iter().map(|node| self.node_id(*node)).collect()
    }

    /// The ids of nodes in one text for JavaScript: a line feed before each; a JSON array where an id
    /// has one itself.
    #[cfg(any(test, feature = "js"))]
    pub(crate) fn joined_ids(&self, nodes: &[u32]) -> Vec<u8> {
        let has_line_feed = |node: &u32| match self.node_keys.id(*node) {
            Id::Uuid(_) => false,
            Id::Text(text) => text.contains('\n'),
        };
        if nodes.iter().any(has_line_feed) {
            return serde_json::to_vec(&self.node_ids(nodes)).unwrap_or_default();
        }
        let mut joined = String::with_capacity(nodes.len() * 37);
        for node in nodes {
            joined.push('\n');
            self.node_keys.push_text(*node, &mut joined);
        }
        joined.into_bytes()
    }
}

fn first_of(bytes: &[u8; 16]) -> u64 {
    bytes.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
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

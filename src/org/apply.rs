//! Changing an organisation in place: the cost follows the change, the result is that of a fresh
//! load of the changed data.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::acls::AclRow;
use super::{Map, Members, Org, sort};
use crate::load::list::{Field, List};
use crate::load::row::{Row, read_row, read_text};
use crate::model::error::{Error, ErrorCode};
use crate::model::finding::Finding;
use crate::model::object::number;

/// What [`Org::apply`] did.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// The organisation's new version.
    pub version: u64,
    /// What is wrong with the rows of the change by themselves; the pointers are into the change.
    /// What follows for other rows is in [`Org::findings`].
    pub findings: Vec<Finding>,
    /// The ids of the objects in projects that the change is about, by their own rows or by ACLs on
    /// them, where it is about nothing else: then everybody is in the same groups, has by a project and
    /// what is above it what they had, and may do what they might with any other object.
    #[serde(skip)]
    #[cfg_attr(not(any(test, all(feature = "js", target_arch = "wasm32"))), expect(dead_code))]
    pub(crate) objects: Option<Vec<String>>,
}

/// How many objects of a change are told; fewer than the bindings remember (`kernel-whole.ts`).
const MOST_OBJECTS: usize = 1000;

/// The change of one list.
struct Change<'a> {
    list: List,
    remove: Vec<String>,
    upsert: Vec<Row<'a>>,
}

impl Org {
    /// Changes rows in place: `{"acls": {"upsert": [rows], "remove": [ids]}, …}`, any list of an
    /// export. Removals come first. A row whose id the list holds takes that row's place (and that
    /// of every other row with this id), a new one goes to the list's end. All or nothing.
    ///
    /// The findings are those of a lenient load, also when the organisation was loaded strictly.
    ///
    /// # Errors
    /// `bad_json`, `bad_shape` and `too_large` with a pointer into the change, `slice`; nothing has
    /// changed.
    pub fn apply(&mut self, changes: &[u8]) -> Result<Applied, Error> {
        self.assert_whole("a change of it")?;
        let changes = read_changes(changes)?;
        // Copies may be gone since the last change.
        self.share();
        for change in &changes {
            for (i, row) in change.upsert.iter().enumerate() {
                self.name_types(row, || format!("/{}/upsert/{i}", change.list.name()))?;
            }
        }
        // Nothing fails from here on.
        let before = self.objects_of(&changes);
        let mut changed = Vec::new();
        for change in &changes {
            for id in &change.remove {
                self.take_row(change.list, id);
            }
            for (i, row) in change.upsert.iter().enumerate() {
                changed.push((change.list, i, self.upsert(change.list, row)));
            }
        }
        self.settle();
        let objects = before.zip(self.objects_of(&changes)).and_then(few_objects);
        // Of two rows with one id in a change the later one is the one that is there.
        let last: Map<(List, u32), usize> =
            changed.iter().enumerate().map(|(n, (list, _, slot))| ((*list, *slot), n)).collect();
        let findings = changed
            .into_iter()
            .enumerate()
            .filter(|(n, (list, _, slot))| last[&(*list, *slot)] == *n)
            .map(|(_, change)| change)
            .flat_map(|(list, i, slot)| {
                let at = format!("/{}/upsert/{i}", list.name());
                self.findings_of_row(list, slot, &at)
            })
            .collect();
        let acls = changes.iter().filter(|change| change.list == List::Acls);
        self.sweep_acls(acls.map(|change| change.remove.len() + change.upsert.len()).sum());
        self.version += 1;
        Ok(Applied { version: self.version, findings, objects })
    }

    /// The objects in projects that rows are about as they stand now; none where there are other rows,
    /// or where one is not certainly of such an object.
    fn objects_of(&self, changes: &[Change<'_>]) -> Option<Vec<String>> {
        let mut objects = Vec::new();
        for change in changes {
            let upsert = change.upsert.iter().map(|row| row.text(Field::Id));
            for id in change.remove.iter().map(|id| Some(id.as_str())).chain(upsert) {
                match change.list {
                    List::Experiments
                    | List::Datasets
                    | List::Prompts
                    | List::Functions
                    | List::PromptSessions => objects.push(id?.to_owned()),
                    List::Acls if self.add_object_of_acl(id?, &mut objects) => {}
                    _ => return None,
                }
                if objects.len() > MOST_OBJECTS {
                    return None;
                }
            }
        }
        Some(objects)
    }

    /// Adds the object in a project that an ACL is on, if there is such an ACL. Not when it may be on
    /// something else, or may say more than what it grants.
    fn add_object_of_acl(&self, id: &str, objects: &mut Vec<String>) -> bool {
        let Some(slot) = self.acls.find(id) else { return true };
        let Some(acl) = self.acls.get(slot).filter(|_| self.acls.copies(slot).is_empty()) else {
            return false;
        };
        objects.push(self.node_id(acl.node));
        // MODEL 4: whom the directory does not list has departed as soon as an ACL names them.
        let departs = self.options.members == Members::Known && self.has_departed(acl.principal);
        number::is_child(self.node_type(acl.node)) && !departs
    }

    /// A copy to be changed, such as a preview. It costs next to nothing, and changing it costs
    /// what the change is. What both hold has the same number in both (nodes, principals, roles,
    /// slots of ACLs); what is new in the copy has a number of its own. While the one lives, no ACL
    /// of the other gets a slot in which both had one (`Org::unlink_acl`).
    pub(crate) fn fork(&self) -> Org {
        self.clone()
    }

    /// Takes a row in, as one of the `upsert` of [`Org::apply`]; returns its slot. After the last
    /// change comes [`Org::settle`].
    ///
    /// # Errors
    /// `too_large` with the pointer `at`, when the row names one type too many; nothing has changed.
    pub(crate) fn put_row(
        &mut self,
        list: List,
        row: &Row<'_>,
        at: impl Fn() -> String,
    ) -> Result<u32, Error> {
        self.name_types(row, at)?;
        Ok(self.upsert(list, row))
    }

    /// Takes all rows with an id out of a list. After the last change comes [`Org::settle`].
    pub(crate) fn take_row(&mut self, list: List, id: &str) {
        self.take(list, id, false);
    }

    /// Makes the answers those of the rows that were put and taken, and the organisation ready to
    /// be copied.
    pub(crate) fn settle(&mut self) {
        self.roles.settle();
        self.chain_acls();
        self.share();
    }

    /// Returns the slot that the row has now.
    fn upsert(&mut self, list: List, row: &Row<'_>) -> u32 {
        let id = row.text(Field::Id);
        if list == List::Acls
            && let Some(slot) = id.and_then(|id| self.unchanged_acl(id, row))
        {
            return slot;
        }
        let Some(first) = id.and_then(|id| self.take(list, id, true)) else {
            return self.append(list, row);
        };
        if list == List::Acls {
            // An ACL's slot is a link of two chains, perhaps for a while yet.
            let place = self.places(list).place(first);
            self.places_mut(list).remove(first);
            let slot = self.open_acl_slot(Some(place));
            self.put(list, slot, row);
            return slot;
        }
        self.put(list, first, row);
        first
    }

    /// The slot of an ACL that already says the same.
    fn unchanged_acl(&self, id: &str, row: &Row<'_>) -> Option<u32> {
        let slot = self.acls.find(id)?;
        let AclRow { node, principal, grant, deleted } = self.acls.get(slot)?;
        let same_object = row.text(Field::ObjectId).is_some_and(|id| {
            let ty = row.text(Field::ObjectType).map_or(u16::MAX, |name| self.types.get(name));
            self.find_node(ty, id) == node
        });
        let same_grantee = match (row.text(Field::UserId), row.text(Field::GroupId)) {
            (Some(id), None) => self.find_user(id) == Some(principal),
            (None, Some(id)) => self.find_group(id) == Some(principal),
            _ => false,
        };
        let alone = self.acls.copies(slot).is_empty() && !self.places(List::Acls).has_skipped(id);
        let same = same_object
            && same_grantee
            && alone
            && deleted == row.is_deleted()
            && !self.is_foreign(row)
            && self.read_grant(row) == Some(grant);
        same.then_some(slot)
    }
}

/// The entries of an object, unread.
struct RawMap<'a>(Map<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for RawMap<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawMap<'a>, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Map<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with each key once")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Map::default();
                while let Some((key, value)) = map.next_entry::<String, _>()? {
                    if entries.insert(key, value).is_some() {
                        return Err(serde::de::Error::custom("a key is given twice"));
                    }
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Entries).map(RawMap)
    }
}

/// Each once, unless there are too many.
fn few_objects((before, after): (Vec<String>, Vec<String>)) -> Option<Vec<String>> {
    let mut objects = [before, after].concat();
    sort::ids(&mut objects);
    objects.dedup();
    (objects.len() <= MOST_OBJECTS).then_some(objects)
}

fn read_changes(bytes: &[u8]) -> Result<Vec<Change<'_>>, Error> {
    let lists: RawMap<'_> = read(bytes, "", "an object of lists, each once")?;
    let mut changes = Vec::new();
    for (name, raw) in &lists.0 {
        let at = format!("/{}", crate::load::splitter::escape(name));
        let Some(list) = List::from_name(name) else {
            return Err(Error::at(ErrorCode::BadShape, &at, format!("`{at}` is not a list of an export")));
        };
        let parts: Option<RawMap<'_>> =
            read(raw.get().as_bytes(), &at, "an object with `upsert` or `remove`, each once")?;
        let mut change = Change { list, remove: Vec::new(), upsert: Vec::new() };
        for (part, raw) in parts.map_or(Map::default(), |parts| parts.0) {
            let at = format!("{at}/{}", crate::load::splitter::escape(&part));
            let items: Option<Vec<&RawValue>> = read(raw.get().as_bytes(), &at, "a list")?;
            for (i, item) in items.unwrap_or_default().into_iter().enumerate() {
                let at = format!("{at}/{i}");
                match part.as_str() {
                    "upsert" => change.upsert.push(read_row(list, item.get().as_bytes(), || at.clone())?),
                    "remove" => {
                        change.remove.push(read_text(item.get().as_bytes(), &at)?.ok_or_else(|| {
                            Error::at(
                                ErrorCode::BadShape,
                                &at,
                                format!("`{at}`: expected a string, found null"),
                            )
                        })?);
                    }
                    _ => break,
                }
            }
            if !matches!(part.as_str(), "upsert" | "remove") {
                return Err(Error::at(
                    ErrorCode::BadShape,
                    &at,
                    format!("`{at}`: a list can be changed with `upsert` and `remove`"),
                ));
            }
        }
        changes.push(change);
    }
    // The order of the lists is that of a load, whatever order they are named in.
    sort::by_rank_and_id(&mut changes, |change| (change.list as u64, String::new()));
    Ok(changes)
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8], at: &str, expected: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = if at.is_empty() { String::new() } else { format!("`{at}`: ") };
        if error.is_data() {
            Error::at(ErrorCode::BadShape, at, format!("{place}expected {expected}"))
        } else {
            Error::at(
                ErrorCode::BadJson,
                at,
                format!("{place}this is not JSON; check that the text is whole"),
            )
        }
    })
}

//! What a change changes: who gains and who loses what, and where.
//!
//! Exact: every (subject, object, permission) that changes is in exactly one row, and none that
//! does not, objects that do not exist yet included.
//!
//! The cost follows what changed: the subjects concerned, and what they hold at or below the
//! changed nodes of what changes there. What is the same for several of them is found once: where
//! nodes stand, what a group's grants give, and the rows of those who have the same groups and
//! nothing of their own that matters.

mod affected;
mod gives;
mod people;
mod places;
mod rows;
mod scope;

use std::sync::Arc;

use serde::{Serialize, Serializer};

pub(crate) use affected::Touched;
use affected::{Two, affected};
use people::{People, Rows};
use rows::Change;

use crate::model::finding::Node;
use crate::model::permission::PermissionSet;
use crate::org::{Map, Org, sort};

/// What some subjects gain and lose on an object and below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffRow {
    /// The ids of the users and service accounts, ascending.
    #[serde(serialize_with = "texts")]
    pub subjects: Vec<Arc<str>>,
    /// The object it speaks of (unless `only` names another type).
    pub object: Node,
    /// What they may do afterwards and not before.
    #[serde(serialize_with = "names")]
    pub gained: PermissionSet,
    /// What they may do before and not afterwards.
    #[serde(serialize_with = "names")]
    pub lost: PermissionSet,
    /// It speaks of everything below the object too, objects that do not exist yet included.
    pub below: bool,
    /// The one type of which it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Nodes of which, with everything below them, it does not speak.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "nodes")]
    pub except: Vec<Arc<Node>>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn names<S: Serializer>(set: &PermissionSet, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(set.iter().map(crate::Permission::as_str))
}

fn texts<S: Serializer>(texts: &[Arc<str>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| &**text))
}

fn nodes<S: Serializer>(nodes: &[Arc<Node>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(nodes.iter().map(|node| &**node))
}

/// What changed between two states of an organisation, the later made from the earlier by changing
/// the touched rows.
pub(crate) fn diff(before: &Org, after: &Org, touched: &Touched) -> Vec<DiffRow> {
    let two = Two { before, after };
    let affected = affected(two, touched);
    in_order(after, People::new(two, &affected).rows())
}

/// Things by number, in the order in which they are told.
struct Told<T: ?Sized> {
    place: Map<u32, u32>,
    things: Vec<Arc<T>>,
}

impl<T: ?Sized> Told<T> {
    fn new(
        numbers: impl Iterator<Item = u32>,
        key: impl Fn(u32) -> (u64, String),
        tell: impl Fn(u32) -> Arc<T>,
    ) -> Told<T> {
        let mut numbers: Vec<u32> = numbers.collect();
        sort::numbers(&mut numbers);
        sort::by_rank_and_id(&mut numbers, |number| key(*number));
        let place = numbers.iter().enumerate().map(|(place, number)| (*number, place as u32)).collect();
        Told { place, things: numbers.into_iter().map(tell).collect() }
    }

    fn places(&self, numbers: Vec<u32>) -> Vec<u32> {
        let mut places: Vec<u32> = numbers.into_iter().map(|number| self.place[&number]).collect();
        sort::numbers(&mut places);
        places
    }

    fn tell(&self, places: &[u32]) -> Vec<Arc<T>> {
        places.iter().map(|place| Arc::clone(&self.things[*place as usize])).collect()
    }
}

fn in_order(org: &Org, rows: Rows) -> Vec<DiffRow> {
    let users = rows.values().flatten().copied();
    let users = Told::new(users, |user| (0, org.principal_id(user)), |user| org.principal_id(user).into());
    let nodes = rows.keys().flat_map(|row| row.except.iter().copied().chain([row.object]));
    let rank = |node: u32| u64::from(org.node_type(node));
    let nodes = Told::new(nodes, |node| (rank(node), org.node_id(node)), |node| Arc::new(org.node_ref(node)));
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|(row, subjects)| {
            let Change { gained, lost } = row.change;
            let object = nodes.place[&row.object];
            let only = row.only.map_or(0, |ty| ty + 1);
            // INVARIANT: no two rows of one object have the same subjects, change and type.
            ((object, only, gained, lost), users.places(subjects), row)
        })
        .collect();
    rows.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    rows.into_iter()
        .map(|((object, _, gained, lost), subjects, row)| DiffRow {
            subjects: users.tell(&subjects),
            object: Node::clone(&nodes.things[object as usize]),
            gained: PermissionSet::from_bits(gained),
            lost: PermissionSet::from_bits(lost),
            below: row.below,
            only: row.only.map(|ty| org.types().name(ty).to_owned()),
            except: nodes.tell(&nodes.places(row.except)),
        })
        .collect()
}

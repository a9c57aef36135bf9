//! What a change changes: who gains and who loses what, and where.
//!
//! Exact: every (subject, object, permission) that changes is in exactly one row, and none that
//! does not, objects that do not exist yet included. Known not to be so under
//! `UnknownObjects::InOrganization`, for objects in projects that the data do not know.
//!
//! The cost follows what changed: the subjects concerned, and what they hold at or below the
//! changed nodes.

mod affected;
mod rows;

use serde::{Serialize, Serializer};

pub(crate) use affected::Touched;
use affected::{Affected, Two, affected};
use rows::{Change, RowKey, Scope};

use crate::model::finding::Node;
use crate::model::permission::PermissionSet;
use crate::org::{Map, Org, sort};

/// What some subjects gain and lose on an object and below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffRow {
    /// The ids of the users and service accounts, ascending.
    pub subjects: Vec<String>,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Node>,
}

fn names<S: Serializer>(set: &PermissionSet, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(set.iter().map(crate::Permission::as_str))
}

/// What changed between two states of an organisation, the later made from the earlier by changing
/// the touched rows.
pub(crate) fn diff(before: &Org, after: &Org, touched: &Touched) -> Vec<DiffRow> {
    let two = Two { before, after };
    let affected = affected(two, touched);
    let mut by_row: Map<RowKey, Vec<u32>> = Map::default();
    let mut scopes = Scopes::default();
    for user in affected.users.iter().filter(|user| two.knows(**user)) {
        for row in rows_of(two, &affected, *user, &mut scopes) {
            by_row.entry(row).or_default().push(*user);
        }
    }
    in_order(two, by_row)
}

/// Scopes by the nodes that make them: subjects mostly share them.
#[derive(Default)]
struct Scopes(Map<Vec<u32>, Scope>);

fn rows_of(two: Two<'_>, affected: &Affected, user: u32, scopes: &mut Scopes) -> Vec<RowKey> {
    let after = two.closure_after(user);
    let before = if affected.same_groups { after.clone() } else { two.closure_before(user) };
    let dirty = affected.nodes_of(two, &before, &after);
    // Whom the changed nodes give what they gave before is not concerned.
    let gives_other = |node: &u32| two.before.gives_on(*node, &before) != two.after.gives_on(*node, &after);
    if !affected.has_structural() && !dirty.iter().any(gives_other) {
        return Vec::new();
    }
    let scope = scopes.0.entry(dirty.clone()).or_insert_with(|| Scope::new(two, &dirty));
    scope.rows_of(two, user, affected.has_own_changes(user), &before, &after)
}

fn in_order(two: Two<'_>, by_row: Map<RowKey, Vec<u32>>) -> Vec<DiffRow> {
    let org = two.after;
    let mut rows: Vec<(u64, String, DiffRow)> = by_row
        .into_iter()
        .map(|(row, users)| {
            let RowKey { object, change: Change { gained, lost }, below, only, except } = row;
            let mut subjects: Vec<String> = users.into_iter().map(|user| org.principal_id(user)).collect();
            sort::ids(&mut subjects);
            let mut except: Vec<Node> = except.into_iter().map(|node| org.node_ref(node)).collect();
            let rank = |node: &Node| u64::from(org.types().get(&node.object_type));
            sort::by_rank_and_id(&mut except, |node| (rank(node), node.id.clone()));
            let object = org.node_ref(object);
            // INVARIANT: no two rows of one object have the same subjects, change and type.
            let key = format!(
                "{}\u{0}{:02}\u{0}{gained:03}{lost:03}\u{0}{}",
                object.id,
                only.map_or(0, |ty| ty + 1),
                subjects.join("\u{0}")
            );
            let row = DiffRow {
                subjects,
                gained: PermissionSet::from_bits(gained),
                lost: PermissionSet::from_bits(lost),
                below,
                only: only.map(|ty| org.types().name(ty).to_owned()),
                except,
                object,
            };
            (rank(&row.object), key, row)
        })
        .collect();
    sort::by_rank_and_id(&mut rows, |(rank, key, _)| (*rank, key.clone()));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

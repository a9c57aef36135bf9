//! How many people gain and lose something, by group and project: a large draft at a glance.

use std::sync::Arc;

use serde::Serialize;

use super::diff::{DiffRow, Touched};
use crate::load::list::List;
use crate::model::object::{Object, number};
use crate::org::{Map, Org, keys::NONE, sort};

/// How many people of a group gain and lose something in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// The id of a group whose membership or grants the draft changes and which they are in, before
    /// or after; none for people who are in no such group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The id of the project; none for what is above the projects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// How many different people gain something.
    pub gains: usize,
    /// How many different people lose something.
    pub loses: usize,
}

/// Who gains and who loses something.
#[derive(Default)]
struct People {
    gains: Map<Arc<str>, ()>,
    loses: Map<Arc<str>, ()>,
}

pub(crate) fn summary(before: &Org, after: &Org, touched: &Touched, rows: &[DiffRow]) -> Vec<SummaryRow> {
    let members = members_of_changed_groups(before, after, touched);
    let mut found: Map<(String, String), People> = Map::default();
    for row in rows {
        let project = project_of(after, row).unwrap_or_default();
        for subject in &row.subjects {
            let groups: Vec<&String> = members
                .iter()
                .filter(|(_, users)| users.contains_key(&**subject))
                .map(|(group, _)| group)
                .collect();
            let none = String::new();
            let groups = if groups.is_empty() { vec![&none] } else { groups };
            for group in groups {
                let people = found.entry((group.clone(), project.clone())).or_default();
                if !row.gained.is_empty() {
                    people.gains.insert(Arc::clone(subject), ());
                }
                if !row.lost.is_empty() {
                    people.loses.insert(Arc::clone(subject), ());
                }
            }
        }
    }
    let some = |id: String| (!id.is_empty()).then_some(id);
    let mut rows: Vec<(String, SummaryRow)> = found
        .into_iter()
        .map(|((group, project), people)| {
            let key = format!("{group}\u{0}{project}");
            let (gains, loses) = (people.gains.len(), people.loses.len());
            (key, SummaryRow { group: some(group), project: some(project), gains, loses })
        })
        .collect();
    sort::by_id(&mut rows, |(key, _)| key.clone());
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The groups whose membership or grants changed, with everybody in them before or after.
fn members_of_changed_groups(before: &Org, after: &Org, touched: &Touched) -> Vec<(String, Map<String, ()>)> {
    let mut groups: Map<u32, ()> = Map::default();
    for (list, id) in touched {
        match list {
            List::Groups => groups.extend(after.find_group(id).map(|group| (group, ()))),
            List::Acls => {
                for org in [before, after] {
                    let acl = org.acls().find(id).and_then(|slot| org.acls().get(slot));
                    groups
                        .extend(acl.filter(|acl| org.is_group(acl.principal)).map(|acl| (acl.principal, ())));
                }
            }
            _ => {}
        }
    }
    let members = |group: u32| {
        let mut users: Map<String, ()> = Map::default();
        for org in [before, after].into_iter().filter(|org| group < org.principals().end) {
            users.extend(
                org.users_in([group].into_iter()).into_keys().map(|user| (org.principal_id(user), ())),
            );
        }
        users
    };
    groups.into_keys().map(|group| (after.principal_id(group), members(group))).collect()
}

/// The project that a row speaks of, or in which its object is.
fn project_of(org: &Org, row: &DiffRow) -> Option<String> {
    let object = Object::new(&*row.object.object_type, &row.object.id);
    let target = org.target_for(&object);
    let project =
        target.chain.iter().find(|node| *node != NONE && org.node_type(*node) == number::PROJECT)?;
    Some(org.node_id(project))
}

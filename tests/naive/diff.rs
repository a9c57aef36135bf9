//! Brute force over what a draft changes: every subject, every object (those that do not exist yet among them), every
//! permission, before and after; and what a row of a diff speaks of.

use super::server::Created;
use super::{Naive, PERMISSIONS, Place, TYPES, Who, exists_once, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What lives in a project.
pub const CHILDREN: [&str; 4] = ["experiment", "dataset", "prompt", "prompt_session"];

/// Where something that does not exist yet would be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// a project group, group or role
    Organization,
    /// a project
    AllProjects,
    /// a child of this project
    Project(String),
    /// a child, or the log, of a project that does not exist yet
    NewProject,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    Existing { ty: String, id: String },
    Prospective { ty: String, at: At },
}

impl Thing {
    #[must_use]
    pub fn existing(ty: &str, id: &str) -> Thing {
        Thing::Existing { ty: ty.to_string(), id: id.to_string() }
    }

    #[must_use]
    pub fn prospective(ty: &str, at: At) -> Thing {
        Thing::Prospective { ty: ty.to_string(), at }
    }

    #[must_use]
    pub fn ty(&self) -> &str {
        match self {
            Thing::Existing { ty, .. } | Thing::Prospective { ty, .. } => ty,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Change {
    pub subject: String,
    pub object: Thing,
    pub permission: &'static str,
    /// or lost
    pub gained: bool,
}

impl Naive {
    /// A thing and what is above it.
    fn place_of<'a>(&'a self, thing: &'a Thing) -> Place<'a> {
        let (ty, at) = match thing {
            Thing::Existing { ty, id } => return self.place(ty, Some(id), None),
            Thing::Prospective { ty, at } => (ty, at),
        };
        let mut place = match at {
            At::Organization => self.place("organization", None, None),
            At::AllProjects | At::NewProject => self.place("org_project", None, None),
            At::Project(project) => self.place("project", Some(project), None),
        };
        for node in &mut place.nodes {
            node.0 += 1; // it is not the container
        }
        debug_assert!(!exists_once(ty));
        place
    }

    /// What the subject may do with a thing.
    #[must_use]
    pub fn holds(&self, who: Who, thing: &Thing) -> BTreeSet<&'static str> {
        let place = self.place_of(thing);
        let mut held = self.held(who, &place, thing.ty());
        if place.public && !place.deleted {
            held.insert("read");
        }
        held
    }

    /// Every thing of these data: the known nodes, those that exist once, the logs, what ACLs name, and one that does not
    /// exist yet of every type at every place.
    #[must_use]
    pub fn things(&self) -> BTreeSet<Thing> {
        let mut out = BTreeSet::new();
        for ty in ["organization", "org_project", "org_member", "org_audit_logs"] {
            out.insert(Thing::existing(ty, &self.org));
        }
        for (ty, rows) in &self.objects {
            out.extend(rows.keys().map(|id| Thing::existing(ty, id)));
        }
        let mut projects: BTreeSet<&str> = self.objects["project"].keys().map(String::as_str).collect();
        for acl in &self.acls {
            // undecided: rows speak of the known types, so that what changes on an unknown type has none
            if TYPES.contains(&acl.is.object_type.as_str()) {
                out.insert(Thing::existing(&acl.is.object_type, &acl.is.object_id));
            }
            if acl.is.object_type == "project" || acl.is.object_type == "project_log" {
                projects.insert(&acl.is.object_id);
            }
        }
        for project in projects {
            out.insert(Thing::existing("project_log", project));
            let at = || At::Project(project.to_string());
            out.extend(CHILDREN.map(|ty| Thing::prospective(ty, at())));
        }
        out.insert(Thing::prospective("project", At::AllProjects));
        out.insert(Thing::prospective("project_log", At::NewProject));
        out.extend(CHILDREN.map(|ty| Thing::prospective(ty, At::NewProject)));
        out.extend(["project_group", "group", "role"].map(|ty| Thing::prospective(ty, At::Organization)));
        out
    }

    /// Everybody whom these data know or name.
    #[must_use]
    pub fn everybody(&self) -> BTreeSet<String> {
        self.directory.iter().chain(&self.named).cloned().collect()
    }
}

/// The same thing in the data before: what the draft created did not exist yet, at its place.
fn earlier(thing: &Thing, created: &[Created]) -> Thing {
    let made = |ty: &str, id: &str| created.iter().find(|made| made.kind == ty && made.id == id);
    match thing {
        Thing::Existing { ty, id } => {
            if ty == "project_log" {
                return match made("project", id) {
                    Some(_) => Thing::prospective(ty, At::NewProject),
                    None => thing.clone(),
                };
            }
            let Some(it) = made(ty, id) else { return thing.clone() };
            let at = match &it.project {
                Some(project) if made("project", project).is_some() => At::NewProject,
                Some(project) => At::Project(project.clone()),
                None if ty == "project" => At::AllProjects,
                None => At::Organization,
            };
            Thing::prospective(ty, at)
        }
        Thing::Prospective { ty, at: At::Project(project) } if made("project", project).is_some() => {
            Thing::prospective(ty, At::NewProject)
        }
        Thing::Prospective { .. } => thing.clone(),
    }
}

/// Every thing of either.
#[must_use]
pub fn things(before: &Naive, after: &Naive) -> BTreeSet<Thing> {
    before.things().union(&after.things()).cloned().collect()
}

/// Every subject of either.
#[must_use]
pub fn subjects(before: &Naive, after: &Naive) -> BTreeSet<String> {
    before.everybody().union(&after.everybody()).cloned().collect()
}

/// Everything that changes for anybody.
#[must_use]
pub fn changes(before: &Naive, after: &Naive, created: &[Created]) -> BTreeSet<Change> {
    let mut out = BTreeSet::new();
    let things = things(before, after);
    for subject in subjects(before, after) {
        for thing in &things {
            let old = before.holds(Who::Id(&subject), &earlier(thing, created));
            let new = after.holds(Who::Id(&subject), thing);
            for permission in PERMISSIONS {
                if old.contains(permission) != new.contains(permission) {
                    out.insert(Change {
                        subject: subject.clone(),
                        object: thing.clone(),
                        permission,
                        gained: new.contains(permission),
                    });
                }
            }
        }
    }
    out
}

/// Whether the thing is this node, or (below) is under it, in this tree.
fn is_or_under(tree: &Naive, thing: &Thing, node: &Value) -> (bool, bool) {
    let (ty, id) = (text(node, "type").unwrap_or(""), text(node, "id").unwrap_or(""));
    let itself = *thing == Thing::existing(ty, id);
    let place = tree.place_of(thing);
    let under = !itself && place.nodes.iter().any(|(_, t, i)| *t == ty && *i == id);
    (itself, under)
}

/// Whether a row of a diff (API.md) speaks of a thing; by the tree of the preview.
#[must_use]
pub fn covers(row: &Value, after: &Naive, thing: &Thing) -> bool {
    // rows speak of the known types
    if !TYPES.contains(&thing.ty()) {
        return false;
    }
    // with `only` of that type alone, the object itself included
    if text(row, "only").is_some_and(|only| only != thing.ty()) {
        return false;
    }
    let (itself, under) = is_or_under(after, thing, &row["object"]);
    if !(itself || under && row["below"] == Value::Bool(true)) {
        return false;
    }
    // nor of the nodes in `except`, nor of anything under them
    !row["except"].as_array().into_iter().flatten().any(|node| {
        let (itself, under) = is_or_under(after, thing, node);
        itself || under
    })
}

/// Every change is covered exactly once, and nothing else is.
pub fn check(rows: &[Value], before: &Naive, after: &Naive, created: &[Created]) -> Result<(), String> {
    let expected = changes(before, after, created);
    let mut said: BTreeMap<Change, usize> = BTreeMap::new();
    let things = things(before, after);
    for row in rows {
        for thing in things.iter().filter(|thing| covers(row, after, thing)) {
            for (field, gained) in [("gained", true), ("lost", false)] {
                for name in row[field].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    let Some(permission) = super::known_permission(name) else {
                        return Err(format!("{name} is no permission in {row}"));
                    };
                    for subject in row["subjects"].as_array().into_iter().flatten().filter_map(Value::as_str)
                    {
                        let subject = subject.to_string();
                        let change = Change { subject, object: thing.clone(), permission, gained };
                        if !expected.contains(&change) {
                            return Err(format!("{row} says {change:?}, which does not change"));
                        }
                        *said.entry(change).or_default() += 1;
                    }
                }
            }
        }
    }
    for change in &expected {
        match said.get(change) {
            Some(1) => {}
            None => return Err(format!("no row says {change:?}")),
            Some(more) => return Err(format!("{more} rows say {change:?}")),
        }
    }
    Ok(())
}

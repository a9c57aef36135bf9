//! Section 7 of the access model by brute force: the steps are really applied to the rows of a copy of the export, and the
//! whole is evaluated again, until nothing changes.

use super::diff::{At, CHILDREN, Thing};
use super::needs::powerful;
use super::{Naive, Options, PERMISSIONS, Who, generate, lists_of, standing, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The one that is "somebody in this group alone".
const SOMEBODY: &str = "reach somebody";

/// The copy in which the steps are taken. What does not exist yet is there as a row of its own.
struct Steps {
    export: Value,
    options: Options,
    subject: String,
    /// the rows that stand for what does not exist yet
    stand_ins: BTreeMap<(String, String), Thing>,
    /// the groups that an invitation may name, as the data were: a role edited later does not make a group unfit
    fit: BTreeSet<String>,
    org: String,
}

/// Everything that the subject reaches beyond what is held: permission and object, those that do not exist yet included.
#[must_use]
pub fn reach(export: &Value, options: Options, who: Who) -> BTreeSet<(&'static str, Thing)> {
    let original = Naive::load(export, options);
    if original.departed(who) {
        return BTreeSet::new();
    }
    let subject = match who {
        Who::Anonymous => return BTreeSet::new(),
        Who::Id("") => return BTreeSet::new(),
        Who::Id(id) => id.to_string(),
        Who::Group(_) => SOMEBODY.to_string(),
    };
    let mut steps = Steps {
        export: export.clone(),
        options,
        subject: subject.clone(),
        stand_ins: BTreeMap::new(),
        fit: original.groups.keys().filter(|group| !powerful(&original, group)).cloned().collect(),
        org: original.org.clone(),
    };
    if let Who::Group(group) = who {
        if original.users_listed {
            steps.put("users", json!({ "id": SOMEBODY }));
        }
        steps.join(&original, group);
    }
    steps.stand_in(&original);
    let start = steps.evaluator();
    let held = steps.holdings(&start);
    loop {
        let before = steps.export.clone();
        let now = steps.evaluator();
        steps.grant_oneself(&now);
        steps.join_groups(&now);
        steps.edit_roles(&now);
        steps.regroup_projects(&now);
        steps.invite(&now);
        steps.score(&now);
        if steps.export == before {
            return steps.holdings(&now).difference(&held).cloned().collect();
        }
    }
}

impl Steps {
    fn evaluator(&self) -> Naive {
        Naive::load(&self.export, self.options)
    }

    fn who(&self) -> Who<'_> {
        Who::Id(&self.subject)
    }

    fn put(&mut self, list: &str, row: Value) {
        generate::apply(&mut self.export, &json!({ list: { "upsert": [row] } }));
    }

    fn can(&self, now: &Naive, permission: &str, ty: &str, id: &str) -> bool {
        now.can(self.who(), permission, ty, Some(id), None).0
    }

    /// A row for each thing that does not exist yet, so that steps about it can be taken.
    fn stand_in(&mut self, original: &Naive) {
        let project = "reach new project".to_string();
        for thing in original.things() {
            let Thing::Prospective { ty, at } = &thing else { continue };
            let id = match (ty.as_str(), at) {
                ("project" | "project_log", _) => project.clone(),
                (_, At::Project(project)) => format!("reach new {ty} in {project}"),
                _ => format!("reach new {ty}"),
            };
            let mut row = json!({ "id": id, "name": format!("reach new {ty}"), "org_id": self.org });
            if CHILDREN.contains(&ty.as_str()) {
                row["project_id"] = match at {
                    At::Project(of) => Value::from(of.as_str()),
                    _ => Value::from(project.as_str()),
                };
            }
            if ty != "project_log" {
                self.put(lists_of(ty)[0], row);
            }
            self.stand_ins.insert((ty.clone(), id), thing.clone());
        }
    }

    /// All things: a row that stands in for one is that one.
    fn holdings(&self, now: &Naive) -> BTreeSet<(&'static str, Thing)> {
        let mut out = BTreeSet::new();
        for thing in now.things() {
            let Thing::Existing { ty, id } = &thing else { continue };
            let named = self.stand_ins.get(&(ty.clone(), id.clone())).unwrap_or(&thing);
            out.extend(now.holds(self.who(), &thing).into_iter().map(|held| (held, named.clone())));
        }
        out
    }

    /// Adds this grant to the subject itself.
    fn give(&mut self, now: &Naive, ty: &str, id: &str) {
        for permission in PERMISSIONS {
            let acl = format!("reach acl {permission} {ty} {id}");
            if !now.acls.iter().any(|other| other.id == acl) {
                let row = json!({ "id": acl, "object_type": ty, "object_id": id, "user_id": self.subject,
                    "permission": permission, "_object_org_id": self.org });
                self.put("acls", row);
            }
        }
    }

    /// The row of a live group, role or project group.
    fn live_row(&self, ty: &str, id: &str) -> Option<Value> {
        standing(&self.export, &self.org, lists_of(ty))
            .into_iter()
            .find(|(_, row, deleted)| !deleted && text(row, "id") == Some(id))
            .map(|(_, row, _)| row.clone())
    }

    fn add_member(&mut self, ty: &str, id: &str, field: &str, member: &str) {
        let Some(mut row) = self.live_row(ty, id) else { return };
        let mut members = super::requests::texts(&row, field);
        if !members.iter().any(|other| other == member) {
            members.push(member.to_string());
            row[field] = json!(members);
            self.put(lists_of(ty)[0], row);
        }
    }

    fn join(&mut self, now: &Naive, group: &str) {
        if now.groups.get(group).is_some_and(|group| !group.deleted) {
            let subject = self.subject.clone();
            self.add_member("group", group, "member_users", &subject);
        }
    }

    /// Step 1: `create_acls` on an object: any permission on it and everything below. A restricted tuple reaches the objects
    /// of its type, each of which is here by itself.
    fn grant_oneself(&mut self, now: &Naive) {
        let mut objects: BTreeSet<(String, String)> =
            now.acls.iter().map(|acl| (acl.is.object_type.clone(), acl.is.object_id.clone())).collect();
        for thing in now.things() {
            if let Thing::Existing { ty, id } = thing {
                objects.insert((ty, id));
            }
        }
        objects.extend(named_projects(now).into_iter().map(|project| ("project".to_string(), project)));
        for (ty, id) in objects {
            if self.can(now, "create_acls", &ty, &id) {
                self.give(now, &ty, &id);
            }
        }
    }

    /// Step 2: `update` on a live group: membership of it.
    fn join_groups(&mut self, now: &Naive) {
        for group in now.groups.keys() {
            if self.can(now, "update", "group", group) {
                self.join(now, group);
            }
        }
    }

    /// Step 3: `update` on a live role of one's own organisation that an ACL covering the subject grants, directly or through
    /// member roles: any permission there.
    fn edit_roles(&mut self, now: &Naive) {
        let granted: HashSet<String> = now
            .acls
            .iter()
            .filter(|acl| !acl.deleted && now.covers(acl, self.who()))
            .filter_map(|acl| acl.is.role.as_ref())
            .flat_map(|role| now.role_closure(role))
            .collect();
        for role in granted {
            if now.roles[&role].system || !self.can(now, "update", "role", &role) {
                continue;
            }
            let Some(mut row) = self.live_row("role", &role) else { continue };
            let mut tuples: Vec<Value> =
                super::requests::items(&row, "member_permissions").into_iter().cloned().collect();
            for permission in PERMISSIONS {
                let tuple = json!({ "permission": permission });
                if !tuples.contains(&tuple) {
                    tuples.push(tuple);
                }
            }
            row["member_permissions"] = json!(tuples);
            if self.live_row("role", &role).as_ref() != Some(&row) {
                self.put("roles", row);
            }
        }
    }

    /// Step 4: `update` on a project group that the subject has grants on, with `create_acls` on a project: those grants there.
    fn regroup_projects(&mut self, now: &Naive) {
        for group in now.objects["project_group"].keys() {
            let on_it = now.acls.iter().any(|acl| {
                !acl.deleted
                    && acl.is.object_type == "project_group"
                    && acl.is.object_id == *group
                    && now.covers(acl, self.who())
            });
            if !on_it || !self.can(now, "update", "project_group", group) {
                continue;
            }
            for project in now.objects["project"].keys() {
                if self.can(now, "create_acls", "project", project) {
                    self.add_member("project_group", group, "member_projects", project);
                }
            }
        }
    }

    /// Step 5: `create` on org_member: a new member, who counts as the subject, in any group that an invitation may name.
    fn invite(&mut self, now: &Naive) {
        if !now.can_create(self.who(), "org_member", None).0 {
            return;
        }
        for group in now.groups.keys() {
            // as the groups were: the invitation may come before anything else is changed
            if self.fit.contains(group) || self.can(now, "update", "group", group) {
                self.join(now, group);
            }
        }
    }

    /// Step 6: `create` or `update` of prompts in a project: what the internal scoring principal of it holds.
    fn score(&mut self, now: &Naive) {
        let mut all = named_projects(now);
        let mut projects: BTreeSet<String> = BTreeSet::new();
        for thing in now.things() {
            match &thing {
                Thing::Prospective { ty, at: At::Project(project) } if ty == "prompt" => {
                    all.insert(project.clone());
                }
                Thing::Existing { ty, id } if ty == "prompt" && self.can(now, "update", ty, id) => {
                    projects.extend(now.objects["prompt"].get(id).and_then(|row| row.project.clone()));
                }
                _ => {}
            }
        }
        for project in all {
            // undecided: `update` of prompts that do not exist yet is `update` of prompts in the project, and `create_acls`
            // on them gives it by step 1
            let prompt = Thing::prospective("prompt", At::Project(project.clone()));
            let held = now.holds(self.who(), &prompt);
            let may = now.can_create(self.who(), "prompt", Some(&project)).0;
            if may || held.contains("update") || held.contains("create_acls") {
                projects.insert(project);
            }
        }
        for project in projects {
            let principal = format!("bt::sp::service::project::{project}::async_scoring");
            for (group, row) in &now.groups {
                if row.users.contains(&principal) {
                    self.join(now, group);
                }
            }
            let its: Vec<String> = now
                .acls
                .iter()
                .filter(|acl| !acl.deleted && acl.is.user.as_deref() == Some(principal.as_str()))
                .map(|acl| acl.id.clone())
                .collect();
            for id in its {
                let copy = format!("reach copy {id}");
                let row = standing(&self.export, &self.org, &["acls"])
                    .into_iter()
                    .find(|(_, row, _)| text(row, "id") == Some(&id))
                    .map(|(_, row, _)| row.clone());
                if let Some(mut row) = row
                    && !now.acls.iter().any(|acl| acl.id == copy)
                {
                    row["id"] = Value::from(copy);
                    row["user_id"] = Value::from(self.subject.as_str());
                    self.put("acls", row);
                }
            }
        }
    }
}

/// The projects that the rows of other objects and internal principals name, known or not: they have the ancestors that
/// section 4 gives them.
fn named_projects(now: &Naive) -> BTreeSet<String> {
    let scored = now.named.iter().filter_map(|id| {
        id.strip_prefix("bt::sp::service::project::")?.strip_suffix("::async_scoring").map(str::to_string)
    });
    now.objects
        .values()
        .flat_map(|rows| rows.values())
        .filter_map(|row| row.project.clone())
        .chain(scored)
        .collect()
}

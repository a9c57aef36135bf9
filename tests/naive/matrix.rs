//! Section 9 of the access model read from the rows: the boxes of one principal, and what stands beside them.

use super::{Acl, MANAGE_ACCESS, Naive, Who, by_code_unit};
use std::collections::BTreeSet;

/// What is in projects, as the matrix lists it.
const IN_PROJECTS: [&str; 5] = ["experiment", "dataset", "project_log", "prompt", "prompt_session"];
const FIVE: [&str; 5] = ["read", "create", "update", "delete", "manage_access"];
const FOUR: [&str; 4] = ["read", "update", "delete", "manage_access"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Box {
    /// type and id
    pub on: (String, String),
    /// of the ACL form
    pub restrict: Option<String>,
    pub name: &'static str,
    /// `on`, `off`, `partly` or `inherited`
    pub state: &'static str,
    pub wider: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub boxes: BTreeSet<Box>,
    /// ids of the ACLs beside it, sorted
    pub other: Vec<String>,
}

/// One row of the matrix: a node, the restriction of its ACL forms, its boxes with what each gives, and whether it is in
/// italics.
struct Line {
    ty: String,
    id: String,
    restrict: Option<&'static str>,
    boxes: Vec<(&'static str, &'static str)>,
    italics: bool,
}

fn line(
    ty: &str,
    id: &str,
    restrict: Option<&'static str>,
    boxes: &[(&'static str, &'static str)],
    italics: bool,
) -> Line {
    Line { ty: ty.to_string(), id: id.to_string(), restrict, boxes: boxes.to_vec(), italics }
}

fn same(names: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    names.iter().map(|name| (*name, *name)).collect()
}

/// The lines of a node; none for a type that has no rows, or another id of a node that exists once.
fn lines(org: &Naive, ty: &str, id: &str) -> Vec<Line> {
    let (five, four) = (same(&FIVE), same(&FOUR));
    if super::exists_once(ty) && id != org.org {
        return Vec::new();
    }
    match ty {
        // undecided: the `restrict` of a box is that of its ACL form
        "organization" => vec![
            line(ty, id, Some("organization"), &[("manage_settings", "update")], false),
            line(ty, id, None, &[("manage_access", "manage_access")], false),
            line(ty, id, Some("group"), &[("create_groups", "create")], true),
        ],
        "org_member" => {
            vec![line(ty, id, None, &[("manage_members", "create"), ("remove_members", "delete")], false)]
        }
        "org_audit_logs" => vec![line(ty, id, None, &[("read_audit_logs", "read")], false)],
        "org_project" => {
            let mut out = vec![
                line(ty, id, None, &five, false),
                line(ty, id, Some("project"), &[("create_projects", "create")], true),
            ];
            // undecided: "one type in all projects" is one of what is in projects
            out.extend(IN_PROJECTS.map(|of| line(ty, id, Some(of), &five, true)));
            out
        }
        "project_group" => vec![line(ty, id, None, &five, false)],
        "project" => {
            let mut out = vec![line(ty, id, None, &five, false), line(ty, id, Some("project"), &five, true)];
            out.extend(IN_PROJECTS.map(|of| line(ty, id, Some(of), &five, false)));
            out
        }
        // undecided: a project's log is one object
        "experiment" | "dataset" | "prompt" | "prompt_session" | "project_log" | "group" => {
            vec![line(ty, id, None, &four, false)]
        }
        _ => Vec::new(),
    }
}

/// What a box gives.
fn given(gives: &'static str) -> Vec<&'static str> {
    if gives == "manage_access" { MANAGE_ACCESS.to_vec() } else { vec![gives] }
}

/// Whether a direct row without a role gives this permission for the type that the box speaks of.
fn makes(acl: &Acl, line: &Line, permission: &str) -> bool {
    let of = line.restrict.unwrap_or(&line.ty);
    acl.is.object_type == line.ty
        && acl.is.object_id == line.id
        && acl.is.permission == Some(permission)
        // undecided: `read restrict project` on a project gives read for the project's own type, and so makes its box on
        && acl.is.restrict.as_deref().is_none_or(|restrict| restrict == of)
}

#[must_use]
pub fn matrix(org: &Naive, principal: Who) -> Matrix {
    // undecided: the rows of a principal that is deleted or departed are read all the same
    let direct: Vec<&Acl> = org
        .acls
        .iter()
        .filter(|acl| !acl.deleted)
        .filter(|acl| match principal {
            Who::Id(id) => acl.is.user.as_deref() == Some(id),
            Who::Group(id) => acl.is.group.as_deref() == Some(id),
            Who::Anonymous => false,
        })
        .collect();

    let mut nodes: BTreeSet<(String, String)> =
        ["organization", "org_member", "org_audit_logs", "org_project"]
            .map(|ty| (ty.to_string(), org.org.clone()))
            .into();
    nodes.extend(direct.iter().map(|acl| (acl.is.object_type.clone(), acl.is.object_id.clone())));

    let mut boxes = BTreeSet::new();
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    for (ty, id) in &nodes {
        for line in lines(org, ty, id) {
            let mut of_line = Vec::new();
            for (name, gives) in &line.boxes {
                let permissions = given(gives);
                let makers: Vec<&&Acl> =
                    direct.iter().filter(|acl| permissions.iter().any(|p| makes(acl, &line, p))).collect();
                shown.extend(makers.iter().map(|acl| acl.id.as_str()));
                let there =
                    permissions.iter().filter(|p| makers.iter().any(|acl| makes(acl, &line, p))).count();
                let of = line.restrict.unwrap_or(ty);
                let place = org.place(ty, Some(id), None);
                let held = org.held(principal, &place, of);
                // undecided: a box that is partly on and also comes from above is `partly`
                let state = if there == permissions.len() {
                    "on"
                } else if there > 0 {
                    "partly"
                } else if permissions.iter().all(|p| held.contains(p)) {
                    "inherited"
                } else {
                    "off"
                };
                // undecided: any of the rows that make it on, and only when it is on
                let wider = state == "on"
                    && line.restrict.is_some()
                    && makers.iter().any(|acl| acl.is.restrict.is_none());
                let restrict = line.restrict.map(str::to_string);
                of_line.push(Box { on: (ty.clone(), id.clone()), restrict, name, state, wider });
            }
            if !line.italics || of_line.iter().any(|of| of.state != "off") {
                boxes.extend(of_line);
            }
        }
    }
    // never silently dropped: whatever makes no box, roles among it
    let mut other: Vec<String> =
        direct.iter().filter(|acl| !shown.contains(acl.id.as_str())).map(|acl| acl.id.clone()).collect();
    other.sort_by(|a, b| by_code_unit(a, b));
    Matrix { boxes, other }
}

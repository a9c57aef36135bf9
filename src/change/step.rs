//! The steps of a draft: what somebody asked for, the requests that it comes to, and what carrying
//! them out on the preview did.

use serde_json::{Map as JsonMap, Value, json};

use super::describe;
use super::draft::{Draft, batch, path, post};
use super::edits::{Edit, edits};
use super::effect::{Carrying, Effect, Server, carry_out};
use super::matrix_edit::{BoxChange, MatrixEdit};
use super::request::Request;
use super::validate;
use crate::decide::access::Principal;
use crate::load::list::List;
use crate::model::finding::Finding;
use crate::org::{Map, Org};

/// What somebody asked for. What depends on the data is reckoned anew when these change.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Request(Request),
    /// Boxes of a permission matrix.
    Matrix {
        principal: Principal,
        boxes: Vec<BoxChange>,
    },
    /// The users of a group, and no others.
    Members {
        group: String,
        ids: Vec<String>,
    },
    /// A broad grant without some projects.
    Narrow {
        acl: String,
        except: Vec<String>,
    },
}

/// A step of a draft, with what carrying it out did.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub asked: Asked,
    /// One sentence with names.
    pub text: String,
    /// What it comes to.
    pub requests: Vec<Request>,
    /// What each of these did; none when the data refuse one of them.
    effects: Option<Vec<Effect>>,
    /// The ids that it made, and those that it made when it was carried out before.
    pub made: Vec<String>,
    known: Vec<String>,
    /// Findings that no request says, such as those of a matrix: their pointers are into what was
    /// asked for.
    pub notes: Vec<Finding>,
    pub findings: Vec<Finding>,
}

impl Step {
    pub fn new(asked: Asked) -> Step {
        Step {
            asked,
            text: String::new(),
            requests: Vec::new(),
            effects: None,
            made: Vec::new(),
            known: Vec::new(),
            notes: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Whether the data allow it.
    pub fn works(&self) -> bool {
        self.effects.is_some()
    }

    /// The requests that were carried out, with what they did.
    pub fn carried(&self) -> impl Iterator<Item = (&Request, &Effect)> {
        self.requests.iter().zip(self.effects.iter().flatten())
    }

    /// Whether it asks for nothing, as a matrix does of which every box is as it should be.
    pub fn is_idle(&self) -> bool {
        let is_empty = |request: &Request| edits(request).is_empty();
        !matches!(self.asked, Asked::Request(_)) && self.requests.iter().all(is_empty)
    }
}

impl Draft {
    /// Judges a step and carries it out on the preview: whole, or not at all.
    pub(super) fn carry(&mut self, step: &mut Step) {
        let before = self.preview.fork();
        step.requests.clear();
        step.notes.clear();
        step.findings.clear();
        step.effects = Some(Vec::new());
        if !step.made.is_empty() {
            step.known = std::mem::take(&mut step.made);
        }
        match step.asked.clone() {
            Asked::Request(request) => {
                self.send(step, request);
            }
            Asked::Matrix { principal, boxes } => {
                let MatrixEdit { add, remove, findings } = before.matrix_edit(&principal, &boxes);
                step.notes = findings;
                self.send(step, batch(&add, &remove));
            }
            Asked::Members { group, ids } => {
                self.send(step, set_members(&before, &group, &ids));
            }
            Asked::Narrow { acl, except } => self.narrow_by(step, &before, &acl, &except),
        }
        if step.effects.is_none() {
            self.preview = before;
        }
        validate::arrange(&mut step.findings);
    }

    /// Judges a request of a step and carries it out. Returns whether the data allow it.
    fn send(&mut self, step: &mut Step, request: Request) -> bool {
        let before = self.preview.fork();
        let edits = edits(&request);
        if !edits.iter().all(Edit::is_of_acls) {
            self.base.make_names();
        }
        if step.requests.is_empty() {
            step.text = describe::text(&before, &request, &edits);
        }
        let mut findings = validate::problems(&before, &request, &edits, &self.made);
        findings.extend(validate::refused(&before, &request, &self.actor));
        findings.extend(validate::refused_when_leaving(&before, &edits, &self.actor));
        let works = !findings.iter().any(validate::stops);
        if works {
            let acting = before.acting_id(&request, &self.actor);
            let carrying = Carrying {
                org: &mut self.preview,
                actor: acting.as_deref(),
                creator_grants: self.creator_grants,
                server: Server::Preview,
                ids: &mut self.ids,
                known: step.known.get(step.made.len()..).unwrap_or_default(),
                effect: Effect::default(),
            };
            let effect = carry_out(&edits, carrying);
            findings.extend(validate::regrets(&before, &self.preview, &request, &edits, &self.actor));
            step.made.extend(effect.made.iter().cloned());
            self.made.extend(effect.made.iter().map(|id| (id.clone(), ())));
            step.effects.iter_mut().for_each(|effects| effects.push(effect.clone()));
        } else {
            step.effects = None;
        }
        step.findings.append(&mut findings);
        step.requests.push(request);
        works
    }

    /// A project group, where one is needed, and what is in it; then the grants.
    fn narrow_by(&mut self, step: &mut Step, before: &Org, acl: &str, except: &[String]) {
        let except: Vec<&str> = except.iter().map(String::as_str).collect();
        let text = describe::narrowed(before, acl, &except);
        let labels: Vec<&str> = except.iter().map(|id| before.name("project", id).unwrap_or(id)).collect();
        let new_group = format!("All projects but {}", labels.join(", "));
        let narrowed = match before.narrow(acl, &except, &new_group) {
            Ok(narrowed) => narrowed,
            Err(finding) => {
                step.text = text;
                step.notes = vec![finding];
                step.effects = None;
                return;
            }
        };
        let mut group = String::new();
        if let Some(new) = &narrowed.create {
            if self.send(step, post("/v1/project_group", json!({ "name": new.name }))) {
                group = step.made.first().cloned().unwrap_or_default();
            }
            let body = json!({ "add_member_projects": new.member_projects });
            self.send(step, Request::new("PATCH", &path("project_group", &group)).body(body));
            // CHOICES: pointers into a change are into its request, which is the last one.
            step.findings.iter_mut().for_each(|finding| finding.path.clear());
        }
        self.send(step, batch(&narrowed.add_with(&group), std::slice::from_ref(&narrowed.remove)));
        step.notes = narrowed.findings;
        step.text = text;
    }
}

/// The request that leaves these users in a group, and no others.
fn set_members(org: &Org, group: &str, ids: &[String]) -> Request {
    let row = org.row_of(List::Groups, group);
    let members: Vec<String> = row
        .map(|row| row.members.into_iter().map(std::borrow::Cow::into_owned).collect())
        .unwrap_or_default();
    let set = |ids: &[String]| -> Map<String, ()> { ids.iter().map(|id| (id.clone(), ())).collect() };
    let (wanted, present) = (set(ids), set(&members));
    let added: Vec<&String> = ids.iter().filter(|id| !present.contains_key(*id)).collect();
    let removed: Vec<&String> = members.iter().filter(|id| !wanted.contains_key(*id)).collect();
    let mut body = JsonMap::new();
    for (field, ids) in [("add_member_users", added), ("remove_member_users", removed)] {
        if !ids.is_empty() {
            body.insert(field.to_owned(), json!(ids));
        }
    }
    Request::new("PATCH", &path("group", group)).body(Value::Object(body))
}

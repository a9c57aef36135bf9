//! What somebody could give themselves (the model's section 7), and how.

use serde::Serialize;
use serde_json::{Value, json};

use self::extent::Scope;
use self::fixpoint::{ANY, HELD, NEW, Step};
use super::basis;
use super::subject::Subject;
use crate::change::request::Request;
use crate::model::Basis;
use crate::model::finding::Node;
use crate::model::object::number;
use crate::model::permission::{Permission, PermissionSet};
use crate::org::{Org, keys::NONE, sort};

pub(crate) mod extent;
mod fixpoint;
mod known;
mod quiet;
mod subjects;
mod together;

pub(crate) use fixpoint::{Goal, Reach, held, in_reach, reach_of_goal};
pub(crate) use known::Known;
use known::scored_by;
pub(crate) use quiet::by_quiet_grants;
pub(crate) use together::{Grants, New, Someone, TOGETHER, beyond, run};

/// Something that somebody does not hold and could give themselves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReachRow {
    /// What they would hold; what they hold already is left out.
    pub permissions: Vec<&'static str>,
    /// Where: on this object and everything below it.
    pub object: Node,
    /// Only on the objects of this type there, and everything below those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Whether it holds below those objects. No with a restriction that reaches them alone, as
    /// `update` restricted to `organization` does (section 3: an exact match).
    #[serde(skip_serializing_if = "is_true")]
    pub below: bool,
    /// The steps that lead there, in order; a shortest chain.
    pub steps: Vec<ReachStep>,
}

/// A step by which somebody gains something (section 7).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReachStep {
    /// The number of the rule in section 7.
    pub rule: u8,
    /// One sentence with names.
    pub text: String,
    /// The call of the API that does it. `{dataset}` stands for the id of any dataset, `{email}` for
    /// an address, and so on.
    pub request: Request,
    /// Whether the rule is documented, and the grant documented that it relies on.
    pub basis: Basis,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_true(value: &bool) -> bool {
    *value
}

/// The rules of MODEL 7, with its marks. Rule 4 has no chain of its own (see `fixpoint::DOORS`).
const RULES: [(u8, Basis, &str); 5] = [
    (1, Basis::Documented, "{who} grants themself every permission on {object}"),
    (2, Basis::Documented, "{who} adds themself to the group {group}"),
    (3, Basis::Chosen, "{who} adds every permission to the role {role}, which they hold on {object}"),
    (5, Basis::Chosen, "{who} invites somebody of their own into the group {group}"),
    (
        6,
        Basis::Chosen,
        "{who} writes a scorer in {object}, and it runs with what that project's scorers hold",
    ),
];

/// What is in reach beyond what is held, with the last step of the chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gained {
    pub node: u32,
    pub scope: Scope,
    pub permissions: PermissionSet,
    pub step: u32,
}

impl Reach {
    /// What is in reach and not held, the most far-reaching first; what a wider row says is left out.
    pub(crate) fn gained(&self, org: &Org) -> Vec<Gained> {
        let mut gained: Vec<Gained> = self.at.keys().flat_map(|node| self.gained_at(org, *node)).collect();
        // The steps are numbered in an order that does not depend on that of rows.
        sort::by_rank_and_id(&mut gained, |row| {
            let Gained { node, scope, step, .. } = *row;
            (far_reaching(org, node, scope), format!("{}{step:08}", place_id(org, node, scope)))
        });
        gained
    }

    /// The part of it on one node; of what is in one place the first step first.
    pub(crate) fn gained_at(&self, org: &Org, node: u32) -> Vec<Gained> {
        let mut gained: Vec<Gained> = Vec::new();
        let parts = self.at.get(&node).into_iter().flatten();
        let mut parts = parts.filter(|(_, bits)| bits.iter().any(|step| *step < HELD)).peekable();
        if parts.peek().is_none() {
            return gained;
        }
        let target = org.target_of(node);
        let moot = org.moot_on(node);
        for (scope, bits) in parts {
            // What a wider row says is left out, unless its chain is longer.
            let shorter = |bit: usize, step| step != NONE && self.length(step) <= self.length(bits[bit]);
            let not = moot | self.covered(org, &target, *scope, false, &shorter);
            let mut steps: Vec<u32> = bits.iter().copied().filter(|step| *step < HELD).collect();
            sort::numbers(&mut steps);
            for step in steps {
                let by_it = |permission: &Permission| bits[*permission as usize] == step;
                let permissions: PermissionSet = Permission::ALL.into_iter().filter(by_it).collect();
                let permissions = permissions - not;
                if !permissions.is_empty() {
                    gained.push(Gained { node, scope: *scope, permissions, step });
                }
            }
        }
        gained
    }
}

/// How far what is gained in a place reaches; the most far-reaching has the smallest rank.
fn far_reaching(org: &Org, node: u32, scope: Scope) -> u64 {
    let kind = org.node_type(node).min(number::EXPERIMENT);
    // The members and the audit logs are objects like others.
    let kind =
        if matches!(kind, number::ORG_MEMBER | number::ORG_AUDIT_LOGS) { number::EXPERIMENT } else { kind };
    u64::from(kind) << 1 | u64::from(scope.only.is_some())
}

/// A name for a place, in the order in which places of one rank are told.
fn place_id(org: &Org, node: u32, scope: Scope) -> String {
    format!("{}\0{:05}{:08}", org.node_id(node), org.node_type(node), scope.rank())
}

impl Subject<'_> {
    /// What the subject could give themselves beyond what they hold (section 7), the most
    /// far-reaching first: the organisation, all projects, project groups, projects, objects; then by
    /// id. What is held already, or said by a wider row whose chain is no longer, is left out.
    ///
    /// The cost follows the ACLs that the subject holds and could come to hold.
    #[must_use]
    pub fn reach(&self) -> Vec<ReachRow> {
        let reach = self.org.reach_of(&self.closure);
        reach.gained(self.org).into_iter().map(|row| self.tell_reach(&reach, row)).collect()
    }

    /// A row with its chain, in words and requests.
    pub(crate) fn tell_reach(&self, reach: &Reach, row: Gained) -> ReachRow {
        let org = self.org;
        let steps = reach.chain(row.step).into_iter().map(|step| self.tell_step(reach.steps[step as usize]));
        ReachRow {
            permissions: row.permissions.iter().map(Permission::as_str).collect(),
            object: org.node_ref(row.node),
            only: row.scope.only.map(|ty| org.types().name(ty).to_owned()),
            below: row.scope.below,
            steps: steps.collect(),
        }
    }

    fn tell_step(&self, step: Step) -> ReachStep {
        let org = self.org;
        let (mark, template) = RULES
            .into_iter()
            .find(|(rule, ..)| *rule == step.rule)
            .map_or((Basis::Chosen, ""), |(_, mark, template)| (mark, template));
        let is_group = matches!(step.rule, 2 | 5);
        let object = match step.scope.only {
            _ if is_group => String::new(),
            None if step.rule == 6 => org.object_label("project", scored_by(org, step.on).as_deref()),
            None => org.node_label(step.on),
            Some(ty) => {
                format!("every object of the type `{}` in {}", org.types().name(ty), org.node_label(step.on))
            }
        };
        let group = if is_group { format!("`{}`", org.principal_label(step.on)) } else { String::new() };
        let role = if step.rule == 3 { format!("`{}`", org.role_label(step.with)) } else { String::new() };
        let who = self.label();
        let names = [("who", &*who), ("object", &*object), ("group", &*group), ("role", &*role)];
        let basis = match step.rule {
            // What `create_acls` there reaches rests on the tree and on the restriction too.
            1 => basis::of_grant(org.node_type(step.on), org.node_type(step.on), step.scope.only.is_some()),
            _ => mark,
        };
        ReachStep { rule: step.rule, text: fill(template, &names), request: self.request_of(step), basis }
    }

    /// The call of the API that takes a step.
    fn request_of(&self, step: Step) -> Request {
        let org = self.org;
        let me = self.id().unwrap_or_default();
        let every = |more: &dyn Fn(&mut Value)| -> Vec<Value> {
            let item = |permission: Permission| {
                let mut item = json!({"permission": permission.as_str()});
                more(&mut item);
                item
            };
            Permission::ALL.into_iter().map(item).collect()
        };
        match step.rule {
            1 => {
                let mut node = org.node_ref(step.on);
                if let Some(ty) = step.scope.only {
                    org.types().name(ty).clone_into(&mut node.object_type);
                    node.id = format!("{{{}}}", node.object_type);
                }
                let items = every(&|item| {
                    item["object_type"] = node.object_type.as_str().into();
                    item["object_id"] = node.id.as_str().into();
                    item["user_id"] = me.into();
                });
                Request::new("POST", "/v1/acl/batch_update").body(json!({"add_acls": items}))
            }
            2 => Request::new("PATCH", &path("group", &org.principal_id(step.on)))
                .body(json!({"add_member_users": [me]})),
            3 => Request::new("PATCH", &path("role", &org.roles().id(step.with)))
                .body(json!({"add_member_permissions": every(&|_| ())})),
            5 => Request::new("PATCH", "/v1/organization/members").body(
                json!({"invite_users": {"emails": ["{email}"], "group_ids": [org.principal_id(step.on)]}}),
            ),
            _ => match step.with {
                NEW => Request::new("POST", "/v1/function").body(json!({
                    "project_id": scored_by(org, step.on), "name": "{name}", "slug": "{slug}",
                    "function_type": "scorer", "function_data": "{code}",
                })),
                ANY => Request::new("PATCH", "/v1/prompt/{prompt}").body(json!({"function_data": "{code}"})),
                prompt => Request::new("PATCH", &path("prompt", &org.node_id(prompt)))
                    .body(json!({"function_data": "{code}"})),
            },
        }
    }
}

/// The path of a thing, its id percent-encoded.
fn path(list: &str, id: &str) -> String {
    let mut path = format!("/v1/{list}/");
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push('%');
            path.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    path
}

/// Puts names in place of `{…}` in a template, once each: what a name says is never a place.
fn fill(template: &str, names: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut parts = template.split('{');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = names.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        text.push_str(value);
        text.push_str(rest);
    }
    text
}

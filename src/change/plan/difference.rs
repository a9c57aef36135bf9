//! What there is to do between an organisation and its preview, each thing once.

use std::hash::Hash;

use serde_json::{Map as JsonMap, Value, json};

use super::carried;
use super::part::{Part, Rank};
use super::simulation::Simulation;
use crate::change::draft::{batch, path, post};
use crate::change::edits::{Edit, edits};
use crate::change::effect::{Effect, touched_by};
use crate::change::needs;
use crate::change::request::Request;
use crate::change::step::Step;
use crate::change::validate::Made;
use crate::decide::fixes::AclItem;
use crate::load::list::{Field, List};
use crate::load::row::{Row, Tuple};
use crate::org::{Map, Org, keys::NONE, sort};

/// Everything there is to do.
pub(super) fn parts(start: &Simulation<'_>, preview: &Org, steps: &[Step]) -> Vec<Part> {
    let touched = touched_by(carried(steps).map(|(_, effect)| effect));
    let mut difference = Difference {
        start,
        preview,
        simulation: start.clone(),
        touched_acls: Vec::new(),
        described: descriptions(steps),
        parts: Vec::new(),
    };
    for (request, effect) in carried(steps) {
        if let Some(rank) = as_is(request) {
            let request = difference.without_gone(naming(request.clone(), effect));
            difference.send(Part::as_is(rank, request));
        }
    }
    let with_members: Vec<&(List, String)> =
        touched.iter().filter(|(list, _)| has_rows_of_members(*list)).collect();
    // Deletions first: what they free of names is there for what is created.
    for (list, id) in &with_members {
        difference.deletion(*list, id);
    }
    for (list, id) in &with_members {
        difference.creation(*list, id);
    }
    for (list, id) in &with_members {
        difference.patch(*list, id);
    }
    let grants = difference.grants(&touched);
    difference.parts.extend(grants);
    difference.parts
}

struct Difference<'a, 's> {
    start: &'a Simulation<'s>,
    preview: &'a Org,
    /// The server after the parts so far.
    simulation: Simulation<'s>,
    /// ACLs that these touched.
    touched_acls: Vec<String>,
    described: Map<(List, String), Value>,
    parts: Vec<Part>,
}

impl Difference<'_, '_> {
    fn send(&mut self, part: Part) {
        let effect = self.simulation.send(&part);
        let acls = effect.touched.into_iter().filter(|(list, _)| *list == List::Acls);
        self.touched_acls.extend(acls.map(|(_, id)| id));
        self.parts.push(part);
    }

    /// An invitation without the groups that the draft makes and takes away again: they are never made.
    fn without_gone(&self, mut request: Request) -> Request {
        let (start, preview) = (&self.start.org, self.preview);
        let is_gone =
            |id: &str| self.placeholders().contains_key(id) && lives(preview, List::Groups, id) != Some(true);
        let is_called = |org: &Org, name: &str| org.live_by_name(List::Groups, name).is_some();
        let is_gone_by_name = |name: &str| !is_called(preview, name) && !is_called(start, name);
        let invited = request.body.as_mut().and_then(|body| body.get_mut("invite_users"));
        let Some(invited) = invited.and_then(Value::as_object_mut) else { return request };
        for (all, one) in [("group_ids", "group_id"), ("group_names", "group_name")] {
            let is_gone = |said: &str| if all == "group_ids" { is_gone(said) } else { is_gone_by_name(said) };
            if let Some(items) = invited.get_mut(all).and_then(Value::as_array_mut) {
                items.retain(|item| !item.as_str().is_some_and(is_gone));
            }
            if invited.get(one).and_then(Value::as_str).is_some_and(is_gone) {
                invited.remove(one);
            }
        }
        request
    }

    fn placeholders(&self) -> &Made {
        self.start.sender.placeholders
    }

    fn deletion(&mut self, list: List, id: &str) {
        if lives(self.preview, list, id) == Some(false) && lives(&self.simulation.org, list, id) == Some(true)
        {
            self.send(Part::new(Rank::Delete, Request::new("DELETE", &path(noun(list), id))));
        }
    }

    /// A group, role or project group that the draft makes and leaves there.
    fn creation(&mut self, list: List, id: &str) {
        if lives(&self.simulation.org, list, id).is_some() || lives(self.preview, list, id) != Some(true) {
            return;
        }
        let mut request = self.creating(list, id);
        describe(&mut request, self.described.get(&(list, id.to_owned())));
        self.send(Part::new(Rank::Create, request));
    }

    fn creating(&self, list: List, id: &str) -> Request {
        let row = self.preview.row_of(list, id).unwrap_or_default();
        let mut body = JsonMap::new();
        body.insert("name".to_owned(), json!(row.text(Field::Name).unwrap_or_default()));
        let is_placeholder = |id: &str| self.placeholders().contains_key(id);
        let exists = |list: List, id: &str| {
            let is_there = !is_placeholder(id) || lives(&self.simulation.org, list, id).is_some();
            is_there && lives(self.preview, list, id) != Some(false)
        };
        let mut set = |field: &str, ids: Vec<&str>| {
            if !ids.is_empty() {
                body.insert(field.to_owned(), json!(ids));
            }
        };
        let members = || row.members.iter().map(AsRef::as_ref);
        match list {
            List::Groups => {
                set("member_users", members().filter(|id: &&str| !is_placeholder(id)).collect());
                let groups = row.member_groups.iter().map(AsRef::as_ref);
                set("member_groups", groups.filter(|id| exists(List::Groups, id)).collect());
            }
            List::Roles => {
                set("member_roles", members().filter(|id| exists(List::Roles, id)).collect());
                if !row.tuples.is_empty() {
                    let tuples = row.tuples.iter().map(said).collect::<Vec<_>>();
                    body.insert("member_permissions".to_owned(), json!(tuples));
                }
            }
            // The API takes the projects of a project group by PATCH.
            _ => {}
        }
        let mut request = post(&format!("/v1/{}", noun(list)), Value::Object(body));
        request.creates = vec![id.to_owned()];
        request
    }

    fn patch(&mut self, list: List, id: &str) {
        let (Some(now), Some(then)) = (self.simulation.org.row_of(list, id), self.preview.row_of(list, id))
        else {
            return;
        };
        if then.is_deleted() {
            return;
        }
        let mut request = Request::new("PATCH", &path(noun(list), id));
        request.body = patch(self.preview, list, &now, &then);
        // What the draft creates has been described already.
        let is_known = lives(&self.start.org, list, id).is_some();
        describe(&mut request, self.described.get(&(list, id.to_owned())).filter(|_| is_known));
        if request.body.is_some() {
            self.parts.push(Part::new(Rank::Patch, request));
        }
    }

    /// The ACLs to add and to remove, by their contents: one batch.
    fn grants(&self, touched: &[(List, String)]) -> Option<Part> {
        let (now, then) = (&self.simulation.org, self.preview);
        let (mut add, mut remove): (Vec<AclItem>, Vec<AclItem>) = (Vec::new(), Vec::new());
        let acls = touched.iter().filter(|(list, _)| *list == List::Acls).map(|(_, id)| id);
        let mut seen: Map<String, ()> = Map::default();
        for id in acls.chain(&self.touched_acls) {
            let items = [now, then].into_iter().filter_map(|org| live_acl(org, id));
            for item in items.filter(|item| seen.insert(key(item), ()).is_none()).collect::<Vec<_>>() {
                match (!now.equal_acls(&item).is_empty(), !then.equal_acls(&item).is_empty()) {
                    (true, false) => remove.push(item),
                    (false, true) if self.names_what_stays(&item) => add.push(item),
                    _ => {}
                }
            }
        }
        for items in [&mut add, &mut remove] {
            sort::by_id(items, key);
        }
        let is_something = !add.is_empty() || !remove.is_empty();
        is_something.then(|| Part::new(Rank::Grants, batch(&add, &remove)))
    }

    /// Whether what an ACL names is there in the end: the draft may delete it, having made it or not.
    fn names_what_stays(&self, item: &AclItem) -> bool {
        let stays = |list: List, id: &String| {
            lives(self.preview, list, id).unwrap_or_else(|| !self.placeholders().contains_key(id))
        };
        let ty = self.preview.types().get(&item.object_type);
        item.group_id.as_ref().is_none_or(|id| stays(List::Groups, id))
            && item.role_id.as_ref().is_none_or(|id| stays(List::Roles, id))
            && !self.preview.target(ty, Some(&item.object_id), None).deleted
    }
}

/// Whether a thing of a list that has objects is live; none when the data do not know it.
fn lives(org: &Org, list: List, id: &str) -> Option<bool> {
    let node = org.find_node(list.object_type()?, id);
    let info = (node != NONE).then(|| org.node(node))?;
    info.known.then_some(!info.deleted)
}

/// An ACL's contents as a text: its identity (MODEL 1).
fn key(item: &AclItem) -> String {
    json!(item).to_string()
}

fn live_acl(org: &Org, id: &str) -> Option<AclItem> {
    let slot = org.acls().find(id)?;
    let acl = org.acls().get(slot)?;
    org.acls().is_live(slot, acl).then(|| org.acl_item_of(slot))?
}

/// Requests that are sent as they are written: what they do is not the difference of rows that the
/// draft can reckon together.
fn as_is(request: &Request) -> Option<Rank> {
    let edits = edits(request);
    // What the draft knows to do nothing, and what is sent as somebody else, stays as it is.
    if edits.is_empty() || !request.headers.is_empty() {
        let writes = request.route().is_some_and(|route| route.method != "GET" && needs::has(&route));
        return writes.then_some(Rank::Arrive);
    }
    let rank = |edit: &Edit| match edit {
        Edit::AddAcl { .. }
        | Edit::RemoveAcl { .. }
        | Edit::RemoveAclById { .. }
        | Edit::Create { .. }
        | Edit::Patch { .. } => None,
        Edit::Delete { list, .. } => (!has_rows_of_members(*list)).then_some(Rank::Delete),
        Edit::CreateObject { .. } => Some(Rank::CreateObject),
        Edit::Expel { .. } | Edit::DeleteToken { .. } => Some(Rank::Leave),
        Edit::PatchObject { .. }
        | Edit::Invite { .. }
        | Edit::CreateToken { .. }
        | Edit::PatchOrganization { .. } => Some(Rank::Arrive),
    };
    // Somebody comes by it into what may be deleted later.
    if edits.iter().any(|edit| matches!(edit, Edit::Invite { .. })) {
        return Some(Rank::Arrive);
    }
    edits.iter().filter_map(rank).max()
}

fn has_rows_of_members(list: List) -> bool {
    matches!(list, List::Groups | List::Roles | List::ProjectGroups)
}

/// The last description that the draft gives to a group, role or project group: nothing is decided
/// by it, so that no row keeps it.
fn descriptions(steps: &[Step]) -> Map<(List, String), Value> {
    let mut described = Map::default();
    for (request, effect) in carried(steps) {
        let text = request.body.as_ref().and_then(|body| body.get("description"));
        let Some(text) = text.filter(|text| text.is_string()) else { continue };
        for edit in edits(request) {
            let named = match edit {
                Edit::Create { list, .. } => effect.made.first().map(|id| (list, id.clone())),
                Edit::Patch { list, id, .. } => Some((list, id)),
                _ => None,
            };
            let touched = named.filter(|named| effect.touched.contains(named));
            described.extend(touched.map(|named| (named, text.clone())));
        }
    }
    described
}

fn describe(request: &mut Request, description: Option<&Value>) {
    if let Some(text) = description {
        let body = request.body.get_or_insert_with(|| json!({}));
        body["description"] = text.clone();
    }
}

/// A request with the placeholders of what it creates; ACLs are named by their contents.
pub(super) fn naming(mut request: Request, effect: &Effect) -> Request {
    let placeholders = effect.placeholders.iter().filter(|(list, _)| *list != List::Acls);
    request.creates = placeholders.map(|(_, id)| id.clone()).collect();
    request
}

fn noun(list: List) -> &'static str {
    match list {
        List::Groups => "group",
        List::Roles => "role",
        _ => "project_group",
    }
}

fn said(tuple: &Tuple<'_>) -> Value {
    match &tuple.restrict {
        Some(only) => json!({"permission": tuple.permission, "restrict_object_type": only}),
        None => json!({"permission": tuple.permission}),
    }
}

/// The body of a PATCH that makes one row of another. What is deleted in the end is not added.
fn patch(preview: &Org, list: List, now: &Row<'_>, then: &Row<'_>) -> Option<Value> {
    let mut body = JsonMap::new();
    if let Some(name) = then.text(Field::Name).filter(|name| now.text(Field::Name) != Some(name)) {
        body.insert("name".to_owned(), json!(name));
    }
    let (own, of) = match list {
        List::Groups => ("member_users", List::Users),
        List::Roles => ("member_roles", List::Roles),
        _ => ("member_projects", List::Projects),
    };
    let mut set = |verb: &str, field: &str, items: Vec<Value>| {
        if !items.is_empty() {
            body.insert(format!("{verb}_{field}"), json!(items));
        }
    };
    let lists = [
        (own, of, &now.members, &then.members),
        ("member_groups", List::Groups, &now.member_groups, &then.member_groups),
    ];
    for (field, of, now, then) in lists {
        let added =
            without(then, now, |id| id).into_iter().filter(|id| lives(preview, of, id) != Some(false));
        set("add", field, added.map(|id| json!(id)).collect());
        set("remove", field, without(now, then, |id| id).into_iter().map(|id| json!(id)).collect());
    }
    let tuples = |of: &Row<'_>, other: &Row<'_>| {
        let key = |tuple: &Tuple<'_>| said(tuple).to_string();
        without(&of.tuples, &other.tuples, key).into_iter().map(said).collect()
    };
    set("add", "member_permissions", tuples(then, now));
    set("remove", "member_permissions", tuples(now, then));
    (!body.is_empty()).then_some(Value::Object(body))
}

/// What of a list is not in another.
fn without<'v, T, K: Hash + Eq>(items: &'v [T], others: &'v [T], key: impl Fn(&'v T) -> K) -> Vec<&'v T> {
    let others: Map<K, ()> = others.iter().map(|other| (key(other), ())).collect();
    items.iter().filter(|item| !others.contains_key(&key(item))).collect()
}

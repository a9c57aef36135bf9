//! The requests that carry a draft out: as few as make the difference between the organisation and
//! its preview, in an order in which each works and is permitted when its turn comes.

use serde_json::{Map as JsonMap, Value, json};

use super::draft::{Step, batch, path, post};
use super::edits::{Edit, edits};
use super::effect::{Carrying, Effect, Ids, Server, carry_out};
use super::needs::{self, Decision};
use super::request::{Actor, Request};
use super::validate;
use crate::decide::fixes::AclItem;
use crate::load::list::{Field, List};
use crate::load::row::{Row, Tuple};
use crate::org::{Map, Org, sort};

/// What comes first when nothing else decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    CreateObject,
    Create,
    Arrive,
    Patch,
    Grants,
    Delete,
    Leave,
}

/// A request that is still to be placed.
#[derive(Clone, Debug)]
struct Part {
    rank: Rank,
    request: Request,
    /// It is sent as it is written, and so in its turn among those.
    as_is: bool,
}

/// The state of the server while a plan is carried out.
#[derive(Clone)]
struct Simulation<'a> {
    org: Org,
    actor: &'a Actor,
    creator_grants: bool,
    /// Rows touched so far.
    touched: Vec<(List, String)>,
    /// Placeholders whose things exist by now.
    made: Vec<String>,
    ids: Ids,
}

impl Simulation<'_> {
    /// Sends a request: what it creates gets the placeholders that it names.
    fn send(&mut self, request: &Request) {
        let acting = self.org.acting_id(request, self.actor);
        let carrying = Carrying {
            org: &mut self.org,
            actor: acting.as_deref(),
            creator_grants: self.creator_grants,
            server: Server::Real,
            ids: &mut self.ids,
            known: &request.creates,
            effect: Effect::default(),
        };
        let effect = carry_out(&edits(request), carrying);
        self.touched.extend(effect.touched);
        self.made.extend(request.creates.iter().cloned());
    }

    /// The parts whose turn has come and that work: everything that they name is there.
    fn working(&self, parts: &[Part]) -> Vec<usize> {
        let first = parts.iter().position(|part| part.as_is);
        (0..parts.len())
            .filter(|at| !parts[*at].as_is || Some(*at) == first)
            .filter(|at| parts[*at].rank != Rank::Delete || !is_named_later(parts, *at))
            .filter(|at| !is_after_arrivals(parts, *at))
            .filter(|at| self.works(&parts[*at].request))
            .collect()
    }

    fn works(&self, request: &Request) -> bool {
        let problems = || validate::problems(&self.org, request, &edits(request), &self.made);
        self.has_all_of(request) && self.is_free(request) && !problems().iter().any(validate::stops)
    }

    /// Whether nothing has the name of what a request creates: the server would return that instead.
    /// It is deleted or called something else later in the plan.
    fn is_free(&self, request: &Request) -> bool {
        request.creates.is_empty()
            || edits(request).iter().all(|edit| match edit {
                Edit::Create { list, name, .. } => self.org.live_by_name(*list, name).is_none(),
                Edit::CreateObject { list, name, project, fresh, .. } => {
                    *fresh || self.org.namesake(list.object_type_name(), name, project.as_deref()).is_none()
                }
                _ => true,
            })
    }

    /// Whether the actor may send what works.
    fn permits(&self, request: &Request) -> bool {
        self.org.authorize(request, self.actor).decision == Decision::Allow && self.works(request)
    }

    fn has_all_of(&self, request: &Request) -> bool {
        let mut missing = false;
        each_text(&json!([request.path.split('/').collect::<Vec<_>>(), request.body]), &mut |text| {
            missing |= text.starts_with("new:") && !self.made.iter().any(|made| made == text);
        });
        !missing
    }
}

/// Whether a part is reckoned from what is there after an invitation that is still to come.
fn is_after_arrivals(parts: &[Part], at: usize) -> bool {
    let invites = |part: &Part| {
        part.as_is && edits(&part.request).iter().any(|edit| matches!(edit, Edit::Invite { .. }))
    };
    !parts[at].as_is && parts[at].rank == Rank::Patch && parts.iter().any(invites)
}

/// Whether another part names what this one deletes: that comes first.
fn is_named_later(parts: &[Part], at: usize) -> bool {
    let id = edits(&parts[at].request).into_iter().find_map(|edit| match edit {
        Edit::Delete { id, .. } => Some(id),
        _ => None,
    });
    let Some(id) = id.filter(|_| !parts[at].as_is) else { return false };
    let names = |part: &Part| {
        let mut found = false;
        each_text(part.request.body.as_ref().unwrap_or(&Value::Null), &mut |text| found |= text == id);
        found
    };
    parts.iter().enumerate().any(|(other, part)| other != at && part.rank != Rank::Delete && names(part))
}

/// Visits every text in a value, without recursion.
fn each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    let mut queue = vec![value];
    while let Some(value) = queue.pop() {
        match value {
            Value::String(text) => visit(text),
            Value::Array(items) => queue.extend(items),
            Value::Object(fields) => queue.extend(fields.values()),
            _ => {}
        }
    }
}

pub(crate) fn requests(
    base: &Org,
    preview: &Org,
    steps: &[Step],
    actor: &Actor,
    creator_grants: bool,
) -> Vec<Request> {
    let start = Simulation {
        org: base.fork(),
        actor,
        creator_grants,
        touched: Vec::new(),
        made: Vec::new(),
        ids: Ids::simulated(),
    };
    let parts = parts(&start, preview, steps);
    let (mut plan, is_permitted) = in_order(start.clone(), parts);
    // What was a batch stays one, be it of one.
    if !steps.iter().any(|step| is_batch(&step.request)) {
        plan = plan.into_iter().map(simple).collect();
    }
    if is_permitted {
        return plan;
    }
    // What the draft does only by the way (a right that it gives and takes again) may be needed.
    match as_written(start, steps) {
        Some(requests) => requests,
        None => plan,
    }
}

/// Everything there is to do, each thing once.
fn parts(start: &Simulation<'_>, preview: &Org, steps: &[Step]) -> Vec<Part> {
    let mut simulation = start.clone();
    let mut parts = Vec::new();
    let carried = || steps.iter().filter_map(|step| Some((step, step.effect.as_ref()?)));
    let touched = super::effect::touched_by(carried().map(|(_, effect)| effect));
    for (step, effect) in carried() {
        if let Some(rank) = as_is(&step.request) {
            let request = naming(step.request.clone(), effect);
            simulation.send(&request);
            parts.push(Part { rank, request, as_is: true });
        }
    }
    let described = descriptions(steps);
    let with_members = || touched.iter().filter(|(list, _)| has_rows_of_members(*list));
    // Deletions first: what they free of names is there for what is created.
    for (list, id) in with_members() {
        let is_live = |org: &Org| org.row_of(*list, id).is_some_and(|row| !row.is_deleted());
        let is_gone = preview.row_of(*list, id).is_some_and(|row| row.is_deleted());
        if is_gone && is_live(&simulation.org) {
            let request = Request::new("DELETE", &path(noun(*list), id));
            simulation.send(&request);
            parts.push(Part { rank: Rank::Delete, request, as_is: false });
        }
    }
    for (list, id) in with_members() {
        if is_new(&simulation.org, preview, *list, id) {
            let mut request = creation(&simulation.org, preview, *list, id);
            describe(&mut request, described.get(&(*list, id.clone())));
            simulation.send(&request);
            parts.push(Part { rank: Rank::Create, request, as_is: false });
        }
    }
    for (list, id) in with_members() {
        let (Some(now), Some(then)) = (simulation.org.row_of(*list, id), preview.row_of(*list, id)) else {
            continue;
        };
        let address = path(noun(*list), id);
        if !then.is_deleted() {
            let mut request = Request::new("PATCH", &address);
            request.body = difference(preview, *list, &now, &then);
            // What the draft creates has been described already.
            let is_known = start.org.row_of(*list, id).is_some();
            describe(&mut request, described.get(&(*list, id.clone())).filter(|_| is_known));
            if request.body.is_some() {
                parts.push(Part { rank: Rank::Patch, request, as_is: false });
            }
        }
    }
    parts.extend(grants(&simulation, preview, &touched));
    parts
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
        Edit::AddAcl { .. } | Edit::RemoveAcl { .. } | Edit::RemoveAclById { .. } => None,
        Edit::Create { .. } | Edit::Patch { .. } => None,
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
    for (step, effect) in steps.iter().filter_map(|step| Some((step, step.effect.as_ref()?))) {
        let text = step.request.body.as_ref().and_then(|body| body.get("description"));
        let Some(text) = text.filter(|text| text.is_string()) else { continue };
        for edit in edits(&step.request) {
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
fn naming(mut request: Request, effect: &Effect) -> Request {
    request.creates = effect
        .made
        .iter()
        .filter(|id| id.starts_with("new:") && !id.starts_with("new:acl:"))
        .cloned()
        .collect();
    request
}

fn noun(list: List) -> &'static str {
    match list {
        List::Groups => "group",
        List::Roles => "role",
        _ => "project_group",
    }
}

/// A group, role or project group that the draft makes and leaves there.
fn is_new(base: &Org, preview: &Org, list: List, id: &str) -> bool {
    has_rows_of_members(list)
        && base.row_of(list, id).is_none()
        && preview.row_of(list, id).is_some_and(|row| !row.is_deleted())
}

fn creation(now: &Org, preview: &Org, list: List, id: &str) -> Request {
    let row = preview.row_of(list, id).unwrap_or_default();
    let mut body = JsonMap::new();
    body.insert("name".to_owned(), json!(row.text(Field::Name).unwrap_or_default()));
    let exists = |list: List, id: &str| {
        let is_there = !id.starts_with("new:") || now.row_of(list, id).is_some();
        is_there && preview.row_of(list, id).is_none_or(|row| !row.is_deleted())
    };
    let mut set = |field: &str, ids: Vec<&str>| {
        if !ids.is_empty() {
            body.insert(field.to_owned(), json!(ids));
        }
    };
    let members = || row.members.iter().map(AsRef::as_ref);
    match list {
        List::Groups => {
            set("member_users", members().filter(|id: &&str| !id.starts_with("new:")).collect());
            let groups = row.member_groups.iter().map(AsRef::as_ref);
            set("member_groups", groups.filter(|id| exists(List::Groups, id)).collect());
        }
        List::Roles => {
            set("member_roles", members().filter(|id| exists(List::Roles, id)).collect());
            if !row.tuples.is_empty() {
                body.insert(
                    "member_permissions".to_owned(),
                    json!(row.tuples.iter().map(said).collect::<Vec<_>>()),
                );
            }
        }
        // The API takes the projects of a project group by PATCH.
        _ => {}
    }
    let mut request = post(&format!("/v1/{}", noun(list)), &Value::Object(body));
    request.creates = vec![id.to_owned()];
    request
}

fn said(tuple: &Tuple<'_>) -> Value {
    match &tuple.restrict {
        Some(only) => json!({"permission": tuple.permission, "restrict_object_type": only}),
        None => json!({"permission": tuple.permission}),
    }
}

/// The body of a PATCH that makes one row of another. What is deleted in the end is not added.
fn difference(preview: &Org, list: List, now: &Row<'_>, then: &Row<'_>) -> Option<Value> {
    let mut body = JsonMap::new();
    if let Some(name) = then.text(Field::Name).filter(|name| now.text(Field::Name) != Some(name)) {
        body.insert("name".to_owned(), json!(name));
    }
    let (own, of) = match list {
        List::Groups => ("member_users", List::Users),
        List::Roles => ("member_roles", List::Roles),
        _ => ("member_projects", List::Projects),
    };
    let tuples = |row: &Row<'_>| row.tuples.iter().map(said).collect::<Vec<_>>();
    let lists = [
        (own, of, texts(&now.members), texts(&then.members)),
        ("member_groups", List::Groups, texts(&now.member_groups), texts(&then.member_groups)),
        ("member_permissions", List::Users, tuples(now), tuples(then)),
    ];
    for (field, of, now, then) in lists {
        let stays = |item: &&Value| {
            let row = item.as_str().and_then(|id| preview.row_of(of, id));
            row.is_none_or(|row| !row.is_deleted())
        };
        let added: Vec<&Value> = then.iter().filter(|item| !now.contains(item)).filter(stays).collect();
        let removed: Vec<&Value> = now.iter().filter(|item| !then.contains(item)).collect();
        for (verb, items) in [("add", added), ("remove", removed)] {
            if !items.is_empty() {
                body.insert(format!("{verb}_{field}"), json!(items));
            }
        }
    }
    (!body.is_empty()).then_some(Value::Object(body))
}

fn texts(ids: &[std::borrow::Cow<'_, str>]) -> Vec<Value> {
    ids.iter().map(|id| json!(id)).collect()
}

/// The ACLs to add and to remove, by their contents: one batch.
fn grants(simulation: &Simulation<'_>, preview: &Org, touched: &[(List, String)]) -> Option<Part> {
    let (mut add, mut remove): (Vec<AclItem>, Vec<AclItem>) = (Vec::new(), Vec::new());
    let ids = touched.iter().chain(&simulation.touched).filter(|(list, _)| *list == List::Acls);
    for (_, id) in ids {
        for org in [&simulation.org, preview] {
            let item = org.acls().find(id).and_then(|slot| {
                let acl = org.acls().get(slot)?;
                org.acls().is_live(slot, acl).then(|| org.acl_item_of(slot))?
            });
            let Some(item) = item else { continue };
            let is = |org: &Org| !org.equal_acls(&item).is_empty();
            match (is(&simulation.org), is(preview)) {
                (true, false) if !remove.contains(&item) => remove.push(item),
                (false, true) if !add.contains(&item) && names_what_stays(preview, &item) => add.push(item),
                _ => {}
            }
        }
    }
    for items in [&mut add, &mut remove] {
        sort::by_id(items, |item| json!(item).to_string());
    }
    (!add.is_empty() || !remove.is_empty()).then(|| Part {
        rank: Rank::Grants,
        request: batch(&add, &remove),
        as_is: false,
    })
}

/// Whether what an ACL names is there in the end: the draft may delete it, having made it or not.
fn names_what_stays(preview: &Org, item: &AclItem) -> bool {
    let stays = |list: List, id: &str| {
        preview.row_of(list, id).map_or(!id.starts_with("new:"), |row| !row.is_deleted())
    };
    let ty = preview.types().get(&item.object_type);
    item.group_id.as_ref().is_none_or(|id| stays(List::Groups, id))
        && item.role_id.as_ref().is_none_or(|id| stays(List::Roles, id))
        && !preview.target(ty, Some(&item.object_id), None).deleted
}

/// Places the parts: at each turn one that works and is permitted, and that leaves as many of the
/// others permitted as are now. Returns whether each was permitted.
fn in_order(mut simulation: Simulation<'_>, mut parts: Vec<Part>) -> (Vec<Request>, bool) {
    // What is sent as it is written stays in its order.
    let mut latest = Rank::CreateObject;
    for part in parts.iter_mut().filter(|part| part.as_is) {
        latest = latest.max(part.rank);
        part.rank = latest;
    }
    parts.sort_by_key(|part| part.rank);
    let (mut plan, mut is_permitted) = (Vec::new(), true);
    while !parts.is_empty() {
        let working = simulation.working(&parts);
        let at = match next(&simulation, &parts, &working) {
            Some(at) => at,
            None if split(&simulation, &mut parts) => continue,
            // Somebody else may: what works comes first all the same.
            None => {
                is_permitted = false;
                working.first().copied().unwrap_or(0)
            }
        };
        let part = parts.remove(at);
        simulation.send(&part.request);
        plan.push(part.request);
    }
    (plan, is_permitted)
}

/// A part that is permitted now, one after which the others still are if there is one.
fn next(simulation: &Simulation<'_>, parts: &[Part], working: &[usize]) -> Option<usize> {
    let permitted: Vec<usize> =
        working.iter().copied().filter(|at| simulation.permits(&parts[*at].request)).collect();
    let keeps = |at: &&usize| {
        let mut after = simulation.clone();
        after.send(&parts[**at].request);
        permitted.iter().filter(|other| other != at).all(|other| after.permits(&parts[*other].request))
    };
    match permitted.as_slice() {
        [] => None,
        [only] => Some(*only),
        several => several.iter().find(keeps).or(several.first()).copied(),
    }
}

/// Takes a batch apart of which a piece can be sent, though not the whole: additions and removals,
/// then object by object.
fn split(simulation: &Simulation<'_>, parts: &mut Vec<Part>) -> bool {
    let helps = |part: &Part| {
        part.rank == Rank::Grants
            && pieces(&part.request).len() > 1
            && objects(&part.request).iter().any(|piece| simulation.permits(piece))
    };
    let Some(at) = parts.iter().position(helps) else { return false };
    let part = parts.remove(at);
    let pieces =
        pieces(&part.request).into_iter().map(|request| Part { rank: Rank::Grants, request, as_is: false });
    parts.splice(at..at, pieces);
    true
}

/// The smallest pieces of a batch.
fn objects(request: &Request) -> Vec<Request> {
    pieces(request).iter().flat_map(pieces).collect()
}

fn items(request: &Request, added: bool) -> Vec<AclItem> {
    let of = |edit: Edit| match edit {
        Edit::AddAcl { item, .. } if added => Some(item),
        Edit::RemoveAcl { item, .. } if !added => Some(item),
        _ => None,
    };
    edits(request).into_iter().filter_map(of).collect()
}

fn pieces(request: &Request) -> Vec<Request> {
    let (add, remove) = (items(request, true), items(request, false));
    if !add.is_empty() && !remove.is_empty() {
        return vec![batch(&add, &[]), batch(&[], &remove)];
    }
    let mut by_object: Vec<(Vec<AclItem>, Vec<AclItem>)> = Vec::new();
    let mut sort_in = |item: AclItem, added: bool| {
        let same =
            |known: &AclItem| known.object_type == item.object_type && known.object_id == item.object_id;
        let place = by_object.iter_mut().find(|(add, remove)| add.iter().chain(remove.iter()).any(same));
        let place = if let Some(place) = place {
            place
        } else {
            by_object.push(Default::default());
            by_object.last_mut().expect("just pushed")
        };
        if added { place.0.push(item) } else { place.1.push(item) }
    };
    for item in add {
        sort_in(item, true);
    }
    for item in remove {
        sort_in(item, false);
    }
    by_object.into_iter().map(|(add, remove)| batch(&add, &remove)).collect()
}

fn is_batch(request: &Request) -> bool {
    request.path.ends_with("/batch_update")
}

/// A batch of one is a plain request.
fn simple(request: Request) -> Request {
    if !is_batch(&request) {
        return request;
    }
    match (items(&request, true).as_slice(), items(&request, false).as_slice()) {
        ([item], []) => post("/v1/acl", &json!(item)),
        ([], [item]) => Request::new("DELETE", "/v1/acl").body(json!(item)),
        _ => request,
    }
}

/// The draft's own requests in its own order, with the removals that removing a member means; none
/// if the actor may not send them so either.
fn as_written(mut simulation: Simulation<'_>, steps: &[Step]) -> Option<Vec<Request>> {
    let mut plan = Vec::new();
    for step in steps {
        let Some(effect) = &step.effect else { continue };
        let mut requests = leaving(&simulation.org, &step.request);
        requests.push(naming(by_contents(&simulation.org, step.request.clone()), effect));
        for request in requests {
            if !simulation.permits(&request) {
                return None;
            }
            simulation.send(&request);
            plan.push(request);
        }
    }
    Some(plan)
}

/// An ACL of the draft has no id yet.
fn by_contents(org: &Org, request: Request) -> Request {
    let id = edits(&request).into_iter().find_map(|edit| match edit {
        Edit::RemoveAclById { id } if id.starts_with("new:") => Some(id),
        _ => None,
    });
    let item = id.and_then(|id| org.acl_item_of(org.acls().find(&id)?));
    item.map_or(request, |item| Request::new("DELETE", "/v1/acl").body(json!(item)))
}

/// The memberships and ACLs of those whom a request removes from the organisation.
fn leaving(org: &Org, request: &Request) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut acls = Vec::new();
    for edit in edits(request) {
        let Edit::Expel { ids, emails } = edit else { continue };
        let by_email = emails.iter().flat_map(|email| org.users_with_email(email));
        for id in ids.into_iter().chain(by_email) {
            let Some(user) = org.find_user(&id) else { continue };
            acls.extend(org.acls_of(user).filter_map(|(slot, _)| org.acl_item_of(slot)));
            requests.extend(org.principal(user).member_of.iter().map(|group| {
                let body = json!({ "remove_member_users": [id] });
                Request::new("PATCH", &path("group", &org.principal_id(*group))).body(body)
            }));
        }
    }
    if !acls.is_empty() {
        requests.push(simple(batch(&[], &acls)));
    }
    requests
}

//! A request that a plan has still to place, and what it is made of.

use serde_json::json;

use crate::change::body;
use crate::change::draft::{batch, post};
use crate::change::edits::{Edit, edits};
use crate::change::needs;
use crate::change::request::Request;
use crate::decide::fixes::AclItem;
use crate::org::Map;

/// What comes first when nothing else decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
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
pub(super) struct Part {
    pub rank: Rank,
    pub request: Request,
    pub edits: Vec<Edit>,
    /// The ids that its body names, and those of its path.
    pub ids: Vec<String>,
    pub ids_in_path: Vec<String>,
    /// It is sent as it is written, and so in its turn among those.
    pub as_is: bool,
    /// Somebody comes by it.
    pub invites: bool,
}

impl Part {
    pub fn new(rank: Rank, request: Request) -> Part {
        let edits = edits(&request);
        let invites = edits.iter().any(|edit| matches!(edit, Edit::Invite { .. }));
        let (mut ids, mut ids_in_path) = (Vec::new(), Vec::new());
        if let Some(route) = request.route() {
            if let (Some(schema), Some(body)) = (needs::body(&route), &request.body) {
                body::each_id(schema, body, &mut |id| ids.push(id.to_owned()));
            }
            ids_in_path.extend(route.segments.into_iter().skip(1));
        }
        Part { rank, request, edits, ids, ids_in_path, as_is: false, invites }
    }

    /// Whether it deletes something (the rank of what is sent as it is written says when, not what).
    pub fn deletes(&self) -> bool {
        self.edits.iter().any(|edit| matches!(edit, Edit::Delete { .. }))
    }

    /// A request that the draft holds, to be sent as it is written.
    pub fn as_is(rank: Rank, request: Request) -> Part {
        Part { as_is: true, ..Part::new(rank, request) }
    }
}

/// The smallest pieces of a batch.
pub(super) fn objects(request: &Request) -> Vec<Part> {
    pieces(request).iter().flat_map(|piece| pieces(&piece.request)).collect()
}

fn items(request: &Request, added: bool) -> Vec<AclItem> {
    let of = |edit: Edit| match edit {
        Edit::AddAcl { item, .. } if added => Some(item),
        Edit::RemoveAcl { item, .. } if !added => Some(item),
        _ => None,
    };
    edits(request).into_iter().filter_map(of).collect()
}

/// A batch in two: additions and removals; of one of these, object by object.
pub(super) fn pieces(request: &Request) -> Vec<Part> {
    let piece = |add: &[AclItem], remove: &[AclItem]| Part::new(Rank::Grants, batch(add, remove));
    let (add, remove) = (items(request, true), items(request, false));
    if !add.is_empty() && !remove.is_empty() {
        return vec![piece(&add, &[]), piece(&[], &remove)];
    }
    let added = remove.is_empty();
    let mut places: Map<(String, String), usize> = Map::default();
    let mut by_object: Vec<Vec<AclItem>> = Vec::new();
    for item in add.into_iter().chain(remove) {
        let object = (item.object_type.clone(), item.object_id.clone());
        let place = *places.entry(object).or_insert(by_object.len());
        if place == by_object.len() {
            by_object.push(Vec::new());
        }
        by_object[place].push(item);
    }
    by_object.iter().map(|items| if added { piece(items, &[]) } else { piece(&[], items) }).collect()
}

pub(super) fn is_batch(request: &Request) -> bool {
    request.path.ends_with("/batch_update")
}

/// A batch of one is a plain request.
pub(super) fn simple(request: Request) -> Request {
    if !is_batch(&request) {
        return request;
    }
    match (items(&request, true).as_slice(), items(&request, false).as_slice()) {
        ([item], []) => post("/v1/acl", json!(item)),
        ([], [item]) => Request::new("DELETE", "/v1/acl").body(json!(item)),
        _ => request,
    }
}

//! The permission matrix that people see (the model's section 9): a principal's direct grants as
//! checkboxes. Its table is in [`super::matrix_table`], editing it in [`super::matrix_edit`].

use std::rc::Rc;

use serde::Serialize;

use super::matrix_table::{BoxName, ROWS, Row};
use crate::decide::access::Principal;
use crate::model::finding::Node;
use crate::model::object::number;
use crate::model::permission::PermissionSet;
use crate::org::{AclRow, Closure, GrantKind, Map, Org, Ways, Who, keys::NONE, sort};

/// How many ACLs an inherited box names, the nearest first.
const MOST: usize = 20;

/// What the settings pages show of a user, service account or permission group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// Columns in section 9's order; in a column by type, then by id; then in section 9's order.
    pub boxes: Vec<MatrixBox>,
    /// Direct grants that no box can show: roles, other restrictions, other types.
    pub other: Vec<OtherRow>,
}

/// A checkbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixBox {
    /// The object that its ACLs are on.
    pub on: Node,
    /// The type to which its ACLs are restricted.
    pub restrict: Option<String>,
    /// Its name.
    #[serde(rename = "box")]
    pub name: BoxName,
    /// Whether it is on.
    pub state: BoxState,
    /// A row that makes it on covers more than the box says: it is not restricted to one type.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wider: bool,
    /// What makes it so: the direct ACLs, or those it is inherited by (the nearest first, at most 20).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<BoxSource>,
}

/// Whether a box is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxState {
    /// A direct ACL on the object gives it.
    On,
    /// Nothing gives it.
    Off,
    /// Direct ACLs on the object give some of the permissions.
    Partly,
    /// It is not on, and the same comes from above, by a role, or through a group.
    Inherited,
}

/// Where a box's state comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoxSource {
    /// The id of the ACL.
    pub acl: String,
    /// The node it is on.
    pub on: Node,
    /// The groups through which it reaches the principal: the principal's own first, the grantee
    /// last; empty for the principal's own ACL.
    pub via: Vec<String>,
}

/// A direct grant that no box can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherRow {
    /// The id of the ACL.
    pub acl: String,
    /// What it grants, in words.
    pub text: String,
}

/// What a permission or box gives on objects of a type: an ACL's bits, but none of a role's.
pub(super) fn direct_bits(org: &Org, acl: AclRow, ty: u16) -> PermissionSet {
    match acl.grant.kind() {
        GrantKind::Role(_) => PermissionSet::EMPTY,
        GrantKind::Permission { .. } => PermissionSet(acl.grant.bits(ty, org.roles())),
    }
}

impl Org {
    /// The permission matrix of a user, service account or permission group (section 9): the direct
    /// grants as checkboxes, and beside them what no checkbox can show. Of somebody whom the data do
    /// not name everything is off.
    ///
    /// The cost follows the principal's ACLs and groups, not the organisation.
    #[must_use]
    pub fn matrix(&self, principal: &Principal) -> Matrix {
        let mut reader = Reader::new(self, principal);
        let nodes = reader.nodes();
        let mut boxes = Vec::new();
        for column in ROWS.chunk_by(|a, b| a.column == b.column) {
            // The organisation's own columns are there always, the others by what carries a grant.
            for row in column.iter().filter(|row| number::is_singleton(row.on)) {
                reader.row(row, self.singleton(row.on), &mut boxes);
            }
            for node in nodes.iter().filter(|node| !number::is_singleton(self.node_type(**node))) {
                for row in column.iter().filter(|row| row.on == self.node_type(*node)) {
                    reader.row(row, *node, &mut boxes);
                }
            }
        }
        Matrix { boxes, other: reader.other(&nodes) }
    }

    pub(super) fn grantee(&self, principal: &Principal) -> Option<u32> {
        match principal {
            Principal::User(id) => self.find_user(id),
            Principal::Group(id) => self.find_group(id),
        }
    }

    /// The live ACLs of a grantee, equal ones once (by the smallest id), ascending by id.
    pub(super) fn standing_acls_of(&self, principal: u32) -> Vec<(u32, AclRow)> {
        let standing = self.standing(self.acls_of(principal));
        let mut acls: Vec<(u32, AclRow)> =
            self.acls_of(principal).filter(|(slot, acl)| standing.of(*slot, *acl, true) == *slot).collect();
        sort::by_id(&mut acls, |(slot, _)| self.acls().id(*slot));
        acls
    }

    /// MODEL 9's rows of a node; none for an organisation's node with another id.
    pub(super) fn matrix_rows(&self, node: u32) -> impl Iterator<Item = &'static Row> + use<> {
        let ty = self.node_type(node);
        let own = !number::is_singleton(ty) || self.singleton(ty) == node;
        ROWS.iter().filter(move |row| own && row.on == ty)
    }
}

/// Reads one principal's boxes.
struct Reader<'o> {
    org: &'o Org,
    /// [`NONE`] for somebody whom the data do not name.
    principal: u32,
    closure: Closure,
    /// The principal's own ACLs that count, by node, ascending by id.
    direct: Map<u32, Vec<(u32, AclRow)>>,
    /// The ACLs on a node that cover the principal, ascending by id.
    covering: Map<u32, Rc<[(u32, AclRow)]>>,
    ways: Ways,
}

impl<'o> Reader<'o> {
    fn new(org: &'o Org, principal: &Principal) -> Reader<'o> {
        let number = org.grantee(principal);
        let who = match (number, principal) {
            (None, _) => Who::Nobody,
            (Some(user), Principal::User(_)) => Who::User(user),
            (Some(group), Principal::Group(_)) => Who::MemberOf(group),
        };
        let mut direct: Map<u32, Vec<(u32, AclRow)>> = Map::default();
        for (slot, acl) in number.into_iter().flat_map(|principal| org.standing_acls_of(principal)) {
            direct.entry(acl.node).or_default().push((slot, acl));
        }
        Reader {
            org,
            principal: number.unwrap_or(NONE),
            closure: org.closure(who),
            direct,
            covering: Map::default(),
            ways: Ways::default(),
        }
    }

    /// The nodes that carry direct grants, by type, then by id.
    fn nodes(&self) -> Vec<u32> {
        let org = self.org;
        let mut nodes: Vec<u32> = self.direct.keys().copied().collect();
        sort::by_rank_and_id(&mut nodes, |node| match org.node_type(*node) {
            ty if ty < number::KNOWN => (u64::from(ty), org.node_id(*node)),
            // The numbers of unknown types follow the order of rows, which never matters.
            ty => (u64::from(number::KNOWN), format!("{} {}", org.types().name(ty), org.node_id(*node))),
        });
        nodes
    }

    /// Adds a row's boxes; those of a row that is not in the vendor's pages when one is not off.
    fn row(&mut self, row: &Row, node: u32, boxes: &mut Vec<MatrixBox>) {
        let first = boxes.len();
        for name in row.boxes {
            let found = self.read(row, *name, node);
            boxes.push(found);
        }
        if row.extra && boxes[first..].iter().all(|found| found.state == BoxState::Off) {
            boxes.truncate(first);
        }
    }

    fn read(&mut self, row: &Row, name: BoxName, node: u32) -> MatrixBox {
        let (org, ty, asked) = (self.org, row.gives_for(), name.permissions());
        let (mut held, mut wider, mut from) = (PermissionSet::EMPTY, false, Vec::new());
        for (slot, acl) in self.direct.get(&node).into_iter().flatten() {
            let bits = direct_bits(org, *acl, ty) & asked;
            if !bits.is_empty() {
                held |= bits;
                wider |= row.restrict.is_some()
                    && matches!(acl.grant.kind(), GrantKind::Permission { restrict: None, .. });
                from.push(BoxSource { acl: org.acls().id(*slot), on: org.node_ref(node), via: Vec::new() });
            }
        }
        let mut state = BoxState::On;
        if held != asked {
            (wider, state) = (false, if held.is_empty() { BoxState::Off } else { BoxState::Partly });
            if let Some(sources) = self.inherited(node, ty, asked) {
                (from, state) = (sources, BoxState::Inherited);
            }
        }
        let restrict = row.restrict.map(|only| org.types().name(only).to_owned());
        MatrixBox { on: org.node_ref(node), restrict, name, state, wider, from }
    }

    /// What gives all of this from above, by a role, or through a group; none when it is not held so.
    fn inherited(&mut self, node: u32, ty: u16, asked: PermissionSet) -> Option<Vec<BoxSource>> {
        let org = self.org;
        let target = org.target_of(node);
        let (mut held, mut from) = (PermissionSet::EMPTY, Vec::new());
        if target.deleted || self.closure.len() == 0 {
            return None;
        }
        for above in target.chain.iter() {
            for (slot, acl) in self.covering(above).iter() {
                let bits = PermissionSet(acl.grant.bits(ty, org.roles())) & asked;
                let shown = above == node
                    && acl.principal == self.principal
                    && !matches!(acl.grant.kind(), GrantKind::Role(_));
                if bits.is_empty() || shown {
                    continue;
                }
                held |= bits;
                if from.len() < MOST {
                    from.push((*slot, *acl));
                }
            }
        }
        (held == asked).then(|| from.into_iter().map(|(slot, acl)| self.source(slot, acl)).collect())
    }

    fn source(&mut self, slot: u32, acl: AclRow) -> BoxSource {
        let org = self.org;
        let via = self.closure.via(acl.principal, org, &mut self.ways);
        BoxSource {
            acl: org.acls().id(slot),
            on: org.node_ref(acl.node),
            via: via.into_iter().filter(|g| *g != self.principal).map(|g| org.principal_id(g)).collect(),
        }
    }

    fn covering(&mut self, node: u32) -> Rc<[(u32, AclRow)]> {
        if let Some(known) = self.covering.get(&node) {
            return Rc::clone(known);
        }
        let org = self.org;
        let info = org.node(node);
        // As a decision does: many ACLs on a node are found by grantee.
        let mut acls: Vec<(u32, AclRow)> = if info.heavy && self.closure.len() < info.acls as usize {
            self.closure.principals().flat_map(|principal| org.acls_of_pair(node, principal)).collect()
        } else {
            org.acls_on(node).filter(|(_, acl)| self.closure.contains(acl.principal)).collect()
        };
        let standing = org.standing(acls.iter().copied());
        acls.retain(|(slot, acl)| standing.of(*slot, *acl, true) == *slot);
        sort::by_id(&mut acls, |(slot, _)| org.acls().id(*slot));
        let acls: Rc<[(u32, AclRow)]> = acls.into();
        self.covering.insert(node, Rc::clone(&acls));
        acls
    }

    /// The direct ACLs that no box shows.
    fn other(&self, nodes: &[u32]) -> Vec<OtherRow> {
        let org = self.org;
        let shown = |acl: AclRow| {
            org.matrix_rows(acl.node).any(|row| {
                let bits = direct_bits(org, acl, row.gives_for());
                row.boxes.iter().any(|name| !(name.permissions() & bits).is_empty())
            })
        };
        nodes
            .iter()
            .filter_map(|node| self.direct.get(node))
            .flatten()
            .filter(|(_, acl)| !shown(*acl))
            .map(|(slot, acl)| OtherRow { acl: org.acls().id(*slot), text: org.grant_text(*acl) })
            .collect()
    }
}

impl Org {
    /// What an ACL grants, without its grantee.
    pub(super) fn grant_text(&self, acl: AclRow) -> String {
        let on = self.node_label(acl.node);
        match acl.grant.kind() {
            GrantKind::Role(role) => {
                let note = match (self.roles().is_known(role), self.roles().is_live(role)) {
                    (false, _) => ", which is not in the data and grants nothing",
                    (true, false) => ", which is deleted and grants nothing",
                    (true, true) => "",
                };
                format!("the role `{}` on {on}{note}", self.role_label(role))
            }
            GrantKind::Permission { permission, restrict: None } => format!("`{permission}` on {on}"),
            GrantKind::Permission { permission, restrict: Some(only) } => {
                format!("`{permission}` on {on}, restricted to the type `{}`", self.types().name(only))
            }
        }
    }
}

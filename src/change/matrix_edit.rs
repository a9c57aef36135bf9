//! Editing the permission matrix (the model's section 9, writing): a patch of boxes as ACLs.

use super::matrix::BoxState;
use super::matrix_table::{BoxName, ROWS, Row};
use crate::decide::access::Principal;
use crate::decide::fixes::AclItem;
use crate::model::finding::{Code, Finding, Node};
use crate::model::object::{known_type_number, number, wire_name};
use crate::model::permission::Permission;
use crate::org::{GrantKind, Map, Org};

/// A box to turn on or off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxChange {
    /// The object that the box is of.
    pub on: Node,
    /// The box's restriction, as the matrix tells it.
    pub restrict: Option<String>,
    /// The box's name.
    pub name: BoxName,
    /// [`BoxState::On`] or [`BoxState::Off`].
    pub state: BoxState,
}

/// What turning boxes on and off means in ACLs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MatrixEdit {
    pub add: Vec<AclItem>,
    /// By contents: every equal row goes.
    pub remove: Vec<AclItem>,
    /// Paths are relative to `{boxes}`.
    pub findings: Vec<Finding>,
}

/// A direct grant on a node, as it was and as it is going to be; equal rows are one.
struct Line {
    permission: Permission,
    restrict: Option<u16>,
    /// The ACL's id, when there is one already.
    acl: Option<String>,
    has: bool,
}

impl Line {
    /// MODEL 3: exact match on type.
    fn is_for(&self, ty: u16) -> bool {
        self.restrict.is_none_or(|only| only == ty)
    }
}

/// The direct grants on one node.
struct Sheet {
    ty: u16,
    id: String,
    lines: Vec<Line>,
}

impl Sheet {
    fn gives(&self, permission: Permission, ty: u16) -> bool {
        self.lines.iter().any(|line| line.has && line.permission == permission && line.is_for(ty))
    }

    /// Adds the smallest ACLs that make a box on: none for what it gives already.
    fn turn_on(&mut self, row: &Row, name: BoxName) {
        for permission in name.permissions().iter() {
            if self.gives(permission, row.gives_for()) {
                continue;
            }
            let same = |line: &&mut Line| line.permission == permission && line.restrict == row.restrict;
            match self.lines.iter_mut().find(same) {
                Some(line) => line.has = true,
                None => self.lines.push(Line { permission, restrict: row.restrict, acl: None, has: true }),
            }
        }
    }

    /// New ACLs for one type that a later box makes needless, being for all.
    fn drop_needless(&mut self) {
        for at in 0..self.lines.len() {
            let Line { permission, restrict, ref acl, has } = self.lines[at];
            let for_all = |line: &Line| line.has && line.permission == permission && line.restrict.is_none();
            if has && acl.is_none() && restrict.is_some() && self.lines.iter().any(for_all) {
                self.lines[at].has = false;
            }
        }
    }

    /// Takes away every ACL that makes a box on; tells which of them cover more than the box.
    fn turn_off(&mut self, row: &Row, name: BoxName) -> Vec<usize> {
        let mut wider = Vec::new();
        for (place, line) in self.lines.iter_mut().enumerate() {
            if line.has && name.permissions().contains(line.permission) && line.is_for(row.gives_for()) {
                line.has = false;
                if row.restrict.is_some() && line.restrict.is_none() && line.acl.is_some() {
                    wider.push(place);
                }
            }
        }
        wider
    }
}

/// A change that names a box there is.
struct Wish {
    /// Its place among the changes.
    change: usize,
    sheet: usize,
    row: &'static Row,
    name: BoxName,
    on: bool,
}

impl Wish {
    fn is_of(&self, other: &Wish) -> bool {
        self.sheet == other.sheet && self.name == other.name && std::ptr::eq(self.row, other.row)
    }

    /// Whether what turns this one on turns that one on too.
    fn implies(&self, other: &Wish) -> bool {
        self.sheet == other.sheet
            && !(self.name.permissions() & other.name.permissions()).is_empty()
            && self.row.restrict.is_none_or(|only| only == other.row.gives_for())
    }
}

impl Org {
    /// MODEL 9, writing: boxes that are not named stay untouched; turning on adds the smallest ACLs,
    /// turning off removes every direct ACL that makes the box on.
    ///
    /// Boxes are applied in the order given; of those that exclude each other the later one counts.
    pub(crate) fn matrix_edit(&self, principal: &Principal, boxes: &[BoxChange]) -> MatrixEdit {
        let mut edit = MatrixEdit::default();
        let (mut sheets, wishes) = self.wishes(principal, boxes, &mut edit.findings);
        let mut wider: Vec<(usize, Vec<usize>)> = Vec::new();
        for (place, wish) in wishes.iter().enumerate() {
            let sheet = &mut sheets[wish.sheet];
            if wish.on {
                sheet.turn_on(wish.row, wish.name);
            } else {
                wider.push((place, sheet.turn_off(wish.row, wish.name)));
            }
        }
        // A box that was on by a wider row, which went with a later box, gets a row of its own.
        for wish in wishes.iter().filter(|wish| wish.on) {
            if !wishes.iter().any(|other| !other.on && wish.implies(other)) {
                sheets[wish.sheet].turn_on(wish.row, wish.name);
            }
        }
        for sheet in &mut sheets {
            sheet.drop_needless();
        }
        for (place, lines) in wider {
            edit.findings.extend(self.wider_than_box(&sheets, &wishes, place, &lines));
        }
        for sheet in &sheets {
            for line in &sheet.lines {
                match (&line.acl, line.has) {
                    (None, true) => edit.add.push(item(principal, sheet, line)),
                    (Some(_), false) => edit.remove.push(item(principal, sheet, line)),
                    _ => {}
                }
            }
        }
        edit
    }

    /// The boxes that there are, a box named twice as it was named last; and the grants on their nodes.
    fn wishes(
        &self,
        principal: &Principal,
        boxes: &[BoxChange],
        findings: &mut Vec<Finding>,
    ) -> (Vec<Sheet>, Vec<Wish>) {
        let mut places: Map<(u16, &str), usize> = Map::default();
        let mut sheets = Vec::new();
        let mut wishes: Vec<Wish> = Vec::new();
        let mut last: Map<(usize, usize, BoxName), usize> = Map::default();
        for (change, asked) in boxes.iter().enumerate() {
            let Some((at, row)) = self.find_box(asked) else {
                findings.push(malformed(change, asked));
                continue;
            };
            let sheet = *places.entry((row.on, &asked.on.id)).or_insert_with(|| {
                sheets.push(Sheet { ty: row.on, id: asked.on.id.clone(), lines: Vec::new() });
                sheets.len() - 1
            });
            last.insert((sheet, at, asked.name), change);
            wishes.push(Wish { change, sheet, row, name: asked.name, on: asked.state == BoxState::On });
        }
        let stands: Map<usize, ()> = last.into_values().map(|change| (change, ())).collect();
        wishes.retain(|wish| stands.contains_key(&wish.change));
        let acls = self.grantee(principal).map(|principal| self.standing_acls_of(principal));
        for (slot, acl) in acls.into_iter().flatten() {
            let id = self.node_id(acl.node);
            if let GrantKind::Permission { permission, restrict } = acl.grant.kind()
                && let Some(sheet) = places.get(&(self.node_type(acl.node), &*id))
            {
                let acl = Some(self.acls().id(slot));
                sheets[*sheet].lines.push(Line { permission, restrict, acl, has: true });
            }
        }
        (sheets, wishes)
    }

    /// The row of MODEL 9 that has the box, with its place.
    fn find_box(&self, asked: &BoxChange) -> Option<(usize, &'static Row)> {
        let ty = known_type_number(wire_name(&asked.on.object_type))?;
        let restrict = match &asked.restrict {
            Some(only) => Some(known_type_number(wire_name(only))?),
            None => None,
        };
        let is_there =
            if number::is_singleton(ty) { asked.on.id == self.id() } else { !asked.on.id.is_empty() };
        let is_change = matches!(asked.state, BoxState::On | BoxState::Off);
        ROWS.iter()
            .enumerate()
            .find(|(_, row)| row.on == ty && row.restrict == restrict && row.boxes.contains(&asked.name))
            .filter(|_| is_there && is_change)
    }

    /// What else goes with ACLs that were removed to turn a box off and cover more than it.
    fn wider_than_box(
        &self,
        sheets: &[Sheet],
        wishes: &[Wish],
        place: usize,
        lines: &[usize],
    ) -> Option<Finding> {
        let wish = &wishes[place];
        let sheet = &sheets[wish.sheet];
        let gone: Vec<&Line> = lines.iter().map(|at| &sheet.lines[*at]).filter(|line| !line.has).collect();
        let acls: Vec<String> = gone.iter().filter_map(|line| line.acl.clone()).collect();
        let first = acls.first()?.clone();
        let mut boxes = Vec::new();
        for row in ROWS.iter().filter(|row| row.on == sheet.ty) {
            for name in row.boxes {
                let goes = gone.iter().any(|line| {
                    name.permissions().contains(line.permission)
                        && !sheet.gives(line.permission, row.gives_for())
                });
                let of = Wish { change: 0, sheet: wish.sheet, row, name: *name, on: false };
                if goes && !wishes.iter().any(|named| !named.on && named.is_of(&of)) {
                    boxes.push(of);
                }
            }
        }
        let label = |of: &Wish| match of.row.restrict {
            None => format!("`{}`", of.name.as_str()),
            Some(only) => format!("`{}` for `{}`", of.name.as_str(), self.types().name(only)),
        };
        let on = self.object_label(self.types().name(sheet.ty), Some(&sheet.id));
        let tail = if boxes.is_empty() {
            String::new()
        } else {
            let others: Vec<String> = boxes.iter().map(label).collect();
            format!("; with it go {}: turn on what should stay", others.join(", "))
        };
        let message = format!(
            "turning off {} on {on} removes {}, which is not restricted to that type{tail}",
            label(wish),
            acls.iter().map(|acl| format!("the ACL `{acl}`")).collect::<Vec<_>>().join(", "),
        );
        let names = boxes.iter().map(|of| match of.row.restrict {
            None => of.name.as_str().to_owned(),
            Some(only) => format!("{} {}", of.name.as_str(), self.types().name(only)),
        });
        Some(
            Finding::new(Code::WiderThanBox, format!("/boxes/{}", wish.change), message)
                .with("box", wish.name.as_str())
                .with("acls", acls)
                .with("boxes", names.collect::<Vec<_>>())
                .object(self.types().name(sheet.ty), &sheet.id)
                .acl(first),
        )
    }
}

fn malformed(change: usize, asked: &BoxChange) -> Finding {
    let (name, ty) = (asked.name.as_str(), &asked.on.object_type);
    let restrict =
        asked.restrict.as_ref().map_or_else(String::new, |only| format!(" restricted to `{only}`"));
    let message = format!(
        "there is no box `{name}`{restrict} to turn on or off on the object `{}` of the type `{ty}`; \
         `MATRIX` lists the boxes that there are",
        asked.on.id
    );
    Finding::new(Code::MalformedRequest, format!("/boxes/{change}"), message).with("box", name)
}

fn item(principal: &Principal, sheet: &Sheet, line: &Line) -> AclItem {
    let name = |ty: u16| crate::OBJECT_TYPES[ty as usize].to_owned();
    let (user_id, group_id) = principal.ids();
    AclItem {
        object_type: name(sheet.ty),
        object_id: sheet.id.clone(),
        user_id,
        group_id,
        permission: Some(line.permission.as_str().to_owned()),
        role_id: None,
        // INVARIANT: only known types make or break a box.
        restrict_object_type: line.restrict.map(name),
    }
}

impl Principal {
    /// As an ACL names it: `user_id`, `group_id`.
    pub(super) fn ids(&self) -> (Option<String>, Option<String>) {
        match self {
            Principal::User(id) => (Some(id.clone()), None),
            Principal::Group(id) => (None, Some(id.clone())),
        }
    }
}

#[cfg(test)]
#[path = "../../tests/unit/matrix_edit.rs"]
mod tests;

//! Properties, held against a naive second evaluator (tests/naive) on random organisations that
//! contain every imperfection of MODEL 4.

#[path = "../naive/mod.rs"]
mod naive;
#[path = "../reaching/mod.rs"]
mod reaching;

mod agreement;
mod apply;
mod chains;
mod drafts;
mod explanations;
mod forks;
mod lists;
mod order;
mod permitted;
mod reach;
mod slices;
mod small;
mod snapshots;

use aclarity::{LoadOptions, Members, Object, Org, PermissionSet, Reason, Subject, UnknownObjects};
use naive::generate::{self, Rng, Size};
use naive::{Naive, Who};
use serde_json::Value;

/// Names a failing organisation: run again with this seed to see it.
#[must_use]
pub(crate) fn rng(seed: u64) -> Rng {
    Rng::new(0xac1a_0000_0000 + seed)
}

#[must_use]
pub(crate) fn size(seed: u64) -> Size {
    match seed % 10 {
        0 | 1 => Size::Tiny,
        2..=8 => Size::Small,
        _ => Size::Medium,
    }
}

#[must_use]
pub(crate) fn options(seed: u64) -> (LoadOptions, naive::Options) {
    read_as(seed % 3 == 1, seed % 4 == 2)
}

/// The same options for both evaluators: `unknownObjects: "inOrganization"`, and `members: "known"`.
#[must_use]
pub(crate) fn read_as(unknown: bool, members: bool) -> (LoadOptions, naive::Options) {
    let ours = LoadOptions {
        strict: false,
        unknown_objects: if unknown { UnknownObjects::InOrganization } else { UnknownObjects::Deny },
        members: if members { Members::Known } else { Members::Any },
        now: None,
    };
    (ours, naive::Options { unknown_in_organization: unknown, members_known: members })
}

#[must_use]
pub(crate) fn load(export: &Value, options: &LoadOptions) -> Org {
    Org::from_json_with(export.to_string().as_bytes(), options.clone()).unwrap_or_else(|error| {
        panic!("{error} at {:?} in {export:#}", error.path());
    })
}

/// A random organisation with both evaluators.
#[must_use]
pub(crate) fn organization(seed: u64) -> (Value, Org, Naive, Rng) {
    let mut rng = rng(seed);
    let export = generate::organization(&mut rng, size(seed));
    let (ours, theirs) = options(seed);
    let org = load(&export, &ours);
    let naive = Naive::load(&export, theirs);
    (export, org, naive, rng)
}

#[must_use]
pub(crate) fn subject<'o>(org: &'o Org, who: Who<'_>) -> Subject<'o> {
    match who {
        Who::Id(id) => org.subject(id),
        Who::Group(id) => org.member_of(id),
        Who::Anonymous => org.anonymous(),
    }
}

#[must_use]
pub(crate) fn object(ty: &str, id: Option<&str>, project: Option<&str>) -> Object {
    let object = id.map_or(Object::of_type(ty), |id| Object::new(ty, id));
    match project {
        Some(project) => object.in_project(project),
        None => object,
    }
}

#[must_use]
pub(crate) fn ask(name: &str) -> PermissionSet {
    PermissionSet::from_ask(name).expect("a permission")
}

#[must_use]
pub(crate) fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Granted => "granted",
        Reason::Public => "public",
        Reason::NoGrant => "no_grant",
        Reason::Deleted => "deleted",
        Reason::UnknownObject => "unknown_object",
        Reason::NotAMember => "not_a_member",
    }
}

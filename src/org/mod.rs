//! The compiled organisation: ids as numbers, the object tree, group and role closures, grants by
//! object; loading and changing it.

use std::sync::Arc;

use hashbrown::HashMap;

mod acls;
mod apply;
mod bounds;
mod build;
mod closure;
mod contents;
mod facts;
mod findings;
#[cfg(test)]
mod forks;
mod gives;
mod ids;
pub(crate) mod keys;
mod lookup;
mod names;
pub(crate) mod new;
mod odd;
mod order;
mod people;
mod places;
mod put;
mod reading;
mod roles;
mod rows;
mod shared;
mod slicing;
mod snapshot;
pub(crate) mod sort;
mod sorting;
mod tree;
mod types;
mod written;

pub(crate) use acls::{AclRow, GrantKind, Standing};
pub use apply::Applied;
pub use build::{LoadOptions, Loader, Members, UnknownObjects};
pub(crate) use closure::{Closure, Ways, Who};
pub use names::Stats;
pub(crate) use order::Listed;
pub(crate) use places::Pointers;
pub use slicing::{SliceObjects, SliceOptions};
pub use snapshot::SnapshotReader;
pub(crate) use sort::by_code_units;
pub(crate) use tree::Target;

use crate::load::list::List;
use crate::load::rows::MissingList;
use acls::Acls;
use keys::Keys;
use lookup::Lookup;
use odd::Odd;
use people::{GroupRow, PersonRow, Principal, TokenRow};
use places::Places;
use roles::Roles;
use rows::Rows;
use shared::{Column, SharedMap};
use snapshot::slice::Slice;
use tree::{NodeInfo, ObjectRow, RegionRow};
use types::Types;

/// A map by number or id, with a fixed hash: the same data give the same organisation.
pub(crate) type Map<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

/// An organisation's access data, compiled: the answer to who may do what, and why.
///
/// It is loaded from the API's own JSON ([`Org::from_json`], or a [`Loader`] for streams and lists
/// from several endpoints), asked through [`Org::subject`], [`Org::who`] and [`Org::access`], and
/// kept up to date with [`Org::apply`]. It is `Send` and `Sync`; asking never changes it. A clone
/// costs next to nothing, however large the organisation is: the two share what neither changes.
#[derive(Clone, Debug)]
pub struct Org {
    id: Box<str>,
    name: Option<Box<str>>,
    plan: Option<Box<str>>,
    /// Lists that the export says could not be read.
    missing: Arc<[MissingList]>,
    unknown_lists: Arc<Vec<Box<str>>>,
    inferred: bool,
    options: LoadOptions,
    version: u64,
    types: Types,
    places: Vec<Places>,

    /// Nodes of the object tree, by type and id.
    node_keys: Keys,
    nodes: Column<NodeInfo>,
    /// How many known objects are in a project, by the project's node.
    children: SharedMap<u32>,
    /// The nodes of the four types that exist once.
    singletons: [u32; 4],
    /// Rows of projects, experiments, datasets, prompts, functions and playgrounds, in this order.
    objects: [Rows<ObjectRow>; 6],
    /// The first row in `functions`, by node.
    functions: SharedMap<u32>,
    regions: Rows<RegionRow>,
    /// Project groups that name a project, by the project's node.
    regions_of: SharedMap<Vec<u32>>,
    /// Known nodes that are deleted or public, by what they are directly below.
    odd: Odd,

    /// Users (and service accounts, in the same space) and permission groups.
    principal_keys: Keys,
    principals: Column<Principal>,
    /// Those that are internal: few, and looked for by what asks as whom scorers run.
    internals: Column<u32>,
    groups: Rows<GroupRow>,
    users: Rows<PersonRow>,
    accounts: Rows<PersonRow>,
    tokens: Rows<TokenRow>,
    token_keys: Keys,
    token_rows: Column<u32>,

    roles: Roles,
    acls: Acls,

    /// Nodes by name.
    by_name: Lookup,
    /// Users by e-mail.
    by_email: Lookup,
    /// What lives in projects, by type and project.
    contents: contents::Contents,
    /// What is particular to a slice.
    slice: Option<Arc<Slice>>,
}

impl Org {
    fn empty(options: LoadOptions) -> Org {
        Org {
            id: "".into(),
            name: None,
            plan: None,
            missing: Arc::default(),
            unknown_lists: Arc::default(),
            inferred: false,
            options,
            version: 0,
            types: Types::default(),
            places: List::ALL.into_iter().map(Places::new).collect(),
            node_keys: Keys::default(),
            nodes: Column::default(),
            children: SharedMap::default(),
            singletons: [keys::NONE; 4],
            objects: Default::default(),
            functions: SharedMap::default(),
            regions: Rows::default(),
            regions_of: SharedMap::default(),
            odd: Odd::default(),
            principal_keys: Keys::default(),
            principals: Column::default(),
            internals: Column::default(),
            groups: Rows::default(),
            users: Rows::default(),
            accounts: Rows::default(),
            tokens: Rows::default(),
            token_keys: Keys::default(),
            token_rows: Column::default(),
            roles: Roles::default(),
            acls: Acls::default(),
            by_name: Lookup::default(),
            by_email: Lookup::default(),
            contents: contents::Contents::default(),
            slice: None,
        }
    }

    /// The organisation's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A number that grows with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How the organisation was loaded.
    #[must_use]
    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    pub(crate) fn types(&self) -> &Types {
        &self.types
    }

    /// Makes everything ready to be copied: what has changed since the last time is held in common
    /// with later copies, or, where the copies are gone, taken in.
    fn share(&mut self) {
        self.node_keys.share();
        self.nodes.share();
        self.children.share();
        self.objects.iter_mut().for_each(Rows::share);
        self.functions.share();
        self.regions.share();
        self.regions_of.share();
        self.odd.share();
        self.principal_keys.share();
        self.principals.share();
        self.internals.share();
        self.groups.share();
        self.users.share();
        self.accounts.share();
        self.tokens.share();
        self.token_keys.share();
        self.token_rows.share();
        self.roles.share();
        self.acls.share();
        self.by_name.share();
        self.by_email.share();
        self.contents.iter_mut().for_each(lookup::Lazy::share);
        self.places.iter_mut().for_each(Places::share);
    }

    fn places(&self, list: List) -> &Places {
        &self.places[list as usize]
    }

    fn places_mut(&mut self, list: List) -> &mut Places {
        &mut self.places[list as usize]
    }
}

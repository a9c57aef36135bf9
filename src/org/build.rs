//! Loading: rows in, an organisation out.

use std::sync::Arc;

use super::Org;
use super::put::check;
use crate::load::list::{Field, List};
use crate::load::row::{Row, read_row};
use crate::load::rows::Export;
use crate::load::splitter::{Event, Sink, Splitter};
use crate::model::error::{Error, ErrorCode};
use crate::model::finding::Severity;
use crate::model::object::number;

/// What a question about an object that the data do not know sees (the model's section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnknownObjects {
    /// The ACLs on it count, and nothing above it.
    #[default]
    Deny,
    /// An unknown id of a known type also has the ancestors that its type always has: for a page
    /// that shows this organisation's objects only.
    InOrganization,
}

/// Who counts as a member (the model's section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Members {
    /// Whoever the groups and ACLs name.
    #[default]
    Any,
    /// When the data hold `users`, somebody who is in no directory is denied everything but public
    /// experiments.
    Known,
}

/// How to load an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Make the first finding of severity error an error of the load.
    pub strict: bool,
    /// Objects that the data do not know.
    pub unknown_objects: UnknownObjects,
    /// People whom the data do not know.
    pub members: Members,
    /// The time in milliseconds since 1970, for what an audit says of tokens that expire. Without it
    /// nothing is said: the crate asks no clock.
    pub now: Option<u64>,
}

/// How many rows are held back while the data have not said which organisation they are of.
const MAX_HELD: usize = 10_000;

/// How many lists that no export has are told, and how long their names may be, in bytes.
const MAX_UNKNOWN_LISTS: usize = 100;
const MAX_NAME: usize = 200;

/// Loads an organisation from JSON texts that arrive in pieces: a whole export, or its lists one by
/// one. The texts are never held whole.
///
/// ```
/// # fn main() -> Result<(), aclarity::Error> {
/// let mut loader = aclarity::Loader::new(aclarity::LoadOptions::default());
/// loader.push(br#"{"organization": {"id": "acme"}, "#)?;
/// loader.push(br#""groups": [{"id": "g", "org_id": "acme", "name": "Owners"}]}"#)?;
/// let org = loader.finish()?;
/// assert_eq!(org.id(), "acme");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Loader {
    builder: Builder,
    splitter: Option<Splitter>,
    failed: Option<Error>,
}

/// What was read before it was clear which organisation it is of.
#[derive(Debug)]
enum Held {
    Page(List, String, u32),
    Row(List, Box<Row<'static>>),
}

#[derive(Debug)]
struct Builder {
    org: Org,
    held: Vec<Held>,
    decided: Decided,
}

/// How the organisation's id is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decided {
    Not,
    /// The export names it.
    Given,
    /// Most of the first rows name it.
    ByRows {
        disagree: bool,
    },
}

impl Loader {
    /// A loader for one organisation.
    #[must_use]
    pub fn new(options: LoadOptions) -> Loader {
        let builder = Builder { org: Org::empty(options), held: Vec::new(), decided: Decided::Not };
        Loader { builder, splitter: None, failed: None }
    }

    /// Begins a text that holds one list (`"acls"`): rows, pages, or `{"objects": rows}`. `page`
    /// is given when the list comes as several texts: the number of this one, for pointers.
    ///
    /// # Errors
    /// `bad_argument` for a name that is no list's; whatever ending the previous text gives.
    pub fn open_list(&mut self, list: &str, page: Option<u32>) -> Result<(), Error> {
        let known = List::from_name(list).ok_or_else(|| {
            Error::new(ErrorCode::BadArgument, format!("`{list}` is not a list of an export"))
        })?;
        self.close()?;
        self.splitter = Some(Splitter::new(Some(known), page));
        Ok(())
    }

    /// Begins a text that holds a whole export. The first text of a loader needs no beginning.
    ///
    /// # Errors
    /// Whatever ending the previous text gives.
    pub fn open_export(&mut self) -> Result<(), Error> {
        self.close()?;
        self.splitter = Some(Splitter::new(None, None));
        Ok(())
    }

    /// Takes the next bytes of the present text; of a whole export if none was opened.
    ///
    /// # Errors
    /// `bad_json` and `bad_shape` with the pointer of the place, `too_large`. A loader that has
    /// failed keeps failing.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.run(|splitter, builder| splitter.push(bytes, builder))
    }

    /// Ends the present text, if there is one.
    ///
    /// # Errors
    /// `bad_json` when it is not whole.
    pub fn close(&mut self) -> Result<(), Error> {
        if self.splitter.is_none() {
            return self.failed.clone().map_or(Ok(()), Err);
        }
        self.run(|splitter, builder| std::mem::replace(splitter, Splitter::new(None, None)).finish(builder))?;
        self.splitter = None;
        Ok(())
    }

    fn run(
        &mut self,
        work: impl FnOnce(&mut Splitter, &mut Builder) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let splitter = self.splitter.get_or_insert_with(|| Splitter::new(None, None));
        work(splitter, &mut self.builder).inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// Ends loading.
    ///
    /// # Errors
    /// `bad_json` when the last text is not whole; `no_organization` when the data do not say which
    /// organisation they are of; `strict` when so loaded and something is wrong.
    pub fn finish(mut self) -> Result<Org, Error> {
        self.close()?;
        self.builder.finish()
    }
}

impl Builder {
    fn finish(mut self) -> Result<Org, Error> {
        if self.decided == Decided::Not {
            self.decide_by_rows(true)?;
        }
        if let Decided::ByRows { disagree } = self.decided {
            if disagree {
                return Err(several_organizations());
            }
            self.org.inferred = true;
        }
        let mut org = self.org;
        for ty in 0..4 {
            let id = org.id.clone();
            let node = org.node_number(ty, &id);
            org.singletons[ty as usize] = node;
            org.set_node_state(node, true, false);
        }
        org.settle();
        org.version = 1;
        if org.options.strict
            && let Some(finding) = org.findings().into_iter().find(|f| f.severity == Severity::Error)
        {
            return Err(Error::strict(finding));
        }
        debug_assert!(number::is_singleton(3) && !number::is_singleton(4));
        Ok(org)
    }

    fn decide(&mut self, id: &str, decided: Decided) {
        self.org.id = id.into();
        self.decided = decided;
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Page(list, prefix, base) => self.org.places_mut(list).open_page(&prefix, base),
                Held::Row(list, row) => self.take(list, &row),
            }
        }
    }

    /// MODEL 4: the id is inferred when all rows agree. Too many rows to hold back are taken for
    /// those of the organisation that most of them name.
    fn decide_by_rows(&mut self, all: bool) -> Result<(), Error> {
        let mut named: Vec<(&str, usize)> = Vec::new();
        for held in &self.held {
            let Held::Row(list, row) = held else { continue };
            // A row that does not count has no say.
            if check(*list, row).is_err() {
                continue;
            }
            for id in row.organizations() {
                match named.iter_mut().find(|(name, _)| *name == id) {
                    Some((_, count)) => *count += 1,
                    None => named.push((id, 1)),
                }
            }
        }
        if all && named.len() > 1 {
            return Err(several_organizations());
        }
        let most = named.into_iter().filter(|(id, _)| !id.is_empty()).max_by_key(|(_, count)| *count);
        match most.map(|(id, _)| id.to_owned()) {
            Some(id) => {
                self.decide(&id, Decided::ByRows { disagree: false });
                Ok(())
            }
            None if all => Err(Error::new(
                ErrorCode::NoOrganization,
                "the data do not say which organization they are of; add `organization` with its `id`",
            )),
            None => Ok(()),
        }
    }

    fn take(&mut self, list: List, row: &Row<'_>) {
        if let Decided::ByRows { disagree } = &mut self.decided {
            *disagree |= self.org.is_foreign(row) && check(list, row).is_ok();
        }
        self.org.append(list, row);
    }

    fn organization(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes == b"null" {
            return Ok(());
        }
        // An organisation's row reads like a project's: an id and a name.
        let row = read_row(List::Projects, bytes, || "/organization".to_owned())?;
        if let Some(name) = row.text(Field::Name) {
            self.org.name = Some(name.into());
        }
        let Some(id) = row.text(Field::Id).filter(|id| !id.is_empty()) else {
            return Err(Error::at(
                ErrorCode::BadShape,
                "/organization/id",
                "`/organization/id`: expected the organization's id, found nothing",
            ));
        };
        match self.decided {
            Decided::ByRows { .. } if *id != *self.org.id => Err(Error::at(
                ErrorCode::NoOrganization,
                "/organization/id",
                format!("most rows before `organization` do not belong to `{id}`; put `organization` first"),
            )),
            Decided::Given if *id != *self.org.id => Err(Error::at(
                ErrorCode::NoOrganization,
                "/organization/id",
                format!("the data name two organizations, `{}` and `{id}`; load one at a time", self.org.id),
            )),
            _ if self.decided == Decided::Not => {
                self.decide(id, Decided::Given);
                Ok(())
            }
            _ => {
                self.decided = Decided::Given;
                Ok(())
            }
        }
    }
}

fn several_organizations() -> Error {
    Error::new(
        ErrorCode::NoOrganization,
        "the rows belong to several organizations and the export names none; add `organization` with its `id`",
    )
}

impl Sink for Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Organization(bytes) => return self.organization(bytes),
            Event::Plan(plan) => self.org.plan = plan.map(Into::into),
            Event::Missing(lists) => self.org.missing = lists.into(),
            Event::UnknownList(name) => self.org.note_unknown_list(name),
            Event::Page { list, prefix, base } if self.decided == Decided::Not => {
                self.held.push(Held::Page(list, prefix, base));
            }
            Event::Page { list, prefix, base } => self.org.places_mut(list).open_page(&prefix, base),
            Event::Row { list, row, at } => {
                self.org.name_types(row, at)?;
                if self.decided != Decided::Not {
                    self.take(list, row);
                    return Ok(());
                }
                self.held.push(Held::Row(list, Box::new(row.clone().into_owned())));
                if self.held.len().is_multiple_of(MAX_HELD) {
                    self.decide_by_rows(false)?;
                }
            }
        }
        Ok(())
    }
}

impl Org {
    /// Once each, as long as they look like names at all.
    fn note_unknown_list(&mut self, name: &str) {
        let lists = Arc::make_mut(&mut self.unknown_lists);
        if lists.len() < MAX_UNKNOWN_LISTS
            && name.len() <= MAX_NAME
            && !lists.iter().any(|known| **known == *name)
        {
            lists.push(name.into());
        }
    }

    /// Loads an export from JSON: the API's own shapes, any list as rows, as `{"objects": rows}` or
    /// as an array of such pages (the model's section 4).
    ///
    /// ```
    /// # fn main() -> Result<(), aclarity::Error> {
    /// use aclarity::{Object, Org, Permission};
    /// let org = Org::from_json(br#"{
    ///     "organization": {"id": "acme", "name": "Acme"},
    ///     "projects": [{"id": "search", "name": "Search"}],
    ///     "datasets": [{"id": "golden", "project_id": "search"}],
    ///     "acls": [{"id": "a", "object_type": "project", "object_id": "search",
    ///               "user_id": "ada", "permission": "read"}]
    /// }"#)?;
    /// let ada = org.subject("ada");
    /// assert!(ada.can(Permission::Read, &Object::dataset("golden")));
    /// assert!(!ada.can(Permission::Update, &Object::dataset("golden")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `bad_json`, `bad_shape` and `too_large` with the pointer of the place, and
    /// `no_organization`. Everything else loads and becomes a finding.
    pub fn from_json(bytes: &[u8]) -> Result<Org, Error> {
        Org::from_json_with(bytes, LoadOptions::default())
    }

    /// Loads an organisation from rows.
    ///
    /// # Errors
    /// As [`Org::from_json_with`].
    pub fn from_export(export: &Export, options: LoadOptions) -> Result<Org, Error> {
        let json = serde_json::to_vec(export)
            .map_err(|error| Error::new(ErrorCode::BadShape, format!("the rows cannot be read: {error}")))?;
        Org::from_json_with(&json, options)
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`Org::from_json`], and `strict` when so asked.
    pub fn from_json_with(bytes: &[u8], options: LoadOptions) -> Result<Org, Error> {
        let mut loader = Loader::new(options);
        loader.push(bytes)?;
        loader.finish()
    }
}

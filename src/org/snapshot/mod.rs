//! Snapshots: an organisation as bytes. Writing them is a walk over what is held; reading them is
//! validation and copying, that hashes no id and sorts nothing.
//!
//! # Format, version 1
//!
//! All numbers are little-endian; `number` is in as few bytes as it takes, seven bits in each; a
//! `column` is many of them in whichever of three forms is shortest ([`bytes`]).
//!
//! A snapshot is the mark [`MARK`], a byte with the version, and blocks. A block is its kind (a
//! byte), its length (4 bytes), its content, and a checksum (8 bytes): XXH64 of kind, length and
//! content, seeded with the checksum before it, so that blocks cannot change places. Kinds come in
//! ascending order, a kind may have several blocks in a row, and [`kind::END`] is the last:
//!
//! * [`kind::ABOUT`]: the organisation itself, its options, how much there is of everything.
//! * [`kind::IDS`] and [`kind::TABLE`] for each space of ids (nodes of the tree, principals, roles,
//!   tokens, ACLs): the ids in the order of their numbers, a UUID in 16 bytes; then the hash table
//!   by which they are found, slot by slot. Its hash is part of the format.
//! * [`kind::GRANTS`]: the distinct grants of ACLs, in one block.
//! * [`kind::ROWS`] for each list: what rows say, as numbers, in the order of the list; ACLs are
//!   columns of nodes, principals and grants. What follows from rows (who is in which group, the
//!   chains of ACLs, what is deleted or public) is not written but reckoned: as rows are
//!   read, the chains when all are.
//! * [`kind::COPIES`]: further ACLs with the id of an earlier one.
//! * [`kind::PAGES`], [`kind::SKIPPED`], [`kind::ISSUES`]: how the lists came, which rows do not
//!   count, and what is wrong with rows by themselves: what findings and changes need.
//!
//! What is read is not trusted, whatever its checksums say: every number is checked before it is
//! used, room is made for no more than the bytes at hand can fill, and a search in a table ends
//! after as many steps as the table has slots.

mod bytes;
mod format;
mod ids;
mod issues;
mod read;
mod rows;
pub(super) mod slice;
mod told;
mod write;

pub use read::SnapshotReader;

use super::Org;
use format::{BLOCK_HEAD, BLOCK_SUM, HEAD, MARK, VERSION, kind};

use crate::model::error::{Error, ErrorCode};
use crate::model::finding::Severity;
use crate::org::LoadOptions;

// INVARIANT: lists have the places that the format gives them.
const _: () = {
    use crate::load::list::List;
    assert!(
        List::Users as u8 == format::list::USERS
            && List::ServiceAccounts as u8 == format::list::SERVICE_ACCOUNTS
            && List::ServiceTokens as u8 == format::list::SERVICE_TOKENS
            && List::Groups as u8 == format::list::GROUPS
            && List::Roles as u8 == format::list::ROLES
            && List::Acls as u8 == format::list::ACLS
            && List::Projects as u8 == format::list::PROJECTS
            && List::ProjectGroups as u8 == format::list::PROJECT_GROUPS
            && List::Experiments as u8 == format::list::EXPERIMENTS
            && List::Datasets as u8 == format::list::DATASETS
            && List::Prompts as u8 == format::list::PROMPTS
            && List::Functions as u8 == format::list::FUNCTIONS
            && List::PromptSessions as u8 == format::list::PROMPT_SESSIONS
            && List::ALL.len() == format::list::PROMPT_SESSIONS as usize + 1
    );
};

/// How many rows or ids a block has at most.
const ROWS: usize = 1 << 13;

/// Spaces of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    Nodes,
    Principals,
    Roles,
    Tokens,
    Acls,
}

const SPACES: [Space; 5] = [Space::Nodes, Space::Principals, Space::Roles, Space::Tokens, Space::Acls];

impl Org {
    /// Whether bytes are a snapshot, by how they begin; of JSON no text does.
    #[must_use]
    pub fn is_snapshot(bytes: &[u8]) -> bool {
        bytes.starts_with(&MARK)
    }

    /// The organisation as a snapshot: compact, checksummed, and readable by this version and all
    /// later ones. It holds everything that answers, findings and changes need, and the options.
    ///
    /// ```
    /// # fn main() -> Result<(), aclarity::Error> {
    /// use aclarity::{Object, Org, Permission};
    /// let org = Org::from_json(br#"{
    ///     "organization": {"id": "acme"}, "projects": [{"id": "search"}],
    ///     "acls": [{"id": "a", "object_type": "project", "object_id": "search",
    ///               "user_id": "ada", "permission": "read"}]
    /// }"#)?;
    /// let again = Org::from_snapshot(&org.to_bytes())?;
    /// assert!(again.subject("ada").can(Permission::Read, &Object::project("search")));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        write::write(self)
    }

    /// Reads a snapshot, of this version of the format or of an earlier one. The options are those
    /// that the organisation was loaded with; [`Org::with_options`] changes them. For a snapshot
    /// that arrives in pieces there is [`SnapshotReader`].
    ///
    /// # Errors
    /// `snapshot_version` for a snapshot of a later version, `snapshot_corrupt` for bytes that are
    /// no snapshot, or a damaged one.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Org, Error> {
        let mut reader = SnapshotReader::new(bytes.len());
        reader.push(bytes)?;
        reader.finish()
    }

    /// The same organisation read with other options.
    ///
    /// # Errors
    /// `strict` when so asked and something is wrong.
    pub fn with_options(mut self, options: LoadOptions) -> Result<Org, Error> {
        self.set_options(options);
        if self.options.strict
            && let Some(finding) = self.findings().into_iter().find(|f| f.severity == Severity::Error)
        {
            return Err(Error::strict(finding));
        }
        Ok(self)
    }

    /// The options from now on, whatever is wrong with the data.
    pub(crate) fn set_options(&mut self, options: LoadOptions) {
        self.options = options;
    }
}

fn corrupt(what: &str) -> Error {
    Error::new(
        ErrorCode::SnapshotCorrupt,
        format!("this is not a whole and undamaged snapshot: {what}; make it anew from the export"),
    )
}

//! The one error type.

use thiserror::Error;

use super::finding::Finding;

/// What kind of error it is; the names are those of the JavaScript `AclarityError.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The text is not JSON.
    BadJson,
    /// The JSON has not the shape of an export.
    BadShape,
    /// A permission that does not exist was asked about.
    BadPermission,
    /// An argument cannot be used.
    BadArgument,
    /// The data do not say which organisation they are of.
    NoOrganization,
    /// A strict load met a finding of severity error.
    Strict,
    /// The bytes are no snapshot, or a damaged one.
    SnapshotCorrupt,
    /// The snapshot is of a later version of the format.
    SnapshotVersion,
    /// A slice was asked for what takes the whole organisation.
    Slice,
    /// The data are larger than what can be handled.
    TooLarge,
}

impl ErrorCode {
    /// The stable name, in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorCode::BadJson => "bad_json",
            ErrorCode::BadShape => "bad_shape",
            ErrorCode::BadPermission => "bad_permission",
            ErrorCode::BadArgument => "bad_argument",
            ErrorCode::NoOrganization => "no_organization",
            ErrorCode::Strict => "strict",
            ErrorCode::SnapshotCorrupt => "snapshot_corrupt",
            ErrorCode::SnapshotVersion => "snapshot_version",
            ErrorCode::Slice => "slice",
            ErrorCode::TooLarge => "too_large",
        }
    }
}

/// Why something could not be loaded or applied. Nothing of it has taken effect.
#[derive(Clone, Debug, Error)]
#[error("{message}")]
pub struct Error {
    code: ErrorCode,
    message: String,
    path: Option<String>,
    finding: Option<Box<Finding>>,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), path: None, finding: None }
    }

    pub(crate) fn at(code: ErrorCode, path: impl Into<String>, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), path: Some(path.into()), finding: None }
    }

    pub(crate) fn strict(finding: Finding) -> Error {
        Error {
            code: ErrorCode::Strict,
            message: finding.message.clone(),
            path: Some(finding.path.clone()),
            finding: Some(Box::new(finding)),
        }
    }

    /// What kind of error it is.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What is wrong, in a sentence.
    #[cfg(feature = "js")]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Where in the data it is, as an RFC 6901 pointer, when it is at one place.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The finding that a strict load met.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        self.finding.as_deref()
    }
}

//! Lists that somebody wanted and could not read, as the export says them.

use serde_json::Value;

use super::row::check_json;
use super::rows::MissingList;
use crate::model::error::{Error, ErrorCode};

const AT: &str = "/missing";

/// Reads the value of `missing`: `[{"list": "acls", "status": 403}]`.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<MissingList>, Error> {
    check_json(bytes, || AT.to_owned())?;
    match serde_json::from_slice(bytes) {
        Ok(Value::Null) => Ok(Vec::new()),
        Ok(Value::Array(entries)) => {
            entries.iter().enumerate().map(|(i, entry)| read_entry(entry, &format!("{AT}/{i}"))).collect()
        }
        _ => Err(shape(AT, "a list of lists that could not be read")),
    }
}

fn read_entry(entry: &Value, at: &str) -> Result<MissingList, Error> {
    let Some(list) = entry.get("list").and_then(Value::as_str).filter(|list| !list.is_empty()) else {
        return Err(shape(&format!("{at}/list"), "the name of a list"));
    };
    let status = match entry.get("status") {
        None | Some(Value::Null) => None,
        Some(status) => match status.as_u64().and_then(|status| u16::try_from(status).ok()) {
            Some(status) => Some(status),
            None => return Err(shape(&format!("{at}/status"), "a status of HTTP")),
        },
    };
    Ok(MissingList { list: list.to_owned(), status })
}

fn shape(at: &str, expected: &str) -> Error {
    Error::at(ErrorCode::BadShape, at, format!("`{at}`: expected {expected}, found something else"))
}

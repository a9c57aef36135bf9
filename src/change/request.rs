//! A request of the API as data, who sends it, and its path taken apart.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::body::kind_of;
use crate::decide::subject::Subject;
use crate::model::credential::Credential;
use crate::model::error::{Error, ErrorCode};
use crate::org::Org;

/// A call of the API, not sent yet: a method, a path that begins with `/v1/`, a body as the API
/// takes it, and headers.
///
/// ```
/// use aclarity::Request;
///
/// let request = Request::new("PATCH", "/v1/group/labelling")
///     .body(serde_json::json!({"add_member_users": ["ada"]}));
/// assert_eq!(
///     serde_json::to_string(&request).unwrap(),
///     r#"{"method":"PATCH","path":"/v1/group/labelling","body":{"add_member_users":["ada"]}}"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Request {
    /// The method, in any case.
    pub method: String,
    /// The path, with the query if there is one; ids in it are percent-encoded.
    pub path: String,
    /// The body; none is as good as an empty object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Headers by name, which counts in any case. Only `x-bt-impersonate-user` is read.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_object")]
    pub headers: Vec<(String, String)>,
    /// The placeholders of what it creates, such as `new:group:1`, in the order in which the answer
    /// names them: later requests of a draft name these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub creates: Vec<String>,
}

fn as_object<S: Serializer>(headers: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(headers.len()))?;
    for (name, value) in headers {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

impl Request {
    /// A request without a body.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Request {
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            body: None,
            headers: Vec::new(),
            creates: Vec::new(),
        }
    }

    /// The same with a body; `null` is none.
    #[must_use]
    pub fn body(mut self, body: Value) -> Request {
        self.body = (!body.is_null()).then_some(body);
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A request from JSON: `{method, path, body?, headers?}`, the headers an object of texts.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::BadJson`] when it is not JSON; [`ErrorCode::BadShape`] when it has another
    /// shape, with the place. What the body says is not looked at here.
    pub fn from_json(json: &[u8]) -> Result<Request, Error> {
        let value: Value = serde_json::from_slice(json)
            .map_err(|error| Error::new(ErrorCode::BadJson, format!("the request is not JSON: {error}")))?;
        let Value::Object(mut fields) = value else {
            return Err(bad_shape("", "an object", &value));
        };
        Ok(Request {
            method: take_text(&mut fields, "method")?,
            path: take_text(&mut fields, "path")?,
            body: fields.remove("body").filter(|body| !body.is_null()),
            headers: take_headers(fields.remove("headers"))?,
            creates: Vec::new(),
        })
    }

    /// The values of a header; its name counts in any case.
    pub(crate) fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

fn bad_shape(path: &str, expected: &str, found: &Value) -> Error {
    let what = if path.is_empty() { "the request" } else { path };
    let message = format!("{what}: expected {expected}, found {}", kind_of(found));
    Error::at(ErrorCode::BadShape, path, message)
}

fn take_text(fields: &mut Map<String, Value>, name: &str) -> Result<String, Error> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        other => Err(bad_shape(&format!("/{name}"), "a text", &other.unwrap_or(Value::Null))),
    }
}

fn take_headers(headers: Option<Value>) -> Result<Vec<(String, String)>, Error> {
    match headers {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(headers)) => headers
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Value::String(text) => Ok((name, text)),
                other => Err(bad_shape(&super::body::pointer("/headers", &name), "a text", &other)),
            })
            .collect(),
        Some(other) => Err(bad_shape("/headers", "an object", &other)),
    }
}

/// Who sends a request, and how they are authenticated: a kind, never the secret (section 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The id of the user or service account; none for somebody who is not signed in.
    pub id: Option<String>,
    /// How they are authenticated.
    pub credential: Credential,
    /// The id is a group's: somebody who belongs to that group alone.
    of_group: bool,
}

impl Actor {
    /// A user or service account. An empty id is somebody who is not signed in.
    #[must_use]
    pub fn new(id: &str, credential: Credential) -> Actor {
        Actor { id: (!id.is_empty()).then(|| id.to_owned()), credential, of_group: false }
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn anonymous() -> Actor {
        Actor::new("", Credential::Unknown)
    }

    /// The same person, authenticated in this way.
    #[must_use]
    pub fn with(mut self, credential: Credential) -> Actor {
        self.credential = credential;
        self
    }

    /// The actor as an organisation sees them.
    pub(crate) fn subject<'o>(&self, org: &'o Org) -> Subject<'o> {
        match &self.id {
            None => org.anonymous(),
            Some(group) if self.of_group => org.member_of(group),
            Some(id) => org.subject(id),
        }
    }
}

impl From<&Subject<'_>> for Actor {
    /// A subject says nothing about how it is authenticated: the credential is unknown.
    fn from(subject: &Subject<'_>) -> Actor {
        Actor {
            id: subject.id().map(ToOwned::to_owned),
            credential: Credential::Unknown,
            of_group: subject.of_group,
        }
    }
}

/// The methods that the API has.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A method and a path, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The method in upper case.
    pub method: &'static str,
    /// What stands behind `/v1/`, segment by segment, decoded.
    pub segments: Vec<String>,
    /// The query's names and values, decoded.
    query: Vec<(String, String)>,
}

impl Request {
    /// The rules about paths (CHOICES, Requests): everything that is not plainly a path of the API
    /// is none, and so a route that no table has.
    pub(crate) fn route(&self) -> Option<Route> {
        let method = METHODS.into_iter().find(|method| method.eq_ignore_ascii_case(&self.method))?;
        // What a URL parser would take out or read as something else.
        let odd = |c: char| c.is_ascii_control() || matches!(c, '#' | '\\');
        if self.path.contains(odd) || self.path.ends_with(' ') {
            return None;
        }
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let path = path.strip_prefix("/v1/")?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments = path.split('/').map(segment).collect::<Option<_>>()?;
        Some(Route { method, segments, query: read_query(query)? })
    }
}

impl Route {
    /// The value of a name in the query: none when it is not there; an error when it is there
    /// more than once, since nobody knows which one counts.
    pub fn query(&self, name: &str) -> Result<Option<&str>, ()> {
        let mut values = self.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (first, None) => Ok(first.map(String::as_str)),
            _ => Err(()),
        }
    }
}

/// A decoded segment; none for what is no name: nothing, `.` and `..`, written in any way.
fn segment(raw: &str) -> Option<String> {
    decode(raw, false).filter(|text| !matches!(text.as_str(), "" | "." | ".."))
}

fn read_query(query: &str) -> Option<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

/// Percent-decodes; none when an escape is invalid or the bytes are no text.
fn decode(raw: &str, plus_is_space: bool) -> Option<String> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    let mut bytes = raw.bytes();
    let mut out = Vec::with_capacity(raw.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => (digit(bytes.next())? << 4 | digit(bytes.next())?) as u8,
            b'+' if plus_is_space => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(path: &str) -> Option<Vec<String>> {
        Request::new("get", path).route().map(|route| route.segments)
    }

    /// CHOICES, Requests: each segment is decoded by itself, and a decoded `/` stays inside.
    #[test]
    fn a_path_is_taken_apart() {
        for (path, expected) in [
            ("/v1/group/a", Some(vec!["group", "a"])),
            ("/v1/group/a/", Some(vec!["group", "a"])),
            ("/v1/group/a%2Fb?x=1/2", Some(vec!["group", "a/b"])),
            ("/v1/group/%C3%A9%25", Some(vec!["group", "é%"])),
            ("/v1/group/a+b", Some(vec!["group", "a+b"])),
            ("/v1/", None),
            ("/v1", None),
            ("v1/group", None),
            ("/V1/group", None),
            ("/v1//group", None),
            ("/v1/group//", None),
            ("/v1/group/.", None),
            ("/v1/group/../acl", None),
            ("/v1/group/%2e%2E", None),
            ("/v1/group/%zz", None),
            ("/v1/group/%4", None),
            ("/v1/group/%ff", None),
            ("/v1/group#a", None),
            ("/v1/group\\a", None),
            ("/v1/group/a\n", None),
            ("https://api.example/v1/group", None),
            ("//api.example/v1/group", None),
        ] {
            let expected = expected.map(|s| s.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(segments(path), expected, "{path}");
        }
    }

    #[test]
    fn a_query_is_read() {
        let route = Request::new("GET", "/v1/acl/?a=1%262&b=x+y&&c&a=3").route().unwrap();
        assert_eq!(route.query("b"), Ok(Some("x y")));
        assert_eq!(route.query("c"), Ok(Some("")));
        assert_eq!(route.query("d"), Ok(None));
        assert_eq!(route.query("a"), Err(()));
        assert_eq!(Request::new("GET", "/v1/acl?a=%").route(), None);
        assert_eq!(Request::new("HEAD", "/v1/acl").route(), None);
    }
}

//! One row of any list, read from JSON: only the fields the model reads, with the place of what
//! does not fit.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::list::{Field, List, Shape};
use crate::model::error::{Error, ErrorCode};

/// One permission of a role with its restriction, as written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tuple<'a> {
    pub permission: Option<Cow<'a, str>>,
    pub restrict: Option<Cow<'a, str>>,
}

/// A row as written; which fields can be set depends on the list. Of a key given twice the last
/// one counts, as in `JSON.parse`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row<'a> {
    texts: [Option<Cow<'a, str>>; 20],
    pub members: Vec<Cow<'a, str>>,
    pub member_groups: Vec<Cow<'a, str>>,
    pub tuples: Vec<Tuple<'a>>,
    pub public: bool,
}

impl<'a> Row<'a> {
    /// The text of a field, `None` when it is absent or null.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.texts[text_slot(field)].as_deref()
    }

    /// Makes a field's text this.
    pub fn set(&mut self, field: Field, text: impl Into<Cow<'a, str>>) {
        self.texts[text_slot(field)] = Some(text.into());
    }

    /// Leaves a field's text out.
    pub fn unset(&mut self, field: Field) {
        self.texts[text_slot(field)] = None;
    }

    /// The organisations that the row names.
    pub fn organizations(&self) -> impl Iterator<Item = &str> {
        [Field::OrgId, Field::ObjectOrgId].into_iter().filter_map(|field| self.text(field))
    }

    pub fn is_deleted(&self) -> bool {
        self.text(Field::DeletedAt).is_some()
    }

    pub fn into_owned(self) -> Row<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Row {
            texts: self.texts.map(|text| text.map(own)),
            members: self.members.into_iter().map(own).collect(),
            member_groups: self.member_groups.into_iter().map(own).collect(),
            tuples: self
                .tuples
                .into_iter()
                .map(|t| Tuple { permission: t.permission.map(own), restrict: t.restrict.map(own) })
                .collect(),
            public: self.public,
        }
    }
}

/// Where a field's text is kept: all textual fields in order of declaration.
const fn text_slot(field: Field) -> usize {
    let index = field as usize;
    if index <= Field::ServiceAccountEmail as usize {
        index
    } else {
        index - Field::ObjectType as usize + Field::ServiceAccountEmail as usize + 1
    }
}

/// Reads one row; `at` is the pointer of the row.
///
/// Errors: `bad_json` when the bytes are not JSON, `bad_shape` with the pointer of the first thing
/// of a wrong type (section 4: structural errors).
pub(crate) fn read_row(list: List, bytes: &[u8], at: impl Fn() -> String) -> Result<Row<'_>, Error> {
    let context = Context::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let row = RowSeed { list, context: &context }
        .deserialize(&mut deserializer)
        .and_then(|row| deserializer.end().map(|()| row));
    row.map_err(|error| context.explain(&error, &at()))
}

/// Reads a row that begins a text, with how many bytes it takes. None when there is none: whatever
/// else the text begins with, a page of rows among it, is somebody else's to read.
pub(crate) fn read_row_at_start(list: List, bytes: &[u8]) -> Option<(Row<'_>, usize)> {
    let context = Context { no_page: true, ..Context::default() };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let row = RowSeed { list, context: &context }.deserialize(&mut deserializer).ok()?;
    Some((row, deserializer.into_iter::<IgnoredAny>().byte_offset()))
}

/// Checks that bytes are one JSON value.
pub(crate) fn check_json(bytes: &[u8], at: impl Fn() -> String) -> Result<(), Error> {
    serde_json::from_slice::<IgnoredAny>(bytes).map(|_| ()).map_err(|e| not_json(&e, &at()))
}

/// Reads a string or null, as the value of a field outside of the lists.
pub(crate) fn read_text(bytes: &[u8], at: &str) -> Result<Option<String>, Error> {
    let context = Context::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    context.expect("a string");
    TextSeed { context: &context, strict: true }
        .deserialize(&mut deserializer)
        .and_then(|text| deserializer.end().map(|()| text.map(Cow::into_owned)))
        .map_err(|error| context.explain(&error, at))
}

fn not_json(error: &serde_json::Error, at: &str) -> Error {
    // serde_json's own words after the colon never repeat the input for syntax errors.
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    let place = if at.is_empty() { String::new() } else { format!(" in `{at}`") };
    Error::at(
        ErrorCode::BadJson,
        at,
        format!("this is not JSON{place}: {reason}; check that the text is whole"),
    )
}

/// Where the reader is and what it expects there, for errors.
#[derive(Default)]
struct Context {
    /// Written from its end, as an error finds its way out: what fits costs nothing.
    path: RefCell<String>,
    expected: Cell<&'static str>,
    problem: Cell<Option<&'static str>>,
    /// What turns out to be a page of rows is not read.
    no_page: bool,
}

impl Context {
    fn expect(&self, what: &'static str) {
        self.expected.set(what);
    }

    /// The error came from there.
    #[cold]
    fn within(&self, segment: &str) {
        self.path.borrow_mut().insert_str(0, segment);
        self.path.borrow_mut().insert(0, '/');
    }

    /// Our own refusal at the present place.
    #[cold]
    fn refuse<E: de::Error>(&self, problem: &'static str) -> E {
        self.problem.set(Some(problem));
        E::custom(problem)
    }

    fn explain(&self, error: &serde_json::Error, at: &str) -> Error {
        let path = format!("{at}{}", self.path.borrow());
        if let Some(problem) = self.problem.get() {
            return Error::at(ErrorCode::BadShape, &path, format!("`{path}`: {problem}"));
        }
        if error.is_data() {
            let found = found(&error.to_string());
            let expected = self.expected.get();
            return Error::at(
                ErrorCode::BadShape,
                &path,
                format!("`{path}`: expected {expected}, found {found}"),
            );
        }
        not_json(error, &path)
    }
}

/// The JSON name of what serde says it found.
fn found(message: &str) -> &'static str {
    let kind = message.strip_prefix("invalid type: ").unwrap_or_default();
    match kind.split([' ', ',']).next().unwrap_or_default() {
        "integer" | "floating" | "number" => "a number",
        "boolean" => "a boolean",
        "string" => "a string",
        "sequence" => "a list",
        "map" => "an object",
        "null" | "unit" => "null",
        _ => "something else",
    }
}

struct RowSeed<'c> {
    list: List,
    context: &'c Context,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Row<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row<'de>, D::Error> {
        self.context.expect("a row (an object)");
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
        let mut row = Row::default();
        let (list, context) = (self.list, self.context);
        let look_up = |name: &str| match list.field(name) {
            None if context.no_page && name == "objects" => Some(Key::Page),
            field => field.map(Key::Field),
        };
        while let Some(key) = map.next_key_seed(KeySeed(look_up))? {
            match key {
                Some(Key::Field(field)) => {
                    row.read(field, &mut map, context).inspect_err(|_| context.within(field.name()))?;
                }
                Some(Key::Page) => return Err(context.refuse("this is a page")),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(row)
    }
}

/// What a key of a row means.
enum Key {
    Field(Field),
    /// The row turns out to be a page of rows.
    Page,
}

impl<'de> Row<'de> {
    fn read<A: MapAccess<'de>>(
        &mut self,
        field: Field,
        map: &mut A,
        context: &Context,
    ) -> Result<(), A::Error> {
        match field.shape() {
            Shape::Id | Shape::Text => {
                let strict = field.shape() == Shape::Id;
                context.expect("a string");
                self.texts[text_slot(field)] = map.next_value_seed(TextSeed { context, strict })?;
            }
            Shape::Ids => {
                let ids = map.next_value_seed(IdsSeed(context))?;
                if field == Field::MemberGroups {
                    self.member_groups = ids;
                } else {
                    self.members = ids;
                }
            }
            Shape::Tuples => self.tuples = map.next_value_seed(TuplesSeed(context))?,
            Shape::Flag => {
                context.expect("a boolean");
                self.public = map.next_value::<Option<bool>>()?.unwrap_or(false);
            }
        }
        Ok(())
    }
}

/// A key, looked up; an unknown one is `None`. Keys are read as bytes, so that one with a lone
/// surrogate is merely unknown.
struct KeySeed<F>(F);

impl<'de, T, F: Fn(&str) -> Option<T>> DeserializeSeed<'de> for KeySeed<F> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl<T, F: Fn(&str) -> Option<T>> Visitor<'_> for KeySeed<F> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Option<T>, E> {
        Ok(std::str::from_utf8(bytes).ok().and_then(self.0))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<T>, E> {
        Ok(self.0(text))
    }
}

/// A string or null. Strings are read as bytes, so that a lone surrogate is our error with its
/// place (in an id) or a replacement character (in a text for people).
struct TextSeed<'c> {
    context: &'c Context,
    strict: bool,
}

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = Option<Cow<'de, str>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }

    fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(Cow::Borrowed(text))),
            Err(_) => self.visit_bytes(bytes),
        }
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(Cow::Owned(text.to_owned()))),
            Err(_) if self.strict => {
                Err(self.context.refuse("this id is not valid text (it has a lone surrogate)"))
            }
            Err(_) => Ok(Some(Cow::Owned(String::from_utf8_lossy(bytes).into_owned()))),
        }
    }
}

/// A list of ids or null.
struct IdsSeed<'c>(&'c Context);

impl<'de> DeserializeSeed<'de> for IdsSeed<'_> {
    type Value = Vec<Cow<'de, str>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.expect("a list of ids");
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for IdsSeed<'_> {
    type Value = Vec<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let context = self.0;
        let mut ids = Vec::new();
        loop {
            context.expect("a string");
            let id = match seq.next_element_seed(TextSeed { context, strict: true }) {
                Ok(Some(None)) => Err(context.refuse("expected a string, found null")),
                Ok(Some(id)) => Ok(id),
                Ok(None) => return Ok(ids),
                Err(error) => Err(error),
            };
            ids.extend(id.inspect_err(|_| context.within(&ids.len().to_string()))?);
        }
    }
}

/// A list of permission tuples or null.
struct TuplesSeed<'c>(&'c Context);

impl<'de> DeserializeSeed<'de> for TuplesSeed<'_> {
    type Value = Vec<Tuple<'de>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.expect("a list of permissions");
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for TuplesSeed<'_> {
    type Value = Vec<Tuple<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let context = self.0;
        let mut tuples = Vec::new();
        loop {
            context.expect("an object with a `permission`");
            let tuple = seq.next_element_seed(TupleSeed(context));
            match tuple.inspect_err(|_| context.within(&tuples.len().to_string()))? {
                Some(tuple) => tuples.push(tuple),
                None => return Ok(tuples),
            }
        }
    }
}

struct TupleSeed<'c>(&'c Context);

impl<'de> DeserializeSeed<'de> for TupleSeed<'_> {
    type Value = Tuple<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tuple<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TupleSeed<'_> {
    type Value = Tuple<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tuple<'de>, A::Error> {
        let context = self.0;
        let mut tuple = Tuple::default();
        let field = |name: &str| {
            [Field::Permission, Field::RestrictObjectType].into_iter().find(|f| f.name() == name)
        };
        while let Some(field) = map.next_key_seed(KeySeed(field))? {
            let Some(field) = field else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            context.expect("a string");
            let text = map.next_value_seed(TextSeed { context, strict: true });
            let place = if field == Field::Permission { &mut tuple.permission } else { &mut tuple.restrict };
            *place = text.inspect_err(|_| context.within(field.name()))?;
        }
        Ok(tuple)
    }
}

//! A resumable splitter of JSON texts: bytes go in as they arrive, whole rows come out.
//!
//! A row that lies whole in what has arrived is read by `serde_json` where it stands. For any other
//! it knows just enough of JSON to find where the row ends, so that `serde_json` can read it then:
//! nothing is taken for JSON that is not. The text is never held whole.

use memchr::memchr2;

use super::list::List;
use super::missing;
use super::row::{Row, check_json, read_row, read_row_at_start, read_text};
use super::rows::MissingList;
use crate::model::error::{Error, ErrorCode};

/// The longest single row (or other value) that is read.
const MAX_VALUE_BYTES: usize = 64 << 20;

/// What the splitter found.
pub(crate) enum Event<'a> {
    /// A page of a list begins: what stands between the list's name and the row's index in a
    /// pointer, and the index of the first row.
    Page { list: List, prefix: String, base: u32 },
    /// A row of the page that began last.
    Row { list: List, row: &'a Row<'a>, at: &'a dyn Fn() -> String },
    /// The value of `organization`.
    Organization(&'a [u8]),
    /// The value of `plan`.
    Plan(Option<String>),
    /// The value of `missing`: lists that could not be read.
    Missing(Vec<MissingList>),
    /// A list of a name that no list has.
    UnknownList(&'a str),
}

/// Takes what the splitter finds.
pub(crate) trait Sink {
    fn event(&mut self, event: Event<'_>) -> Result<(), Error>;
}

/// What is open around the present place, outermost first.
#[derive(Debug)]
enum Frame {
    /// The whole export, an object of lists.
    Export { seen: u32 },
    /// A list's own array: its items are rows or pages.
    List { list: List, index: u32, in_rows: bool },
    /// `{"objects": […]}`, as a whole list or as a page of one.
    Wrapper { list: List, prefix: String, seen: bool, item: bool },
    /// An array of rows only.
    Page { list: List, prefix: String, index: u32 },
    /// An array that the model does not know.
    Ignored { at: String, index: u32 },
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// A value; `]` too if the array has just begun.
    Value { or_end: bool },
    /// A key; `}` too if the object has just begun.
    Key { or_end: bool },
    /// The colon after a key.
    Colon,
    /// A comma, or the end of what is open.
    Comma,
    /// The bytes of a value that is read whole.
    Capture,
    /// The bytes of a key.
    InKey,
    /// Nothing but white space.
    End,
}

/// Where a captured value stands.
#[allow(clippy::struct_excessive_bools)] // each is a state of its own
#[derive(Clone, Copy, Debug, Default)]
struct Capture {
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// A number or a word: it ends where something else begins.
    scalar: bool,
    /// At depth 1 of an item that may be a page: the next string is a key, which began there.
    may_be_page: bool,
    at_key: bool,
    key_start: usize,
    /// The key just read is `objects`.
    objects: bool,
}

#[derive(Debug)]
pub(crate) struct Splitter {
    /// The list that the text holds, or none for a whole export.
    list: Option<List>,
    /// The page of an iterable that the text is.
    page: Option<u32>,
    stack: Vec<Frame>,
    expect: Expect,
    capture: Capture,
    buffer: Vec<u8>,
    key: String,
    offset: u64,
}

impl Splitter {
    pub fn new(list: Option<List>, page: Option<u32>) -> Splitter {
        Splitter {
            list,
            page,
            stack: Vec::new(),
            expect: Expect::Value { or_end: false },
            capture: Capture::default(),
            buffer: Vec::new(),
            key: String::new(),
            offset: 0,
        }
    }

    /// Takes the next bytes of the text.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let mut i = 0;
        // A byte order mark is not part of the text.
        while self.offset < 3 && i < bytes.len() && bytes[i] == [0xEF, 0xBB, 0xBF][self.offset as usize] {
            self.offset += 1;
            i += 1;
        }
        if i < bytes.len() && self.offset < 3 {
            self.offset = 3;
        }
        while i < bytes.len() {
            match self.expect {
                Expect::Capture => i = self.capture(bytes, i, sink)?,
                Expect::InKey => i = self.read_key(bytes, i)?,
                _ if is_space(bytes[i]) => i += 1,
                _ => i = self.structure(bytes, i, sink)?,
            }
        }
        Ok(())
    }

    /// Ends the text.
    pub fn finish(mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        if self.expect == Expect::Capture && self.capture.scalar {
            self.end_of_value(sink)?;
        }
        if self.expect == Expect::End {
            return Ok(());
        }
        let at = self.here();
        Err(Error::at(
            ErrorCode::BadJson,
            at.clone(),
            format!("the JSON text ends early{}; load it again from its source", place(&at)),
        ))
    }

    fn here(&self) -> String {
        match self.stack.last() {
            None => self.root(),
            Some(Frame::Export { .. }) => match self.expect {
                Expect::Key { .. } | Expect::InKey | Expect::Comma => String::new(),
                _ => format!("/{}", escape(&self.key)),
            },
            Some(Frame::List { list, index, .. }) => format!("{}/{index}", self.base(*list)),
            Some(Frame::Wrapper { list, prefix, .. }) => format!("/{}{prefix}", list.name()),
            Some(Frame::Page { list, prefix, index }) => format!("/{}{prefix}/{index}", list.name()),
            Some(Frame::Ignored { at, index }) => format!("{at}/{index}"),
        }
    }

    fn root(&self) -> String {
        self.list.map_or(String::new(), |list| self.base(list))
    }

    fn base(&self, list: List) -> String {
        format!("/{}{}", list.name(), self.page_prefix())
    }

    fn page_prefix(&self) -> String {
        self.page.map_or(String::new(), |page| format!("/{page}"))
    }

    fn unexpected(&self, byte: u8) -> Error {
        let at = self.here();
        let what = if byte.is_ascii_graphic() { format!(" `{}`", byte as char) } else { String::new() };
        Error::at(
            ErrorCode::BadJson,
            at.clone(),
            format!(
                "this is not JSON{}: unexpected character{what}; check that the text is whole",
                place(&at)
            ),
        )
    }

    /// A byte between values. Returns where to go on.
    fn structure(&mut self, bytes: &[u8], i: usize, sink: &mut dyn Sink) -> Result<usize, Error> {
        let byte = bytes[i];
        match (self.expect, byte) {
            (Expect::Value { or_end: true } | Expect::Comma, b']')
                if matches!(
                    self.stack.last(),
                    Some(Frame::List { .. } | Frame::Page { .. } | Frame::Ignored { .. })
                ) =>
            {
                self.close()?;
            }
            (Expect::Key { or_end: true } | Expect::Comma, b'}')
                if matches!(self.stack.last(), Some(Frame::Export { .. } | Frame::Wrapper { .. })) =>
            {
                self.close()?;
            }
            (Expect::Comma, b',') => {
                self.expect = match self.stack.last_mut() {
                    Some(
                        Frame::List { index, .. } | Frame::Page { index, .. } | Frame::Ignored { index, .. },
                    ) => {
                        *index += 1;
                        Expect::Value { or_end: false }
                    }
                    _ => Expect::Key { or_end: false },
                };
            }
            (Expect::Key { .. }, b'"') => {
                self.buffer.clear();
                self.buffer.push(b'"');
                self.capture = Capture { in_string: true, ..Capture::default() };
                self.expect = Expect::InKey;
            }
            (Expect::Colon, b':') => self.expect = Expect::Value { or_end: false },
            (Expect::Value { .. }, _) => return self.value(bytes, i, sink),
            _ => return Err(self.unexpected(byte)),
        }
        Ok(i + 1)
    }

    /// The first byte of a value.
    fn value(&mut self, bytes: &[u8], i: usize, sink: &mut dyn Sink) -> Result<usize, Error> {
        let byte = bytes[i];
        if !matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') {
            return Err(self.unexpected(byte));
        }
        match self.stack.last() {
            None => match (self.list, byte) {
                (None, b'{') => {
                    self.stack.push(Frame::Export { seen: 0 });
                    self.expect = Expect::Key { or_end: true };
                    return Ok(i + 1);
                }
                (None, _) => return Err(wrong("", "an export (an object of lists)", byte)),
                (Some(list), _) => return self.list_value(list, byte, i, sink),
            },
            Some(Frame::Export { .. }) => {
                if let Some(list) = List::from_name(&self.key) {
                    return self.list_value(list, byte, i, sink);
                }
                if byte == b'[' && !matches!(self.key.as_str(), "organization" | "plan" | "missing") {
                    sink.event(Event::UnknownList(&self.key))?;
                    let at = format!("/{}", escape(&self.key));
                    self.stack.push(Frame::Ignored { at, index: 0 });
                    self.expect = Expect::Value { or_end: true };
                    return Ok(i + 1);
                }
                self.begin_capture(byte, false);
            }
            Some(Frame::Wrapper { list, prefix, .. }) => {
                let list = *list;
                if self.key != "objects" {
                    self.begin_capture(byte, false);
                } else if byte == b'[' {
                    let prefix = format!("{prefix}/objects");
                    self.open_page(list, prefix, sink)?;
                    return Ok(i + 1);
                } else if byte == b'n' {
                    self.begin_capture(byte, false);
                } else {
                    let at = format!("/{}{prefix}/objects", list.name());
                    return Err(wrong(&at, "a list", byte));
                }
            }
            Some(Frame::List { list, index, .. }) => {
                let (list, index) = (*list, *index);
                match byte {
                    b'{' => return self.row(list, &bytes[i..], true, sink).map(|read| i + read),
                    b'[' => {
                        let prefix = format!("{}/{index}", self.page_prefix());
                        self.open_page(list, prefix, sink)?;
                        return Ok(i + 1);
                    }
                    _ => return Err(wrong(&self.here(), "a row (an object)", byte)),
                }
            }
            Some(Frame::Page { list, .. }) => {
                if byte != b'{' {
                    return Err(wrong(&self.here(), "a row (an object)", byte));
                }
                return self.row(*list, &bytes[i..], false, sink).map(|read| i + read);
            }
            Some(Frame::Ignored { .. }) => self.begin_capture(byte, false),
        }
        Ok(i)
    }

    /// The first byte of what a list is: rows, pages, or `{"objects": rows}`.
    fn list_value(&mut self, list: List, byte: u8, i: usize, sink: &mut dyn Sink) -> Result<usize, Error> {
        match byte {
            b'[' => {
                // An empty list has a page too: later rows are appended to it.
                sink.event(Event::Page { list, prefix: self.page_prefix(), base: 0 })?;
                self.stack.push(Frame::List { list, index: 0, in_rows: true });
                self.expect = Expect::Value { or_end: true };
                Ok(i + 1)
            }
            b'{' => {
                let prefix = self.page_prefix();
                self.stack.push(Frame::Wrapper { list, prefix, seen: false, item: false });
                self.expect = Expect::Key { or_end: true };
                Ok(i + 1)
            }
            b'n' => {
                self.begin_capture(byte, false);
                Ok(i)
            }
            _ => Err(wrong(&self.base(list), "a list", byte)),
        }
    }

    fn open_page(&mut self, list: List, prefix: String, sink: &mut dyn Sink) -> Result<(), Error> {
        if let Some(Frame::List { in_rows, .. }) =
            self.stack.iter_mut().rev().find(|f| matches!(f, Frame::List { .. }))
        {
            *in_rows = false;
        }
        sink.event(Event::Page { list, prefix: prefix.clone(), base: 0 })?;
        self.stack.push(Frame::Page { list, prefix, index: 0 });
        self.expect = Expect::Value { or_end: true };
        Ok(())
    }

    /// A row begins. The usual case: it is there whole, and is read in one pass. Returns how far it
    /// was read.
    fn row(
        &mut self,
        list: List,
        bytes: &[u8],
        may_be_page: bool,
        sink: &mut dyn Sink,
    ) -> Result<usize, Error> {
        let Some((row, read)) = read_row_at_start(list, bytes) else {
            self.begin_capture(b'{', may_be_page);
            return Ok(0);
        };
        self.deliver_row(&row, sink)?;
        self.after_value();
        Ok(read)
    }

    fn begin_capture(&mut self, byte: u8, may_be_page: bool) {
        self.buffer.clear();
        self.capture =
            Capture { scalar: !matches!(byte, b'{' | b'[' | b'"'), may_be_page, ..Capture::default() };
        self.expect = Expect::Capture;
    }

    /// Bytes of a value that is read whole. Returns where to go on.
    fn capture(&mut self, bytes: &[u8], start: usize, sink: &mut dyn Sink) -> Result<usize, Error> {
        let mut i = start;
        let before = self.buffer.len();
        while i < bytes.len() {
            let byte = bytes[i];
            let state = &mut self.capture;
            if state.in_string {
                // Most bytes of an export are within strings: on to what may end this one.
                if !state.escaped && !matches!(byte, b'"' | b'\\') {
                    i += memchr2(b'"', b'\\', &bytes[i..]).unwrap_or(bytes.len() - i);
                    continue;
                }
                if state.escaped {
                    state.escaped = false;
                } else if byte == b'\\' {
                    state.escaped = true;
                } else if byte == b'"' {
                    state.in_string = false;
                    if state.depth == 0 {
                        return self.captured(bytes, start, i + 1, sink);
                    }
                    if state.may_be_page && state.at_key && state.depth == 1 {
                        state.at_key = false;
                        let end = before + (i - start);
                        let key_start = state.key_start;
                        state.objects = end - key_start == b"\"objects".len()
                            && (0..end - key_start).all(|k| {
                                let at = key_start + k;
                                let b =
                                    if at < before { self.buffer[at] } else { bytes[start + at - before] };
                                b == b"\"objects"[k]
                            });
                    }
                }
                i += 1;
                continue;
            }
            if state.scalar {
                if is_space(byte) || matches!(byte, b',' | b']' | b'}') {
                    return self.captured(bytes, start, i, sink);
                }
                i += 1;
                continue;
            }
            match byte {
                b'"' => {
                    state.in_string = true;
                    state.key_start = before + (i - start);
                }
                b'{' | b'[' => {
                    state.depth += 1;
                    state.at_key = state.depth == 1;
                }
                b'}' | b']' => {
                    state.depth = state.depth.saturating_sub(1);
                    if state.depth == 0 {
                        return self.captured(bytes, start, i + 1, sink);
                    }
                }
                b',' if state.depth == 1 => state.at_key = true,
                b':' if state.depth == 1 && state.objects => {
                    state.objects = false;
                    return self.page_in_list(bytes, start, i + 1);
                }
                _ => {}
            }
            i += 1;
        }
        self.keep(&bytes[start..])?;
        Ok(i)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.buffer.len() + bytes.len() > MAX_VALUE_BYTES {
            let at = self.here();
            return Err(Error::at(
                ErrorCode::TooLarge,
                at.clone(),
                format!(
                    "one value{} is larger than {} MB; leave it out of the export",
                    place(&at),
                    MAX_VALUE_BYTES >> 20
                ),
            ));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The value is whole: `bytes[start..end]` is its last part.
    fn captured(
        &mut self,
        bytes: &[u8],
        start: usize,
        end: usize,
        sink: &mut dyn Sink,
    ) -> Result<usize, Error> {
        if self.buffer.is_empty() {
            // The usual case: the row lies within one chunk and is not copied.
            self.deliver(&bytes[start..end], sink)?;
        } else {
            self.keep(&bytes[start..end])?;
            self.end_of_value(sink)?;
            return Ok(end);
        }
        self.after_value();
        Ok(end)
    }

    fn end_of_value(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let buffer = std::mem::take(&mut self.buffer);
        self.deliver(&buffer, sink)?;
        self.buffer = buffer;
        self.buffer.clear();
        self.after_value();
        Ok(())
    }

    fn after_value(&mut self) {
        self.expect = if self.stack.is_empty() { Expect::End } else { Expect::Comma };
    }

    /// An item of a list turns out to be a page: `{…"objects":`.
    fn page_in_list(&mut self, bytes: &[u8], start: usize, end: usize) -> Result<usize, Error> {
        self.keep(&bytes[start..end])?;
        // What stood before must be JSON too.
        let mut prefix = std::mem::take(&mut self.buffer);
        prefix.extend_from_slice(b"null}");
        check_json(&prefix, || self.here())?;
        let Some(Frame::List { list, index, .. }) = self.stack.last() else {
            return Err(self.unexpected(b':'));
        };
        let (list, prefix) = (*list, format!("{}/{index}", self.page_prefix()));
        self.stack.push(Frame::Wrapper { list, prefix, seen: true, item: true });
        "objects".clone_into(&mut self.key);
        self.expect = Expect::Value { or_end: false };
        Ok(end)
    }

    /// A whole value goes to whom it concerns.
    fn deliver(&mut self, value: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        match self.stack.last() {
            Some(Frame::List { list, .. } | Frame::Page { list, .. }) => {
                let row = read_row(*list, value, || self.here())?;
                self.deliver_row(&row, sink)
            }
            Some(Frame::Export { .. }) if self.key == "organization" => {
                sink.event(Event::Organization(value))
            }
            Some(Frame::Export { .. }) if self.key == "plan" => {
                sink.event(Event::Plan(read_text(value, "/plan")?))
            }
            Some(Frame::Export { .. }) if self.key == "missing" => {
                sink.event(Event::Missing(missing::read(value)?))
            }
            Some(Frame::Export { .. }) if is_wrapper(value) => sink.event(Event::UnknownList(&self.key)),
            _ => {
                check_json(value, || self.here())?;
                // A list that is null is as good as absent, and only null gets here.
                Ok(())
            }
        }
    }

    fn deliver_row(&mut self, row: &Row<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        if let Some(Frame::List { list, index, in_rows: in_rows @ false }) = self.stack.last_mut() {
            *in_rows = true;
            let (list, base) = (*list, *index);
            sink.event(Event::Page { list, prefix: self.page_prefix(), base })?;
        }
        match self.stack.last() {
            Some(Frame::List { list, .. } | Frame::Page { list, .. }) => {
                sink.event(Event::Row { list: *list, row, at: &|| self.here() })
            }
            _ => Ok(()),
        }
    }

    /// The end of an array or object.
    fn close(&mut self) -> Result<(), Error> {
        if let Some(Frame::Wrapper { list, prefix, seen: false, item: false }) = self.stack.last() {
            let at = format!("/{}{prefix}", list.name());
            return Err(Error::at(
                ErrorCode::BadShape,
                &at,
                format!("`{at}`: expected a list, found an object without `objects`"),
            ));
        }
        self.stack.pop();
        self.after_value();
        Ok(())
    }

    /// Bytes of a key of the export or of a wrapper.
    fn read_key(&mut self, bytes: &[u8], start: usize) -> Result<usize, Error> {
        let mut i = start;
        while i < bytes.len() {
            let byte = bytes[i];
            i += 1;
            if self.capture.escaped {
                self.capture.escaped = false;
            } else if byte == b'\\' {
                self.capture.escaped = true;
            } else if byte == b'"' {
                self.keep(&bytes[start..i])?;
                return self.end_key().map(|()| i);
            }
        }
        self.keep(&bytes[start..])?;
        Ok(i)
    }

    fn end_key(&mut self) -> Result<(), Error> {
        let at = self.here();
        check_json(&self.buffer, || at.clone())?;
        // A key that is not valid text is an unknown key.
        self.key = serde_json::from_slice::<String>(&self.buffer).unwrap_or_default();
        self.buffer.clear();
        self.expect = Expect::Colon;
        let twice = match self.stack.last_mut() {
            Some(Frame::Export { seen }) => {
                let bit = match self.key.as_str() {
                    "missing" => 1 << 29,
                    "organization" => 1 << 30,
                    "plan" => 1 << 31,
                    key => List::from_name(key).map_or(0, |list| 1 << list as u32),
                };
                let twice = *seen & bit != 0;
                *seen |= bit;
                twice
            }
            Some(Frame::Wrapper { seen, .. }) if self.key == "objects" => std::mem::replace(seen, true),
            _ => false,
        };
        if twice {
            let path = format!("{at}/{}", self.key);
            return Err(Error::at(ErrorCode::BadShape, &path, format!("`{path}` is given twice; keep one")));
        }
        Ok(())
    }
}

/// Whether a value is `{"objects": [...]}`, as the API writes a list.
fn is_wrapper(value: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Wrapper {
        #[serde(rename = "objects")]
        _objects: Vec<serde::de::IgnoredAny>,
    }
    value.first() == Some(&b'{') && serde_json::from_slice::<Wrapper>(value).is_ok()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!(" in `{at}`") }
}

fn wrong(at: &str, expected: &str, first: u8) -> Error {
    let found = match first {
        b'{' => "an object",
        b'[' => "a list",
        b'"' => "a string",
        b't' | b'f' => "a boolean",
        b'n' => "null",
        _ => "a number",
    };
    let place = if at.is_empty() { String::new() } else { format!("`{at}`: ") };
    Error::at(ErrorCode::BadShape, at, format!("{place}expected {expected}, found {found}"))
}

/// A segment of an RFC 6901 pointer.
pub(crate) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

//! Answers as JSON text: arrays of texts, numbers, nothings and arrays.

use alloc::string::String;

use crate::input::NONE;
use crate::small::{NODES, PRINCIPALS, Small};

#[derive(Default)]
pub struct Json(pub String);

impl Json {
    /// A comma, unless something begins here.
    fn next(&mut self) {
        if !self.0.ends_with('[') && !self.0.is_empty() {
            self.0.push(',');
        }
    }

    pub fn begin(&mut self) {
        self.next();
        self.0.push('[');
    }

    pub fn end(&mut self) {
        self.0.push(']');
    }

    pub fn number(&mut self, number: u32) {
        self.next();
        let mut unit = 1_000_000_000;
        while unit > 0 {
            if number >= unit || unit == 1 {
                self.0.push(char::from(b'0' + (number / unit % 10) as u8));
            }
            unit /= 10;
        }
    }

    pub fn text(&mut self, text: &str) {
        self.next();
        self.0.push('"');
        for character in text.chars() {
            if character < ' ' {
                self.0.push_str(if character < '\x10' { "\\u000" } else { "\\u001" });
                let digit = character as u8 & 15;
                self.0.push(char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }));
                continue;
            }
            if matches!(character, '"' | '\\') {
                self.0.push('\\');
            }
            self.0.push(character);
        }
        self.0.push('"');
    }

    pub fn nothing(&mut self) {
        self.next();
        self.0.push_str("null");
    }
}

impl Small {
    pub(crate) fn write_id(&self, space: usize, number: u32, json: &mut Json) {
        json.text(&self.id_text(space, number));
    }

    /// The ids of nodes.
    pub(crate) fn write_nodes(&self, nodes: &[u32]) -> String {
        let mut json = Json::default();
        // As a UUID each, with quotes and a comma: no room is made twice for most.
        json.0.reserve_exact(nodes.len() * 39 + 2);
        json.begin();
        for node in nodes {
            self.write_id(NODES, *node, &mut json);
        }
        json.end();
        json.0
    }

    /// A name, or nothing.
    pub(crate) fn write_name(&self, at: u32, json: &mut Json) {
        if at == 0 { json.nothing() } else { json.text(self.text(at)) }
    }

    /// An id and a name.
    pub(crate) fn write_called(&self, space: usize, number: u32, json: &mut Json) {
        json.begin();
        self.write_id(space, number, json);
        let name = match space {
            PRINCIPALS => self.principal_name(number),
            NODES => self.node_name(number),
            _ => self.info(space, number).name,
        };
        self.write_name(name, json);
        json.end();
    }

    pub(crate) fn write_all(&self, space: usize, numbers: &[u32], json: &mut Json) {
        json.begin();
        for number in numbers {
            self.write_called(space, *number, json);
        }
        json.end();
    }

    /// A type: its number, or its name when it is not among the known; nothing for none.
    pub(crate) fn write_type(&self, ty: u32, json: &mut Json) {
        let known = u32::from(crate::number::KNOWN);
        if ty == NONE {
            json.nothing();
        } else if ty < known {
            json.number(ty);
        } else {
            json.text(self.types.get((ty - known) as usize).map_or("", |name| self.text(*name)));
        }
    }
}

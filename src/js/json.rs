//! Answers as JSON text, written by hand: the small module has no serde.

use crate::decide::explain::Explanation;
use crate::decide::misses::Missing;
use crate::decide::subject::{Membership, Reason};
use crate::model::Basis;
use crate::model::finding::{Node, Param};

#[derive(Default)]
struct Json(String);

impl Json {
    /// A comma, unless something begins here.
    fn next(&mut self) {
        if !self.0.ends_with(['[', '{', ':']) && !self.0.is_empty() {
            self.0.push(',');
        }
    }

    fn raw(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn text(&mut self, text: &str) {
        self.next();
        self.0.push('"');
        for character in text.chars() {
            match character {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(character);
                }
                '\0'..='\x1f' => {
                    self.raw(if character < '\x10' { "\\u000" } else { "\\u001" });
                    self.0.push(char::from(b"0123456789abcdef"[character as usize & 15]));
                }
                _ => self.0.push(character),
            }
        }
        self.0.push('"');
    }

    fn key(&mut self, key: &str) {
        self.text(key);
        self.0.push(':');
    }

    fn field(&mut self, key: &str, text: &str) {
        self.key(key);
        self.text(text);
    }

    fn each<T>(&mut self, items: &[T], write: impl Fn(&mut Json, &T)) {
        self.next();
        self.0.push('[');
        for item in items {
            write(self, item);
        }
        self.0.push(']');
    }

    fn object(&mut self, write: impl FnOnce(&mut Json)) {
        self.next();
        self.0.push('{');
        write(self);
        self.0.push('}');
    }

    fn texts(&mut self, texts: &[String]) {
        self.each(texts, |json, text| json.text(text));
    }

    fn node(&mut self, node: &Node) {
        self.object(|json| {
            json.field("type", &node.object_type);
            json.field("id", &node.id);
        });
    }

    fn param(&mut self, param: &Param) {
        match param {
            Param::Text(text) => self.text(text),
            Param::Number(number) => self.raw(&number.to_string()),
            Param::List(texts) => self.texts(texts),
        }
    }
}

pub(super) fn texts(texts: &[String]) -> String {
    let mut json = Json::default();
    json.texts(texts);
    json.0
}

pub(super) fn memberships(groups: &[Membership]) -> String {
    let mut json = Json::default();
    json.each(groups, |json, group| {
        json.object(|json| {
            json.field("id", &group.id);
            json.field("name", &group.name);
            json.key("via");
            json.texts(&group.via);
        });
    });
    json.0
}

/// As serde writes it for the whole module; fixes are left out.
pub(super) fn explanation(why: &Explanation) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.key("allowed");
        json.raw(if why.allowed { "true" } else { "false" });
        json.field("reason", reason(why.reason));
        json.field("basis", if why.basis == Basis::Documented { "documented" } else { "chosen" });
        json.field("text", &why.text);
        json.key("params");
        json.object(|json| {
            for (name, param) in why.params.iter() {
                json.key(name);
                json.param(param);
            }
        });
        json.key("grants");
        json.each(&why.grants, |json, grant| {
            json.object(|json| {
                json.field("acl", &grant.acl);
                json.key("on");
                json.node(&grant.on);
                json.key("via");
                json.texts(&grant.via);
                json.key("role");
                json.texts(&grant.role);
                json.key("restrict");
                match &grant.restrict {
                    Some(ty) => json.text(ty),
                    None => json.raw("null"),
                }
            });
        });
        json.key("nearMisses");
        json.each(&why.near_misses, |json, miss| {
            json.object(|json| {
                json.field("acl", &miss.acl);
                json.field("missing", missing(miss.missing));
                if let Some(group) = &miss.group {
                    json.field("group", group);
                }
                json.field("text", &miss.text);
            });
        });
        json.key("fixes");
        json.raw("[]");
    });
    json.0
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Granted => "granted",
        Reason::Public => "public",
        Reason::NoGrant => "no_grant",
        Reason::Deleted => "deleted",
        Reason::UnknownObject => "unknown_object",
        Reason::NotAMember => "not_a_member",
    }
}

fn missing(missing: Missing) -> &'static str {
    match missing {
        Missing::Deleted => "deleted",
        Missing::Restriction => "restriction",
        Missing::Membership => "membership",
        Missing::Permission => "permission",
    }
}

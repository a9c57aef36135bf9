//! Kinds of credentials, told apart by their prefix. A credential itself is never kept.

/// How an actor is authenticated: a kind, never the secret (section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A person in the browser.
    Session,
    /// An API key (`sk-…`): acts as its user.
    ApiKey,
    /// A service token (`bt-st-…`): acts as its service account.
    ServiceToken,
    /// Not known.
    Unknown,
}

/// The prefix of API keys, as documented by the vendor.
pub const API_KEY_PREFIX: &str = "sk-";
/// The prefix of service tokens, as documented by the vendor.
pub const SERVICE_TOKEN_PREFIX: &str = "bt-st-";

impl Credential {
    /// The kind of a raw credential, by its prefix. The value is looked at and forgotten.
    #[must_use]
    pub fn kind_of(raw: &str) -> Credential {
        if raw.starts_with(SERVICE_TOKEN_PREFIX) {
            Credential::ServiceToken
        } else if raw.starts_with(API_KEY_PREFIX) {
            Credential::ApiKey
        } else {
            Credential::Unknown
        }
    }

    /// The kind's name: `session`, `api_key`, `service_token` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Credential::Session => "session",
            Credential::ApiKey => "api_key",
            Credential::ServiceToken => "service_token",
            Credential::Unknown => "unknown",
        }
    }

    /// `text` with everything that looks like a credential replaced by its prefix and `…`.
    #[must_use]
    pub fn redact(text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        loop {
            let found = [SERVICE_TOKEN_PREFIX, API_KEY_PREFIX]
                .into_iter()
                .filter_map(|prefix| find_credential(rest, prefix).map(|at| (at, prefix)))
                .min();
            let Some((at, prefix)) = found else {
                out.push_str(rest);
                return out;
            };
            out.push_str(&rest[..at]);
            out.push_str(prefix);
            out.push('…');
            let after = &rest[at + prefix.len()..];
            rest = after.trim_start_matches(is_token_char);
        }
    }
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '/' | '=')
}

/// Where a credential with this prefix begins: not in the middle of a word, and something follows.
fn find_credential(text: &str, prefix: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find(prefix) {
        let at = from + found;
        let starts_word = !text[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        let has_body = text[at + prefix.len()..].chars().next().is_some_and(is_token_char);
        if starts_word && has_body {
            return Some(at);
        }
        from = at + prefix.len();
    }
    None
}

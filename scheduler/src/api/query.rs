//! Parameters of a query: each named when it is wrong.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::http::{HttpError, page_limit};
use wire::{FieldError, UnixMs};

/// The parameters, and what was wrong with those looked at so far.
pub(super) struct QueryParams {
    named: HashMap<String, String>,
    errors: Vec<FieldError>,
}

impl QueryParams {
    /// Takes the parameters; those not in `known` are refused.
    pub(super) fn new(named: HashMap<String, String>, known: &[&str]) -> Self {
        let mut params = Self {
            named,
            errors: Vec::new(),
        };
        let unknown: Vec<String> = params
            .named
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .cloned()
            .collect();
        for name in unknown {
            params.wrong(&name, "unknown_field", "There is no such parameter.");
        }
        params
    }

    pub(super) fn time(&mut self, name: &str) -> Option<UnixMs> {
        self.parsed(name, "A time is in Unix milliseconds.", |text| {
            text.parse().ok().map(UnixMs)
        })
    }

    /// A word that is compared and not read.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.named.remove(name)
    }

    /// One of these words.
    pub(super) fn word<T>(
        &mut self,
        name: &str,
        words: &[&str],
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let message = format!("It is one of: {}.", words.join(", "));
        self.parsed(name, &message, parse)
    }

    pub(super) fn limit(&mut self) -> u32 {
        let text = self.named.remove("limit");
        page_limit(text.as_deref()).unwrap_or_else(|error| {
            self.errors.push(error);
            1
        })
    }

    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        message: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.named.remove(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.wrong(name, "invalid", message);
        }
        parsed
    }

    /// Ends the looking: everything that was wrong.
    pub(super) fn check(self) -> Result<(), HttpError> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(HttpError::invalid(self.errors))
    }

    pub(super) fn wrong(&mut self, name: &str, code: &str, message: &str) {
        self.errors.push(FieldError {
            field: name.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }
}

/// Cuts to a page what was read, which may be one item longer than the `limit` that was asked for: the cursor of the next
/// page, by the last item of this one, if there is a next one.
pub(super) fn cut_to_page<T>(
    found: &mut Vec<T>,
    limit: u32,
    cursor_of: impl FnOnce(&T) -> String,
) -> Option<String> {
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    found.last().filter(|_| more).map(cursor_of)
}

/// An opaque cursor of plain text.
pub(super) fn cursor(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The text of a cursor, which is never empty.
pub(super) fn from_cursor(cursor: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    (!text.is_empty()).then_some(text)
}

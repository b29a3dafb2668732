//! How JSON that others wrote is read, in frames and in bodies alike: generously, where what is meant is
//! plain. A byte order mark is skipped, half of a surrogate pair is U+FFFD, and a whole number may be
//! written with `.0` or an exponent. An array where an object is meant is refused, although serde would take it.
//!
//! Nearly all text needs none of it. So it is parsed as it came, and only what a parser refuses is put
//! right and parsed again: reading well-formed text costs nothing more.

mod halves;
mod objects;
mod whole;

use std::borrow::Cow;

use serde::de::{DeserializeOwned, IgnoredAny};

pub(crate) use halves::without_half_pairs;
use objects::Objects;
pub use whole::whole_number;

/// Fields whose value is passed on as it was written: numbers in it are not rewritten.
const PASSED_ON: [&str; 3] = ["payload", "candidate", "metadata"];

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why a text is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// No JSON at all.
    #[error("not JSON")]
    NotJson,
    /// JSON in which something is wrong.
    #[error("{path}: {message}")]
    Field {
        /// Path of what is wrong, as `participants[1].name`; `.` for the whole.
        path: String,
        /// What serde says of it.
        message: String,
    },
}

/// Reads one JSON value.
///
/// # Errors
/// When it is no JSON, or no `T`; then with the field.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let text = without_mark(text);
    match read_once(text) {
        Ok(value) => Ok(value),
        Err(_) => read_again(text),
    }
}

fn read_once<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Objects(&mut deserializer))?;
    deserializer.end().map(|()| value)
}

/// The text without the byte order mark that some editors begin with.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Puts right what may be, and parses once more, slowly, to find which field is wrong.
#[cold]
fn read_again<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let normal = normalize(text);
    let mut deserializer = serde_json::Deserializer::from_str(&normal);
    let error = match serde_path_to_error::deserialize::<_, T>(Objects(&mut deserializer)) {
        Ok(value) => {
            let end = deserializer.end();
            return end.map(|()| value).map_err(|_| JsonError::NotJson);
        }
        Err(error) => error,
    };
    // A number beyond every type is a syntax error to the parser, and JSON all the same.
    if serde_json::from_str::<IgnoredAny>(&normal).is_err() {
        return Err(JsonError::NotJson);
    }
    Err(JsonError::Field {
        path: error.path().to_string(),
        message: error.inner().to_string(),
    })
}

/// The field that an error is about: the path's, or the one that serde's message names.
#[must_use]
pub fn field_of(path: &str, message: &str) -> String {
    let path = if path == "." { "" } else { path };
    let named = ["missing field", "unknown field", "duplicate field"];
    if !named.iter().any(|start| message.starts_with(start)) {
        return path.to_owned();
    }
    let field = message.split('`').nth(1).unwrap_or_default();
    // The path may already end with the field, or stand for one that has no name yet.
    let parent = path
        .strip_suffix(field)
        .or_else(|| path.strip_suffix('?'))
        .unwrap_or(path)
        .trim_end_matches('.');
    match parent.is_empty() {
        true => field.to_owned(),
        false => format!("{parent}.{field}"),
    }
}

/// The text with whole numbers written as such and without half a surrogate pair. What is no JSON is
/// returned in some form, and is none then either.
fn normalize(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    // Up to `copied` the text is in `out`.
    let (mut copied, mut at) = (0, 0);
    let (mut depth, mut key, mut passing_on) = (0_usize, "", None);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' => {
                let end = string_end(bytes, at);
                if depth == 1 {
                    key = text.get(at + 1..end - 1).unwrap_or_default();
                }
                end
            }
            b'-' | b'0'..=b'9' => {
                let end = number_end(bytes, at);
                let is_passed_on = passing_on.is_some() || (depth == 1 && PASSED_ON.contains(&key));
                if !is_passed_on && let Some(whole) = rewritten(&text[at..end]) {
                    out.push_str(&text[copied..at]);
                    out.push_str(&whole);
                    copied = end;
                }
                end
            }
            b'{' | b'[' => {
                if depth == 1 && PASSED_ON.contains(&key) {
                    passing_on.get_or_insert(depth);
                }
                depth += 1;
                at + 1
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if passing_on == Some(depth) {
                    passing_on = None;
                }
                at + 1
            }
            _ => at + 1,
        };
        at = end;
    }
    let numbers = match copied {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(out + &text[copied..]),
    };
    match without_half_pairs(&numbers) {
        Some(fixed) => Cow::Owned(fixed),
        None => numbers,
    }
}

/// A number's text as a whole number, where it is one written otherwise.
fn rewritten(number: &str) -> Option<String> {
    let otherwise = number == "-0" || number.contains(['.', 'e', 'E']);
    let whole = otherwise.then(|| whole_number(number)).flatten();
    whole.map(|whole| whole.to_string())
}

/// Behind the string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'"' => return end + 1,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    bytes.len()
}

/// Behind the number that begins at `at`.
fn number_end(bytes: &[u8], at: usize) -> usize {
    let digits = bytes[at..]
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    at + digits.count()
}

#[cfg(test)]
mod tests;

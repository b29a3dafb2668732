//! JSON values as HTML text.

use std::fmt::Write as _;

use serde_json::Value;

/// Appends formatted HTML; writing to a `String` doesn't fail.
macro_rules! put {
    ($html:expr, $($format:tt)+) => {
        { let _ = write!($html, $($format)+); }
    };
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.as_str(), value))
}

/// A sentence; what stands between backticks is code.
pub(super) fn text(value: &Value) -> String {
    let sentence = escape(value.as_str().unwrap_or_default());
    let mut parts = sentence.split('`');
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let Some(code) = parts.next() {
        match parts.next() {
            Some(after) => put!(out, "<code>{code}</code>{after}"),
            None => put!(out, "`{code}"),
        }
    }
    out
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        let html = text(&json!("`a<b` and `c` or `"));
        assert_eq!(html, "<code>a&lt;b</code> and <code>c</code> or `");
    }
}

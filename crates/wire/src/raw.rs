//! JSON that is carried and never looked into.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::json::without_half_pairs;

/// Deepest nesting that is carried: what serde_json and others parse without running out of stack.
const MAX_DEPTH: usize = 127;
/// So many digits in a row are surely within a double, which reaches to 1.8e308.
const PLAIN_DIGITS: usize = 300;

/// A JSON value kept as the text that came, so that what is relayed is untouched; only an escaped half of a
/// surrogate pair becomes U+FFFD.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Takes text that is one JSON value.
    ///
    /// # Errors
    /// When `text` is not valid JSON.
    pub fn parse(text: impl Into<String>) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text.into()).map(Self)
    }

    /// The JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// True when the value is JSON's `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.text() == "null"
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut raw = Box::<RawValue>::deserialize(deserializer)?;
        let shape = Shape::of(raw.get());
        if shape.depth > MAX_DEPTH {
            return Err(D::Error::custom("nested too deeply"));
        }
        // What is kept raw is neither unescaped nor counted: half a surrogate pair, or a number beyond a
        // double, would get through to a parser that refuses the whole frame for it.
        if shape.escapes
            && let Some(whole_pairs) = without_half_pairs(raw.get())
        {
            raw = RawValue::from_string(whole_pairs).map_err(D::Error::custom)?;
        }
        if shape.large_numbers {
            serde_json::from_str::<serde_json::Value>(raw.get()).map_err(D::Error::custom)?;
        }
        Ok(Self(raw))
    }
}

/// What a text that is valid JSON is like.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    /// How deep arrays and objects are nested.
    depth: usize,
    /// A character is escaped by its number: it may be half a surrogate pair.
    escapes: bool,
    /// A number has an exponent or many digits: it may be beyond a double.
    large_numbers: bool,
}

impl Shape {
    fn of(json: &str) -> Self {
        let mut shape = Self::default();
        let (mut depth, mut digits) = (0_usize, 0_usize);
        let mut bytes = json.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => shape.escapes |= skip_string(&mut bytes),
                b'[' | b'{' => {
                    depth += 1;
                    shape.depth = shape.depth.max(depth);
                }
                b']' | b'}' => depth -= 1,
                // Words have an `e` too, and no digit before it.
                b'e' | b'E' => shape.large_numbers |= digits > 0,
                _ => {}
            }
            digits = match byte {
                b'0'..=b'9' => digits + 1,
                _ => 0,
            };
            shape.large_numbers |= digits > PLAIN_DIGITS;
        }
        shape
    }
}

/// Goes past the end of a string whose opening quote was taken; true where something in it is `\u…`.
fn skip_string(bytes: &mut std::str::Bytes<'_>) -> bool {
    let mut escaped = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => escaped |= bytes.next() == Some(b'u'),
            _ => {}
        }
    }
    escaped
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for RawJson {}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RawJson {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawJson".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Any JSON value that nests no deeper than 127; carried untouched."
        })
    }
}

#[cfg(feature = "typescript")]
impl ts_rs::TS for RawJson {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &ts_rs::Config) -> String {
        "unknown".to_owned()
    }

    fn inline(cfg: &ts_rs::Config) -> String {
        Self::name(cfg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wir_9_nesting_is_bounded_and_brackets_in_strings_do_not_count() {
        assert_eq!(Shape::of(r#"{"a":[{}, "[[[\"{{{", []], "}":1}"#).depth, 3);
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(serde_json::from_str::<RawJson>(&nested(MAX_DEPTH)).is_ok());
        assert!(serde_json::from_str::<RawJson>(&nested(MAX_DEPTH + 1)).is_err());
    }

    #[test]
    fn wir_9_what_a_strict_parser_refuses_is_refused_here() {
        let long = "9".repeat(400);
        for text in ["1e999", "[-1E400]", long.as_str()] {
            assert!(serde_json::from_str::<RawJson>(text).is_err(), "{text}");
        }
        let ids = "1".repeat(290);
        for text in [
            "1e300",
            "[true,false,null]",
            r#""\ud83d\ude00 1e999""#,
            r#"{"e":"9e"}"#,
            &ids,
        ] {
            let kept = serde_json::from_str::<RawJson>(text).unwrap();
            assert_eq!(kept.text(), text, "untouched");
        }
        for (half, whole) in [
            (r#""\ud800""#, r#""\ufffd""#),
            (r#"{ "\udc00":1.0}"#, r#"{ "\ufffd":1.0}"#),
            (
                r#""\\ud800\uD83D\uDE00\uD83D""#,
                r#""\\ud800\uD83D\uDE00\ufffd""#,
            ),
        ] {
            let kept = serde_json::from_str::<RawJson>(half).unwrap();
            assert_eq!(kept.text(), whole);
        }
    }
}

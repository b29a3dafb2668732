//! JSON that is carried and never looked into.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// Deepest nesting that is carried: what serde_json and others parse without running out of stack.
const MAX_DEPTH: usize = 127;

/// A JSON value kept as the text that came, so that what is relayed is untouched.
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
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if depth(raw.get()) > MAX_DEPTH {
            return Err(serde::de::Error::custom("nested too deeply"));
        }
        if raw.get().contains("\\u") {
            // What is kept raw is not unescaped, and half a surrogate pair would get through.
            serde_json::from_str::<serde_json::Value>(raw.get())
                .map_err(serde::de::Error::custom)?;
        }
        Ok(Self(raw))
    }
}

/// How deep arrays and objects are nested in a text that is valid JSON.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth -= 1,
            _ => {}
        }
    }
    deepest
}

/// Goes past the end of a string whose opening quote was taken.
fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
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
        assert_eq!(depth(r#"{"a":[{}, "[[[\"{{{", []], "}":1}"#), 3);
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(serde_json::from_str::<RawJson>(&nested(MAX_DEPTH)).is_ok());
        assert!(serde_json::from_str::<RawJson>(&nested(MAX_DEPTH + 1)).is_err());
    }
}

//! A text that no log and no error may show.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A password or a token, as somebody typed or pasted it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SecretText(String);

impl SecretText {
    /// The text itself, for whoever checks or hashes it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SecretText {
    /// Nothing of it, not even its length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_130_a_password_shows_nothing_of_itself_in_a_log() {
        let shown = format!("{:?}", SecretText::from("correct horse"));
        assert_eq!(shown, "SecretText(…)");
    }
}

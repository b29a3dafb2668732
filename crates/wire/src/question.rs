//! Questions that two people may begin a conversation with.

use serde::{Deserialize, Serialize};

use crate::session::word_enum;

word_enum! {
    /// A language in which every question is written.
    QuestionLocale {
        /// Written in English.
        En = "en",
        /// Written in Korean (해요체).
        Ko = "ko",
    }
}

/// Answer of `GET /v1/questions/random`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuestionView {
    /// The same in every language.
    pub id: String,
    /// The question itself, one line.
    pub text: String,
    /// The language of `text`.
    pub locale: QuestionLocale,
}

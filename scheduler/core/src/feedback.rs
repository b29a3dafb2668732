//! What one of the two says of a session: what it may be, and how it is kept.

use std::ops::RangeInclusive;

use wire::visible_text::clean_body;
use wire::{FeedbackView, FieldError, GiveFeedback, SessionId, UnixMs, UserId};

use crate::field_checks::FieldErrors;

/// The more the better.
const SCORES: RangeInclusive<i64> = 1..=5;
/// Characters of the words beside it.
const MAX_TEXT_CHARS: usize = 2_000;

/// What may be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFeedback {
    pub(crate) score: i64,
    pub(crate) text: Option<String>,
}

/// What one of the two said of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// What it is about.
    pub session: SessionId,
    /// Who said it.
    pub user: UserId,
    /// 1 to 5.
    pub score: i64,
    /// Their words, cleaned as a message's.
    pub text: Option<String>,
    /// When it was said first.
    pub given_at: UnixMs,
    /// When it was changed last, if it was.
    pub changed_at: Option<UnixMs>,
    /// Counts from 1; each change raises it.
    pub revision: u64,
}

/// Checks what somebody wants to say.
///
/// # Errors
/// Each field that is wrong.
pub fn check_feedback(said: &GiveFeedback) -> Result<CheckedFeedback, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let score = errors.within("score", said.score, SCORES);
    let text = said.text.as_deref();
    if text.is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
        let message = format!("`text` has {MAX_TEXT_CHARS} characters at most.");
        errors.add("text", "too_long", message);
    }
    // What nobody could see of it is nothing.
    let text = text.and_then(|text| clean_body(text).ok());
    errors.into_result(CheckedFeedback { score, text })
}

impl Feedback {
    /// As its person and their application see it.
    #[must_use]
    pub fn view(&self) -> FeedbackView {
        FeedbackView {
            score: self.score,
            text: self.text.clone(),
            given_at: self.given_at,
            changed_at: self.changed_at,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn said(score: i64, text: Option<&str>) -> CheckedFeedback {
        let said = GiveFeedback {
            score,
            text: text.map(str::to_owned),
        };
        check_feedback(&said).unwrap()
    }

    #[test]
    fn sch_246_a_score_is_1_to_5_and_words_are_cleaned_and_bounded() {
        for (score, text, field, code) in [
            (0, None, "score", "out_of_range"),
            (6, None, "score", "out_of_range"),
            (5, Some("x".repeat(MAX_TEXT_CHARS + 1)), "text", "too_long"),
        ] {
            let errors = check_feedback(&GiveFeedback { score, text }).unwrap_err();
            assert_eq!(
                (errors[0].field.as_str(), errors[0].code.as_str()),
                (field, code)
            );
        }
        let longest = "\u{ae40}".repeat(MAX_TEXT_CHARS);
        assert_eq!(said(1, Some(&longest)).text, Some(longest));
        assert_eq!(said(3, Some("a\r\nb\u{7}")).text.as_deref(), Some("a\nb"));
        assert_eq!(said(3, Some(" \u{200b} ")).text, None);
    }
}

//! A gift as it was requested, checked against every bound.

use std::collections::BTreeSet;

use wire::visible_text::clean_body;
use wire::{FieldError, GiftKind, GiftRecipient, SendGift, UnixMs, UserId};

use crate::account::EmailAddress;
use crate::field_checks::FieldErrors;

/// Characters of a letter: a page.
const MAX_LETTER_CHARS: usize = 2_000;
/// Times of one gift or proposal: more is a calendar.
pub(super) const MAX_TIMES: usize = 5;

/// A gift within every bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedGift {
    /// Whom it is for.
    pub to: GiftTo,
    /// What it is.
    pub content: GiftContent,
}

/// Whom a gift is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GiftTo {
    /// Somebody else than its giver.
    Person(UserId),
    /// Whoever shows that the address is theirs.
    Address(EmailAddress),
}

/// What is given, without who gives it to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftContent {
    /// Whether it may make a match.
    pub kind: GiftKind,
    /// 1 to 2,000 characters, without controls.
    pub letter: String,
    /// When it opens by itself, now or later.
    pub opens_at: UnixMs,
    /// Those ahead of now, rising, none twice.
    pub times: Vec<UnixMs>,
}

/// Fills in the defaults and checks every bound.
///
/// # Errors
/// Every field that is wrong, not only the first.
pub fn check_gift(
    now: UnixMs,
    giver: &UserId,
    gift: SendGift,
) -> Result<CheckedGift, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let to = check_recipient(&mut errors, giver, gift.to);
    let letter = check_letter(&mut errors, &gift.letter);
    let opens_at = gift
        .opens_at
        .map_or(now, |at| errors.start("opens_at", now, at));
    let times = gift.times.map_or_else(Vec::new, |times| {
        if gift.kind == GiftKind::Plain {
            let message = "Only a special gift has `times`: leave them out, or send a special one.";
            errors.add("times", "not_special", message);
        }
        check_count(&mut errors, &times);
        ahead_of(now, times)
    });
    match to {
        Some(to) => errors.into_result(CheckedGift {
            to,
            content: GiftContent {
                kind: gift.kind,
                letter,
                opens_at,
                times,
            },
        }),
        None => Err(errors.0),
    }
}

/// Between one time and five.
pub(super) fn check_count(errors: &mut FieldErrors, times: &[UnixMs]) {
    if times.is_empty() || times.len() > MAX_TIMES {
        let message = format!("`times` has 1 to {MAX_TIMES} instants in Unix milliseconds.");
        errors.add("times", "out_of_range", message);
    }
}

/// Those of the times that are not past, rising, none twice.
pub(super) fn ahead_of(now: UnixMs, times: Vec<UnixMs>) -> Vec<UnixMs> {
    let ahead: BTreeSet<_> = times.into_iter().filter(|at| *at > now).collect();
    ahead.into_iter().collect()
}

fn check_recipient(errors: &mut FieldErrors, giver: &UserId, to: GiftRecipient) -> Option<GiftTo> {
    if to.name.is_some() {
        errors.add(
            "to.name",
            "unknown_field",
            "Say `user_id` or `email` alone: the name is theirs.",
        );
    }
    match (to.user_id, to.email) {
        (Some(user), None) if user == *giver => {
            let message = "A gift is for somebody else than its giver.";
            errors.add("to.user_id", "same_person", message);
            None
        }
        (Some(user), None) => Some(GiftTo::Person(user)),
        (None, Some(email)) => {
            let address = EmailAddress::parse(&email);
            if address.is_none() {
                let message = "That is not an e-mail address, as bo@example.org.";
                errors.add("to.email", "bad_email", message);
            }
            address.map(GiftTo::Address)
        }
        (Some(_), Some(_)) => {
            errors.add("to", "conflicting", "Give `user_id` or `email`, not both.");
            None
        }
        (None, None) => {
            let message = "Give the `user_id` or the `email` of whom it is for.";
            errors.add("to", "required", message);
            None
        }
    }
}

/// The letter as it is shown: what nobody could see of it is none.
fn check_letter(errors: &mut FieldErrors, letter: &str) -> String {
    let cleaned = clean_body(letter).unwrap_or_default();
    if letter.chars().count() > MAX_LETTER_CHARS {
        let message = format!("A `letter` has {MAX_LETTER_CHARS} characters at most.");
        errors.add("letter", "too_long", message);
    } else if cleaned.is_empty() {
        let message = "A `letter` has at least one character that can be seen.";
        errors.add("letter", "required", message);
    }
    cleaned
}

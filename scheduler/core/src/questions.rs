//! Questions for two people who don't know each other yet, and which of them the two of a session get next.
//!
//! The catalog is part of the program. A question has one id and its text in each language, so that two people who read
//! different languages are asked the same. What a session has been given is stored by its id: a number that is given once
//! is never given to another question, and none is taken away.

use std::sync::LazyLock;

use serde::Deserialize;
use wire::{QuestionLocale, SessionId, UserId};

use crate::contact::locale;
use crate::session::BookedSession;

/// Questions that one session is given at most; each leaves a row, and nobody talks through more of them.
pub const QUESTIONS_PER_SESSION: u32 = 200;
/// Languages of a wish that are looked at; more are no wish.
const MAX_WISHES: usize = 16;

static CATALOG: LazyLock<Vec<CatalogQuestion>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("questions/catalog.json"))
        .expect("the catalog is a part of the program, and read by its tests")
});

/// A question as it was written for this project.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogQuestion {
    /// `q1`, `q2`, … in the order of the catalog.
    pub id: String,
    en: String,
    ko: String,
}

/// A question that stands at one place of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedQuestion {
    /// Of which session.
    pub session: SessionId,
    /// Which one of the session it is, from 0.
    pub position: u32,
    /// The two, in the order of their ids: the same in each of their sessions.
    pub pair: [UserId; 2],
    /// Which question it is.
    pub id: String,
    /// How often the two had it before.
    pub repeats: u32,
}

impl CatalogQuestion {
    /// What it asks, in one line.
    #[must_use]
    pub fn text(&self, locale: QuestionLocale) -> &str {
        match locale {
            QuestionLocale::En => &self.en,
            QuestionLocale::Ko => &self.ko,
        }
    }
}

/// The question with this id; none where a newer version gave it.
#[must_use]
pub fn question(id: &str) -> Option<&'static CatalogQuestion> {
    CATALOG.iter().find(|question| question.id == id)
}

/// Any question: each is as likely as the others where `random` is.
#[must_use]
pub fn any_question(random: u64) -> &'static CatalogQuestion {
    let all: Vec<_> = CATALOG.iter().collect();
    drawn(&all, random)
}

/// The two of a session, as all of their sessions name them.
#[must_use]
pub fn pair(session: &BookedSession) -> [UserId; 2] {
    let mut pair = session.users();
    pair.sort();
    pair
}

/// The question for a place of the session that has none yet: one of those that the two had least often, so that none
/// comes again before they had all. `had` is how often they had which, in all of their sessions.
#[must_use]
pub fn next_question(
    session: &BookedSession,
    position: u32,
    had: &[(String, u32)],
    random: u64,
) -> AskedQuestion {
    let times = |question: &CatalogQuestion| {
        let found = had.iter().find(|(id, _)| *id == question.id);
        found.map_or(0, |(_, times)| *times)
    };
    let least = CATALOG.iter().map(times).min().unwrap_or_default();
    let rarest: Vec<_> = CATALOG.iter().filter(|one| times(one) == least).collect();
    AskedQuestion {
        session: session.id.clone(),
        position,
        pair: pair(session),
        id: drawn(&rarest, random).id.clone(),
        repeats: least,
    }
}

/// The first language of a wish that the catalog is written in, else English. A wish is one language tag, or several as
/// `Accept-Language` has them, best first.
#[must_use]
pub fn question_locale(wish: Option<&str>) -> QuestionLocale {
    let wishes = wish.unwrap_or_default().split(',').take(MAX_WISHES);
    wishes
        .filter_map(locale)
        .find_map(|tag| QuestionLocale::from_name(tag.split('-').next()?))
        .unwrap_or(QuestionLocale::En)
}

/// One of these, of which there is one at least.
fn drawn(from: &[&'static CatalogQuestion], random: u64) -> &'static CatalogQuestion {
    let count = u64::try_from(from.len()).unwrap_or(u64::MAX).max(1);
    let at = usize::try_from(random % count).unwrap_or_default();
    from[at]
}

#[cfg(test)]
mod tests;

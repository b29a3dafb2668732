//! What the scheduler says to a database for one command, so that the same can be said again without it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use storage::Value;

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Question {
    /// A text without values, as `BEGIN`.
    Plain(&'static str),
    /// A prepared statement, with the values of its parameters in their order.
    Prepared {
        text: &'static str,
        values: Vec<Value<'static>>,
    },
}

/// Everything that one command asked.
pub(crate) type RecordedWork = Vec<Question>;

impl Question {
    pub(crate) fn text(&self) -> &'static str {
        match self {
            Self::Plain(text) | Self::Prepared { text, .. } => text,
        }
    }
}

/// The text for good: a driver takes a statement as safe and prepared by a text that is static. There are few.
pub(crate) fn interned(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let kept: &'static str = Box::leak(text.into());
    texts.insert(kept);
    kept
}

/// How often the statements of `work` stand in it, in the order in which they first came, each cut to a line.
pub(crate) fn counted(work: &[Question]) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for question in work {
        let words: Vec<_> = question.text().split_whitespace().collect();
        let line: String = words.join(" ").chars().take(80).collect();
        match found.iter_mut().find(|(known, _)| *known == line) {
            Some((_, times)) => *times += 1,
            None => found.push((line, 1)),
        }
    }
    found
}

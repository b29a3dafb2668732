//! Rate limit for questions, by who asks: each may leave a row, and nobody reads so many in a minute.

use service::http::HttpError;
use service::limits::Limit;
use wire::{SessionId, UserId};

use crate::minute_limiter::MinuteLimiter;

/// Who is counted: a page, a person with an account, and an application for each session that it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum QuestionAsker {
    Page(SessionId, UserId),
    Person(UserId),
    Application(String, Option<SessionId>),
}

impl QuestionAsker {
    /// The same, where they ask for a question of that session.
    pub(crate) fn about(self, session: SessionId) -> Self {
        match self {
            Self::Application(name, _) => Self::Application(name, Some(session)),
            Self::Page(..) | Self::Person(_) => self,
        }
    }
}

/// Token buckets of all who ask.
#[derive(Debug)]
pub(crate) struct QuestionThrottle(MinuteLimiter<QuestionAsker>);

impl QuestionThrottle {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self(MinuteLimiter::new(per_minute, Limit::Requests))
    }

    /// Takes a token for a question; 429 where there were too many.
    pub(crate) fn count(&self, asker: &QuestionAsker) -> Result<(), HttpError> {
        self.0.take(asker)
    }
}

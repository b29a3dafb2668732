//! A circuit breaker: keeps the actor from waiting, again and again, for a store that does not answer: meanwhile it does what
//! the other store takes, and those who want more are told at once.

use tokio::time::{Duration, Instant};

use crate::store::StoreError;

/// A failure that took longer is that of a store that lets one wait.
const SLOW: Duration = Duration::from_millis(250);
/// How long it is left alone then: as long as those are told to wait who asked for something.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether one of the two stores is left alone for now.
#[derive(Debug, Default)]
pub(super) struct StoreBreaker {
    until: Option<Instant>,
}

impl StoreBreaker {
    /// True while the store is left alone.
    pub(super) fn is_open(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Notes what became of something that was asked of it at `begun`.
    pub(super) fn note<T>(&mut self, begun: Instant, outcome: &Result<T, StoreError>) {
        self.note_failure(begun, outcome.as_ref().err());
    }

    /// The same, where it may have failed in part.
    pub(super) fn note_failure(&mut self, begun: Instant, failure: Option<&StoreError>) {
        let is_away = |error| begun.elapsed() >= SLOW || is_away(error);
        let leave = failure.is_some_and(is_away);
        self.until = leave.then(|| Instant::now() + PAUSE);
    }

    /// What they are told who ask for rooms meanwhile.
    pub(super) fn rooms_error() -> StoreError {
        metrics::counter!("chat_rooms_away_refusals_total").increment(1);
        StoreError::unavailable("the room store did not answer a moment ago")
    }

    /// What they are told who send meanwhile.
    pub(super) fn messages_error() -> StoreError {
        metrics::counter!("chat_messages_away_refusals_total").increment(1);
        StoreError::unavailable("the message store did not answer a moment ago")
    }
}

/// True where nothing can be asked of it, and false where it refuses what this one asks.
fn is_away(error: &StoreError) -> bool {
    let StoreError::Unavailable(source) = error else {
        return false;
    };
    let source = source.downcast_ref::<storage::Error>();
    matches!(source, Some(storage::Error::Unavailable(_)))
}

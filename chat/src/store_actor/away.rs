//! Keeps the actor from waiting, again and again, for a room store that does not answer: meanwhile it stores
//! messages, and those who want more are told at once.

use tokio::time::{Duration, Instant};

use crate::store::StoreError;

/// A failure that took longer is that of a store that lets one wait.
const SLOW: Duration = Duration::from_millis(250);
/// How long it is left alone then: as long as those are told to wait who asked for something.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether the room store is left alone for now.
#[derive(Debug, Default)]
pub(super) struct AwayRooms {
    until: Option<Instant>,
}

impl AwayRooms {
    /// True while it is left alone.
    pub(super) fn is_left_alone(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Notes what became of something that was asked of it at `begun`.
    pub(super) fn note<T>(&mut self, begun: Instant, outcome: &Result<T, StoreError>) {
        let is_slow = begun.elapsed() >= SLOW;
        self.until = (outcome.is_err() && is_slow).then(|| Instant::now() + PAUSE);
    }

    /// What they are told who ask meanwhile.
    pub(super) fn error() -> StoreError {
        StoreError::Unavailable("the room store did not answer a moment ago".into())
    }
}

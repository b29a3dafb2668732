//! One deadline for all that is asked for one purpose, whatever reads and transactions that takes.

use std::time::{Duration, Instant};

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Runs `work`, in which all that is asked of databases that are servers has `limit` together: a read or a transaction
/// that is not done by then fails as [`crate::Error::Unavailable`]. Within another such limit the earlier end counts.
/// SQLite, and tasks that `work` spawns, keep the limits that they have without it.
pub async fn with_deadline<F: Future>(limit: Duration, work: F) -> F::Output {
    let until = no_later_than(Instant::now() + limit);
    DEADLINE.scope(until, work).await
}

/// The end of the limit that this task is in, or `until` where that is earlier.
pub(super) fn no_later_than(until: Instant) -> Instant {
    DEADLINE
        .try_with(|deadline| until.min(*deadline))
        .unwrap_or(until)
}

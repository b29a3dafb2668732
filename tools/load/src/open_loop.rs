//! The open loop: operations that are due at their times, whatever becomes of those before.

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::connection::Fault;
use crate::pace::began;
use crate::tally::{Span, Tally};

/// Whoever does one operation after the other.
pub(crate) trait OpenLoopWorker {
    /// Does what must be done meanwhile, and returns at `until`.
    fn hold_until(&mut self, until: Instant) -> impl Future<Output = Result<(), Fault>> + Send;

    /// One operation, whose latency counts from `began`.
    fn operate(&mut self, began: Instant) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Does each operation at its time, late only where the one before it was not done; none that is due at `until` or later.
pub(crate) async fn at_rate(
    worker: &mut impl OpenLoopWorker,
    tally: &Tally,
    stop: &CancellationToken,
    due: impl Fn(u64) -> Instant,
    until: Instant,
) -> Result<(), Fault> {
    for turn in 0.. {
        let due = due(turn);
        if due >= until || stop.is_cancelled() {
            break;
        }
        let was_busy = Instant::now() >= due;
        if !was_busy {
            worker.hold_until(due).await?;
            tally.took(Span::OwnLate, due.elapsed());
        }
        worker.operate(began(due, was_busy, Instant::now())).await?;
        tally.done();
    }
    Ok(())
}

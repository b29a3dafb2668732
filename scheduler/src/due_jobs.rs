//! Runs jobs when they are due: one timer over the next minute's due times, and a poll of the stored jobs
//! at least once a second. What is stored decides; the timer only wakes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scheduler_core::{ClaimedJob, DueTimeIndex, FailReason, JobAction};
use service::{Shutdown, clock};
use tokio::sync::Notify;
use wire::UnixMs;

use crate::commands::{ClaimedBatch, claim_due, fail, settle};
use crate::notification_outlets::NotificationOutlets;
use crate::notification_stream::StreamedNotification;
use crate::store::{SchedulerStore, StoreError};
use crate::store_clock::StoreClock;

/// Longest time between two polls of the stored jobs: what a lost wake-up costs, and a clock that was set.
const POLL: Duration = Duration::from_secs(1);
/// Jobs that are claimed at once, so that one full second is served fairly and in short writes.
const BATCH: u32 = 100;
/// Due times that are read ahead.
const READ_AHEAD: u32 = 10_000;

/// Runs due jobs. Clones share one wake-up.
#[derive(Clone)]
pub(crate) struct DueJobRunner {
    lease_ms: i64,
    clock: StoreClock,
    woken: Arc<Notify>,
    due_times: Arc<Mutex<DueTimeIndex>>,
}

impl DueJobRunner {
    /// One whose claims lapse after `lease_ms` of that clock.
    pub(crate) fn new(lease_ms: i64, clock: StoreClock) -> Self {
        Self {
            lease_ms,
            clock,
            woken: Arc::default(),
            due_times: Arc::default(),
        }
    }

    /// Polls the stored jobs now: something may have been planned, or become due.
    pub(crate) fn wake(&self) {
        self.woken.notify_one();
    }

    /// Does what is due until the shutdown starts.
    pub(crate) async fn run(
        self,
        store: Arc<dyn SchedulerStore>,
        outlets: NotificationOutlets,
        shutdown: Shutdown,
    ) {
        loop {
            let pause = match self
                .run_due(&*store, |streamed| outlets.publish(streamed))
                .await
            {
                Ok(()) => self.until_next_poll(),
                Err(error) => {
                    metrics::counter!("due_jobs_failed_total").increment(1);
                    tracing::warn!(%error, "due jobs could not be done; they will be tried again");
                    // Not when the next one is due, which may be past: a store that is away would be asked without end.
                    POLL
                }
            };
            tokio::select! {
                () = clock::pause(pause) => {}
                () = self.woken.notified() => {}
                () = shutdown.started() => return,
            }
        }
    }

    fn until_next_poll(&self) -> Duration {
        let due_times = self.due_times.lock().expect("no holder panics");
        let left = due_times.next_deadline().map_or(POLL, |due| {
            let left_ms = due.since(self.clock.now()).max(1);
            Duration::from_millis(left_ms.unsigned_abs())
        });
        left.min(POLL)
    }

    /// Does all that is due; `notified` is told of the notifications that were committed.
    pub(crate) async fn run_due(
        &self,
        store: &dyn SchedulerStore,
        notified: impl Fn(Vec<StreamedNotification>),
    ) -> Result<(), StoreError> {
        let searched_at = loop {
            let searched_at = self.clock.read(store).await?;
            let claimed = claim_due(store, searched_at, self.lease_ms, BATCH).await?;
            let full = claimed.found == BATCH as usize;
            if !claimed.jobs.is_empty() {
                let now = self.clock.now();
                let decided = decided(store, now, claimed).await?;
                notified(settle(store, now, decided).await?);
            }
            if !full {
                break searched_at;
            }
        };
        self.read_ahead(store, searched_at).await
    }

    /// Reads when to wake next; what was due at `searched_at` has been claimed by now, and until that claim ends there
    /// is nothing to wake for. What has become due since has not been searched for.
    async fn read_ahead(
        &self,
        store: &dyn SchedulerStore,
        searched_at: UnixMs,
    ) -> Result<(), StoreError> {
        let times = store
            .jobs()
            .due_times(DueTimeIndex::until(searched_at), READ_AHEAD)
            .await?;
        let mut due_times = self.due_times.lock().expect("no holder panics");
        *due_times = DueTimeIndex::default();
        for due_at in times {
            due_times.add(searched_at, due_at);
        }
        due_times.take_due(searched_at);
        Ok(())
    }
}

/// What is to be done about each. One that can't be decided about is put off, and holds up none of the others.
async fn decided(
    store: &dyn SchedulerStore,
    now: UnixMs,
    batch: ClaimedBatch,
) -> Result<Vec<(ClaimedJob, JobAction)>, StoreError> {
    let mut decided = Vec::with_capacity(batch.jobs.len());
    for claimed in batch.jobs {
        let deciding = AssertUnwindSafe(|| claimed.decide(now, batch.source_watermark));
        match catch_unwind(deciding) {
            Ok(action) => {
                record_lateness(now, &claimed, &action);
                decided.push((claimed, action));
            }
            Err(_panic) => fail(store, now, &claimed.job, FailReason::Panicked).await?,
        }
    }
    Ok(decided)
}

fn record_lateness(now: UnixMs, claimed: &ClaimedJob, action: &JobAction) {
    let lateness_ms = now.since(claimed.job.due_at).max(0);
    let labels = [("kind", claimed.job.kind.name())];
    #[expect(
        clippy::cast_precision_loss,
        reason = "a lateness that loses precision as f64 is of 200,000 years"
    )]
    metrics::histogram!("due_job_lateness_seconds", &labels).record(lateness_ms as f64 / 1000.0);
    if let JobAction::Miss(reason) = action {
        metrics::counter!("due_jobs_missed_total", "reason" => reason.name()).increment(1);
    }
}

#[cfg(test)]
mod tests {
    use storage::testing::TestEngine;

    use super::*;
    use crate::store::contract::StoreHarness;
    use crate::store::sql::tests::OwnDatabase;

    #[tokio::test]
    async fn sch_14_what_falls_due_while_the_jobs_are_searched_is_polled_for_at_once() {
        let database = OwnDatabase::new(TestEngine::Sqlite).await;
        let mut harness = StoreHarness::kept_open(database.expect("a file is always there"));
        let due = harness.booked().await.terms.starts_at - 300_000;
        let runner = DueJobRunner::new(5_000, StoreClock::default());
        let store = harness.store().await;
        for (searched_at, next) in [(due - 1, Some(due)), (due, None)] {
            runner.read_ahead(&*store, searched_at).await.unwrap();
            let due_times = runner.due_times.lock().unwrap();
            assert_eq!(due_times.next_deadline(), next, "{searched_at:?}");
        }
    }
}

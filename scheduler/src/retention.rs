//! Deletes what is too old: table by table, in small transactions with a pause between, so that nobody waits long.
//!
//! Two nodes that sweep at once do no harm: of what both find each row is deleted by one, and the other one's deletion finds
//! less. Sessions are not swept here: each has a job that erases it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use scheduler_core::{RetentionSettings, SWEEP_ROWS, SweptTable};
use service::{Shutdown, clock};
use storage::{Database, Inbox, Outbox};
use wire::UnixMs;

use crate::commands::{prune_audit, sweep};
use crate::store::{SchedulerStore, StoreError};

/// Between two transactions: whoever waits for the store is let in.
const PAUSE: Duration = Duration::from_millis(20);
/// A sweep that takes longer is broken off, and goes on with the next one: less than a run may take before another node
/// takes its task over.
const LONGEST_SWEEP_MS: i64 = 10 * 60_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What is swept, and when it is too old.
#[derive(Clone)]
pub(crate) struct RetentionSweep {
    pub(crate) store: Arc<dyn SchedulerStore>,
    pub(crate) outbox: Outbox,
    pub(crate) database: Database,
    pub(crate) settings: RetentionSettings,
    /// Of the audit log.
    pub(crate) audit_days: u32,
    pub(crate) audit_rows: u32,
    pub(crate) shutdown: Shutdown,
}

impl RetentionSweep {
    /// Deletes what is too old at `now`. What fails is left to the next sweep, and stops no other table's.
    pub(crate) async fn run(&self, now: UnixMs) -> Result<(), StoreError> {
        let store = &*self.store;
        let ends_at = clock::steady() + LONGEST_SWEEP_MS;
        let mut failed = None;
        for table in SweptTable::ALL {
            let cutoff = table.cutoff(now, &self.settings);
            let batch = || sweep(store, table, cutoff, SWEEP_ROWS);
            failed = self
                .drain(table.name(), ends_at, batch)
                .await
                .err()
                .or(failed);
        }
        let before = now - i64::from(self.audit_days) * DAY_MS;
        let batch = || prune_audit(store, before, self.audit_rows, SWEEP_ROWS);
        failed = self.drain("audit", ends_at, batch).await.err().or(failed);
        let batch = async || Ok(self.outbox.prune_some(now, SWEEP_ROWS).await?);
        failed = self.drain("outbox", ends_at, batch).await.err().or(failed);
        let batch = async || Ok(Inbox::prune_some(&self.database, now, SWEEP_ROWS).await?);
        failed = self.drain("inbox", ends_at, batch).await.err().or(failed);
        failed.map_or(Ok(()), Err)
    }

    /// Runs `batch` until it finds less than a whole one.
    async fn drain<Fut>(
        &self,
        table: &'static str,
        ends_at: UnixMs,
        batch: impl Fn() -> Fut,
    ) -> Result<(), StoreError>
    where
        Fut: Future<Output = Result<u64, StoreError>>,
    {
        loop {
            let swept = batch().await.inspect_err(|error| {
                tracing::warn!(%error, table, "old rows could not be deleted; they go with the next sweep");
            })?;
            metrics::counter!("retention_rows_total", "table" => table).increment(swept);
            if swept < u64::from(SWEEP_ROWS) || self.shutdown.is_started() {
                return Ok(());
            }
            if clock::steady() >= ends_at {
                metrics::counter!("retention_cut_short_total", "table" => table).increment(1);
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

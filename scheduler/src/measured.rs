//! The commands that `tools/bench` measures, each as the scheduler runs it: on a store that is opened by its URL, without
//! requests, timers and whoever waits for notifications. No binary is built with it.

use std::error::Error;
use std::sync::Arc;

use scheduler_core::{
    BookCommand, CommandOutcome, RetentionSettings, SWEEP_ROWS, SweptTable, check_booking,
    furthest_claim,
};
use service::{Shutdown, clock};
use storage::{OpenError, Outbox};
use wire::{BookSession, MediaBackend, UnixMs};

use crate::commands::{self, ClaimedBatch};
use crate::config::{JobSettings, Limits, StoreLocation};
use crate::retention::RetentionSweep;
use crate::store::sql::SqlStore;
use crate::store::{SchedulerStore, StoreError};

/// Why a command failed: what the driver said, or that the booking is refused.
pub type MeasuredError = Box<dyn Error + Send + Sync>;

/// A scheduler's store. Clones share its connections.
#[derive(Clone)]
pub struct MeasuredScheduler {
    store: SqlStore,
}

/// Jobs under a claim.
#[derive(Debug)]
pub struct Claimed(ClaimedBatch);

impl Claimed {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.jobs.len()
    }

    /// True where nothing was due.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.jobs.is_empty()
    }
}

impl MeasuredScheduler {
    /// Opens the database, and brings its tables up to date.
    ///
    /// # Errors
    /// As the scheduler's start.
    pub async fn open(location: &StoreLocation) -> Result<Self, OpenError> {
        let store = SqlStore::open(location).await?;
        Ok(Self { store })
    }

    /// Checks an offer, and books it.
    ///
    /// # Errors
    /// When it is refused, or the store fails.
    pub async fn book(&self, application: &str, offer: BookSession) -> Result<(), MeasuredError> {
        let now = clock::now();
        let booking = check_booking(now, offer, &[MediaBackend::P2p])
            .map_err(|fields| format!("the booking is refused: {fields:?}"))?;
        let command = BookCommand {
            application: application.to_owned(),
            booking,
            of_match: None,
            idempotency: None,
        };
        let executed = commands::book(&self.store, command, now).await;
        match executed.map_err(StoreError::into_source)?.outcome {
            CommandOutcome::Done(_) => Ok(()),
            other => Err(format!("not booked: {other:?}").into()),
        }
    }

    /// Looks whether anything can be claimed, as each poll does first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn any_claimable(&self) -> Result<bool, MeasuredError> {
        let now = clock::now();
        let furthest = furthest_claim(now, JobSettings::default().lease_ms);
        let found = self.store.jobs().any_claimable(now, furthest).await;
        found.map_err(StoreError::into_source)
    }

    /// Finds and locks what can be claimed, and claims nothing of it; how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claimable(&self, limit: u32) -> Result<usize, MeasuredError> {
        let found = async {
            let mut work = self.store.begin().await?;
            let now = clock::now();
            let furthest = furthest_claim(now, JobSettings::default().lease_ms);
            let found = work.jobs().claimable(now, furthest, limit).await?;
            work.commit().await?;
            Ok(found.len())
        };
        found.await.map_err(StoreError::into_source)
    }

    /// Claims at most `limit` jobs.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim(&self, lease_ms: i64, limit: u32) -> Result<Claimed, MeasuredError> {
        let claimed = commands::claim_due(&self.store, clock::now(), lease_ms, limit).await;
        Ok(Claimed(claimed.map_err(StoreError::into_source)?))
    }

    /// Decides about claimed jobs, and settles them; how many notifications came of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle(&self, claimed: Claimed) -> Result<usize, MeasuredError> {
        let now = clock::now();
        let Claimed(batch) = claimed;
        let watermark = batch.source_watermark;
        let decided = batch.jobs.into_iter().map(|claimed| {
            let action = claimed.decide(now, watermark);
            (claimed, action)
        });
        let delivered = commands::settle(&self.store, now, decided.collect()).await;
        Ok(delivered.map_err(StoreError::into_source)?.len())
    }

    /// Sweeps what is too old at `now`, as housekeeping does with its pauses.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep(&self, now: UnixMs) -> Result<(), MeasuredError> {
        let (database, limits) = (self.store.database(), Limits::default());
        let sweep = RetentionSweep {
            store: Arc::new(self.store.clone()),
            outbox: Outbox::new(database.clone()),
            database: database.clone(),
            settings: RetentionSettings::default(),
            audit_days: limits.audit_days,
            audit_rows: limits.audit_rows,
            shutdown: Shutdown::new(),
        };
        sweep.run(now).await.map_err(StoreError::into_source)
    }

    /// One batch of each table that is swept; how many rows were too old.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep_batch(&self, now: UnixMs) -> Result<u64, MeasuredError> {
        let mut swept = 0;
        for table in SweptTable::ALL.iter().copied() {
            let cutoff = table.cutoff(now, &RetentionSettings::default());
            let batch = commands::sweep(&self.store, table, cutoff, SWEEP_ROWS).await;
            swept += batch.map_err(StoreError::into_source)?;
        }
        Ok(swept)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

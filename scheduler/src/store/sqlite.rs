//! The store on SQLite: one file, one writer, every write one immediate transaction.

mod api_keys;
mod booking;
mod changes;
mod idempotency;
mod inbox;
mod jobs;
mod notifications;
mod people;
mod rows;
mod sessions;
mod timeline;

use std::path::Path;
use std::time::Duration;

use scheduler_core::JobAction;
use storage::{Database, OpenError, Schema};
use wire::{EventBatch, Notification, Participant, SessionId, UnixMs, UserId};

use super::{
    ApiKey, Cancel, Claimed, ClaimedJob, CommandOutcome, Delivery, IdempotencyKey, MarkRead,
    NewBooking, NewTerms, NotificationQuery, SchedulerStore, SessionFilter, SessionRoom,
    StoreError, StoreFuture, TimelineEntry, TimelineQuery,
};
use scheduler_core::BookedSession;

/// How often opening is tried: `rendezvous keys create` may make the tables beside a starting scheduler.
const OPEN_TRIES: u32 = 5;
/// Pause between two tries; making the tables takes some milliseconds.
const OPEN_PAUSE: Duration = Duration::from_millis(100);

/// The store of one scheduler. Clones share its connections.
#[derive(Clone)]
pub(crate) struct SqliteStore {
    db: Database,
}

impl SqliteStore {
    /// Opens the file, making it and its tables where they are not there.
    pub(crate) async fn open(path: &Path) -> Result<Self, OpenError> {
        for _ in 1..OPEN_TRIES {
            match Database::open(path, Schema::scheduler()).await {
                Ok(db) => return Ok(Self { db }),
                // Another process may be making the tables at this moment: migrations take no lock.
                Err(error @ (OpenError::Connect { .. } | OpenError::Migrate { .. })) => {
                    tracing::debug!(%error, "the store will be opened again");
                    tokio::time::sleep(OPEN_PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        let db = Database::open(path, Schema::scheduler()).await?;
        Ok(Self { db })
    }

    /// The connections, for readiness and for the outbox.
    pub(crate) fn database(&self) -> &Database {
        &self.db
    }

    /// Folds the log in and closes.
    pub(crate) async fn close(&self) {
        self.db.close().await;
    }
}

impl SchedulerStore for SqliteStore {
    fn key(&self, key_hash: String) -> StoreFuture<'_, Option<ApiKey>> {
        Box::pin(api_keys::key(&self.db, key_hash))
    }

    fn add_key(&self, key_hash: String, key: ApiKey, now: UnixMs) -> StoreFuture<'_, ()> {
        Box::pin(api_keys::add(&self.db, key_hash, key, now))
    }

    fn void_other_keys(&self, key_hash: String) -> StoreFuture<'_, ()> {
        Box::pin(api_keys::void_others(&self.db, key_hash))
    }

    fn keys(&self) -> StoreFuture<'_, Vec<(ApiKey, UnixMs)>> {
        Box::pin(api_keys::list(&self.db))
    }

    fn answered(
        &self,
        application: String,
        idempotency: IdempotencyKey,
    ) -> StoreFuture<'_, Option<CommandOutcome>> {
        Box::pin(idempotency::look_up(&self.db, application, idempotency))
    }

    fn book(&self, booking: NewBooking) -> StoreFuture<'_, CommandOutcome> {
        Box::pin(booking::book(&self.db, booking))
    }

    fn session(&self, id: SessionId) -> StoreFuture<'_, Option<BookedSession>> {
        Box::pin(sessions::session(&self.db, id))
    }

    fn sessions(&self, filter: SessionFilter) -> StoreFuture<'_, Vec<BookedSession>> {
        Box::pin(sessions::sessions(&self.db, filter))
    }

    fn change(&self, change: NewTerms) -> StoreFuture<'_, CommandOutcome> {
        Box::pin(changes::change(&self.db, change))
    }

    fn cancel(&self, cancel: Cancel) -> StoreFuture<'_, CommandOutcome> {
        Box::pin(changes::cancel(&self.db, cancel))
    }

    fn person(&self, application: String, user: UserId) -> StoreFuture<'_, Option<Participant>> {
        Box::pin(people::person(&self.db, application, user))
    }

    fn rooms_of(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<SessionRoom>> {
        Box::pin(sessions::rooms_of(&self.db, user, limit))
    }

    fn due_times(&self, until: UnixMs, limit: u32) -> StoreFuture<'_, Vec<UnixMs>> {
        Box::pin(jobs::due_times(&self.db, until, limit))
    }

    fn claim_due(&self, now: UnixMs, limit: u32) -> StoreFuture<'_, Claimed> {
        Box::pin(jobs::claim_due(&self.db, now, limit))
    }

    fn settle(
        &self,
        now: UnixMs,
        decided: Vec<(ClaimedJob, JobAction)>,
    ) -> StoreFuture<'_, Vec<Delivery>> {
        Box::pin(jobs::settle(&self.db, now, decided))
    }

    fn notifications(&self, query: NotificationQuery) -> StoreFuture<'_, Vec<Notification>> {
        Box::pin(notifications::list(&self.db, query))
    }

    fn mark_read(&self, read: MarkRead) -> StoreFuture<'_, Option<Notification>> {
        Box::pin(notifications::mark_read(&self.db, read))
    }

    fn take_in(&self, batch: EventBatch, now: UnixMs) -> StoreFuture<'_, Vec<Delivery>> {
        Box::pin(inbox::take_in(&self.db, batch, now))
    }

    fn timeline(&self, query: TimelineQuery) -> StoreFuture<'_, Vec<TimelineEntry>> {
        Box::pin(timeline::list(&self.db, query))
    }

    fn forget_keys(&self, before: UnixMs) -> StoreFuture<'_, u64> {
        Box::pin(idempotency::forget(&self.db, before))
    }
}

impl From<storage::Error> for StoreError {
    fn from(error: storage::Error) -> Self {
        Self(Box::new(error))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        storage::Error::from(error).into()
    }
}

/// A row that this version can't understand.
fn unreadable(what: &str) -> StoreError {
    StoreError(format!("{what} in the store can't be understood").into())
}

impl From<StoreError> for bus::AcceptError {
    fn from(error: StoreError) -> Self {
        Self::Store(match error.0.downcast::<storage::Error>() {
            Ok(error) => *error,
            Err(other) => storage::Error::Corrupt(other),
        })
    }
}

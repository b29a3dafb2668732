//! The store on SQLite: one file, one writer, every write one immediate transaction.

mod booking;
mod changes;
mod inbox;
mod jobs;
mod keys;
mod listing;
mod notices;
mod once;
mod people;
mod rows;
mod timeline;

use std::path::Path;
use std::time::Duration;

use scheduler_core::Effect;
use service::sqlite::{Database, OpenError};
use wire::{EventBatch, Notification, Participant, SessionId, UnixMs, UserId};

use super::{
    Answer, ApiKey, Cancel, Claimed, ClaimedJob, MarkRead, NewBooking, NewTerms, NotificationQuery,
    Once, Room, SessionFilter, Store, StoreError, StoredSession, TimelineEntry, TimelineQuery,
    Told, Written,
};

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
        let migrations = sqlx::migrate!("../migrations/scheduler/sqlite");
        for _ in 1..OPEN_TRIES {
            match Database::open(path, &migrations).await {
                Ok(db) => return Ok(Self { db }),
                // Another process may be making the tables at this moment: migrations take no lock.
                Err(error @ (OpenError::Sqlite { .. } | OpenError::Migrate { .. })) => {
                    tracing::debug!(%error, "the store will be opened again");
                    tokio::time::sleep(OPEN_PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        let db = Database::open(path, &migrations).await?;
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

impl Store for SqliteStore {
    fn key(&self, key_hash: String) -> Answer<'_, Option<ApiKey>> {
        Box::pin(keys::key(&self.db, key_hash))
    }

    fn add_key(&self, key_hash: String, key: ApiKey, now: UnixMs) -> Answer<'_, ()> {
        Box::pin(keys::add(&self.db, key_hash, key, now))
    }

    fn void_other_keys(&self, key_hash: String) -> Answer<'_, ()> {
        Box::pin(keys::void_others(&self.db, key_hash))
    }

    fn keys(&self) -> Answer<'_, Vec<(ApiKey, UnixMs)>> {
        Box::pin(keys::list(&self.db))
    }

    fn answered(&self, application: String, once: Once) -> Answer<'_, Option<Written>> {
        Box::pin(once::look_up(&self.db, application, once))
    }

    fn book(&self, booking: NewBooking) -> Answer<'_, Written> {
        Box::pin(booking::book(&self.db, booking))
    }

    fn session(&self, id: SessionId) -> Answer<'_, Option<StoredSession>> {
        Box::pin(listing::session(&self.db, id))
    }

    fn sessions(&self, filter: SessionFilter) -> Answer<'_, Vec<StoredSession>> {
        Box::pin(listing::sessions(&self.db, filter))
    }

    fn change(&self, change: NewTerms) -> Answer<'_, Written> {
        Box::pin(changes::change(&self.db, change))
    }

    fn cancel(&self, cancel: Cancel) -> Answer<'_, Written> {
        Box::pin(changes::cancel(&self.db, cancel))
    }

    fn person(&self, application: String, user: UserId) -> Answer<'_, Option<Participant>> {
        Box::pin(people::person(&self.db, application, user))
    }

    fn rooms_of(&self, user: UserId, limit: u32) -> Answer<'_, Vec<Room>> {
        Box::pin(listing::rooms_of(&self.db, user, limit))
    }

    fn due_times(&self, until: UnixMs, limit: u32) -> Answer<'_, Vec<UnixMs>> {
        Box::pin(jobs::due_times(&self.db, until, limit))
    }

    fn claim_due(&self, now: UnixMs, limit: u32) -> Answer<'_, Claimed> {
        Box::pin(jobs::claim_due(&self.db, now, limit))
    }

    fn settle(&self, now: UnixMs, decided: Vec<(ClaimedJob, Effect)>) -> Answer<'_, Vec<Told>> {
        Box::pin(jobs::settle(&self.db, now, decided))
    }

    fn notifications(&self, query: NotificationQuery) -> Answer<'_, Vec<Notification>> {
        Box::pin(notices::list(&self.db, query))
    }

    fn mark_read(&self, read: MarkRead) -> Answer<'_, Option<Notification>> {
        Box::pin(notices::mark_read(&self.db, read))
    }

    fn take_in(&self, batch: EventBatch, now: UnixMs) -> Answer<'_, Vec<Told>> {
        Box::pin(inbox::take_in(&self.db, batch, now))
    }

    fn timeline(&self, query: TimelineQuery) -> Answer<'_, Vec<TimelineEntry>> {
        Box::pin(timeline::list(&self.db, query))
    }

    fn forget_keys(&self, before: UnixMs) -> Answer<'_, u64> {
        Box::pin(once::forget(&self.db, before))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(Box::new(error))
    }
}

/// A row that this version can't understand.
fn unreadable(what: &str) -> StoreError {
    StoreError(format!("{what} in the store can't be understood").into())
}

impl From<StoreError> for service::events::AcceptError {
    fn from(error: StoreError) -> Self {
        Self::Store(match error.0.downcast::<sqlx::Error>() {
            Ok(error) => *error,
            Err(other) => sqlx::Error::Decode(other),
        })
    }
}

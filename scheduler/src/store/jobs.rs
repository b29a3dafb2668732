//! Jobs: what is due for sessions, and under which claims.

use scheduler_core::{Job, JobKind, JobState, JobUpdate, MissReason, NewJob};
use wire::{SessionId, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed due times.
pub(crate) trait JobQueries: Send + Sync {
    /// True where [`JobRepository::claimable`] would find something. Most looks find nothing, and this
    /// one waits for no unit of work.
    fn any_claimable(&self, now: UnixMs) -> StoreFuture<'_, bool>;

    /// When the open jobs that are due by `until` may be claimed: each when it is due, or when the claim on it lapses.
    /// Distinct, rising, at most `limit`.
    fn due_times(&self, until: UnixMs, limit: u32) -> StoreFuture<'_, Vec<UnixMs>>;
}

/// Reads and writes jobs within a unit of work. A job is open while it is due or claimed.
pub(crate) trait JobRepository: Send {
    /// Open jobs that are due by `now` and under no claim that holds, the longest due first, then by id: locked, and
    /// those that another unit of work has locked are left out.
    fn claimable(&mut self, now: UnixMs, limit: u32) -> StoreFuture<'_, Vec<StoredJob>>;

    /// Puts jobs that [`JobRepository::claimable`] has returned under claims, each of its own term and until the
    /// moment beside it.
    fn claim<'a>(&'a mut self, jobs: &'a [(Job, UnixMs)]) -> StoreFuture<'a, ()>;

    /// Writes what became of a job under the claim of that term, where it is still under it.
    fn settle<'a>(
        &'a mut self,
        id: &'a str,
        term: u64,
        update: JobUpdate,
    ) -> StoreFuture<'a, Settled>;

    /// Adds jobs, at least one. A second one of the same session, revision, kind and person is an error.
    fn insert<'a>(&'a mut self, jobs: &'a [NewJob]) -> StoreFuture<'a, ()>;

    /// Cancels every open job of the session but those of the kind `except`.
    fn cancel_open<'a>(
        &'a mut self,
        session: &'a SessionId,
        except: JobKind,
    ) -> StoreFuture<'a, ()>;

    /// Cancels the open jobs of that kind and person, of every revision.
    fn cancel<'a>(
        &'a mut self,
        session: &'a SessionId,
        kind: JobKind,
        user: Option<&'a UserId>,
    ) -> StoreFuture<'a, ()>;

    /// Open reminders of the session, of every revision; locked.
    fn open_reminders<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, Vec<Job>>;

    /// Marks those that [`JobRepository::open_reminders`] would return as missed.
    fn miss_reminders<'a>(
        &'a mut self,
        session: &'a SessionId,
        reason: MissReason,
    ) -> StoreFuture<'a, ()>;
}

/// What a claim was good for when its job was to be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It held: the update is written.
    Written,
    /// It had lapsed, and another claimed the job; nothing is written.
    TakenOver,
    /// The job is over, or gone; nothing is written.
    Closed,
}

/// A job with its state as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredJob {
    pub(crate) job: Job,
    pub(crate) state: JobState,
}

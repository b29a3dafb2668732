//! Jobs: what is due for sessions and rooms, and under which claims.

use scheduler_core::{Job, JobKind, JobPayload, JobState, JobUpdate, MissReason, NewJob};
use wire::{JobStatus, JobView, RoomId, SessionId, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed due times.
pub(crate) trait JobQueries: Send + Sync {
    /// True where [`JobRepository::claimable`] would find something. Most looks find nothing, and this
    /// one waits for no unit of work.
    fn any_claimable(&self, now: UnixMs, furthest: UnixMs) -> StoreFuture<'_, bool>;

    /// When the open jobs that are due by `until` may be claimed: each when it is due, or when the claim on it lapses.
    /// Distinct, rising, at most `limit`.
    fn due_times(&self, until: UnixMs, limit: u32) -> StoreFuture<'_, Vec<UnixMs>>;

    /// Jobs as operators see them, by id, falling: also those that nobody else can read.
    fn list(&self, filter: JobFilter) -> StoreFuture<'_, Vec<JobView>>;
}

/// Reads and writes jobs within a unit of work. A job is open while it is due or claimed, and is called off while it is
/// that or was given up.
pub(crate) trait JobRepository: Send {
    /// Open jobs that are due by `now` and under no claim that holds, the longest due first, then by id: locked, and
    /// those that another unit of work has locked are left out. A claim holds that reaches beyond `now`, and not beyond
    /// `furthest`.
    fn claimable(
        &mut self,
        now: UnixMs,
        furthest: UnixMs,
        limit: u32,
    ) -> StoreFuture<'_, Vec<FoundJob>>;

    /// Puts jobs that [`JobRepository::claimable`] has returned under claims, each of its own term and until the
    /// moment beside it.
    fn claim<'a>(&'a mut self, jobs: &'a [(Job, UnixMs)]) -> StoreFuture<'a, ()>;

    /// Writes what became of each job, where it is still under the claim of its term, and says so in the same order. No job
    /// stands there twice.
    fn settle<'a>(&'a mut self, jobs: &'a [(&'a Job, JobUpdate)]) -> StoreFuture<'a, Vec<Settled>>;

    /// Writes what became of a job that this unit of work has locked, whatever claim it is under.
    fn rewrite<'a>(&'a mut self, id: &'a str, update: JobUpdate) -> StoreFuture<'a, ()>;

    /// A job as operators see it; locked.
    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<JobView>>;

    /// Adds jobs, at least one. A second one of the same subject, revision, kind and person is an error.
    fn insert<'a>(&'a mut self, jobs: &'a [NewJob]) -> StoreFuture<'a, ()>;

    /// The person's newest digest of the room, of that quarter of an hour or a later one; locked.
    fn newest_digest<'a>(
        &'a mut self,
        room: &'a RoomId,
        user: &'a UserId,
        quarter: u64,
    ) -> StoreFuture<'a, Option<StoredJob>>;

    /// Writes what a job must know from now on.
    fn put_payload<'a>(&'a mut self, id: &'a str, payload: &'a JobPayload) -> StoreFuture<'a, ()>;

    /// Cancels every job of the session that is open or was given up, but those of the kind `except`.
    fn cancel_open<'a>(
        &'a mut self,
        session: &'a SessionId,
        except: JobKind,
    ) -> StoreFuture<'a, ()>;

    /// Cancels the jobs of that kind and person that are open or were given up, of every revision.
    fn cancel<'a>(
        &'a mut self,
        session: &'a SessionId,
        kind: JobKind,
        user: Option<&'a UserId>,
    ) -> StoreFuture<'a, ()>;

    /// Open reminders of the session, of every revision; locked.
    fn open_reminders<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, Vec<Job>>;

    /// Marks those that [`JobRepository::open_reminders`] would return as missed; how many there were.
    fn miss_reminders<'a>(
        &'a mut self,
        session: &'a SessionId,
        reason: MissReason,
    ) -> StoreFuture<'a, u64>;
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

/// What a search for claimable jobs finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundJob {
    /// A job with its state.
    Readable(StoredJob),
    /// A row that this version can't understand.
    Unreadable(UnreadableJob),
}

/// What is known of a job whose row can't be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnreadableJob {
    pub(crate) id: String,
    pub(crate) due_at: UnixMs,
    pub(crate) attempts: u32,
}

/// Which jobs an operator wants to see.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobFilter {
    pub(crate) state: Option<JobStatus>,
    pub(crate) kind: Option<String>,
    /// Only those with a smaller id.
    pub(crate) before: Option<String>,
    pub(crate) limit: u32,
}

/// A job with its state as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredJob {
    pub(crate) job: Job,
    pub(crate) state: JobState,
}

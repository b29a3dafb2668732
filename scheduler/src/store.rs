//! What the scheduler keeps, and what it can rely on.
//!
//! Every write is durable when it answers, and is one transaction: a booking with its jobs and the
//! event that tells of it, a due job with the notification that it makes. Rules are decided in
//! `scheduler-core`; a store keeps what was decided.

pub(crate) mod sqlite;

#[cfg(test)]
mod contract;

use std::future::Future;
use std::pin::Pin;

use scheduler_core::{BookedSession, CheckedBooking, Job, JobAction, Terms};
use wire::{
    EndReason, Event, FieldError, Notification, Participant, RoomId, SessionId, SessionState,
    TimelineItem, UnixMs, UserId,
};

use crate::scope::Scope;

/// What a method of [`SchedulerStore`] returns.
pub(crate) type StoreFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The store did not answer, or holds what can't be understood.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct StoreError(pub(crate) Box<dyn std::error::Error + Send + Sync>);

/// Where everything is kept.
pub(crate) trait SchedulerStore: Send + Sync + 'static {
    /// What an API key stands for, by its hash.
    fn key(&self, key_hash: String) -> StoreFuture<'_, Option<ApiKey>>;

    /// Adds an API key's hash with what it stands for.
    fn add_key(&self, key_hash: String, key: ApiKey, now: UnixMs) -> StoreFuture<'_, ()>;

    /// Makes every other key void that stands for the same as the one of this hash.
    fn void_other_keys(&self, key_hash: String) -> StoreFuture<'_, ()>;

    /// What each key stands for and when it was made, by name, then age.
    fn keys(&self) -> StoreFuture<'_, Vec<(ApiKey, UnixMs)>>;

    /// The first answer to that key in that scope, if there was one.
    fn answered(
        &self,
        application: String,
        idempotency: IdempotencyKey,
    ) -> StoreFuture<'_, Option<CommandOutcome>>;

    /// Keeps a booking, its people, jobs, event and idempotency key. The same `external_id` of the same
    /// application is always the same person.
    fn book(&self, booking: NewBooking) -> StoreFuture<'_, CommandOutcome>;

    /// One session, whosever it is.
    fn session(&self, id: SessionId) -> StoreFuture<'_, Option<BookedSession>>;

    /// Sessions by start, then id, both rising.
    fn sessions(&self, filter: SessionFilter) -> StoreFuture<'_, Vec<BookedSession>>;

    /// Replaces the terms of a session that is still booked at `revision`; its open jobs are replaced
    /// by those of the new revision in the same transaction.
    fn change(&self, change: NewTerms) -> StoreFuture<'_, CommandOutcome>;

    /// Calls a session off, with its open jobs; once more has no effect.
    fn cancel(&self, cancel: Cancel) -> StoreFuture<'_, CommandOutcome>;

    /// A person of an application.
    fn person(&self, application: String, user: UserId) -> StoreFuture<'_, Option<Participant>>;

    /// The newest rooms of a person, at most `limit`.
    fn rooms_of(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<SessionRoom>>;

    /// Due times of open jobs up to `until`, rising, at most `limit`.
    fn due_times(&self, until: UnixMs, limit: u32) -> StoreFuture<'_, Vec<UnixMs>>;

    /// Claims jobs that are due, the longest due first. What is claimed is nobody else's until the
    /// lease ends, and may then be claimed again.
    fn claim_due(&self, now: UnixMs, limit: u32) -> StoreFuture<'_, Claimed>;

    /// Does what was decided about claimed jobs; a job whose claim has lapsed and been taken over, or
    /// whose booking has changed, is left alone. Says whom to tell what.
    fn settle(
        &self,
        now: UnixMs,
        decided: Vec<(ClaimedJob, JobAction)>,
    ) -> StoreFuture<'_, Vec<Delivery>>;

    /// A person's notifications, by id; only of one session where `of` says so.
    fn notifications(&self, query: NotificationQuery) -> StoreFuture<'_, Vec<Notification>>;

    /// Marks one as read, the first time counts; `None` when the person has no such.
    fn mark_read(&self, read: MarkRead) -> StoreFuture<'_, Option<Notification>>;

    /// Takes in what another service tells: its events, each once, and up to when it has told all.
    fn take_in(&self, batch: wire::EventBatch, now: UnixMs) -> StoreFuture<'_, Vec<Delivery>>;

    /// What happened to a session, by time, then id, both rising: bookings, what was due and facts of
    /// others, each written once, with the change that it tells of.
    fn timeline(&self, query: TimelineQuery) -> StoreFuture<'_, Vec<TimelineEntry>>;

    /// Forgets idempotency keys older than `before`; how many.
    fn forget_keys(&self, before: UnixMs) -> StoreFuture<'_, u64>;
}

/// What an API key stands for; keys of one name and scope stand for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) scope: Scope,
}

/// An `Idempotency-Key` with what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdempotencyKey {
    /// Method and address.
    pub(crate) scope: String,
    pub(crate) key: String,
    /// Hash of the command.
    pub(crate) fingerprint: String,
}

/// A checked booking, to be kept.
#[derive(Debug, Clone)]
pub(crate) struct NewBooking {
    pub(crate) application: String,
    pub(crate) booking: CheckedBooking,
    pub(crate) now: UnixMs,
    pub(crate) idempotency: Option<IdempotencyKey>,
}

/// Checked terms, to replace those of `revision`.
#[derive(Debug, Clone)]
pub(crate) struct NewTerms {
    pub(crate) application: String,
    pub(crate) id: SessionId,
    pub(crate) revision: u64,
    pub(crate) terms: Terms,
    pub(crate) now: UnixMs,
    pub(crate) idempotency: Option<IdempotencyKey>,
}

/// A session to be called off.
#[derive(Debug, Clone)]
pub(crate) struct Cancel {
    pub(crate) application: String,
    pub(crate) id: SessionId,
    /// Only if it still has this revision.
    pub(crate) revision: Option<u64>,
    pub(crate) now: UnixMs,
    pub(crate) idempotency: Option<IdempotencyKey>,
}

/// What became of a write.
#[derive(Debug, Clone)]
pub(crate) enum CommandOutcome {
    /// Committed; what is to be delivered comes with it.
    Done {
        session: Box<BookedSession>,
        deliveries: Vec<Delivery>,
    },
    /// Kept before under the same idempotency key: the session as it was at that moment.
    Repeated {
        session: Box<BookedSession>,
        at: UnixMs,
    },
    /// The idempotency key stood for another command.
    KeyReused,
    /// Refused, for these fields.
    Invalid(Vec<FieldError>),
    /// Its revision is another one.
    RevisionMismatch,
    /// It is live.
    Live,
    /// It is over.
    Over(EndReason),
    /// No such session of this application.
    NotFound,
}

/// Which sessions to list.
#[derive(Debug, Clone, Default)]
pub(crate) struct SessionFilter {
    pub(crate) application: String,
    pub(crate) now: UnixMs,
    /// Starting at or after.
    pub(crate) from: Option<UnixMs>,
    /// Starting earlier than this.
    pub(crate) to: Option<UnixMs>,
    pub(crate) state: Option<SessionState>,
    /// After this start and id.
    pub(crate) after: Option<(UnixMs, SessionId)>,
    pub(crate) limit: u32,
}

/// A room and its two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionRoom {
    pub(crate) id: RoomId,
    pub(crate) members: Vec<Participant>,
}

/// What was due, and how much signaling has told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claimed {
    pub(crate) jobs: Vec<ClaimedJob>,
    pub(crate) source_watermark: Option<UnixMs>,
}

/// A claimed job with its session.
#[derive(Debug, Clone)]
pub(crate) struct ClaimedJob {
    pub(crate) job: Job,
    /// Until when the claim holds; it also tells one claim from another.
    pub(crate) until: UnixMs,
    pub(crate) session: BookedSession,
}

/// A notification and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) user: UserId,
    pub(crate) notification: Notification,
}

/// Which notifications to list.
#[derive(Debug, Clone)]
pub(crate) struct NotificationQuery {
    pub(crate) user: UserId,
    /// Only those of this session.
    pub(crate) of: Option<SessionId>,
    /// With a higher id than this, rising; else with a lower one, falling.
    pub(crate) page: NotificationPage,
    pub(crate) limit: u32,
}

/// Which part of the notifications, in which order.
#[derive(Debug, Clone)]
pub(crate) enum NotificationPage {
    /// Rising from the one after this id.
    After(String),
    /// Falling from the newest, or from the one before this id.
    Before(Option<String>),
}

/// A notification that a person has read.
#[derive(Debug, Clone)]
pub(crate) struct MarkRead {
    pub(crate) user: UserId,
    pub(crate) of: Option<SessionId>,
    pub(crate) id: String,
    pub(crate) now: UnixMs,
}

/// Which part of a session's timeline to list.
#[derive(Debug, Clone)]
pub(crate) struct TimelineQuery {
    pub(crate) session: SessionId,
    /// After this time and id.
    pub(crate) after: Option<(UnixMs, String)>,
    pub(crate) limit: u32,
}

/// One thing that happened, with its id in the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimelineEntry {
    pub(crate) id: String,
    pub(crate) item: TimelineItem,
}

/// An event of ours that the other services are to learn.
pub(crate) const SOURCE: &str = "scheduler";

/// Makes an event of ours.
pub(crate) fn event(
    kind: wire::EventType,
    session: &BookedSession,
    now: UnixMs,
) -> Result<Event, StoreError> {
    let data = wire::SessionBooked {
        session: session.spec(),
        room_id: session.room_id.clone(),
    };
    Ok(Event {
        id: uuid::Uuid::now_v7().to_string(),
        kind: kind.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: session.id.to_string(),
        revision: Some(session.revision),
        data: serde_json::to_value(data).map_err(StoreError::from)?,
    })
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self(Box::new(error))
    }
}

impl From<StoreError> for service::http::HttpError {
    fn from(error: StoreError) -> Self {
        Self::storage_unavailable(&*error.0)
    }
}

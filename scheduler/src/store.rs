//! What the scheduler stores, and what it can rely on: a unit of work for writing, queries for reading,
//! and a repository for each subject.
//!
//! Rules are decided in `scheduler-core` and carried out in [`crate::commands`]; a store only loads and
//! writes. Whoever implements it implements the traits of this folder, and runs the contract suite on it.

mod accounts;
mod addressed_gifts;
mod api_keys;
mod applications;
mod audit;
mod blocks;
mod calendar_feeds;
mod deliveries;
mod erasures;
mod events;
mod exports;
mod failures;
mod feedback;
mod gifts;
mod idempotency;
mod invites;
mod jobs;
mod mail_addresses;
mod mails;
mod matches;
mod notifications;
mod occupancies;
mod people;
mod published_facts;
mod push_subscriptions;
mod questions;
mod reports;
mod retention;
mod rooms;
mod schedules;
mod sessions;
pub(crate) mod sql;
mod timeline;
mod webhook_deliveries;
mod webhooks;

#[cfg(test)]
pub(crate) mod contract;

use std::future::Future;
use std::pin::Pin;

use wire::UnixMs;

pub(crate) use accounts::{
    AccountQueries, AccountRepository, LoginRepository, StoredAccount, StoredLogin,
};
pub(crate) use addressed_gifts::{AddressedGiftQueries, AddressedGiftRepository, ClaimableGift};
pub(crate) use api_keys::{ApiKey, ApiKeyQueries, ApiKeyRepository, StoredKey};
pub(crate) use applications::{ApplicationQueries, ApplicationRepository};
pub(crate) use audit::{AuditQueries, AuditQuery, AuditRepository};
pub(crate) use blocks::{BlockQueries, BlockRepository};
pub(crate) use calendar_feeds::{CalendarFeedQueries, CalendarFeedRepository};
pub(crate) use deliveries::{
    DeliveryQueries, DeliveryQuery, DeliveryRepository, DuePage, StoredDelivery,
};
pub(crate) use erasures::ErasureRepository;
pub(crate) use events::EventRepository;
pub(crate) use exports::ExportQueries;
pub(crate) use failures::FailureQueries;
pub(crate) use feedback::{FeedbackQueries, FeedbackRepository};
pub(crate) use gifts::{GiftQueries, GiftQuery, GiftRepository};
pub(crate) use idempotency::{IdempotencyQueries, IdempotencyRepository};
pub(crate) use invites::InviteRepository;
pub(crate) use jobs::{
    FoundJob, JobFilter, JobQueries, JobRepository, Settled, StoredJob, UnreadableJob,
};
pub(crate) use mail_addresses::{MailAddressQueries, MailAddressRepository, MailReader};
pub(crate) use mails::{
    MailFate, MailQueries, MailRepository, StoredMail, StoredToken, TokenRepository, address_hash,
};
pub(crate) use matches::{MatchQueries, MatchRepository};
pub(crate) use notifications::{
    MarkRead, NotificationPage, NotificationQueries, NotificationQuery, NotificationRepository,
};
pub(crate) use occupancies::{Around, OccupancyRepository};
pub(crate) use people::{PersonQueries, PersonRepository};
pub(crate) use published_facts::{FactBacklog, PublishedFactRepository};
pub(crate) use push_subscriptions::{
    PushEndpoint, PushScope, PushSubscriptionQueries, PushSubscriptionRepository, PushTarget,
    StoredPushSubscription,
};
pub(crate) use questions::{QuestionQueries, QuestionRepository};
pub(crate) use reports::{ReportQueries, ReportRepository};
pub(crate) use retention::RetentionRepository;
pub(crate) use rooms::{GroupQuery, RoomQueries, RoomRepository};
pub(crate) use schedules::{ScheduleQueries, ScheduleRepository, TaskRuns};
pub(crate) use sessions::{
    SessionFilter, SessionQueries, SessionRepository, SessionRoom, SessionsOf,
};
pub(crate) use timeline::{TimelineQueries, TimelineQuery, TimelineRepository};
pub(crate) use webhook_deliveries::{
    WebhookDeliveryQueries, WebhookDeliveryQuery, WebhookDeliveryRepository,
};
pub(crate) use webhooks::{WebhookQueries, WebhookRepository};
pub(crate) use wire::GiftBox;

/// What a method of a store returns.
pub(crate) type StoreFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What the driver said.
pub(crate) type ErrorSource = Box<dyn std::error::Error + Send + Sync>;

/// Why a query or a unit of work failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) enum StoreError {
    /// Another unit of work won: this one may succeed when the whole of it is run again.
    Conflict(ErrorSource),
    /// The store did not answer, or holds what can't be understood.
    Failed(ErrorSource),
}

impl StoreError {
    /// True where the store is not away or out of room: it can do other work, and not this.
    pub(crate) fn is_of_this_work(&self) -> bool {
        match self {
            Self::Conflict(_) => false,
            Self::Failed(source) => match source.downcast_ref() {
                Some(storage::Error::Corrupt(_) | storage::Error::Statement(_)) | None => true,
                Some(_) => false,
            },
        }
    }

    /// What the driver said.
    pub(crate) fn into_source(self) -> ErrorSource {
        match self {
            Self::Conflict(source) | Self::Failed(source) => source,
        }
    }
}

impl storage::MayConflict for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

/// A store of the scheduler. Queries see what is committed, and hold up no unit of work.
pub(crate) trait SchedulerStore: Send + Sync + 'static {
    /// Begins a unit of work, which is isolated as READ COMMITTED and may be isolated more strictly: each read sees
    /// what was committed by then, and two reads may differ. What it relies on are locks: a row that a repository's
    /// `find` (or another read, where its page says so) has returned stays as it was read until the unit of work is
    /// over, because others wait before they read it so, or write it. What was not found is locked by nothing: of two
    /// that add it one fails.
    ///
    /// So a caller reads through the unit of work whatever its writes depend on, a session before all that belongs to
    /// it, and runs the whole again where any step fails with [`StoreError::Conflict`]: two waited for each other, or
    /// both added the same.
    fn begin(&self) -> StoreFuture<'_, Box<dyn UnitOfWork>>;

    /// What the clock of the store's server shows; `None` where the store is a file of this machine.
    fn server_time(&self) -> StoreFuture<'_, Option<UnixMs>>;

    /// Leaves nothing of what was [erased](ErasureRepository::erase) in the files of the store; true where there was
    /// anything to do.
    fn scrub(&self) -> StoreFuture<'_, bool>;

    /// Committed sessions and rooms.
    fn sessions(&self) -> &dyn SessionQueries;

    /// Committed jobs, and when they are due.
    fn jobs(&self) -> &dyn JobQueries;

    /// Committed people of applications.
    fn people(&self) -> &dyn PersonQueries;

    /// Committed accounts of people, and their logins.
    fn accounts(&self) -> &dyn AccountQueries;

    /// Committed mails, and the tokens of their links.
    fn mails(&self) -> &dyn MailQueries;

    /// Committed addresses of mails about notifications.
    fn mail_addresses(&self) -> &dyn MailAddressQueries;

    /// Committed secrets of calendar feeds.
    fn calendar_feeds(&self) -> &dyn CalendarFeedQueries;

    /// Committed subscriptions of browsers to pushes.
    fn push_subscriptions(&self) -> &dyn PushSubscriptionQueries;

    /// Committed feedback, by session.
    fn feedback(&self) -> &dyn FeedbackQueries;

    /// What applications say of themselves, as it is committed.
    fn applications(&self) -> &dyn ApplicationQueries;

    /// Committed gifts, by person.
    fn gifts(&self) -> &dyn GiftQueries;

    /// Committed gifts to addresses.
    fn addressed_gifts(&self) -> &dyn AddressedGiftQueries;

    /// Committed matches, with their proposals and sessions.
    fn matches(&self) -> &dyn MatchQueries;

    /// Committed groups, by room.
    fn rooms(&self) -> &dyn RoomQueries;

    /// All that is stored of a person beside their account.
    fn exports(&self) -> &dyn ExportQueries;

    /// Committed blocks, by person.
    fn blocks(&self) -> &dyn BlockQueries;

    /// Committed reports, for operators.
    fn reports(&self) -> &dyn ReportQueries;

    /// Committed notifications, by person.
    fn notifications(&self) -> &dyn NotificationQueries;

    /// What was to be told to whom, and what came of it, as it is committed.
    fn deliveries(&self) -> &dyn DeliveryQueries;

    /// Committed answers to idempotency keys.
    fn idempotency(&self) -> &dyn IdempotencyQueries;

    /// Committed questions, by session.
    fn questions(&self) -> &dyn QuestionQueries;

    /// Committed timeline entries, by session.
    fn timeline(&self) -> &dyn TimelineQueries;

    /// Committed hashes of API keys.
    fn api_keys(&self) -> &dyn ApiKeyQueries;

    /// Committed rows of the audit log.
    fn audit(&self) -> &dyn AuditQueries;

    /// Committed runs of recurring tasks.
    fn schedules(&self) -> &dyn ScheduleQueries;

    /// What failed, counted.
    fn failures(&self) -> &dyn FailureQueries;
    /// Committed endpoints of applications.
    fn webhooks(&self) -> &dyn WebhookQueries;

    /// Committed deliveries to endpoints.
    fn webhook_deliveries(&self) -> &dyn WebhookDeliveryQueries;
}

/// One write transaction. Its repositories see what it has written; nobody else does before
/// [`UnitOfWork::commit`]. Dropped without a commit it leaves nothing behind.
pub(crate) trait UnitOfWork: Send {
    /// Sessions with their participants.
    fn sessions(&mut self) -> &mut dyn SessionRepository;

    /// When sessions keep their people busy.
    fn occupancies(&mut self) -> &mut dyn OccupancyRepository;

    /// Jobs and their claims.
    fn jobs(&mut self) -> &mut dyn JobRepository;

    /// People of applications.
    fn people(&mut self) -> &mut dyn PersonRepository;

    /// Accounts of people.
    fn accounts(&mut self) -> &mut dyn AccountRepository;

    /// Browsers in which people are logged in.
    fn logins(&mut self) -> &mut dyn LoginRepository;

    /// Invitations to sign up.
    fn invites(&mut self) -> &mut dyn InviteRepository;

    /// Mails to send.
    fn mails(&mut self) -> &mut dyn MailRepository;

    /// Addresses of mails about notifications.
    fn mail_addresses(&mut self) -> &mut dyn MailAddressRepository;

    /// What the services were told of people and matches.
    fn published_facts(&mut self) -> &mut dyn PublishedFactRepository;

    /// Tokens of mails.
    fn tokens(&mut self) -> &mut dyn TokenRepository;

    /// Secrets of calendar feeds.
    fn calendar_feeds(&mut self) -> &mut dyn CalendarFeedRepository;

    /// Browsers that show pushes.
    fn push_subscriptions(&mut self) -> &mut dyn PushSubscriptionRepository;

    /// What people say of sessions.
    fn feedback(&mut self) -> &mut dyn FeedbackRepository;

    /// What applications say of themselves.
    fn applications(&mut self) -> &mut dyn ApplicationRepository;

    /// Gifts between people.
    fn gifts(&mut self) -> &mut dyn GiftRepository;

    /// Gifts to addresses.
    fn addressed_gifts(&mut self) -> &mut dyn AddressedGiftRepository;

    /// Matches with their proposals.
    fn matches(&mut self) -> &mut dyn MatchRepository;

    /// Rooms of groups.
    fn rooms(&mut self) -> &mut dyn RoomRepository;

    /// Who has blocked whom.
    fn blocks(&mut self) -> &mut dyn BlockRepository;

    /// What is to be left of people who leave.
    fn erasures(&mut self) -> &mut dyn ErasureRepository;
    /// What people have reported.
    fn reports(&mut self) -> &mut dyn ReportRepository;

    /// Notifications of people.
    fn notifications(&mut self) -> &mut dyn NotificationRepository;

    /// What is to be told to whom by which channel.
    fn deliveries(&mut self) -> &mut dyn DeliveryRepository;

    /// Answers to idempotency keys.
    fn idempotency(&mut self) -> &mut dyn IdempotencyRepository;

    /// Questions that sessions were given.
    fn questions(&mut self) -> &mut dyn QuestionRepository;

    /// Timelines of sessions.
    fn timeline(&mut self) -> &mut dyn TimelineRepository;

    /// Hashes of API keys.
    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository;

    /// The audit log.
    fn audit(&mut self) -> &mut dyn AuditRepository;

    /// Runs of recurring tasks.
    fn schedules(&mut self) -> &mut dyn ScheduleRepository;

    /// What goes by its age.
    fn retention(&mut self) -> &mut dyn RetentionRepository;
    /// Endpoints of applications.
    fn webhooks(&mut self) -> &mut dyn WebhookRepository;

    /// Deliveries to endpoints.
    fn webhook_deliveries(&mut self) -> &mut dyn WebhookDeliveryRepository;

    /// Outbox and inbox.
    fn events(&mut self) -> &mut dyn EventRepository;

    /// Makes everything that was written durable, or nothing of it. After an error it may be
    /// either: the same may be written again.
    fn commit(self: Box<Self>) -> StoreFuture<'static, ()>;
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<StoreError> for service::http::HttpError {
    fn from(error: StoreError) -> Self {
        Self::storage_unavailable(&*error.into_source())
    }
}

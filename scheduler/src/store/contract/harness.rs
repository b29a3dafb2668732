//! The store under test, and what is done with it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use scheduler_core::{
    BookCommand, BookedSession, CancelCommand, ChangeCommand, ChangeReason, CheckedBooking,
    ClaimedJob, CommandOutcome, IdempotencyKey, JobAction, check_booking,
};
use serde_json::json;
use wire::{BookParticipant, BookSession, Event, EventBatch, MediaBackend, SessionFact};
use wire::{Notification, OperatorAction, SessionId, UnixMs, UserId};

use crate::commands::{self, ClaimedBatch, Executed};
use crate::notification_stream::StreamedNotification;
use crate::scope::Scope;
use crate::store::{ApiKey, MarkRead, NotificationPage, NotificationQuery, SchedulerStore};

pub(crate) const NOW: UnixMs = UnixMs(1_900_000_000_000);
/// How long claims hold.
pub(crate) const LEASE_MS: i64 = 5_000;
pub(crate) const START_IN_MS: i64 = 600_000;

/// Opens one store, empty at first.
pub(crate) trait StoreFactory {
    /// The store on what was stored before; one that this factory opened earlier is closed first.
    fn reopen(&mut self) -> Pin<Box<dyn Future<Output = Arc<dyn SchedulerStore>> + '_>>;

    /// Every value of every column, in the store that is open.
    fn texts(&self) -> Pin<Box<dyn Future<Output = String> + '_>>;
}

/// A store under test.
pub(crate) struct StoreHarness {
    factory: Box<dyn StoreFactory>,
    open: Option<Arc<dyn SchedulerStore>>,
    reopens: bool,
}

impl StoreHarness {
    /// On a store that stays open.
    pub(crate) fn kept_open(factory: impl StoreFactory + 'static) -> Self {
        Self {
            factory: Box::new(factory),
            open: None,
            reopens: false,
        }
    }

    /// On a store that is opened again before every step.
    pub(crate) fn reopened(factory: impl StoreFactory + 'static) -> Self {
        Self {
            reopens: true,
            ..Self::kept_open(factory)
        }
    }

    pub(crate) async fn store(&mut self) -> Arc<dyn SchedulerStore> {
        match &self.open {
            Some(open) if !self.reopens => Arc::clone(open),
            _ => {
                drop(self.open.take());
                let store = self.factory.reopen().await;
                self.open = Some(Arc::clone(&store));
                store
            }
        }
    }

    /// All that is stored, as one text.
    pub(crate) async fn texts(&mut self) -> String {
        drop(self.store().await);
        self.factory.texts().await
    }

    pub(crate) async fn book(&mut self, command: BookCommand) -> Executed {
        let store = self.store().await;
        commands::book(&*store, command, NOW).await.unwrap()
    }

    pub(crate) async fn booked(&mut self) -> BookedSession {
        done(self.book(booking("shop", None)).await).0
    }

    pub(crate) async fn change(&mut self, command: ChangeCommand, now: UnixMs) -> Executed {
        let store = self.store().await;
        commands::change(&*store, command, now).await.unwrap()
    }

    pub(crate) async fn cancel(&mut self, command: CancelCommand, now: UnixMs) -> Executed {
        let store = self.store().await;
        commands::cancel(&*store, command, now).await.unwrap()
    }

    pub(crate) async fn find(&mut self, id: &SessionId) -> Option<BookedSession> {
        let store = self.store().await;
        store.sessions().find(id.clone()).await.unwrap()
    }

    pub(crate) async fn claim_batch(&mut self, now: UnixMs) -> ClaimedBatch {
        let store = self.store().await;
        commands::claim_due(&*store, now, LEASE_MS, 100)
            .await
            .unwrap()
    }

    pub(crate) async fn claim(&mut self, now: UnixMs) -> Vec<ClaimedJob> {
        self.claim_batch(now).await.jobs
    }

    pub(crate) async fn settle(
        &mut self,
        now: UnixMs,
        jobs: Vec<(ClaimedJob, JobAction)>,
    ) -> Vec<StreamedNotification> {
        let store = self.store().await;
        commands::settle(&*store, now, jobs).await.unwrap()
    }

    pub(crate) async fn take(&mut self, events: Vec<Event>) -> Vec<StreamedNotification> {
        let batch: EventBatch = serde_json::from_value(json!({
            "source": "signaling", "events": events, "complete_to": NOW,
        }))
        .unwrap();
        let store = self.store().await;
        commands::take_batch(&*store, &batch, NOW).await.unwrap()
    }

    pub(crate) async fn list(&mut self, query: NotificationQuery) -> Vec<Notification> {
        let store = self.store().await;
        store.notifications().list(query).await.unwrap()
    }

    /// The notification as it is now read; `None` where that person has no such.
    pub(crate) async fn mark_read(&mut self, read: MarkRead) -> Option<Notification> {
        let store = self.store().await;
        if !commands::mark_read(&*store, &read).await.unwrap() {
            return None;
        }
        let all = self.list(all_of(&read.user)).await;
        all.into_iter().find(|one| one.id == read.id)
    }

    pub(crate) async fn mark_all_read(
        &mut self,
        user: &UserId,
        session: Option<&SessionId>,
        now: UnixMs,
    ) -> u64 {
        let store = self.store().await;
        let marked = commands::mark_all_read(&*store, user, session, now).await;
        marked.unwrap()
    }

    pub(crate) async fn add_api_key(&mut self, hash: &str, name: &str, scope: Scope) -> ApiKey {
        let key = ApiKey {
            name: name.to_owned(),
            scope,
        };
        let store = self.store().await;
        commands::add_api_key(&*store, hash, &key, action("key.create", hash), NOW)
            .await
            .unwrap();
        key
    }

    pub(crate) async fn revoke_other_api_keys(&mut self, hash: &str, key: &ApiKey) {
        let store = self.store().await;
        let action = action("key.revoke_others", hash);
        commands::revoke_other_api_keys(&*store, hash, key, action, NOW)
            .await
            .unwrap();
    }

    pub(crate) async fn find_api_key(&mut self, hash: &str) -> Option<ApiKey> {
        let store = self.store().await;
        let found = store.api_keys().find(hash.into()).await.unwrap();
        found.map(|stored| stored.key)
    }
}

pub(crate) fn action(action: &str, subject: &str) -> OperatorAction {
    OperatorAction::new("test", action, subject)
}

fn booking_of_two(people: [&str; 2]) -> CheckedBooking {
    let person = |id: &str| BookParticipant {
        external_id: Some(id.into()),
        name: Some(id.to_uppercase()),
        ..BookParticipant::default()
    };
    let offer: BookSession = serde_json::from_value(json!({
        "participants": people.map(person), "starts_at": NOW + START_IN_MS,
    }))
    .unwrap();
    check_booking(NOW, offer, &[MediaBackend::P2p]).unwrap()
}

pub(crate) fn booking(application: &str, idempotency: Option<IdempotencyKey>) -> BookCommand {
    booking_of(application, ["ana", "bo"], idempotency)
}

pub(crate) fn booking_of(
    application: &str,
    people: [&str; 2],
    idempotency: Option<IdempotencyKey>,
) -> BookCommand {
    BookCommand {
        application: application.into(),
        booking: booking_of_two(people),
        of_match: None,
        idempotency,
    }
}

pub(crate) fn key(key: &str, fingerprint: &str) -> IdempotencyKey {
    IdempotencyKey {
        scope: "book".into(),
        key: key.into(),
        fingerprint: fingerprint.into(),
    }
}

pub(crate) fn done(executed: Executed) -> (BookedSession, Vec<StreamedNotification>) {
    match executed.outcome {
        CommandOutcome::Done(session) => (*session, executed.streamed),
        other => panic!("{other:?}"),
    }
}

/// The same is decided about each.
pub(crate) fn with_action(
    jobs: Vec<ClaimedJob>,
    action: &JobAction,
) -> Vec<(ClaimedJob, JobAction)> {
    let pair = |job| (job, action.clone());
    jobs.into_iter().map(pair).collect()
}

/// Moves a session by a minute.
pub(crate) fn moved(session: &BookedSession, revision: u64) -> ChangeCommand {
    let mut terms = session.terms.clone();
    terms.starts_at = terms.starts_at + 60_000;
    ChangeCommand {
        application: session.application.clone(),
        id: session.id.clone(),
        revision,
        terms,
        reason: ChangeReason::Asked,
        idempotency: None,
    }
}

pub(crate) fn cancelled(session: &BookedSession) -> CancelCommand {
    CancelCommand {
        application: session.application.clone(),
        id: session.id.clone(),
        revision: None,
        idempotency: None,
    }
}

/// An event of signaling that happened at [`NOW`].
pub(crate) fn event(id: &str, kind: &str, subject: &str, data: &SessionFact) -> Event {
    Event {
        id: id.into(),
        kind: kind.into(),
        occurred_at: NOW,
        source: "signaling".into(),
        subject: subject.into(),
        revision: None,
        data: serde_json::to_value(data).unwrap(),
    }
}

pub(crate) fn all_of(user: &UserId) -> NotificationQuery {
    NotificationQuery {
        user: user.clone(),
        session: None,
        page: NotificationPage::Before(None),
        limit: 100,
    }
}

//! The store under test, and what is written to it.

use scheduler_core::{CheckedBooking, JobAction, check_booking};
use serde_json::json;
use wire::{BookParticipant, BookSession, Event, EventBatch, MediaBackend, SessionFact};

use super::*;
use crate::store::sqlite::SqliteStore;

pub(super) const NOW: UnixMs = UnixMs(1_900_000_000_000);
pub(super) const START_IN_MS: i64 = 600_000;

/// A store under test.
pub(super) struct StoreHarness {
    folder: tempfile::TempDir,
    open: Option<SqliteStore>,
    reopens: bool,
}

impl StoreHarness {
    pub(super) fn new(reopens: bool) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            open: None,
            reopens,
        }
    }

    pub(super) async fn store(&mut self) -> SqliteStore {
        if self.reopens
            && let Some(open) = self.open.take()
        {
            open.close().await;
        }
        if self.open.is_none() {
            let path = self.folder.path().join("scheduler.db");
            self.open = Some(SqliteStore::open(&path).await.unwrap());
        }
        self.open.clone().unwrap()
    }

    pub(super) async fn write(&mut self, new: NewBooking) -> CommandOutcome {
        self.store().await.book(new).await.unwrap()
    }

    pub(super) async fn booked(&mut self) -> BookedSession {
        let written = self.write(new_booking("shop", None)).await;
        done(written).0
    }

    pub(super) async fn read(&mut self, id: &SessionId) -> BookedSession {
        let found = self.store().await.session(id.clone()).await.unwrap();
        found.unwrap()
    }

    pub(super) async fn claim(&mut self, now: UnixMs) -> Vec<ClaimedJob> {
        self.store().await.claim_due(now, 100).await.unwrap().jobs
    }

    pub(super) async fn settle(
        &mut self,
        now: UnixMs,
        jobs: Vec<(ClaimedJob, JobAction)>,
    ) -> Vec<Delivery> {
        self.store().await.settle(now, jobs).await.unwrap()
    }

    pub(super) async fn add_key(&mut self, hash: &str, name: &str, scope: Scope) -> ApiKey {
        let name = name.to_owned();
        let key = ApiKey { name, scope };
        let store = self.store().await;
        store.add_key(hash.into(), key.clone(), NOW).await.unwrap();
        key
    }

    pub(super) async fn tell(&mut self, events: Vec<Event>) -> Vec<Delivery> {
        let batch = EventBatch {
            source: "signaling".into(),
            events,
            complete_to: NOW,
        };
        self.store().await.take_in(batch, NOW).await.unwrap()
    }
}

pub(super) fn booking(first: &str, second: &str) -> CheckedBooking {
    let person = |id: &str| BookParticipant {
        external_id: Some(id.into()),
        name: Some(id.to_uppercase()),
        ..BookParticipant::default()
    };
    let offer: BookSession = serde_json::from_value(json!({
        "participants": [person(first), person(second)], "starts_at": NOW + START_IN_MS,
    }))
    .unwrap();
    check_booking(NOW, offer, &[MediaBackend::P2p]).unwrap()
}

pub(super) fn new_booking(application: &str, idempotency: Option<IdempotencyKey>) -> NewBooking {
    NewBooking {
        application: application.into(),
        booking: booking("ana", "bo"),
        now: NOW,
        idempotency,
    }
}

pub(super) fn idempotency_key(key: &str, fingerprint: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey {
        scope: "book".into(),
        key: key.into(),
        fingerprint: fingerprint.into(),
    })
}

pub(super) fn done(written: CommandOutcome) -> (BookedSession, Vec<Delivery>) {
    match written {
        CommandOutcome::Done {
            session,
            deliveries,
        } => (*session, deliveries),
        other => panic!("{other:?}"),
    }
}

pub(super) fn moved(session: &BookedSession, revision: u64) -> NewTerms {
    let mut terms = session.terms.clone();
    terms.starts_at = terms.starts_at + 60_000;
    NewTerms {
        application: session.application.clone(),
        id: session.id.clone(),
        revision,
        terms,
        now: NOW,
        idempotency: None,
    }
}

pub(super) fn cancelled(session: &BookedSession) -> Cancel {
    Cancel {
        application: session.application.clone(),
        id: session.id.clone(),
        revision: None,
        now: NOW,
        idempotency: None,
    }
}

pub(super) fn event(id: &str, kind: &str, subject: &str, data: &SessionFact) -> Event {
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

pub(super) fn list(user: &UserId) -> NotificationQuery {
    NotificationQuery {
        user: user.clone(),
        of: None,
        page: NotificationPage::Before(None),
        limit: 100,
    }
}

//! Deliveries as rows.

use std::collections::HashMap;

use scheduler_core::{Delivery, DeliveryContent, DeliveryState, DueDelivery, NewDelivery};
use storage::{FromRow, Row, Value};
use wire::{Notification, NotificationChannel, SessionId, UnixMs, UserId};

use super::super::unreadable;
use crate::store::{StoreError, StoredDelivery};

/// Characters of a reason that are kept.
const MAX_REASON_CHARS: usize = 300;

/// Columns of a delivery, as [`DeliveryRow`] reads them.
macro_rules! select_deliveries {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.idempotency_key, d.channel, d.kind, d.application, d.user_id, d.session_id, d.target, \
             d.lane, d.notification_id, d.event, d.state, d.reason, d.attempts, \
             (SELECT r.attempts_before FROM delivery_rounds r WHERE r.delivery_id = d.id) AS attempts_before, d.term, d.due_at, d.expires_at, d.created_at, d.sent_at \
             FROM deliveries d ",
            $rest
        )
    };
}

pub(in super::super) use select_deliveries;

/// What stands in the column of a reason.
pub(super) fn cut(reason: &str) -> String {
    reason.chars().take(MAX_REASON_CHARS).collect()
}

/// A new delivery, in the order of the columns.
pub(super) fn row(new: &NewDelivery) -> Result<[Value<'_>; 20], StoreError> {
    let NewDelivery { delivery, state } = new;
    let (notification, event) = match &delivery.content {
        DeliveryContent::Notification(notification) => (Some(notification.id.as_str()), None),
        DeliveryContent::Event(event) => (None, Some(serde_json::to_string(event)?)),
        DeliveryContent::Absent => (None, None),
    };
    let open_at = (*state == DeliveryState::Pending).then_some(delivery.due_at);
    let sent_at = (*state == DeliveryState::Sent).then_some(delivery.due_at);
    Ok([
        delivery.id.as_str().into(),
        delivery.key.as_str().into(),
        delivery.channel.name().into(),
        delivery.kind.as_str().into(),
        delivery.application.as_str().into(),
        delivery.user.as_ref().map(UserId::as_str).into(),
        delivery.session.as_ref().map(SessionId::as_str).into(),
        delivery.target.as_deref().into(),
        delivery.lane.as_deref().into(),
        notification.into(),
        event.into(),
        state.name().into(),
        state.reason().map(cut).into(),
        delivery.attempts.into(),
        delivery.term.into(),
        delivery.due_at.into(),
        open_at.into(),
        delivery.expires_at.into(),
        delivery.created_at.into(),
        sent_at.into(),
    ])
}

/// What is looked at of a delivery that is due.
pub(super) struct DueRow(pub(super) DueDelivery);

impl FromRow for DueRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(DueDelivery {
            id: row.get("id")?,
            application: row.get("application")?,
            target: row.get("target")?,
            open_at: row.get("open_at")?,
        }))
    }
}

/// A row of deliveries.
pub(in super::super) struct DeliveryRow {
    texts: DeliveryTexts,
    attempts: u32,
    attempts_before: Option<u32>,
    term: u64,
    due_at: UnixMs,
    expires_at: Option<UnixMs>,
    created_at: UnixMs,
    sent_at: Option<UnixMs>,
}

struct DeliveryTexts {
    id: String,
    key: String,
    channel: String,
    kind: String,
    application: String,
    user: Option<String>,
    session: Option<String>,
    target: Option<String>,
    lane: Option<String>,
    notification_id: Option<String>,
    event: Option<String>,
    state: String,
    reason: Option<String>,
}

impl FromRow for DeliveryRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            texts: DeliveryTexts {
                id: row.get("id")?,
                key: row.get("idempotency_key")?,
                channel: row.get("channel")?,
                kind: row.get("kind")?,
                application: row.get("application")?,
                user: row.get("user_id")?,
                session: row.get("session_id")?,
                target: row.get("target")?,
                lane: row.get("lane")?,
                notification_id: row.get("notification_id")?,
                event: row.get("event")?,
                state: row.get("state")?,
                reason: row.get("reason")?,
            },
            attempts: row.get("attempts")?,
            attempts_before: row.get("attempts_before")?,
            term: row.get("term")?,
            due_at: row.get("due_at")?,
            expires_at: row.get("expires_at")?,
            created_at: row.get("created_at")?,
            sent_at: row.get("sent_at")?,
        })
    }
}

impl DeliveryRow {
    pub(super) fn notification_id(&self) -> Option<&str> {
        self.texts.notification_id.as_deref()
    }

    /// With its notification, where that is among `told`.
    pub(in super::super) fn into_stored(
        self,
        told: &HashMap<String, Notification>,
    ) -> Result<StoredDelivery, StoreError> {
        let notification = self.notification_id().and_then(|id| told.get(id)).cloned();
        let texts = self.texts;
        let content = match (notification, texts.event.as_deref()) {
            (Some(notification), _) => DeliveryContent::Notification(Box::new(notification)),
            (None, Some(event)) => DeliveryContent::Event(serde_json::from_str(event)?),
            (None, None) => DeliveryContent::Absent,
        };
        let channel = NotificationChannel::from_name(&texts.channel);
        let reason = texts.reason.clone().unwrap_or_default();
        let state = match texts.state.as_str() {
            "pending" => DeliveryState::Pending,
            "sent" => DeliveryState::Sent,
            "failed" => DeliveryState::Failed(reason),
            "missed" => DeliveryState::Missed(reason),
            "suppressed" => DeliveryState::Suppressed(reason),
            _ => return Err(unreadable("a delivery")),
        };
        let delivery = Delivery {
            id: texts.id,
            key: texts.key,
            channel: channel.ok_or_else(|| unreadable("a delivery"))?,
            kind: texts.kind,
            application: texts.application,
            user: texts.user.map(UserId),
            session: texts.session.map(SessionId::from),
            target: texts.target,
            lane: texts.lane,
            content,
            attempts: self.attempts,
            attempts_before: self.attempts_before.unwrap_or_default(),
            term: self.term,
            due_at: self.due_at,
            expires_at: self.expires_at,
            created_at: self.created_at,
        };
        Ok(StoredDelivery {
            delivery,
            state,
            last_reason: texts.reason,
            sent_at: self.sent_at,
        })
    }
}

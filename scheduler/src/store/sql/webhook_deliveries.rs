//! Deliveries to endpoints, as applications and listeners see and settle them.

use std::collections::HashMap;

use scheduler_core::Delivery;
use storage::{FromRow, Row, query};
use wire::{DeliveryStatus, Event, UnixMs, WebhookDeliveryView};

use super::deliveries::{DeliveryRow, select_deliveries};
use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    StoreError, StoreFuture, WebhookDeliveryQueries, WebhookDeliveryQuery,
    WebhookDeliveryRepository,
};

impl WebhookDeliveryQueries for SqlStore {
    fn list(&self, page: WebhookDeliveryQuery) -> StoreFuture<'_, Vec<WebhookDeliveryView>> {
        Box::pin(async move {
            let rows: Vec<ViewRow> = query(
                "SELECT id, target, kind, event, state, attempts, reason, due_at, open_at, expires_at, sent_at FROM deliveries \
                 WHERE target = ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR id < ?3) \
                 ORDER BY id DESC LIMIT ?4",
            )
            .bind(page.endpoint)
            .bind(page.state.map(DeliveryStatus::name))
            .bind(page.before)
            .bind(page.limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter().map(ViewRow::into_view).collect()
        })
    }

    fn waiting(&self, listener: String, limit: u32) -> StoreFuture<'_, Vec<Delivery>> {
        Box::pin(async move {
            let rows: Vec<DeliveryRow> = query(select_deliveries!(
                "WHERE d.target = ?1 AND d.open_at IS NOT NULL ORDER BY d.id LIMIT ?2"
            ))
            .bind(listener)
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            let none = HashMap::new();
            let delivery = |row: DeliveryRow| Ok(row.into_stored(&none)?.delivery);
            rows.into_iter().map(delivery).collect()
        })
    }
}

impl WebhookDeliveryRepository for SqlUnitOfWork {
    fn settle_listened<'a>(
        &'a mut self,
        listener: &'a str,
        delivery: &'a str,
        (is_taken, answer): (bool, &'a str),
        now: UnixMs,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let state = if is_taken { "sent" } else { "failed" };
            let sent_at = is_taken.then_some(now);
            let settled = query(
                "UPDATE deliveries SET state = ?1, reason = ?2, open_at = NULL, attempts = attempts + 1, sent_at = ?3 \
                 WHERE id = ?4 AND target = ?5 AND open_at IS NOT NULL",
            )
            .bind(state)
            .bind(answer)
            .bind(sent_at)
            .bind(delivery)
            .bind(listener)
            .execute(&mut self.tx)
            .await?;
            Ok(settled == 1)
        })
    }
}

struct ViewRow {
    view: WebhookDeliveryView,
    event: Option<String>,
    state: String,
}

impl FromRow for ViewRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let reason: Option<String> = row.get("reason")?;
        let expires_at: Option<UnixMs> = row.get("expires_at")?;
        let status = reason.as_deref().and_then(status_of);
        let view = WebhookDeliveryView {
            id: row.get("id")?,
            endpoint_id: row.get("target")?,
            // What is posted does not expire.
            listener: expires_at.is_some(),
            webhook_id: String::new(),
            kind: row.get("kind")?,
            state: DeliveryStatus::Pending,
            attempts: row.get("attempts")?,
            status,
            reason,
            due_at: row.get("due_at")?,
            next_at: row.get("open_at")?,
            sent_at: row.get("sent_at")?,
        };
        Ok(Self {
            view,
            event: row.get("event")?,
            state: row.get("state")?,
        })
    }
}

impl ViewRow {
    fn into_view(self) -> Result<WebhookDeliveryView, StoreError> {
        let event = self.event.ok_or_else(|| unreadable("a delivery"))?;
        let event: Event = serde_json::from_str(&event)?;
        let state = DeliveryStatus::from_name(&self.state);
        let state = state.ok_or_else(|| unreadable("a delivery"))?;
        Ok(WebhookDeliveryView {
            webhook_id: event.id,
            state,
            reason: self.view.reason.filter(|_| state != DeliveryStatus::Sent),
            ..self.view
        })
    }
}

/// The status that a reason names.
fn status_of(reason: &str) -> Option<u16> {
    reason.strip_prefix("http_")?.parse().ok()
}

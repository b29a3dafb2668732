//! Deliveries and their claims.

mod rows;

use std::collections::{BTreeSet, HashMap};

use scheduler_core::{
    Delivery, DeliveryState, DeliveryUpdate, DueDelivery, NewDelivery, Recipient, Reopened,
};
use storage::query;
use wire::{DeliveryStatus, NotificationChannel, QueueStatus, SessionId, UnixMs, UserId};

pub(super) use self::rows::{DeliveryRow, select_deliveries};
use self::rows::{DueRow, cut, row};
use super::SqlStore;
use super::notifications::notifications_of;
use super::push_subscriptions::browsers;
use super::recipients::RecipientRow;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{
    DeliveryQueries, DeliveryQuery, DeliveryRepository, DuePage, Settled, StoreError, StoreFuture,
    StoredDelivery,
};

/// What is counted of the deliveries that wait in one channel: of more, so many.
const MAX_COUNTED: u32 = 10_000;
/// Claims that are released together: more than all nodes together hold.
const MAX_RELEASED: u32 = 1_000;
/// Channels that something can wait in; what goes in-app is there at once.
const WITH_QUEUE: [NotificationChannel; 3] = [
    NotificationChannel::Push,
    NotificationChannel::Email,
    NotificationChannel::Webhook,
];

impl DeliveryQueries for SqlStore {
    fn due(&self, page: DuePage) -> StoreFuture<'_, Vec<DueDelivery>> {
        Box::pin(async move {
            let (after, after_id) = page.after;
            let rows: Vec<DueRow> = query(
                "SELECT d.id, d.application, d.target, d.open_at FROM deliveries d \
                 WHERE d.channel = ?1 AND d.open_at <= ?2 \
                 AND d.open_at >= ?3 AND (d.open_at > ?3 OR d.id > ?4) \
                 AND (d.target IS NULL OR d.target NOT IN (?5..)) AND d.application NOT IN (?6..) \
                 AND (d.lane IS NULL OR NOT EXISTS (SELECT 1 FROM deliveries e \
                   WHERE e.lane = d.lane AND e.open_at IS NOT NULL AND e.id < d.id)) \
                 ORDER BY d.open_at, d.id LIMIT ?7",
            )
            .bind(page.channel.name())
            .bind(page.now)
            .bind(after)
            .bind(after_id)
            .bind_list(page.not_to)
            .bind_list(page.not_of)
            .bind(page.limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|DueRow(due)| due).collect())
        })
    }

    fn list(&self, wanted: DeliveryQuery) -> StoreFuture<'_, Vec<StoredDelivery>> {
        Box::pin(async move {
            let rows: Vec<DeliveryRow> = query(select_deliveries!(
                "WHERE (?1 IS NULL OR d.application = ?1) AND (?2 IS NULL OR d.session_id = ?2) \
                 AND (?3 IS NULL OR d.state = ?3) AND (?4 IS NULL OR d.channel = ?4) \
                 AND (?5 IS NULL OR d.id < ?5) ORDER BY d.id DESC LIMIT ?6"
            ))
            .bind(wanted.application)
            .bind(wanted.session.as_ref().map(SessionId::as_str))
            .bind(wanted.state.map(DeliveryStatus::name))
            .bind(wanted.channel.map(NotificationChannel::name))
            .bind(wanted.before)
            .bind(wanted.limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            let none = HashMap::new();
            let stored = |row: DeliveryRow| row.into_stored(&none);
            rows.into_iter().map(stored).collect()
        })
    }

    fn queues(&self) -> StoreFuture<'_, Vec<(NotificationChannel, QueueStatus)>> {
        Box::pin(async move {
            let mut connection = self.db.read().await?;
            let mut queues = Vec::with_capacity(WITH_QUEUE.len());
            for channel in WITH_QUEUE {
                let counted: Option<(u64, Option<UnixMs>)> = query(
                    "SELECT count(*), min(q.due_at) FROM (SELECT due_at FROM deliveries \
                     WHERE channel = ?1 AND open_at IS NOT NULL ORDER BY open_at LIMIT ?2) q",
                )
                .bind(channel.name())
                .bind(MAX_COUNTED)
                .fetch_optional(&mut connection)
                .await?;
                let (pending, oldest_due_at) = counted.unwrap_or_default();
                let queue = QueueStatus {
                    pending,
                    oldest_due_at,
                };
                queues.push((channel, queue));
            }
            Ok(queues)
        })
    }
}

impl DeliveryRepository for SqlUnitOfWork {
    fn insert<'a>(&'a mut self, new: &'a [NewDelivery]) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let rows: Result<Vec<_>, StoreError> = new.iter().map(row).collect();
            query(
                "INSERT INTO deliveries (id, idempotency_key, channel, kind, application, user_id, session_id, target, \
                 lane, notification_id, event, state, reason, attempts, term, due_at, open_at, expires_at, created_at, \
                 sent_at) \
                 VALUES ?rows ON CONFLICT (idempotency_key) DO NOTHING",
            )
            .bind_rows(rows?)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn recipients<'a>(
        &'a mut self,
        users: &'a BTreeSet<&'a UserId>,
    ) -> StoreFuture<'a, HashMap<UserId, Recipient>> {
        Box::pin(async {
            let rows: Vec<RecipientRow> =
                RecipientRow::select(users).fetch_all(&mut self.tx).await?;
            let recipients = rows.into_iter().map(RecipientRow::into_recipient);
            let mut recipients: HashMap<_, _> = recipients.collect::<Result<_, _>>()?;
            for (user, browser) in browsers(&mut self.tx, users).await? {
                if let Some(recipient) = recipients.get_mut(&user) {
                    recipient.subscriptions.push(browser);
                }
            }
            Ok(recipients)
        })
    }

    fn claimable<'a>(
        &'a mut self,
        ids: &'a [String],
        now: UnixMs,
    ) -> StoreFuture<'a, Vec<Delivery>> {
        Box::pin(async move {
            let rows: Vec<DeliveryRow> = query(select_deliveries!(
                "WHERE d.id IN (?1..) AND d.open_at <= ?2 \
                 AND (d.lane IS NULL OR NOT EXISTS (SELECT 1 FROM deliveries e \
                   WHERE e.lane = d.lane AND e.open_at IS NOT NULL AND e.id < d.id)) \
                 ORDER BY d.open_at, d.id FOR UPDATE SKIP LOCKED"
            ))
            .bind_list(ids)
            .bind(now)
            .fetch_all(&mut self.tx)
            .await?;
            let ids: Vec<_> = rows
                .iter()
                .filter_map(DeliveryRow::notification_id)
                .collect();
            let told = notifications_of(&mut self.tx, &ids).await?;
            let delivery = |row: DeliveryRow| Ok(row.into_stored(&told)?.delivery);
            rows.into_iter().map(delivery).collect()
        })
    }

    fn claim<'a>(&'a mut self, claimed: &'a Delivery, until: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "UPDATE deliveries SET open_at = ?1, attempts = ?2, term = ?3, reason = NULL WHERE id = ?4",
            )
            .bind(until)
            .bind(claimed.attempts)
            .bind(claimed.term)
            .bind(&claimed.id)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn release_beyond<'a>(
        &'a mut self,
        channel: NotificationChannel,
        (now, furthest): (UnixMs, UnixMs),
        under_way: &'a BTreeSet<String>,
    ) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            // What waits to be tried again has the reason, and what was not tried no attempt.
            let claimed: Vec<(String,)> = query(
                "SELECT id FROM deliveries WHERE channel = ?1 AND open_at > ?2 AND attempts > 0 AND reason IS NULL \
                 ORDER BY open_at, id LIMIT ?3 FOR UPDATE SKIP LOCKED",
            )
            .bind(channel.name())
            .bind(furthest)
            .bind(MAX_RELEASED)
            .fetch_all(&mut self.tx)
            .await?;
            let mut released = 0;
            for (id,) in claimed.iter().filter(|(id,)| !under_way.contains(id)) {
                released += query("UPDATE deliveries SET open_at = ?1 WHERE id = ?2")
                    .bind(now)
                    .bind(id)
                    .execute(&mut self.tx)
                    .await?;
            }
            Ok(released)
        })
    }

    fn close<'a>(&'a mut self, id: &'a str, state: &'a DeliveryState) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE deliveries SET state = ?1, reason = ?2, open_at = NULL WHERE id = ?3")
                .bind(state.name())
                .bind(state.reason().map(cut))
                .bind(id)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<StoredDelivery>> {
        Box::pin(async move {
            let row: Option<DeliveryRow> = query(select_deliveries!("WHERE d.id = ?1 FOR UPDATE"))
                .bind(id)
                .fetch_optional(&mut self.tx)
                .await?;
            let none = HashMap::new();
            row.map(|row| row.into_stored(&none)).transpose()
        })
    }

    fn reopen<'a>(&'a mut self, delivery: &'a Delivery, again: Reopened) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "UPDATE deliveries SET state = 'pending', reason = 'redelivered', lane = NULL, term = term + 1, \
                 due_at = ?1, open_at = ?1, expires_at = ?2, sent_at = NULL WHERE id = ?3",
            )
            .bind(again.due_at)
            .bind(again.expires_at)
            .bind(&delivery.id)
            .execute(&mut self.tx)
            .await?;
            query(
                "INSERT INTO delivery_rounds (delivery_id, attempts_before) VALUES ?rows \
                 ON CONFLICT (delivery_id) DO UPDATE SET attempts_before = excluded.attempts_before",
            )
            .bind_rows([[delivery.id.as_str().into(), delivery.attempts.into()]])
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn settle<'a>(
        &'a mut self,
        claimed: &'a Delivery,
        update: &'a DeliveryUpdate,
        now: UnixMs,
    ) -> StoreFuture<'a, Settled> {
        Box::pin(async move {
            let reason = update.state.reason().or(update.last_reason.as_deref());
            let sent_at = (update.state == DeliveryState::Sent).then_some(now);
            let written = query(
                "UPDATE deliveries SET state = ?1, reason = ?2, open_at = ?3, sent_at = ?4, attempts = ?5 \
                 WHERE id = ?6 AND term = ?7 AND open_at IS NOT NULL",
            )
            .bind(update.state.name())
            .bind(reason.map(cut))
            .bind(update.open_at)
            .bind(sent_at)
            .bind(update.attempts)
            .bind(&claimed.id)
            .bind(claimed.term)
            .execute(&mut self.tx)
            .await?;
            if written == 1 {
                return Ok(Settled::Written);
            }
            let now_under: Option<(u64,)> = query("SELECT term FROM deliveries WHERE id = ?1")
                .bind(&claimed.id)
                .fetch_optional(&mut self.tx)
                .await?;
            Ok(match now_under {
                Some((newer,)) if newer > claimed.term => Settled::TakenOver,
                _ => Settled::Closed,
            })
        })
    }
}

//! What decisions only add: entries of timelines, notifications, and the deliveries of both. Those of a whole batch are
//! written together, so that a thousand reminders are not nine thousand statements.

use std::collections::BTreeSet;

use scheduler_core::timeline::has_room;
use scheduler_core::{NewNotification, OutgoingEvent, TimelineEntry};

use super::delivery_plans::{notification_deliveries, webhook_deliveries};
use crate::notification_stream::StreamedNotification;
use crate::store::{StoreError, UnitOfWork};

/// Rows to add, in the order in which they were decided about.
#[derive(Default)]
pub(super) struct Appends {
    pub(super) timeline: Vec<TimelineEntry>,
    pub(super) digests: Vec<NewNotification>,
    pub(super) outgoing: Vec<OutgoingEvent>,
    pub(super) notifications: Vec<NewNotification>,
}

impl Appends {
    /// Writes them, and returns the notifications that were new: deliver them after the commit.
    pub(super) async fn write(
        self,
        work: &mut dyn UnitOfWork,
    ) -> Result<Vec<StreamedNotification>, StoreError> {
        append_timeline(work, &self.timeline).await?;
        count_digests(work, &self.digests).await?;
        let stored = add_notifications(work, self.notifications).await?;
        let told = self.digests.iter().chain(&stored);
        let mut deliveries = webhook_deliveries(work, &self.outgoing).await?;
        deliveries.extend(notification_deliveries(work, told).await?);
        if !deliveries.is_empty() {
            work.deliveries().insert(&deliveries).await?;
        }
        let streamed = |new: NewNotification| StreamedNotification {
            user: new.user,
            notification: new.notification,
        };
        Ok(stored.into_iter().map(streamed).collect())
    }
}

/// Adds entries while their sessions have room for them.
async fn append_timeline(
    work: &mut dyn UnitOfWork,
    entries: &[TimelineEntry],
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let sessions: BTreeSet<_> = entries.iter().map(|entry| &entry.session).collect();
    let mut counts = work.timeline().counts(&sessions).await?;
    let mut with_room = Vec::with_capacity(entries.len());
    for entry in entries {
        let count = counts.entry(entry.session.clone()).or_default();
        if has_room(entry.item.kind, *count) {
            *count += 1;
            with_room.push(entry);
        }
    }
    let dropped = entries.len() - with_room.len();
    metrics::counter!("timeline_entries_dropped_total").increment(dropped as u64);
    work.timeline().add(&with_room).await
}

/// What stands in the list already is told by the other channels.
async fn count_digests(
    work: &mut dyn UnitOfWork,
    digests: &[NewNotification],
) -> Result<(), StoreError> {
    for digest in digests {
        let told = &digest.notification;
        let count = told.count.unwrap_or_default();
        work.notifications().put_count(&told.id, count).await?;
    }
    Ok(())
}

/// Those that their people did not have yet.
async fn add_notifications(
    work: &mut dyn UnitOfWork,
    mut notifications: Vec<NewNotification>,
) -> Result<Vec<NewNotification>, StoreError> {
    if !notifications.is_empty() {
        let added = work.notifications().add(&notifications).await?;
        notifications.retain(|new| added.contains(&new.notification.id));
    }
    Ok(notifications)
}

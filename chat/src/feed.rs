//! The feed around its rules: its store, what one person may post in an hour, and the tasks that put posts into feeds and delete
//! old ones.

mod delivery;
mod retention;

use std::sync::Arc;

use tokio::sync::Notify;

use self::delivery::FeedDelivery;
use self::retention::PostRetention;
use crate::config::FeedSettings;
use crate::quotas::HourlyQuota;
use crate::registry::Registry;
use crate::retention_age::RetentionAge;
use crate::store::sql::SqlRooms;

/// What the routes of the feed share.
#[derive(Debug)]
pub(crate) struct Feed {
    /// In the database of the rooms.
    pub(crate) store: SqlRooms,
    pub(crate) quota: HourlyQuota,
    fanout_limit: u32,
    retention: Option<RetentionAge>,
    added: Arc<Notify>,
}

impl Feed {
    pub(crate) fn new(store: SqlRooms, settings: &FeedSettings) -> Self {
        Self {
            store,
            quota: HourlyQuota::of_posts(settings),
            fanout_limit: settings.fanout_limit,
            retention: RetentionAge::of_days(settings.retention_days),
            added: Arc::default(),
        }
    }

    /// Has what was committed looked at now.
    pub(crate) fn wake(&self) {
        self.added.notify_one();
    }

    /// The task's part, which tells whoever is connected.
    pub(crate) fn deliverer(&self, registry: Registry) -> FeedDelivery<SqlRooms> {
        FeedDelivery {
            store: self.store.clone(),
            registry,
            fanout_limit: self.fanout_limit,
            added: Arc::clone(&self.added),
        }
    }

    /// The task that deletes old posts, if they are not kept for ever.
    pub(crate) fn retention(&self) -> Option<PostRetention<SqlRooms>> {
        let store = self.store.clone();
        self.retention.map(|age| PostRetention { store, age })
    }
}

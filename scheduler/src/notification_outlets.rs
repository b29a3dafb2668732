//! Who learns that notifications were committed: the channels that send them, and the streams that are open.

use crate::deliveries::DeliveryRunners;
use crate::notification_stream::{NotificationBroadcaster, StreamedNotification};

/// What carries notifications on. Clones share it.
#[derive(Clone)]
pub(crate) struct NotificationOutlets {
    pub(crate) streams: NotificationBroadcaster,
    pub(crate) deliveries: DeliveryRunners,
}

impl NotificationOutlets {
    /// Carries on notifications that were committed.
    pub(crate) fn publish(&self, streamed: Vec<StreamedNotification>) {
        self.deliveries.wake();
        self.streams.publish(streamed);
    }
}

//! What wakes the task that brings gifts to whose addresses they were sent to.

use std::sync::Arc;

use tokio::sync::Notify;

/// The task's bell. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct GiftClaims {
    bell: Arc<Notify>,
}

impl GiftClaims {
    /// A gift to an address was committed.
    pub(crate) fn wake(&self) {
        self.bell.notify_one();
    }

    /// Until one was, since this was asked last.
    pub(crate) async fn woken(&self) {
        self.bell.notified().await;
    }
}

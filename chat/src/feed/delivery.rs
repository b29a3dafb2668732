//! Puts posts into the feeds of those who follow, and takes out what counts no more, a batch at a time. What is to be done stands
//! in the database: a task that is woken late, or a process that dies, loses nothing of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::registry::Registry;
use crate::store::FeedStore;

/// Pause before the store is looked into although nothing woke the task: other processes write to it, and events do.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Pause after a batch that failed.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// What the task goes by.
#[derive(Debug)]
pub(crate) struct FeedDelivery<S> {
    pub(super) store: S,
    pub(super) registry: Registry,
    pub(super) fanout_limit: u32,
    pub(super) added: Arc<Notify>,
}

impl<S: FeedStore> FeedDelivery<S> {
    /// Runs for ever.
    pub(crate) async fn run(&self) {
        loop {
            match self.store.run_job(self.fanout_limit).await {
                Ok(Some(done)) => {
                    metrics::counter!("chat_feed_batches_total").increment(1);
                    if let Some((post, readers)) = done.told {
                        self.registry.tell_post(post, readers);
                    }
                }
                Ok(None) => {
                    tokio::select! {
                        () = self.added.notified() => {}
                        () = sleep(LOOK_AGAIN) => {}
                    }
                }
                Err(error) => {
                    metrics::counter!("chat_feed_batches_failed_total").increment(1);
                    tracing::warn!(%error, "a batch of the feed failed; it is tried again");
                    sleep(TRY_AGAIN).await;
                }
            }
        }
    }
}

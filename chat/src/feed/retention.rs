//! Deletes posts that are older than they are kept, some at a time.

use std::time::Duration;

use tokio::time::sleep;

use crate::retention_age::RetentionAge;
use crate::store::FeedStore;

/// Posts of one transaction: some milliseconds' work.
const TOGETHER: u32 = 100;
/// Between two of them while there are more: whoever posts goes first.
const PAUSE: Duration = Duration::from_millis(25);
/// Between two looks for old posts.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What the task goes by.
#[derive(Debug)]
pub(crate) struct PostRetention<S> {
    pub(super) store: S,
    pub(super) age: RetentionAge,
}

impl<S: FeedStore> PostRetention<S> {
    /// Runs for ever.
    pub(crate) async fn run(&self) {
        loop {
            let swept = self.store.sweep_posts(self.age.oldest(), TOGETHER);
            let pause = match swept.await {
                Ok(swept) => {
                    metrics::counter!("chat_posts_swept_total").increment(swept as u64);
                    match swept >= TOGETHER as usize {
                        true => PAUSE,
                        false => LOOK_AGAIN,
                    }
                }
                Err(error) => {
                    metrics::counter!("chat_post_sweeps_failed_total").increment(1);
                    tracing::warn!(%error, "old posts are deleted later");
                    LOOK_AGAIN
                }
            };
            sleep(pause).await;
        }
    }
}

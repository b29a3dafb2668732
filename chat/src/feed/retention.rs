//! Deletes posts that are older than they are kept, some at a time.

use std::time::Duration;

use service::clock::now;
use tokio::time::sleep;
use wire::UnixMs;

use crate::store::FeedStore;

/// Posts of one transaction: some milliseconds' work.
const TOGETHER: u32 = 100;
/// Between two of them while there are more: whoever posts goes first.
const PAUSE: Duration = Duration::from_millis(25);
/// Between two looks for old posts.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What the task goes by.
#[derive(Debug)]
pub(crate) struct PostRetention<S> {
    store: S,
    age_ms: i64,
}

impl<S: FeedStore> PostRetention<S> {
    /// None for no days: posts stay.
    pub(super) fn of_days(store: S, days: u32) -> Option<Self> {
        let age_ms = i64::from(days) * DAY_MS;
        (days > 0).then_some(Self { store, age_ms })
    }

    /// Runs for ever.
    pub(crate) async fn run(&self) {
        loop {
            let before = UnixMs(now().0.saturating_sub(self.age_ms));
            let pause = match self.store.sweep_posts(before, TOGETHER).await {
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

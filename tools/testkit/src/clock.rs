//! The wall clock, and bounded waiting for a condition. Not a substitute for a core that is handed the time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wire::UnixMs;

/// How long [`until`] pauses between two looks, in milliseconds.
const LOOK_EVERY_MS: u64 = 20;

/// The wall clock's time.
#[must_use]
pub fn now() -> UnixMs {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    UnixMs(i64::try_from(since.as_millis()).expect("milliseconds fit until the year 292 million"))
}

/// Waits for a moment of the wall clock; returns at once when it is past.
pub async fn sleep_until(moment: UnixMs) {
    let left = moment.since(now()).max(0);
    tokio::time::sleep(Duration::from_millis(left.unsigned_abs())).await;
}

/// Asks again and again until `look` gives a value.
///
/// # Panics
/// When `limit` passes first; the message names `what`.
pub async fn until<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waited = tokio::time::timeout(limit, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        }
    });
    waited
        .await
        .unwrap_or_else(|_| panic!("not within {limit:?}: {what}"))
}

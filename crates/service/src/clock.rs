//! The wall clock of the edges. Cores never read it: they are told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wire::UnixMs;

/// Longest single sleep: a jump of the wall clock is noticed after this at the latest.
const MAX_SLEEP: Duration = Duration::from_secs(60);

/// The present moment. The one place where a service reads the wall clock.
#[must_use]
pub fn now() -> UnixMs {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMs(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Returns once the wall clock shows `due` or later, at once if it already does; never early.
///
/// It sleeps at most a minute at a stretch and then looks again, so that a clock that is set while it
/// sleeps is followed. Late by tokio's timer granularity, about 1 ms. Cancel-safe.
pub async fn sleep_until(due: UnixMs) {
    while let Some(nap) = next_nap(now(), due) {
        tokio::time::sleep(nap).await;
    }
}

/// Like [`sleep_until`], and never for `None`; the shape that `next_deadline()` of a core returns.
pub async fn sleep_until_maybe(due: Option<UnixMs>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn next_nap(now: UnixMs, due: UnixMs) -> Option<Duration> {
    let left_ms = u64::try_from(due.since(now)).ok().filter(|ms| *ms > 0)?;
    Some(Duration::from_millis(left_ms).min(MAX_SLEEP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naps_are_bounded_and_end_when_due() {
        assert_eq!(next_nap(UnixMs(1_000), UnixMs(1_000)), None);
        assert_eq!(next_nap(UnixMs(1_000), UnixMs(999)), None);
        assert_eq!(
            next_nap(UnixMs(1_000), UnixMs(1_001)),
            Some(Duration::from_millis(1))
        );
        assert_eq!(next_nap(UnixMs(0), UnixMs(i64::MAX)), Some(MAX_SLEEP));
    }

    #[tokio::test]
    async fn edg_20_sleep_until_is_never_early() {
        let due = now() + 15;
        sleep_until(due).await;
        assert!(now() >= due);
    }
}

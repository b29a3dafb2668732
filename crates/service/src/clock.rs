//! The two clocks of a service. Cores read neither: they are told.
//!
//! The *wall* clock says what time people have agreed on: bookings, tickets, messages. Somebody may set it.
//! The *steady* clock counts spans: it starts where the wall clock stands as the process starts, and nobody
//! sets it. Which of the two a session goes by, and when, is signaling's rule and not decided here.
//! Under a [test clock](crate::test_clock) both are equally far ahead of the machine's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use wire::UnixMs;

/// Longest single sleep: what a jump costs that nobody noticed.
const MAX_SLEEP: Duration = Duration::from_secs(60);
/// How often the two clocks are compared: a jump of the wall clock is followed within this time.
const COMPARE_EVERY: Duration = Duration::from_millis(250);
/// A smaller step of the wall clock is not called a jump, in milliseconds.
const SMALLEST_JUMP_MS: i64 = 20;
/// A jump above this is an alarm, in milliseconds: no time server corrects a running machine so far.
const ALARM_MS: i64 = 30_000;
/// The two clocks are read at one moment where both readings fit into this; else again.
const ONE_MOMENT: Duration = Duration::from_micros(50);
/// Most readings of one comparison. On a machine so busy that none fits, the quickest counts.
const MAX_READINGS: u32 = 8;

/// How far both clocks are ahead of the machine's, in milliseconds: nothing, but for tests. It never shrinks.
static AHEAD_MS: AtomicI64 = AtomicI64::new(0);

/// The present moment by the wall clock. The one place where a service reads it.
#[must_use]
pub fn now() -> UnixMs {
    ms(wall_us()) + ahead_ms()
}

/// The present moment by the machine's own clock, which no test moves: for what others compare with theirs.
#[must_use]
pub fn wall() -> UnixMs {
    ms(wall_us())
}

/// The present moment by the steady clock: never set, never back.
#[must_use]
pub fn steady() -> UnixMs {
    ms(steady_us(Instant::now())) + ahead_ms()
}

/// How far the wall clock is ahead of the steady one, in milliseconds: how much it was set since the process
/// started.
#[must_use]
pub fn wall_ahead_ms() -> i64 {
    let (at, wall_us) = both();
    // To the nearest millisecond: half of one is the readings' own fault.
    (wall_us - steady_us(at) + 500).div_euclid(1_000)
}

/// Tells of each jump of the wall clock: the value counts them. Each jump is counted and logged once for the
/// process, from the first call on. A move of the test clock is told of in the same way, and is neither counted nor logged.
#[must_use]
pub fn jumps() -> watch::Receiver<u64> {
    jump_sender().subscribe()
}

/// How far both clocks are ahead of the machine's, in milliseconds: nothing, but for tests.
#[must_use]
pub fn ahead_ms() -> i64 {
    AHEAD_MS.load(Ordering::Relaxed)
}

/// Moves both clocks to `ms` ahead of the machine's, and wakes whoever sleeps by one of them; never back.
pub(crate) fn move_ahead_to(ms: i64) {
    if AHEAD_MS.fetch_max(ms, Ordering::Relaxed) < ms {
        jump_sender().send_modify(|count| *count += 1);
    }
}

fn jump_sender() -> &'static watch::Sender<u64> {
    static JUMPS: OnceLock<watch::Sender<u64>> = OnceLock::new();
    JUMPS.get_or_init(|| {
        let sender = watch::Sender::new(0);
        let jumps = sender.clone();
        // A thread, and no task: it serves every runtime of the process, and outlives each.
        let watching = std::thread::Builder::new().name("clock".to_owned());
        if let Err(error) = watching.spawn(move || watch_for_jumps(&jumps)) {
            tracing::error!(%error, "jumps of the wall clock are noticed late: no thread");
        }
        sender
    })
}

/// Returns once the wall clock shows `due` or later, at once if it already does; never early.
///
/// A clock that is set while it sleeps is followed. Late by tokio's timer granularity, about 1 ms. Cancel-safe.
pub async fn sleep_until(due: UnixMs) {
    let mut jumps = jumps();
    while let Some(nap) = next_nap(now(), due) {
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            _ = jumps.changed() => {}
        }
    }
}

/// Like [`sleep_until`], and never for `None`; the shape that `next_deadline()` of a core returns.
pub async fn sleep_until_maybe(due: Option<UnixMs>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Returns after `span`, sooner where a clock was set meanwhile: what goes by one looks again. Unlike [`sleep_until`] it never
/// takes longer, however far back somebody sets the wall clock.
pub async fn pause(span: Duration) {
    let mut jumps = jumps();
    tokio::select! {
        () = tokio::time::sleep(span) => {}
        _ = jumps.changed() => {}
    }
}

fn next_nap(now: UnixMs, due: UnixMs) -> Option<Duration> {
    let left_ms = u64::try_from(due.since(now)).ok().filter(|ms| *ms > 0)?;
    Some(Duration::from_millis(left_ms).min(MAX_SLEEP))
}

fn watch_for_jumps(jumps: &watch::Sender<u64>) {
    let mut seen = ClockJumpDetector(wall_ahead_ms());
    loop {
        std::thread::sleep(COMPARE_EVERY);
        let Some(by_ms) = seen.look(wall_ahead_ms()) else {
            continue;
        };
        let direction = if by_ms > 0 { "forward" } else { "back" };
        metrics::counter!("clock_jumps_total", "direction" => direction).increment(1);
        if by_ms.abs() > ALARM_MS {
            metrics::counter!("clock_jump_alarms_total").increment(1);
            tracing::error!(event = "clock_jump", by_ms, "somebody set the wall clock");
        } else {
            tracing::warn!(event = "clock_step", by_ms, "the wall clock was corrected");
        }
        jumps.send_modify(|count| *count += 1);
    }
}

/// How far the wall clock was ahead when it was last looked at, in milliseconds.
struct ClockJumpDetector(i64);

impl ClockJumpDetector {
    /// By how much it was set since then, in milliseconds, if by enough to matter. Small steps add up.
    fn look(&mut self, ahead_ms: i64) -> Option<i64> {
        let by_ms = ahead_ms - self.0;
        (by_ms.abs() >= SMALLEST_JUMP_MS).then(|| {
            self.0 = ahead_ms;
            by_ms
        })
    }
}

fn wall_us() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}

fn steady_us(at: Instant) -> i64 {
    static START: LazyLock<(Instant, i64)> = LazyLock::new(both);
    let (started, wall_us) = *START;
    let since_us = i64::try_from(at.saturating_duration_since(started).as_micros());
    wall_us.saturating_add(since_us.unwrap_or(i64::MAX))
}

/// Both clocks at one moment.
fn both() -> (Instant, i64) {
    let mut quickest: Option<(Duration, Instant, i64)> = None;
    for _ in 0..MAX_READINGS {
        let at = Instant::now();
        let wall_us = wall_us();
        let took = at.elapsed();
        if quickest.is_none_or(|(quickest, ..)| took < quickest) {
            quickest = Some((took, at, wall_us));
        }
        if took <= ONE_MOMENT {
            break;
        }
    }
    let (_, at, wall_us) = quickest.expect("there is at least one reading");
    (at, wall_us)
}

fn ms(us: i64) -> UnixMs {
    UnixMs(us.div_euclid(1_000))
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

    #[tokio::test]
    async fn sch_414_a_pause_ends_by_itself() {
        let began = Instant::now();
        pause(Duration::from_millis(20)).await;
        assert!(began.elapsed() < MAX_SLEEP);
        pause(Duration::ZERO).await;
    }

    #[tokio::test]
    async fn ops_59_a_move_wakes_who_sleeps_is_seen_by_both_clocks_and_never_goes_back() {
        const DAY_MS: i64 = 86_400_000;
        let apart_ms = wall_ahead_ms();
        let (wall, steady_before) = (now(), steady());
        let sleeper = tokio::spawn(sleep_until(wall + DAY_MS));
        tokio::task::yield_now().await;
        move_ahead_to(DAY_MS);
        let woken = tokio::time::timeout(Duration::from_secs(5), sleeper).await;
        woken.expect("a day has passed").expect("it did not panic");
        move_ahead_to(DAY_MS / 2);
        for moved_ms in [now().since(wall), steady().since(steady_before)] {
            assert!((DAY_MS..DAY_MS + 60_000).contains(&moved_ms), "{moved_ms}");
        }
        let no_jump = wall_ahead_ms() - apart_ms;
        assert!(no_jump.abs() < SMALLEST_JUMP_MS, "{no_jump}");
    }

    #[test]
    fn sig_201_a_jump_is_told_once_and_small_steps_add_up() {
        let mut watch = ClockJumpDetector(0);
        assert_eq!(watch.look(0), None);
        assert_eq!(watch.look(3_600_000), Some(3_600_000));
        assert_eq!(watch.look(3_600_001), None);
        assert_eq!(watch.look(-3_600_000), Some(-7_200_000));
        let steps: Vec<_> = (1..=1_000)
            .filter_map(|second| watch.look(-3_600_000 - second))
            .collect();
        assert_eq!(steps, [-SMALLEST_JUMP_MS; 50]);
    }

    #[test]
    fn sig_201_the_two_clocks_agree_until_one_is_set() {
        // However busy the machine is, the two are compared at one moment.
        for _ in 0..1_000 {
            let before = steady();
            assert!(steady() >= before);
            assert!(
                wall_ahead_ms().abs() < SMALLEST_JUMP_MS,
                "{}",
                wall_ahead_ms()
            );
        }
    }
}

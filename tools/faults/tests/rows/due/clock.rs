//! A wall clock that is set while the scheduler runs, and one that went on while it was down.

use std::time::Duration;

use faults::{FakeClock, ServiceProcess, row};
use storage::testing::{TestDatabase, TestEngine};
use testkit::{Http, now, until};

use super::{book, nobody_was_told_twice, reminders};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Until what has become due is settled, on two busy cores.
const LIMIT: Duration = Duration::from_secs(15);
/// Pause between two of many small steps of the clock.
const STEP: Duration = Duration::from_millis(5);

struct Rig {
    clock: FakeClock,
    process: ServiceProcess,
    application: Http,
    url: String,
    _database: TestDatabase,
}

impl Rig {
    async fn start() -> Option<Self> {
        let clock = FakeClock::new()?;
        let database = TestDatabase::create(TestEngine::Sqlite).await?;
        let url = database.url_text();
        let process = clock.under(ServiceProcess::scheduler(&url)).started().await;
        Some(Self {
            application: process.application(),
            clock,
            process,
            url,
            _database: database,
        })
    }

    /// Books a session that starts so long after the machine's present.
    async fn book(&self, in_ms: i64, remind_before_ms: &[i64]) -> String {
        let base = self.process.http();
        let (session, _) = book(&base, &self.application, now() + in_ms, remind_before_ms).await;
        session
    }

    async fn became(&self, session: &str, expected: &[&str]) {
        until("the reminders are settled", LIMIT, async || {
            let found = reminders(&self.url, session).await;
            (found == expected).then_some(())
        })
        .await;
    }

    /// The clock stands `ahead_ms` before the machine's, and what is due by it comes at its time.
    async fn is_punctual(&self, ahead_ms: i64) {
        let session = self.book(ahead_ms + 61_500, &[MINUTE]).await;
        self.became(&session, &["done"]).await;
    }
}

async fn clock_that_jumps(small_steps: i64) {
    let Some(rig) = Rig::start().await else {
        return;
    };
    let before = rig.process.metrics().await;
    // Half an hour late is of use; what has begun is not.
    let useful = rig.book(2 * HOUR, &[90 * MINUTE]).await;
    let begun = rig.book(50 * MINUTE, &[40 * MINUTE]).await;
    // After three days: late by more than half a day, and by less.
    let too_late = rig.book(3 * DAY + 576 * MINUTE, &[DAY]).await;
    let in_time = rig.book(3 * DAY + 864 * MINUTE, &[DAY]).await;

    rig.clock.set("+3600");
    rig.became(&useful, &["done"]).await;
    rig.became(&begun, &["session_started"]).await;
    rig.clock.set("-7200");
    rig.is_punctual(-2 * HOUR).await;
    rig.clock.set("+259200");
    rig.became(&too_late, &["too_late"]).await;
    rig.became(&in_time, &["done"]).await;
    for step in 1..=small_steps {
        rig.clock.set(&format!("+{}", 259_200 - step));
        tokio::time::sleep(STEP).await;
    }
    rig.is_punctual(3 * DAY - small_steps * 1_000).await;

    rig.became(&useful, &["done"]).await;
    nobody_was_told_twice(&rig.url).await;
    let after = rig.process.metrics().await;
    for counter in [
        "clock_jumps_total",
        "clock_jump_alarms_total",
        "due_jobs_missed_total",
    ] {
        after.assert_rose(counter, &before);
    }
}

#[test]
fn flt_47_a_clock_that_jumps_makes_nothing_due_twice_and_what_it_jumped_over_follows_the_rule() {
    row(clock_that_jumps(40));
}

#[test]
fn flt_48_what_fell_due_while_the_process_was_down_goes_out_while_it_is_of_use() {
    row(async {
        let Some(mut rig) = Rig::start().await else {
            return;
        };
        let (plan, away) = ([DAY, HOUR, 10 * MINUTE], 3 * DAY + HOUR);
        let (seconds, minutes, hours) = (30_000, 11 * MINUTE, 13 * HOUR);
        let (late, over, began) = ("too_late", "superseded", "session_started");
        // Which reminder fell due last, and how long before the return.
        let table = [
            (DAY, 1_000, ["done", "due", "due"]),
            (DAY, seconds, ["done", "due", "due"]),
            (DAY, minutes, ["done", "due", "due"]),
            (DAY, hours, [late, "due", "due"]),
            (DAY, 3 * DAY, [began, began, began]),
            (HOUR, seconds, [over, "done", "due"]),
            (HOUR, minutes, [over, "done", "due"]),
            (HOUR, hours, [began, began, began]),
            (10 * MINUTE, seconds, [over, over, "done"]),
            (10 * MINUTE, minutes, [began, began, began]),
        ];
        let mut booked = Vec::new();
        let began_at = now();
        for (offset, late_ms, expected) in table {
            let elapsed = now().since(began_at);
            let in_ms = away - late_ms + offset - elapsed;
            booked.push((rig.book(in_ms, &plan).await, expected));
        }
        rig.process.kill();
        let away_s = (away - now().since(began_at)) / 1_000;
        rig.clock.set(&format!("+{away_s}"));
        rig.process.start().await;
        for (session, expected) in &booked {
            rig.became(session, expected).await;
        }
        nobody_was_told_twice(&rig.url).await;
    });
}

mod long {
    use super::*;

    #[test]
    fn flt_47_a_clock_that_goes_back_by_a_second_a_thousand_times_makes_nothing_due_twice() {
        row(clock_that_jumps(1_000));
    }
}

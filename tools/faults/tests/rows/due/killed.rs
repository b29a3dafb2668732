//! A scheduler that dies at what is due: between any two packets to its database, and amid a thousand reminders.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use faults::{DeadlyLink, ServiceProcess, look, row};
use storage::testing::{TestDatabase, TestEngine};
use testkit::{Http, now, sleep_until, until};
use tokio::time::sleep;
use wire::UnixMs;

use super::{book, nobody_was_told_twice};

/// How long a claim holds in these rows, the least that there is.
const LEASE_MS: &str = "1000";
/// Sessions of a round. Each has two reminders and an opening, due together.
const SESSIONS: usize = 3;
/// From booking a round's sessions to what is due of them, in milliseconds.
const LEAD_MS: i64 = 1_500;
/// From then on packets count, before what is due, in milliseconds.
const BEFORE_MS: i64 = 40;
/// Points at which it dies.
const POINTS: usize = 12;
/// From the restart until everything is done: the lease, the poll of a second, and up to a thousand on a busy machine.
const LIMIT: Duration = Duration::from_secs(50);
/// Reminders of one session in a batch.
const OF_ONE: usize = 500;

struct Rig {
    url: String,
    link: DeadlyLink,
    process: ServiceProcess,
    application: Http,
    sessions: Vec<(String, [String; 2])>,
    database: TestDatabase,
}

impl Rig {
    async fn start(engine: TestEngine) -> Option<Self> {
        let database = TestDatabase::create(engine).await?;
        let url = database.url_text();
        let (front, rest) = url.rsplit_once(':').unwrap();
        let (port, name) = rest.split_once('/').unwrap();
        let link = DeadlyLink::to(port.parse().unwrap()).await;
        let by_link = format!("{front}:{}/{name}", link.port());
        let process = ServiceProcess::scheduler(&by_link).with_own("JOBS_LEASE_MS", LEASE_MS);
        let mut process = process;
        alive(&mut process, &link).await;
        Some(Self {
            application: process.application(),
            link,
            process,
            url,
            sessions: Vec::new(),
            database,
        })
    }

    async fn book(&mut self) -> UnixMs {
        let due_at = now() + LEAD_MS;
        for _ in 0..SESSIONS {
            let base = self.process.http();
            let starts_at = due_at + 60_000;
            let booked = book(&base, &self.application, starts_at, &[60_000]).await;
            self.sessions.push(booked);
        }
        due_at
    }

    async fn done(&self, due_at: UnixMs) {
        let open = format!(
            "SELECT id FROM due_jobs WHERE open_at <= {} AND kind IN ('reminder', 'lobby_opens')",
            due_at.0
        );
        until("all is done", LIMIT, async || {
            look(&self.url, &open).await.is_empty().then_some(())
        })
        .await;
    }

    /// How many packets a round takes in which nobody dies.
    async fn packets(&mut self) -> usize {
        let due_at = self.book().await;
        sleep_until(due_at - BEFORE_MS).await;
        let before = self.link.packets();
        self.done(due_at).await;
        self.link.packets() - before
    }

    /// It dies once so many packets of its own have gone on, and comes back; true where it died by then.
    async fn dies_after(&mut self, packets: usize) -> bool {
        let due_at = self.book().await;
        sleep_until(due_at - BEFORE_MS).await;
        let at = self.link.packets() + packets;
        self.link.kill(self.process.pid(), at);
        let last = due_at + 1_000;
        while self.process.is_running() && now() < last {
            sleep(Duration::from_millis(5)).await;
        }
        let died = !self.process.is_running();
        self.restart().await;
        self.done(due_at).await;
        died
    }

    async fn restart(&mut self) {
        self.process.kill();
        alive(&mut self.process, &self.link).await;
    }

    /// Each job was done once, and each person told once of each.
    async fn check(&self) {
        let mut expected = BTreeMap::new();
        for (session, people) in &self.sessions {
            for person in people {
                for kind in ["session_opened", "session_reminder"] {
                    expected.insert(format!("{kind} {session} {person}"), 1);
                }
            }
        }
        // A booking that had to be repeated was late for its reminders.
        let late = "SELECT concat_ws(' ', 'session_reminder', subject_id, user_id) FROM due_jobs \
             WHERE reason = 'past_when_booked'";
        for late in look(&self.url, late).await {
            expected.remove(&late);
        }
        let told = "SELECT concat_ws(' ', kind, session_id, user_id) FROM notifications";
        assert_eq!(counted(look(&self.url, told).await), expected);
        let sent = "SELECT concat_ws(' ', kind, session_id, user_id) FROM deliveries \
             WHERE channel = 'in_app' AND state = 'sent'";
        assert_eq!(counted(look(&self.url, sent).await), expected);
        nobody_was_told_twice(&self.url).await;
    }

    /// Adds so many reminders that are due at one moment, to sessions of their own; the moment.
    async fn add_due(&mut self, count: usize) -> UnixMs {
        let base = self.process.http();
        let starts_at = now() + 3_600_000;
        let mut rows = Vec::with_capacity(count);
        let mut left = count;
        while left > 0 {
            let (session, [ana, _]) = book(&base, &self.application, starts_at, &[]).await;
            for number in 0..left.min(OF_ONE) {
                rows.push(format!(
                    "'r-{session}-{number}', 'session', '{session}', 1, 'reminder', {}, '{ana}'",
                    3_000_000 + number
                ));
            }
            left -= left.min(OF_ONE);
        }
        // Far enough ahead that all are there by then.
        let due_at = now() + 1_500;
        for some in rows.chunks(1_000) {
            let mut insert = "INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, \
                              due_at, state) VALUES "
                .to_owned();
            for (at, row) in some.iter().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                write!(insert, "{comma}({row}, {}, 'due')", due_at.0).unwrap();
            }
            self.database.run(&insert).await;
        }
        due_at
    }

    async fn reminded(&self) -> usize {
        let told = "SELECT id FROM notifications WHERE kind = 'session_reminder'";
        look(&self.url, told).await.len()
    }
}

/// Starts it, and lets it live.
async fn alive(process: &mut ServiceProcess, link: &DeadlyLink) {
    process.launch();
    link.kill(process.pid(), usize::MAX);
    process.ready().await;
}

fn counted(texts: Vec<String>) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts
}

/// Killed at some of twelve points between what is due and what is done, over and over.
async fn dies_at(engine: TestEngine, points: &[usize], times: usize) {
    let Some(mut rig) = Rig::start(engine).await else {
        return;
    };
    let packets = rig.packets().await;
    let mut deaths = 0;
    for _ in 0..times {
        for point in points {
            deaths += usize::from(rig.dies_after(1 + packets * point / POINTS).await);
        }
    }
    let rounds = points.len() * times;
    println!("{engine:?}: {deaths} deaths of {rounds} in rounds of {packets} packets");
    // A round may take fewer packets than the first one, and end before its point.
    assert!(deaths * 2 >= rounds, "{deaths} deaths of {rounds}");
    rig.check().await;
}

/// Killed amid a thousand reminders, as soon as so many have gone out: the rest goes out afterwards, and each once.
async fn dies_amid_a_thousand(engine: TestEngine, after: &[usize]) {
    let Some(mut rig) = Rig::start(engine).await else {
        return;
    };
    let mut expected = 0;
    for after in after {
        let due_at = rig.add_due(1_000).await;
        expected += 1_000;
        let before = expected - 1_000;
        let by_then = until("so many have gone out", LIMIT, async || {
            let by_then = rig.reminded().await - before;
            (by_then >= *after).then_some(by_then)
        })
        .await;
        rig.restart().await;
        let began = Instant::now();
        rig.done(due_at).await;
        println!(
            "{engine:?}: {by_then} by then, the rest after {:?}",
            began.elapsed()
        );
        assert_eq!(rig.reminded().await, expected);
    }
    nobody_was_told_twice(&rig.url).await;
}

#[test]
fn flt_49_killed_at_some_points_of_what_is_due_it_is_done_once() {
    row(dies_at(TestEngine::Postgres, &[4, 8], 1));
}

mod long {
    use super::*;

    /// Ten thousand in one second, and how late the latest was.
    async fn ten_thousand(engine: TestEngine) {
        let Some(mut rig) = Rig::start(engine).await else {
            return;
        };
        let due_at = rig.add_due(10_000).await;
        until("all is done", Duration::from_secs(120), async || {
            (rig.reminded().await == 10_000).then_some(())
        })
        .await;
        let times = "SELECT created_at FROM notifications WHERE kind = 'session_reminder'";
        let times = look_at_numbers(&rig.url, times).await;
        let mut late: Vec<_> = times.iter().map(|at| at - due_at.0).collect();
        late.sort_unstable();
        let at = |percent: usize| late[(late.len() - 1) * percent / 100];
        println!(
            "{engine:?}: 10,000 due at once: p50 {} ms, p99 {} ms, max {} ms",
            at(50),
            at(99),
            at(100)
        );
        nobody_was_told_twice(&rig.url).await;
    }

    async fn look_at_numbers(url: &str, statement: &str) -> Vec<i64> {
        let texts = statement.replace("created_at FROM", "concat(created_at, '') FROM");
        let texts = look(url, &texts).await;
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn flt_49_killed_at_each_of_twelve_points_twenty_times_it_is_done_once() {
        let points: Vec<_> = (0..POINTS).collect();
        // Twice in each row, which has its limit.
        for _ in 0..10 {
            row(dies_at(TestEngine::Postgres, &points, 2));
        }
    }

    #[test]
    fn flt_49_killed_at_each_of_twelve_points_on_mariadb_it_is_done_once() {
        let points: Vec<_> = (0..POINTS).collect();
        for _ in 0..2 {
            row(dies_at(TestEngine::MySql, &points, 2));
        }
    }

    #[test]
    fn flt_50_killed_amid_a_thousand_reminders_the_rest_goes_out_and_each_once() {
        let after = [1, 300, 600];
        for engine in [TestEngine::Postgres, TestEngine::MySql] {
            row(dies_amid_a_thousand(engine, &after));
        }
    }

    #[test]
    fn flt_51_ten_thousand_due_in_one_second_are_done_once_each() {
        for engine in [TestEngine::Postgres, TestEngine::MySql] {
            row(ten_thousand(engine));
        }
    }
}

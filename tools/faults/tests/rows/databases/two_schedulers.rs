//! Two schedulers on one database, of which one stands still with claims in its hands until they have lapsed.

use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use faults::{FaultyLink, LinkCondition, Look, ServiceProcess, look, row};
use rand::Rng;
use rustix::process::Signal;
use serde_json::{Value, json};
use storage::testing::{TestDatabase, TestEngine};
use testkit::{Http, now, sleep_until, until};
use tokio::time::timeout;
use wire::UnixMs;

/// How long a claim holds in these rows, the least that there is.
const LEASE: Duration = Duration::from_secs(1);
/// How long one stands still that was stopped by chance: it has surely lost what it had.
const STANDS_STILL: Duration = Duration::from_millis(1_500);
/// The longest that there is: an answer that came in it counts, also for one that stood still meanwhile.
const STATEMENT_LIMIT_MS: &str = "1800";
/// From standing still until the other has done everything, at most: the lease, the poll of a second, and, where the
/// first was amid a transaction, the server's limit of 3 s for one that idles.
const TAKEN_OVER_LIMIT: Duration = Duration::from_secs(8);
/// Sessions of a round. Each has two reminders and an opening, due together.
const SESSIONS: usize = 3;
/// From booking a round's sessions to what is due of them, in milliseconds.
const LEAD_MS: i64 = 700;
/// The other one stands still by then, so that the first one claims.
const ALONE_MS: i64 = 150;
/// When the first one is stopped where it is not waited for, after the due time, in milliseconds.
const AROUND_MS: RangeInclusive<i64> = -30..=250;
/// A way on which an answer is under way for a while: who is stopped then has not learned of its claim.
const SLOW: LinkCondition = LinkCondition::Slow {
    delay: Duration::from_millis(20),
    bytes_per_second: 10_000_000,
    loss_percent: 0,
};

/// A scheduler and its way to the database.
struct Node {
    process: ServiceProcess,
    link: FaultyLink,
}

impl Node {
    async fn new(url: &str) -> Self {
        let (front, rest) = url.rsplit_once(':').unwrap();
        let (port, name) = rest.split_once('/').unwrap();
        let link = FaultyLink::to(port.parse().unwrap()).await;
        let lease_ms = LEASE.as_millis().to_string();
        let process = ServiceProcess::scheduler(&format!("{front}:{}/{name}", link.port()));
        let process = process.with_own("JOBS_LEASE_MS", &lease_ms).with(
            "RENDEZVOUS_DATABASE_STATEMENT_TIMEOUT_MS",
            STATEMENT_LIMIT_MS,
        );
        Self { process, link }
    }

    async fn lapsed(&self) -> f64 {
        self.process.metrics().await.sum("due_jobs_lapsed_total")
    }
}

/// A look at the jobs over and over, without a pause: a claim must be seen before its answer has arrived.
struct Looking(Look);

impl Looking {
    async fn claimed(&mut self) {
        let claimed = "SELECT id FROM due_jobs WHERE state = 'claimed'";
        while self.0.at(claimed).await.is_empty() {}
    }
}

struct Rig {
    url: String,
    looking: Looking,
    nodes: [Node; 2],
    application: Http,
    /// Every session that was booked, with its two people.
    sessions: BTreeMap<String, [String; 2]>,
    slowest: Duration,
    _database: TestDatabase,
}

impl Rig {
    async fn start(engine: TestEngine) -> Option<Self> {
        let database = TestDatabase::create(engine).await?;
        let url = database.url_text();
        let mut nodes = [Node::new(&url).await, Node::new(&url).await];
        nodes[0].process.start().await;
        share_keys(&nodes[0].process, &nodes[1].process);
        nodes[1].process.start().await;
        Some(Self {
            application: nodes[0].process.application(),
            looking: Looking(Look::into(&url).await),
            url,
            nodes,
            sessions: BTreeMap::new(),
            slowest: Duration::ZERO,
            _database: database,
        })
    }

    /// Books what is due together, at the one or the other; when it is.
    async fn book(&mut self, at: usize) -> UnixMs {
        let due_at = now() + LEAD_MS;
        let base = self.nodes[at].process.http();
        for _ in 0..SESSIONS {
            let number = self.sessions.len();
            let offer = json!({
                "participants": [
                    {"external_id": format!("ana-{number}"), "name": "Ana"},
                    {"external_id": format!("bo-{number}"), "name": "Bo"},
                ],
                "starts_at": due_at + 60_000, "lobby_ms": 60_000, "remind_before_ms": [60_000],
            });
            let url = format!("{base}/v1/sessions");
            let session: Value = self.application.post(&url, offer).await.json(201);
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let people = [0, 1].map(|at| text(&session["participants"][at]["user_id"]));
            self.sessions.insert(text(&session["id"]), people);
        }
        due_at
    }

    /// One is stopped around the time when everything is due, the other does it, and the first goes on.
    async fn round(&mut self, victim: usize, waits_for_claim: bool) {
        let due_at = self.book(1 - victim).await;
        let (first, other) = (&self.nodes[victim], &self.nodes[1 - victim]);
        first.link.set(SLOW);
        if waits_for_claim {
            sleep_until(due_at - ALONE_MS).await;
            other.process.signal(Signal::STOP);
            let claimed = timeout(LEASE * 3, self.looking.claimed()).await;
            claimed.expect("the first one claims");
        } else {
            sleep_until(due_at + rand::rng().random_range(AROUND_MS)).await;
        }
        first.process.signal(Signal::STOP);
        let stopped = Instant::now();
        other.process.signal(Signal::CONT);
        let open = format!("SELECT id FROM due_jobs WHERE open_at <= {}", due_at.0);
        until("the other has done it", TAKEN_OVER_LIMIT, async || {
            look(&self.url, &open).await.is_empty().then_some(())
        })
        .await;
        self.slowest = self.slowest.max(stopped.elapsed());
        if !waits_for_claim {
            tokio::time::sleep(STANDS_STILL.saturating_sub(stopped.elapsed())).await;
        }
        first.process.signal(Signal::CONT);
        first.link.set(LinkCondition::Clear);
    }

    /// Each job was settled once, each person told once of each cause, and each fact once.
    async fn check(&self) {
        let mut expected = BTreeMap::new();
        for (session, people) in &self.sessions {
            for person in people {
                for kind in ["session_opened", "session_reminder"] {
                    expected.insert(format!("{kind} {session} {person}"), 1);
                }
            }
        }
        let told = "SELECT concat_ws(' ', kind, session_id, user_id) FROM notifications \
             WHERE kind IN ('session_opened', 'session_reminder')";
        assert_eq!(counted(look(&self.url, told).await), expected);

        // By the key that the other side is given, each is there once, and told once.
        let delivered = "SELECT concat_ws(' ', kind, session_id, user_id) FROM deliveries \
             WHERE kind IN ('session_opened', 'session_reminder') AND channel = 'in_app' AND state = 'sent'";
        assert_eq!(counted(look(&self.url, delivered).await), expected);

        let jobs = "SELECT concat_ws(' ', kind, state, subject_id, user_id) FROM due_jobs \
             WHERE kind IN ('lobby_opens', 'reminder')";
        let jobs = counted(look(&self.url, jobs).await);
        assert_eq!(jobs.len(), self.sessions.len() * 3);
        assert!(jobs.keys().all(|job| job.contains(" done ")), "{jobs:?}");

        for (what, statement) in [
            (
                "timeline",
                "SELECT concat_ws(' ', session_id, body) FROM timeline",
            ),
            ("outbox", "SELECT concat_ws(' ', '', body) FROM outbox"),
        ] {
            let facts = look(&self.url, statement).await;
            let facts = counted(facts.iter().map(|row| fact(row)));
            assert!(!facts.is_empty(), "nothing in the {what}");
            let twice: Vec<_> = facts.iter().filter(|(_, count)| **count > 1).collect();
            assert!(twice.is_empty(), "{what}: {twice:?}");
        }
    }
}

/// Makes them one scheduler to everybody outside: what the first has signed the other, which has not begun, knows.
pub(super) fn share_keys(first: &ServiceProcess, other: &ServiceProcess) {
    let [from, to] = [first, other].map(|process| process.data_dir().join("keys"));
    fs::create_dir(&to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// What a row tells: of which session, and its body without when and under which id it was told.
fn fact(row: &str) -> String {
    let (session, body) = row.split_once(' ').unwrap();
    let mut body: Value = serde_json::from_str(body).unwrap();
    for key in ["id", "at", "occurred_at"] {
        body.as_object_mut().unwrap().remove(key);
    }
    format!("{session} {body}")
}

fn counted(texts: impl IntoIterator<Item = String>) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts
}

async fn one_stands_still(engine: TestEngine, rounds: usize) {
    let Some(mut rig) = Rig::start(engine).await else {
        return;
    };
    for round in 0..rounds {
        // Three of four wait for a claim, and one takes its chance.
        rig.round(round % 2, round % 4 != 3).await;
    }
    let lapsed = rig.nodes[0].lapsed().await + rig.nodes[1].lapsed().await;
    println!(
        "{engine:?}: {rounds} rounds, {} jobs, {lapsed} came back to a claim that was taken over; \
         slowest takeover {:?}",
        rig.sessions.len() * 3,
        rig.slowest
    );
    rig.check().await;
    assert!(lapsed > 0.0, "nobody came back to a claim that it had lost");
}

#[test]
fn flt_46_of_two_schedulers_on_postgres_one_stands_still_and_nothing_happens_twice() {
    row(one_stands_still(TestEngine::Postgres, 5));
}

#[test]
fn flt_46_of_two_schedulers_on_mariadb_one_stands_still_and_nothing_happens_twice() {
    row(one_stands_still(TestEngine::MySql, 5));
}

mod long {
    use super::*;

    #[test]
    fn flt_46_of_two_schedulers_on_either_one_stands_still_over_and_over() {
        std::thread::scope(|scope| {
            for engine in [TestEngine::Postgres, TestEngine::MySql] {
                scope.spawn(move || row(one_stands_still(engine, 50)));
            }
        });
    }
}

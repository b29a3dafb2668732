//! Two schedulers on one database whose clocks are a minute and a half ahead and as much behind.

use std::collections::BTreeMap;
use std::time::Duration;

use faults::{FakeClock, ServiceProcess, look, row};
use serde_json::{Value, json};
use storage::testing::{TestDatabase, TestEngine};
use testkit::{Http, ReceiverAnswer, TestReceiver, now, until};
use wire::UnixMs;

use super::two_schedulers::share_keys;

/// How far each clock is off; by the one a claim of the other has lapsed when it is given.
const OFFSETS: [&str; 2] = ["+90", "-90"];
/// From the bookings to what is due of them, in milliseconds: long enough to see that nothing comes before.
const LEAD_MS: i64 = 6_000;
/// What is seen just before it is due may be of that moment, in milliseconds.
const JUST_BEFORE_MS: i64 = 300;
const SESSIONS: usize = 4;
/// How long an endpoint takes for its answer: time enough to take an attempt from whoever is at it.
const ANSWERS_AFTER: Duration = Duration::from_millis(2_500);
/// Until all has come, one attempt after the other for each session, on two busy cores.
const LIMIT: Duration = Duration::from_secs(45);
/// Longest wait for an answer, in milliseconds. A claim holds 8 s longer.
const TIMEOUT_MS: &str = "4000";

const REMINDED: &str =
    "SELECT concat_ws(' ', session_id, user_id) FROM notifications WHERE kind = 'session_reminder'";
const NOT_SENT: &str = "SELECT id FROM deliveries WHERE state <> 'sent'";

struct Rig {
    /// The first is ahead, the second behind.
    nodes: [ServiceProcess; 2],
    receiver: TestReceiver,
    application: Http,
    url: String,
    _clocks: [FakeClock; 2],
    _database: TestDatabase,
}

impl Rig {
    async fn start(engine: TestEngine) -> Option<Self> {
        let database = TestDatabase::create(engine).await?;
        let url = database.url_text();
        let clocks = [FakeClock::new()?, FakeClock::new()?];
        let [ahead, behind] = [0, 1].map(|at| {
            clocks[at].set(OFFSETS[at]);
            let process = ServiceProcess::scheduler(&url)
                .with("RENDEZVOUS_EGRESS_ALLOW", "127.0.0.1")
                .with("RENDEZVOUS_WEBHOOKS_TIMEOUT_MS", TIMEOUT_MS);
            clocks[at].under(process)
        });
        let (ahead, mut behind) = (ahead.started().await, behind);
        share_keys(&ahead, &behind);
        behind.start().await;
        let receiver = TestReceiver::start().await;
        receiver.answers(ReceiverAnswer::After(ANSWERS_AFTER));
        let application = behind.application();
        let endpoint = json!({"url": receiver.url()});
        let webhooks = format!("{}/v1/webhooks", behind.http());
        application
            .post(&webhooks, endpoint)
            .await
            .json::<Value>(201);
        Some(Self {
            nodes: [ahead, behind],
            receiver,
            application,
            url,
            _clocks: clocks,
            _database: database,
        })
    }

    /// Books sessions with two reminders each, due together, at the one whose clock is behind; when they are.
    async fn book(&self) -> UnixMs {
        let due_at = now() + LEAD_MS;
        let url = format!("{}/v1/sessions", self.nodes[1].http());
        for number in 0..SESSIONS {
            let people = ["ana", "bo"]
                .map(|who| json!({"external_id": format!("{who}-{number}"), "name": who}));
            let offer = json!({
                "participants": people, "starts_at": due_at + 600_000, "remind_before_ms": [600_000],
            });
            self.application.post(&url, offer).await.json::<Value>(201);
        }
        due_at
    }

    /// How often each webhook has come, by its id.
    fn received(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for received in self.receiver.received() {
            *counts
                .entry(received.header("webhook-id").to_owned())
                .or_default() += 1;
        }
        counts
    }

    async fn all_is_sent(&self) {
        until("every delivery is sent", LIMIT, async || {
            look(&self.url, NOT_SENT).await.is_empty().then_some(())
        })
        .await;
    }
}

async fn clocks_differ(engine: TestEngine) {
    let Some(mut rig) = Rig::start(engine).await else {
        return;
    };
    let due_at = rig.book().await;
    while now() < due_at - JUST_BEFORE_MS {
        let early = look(&rig.url, REMINDED).await;
        assert!(early.is_empty() || now() >= due_at, "early: {early:?}");
    }
    until("everybody is reminded", LIMIT, async || {
        (look(&rig.url, REMINDED).await.len() == 2 * SESSIONS).then_some(())
    })
    .await;
    let late = now().since(due_at);
    rig.all_is_sent().await;
    super::super::due::nobody_was_told_twice(&rig.url).await;
    let received = rig.received();
    assert!(
        received.values().all(|count| *count == 1),
        "twice: {received:?}"
    );
    for node in &rig.nodes {
        let metrics = node.metrics().await;
        assert!(metrics.sum("store_clock_alarms_total") >= 1.0);
    }
    println!(
        "{engine:?}: {} webhooks, each once; all reminded {late} ms after they were due",
        received.len()
    );

    // The one behind dies at an attempt: it is taken up once its claim has lapsed by the clock of the database.
    let booked = rig.received().len();
    rig.book().await;
    until("an attempt has begun", LIMIT, async || {
        (rig.received().len() > booked).then_some(())
    })
    .await;
    rig.nodes[1].kill();
    rig.all_is_sent().await;
    let received = rig.received();
    assert!(received.values().all(|count| *count <= 2), "{received:?}");
    println!("{engine:?}: one died, the other took over; {received:?}");
}

#[test]
fn flt_63_two_schedulers_on_postgres_whose_clocks_differ_do_nothing_early_or_twice() {
    row(clocks_differ(TestEngine::Postgres));
}

mod long {
    use super::*;

    #[test]
    fn flt_63_two_schedulers_on_mariadb_whose_clocks_differ_do_nothing_early_or_twice() {
        row(clocks_differ(TestEngine::MySql));
    }
}

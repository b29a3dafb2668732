//! Two schedulers on one database, of which one stands still amid its attempts at webhooks until its claims have lapsed.

mod long {
    use std::collections::BTreeMap;
    use std::time::{Duration, Instant};

    use faults::{ServiceProcess, look, row};
    use rustix::process::Signal;
    use serde_json::{Value, json};
    use storage::testing::{TestDatabase, TestEngine};
    use testkit::{Http, ReceiverAnswer, TestReceiver, now, until};

    use super::super::two_schedulers::share_keys;

    /// Longest wait for an answer, in milliseconds. A claim holds 8 s longer: so long one has to stand still.
    const TIMEOUT_MS: &str = "1000";
    /// How long an endpoint takes for its answer: whoever is stopped then has asked and not heard.
    const ANSWERS_AFTER: Duration = Duration::from_millis(400);
    /// Sessions of a round, whose webhooks are under way together.
    const SESSIONS: usize = 5;
    /// Until the other has sent everything: the claim, a poll, and a busy machine.
    const TAKEN_OVER_LIMIT: Duration = Duration::from_secs(30);
    const ROUNDS: usize = 10;
    const NOT_SENT: &str =
        "SELECT id FROM deliveries WHERE channel = 'webhook' AND state <> 'sent'";

    struct Rig {
        nodes: [ServiceProcess; 2],
        receiver: TestReceiver,
        application: Http,
        url: String,
        _database: TestDatabase,
    }

    impl Rig {
        async fn start(engine: TestEngine) -> Option<Self> {
            let database = TestDatabase::create(engine).await?;
            let url = database.url_text();
            let [first, mut other] = [0, 1].map(|_| {
                ServiceProcess::scheduler(&url)
                    .with("RENDEZVOUS_EGRESS_ALLOW", "127.0.0.1")
                    .with("RENDEZVOUS_WEBHOOKS_TIMEOUT_MS", TIMEOUT_MS)
            });
            let first = first.started().await;
            share_keys(&first, &other);
            other.start().await;
            let receiver = TestReceiver::start().await;
            receiver.answers(ReceiverAnswer::After(ANSWERS_AFTER));
            let application = first.application();
            let webhooks = format!("{}/v1/webhooks", first.http());
            let endpoint = json!({"url": receiver.url(), "events": ["session.scheduled"]});
            application
                .post(&webhooks, endpoint)
                .await
                .json::<Value>(201);
            Some(Self {
                nodes: [first, other],
                receiver,
                application,
                url,
                _database: database,
            })
        }

        /// One books, is at its webhooks, and stands still until the other has sent them.
        async fn round(&self, number: usize) -> Duration {
            let victim = &self.nodes[number % 2];
            let asked = self.receiver.received().len();
            for session in 0..SESSIONS {
                let name = format!("{number}-{session}");
                let people = ["ana", "bo"]
                    .map(|who| json!({"external_id": format!("{who}-{name}"), "name": who}));
                let offer = json!({"participants": people, "starts_at": now() + 3_600_000});
                let url = format!("{}/v1/sessions", victim.http());
                self.application.post(&url, offer).await.json::<Value>(201);
            }
            until("it is at an attempt", TAKEN_OVER_LIMIT, async || {
                (self.receiver.received().len() > asked).then_some(())
            })
            .await;
            victim.signal(Signal::STOP);
            let stopped = Instant::now();
            until("the other has sent them", TAKEN_OVER_LIMIT, async || {
                look(&self.url, NOT_SENT).await.is_empty().then_some(())
            })
            .await;
            victim.signal(Signal::CONT);
            stopped.elapsed()
        }
    }

    async fn one_stands_still_amid_attempts(engine: TestEngine) {
        let Some(rig) = Rig::start(engine).await else {
            return;
        };
        let mut slowest = Duration::ZERO;
        for number in 0..ROUNDS {
            slowest = slowest.max(rig.round(number).await);
        }
        let mut lapsed = 0.0;
        until(
            "one comes back to a claim that it has lost",
            TAKEN_OVER_LIMIT,
            async || {
                lapsed = 0.0;
                for node in &rig.nodes {
                    lapsed += node.metrics().await.sum("deliveries_lapsed_total");
                }
                (lapsed > 0.0).then_some(())
            },
        )
        .await;
        let mut counts = BTreeMap::<String, usize>::new();
        for received in rig.receiver.received() {
            *counts
                .entry(received.header("webhook-id").to_owned())
                .or_default() += 1;
        }
        let twice = counts.values().filter(|count| **count == 2).count();
        println!(
            "{engine:?}: {ROUNDS} rounds, {} webhooks, {twice} of them came a second time under their id; {lapsed} came \
             back to a claim that was taken over; slowest takeover {slowest:?}",
            counts.len()
        );
        assert_eq!(counts.len(), ROUNDS * SESSIONS, "one was lost");
        assert!(counts.values().all(|count| *count <= 2), "{counts:?}");
        let settled = "SELECT state FROM deliveries WHERE channel = 'webhook'";
        assert_eq!(look(&rig.url, settled).await, ["sent"; ROUNDS * SESSIONS]);
    }

    #[test]
    fn flt_46_of_two_schedulers_on_postgres_one_stands_still_amid_its_webhooks() {
        row(one_stands_still_amid_attempts(TestEngine::Postgres));
    }

    #[test]
    fn flt_46_of_two_schedulers_on_mariadb_one_stands_still_amid_its_webhooks() {
        row(one_stands_still_amid_attempts(TestEngine::MySql));
    }
}

//! Outgoing webhooks around a scheduler that dies.

mod long {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use faults::{ServiceProcess, row, thorough};
    use rand::Rng;
    use serde_json::{Value, json};
    use testkit::{ReceiverAnswer, TestReceiver, now, until};

    /// When the scheduler is killed after a booking, in milliseconds: between and within attempts.
    const KILL_AFTER_MS: std::ops::RangeInclusive<u64> = 0..=400;
    /// A claim of a killed scheduler lapses within 10 s; what waits behind it follows.
    const ARRIVES_WITHIN: Duration = Duration::from_secs(90);

    /// A session far ahead: all that happens to it is that it is booked, and called off.
    async fn booked(scheduler: &ServiceProcess, number: usize) -> String {
        let people = ["ana", "bo"].map(|who| json!({"external_id": who, "name": who}));
        let body = json!({
            "participants": people, "starts_at": now() + 3_600_000, "metadata": {"number": number},
        });
        let url = format!("{}/v1/sessions", scheduler.http());
        let session: Value = scheduler.application().post(&url, body).await.json(201);
        session["id"].as_str().unwrap().to_owned()
    }

    #[test]
    fn flt_60_kills_between_attempts_lose_no_webhook_and_disturb_no_order() {
        row(async {
            let cycles = if thorough() { 60 } else { 12 };
            let receiver = TestReceiver::start().await;
            receiver.answers(ReceiverAnswer::Status(503));
            let mut scheduler = ServiceProcess::scheduler("")
                .with("RENDEZVOUS_EGRESS_ALLOW", "127.0.0.1")
                .with("RENDEZVOUS_WEBHOOKS_TIMEOUT_MS", "500")
                .with(
                    "RENDEZVOUS_WEBHOOKS_BACK_OFF_MS",
                    &format!("{:?}", [150; 20]),
                )
                .started()
                .await;
            let url = format!("{}/v1/webhooks", scheduler.http());
            let endpoint = json!({"url": receiver.url()});
            let application = scheduler.application();
            application.post(&url, endpoint).await.json::<Value>(201);

            let mut sessions = Vec::new();
            for number in 0..cycles {
                let id = booked(&scheduler, number).await;
                let cancel = format!("{}/v1/sessions/{id}/cancel", scheduler.http());
                let answer = scheduler.application().post(&cancel, json!({})).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                sessions.push(id);
                if number == cycles / 2 {
                    receiver.answers(ReceiverAnswer::Status(200));
                }
                let after = Duration::from_millis(rand::rng().random_range(KILL_AFTER_MS));
                tokio::time::sleep(after).await;
                scheduler.kill();
                scheduler.start().await;
            }
            let all = async || {
                let told = told(&receiver);
                let is_told = |id: &String| told.get(id).is_some_and(|kinds| ended(kinds));
                sessions.iter().all(is_told).then_some(told)
            };
            let told = until("every webhook arrives", ARRIVES_WITHIN, all).await;
            for (session, kinds) in &told {
                let cancelled = kinds.iter().position(|kind| kind == "session.cancelled");
                let booked = kinds.iter().rposition(|kind| kind == "session.scheduled");
                assert!(booked < cancelled, "{session}: {kinds:?}");
            }
            println!("{cycles} kills: {} sessions, none lost", told.len());
        });
    }

    fn ended(kinds: &[String]) -> bool {
        kinds.iter().any(|kind| kind == "session.cancelled")
    }

    /// What came of each session, in the order in which it came.
    fn told(receiver: &TestReceiver) -> BTreeMap<String, Vec<String>> {
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for received in receiver.received() {
            let subject = received.json()["data"]["subject"].clone();
            let subject = subject.as_str().unwrap_or_default().to_owned();
            told.entry(subject).or_default().push(received.kind());
        }
        told
    }
}

//! A claim whose scheduler died before the clock was set back by two hours.

use std::time::Duration;

use faults::{FakeClock, ServiceProcess, look, row};
use serde_json::{Value, json};
use testkit::{ReceiverAnswer, TestReceiver, now, until};

/// From the restart until the webhook comes again: the start, a poll, and a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn flt_64_a_claim_of_a_dead_scheduler_is_taken_over_though_the_clock_was_set_back_by_two_hours() {
    row(async {
        let Some(clock) = FakeClock::new() else {
            return;
        };
        clock.set("+7200");
        let receiver = TestReceiver::start().await;
        receiver.answers(ReceiverAnswer::Hang);
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("scheduler.db").display());
        let process = ServiceProcess::scheduler(&url).with("RENDEZVOUS_EGRESS_ALLOW", "127.0.0.1");
        let mut scheduler = clock.under(process).started().await;
        let application = scheduler.application();
        let webhooks = format!("{}/v1/webhooks", scheduler.http());
        let endpoint = json!({"url": receiver.url(), "events": ["session.scheduled"]});
        application
            .post(&webhooks, endpoint)
            .await
            .json::<Value>(201);
        let people = ["ana", "bo"].map(|who| json!({"external_id": who, "name": who}));
        let offer = json!({"participants": people, "starts_at": now() + 4 * 3_600_000});
        let sessions = format!("{}/v1/sessions", scheduler.http());
        application.post(&sessions, offer).await.json::<Value>(201);
        let first = receiver.until(1).await.remove(0);

        scheduler.kill();
        clock.set("+0");
        receiver.answers(ReceiverAnswer::Status(200));
        scheduler.start().await;
        let sent =
            "SELECT concat_ws(' ', state, attempts) FROM deliveries WHERE channel = 'webhook'";
        until("it is sent", LIMIT, async || {
            (look(&url, sent).await == ["sent 2"]).then_some(())
        })
        .await;
        let received = receiver.received();
        assert_eq!(received.len(), 2);
        assert_eq!(received[1].header("webhook-id"), first.header("webhook-id"));
    });
}

//! Receivers that answer badly, and what becomes of their deliveries.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::{ReceiverAnswer, SOON, TestReceiver, now, until};

use super::running::offer;
use super::{
    WAITS_MS, add, deliveries, endpoint, scheduler, scheduler_with, send_test, shown, text,
    until_state,
};

#[tokio::test]
async fn sch_307_what_fails_is_tried_again_under_the_same_id_and_given_up_in_the_end() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    receiver.answers(ReceiverAnswer::Status(500));
    let (id, _) = endpoint(&scheduler, &receiver).await;
    let delivery = send_test(&scheduler, &id).await;
    let failed = until_state(&scheduler, &id, &delivery, "failed").await;
    let attempts = WAITS_MS.len() + 1;
    assert_eq!(failed["attempts"], attempts);
    assert_eq!(
        (&failed["status"], &failed["reason"]),
        (&json!(500), &json!("http_500"))
    );
    let received = receiver.received();
    assert_eq!(received.len(), attempts);
    for one in &received {
        assert_eq!(one.header("webhook-id"), text(&failed["webhook_id"]));
        assert_eq!(one.body, received[0].body);
    }
    assert!(shown(&scheduler, &id).await["failing_since"].is_i64());

    receiver.answers(ReceiverAnswer::Status(200));
    let again = scheduler.at(&format!("/v1/deliveries/{delivery}/redeliver"));
    let sent: Value = scheduler.app.post(&again, json!({})).await.json(202);
    assert_eq!(sent["delivery_id"], delivery);
    let sent = until_state(&scheduler, &id, &delivery, "sent").await;
    assert_eq!(
        (&sent["attempts"], &sent["reason"]),
        (&json!(attempts + 1), &Value::Null),
        "the count goes on"
    );
    assert!(sent["sent_at"].is_i64());
    assert_eq!(
        (&sent["status"], &sent["endpoint_id"]),
        (&json!(200), &json!(id))
    );
    assert_eq!(sent["listener"], false, "{sent}");
    assert!(shown(&scheduler, &id).await["failing_since"].is_null());
    let rival = scheduler.key("rival").await;
    assert_eq!(rival.post(&again, json!({})).await.status, 404);
}

#[tokio::test]
async fn sch_371_the_store_answers_while_many_deliveries_go_out() {
    const ENDPOINTS: usize = 4;
    const SESSIONS: i64 = 12;
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    for _ in 0..ENDPOINTS {
        endpoint(&scheduler, &receiver).await;
    }
    for number in 0..SESSIONS {
        // Each is 201, and in time.
        scheduler.book(offer(600_000 + number * 600_000)).await;
    }
    let count = ENDPOINTS * usize::try_from(SESSIONS).unwrap();
    let received = receiver.until(count).await;
    let mut ids: BTreeMap<_, usize> = BTreeMap::new();
    for one in &received {
        *ids.entry(one.header("webhook-id").to_owned()).or_default() += 1;
    }
    assert!(ids.values().all(|times| *times == ENDPOINTS), "{ids:?}");
}

#[tokio::test]
async fn sch_372_an_endpoint_that_hangs_holds_up_no_other() {
    // More than all places of the channel, each waiting longer than this test does.
    const SESSIONS: i64 = 68;
    let scheduler = scheduler_with(|config| config.webhooks.timeout_ms = 30_000).await;
    let (hanging, answering) = (TestReceiver::start().await, TestReceiver::start().await);
    hanging.answers(ReceiverAnswer::Hang);
    endpoint(&scheduler, &hanging).await;
    for number in 0..SESSIONS {
        scheduler.book(offer(600_000 + number * 600_000)).await;
    }
    hanging.until(16).await;
    let body = json!({"url": answering.url()});
    let rival = scheduler.key("rival").await;
    let made: Value = rival
        .post(&scheduler.at("/v1/webhooks"), body)
        .await
        .json(201);
    let test = scheduler.at(&format!("/v1/webhooks/{}/test", text(&made["id"])));
    rival.post(&test, json!({})).await.json::<Value>(202);
    answering.until(1).await;
    assert_eq!(hanging.received().len(), 16, "no more at once");
}

#[tokio::test]
async fn sch_307_redirections_endless_bodies_and_silence_are_borne() {
    let inner = TestReceiver::start().await;
    let scheduler = scheduler_with(|config| {
        config.webhooks.timeout_ms = 300;
        config.webhooks.back_off_ms = vec![20];
    })
    .await;
    for (answer, state, reason) in [
        (
            ReceiverAnswer::Redirect(inner.url().to_owned()),
            "failed",
            json!("http_302"),
        ),
        (ReceiverAnswer::Hang, "failed", json!("timeout")),
        (ReceiverAnswer::Endless, "sent", Value::Null),
    ] {
        let receiver = TestReceiver::start().await;
        receiver.answers(answer.clone());
        let (id, _) = endpoint(&scheduler, &receiver).await;
        let delivery = send_test(&scheduler, &id).await;
        let over = until_state(&scheduler, &id, &delivery, state).await;
        assert_eq!(over["reason"], reason, "{answer:?}");
    }
    assert!(inner.received().is_empty(), "nothing is followed");
    // Nobody listens, and whoever does speaks no TLS.
    let receiver = TestReceiver::start().await;
    for url in [
        "http://127.0.0.1:9/hook".to_owned(),
        receiver.url().replace("http", "https"),
    ] {
        let id = text(&add(&scheduler, json!({"url": url})).await["id"]);
        let delivery = send_test(&scheduler, &id).await;
        let over = until_state(&scheduler, &id, &delivery, "failed").await;
        assert_eq!(over["reason"], "connect_failed", "{url}");
    }
}

#[tokio::test]
async fn sch_303_a_wait_that_a_receiver_asks_for_is_kept() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    receiver.answers(ReceiverAnswer::RetryAfter(3_600));
    let (id, _) = endpoint(&scheduler, &receiver).await;
    let asked_at = now();
    let delivery = send_test(&scheduler, &id).await;
    receiver.until(1).await;
    let waiting = async || {
        let all = deliveries(&scheduler, &id, "?state=pending").await;
        let is_tried = |one: &Value| one["id"] == delivery && one["reason"] == "http_429";
        all.into_iter().find(is_tried)
    };
    let waiting = until("the answer is written", SOON, waiting).await;
    let next_at = waiting["next_at"].as_i64().unwrap();
    assert!(next_at - asked_at.0 >= 3_600_000, "{waiting}");
}

#[tokio::test]
async fn sch_305_a_receiver_that_answers_410_is_told_of_nothing_more() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    receiver.answers(ReceiverAnswer::Status(410));
    let (id, _) = endpoint(&scheduler, &receiver).await;
    let delivery = send_test(&scheduler, &id).await;
    let over = until_state(&scheduler, &id, &delivery, "failed").await;
    assert_eq!(
        (&over["attempts"], &over["reason"]),
        (&json!(1), &json!("http_410"))
    );
    let disabled = shown(&scheduler, &id).await;
    assert_eq!(
        (&disabled["state"], &disabled["reason"]),
        (&json!("disabled"), &json!("gone"))
    );
    scheduler.book(offer(3_600_000)).await;
    assert_eq!(deliveries(&scheduler, &id, "").await.len(), 1);
    let audit = scheduler.at("/v1/audit?action=webhook.disable");
    let rows: Value = scheduler.operator().await.get(&audit).await.json(200);
    assert_eq!(rows["items"][0]["subject"], id.as_str());
    assert_eq!(rows["items"][0]["detail"], "gone of shop");
    let again = scheduler.at(&format!("/v1/deliveries/{delivery}/redeliver"));
    let refused = scheduler.app.post(&again, json!({})).await;
    assert_eq!(refused.problem(409), "conflict");
}

#[tokio::test]
async fn sch_300_of_one_session_each_event_waits_until_the_one_before_is_over() {
    let scheduler = scheduler_with(|config| config.webhooks.back_off_ms = vec![50; 20]).await;
    let receiver = TestReceiver::start().await;
    receiver.answers(ReceiverAnswer::Status(503));
    let (id, _) = endpoint(&scheduler, &receiver).await;
    let session = scheduler.book(offer(3_600_000)).await;
    let cancel = scheduler.at(&format!("/v1/sessions/{}/cancel", text(&session["id"])));
    assert_eq!(scheduler.app.post(&cancel, json!({})).await.status, 200);
    // Another session waits for none of them.
    scheduler.book(offer(7_200_000)).await;
    receiver.until(3).await;
    receiver.answers(ReceiverAnswer::Status(200));
    let sent = async || {
        let all = deliveries(&scheduler, &id, "?state=sent").await;
        (all.len() == 3).then_some(all)
    };
    until("all arrive", SOON * 4, sent).await;
    let of_session =
        |one: &testkit::ReceivedWebhook| one.json()["data"]["subject"] == session["id"];
    let kinds = receiver.received().into_iter().filter(of_session);
    let kinds: Vec<_> = kinds.map(|one| one.kind()).collect();
    let cancelled = kinds
        .iter()
        .position(|kind| kind == "session.cancelled")
        .unwrap();
    assert_eq!(cancelled, kinds.len() - 1, "{kinds:?}");
}

//! Endpoints as an application keeps them, and which events reach them.

use serde_json::{Value, json};
use testkit::{TestReceiver, now};
use wire::SessionFact;

use super::running::{fact, offer};
use super::{add, delete, deliveries, endpoint, scheduler, send_test, shown, text, until_state};

#[tokio::test]
async fn sch_304_an_endpoint_is_made_shown_changed_and_deleted_by_its_application() {
    let scheduler = scheduler().await;
    let url = "https://shop.example/hook";
    let made = add(
        &scheduler,
        json!({"url": url, "events": ["session.live"], "description": "Till"}),
    )
    .await;
    assert!(text(&made["secret"]).starts_with("whsec_"), "{made}");
    let id = text(&made["id"]);
    let mut without_secret = made.clone();
    without_secret.as_object_mut().unwrap().remove("secret");
    assert_eq!(shown(&scheduler, &id).await, without_secret);
    let all = scheduler.at("/v1/webhooks");
    let listed: Value = scheduler.app.get(&all).await.json(200);
    assert_eq!(listed["items"], json!([without_secret]));

    let at = scheduler.at(&format!("/v1/webhooks/{id}"));
    let change = json!({"state": "disabled", "events": []});
    let changed: Value = scheduler.app.patch(&at, change).await.json(200);
    assert_eq!(
        (&changed["state"], &changed["reason"]),
        (&json!("disabled"), &json!("asked"))
    );
    assert_eq!(changed["events"], json!([]));
    let test = scheduler.app.post(&format!("{at}/test"), json!({})).await;
    assert_eq!(test.problem(409), "conflict");

    let rival = scheduler.key("rival").await;
    assert_eq!(rival.get(&at).await.status, 404);
    assert_eq!(rival.patch(&at, json!({})).await.status, 404);
    assert_eq!(
        rival.post(&format!("{at}/rotate"), json!({})).await.status,
        404
    );
    assert_eq!(rival.get(&format!("{at}/deliveries")).await.status, 404);
    assert_eq!(delete(&rival, &at).await, 404);
    assert_eq!(delete(&scheduler.app, &at).await, 204);
    assert_eq!(scheduler.app.get(&at).await.status, 404);
}

#[tokio::test]
async fn sch_304_an_address_inside_is_refused_with_why() {
    let scheduler = scheduler().await;
    let all = scheduler.at("/v1/webhooks");
    for (url, why) in [
        ("https://10.0.0.7/hook", "address"),
        ("https://[::1]/hook", "address"),
        ("http://10.0.0.7/hook", "scheme"),
        ("https://ann:pw@shop.example/hook", "credentials"),
        ("ftp://shop.example", "scheme"),
    ] {
        let refused = scheduler.app.post(&all, json!({"url": url})).await;
        assert_eq!(refused.problem(422), "invalid_field", "{url}");
        let error = &refused.body["errors"][0];
        assert_eq!(error["field"], "url");
        assert_eq!(error["code"], format!("url_not_allowed:{why}"), "{url}");
    }
    let inside = scheduler.app.post(
        &all,
        json!({"url": "https://a.example", "events": ["user.blocked"]}),
    );
    let refused = inside.await;
    assert_eq!(refused.body["errors"][0]["code"], "not_outgoing");
}

#[tokio::test]
async fn sch_304_an_application_has_twenty_endpoints() {
    let scheduler = scheduler().await;
    let url = json!({"url": "https://shop.example/hook"});
    for _ in 0..20 {
        add(&scheduler, url.clone()).await;
    }
    let all = scheduler.at("/v1/webhooks");
    let refused = scheduler.app.post(&all, url.clone()).await;
    assert_eq!(refused.problem(409), "conflict");
    let rival = scheduler.key("rival").await;
    assert_eq!(rival.post(&all, url).await.status, 201);
}

#[tokio::test]
async fn sch_296_a_sessions_life_reaches_the_endpoints_of_its_application_in_order() {
    let scheduler = scheduler().await;
    let (receiver, theirs) = (TestReceiver::start().await, TestReceiver::start().await);
    endpoint(&scheduler, &receiver).await;
    let rival = scheduler.key("rival").await;
    let body = json!({"url": theirs.url()});
    rival
        .post(&scheduler.at("/v1/webhooks"), body)
        .await
        .json::<Value>(201);

    // Its lobby opens at once, and a reminder is due.
    let mut booking = offer(60_000);
    booking["remind_before_ms"] = json!([59_000]);
    let session = scheduler.book(booking).await;
    receiver.until(4).await;
    let [ana, _] = [0, 1].map(|at| text(&session["participants"][at]["user_id"]));
    let joined = SessionFact {
        user_id: Some(ana.as_str().into()),
        ..SessionFact::default()
    };
    let reported = fact(&session, "session.joined", now(), &joined);
    scheduler
        .report(vec![reported.clone(), reported.clone()], now())
        .await;
    let received = receiver.until(5).await;

    let kinds: Vec<_> = received
        .iter()
        .map(testkit::ReceivedWebhook::kind)
        .collect();
    assert_eq!(kinds[0], "session.scheduled", "{kinds:?}");
    assert_eq!(kinds[4], "session.joined", "{kinds:?}");
    let mut between = kinds[1..4].to_vec();
    between.sort_unstable();
    assert_eq!(
        between,
        ["session.opened", "session.reminded", "session.reminded"]
    );
    let last = &received[4];
    assert_eq!(last.header("webhook-id"), text(&reported["id"]));
    assert_eq!(last.header("content-type"), "application/json");
    assert_eq!(
        last.json()["data"],
        json!({"subject": session["id"], "user_id": ana})
    );
    let first = received[0].json();
    assert_eq!(first["data"]["revision"], 1);
    assert_eq!(first["data"]["session"]["id"], session["id"]);
    assert!(theirs.received().is_empty(), "another application's");
}

#[tokio::test]
async fn sch_311_what_clips_a_session_is_told_to_nobody_outside() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    let (id, _) = endpoint(&scheduler, &receiver).await;
    scheduler.book(offer(3_600_000)).await;
    // Begins before the first would have ended at the latest, which gives that one another end.
    let first = deliveries(&scheduler, &id, "").await;
    assert_eq!(first.len(), 1, "{first:?}");
    let mut next = offer(3_600_000 + 70_000);
    next["allow_overlap"] = json!(true);
    let next = scheduler.book(next).await;
    let test = send_test(&scheduler, &id).await;
    until_state(&scheduler, &id, &test, "sent").await;
    let all = deliveries(&scheduler, &id, "").await;
    let kinds: Vec<_> = all.iter().map(|one| text(&one["kind"])).collect();
    assert_eq!(
        kinds,
        ["webhook.test", "session.scheduled", "session.scheduled"]
    );
    let cancel = scheduler.at(&format!("/v1/sessions/{}/cancel", text(&next["id"])));
    assert_eq!(scheduler.app.post(&cancel, json!({})).await.status, 200);
    let received = receiver.until(4).await;
    assert_eq!(received[3].kind(), "session.cancelled");
}

#[tokio::test]
async fn sch_298_an_endpoint_is_sent_the_types_that_it_asked_for() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    let body = json!({"url": receiver.url(), "events": ["session.cancelled"]});
    let id = text(&add(&scheduler, body).await["id"]);
    let session = scheduler.book(offer(3_600_000)).await;
    let cancel = scheduler.at(&format!("/v1/sessions/{}/cancel", text(&session["id"])));
    assert_eq!(scheduler.app.post(&cancel, json!({})).await.status, 200);
    receiver.until(1).await;
    let all = deliveries(&scheduler, &id, "").await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0]["kind"], "session.cancelled");
}

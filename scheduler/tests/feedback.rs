//! What the two say of a session once it is over.

mod running;

use running::{Running, fact, offer};
use serde_json::{Value, json};
use testkit::now;
use wire::{EndReason, SessionFact};

#[tokio::test]
async fn sch_248_feedback_is_for_the_two_and_shown_to_their_application() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(1_000)).await;
    let ana = scheduler.person(&session, 0).await;
    let other = scheduler.book(offer(1_000)).await;
    let stranger = scheduler.person(&other, 0).await;
    let path = format!("/v1/sessions/{}/feedback", session["id"].as_str().unwrap());
    let url = scheduler.at(&path);
    let said = json!({"score": 4, "text": "Good\r\ntalk"});
    assert_eq!(ana.post(&url, said.clone()).await.problem(409), "conflict");
    let ended = SessionFact {
        reason: Some(EndReason::Completed),
        ..SessionFact::default()
    };
    let at = now();
    let event = fact(&session, "session.ended", at, &ended);
    scheduler.report(vec![event], at).await;

    let given: Value = ana.post(&url, said.clone()).await.json(200);
    assert_eq!(given["text"], "Good\ntalk");
    assert!(given.get("changed_at").is_none());
    let again: Value = ana.post(&url, said.clone()).await.json(200);
    assert_eq!(again, given, "the same changes nothing");
    let changed: Value = ana.post(&url, json!({"score": 5})).await.json(200);
    assert_eq!(changed["given_at"], given["given_at"]);
    assert!(changed.get("text").is_none() && changed["changed_at"].is_i64());

    assert_eq!(
        scheduler.app.post(&url, said.clone()).await.problem(403),
        "forbidden"
    );
    assert_eq!(
        stranger.post(&url, said.clone()).await.problem(404),
        "not_found"
    );
    for (said, field) in [
        (json!({"score": 6}), "score"),
        (json!({"score": "5"}), "score"),
        (json!({}), "score"),
        (json!({"score": 1, "text": "x".repeat(2_001)}), "text"),
    ] {
        let refused = ana.post(&url, said).await;
        assert_eq!(refused.problem(422), "invalid_field");
        assert_eq!(refused.body["errors"][0]["field"], field);
    }

    let seen = scheduler.session(&session["id"]).await;
    let people = seen["participants"].as_array().unwrap();
    assert_eq!(people[0]["feedback"], changed);
    assert!(people[1].get("feedback").is_none());
    let plain = scheduler.at(&format!("/v1/sessions/{}", session["id"].as_str().unwrap()));
    let hers: Value = ana.get(&plain).await.json(200);
    assert!(hers["participants"][0].get("feedback").is_none());
}

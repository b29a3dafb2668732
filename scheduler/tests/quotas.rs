//! What one application, person or operator may cause in an hour is bounded.

mod running;

use reqwest::Method;
use running::{Running, offer};
use serde_json::{Value, json};
use testkit::HttpResponse;

async fn with_limits(change: impl FnOnce(&mut scheduler::Limits)) -> Running {
    let data = tempfile::tempdir().expect("a folder for the data");
    Running::start_with(data, |config| change(&mut config.limits)).await
}

/// 429 with when to try again, in the body and, in whole seconds, in the header.
fn used_up(answer: &HttpResponse) {
    assert_eq!(answer.problem(429), "quota_exceeded");
    let wait_ms = answer.body["retry_after_ms"].as_u64().expect("a wait");
    let wait_s = answer.headers["retry-after"].to_str().expect("plain text");
    assert_eq!(wait_s, wait_ms.div_ceil(1_000).to_string());
    assert!((1..=3_600_000).contains(&wait_ms), "{wait_ms}");
}

#[tokio::test]
async fn sch_111_an_application_books_so_much_an_hour_and_repeats_cost_nothing() {
    let scheduler = with_limits(|limits| limits.sessions_per_hour = 3).await;
    let url = scheduler.at("/v1/sessions");
    let body = offer(600_000);
    let once = [("idempotency-key", "one")];
    for _ in 0..5 {
        let booked = scheduler
            .app
            .send(Method::POST, &url, Some(body.clone()), &once)
            .await;
        booked.json::<Value>(201);
    }
    let mut wrong = offer(600_000);
    wrong["duration_ms"] = json!(0);
    for _ in 0..5 {
        let refused = scheduler.app.post(&url, wrong.clone()).await;
        assert_eq!(refused.problem(422), "invalid_field");
    }
    for _ in 0..2 {
        scheduler.book(offer(600_000)).await;
    }
    used_up(&scheduler.app.post(&url, offer(600_000)).await);
    // The first answer is still given again, what is booked is still read and called off, and another key of
    // the same application has no other quota.
    let again = scheduler
        .app
        .send(Method::POST, &url, Some(body), &once)
        .await;
    let session: Value = again.json(201);
    used_up(&scheduler.key("shop").await.post(&url, offer(600_000)).await);
    let cancel = format!(
        "/v1/sessions/{}/cancel",
        session["id"].as_str().expect("an id")
    );
    scheduler
        .app
        .post(&scheduler.at(&cancel), json!({}))
        .await
        .json::<Value>(200);
    let other = scheduler.key("other").await;
    other.post(&url, offer(600_000)).await.json::<Value>(201);
}

#[tokio::test]
async fn sch_111_bytes_count_as_well_as_bookings() {
    let scheduler = with_limits(|limits| limits.bytes_per_hour = 20_000).await;
    let large = || {
        let mut offer = offer(600_000);
        offer["metadata"] = json!({"text": "x".repeat(9_000)});
        offer
    };
    let url = scheduler.at("/v1/sessions");
    for _ in 0..2 {
        scheduler.book(large()).await;
    }
    used_up(&scheduler.app.post(&url, large()).await);
    scheduler.book(offer(600_000)).await;
}

#[tokio::test]
async fn sch_112_changes_and_renewed_links_are_counted_and_what_changes_nothing_is_not() {
    let scheduler = with_limits(|limits| limits.changes_per_hour = 2).await;
    let session = scheduler.book(offer(600_000)).await;
    let own = format!("/v1/sessions/{}", session["id"].as_str().expect("an id"));
    let patch = async |body: Value| scheduler.app.patch(&scheduler.at(&own), body).await;
    patch(json!({"duration_ms": 5_000}))
        .await
        .json::<Value>(200);
    for _ in 0..5 {
        patch(json!({"duration_ms": 5_000}))
            .await
            .json::<Value>(200);
    }
    let user = session["participants"][0]["user_id"]
        .as_str()
        .expect("an id");
    let renew = scheduler.at(&format!("{own}/participants/{user}/renew-link"));
    scheduler
        .app
        .post(&renew, json!({}))
        .await
        .json::<Value>(200);
    used_up(&scheduler.app.post(&renew, json!({})).await);
    used_up(&patch(json!({"duration_ms": 6_000})).await);
    patch(json!({})).await.json::<Value>(200);
}

#[tokio::test]
async fn sch_113_tickets_are_counted_by_application_person_and_operators_key() {
    let scheduler = with_limits(|limits| {
        limits.tickets_per_hour = 1;
        limits.person_tickets_per_hour = 2;
        limits.operator_tickets_per_hour = 1;
    })
    .await;
    let session = scheduler.book(offer(600_000)).await;
    let own = format!(
        "/v1/sessions/{}/ticket",
        session["id"].as_str().expect("an id")
    );
    let (call, chat) = (scheduler.at(&own), scheduler.at("/v1/rooms/ticket"));
    for at in [0, 1] {
        let person = scheduler.person(&session, at).await;
        person.post(&call, json!({})).await.json::<Value>(200);
        person.post(&chat, json!({})).await.json::<Value>(200);
        used_up(&person.post(&call, json!({})).await);
        used_up(&person.post(&chat, json!({})).await);
    }
    let body = json!({"user_id": session["participants"][0]["user_id"]});
    scheduler
        .app
        .post(&call, body.clone())
        .await
        .json::<Value>(200);
    used_up(&scheduler.app.post(&chat, body).await);
    let operators = scheduler.at("/v1/operator/ticket");
    let key = scheduler.operator_key("ops").await;
    key.post(&operators, json!({})).await.json::<Value>(200);
    used_up(&key.post(&operators, json!({})).await);
}

//! A command that is sent again has one effect.

mod running;

use reqwest::Method;
use running::{Running, offer};
use serde_json::{Value, json};
use testkit::{HttpResponse, SOON};

async fn with_key(scheduler: &Running, key: &str, offer: Value) -> HttpResponse {
    let url = scheduler.at("/v1/sessions");
    let headers = [("idempotency-key", key)];
    scheduler
        .app
        .send(Method::POST, &url, Some(offer), &headers)
        .await
}

#[tokio::test]
async fn sch_55_the_same_key_and_command_get_the_same_answer() {
    let scheduler = Running::start().await;
    let offer = offer(600_000);
    let first: Value = with_key(&scheduler, "one", offer.clone()).await.json(201);
    let again: Value = with_key(&scheduler, "one", offer.clone()).await.json(201);
    assert_eq!(first, again);
    let other: Value = with_key(&scheduler, "two", offer).await.json(201);
    assert_ne!(first["id"], other["id"]);
}

#[tokio::test]
async fn sch_55_the_same_key_for_another_command_is_a_conflict() {
    let scheduler = Running::start().await;
    with_key(&scheduler, "one", offer(600_000))
        .await
        .json::<Value>(201);
    let other = with_key(&scheduler, "one", offer(700_000)).await;
    assert_eq!(other.problem(409), "conflict");
    let key = "k".repeat(256);
    let long = with_key(&scheduler, &key, offer(600_000)).await;
    assert_eq!(long.problem(422), "invalid_field");
}

#[tokio::test]
async fn sch_55_keys_are_each_applications_own() {
    let scheduler = Running::start().await;
    let first: Value = with_key(&scheduler, "one", offer(600_000)).await.json(201);
    let headers = [("idempotency-key", "one")];
    let url = scheduler.at("/v1/sessions");
    let other = scheduler.key("another shop").await;
    let theirs = other
        .send(Method::POST, &url, Some(offer(600_000)), &headers)
        .await;
    assert_ne!(theirs.json::<Value>(201)["id"], first["id"]);
}

#[tokio::test]
async fn sch_55_of_many_at_once_one_books() {
    let scheduler = Running::start().await;
    let offer = offer(600_000);
    let tries: Vec<_> = (0..8)
        .map(|_| with_key(&scheduler, "one", offer.clone()))
        .collect();
    let answers = tokio::time::timeout(SOON, futures_util::future::join_all(tries));
    let answers = answers.await.unwrap();
    let ids: std::collections::BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.json::<Value>(201)["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1);
    let listed: Value = scheduler
        .app
        .get(&scheduler.at("/v1/sessions"))
        .await
        .json(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn sch_55_a_change_that_is_sent_again_is_made_once() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let url = scheduler.at(&format!("/v1/sessions/{}", session["id"].as_str().unwrap()));
    let headers = [("idempotency-key", "one"), ("if-match", "\"1\"")];
    for _ in 0..2 {
        let body = json!({"duration_ms": 90_000});
        let changed = scheduler
            .app
            .send(Method::PATCH, &url, Some(body), &headers)
            .await;
        assert_eq!(changed.json::<Value>(200)["revision"], 2);
    }
}

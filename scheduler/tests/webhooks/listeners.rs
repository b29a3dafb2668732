//! Listeners: deliveries that are fetched by a developer's machine.

use futures_util::StreamExt as _;
use scheduler::api_keys::{self, Scope};
use serde_json::{Value, json};
use testkit::{SOON, now, until};

use super::running::{Running, offer};
use super::{delete, deliveries, scheduler, text};

async fn start(scheduler: &Running, body: Value) -> Value {
    let url = scheduler.at("/v1/webhook-listeners");
    scheduler.app.post(&url, body).await.json(201)
}

/// The next so many deliveries of a new stream.
async fn fetched(scheduler: &Running, listener: &Value, count: usize) -> Vec<Value> {
    let path = format!("/v1/webhook-listeners/{}/stream", text(&listener["id"]));
    let key = api_keys::create(&scheduler.store, "shop", Scope::App, "test");
    let key = key.await.unwrap();
    let request = reqwest::Client::new().get(scheduler.at(&path));
    let answer = request.bearer_auth(key).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let mut bytes = answer.bytes_stream();
    let mut read = String::new();
    let reading = async {
        loop {
            let data = read.lines().filter_map(|line| line.strip_prefix("data: "));
            let found: Vec<Value> = data
                .filter_map(|data| serde_json::from_str(data).ok())
                .collect();
            if found.len() >= count {
                return found;
            }
            let chunk = bytes.next().await.unwrap().unwrap();
            read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    };
    tokio::time::timeout(SOON * 3, reading)
        .await
        .expect("deliveries come")
}

async fn answer(scheduler: &Running, listener: &Value, delivery: &Value, body: Value) -> u16 {
    let (id, delivery) = (text(&listener["id"]), text(&delivery["delivery_id"]));
    let url = scheduler.at(&format!("/v1/webhook-listeners/{id}/deliveries/{delivery}"));
    scheduler.app.post(&url, body).await.status
}

#[tokio::test]
async fn sch_309_what_nobody_has_answered_for_comes_again_and_what_was_is_over() {
    let scheduler = scheduler().await;
    let listener = start(&scheduler, json!({})).await;
    assert!(text(&listener["secret"]).starts_with("whsec_"));
    let first = scheduler.book(offer(3_600_000)).await;
    scheduler.book(offer(7_200_000)).await;
    let out = fetched(&scheduler, &listener, 2).await;
    let body: Value = serde_json::from_str(out[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["data"]["subject"], first["id"]);
    assert_eq!(
        answer(&scheduler, &listener, &out[0], json!({"status": 204})).await,
        204
    );
    assert_eq!(
        answer(&scheduler, &listener, &out[0], json!({"status": 204})).await,
        404
    );
    scheduler.book(offer(9_000_000)).await;
    let again = fetched(&scheduler, &listener, 2).await;
    assert_eq!(again[0]["delivery_id"], out[1]["delivery_id"]);
    assert_eq!(again[0]["webhook_id"], out[1]["webhook_id"]);
    assert_eq!(
        answer(&scheduler, &listener, &again[0], json!({})).await,
        204
    );

    let all = deliveries(&scheduler, &text(&listener["id"]), "").await;
    let states: Vec<_> = all.iter().map(|one| text(&one["state"])).collect();
    assert_eq!(states, ["pending", "failed", "sent"]);
    assert_eq!(all[1]["reason"], "no_answer");
    assert_eq!(
        (&all[2]["status"], &all[2]["reason"]),
        (&json!(204), &Value::Null)
    );
    let everything = scheduler.at("/v1/deliveries?channel=webhook");
    let everything: Value = scheduler.app.get(&everything).await.json(200);
    for one in all.iter().chain(everything["items"].as_array().unwrap()) {
        let marks = (&one["listener"], &one["endpoint_id"]);
        assert_eq!(marks, (&json!(true), &listener["id"]), "{one}");
    }
    let again = scheduler.at(&format!("/v1/deliveries/{}/redeliver", text(&all[1]["id"])));
    scheduler
        .app
        .post(&again, json!({}))
        .await
        .json::<Value>(202);
    assert_eq!(fetched(&scheduler, &listener, 2).await.len(), 2);
}

#[tokio::test]
async fn sch_309_an_application_has_five_listeners_of_its_own() {
    let scheduler = scheduler().await;
    let all = scheduler.at("/v1/webhook-listeners");
    let mut last = Value::Null;
    for _ in 0..5 {
        last = start(&scheduler, json!({"events": ["session.live"]})).await;
    }
    assert!(last["expires_at"].as_i64().unwrap() > now().0);
    let refused = scheduler.app.post(&all, json!({})).await;
    assert_eq!(refused.problem(409), "conflict");
    let at = format!("{all}/{}", text(&last["id"]));
    let rival = scheduler.key("rival").await;
    assert_eq!(rival.get(&format!("{at}/stream")).await.status, 404);
    assert_eq!(delete(&rival, &at).await, 404);
    assert_eq!(delete(&scheduler.app, &at).await, 204);
    assert_eq!(scheduler.app.get(&format!("{at}/stream")).await.status, 404);
    start(&scheduler, json!({})).await;
    let listed: Value = scheduler
        .app
        .get(&scheduler.at("/v1/webhooks"))
        .await
        .json(200);
    assert_eq!(listed["items"], json!([]), "a listener is no endpoint");
}

#[tokio::test]
async fn sch_376_listeners_are_listed_with_which_of_them_somebody_listens_to() {
    let scheduler = scheduler().await;
    let made = start(&scheduler, json!({"events": ["session.live"]})).await;
    let other = start(&scheduler, json!({})).await;
    let path = format!("/v1/webhook-listeners/{}/stream", text(&made["id"]));
    let key = api_keys::create(&scheduler.store, "shop", Scope::App, "test");
    let key = key.await.unwrap();
    let request = reqwest::Client::new().get(scheduler.at(&path));
    let stream = request.bearer_auth(key).send().await.unwrap();
    assert_eq!(stream.status().as_u16(), 200);
    let all = scheduler.at("/v1/webhook-listeners");
    let listed: Value = scheduler.app.get(&all).await.json(200);
    let [first, second] = [0, 1].map(|at| &listed["items"][at]);
    assert_eq!((&first["id"], &second["id"]), (&made["id"], &other["id"]));
    assert_eq!(first["events"], json!(["session.live"]));
    assert!(first["secret"].is_null() && first["expires_at"].is_i64());
    assert_eq!(
        (&first["listening"], &second["listening"]),
        (&json!(true), &json!(false))
    );
    drop(stream);
    let silent = async || {
        let listed: Value = scheduler.app.get(&all).await.json(200);
        (listed["items"][0]["listening"] == false).then_some(())
    };
    until("the stream ends", SOON * 3, silent).await;
    let rival = scheduler.key("rival").await;
    let theirs: Value = rival.get(&all).await.json(200);
    assert_eq!(theirs["items"], json!([]));
}

#[tokio::test]
async fn sch_375_what_went_to_a_listener_that_is_gone_is_not_sent_again() {
    let scheduler = scheduler().await;
    let listener = start(&scheduler, json!({})).await;
    scheduler.book(offer(3_600_000)).await;
    let all = deliveries(&scheduler, &text(&listener["id"]), "").await;
    let id = text(&listener["id"]);
    let at = scheduler.at(&format!("/v1/webhook-listeners/{id}"));
    assert_eq!(delete(&scheduler.app, &at).await, 204);
    let again = format!("/v1/deliveries/{}/redeliver", text(&all[0]["id"]));
    let refused = scheduler.app.post(&scheduler.at(&again), json!({})).await;
    assert_eq!(refused.problem(409), "conflict");
    assert_eq!(refused.body["reason"], "endpoint_gone");
}

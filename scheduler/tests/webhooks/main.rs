//! Outgoing webhooks: endpoints, what they are sent, and what becomes of it.

#[path = "../running/mod.rs"]
mod running;

mod endpoints;
mod listeners;
mod receivers;
mod signatures;

use running::Running;
use scheduler::Config;
use serde_json::{Value, json};
use service::egress::EgressPolicy;
use testkit::{Http, SOON, TestReceiver, until};

/// Waits of these tests, in milliseconds: four attempts.
const WAITS_MS: [i64; 3] = [50, 50, 50];

/// A scheduler that may call this machine.
async fn scheduler_with(change: impl FnOnce(&mut Config)) -> Running {
    let data = tempfile::tempdir().unwrap();
    Running::start_with(data, |config| {
        config.egress = EgressPolicy::new(["127.0.0.1"]).unwrap();
        config.webhooks.back_off_ms = WAITS_MS.to_vec();
        change(config);
    })
    .await
}

async fn scheduler() -> Running {
    scheduler_with(|_| ()).await
}

/// Adds an endpoint of the application.
async fn add(scheduler: &Running, body: Value) -> Value {
    let url = scheduler.at("/v1/webhooks");
    scheduler.app.post(&url, body).await.json(201)
}

/// Adds an endpoint at a receiver: its id and its secret.
async fn endpoint(scheduler: &Running, receiver: &TestReceiver) -> (String, String) {
    let made = add(scheduler, json!({"url": receiver.url()})).await;
    (text(&made["id"]), text(&made["secret"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn send_test(scheduler: &Running, endpoint: &str) -> String {
    let url = scheduler.at(&format!("/v1/webhooks/{endpoint}/test"));
    let sent: Value = scheduler.app.post(&url, json!({})).await.json(202);
    text(&sent["delivery_id"])
}

async fn shown(scheduler: &Running, endpoint: &str) -> Value {
    let url = scheduler.at(&format!("/v1/webhooks/{endpoint}"));
    scheduler.app.get(&url).await.json(200)
}

/// Deliveries of an endpoint, the newest first.
async fn deliveries(scheduler: &Running, endpoint: &str, query: &str) -> Vec<Value> {
    let url = scheduler.at(&format!("/v1/webhooks/{endpoint}/deliveries{query}"));
    let page: Value = scheduler.app.get(&url).await.json(200);
    page["items"].as_array().unwrap().clone()
}

/// Waits until a delivery stands so.
async fn until_state(scheduler: &Running, endpoint: &str, delivery: &str, state: &str) -> Value {
    let found = async || {
        let all = deliveries(scheduler, endpoint, "").await;
        let is_meant = |one: &Value| one["id"] == delivery && one["state"] == state;
        all.into_iter().find(is_meant)
    };
    until("a delivery's state", SOON * 4, found).await
}

async fn delete(client: &Http, url: &str) -> u16 {
    client.delete(url).await.status
}

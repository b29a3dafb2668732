//! An endpoint and a listener of an application, each with a delivery.

use serde_json::{Value, json};
use testkit::Http;

use crate::running::{Running, offer};

/// By their ids.
pub(crate) struct Hooks {
    endpoint: String,
    listener: String,
    /// To the endpoint, and not over.
    delivery: String,
    /// For the listener.
    pub(crate) waiting: String,
}

impl Hooks {
    pub(crate) async fn new(scheduler: &Running, application: &Http) -> Self {
        let url = scheduler.at("/v1/webhooks");
        let body = json!({"url": "https://shop.invalid/hook", "events": ["session.no_show"]});
        let endpoint: Value = application.post(&url, body).await.json(201);
        let endpoint = text(&endpoint["id"]);
        let at = format!("{url}/{endpoint}");
        let sent = application.post(&format!("{at}/test"), json!({})).await;
        let delivery = text(&sent.json::<Value>(202)["delivery_id"]);
        let url = scheduler.at("/v1/webhook-listeners");
        let listener: Value = application.post(&url, json!({})).await.json(201);
        let listener = text(&listener["id"]);
        let url = scheduler.at("/v1/sessions");
        application
            .post(&url, offer(600_000))
            .await
            .json::<Value>(201);
        let path = format!("/v1/webhooks/{listener}/deliveries");
        let page: Value = application.get(&scheduler.at(&path)).await.json(200);
        Self {
            endpoint,
            listener,
            delivery,
            waiting: text(&page["items"][0]["id"]),
        }
    }

    /// An application has so many and no more.
    pub(crate) async fn delete(&self, scheduler: &Running, application: &Http) {
        for path in [
            format!("/v1/webhooks/{}", self.endpoint),
            format!("/v1/webhook-listeners/{}", self.listener),
        ] {
            application.delete(&scheduler.at(&path)).await;
        }
    }

    /// The id that stands in that path.
    pub(crate) fn id(&self, path: &str) -> &str {
        match path.split('/').nth(2) {
            Some("webhook-listeners") => &self.listener,
            Some("deliveries") => &self.delivery,
            _ => &self.endpoint,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

//! What lies in the inbox of a running service, read beside it.

use std::path::Path;

use serde_json::Value;
use storage::{Database, Schema, query};

/// An event as it lies there.
#[derive(Debug)]
pub(crate) struct WebhookEvent {
    pub(crate) state: String,
    pub(crate) body: Value,
    pub(crate) why: Option<String>,
}

/// Every event, in the order in which they came.
pub(crate) async fn events(data_dir: &Path) -> Vec<WebhookEvent> {
    let database = open(data_dir).await;
    let rows: Vec<(String, String, Option<String>)> =
        query("SELECT state, body, why FROM media_inbox ORDER BY position")
            .fetch_all(&mut database.read().await.unwrap())
            .await
            .unwrap();
    database.close().await;
    let event = |(state, body, why): (String, String, Option<String>)| WebhookEvent {
        state,
        body: serde_json::from_str(&body).unwrap_or_default(),
        why,
    };
    rows.into_iter().map(event).collect()
}

/// Makes what is parked older by so many milliseconds, as if the clock had gone on.
pub(crate) async fn age_parked(data_dir: &Path, ms: i64) {
    let parked =
        query("UPDATE media_inbox SET received_at = received_at - ?1 WHERE state = 'parked'");
    let database = open(data_dir).await;
    database.execute(parked.bind(ms)).await.unwrap();
    database.close().await;
}

async fn open(data_dir: &Path) -> Database {
    let path = data_dir.join("signaling/signaling.db");
    Database::open(&path, Schema::signaling()).await.unwrap()
}

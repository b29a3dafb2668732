//! What lies in the inbox of a running service, read beside it.

use std::path::Path;

use serde_json::Value;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

/// An event as it lies there.
#[derive(Debug)]
pub(crate) struct WebhookEvent {
    pub(crate) state: String,
    pub(crate) body: Value,
    pub(crate) why: Option<String>,
}

/// Every event, in the order in which they came.
pub(crate) async fn events(data_dir: &Path) -> Vec<WebhookEvent> {
    let mut connection = open(data_dir).await;
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as("SELECT state, body, why FROM media_inbox ORDER BY position")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let event = |(state, body, why): (String, String, Option<String>)| WebhookEvent {
        state,
        body: serde_json::from_str(&body).unwrap_or_default(),
        why,
    };
    rows.into_iter().map(event).collect()
}

/// Makes what is parked older by so many milliseconds, as if the clock had gone on.
pub(crate) async fn age_parked(data_dir: &Path, ms: i64) {
    let mut connection = open(data_dir).await;
    sqlx::query("UPDATE media_inbox SET received_at = received_at - ?1 WHERE state = 'parked'")
        .bind(ms)
        .execute(&mut connection)
        .await
        .unwrap();
}

async fn open(data_dir: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(data_dir.join("signaling/signaling.db"))
        .busy_timeout(std::time::Duration::from_secs(5));
    SqliteConnection::connect_with(&options).await.unwrap()
}

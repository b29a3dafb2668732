//! The group-commit bound: how long the same store on the same disk takes for the rows and facts of
//! sessions that all change at one instant.

use std::path::Path;
use std::time::Instant;

use serde_json::json;
use signaling::store::sqlite::SqliteStore;
use signaling::store::{Batch, RowKind, SessionRow, SnapshotStore};
use storage::{Database, Outbox, Schema};
use testkit::{TestBooking, now};
use wire::Event;

/// Milliseconds of each of `rounds` commits of `rows` sessions, as JSON. The rows are there already, as
/// those of live sessions are.
///
/// # Errors
/// When the store fails.
pub async fn measure(rows: u32, rounds: u32, dir: &Path) -> Result<String, String> {
    let folder = tempfile::tempdir_in(dir).map_err(|error| error.to_string())?;
    let told = |error: &dyn std::error::Error| error.to_string();
    let database = Database::open(&folder.path().join("commits.db"), Schema::signaling())
        .await
        .map_err(|error| told(&error))?;
    let store = SqliteStore::new(database.clone(), Outbox::new(database.clone()));
    let bodies: Vec<_> = (0..rows).map(|_| row()).collect();
    let mut spans_ms = Vec::new();
    for round in 0..=rounds {
        let facts = bodies.iter().enumerate().map(|(number, row)| Event {
            id: format!("{round}-{number:08}-0000-0000-000000000000"),
            kind: "session.ended".to_owned(),
            occurred_at: now(),
            source: "signaling".to_owned(),
            subject: row.session.as_str().to_owned(),
            revision: None,
            data: json!({"reason": "completed"}),
        });
        let batch = Batch {
            rows: bodies.clone(),
            facts: facts.collect(),
            ..Batch::default()
        };
        let began = Instant::now();
        store.commit(&batch).await.map_err(|error| told(&error))?;
        // The first one inserts what the others change.
        if round > 0 {
            spans_ms.push(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    database.close().await;
    Ok(json!({ "rows": rows, "commit_ms": spans_ms }).to_string())
}

/// A session's row, of the size that a live one's has: the booking, and as much again for the seats.
fn row() -> SessionRow {
    let spec = TestBooking::new().spec();
    let body = json!({ "spec": spec, "rest": spec });
    SessionRow {
        session: spec.id.clone(),
        kind: RowKind::Open,
        body: body.to_string(),
        forget_at: spec.latest_end(),
    }
}

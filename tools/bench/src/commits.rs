//! The group-commit bound: how long the same store on the same disk takes for the rows and facts of
//! sessions that all change at one instant.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use signaling::store::sql::SqlStore;
use signaling::store::{Batch, RowKind, SnapshotRow, SnapshotStore};
use storage::{Database, Outbox, Schema};
use testkit::{TestBooking, now};
use wire::Event;

/// What commits of many sessions took.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitCost {
    /// Sessions of each commit.
    pub rows: u32,
    /// Milliseconds of each round's commit.
    pub commit_ms: Vec<f64>,
    /// Rows that the store holds in the end, as the last round wrote them.
    pub rows_of_last_round: usize,
}

impl CommitCost {
    /// The result as `run.py` reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        json!({ "rows": self.rows, "commit_ms": self.commit_ms }).to_string()
    }
}

/// The cost of `rounds` commits of `rows` sessions each, after one more that inserts them, as the rows of live
/// sessions are there already.
///
/// # Errors
/// When the store fails.
pub async fn measure(rows: u32, rounds: u32, dir: &Path) -> Result<CommitCost, String> {
    let folder = tempfile::tempdir_in(dir).map_err(|error| error.to_string())?;
    let text = |error: &dyn std::error::Error| error.to_string();
    let database = Database::open_file(&folder.path().join("commits.db"), Schema::signaling())
        .await
        .map_err(|error| text(&error))?;
    let store = SqlStore::new(database.clone(), Outbox::new(database.clone()));
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
            rows: bodies.iter().map(|row| of_round(row, round)).collect(),
            facts: facts.collect(),
            ..Batch::default()
        };
        let began = Instant::now();
        store.commit(&batch).await.map_err(|error| text(&error))?;
        // The first one inserts what the others change.
        if round > 0 {
            spans_ms.push(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    let stored = store.load().await.map_err(|error| text(&error))?;
    let stored: BTreeMap<_, _> = stored
        .iter()
        .map(|row| (row.session.as_str(), row))
        .collect();
    let is_stored = |row: &&SnapshotRow| {
        let found = stored.get(row.session.as_str());
        found.is_some_and(|found| **found == of_round(row, rounds))
    };
    let rows_of_last_round = bodies.iter().filter(is_stored).count();
    database.close().await;
    Ok(CommitCost {
        rows,
        commit_ms: spans_ms,
        rows_of_last_round,
    })
}

/// The row as a round writes it: alike, but for one number that tells the rounds apart.
fn of_round(row: &SnapshotRow, round: u32) -> SnapshotRow {
    SnapshotRow {
        forget_at: row.forget_at + i64::from(round),
        ..row.clone()
    }
}

/// A session's row, of the size that a live one's has: the booking, and as much again for the seats.
fn row() -> SnapshotRow {
    let spec = TestBooking::new().spec();
    let body = json!({ "spec": spec, "rest": spec });
    SnapshotRow {
        session: spec.id.clone(),
        kind: RowKind::Open,
        body: body.to_string(),
        forget_at: spec.latest_end(),
    }
}

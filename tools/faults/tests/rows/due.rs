//! What is due while the clock jumps, while the process is down, and where it dies at it.

mod clock;
mod dead_claim;
mod killed;

use std::collections::BTreeMap;
use std::time::Duration;

use faults::look;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Http, until};
use wire::UnixMs;

/// How long a booking may take, with all its repeats, on two busy cores.
const BOOKED_WITHIN: Duration = Duration::from_secs(15);

/// Books a session of Ana and Bo; its id and their ids.
async fn book(
    base: &str,
    application: &Http,
    starts_at: UnixMs,
    remind_before_ms: &[i64],
) -> (String, [String; 2]) {
    let offer = json!({
        "participants": [
            {"external_id": "ana", "name": "Ana"}, {"external_id": "bo", "name": "Bo"},
        ],
        "starts_at": starts_at, "lobby_ms": 60_000, "remind_before_ms": remind_before_ms,
    });
    let url = format!("{base}/v1/sessions");
    let key = format!("{:032x}", rand::random::<u128>());
    let headers = [("idempotency-key", key.as_str())];
    let asked = until("it is booked", BOOKED_WITHIN, async || {
        let offer = Some(offer.clone());
        let answer = application.send(Method::POST, &url, offer, &headers).await;
        // On a busy machine a database may be late: the same is asked for again.
        (answer.status != 503).then_some(answer)
    });
    let session: Value = asked.await.json(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let people = [0, 1].map(|at| text(&session["participants"][at]["user_id"]));
    (text(&session["id"]), people)
}

/// What became of a session's reminders, the earliest first: `done`, `due`, or why it was missed. Both people's are alike.
async fn reminders(database: &str, session: &str) -> Vec<String> {
    let statement = format!(
        "SELECT word FROM (SELECT DISTINCT before_ms, CASE state WHEN 'missed' THEN reason ELSE state END AS word \
         FROM due_jobs WHERE kind = 'reminder' AND subject_id = '{session}') told ORDER BY before_ms DESC"
    );
    look(database, &statement).await
}

/// Nobody was told of one thing twice, neither in their list nor by one key.
pub(crate) async fn nobody_was_told_twice(database: &str) {
    for statement in [
        "SELECT concat_ws(' ', user_id, kind, cause) FROM notifications",
        "SELECT idempotency_key FROM deliveries WHERE state = 'sent'",
        "SELECT concat_ws(' ', user_id, kind, session_id, starts_at) FROM notifications \
         WHERE kind = 'session_opened'",
    ] {
        let mut counts = BTreeMap::<String, u32>::new();
        for told in look(database, statement).await {
            *counts.entry(told).or_default() += 1;
        }
        let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}

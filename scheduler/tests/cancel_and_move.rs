//! A booking is moved and called off: revisions, tickets, links and what was due follow.

mod running;

use reqwest::Method;
use running::{Running, offer};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse, now};
use wire::UnixMs;

fn path(scheduler: &Running, session: &Value, tail: &str) -> String {
    scheduler.at(&format!(
        "/v1/sessions/{}{tail}",
        session["id"].as_str().unwrap()
    ))
}

async fn patch(scheduler: &Running, session: &Value, if_match: &str, body: Value) -> HttpResponse {
    let url = path(scheduler, session, "");
    let headers = [("if-match", if_match)];
    scheduler
        .app
        .send(Method::PATCH, &url, Some(body), &headers)
        .await
}

/// The events that are to go out, oldest first, as (type, revision).
async fn outgoing(scheduler: &Running) -> Vec<(String, u64)> {
    let database = scheduler.data.path().join("scheduler/scheduler.db");
    let url = format!("sqlite://{}?mode=ro", database.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM outbox ORDER BY position")
        .fetch_all(&pool)
        .await
        .unwrap();
    let event = |body: &String| serde_json::from_str::<wire::Event>(body).unwrap();
    bodies
        .iter()
        .map(event)
        .map(|e| (e.kind, e.revision.unwrap()))
        .collect()
}

#[tokio::test]
async fn sch_58_a_move_needs_the_present_revision_and_makes_the_next() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let got = scheduler.app.get(&path(&scheduler, &session, "")).await;
    assert_eq!(got.headers["etag"], "\"1\"");
    let later = json!({"starts_at": now() + 900_000});
    let wrong = patch(&scheduler, &session, "\"7\"", later.clone()).await;
    assert_eq!(wrong.problem(412), "precondition_failed");
    let moved: Value = patch(&scheduler, &session, "\"1\"", later.clone())
        .await
        .json(200);
    assert_eq!(moved["revision"], 2);
    assert_eq!(moved["starts_at"], later["starts_at"]);
    assert_eq!(moved["duration_ms"], session["duration_ms"]);
    let stale = patch(&scheduler, &session, "\"1\"", later).await;
    assert_eq!(stale.problem(412), "precondition_failed");
    let unknown = patch(&scheduler, &session, "*", json!({"revision": 9})).await;
    assert_eq!(unknown.problem(422), "unknown_field");
    let past = patch(&scheduler, &session, "*", json!({"starts_at": 1})).await;
    assert_eq!(past.problem(422), "invalid_field");
    assert_eq!(
        outgoing(&scheduler).await,
        [
            ("session.scheduled".to_owned(), 1),
            ("session.rescheduled".to_owned(), 2)
        ]
    );
}

#[tokio::test]
async fn sch_59_what_is_called_off_is_over_for_everybody() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let ana = scheduler.person(&session, 0).await;
    let cancel = path(&scheduler, &session, "/cancel");
    let first: Value = scheduler.app.post(&cancel, json!({})).await.json(200);
    assert_eq!(
        (&first["state"], &first["revision"]),
        (&json!("cancelled"), &json!(2))
    );
    assert_eq!(first["outcome"]["reason"], "cancelled");
    let again: Value = scheduler.app.post(&cancel, json!({})).await.json(200);
    assert_eq!(again, first);

    // The link still opens the record and the chat.
    let joined: Value = scheduler.join(&session, 0).await.json(200);
    assert_eq!(joined["session"]["state"], "cancelled");
    let ticket = ana
        .post(&path(&scheduler, &session, "/ticket"), json!({}))
        .await;
    assert_eq!(ticket.problem(409), "session_over");
    assert_eq!(ticket.body["reason"], "cancelled");
    let moved = patch(&scheduler, &session, "*", json!({"duration_ms": 5_000})).await;
    assert_eq!(moved.problem(409), "session_over");
    // The chat goes on, and both are notified.
    ana.post(&scheduler.at("/v1/rooms/ticket"), json!({}))
        .await
        .json::<Value>(200);
    let notified: Value = ana.get(&scheduler.at("/v1/notifications")).await.json(200);
    assert_eq!(notified["items"][0]["kind"], "session_cancelled");
    assert_eq!(
        outgoing(&scheduler).await,
        [
            ("session.scheduled".to_owned(), 1),
            ("session.cancelled".to_owned(), 2)
        ]
    );
}

#[tokio::test]
async fn sch_58_a_live_session_is_not_moved_but_can_be_called_off() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(0)).await;
    let at = now();
    let live = wire::SessionFact {
        started_at: Some(at),
        deadline_at: Some(at + 60_000),
        ..wire::SessionFact::default()
    };
    let fact = running::fact(&session, "session.live", at, &live);
    scheduler.report(vec![fact], UnixMs(0)).await;
    let moved = patch(&scheduler, &session, "*", json!({"duration_ms": 5_000})).await;
    assert_eq!(moved.problem(409), "conflict");
    let cancelled = scheduler
        .app
        .post(&path(&scheduler, &session, "/cancel"), json!({}))
        .await;
    assert_eq!(cancelled.json::<Value>(200)["state"], "cancelled");
}

#[tokio::test]
async fn sch_51_a_link_that_nobody_made_opens_nothing() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let good = running::token(&session, 0);
    let other = Running::start().await;
    let elsewhere = running::token(&other.book(offer(600_000)).await, 0);
    for token in ["", ".", "a.b", &good[1..], &elsewhere, &"x".repeat(10_000)] {
        let body = json!({ "token": token });
        let answer = Http::new().post(&scheduler.at("/v1/join"), body).await;
        assert_eq!(answer.problem(404), "not_found", "{token}");
    }
}

//! A change that moves nothing notifies nobody and keeps what was planned.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod running;

use reqwest::Method;
use running::{Running, eventually, offer};
use serde_json::{Value, json};
use testkit::{Http, now};

/// A session whose lobby is open, with the client of one of the two, once both have been told so.
async fn open_lobby(scheduler: &Running) -> (Value, Http) {
    let mut offer = offer(200_000);
    // One has passed, one is ahead, and the lobby opened 100 s ago.
    offer["remind_before_ms"] = json!([250_000, 60_000]);
    let session = scheduler.book(offer).await;
    let ana = scheduler.person(&session, 0).await;
    eventually(async || !notified(scheduler, &ana).await.is_empty()).await;
    (session, ana)
}

async fn notified(scheduler: &Running, person: &Http) -> Vec<Value> {
    let url = scheduler.at("/v1/notifications");
    let page: Value = person.get(&url).await.json(200);
    page["items"].as_array().unwrap().clone()
}

async fn patched(scheduler: &Running, session: &Value, body: Value) -> Value {
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let url = scheduler.at(&path);
    let answer = scheduler
        .app
        .send(Method::PATCH, &url, Some(body), &[])
        .await;
    answer.json(200)
}

/// Everything planned, as (kind, before_ms, user, due_at, state), and the types of the timeline.
async fn planned(scheduler: &Running, session: &Value) -> (Vec<String>, Vec<String>) {
    let database = scheduler.data.path().join("scheduler/scheduler.db");
    let url = format!("sqlite://{}?mode=ro", database.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let jobs = sqlx::query_scalar(
        "SELECT kind || ' ' || before_ms || ' ' || user_id || ' ' || due_at || ' ' || state \
         FROM due_jobs WHERE subject_id = ? ORDER BY id",
    );
    let jobs = jobs.bind(session["id"].as_str().unwrap());
    let jobs = jobs.fetch_all(&pool).await.unwrap();
    let types = sqlx::query_scalar(
        "SELECT json_extract(body, '$.type') FROM timeline WHERE session_id = ? ORDER BY at, id",
    );
    let types = types.bind(session["id"].as_str().unwrap());
    (jobs, types.fetch_all(&pool).await.unwrap())
}

/// Waits until what is due now has been done: a second session's open lobby, booked later, is announced.
async fn settled(scheduler: &Running) {
    drop(open_lobby(scheduler).await);
}

#[tokio::test]
async fn sch_91_a_change_that_moves_nothing_is_told_to_nobody_while_the_lobby_is_open() {
    let scheduler = Running::start().await;
    let (session, ana) = open_lobby(&scheduler).await;
    let before = (
        notified(&scheduler, &ana).await,
        planned(&scheduler, &session).await,
    );
    for nothing in [
        json!({}),
        json!({"metadata": {"table": 7}}),
        json!({"starts_at": session["starts_at"], "duration_ms": session["duration_ms"]}),
        json!({"lobby_ms": 300_000, "remind_before_ms": [60_000, 250_000]}),
    ] {
        for _ in 0..2 {
            let after = patched(&scheduler, &session, nothing.clone()).await;
            assert_eq!(after["revision"], 1, "{nothing}");
        }
    }
    settled(&scheduler).await;
    let after = (
        notified(&scheduler, &ana).await,
        planned(&scheduler, &session).await,
    );
    assert_eq!(before, after);
    let stored = scheduler.session(&session["id"]).await;
    assert_eq!(stored["metadata"], json!({"table": 7}));
}

#[tokio::test]
async fn sch_91_another_duration_is_told_to_the_services_and_to_no_person() {
    let scheduler = Running::start().await;
    let (session, ana) = open_lobby(&scheduler).await;
    let before = notified(&scheduler, &ana).await;
    let longer = patched(&scheduler, &session, json!({"duration_ms": 90_000})).await;
    assert_eq!(longer["revision"], 2);
    // The lobby opens earlier than it did, and it is open.
    patched(&scheduler, &session, json!({"lobby_ms": 400_000})).await;
    patched(
        &scheduler,
        &session,
        json!({"remind_before_ms": [60_000, 30_000]}),
    )
    .await;
    settled(&scheduler).await;
    assert_eq!(notified(&scheduler, &ana).await, before);
    let (jobs, types) = planned(&scheduler, &session).await;
    let count = |what: &str| jobs.iter().filter(|job| job.contains(what)).count();
    assert_eq!(count("lobby_opens"), 1, "{jobs:?}");
    assert_eq!(count("reminder 60000"), 2, "{jobs:?}");
    assert_eq!(count("reminder 30000"), 2, "{jobs:?}");
    let told = |kind: &str| types.iter().filter(|one| *one == kind).count();
    assert_eq!(told("session.rescheduled"), 2, "{types:?}");
    assert_eq!(told("session.reminder_missed"), 2, "{types:?}");
}

#[tokio::test]
async fn sch_91_another_start_is_told_to_both() {
    let scheduler = Running::start().await;
    let (session, ana) = open_lobby(&scheduler).await;
    let later = json!({"starts_at": now() + 900_000});
    let moved = patched(&scheduler, &session, later.clone()).await;
    assert_eq!(moved["revision"], 2);
    let newest = notified(&scheduler, &ana).await[0]["kind"].clone();
    assert_eq!(newest, "session_rescheduled");
    assert_eq!(patched(&scheduler, &session, later).await["revision"], 2);
}

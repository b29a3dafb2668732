//! What recurs leaves its traces: a row with schedule and last run for each task.

mod running;

use std::collections::BTreeMap;

use running::mail_server::MailServer;
use running::{Running, eventually};
use scheduler::{Config, EmailAddress};
use serde_json::Value;
use sqlx::sqlite::SqlitePool;
use testkit::now;

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// Schedule, last result and number of runs of each task.
async fn tasks(scheduler: &Running) -> BTreeMap<String, (String, Option<String>, i64)> {
    let path = scheduler.data.path().join("scheduler/scheduler.db");
    let pool = SqlitePool::connect(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    let rows: Vec<(String, String, Option<String>, i64)> =
        sqlx::query_as("SELECT name, schedule, last_result, runs FROM schedule_runs")
            .fetch_all(&pool)
            .await
            .unwrap();
    pool.close().await;
    let named = |(name, schedule, result, runs)| (name, (schedule, result, runs));
    rows.into_iter().map(named).collect()
}

#[tokio::test]
async fn sch_344_what_failed_in_a_day_is_mailed_once_to_whoever_runs_it() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let data = Running::start().await.stop().await;
    let database = format!(
        "sqlite:{}",
        data.path().join("scheduler/scheduler.db").display()
    );
    let pool = SqlitePool::connect(&database).await.unwrap();
    let last_six = now().0 - (now().0 - 6 * HOUR_MS).rem_euclid(24 * HOUR_MS);
    for (id, ago_ms) in [
        ("m1", 1),
        ("m2", 24 * HOUR_MS),
        ("m3", 24 * HOUR_MS + 1),
        ("m4", 0),
    ] {
        let dead = "INSERT INTO mails (id, kind, address, address_key, locale, created_at, due_at, attempts, state) \
             VALUES (?, 'reset', 'a@example.org', 'a@example.org', 'en', ?, 1, 6, 'dead')";
        let insert = sqlx::query(dead).bind(id).bind(last_six - ago_ms);
        insert.execute(&pool).await.unwrap();
    }
    let before = "UPDATE schedule_runs SET last_started_at = ?1, last_finished_at = ?1 WHERE name = 'failure_digest'";
    let before = sqlx::query(before).bind(last_six - 1);
    before.execute(&pool).await.unwrap();
    pool.close().await;
    let settings = mails.settings();
    let configured = |config: &mut Config| {
        config.email = Some(settings.clone());
        config.operator_email = EmailAddress::parse("ops@example.org");
    };
    let scheduler = Running::start_with(data, configured).await;
    let mail = mails.next().await;
    assert_eq!(mail["to"], serde_json::json!(["ops@example.org"]));
    let subject = mail["headers"]["subject"].as_str().unwrap_or_default();
    assert!(subject.contains("2 failures"), "{mail}");

    // The next start finds that it was told.
    let again = Running::start_with(scheduler.stop().await, configured).await;
    eventually(async || {
        let tasks = tasks(&again).await;
        tasks["failure_digest"].1.as_deref() == Some("ok")
    })
    .await;
    assert!(mails.is_silent().await);
}

#[tokio::test]
async fn sch_340_operators_see_the_last_run_of_each_task() {
    let scheduler = Running::start().await;
    let operator = scheduler.operator().await;
    let mut shown = Value::Null;
    eventually(async || {
        let status: Value = operator.get(&scheduler.at("/v1/status")).await.json(200);
        let schedules = status["schedules"].as_array().unwrap();
        let found = schedules.iter().find(|one| one["name"] == "wake_jobs");
        shown = found.cloned().unwrap_or_default();
        shown["last_result"] == "ok"
    })
    .await;
    assert_eq!(shown["schedule"], "* * * * * *");
    assert!(shown["runs"].as_u64() > Some(0), "{shown}");
    let span = shown["last_finished_at"]
        .as_i64()
        .zip(shown["last_started_at"].as_i64());
    assert!(
        span.is_some_and(|(finished, started)| finished >= started),
        "{shown}"
    );
}

#[tokio::test]
async fn sch_340_each_task_is_stored_with_its_schedule_and_its_last_run() {
    let scheduler = Running::start().await;
    eventually(async || {
        let tasks = tasks(&scheduler).await;
        ["wake_jobs", "open_gifts", "scrub"].iter().all(|name| {
            let found = tasks.get(*name);
            found.is_some_and(|(_, result, runs)| result.as_deref() == Some("ok") && *runs > 0)
        })
    })
    .await;
    let found = tasks(&scheduler).await;
    let names: Vec<_> = found.keys().map(String::as_str).collect();
    let due = [
        "failure_digest",
        "open_gifts",
        "reload_keys",
        "reload_origins",
        "retention",
        "scrub",
        "wake_jobs",
    ];
    assert_eq!(names, due);
    assert_eq!(found["failure_digest"].0, "0 0 6 * * *");
    let runs = found["wake_jobs"].2;
    // What ran since is written when it stops, and goes on counting from there.
    let data = scheduler.stop().await;
    let again = Running::start_in(data).await;
    assert!(tasks(&again).await["wake_jobs"].2 >= runs);
}

//! What is due, as operators see it: a job that was given up is listed and tried again.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod running;

use running::{Running, eventually, offer};
use serde_json::{Value, json};
use testkit::{Http, now};

async fn listed(scheduler: &Running, operator: &Http, query: &str) -> Vec<Value> {
    let url = scheduler.at(&format!("/v1/jobs{query}"));
    let page: Value = operator.get(&url).await.json(200);
    page["items"].as_array().unwrap().clone()
}

/// A job of a session that is not there, which has failed five times.
async fn add_orphan(scheduler: &Running) {
    let database = scheduler.data.path().join("scheduler/scheduler.db");
    let url = format!("sqlite://{}", database.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let insert = "INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, \
                  state, attempts) VALUES ('orphan', 'session', 'gone', 1, 'start', 0, '', ?, 'due', 5)";
    let insert = sqlx::query(insert).bind(now().0);
    insert.execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn sch_278_a_job_that_was_given_up_is_listed_and_tried_again_by_an_operator() {
    let scheduler = Running::start().await;
    let operator = scheduler.operator().await;
    let session = scheduler.book(offer(600_000)).await;
    let due = listed(&scheduler, &operator, "?state=due&limit=200").await;
    let of_session = |job: &&Value| job["subject_id"] == session["id"];
    assert_eq!(due.iter().filter(of_session).count(), due.len());
    let reminders = listed(&scheduler, &operator, "?kind=reminder").await;
    assert!(reminders.iter().all(|job| job["before_ms"] == 300_000));
    assert_eq!(reminders.len(), 2);

    add_orphan(&scheduler).await;
    let failed = async || listed(&scheduler, &operator, "?state=failed").await;
    eventually(async || !failed().await.is_empty()).await;
    let job = failed().await.remove(0);
    assert_eq!(job["id"], "orphan");
    assert_eq!(
        (&job["attempts"], &job["reason"]),
        (&json!(6), &json!("unreadable"))
    );
    let retry = scheduler.at("/v1/jobs/orphan/retry");
    let again: Value = operator.post(&retry, json!({})).await.json(200);
    assert_eq!(
        (&again["state"], &again["attempts"]),
        (&json!("due"), &json!(0))
    );
    let answer = operator.post(&retry, json!({})).await;
    assert_eq!(answer.problem(409), "conflict");
    let none = scheduler.at("/v1/jobs/none/retry");
    operator.post(&none, json!({})).await.problem(404);
    // It has failed again by itself, and waits.
    eventually(async || {
        let due = listed(&scheduler, &operator, "?state=due&kind=start").await;
        let orphan = due.iter().find(|job| job["id"] == "orphan");
        orphan.is_some_and(|job| job["attempts"].as_u64() >= Some(1))
    })
    .await;
    let audit = scheduler.at("/v1/audit?action=job.retry");
    let audit: Value = operator.get(&audit).await.json(200);
    let rows = audit["items"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["actor"], &rows[0]["subject"]),
        (&json!("operator:operator"), &json!("orphan"))
    );
}

#[tokio::test]
async fn sch_279_jobs_are_operators_and_paged_and_wrong_parameters_are_named() {
    let scheduler = Running::start().await;
    let operator = scheduler.operator().await;
    scheduler.book(offer(600_000)).await;
    let all = listed(&scheduler, &operator, "").await;
    let mut paged = Vec::new();
    let mut query = "?limit=4".to_owned();
    loop {
        let url = scheduler.at(&format!("/v1/jobs{query}"));
        let page: Value = operator.get(&url).await.json(200);
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=4&cursor={next}");
    }
    assert_eq!(paged, all);
    for (query, field) in [
        ("state=over", "state"),
        ("limit=0", "limit"),
        ("sort=due", "sort"),
    ] {
        let url = scheduler.at(&format!("/v1/jobs?{query}"));
        let answer = operator.get(&url).await;
        answer.problem(422);
        assert_eq!(answer.body["errors"][0]["field"], field);
    }
    scheduler
        .app
        .get(&scheduler.at("/v1/jobs"))
        .await
        .problem(403);
    let retry = scheduler.at("/v1/jobs/x/retry");
    scheduler.app.post(&retry, json!({})).await.problem(403);
}

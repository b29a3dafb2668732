//! Reports, and commands of people that are sent again.

mod running;

use running::Running;
use running::browser::Browser;
use serde_json::{Value, json};
use testkit::now;

const HOUR_MS: i64 = 3_600_000;

/// Ana and Bo, each with their id.
async fn two(scheduler: &Running) -> [(Browser, String); 2] {
    let mut people = Vec::new();
    for name in ["Ana", "Bo"] {
        let (browser, user) = Browser::signed_up(scheduler, name).await;
        people.push((browser, user["id"].as_str().unwrap().to_owned()));
    }
    people.try_into().ok().unwrap()
}

fn special(to: &str) -> Value {
    json!({"to": {"user_id": to}, "kind": "special", "letter": "Shall we?"})
}

#[tokio::test]
async fn sch_238_a_report_ends_what_the_two_have_and_operators_read_it() {
    let scheduler = Running::start().await;
    let [(mut ana, ana_id), (mut bo, bo_id)] = two(&scheduler).await;
    ana.post("/v1/gifts", special(&bo_id))
        .await
        .json::<Value>(201);
    bo.post("/v1/gifts", special(&ana_id))
        .await
        .json::<Value>(201);
    let body = json!({"user_id": bo_id, "reason": "spam", "text": "Every day"});
    let sent: Value = ana.post("/v1/reports", body).await.json(201);
    for browser in [&mut ana, &mut bo] {
        let page: Value = browser.get("/v1/matches").await.json(200);
        assert_eq!(page["items"], json!([]));
    }
    let blocks: Value = ana.get("/v1/blocks").await.json(200);
    assert_eq!(blocks["items"][0]["user_id"], bo_id);
    let wrong = ana
        .post("/v1/reports", json!({"user_id": bo_id, "reason": " "}))
        .await;
    assert_eq!(wrong.problem(422), "invalid_field");
    assert_eq!(wrong.body["errors"][0]["field"], "reason");
    let own = ana
        .post("/v1/reports", json!({"user_id": ana_id, "reason": "spam"}))
        .await;
    assert_eq!(own.problem(422), "invalid_field");
    let nobody = ana
        .post(
            "/v1/reports",
            json!({"user_id": "nobody", "reason": "spam"}),
        )
        .await;
    assert_eq!(nobody.problem(404), "not_found");
    let elsewhere = json!({"user_id": bo_id, "reason": "spam", "session_id": "none"});
    assert_eq!(
        ana.post("/v1/reports", elsewhere).await.problem(422),
        "invalid_field"
    );

    assert_eq!(ana.get("/v1/reports").await.problem(403), "forbidden");
    let operator = scheduler.operator().await;
    let page: Value = operator.get(&scheduler.at("/v1/reports")).await.json(200);
    let expected = json!([{
        "id": sent["id"], "created_at": sent["created_at"], "by": ana_id, "user_id": bo_id,
        "reason": "spam", "text": "Every day",
    }]);
    assert_eq!(page["items"], expected);
    let log: Value = operator
        .get(&scheduler.at("/v1/audit?action=report.create"))
        .await
        .json(200);
    assert_eq!(log["items"][0]["subject"], sent["id"]);
    assert_eq!(log["items"][0]["user_id"], bo_id);
}

#[tokio::test]
async fn sch_237_what_people_send_again_under_one_key_is_done_once() {
    let scheduler = Running::start().await;
    let [(mut ana, ana_id), (mut bo, bo_id)] = two(&scheduler).await;
    let gift = special(&bo_id);
    let first: Value = ana
        .post_once("/v1/gifts", gift.clone(), "k")
        .await
        .json(201);
    bo.post("/v1/gifts", special(&ana_id))
        .await
        .json::<Value>(201);
    let again: Value = ana.post_once("/v1/gifts", gift, "k").await.json(201);
    assert_eq!(first, again, "as it was then");
    let other = ana.post_once("/v1/gifts", special("other"), "k").await;
    assert_eq!(other.problem(409), "conflict");
    let theirs = bo.post_once("/v1/gifts", special("nobody"), "k").await;
    assert_eq!(
        theirs.problem(404),
        "not_found",
        "keys are each person's own"
    );

    let matches: Value = ana.get("/v1/matches").await.json(200);
    let path = format!(
        "/v1/matches/{}/proposals",
        matches["items"][0]["id"].as_str().unwrap()
    );
    let times = json!({"times": [now() + HOUR_MS]});
    let first: Value = ana.post_once(&path, times.clone(), "k").await.json(201);
    let accept = format!("/v1/proposals/{}/accept", first["id"].as_str().unwrap());
    let accepted = bo
        .post(&accept, json!({"starts_at": first["times"][0]}))
        .await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    let again: Value = ana.post_once(&path, times, "k").await.json(201);
    assert_eq!(first, again);

    let report = json!({"user_id": bo_id, "reason": "spam"});
    let first: Value = ana
        .post_once("/v1/reports", report.clone(), "k")
        .await
        .json(201);
    let again: Value = ana.post_once("/v1/reports", report, "k").await.json(201);
    assert_eq!(first, again);

    let people = ["x", "y"].map(|id| json!({"external_id": id, "name": id}));
    let body = json!({"participants": people});
    let headers = [("idempotency-key", "k")];
    let url = scheduler.at("/v1/matches");
    let mut made = Vec::new();
    for _ in 0..2 {
        let answer = scheduler
            .app
            .send(reqwest::Method::POST, &url, Some(body.clone()), &headers);
        made.push(answer.await.json::<Value>(201));
    }
    assert_eq!(made[0], made[1]);
    let without = scheduler.app.post(&url, body).await;
    assert_eq!(without.problem(409), "already_matched");
}

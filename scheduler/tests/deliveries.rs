//! Who was told what, by which channel, as applications and operators see it.

mod running;

use running::{Running, eventually, offer};
use serde_json::{Value, json};
use testkit::Http;

/// A session that was booked and cancelled: both are told in their lists.
async fn told(scheduler: &Running) -> Value {
    let session = scheduler.book(offer(600_000)).await;
    let path = format!("/v1/sessions/{}/cancel", session["id"].as_str().unwrap());
    let cancelled = scheduler.app.post(&scheduler.at(&path), json!({})).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    session
}

async fn items(scheduler: &Running, client: &Http, path: &str) -> Vec<Value> {
    let page: Value = client.get(&scheduler.at(path)).await.json(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn sch_357_an_application_and_operators_see_who_was_told_what_of_a_session() {
    let scheduler = Running::start().await;
    let session = told(&scheduler).await;
    let path = format!(
        "/v1/sessions/{}/deliveries",
        session["id"].as_str().unwrap()
    );
    let (operator, other) = (scheduler.operator().await, scheduler.key("other").await);
    for client in [&scheduler.app, &operator] {
        let found = items(&scheduler, client, &path).await;
        assert_eq!(found.len(), 2);
        for one in &found {
            assert_eq!(
                (&one["kind"], &one["channel"]),
                (&json!("session_cancelled"), &json!("in_app"))
            );
            assert_eq!(
                (&one["state"], &one["attempts"]),
                (&json!("sent"), &json!(0))
            );
            assert_eq!(one["session_id"], session["id"]);
            assert!(one["sent_at"].is_i64() && one["due_at"].is_i64() && one["reason"].is_null());
        }
        let users: Vec<_> = found.iter().map(|one| &one["user_id"]).collect();
        for person in session["participants"].as_array().unwrap() {
            assert!(users.contains(&&person["user_id"]), "{person}");
        }
    }
    let hidden = other.get(&scheduler.at(&path)).await;
    assert_eq!(hidden.problem(404), "not_found");
}

#[tokio::test]
async fn sch_358_an_application_lists_its_own_deliveries_and_operators_everybodys() {
    let scheduler = Running::start().await;
    told(&scheduler).await;
    let (operator, other) = (scheduler.operator().await, scheduler.key("other").await);
    for (client, path, count) in [
        (&scheduler.app, "/v1/deliveries", 2),
        (
            &scheduler.app,
            "/v1/deliveries?state=sent&channel=in_app&limit=1",
            1,
        ),
        (&scheduler.app, "/v1/deliveries?state=failed", 0),
        (&scheduler.app, "/v1/deliveries?channel=email", 0),
        (&operator, "/v1/deliveries", 2),
        (&other, "/v1/deliveries", 0),
    ] {
        let found = items(&scheduler, client, path).await;
        assert_eq!(found.len(), count, "{path}");
    }
    for (query, field) in [
        ("state=lost", "state"),
        ("channel=pigeon", "channel"),
        ("user=1", "user"),
    ] {
        let refused = scheduler
            .app
            .get(&scheduler.at(&format!("/v1/deliveries?{query}")))
            .await;
        refused.problem(422);
        assert_eq!(refused.body["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn sch_354_an_application_without_in_app_has_its_people_told_nothing_in_its_pages() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let ana = scheduler.person(&session, 0).await;
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let moved = json!({"starts_at": testkit::now() + 900_000});
    let moved = scheduler.app.patch(&scheduler.at(&path), moved).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    assert_eq!(items(&scheduler, &ana, "/v1/notifications").await.len(), 1);
    let application = scheduler.at("/v1/application");
    for (channels, count) in [(json!(["webhook"]), 0), (json!(["in_app", "email"]), 1)] {
        let changed = scheduler
            .app
            .patch(&application, json!({ "channels": channels }))
            .await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(
            items(&scheduler, &ana, "/v1/notifications").await.len(),
            count
        );
    }
}

#[tokio::test]
async fn sch_394_where_no_mail_server_is_configured_what_was_planned_is_missed_and_says_so() {
    let scheduler = Running::start().await;
    let url = scheduler.at("/v1/application");
    let may_mail = json!({"channels": ["in_app", "email"]});
    let _: Value = scheduler.app.patch(&url, may_mail).await.json(200);
    let mut offer = offer(600_000);
    offer["participants"][0]["email"] = json!("ana@example.org");
    scheduler.book(offer).await;
    let path = "/v1/deliveries?channel=email&state=missed";
    eventually(async || items(&scheduler, &scheduler.app, path).await.len() == 1).await;
    let missed = items(&scheduler, &scheduler.app, path).await;
    assert_eq!(missed[0]["reason"], "no_mail_server");
    let waiting = "/v1/deliveries?channel=email&state=pending";
    assert!(items(&scheduler, &scheduler.app, waiting).await.is_empty());
}

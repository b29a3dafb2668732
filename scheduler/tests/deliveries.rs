//! Who was told what, by which channel, as applications and operators see it.

mod running;

use running::push_service::{self, BrowserKeys, PushService};
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

/// The one push of the scheduler, once it stands so.
async fn push(scheduler: &Running, client: &Http, state: &str) -> Value {
    let path = format!("/v1/deliveries?channel=push&state={state}");
    let mut found = Vec::new();
    eventually(async || {
        found = items(scheduler, client, &path).await;
        !found.is_empty()
    })
    .await;
    found.remove(0)
}

#[tokio::test]
async fn sch_374_an_operator_has_a_push_sent_again_that_was_given_up() {
    let data = tempfile::tempdir().unwrap();
    let scheduler = Running::start_with(data, push_service::on_here).await;
    push_service::allowed(&scheduler, &scheduler.app).await;
    let mut service = PushService::start().await;
    let session = scheduler.book(offer(3_600_000)).await;
    let ana = scheduler.person(&session, 0).await;
    let keys = BrowserKeys::new();
    let body = keys.subscription(&format!("{}/ana", service.url));
    let url = scheduler.at("/v1/push-subscriptions");
    assert_eq!(ana.post(&url, body).await.status, 201);
    service.answers(413);
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let moved = json!({"starts_at": testkit::now() + 7_200_000});
    let moved = scheduler.app.patch(&scheduler.at(&path), moved).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    service.next().await;
    let operator = scheduler.operator().await;
    let failed = push(&scheduler, &operator, "failed").await;
    assert_eq!(failed["attempts"], 1, "{failed}");

    let again = format!(
        "/v1/deliveries/{}/redeliver",
        failed["id"].as_str().unwrap()
    );
    let again = scheduler.at(&again);
    for client in [&scheduler.key("other").await, &ana] {
        let refused = client.post(&again, json!({})).await;
        assert!([403, 404].contains(&refused.status), "{}", refused.body);
    }
    service.answers(201);
    let sent: Value = operator.post(&again, json!({})).await.json(202);
    assert_eq!(sent["delivery_id"], failed["id"]);
    let message = keys.read(&service.next().await);
    assert_eq!(message["kind"], "session_rescheduled");
    let sent = push(&scheduler, &scheduler.app, "sent").await;
    assert_eq!((&sent["id"], &sent["attempts"]), (&failed["id"], &json!(2)));
    let refused = scheduler.app.post(&again, json!({})).await;
    assert_eq!(refused.problem(409), "conflict");
    assert_eq!(refused.body["reason"], "not_failed");
    let audit = scheduler.at("/v1/audit?action=delivery.redeliver");
    let rows: Value = operator.get(&audit).await.json(200);
    assert_eq!(rows["items"].as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows["items"][0]["subject"], failed["id"]);
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

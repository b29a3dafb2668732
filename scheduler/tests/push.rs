//! Pushes: who gets them, what a push service sees of them, and what its answers do.

mod running;

use reqwest::Method;
use running::browser::{Browser, PASSWORD};
use running::push_service::{self, BrowserKeys, PushService, subscription, verified};
use running::{Running, eventually, offer};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse, now};

const HOUR_MS: i64 = 3_600_000;

/// With an application that lets its people be pushed to.
async fn started(change: impl FnOnce(&mut scheduler::Config)) -> Running {
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), change).await;
    push_service::allowed(&scheduler, &scheduler.app).await;
    scheduler
}

async fn subscribe(scheduler: &Running, page: &Http, body: Value) -> HttpResponse {
    let url = scheduler.at("/v1/push-subscriptions");
    page.post(&url, body).await
}

async fn subscribed(scheduler: &Running, page: &Http, body: Value) -> String {
    let answer: Value = subscribe(scheduler, page, body).await.json(201);
    answer["id"].as_str().unwrap().to_owned()
}

async fn unsubscribe(scheduler: &Running, page: &Http, id: &str) -> u16 {
    let url = scheduler.at(&format!("/v1/push-subscriptions/{id}"));
    page.send(Method::DELETE, &url, None, &[]).await.status
}

/// Moves a session, of which its two are told; when it starts now.
async fn moved(scheduler: &Running, session: &Value) -> i64 {
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let starts_at = (now() + 2 * HOUR_MS).0;
    let body = json!({ "starts_at": starts_at });
    let answer = scheduler.app.patch(&scheduler.at(&path), body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    starts_at
}

#[tokio::test]
async fn sch_289_a_push_is_read_by_its_browser_alone_and_signed_by_us() {
    let scheduler = started(push_service::on_here).await;
    let mut service = PushService::start().await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    let key: Value = page.get(&scheduler.at("/v1/push/key")).await.json(200);
    let keys = BrowserKeys::new();
    let endpoint = format!("{}/ana", service.url);
    subscribed(&scheduler, &page, keys.subscription(&endpoint)).await;
    let starts_at = moved(&scheduler, &session).await;

    let pushed = service.next().await;
    assert_eq!(pushed.path, "/ana");
    let claims = verified(&pushed, key["public_key"].as_str().unwrap());
    assert_eq!(claims["aud"], service.url.as_str());
    assert_eq!(claims["sub"], push_service::SUBJECT);
    let life_s = claims["exp"].as_i64().unwrap() - now().0 / 1000;
    assert!((3_600..=86_400).contains(&life_s), "{life_s}");
    for (name, due) in [
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
        ("urgency", "high"),
    ] {
        assert_eq!(pushed.headers[name], due);
    }
    let ttl: i64 = pushed.headers["ttl"].to_str().unwrap().parse().unwrap();
    assert!((1..=86_400).contains(&ttl), "{ttl}");
    assert_eq!(pushed.headers["topic"].len(), 32);

    let message = keys.read(&pushed);
    assert_eq!(message["kind"], "session_rescheduled");
    assert_eq!(message["session_id"], session["id"]);
    assert_eq!(message["starts_at"], starts_at);
    assert_eq!(message["lang"], "en");
    let title = "Your session with \u{2068}Bo\u{2069} was moved";
    assert_eq!(message["title"], title);
    let path = format!("session/{}", session["id"].as_str().unwrap());
    assert_eq!(message["path"], path.as_str());
}

#[tokio::test]
async fn sch_290_a_subscription_that_its_push_service_does_not_know_is_removed() {
    let scheduler = started(push_service::on_here).await;
    let mut service = PushService::start().await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    for status in [404, 410] {
        service.answers(status);
        let keys = BrowserKeys::new();
        let endpoint = format!("{}/{status}", service.url);
        let id = subscribed(&scheduler, &page, keys.subscription(&endpoint)).await;
        moved(&scheduler, &session).await;
        assert_eq!(service.next().await.path, format!("/{status}"));
        eventually(async || {
            let again = unsubscribe(&scheduler, &page, &id).await;
            assert!(again == 404 || again == 204);
            again == 404
        })
        .await;
    }
    service.answers(413);
    let body = BrowserKeys::new().subscription(&format!("{}/refused", service.url));
    let id = subscribed(&scheduler, &page, body.clone()).await;
    moved(&scheduler, &session).await;
    service.next().await;
    let again = subscribed(&scheduler, &page, body).await;
    assert_eq!(id, again, "what refuses one message is still there");
    assert_eq!(service.rest(), 0, "and is not sent it again");
}

/// The deliveries by push of a session that stand so.
async fn pushes(scheduler: &Running, session: &Value, state: &str) -> Vec<Value> {
    let path = format!(
        "/v1/sessions/{}/deliveries",
        session["id"].as_str().unwrap()
    );
    let page: Value = scheduler.app.get(&scheduler.at(&path)).await.json(200);
    let items = page["items"].as_array().unwrap().clone().into_iter();
    items
        .filter(|one| one["channel"] == "push" && one["state"] == state)
        .collect()
}

/// Waits for the one delivery by push that stands so, and returns why it does.
async fn reason_of(scheduler: &Running, session: &Value, state: &str) -> Value {
    eventually(async || pushes(scheduler, session, state).await.len() == 1).await;
    pushes(scheduler, session, state).await[0]["reason"].clone()
}

#[tokio::test]
async fn sch_391_a_subscription_ends_when_its_browser_says() {
    let scheduler = started(push_service::on_here).await;
    let mut service = PushService::start().await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    let mut body = BrowserKeys::new().subscription(&format!("{}/ana", service.url));
    body["expirationTime"] = json!((now() - 1).0);
    let late = subscribe(&scheduler, &page, body.clone()).await;
    assert_eq!(late.problem(422), "invalid_field");
    let ends_at = now() + 300;
    body["expirationTime"] = json!(ends_at.0);
    let id = subscribed(&scheduler, &page, body).await;
    eventually(async || now() > ends_at).await;
    moved(&scheduler, &session).await;
    assert_eq!(reason_of(&scheduler, &session, "failed").await, "expired");
    assert_eq!(unsubscribe(&scheduler, &page, &id).await, 404, "removed");
    assert_eq!(service.rest(), 0);
}

#[tokio::test]
async fn sch_392_what_a_browser_subscribed_to_with_another_key_is_not_sent_to_but_removed() {
    let scheduler = started(push_service::on_here).await;
    let mut service = PushService::start().await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    let body = BrowserKeys::new().subscription(&format!("{}/ana", service.url));
    let id = subscribed(&scheduler, &page, body.clone()).await;
    let data = scheduler.stop().await;
    std::fs::remove_file(data.path().join("keys/push.pem")).unwrap();

    let scheduler = Running::start_with(data, push_service::on_here).await;
    moved(&scheduler, &session).await;
    let reason = reason_of(&scheduler, &session, "failed").await;
    assert_eq!(reason, "key_changed");
    let page = scheduler.person(&session, 0).await;
    assert_eq!(unsubscribe(&scheduler, &page, &id).await, 404, "removed");
    assert_eq!(service.rest(), 0);
    subscribed(&scheduler, &page, body).await;
    moved(&scheduler, &session).await;
    assert_eq!(
        service.next().await.path,
        "/ana",
        "with the key that is there"
    );
}

#[tokio::test]
async fn sch_393_where_pushes_are_off_what_was_planned_is_missed_and_says_so() {
    let scheduler = started(push_service::on_here).await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    let body = subscription("ana");
    subscribed(&scheduler, &page, body).await;
    let scheduler = Running::start_in(scheduler.stop().await).await;
    moved(&scheduler, &session).await;
    assert_eq!(reason_of(&scheduler, &session, "missed").await, "push_off");
    let operator = scheduler.operator().await;
    let status: Value = operator.get(&scheduler.at("/v1/status")).await.json(200);
    let channels = status["channels"].as_array().unwrap();
    let push = channels.iter().find(|one| one["name"] == "push").unwrap();
    assert_eq!(push["last_failure"], "push_off");
    assert_eq!(push["queue"]["pending"], 0);
}

#[tokio::test]
async fn sch_284_a_page_is_pushed_what_is_of_its_session_alone() {
    let scheduler = started(push_service::on_here).await;
    let mut service = PushService::start().await;
    let mut sessions = Vec::new();
    for name in ["one", "two"] {
        let session = scheduler.book(offer(HOUR_MS)).await;
        let page = scheduler.person(&session, 0).await;
        let endpoint = format!("{}/{name}", service.url);
        let body = BrowserKeys::new().subscription(&endpoint);
        subscribed(&scheduler, &page, body).await;
        sessions.push(session);
    }
    for (session, path) in sessions.iter().rev().zip(["/two", "/one"]) {
        moved(&scheduler, session).await;
        assert_eq!(service.next().await.path, path);
    }
    assert_eq!(service.rest(), 0);
}

#[tokio::test]
async fn sch_282_a_browser_subscribes_once_and_is_that_of_who_subscribed_last() {
    let scheduler = started(push_service::on).await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let ana = scheduler.person(&session, 0).await;
    let bo = scheduler.person(&session, 1).await;
    let first = subscribed(&scheduler, &ana, subscription("a")).await;
    assert_eq!(first, subscribed(&scheduler, &ana, subscription("a")).await);
    let moved = subscribed(&scheduler, &bo, subscription("a")).await;
    assert_ne!(first, moved);
    for (page, id, status) in [
        (&ana, &first, 404),
        (&ana, &moved, 404),
        (&bo, &moved, 204),
        (&bo, &moved, 404),
    ] {
        assert_eq!(unsubscribe(&scheduler, page, id).await, status);
    }
}

#[tokio::test]
async fn sch_293_no_endpoint_leads_inside_and_every_wrong_field_is_named() {
    let scheduler = started(push_service::on).await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    for (endpoint, why) in [
        ("http://push.example/a", "scheme"),
        ("https://127.0.0.1/a", "address"),
        ("https://2130706433/a", "spelling"),
        ("https://[64:ff9b::7f00:1]/a", "address"),
        ("https://user:secret@push.example/a", "credentials"),
    ] {
        let mut body = subscription("a");
        body["endpoint"] = endpoint.into();
        let refused = subscribe(&scheduler, &page, body).await;
        assert_eq!(refused.status, 422);
        let error = &refused.body["errors"][0];
        assert_eq!(error["field"], "endpoint");
        assert_eq!(error["code"], format!("url_not_allowed:{why}"));
        assert!(!refused.body.to_string().contains("push.example"));
    }
    let body = json!({
        "endpoint": "https://push.example/a",
        "keys": {"p256dh": "AAAA", "auth": "AAAA"},
    });
    let refused = subscribe(&scheduler, &page, body).await;
    assert_eq!(refused.status, 422);
    let errors = refused.body["errors"].as_array().unwrap();
    let fields: Vec<_> = errors.iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["keys.p256dh", "keys.auth"]);
}

#[tokio::test]
async fn sch_292_a_persons_browsers_stand_in_their_export_and_end_with_their_logins() {
    let scheduler = started(push_service::on).await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "ana").await;
    let mut elsewhere = Browser::logged_in(&scheduler, "ana").await;
    for (browser, name) in [(&mut ana, "here"), (&mut elsewhere, "elsewhere")] {
        let path = "/v1/push-subscriptions";
        let answer = browser.post(path, subscription(name)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let services = async |browser: &mut Browser| {
        let export: Value = browser.get("/v1/me/export").await.json(200);
        let text = export.to_string();
        assert!(!text.contains("push.example/"), "its address is a secret");
        let all = export["push_subscriptions"].as_array().unwrap().clone();
        all.iter()
            .map(|one| one["service"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(services(&mut ana).await, ["https://push.example"; 2]);
    let body = json!({"current": PASSWORD, "new": format!("{PASSWORD} too")});
    let changed = ana.post("/v1/me/password", body).await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    assert_eq!(
        services(&mut ana).await.len(),
        1,
        "of the other logins none"
    );
}

#[tokio::test]
async fn sch_294_where_no_pushes_are_sent_there_is_no_key_and_nobody_subscribes() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    let key = page.get(&scheduler.at("/v1/push/key")).await;
    assert_eq!((key.status, &key.body["reason"]), (404, &json!("push_off")));
    let refused = subscribe(&scheduler, &page, subscription("a")).await;
    assert_eq!(refused.status, 404);

    let scheduler = started(push_service::on).await;
    let session = scheduler.book(offer(HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    let channels = json!({"channels": ["in_app", "webhook"]});
    let url = scheduler.at("/v1/application");
    assert_eq!(scheduler.app.patch(&url, channels).await.status, 200);
    let key = page.get(&scheduler.at("/v1/push/key")).await;
    assert_eq!(key.status, 404, "its application wants none");
}

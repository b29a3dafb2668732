//! A test clock that is ahead: what other servers check by their own clocks goes by theirs.

mod running;

use running::push_service::{self, BrowserKeys, PushService, verified};
use running::{Running, offer};
use serde_json::{Value, json};
use service::test_clock::TestClock;
use testkit::now;

const HOUR_MS: i64 = 3_600_000;
/// Beyond every life that a token of ours has.
const AHEAD_MS: i64 = 72 * HOUR_MS;

#[tokio::test]
async fn sch_404_a_push_is_signed_by_the_time_of_the_world_and_kept_by_that_of_the_session() {
    let data = tempfile::tempdir().unwrap();
    let clock = TestClock::open(data.path()).unwrap();
    clock.move_to(AHEAD_MS);
    let scheduler = Running::start_with(data, push_service::on_here).await;
    push_service::allowed(&scheduler, &scheduler.app).await;
    let mut service = PushService::start().await;
    let session = scheduler.book(offer(AHEAD_MS + HOUR_MS)).await;
    let page = scheduler.person(&session, 0).await;
    let key: Value = page.get(&scheduler.at("/v1/push/key")).await.json(200);
    let mut body = BrowserKeys::new().subscription(&format!("{}/ana", service.url));
    // By the test clock it would be over.
    body["expirationTime"] = json!((now() + HOUR_MS).0);
    let url = scheduler.at("/v1/push-subscriptions");
    assert_eq!(page.post(&url, body).await.status, 201);
    let path = scheduler.at(&format!("/v1/sessions/{}", session["id"].as_str().unwrap()));
    let later = json!({"starts_at": (now() + AHEAD_MS + 2 * HOUR_MS).0});
    assert_eq!(scheduler.app.patch(&path, later).await.status, 200);

    let pushed = service.next().await;
    let claims = verified(&pushed, key["public_key"].as_str().unwrap());
    let life_s = claims["exp"].as_i64().unwrap() - now().0 / 1000;
    assert!((1..=86_400).contains(&life_s), "RFC 8292: {life_s}");
    let ttl: i64 = pushed.headers["ttl"].to_str().unwrap().parse().unwrap();
    assert!((1..=86_400).contains(&ttl), "{ttl}");
}

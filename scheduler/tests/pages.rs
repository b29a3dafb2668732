//! The web front end and what stands around it.

mod running;

use running::Running;
use serde_json::json;
use testkit::Http;

#[tokio::test]
async fn sch_41_the_page_is_served_strictly_or_says_that_it_is_not_built() {
    let scheduler = Running::start().await;
    for path in ["/", "/join"] {
        let page = Http::new().get(&scheduler.at(path)).await;
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        if page.status == 503 {
            assert_eq!(page.problem(503), "unavailable");
            continue;
        }
        assert_eq!(page.status, 200);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("connect-src 'self' ws://127.0.0.1:"),
            "{policy}"
        );
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let tag = page.headers["etag"].to_str().unwrap();
        let headers = [("if-none-match", tag)];
        let again = Http::new()
            .send(reqwest::Method::GET, &scheduler.at(path), None, &headers)
            .await;
        assert_eq!(again.status, 304);
    }
}

#[tokio::test]
async fn sch_42_what_is_not_there_is_a_problem() {
    let scheduler = Running::start().await;
    let nowhere = scheduler.at("/v1/nowhere");
    assert_eq!(Http::new().get(&nowhere).await.problem(404), "not_found");
    assert_eq!(
        Http::new().post(&nowhere, json!({})).await.problem(404),
        "not_found"
    );
    let climb = Http::new()
        .get(&scheduler.at("/..%2f..%2fCargo.toml"))
        .await;
    assert_eq!(climb.problem(404), "not_found");
    let wrong = Http::new().delete(&scheduler.at("/v1/sessions")).await;
    assert_eq!(wrong.problem(405), "method_not_allowed");
    let in_url = Http::new().get(&scheduler.at("/v1/sessions?token=x")).await;
    assert_eq!(in_url.problem(400), "token_in_url");
}

#[tokio::test]
async fn sch_43_a_stop_does_not_wait_for_open_streams() {
    let scheduler = Running::start().await;
    let session = scheduler.book(running::offer(600_000)).await;
    let joined: serde_json::Value = scheduler.join(&session, 0).await.json(200);
    let listening = reqwest::Client::new()
        .get(scheduler.at("/v1/notifications/stream"))
        .bearer_auth(joined["access"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    scheduler.stop().await;
    assert!(listening.text().await.unwrap().starts_with(": listening"));
}

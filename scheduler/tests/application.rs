//! What an application says of itself, and which pages may ask for it.

mod running;

use reqwest::Method;
use running::{Running, claims, eventually, offer};
use serde_json::{Value, json};
use testkit::Http;

/// Whether a page of that origin may read answers.
async fn may_read(scheduler: &Running, origin: &str) -> bool {
    let url = scheduler.at("/v1/sessions");
    let headers = [("origin", origin), ("access-control-request-method", "GET")];
    let answer = Http::new()
        .send(Method::OPTIONS, &url, None, &headers)
        .await;
    let allowed = answer.headers.get("access-control-allow-origin");
    allowed.is_some_and(|allowed| allowed == origin)
}

#[tokio::test]
async fn sch_252_an_application_says_what_it_is_by_its_key() {
    let scheduler = Running::start().await;
    let url = scheduler.at("/v1/application");
    let silent: Value = scheduler.app.get(&url).await.json(200);
    let own = json!(["in_app", "webhook"]);
    let due = json!({"id": "shop", "name": "shop", "allowed_origins": [], "allowed_embedders": [], "channels": own});
    assert_eq!(silent, due);
    let said = json!({
        "name": "The Shop", "allowed_origins": ["https://shop.example"], "allowed_embedders": ["https://shop.example"],
        "return_url": "https://shop.example/after", "theme": {"accent": "#ff5500"}, "channels": ["webhook", "email"],
        "sender_name": "Shop", "reply_to": "help@shop.example", "templates": {"session_reminder": {"en": {"subject": "Soon: {{ with }}", "text": "At {{ time }}: {{ link }}"}}},
    });
    let changed: Value = scheduler.app.patch(&url, said.clone()).await.json(200);
    for (name, value) in said.as_object().unwrap() {
        assert_eq!(&changed[name], value, "{name}");
    }
    assert_eq!(changed["id"], "shop");
    let read: Value = scheduler.app.get(&url).await.json(200);
    assert_eq!(read, changed);
    let bare: Value = scheduler
        .app
        .patch(&url, json!({"theme": null}))
        .await
        .json(200);
    assert!(bare.get("theme").is_none() && bare["name"] == "The Shop");

    let other: Value = scheduler.key("other").await.get(&url).await.json(200);
    assert_eq!(other["name"], "other");
    let second = scheduler.key("shop").await;
    let same: Value = second.get(&url).await.json(200);
    assert_eq!(same["name"], "The Shop", "another key of it");
    assert_eq!(Http::new().get(&url).await.problem(401), "unauthenticated");
    let operator = scheduler.operator().await;
    assert_eq!(operator.get(&url).await.problem(403), "forbidden");
}

#[tokio::test]
async fn sch_251_each_field_of_an_application_that_is_wrong_is_named() {
    let scheduler = Running::start().await;
    let url = scheduler.at("/v1/application");
    for (change, field, code) in [
        (
            json!({"allowed_origins": ["https://shop.example/"]}),
            "allowed_origins[0]",
            "bad_origin",
        ),
        (
            json!({"allowed_origins": ["https://*.example"]}),
            "allowed_origins[0]",
            "bad_origin",
        ),
        (
            json!({"allowed_origins": ["null"]}),
            "allowed_origins[0]",
            "bad_origin",
        ),
        (
            json!({"allowed_embedders": ["http://shop.example"]}),
            "allowed_embedders[0]",
            "not_https",
        ),
        (json!({"return_url": "https://"}), "return_url", "bad_url"),
        (
            json!({"return_url": "javascript:alert(1)"}),
            "return_url",
            "bad_url",
        ),
        (
            json!({"channels": ["pigeon"]}),
            "channels[0]",
            "unknown_value",
        ),
        (
            json!({"allowed_origins": null}),
            "allowed_origins",
            "wrong_type",
        ),
        (json!({"name": ""}), "name", "required"),
        (json!({"id": "other"}), "id", "unknown_field"),
    ] {
        let answer = scheduler.app.patch(&url, change.clone()).await;
        assert_eq!(answer.status, 422, "{change}: {}", answer.body);
        let error = &answer.body["errors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!(field), &json!(code)),
            "{change}"
        );
    }
}

#[tokio::test]
async fn sch_253_pages_of_an_applications_origins_may_ask_at_once_and_after_a_restart() {
    let scheduler = Running::start().await;
    let (shop, app) = ("https://shop.example", "http://localhost:3000");
    assert!(!may_read(&scheduler, shop).await);
    let url = scheduler.at("/v1/application");
    let said = json!({"allowed_origins": [shop, app]});
    scheduler.app.patch(&url, said).await.json::<Value>(200);
    assert!(may_read(&scheduler, shop).await && may_read(&scheduler, app).await);
    assert!(!may_read(&scheduler, "https://shop.example.evil").await);

    let scheduler = Running::start_in(scheduler.stop().await).await;
    assert!(may_read(&scheduler, shop).await);
    let url = scheduler.at("/v1/application");
    let said = json!({"allowed_origins": [app]});
    scheduler.app.patch(&url, said).await.json::<Value>(200);
    assert!(!may_read(&scheduler, shop).await && may_read(&scheduler, app).await);
    assert!(may_read(&scheduler, &scheduler.url).await, "its own");
}

#[tokio::test]
async fn sch_253_a_cookie_counts_on_pages_of_the_web_origin_alone() {
    let scheduler = Running::start().await;
    let shop = "https://shop.example";
    let url = scheduler.at("/v1/application");
    let said = json!({"allowed_origins": [shop]});
    scheduler.app.patch(&url, said).await.json::<Value>(200);
    eventually(async || may_read(&scheduler, shop).await).await;
    let (mut ana, _) = running::browser::Browser::signed_up(&scheduler, "Ana").await;
    ana.origin = Some(shop.to_owned());
    let refused = ana.patch("/v1/me", json!({"name": "Eve"})).await;
    assert_eq!(refused.problem(403), "origin_not_allowed");
}

#[tokio::test]
async fn sch_254_a_ticket_names_the_pages_of_its_application_and_ours() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(1_000)).await;
    let ana = scheduler.person(&session, 0).await;
    let path = format!("/v1/sessions/{}/ticket", session["id"].as_str().unwrap());
    let urls = [scheduler.at(&path), scheduler.at("/v1/rooms/ticket")];
    let origins = async |url: &str| {
        let ticket: Value = ana.post(url, json!({})).await.json(200);
        claims(ticket["ticket"].as_str().unwrap())["origins"].clone()
    };
    for url in &urls {
        assert_eq!(origins(url).await, Value::Null, "it names none");
    }
    let said = json!({"allowed_origins": ["https://shop.example"]});
    let url = scheduler.at("/v1/application");
    scheduler.app.patch(&url, said).await.json::<Value>(200);
    for url in &urls {
        let named = origins(url).await;
        let named = named.as_array().unwrap();
        assert!(named.contains(&json!("https://shop.example")), "{named:?}");
        assert!(named.contains(&json!(scheduler.url)), "{named:?}");
    }
}

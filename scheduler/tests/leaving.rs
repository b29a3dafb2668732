//! Taking a copy of what is stored, and leaving.

mod running;

use running::Running;
use running::browser::{Browser, PASSWORD, address, signup};
use serde_json::{Value, json};
use testkit::now;

const HOUR_MS: i64 = 3_600_000;

fn with_password(password: &str) -> Value {
    json!({ "password": password })
}

fn gift(to: &Value, kind: &str, letter: &str, opens_in_ms: i64) -> Value {
    json!({"to": {"user_id": to["id"]}, "kind": kind, "letter": letter, "opens_at": now() + opens_in_ms})
}

async fn items(browser: &mut Browser, path: &str) -> Vec<Value> {
    let page: Value = browser.get(path).await.json(200);
    page["items"].as_array().unwrap().clone()
}

async fn give(browser: &mut Browser, gift: Value) {
    let answer = browser.post("/v1/gifts", gift).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

#[tokio::test]
async fn sch_216_who_gives_their_password_is_erased_and_may_come_back_as_somebody_new() {
    let scheduler = Running::start().await;
    let (mut ana, user) = Browser::signed_up(&scheduler, "Ana").await;
    let (mut bo, other) = Browser::signed_up(&scheduler, "Bo").await;
    let mut phone = Browser::logged_in(&scheduler, "Ana").await;
    give(&mut ana, gift(&other, "plain", "Hi, Bo.", 0)).await;
    give(&mut ana, gift(&other, "special", "Shall we?", HOUR_MS)).await;
    give(&mut bo, gift(&user, "special", "Shall we?", HOUR_MS)).await;

    let wrong = ana
        .delete_with("/v1/me", with_password("wrong horse"))
        .await;
    assert_eq!(wrong.problem(422), "invalid_field");
    assert_eq!(wrong.body["errors"][0]["field"], "password");
    let mut forged = ana.clone();
    forged.origin = Some("https://shop.example".to_owned());
    let refused = forged.delete_with("/v1/me", with_password(PASSWORD)).await;
    assert_eq!(refused.problem(403), "origin_not_allowed");
    let mut nobody = Browser::of(&scheduler);
    let refused = nobody.delete_with("/v1/me", with_password(PASSWORD)).await;
    assert_eq!(refused.status, 401);

    let old = ana.cookie.clone();
    let erased = ana.delete_with("/v1/me", with_password(PASSWORD)).await;
    assert_eq!(erased.status, 204, "{}", erased.body);
    assert_eq!(ana.cookie, None, "the browser is told to forget it");
    ana.cookie = old;
    for browser in [&mut ana, &mut phone] {
        let refused = browser.get("/v1/me").await;
        assert_eq!(refused.problem(401), "unauthenticated");
    }
    let login = json!({"email": address("Ana"), "password": PASSWORD});
    let refused = nobody.post("/v1/login", login).await;
    assert_eq!(refused.problem(401), "bad_login");

    assert!(items(&mut bo, "/v1/matches").await.is_empty());
    let gifts = items(&mut bo, "/v1/gifts?box=received").await;
    assert_eq!(gifts.len(), 2, "a match had opened the second one");
    for gift in gifts {
        assert_eq!(gift["from"]["name"], "Someone who has left");
        assert_eq!(gift["from"]["user_id"], user["id"]);
    }
    let to_nobody = bo.post("/v1/gifts", gift(&user, "plain", "Hi.", 0)).await;
    assert_eq!(to_nobody.problem(404), "not_found");

    let again: Value = nobody.post("/v1/signup", signup("Ana")).await.json(201);
    assert_ne!(again["id"], user["id"]);
    assert!(items(&mut nobody, "/v1/gifts?box=sent").await.is_empty());
}

#[tokio::test]
async fn sch_217_guessing_the_password_of_an_open_browser_is_limited_as_a_login() {
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.limits.logins_per_hour = 3;
    })
    .await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    for _ in 0..3 {
        let wrong = ana
            .delete_with("/v1/me", with_password("wrong horse"))
            .await;
        assert_eq!(wrong.status, 422);
    }
    let right = ana.delete_with("/v1/me", with_password(PASSWORD)).await;
    assert_eq!(right.problem(429), "rate_limited");
    assert_eq!(ana.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn sch_218_an_export_holds_what_a_person_may_see_and_nothing_sealed() {
    let scheduler = Running::start().await;
    let (mut ana, user) = Browser::signed_up(&scheduler, "Ana").await;
    let (mut bo, other) = Browser::signed_up(&scheduler, "Bo").await;
    let (_, third) = Browser::signed_up(&scheduler, "Cy").await;
    give(&mut bo, gift(&user, "plain", "canary-sealed", HOUR_MS)).await;
    let at = now().0 + HOUR_MS;
    for (browser, to) in [(&mut ana, &other), (&mut bo, &user)] {
        let mut special = gift(to, "special", "Shall we?", 0);
        special["times"] = json!([at]);
        give(browser, special).await;
    }
    let report = json!({"user_id": third["id"], "reason": "spam"});
    let reported = ana.post("/v1/reports", report).await;
    assert_eq!(reported.status, 201, "{}", reported.body);

    let answer = ana.get("/v1/me/export").await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let disposition = &answer.headers["content-disposition"];
    assert_eq!(disposition, "attachment; filename=\"rendezvous.json\"");
    let export: Value = answer.json(200);
    assert_eq!(export["profile"], user);
    assert_eq!(export["logins"][0]["current"], true);
    let lengths = [
        ("gifts_given", 1),
        ("gifts_received", 2),
        ("matches", 1),
        ("proposals", 0),
        ("sessions", 1),
        ("blocks", 1),
        ("feedback", 0),
        ("reports", 1),
        ("truncated", 0),
    ];
    for (list, length) in lengths {
        assert_eq!(export[list].as_array().unwrap().len(), length, "{list}");
    }
    assert_eq!(export["matches"][0]["with"]["name"], "Bo");
    assert_eq!(export["sessions"][0]["starts_at"], at);
    assert!(!export["notifications"].as_array().unwrap().is_empty());
    let text = export.to_string();
    for secret in ["canary-sealed", &address("Bo"), "argon2"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn sch_219_a_person_exports_three_times_an_hour() {
    let scheduler = Running::start().await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let (mut bo, _) = Browser::signed_up(&scheduler, "Bo").await;
    for _ in 0..3 {
        assert_eq!(ana.get("/v1/me/export").await.status, 200);
    }
    let refused = ana.get("/v1/me/export").await;
    assert_eq!(refused.problem(429), "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(bo.get("/v1/me/export").await.status, 200);
}

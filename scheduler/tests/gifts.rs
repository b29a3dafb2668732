//! Gifts between two people who are logged in.

mod running;

use running::browser::Browser;
use running::{Running, eventually};
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

fn to(user: &str, kind: &str, opens_in_ms: i64) -> Value {
    json!({
        "to": {"user_id": user}, "kind": kind, "letter": "Shall we?",
        "opens_at": now() + opens_in_ms,
    })
}

async fn items(browser: &mut Browser, path: &str) -> Vec<Value> {
    let page: Value = browser.get(path).await.json(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn sch_188_a_sealed_gift_tells_its_receiver_nothing_until_it_opens() {
    let scheduler = Running::start().await;
    let [(mut ana, ana_id), (mut bo, bo_id)] = two(&scheduler).await;
    let answer = ana.post("/v1/gifts", to(&bo_id, "plain", HOUR_MS)).await;
    assert!(answer.headers.contains_key("location"));
    let sent: Value = answer.json(201);
    assert_eq!(
        (&sent["state"], &sent["letter"]),
        (&json!("sealed"), &json!("Shall we?"))
    );
    assert_eq!(sent["to"]["name"], "Bo");

    let received = items(&mut bo, "/v1/gifts?box=received").await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["state"], "sealed");
    for hidden in ["from", "letter", "times"] {
        assert!(received[0].get(hidden).is_none(), "{hidden}");
    }
    let told = items(&mut bo, "/v1/notifications").await;
    assert_eq!(told[0]["kind"], "gift_received");
    assert_eq!(told[0]["gift_id"], sent["id"]);
    assert!(told[0].get("with").is_none());

    let path = format!("/v1/gifts/{}", sent["id"].as_str().unwrap());
    let (mut eve, _) = Browser::signed_up(&scheduler, "Eve").await;
    assert_eq!(eve.get(&path).await.problem(404), "not_found");
    assert_eq!(eve.delete(&path).await.problem(404), "not_found");
    assert_eq!(bo.delete(&path).await.problem(404), "not_found");
    let peeked: Value = bo.post(&format!("{path}/peek"), json!({})).await.json(200);
    assert_eq!(
        (&peeked["state"], &peeked["letter"]),
        (&json!("opened"), &json!("Shall we?"))
    );
    assert_eq!(peeked["from"], json!({"user_id": ana_id, "name": "Ana"}));
    assert_eq!(ana.delete(&path).await.problem(409), "conflict");

    let second: Value = ana
        .post("/v1/gifts", to(&bo_id, "plain", HOUR_MS))
        .await
        .json(201);
    let path = format!("/v1/gifts/{}", second["id"].as_str().unwrap());
    let refused = bo.post(&format!("{path}/peek"), json!({})).await;
    assert_eq!(refused.problem(409), "no_peeks_left");
    let at = refused.body["at"].as_i64().unwrap();
    assert!(at > now().0 && at <= now().0 + 24 * HOUR_MS);
    assert_eq!(ana.delete(&path).await.status, 204);
    assert_eq!(bo.get(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn sch_188_a_gift_opens_by_its_time_and_is_paged() {
    let scheduler = Running::start().await;
    let [(mut ana, _), (mut bo, bo_id)] = two(&scheduler).await;
    for _ in 0..3 {
        let answer = ana.post("/v1/gifts", to(&bo_id, "plain", 0)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let soon: Value = ana
        .post("/v1/gifts", to(&bo_id, "plain", 300))
        .await
        .json(201);
    let path = format!("/v1/gifts/{}", soon["id"].as_str().unwrap());
    eventually(async || bo.get(&path).await.json::<Value>(200)["state"] == "opened").await;
    let page: Value = bo.get("/v1/gifts?box=received&limit=3").await.json(200);
    assert_eq!(page["items"][0]["id"], soon["id"]);
    let next = format!(
        "/v1/gifts?box=received&limit=3&cursor={}",
        page["next_cursor"].as_str().unwrap()
    );
    let rest: Value = bo.get(&next).await.json(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert!(rest.get("next_cursor").is_none());
    assert_eq!(
        bo.get("/v1/gifts?box=lost").await.problem(422),
        "invalid_field"
    );
    assert!(
        items(&mut ana, "/v1/gifts").await.is_empty(),
        "nobody gave her any"
    );
}

#[tokio::test]
async fn sch_188_what_is_wrong_with_a_gift_is_said_by_its_field_and_code() {
    let scheduler = Running::start().await;
    let [(mut ana, ana_id), (_, bo_id)] = two(&scheduler).await;
    let field = async |ana: &mut Browser, body: Value| {
        let answer = ana.post("/v1/gifts", body).await;
        assert_eq!(answer.problem(422), "invalid_field", "{}", answer.body);
        let error = answer.body["errors"][0].clone();
        (error["field"].clone(), error["code"].clone())
    };
    let own = field(&mut ana, to(&ana_id, "plain", 0)).await;
    assert_eq!(own, (json!("to.user_id"), json!("same_person")));
    let mut addressed = to(&bo_id, "plain", 0);
    addressed["to"] = json!({"email": "bo@"});
    let addressed = field(&mut ana, addressed).await;
    assert_eq!(addressed, (json!("to.email"), json!("bad_email")));
    let nobody = ana.post("/v1/gifts", to("nobody", "plain", 0)).await;
    assert_eq!(nobody.problem(404), "not_found");
    let session = scheduler.book(running::offer(HOUR_MS)).await;
    let foreign = session["participants"][0]["user_id"].as_str().unwrap();
    let foreign = ana.post("/v1/gifts", to(foreign, "plain", 0)).await;
    assert_eq!(foreign.problem(404), "not_found", "of an application");
    let key = scheduler
        .app
        .post(&scheduler.at("/v1/gifts"), to(&bo_id, "plain", 0))
        .await;
    assert_eq!(key.problem(403), "forbidden");

    assert_eq!(
        ana.post("/v1/gifts", to(&bo_id, "special", HOUR_MS))
            .await
            .status,
        201
    );
    let twice = ana.post("/v1/gifts", to(&bo_id, "special", HOUR_MS)).await;
    assert_eq!(twice.problem(409), "conflict");
    for _ in 0..19 {
        let answer = ana.post("/v1/gifts", to(&bo_id, "plain", 0)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let more = ana.post("/v1/gifts", to(&bo_id, "plain", 0)).await;
    assert_eq!(more.problem(429), "quota_exceeded");
    assert!(more.headers.contains_key("retry-after"));
}

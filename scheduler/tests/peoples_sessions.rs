//! What people with an account reach of their own sessions.

mod running;

use futures_util::StreamExt as _;
use running::browser::Browser;
use running::{Running, claims, eventually, offer};
use serde_json::{Value, json};

/// Ana and Bo, who are logged in, and a session of theirs that starts in a minute. Its two seats are given to them in
/// the database: people come to sessions of their own by their matches.
async fn two_with_a_session(scheduler: &Running) -> ([(Browser, Value); 2], Value) {
    let ana = Browser::signed_up(scheduler, "Ana").await;
    let bo = Browser::signed_up(scheduler, "Bo").await;
    let mut offer = offer(60_000);
    offer["metadata"] = json!({"order": 7});
    let session = scheduler.book(offer).await;
    let database = scheduler.data.path().join("scheduler/scheduler.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", database.display()))
        .await
        .unwrap();
    let id = session["id"].as_str().unwrap();
    for (position, (_, user)) in [&ana, &bo].into_iter().enumerate() {
        let statement = "UPDATE participants SET user_id = ? WHERE session_id = ? AND position = ?";
        sqlx::query(statement)
            .bind(user["id"].as_str().unwrap())
            .bind(id)
            .bind(i64::try_from(position).unwrap())
            .execute(&pool)
            .await
            .unwrap();
    }
    let statement = "UPDATE sessions SET application = 'people' WHERE id = ?";
    sqlx::query(statement)
        .bind(id)
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    ([ana, bo], session)
}

#[tokio::test]
async fn sch_143_a_person_reaches_the_sessions_that_they_take_part_in_and_no_other() {
    let scheduler = Running::start().await;
    let ([(mut ana, user), _], session) = two_with_a_session(&scheduler).await;
    let (mut eve, _) = Browser::signed_up(&scheduler, "Eve").await;
    let other = scheduler.book(offer(60_000)).await;
    let listed: Value = ana.get("/v1/sessions?state=open").await.json(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["id"], session["id"]);
    let later: Value = ana.get("/v1/sessions?state=ended").await.json(200);
    assert_eq!(later["items"], json!([]));
    let none: Value = eve.get("/v1/sessions").await.json(200);
    assert_eq!(none["items"], json!([]));

    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let seen: Value = ana.get(&path).await.json(200);
    for hidden in ["metadata", "join_url", "external_id"] {
        assert!(seen.get(hidden).is_none(), "{hidden}");
        assert!(seen["participants"][0].get(hidden).is_none(), "{hidden}");
    }
    let ticket: Value = ana
        .post(&format!("{path}/ticket"), json!({}))
        .await
        .json(200);
    assert_eq!(
        claims(ticket["ticket"].as_str().unwrap())["sub"],
        user["id"]
    );
    let calendar = ana.get(&format!("{path}/calendar.ics")).await;
    assert_eq!(calendar.status, 200);
    assert!(
        !calendar.body.as_str().unwrap().contains("/join#"),
        "no link opens it for others"
    );
    let foreign = json!({"user_id": session["participants"][1]["user_id"]});
    assert_eq!(
        ana.post(&format!("{path}/ticket"), foreign)
            .await
            .problem(403),
        "forbidden"
    );

    let others = format!("/v1/sessions/{}", other["id"].as_str().unwrap());
    for path in [path, others] {
        assert_eq!(eve.get(&path).await.problem(404), "not_found");
        assert_eq!(
            eve.get(&format!("{path}/calendar.ics")).await.problem(404),
            "not_found"
        );
        for action in ["ticket", "cancel"] {
            let answer = eve.post(&format!("{path}/{action}"), json!({})).await;
            assert_eq!(answer.problem(404), "not_found", "{action}");
        }
        assert_eq!(
            eve.get(&format!("{path}/timeline")).await.problem(403),
            "forbidden"
        );
    }
}

#[tokio::test]
async fn sch_143_a_person_calls_their_session_off_and_the_other_one_is_told() {
    let scheduler = Running::start().await;
    let ([(mut ana, _), (mut bo, _)], session) = two_with_a_session(&scheduler).await;
    let path = format!("/v1/sessions/{}/cancel", session["id"].as_str().unwrap());
    let cancelled: Value = ana.post(&path, json!({})).await.json(200);
    assert_eq!(cancelled["state"], "cancelled");
    assert!(cancelled.get("metadata").is_none());
    eventually(async || {
        let told: Value = bo.get("/v1/notifications").await.json(200);
        let items = told["items"].as_array().unwrap().clone();
        items.iter().any(|item| item["kind"] == "session_cancelled")
    })
    .await;
    let told: Value = bo.get("/v1/notifications").await.json(200);
    let read = format!(
        "/v1/notifications/{}/read",
        told["items"][0]["id"].as_str().unwrap()
    );
    assert_eq!(
        ana.post(&read, json!({})).await.problem(404),
        "not_found",
        "not hers"
    );
    assert_eq!(bo.post(&read, json!({})).await.status, 204);
}

#[tokio::test]
async fn sch_143_a_chat_ticket_of_a_person_opens_all_of_their_rooms() {
    let scheduler = Running::start().await;
    let ([(mut ana, user), _], session) = two_with_a_session(&scheduler).await;
    let ticket: Value = ana.post("/v1/rooms/ticket", json!({})).await.json(200);
    let claims = claims(ticket["ticket"].as_str().unwrap());
    assert_eq!(claims["tenant"], "people");
    assert_eq!(claims["sub"], user["id"]);
    assert_eq!(claims["rooms"][0]["id"], session["room_id"]);
    assert!(claims.get("only").is_none());
}

#[tokio::test]
async fn sch_136_the_streams_of_a_login_end_with_it() {
    let scheduler = Running::start().await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let cookie = ana.cookie.clone().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(scheduler.at("/v1/notifications/stream"));
    let response = request.header("cookie", cookie).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut bytes = response.bytes_stream();
    assert!(bytes.next().await.unwrap().is_ok(), "it begins");
    assert_eq!(ana.post("/v1/logout", json!({})).await.status, 204);
    let ended = async { while bytes.next().await.is_some_and(|part| part.is_ok()) {} };
    tokio::time::timeout(testkit::SOON, ended)
        .await
        .expect("it ends");
}

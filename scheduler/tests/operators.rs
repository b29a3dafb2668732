//! An operator's key is traded for a ticket, and for nothing else.

mod running;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use running::{Running, offer};
use serde_json::{Value, json};
use testkit::{Http, now};

const TICKET: &str = "/v1/operator/ticket";

fn claims(ticket: &str) -> Value {
    let claims = ticket.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn sch_84_an_operators_key_gets_a_ticket_for_an_hour() {
    let scheduler = Running::start().await;
    let operator = scheduler.operator_key("night shift").await;
    let url = scheduler.at(TICKET);
    let empty = operator.send(reqwest::Method::POST, &url, None, &[]).await;
    for answer in [empty, operator.post(&url, json!({})).await] {
        let answer: Value = answer.json(200);
        assert_eq!(answer["url"], "http://127.0.0.1:9");
        let claims = claims(answer["ticket"].as_str().unwrap());
        assert_eq!(claims["aud"], "operator");
        assert_eq!(claims["sub"], "night shift");
        assert_eq!(claims["iss"], json!(scheduler.url));
        let (iat, exp) = (
            claims["iat"].as_i64().unwrap(),
            claims["exp"].as_i64().unwrap(),
        );
        assert!(exp > iat && exp - iat <= 3_600, "{claims}");
        assert_eq!(answer["expires_at"], json!(exp * 1_000));
        assert!((now().0 - iat * 1_000).abs() < 10_000, "{claims}");
    }
    let more = operator.post(&url, json!({"role": "root"})).await;
    assert_eq!(more.problem(422), "unknown_field");
}

#[tokio::test]
async fn sch_84_nobody_else_gets_one() {
    let scheduler = Running::start().await;
    let url = scheduler.at(TICKET);
    let session = scheduler.book(offer(600_000)).await;
    let person = scheduler.person(&session, 0).await;
    for client in [&scheduler.app, &person] {
        assert_eq!(client.post(&url, json!({})).await.problem(403), "forbidden");
    }
    for client in [
        &Http::new(),
        &Http::bearer("rk_wrong"),
        &Http::bearer("a.b.c"),
    ] {
        assert_eq!(
            client.post(&url, json!({})).await.problem(401),
            "unauthenticated"
        );
    }
    let renewed = scheduler.operator().await.post(&url, json!({})).await;
    assert_eq!(renewed.problem(403), "forbidden");
}

#[tokio::test]
async fn sch_85_operators_reach_nothing_of_applications_and_people() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let own = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    for client in [
        scheduler.operator_key("shop").await,
        scheduler.operator().await,
    ] {
        let answers = [
            client
                .post(&scheduler.at("/v1/sessions"), offer(600_000))
                .await,
            client.get(&scheduler.at("/v1/sessions")).await,
            client.get(&scheduler.at(&own)).await,
            client
                .post(&scheduler.at(&format!("{own}/cancel")), json!({}))
                .await,
            client
                .post(&scheduler.at("/v1/rooms/ticket"), json!({}))
                .await,
            client.get(&scheduler.at("/v1/notifications")).await,
        ];
        for answer in answers {
            assert_eq!(answer.problem(403), "forbidden");
        }
    }
    let listed: Value = scheduler
        .app
        .get(&scheduler.at("/v1/sessions"))
        .await
        .json(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

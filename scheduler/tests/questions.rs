//! Something to talk about: the same for both, in the language of each.

mod running;

use running::{Running, offer};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse};

const RANDOM: &str = "/v1/questions/random";

async fn ask(scheduler: &Running, client: &Http, query: &str) -> HttpResponse {
    client.get(&scheduler.at(&format!("{RANDOM}{query}"))).await
}

async fn asked(scheduler: &Running, client: &Http, query: &str) -> Value {
    ask(scheduler, client, query).await.json(200)
}

fn of(session: &Value, more: &str) -> String {
    format!("?session_id={}{more}", session["id"].as_str().unwrap())
}

#[tokio::test]
async fn sch_161_both_get_the_same_nth_question_each_in_their_language() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let (ana, bo) = (
        scheduler.person(&session, 0).await,
        scheduler.person(&session, 1).await,
    );
    let mut ids = Vec::new();
    for n in 0..5 {
        let english = asked(&scheduler, &ana, &of(&session, &format!("&n={n}"))).await;
        let query = of(&session, &format!("&n={n}&locale=ko-KR"));
        let korean = asked(&scheduler, &bo, &query).await;
        assert_eq!(english["id"], korean["id"]);
        assert_eq!(
            (&english["locale"], &korean["locale"]),
            (&json!("en"), &json!("ko"))
        );
        assert_ne!(english["text"], korean["text"]);
        assert_eq!(asked(&scheduler, &scheduler.app, &query).await, korean);
        ids.push(english["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 5);
    let first = asked(&scheduler, &ana, &of(&session, "")).await;
    assert_eq!(first["id"], ids[0]);
    let more = asked(&scheduler, &ana, &of(&session, "&n=199&locale=de")).await;
    assert_eq!(more["locale"], "en");
}

#[tokio::test]
async fn sch_165_questions_of_a_session_are_for_its_people_and_its_application() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let other = scheduler.book(offer(900_000)).await;
    let stranger = scheduler.person(&other, 0).await;
    let competitor = scheduler.key("other").await;
    for client in [&stranger, &competitor] {
        let refused = ask(&scheduler, client, &of(&session, "&n=0")).await;
        assert_eq!(refused.problem(404), "not_found");
    }
    let refused = ask(&scheduler, &scheduler.app, "?session_id=none").await;
    assert_eq!(refused.problem(404), "not_found");
    let refused = ask(&scheduler, &Http::new(), "").await;
    assert_eq!(refused.problem(401), "unauthenticated");
    let operator = scheduler.operator().await;
    let refused = ask(&scheduler, &operator, "").await;
    assert_eq!(refused.problem(403), "forbidden");
}

#[tokio::test]
async fn sch_166_too_many_in_a_minute_are_told_when_to_ask_again() {
    let data = tempfile::tempdir().unwrap();
    let scheduler =
        Running::start_with(data, |config| config.limits.questions_per_minute = 2).await;
    let session = scheduler.book(offer(600_000)).await;
    let ana = scheduler.person(&session, 0).await;
    asked(&scheduler, &ana, "").await;
    asked(&scheduler, &ana, &of(&session, "")).await;
    for query in [String::new(), of(&session, "&n=1")] {
        let refused = ask(&scheduler, &ana, &query).await;
        assert_eq!(refused.problem(429), "rate_limited");
        let wait_ms = refused.body["retry_after_ms"].as_u64().unwrap();
        assert!((1..=30_000).contains(&wait_ms), "{wait_ms}");
        assert!(refused.headers.contains_key("retry-after"));
    }
    // Nobody else's minute.
    let bo = scheduler.person(&session, 1).await;
    asked(&scheduler, &bo, &of(&session, "")).await;
    for _ in 0..2 {
        asked(&scheduler, &scheduler.app, &of(&session, "")).await;
    }
    let other = scheduler.book(offer(900_000)).await;
    asked(&scheduler, &scheduler.app, &of(&other, "")).await;
    let refused = ask(&scheduler, &scheduler.app, &of(&session, "")).await;
    assert_eq!(refused.problem(429), "rate_limited");
}

#[tokio::test]
async fn sch_167_a_place_that_is_none_is_refused_by_its_field() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    for wrong in ["-1", "200", "1.5", "%2B1", "x", "", "99999999999999999999"] {
        let query = of(&session, &format!("&n={wrong}"));
        let refused = ask(&scheduler, &scheduler.app, &query).await;
        refused.problem(422);
        assert_eq!(refused.body["errors"][0]["field"], "n", "{wrong}");
    }
    let refused = ask(&scheduler, &scheduler.app, "?n=1").await;
    refused.problem(422);
    assert_eq!(refused.body["errors"][0]["field"], "session_id");
    let refused = ask(&scheduler, &scheduler.app, "?colour=red").await;
    assert_eq!(refused.problem(422), "unknown_field");
}

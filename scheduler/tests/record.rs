//! What signaling reports becomes the record of a session, in whatever order and how often it comes.

mod running;

use running::{Running, eventually, fact, offer};
use serde_json::{Value, json};
use testkit::{Http, now};
use wire::{EndReason, SessionFact, UnixMs};

/// Everything that happened in a session that ran to its end, in order.
fn story(session: &Value, from: UnixMs) -> Vec<Value> {
    let user = |at: usize| {
        Some(
            session["participants"][at]["user_id"]
                .as_str()
                .unwrap()
                .into(),
        )
    };
    let of = |at| SessionFact {
        user_id: user(at),
        ..SessionFact::default()
    };
    let live = SessionFact {
        started_at: Some(from + 300),
        deadline_at: Some(from + 60_300),
        ..SessionFact::default()
    };
    let extended = SessionFact {
        deadline_at: Some(from + 120_300),
        extensions_left: Some(0),
        ..SessionFact::default()
    };
    let ended = SessionFact {
        reason: Some(EndReason::Completed),
        ..SessionFact::default()
    };
    vec![
        fact(session, "session.joined", from + 100, &of(0)),
        fact(session, "session.joined", from + 200, &of(1)),
        fact(session, "session.live", from + 300, &live),
        fact(session, "session.left", from + 400, &of(1)),
        fact(session, "session.joined", from + 500, &of(1)),
        fact(session, "session.extended", from + 600, &extended),
        fact(session, "session.ended", from + 700, &ended),
        fact(session, "session.left", from + 700, &of(0)),
    ]
}

#[tokio::test]
async fn sch_64_the_record_is_the_same_however_the_facts_come() {
    let scheduler = Running::start().await;
    let from = now();
    for deliver in [
        |story: Vec<Value>| vec![story],
        |story: Vec<Value>| vec![story.clone(), story],
        |story: Vec<Value>| vec![story.into_iter().rev().collect()],
        |story: Vec<Value>| {
            story
                .iter()
                .rev()
                .map(|fact| vec![fact.clone(), fact.clone()])
                .collect()
        },
    ] {
        let session = scheduler.book(offer(0)).await;
        for batch in deliver(story(&session, from)) {
            scheduler.report(batch, from).await;
        }
        let record = scheduler.session(&session["id"]).await;
        assert_eq!(record["state"], "ended");
        assert_eq!(record["outcome"], json!({"reason": "completed"}));
        assert_eq!(record["started_at"], json!(from + 300));
        assert_eq!(record["deadline_at"], json!(from + 120_300));
        assert_eq!(record["ended_at"], json!(from + 700));
        let people = &record["participants"];
        assert_eq!(people[0]["joined_at"], json!([from + 100]));
        assert_eq!(people[0]["left_at"], json!([from + 700]));
        assert_eq!(people[1]["joined_at"], json!([from + 200, from + 500]));
        assert_eq!(people[1]["left_at"], json!([from + 400]));
        let joined: Value = scheduler.join(&session, 0).await.json(200);
        assert_eq!(joined["session"]["outcome"]["reason"], "completed");
    }
}

#[tokio::test]
async fn sch_65_nobody_came_is_judged_only_when_signaling_has_reported_all() {
    let scheduler = Running::start().await;
    let mut offer = offer(0);
    offer["closes_after_ms"] = json!(200);
    let session = scheduler.book(offer).await;
    let closes_at = UnixMs(session["closes_at"].as_i64().unwrap());
    scheduler.report(Vec::new(), closes_at - 1).await;
    // What is due is done in the order of its time: once this one is open, the check has been made, and
    // put off at least once.
    let mut later = running::offer(1_500);
    later["lobby_ms"] = json!(0);
    let later = scheduler.book(later).await;
    let timeline = format!("/v1/sessions/{}/timeline", later["id"].as_str().unwrap());
    eventually(async || {
        let page: Value = scheduler.app.get(&scheduler.at(&timeline)).await.json(200);
        let mut items = page["items"].as_array().unwrap().iter();
        items.any(|item| item["type"] == "session.opened")
    })
    .await;
    assert_eq!(scheduler.session(&session["id"]).await["state"], "open");
    scheduler.report(Vec::new(), closes_at).await;
    eventually(async || scheduler.session(&session["id"]).await["state"] == "ended").await;
    let outcome = &scheduler.session(&session["id"]).await["outcome"];
    assert_eq!(outcome["reason"], "no_show");
    assert_eq!(outcome["absent"].as_array().unwrap().len(), 2);
    let bo = scheduler.person(&session, 1).await;
    let ticket = format!("/v1/sessions/{}/ticket", session["id"].as_str().unwrap());
    let refused = bo.post(&scheduler.at(&ticket), json!({})).await;
    assert_eq!(refused.problem(409), "session_over");
    assert_eq!(refused.body["reason"], "no_show");
}

#[tokio::test]
async fn sch_66_facts_need_the_secret_and_senseless_ones_stop_nothing() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(0)).await;
    let batch = json!({"source": "signaling", "events": [], "complete_to": 0});
    let url = scheduler.at("/v1/events");
    for client in [&Http::new(), &scheduler.app, &Http::bearer("guess")] {
        assert_eq!(
            client.post(&url, batch.clone()).await.problem(401),
            "unauthenticated"
        );
    }
    let nothing = SessionFact::default();
    let mut unknown = fact(&session, "session.joined", now(), &nothing);
    unknown["subject"] = json!("nobody knows");
    let mut story = story(&session, now());
    story.insert(0, fact(&session, "session.joined", now(), &nothing));
    story.insert(0, fact(&session, "session.exploded", now(), &nothing));
    story.insert(0, unknown);
    scheduler.report(story, now()).await;
    assert_eq!(scheduler.session(&session["id"]).await["state"], "ended");
}

#[tokio::test]
async fn sch_67_a_waiting_message_is_notified_once_until_it_is_read() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let bo = session["participants"][1]["user_id"].clone();
    let unread = || {
        json!({
            "id": uuid::Uuid::now_v7().to_string(), "type": "message.unread", "occurred_at": now(),
            "source": "chat", "subject": session["room_id"], "data": {"room_id": session["room_id"], "user_id": bo, "from": session["participants"][0]["user_id"],
                "seq": 1, "message_id": "m"},
        })
    };
    let one = unread();
    scheduler
        .report(vec![one.clone(), unread(), one.clone()], now())
        .await;
    let person = scheduler.person(&session, 1).await;
    let list = async || {
        let page: Value = person
            .get(&scheduler.at("/v1/notifications"))
            .await
            .json(200);
        page["items"].as_array().unwrap().clone()
    };
    let notified = list().await;
    assert_eq!(notified.len(), 1);
    assert_eq!(
        (&notified[0]["kind"], &notified[0]["with"]),
        (&json!("message_unread"), &json!("Ana"))
    );
    let id = notified[0]["id"].as_str().unwrap();
    person
        .post(
            &scheduler.at(&format!("/v1/notifications/{id}/read")),
            json!({}),
        )
        .await;
    scheduler.report(vec![one], now()).await;
    assert_eq!(list().await.len(), 1);
    scheduler.report(vec![unread()], now()).await;
    assert_eq!(list().await.len(), 2);
}

//! Keys, links and access are taken back, and count no more from that moment on.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod running;

use running::{Running, eventually, fact, offer};
use scheduler::{api_keys, key_changes, keys};
use serde_json::{Value, json};
use testkit::{Http, now};
use wire::{EndReason, SessionFact, UnixMs};

fn path(session: &Value, tail: &str) -> String {
    format!("/v1/sessions/{}{tail}", session["id"].as_str().unwrap())
}

fn renewal(session: &Value, at: usize) -> String {
    let user = session["participants"][at]["user_id"].as_str().unwrap();
    path(session, &format!("/participants/{user}/renew-link"))
}

/// What a page does with its access: each request with the status of its answer.
async fn reaches(scheduler: &Running, session: &Value, person: &Http) -> Vec<u16> {
    let ticket = scheduler.at(&path(session, "/ticket"));
    let chat = scheduler.at("/v1/rooms/ticket");
    vec![
        person.get(&scheduler.at(&path(session, ""))).await.status,
        person.get(&scheduler.at("/v1/notifications")).await.status,
        person.post(&ticket, json!({})).await.status,
        person.post(&chat, json!({})).await.status,
    ]
}

async fn traded(scheduler: &Running, token: &str) -> testkit::HttpResponse {
    let body = json!({ "token": token });
    Http::new().post(&scheduler.at("/v1/join"), body).await
}

/// An open stream of notifications, past its first line.
async fn stream(scheduler: &Running, session: &Value, at: usize) -> reqwest::Response {
    let joined: Value = scheduler.join(session, at).await.json(200);
    let client = reqwest::Client::new();
    let request = client.get(scheduler.at("/v1/notifications/stream"));
    let access = joined["access"].as_str().unwrap();
    let mut stream = request.bearer_auth(access).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    stream.chunk().await.unwrap().unwrap();
    stream
}

/// Waits until the server ends the stream.
async fn ends(mut stream: reqwest::Response) {
    let ended = async { while let Ok(Some(_)) = stream.chunk().await {} };
    tokio::time::timeout(testkit::SOON, ended).await.unwrap();
}

async fn ended(scheduler: &Running, session: &Value, at: UnixMs) {
    let over = SessionFact {
        reason: Some(EndReason::Completed),
        ..SessionFact::default()
    };
    let event = fact(session, "session.ended", at, &over);
    scheduler.report(vec![event], UnixMs(0)).await;
}

#[tokio::test]
async fn sch_101_a_renewed_link_voids_the_old_one_its_access_and_its_stream() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let (ana, bo) = (
        scheduler.person(&session, 0).await,
        scheduler.person(&session, 1).await,
    );
    let (hers, his) = (
        stream(&scheduler, &session, 0).await,
        stream(&scheduler, &session, 1).await,
    );
    let old = running::token(&session, 0);
    let url = scheduler.at(&renewal(&session, 0));
    let renewed: Value = scheduler.app.post(&url, json!({})).await.json(200);
    ends(hers).await;

    let refused = traded(&scheduler, &old).await;
    assert_eq!(
        (refused.status, refused.body["reason"].as_str()),
        (401, Some("revoked"))
    );
    assert_eq!(reaches(&scheduler, &session, &ana).await, [401; 4]);
    assert_eq!(reaches(&scheduler, &session, &bo).await, [200; 4]);
    let new = renewed["join_url"]
        .as_str()
        .unwrap()
        .split_once('#')
        .unwrap()
        .1;
    let joined: Value = traded(&scheduler, new).await.json(200);
    let ana = Http::bearer(joined["access"].as_str().unwrap());
    assert_eq!(reaches(&scheduler, &session, &ana).await, [200; 4]);
    let listed = scheduler.session(&session["id"]).await;
    assert_eq!(listed["participants"][0]["join_url"], renewed["join_url"]);
    assert_eq!(listed["revision"], 1);

    // His stream is open: it tells of the cancellation.
    let cancel = scheduler.at(&path(&session, "/cancel"));
    scheduler
        .app
        .post(&cancel, json!({}))
        .await
        .json::<Value>(200);
    let mut his = his;
    let told = async {
        loop {
            let chunk = his.chunk().await.unwrap().expect("the stream was ended");
            if String::from_utf8_lossy(&chunk).contains("session_cancelled") {
                break;
            }
        }
    };
    tokio::time::timeout(testkit::SOON, told).await.unwrap();
}

#[tokio::test]
async fn sch_101_only_its_application_renews_a_link() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let url = scheduler.at(&renewal(&session, 0));
    let other = scheduler.key("other").await;
    assert_eq!(other.post(&url, json!({})).await.problem(404), "not_found");
    for client in [
        scheduler.person(&session, 0).await,
        scheduler.operator().await,
    ] {
        assert_eq!(client.post(&url, json!({})).await.problem(403), "forbidden");
    }
    let stranger = scheduler.at(&path(&session, "/participants/nobody/renew-link"));
    let nobody = scheduler.app.post(&stranger, json!({})).await;
    assert_eq!(nobody.problem(404), "not_found");
    let more = scheduler.app.post(&url, json!({"days": 3})).await;
    assert_eq!(more.problem(422), "unknown_field");
}

#[tokio::test]
async fn sch_102_after_the_end_a_link_opens_the_record_and_the_chat() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(0)).await;
    let before = scheduler.person(&session, 0).await;
    let at = now();
    ended(&scheduler, &session, at).await;
    let joined: Value = scheduler.join(&session, 0).await.json(200);
    assert_eq!(joined["session"]["state"], "ended");
    assert_eq!(
        joined["expires_at"],
        json!(at + scheduler::LINKS_AFTER_END_MS)
    );
    let after = Http::bearer(joined["access"].as_str().unwrap());
    for access in [before, after] {
        assert_eq!(
            reaches(&scheduler, &session, &access).await,
            [200, 200, 409, 200]
        );
    }
}

#[tokio::test]
async fn sch_102_once_that_time_is_over_it_opens_nothing() {
    let data = tempfile::tempdir().unwrap();
    let scheduler = Running::start_with(data, |config| config.links_after_end_ms = 60_000).await;
    let session = scheduler.book(offer(0)).await;
    let ana = scheduler.person(&session, 0).await;
    ended(&scheduler, &session, now() - 60_000).await;
    assert_eq!(reaches(&scheduler, &session, &ana).await, [401; 4]);
    let gone = scheduler.join(&session, 0).await;
    assert_eq!(gone.problem(410), "session_over");
}

#[tokio::test]
async fn sch_103_who_was_kicked_gets_nothing_more_and_the_other_one_keeps_what_is_theirs() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(0)).await;
    let (ana, bo) = (
        scheduler.person(&session, 0).await,
        scheduler.person(&session, 1).await,
    );
    let hers = stream(&scheduler, &session, 0).await;
    let user = session["participants"][0]["user_id"].as_str().unwrap();
    let kicked = SessionFact {
        user_id: Some(user.into()),
        ..SessionFact::default()
    };
    let over = SessionFact {
        reason: Some(EndReason::Kicked),
        ..SessionFact::default()
    };
    let events = vec![
        fact(&session, "user.kicked", now(), &kicked),
        fact(&session, "session.ended", now(), &over),
    ];
    scheduler.report(events, UnixMs(0)).await;
    ends(hers).await;

    assert_eq!(reaches(&scheduler, &session, &ana).await, [403; 4]);
    assert_eq!(
        reaches(&scheduler, &session, &bo).await,
        [200, 200, 409, 200]
    );
    let joined = scheduler.join(&session, 0).await;
    assert_eq!(
        (joined.status, joined.body["reason"].as_str()),
        (403, Some("kicked"))
    );
    let renewed = scheduler
        .app
        .post(&scheduler.at(&renewal(&session, 0)), json!({}))
        .await;
    assert_eq!(renewed.problem(409), "conflict");
    // The application's tickets for that person open every room but that one.
    let next = scheduler.book(offer(600_000)).await;
    let chat = scheduler.at("/v1/rooms/ticket");
    let ticket: Value = scheduler
        .app
        .post(&chat, json!({"user_id": user}))
        .await
        .json(200);
    let claims = running::claims(ticket["ticket"].as_str().unwrap());
    assert_eq!(claims["rooms"].as_array().unwrap().len(), 1);
    assert_eq!(claims["rooms"][0]["id"], next["room_id"]);
}

#[tokio::test]
async fn sch_104_a_revoked_api_key_is_void_in_a_running_scheduler() {
    let scheduler = Running::start().await;
    let store = &scheduler.store;
    let second = scheduler.key("shop").await;
    let list = scheduler.at("/v1/sessions");
    second.get(&list).await.json::<Value>(200);
    let keys = api_keys::list(store).await.unwrap();
    assert_eq!(keys.len(), 2);
    // Only the second one was ever shown.
    let used = keys.iter().find(|key| key.last_used_at.is_some()).unwrap();
    assert!(api_keys::revoke(store, &used.id, "test").await.unwrap());
    assert!(!api_keys::revoke(store, &used.id, "test").await.unwrap());
    assert_eq!(second.get(&list).await.problem(401), "unauthenticated");
    scheduler.app.get(&list).await.json::<Value>(200);
}

#[tokio::test]
async fn sch_104_a_retired_signing_key_signs_nothing_more_and_a_revoked_one_is_in_no_key_set() {
    let scheduler = Running::start().await;
    let data = scheduler.data.path();
    let session = scheduler.book(offer(86_400_000)).await;
    let signed_by = async || {
        let url = scheduler.at(&path(&session, "/ticket"));
        let body = json!({"user_id": session["participants"][0]["user_id"]});
        let ticket: Value = scheduler.app.post(&url, body).await.json(200);
        running::header(ticket["ticket"].as_str().unwrap())["kid"].clone()
    };
    let published = async || {
        let url = scheduler.at("/.well-known/jwks.json");
        let set: Value = Http::new().get(&url).await.json(200);
        let keys = set["keys"].as_array().unwrap().clone();
        keys.into_iter()
            .map(|key| key["kid"].clone())
            .collect::<Vec<_>>()
    };
    let first = signed_by().await;
    let kid = first.as_str().unwrap();
    let operator = scheduler.operator().await;
    let audit = scheduler.at("/v1/audit");
    operator.get(&audit).await.json::<Value>(200);

    let until = key_changes::retire(data, &scheduler.store, kid, "test")
        .await
        .unwrap();
    // It verifies for as long as a ticket of the session of tomorrow may be about.
    assert!(until > now() + 86_400_000, "{until:?}");
    let second = signed_by().await;
    assert_ne!(second, first);
    assert_eq!(published().await, [second.clone(), first.clone()]);
    operator.get(&audit).await.json::<Value>(200);
    let listed = keys::list(data).unwrap();
    assert_eq!(listed[1].verifies_until, Some(until));

    key_changes::revoke(data, &scheduler.store, kid, "test")
        .await
        .unwrap();
    eventually(async || published().await == [second.clone()]).await;
    assert_eq!(operator.get(&audit).await.problem(401), "unauthenticated");
    assert!(
        key_changes::revoke(data, &scheduler.store, kid, "test")
            .await
            .is_err()
    );
}

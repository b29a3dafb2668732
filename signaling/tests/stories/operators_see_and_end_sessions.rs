//! An operator's ticket opens the list of sessions, ends one, and removes a person for good.

use serde_json::json;
use testkit::{ANN, BO, Http, SOON, TestPeer};
use wire::signaling::Ended;
use wire::{EndReason, ErrorCode, EventType, OperatorAction};

use crate::server::{FakeScheduler, SignalingServer, booking};

#[tokio::test]
async fn sig_195_operators_see_who_is_in() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let _ann = server.join(ANN, &session).await;
    let _other = server.join(ANN, &booking().spec()).await;
    let url = format!("{}/v1/sessions", server.http);

    let operator = Http::bearer(&server.signer.operator());
    let page = operator.get(&format!("{url}?limit=1")).await;
    assert_eq!(
        (page.status, page.body["items"].as_array().unwrap().len()),
        (200, 1)
    );
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = operator
        .get(&format!("{url}?limit=1&cursor={cursor}"))
        .await;
    assert!(rest.body["next_cursor"].is_null());
    let ids = [&page.body["items"][0]["id"], &rest.body["items"][0]["id"]];
    assert!(ids.contains(&&json!(session.id)) && ids[0] != ids[1]);
    let one = operator.get(&format!("{url}/{}", session.id)).await;
    assert_eq!(one.body["phase"], "lobby");
    assert_eq!(one.body["participants"][0]["state"], "in");
    assert_eq!(one.body["participants"][1]["state"], "empty");
    assert_eq!(operator.get(&format!("{url}/unknown")).await.status, 404);

    let participant = Http::bearer(&server.ticket(ANN, &session));
    for stranger in [Http::new(), participant] {
        assert_eq!(stranger.get(&url).await.status, 401);
    }
}

#[tokio::test]
async fn sig_196_an_operator_ends_a_session_once() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let (mut ann, mut bo, _) = server.live_pair(&session).await;
    let url = format!("{}/v1/sessions/{}/end", server.http, session.id);
    let operator = Http::bearer(&server.signer.operator());
    assert_eq!(Http::new().post(&url, json!({})).await.status, 401);
    let answer = operator.post(&url, json!({})).await;
    assert_eq!(
        (answer.status, &answer.body["phase"]),
        (200, &json!("ended"))
    );
    for peer in [&mut ann, &mut bo] {
        assert_eq!(
            peer.expect::<Ended>(SOON).await.reason,
            EndReason::Terminated
        );
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
    }
    let again = operator.post(&url, json!({})).await;
    assert_eq!(
        (again.status, &again.body["code"]),
        (409, &json!("session_over"))
    );
}

#[tokio::test]
async fn sig_197_the_kicked_cannot_come_back_also_after_a_restart() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let (mut ann, mut bo, _) = server.live_pair(&session).await;
    let base = format!("{}/v1/sessions/{}/participants", server.http, session.id);
    let operator = Http::bearer(&server.signer.operator());
    assert_eq!(
        operator.delete(&format!("{base}/mallory")).await.status,
        404
    );
    assert_eq!(operator.delete(&format!("{base}/{BO}")).await.status, 200);
    assert_eq!(bo.expect_close(SOON).await, Some(4506));
    assert_eq!(ann.expect::<Ended>(SOON).await.reason, EndReason::Kicked);
    assert_eq!(ann.expect_close(SOON).await, Some(4504));

    let server = server.killed().await;
    let (error, code) = TestPeer::refused(&server.url, &server.ticket(BO, &session)).await;
    assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4506)));
    assert_eq!(error.reason.as_deref(), Some("kicked"));
}

#[tokio::test]
async fn sig_266_chat_and_relay_are_told_of_endings_alone_and_one_that_is_down_delays_nobody() {
    const DOWN: &str = "http://127.0.0.1:9";
    let other = FakeScheduler::other_service().await;
    for other_is_chat in [true, false] {
        let url = other.url.clone();
        let server = SignalingServer::with(move |config| {
            let (chat, relay) = match other_is_chat {
                true => (url.as_str(), DOWN),
                false => (DOWN, url.as_str()),
            };
            config.chat_events_url = Some(chat.to_owned());
            config.relay_events_url = Some(relay.to_owned());
        })
        .await;
        let session = booking().spec();
        let (_ann, mut bo, _) = server.live_pair(&session).await;
        let operator = Http::bearer(&server.signer.operator());
        let kick = format!(
            "{}/v1/sessions/{}/participants/{BO}",
            server.http, session.id
        );
        assert_eq!(operator.delete(&kick).await.status, 200);
        assert_eq!(bo.expect_close(SOON).await, Some(4506));
        let kicked = EventType::UserKicked.name();
        assert_eq!(other.received(&session, kicked).await.data["user_id"], BO);
        other
            .received(&session, EventType::SessionEnded.name())
            .await;
        let told = other.events(&session);
        let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["user.kicked", "session.ended"]);
        server.scheduler.received(&session, kicked).await;
        let ready = Http::new()
            .get(&format!("{}/health/ready", server.http))
            .await;
        assert_eq!(ready.status, 200, "{}", ready.body);
    }
}

#[tokio::test]
async fn sig_267_what_an_operator_does_is_told_for_the_audit_log_and_what_was_refused_is_not() {
    let server = SignalingServer::start().await;
    let operator = Http::bearer(&server.signer.operator());
    let (ended, kicked) = (booking().spec(), booking().spec());
    for session in [&ended, &kicked] {
        server.live_pair(session).await;
    }
    let end = format!("{}/v1/sessions/{}/end", server.http, ended.id);
    let people = format!("{}/v1/sessions/{}/participants", server.http, kicked.id);
    assert_eq!(Http::new().post(&end, json!({})).await.status, 401);
    assert_eq!(
        operator.delete(&format!("{people}/mallory")).await.status,
        404
    );
    assert_eq!(operator.post(&end, json!({})).await.status, 200);
    assert_eq!(operator.post(&end, json!({})).await.status, 409);
    assert_eq!(operator.delete(&format!("{people}/{BO}")).await.status, 200);
    for (session, action, subject, user) in [
        (&ended, "session.end", ended.id.as_str(), None),
        (&kicked, "participant.kick", BO, Some(BO)),
    ] {
        let told = server.scheduler.received(session, "operator.action").await;
        let row: OperatorAction = serde_json::from_value(told.data).unwrap();
        assert!(row.actor.starts_with("operator:"), "{row:?}");
        assert_eq!(
            (row.action.as_str(), row.subject.as_str()),
            (action, subject)
        );
        assert_eq!(row.session_id.as_ref(), Some(&session.id));
        assert_eq!(row.user_id.as_ref().map(|user| user.as_str()), user);
        assert_eq!(row.from.as_deref(), Some("127.0.0.1"));
        let all = server.scheduler.events(session);
        let rows = all.iter().filter(|event| event.kind == "operator.action");
        assert_eq!(rows.count(), 1);
    }
}

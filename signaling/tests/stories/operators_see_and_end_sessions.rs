//! An operator's ticket opens the list of sessions, ends one, and removes a person for good.

use serde_json::json;
use testkit::{ANN, BO, Http, SOON, TestPeer};
use wire::signaling::Ended;
use wire::{EndReason, ErrorCode};

use crate::server::{SignalingServer, booking};

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

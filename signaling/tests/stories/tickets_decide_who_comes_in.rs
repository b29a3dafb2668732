//! A join with anything but a good ticket of one of the two is refused, and says why.

use serde_json::{Value, json};
use testkit::{ANN, TestBooking, TestPeer};
use wire::{ErrorBody, ErrorCode, SessionSpec, TicketAudience};

use crate::server::{SignalingServer, booking};

async fn refused(server: &SignalingServer, ticket: &str) -> (ErrorBody, Option<u16>) {
    TestPeer::refused(&server.url, ticket).await
}

async fn unauthenticated(server: &SignalingServer, ticket: &str, reason: &str) {
    let (error, code) = refused(server, ticket).await;
    assert_eq!(error.code, ErrorCode::Unauthenticated, "{reason}");
    assert_eq!((error.reason.as_deref(), code), (Some(reason), Some(4501)));
}

fn changed(
    server: &SignalingServer,
    session: &SessionSpec,
    change: impl FnOnce(&mut Value),
) -> String {
    let mut claims = serde_json::to_value(server.signer.signaling_claims(ANN, session)).unwrap();
    change(&mut claims);
    server.signer.sign_claims(&claims)
}

#[tokio::test]
async fn sig_120_what_is_wrong_with_a_ticket_is_said() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let good = server.ticket(ANN, &session);
    let now = testkit::now().as_secs();

    unauthenticated(&server, "", "malformed").await;
    unauthenticated(&server, "a.b.c", "malformed").await;
    unauthenticated(&server, &"x".repeat(50_000), "too_large").await;
    let (signed, _) = good.rsplit_once('.').unwrap();
    unauthenticated(&server, &format!("{signed}."), "bad_signature").await;
    let expired = changed(&server, &session, |claims| claims["exp"] = json!(now - 61));
    unauthenticated(&server, &expired, "expired").await;
    let early = changed(&server, &session, |claims| claims["nbf"] = json!(now + 90));
    unauthenticated(&server, &early, "not_yet_valid").await;
    let other = changed(&server, &session, |claims| claims["aud"] = json!("chat"));
    unauthenticated(&server, &other, "wrong_audience").await;
    unauthenticated(&server, &server.signer.operator(), "wrong_audience").await;
    let text = changed(&server, &session, |claims| {
        claims["exp"] = json!("99999999999")
    });
    unauthenticated(&server, &text, "malformed").await;
    let bare = changed(&server, &session, |claims| {
        claims.as_object_mut().unwrap().remove("session");
    });
    unauthenticated(&server, &bare, "malformed").await;

    let claims = server.signer.signaling_claims(ANN, &session);
    let mut header = server.signer.header();
    header["alg"] = json!("none");
    unauthenticated(&server, &server.signer.sign(&header, &claims), "bad_alg").await;
    let mut header = server.signer.header();
    header["kid"] = json!("../../dev/null");
    unauthenticated(
        &server,
        &server.signer.sign(&header, &claims),
        "unknown_key",
    )
    .await;

    server.join(ANN, &session).await;
}

#[tokio::test]
async fn sig_121_clocks_may_differ_by_less_than_a_minute() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let now = testkit::now().as_secs();
    let ticket = changed(&server, &session, |claims| {
        claims["nbf"] = json!(now + 55);
        claims["exp"] = json!(now - 55);
        claims["aud"] = json!(TicketAudience::Signaling.name());
    });
    TestPeer::join(&server.url, &ticket).await;
}

#[tokio::test]
async fn sig_122_a_stranger_is_no_participant() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let (error, code) = refused(&server, &server.ticket("mallory", &session)).await;
    assert_eq!((error.code, code), (ErrorCode::NotAParticipant, Some(4502)));
}

#[tokio::test]
async fn sig_123_who_comes_too_early_is_told_when() {
    let server = SignalingServer::start().await;
    let session = TestBooking::starting_in(600_000).spec();
    let (error, code) = refused(&server, &server.ticket(ANN, &session)).await;
    assert_eq!((error.code, code), (ErrorCode::TooEarly, Some(4503)));
    assert_eq!(error.opens_at, Some(session.lobby_opens_at));
}

#[tokio::test]
async fn sig_124_a_credential_in_the_address_is_refused() {
    let server = SignalingServer::start().await;
    let url = format!("{}/v1/signal?ticket=secret", server.http);
    let answer = testkit::Http::new().get(&url).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["code"], "token_in_url");
}

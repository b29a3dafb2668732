//! What the scheduler tells of bookings has one outcome, in whatever order and however often it comes.

use serde_json::json;
use testkit::{ANN, SOON, TestPeer};
use wire::signaling::{Ended, Rescheduled};
use wire::{EndReason, ErrorCode, SessionSpec};

use crate::booked::{batch, event, post};
use crate::server::{SignalingServer, booking};

/// A booking and its change: another length, the next revision.
fn moved(session: &SessionSpec) -> SessionSpec {
    SessionSpec {
        revision: session.revision + 1,
        duration_ms: 42_000,
        ..session.clone()
    }
}

async fn cancelled(server: &SignalingServer, session: &SessionSpec) {
    let (error, code) = TestPeer::refused(&server.url, &server.ticket(ANN, session)).await;
    assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4504)));
    assert_eq!(error.reason.as_deref(), Some("cancelled"));
}

#[tokio::test]
async fn sig_160_a_cancelled_session_refuses_its_tickets_also_after_a_restart() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    post(&server, &[event("session.cancelled", &moved(&session))]).await;
    cancelled(&server, &session).await;
    let server = server.killed().await;
    cancelled(&server, &session).await;
    assert!(
        server.scheduler.events(&session).is_empty(),
        "who cancelled knows"
    );
}

#[tokio::test]
async fn sig_161_reversed_and_doubled_the_outcome_is_the_same() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let events = [
        event("session.scheduled", &session),
        event("session.rescheduled", &moved(&session)),
        event("session.cancelled", &moved(&moved(&session))),
    ];
    for event in events.iter().rev() {
        post(&server, std::slice::from_ref(event)).await;
    }
    post(&server, &events).await;
    cancelled(&server, &session).await;
}

#[tokio::test]
async fn sig_162_a_booking_that_moved_counts_more_than_an_older_ticket() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let new = moved(&session);
    post(
        &server,
        &[
            event("session.rescheduled", &new),
            event("session.scheduled", &session),
        ],
    )
    .await;
    let server = server.killed().await;
    let ann = server.join(ANN, &session).await;
    let spec = &ann.welcome.as_ref().unwrap().session.spec;
    assert_eq!((spec.revision, spec.duration_ms), (new.revision, 42_000));
}

#[tokio::test]
async fn sig_163_who_waits_is_told_of_a_change_and_of_the_end() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let mut ann = server.join(ANN, &session).await;
    let new = moved(&session);
    post(&server, &[event("session.rescheduled", &new)]).await;
    let told = ann.expect::<Rescheduled>(SOON).await;
    assert_eq!(told.session.spec.duration_ms, 42_000);
    let call_off = event("session.cancelled", &moved(&new));
    post(&server, std::slice::from_ref(&call_off)).await;
    post(&server, &[call_off]).await;
    assert_eq!(ann.expect::<Ended>(SOON).await.reason, EndReason::Cancelled);
    assert_eq!(ann.expect_close(SOON).await, Some(4504));
}

#[tokio::test]
async fn sig_164_events_need_the_secret_and_nonsense_stops_nobody() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let url = format!("{}/v1/events", server.http);
    let good = event("session.cancelled", &moved(&session));
    let stranger = testkit::Http::bearer("guess")
        .post(&url, batch(std::slice::from_ref(&good)))
        .await;
    assert_eq!(
        (stranger.status, &stranger.body["code"]),
        (401, &json!("unauthenticated"))
    );
    server.join(ANN, &session).await;

    let mut odd = event("session.rescheduled", &session);
    odd.data = json!({"session": 7});
    post(&server, &[odd, event("moon.landed", &session), good]).await;
    cancelled(&server, &session).await;
}

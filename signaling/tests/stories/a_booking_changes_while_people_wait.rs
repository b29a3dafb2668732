//! The booking moves, or is called off, or somebody is removed, while people are there. Of the order and
//! the repetition of such events tells `events_twice_and_reversed`.

use std::time::Duration;

use testkit::{ANN, BO, Http, SOON, TestBooking, TestPeer, now};
use wire::signaling::{Countdown, CountdownCancelled, Ended, PeerLost, Rescheduled};
use wire::{EndReason, ErrorCode, Phase, SessionSpec};

use crate::booked::{cancel, reschedule};
use crate::server::{SignalingServer, booking};
use crate::talk::settled;

fn later(spec: &mut SessionSpec, by_ms: i64) {
    for at in [
        &mut spec.lobby_opens_at,
        &mut spec.starts_at,
        &mut spec.closes_at,
    ] {
        *at = *at + by_ms;
    }
}

#[tokio::test]
async fn sig_236_a_move_cancels_the_countdown_and_replaces_what_welcome_said() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(60_000).spec();
    let (mut ann, mut bo) = server.pair(&session).await;
    ann.expect::<Countdown>(SOON).await;
    let moved = reschedule(&server, &session, |spec| {
        spec.starts_at = now() + 50_000;
        spec.duration_ms = 7_000;
    })
    .await;
    for peer in [&mut ann, &mut bo] {
        peer.expect::<CountdownCancelled>(SOON).await;
        let told = peer.expect::<Rescheduled>(SOON).await;
        assert_eq!(told.session.spec, moved);
        assert_eq!(told.session.phase, Phase::Lobby);
        peer.forget();
    }
    settled(&mut ann).await;
    ann.expect_no::<Countdown>(Duration::ZERO).await;
    // Nearer again, by a ticket this time: the countdown begins.
    let nearer = SessionSpec {
        revision: moved.revision + 1,
        starts_at: now(),
        ..moved
    };
    let _bo = server.join(BO, &nearer).await;
    assert_eq!(
        ann.expect::<Rescheduled>(SOON).await.session.spec.revision,
        3
    );
    ann.expect::<Countdown>(SOON).await;
}

#[tokio::test]
async fn sig_236_where_the_new_lobby_is_not_open_all_are_sent_away_until_it_is() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(60_000).spec();
    let (mut ann, mut bo) = server.pair(&session).await;
    let moved = reschedule(&server, &session, |spec| later(spec, 600_000)).await;
    for peer in [&mut ann, &mut bo] {
        assert_eq!(peer.expect::<Rescheduled>(SOON).await.session.spec, moved);
        assert_eq!(peer.expect_close(SOON).await, Some(4503));
    }
    // The old ticket still says who it is; the facts are the new ones.
    let (error, code) = TestPeer::refused(&server.url, &server.ticket(ANN, &session)).await;
    assert_eq!((error.code, code), (ErrorCode::TooEarly, Some(4503)));
    assert_eq!(error.opens_at, Some(moved.lobby_opens_at));
}

#[tokio::test]
async fn sig_236_a_live_session_is_not_moved_but_may_be_called_off() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let (mut ann, mut bo, live) = server.live_pair(&session).await;
    reschedule(&server, &session, |spec| later(spec, 600_000)).await;
    settled(&mut ann).await;
    ann.expect_no::<Rescheduled>(Duration::ZERO).await;
    let bo_again = server.join(BO, &session).await;
    let welcome = bo_again.welcome.as_ref().unwrap();
    assert_eq!(welcome.session.deadline_at, Some(live.deadline_at));
    assert_eq!(bo.expect_close(SOON).await, Some(4505));
    cancel(&server, &session).await;
    for mut peer in [ann, bo_again] {
        assert_eq!(
            peer.expect::<Ended>(SOON).await.reason,
            EndReason::Cancelled
        );
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
    }
}

/// A pair whose Bo is lost and comes back when the lobby has been closed for so long.
async fn back_after_closing(server: &SignalingServer, ms: i64) -> (TestPeer, TestPeer) {
    let session = TestBooking::starting_in(600_000).lobby_ms(700_000).spec();
    let (mut ann, bo) = server.pair(&session).await;
    let bo = bo.cut().await;
    ann.expect::<PeerLost>(SOON).await;
    // His grace runs: it is waited for.
    reschedule(server, &session, |spec| {
        spec.starts_at = now() - ms;
        spec.closes_at = now() - ms;
    })
    .await;
    ann.expect::<Rescheduled>(SOON).await;
    let bo = bo.resume().await;
    (ann, bo)
}

#[tokio::test]
async fn sig_237_no_countdown_begins_later_than_30_s_after_closing() {
    let server = SignalingServer::start().await;
    // Ten seconds are left for two busy cores.
    let (mut ann, mut bo) = back_after_closing(&server, 20_000).await;
    for peer in [&mut ann, &mut bo] {
        peer.expect::<Countdown>(SOON).await;
    }
    let (mut ann, mut bo) = back_after_closing(&server, 30_001).await;
    for peer in [&mut ann, &mut bo] {
        assert_eq!(
            peer.expect::<Ended>(SOON).await.reason,
            EndReason::Abandoned
        );
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
        peer.expect_no::<Countdown>(Duration::ZERO).await;
    }
}

#[tokio::test]
async fn sig_238_who_was_removed_while_away_cannot_come_back_by_any_way() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(60_000).spec();
    let (mut ann, bo) = server.pair(&session).await;
    let bo = bo.cut().await;
    ann.expect::<PeerLost>(SOON).await;
    let url = format!(
        "{}/v1/sessions/{}/participants/{BO}",
        server.http, session.id
    );
    let operator = Http::bearer(&server.signer.operator());
    assert_eq!(operator.delete(&url).await.status, 200);
    assert_eq!(ann.expect::<Ended>(SOON).await.reason, EndReason::Kicked);
    assert_eq!(ann.expect_close(SOON).await, Some(4504));

    let kicked = async |mut peer: TestPeer| {
        let (error, code) = peer.expect_refusal().await;
        assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4506)));
    };
    kicked(bo.clone().reopen().await).await;
    let server = server.killed().await;
    kicked(bo.reopen().await).await;
    let mut fresh = TestPeer::connect(&server.url).await;
    fresh.send_join(&server.ticket(BO, &session), None).await;
    kicked(fresh).await;
    let (_, code) = TestPeer::refused(&server.url, &server.ticket(ANN, &session)).await;
    assert_eq!(code, Some(4504), "the other one did nothing");
}

//! The verdicts over people: too early, nobody across, gone again, without media. Each at its time, told
//! to who is there, to who comes later, and to the scheduler.

use testkit::{ANN, BO, SOON, TestBooking, TestPeer, now, sleep_until};
use wire::signaling::{Countdown, Ended, Leave, PeerLeft, Welcome};
use wire::{EndReason, ErrorCode, Phase, SessionSpec, UserId};

use crate::server::{SignalingServer, booking, connected};

/// Takes the end of somebody who is in.
async fn ends(peer: &mut TestPeer, reason: EndReason) -> Ended {
    let ended = peer.expect::<Ended>(SOON).await;
    let at = peer.last_at;
    assert_eq!(ended.reason, reason);
    assert_eq!(peer.expect_close(SOON).await, Some(4504));
    peer.last_at = at;
    ended
}

/// Who comes afterwards is told why it is over; and so is the scheduler.
async fn stays_over(server: &SignalingServer, session: &SessionSpec, reason: &str) {
    for user in [ANN, BO] {
        let (error, code) = TestPeer::refused(&server.url, &server.ticket(user, session)).await;
        assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4504)));
        assert_eq!(error.reason.as_deref(), Some(reason));
    }
    let told = server.scheduler.received(session, "session.ended").await;
    assert_eq!(told.data["reason"], reason);
}

#[tokio::test]
async fn sig_230_the_lobby_opens_at_its_moment_and_not_before() {
    let server = SignalingServer::start().await;
    let session = TestBooking::starting_in(60_800).lobby_ms(60_000).spec();
    let opens_at = session.lobby_opens_at;
    let mut refused = 0;
    let welcome = loop {
        let mut ann = TestPeer::connect(&server.url).await;
        let asked_at = now();
        ann.send_join(&server.ticket(ANN, &session), None).await;
        if asked_at >= opens_at {
            break ann.expect::<Welcome>(SOON).await;
        }
        match ann.next(SOON).await {
            Some(wire::signaling::ServerFrame::ErrorBody(error)) => {
                assert_eq!(error.code, ErrorCode::TooEarly);
                assert_eq!(error.opens_at, Some(opens_at));
                assert_eq!(ann.expect_close(SOON).await, Some(4503));
                refused += 1;
                let left = opens_at.since(now());
                sleep_until(now() + left.min(200)).await;
            }
            // Asked just before, and taken just after.
            Some(wire::signaling::ServerFrame::Welcome(welcome)) => break *welcome,
            other => panic!("{other:?}"),
        }
    };
    assert!(welcome.server_now >= opens_at && refused > 0);
    assert_eq!(welcome.session.phase, Phase::Lobby);
}

#[tokio::test]
async fn sig_231_who_never_came_is_named_whichever_of_the_two() {
    let server = SignalingServer::start().await;
    for (came, absent) in [(ANN, BO), (BO, ANN)] {
        let session = booking().closes_after_ms(700).spec();
        let mut peer = server.join(came, &session).await;
        let ended = ends(&mut peer, EndReason::NoShow).await;
        assert_eq!(ended.absent, Some(vec![UserId::from(absent)]));
        assert!(peer.last_at >= session.closes_at, "not before it closes");
        stays_over(&server, &session, "no_show").await;
        // The evidence: who was in, from when to when.
        let told = server.scheduler.received(&session, "session.no_show").await;
        assert_eq!(told.data["absent"], serde_json::json!([absent]));
        let about = server.scheduler.events(&session);
        let of = |kind: &str| {
            let of_kind = about.iter().filter(|event| event.kind == kind);
            of_kind.map(|event| event.data["user_id"].clone()).collect()
        };
        let (joined, left): (Vec<_>, Vec<_>) = (of("session.joined"), of("session.left"));
        assert_eq!((joined, left), (vec![came.into()], vec![came.into()]));
    }
}

#[tokio::test]
async fn sig_232_who_came_and_went_is_no_no_show() {
    let server = SignalingServer::start().await;
    let session = booking()
        .countdown_ms(60_000)
        .closes_after_ms(900)
        .with(|spec| spec.starts_at = spec.starts_at + 800)
        .spec();
    let (mut ann, mut bo) = server.pair(&session).await;
    bo.send(Leave {}).await;
    assert_eq!(bo.expect_close(SOON).await, Some(1000));
    ann.expect::<PeerLeft>(SOON).await;
    assert_eq!(
        ends(&mut ann, EndReason::Abandoned).await.absent,
        None,
        "both were there"
    );
    assert!(ann.last_at >= session.closes_at);
    stays_over(&server, &session, "abandoned").await;
}

#[tokio::test]
async fn sig_232_a_live_session_that_both_lost_is_abandoned_after_the_grace() {
    let server = SignalingServer::with(|config| config.grace_ms = 700).await;
    let session = booking().spec();
    let (ann, bo, _) = server.live_pair(&session).await;
    let cut_at = now();
    ann.cut().await;
    bo.cut().await;
    let told = server.scheduler.received(&session, "session.ended").await;
    assert_eq!(told.data["reason"], "abandoned");
    assert!(told.occurred_at >= cut_at + 700, "the seat is kept so long");
    stays_over(&server, &session, "abandoned").await;
}

#[tokio::test]
async fn sig_232_leaving_ends_a_live_session_for_both() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let (mut ann, mut bo, _) = server.live_pair(&session).await;
    bo.send_numbered(Leave {}).await;
    ends(&mut ann, EndReason::Left).await;
    ends(&mut bo, EndReason::Left).await;
    stays_over(&server, &session, "left").await;
}

#[tokio::test]
async fn sig_233_without_media_it_is_given_up_in_time() {
    let server = SignalingServer::start().await;
    for how_many in 0..2 {
        let booking = booking().countdown_ms(200);
        let session = booking.with(|spec| spec.connect_ms = 500).spec();
        let (mut ann, mut bo) = server.pair(&session).await;
        let live_at = ann.expect::<Countdown>(SOON).await.live_at;
        if how_many == 1 {
            connected(&mut bo).await;
        }
        for peer in [&mut ann, &mut bo] {
            ends(peer, EndReason::ConnectFailed).await;
            assert!(peer.last_at >= live_at + 500, "not before connect_ms");
        }
        stays_over(&server, &session, "connect_failed").await;
    }
}

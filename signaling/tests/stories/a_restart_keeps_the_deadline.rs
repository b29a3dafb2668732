//! The process dies, or is stopped, while two people talk: they come back and end at the original moment.

use testkit::{ANN, BO, SOON, TestPeer};
use wire::signaling::{Ended, Live, Welcome};
use wire::{EndReason, Phase};

use crate::server::{SignalingServer, booking};

/// Comes back with the resume token of the old process, at the same address.
async fn back(peer: TestPeer) -> TestPeer {
    peer.cut().await.resume().await
}

fn check(welcome: &Welcome, live: &Live) {
    assert_eq!(welcome.session.phase, Phase::Live);
    assert_eq!(welcome.session.deadline_at, Some(live.deadline_at));
    assert_eq!(welcome.session.started_at, Some(live.started_at));
    assert!(!welcome.resumed, "the frames are gone, and that is said");
}

async fn ends_on_time(peer: &mut TestPeer, live: &Live) {
    assert_eq!(
        peer.expect::<Ended>(2 * SOON).await.reason,
        EndReason::Completed
    );
    let late = peer.last_at.since(live.deadline_at);
    assert!((-5..=250).contains(&late), "{late} ms after the deadline");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_150_a_killed_process_goes_on_to_the_original_deadline() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(4_000).spec();
    let (ann, bo, live) = server.live_pair(&session).await;
    let epoch = ann.epoch;
    let server = server.killed().await;
    let mut ann = back(ann).await;
    let mut bo = back(bo).await;
    check(ann.welcome.as_ref().unwrap(), &live);
    check(bo.welcome.as_ref().unwrap(), &live);
    assert_eq!(
        (ann.epoch, bo.epoch),
        (epoch, epoch),
        "media lives: no new negotiation"
    );
    ends_on_time(&mut ann, &live).await;
    ends_on_time(&mut bo, &live).await;
    server.scheduler.received(&session, "session.ended").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_151_a_deadline_that_passed_meanwhile_ends_the_session_at_once() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(1_000).spec();
    let (_ann, _bo, live) = server.live_pair(&session).await;
    let server = server.killed_until(live.deadline_at + 100).await;
    let ended = server.scheduler.received(&session, "session.ended").await;
    assert_eq!(ended.data["reason"], "completed");
    let (error, code) = TestPeer::refused(&server.url, &server.ticket(BO, &session)).await;
    assert_eq!(
        (error.reason.as_deref(), code),
        (Some("completed"), Some(4504))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_152_the_ended_stay_ended_after_a_restart() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(1_000).spec();
    let (mut ann, _bo, _) = server.live_pair(&session).await;
    ann.expect::<Ended>(SOON).await;
    let server = server.killed().await;
    let (error, code) = TestPeer::refused(&server.url, &server.ticket(ANN, &session)).await;
    assert_eq!(
        (error.reason.as_deref(), code),
        (Some("completed"), Some(4504))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_153_a_stop_says_goodbye_and_loses_nothing() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(6_000).spec();
    let (mut ann, mut bo, live) = server.live_pair(&session).await;
    server.terminate();
    for peer in [&mut ann, &mut bo] {
        let goodbye = peer.expect::<wire::signaling::GoingAway>(SOON).await;
        assert!(goodbye.retry_after_ms > 0);
        assert_eq!(peer.expect_close(SOON).await, Some(4000));
    }
    let _server = server.restarted().await;
    let mut ann = back(ann).await;
    let mut bo = back(bo).await;
    check(ann.welcome.as_ref().unwrap(), &live);
    ends_on_time(&mut ann, &live).await;
    ends_on_time(&mut bo, &live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_154_who_waits_alone_waits_on_after_a_restart() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let ann = server.join(ANN, &session).await;
    server.scheduler.received(&session, "session.joined").await;
    let server = server.killed().await;
    let ann = back(ann).await;
    assert_eq!(ann.welcome.as_ref().unwrap().session.phase, Phase::Lobby);
    let joined = server.scheduler.events(&session);
    assert_eq!(
        joined
            .iter()
            .filter(|event| event.kind == "session.left")
            .count(),
        0
    );
}

//! The process ends in each phase. Both come back by their tokens, are told `resumed: false` and where
//! the session stands, and go on from there. Of live alone tells `a_restart_keeps_the_deadline`.

use std::time::Duration;

use serde_json::json;
use testkit::{Http, SOON, TestBooking, TestPeer, until};
use wire::signaling::{Countdown, Live, Negotiate, Paused};
use wire::{OnLoss, Phase, SessionSpec};

use crate::server::{SignalingServer, booking, connected};
use crate::talk::settled;

/// Comes back at the same address, is told that its frames are gone, and in which phase it is.
async fn back(peer: TestPeer, phase: Phase) -> TestPeer {
    let peer = peer.resume().await;
    let welcome = peer.welcome.as_ref().unwrap();
    assert!(!welcome.resumed, "the frames are gone, and that is said");
    assert_eq!(welcome.session.phase, phase);
    peer
}

/// Waits until operators see the session in a phase.
async fn seen_as(server: &SignalingServer, session: &SessionSpec, phase: &str) {
    let url = format!("{}/v1/sessions/{}", server.http, session.id);
    let operator = Http::bearer(&server.signer.operator());
    until(phase, SOON, async || {
        let seen = operator.get(&url).await.body;
        (seen["phase"] == json!(phase)).then_some(())
    })
    .await;
}

/// Both come back to a lobby, and everything before live begins anew.
async fn goes_live_after(server: SignalingServer, ann: TestPeer, bo: TestPeer) {
    let before = ann.epoch.unwrap();
    let server = server.killed().await;
    let mut ann = back(ann, Phase::Lobby).await;
    let mut bo = back(bo, Phase::Lobby).await;
    let negotiate = ann.expect::<Negotiate>(SOON).await;
    assert!(negotiate.epoch > before, "nothing was connected: anew");
    assert_eq!(bo.expect::<Negotiate>(SOON).await, negotiate);
    connected(&mut ann).await;
    connected(&mut bo).await;
    let live_at = ann.expect::<Countdown>(SOON).await.live_at;
    let live = ann.expect::<Live>(2 * SOON).await;
    assert!(ann.last_at >= live_at, "never early");
    assert_eq!(bo.expect::<Live>(SOON).await.deadline_at, live.deadline_at);
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_225_a_restart_in_the_lobby_negotiates_anew_and_waits_on() {
    let server = SignalingServer::start().await;
    let session = TestBooking::starting_in(600_000).lobby_ms(700_000).spec();
    let (ann, bo) = server.pair(&session).await;
    server.scheduler.received(&session, "session.joined").await;
    let before = ann.epoch.unwrap();
    let _server = server.killed().await;
    let mut ann = back(ann, Phase::Lobby).await;
    let mut bo = back(bo, Phase::Lobby).await;
    let negotiate = ann.expect::<Negotiate>(SOON).await;
    assert!(negotiate.epoch > before);
    assert_eq!(bo.expect::<Negotiate>(SOON).await, negotiate);
    settled(&mut ann).await;
    ann.expect_no::<Countdown>(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_225_a_restart_in_the_countdown_counts_down_anew() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(1_000).spec();
    let (mut ann, bo) = server.pair(&session).await;
    ann.expect::<Countdown>(SOON).await;
    goes_live_after(server, ann, bo).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_225_a_restart_while_connecting_counts_down_anew() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(200).spec();
    let (ann, bo) = server.pair(&session).await;
    seen_as(&server, &session, "connecting").await;
    goes_live_after(server, ann, bo).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_225_a_restart_in_a_pause_gives_no_time_and_takes_none() {
    let server = SignalingServer::start().await;
    let booking = booking().duration_ms(60_000);
    let session = booking.with(|spec| spec.on_loss = OnLoss::Pause).spec();
    let (mut ann, bo, live) = server.live_pair(&session).await;
    let epoch = ann.epoch;
    let bo = bo.cut().await;
    let paused = ann.expect::<Paused>(SOON).await;
    // A pause is written behind: a process that is stopped has written it, one that is killed may not.
    let _server = server.restarted().await;
    let mut ann = back(ann, Phase::Paused).await;
    assert_eq!(ann.expect::<Paused>(SOON).await, paused);
    let bo = bo.resume().await;
    let again = ann.expect::<Live>(SOON).await;
    assert_eq!(again.started_at, live.started_at);
    assert_eq!(
        again.deadline_at.since(again.server_now),
        paused.remaining_ms
    );
    assert_eq!((ann.epoch, bo.epoch), (epoch, epoch), "media lives");
}

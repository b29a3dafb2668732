//! More is said to somebody who is lost than is kept for them: they are told that frames are gone, and
//! the other one is told nothing of it. Of a reader that is connected tells `a_slow_reader_harms_nobody`.

use std::time::Duration;

use testkit::{Http, SOON, TestBooking, TestPeer};
use wire::signaling::{Negotiate, PeerLost, PeerResumed};

use crate::server::{SignalingServer, connected};
use crate::talk::{data, hears, never_got, settled};

/// More than the buffer, which is three quarters of this server's queue of 16 frames.
const SAID: usize = 40;

async fn overflowed(media_is_up: bool) -> (SignalingServer, TestPeer, TestPeer, u64) {
    let server = SignalingServer::with(|config| config.limits.sockets.queue_frames = 16).await;
    let session = TestBooking::starting_in(600_000).lobby_ms(700_000).spec();
    let (mut ann, mut bo) = server.pair(&session).await;
    if media_is_up {
        connected(&mut ann).await;
        connected(&mut bo).await;
        settled(&mut ann).await;
        settled(&mut bo).await;
    }
    let epoch = ann.epoch.unwrap();
    let bo = bo.cut().await;
    ann.expect::<PeerLost>(SOON).await;
    ann.forget();
    for n in 0..SAID {
        ann.send_numbered(data(n)).await;
    }
    settled(&mut ann).await;
    never_got(&mut ann, &["error", "peer_left", "countdown_cancelled"]);
    let bo = bo.resume().await;
    assert!(!bo.welcome.as_ref().unwrap().resumed);
    ann.expect::<PeerResumed>(SOON).await;
    (server, ann, bo, epoch)
}

/// Both go on: numbers begin with 1, which the peer checks.
async fn go_on(ann: &mut TestPeer, bo: &mut TestPeer) {
    ann.send(data(100)).await;
    hears(bo, 100).await;
    bo.send_numbered(data(101)).await;
    hears(ann, 101).await;
    settled(ann).await;
    never_got(ann, &["error", "peer_left", "peer_joined"]);
}

#[tokio::test]
async fn sig_228_frames_that_are_gone_cost_a_negotiation_where_media_is_not_up() {
    let (_server, mut ann, mut bo, epoch) = overflowed(false).await;
    let negotiate = bo.expect::<Negotiate>(SOON).await;
    assert!(negotiate.epoch > epoch);
    assert_eq!(ann.expect::<Negotiate>(SOON).await, negotiate);
    go_on(&mut ann, &mut bo).await;
}

#[tokio::test]
async fn sig_228_and_nothing_where_it_is() {
    let (_server, mut ann, mut bo, epoch) = overflowed(true).await;
    assert_eq!(bo.epoch, Some(epoch));
    go_on(&mut ann, &mut bo).await;
    for peer in [&mut ann, &mut bo] {
        settled(peer).await;
    }
    ann.expect_no::<Negotiate>(Duration::ZERO).await;
    bo.expect_no::<Negotiate>(Duration::ZERO).await;
}

#[tokio::test]
async fn sig_263_above_the_budget_of_the_process_the_oldest_buffer_goes_and_nobody_else_notices() {
    const PAIRS: usize = 10;
    let server = SignalingServer::with(|config| config.limits.resume_total_bytes = 64 * 1024).await;
    let booking = || TestBooking::starting_in(600_000).lobby_ms(700_000).spec();
    let (mut ann, bo) = server.pair(&booking()).await;
    let bo = bo.cut().await;
    ann.expect::<PeerLost>(SOON).await;
    // The oldest of all: what is kept for Bo.
    ann.send(data(0)).await;
    settled(&mut ann).await;
    // None of these says what it has got.
    for _ in 0..PAIRS {
        let (mut one, mut other) = server.pair(&booking()).await;
        for n in 0..SAID {
            one.send(data(n)).await;
            hears(&mut other, n).await;
        }
        never_got(&mut one, &["error", "peer_lost"]);
    }
    let bo = bo.resume().await;
    assert!(!bo.welcome.as_ref().unwrap().resumed);
    settled(&mut ann).await;
    never_got(&mut ann, &["error", "peer_left"]);
    let metrics = Http::new().get(&server.metrics).await;
    let mut lines = metrics.body.as_str().unwrap().lines();
    let hits =
        lines.find_map(|line| line.strip_prefix("limit_hits_total{limit=\"resume_total_bytes\"} "));
    assert_ne!(hits, Some("0"), "it is counted");
    assert!(hits.is_some());
}

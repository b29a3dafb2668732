//! `ended` reaches each socket from 5 ms before to 250 ms after `deadline_at`: a window of the
//! protocol, measured where the frame arrives.

use crate::server::{SignalingServer, booking, connected};
use testkit::{ANN, BO, SOON, TestPeer};
use wire::EndReason;
use wire::signaling::{Ended, Live, Negotiate};

/// Earliest and latest arrival, in milliseconds from `deadline_at`.
const WINDOW_MS: std::ops::RangeInclusive<i64> = -5..=250;
/// Sessions that run beside the one that is looked at.
const OTHERS: usize = 200;

async fn check(peer: &mut TestPeer, live: &Live) {
    assert_eq!(
        peer.expect::<Ended>(SOON).await.reason,
        EndReason::Completed
    );
    let late = peer.last_at.since(live.deadline_at);
    assert!(WINDOW_MS.contains(&late), "{late} ms after the deadline");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_103_ended_arrives_on_time_when_idle() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(1_000).spec();
    let (mut ann, mut bo, live) = server.live_pair(&session).await;
    check(&mut ann, &live).await;
    check(&mut bo, &live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_103_ended_arrives_on_time_with_200_other_sessions() {
    let server = SignalingServer::with(|config| {
        // The test is one address for all of them.
        config.limits.sockets.joins_per_second = 10_000;
        config.limits.sockets.joins_burst = 10_000;
    })
    .await;
    let mut others = Vec::new();
    for _ in 0..OTHERS {
        let session = booking().spec();
        let (mut ann, mut bo) = server.pair(&session).await;
        connected(&mut ann).await;
        connected(&mut bo).await;
        others.push((ann, bo));
    }
    for (ann, bo) in &mut others {
        ann.expect::<Live>(SOON).await;
        bo.expect::<Live>(SOON).await;
    }
    let session = booking().duration_ms(1_500).spec();
    let mut ann = server.join(ANN, &session).await;
    let mut bo = server.join(BO, &session).await;
    for peer in [&mut ann, &mut bo] {
        peer.expect::<Negotiate>(SOON).await;
        connected(peer).await;
    }
    let live = ann.expect::<Live>(SOON).await;
    check(&mut ann, &live).await;
    check(&mut bo, &live).await;
}

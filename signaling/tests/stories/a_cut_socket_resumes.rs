//! A connection breaks. The page comes back with what it missed, in order, once; or learns that it can't.

use std::time::Duration;

use testkit::{ANN, BO, SOON, TestPeer};
use wire::signaling::{Negotiate, PeerJoined, PeerLost, PeerResumed, Resume, Welcome};

use crate::server::{SignalingServer, booking};
use crate::talk::{data, hears, settled};

#[tokio::test]
async fn sig_130_a_cut_socket_gets_what_it_missed_in_order_once() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(60_000).spec();
    let (mut ann, bo) = server.pair(&session).await;
    let epoch = bo.epoch;
    let bo = bo.cut().await;
    assert_eq!(ann.expect::<PeerLost>(SOON).await.user_id.as_str(), BO);
    for n in 0..20 {
        ann.send(data(n)).await;
    }
    settled(&mut ann).await;

    // That no seq is missing or repeated is checked by the peer on every frame.
    let mut bo = bo.resume().await;
    assert!(bo.welcome.as_ref().unwrap().resumed);
    assert_eq!(bo.epoch, epoch, "the negotiation goes on");
    for n in 0..20 {
        hears(&mut bo, n).await;
    }
    assert_eq!(ann.expect::<PeerResumed>(SOON).await.user_id.as_str(), BO);
    settled(&mut bo).await;
    bo.expect_no::<Negotiate>(Duration::ZERO).await;
}

#[tokio::test]
async fn sig_131_a_reload_joins_fresh_and_offers() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(60_000).spec();
    let (mut ann, bo) = server.pair(&session).await;
    let before = ann.epoch.unwrap();
    bo.cut().await;
    ann.expect::<PeerLost>(SOON).await;

    let mut bo = server.join(BO, &session).await;
    assert!(!bo.welcome.as_ref().unwrap().resumed);
    ann.expect::<PeerJoined>(SOON).await;
    let negotiate = ann.expect::<Negotiate>(SOON).await;
    assert!(negotiate.epoch > before);
    assert_eq!(
        negotiate.offerer.as_ref().map(|user| user.as_str()),
        Some(BO)
    );
    assert_eq!(bo.expect::<Negotiate>(SOON).await, negotiate);
}

#[tokio::test]
async fn sig_132_a_token_that_was_never_given_is_a_fresh_join() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let mut ann = TestPeer::connect(&server.url).await;
    let made_up = Resume {
        token: "made-up".to_owned(),
        last_seq: 7,
    };
    ann.send_join(&server.ticket(ANN, &session), Some(made_up))
        .await;
    assert!(!ann.expect::<Welcome>(SOON).await.resumed);
}

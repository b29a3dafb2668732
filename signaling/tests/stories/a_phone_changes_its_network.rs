//! A socket is dead and nobody closed it: the page is back by another way before the server notices, or
//! the server notices by the silence. Whatever the old way still brings changes nothing.

use std::time::{Duration, Instant};

use testkit::{ANN, BO, Proxy, SOON, TestBooking, TestPeer};
use wire::signaling::{Negotiate, PeerLost, PeerResumed, RelayedData};
use wire::{DuplicatePolicy, ErrorCode, SessionSpec};

use crate::server::SignalingServer;
use crate::talk::{data, hears, never_got, settled};

/// A silent socket is lost within this time: the protocol's 12 s, and some for two busy cores.
const NOTICED: Duration = Duration::from_secs(14);

/// A pair in an open lobby, Bo by way of a proxy.
async fn pair(policy: DuplicatePolicy) -> (SignalingServer, Proxy, TestPeer, TestPeer) {
    pair_of(&session(policy)).await
}

fn session(policy: DuplicatePolicy) -> SessionSpec {
    let booking = TestBooking::starting_in(600_000).lobby_ms(700_000);
    booking.with(|spec| spec.duplicate = policy).spec()
}

async fn pair_of(session: &SessionSpec) -> (SignalingServer, Proxy, TestPeer, TestPeer) {
    let server = SignalingServer::start().await;
    let proxy = Proxy::to(&server.url).await;
    let mut ann = server.join(ANN, session).await;
    let url = proxy.through(&server.url);
    let mut bo = TestPeer::join(&url, &server.ticket(BO, session)).await;
    ann.expect::<Negotiate>(SOON).await;
    bo.expect::<Negotiate>(SOON).await;
    ann.forget();
    (server, proxy, ann, bo)
}

#[tokio::test]
async fn sig_223_back_by_another_network_the_old_socket_means_nothing() {
    for policy in [DuplicatePolicy::Takeover, DuplicatePolicy::Reject] {
        let (server, proxy, mut ann, mut bo) = pair(policy).await;
        let old_way = proxy.newest();
        old_way.freeze();
        ann.send(data(0)).await;
        // What Bo says last is stuck in the old network.
        let stuck = bo.send_numbered(data(7)).await;
        // The page keeps what it has, and the old socket stays open.
        let mut past = bo.fork();
        past.url.clone_from(&server.url);
        let mut new = past.resume().await;
        let welcome = new.welcome.clone().unwrap();
        assert!(welcome.resumed && welcome.last_id < stuck);
        hears(&mut new, 0).await;
        new.send_text(format!(r#"{{"type":"data","id":{stuck},"payload":7}}"#))
            .await;
        hears(&mut ann, 7).await;
        ann.expect::<PeerResumed>(SOON).await;

        // The old network comes to life: its frame, its close and its end come too late.
        old_way.thaw();
        assert_eq!(bo.expect_close(SOON).await, Some(4505));
        drop(bo);
        settled(&mut ann).await;
        ann.send(data(1)).await;
        hears(&mut new, 1).await;
        new.send(data(8)).await;
        hears(&mut ann, 8).await;
        never_got(
            &mut ann,
            &["peer_lost", "peer_left", "peer_joined", "negotiate", "data"],
        );
        never_got(&mut new, &["data", "negotiate"]);
    }
}

#[tokio::test]
async fn sig_261_another_device_gets_the_seat_of_a_dead_socket_soon_and_of_a_living_one_never() {
    let session = session(DuplicatePolicy::Reject);
    let (server, proxy, mut ann, _bo) = pair_of(&session).await;
    proxy.newest().freeze();
    let began = Instant::now();
    let mut phone = server.join(BO, &session).await;
    let waited = began.elapsed();
    assert!(
        waited < NOTICED / 2,
        "before the silence is noticed: {waited:?}"
    );
    assert!(!phone.welcome.as_ref().unwrap().resumed);
    ann.expect::<Negotiate>(SOON).await;
    phone.expect::<Negotiate>(SOON).await;
    phone.send(data(1)).await;
    hears(&mut ann, 1).await;
    never_got(&mut ann, &["peer_lost", "peer_left", "error"]);
    // The phone lives, and answers a ping while its page does nothing but wait.
    let ticket = server.ticket(BO, &session);
    let refused = TestPeer::refused(&server.url, &ticket);
    let (refused, ()) = tokio::join!(refused, async {
        phone
            .expect_no::<Negotiate>(Duration::from_millis(100))
            .await;
    });
    assert_eq!(
        (refused.0.code, refused.1),
        (ErrorCode::AlreadyJoined, Some(4004))
    );
}

#[tokio::test]
async fn sig_224_a_silent_socket_is_noticed_within_12_s_and_its_page_resumes() {
    let (_server, proxy, mut ann, bo) = pair(DuplicatePolicy::Takeover).await;
    let old_way = proxy.newest();
    let began = Instant::now();
    old_way.freeze();
    let lost = ann.expect::<PeerLost>(NOTICED).await;
    assert_eq!(lost.user_id.as_str(), BO);
    // A socket that answered its last ping is never given up sooner than the next is due.
    assert!(
        began.elapsed() > Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
    for n in 0..5 {
        ann.send(data(n)).await;
    }
    settled(&mut ann).await;
    let mut bo = bo.cut().await.resume().await;
    assert!(bo.welcome.as_ref().unwrap().resumed);
    for n in 0..5 {
        hears(&mut bo, n).await;
    }
    ann.expect::<PeerResumed>(SOON).await;
    settled(&mut bo).await;
    bo.expect_no::<RelayedData>(Duration::ZERO).await;
}

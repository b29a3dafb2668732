//! The same person twice: the new socket counts, and whatever becomes of the old one changes nothing.

use testkit::{ANN, BO, SOON, TestBooking, TestPeer};
use wire::RawJson;
use wire::signaling::{Data, Negotiate, PeerJoined, RelayedData, ServerFrame};

use crate::server::{SignalingServer, booking};
use crate::talk::{data, hears, never_got, settled};

#[tokio::test]
async fn sig_140_a_takeover_closes_the_old_socket_and_keeps_the_new() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(60_000).spec();
    let (mut ann, mut old) = server.pair(&session).await;
    let mut new = server.join(BO, &session).await;
    assert_eq!(old.expect_close(SOON).await, Some(4505));
    assert!(
        new.welcome.as_ref().unwrap().you.connection_id
            > old.welcome.as_ref().unwrap().you.connection_id
    );

    ann.expect::<PeerJoined>(SOON).await;
    let negotiate = ann.expect::<Negotiate>(SOON).await;
    assert_eq!(new.expect::<Negotiate>(SOON).await, negotiate);
    let payload = RawJson::parse("1").unwrap();
    ann.send(Data { payload }).await;
    new.expect::<RelayedData>(SOON).await;
    settled(&mut ann).await;
    never_got(&mut ann, &["peer_lost", "peer_left"]);
}

#[tokio::test]
async fn sig_141_the_token_of_the_replaced_is_dead() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let old = server.join(ANN, &session).await;
    let cut = old.cut().await;
    let _new = server.join(ANN, &session).await;
    let mut back = cut.reopen().await;
    assert_eq!(back.expect_close(SOON).await, Some(4505));
}

/// Sessions whose races run side by side, and races of each.
const SESSIONS: usize = 20;
const RACES: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_142_a_thousand_races_leave_exactly_one_each() {
    let server = SignalingServer::with(|config| {
        config.limits.sockets.joins_per_second = 10_000;
        config.limits.sockets.joins_burst = 10_000;
    })
    .await;
    let all = (0..SESSIONS).map(|_| races(&server));
    futures_util::future::join_all(all).await;
}

/// Bo joins twice at once, again and again; Ann talks to whichever of them is left.
async fn races(server: &SignalingServer) {
    let session = TestBooking::starting_in(600_000).lobby_ms(700_000).spec();
    let (url, ticket) = (&server.url, server.ticket(BO, &session));
    let mut ann = server.join(ANN, &session).await;
    let mut left: Option<TestPeer> = None;
    for n in 0..RACES {
        let past = left.as_ref().map(TestPeer::fork);
        let (one, two) = tokio::join!(TestPeer::join(url, &ticket), async {
            match past {
                // Every other time one of the two is a page that comes back.
                Some(past) if n % 2 == 1 => answered(past.reopen().await).await,
                _ => TestPeer::join(url, &ticket).await,
            }
        });
        let mut new = winner(one, two).await;
        if let Some(mut before) = left {
            assert_eq!(before.expect_close(SOON).await, Some(4505));
        }
        ann.send(data(n)).await;
        hears(&mut new, n).await;
        new.send(data(n)).await;
        hears(&mut ann, n).await;
        never_got(&mut ann, &["peer_lost", "peer_left", "error", "data"]);
        left = Some(new);
    }
}

/// Waits until the server has taken or refused its join.
async fn answered(mut peer: TestPeer) -> TestPeer {
    peer.next(SOON).await.expect("an answer");
    peer
}

/// The one that is left; the other was closed with 4505.
async fn winner(mut one: TestPeer, mut two: TestPeer) -> TestPeer {
    let (first, second) = tokio::join!(standing(&mut one), standing(&mut two));
    match (first, second) {
        (None, Some(code)) => {
            assert_eq!(code, 4505);
            one
        }
        (Some(code), None) => {
            assert_eq!(code, 4505);
            two
        }
        both => panic!("not exactly one is left: {both:?}"),
    }
}

/// The code with which it was closed; none where it answers.
async fn standing(peer: &mut TestPeer) -> Option<u16> {
    peer.send_text(r#"{"type":"ping","sent_at":1}"#).await;
    while let Some(frame) = peer.next(SOON).await {
        if matches!(frame, ServerFrame::Pong(_)) {
            return None;
        }
    }
    peer.expect_close(SOON).await
}

//! The same person twice: the new socket counts, and whatever becomes of the old one changes nothing.

use std::time::Duration;

use testkit::{ANN, BO, SOON, TestPeer};
use wire::RawJson;
use wire::signaling::{Data, Negotiate, PeerJoined, PeerLeft, PeerLost, RelayedData};

use crate::server::{Server, booking};

#[tokio::test]
async fn sig_140_a_takeover_closes_the_old_socket_and_keeps_the_new() {
    let server = Server::start().await;
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
    ann.expect_no::<PeerLost>(Duration::from_millis(200)).await;
    ann.expect_no::<PeerLeft>(Duration::ZERO).await;
    let payload = RawJson::parse("1").unwrap();
    ann.send(Data { payload }).await;
    new.expect::<RelayedData>(SOON).await;
}

#[tokio::test]
async fn sig_141_the_token_of_the_replaced_is_dead() {
    let server = Server::start().await;
    let session = booking().spec();
    let old = server.join(ANN, &session).await;
    let cut = old.cut().await;
    let _new = server.join(ANN, &session).await;
    let mut back = cut.reopen().await;
    assert_eq!(back.expect_close(SOON).await, Some(4505));
}

#[tokio::test]
async fn sig_142_a_hundred_races_leave_exactly_one() {
    let server = Server::with(|config| {
        config.limits.joins.per_second = 10_000;
        config.limits.joins.burst = 10_000;
    })
    .await;
    for _ in 0..100 {
        let session = booking().spec();
        let ticket = server.ticket(ANN, &session);
        let (mut one, mut two) = tokio::join!(
            TestPeer::join(&server.url, &ticket),
            TestPeer::join(&server.url, &ticket),
        );
        let id = |peer: &TestPeer| peer.welcome.as_ref().unwrap().you.connection_id;
        let (old, new) = match id(&one) < id(&two) {
            true => (&mut one, &mut two),
            false => (&mut two, &mut one),
        };
        assert_eq!(old.expect_close(SOON).await, Some(4505));
        new.send_text(r#"{"type":"ping","sent_at":1}"#).await;
        new.expect::<wire::signaling::Pong>(SOON).await;
    }
}

//! One person at several places: the newest counts, or with the policy `reject` the first for as long as
//! it lives. That the old socket's end changes nothing tells `an_old_socket_never_removes_the_new`.

use std::time::Duration;

use testkit::{BO, SOON, TestBooking, TestPeer};
use wire::signaling::{Negotiate, PeerJoined, PeerLost};
use wire::{DuplicatePolicy, ErrorCode, SessionSpec};

use crate::server::SignalingServer;
use crate::talk::{data, hears, never_got, settled};

fn session(policy: DuplicatePolicy) -> SessionSpec {
    let booking = TestBooking::starting_in(600_000).lobby_ms(700_000);
    booking.with(|spec| spec.duplicate = policy).spec()
}

#[tokio::test]
async fn sig_226_a_person_goes_to_and_fro_between_devices() {
    let server = SignalingServer::start().await;
    let session = session(DuplicatePolicy::Takeover);
    let (mut ann, mut phone) = server.pair(&session).await;
    let mut epoch = ann.epoch.unwrap();
    for n in 0..4 {
        // Each device has a ticket of its own.
        let mut laptop = server.join(BO, &session).await;
        let welcome = laptop.welcome.clone().unwrap();
        assert!(!welcome.resumed && welcome.last_id == 0, "another page");
        assert_eq!(phone.expect_close(SOON).await, Some(4505));
        ann.expect::<PeerJoined>(SOON).await;
        let negotiate = ann.expect::<Negotiate>(SOON).await;
        assert!(negotiate.epoch > epoch);
        assert_eq!(laptop.expect::<Negotiate>(SOON).await, negotiate);
        epoch = negotiate.epoch;
        // What the other page still has in hand is worth nothing.
        let mut back = phone.cut().await.reopen().await;
        let (error, code) = back.expect_refusal().await;
        assert_eq!((error.code, code), (ErrorCode::AlreadyJoined, Some(4505)));
        ann.send(data(n)).await;
        hears(&mut laptop, n).await;
        never_got(&mut ann, &["peer_lost", "peer_left", "error"]);
        phone = laptop;
    }
}

#[tokio::test]
async fn sig_227_with_reject_the_second_is_sent_away_while_the_first_lives() {
    let server = SignalingServer::start().await;
    let session = session(DuplicatePolicy::Reject);
    let (mut ann, mut bo) = server.pair(&session).await;
    ann.forget();
    let ticket = server.ticket(BO, &session);
    let (error, code) = TestPeer::refused(&server.url, &ticket).await;
    assert_eq!((error.code, code), (ErrorCode::AlreadyJoined, Some(4004)));
    assert!(error.retry_after_ms.is_some(), "it is one to retry");
    bo.send(data(1)).await;
    hears(&mut ann, 1).await;
    settled(&mut bo).await;
    settled(&mut ann).await;
    ann.expect_no::<PeerJoined>(Duration::ZERO).await;
    never_got(&mut ann, &["peer_lost", "peer_left", "peer_resumed"]);

    // The first one's page may come back by its token, whoever else would like the seat.
    let bo = bo.cut().await.resume().await;
    assert!(bo.welcome.as_ref().unwrap().resumed);
    // Once its socket is gone, anybody with a ticket of that person gets in.
    let past = bo.cut().await;
    ann.expect::<PeerLost>(SOON).await;
    let mut second = server.join(BO, &session).await;
    ann.expect::<PeerJoined>(SOON).await;
    let mut first = past.reopen().await;
    assert_eq!(first.expect_close(SOON).await, Some(4505));
    second.send(data(2)).await;
    hears(&mut ann, 2).await;
}

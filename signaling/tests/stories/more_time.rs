//! Both ask for more time, up to `max_extensions`, and never past `hard_end_at`.

use testkit::{SOON, TestPeer};
use wire::signaling::{Ended, Extend, ExtendRequested, Extended, Live};
use wire::{EndReason, ErrorBody, ErrorCode, UserId};

use crate::server::{SignalingServer, booking, connected};
use crate::talk::{never_got, settled};

async fn refused(peer: &mut TestPeer) -> ErrorCode {
    peer.send(Extend {}).await;
    peer.expect::<ErrorBody>(SOON).await.code
}

/// Both ask; both are told the same, which is returned.
async fn both_ask(ann: &mut TestPeer, bo: &mut TestPeer) -> Extended {
    ann.send_numbered(Extend {}).await;
    // Asking again changes nothing.
    ann.send_numbered(Extend {}).await;
    settled(ann).await;
    for peer in [&mut *ann, &mut *bo] {
        let asked = peer.expect::<ExtendRequested>(SOON).await;
        assert_eq!(asked.by, UserId::from(testkit::ANN));
    }
    never_got(ann, &["extended", "extend_requested", "error"]);
    bo.send_numbered(Extend {}).await;
    let extended = ann.expect::<Extended>(SOON).await;
    assert_eq!(bo.expect::<Extended>(SOON).await, extended);
    extended
}

#[tokio::test]
async fn sig_235_both_extend_as_often_as_booked() {
    let server = SignalingServer::start().await;
    let booking = booking().with(|spec| {
        spec.extension_ms = 30_000;
        spec.max_extensions = 2;
    });
    let (mut ann, mut bo) = server.pair(&booking.spec()).await;
    assert_eq!(refused(&mut ann).await, ErrorCode::NotLive);
    connected(&mut ann).await;
    connected(&mut bo).await;
    let live = ann.expect::<Live>(SOON).await;
    bo.expect::<Live>(SOON).await;

    let first = both_ask(&mut ann, &mut bo).await;
    assert_eq!(first.deadline_at, live.deadline_at + 30_000);
    assert_eq!(first.extensions_left, 1);
    let second = both_ask(&mut ann, &mut bo).await;
    assert_eq!(second.deadline_at, live.deadline_at + 60_000);
    assert_eq!(second.extensions_left, 0);
    for peer in [&mut ann, &mut bo] {
        assert_eq!(refused(peer).await, ErrorCode::NoExtensionsLeft);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_235_never_past_the_hard_end() {
    let server = SignalingServer::start().await;
    // Two busy cores may take some seconds until it is live.
    let booking = booking().duration_ms(2_000).with(|spec| {
        spec.max_extensions = 2;
        spec.hard_end_at = Some(spec.starts_at + 6_000);
    });
    let session = booking.spec();
    let (mut ann, mut bo, _) = server.live_pair(&session).await;
    let extended = both_ask(&mut ann, &mut bo).await;
    assert_eq!(Some(extended.deadline_at), session.hard_end_at, "clipped");
    // One more is left, and would give nothing.
    for peer in [&mut ann, &mut bo] {
        assert_eq!(refused(peer).await, ErrorCode::NoExtensionsLeft);
    }
    for peer in [&mut ann, &mut bo] {
        let ended = peer.expect::<Ended>(2 * SOON).await;
        assert_eq!(ended.reason, EndReason::Completed);
        assert!(peer.last_at.since(extended.deadline_at) >= -5, "not early");
    }
}

#[tokio::test]
async fn sig_235_who_comes_back_sees_who_has_asked() {
    let server = SignalingServer::start().await;
    let (mut ann, bo, _) = server.live_pair(&booking().spec()).await;
    ann.send_numbered(Extend {}).await;
    settled(&mut ann).await;
    let bo = bo.resume().await;
    let welcome = bo.welcome.as_ref().unwrap();
    assert_eq!(
        welcome.session.extend_requested_by,
        Some(UserId::from(testkit::ANN))
    );
    assert_eq!(welcome.session.extensions_left, 1);
}

//! From the lobby to the end, with the clock in between.

use std::time::Duration;

use rendezvous_client::{
    EndReason, MediaState, PeerPresence, SessionError, SessionEvent, SessionStage,
};
use serde_json::json;
use testkit::{RtcPeer, SOON, exchange};

use crate::stage::{Stage, with_notes};

/// How much later than the deadline the end may be heard of, in milliseconds, on two busy cores.
const LATE_MS: i64 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_20_two_join_by_their_links_exchange_bytes_and_end_at_the_deadline() {
    let stage = Stage::booked(json!({"duration_ms": 4_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let waiting = ann.expect("waiting", SOON, |event| match event {
        SessionEvent::Waiting {
            opens_at,
            starts_at,
            absent,
        } => Ok((opens_at, starts_at, absent)),
        other => Err(other),
    });
    let bo_id = stage.session.participants[1].user_id.clone();
    assert_eq!(
        waiting.await,
        (None, Some(stage.session.starts_at), vec![bo_id.clone()])
    );
    let mut bo = stage.join(1, with_notes).await;
    let here = ann.expect("Bo", SOON, |event| match event {
        SessionEvent::Peer(peer) if peer.presence == PeerPresence::Here => Ok(peer),
        other => Err(other),
    });
    assert_eq!(here.await.user_id, bo_id);
    let ((mut from_ann, of_ann), (mut from_bo, of_bo)) =
        tokio::join!(channel_and_live(&mut ann), channel_and_live(&mut bo));
    assert_eq!(of_ann, of_bo, "one clock");
    assert_eq!(from_ann.label(), "notes");
    exchange(&mut from_ann, &mut from_bo).await;
    assert!(ann.time_left().unwrap() <= Duration::from_secs(4));
    assert!(
        (ann.now().since(testkit::now())).abs() < 1_000,
        "the server is this machine"
    );

    let (end, same) = tokio::join!(ann.ended(MINUTE), bo.ended(MINUTE));
    assert_eq!(
        (end.reason, same.reason),
        (EndReason::Completed, EndReason::Completed)
    );
    assert_eq!(end.started_at, Some(of_ann.0));
    let late = end.ended_at.since(of_ann.1);
    assert!((0..LATE_MS).contains(&late), "{late} ms late");
    assert_eq!(ann.leave().await, Err(SessionError::SessionOver));
    assert_eq!(ann.path().await, None);
}

const MINUTE: Duration = Duration::from_secs(60);

async fn channel_and_live(
    peer: &mut RtcPeer,
) -> (
    rendezvous_client::DataChannel,
    (rendezvous_client::UnixMs, rendezvous_client::UnixMs),
) {
    let channel = peer.channel().await;
    (channel, peer.live().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_21_both_ask_for_more_time_and_one_leaves() {
    let stage = Stage::booked(json!({"duration_ms": 60_000, "extension_ms": 30_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let ((_, deadline), _) = tokio::join!(ann.live(), bo.live());
    ann.extend().await.unwrap();
    let by = bo.expect("the request", SOON, |event| match event {
        SessionEvent::ExtendRequested { by } => Ok(by),
        other => Err(other),
    });
    assert_eq!(by.await, stage.session.participants[0].user_id);
    bo.extend().await.unwrap();
    let ((_, of_ann), (_, of_bo)) = tokio::join!(ann.live(), bo.live());
    assert_eq!((of_ann, of_bo), (deadline + 30_000, deadline + 30_000));
    bo.extend().await.unwrap();
    let refusal = bo.refusal(SOON).await;
    assert_eq!(
        (refusal.code.as_str(), refusal.is_final),
        ("no_extensions_left", false)
    );

    ann.send(&json!({"hand": "raised"})).await.unwrap();
    let said = bo.expect("data", SOON, |event| match event {
        SessionEvent::Data(payload) => Ok(payload),
        other => Err(other),
    });
    assert_eq!(said.await.text(), r#"{"hand":"raised"}"#);
    let too_large = "x".repeat(4_095);
    let refused = ann.send(&too_large).await;
    assert_eq!(
        refused,
        Err(SessionError::TooLarge {
            bytes: 4_097,
            limit: 4_096
        })
    );

    bo.leave().await.unwrap();
    assert!(bo.snapshot().is_over(), "a program may end now");
    let (end, same) = tokio::join!(ann.ended(SOON), bo.ended(SOON));
    assert_eq!(
        (end.reason, same.reason),
        (EndReason::Left, EndReason::Left)
    );
    assert!(matches!(ann.snapshot().phase, SessionStage::Ended(_)));
    assert_eq!(ann.snapshot().media, MediaState::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_22_who_leaves_the_lobby_may_come_again_and_both_begin_anew() {
    let stage =
        Stage::booked(json!({"starts_at": testkit::now() + 600_000, "lobby_ms": 900_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let (mut first, _) = tokio::join!(ann.channel(), bo.channel());
    bo.leave().await.unwrap();
    bo.expect("left", SOON, |event| match event {
        SessionEvent::Left => Ok(()),
        other => Err(other),
    })
    .await;
    ann.wait_until(|state| !state.is_peer_here()).await.unwrap();
    assert_eq!(ann.send(&1).await, Err(SessionError::PeerAbsent));
    ann.forget();
    let mut bo = stage.join(1, with_notes).await;
    let (mut one, mut other) = tokio::join!(ann.channel(), bo.channel());
    exchange(&mut one, &mut other).await;
    let over = tokio::time::timeout(SOON, first.recv()).await;
    assert_eq!(over.expect("the first connection is closed"), None);
}

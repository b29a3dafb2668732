//! What a native peer keeps while the way to the service breaks.

use std::time::Duration;

use rendezvous_client::{MediaState, PeerPresence, SessionEvent, SocketState};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use testkit::{Break, Cut, RtcPeer, SOON, Service, Way, exchange};

use crate::stage::{Stage, with_notes};

/// Until a socket is open again: back-off, and a service that may have to start.
const BACK: Duration = Duration::from_secs(30);

async fn socket(peer: &mut RtcPeer, wanted: SocketState) {
    peer.expect(&format!("{wanted:?}"), BACK, |event| match event {
        SessionEvent::Socket(socket) if socket == wanted => Ok(()),
        other => Err(other),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_30_a_cut_socket_resumes_and_the_media_goes_on() {
    let stage = Stage::booked(json!({"duration_ms": 120_000})).await;
    let (mut ann, proxy) = stage.join_through(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let (mut one, mut other) = tokio::join!(ann.channel(), bo.channel());
    let ((_, deadline), _) = tokio::join!(ann.live(), bo.live());
    for how in Break::ALL {
        ann.forget();
        bo.forget();
        let way = Way::ToServer;
        proxy.newest().cut(Cut { way, after: 0, how });
        // A line that says nothing more is known by its silence; whoever changed their network need not wait for that.
        ann.reconnect_now().await.unwrap();
        socket(&mut ann, SocketState::Open).await;
        exchange(&mut one, &mut other).await;
        assert_eq!(ann.deadline(), deadline);
        assert_eq!(
            ann.snapshot().media,
            MediaState::Connected,
            "the same connection"
        );
        // Of a line that is frozen, and replaced before the service misses it, the other one hears nothing.
        bo.wait_until(|state| state.is_peer_here()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_31_signaling_is_killed_and_comes_back_with_the_same_deadline_and_the_media_never_stops()
 {
    let stage = Stage::booked(json!({"duration_ms": 120_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let (mut one, mut other) = tokio::join!(ann.channel(), bo.channel());
    let ((_, deadline), _) = tokio::join!(ann.live(), bo.live());
    ann.forget();
    bo.forget();
    stage.stack.kill(Service::Signaling);
    socket(&mut ann, SocketState::Lost).await;
    exchange(&mut one, &mut other).await;
    socket(&mut ann, SocketState::Open).await;
    socket(&mut bo, SocketState::Open).await;
    exchange(&mut one, &mut other).await;
    assert_eq!((ann.deadline(), bo.deadline()), (deadline, deadline));
    bo.leave().await.unwrap();
    assert_eq!(ann.ended(SOON).await.reason.name(), "left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_34_while_the_scheduler_stands_still_peers_come_back_with_the_tickets_that_they_have() {
    let stage = Stage::booked(json!({"duration_ms": 120_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let ((_, deadline), _) = tokio::join!(ann.live(), bo.live());
    ann.forget();
    let scheduler = stage.stack.child(Service::Scheduler).unwrap();
    let scheduler = Pid::from_raw(i32::try_from(scheduler).unwrap()).unwrap();
    kill_process(scheduler, Signal::STOP).unwrap();
    stage.stack.kill(Service::Signaling);
    socket(&mut ann, SocketState::Lost).await;
    socket(&mut ann, SocketState::Open).await;
    kill_process(scheduler, Signal::CONT).unwrap();
    assert_eq!(ann.deadline(), deadline);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_32_without_a_socket_media_ends_a_second_after_the_deadline() {
    let stage = Stage::booked(json!({"duration_ms": 4_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let ((_, deadline), _) = tokio::join!(ann.live(), bo.live());
    drop(stage);
    let end = ann.ended(Duration::from_secs(20)).await;
    assert_eq!(end.reason.name(), "completed");
    let late = end.ended_at.since(deadline);
    assert!((900..4_000).contains(&late), "{late} ms after the deadline");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_33_a_page_that_goes_keeps_its_seat_and_a_new_one_takes_it() {
    let stage = Stage::booked(json!({"duration_ms": 120_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    tokio::join!(ann.live(), bo.live());
    bo.close().await;
    ann.expect("that Bo is lost", SOON, |event| match event {
        SessionEvent::Peer(peer) if matches!(peer.presence, PeerPresence::Lost { .. }) => Ok(()),
        other => Err(other),
    })
    .await;
    ann.forget();
    let mut bo = stage.join(1, with_notes).await;
    let (mut one, mut other) = tokio::join!(ann.channel(), bo.channel());
    exchange(&mut one, &mut other).await;
}

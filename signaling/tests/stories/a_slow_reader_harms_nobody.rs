//! One of the two stops reading: it is closed, the other one never notices more than a lost peer.

use testkit::{BO, SOON};
use wire::RawJson;
use wire::signaling::{Data, PeerLost, Pong};

use crate::server::{SignalingServer, booking};

/// Frames of 4 KiB: more than the queue and both ends' TCP buffers take.
const FRAMES: usize = 1_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_170_a_slow_reader_is_closed_and_may_come_back() {
    let server = SignalingServer::with(|config| {
        config.limits.sockets.frames_burst = 10_000;
        config.limits.sockets.queue_frames = 16;
        config.limits.sockets.queue_bytes = 64 * 1024;
    })
    .await;
    let session = booking().countdown_ms(60_000).spec();
    let (mut ann, mut bo) = server.pair(&session).await;
    bo.socket().stall(true).await;
    let payload = RawJson::parse(format!("\"{}\"", "x".repeat(4_000))).unwrap();
    let flood = async {
        for _ in 0..FRAMES {
            ann.send(Data {
                payload: payload.clone(),
            })
            .await;
        }
        ann.expect::<PeerLost>(2 * SOON).await
    };
    assert_eq!(flood.await.user_id.as_str(), BO);
    ann.send_text(r#"{"type":"ping","sent_at":1}"#).await;
    ann.expect::<Pong>(SOON).await;

    bo.socket().stall(false).await;
    assert_eq!(bo.expect_close(SOON).await, Some(4002));
    let bo = bo.cut().await.resume().await;
    assert_eq!(
        bo.welcome.as_ref().unwrap().you.user_id.as_str(),
        BO,
        "and it may come back"
    );
}

//! Fifty sockets send ten thousand frames of garbage while two people negotiate: these two notice nothing.

use std::time::{Duration, Instant};

use testkit::{ANN, BO, RawSocket, SOON, TestPeer, exchange};
use wire::SIGNALING_SUBPROTOCOL;
use wire::signaling::{Pong, Welcome};

use crate::server::{SignalingServer, booking};

const SOCKETS: usize = 50;
const FRAMES: usize = 200;
/// In how many pieces, so that the flood lasts as long as the negotiation does.
const PIECES: usize = 20;
/// The promise is 2 s for the negotiation; the rest is for two cores that run the whole suite.
const NEGOTIATED: Duration = Duration::from_secs(8);

/// What no client says, in turn: not JSON, no frame, no field, no sense, nobody's epoch.
const GARBAGE: [&str; 8] = [
    "\u{0}\u{1}\u{2}",
    r#"{"type":"dance","id":1}"#,
    r#"{"type":"offer","epoch":1}"#,
    r#"{"type":"candidate","epoch":99,"candidate":{"candidate":"x"}}"#,
    r#"{"type":"data","payload":"to nobody"}"#,
    r#"{"type":"answer","epoch":7,"sdp":"v=0"}"#,
    r#"[[[[[[[["#,
    r#"{"type":"join","ticket":"again"}"#,
];

/// One socket's share, in pieces. It is closed for it again and again, and opens another.
async fn garbage(server: &SignalingServer, seed: usize) {
    let session = booking().spec();
    let join =
        serde_json::json!({"type": "join", "ticket": server.ticket(ANN, &session)}).to_string();
    for piece in 0..PIECES {
        let mut raw = RawSocket::upgraded(&server.url, SIGNALING_SUBPROTOCOL).await;
        // Every other one is in, and knows more ways to go wrong.
        if (piece + seed).is_multiple_of(2) {
            raw.send_text(&join).await;
        }
        for n in 0..FRAMES / PIECES {
            raw.send_text(GARBAGE[(seed + piece + n) % GARBAGE.len()])
                .await;
        }
        raw.text(SOON).await.expect("it is told something");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_253_two_peers_negotiate_in_ten_thousand_frames_of_garbage() {
    let server = SignalingServer::with(|config| {
        // The test is one address for all of them.
        config.limits.sockets.joins_per_second = 10_000;
        config.limits.sockets.joins_burst = 10_000;
    })
    .await;
    let flood = futures_util::future::join_all((0..SOCKETS).map(|seed| garbage(&server, seed)));
    let talk = async {
        let session = booking().spec();
        let began = Instant::now();
        let mut ann = server.native(ANN, &session);
        let mut bo = server.native(BO, &session);
        tokio::join!(ann.live(), bo.live());
        let took = began.elapsed();
        println!("live {took:?} after the join");
        assert!(took < NEGOTIATED, "{took:?}");
        let (mut at_ann, mut at_bo) = tokio::join!(ann.channel(), bo.channel());
        exchange(&mut at_bo, &mut at_ann).await;
    };
    tokio::join!(flood, talk);

    // Who behaves is served as before.
    let mut late = TestPeer::connect(&server.url).await;
    late.send_join(&server.ticket(BO, &booking().spec()), None)
        .await;
    late.expect::<Welcome>(SOON).await;
    late.send_text(r#"{"type":"ping","sent_at":1}"#).await;
    late.expect::<Pong>(SOON).await;
}

//! The network breaks at every byte of an exchange, in each way in which it can: the page comes back and
//! has everything, in order, once. The other person notices a loss and a return, and nothing else.

use std::time::Duration;

use testkit::{ANN, BO, Break, Cut, Proxy, SOON, TestBooking, TestPeer, Way};
use wire::signaling::{Negotiate, RelayedData, ServerFrame, Welcome};

use crate::server::SignalingServer;
use crate::talk::{data, hears, never_got, number, settled};

/// What is said in a round; each is some 50 bytes on the wire.
const SAID: usize = 4;
/// Bytes of a round after which it is cut: through three frames, whatever their numbers.
const BYTES: usize = 3 * 40;
/// What a break must never bring the other one.
const NEVER: [&str; 5] = ["peer_joined", "peer_left", "negotiate", "error", "data"];

/// A pair in a lobby whose start is far, Bo by way of a proxy.
struct ProxiedPair {
    _server: SignalingServer,
    proxy: Proxy,
    ann: TestPeer,
    bo: TestPeer,
}

async fn pair() -> ProxiedPair {
    let server = SignalingServer::with(|config| {
        // The test is one address, and says more than a person.
        config.limits.sockets.joins_per_second = 10_000;
        config.limits.sockets.joins_burst = 10_000;
        config.limits.sockets.frames_per_second = 10_000;
    })
    .await;
    let proxy = Proxy::to(&server.url).await;
    let session = TestBooking::starting_in(600_000).lobby_ms(700_000).spec();
    let mut ann = server.join(ANN, &session).await;
    let url = proxy.through(&server.url);
    let mut bo = TestPeer::join(&url, &server.ticket(BO, &session)).await;
    ann.expect::<Negotiate>(SOON).await;
    bo.expect::<Negotiate>(SOON).await;
    ann.forget();
    ProxiedPair {
        _server: server,
        proxy,
        ann,
        bo,
    }
}

/// Takes what still comes before the socket is closed.
async fn rest(peer: &mut TestPeer) -> Vec<usize> {
    let mut heard = Vec::new();
    while let Some(frame) = peer.next(SOON).await {
        heard.extend(said(frame));
    }
    heard
}

fn said(frame: ServerFrame) -> Option<usize> {
    match frame {
        ServerFrame::RelayedData(data) => Some(number(&data)),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_220_cut_at_any_byte_to_the_client_nothing_is_missed() {
    let mut pair = pair().await;
    for after in 0..BYTES {
        let how = Break::ALL[after % 3];
        let way = Way::ToClient;
        pair.proxy.newest().cut(Cut { way, after, how });
        for n in 0..SAID {
            pair.ann.send(data(n)).await;
        }
        settled(&mut pair.ann).await;
        let mut heard = match how {
            // Nobody tells the page: it comes back when it finds the silence too long.
            Break::Freeze => Vec::new(),
            Break::Reset | Break::HalfClose => rest(&mut pair.bo).await,
        };
        assert!(heard.len() < SAID, "it was cut");
        pair.bo = pair.bo.cut().await.resume().await;
        assert!(pair.bo.welcome.as_ref().unwrap().resumed);
        while heard.len() < SAID {
            let frame = pair.bo.expect::<RelayedData>(SOON).await;
            heard.push(number(&frame));
        }
        assert_eq!(heard, [0, 1, 2, 3], "{how:?} after {after} bytes");
        settled(&mut pair.bo).await;
        never_got(&mut pair.bo, &NEVER);
        never_got(&mut pair.ann, &NEVER);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_221_cut_at_any_byte_to_the_server_everything_takes_effect_once() {
    let mut pair = pair().await;
    for after in 0..BYTES {
        let how = Break::ALL[after % 3];
        let way = Way::ToServer;
        pair.proxy.newest().cut(Cut { way, after, how });
        let mut sent = Vec::new();
        for n in 0..SAID {
            sent.push((n, pair.bo.send_numbered(data(n)).await));
        }
        if how != Break::Freeze {
            rest(&mut pair.bo).await;
        }
        pair.bo = pair.bo.cut().await.resume().await;
        let welcome = pair.bo.welcome.clone().unwrap();
        assert!(welcome.resumed);
        assert!(
            Some(welcome.last_id) < sent.last().map(|(_, id)| *id),
            "it was cut"
        );
        // What a page does: it sends again what it numbered above `last_id`.
        for (n, id) in sent.iter().filter(|(_, id)| *id > welcome.last_id) {
            let again = format!(r#"{{"type":"data","id":{id},"payload":{n}}}"#);
            pair.bo.send_text(again).await;
        }
        settled(&mut pair.bo).await;
        for n in 0..SAID {
            hears(&mut pair.ann, n).await;
        }
        settled(&mut pair.ann).await;
        never_got(&mut pair.ann, &NEVER);
        never_got(&mut pair.bo, &NEVER);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_222_a_return_that_is_cut_at_any_byte_may_be_tried_again() {
    let mut pair = pair().await;
    // An upgrade and a `welcome` are some 1,500 bytes, an upgrade and a `join` some 1,200.
    for (round, after) in (0..1_100).step_by(19).enumerate() {
        let way = [Way::ToClient, Way::ToServer][round % 2];
        let how = [Break::Reset, Break::HalfClose][round / 2 % 2];
        let past = pair.bo.cut().await;
        pair.ann.send(data(0)).await;
        settled(&mut pair.ann).await;
        pair.proxy.cut_next(Cut { way, after, how });
        let mut heard = Vec::new();
        let past = match past.try_reopen().await {
            Ok(mut back) => {
                heard = rest(&mut back).await;
                back.cut().await
            }
            Err((past, _)) => past,
        };
        pair.ann.send(data(1)).await;
        pair.bo = past.resume().await;
        assert!(pair.bo.welcome.as_ref().unwrap().resumed, "{way:?} {after}");
        while heard.len() < 2 {
            heard.push(number(&pair.bo.expect::<RelayedData>(SOON).await));
        }
        assert_eq!(heard, [0, 1], "{way:?} {how:?} after {after} bytes");
        settled(&mut pair.bo).await;
        pair.bo.expect_no::<Welcome>(Duration::ZERO).await;
        never_got(&mut pair.ann, &NEVER);
    }
}

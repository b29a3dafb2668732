//! What the bench stands on, in small: it must not rot between two runs of it.

use std::time::{Duration, Instant};

use bench::relay;
use clap::Parser;
use load::{LoadTarget, Options};
use testkit::{ANN, Arrival, SOON, TestBooking, TestSocket, TicketSigner};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Parser)]
struct Flags {
    #[command(flatten)]
    options: Options,
}

fn options(flags: &[&str]) -> Options {
    Flags::parse_from([&["bench"], flags].concat()).options
}

/// The bare relay on a port of its own.
async fn reference() -> (String, JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    (url, tokio::spawn(relay::serve(listener)))
}

/// Both sides of one room.
async fn room(url: &str, number: usize) -> [TestSocket; 2] {
    let connect = async |side: usize| {
        let url = format!("{url}/{number}/{side}");
        let connected = TestSocket::try_connect(&url, &[]).await;
        connected.expect("the relay takes everybody")
    };
    [connect(0).await, connect(1).await]
}

async fn received(socket: &mut TestSocket) -> String {
    match socket.next(SOON).await {
        Some(Arrival::Text { text, .. }) => text,
        other => panic!("not a text: {other:?}"),
    }
}

/// Every frame names its sender. After the last one each side sends a mark; once every mark has come, all frames
/// before it have been relayed, and one that had gone astray would stand before the second mark.
#[tokio::test]
async fn lod_14_what_one_says_reaches_the_other_unchanged_and_nobody_else() {
    const FRAMES: usize = 20;
    let (url, serving) = reference().await;
    let mut rooms = [
        room(&url, 0).await,
        room(&url, 1).await,
        room(&url, 2).await,
    ];
    let frames_of = |room: usize, side: usize| {
        let frames =
            (0..FRAMES).map(move |n| format!("{room}/{side} says {n}: é \u{1F600} \"{{}}\""));
        frames.chain([format!("mark of {room}/{side}")])
    };
    for (number, room) in rooms.iter().enumerate() {
        for (side, socket) in room.iter().enumerate() {
            for text in frames_of(number, side) {
                socket.send_text(text).await;
            }
        }
    }
    for (number, room) in rooms.iter_mut().enumerate() {
        for (side, socket) in room.iter_mut().enumerate() {
            for text in frames_of(number, 1 - side) {
                assert_eq!(received(socket).await, text, "at {number}/{side}");
            }
        }
    }
    for (number, room) in rooms.iter().enumerate() {
        for (side, socket) in room.iter().enumerate() {
            socket.send_text(format!("end of {number}/{side}")).await;
        }
    }
    for (number, room) in rooms.iter_mut().enumerate() {
        for (side, socket) in room.iter_mut().enumerate() {
            let end = format!("end of {number}/{}", 1 - side);
            assert_eq!(received(socket).await, end, "at {number}/{side}");
        }
    }
    serving.abort();
}

#[tokio::test]
async fn lod_14_pairs_exchange_through_the_reference_and_through_nobody_else() {
    let (url, serving) = reference().await;
    let options = options(&["--pairs", "3", "--exchanges", "4", "--join-rate", "0"]);
    let target = LoadTarget::Reference { url };
    let running = load::run(&target, options, CancellationToken::new());
    let report = tokio::time::timeout(Duration::from_secs(60), running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.operations, 12, "{report:?}");
    assert_eq!(report.messages, 12 * 22, "each reached one, once");
    assert!(report.errors.is_empty(), "{report:?}");
    serving.abort();
}

/// No processor verifies an Ed25519 signature in less, in seconds: the quickest take about 15 µs.
const QUICKEST_VERIFICATION_S: f64 = 5e-6;

#[tokio::test]
async fn lod_15_the_costs_that_bars_allow_can_be_measured() {
    let began = Instant::now();
    let cost = bench::tickets::measure(500).await.unwrap();
    let elapsed = began.elapsed().as_secs_f64();
    assert_eq!(cost.verified, 500);
    assert!(cost.seconds_each >= QUICKEST_VERIFICATION_S, "{cost:?}");
    // The median of two batches is the slower one; the other took something too.
    assert!(
        cost.seconds_each * 250.0 < elapsed,
        "{cost:?} in {elapsed} s"
    );

    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let cost = bench::commits::measure(10, 3, folder.path()).await.unwrap();
    let elapsed = began.elapsed().as_secs_f64() * 1e3;
    assert_eq!(cost.commit_ms.len(), 3);
    assert!(cost.commit_ms.iter().all(|ms| *ms > 0.0), "{cost:?}");
    assert!(cost.commit_ms.iter().sum::<f64>() < elapsed, "{cost:?}");
}

#[tokio::test]
async fn lod_15_a_ticket_that_the_product_refuses_has_no_cost() {
    let [own, other] = [TicketSigner::start().await, TicketSigner::start().await];
    let spec = TestBooking::new().spec();
    let foreign = other.signaling(ANN, &spec);
    let refused = bench::tickets::cost_of(&foreign, &own, 1).await;
    assert!(refused.unwrap_err().contains("refused"));
    let ended = TestBooking::starting_in(-86_400_000).spec();
    let expired = own.signaling(ANN, &ended);
    assert!(bench::tickets::cost_of(&expired, &own, 1).await.is_err());
    let good = own.signaling(ANN, &spec);
    assert!(bench::tickets::cost_of(&good, &own, 1).await.is_ok());
}

#[tokio::test]
async fn lod_15_every_round_commits_every_session() {
    let folder = tempfile::tempdir().unwrap();
    let cost = bench::commits::measure(10, 3, folder.path()).await.unwrap();
    assert_eq!(cost.rows_of_last_round, 10, "{cost:?}");
}

#[tokio::test]
async fn lod_36_every_message_of_a_bare_group_commit_is_stored_and_many_share_one() {
    let folder = tempfile::tempdir().unwrap();
    let lasts = Duration::from_millis(300);
    let many = bench::message_commits::measure(8, lasts, folder.path())
        .await
        .unwrap();
    assert!(many.messages > 0 && many.p50_ms > 0.0, "{many:?}");
    assert_eq!(many.stored, many.messages, "{many:?}");
    assert!(many.commits < many.messages, "{many:?}");
    let alone = bench::message_commits::measure(1, lasts, folder.path())
        .await
        .unwrap();
    assert_eq!(alone.commits, alone.messages, "{alone:?}");
}

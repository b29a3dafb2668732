//! The disk does not answer: what waits for it waits 100 ms at most, in its order, and is counted.

use storage::{Database, Schema};
use testkit::{Http, SOON};
use wire::EndReason;
use wire::signaling::{Countdown, Ended, Ending, Live};

use crate::server::{SignalingServer, booking, connected};

/// The wait, and some for two busy cores, in milliseconds.
const LATEST_MS: i64 = 100 + 250;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_171_live_and_ended_go_out_without_the_store_in_order_and_counted() {
    let server = SignalingServer::start().await;
    let session = booking().countdown_ms(800).duration_ms(1_000).spec();
    let (mut ann, mut bo) = server.pair(&session).await;
    connected(&mut ann).await;
    connected(&mut bo).await;
    let live_at = ann.expect::<Countdown>(SOON).await.live_at;
    server.scheduler.received(&session, "session.joined").await;

    // Another process keeps the write lock through live and ended.
    let file = server.data_dir().join("signaling/signaling.db");
    let other = Database::open_file(&file, Schema::signaling())
        .await
        .unwrap();
    let lock = other.begin().await.unwrap();

    let live = ann.expect::<Live>(SOON).await;
    let late = ann.last_at.since(live_at);
    assert!((0..=LATEST_MS).contains(&late), "{late} ms after live_at");
    ann.forget();
    ann.expect_next::<Ending>(SOON).await;
    assert_eq!(
        ann.expect_next::<Ended>(SOON).await.reason,
        EndReason::Completed
    );
    let late = ann.last_at.since(live.deadline_at);
    assert!(
        (0..=LATEST_MS).contains(&late),
        "{late} ms after the deadline"
    );
    assert_eq!(ann.expect_close(SOON).await, Some(4504));
    assert!(held_too_long(&server).await >= 2.0);

    drop(lock);
    let ended = server.scheduler.received(&session, "session.ended").await;
    assert!(ended.occurred_at >= live.deadline_at);
}

async fn held_too_long(server: &SignalingServer) -> f64 {
    let answer = Http::new().get(&server.metrics).await;
    let text = answer.body.as_str().unwrap().to_owned();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("signaling_held_too_long_total "));
    line.map_or(0.0, |value| value.parse().unwrap())
}

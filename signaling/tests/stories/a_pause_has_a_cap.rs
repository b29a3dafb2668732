//! With `on_loss: pause` the clock stands while somebody is lost, all in all for `max_pause_ms`.

use std::time::Duration;

use testkit::SOON;
use wire::OnLoss;
use wire::signaling::{Ended, Live, Paused, PeerLost};

use crate::server::{SignalingServer, booking};
use crate::talk::settled;

/// All pauses together, in milliseconds.
const CAP_MS: i64 = 1_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_234_pauses_last_as_long_as_their_cap_together() {
    let server = SignalingServer::start().await;
    let booking = booking().duration_ms(4_000).with(|spec| {
        spec.on_loss = OnLoss::Pause;
        spec.max_pause_ms = CAP_MS;
    });
    let (mut ann, mut bo, live) = server.live_pair(&booking.spec()).await;

    // Once he is back within the cap: both are told that the clock runs again.
    let past = bo.cut().await;
    let first = ann.expect::<Paused>(SOON).await;
    assert!(first.until.since(live.started_at) >= CAP_MS);
    bo = past.resume().await;
    let again = ann.expect::<Live>(SOON).await;
    assert_eq!(bo.expect::<Live>(SOON).await.deadline_at, again.deadline_at);
    assert_eq!(again.started_at, live.started_at);
    let used = again.deadline_at.since(live.deadline_at);
    assert!((0..CAP_MS).contains(&used), "{used}");

    // Then he stays away: the rest of the cap is used up, and the clock runs without him.
    let past = bo.cut().await;
    let second = ann.expect::<Paused>(SOON).await;
    let alone = ann.expect::<Live>(SOON).await;
    assert!(ann.last_at >= second.until, "not before the cap");
    assert_eq!(alone.deadline_at, second.until + second.remaining_ms);
    assert_eq!(
        alone.deadline_at.since(live.deadline_at),
        CAP_MS,
        "no more than the cap"
    );

    // Nothing is left for a third one.
    bo = past.resume().await;
    settled(&mut bo).await;
    ann.expect::<PeerLost>(SOON).await;
    ann.expect::<PeerLost>(SOON).await;
    bo.cut().await;
    ann.expect::<PeerLost>(SOON).await;
    settled(&mut ann).await;
    ann.expect_no::<Paused>(Duration::ZERO).await;
    ann.expect::<Ended>(2 * SOON).await;
    assert!(ann.last_at.since(alone.deadline_at) >= -5, "not early");
}

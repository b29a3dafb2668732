//! Processes that are told to stop, and start again.

use std::time::Duration;

use faults::{
    AcknowledgedMessages, LivePair, MessageWriter, ReconnectingClients, Reconnection,
    ServiceProcess, busiest_second, row,
};
use futures_util::future::join_all;
use rustix::process::Signal;
use testkit::{ANN, BookedRoom, SOON, Service, TestBooking, TicketSigner, now};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use wire::Phase;
use wire::signaling::{Ended, Live};

/// Sockets in the room when the service is told to stop.
const SOCKETS: usize = 500;
/// A stop ends within it.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// From the signal to the last one being back.
const BACK_LIMIT: Duration = Duration::from_secs(15);
/// Handshakes in any one second while all come back.
const HANDSHAKES_PER_SECOND: usize = 100;
/// Pairs that begin at once; more would only wait for each other.
const AT_ONCE: usize = 25;
/// How late `ended` may be on a machine that is busy with other things, in milliseconds.
const ENDED_LATE_MS: i64 = 1_000;

#[test]
fn flt_40_five_hundred_sockets_are_back_within_15_s_of_a_restart() {
    row(async {
        let signer = TicketSigner::start().await;
        let mut signaling = ServiceProcess::new(Service::Signaling, &signer)
            .started()
            .await;
        let pairs = live_couples(&signaling, &signer, SOCKETS / 2, Some(22_000)).await;

        let told_at = Instant::now();
        let (crowd, lives) = gather(pairs);
        signaling.signal(Signal::TERM);
        let status = signaling.gone(STOP_LIMIT).await;
        assert!(status.success(), "{status}");
        let stopped_ms = told_at.elapsed().as_millis();
        signaling.start().await;
        let returns = crowd.back().await;

        let slowest = returns
            .iter()
            .map(|one| one.back_at - told_at)
            .max()
            .unwrap();
        let busiest = busiest_second(&returns);
        println!(
            "stopped in {stopped_ms} ms; {} back within {slowest:?}, at most {busiest} in a second",
            returns.len()
        );
        assert_eq!(returns.len(), SOCKETS);
        assert!(
            slowest <= BACK_LIMIT,
            "the last one was back after {slowest:?}"
        );
        assert!(busiest <= HANDSHAKES_PER_SECOND, "{busiest} in one second");
        check_sessions(returns, &lives).await;
    });
}

#[test]
fn flt_32_a_storm_of_restarts_loses_no_session_and_no_message() {
    row(restarts(3, Duration::ZERO));
}

/// Both services are told to stop and started again, over and over, under calls and messages.
async fn restarts(times: usize, apart: Duration) {
    let signer = TicketSigner::start().await;
    let mut signaling = ServiceProcess::new(Service::Signaling, &signer)
        .started()
        .await;
    let mut chat = ServiceProcess::new(Service::Chat, &signer).started().await;
    let room = BookedRoom::new();
    let ticket = signer.chat(ANN, std::slice::from_ref(&room.0));
    let acknowledged = AcknowledgedMessages::default();
    let mut writer = MessageWriter::new("ann", &ticket, &room.id(), &acknowledged);
    let pairs = live_couples(&signaling, &signer, 10, None).await;
    let (mut crowd, lives) = gather(pairs);
    for _ in 0..times {
        writer.connect(&chat.ws()).await;
        let stop = async {
            sleep(Duration::from_millis(200)).await;
            for service in [&mut signaling, &mut chat] {
                service.signal(Signal::TERM);
            }
            for service in [&mut signaling, &mut chat] {
                let status = service.gone(STOP_LIMIT).await;
                assert!(status.success(), "{status}");
                service.start().await;
            }
        };
        tokio::join!(writer.write_on(), stop);
        let returns = crowd.back().await;
        assert_eq!(returns.len(), 20);
        for one in &returns {
            let session = &one.peer.welcome.as_ref().unwrap().session;
            assert_eq!(session.phase, Phase::Live);
            let kept = |live: &Live| Some(live.deadline_at) == session.deadline_at;
            assert!(lives.iter().any(kept));
        }
        crowd = ReconnectingClients::of(returns.into_iter().map(|one| one.peer));
        sleep(apart).await;
    }
    let stored = acknowledged.check(&chat.http(), &ticket, &room.id()).await;
    assert!(
        acknowledged.len() > times,
        "{} acknowledged",
        acknowledged.len()
    );
    println!(
        "{times} restarts: {} acknowledged, {stored} stored",
        acknowledged.len()
    );
}

/// Pairs whose clocks run. Of every batch some end together, so many milliseconds from now.
async fn live_couples(
    signaling: &ServiceProcess,
    signer: &TicketSigner,
    count: usize,
    some_end_in: Option<i64>,
) -> Vec<LivePair> {
    let url = signaling.ws();
    let mut pairs = Vec::with_capacity(count);
    let ends_at = some_end_in.map(|ms| now() + ms);
    while pairs.len() < count {
        let batch = (0..AT_ONCE.min(count - pairs.len())).map(|place| {
            let ending = ends_at.filter(|_| place % 10 == 0);
            let duration_ms = ending.map_or(600_000, |at| at.since(now()));
            let booking = TestBooking::new().countdown_ms(1).duration_ms(duration_ms);
            LivePair::live(&url, signer, booking)
        });
        pairs.extend(join_all(batch).await);
    }
    pairs
}

fn gather(pairs: Vec<LivePair>) -> (ReconnectingClients, Vec<Live>) {
    let lives = pairs.iter().map(|pair| pair.live.clone()).collect();
    let peers = pairs.into_iter().flat_map(|pair| [pair.ann, pair.bo]);
    (ReconnectingClients::of(peers), lives)
}

/// No session was lost or changed, and those that end now end on time.
async fn check_sessions(returns: Vec<Reconnection>, lives: &[Live]) {
    let mut ending = JoinSet::new();
    for Reconnection { mut peer, .. } in returns {
        let session = &peer.welcome.as_ref().unwrap().session;
        assert_eq!(session.phase, Phase::Live);
        let deadline_at = session.deadline_at.unwrap();
        assert!(lives.iter().any(|live| live.deadline_at == deadline_at));
        if deadline_at.since(now()) < 60_000 {
            ending.spawn(async move {
                let left = deadline_at.since(now()).max(0).unsigned_abs();
                peer.expect::<Ended>(Duration::from_millis(left) + SOON)
                    .await;
                peer.last_at.since(deadline_at)
            });
        }
    }
    assert!(!ending.is_empty());
    while let Some(late_ms) = ending.join_next().await {
        let late_ms = late_ms.unwrap();
        assert!((-5..ENDED_LATE_MS).contains(&late_ms), "{late_ms} ms late");
    }
}

mod long {
    use super::*;

    #[test]
    fn flt_32_a_minute_of_restarts_loses_no_session_and_no_message() {
        // A stop, a start and the way back take about two seconds of the five.
        row(restarts(12, Duration::from_secs(3)));
    }
}

//! A process that stands still, and clocks that jump.

use std::time::Duration;

use faults::{FakeClock, LivePair, ServiceProcess, UnaffectedPair, row};
use rustix::process::Signal;
use testkit::{SOON, Service, TestBooking, TestPeer, TicketSigner};
use tokio::time::{Instant, sleep};
use wire::signaling::{Data, Ended, RelayedData, ServerFrame};
use wire::{CloseCode, EndReason, ErrorCode, RawJson};

/// How late what was due meanwhile may be once the process runs again: it has much to catch up with.
const CATCH_UP: Duration = Duration::from_secs(2);

#[test]
fn flt_16_a_pause_that_a_deadline_falls_into_ends_that_session_once() {
    row(stands_still_for(Duration::from_secs(4)));
}

/// The service stops for `span` and goes on: nobody has to start anything, and nothing happens twice.
async fn stands_still_for(span: Duration) {
    let signer = TicketSigner::start().await;
    let signaling = ServiceProcess::new(Service::Signaling, &signer)
        .started()
        .await;
    let long = TestBooking::new().duration_ms(600_000).countdown_ms(1);
    let mut staying = LivePair::live(&signaling.ws(), &signer, long).await;
    let short = TestBooking::new().duration_ms(2_000).countdown_ms(1);
    let mut ending = LivePair::live(&signaling.ws(), &signer, short).await;

    signaling.signal(Signal::STOP);
    let said = say(&mut staying.ann, "into the silence").await;
    sleep(span).await;
    signaling.signal(Signal::CONT);
    let began = Instant::now();
    for peer in [&mut ending.ann, &mut ending.bo] {
        ends_once(peer).await;
    }
    assert!(began.elapsed() < CATCH_UP + SOON);
    let ticket = ending.ticket(&signer, 0);
    let (error, _) = TestPeer::refused(&signaling.ws(), &ticket).await;
    assert_eq!(error.code, ErrorCode::SessionOver);

    staying.ann = still_or_again(staying.ann).await;
    staying.bo = still_or_again(staying.bo).await;
    let welcome = staying.ann.welcome.as_ref().unwrap();
    if welcome.resumed && welcome.last_id < said {
        // What the server has not taken before it gave the socket up, the page says again.
        say(&mut staying.ann, "into the silence").await;
    }
    // It comes once: a repeat would be a wrong word below.
    let word = staying.bo.expect::<RelayedData>(SOON).await;
    assert_eq!(word.payload.text(), "\"into the silence\"");
    staying.round_trip("and on we go").await;
}

/// It is told that the session is over, or that it was silent for too long: then the ticket tells it.
async fn ends_once(peer: &mut TestPeer) {
    let code = peer.expect_close(CATCH_UP + SOON).await;
    let ends = peer.skipped().filter_map(|frame| match frame {
        ServerFrame::Ended(ended) => Some(ended.reason),
        _ => None,
    });
    let ends: Vec<_> = ends.collect();
    if code == Some(CloseCode::HeartbeatTimeout as u16) {
        assert!(ends.is_empty(), "{ends:?}");
    } else {
        assert_eq!(code, Some(CloseCode::SessionOver as u16));
        assert_eq!(ends, [EndReason::Completed]);
    }
}

/// It has its socket still, or was told that it was silent for too long and comes back.
async fn still_or_again(mut peer: TestPeer) -> TestPeer {
    match peer.closes_within(Duration::from_secs(1)).await {
        None => peer,
        Some(code) => {
            assert_eq!(code, Some(CloseCode::HeartbeatTimeout as u16));
            let peer = peer.resume().await;
            assert!(peer.welcome.as_ref().unwrap().resumed);
            peer
        }
    }
}

async fn say(peer: &mut TestPeer, word: &str) -> u64 {
    let payload = RawJson::parse(format!("{word:?}")).unwrap();
    peer.send_numbered(Data { payload }).await
}

/// How long a session is live over which the clock jumps, in milliseconds.
const LIVE_MS: i64 = 3_000;

#[test]
fn flt_15_a_clock_that_jumps_ends_no_session_early_or_late() {
    row(async {
        let signer = TicketSigner::start().await;
        let Some(clock) = FakeClock::new() else {
            return;
        };
        let service = ServiceProcess::new(Service::Signaling, &signer);
        let service = clock.under(service).started().await;
        for (offset, fault) in [("+3600", None), ("-7200", Some("not_yet_valid"))] {
            clock.set("+0");
            sleep(Duration::from_millis(1_500)).await;
            let url = service.ws();
            let unaffected = UnaffectedPair::of(&service, &signer).await;
            let before = service.metrics().await;
            let booking = TestBooking::new().countdown_ms(1).duration_ms(LIVE_MS);
            let mut pair = LivePair::live(&url, &signer, booking).await;
            let lives = Instant::now();
            sleep(Duration::from_secs(1)).await;
            clock.set(offset);
            for peer in [&mut pair.ann, &mut pair.bo] {
                peer.expect::<Ended>(SOON * 2).await;
            }
            let lived = lives.elapsed();
            println!("{offset} s: ended after {lived:?} of {LIVE_MS} ms");
            let late = lived.as_millis().cast_signed() - i128::from(LIVE_MS);
            assert!((-300..1_500).contains(&late), "{offset}: {lived:?}");
            unaffected.unharmed(SOON).await;
            let after = service.metrics().await;
            after.assert_rose("clock_jumps_total", &before);
            // Whether a ticket is good is a matter of the wall clock.
            if let Some(reason) = fault {
                let spec = TestBooking::new().spec();
                let ticket = signer.signaling(testkit::ANN, &spec);
                let (error, code) = TestPeer::refused(&url, &ticket).await;
                assert_eq!(error.reason.as_deref(), Some(reason));
                assert_eq!(code, Some(CloseCode::Unauthenticated as u16));
            }
        }
    });
}

mod long {
    use super::*;

    #[test]
    fn flt_16_forty_seconds_of_standing_still_cost_nobody_the_session() {
        row(stands_still_for(Duration::from_secs(40)));
    }
}

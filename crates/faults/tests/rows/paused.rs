//! A process that stands still, and clocks that jump.

use std::path::PathBuf;
use std::time::Duration;

use faults::{Bystanders, Couple, Lone, need, row};
use rustix::process::Signal;
use testkit::{Booking, SOON, Service, TestPeer, TicketSigner};
use tokio::time::{Instant, sleep};
use wire::signaling::{Data, Ended, RelayedData};
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
    let signaling = Lone::new(Service::Signaling, &signer).started().await;
    let long = Booking::new().duration_ms(600_000).countdown_ms(1);
    let mut staying = Couple::live(&signaling.ws(), &signer, long).await;
    let short = Booking::new().duration_ms(2_000).countdown_ms(1);
    let mut ending = Couple::live(&signaling.ws(), &signer, short).await;

    signaling.signal(Signal::STOP);
    say(&mut staying.ann, "into the silence").await;
    sleep(span).await;
    signaling.signal(Signal::CONT);
    let began = Instant::now();
    for peer in [&mut ending.ann, &mut ending.bo] {
        let ended = peer.expect::<Ended>(CATCH_UP + SOON).await;
        assert_eq!(ended.reason, EndReason::Completed);
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
        peer.expect_no::<Ended>(Duration::from_millis(1)).await;
    }
    assert!(began.elapsed() < CATCH_UP + SOON);
    let ticket = ending.ticket(&signer, 0);
    let (error, _) = TestPeer::refused(&signaling.ws(), &ticket).await;
    assert_eq!(error.code, ErrorCode::SessionOver);

    let mut staying = returned(staying).await;
    // What was said before comes once: a repeat would be a gap or a wrong word.
    let word = staying.bo.expect::<RelayedData>(SOON).await;
    assert_eq!(word.payload.text(), "\"into the silence\"");
    staying.talk("and on we go").await;
}

/// Each has its socket still, or was told that it was silent for too long and comes back.
async fn returned(couple: Couple) -> Couple {
    let Couple { ann, bo, .. } = couple;
    Couple {
        ann: still_or_again(ann).await,
        bo: still_or_again(bo).await,
        ..couple
    }
}

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

async fn say(peer: &mut TestPeer, word: &str) {
    let payload = RawJson::parse(format!("{word:?}")).unwrap();
    peer.send(Data { payload }).await;
}

/// A service whose wall clock a file sets: an offset in seconds.
struct Watch {
    lone: Lone,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Watch {
    async fn start(signer: &TicketSigner) -> Option<Self> {
        let library = faketime()?;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("offset");
        std::fs::write(&file, "+0").unwrap();
        let lone = Lone::new(Service::Signaling, signer)
            .with("LD_PRELOAD", library.to_str().unwrap())
            .with("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap())
            .with("FAKETIME_NO_CACHE", "1")
            // What is measured, not told, stays: that is how a clock jumps.
            .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .with("DONT_FAKE_MONOTONIC", "1");
        Some(Self {
            lone: lone.started().await,
            file,
            _folder: folder,
        })
    }

    fn jump(&self, offset: &str) {
        std::fs::write(&self.file, offset).unwrap();
    }
}

/// Where Debian's package has the library for programs with threads.
fn faketime() -> Option<PathBuf> {
    if !need("faketime") {
        return None;
    }
    let places = std::fs::read_dir("/usr/lib")
        .unwrap()
        .filter_map(Result::ok);
    let mut found = places
        .map(|place| place.path().join("faketime/libfaketimeMT.so.1"))
        .filter(|path| path.is_file());
    Some(found.next().expect("libfaketime beside faketime"))
}

#[test]
fn flt_15_a_clock_that_jumps_ends_no_session_early_or_late() {
    row(async {
        let signer = TicketSigner::start().await;
        let Some(watch) = Watch::start(&signer).await else {
            return;
        };
        for (offset, fault) in [("+3600", None), ("-7200", Some("not_yet_valid"))] {
            watch.jump("+0");
            sleep(Duration::from_millis(1_500)).await;
            let url = watch.lone.ws();
            let bystanders = Bystanders::of(&watch.lone, &signer).await;
            let booking = Booking::new().countdown_ms(1).duration_ms(5_000);
            let mut couple = Couple::live(&url, &signer, booking).await;
            let lives = Instant::now();
            sleep(Duration::from_secs(1)).await;
            watch.jump(offset);
            for peer in [&mut couple.ann, &mut couple.bo] {
                peer.expect::<Ended>(Duration::from_secs(5) + SOON).await;
            }
            let lived = lives.elapsed();
            println!("{offset} s: ended after {lived:?} of 5 s");
            let wanted = Duration::from_millis(4_700)..Duration::from_millis(6_500);
            assert!(wanted.contains(&lived), "{offset}: {lived:?}");
            bystanders.unharmed(SOON).await;
            // Whether a ticket is good is a matter of the wall clock.
            if let Some(reason) = fault {
                let spec = Booking::new().spec();
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

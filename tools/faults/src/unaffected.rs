//! Two people of another session, who must not notice what happens to others.

use std::time::Duration;

use testkit::{SOON, TestBooking, TicketSigner};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::signaling::PeerLost;

use crate::{LivePair, ServiceProcess};

/// Pause between two round trips.
const EVERY: Duration = Duration::from_millis(100);

/// A pair that exchanges data all the time, in a task of its own.
#[derive(Debug)]
pub struct UnaffectedPair {
    stop: watch::Sender<bool>,
    task: JoinHandle<(u32, Duration)>,
}

impl UnaffectedPair {
    /// Both join a session of their own, and begin to exchange data.
    pub async fn of(service: &ServiceProcess, signer: &TicketSigner) -> Self {
        let booking = TestBooking::new().duration_ms(600_000);
        let pair = LivePair::live(&service.ws(), signer, booking).await;
        let (stop, stopped) = watch::channel(false);
        Self {
            stop,
            task: tokio::spawn(exchange_until_stopped(pair, stopped)),
        }
    }

    /// Stops them. They must have been able to talk, with no answer slower than `limit`; how often
    /// they did.
    ///
    /// # Panics
    /// When they could not.
    pub async fn unharmed(self, limit: Duration) -> u32 {
        self.stop.send(true).ok();
        let (round_trips, longest) = self.task.await.expect("the unaffected pair kept going");
        assert!(
            round_trips > 0,
            "the unaffected pair never completed a round trip"
        );
        assert!(longest <= limit, "the unaffected pair waited {longest:?}");
        round_trips
    }
}

async fn exchange_until_stopped(
    mut pair: LivePair,
    mut stop: watch::Receiver<bool>,
) -> (u32, Duration) {
    let (mut round_trips, mut longest) = (0, Duration::ZERO);
    loop {
        let took = pair.round_trip(&format!("text {round_trips}")).await;
        longest = longest.max(took);
        round_trips += 1;
        tokio::select! {
            _ = stop.changed() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    let took = tokio::time::timeout(SOON, pair.round_trip("the end")).await;
    for peer in [&pair.ann, &pair.bo] {
        peer.assert_none::<PeerLost>();
    }
    (
        round_trips,
        longest.max(took.expect("the last word arrives")),
    )
}

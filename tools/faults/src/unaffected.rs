//! Two people of another session, who must not notice what happens to others.

use std::time::Duration;

use testkit::{SOON, TestBooking, TicketSigner};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::signaling::PeerLost;

use crate::{LivePair, ServiceProcess};

/// Pause between two words.
const EVERY: Duration = Duration::from_millis(100);

/// A pair that talks all the time in a task of its own.
#[derive(Debug)]
pub struct UnaffectedPair {
    stop: watch::Sender<bool>,
    talking: JoinHandle<(u32, Duration)>,
}

impl UnaffectedPair {
    /// Both join a session of their own, and begin to talk.
    pub async fn of(service: &ServiceProcess, signer: &TicketSigner) -> Self {
        let booking = TestBooking::new().duration_ms(600_000);
        let pair = LivePair::live(&service.ws(), signer, booking).await;
        let (stop, stopped) = watch::channel(false);
        Self {
            stop,
            talking: tokio::spawn(talk(pair, stopped)),
        }
    }

    /// Stops them. They must have been able to talk, with no answer slower than `limit`; how often
    /// they did.
    ///
    /// # Panics
    /// When they could not.
    pub async fn unharmed(self, limit: Duration) -> u32 {
        self.stop.send(true).ok();
        let (words, longest) = self
            .talking
            .await
            .expect("the unaffected pair kept talking");
        assert!(words > 0, "the unaffected pair never got a word through");
        assert!(longest <= limit, "a bystander waited {longest:?}");
        words
    }
}

async fn talk(mut pair: LivePair, mut stop: watch::Receiver<bool>) -> (u32, Duration) {
    let (mut words, mut longest) = (0, Duration::ZERO);
    loop {
        let took = pair.talk(&format!("word {words}")).await;
        longest = longest.max(took);
        words += 1;
        tokio::select! {
            _ = stop.changed() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    let took = tokio::time::timeout(SOON, pair.talk("the end")).await;
    for peer in [&pair.ann, &pair.bo] {
        peer.assert_none::<PeerLost>();
    }
    (words, longest.max(took.expect("the last word arrives")))
}

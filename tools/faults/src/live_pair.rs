//! Two people in a session of a service that runs alone, as a row needs them: live, talking, and
//! coming back.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{SOON, TestBooking, TestPeer, TicketSigner};
use wire::signaling::{Connected, Data, Live, Negotiate, RelayedData};
use wire::{RawJson, SessionSpec, UserId};

/// Both ends of a live session.
#[derive(Debug)]
pub struct LivePair {
    /// What was booked.
    pub spec: SessionSpec,
    /// The first of the two.
    pub ann: TestPeer,
    /// The second of the two.
    pub bo: TestPeer,
    /// The `live` frame that both got.
    pub live: Live,
}

impl LivePair {
    /// Both join and report `connected`; the clock runs.
    ///
    /// # Panics
    /// When they don't get so far.
    pub async fn live(url: &str, signer: &TicketSigner, booking: TestBooking) -> Self {
        Self::live_by([url, url], signer, booking).await
    }

    /// As [`Self::live`], each by a way of their own.
    ///
    /// # Panics
    /// When they don't get so far.
    pub async fn live_by(urls: [&str; 2], signer: &TicketSigner, booking: TestBooking) -> Self {
        let spec = with_unique_users(booking.spec());
        let [ann, bo] = [0, 1].map(|one| ticket_of(signer, &spec, one));
        let mut ann = TestPeer::join(urls[0], &ann).await;
        let mut bo = TestPeer::join(urls[1], &bo).await;
        for peer in [&mut ann, &mut bo] {
            let epoch = peer.expect::<Negotiate>(SOON).await.epoch;
            peer.send(Connected { epoch }).await;
        }
        let live = ann.expect::<Live>(SOON * 2).await;
        assert_eq!(bo.expect::<Live>(SOON).await.deadline_at, live.deadline_at);
        Self {
            spec,
            ann,
            bo,
            live,
        }
    }

    /// Sends `text` from one to the other and back; gives how long that took.
    ///
    /// # Panics
    /// When it does not arrive.
    pub async fn round_trip(&mut self, text: &str) -> Duration {
        let began = Instant::now();
        let payload = RawJson::parse(json!(text).to_string()).unwrap();
        let (ann, bo) = (&mut self.ann, &mut self.bo);
        ann.send(Data {
            payload: payload.clone(),
        })
        .await;
        expect_data(bo, &payload).await;
        bo.send(Data {
            payload: payload.clone(),
        })
        .await;
        expect_data(ann, &payload).await;
        began.elapsed()
    }

    /// Both come back with their resume tokens, the first one first.
    ///
    /// # Panics
    /// When one is refused.
    pub async fn back(self) -> Self {
        Self {
            ann: self.ann.resume().await,
            bo: self.bo.resume().await,
            ..self
        }
    }

    /// A ticket of the one or the other.
    #[must_use]
    pub fn ticket(&self, signer: &TicketSigner, index: usize) -> String {
        ticket_of(signer, &self.spec, index)
    }
}

/// The same booking for two users of no other session: limits are per person too.
#[must_use]
pub(crate) fn with_unique_users(mut spec: SessionSpec) -> SessionSpec {
    for person in &mut spec.participants {
        person.user_id = UserId(format!("{}-{}", person.user_id, spec.id));
    }
    spec
}

pub(crate) fn ticket_of(signer: &TicketSigner, spec: &SessionSpec, index: usize) -> String {
    signer.signaling(spec.participants[index].user_id.as_str(), spec)
}

async fn expect_data(peer: &mut TestPeer, payload: &RawJson) {
    let data = peer.expect::<RelayedData>(SOON).await;
    assert_eq!(&data.payload, payload, "other data came first");
}

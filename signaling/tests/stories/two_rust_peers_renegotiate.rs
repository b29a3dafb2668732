//! Two peers of the `webrtc` crate renegotiate again and again, also both at once, and restart ICE from
//! either side: by perfect negotiation (W3C WebRTC, section 10.7) with the `polite` that `welcome` gave.

use std::sync::Arc;
use std::time::Duration;

use testkit::{ANN, BO};
use tokio::sync::watch;
use tokio::time::timeout;
use webrtc::data_channel::DataChannel;
use webrtc::peer_connection::{PeerConnection, RTCPeerConnectionState, RTCSessionDescription};
use wire::signaling::{Answer, Offer, ServerFrame};

use crate::rtc_peer::{Happening, RtcPeer, UP, exchange, opened, person, theirs};
use crate::server::{SignalingServer, booking};

/// Offers of each side that must be answered.
const OFFERS: usize = 50;
/// Longest time for all of them, on two busy cores.
const ALL: Duration = Duration::from_secs(60);

/// Who negotiates, and what is on its way.
struct Negotiator<'a, P> {
    person: &'a mut RtcPeer<P>,
    polite: bool,
    /// Own offers that are still to be answered.
    left: usize,
    restart_ice: bool,
    /// An own offer is on its way.
    offering: bool,
    /// The last offer that came was not taken: nor are its candidates.
    ignoring: bool,
    /// How often an offer crossed another one.
    crossed: usize,
    /// The credentials of ICE that this side has offered, each once.
    ufrags: Vec<String>,
}

impl<'a, P: PeerConnection> Negotiator<'a, P> {
    fn new(person: &'a mut RtcPeer<P>, left: usize, restart_ice: bool) -> Self {
        let polite = person.signal.welcome.as_ref().unwrap().you.polite;
        Self {
            person,
            polite,
            left,
            restart_ice,
            offering: false,
            ignoring: false,
            crossed: 0,
            ufrags: Vec::new(),
        }
    }

    /// Negotiates until it is told to stop; `done` says that all own offers are answered.
    async fn run(mut self, done: watch::Sender<bool>, mut stop: watch::Receiver<bool>) -> Self {
        loop {
            if self.left > 0 && !self.offering {
                self.offer().await;
            }
            if self.left == 0 {
                done.send_replace(true);
            }
            tokio::select! {
                frame = self.person.signal.next(UP) => {
                    self.take(frame.expect("the socket lives")).await;
                }
                happening = self.person.happenings.recv() => match happening {
                    Some(Happening::Candidate(candidate)) => {
                        self.person.send_candidate(&candidate).await;
                    }
                    Some(Happening::State(state)) => {
                        assert_ne!(state, RTCPeerConnectionState::Failed);
                    }
                    Some(Happening::Channel(_)) => {}
                    None => panic!("the connection is gone"),
                },
                _ = stop.wait_for(|stop| *stop) => return self,
            }
        }
    }

    async fn offer(&mut self) {
        if self.restart_ice {
            self.person.connection.restart_ice().await.unwrap();
        }
        let offer = self.person.connection.create_offer(None).await.unwrap();
        let (epoch, sdp) = (self.person.epoch, offer.sdp.clone());
        let ufrag = sdp.split("a=ice-ufrag:").nth(1).unwrap();
        let ufrag = ufrag.lines().next().unwrap().to_owned();
        if self.ufrags.last() != Some(&ufrag) {
            self.ufrags.push(ufrag);
        }
        let set = self.person.connection.set_local_description(offer);
        set.await.unwrap();
        self.offering = true;
        self.person.signal.send_numbered(Offer { epoch, sdp }).await;
    }

    async fn take(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::RelayedOffer(offer) => self.answer(offer.sdp).await,
            // Of an offer that was taken back there is no answer that counts.
            ServerFrame::RelayedAnswer(answer) if self.offering => {
                let theirs = RTCSessionDescription::answer(answer.sdp).unwrap();
                let set = self.person.connection.set_remote_description(theirs);
                set.await.unwrap();
                self.offering = false;
                self.left = self.left.saturating_sub(1);
            }
            ServerFrame::RelayedCandidate(relayed) => {
                let candidate = serde_json::from_str(relayed.candidate.text()).unwrap();
                let added = self.person.connection.add_ice_candidate(candidate).await;
                assert!(added.is_ok() || self.ignoring, "{added:?}");
            }
            ServerFrame::ErrorBody(error) => panic!("refused: {error:?}"),
            _ => {}
        }
    }

    async fn answer(&mut self, sdp: String) {
        let connection = &self.person.connection;
        self.ignoring = self.offering && !self.polite;
        self.crossed += usize::from(self.offering);
        if self.ignoring {
            return;
        }
        if self.offering {
            let back = RTCSessionDescription::rollback(None).unwrap();
            connection.set_local_description(back).await.unwrap();
            self.offering = false;
        }
        let theirs = RTCSessionDescription::offer(sdp).unwrap();
        connection.set_remote_description(theirs).await.unwrap();
        let answer = connection.create_answer(None).await.unwrap();
        let (epoch, sdp) = (self.person.epoch, answer.sdp.clone());
        connection.set_local_description(answer).await.unwrap();
        self.person
            .signal
            .send_numbered(Answer { epoch, sdp })
            .await;
    }
}

/// A channel, as Ann and as Bo have it.
type Channel = [Arc<dyn DataChannel>; 2];

/// Ann's and Bo's offers, at once; then the channel still carries bytes. Gives back how often offers crossed,
/// and who offered which credentials.
async fn negotiate<A: PeerConnection, B: PeerConnection>(
    (ann, offers_of_ann): (&mut RtcPeer<A>, usize),
    (bo, offers_of_bo): (&mut RtcPeer<B>, usize),
    channel: &Channel,
    restart_ice: bool,
) -> (usize, [Vec<String>; 2]) {
    let (ann_done, mut ann_is) = watch::channel(false);
    let (bo_done, mut bo_is) = watch::channel(false);
    let (stop, stopped) = watch::channel(false);
    let ann = Negotiator::new(ann, offers_of_ann, restart_ice);
    let bo = Negotiator::new(bo, offers_of_bo, restart_ice);
    let bytes = async {
        ann_is.wait_for(|done| *done).await.unwrap();
        bo_is.wait_for(|done| *done).await.unwrap();
        // Candidates still come and go meanwhile.
        exchange(&channel[0], &channel[1]).await;
        stop.send_replace(true);
    };
    let (ann, bo, ()) = timeout(ALL, async {
        tokio::join!(
            ann.run(ann_done, stopped.clone()),
            bo.run(bo_done, stopped),
            bytes
        )
    })
    .await
    .expect("no deadlock");
    assert_eq!((ann.left, bo.left), (0, 0));
    (ann.crossed + bo.crossed, [ann.ufrags, bo.ufrags])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_252_two_rust_peers_renegotiate_at_once_and_restart_ice() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(300_000).spec();
    let ann = server.join(ANN, &session).await;
    let bo = server.join(BO, &session).await;
    let (mut ann, mut bo) = (person(ann).await, person(bo).await);
    let epoch = ann.epoch;
    let from_bo = bo.offer().await;
    let ((_, from_ann), _) = timeout(UP, async {
        tokio::join!(ann.until_live(), bo.until_live())
    })
    .await
    .expect("live in time");
    let channel = [theirs(&mut ann, from_ann).await, from_bo];
    opened(&channel[1]).await;

    let (crossed, _) = negotiate((&mut ann, OFFERS), (&mut bo, OFFERS), &channel, false).await;
    assert!(crossed > 0, "both began with an offer");

    // Whichever side restarts ICE: its credentials are new each time, and the channel lives.
    let (_, [first, _]) = negotiate((&mut ann, 1), (&mut bo, 0), &channel, true).await;
    let (_, [_, theirs]) = negotiate((&mut ann, 0), (&mut bo, 1), &channel, true).await;
    let (_, [second, _]) = negotiate((&mut ann, 1), (&mut bo, 0), &channel, true).await;
    assert_ne!(first, second);
    assert_eq!((first.len(), theirs.len(), second.len()), (1, 1, 1));
    // And both sides at once.
    negotiate((&mut ann, 2), (&mut bo, 2), &channel, true).await;

    assert_eq!(ann.signal.epoch, Some(epoch), "all of it within one epoch");
    ann.connection.close().await.unwrap();
    bo.connection.close().await.unwrap();
}

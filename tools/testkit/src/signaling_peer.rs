//! A person's client of signaling: keeps seq, epoch and resume token, and comes back with them. It
//! has no media and decides nothing.

use wire::signaling::{self, ClientFrame, Join, Resume, ServerFrame, Welcome};
use wire::{ErrorBody, FrameError, SIGNALING_SUBPROTOCOL};

use crate::peer::{DisconnectedPeer, Protocol, ProtocolPeer, pick};
use crate::{SOON, UpgradeRefused};

/// A client of `GET /v1/signal`. That the server's `seq` has no gap is checked on every frame.
pub type TestPeer = ProtocolPeer<SignalingClientState>;

/// What a client of signaling keeps.
#[derive(Debug, Clone, Default)]
pub struct SignalingClientState {
    ticket: String,
    /// The last `welcome`.
    pub welcome: Option<Welcome>,
    /// The last `seq` that came.
    pub last_seq: u64,
    /// The negotiation that is on.
    pub epoch: Option<u64>,
}

impl Protocol for SignalingClientState {
    const SUBPROTOCOL: &'static str = SIGNALING_SUBPROTOCOL;
    type Client = ClientFrame;
    type Server = ServerFrame;

    fn write(frame: ClientFrame, id: Option<u64>) -> String {
        frame.to_text(id.map(|id| ("id", id)))
    }

    fn kind(frame: &ServerFrame) -> &'static str {
        frame.kind()
    }

    fn take(&mut self, text: &str) -> ServerFrame {
        let (envelope, frame) =
            ServerFrame::parse(text).unwrap_or_else(|error: FrameError| panic!("{error}: {text}"));
        if let Some(seq) = envelope.seq {
            assert!(frame.is_sequenced(), "{} has a seq: {text}", frame.kind());
            assert_eq!(seq, self.last_seq + 1, "a gap or a repeat in seq: {text}");
            self.last_seq = seq;
        } else {
            assert!(!frame.is_sequenced(), "{} has no seq: {text}", frame.kind());
        }
        match &frame {
            ServerFrame::Welcome(welcome) => {
                if !welcome.resumed {
                    self.last_seq = 0;
                }
                self.epoch = welcome.epoch;
                self.welcome = Some(welcome.as_ref().clone());
            }
            ServerFrame::Negotiate(negotiate) => self.epoch = Some(negotiate.epoch),
            _ => {}
        }
        frame
    }
}

impl TestPeer {
    /// Opens a socket, joins and takes the `welcome`.
    ///
    /// # Panics
    /// When the join is refused.
    pub async fn join(url: &str, ticket: &str) -> Self {
        let mut peer = Self::connect(url).await;
        peer.send_join(ticket, None).await;
        peer.expect::<Welcome>(SOON).await;
        peer
    }

    /// Opens a socket, joins, and takes the refusal and the close code that follow.
    ///
    /// # Panics
    /// When the join is not refused.
    pub async fn refused(url: &str, ticket: &str) -> (ErrorBody, Option<u16>) {
        let mut peer = Self::connect(url).await;
        peer.send_join(ticket, None).await;
        peer.expect_refusal().await
    }

    /// Sends a `join` frame, which authenticates.
    pub async fn send_join(&mut self, ticket: &str, resume: Option<Resume>) {
        ticket.clone_into(&mut self.ticket);
        let ticket = ticket.to_owned();
        self.send(Join { ticket, resume }).await;
    }

    /// Cuts the socket and comes back on a new one with the resume token. `welcome` then tells
    /// whether it was `resumed`.
    ///
    /// # Panics
    /// When it never joined, or is refused.
    pub async fn resume(self) -> Self {
        self.cut().await.resume().await
    }
}

/// What a page of signaling keeps.
pub type CutPeer = DisconnectedPeer<SignalingClientState>;

impl CutPeer {
    /// Comes back on a new socket with the resume token, and takes the `welcome`.
    ///
    /// # Panics
    /// When it never joined, or is refused.
    pub async fn resume(self) -> TestPeer {
        let mut peer = self.reopen().await;
        let welcome = peer.expect::<Welcome>(SOON).await;
        // A page sends again what it numbered above `last_id`; here nothing is, and numbers go on.
        peer.next_id = peer.next_id.max(welcome.last_id + 1);
        peer
    }

    /// Sends the `join` of [`Self::resume`] and waits for nothing.
    ///
    /// # Panics
    /// When it never joined, or the server does not upgrade.
    pub async fn reopen(self) -> TestPeer {
        let opened = self.try_reopen().await;
        opened.unwrap_or_else(|(_, refused)| panic!("{refused:?}"))
    }

    /// [`Self::reopen`], over a network that may break meanwhile.
    ///
    /// # Errors
    /// When there is no upgrade.
    ///
    /// # Panics
    /// When it never joined.
    pub async fn try_reopen(self) -> Result<TestPeer, (Self, UpgradeRefused)> {
        let token = self.state.welcome.as_ref().unwrap().resume_token.clone();
        let (ticket, last_seq) = (self.state.ticket.clone(), self.state.last_seq);
        let mut peer = self.connect().await?;
        peer.send_join(&ticket, Some(Resume { token, last_seq }))
            .await;
        Ok(peer)
    }
}

pick! {
    ServerFrame {
        Welcome: Welcome = "welcome",
        Waiting: signaling::Waiting = "waiting",
        PeerJoined: signaling::PeerJoined = "peer_joined",
        PeerLost: signaling::PeerLost = "peer_lost",
        PeerResumed: signaling::PeerResumed = "peer_resumed",
        PeerLeft: signaling::PeerLeft = "peer_left",
        Negotiate: signaling::Negotiate = "negotiate",
        RelayedOffer: signaling::RelayedOffer = "offer",
        RelayedAnswer: signaling::RelayedAnswer = "answer",
        RelayedCandidate: signaling::RelayedCandidate = "candidate",
        Countdown: signaling::Countdown = "countdown",
        CountdownCancelled: signaling::CountdownCancelled = "countdown_cancelled",
        Live: signaling::Live = "live",
        Paused: signaling::Paused = "paused",
        Rescheduled: signaling::Rescheduled = "rescheduled",
        ExtendRequested: signaling::ExtendRequested = "extend_requested",
        Extended: signaling::Extended = "extended",
        Ending: signaling::Ending = "ending",
        Ended: signaling::Ended = "ended",
        RelayedData: signaling::RelayedData = "data",
        IceServers: signaling::IceServers = "ice_servers",
        GoingAway: signaling::GoingAway = "going_away",
        Pong: signaling::Pong = "pong",
        Accepted: signaling::Accepted = "ok",
        ErrorBody: ErrorBody = "error",
    }
}

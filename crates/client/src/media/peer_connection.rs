//! The connection to the other peer in one epoch: carries out the steps of [`PerfectNegotiation`] one after the other, and
//! restores the line where it breaks. What it returns is to be sent.

mod build;
mod sections;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use webrtc::peer_connection::{
    PeerConnection, RTCIceCandidateInit, RTCPeerConnectionState, RTCSessionDescription,
};
use wire::signaling::{Answer, Candidate, ClientFrame, Connected, Offer, Refresh};
use wire::{IceServer, RawJson};

use super::events::EpochEvent;
use super::{DataChannel, LocalTrack, MediaPath, path};
use crate::protocol::{NegotiationStep, PeerSignal, PerfectNegotiation, Restart};
use crate::{MediaState, SessionError};

/// An ICE restart follows an interruption of this length.
const RESTART_AFTER: Duration = Duration::from_secs(3);
/// A line that is still broken is restarted again after this.
const RESTART_AGAIN: Duration = Duration::from_secs(10);
/// An offer without an answer from a peer that is in was lost after this.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);

/// With what a connection is made.
pub(crate) struct EpochParams<'a> {
    pub(crate) epoch: u64,
    pub(crate) is_offerer: bool,
    pub(crate) polite: bool,
    pub(crate) relay_only: bool,
    pub(crate) ice_servers: &'a [IceServer],
    pub(crate) addresses: Vec<std::net::SocketAddr>,
    pub(crate) tracks: &'a [LocalTrack],
    pub(crate) channels: &'a [String],
    pub(crate) events: mpsc::Sender<EpochEvent>,
}

/// A connection, and its negotiation. Close it: dropping it leaves relays allocated until they run out.
pub(crate) struct Epoch {
    connection: Arc<dyn PeerConnection>,
    negotiation: PerfectNegotiation,
    state: RTCPeerConnectionState,
    restart_at: Option<Instant>,
    restart_wanted: bool,
    answer_due: Option<Instant>,
    has_reported: bool,
}

/// What is to be sent, and what failed.
#[derive(Default)]
pub(crate) struct EpochOutput {
    pub(crate) frames: Vec<ClientFrame>,
    pub(crate) failure: Option<SessionError>,
}

impl Epoch {
    /// Makes a connection with its tracks; whoever offers opens the channels, which are given back.
    pub(crate) async fn begin(
        params: EpochParams<'_>,
        now: Instant,
    ) -> Result<(Self, Vec<DataChannel>, EpochOutput), SessionError> {
        let connection = build::connection(&params).await?;
        for track in params.tracks {
            track.bind(connection.as_ref()).await?;
        }
        if params.is_offerer {
            sections::offer_every_kind(connection.as_ref(), params.tracks).await?;
        }
        let mut channels = Vec::new();
        let offered = params.channels.iter().filter(|_| params.is_offerer);
        for label in offered {
            let channel = connection.create_data_channel(label, None).await?;
            channels.push(DataChannel::new(label.clone(), channel));
        }
        let (negotiation, steps) =
            PerfectNegotiation::begin(params.epoch, params.is_offerer, params.polite);
        let mut epoch = Self {
            connection,
            negotiation,
            state: RTCPeerConnectionState::New,
            restart_at: None,
            restart_wanted: false,
            answer_due: None,
            has_reported: false,
        };
        let output = epoch.apply_steps(steps, now).await;
        Ok((epoch, channels, output))
    }

    pub(crate) fn number(&self) -> u64 {
        self.negotiation.epoch()
    }

    /// A description or candidate of the other peer.
    pub(crate) async fn receive(
        &mut self,
        epoch: u64,
        signal: PeerSignal,
        now: Instant,
    ) -> EpochOutput {
        let steps = self.negotiation.receive(epoch, signal);
        let output = self.apply_steps(steps, now).await;
        if !self.negotiation.is_offering() {
            self.answer_due = None;
        }
        output
    }

    /// A candidate of this peer, or their end.
    pub(crate) fn found(&self, candidate: Option<&RTCIceCandidateInit>) -> Option<ClientFrame> {
        let text = serde_json::to_string(&candidate).ok()?;
        let (epoch, candidate) = (self.number(), RawJson::parse(text).ok()?);
        Some(Candidate { epoch, candidate }.into())
    }

    /// The state of the connection changed: what that means for whoever joined, if anything, and what is to be sent.
    pub(crate) fn changed(
        &mut self,
        state: RTCPeerConnectionState,
        now: Instant,
    ) -> (Option<MediaState>, Vec<ClientFrame>) {
        self.state = state;
        match state {
            RTCPeerConnectionState::Connected => {
                self.restart_at = None;
                let epoch = self.number();
                let report = (!self.has_reported).then(|| Connected { epoch }.into());
                self.has_reported = true;
                (Some(MediaState::Connected), report.into_iter().collect())
            }
            RTCPeerConnectionState::Disconnected => {
                self.restart_at = Some(now + RESTART_AFTER);
                (Some(MediaState::Interrupted), Vec::new())
            }
            RTCPeerConnectionState::Failed => {
                self.restart_at = Some(now + RESTART_AGAIN);
                (Some(MediaState::Interrupted), self.ask_for_ice_servers())
            }
            _ => (None, Vec::new()),
        }
    }

    /// When [`Self::due`] has something to do.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        [self.restart_at, self.answer_due]
            .into_iter()
            .flatten()
            .min()
    }

    /// What has to be done at that time.
    pub(crate) async fn due(
        &mut self,
        now: Instant,
        online: bool,
        peer_is_here: bool,
    ) -> EpochOutput {
        let mut output = EpochOutput::default();
        if self.restart_at.is_some_and(|at| at <= now) {
            self.restart_at = Some(now + RESTART_AGAIN);
            if online {
                output.frames = self.ask_for_ice_servers();
            }
        }
        if self.answer_due.is_some_and(|at| at <= now) {
            self.answer_due = Some(now + ANSWER_LIMIT);
            if online && peer_is_here {
                let steps = self.negotiation.offer_again();
                output.extend(self.apply_steps(steps, now).await);
            }
        }
        output
    }

    /// Fresh ICE servers: a restart that waited for them begins, and so does one of a line over a relay, whose
    /// credentials are about to end.
    pub(crate) async fn take_ice_servers(
        &mut self,
        servers: &[IceServer],
        now: Instant,
    ) -> EpochOutput {
        let mut configuration = self.connection.get_configuration().await;
        configuration = build::with_ice_servers(configuration, servers);
        if let Err(error) = self.connection.set_configuration(configuration).await {
            return EpochOutput::failed(error.into());
        }
        let wanted = std::mem::take(&mut self.restart_wanted) || self.is_broken();
        let is_up = self.state == RTCPeerConnectionState::Connected;
        if wanted || (is_up && self.path().await.is_some_and(|path| path.is_relayed())) {
            let steps = self.negotiation.want_offer(Restart::Ice);
            return self.apply_steps(steps, now).await;
        }
        EpochOutput::default()
    }

    /// The socket to the service is back. Where frames were lost on the way an answer may be missing.
    pub(crate) async fn reconnected(
        &mut self,
        lossless: bool,
        servers: &[IceServer],
        now: Instant,
    ) -> EpochOutput {
        if lossless {
            return self.recover();
        }
        let steps = self.negotiation.offer_again();
        let mut output = self.apply_steps(steps, now).await;
        output.extend(self.take_ice_servers(servers, now).await);
        output
    }

    /// The other peer, or the network, is back: a line that is still broken is restored.
    pub(crate) fn recover(&mut self) -> EpochOutput {
        let frames = match self.is_broken() {
            true => self.ask_for_ice_servers(),
            false => Vec::new(),
        };
        EpochOutput {
            frames,
            failure: None,
        }
    }

    /// Restarts ICE, whatever its state.
    pub(crate) fn restart(&mut self) -> EpochOutput {
        self.restart_wanted = true;
        let frames = self.ask_for_ice_servers();
        EpochOutput {
            frames,
            failure: None,
        }
    }

    /// A track more.
    pub(crate) async fn add_track(&mut self, track: &LocalTrack, now: Instant) -> EpochOutput {
        match track.bind(self.connection.as_ref()).await {
            Ok(()) => self.offer_tracks(now).await,
            Err(error) => EpochOutput::failed(error),
        }
    }

    /// A track less.
    pub(crate) async fn remove_track(&mut self, track: &LocalTrack, now: Instant) -> EpochOutput {
        match track.unbind(self.connection.as_ref()).await {
            Ok(()) => self.offer_tracks(now).await,
            Err(error) => EpochOutput::failed(error),
        }
    }

    /// A channel on this connection alone. The first one needs an exchange of descriptions.
    pub(crate) async fn open_channel(
        &mut self,
        label: &str,
        now: Instant,
    ) -> (Result<DataChannel, SessionError>, EpochOutput) {
        match self.connection.create_data_channel(label, None).await {
            Ok(channel) => {
                let output = self.offer_tracks(now).await;
                (Ok(DataChannel::new(label.to_owned(), channel)), output)
            }
            Err(error) => (Err(error.into()), EpochOutput::default()),
        }
    }

    /// The service would not relay the own offer: what was agreed before goes on.
    pub(crate) async fn offer_refused(&mut self, now: Instant) -> EpochOutput {
        let steps = self.negotiation.take_offer_back();
        self.answer_due = None;
        self.apply_steps(steps, now).await
    }

    pub(crate) async fn path(&self) -> Option<MediaPath> {
        path::selected(self.connection.as_ref()).await
    }

    /// Everything stops, and relays are given back.
    pub(crate) async fn close(self, tracks: &[LocalTrack]) {
        for track in tracks {
            track.release();
        }
        // Whatever it says, there is nothing more to be done with it.
        self.connection.close().await.ok();
    }

    async fn offer_tracks(&mut self, now: Instant) -> EpochOutput {
        let steps = self.negotiation.want_offer(Restart::No);
        self.apply_steps(steps, now).await
    }

    fn is_broken(&self) -> bool {
        matches!(
            self.state,
            RTCPeerConnectionState::Disconnected | RTCPeerConnectionState::Failed
        )
    }

    fn ask_for_ice_servers(&self) -> Vec<ClientFrame> {
        match self.negotiation.is_answered() {
            true => vec![Refresh {}.into()],
            false => Vec::new(),
        }
    }

    async fn apply_steps(&mut self, steps: Vec<NegotiationStep>, now: Instant) -> EpochOutput {
        let mut output = EpochOutput::default();
        for step in steps {
            match self.execute(step, now).await {
                Ok(frame) => output.frames.extend(frame),
                Err(error) => {
                    // No answer would come: the next wish makes an offer of its own.
                    self.negotiation.take_offer_back();
                    output.failure = Some(error);
                    break;
                }
            }
        }
        output
    }

    async fn execute(
        &mut self,
        step: NegotiationStep,
        now: Instant,
    ) -> Result<Option<ClientFrame>, SessionError> {
        let connection = &self.connection;
        let epoch = self.number();
        match step {
            NegotiationStep::Offer(restart) => {
                if restart == Restart::Ice {
                    connection.restart_ice().await?;
                }
                sections::let_both_send(connection.as_ref()).await?;
                let offer = connection.create_offer(None).await?;
                let sdp = offer.sdp.clone();
                connection.set_local_description(offer).await?;
                // The first one's answer may take as long as the other peer: the service begins anew for that.
                self.answer_due = self.negotiation.is_answered().then(|| now + ANSWER_LIMIT);
                Ok(Some(Offer { epoch, sdp }.into()))
            }
            NegotiationStep::Rollback => {
                let back = RTCSessionDescription::rollback(None)?;
                connection.set_local_description(back).await?;
                Ok(None)
            }
            NegotiationStep::AcceptOffer(sdp) => {
                connection
                    .set_remote_description(RTCSessionDescription::offer(sdp)?)
                    .await?;
                sections::let_both_send(connection.as_ref()).await?;
                let answer = connection.create_answer(None).await?;
                let sdp = answer.sdp.clone();
                connection.set_local_description(answer).await?;
                Ok(Some(Answer { epoch, sdp }.into()))
            }
            NegotiationStep::AcceptAnswer(sdp) => {
                connection
                    .set_remote_description(RTCSessionDescription::answer(sdp)?)
                    .await?;
                Ok(None)
            }
            NegotiationStep::AddCandidate(candidate) => {
                // Null ends gathering; what can't be read or reached is one way less.
                if let Ok(candidate) = serde_json::from_str::<RTCIceCandidateInit>(candidate.text())
                {
                    connection.add_ice_candidate(candidate).await.ok();
                }
                Ok(None)
            }
        }
    }
}

impl EpochOutput {
    fn failed(error: SessionError) -> Self {
        Self {
            frames: Vec::new(),
            failure: Some(error),
        }
    }

    fn extend(&mut self, other: Self) {
        self.frames.extend(other.frames);
        self.failure = self.failure.take().or(other.failure);
    }
}

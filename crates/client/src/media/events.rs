//! What a connection tells: its callbacks run on the task that drives it, and must not wait.

use std::sync::Arc;

use tokio::sync::mpsc;
use webrtc::data_channel::DataChannel as RawChannel;
use webrtc::media_stream::track_remote::TrackRemote;
use webrtc::peer_connection::{
    PeerConnectionEventHandler, RTCIceCandidateInit, RTCIceGatheringState,
    RTCPeerConnectionIceEvent, RTCPeerConnectionState,
};

/// Something that a connection told, and in which epoch.
pub(crate) struct EpochEvent {
    pub(crate) epoch: u64,
    pub(crate) event: MediaEvent,
}

pub(crate) enum MediaEvent {
    /// Null where gathering is complete.
    Candidate(Option<RTCIceCandidateInit>),
    State(RTCPeerConnectionState),
    Channel(Arc<dyn RawChannel>),
    Track(Arc<dyn TrackRemote>),
}

/// Passes on what one connection tells. A session that takes nothing for so long that the queue is full has stopped.
pub(super) struct EventForwarder {
    pub(super) epoch: u64,
    pub(super) events: mpsc::Sender<EpochEvent>,
}

impl EventForwarder {
    fn forward(&self, event: MediaEvent) {
        let epoch = self.epoch;
        self.events.try_send(EpochEvent { epoch, event }).ok();
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for EventForwarder {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        // An empty candidate ends a generation; the end of gathering is told by its state.
        if let Ok(candidate) = event.candidate.to_json()
            && !candidate.candidate.is_empty()
        {
            self.forward(MediaEvent::Candidate(Some(candidate)));
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.forward(MediaEvent::Candidate(None));
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.forward(MediaEvent::State(state));
    }

    async fn on_data_channel(&self, channel: Arc<dyn RawChannel>) {
        self.forward(MediaEvent::Channel(channel));
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        self.forward(MediaEvent::Track(track));
    }
}

//! A person with media: a socket to the service, and a connection of the `webrtc` crate to the other one.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use testkit::{SOON, TestPeer};
use tokio::sync::mpsc;
use tokio::time::timeout;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit,
    RTCPeerConnectionIceEvent, RTCPeerConnectionState, RTCSessionDescription,
};
use webrtc::runtime::default_runtime;
use wire::RawJson;
use wire::signaling::{Answer, Candidate, Connected, Live, Negotiate, Offer, ServerFrame};

/// Longest time for ICE, DTLS and SCTP together, on two busy cores.
pub(crate) const UP: Duration = Duration::from_secs(20);
/// Things that happen to a peer before the test looks.
const HAPPENINGS: usize = 256;

/// What a connection tells; its driver must not be kept waiting.
pub(crate) enum Happening {
    Candidate(RTCIceCandidateInit),
    State(RTCPeerConnectionState),
    Channel(Arc<dyn DataChannel>),
}

struct RtcHandler(mpsc::Sender<Happening>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for RtcHandler {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        let candidate = event.candidate.to_json().unwrap();
        self.0.try_send(Happening::Candidate(candidate)).ok();
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.0.try_send(Happening::State(state)).ok();
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        self.0.try_send(Happening::Channel(channel)).ok();
    }
}

/// One person: a socket to the service, and a connection to the other one.
pub(crate) struct RtcPeer<P> {
    pub(crate) signal: TestPeer,
    pub(crate) connection: P,
    pub(crate) happenings: mpsc::Receiver<Happening>,
    pub(crate) epoch: u64,
}

/// Somebody who is in and told to negotiate.
pub(crate) async fn person(mut signal: TestPeer) -> RtcPeer<impl PeerConnection> {
    let (sender, happenings) = mpsc::channel(HAPPENINGS);
    let connection = PeerConnectionBuilder::new()
        .with_handler(Arc::new(RtcHandler(sender)))
        .with_runtime(default_runtime().unwrap())
        .with_udp_addrs(vec!["127.0.0.1:0".to_owned()])
        .build()
        .await
        .unwrap();
    let epoch = signal.expect::<Negotiate>(SOON).await.epoch;
    RtcPeer {
        signal,
        connection,
        happenings,
        epoch,
    }
}

impl<P: PeerConnection> RtcPeer<P> {
    /// Opens a channel and offers it.
    pub(crate) async fn offer(&mut self) -> Arc<dyn DataChannel> {
        let channel = self
            .connection
            .create_data_channel("bytes", None)
            .await
            .unwrap();
        let offer = self.connection.create_offer(None).await.unwrap();
        let (epoch, sdp) = (self.epoch, offer.sdp.clone());
        self.connection.set_local_description(offer).await.unwrap();
        self.signal.send_numbered(Offer { epoch, sdp }).await;
        channel
    }

    /// Carries frames and candidates to and fro until the session is live; a channel that the other one
    /// opened meanwhile is returned.
    pub(crate) async fn until_live(&mut self) -> (Live, Option<Arc<dyn DataChannel>>) {
        let mut channel = None;
        loop {
            tokio::select! {
                frame = self.signal.next(UP) => match frame.expect("the socket lives") {
                    ServerFrame::Live(live) => return (live, channel),
                    other => self.take(other).await,
                },
                happening = self.happenings.recv() => match happening {
                    Some(Happening::Candidate(candidate)) => self.send_candidate(&candidate).await,
                    Some(Happening::State(RTCPeerConnectionState::Connected)) => {
                        self.signal.send(Connected { epoch: self.epoch }).await;
                    }
                    Some(Happening::State(state)) => {
                        assert_ne!(state, RTCPeerConnectionState::Failed);
                    }
                    Some(Happening::Channel(opened)) => channel = Some(opened),
                    None => pending().await,
                },
            }
        }
    }

    pub(crate) async fn take(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::RelayedOffer(offer) => {
                let theirs = RTCSessionDescription::offer(offer.sdp).unwrap();
                self.connection
                    .set_remote_description(theirs)
                    .await
                    .unwrap();
                let answer = self.connection.create_answer(None).await.unwrap();
                let (epoch, sdp) = (self.epoch, answer.sdp.clone());
                self.connection.set_local_description(answer).await.unwrap();
                self.signal.send_numbered(Answer { epoch, sdp }).await;
            }
            ServerFrame::RelayedAnswer(answer) => {
                let theirs = RTCSessionDescription::answer(answer.sdp).unwrap();
                self.connection
                    .set_remote_description(theirs)
                    .await
                    .unwrap();
            }
            ServerFrame::RelayedCandidate(relayed) => {
                let candidate = serde_json::from_str(relayed.candidate.text()).unwrap();
                self.connection.add_ice_candidate(candidate).await.unwrap();
            }
            ServerFrame::ErrorBody(error) => panic!("refused: {error:?}"),
            _ => {}
        }
    }

    pub(crate) async fn send_candidate(&mut self, candidate: &RTCIceCandidateInit) {
        let candidate = RawJson::parse(serde_json::to_string(candidate).unwrap()).unwrap();
        let epoch = self.epoch;
        self.signal.send(Candidate { epoch, candidate }).await;
    }
}

/// The next message on a channel.
pub(crate) async fn message(channel: &Arc<dyn DataChannel>) -> Vec<u8> {
    let received = async {
        while let Some(event) = channel.poll().await {
            if let DataChannelEvent::OnMessage(message) = event {
                return message.data.to_vec();
            }
        }
        panic!("the channel closed");
    };
    timeout(UP, received).await.expect("a message in time")
}

/// Waits until a channel is open.
pub(crate) async fn opened(channel: &Arc<dyn DataChannel>) {
    let opened = async { while !matches!(channel.poll().await, Some(DataChannelEvent::OnOpen)) {} };
    timeout(UP, opened).await.expect("open in time");
}

/// The channel that the other one opened, wherever in the story that came up.
pub(crate) async fn theirs<P: PeerConnection>(
    person: &mut RtcPeer<P>,
    seen: Option<Arc<dyn DataChannel>>,
) -> Arc<dyn DataChannel> {
    if let Some(channel) = seen {
        return channel;
    }
    loop {
        let happening = timeout(UP, person.happenings.recv()).await;
        if let Some(Happening::Channel(channel)) = happening.expect("a channel in time") {
            return channel;
        }
    }
}

/// Sends bytes to and fro.
pub(crate) async fn exchange(one: &Arc<dyn DataChannel>, other: &Arc<dyn DataChannel>) {
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    one.send(BytesMut::from(&bytes[..])).await.unwrap();
    assert_eq!(message(other).await, bytes);
    let back: Vec<u8> = bytes.into_iter().rev().collect();
    other.send(BytesMut::from(&back[..])).await.unwrap();
    assert_eq!(message(one).await, back);
}

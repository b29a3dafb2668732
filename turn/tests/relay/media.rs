//! Two peers of the `webrtc` crate that may use nothing but relays, through each server. The crate speaks TURN
//! over UDP only; TCP is tried by `service_at_work` and by the browsers' stories.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::sync::mpsc;
use tokio::time::timeout;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
    RTCIceCandidateInit, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnectionIceEvent,
};
use webrtc::runtime::default_runtime;

use crate::coturn::RealCoturn;
use crate::embedded::{Embedded, credential};

/// Longest time for TURN, ICE, DTLS and SCTP together, on two busy cores.
const UP: Duration = Duration::from_secs(40);
/// Things that happen to a peer before the test looks.
const MAX_EVENTS: usize = 256;

struct EventForwarder {
    candidates: mpsc::Sender<RTCIceCandidateInit>,
    channels: mpsc::Sender<Arc<dyn DataChannel>>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for EventForwarder {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        let candidate = event.candidate.to_json().unwrap();
        self.candidates.try_send(candidate).ok();
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        self.channels.try_send(channel).ok();
    }
}

struct WebRtcPeer<P> {
    connection: P,
    candidates: mpsc::Receiver<RTCIceCandidateInit>,
    channels: mpsc::Receiver<Arc<dyn DataChannel>>,
}

async fn person(name: &str, server: SocketAddr) -> WebRtcPeer<impl PeerConnection> {
    let (username, credential) = credential(name);
    let configuration = RTCConfigurationBuilder::new()
        .with_ice_servers(vec![RTCIceServer {
            urls: vec![format!("turn:{server}?transport=udp")],
            username,
            credential,
        }])
        .with_ice_transport_policy(RTCIceTransportPolicy::Relay)
        .build();
    let (send_candidate, candidates) = mpsc::channel(MAX_EVENTS);
    let (send_channel, channels) = mpsc::channel(MAX_EVENTS);
    let connection = PeerConnectionBuilder::new()
        .with_configuration(configuration)
        .with_handler(Arc::new(EventForwarder {
            candidates: send_candidate,
            channels: send_channel,
        }))
        .with_runtime(default_runtime().unwrap())
        .with_udp_addrs(vec!["127.0.0.1:0".to_owned()])
        .build()
        .await
        .unwrap();
    WebRtcPeer {
        connection,
        candidates,
        channels,
    }
}

/// Carries candidates to the other one for as long as it is polled; each must be a relay's.
async fn trickle(from: &mut mpsc::Receiver<RTCIceCandidateInit>, to: &impl PeerConnection) {
    while let Some(candidate) = from.recv().await {
        let text = &candidate.candidate;
        assert!(text.is_empty() || text.contains(" typ relay"), "{text}");
        to.add_ice_candidate(candidate).await.unwrap();
    }
}

async fn exchange_bytes(server: SocketAddr) {
    let (mut ann, mut bo) = (person("ann", server).await, person("bo", server).await);
    let from_ann = ann
        .connection
        .create_data_channel("bytes", None)
        .await
        .unwrap();
    let offer = ann.connection.create_offer(None).await.unwrap();
    ann.connection
        .set_local_description(offer.clone())
        .await
        .unwrap();
    bo.connection.set_remote_description(offer).await.unwrap();
    let answer = bo.connection.create_answer(None).await.unwrap();
    bo.connection
        .set_local_description(answer.clone())
        .await
        .unwrap();
    ann.connection.set_remote_description(answer).await.unwrap();

    let story = async {
        let at_bo = bo.channels.recv().await.expect("a channel");
        while !matches!(from_ann.poll().await, Some(DataChannelEvent::OnOpen)) {}
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        from_ann.send(BytesMut::from(&bytes[..])).await.unwrap();
        assert_eq!(message(&at_bo).await, bytes);
        at_bo.send(BytesMut::from(&b"back"[..])).await.unwrap();
        assert_eq!(message(&from_ann).await, b"back");
    };
    let stopped = timeout(UP, async {
        tokio::select! {
            () = story => {}
            ((), ()) = async { tokio::join!(
                trickle(&mut ann.candidates, &bo.connection),
                trickle(&mut bo.candidates, &ann.connection),
            ) } => panic!("both stopped gathering"),
        }
    });
    stopped.await.expect("through the relay in time");
    ann.connection.close().await.unwrap();
    bo.connection.close().await.unwrap();
}

async fn message(channel: &Arc<dyn DataChannel>) -> Vec<u8> {
    while let Some(event) = channel.poll().await {
        if let DataChannelEvent::OnMessage(message) = event {
            return message.data.to_vec();
        }
    }
    panic!("the channel closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trn_50_two_peers_that_may_only_relay_exchange_bytes_through_the_embedded_server() {
    let server = Embedded::start().await;
    let before = server.metric("turn_relayed_bytes_total").await;
    exchange_bytes(server.address).await;
    assert!(server.metric("turn_relayed_bytes_total").await > before + 1_000.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trn_50_and_through_coturn_with_an_exception_for_the_machine_of_the_test() {
    let Some(coturn) = RealCoturn::start(&["127.0.0.1"]).await else {
        return;
    };
    exchange_bytes(coturn.address).await;
}

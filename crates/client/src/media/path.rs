//! Which way media takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use webrtc::peer_connection::transport::IceTransport;
use webrtc::peer_connection::{PeerConnection, RTCIceCandidateType, StatsSelector};

/// The pair of candidates that carries everything between the two peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaPath {
    /// This peer's end.
    pub local: CandidateKind,
    /// The other peer's end.
    pub remote: CandidateKind,
    /// The address of this peer's end, where it is known.
    pub local_address: Option<String>,
    /// The last round trip that ICE measured; none before the first.
    pub round_trip: Option<Duration>,
}

/// Where a candidate comes from (RFC 8445, section 5.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CandidateKind {
    /// An address of the machine.
    Host,
    /// What a STUN server saw.
    ServerReflexive,
    /// What the other peer saw.
    PeerReflexive,
    /// An address of a TURN server.
    Relay,
}

impl MediaPath {
    /// Whether a relay is on the way.
    #[must_use]
    pub fn is_relayed(&self) -> bool {
        self.local == CandidateKind::Relay || self.remote == CandidateKind::Relay
    }
}

impl CandidateKind {
    /// The word of SDP (RFC 8839, section 5.1): `host`, `srflx`, `prflx` or `relay`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CandidateKind::Host => "host",
            CandidateKind::ServerReflexive => "srflx",
            CandidateKind::PeerReflexive => "prflx",
            CandidateKind::Relay => "relay",
        }
    }
}

/// None while no pair is selected.
pub(super) async fn selected(connection: &dyn PeerConnection) -> Option<MediaPath> {
    let ice = ice_transport(connection).await?;
    let pair = ice.get_selected_candidate_pair().await.ok()??;
    let report = connection
        .get_stats(Instant::now(), StatsSelector::None)
        .await;
    // Of several pairs that were selected in turn the last one still measures.
    let measured = report.candidate_pairs().filter(|pair| pair.nominated);
    let last = measured.max_by_key(|pair| pair.responses_received);
    let seconds = last.map_or(0.0, |pair| pair.current_round_trip_time);
    Some(MediaPath {
        local: kind(pair.local().typ)?,
        remote: kind(pair.remote().typ)?,
        local_address: Some(pair.local().address.clone()),
        round_trip: (seconds > 0.0).then(|| Duration::from_secs_f64(seconds)),
    })
}

/// All that flows is bundled over one transport, however it is reached.
async fn ice_transport(connection: &dyn PeerConnection) -> Option<Arc<dyn IceTransport>> {
    if let Some(sctp) = connection.sctp().await {
        return Some(sctp.transport().ice_transport());
    }
    for receiver in connection.get_receivers().await {
        if let Ok(Some(dtls)) = receiver.transport().await {
            return Some(dtls.ice_transport());
        }
    }
    None
}

fn kind(of: RTCIceCandidateType) -> Option<CandidateKind> {
    match of {
        RTCIceCandidateType::Host => Some(CandidateKind::Host),
        RTCIceCandidateType::Srflx => Some(CandidateKind::ServerReflexive),
        RTCIceCandidateType::Prflx => Some(CandidateKind::PeerReflexive),
        RTCIceCandidateType::Relay => Some(CandidateKind::Relay),
        _ => None,
    }
}

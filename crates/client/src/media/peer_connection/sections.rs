//! The media sections of descriptions: in each of them the other peer may send.

use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use webrtc::peer_connection::PeerConnection;
use webrtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};

use crate::{LocalTrack, SessionError, TrackKind};

/// A section for each kind that this peer has no track of: without one the other peer could not send it.
pub(super) async fn offer_every_kind(
    connection: &dyn PeerConnection,
    tracks: &[LocalTrack],
) -> Result<(), SessionError> {
    for (kind, rtp_kind) in [
        (TrackKind::Audio, RtpCodecKind::Audio),
        (TrackKind::Video, RtpCodecKind::Video),
    ] {
        if tracks.iter().any(|track| track.codec().kind() == kind) {
            continue;
        }
        let init = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Recvonly,
            ..Default::default()
        };
        connection
            .add_transceiver_from_kind(rtp_kind, Some(init))
            .await?;
    }
    Ok(())
}

/// Before a description is made: each section is for sending and receiving, also while there is no track, as a page's are.
/// A direction that followed the tracks would cost an exchange more for each, and the crate makes no receiver for a
/// section that was once offered for receiving alone.
pub(super) async fn let_both_send(connection: &dyn PeerConnection) -> Result<(), SessionError> {
    for transceiver in connection.get_transceivers().await {
        if transceiver.direction().await? != RTCRtpTransceiverDirection::Sendrecv {
            transceiver
                .set_direction(RTCRtpTransceiverDirection::Sendrecv)
                .await?;
        }
    }
    Ok(())
}

//! A track that the other peer sends.

use std::sync::Arc;

use bytes::Bytes;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};

use crate::SessionError;

/// Whether a track is heard or seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackKind {
    /// Something to hear.
    Audio,
    /// Something to see.
    Video,
}

/// One packet of a track (RFC 3550).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtpPacket {
    /// Rises by one with each packet, and wraps.
    pub sequence_number: u16,
    /// When it was sampled, in units of the codec's clock rate; wraps.
    pub timestamp: u32,
    /// Of video: the last packet of a frame.
    pub marker: bool,
    /// Which of the negotiated codecs.
    pub payload_type: u8,
    /// As the codec's RTP payload format has it.
    pub payload: Bytes,
}

/// A track of the other peer. It lasts as long as its connection: with the next one another comes.
pub struct RemoteTrack {
    kind: TrackKind,
    track: Arc<dyn TrackRemote>,
}

impl RemoteTrack {
    pub(crate) async fn new(track: Arc<dyn TrackRemote>) -> Self {
        let kind = match track.kind().await {
            RtpCodecKind::Video => TrackKind::Video,
            _ => TrackKind::Audio,
        };
        Self { kind, track }
    }

    /// Whether it is heard or seen.
    #[must_use]
    pub fn kind(&self) -> TrackKind {
        self.kind
    }

    /// The media type of what comes, as `audio/opus`; none before the first packet.
    pub async fn mime_type(&self) -> Option<String> {
        let ssrc = *self.track.ssrcs().await.first()?;
        let codec = self.track.codec(ssrc).await?;
        Some(codec.mime_type)
    }

    /// The next packet, as it came in: some may be missing, or come late. None once the track has ended.
    pub async fn recv(&mut self) -> Option<RtpPacket> {
        loop {
            match self.track.poll().await? {
                TrackRemoteEvent::OnRtpPacket(packet) => {
                    return Some(RtpPacket {
                        sequence_number: packet.header.sequence_number,
                        timestamp: packet.header.timestamp,
                        marker: packet.header.marker,
                        payload_type: packet.header.payload_type,
                        payload: packet.payload,
                    });
                }
                TrackRemoteEvent::OnEnded => return None,
                _ => {}
            }
        }
    }

    /// Asks for a whole picture (RFC 4585, section 6.3.1), as a recorder does that begins in the middle.
    ///
    /// # Errors
    /// Where the connection is gone, or nothing has come yet.
    pub async fn request_keyframe(&self) -> Result<(), SessionError> {
        let ssrcs = self.track.ssrcs().await;
        let media_ssrc = *ssrcs.first().ok_or(SessionError::NotConnected)?;
        let request = PictureLossIndication {
            sender_ssrc: 0,
            media_ssrc,
        };
        Ok(self.track.write_rtcp(vec![Box::new(request)]).await?)
    }
}

impl std::fmt::Debug for RemoteTrack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteTrack")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

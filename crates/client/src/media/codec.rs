//! The codecs that a track can be sent in. What is sent is encoded already.

use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_PCMU, MIME_TYPE_VP8, MIME_TYPE_VP9,
};
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RtpCodecKind};

use super::TrackKind;

/// How a track is encoded. Every browser takes Opus and PCMU (RFC 7874), VP8 and H.264 (RFC 7742).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// Opus (RFC 6716) at 48 kHz: a sample is one packet of the encoder.
    Opus,
    /// G.711 µ-law at 8 kHz: a sample is one byte per 125 µs.
    Pcmu,
    /// VP8 (RFC 6386): a sample is one frame.
    Vp8,
    /// VP9: a sample is one frame.
    Vp9,
    /// H.264: a sample is one access unit as an Annex B byte stream.
    H264,
}

impl Codec {
    /// Whether it is heard or seen.
    #[must_use]
    pub fn kind(self) -> TrackKind {
        match self {
            Codec::Opus | Codec::Pcmu => TrackKind::Audio,
            Codec::Vp8 | Codec::Vp9 | Codec::H264 => TrackKind::Video,
        }
    }

    /// The media type, as `audio/opus`.
    #[must_use]
    pub fn mime_type(self) -> &'static str {
        match self {
            Codec::Opus => MIME_TYPE_OPUS,
            Codec::Pcmu => MIME_TYPE_PCMU,
            Codec::Vp8 => MIME_TYPE_VP8,
            Codec::Vp9 => MIME_TYPE_VP9,
            Codec::H264 => MIME_TYPE_H264,
        }
    }

    /// Units of the RTP timestamp in a second.
    #[must_use]
    pub fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Pcmu => 8_000,
            Codec::Vp8 | Codec::Vp9 | Codec::H264 => 90_000,
        }
    }

    pub(super) fn rtp_kind(self) -> RtpCodecKind {
        match self.kind() {
            TrackKind::Audio => RtpCodecKind::Audio,
            TrackKind::Video => RtpCodecKind::Video,
        }
    }

    /// As the media engine has it by default; an own format line would match none of its codecs.
    pub(super) fn rtp_codec(self) -> RTCRtpCodec {
        let sdp_fmtp_line = match self {
            Codec::Opus => "minptime=10;useinbandfec=1",
            Codec::Pcmu | Codec::Vp8 => "",
            Codec::Vp9 => "profile-id=0",
            Codec::H264 => "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        };
        RTCRtpCodec {
            mime_type: self.mime_type().to_owned(),
            clock_rate: self.clock_rate(),
            channels: match self {
                Codec::Opus => 2,
                _ => 0,
            },
            sdp_fmtp_line: sdp_fmtp_line.to_owned(),
            rtcp_feedback: Vec::new(),
        }
    }
}

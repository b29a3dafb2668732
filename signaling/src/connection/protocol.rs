//! Signaling's frames, as `service::realtime` reads them.

use service::realtime::{self, FrameProtocol};
use wire::signaling::{ClientFrame, GoingAway, Join, ServerFrame};
use wire::{Envelope, FrameError, FrameId};

use crate::counters;

/// The subprotocol of signaling; only its types are used.
pub(super) enum SignalingProtocol {}

/// Rate limiting, parsing and error budget of one socket.
pub(super) type SignalingFrameReader = realtime::FrameReader<SignalingProtocol>;

impl FrameProtocol for SignalingProtocol {
    type ClientFrame = ClientFrame;
    type Join = Join;
    type ServerFrame = ServerFrame;

    const JOIN_TYPE: &'static str = "join";
    const FRAMES_METRIC: &'static str = "signaling_frames_total";
    const REFUSALS_METRIC: &'static str = "signaling_joins_refused_total";

    /// A frame whose `id`, if any, is a number: signaling takes no other.
    fn parse(text: &str) -> Result<(Envelope, ClientFrame), FrameError> {
        let (envelope, frame) = ClientFrame::read(text)?;
        match envelope.id {
            Some(FrameId::Text(_)) => Err(FrameError::InvalidField {
                field: "id".to_owned(),
                id: envelope.id,
            }),
            _ => Ok((envelope, frame)),
        }
    }

    fn count(frame: &ClientFrame) {
        counters::frame(frame.kind());
    }

    fn into_join(frame: ClientFrame) -> Option<Join> {
        match frame {
            ClientFrame::Join(join) => Some(join),
            _ => None,
        }
    }

    fn going_away(retry_after_ms: u64) -> ServerFrame {
        GoingAway { retry_after_ms }.into()
    }

    fn encode(frame: ServerFrame) -> String {
        frame.to_text(None)
    }
}

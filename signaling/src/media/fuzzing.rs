//! The readers of webhooks, as `tools/fuzz` calls them: a body of anybody is looked at before its signature says whose it is.

use super::{livekit, openvidu};

/// Reads a body as an event of LiveKit; true where it is one.
pub fn livekit_webhook(body: &[u8]) -> bool {
    let (_key, _at) = livekit::webhook::key_and_time(body);
    std::str::from_utf8(body).is_ok_and(|body| livekit::webhook::read(body).is_ok())
}

/// Reads a body as an event of OpenVidu; true where it is one.
pub fn openvidu_webhook(body: &[u8]) -> bool {
    let (_key, _at) = openvidu::webhook::key_and_time(body);
    std::str::from_utf8(body).is_ok_and(|body| openvidu::webhook::read(body).is_ok())
}
